//! A recurrence rule as it is written (RFC 5545 §3.3.10).

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike, Weekday};

use super::value::{Written, written};

/// How often a rule repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Freq {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Hourly,
    Minutely,
    Secondly,
}

/// One RRULE, checked: every number is in its range, and INTERVAL and COUNT are at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub freq: Freq,
    pub interval: u32,
    pub count: Option<u32>,
    pub until: Option<Written>,
    pub by_second: Vec<u32>,
    pub by_minute: Vec<u32>,
    pub by_hour: Vec<u32>,
    /// `2TU` is `(Some(2), Tue)`.
    pub by_day: Vec<(Option<i32>, Weekday)>,
    pub by_month_day: Vec<i32>,
    pub by_year_day: Vec<i32>,
    pub by_week_no: Vec<i32>,
    pub by_month: Vec<u32>,
    pub by_set_pos: Vec<i32>,
    pub week_start: Weekday,
}

/// More times a day than this is no timetable; it also bounds the memory a rule can ask for.
const MAX_TIMES_A_DAY: usize = 1440;

impl Rule {
    /// Reads `FREQ=WEEKLY;BYDAY=MO`. `None` for whatever RFC 5545 does not allow. A negative COUNT is
    /// what some programs write for "without end", and is read so.
    pub fn parse(text: &str) -> Option<Self> {
        let mut freq = None;
        let mut rule = Self {
            freq: Freq::Daily,
            interval: 1,
            count: None,
            until: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Mon,
        };
        for part in text.trim().split(';').filter(|part| !part.trim().is_empty()) {
            let (key, value) = part.split_once('=')?;
            let value = value.trim().to_ascii_uppercase();
            match key.trim().to_ascii_uppercase().as_str() {
                "FREQ" => freq = Some(frequency(&value)?),
                "INTERVAL" => rule.interval = value.parse().ok().filter(|n| *n > 0)?,
                "COUNT" if is_negative(&value) => {}
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0)?),
                "UNTIL" => rule.until = Some(written(&value)?),
                "BYSECOND" => rule.by_second = unsigned(&value, 0, 59)?,
                "BYMINUTE" => rule.by_minute = unsigned(&value, 0, 59)?,
                "BYHOUR" => rule.by_hour = unsigned(&value, 0, 23)?,
                "BYDAY" => rule.by_day = week_days(&value)?,
                "BYMONTHDAY" => rule.by_month_day = signed(&value, 31)?,
                "BYYEARDAY" => rule.by_year_day = signed(&value, 366)?,
                "BYWEEKNO" => rule.by_week_no = signed(&value, 53)?,
                "BYMONTH" => rule.by_month = unsigned(&value, 1, 12)?,
                "BYSETPOS" => rule.by_set_pos = signed(&value, 366)?,
                "WKST" => rule.week_start = week_day(&value)?,
                "RSCALE" if value == "GREGORIAN" => {}
                name if name.starts_with("X-") => {}
                _ => return None,
            }
        }
        rule.freq = freq?;
        let times = |list: &Vec<u32>| list.len().max(1);
        let a_day = times(&rule.by_hour) * times(&rule.by_minute) * times(&rule.by_second);
        (a_day <= MAX_TIMES_A_DAY).then_some(rule)
    }

    /// The rule with what it leaves open taken from DTSTART (§3.3.10, "information, not contained in
    /// the rule").
    pub fn filled_in(&self, start: NaiveDateTime) -> Self {
        let mut rule = self.clone();
        let says_days = !(rule.by_week_no.is_empty()
            && rule.by_year_day.is_empty()
            && rule.by_month_day.is_empty()
            && rule.by_day.is_empty());
        if !says_days {
            match rule.freq {
                Freq::Yearly => {
                    if rule.by_month.is_empty() {
                        rule.by_month = vec![start.month()];
                    }
                    rule.by_month_day = vec![start.day().cast_signed()];
                }
                Freq::Monthly => rule.by_month_day = vec![start.day().cast_signed()],
                Freq::Weekly => rule.by_day = vec![(None, start.weekday())],
                Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {}
            }
        }
        if rule.by_hour.is_empty() && rule.freq < Freq::Hourly {
            rule.by_hour = vec![start.hour()];
        }
        if rule.by_minute.is_empty() && rule.freq < Freq::Minutely {
            rule.by_minute = vec![start.minute()];
        }
        if rule.by_second.is_empty() && rule.freq < Freq::Secondly {
            rule.by_second = vec![start.second()];
        }
        rule
    }

    /// Whether the rule allows this day.
    pub fn allows_day(&self, day: NaiveDate) -> bool {
        (self.by_month.is_empty() || self.by_month.contains(&day.month()))
            && (self.by_month_day.is_empty() || among(&self.by_month_day, day.day(), days_in_month(day)))
            && (self.by_year_day.is_empty() || among(&self.by_year_day, day.ordinal(), days_in_year(day)))
            && (self.by_day.is_empty() || self.by_day.iter().any(|by| self.is_week_day(*by, day)))
            && (self.by_week_no.is_empty() || {
                let (number, weeks) = week_number(day, self.week_start);
                among(&self.by_week_no, number, weeks)
            })
    }

    /// `2TU` counts within the month or the year; elsewhere the number means nothing and is ignored.
    fn is_week_day(&self, (nth, week_day): (Option<i32>, Weekday), day: NaiveDate) -> bool {
        if day.weekday() != week_day {
            return false;
        }
        let Some(nth) = nth else { return true };
        let (place, size) = match self.freq {
            Freq::Monthly => (day.day(), days_in_month(day)),
            Freq::Yearly if !self.by_month.is_empty() => (day.day(), days_in_month(day)),
            Freq::Yearly => (day.ordinal(), days_in_year(day)),
            _ => return true,
        };
        let place = if nth > 0 { place.saturating_sub(1) / 7 } else { size.saturating_sub(place) / 7 };
        place + 1 == nth.unsigned_abs()
    }
}

