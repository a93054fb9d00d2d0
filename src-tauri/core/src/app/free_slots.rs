//! When a tutor has time, as the school says just now. It is asked for where somebody looks, and kept nowhere.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    App, Result,
    getting_in::{named_of, what_of_call},
};
use crate::{error::What, id::PersonId, school::supabase::rest::call};

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
        Ok(starts.take(most).collect())
    }
}
