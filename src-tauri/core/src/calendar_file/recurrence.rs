//! What a rule yields, in wall-clock time (RFC 5545 §3.3.10).
//!
//! Own code, not the `rrule` crate: a test below shows where that goes wrong. It also refuses rules
//! that other programs write, and lays out a whole year of seconds before the first result. Here each
//! step costs at most one day's check, and both the steps and those without a result are bounded.

use std::collections::VecDeque;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::rule::{Freq, Rule};

/// Days or times looked at without finding one, after which a rule is taken to yield nothing more.
/// As days it is the four hundred years after which the calendar repeats.
const MAX_FRUITLESS: u32 = 150_000;

/// Days or times looked at in all: a thousand years of days.
const MAX_WORK: u32 = 400_000;

/// RFC 5545 §3.3.4 writes years with four digits.
const LAST_YEAR: i32 = 9999;

/// Walks through the times of a rule in order, from DTSTART on. DTSTART itself comes only if it
/// matches the rule. UNTIL is the caller's business, because it is an instant. It ends when COUNT is
/// reached, after the period with the time it is told to end at, or when its work is used up.
pub(super) struct Walk {
    rule: Rule,
    start: NaiveDateTime,
    end: NaiveDateTime,
    /// BYHOUR × BYMINUTE × BYSECOND, for DAILY and longer.
    times: Vec<NaiveTime>,
    next_period: Option<Period>,
    days: VecDeque<NaiveDate>,
    ready: VecDeque<NaiveDateTime>,
    left: Option<u32>,
    fruitless: u32,
    work: u32,
}

#[derive(Clone, Copy)]
enum Period {
    Year(i32),
    /// Months since year 0.
    Month(i64),
    /// From this day to the end of its week.
    Week(NaiveDate),
    Day(NaiveDate),
    /// Hours, minutes or seconds.
    Moment(NaiveDateTime),
}

impl Period {
    fn begins_by(self, end: NaiveDateTime) -> bool {
        match self {
            Self::Year(year) => year <= end.year(),
            Self::Month(month) => month <= month_number(end),
            Self::Week(day) | Self::Day(day) => day <= end.date(),
            Self::Moment(at) => at <= end,
        }
    }
}

fn month_number(at: NaiveDateTime) -> i64 {
    i64::from(at.year()) * 12 + i64::from(at.month0())
}

impl Walk {
    pub fn new(rule: &Rule, start: NaiveDateTime, end: NaiveDateTime) -> Self {
        let rule = rule.filled_in(start);
        let first = match rule.freq {
            Freq::Yearly => Period::Year(start.year()),
            Freq::Monthly => Period::Month(month_number(start)),
            Freq::Weekly => Period::Week(start.date()),
            Freq::Daily => Period::Day(start.date()),
            Freq::Hourly | Freq::Minutely | Freq::Secondly => Period::Moment(start),
        };
        let times = times(&rule.by_hour, &rule.by_minute, &rule.by_second);
        let left = rule.count;
        Self {
            rule,
            start,
            end,
            times,
            next_period: Some(first),
            days: VecDeque::new(),
            ready: VecDeque::new(),
            left,
            fruitless: 0,
            work: 0,
        }
    }

    /// Lays out a period's days, and finds the next period.
    fn enter(&mut self, period: Period) {
        let interval = i64::from(self.rule.interval);
        let days: Vec<NaiveDate> = match period {
            Period::Year(year) => {
                self.next_period = i32::try_from(i64::from(year) + interval)
                    .ok()
                    .filter(|year| *year <= LAST_YEAR)
                    .map(Period::Year);
                let months =
                    (1..=12).filter(|m| self.rule.by_month.is_empty() || self.rule.by_month.contains(m));
                months.flat_map(|month| month_days(year, month)).collect()
            }
            Period::Month(month) => {
                let next = month + interval;
                self.next_period = (next / 12 <= i64::from(LAST_YEAR)).then_some(Period::Month(next));
                let year = i32::try_from(month / 12).unwrap_or(LAST_YEAR);
                month_days(year, u32::try_from(month % 12).unwrap_or_default() + 1).collect()
            }
            Period::Week(from) => {
                // The first week begins with DTSTART's day, also for BYSETPOS (as python-dateutil has it).
                let past = u64::from(from.weekday().days_since(self.rule.week_start));
                let next = from.checked_sub_days(Days::new(past)).and_then(|week| later(week, interval * 7));
                self.next_period = next.map(Period::Week);
                from.iter_days().take(usize::try_from(7 - past).unwrap_or(7)).collect()
            }
            Period::Day(day) => {
                self.next_period = later(day, interval).map(Period::Day);
                vec![day]
            }
            Period::Moment(at) => {
                self.enter_moment(at);
                return;
            }
        };
        if self.rule.by_set_pos.is_empty() {
            self.days = days.into();
            return;
        }
        self.fruitless += u32::try_from(days.len()).unwrap_or(MAX_FRUITLESS);
        let days: Vec<NaiveDate> = days.into_iter().filter(|day| self.rule.allows_day(*day)).collect();
        let per_day = self.times.len();
        let picked = positions(&self.rule.by_set_pos, days.len() * per_day);
        self.ready =
            picked.into_iter().map(|at| days[at / per_day].and_time(self.times[at % per_day])).collect();
    }

