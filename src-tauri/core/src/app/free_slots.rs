//! When a tutor has time, as the school says just now. It is asked for where somebody looks, and kept nowhere.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    App, Result,
    getting_in::{named_of, what_of_call},
};
use crate::{error::What, id::PersonId, school::supabase::rest::call, zone::Zone};

/// How far ahead somebody looks: as far as the school answers at once.
const AHEAD: Duration = Duration::days(28);

impl App {
    /// The first times (UTC) at which a lesson of so many minutes can be asked for, at most `most`; none where the tutor has
    /// entered no hours.
    ///
    /// # Errors
    /// The school's no, that it cannot be asked, or what the store says.
    pub async fn free_slots(
        &self,
        school: Uuid,
        tutor: PersonId,
        minutes: i64,
        most: usize,
    ) -> Result<Vec<DateTime<Utc>>> {
        let (sign_in, _) = self.acting_at(school).await?;
        let wire = self.schools.wire(&sign_in, &self.clock)?;
        self.schools.keeper_of(&sign_in, &self.clock)?;
        let from = self.now();
        let arguments = json!({
            "tutor": Uuid::from(tutor), "from_at": from, "to_at": from + AHEAD, "minutes": minutes,
        });
        let answer = self.schools.call(school, |token| {
            let (wire, arguments) = (wire.clone(), arguments.clone());
            async move { call(&wire, "free_slots", &arguments, Some(&token)).await }
        });
        let answer = answer.await.map_err(|error| match what_of_call(error) {
            What::Said(code) => named_of(What::Wrote(code), &sign_in),
            what => named_of(what, &sign_in),
        })?;
        let starts = answer.as_array().into_iter().flatten();
        let starts = starts.filter_map(|slot| slot.get("start_at").and_then(Value::as_str)?.parse().ok());
        Ok(first_few(starts, Duration::minutes(minutes), self.zone(), most))
    }
}

/// The first times, not more than two of a day and none that overlaps the one before it: who looks for a time is helped by
/// some days to choose from, and not by each half hour of the next one.
fn first_few(
    starts: impl IntoIterator<Item = DateTime<Utc>>,
    length: Duration,
    zone: Zone,
    most: usize,
) -> Vec<DateTime<Utc>> {
    let day = |at: &DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let mut few: Vec<DateTime<Utc>> = Vec::new();
    for start in starts {
        let of_day = few.iter().rev().take_while(|known| day(known) == day(&start)).count();
        if of_day < 2 && few.last().is_none_or(|last| *last + length <= start) {
            few.push(start);
        }
        if few.len() == most {
            break;
        }
    }
    few
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_days_to_choose_from_come_before_each_half_hour_of_the_next_one() {
        let at = |text: &str| format!("{text}:00Z").parse::<DateTime<Utc>>().unwrap();
        let halves = |day: &str| {
            let first = at(&format!("2026-12-0{day}T15:00"));
            (0..8).map(move |half| first + Duration::minutes(30 * half))
        };
        let all = halves("1").chain(halves("2")).chain(halves("3"));
        let few = first_few(all, Duration::minutes(60), Zone::utc(), 5);
        let expected = ["1T15:00", "1T16:00", "2T15:00", "2T16:00", "3T15:00"];
        assert_eq!(few, expected.map(|time| at(&format!("2026-12-0{time}"))));
        assert!(first_few([], Duration::minutes(60), Zone::utc(), 5).is_empty());
    }
}
