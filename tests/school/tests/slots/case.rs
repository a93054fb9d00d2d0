//! A tutor's weeks, drawn.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};

/// In Lord Howe the clock changes by half an hour; in Kolkata never.
const ZONES: [Tz; 5] = [
    Tz::Europe__Madrid,
    Tz::America__New_York,
    Tz::Asia__Kolkata,
    Tz::Australia__Lord_Howe,
    Tz::America__St_Johns,
];

/// The first days of the years from which cases are drawn.
const YEARS: [i32; 2] = [2026, 2028];

type Span = (i64, i64);

/// Instants are seconds since 1970.
pub struct Case {
    pub zone: Tz,
    pub now: i64,
    pub slot_minutes: i32,
    /// The school's, and the tutor's own.
    pub notice: (i32, Option<i32>),
    pub rules: Vec<Value>,
    pub blocks: Vec<Span>,
    pub lessons: Vec<Span>,
    pub of_student: Vec<Span>,
    /// The last: until when.
    pub held: Vec<(i64, i64, i64)>,
    pub look: Span,
    pub minutes: i32,
    pub series_start: i64,
    pub weeks: i32,
    pub skip: bool,
}

impl Case {
    /// Every second case is around a change of its zone's clock, if there is one.
    pub fn draw(nth: usize, chance: &mut StdRng) -> Self {
        let zone = ZONES[nth / 2 % ZONES.len()];
        let changes = changes(zone);
        let changes: Vec<i64> = if nth.is_multiple_of(2) { changes } else { Vec::new() };
        let anywhere = || at(YEARS[0], zone) + 3600 * 24 * 30;
        let middle = match changes.choose(chance) {
            Some(change) => *change,
            None => anywhere() + 900 * chance.random_range(0..4 * 24 * 365),
        };
        let around =
            |chance: &mut StdRng, hours: i64| middle + 900 * chance.random_range(-4 * hours..=4 * hours);
        let minutes = *[15, 30, 45, 60, 90, 120].choose(chance).unwrap();
        // Sometimes in the middle of it, most often days before.
        let now = around(chance, 48) - 3600 * 24 * *[0, 3, 4, 8].choose(chance).unwrap();
        let look = middle - 3600 * chance.random_range(1..120);
        let mut taken: Vec<Span> = Vec::new();
        let mut lessons = Vec::new();
        let mut held = Vec::new();
        for _ in 0..chance.random_range(0..8) {
            let start = around(chance, 72);
            let end = start + 900 * chance.random_range(1..9);
            if taken.iter().any(|(from, to)| start < *to && *from < end) {
                continue;
            }
            taken.push((start, end));
            if chance.random::<bool>() {
                lessons.push((start, end));
            } else {
                // Some run out at this very second.
                let until = now + *[-3600, -1, 0, 1, 3600].choose(chance).unwrap();
                held.push((start, end, until));
            }
        }
        let weeks = *[1, 2, 3, 8, 30].choose(chance).unwrap();
        let series_start = series_start(zone, middle, now, weeks, chance);
        let of_student = (0..chance.random_range(0..2))
            .map(|_| {
                series_start
                    + 7 * 86400 * chance.random_range(0..i64::from(weeks))
                    + 900 * chance.random_range(-3..3)
            })
            .map(|start| (start, start + 3600))
            .collect();
        // Some of the series' times are the tutor's lessons already, wherever they are.
        let again = series_start + 7 * 86400 * chance.random_range(0..i64::from(weeks));
        if chance.random_ratio(1, 3) && !taken.iter().any(|(from, to)| again < *to && *from < again + 3600) {
            lessons.push((again, again + 3600));
        }
        Self {
            zone,
            now,
            slot_minutes: *[5, 15, 20, 30, 45, 60, 120].choose(chance).unwrap(),
            notice: (
                *[0, 0, 1, 12, 48].choose(chance).unwrap(),
                *[None, None, Some(0), Some(2), Some(30)].choose(chance).unwrap(),
            ),
            rules: (0..chance.random_range(1..7)).map(|_| rule(zone, middle, chance)).collect(),
            blocks: (0..chance.random_range(0..4))
                .map(|_| (around(chance, 72), 600 * chance.random_range(1..60)))
                .map(|(start, length)| (start, start + length))
                .collect(),
            lessons,
            of_student,
            held,
            look: (look, look + 3600 * chance.random_range(0..=24 * 10)),
            minutes,
            series_start,
            weeks,
            skip: chance.random(),
        }
    }

