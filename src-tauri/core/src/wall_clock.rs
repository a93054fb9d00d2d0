//! Wall clock: turning what a person types into instants, and instants into words for bell and tray.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Timelike as _, Utc};

use crate::zone::Zone;

/// Whether hours are counted to 12 or to 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HourClock {
    /// "4:00 pm".
    Twelve,
    /// "16:00".
    TwentyFour,
}

/// The instant of a wall-clock time in a zone. In the hour that a clock change leaves out, the offset
/// from before the change holds; in the hour that comes twice, the first one is meant (RFC 5545 §3.3.5).
#[must_use]
pub fn instant(wall: NaiveDateTime, zone: Zone) -> DateTime<Utc> {
    zone.instant(wall)
}

/// The time of day in a zone, as bell and tray say it: "16:00" or "4:00 pm".
#[must_use]
pub fn time_of_day(at: DateTime<Utc>, zone: Zone, clock: HourClock) -> String {
    let time = at.with_timezone(&zone).time();
    match clock {
        HourClock::TwentyFour => time.format("%H:%M").to_string(),
        HourClock::Twelve => time.format("%-I:%M %P").to_string(),
    }
}

/// Whole minutes from `now` to `at`, rounded up as a countdown is: 4 min 10 s is "5 minutes". Negative
/// once it has passed, rounded down: 1 min 50 s ago is -1.
#[must_use]
pub fn minutes_until(at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let seconds = (at - now).num_seconds();
    if seconds > 0 { (seconds + 59) / 60 } else { seconds / 60 }
}

/// Whether somebody in this zone would have to get up for it: from 22:00 to 7:00.
#[must_use]
pub fn is_night(at: DateTime<Utc>, zone: Zone) -> bool {
    let hour = at.with_timezone(&zone).hour();
    !(7..22).contains(&hour)
}

/// A time of day as a person types it: "16:00", "16.00", "9:30", "1600", "4:00 pm", "4pm".
#[must_use]
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim().to_lowercase();
    let (digits, half) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(rest), _) => (rest.trim_end(), Some(12)),
        (_, Some(rest)) => (rest.trim_end(), Some(0)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((hour, minute)) => (hour, minute.split(':').next().unwrap_or(minute)),
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let number = |part: &str| -> Option<u32> {
        (!part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let hour = match half {
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// The last part of a zone's name, as people call it: "New York".
#[must_use]
pub fn city(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}