/// `place` counted from the front, or from the back of `size`.
fn among(list: &[i32], place: u32, size: u32) -> bool {
    let (place, size) = (place.cast_signed(), size.cast_signed());
    list.contains(&place) || list.contains(&(place - size - 1))
}

fn days_in_year(day: NaiveDate) -> u32 {
    if day.leap_year() { 366 } else { 365 }
}

fn days_in_month(day: NaiveDate) -> u32 {
    u32::from(day.num_days_in_month())
}

/// The number of the day's week, and how many weeks that week's year has (§3.3.10, BYWEEKNO: week one
/// is the first with at least four days in its year).
fn week_number(day: NaiveDate, week_start: Weekday) -> (u32, u32) {
    let first_week = |year: i32| {
        let fourth = NaiveDate::from_ymd_opt(year, 1, 4).unwrap_or_default();
        fourth - chrono::Days::new(u64::from(fourth.weekday().days_since(week_start)))
    };
    let start = day - chrono::Days::new(u64::from(day.weekday().days_since(week_start)));
    let year = (start + chrono::Days::new(3)).year();
    let weeks_until = |date: NaiveDate| {
        u32::try_from(date.signed_duration_since(first_week(year)).num_days() / 7).unwrap_or_default()
    };
    (weeks_until(start) + 1, weeks_until(first_week(year + 1)))
}

fn frequency(value: &str) -> Option<Freq> {
    Some(match value {
        "YEARLY" => Freq::Yearly,
        "MONTHLY" => Freq::Monthly,
        "WEEKLY" => Freq::Weekly,
        "DAILY" => Freq::Daily,
        "HOURLY" => Freq::Hourly,
        "MINUTELY" => Freq::Minutely,
        "SECONDLY" => Freq::Secondly,
        _ => return None,
    })
}

fn is_negative(value: &str) -> bool {
    value.strip_prefix('-').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

fn unsigned(value: &str, least: u32, most: u32) -> Option<Vec<u32>> {
    sorted(value.split(',').map(|n| n.trim().parse().ok().filter(|n| (least..=most).contains(n))))
}

fn signed(value: &str, most: i32) -> Option<Vec<i32>> {
    sorted(value.split(',').map(|n| n.trim().parse().ok().filter(|n: &i32| *n != 0 && n.abs() <= most)))
}

fn sorted<T: Ord>(numbers: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let mut list: Vec<T> = numbers.collect::<Option<_>>()?;
    list.sort_unstable();
    list.dedup();
    Some(list)
}

fn week_days(value: &str) -> Option<Vec<(Option<i32>, Weekday)>> {
    let mut days = Vec::new();
    for part in value.split(',') {
        let part = part.trim();
        let (number, name) = part.split_at_checked(part.len().checked_sub(2)?)?;
        let nth = match number {
            "" => None,
            n => Some(n.parse::<i32>().ok().filter(|n| *n != 0 && n.abs() <= 53)?),
        };
        let day = (nth, week_day(name)?);
        if !days.contains(&day) {
            days.push(day);
        }
    }
    Some(days)
}

fn week_day(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}