    /// As the oracle reads it.
    pub fn to_json(&self) -> Value {
        let busy: Vec<Span> = self.blocks.iter().chain(&self.lessons).copied().collect();
        json!({
            "zone": self.zone.name(), "slot_minutes": self.slot_minutes, "now": self.now,
            "notice_hours": self.notice.1.unwrap_or(self.notice.0), "rules": self.rules, "busy": busy,
            "held": self.held, "of_student": self.of_student,
            "look": {"from": self.look.0, "to": self.look.1, "minutes": self.minutes},
            "series": {"start": self.series_start, "minutes": self.minutes, "weeks": self.weeks, "skip": self.skip},
        })
    }
}

/// Where a weekly series begins: some of its lessons are near the change, in the hour that is left out or comes
/// twice, and the first one is sometimes in the second of the two hours.
fn series_start(zone: Tz, middle: i64, now: i64, weeks: i32, chance: &mut StdRng) -> i64 {
    let quarters = if chance.random() { chance.random_range(0..4) } else { chance.random_range(-8..12) };
    let near = middle + 900 * quarters;
    if chance.random_ratio(1, 3) && near > now {
        return near;
    }
    let weeks_before = chance.random_range(0..i64::from(weeks).min(4));
    let wall = local(zone, near) - TimeDelta::days(7 * weeks_before);
    let start = match zone.from_local_datetime(&wall) {
        chrono::LocalResult::Single(time) => time.timestamp(),
        chrono::LocalResult::Ambiguous(first, second) => {
            if chance.random() {
                first.timestamp()
            } else {
                second.timestamp()
            }
        }
        chrono::LocalResult::None => near,
    };
    // The school refuses what has passed before it looks at anything else.
    if start > now { start } else { now + 900 * chance.random_range(1..400) }
}

/// A weekly rule, most often with hours of the night, where the clocks change.
fn rule(zone: Tz, middle: i64, chance: &mut StdRng) -> Value {
    let day = local(zone, middle).date() + TimeDelta::days(chance.random_range(-1..=1));
    let near = chance.random_ratio(2, 3);
    let weekday =
        if near { chrono::Datelike::weekday(&day).number_from_monday() } else { chance.random_range(1..=7) };
    let from = 15 * if chance.random() { chance.random_range(0..16) } else { chance.random_range(0..95) };
    let to =
        if chance.random_ratio(1, 5) { 1440 } else { (from + 15 * chance.random_range(1..40)).min(1440) };
    let bound = |chance: &mut StdRng, days: std::ops::Range<i64>| -> Option<NaiveDate> {
        chance.random_ratio(1, 3).then(|| day + TimeDelta::days(chance.random_range(days)))
    };
    let (first_day, last_day) = (bound(chance, -8..2), bound(chance, 1..8));
    let other = *ZONES.choose(chance).unwrap();
    let of = if chance.random_ratio(1, 8) { other } else { zone };
    let clock = |minutes: i32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    json!({"weekday": weekday, "from": clock(from), "to": clock(to), "zone": of.name(), "first_day": first_day,
        "last_day": last_day})
}

fn local(zone: Tz, instant: i64) -> NaiveDateTime {
    DateTime::from_timestamp(instant, 0).unwrap().with_timezone(&zone).naive_local()
}

fn at(year: i32, zone: Tz) -> i64 {
    let start = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
    zone.from_utc_datetime(&start).timestamp()
}

/// The instants at which a zone's clock changes in these years.
fn changes(zone: Tz) -> Vec<i64> {
    let offset = |instant: i64| {
        let utc = DateTime::<Utc>::from_timestamp(instant, 0).unwrap().naive_utc();
        zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
    };
    let hours = (at(YEARS[0], zone)..at(YEARS[1], zone)).step_by(1800);
    hours.filter(|instant| offset(*instant) != offset(instant - 1800)).collect()
}
