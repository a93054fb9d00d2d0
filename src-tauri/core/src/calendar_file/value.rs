//! Values of properties: dates and times, durations, offsets, text (RFC 5545 §3.3).

use chrono::{NaiveDate, NaiveDateTime};

/// A DATE or DATE-TIME as it is written, without its zone (§3.3.4, §3.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Utc(NaiveDateTime),
}

/// `20261124`, `20261124T150000` or `20261124T150000Z`.
pub(super) fn written(text: &str) -> Option<Written> {
    let text = text.trim().as_bytes();
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(digits(text, 0, 4)?).ok()?,
        digits(text, 4, 2)?,
        digits(text, 6, 2)?,
    )?;
    if text.len() == 8 {
        return Some(Written::Date(date));
    }
    if !matches!(text.get(8), Some(b'T' | b't')) {
        return None;
    }
    // §3.3.12: whoever knows no leap seconds reads second 60 as 59.
    let second = digits(text, 13, 2)?;
    let second = if second == 60 { 59 } else { second };
    let time = date.and_hms_opt(digits(text, 9, 2)?, digits(text, 11, 2)?, second)?;
    match text.get(15..) {
        Some(b"") => Some(Written::Local(time)),
        Some(b"Z" | b"z") => Some(Written::Utc(time)),
        _ => None,
    }
}

fn digits(text: &[u8], at: usize, width: usize) -> Option<u32> {
    let part = text.get(at..at + width)?;
    part.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

/// A DURATION (§3.3.6): days are nominal (a calendar day), seconds exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub days: i64,
    pub seconds: i64,
}

/// Longer than any lesson, short enough that no date overflows.
const MAX_SPAN_DAYS: i64 = 36_600;

/// `P1DT2H`, `PT45M`, `P2W`. Negative ones and those beyond a hundred years are refused.
pub(super) fn span(text: &str) -> Option<Span> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let mut rest = text.strip_prefix(['P', 'p'])?;
    let mut span = Span::default();
    let mut in_time = false;
    let mut any = false;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['T', 't']) {
            if in_time {
                return None;
            }
            in_time = true;
            rest = after;
            continue;
        }
        let width = rest.bytes().take_while(u8::is_ascii_digit).count();
        if width == 0 || width > 9 {
            return None;
        }
        let number: i64 = rest[..width].parse().ok()?;
        match (rest.as_bytes().get(width)?.to_ascii_uppercase(), in_time) {
            (b'W', false) => span.days += number * 7,
            (b'D', false) => span.days += number,
            (b'H', true) => span.seconds += number * 3600,
            (b'M', true) => span.seconds += number * 60,
            (b'S', true) => span.seconds += number,
            _ => return None,
        }
        any = true;
        rest = &rest[width + 1..];
    }
    (any && span.days + span.seconds / 86_400 <= MAX_SPAN_DAYS).then_some(span)
}

/// A UTC-OFFSET in seconds (§3.3.14): `+0100`, `-0330`, `+005328`.
pub(super) fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let rest = rest.as_bytes();
    let (hours, minutes) = (digits(rest, 0, 2)?, digits(rest, 2, 2)?);
    let seconds = match rest.len() {
        4 => 0,
        6 => digits(rest, 4, 2)?,
        _ => return None,
    };
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    i32::try_from(hours * 3600 + minutes * 60 + seconds).ok().map(|total| sign * total)
}

/// TEXT with its escapes undone (§3.3.11), without control characters other than line feed and tab.
pub(super) fn text(escaped: &str) -> String {
    let mut out = String::with_capacity(escaped.len());
    let mut chars = escaped.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => '\n',
                Some(other) => other,
                None => '\\',
            },
            c => c,
        };
        if !c.is_control() || matches!(c, '\n' | '\t') {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// TEXT escaped for a file (§3.3.11).
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_days_and_seconds() {
        assert_eq!(span("PT1H30M"), Some(Span { days: 0, seconds: 5400 }));
        assert_eq!(span("P1DT2H"), Some(Span { days: 1, seconds: 7200 }));
        assert_eq!(span("P2W"), Some(Span { days: 14, seconds: 0 }));
        assert_eq!(span("+PT0S"), Some(Span::default()));
        for bad in ["", "P", "PT", "1H", "P1H", "PT1D", "-PT1H", "P999999999W", "PT1H1é"] {
            assert_eq!(span(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_leap_second_is_the_second_before_it() {
        assert_eq!(written("20161231T235960Z"), written("20161231T235959Z"));
        for bad in ["", "2026112", "20261324", "20261124T250000", "20261124T1500", "20261124T150000+01", "é"]
        {
            assert_eq!(written(bad), None, "{bad}");
        }
    }

    #[test]
    fn escaped_text_comes_back() {
        assert_eq!(text(r"Algebra\, part 1\; bring\nthe \\book\\"), "Algebra, part 1; bring\nthe \\book\\");
        assert_eq!(text(&escape("a,b;c\\n\nd")), "a,b;c\\n\nd");
    }
}
