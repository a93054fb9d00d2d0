//! The samples for looking round: lessons around now, the next one in six minutes, so that list, bell and
//! *Join* can be seen within two. They are marked as samples and go with one click.

use chrono::{DateTime, Duration, DurationRound as _, Utc};

use crate::{
    draft::{self, Planned, Time},
    join::JoinUrl,
    session::{Decided, WallClock},
    zone::Zone,
};

struct Sample {
    person: &'static str,
    zone: &'static str,
    subject: &'static str,
    starts_in: Duration,
    minutes: i64,
    link: Option<&'static str>,
    homework: &'static str,
}

const fn sample(
    person: &'static str,
    zone: &'static str,
    subject: &'static str,
    starts_in: Duration,
) -> Sample {
    Sample { person, zone, subject, starts_in, minutes: 60, link: None, homework: "" }
}

fn all() -> [Sample; 7] {
    const MEET: Option<&str> = Some("https://meet.google.com/abc-defg-hij");
    const ZOOM: Option<&str> = Some("https://zoom.us/j/93412345678");
    [
        Sample { link: MEET, ..sample("Eva", "Europe/Berlin", "Chemistry", Duration::hours(-26)) },
        Sample {
            link: MEET,
            homework: "Fractions, sheet 4, questions 1 to 8",
            ..sample("Ben", "America/New_York", "Maths", Duration::minutes(6))
        },
        Sample {
            link: ZOOM,
            minutes: 45,
            ..sample("Mia", "Europe/Madrid", "Physics", Duration::minutes(100))
        },
        Sample { link: MEET, ..sample("Dan", "Europe/Lisbon", "Maths", Duration::hours(23)) },
        sample("Eva", "Europe/Berlin", "Chemistry", Duration::hours(50)),
        Sample { link: MEET, ..sample("Ben", "America/New_York", "Maths", Duration::hours(71)) },
        Sample { link: ZOOM, minutes: 45, ..sample("Mia", "Europe/Madrid", "Physics", Duration::hours(97)) },
    ]
}

/// The samples around `now` (UTC). They are given whole minutes, and whole quarters of an hour where they are not
/// the next one.
pub(crate) fn around(now: DateTime<Utc>, zone: Zone) -> impl Iterator<Item = Planned> {
    all().into_iter().map(move |sample| {
        let whole = if sample.starts_in.abs() < Duration::minutes(30) { 1 } else { 15 };
        let start = (now + sample.starts_in).duration_trunc(Duration::minutes(whole)).unwrap_or(now);
        Planned {
            title: draft::title(Some(sample.person), Some(sample.subject)),
            person: Some(sample.person.to_owned()),
            person_id: None,
            person_zone: Some(sample.zone.to_owned()),
            subject: Some(sample.subject.to_owned()),
            // Their instants were chosen, not their hours.
            times: vec![Time {
                wall: WallClock { time: zone.wall(start), decided: Decided::Utc },
                start,
                end: start + Duration::minutes(sample.minutes),
            }],
            zone: zone.name().to_owned(),
            join_url: sample.link.and_then(|link| JoinUrl::parse(link).ok()),
            place: None,
            homework: sample.homework.to_owned(),
        }
    })
}
