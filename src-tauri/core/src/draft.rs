//! What a person types about a session, and what becomes of it. Who decides a session turns wall clock
//! into UTC once; it happens here. Faults name their field, so that nothing typed is lost.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::PersonId,
    join::{JoinUrl, Judgement, Reason, judge},
    session::WallClock,
    wall_clock::{HourClock, city, is_night, parse_time, time_of_day},
    words::say,
    zone::Zone,
};

/// The longest name, subject or place, in characters.
const MOST_CHARACTERS: usize = 200;
/// The longest homework, plan or notes, in characters.
pub const MOST_TEXT: usize = 20_000;
/// The shortest and longest session, in minutes. What comes with a calendar file may be odd, and must stay
/// editable.
const MINUTES: std::ops::RangeInclusive<i64> = 1..=1440;
/// The longest weekly series, in weeks: two years. The window is told, so that it offers no more.
pub const MOST_WEEKS: u32 = 104;

/// A session as it is typed. Text fields hold exactly what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The other person.
    pub person: String,
    /// Who of that name, if it was said. Whoever types another name means somebody else.
    pub person_id: Option<PersonId>,
    /// Where they live (IANA), if said.
    pub person_zone: Option<String>,
    /// What it is about.
    pub subject: String,
    /// The day, as 2026-11-24.
    pub date: String,
    /// The wall-clock time, as 16:00.
    pub time: String,
    /// How long it lasts.
    pub minutes: i64,
    /// The zone of day and time (IANA).
    pub zone: String,
    /// The meeting's address; may be empty.
    pub link: String,
    /// Where it is held, if not online; may be empty.
    pub place: String,
    /// For how many weeks, this one counted.
    pub repeat_weeks: u32,
    /// What was set last time.
    pub homework: String,
}

/// A field of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Field {
    Person,
    PersonZone,
    Subject,
    Date,
    Time,
    Minutes,
    Zone,
    Link,
    Place,
    RepeatWeeks,
    Homework,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which field.
    pub field: Field,
    /// What is wrong and what to do, as a sentence.
    pub sentence: String,
}

/// What there is to say about a draft while it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// What is wrong with it. While anything is, nothing is said of its time.
    pub faults: Vec<Fault>,
    /// Where the link leads, if one is typed.
    pub link: Option<Judgement>,
    /// Whose session it would overlap, or what that is called.
    pub overlaps: Option<String>,
    /// What time it would be for the person, where that is another than here, as a sentence.
    pub person_time: Option<String>,
    /// It would be night for this person.
    pub night_for: Option<String>,
}

/// What a draft comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// "Maths with Ben", or what is known of the two.
    pub title: String,
    /// The name of the other person.
    pub person: Option<String>,
    /// Who of that name, if it was said.
    pub person_id: Option<PersonId>,
    /// Where they live.
    pub person_zone: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// When each week's session is, the first one first.
    pub times: Vec<Time>,
    /// The zone of record.
    pub zone: String,
    /// The address of the room.
    pub join_url: Option<JoinUrl>,
    /// Where it is held.
    pub place: Option<String>,
    /// What was set last time.
    pub homework: String,
}

/// When one session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// The start as the clocks of its zone show it.
    pub wall: WallClock,
    /// The start (UTC).
    pub start: DateTime<Utc>,
    /// The end (UTC).
    pub end: DateTime<Utc>,
}

impl Draft {
    /// Where the typed link leads; nothing where none is typed.
    #[must_use]
    pub fn link(&self) -> Option<Judgement> {
        some(&self.link).map(|link| judge(&link))
    }

