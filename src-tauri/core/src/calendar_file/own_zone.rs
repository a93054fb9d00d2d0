//! A zone defined by the file itself (RFC 5545 §3.6.5).

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::{
    parse::{Block, Line},
    recurrence::Walk,
    rule::{Freq, Rule},
    value::{Written, offset, written},
};

/// Changes of the clock are worked out up to here; later the last offset holds.
const LAST_YEAR: i32 = 2100;
/// A rule of a zone is followed from here, if it began earlier (Outlook's begin in 1601).
const FIRST_YEAR: i32 = 1970;
/// No zone changes its clock more often than this.
const MAX_CHANGES: usize = 2_000;

/// Offsets are seconds east of UTC, times seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnZone {
    /// Before the first change.
    first: i32,
    /// When, and the offset from then on; in order.
    changes: Vec<(i64, i32)>,
}

/// STANDARD or DAYLIGHT.
struct Observance {
    onsets: Vec<NaiveDateTime>,
    from: i32,
    to: i32,
    standard: bool,
}

impl OwnZone {
    /// The zone, and its definition as text for keeping. `None` if it cannot be understood.
    pub fn read(block: &Block) -> Option<(Self, String)> {
        let mut text = String::from("BEGIN:VTIMEZONE\n");
        keep(&mut text, block, &["TZID", "X-LIC-LOCATION"]);
        let mut observances = Vec::new();
        for part in block.blocks.iter().filter(|part| matches!(part.name.as_str(), "STANDARD" | "DAYLIGHT")) {
            observances.push(observance(part)?);
            let _ = writeln!(text, "BEGIN:{}", part.name);
            keep(&mut text, part, &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"]);
            let _ = writeln!(text, "END:{}", part.name);
        }
        text.push_str("END:VTIMEZONE\n");

        // The RFC leaves open what holds before the first change: standard time.
        let first = observances.iter().find(|o| o.standard).or(observances.first())?.to;
        let mut changes: Vec<(i64, i32)> = observances
            .iter()
            .flat_map(|o| o.onsets.iter().map(|wall| (wall.and_utc().timestamp() - i64::from(o.from), o.to)))
            .collect();
        changes.sort_unstable();
        changes.dedup_by_key(|change| change.0);
        if observances.len() == 1 {
            changes.clear();
        }
        (changes.len() <= MAX_CHANGES).then_some((Self { first, changes }, text))
    }

    pub fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = TimeDelta::seconds(i64::from(self.offset_at(at.timestamp())));
        at.naive_utc().checked_add_signed(offset).unwrap_or(at.naive_utc())
    }

    /// See [`super::zone::FileZone::instant`].
    pub fn instant(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        let wall = wall.and_utc().timestamp();
        // Offsets are less than a day, so only what holds within a day on either side can matter.
        let near = |at: &(i64, i32)| (wall - 90_000..=wall + 90_000).contains(&at.0);
        let from = self.changes.partition_point(|change| change.0 < wall - 90_000);
        let changes: Vec<(i64, i32)> = self.changes[from..].iter().copied().take_while(near).collect();
        let before = self.offset_at(wall - 90_001);
        let first = std::iter::once(before)
            .chain(changes.iter().map(|change| change.1))
            .map(|offset| (wall - i64::from(offset), offset))
            .filter(|(at, offset)| self.offset_at(*at) == *offset)
            .map(|(at, _)| at)
            .min();
        let at = first.unwrap_or_else(|| {
            let mut old = before;
            for (at, new) in changes {
                if at + i64::from(old) <= wall && wall < at + i64::from(new) {
                    break;
                }
                old = new;
            }
            wall - i64::from(old)
        });
        DateTime::from_timestamp(at, 0).unwrap_or_default()
    }

    fn offset_at(&self, at: i64) -> i32 {
        let after = self.changes.partition_point(|change| change.0 <= at);
        after.checked_sub(1).map_or(self.first, |last| self.changes[last].1)
    }
}

fn keep(text: &mut String, block: &Block, names: &[&str]) {
    for line in block.lines.iter().filter(|line| names.contains(&line.name.as_str())) {
        let _ = writeln!(text, "{}", line.raw);
    }
}

fn observance(block: &Block) -> Option<Observance> {
    let to = offset(&block.get("TZOFFSETTO")?.value)?;
    let from = match block.get("TZOFFSETFROM") {
        Some(line) => offset(&line.value)?,
        None => to,
    };
    let start = wall(&block.get("DTSTART")?.value)?;
    let mut onsets = vec![start];
    for line in block.all("RDATE") {
        for value in line.value.split(',') {
            onsets.push(wall(value)?);
        }
    }
    for line in block.all("RRULE") {
        follow(line, start, from, &mut onsets)?;
    }
    Some(Observance { onsets, from, to, standard: block.name == "STANDARD" })
}

fn follow(line: &Line, start: NaiveDateTime, from: i32, onsets: &mut Vec<NaiveDateTime>) -> Option<()> {
    let rule = Rule::parse(&line.value)?;
    // The same day of an earlier year, unless the rule counts from its beginning.
    let skips =
        rule.freq == Freq::Yearly && rule.interval == 1 && rule.count.is_none() && start.year() < FIRST_YEAR;
    let start = if skips { start.with_year(FIRST_YEAR).unwrap_or(start) } else { start };
    let end = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31)?.and_time(NaiveTime::MIN);
    for at in Walk::new(&rule, start, end) {
        let over = match rule.until {
            Some(Written::Utc(until)) => at.checked_sub_signed(TimeDelta::seconds(i64::from(from)))? > until,
            Some(Written::Local(until)) => at > until,
            Some(Written::Date(until)) => at.date() > until,
            None => false,
        };
        if over || at.year() > LAST_YEAR {
            break;
        }
        if onsets.len() == MAX_CHANGES {
            return None;
        }
        onsets.push(at);
    }
    Some(())
}

fn wall(text: &str) -> Option<NaiveDateTime> {
    match written(text)? {
        Written::Local(wall) | Written::Utc(wall) => Some(wall),
        Written::Date(date) => date.and_hms_opt(0, 0, 0),
    }
}