    /// One hour, minute or second. What BYxxx rules out is stepped over as a whole.
    fn enter_moment(&mut self, at: NaiveDateTime) {
        let rule = &self.rule;
        let unit: i64 = match rule.freq {
            Freq::Hourly => 3600,
            Freq::Minutely => 60,
            _ => 1,
        };
        let step = unit * i64::from(rule.interval);
        let not_in = |list: &[u32], n: u32| !list.is_empty() && !list.contains(&n);
        let midnight = NaiveTime::MIN;
        let skip_to = if !rule.allows_day(at.date()) {
            at.date().succ_opt().map(|day| day.and_time(midnight))
        } else if not_in(&rule.by_hour, at.hour()) {
            floor(at, 3600).checked_add_signed(TimeDelta::hours(1))
        } else if rule.freq >= Freq::Minutely && not_in(&rule.by_minute, at.minute()) {
            floor(at, 60).checked_add_signed(TimeDelta::minutes(1))
        } else if rule.freq == Freq::Secondly && not_in(&rule.by_second, at.second()) {
            at.checked_add_signed(TimeDelta::seconds(1))
        } else {
            let times: Vec<NaiveDateTime> = match rule.freq {
                Freq::Hourly => times(&[at.hour()], &rule.by_minute, &rule.by_second),
                Freq::Minutely => times(&[at.hour()], &[at.minute()], &rule.by_second),
                _ => vec![at.time()],
            }
            .into_iter()
            .map(|time| at.date().and_time(time))
            .collect();
            self.ready = if rule.by_set_pos.is_empty() {
                times.into()
            } else {
                positions(&rule.by_set_pos, times.len()).into_iter().map(|n| times[n]).collect()
            };
            Some(at)
        };
        // The next multiple of the step after `at`, not before `skip_to`.
        let ahead = skip_to.map_or(i64::MAX, |to| to.signed_duration_since(at).num_seconds());
        let steps = if ahead == 0 { 1 } else { ahead.saturating_add(step - 1) / step };
        self.next_period = steps
            .checked_mul(step)
            .and_then(TimeDelta::try_seconds)
            .and_then(|delta| at.checked_add_signed(delta))
            .filter(|next| next.year() <= LAST_YEAR)
            .map(Period::Moment);
    }
}

impl Iterator for Walk {
    type Item = NaiveDateTime;

    fn next(&mut self) -> Option<NaiveDateTime> {
        loop {
            while let Some(at) = self.ready.pop_front() {
                if at < self.start {
                    continue;
                }
                if self.left == Some(0) {
                    return None;
                }
                self.left = self.left.map(|left| left - 1);
                self.fruitless = 0;
                return Some(at);
            }
            if let Some(day) = self.days.pop_front() {
                self.fruitless += 1;
                if self.rule.allows_day(day) {
                    self.ready.extend(self.times.iter().map(|time| day.and_time(*time)));
                }
            } else {
                let period = self.next_period.filter(|period| period.begins_by(self.end))?;
                self.fruitless += 1;
                self.enter(period);
            }
            self.work += 1;
            if self.fruitless > MAX_FRUITLESS || self.work > MAX_WORK {
                return None;
            }
        }
    }
}

fn later(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    day.checked_add_days(Days::new(u64::try_from(days).ok()?)).filter(|day| day.year() <= LAST_YEAR)
}

fn month_days(year: i32, month: u32) -> impl Iterator<Item = NaiveDate> {
    (1..=31).map_while(move |day| NaiveDate::from_ymd_opt(year, month, day))
}