    /// Reads the draft.
    ///
    /// # Errors
    /// All faults at once, in the order of the fields.
    pub fn read(&self) -> Result<Planned, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |field, name: &str| {
            let most = match field {
                Field::Homework => MOST_TEXT,
                Field::RepeatWeeks => MOST_WEEKS as usize,
                _ => MOST_CHARACTERS,
            };
            faults.push(Fault { field, sentence: say(name, &[("most", most.into())]) });
        };
        let person = some(&self.person);
        let subject = some(&self.subject);
        if person.is_none() && subject.is_none() {
            fault(Field::Person, "draft-who-or-what");
        }
        for (field, text, most) in [
            (Field::Person, &self.person, MOST_CHARACTERS),
            (Field::Subject, &self.subject, MOST_CHARACTERS),
            (Field::Place, &self.place, MOST_CHARACTERS),
            (Field::Homework, &self.homework, MOST_TEXT),
        ] {
            if text.chars().count() > most {
                fault(field, "draft-too-long");
            }
        }
        let typed_zone = self.person_zone.as_deref().and_then(some);
        let person_zone = typed_zone.as_deref().and_then(Zone::find);
        if typed_zone.is_some() && person_zone.is_none() {
            fault(Field::PersonZone, "draft-zone");
        }
        let date = NaiveDate::parse_from_str(self.date.trim(), "%Y-%m-%d").ok();
        if date.is_none() {
            fault(Field::Date, "draft-date");
        }
        let time = parse_time(&self.time);
        if time.is_none() {
            fault(Field::Time, "draft-time");
        }
        if !MINUTES.contains(&self.minutes) {
            fault(Field::Minutes, "draft-minutes");
        }
        let zone = Zone::find(&self.zone);
        if zone.is_none() {
            fault(Field::Zone, "draft-zone");
        }
        if !(1..=MOST_WEEKS).contains(&self.repeat_weeks) {
            fault(Field::RepeatWeeks, "draft-repeat");
        }
        let join_url = match some(&self.link).map(|link| JoinUrl::parse(&link)) {
            None => None,
            Some(Ok(url)) => Some(url),
            Some(Err(reason)) => {
                fault(Field::Link, refusal_of(reason));
                None
            }
        };
        let (Some(date), Some(time), Some(zone), true) = (date, time, zone, faults.is_empty()) else {
            return Err(faults);
        };
        Ok(Planned {
            title: title(person.as_deref(), subject.as_deref()),
            person,
            person_id: self.person_id,
            person_zone: person_zone.map(|zone| zone.name().to_owned()),
            subject,
            times: weekly(date.and_time(time), zone, Duration::minutes(self.minutes), self.repeat_weeks),
            zone: zone.name().to_owned(),
            join_url,
            place: some(&self.place),
            homework: self.homework.trim().to_owned(),
        })
    }
}

impl Planned {
    /// What there is to say about its first time, as it is for the person. Here the clocks are those of `here`.
    #[must_use]
    pub fn elsewhere(&self, here: Zone, clock: HourClock) -> (Option<String>, Option<String>) {
        let zone = self.person_zone.as_deref().and_then(|name| Some((name, name.parse::<Zone>().ok()?)));
        let (Some(name), Some((zone_name, zone)), Some(first)) = (&self.person, zone, self.times.first())
        else {
            return (None, None);
        };
        let time = time_of_day(first.start, zone, clock);
        let person_time = (time != time_of_day(first.start, here, clock)).then(|| {
            let city = city(zone_name);
            say(
                "check-person-time",
                &[("time", time.into()), ("person", name.clone().into()), ("city", city.into())],
            )
        });
        (person_time, is_night(first.start, zone).then(|| name.clone()))
    }
}

/// The same wall-clock time every week: the hour stays through a clock change, the instant moves.
fn weekly(first: NaiveDateTime, zone: Zone, lasts: Duration, weeks: u32) -> Vec<Time> {
    (0..i64::from(weeks))
        .map(|week| {
            let wall = first + Duration::weeks(week);
            let start = zone.instant(wall);
            Time { wall: WallClock::iana(wall), start, end: start + lasts }
        })
        .collect()
}

/// The sentence for a link that cannot be taken.
#[must_use]
pub fn refusal_of(reason: Reason) -> &'static str {
    match reason {
        Reason::NotHttps => "draft-link-not-https",
        Reason::UserName => "draft-link-user-name",
        Reason::Port => "draft-link-port",
        _ => "draft-link-unreadable",
    }
}

/// "Maths with Ben", "Maths", or "Ben".
#[must_use]
pub fn title(person: Option<&str>, subject: Option<&str>) -> String {
    match (subject, person) {
        (Some(subject), Some(person)) => {
            say("title-with-person", &[("subject", subject.into()), ("person", person.into())])
        }
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => String::new(),
    }
}

/// What was typed, without blanks around it; nothing if nothing is left.
fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
