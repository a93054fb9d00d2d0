//! Durations as people write them: "5m", "1h30m", "-90s", and as ISO 8601 does: "PT1H30M", "P1DT2H".

use chrono::TimeDelta;

/// The milliseconds of each unit that may be written, the longest first.
const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a duration; a sign may stand before it. None if it is none, or one of more than ten years.
#[must_use]
pub fn parse_duration(text: &str) -> Option<TimeDelta> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let ms = if rest.starts_with('P') { iso(rest)? } else { plain(rest)? };
    (ms <= 3_660 * UNITS[0].1).then(|| TimeDelta::milliseconds(sign * ms))
}

/// Units from long to short, each at most once: "1h30m", "1m500ms".
fn plain(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut shorter = 0;
    let mut sum: i64 = 0;
    while !rest.is_empty() {
        let (number, after) = digits(rest)?;
        let name_ends = after.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(after.len());
        let (name, after) = after.split_at(name_ends);
        let index = UNITS.iter().position(|(unit, _)| *unit == name)?;
        if index < shorter {
            return None;
        }
        shorter = index + 1;
        sum = sum.checked_add(number.checked_mul(UNITS[index].1)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(sum)
}

/// ISO 8601-1 §5.5.2.2 without years and months, whose length depends on the date; weeks, days, hours,
/// minutes, whole seconds.
fn iso(text: &str) -> Option<i64> {
    let body = text.strip_prefix('P')?;
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (body, ""),
    };
    let date = part(date, &[("W", 7 * UNITS[0].1), ("D", UNITS[0].1)])?;
    let time_sum = part(time, &[("H", UNITS[1].1), ("M", UNITS[2].1), ("S", UNITS[3].1)])?;
    (!body.is_empty()).then_some(())?;
    date.checked_add(time_sum)
}

fn part(text: &str, units: &[(&str, i64)]) -> Option<i64> {
    let mut rest = text;
    let mut units = units.iter();
    let mut sum: i64 = 0;
    while !rest.is_empty() {
        let (number, after) = digits(rest)?;
        let (unit, each) = units.find(|(unit, _)| after.starts_with(unit))?;
        sum = sum.checked_add(number.checked_mul(*each)?)?;
        rest = &after[unit.len()..];
    }
    Some(sum)
}

fn digits(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_they_are_written() {
        for (text, seconds) in [
            ("5m", 300),
            ("1h30m", 5_400),
            ("90s", 90),
            ("-90s", -90),
            ("+1d", 86_400),
            ("0s", 0),
            ("PT1H30M", 5_400),
            ("P1DT2H", 93_600),
            ("P1W", 604_800),
            ("-PT5M", -300),
        ] {
            assert_eq!(parse_duration(text), Some(TimeDelta::seconds(seconds)), "{text}");
        }
        assert_eq!(parse_duration("1s500ms"), Some(TimeDelta::milliseconds(1_500)));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "5M",
            "30m1h",
            "1h1h",
            "P",
            "PT",
            "P1H",
            "P1Y",
            "1.5h",
            "--5m",
            "9999999999d",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