fn floor(at: NaiveDateTime, unit: i64) -> NaiveDateTime {
    let past = i64::from(at.time().num_seconds_from_midnight()) % unit;
    at.checked_sub_signed(TimeDelta::seconds(past)).unwrap_or(at)
}

fn times(hours: &[u32], minutes: &[u32], seconds: &[u32]) -> Vec<NaiveTime> {
    let mut list = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
    for hour in hours {
        for minute in minutes {
            list.extend(seconds.iter().filter_map(|second| NaiveTime::from_hms_opt(*hour, *minute, *second)));
        }
    }
    list
}

/// The places BYSETPOS picks out of `len`, in order.
fn positions(wanted: &[i32], len: usize) -> Vec<usize> {
    let mut places: Vec<usize> = wanted
        .iter()
        .filter_map(|position| {
            let distance = usize::try_from(position.unsigned_abs()).ok()?;
            if *position > 0 { Some(distance - 1) } else { len.checked_sub(distance) }
        })
        .filter(|place| *place < len)
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar_file::value::{Written, written};

    fn walk(rule: &str, start: &str) -> Walk {
        let Some(Written::Local(start)) = written(start) else { panic!("{start}") };
        Walk::new(&Rule::parse(rule).unwrap(), start, NaiveDateTime::MAX)
    }

    fn first(rule: &str, start: &str, many: usize) -> Vec<String> {
        walk(rule, start).take(many).map(|at| at.format("%Y%m%dT%H%M%S").to_string()).collect()
    }

    #[test]
    fn the_example_of_the_last_workday_of_the_month_comes_out() {
        // RFC 5545 §3.8.5.3.
        let rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2";
        assert_eq!(
            first(rule, "19970929T090000", 4),
            ["19970929T090000", "19971030T090000", "19971127T090000", "19971230T090000"]
        );
    }

    #[test]
    fn wkst_decides_which_week_a_sunday_is_in() {
        // RFC 5545 §3.8.5.3.
        let rule = |wkst| format!("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST={wkst}");
        let days = |wkst| {
            first(&rule(wkst), "19970805T090000", 9).iter().map(|d| d[4..8].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(days("MO"), ["0805", "0810", "0819", "0824"]);
        assert_eq!(days("SU"), ["0805", "0817", "0819", "0831"]);
    }

    #[test]
    fn a_rule_for_a_day_that_never_comes_ends_the_search() {
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4;BYSETPOS=1",
            "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=300",
            "FREQ=HOURLY;INTERVAL=24;BYHOUR=7",
        ] {
            assert_eq!(walk(rule, "20260101T090000").next(), None, "{rule}");
        }
    }

    #[test]
    fn hours_and_minutes_step_over_what_is_ruled_out() {
        assert_eq!(
            first("FREQ=MINUTELY;INTERVAL=90;BYHOUR=9,12", "20260101T090000", 4),
            ["20260101T090000", "20260101T120000", "20260102T090000", "20260102T120000"]
        );
        assert_eq!(first("FREQ=SECONDLY;INTERVAL=4000000000", "20260101T090000", 2)[1], "21521003T160640");
    }

    #[test]
    fn rules_that_the_rrule_crate_gets_wrong_come_out_right() {
        let theirs = |rule: &str| {
            let set: rrule::RRuleSet = format!("DTSTART:20260106T170000Z\nRRULE:{rule}").parse().ok()?;
            let found = set.all(3).dates;
            Some(found.iter().map(|at| at.format("%Y%m%dT%H%M%S").to_string()).collect::<Vec<_>>())
        };
        for (rule, wrong, right) in [
            // Every day instead of Mondays.
            ("FREQ=DAILY;BYDAY=2MO", Some(vec!["20260106T170000"]), "20260112T170000"),
            // Nothing instead of Mondays and first Tuesdays.
            ("FREQ=MONTHLY;BYDAY=MO,1TU", Some(vec![]), "20260106T170000"),
            // Refused, though others write it.
            ("FREQ=WEEKLY;BYMONTHDAY=7", None, "20260107T170000"),
        ] {
            assert_eq!(
                theirs(rule).map(|found| found.into_iter().take(1).collect::<Vec<_>>()),
                wrong.map(|list| { list.into_iter().map(str::to_owned).collect() })
            );
            assert_eq!(first(rule, "20260106T170000", 1), [right], "{rule}");
        }
    }
}
