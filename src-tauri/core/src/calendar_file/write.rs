//! Sessions to a calendar file (RFC 5545), as Thunderbird and Google read it.

use chrono::{DateTime, Utc};

use super::value::escape;

/// One session as it goes into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutEvent {
    /// UID (RFC 5545 §3.8.4.7): the same for the same session, whenever it is written.
    pub uid: String,
    /// SEQUENCE: the revision, from 0.
    pub sequence: i64,
    /// First instant.
    pub start: DateTime<Utc>,
    /// Instant after the last.
    pub end: DateTime<Utc>,
    /// SUMMARY.
    pub title: String,
    /// LOCATION.
    pub location: Option<String>,
    /// DESCRIPTION.
    pub notes: Option<String>,
    /// URL; left out if it is no URI that fits on a line.
    pub url: Option<String>,
    /// STATUS:CANCELLED instead of CONFIRMED.
    pub cancelled: bool,
}

/// §3.1: lines are at most this many octets, without their end.
const MAX_LINE: usize = 75;

/// Writes a calendar (§3.4), CRLF, folded (§3.1); `stamp` is the DTSTAMP of all. Times are written in
/// UTC (§3.3.5, form 2): an instant is what is known of a session, every program shows it in its own
/// zone, and there is no VTIMEZONE to be read differently.
#[must_use]
pub fn write(events: &[OutEvent], stamp: DateTime<Utc>) -> String {
    let mut out = String::new();
    for fixed in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//First Bell//First Bell//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ] {
        line(&mut out, fixed);
    }
    for event in events {
        write_event(&mut out, event, stamp);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn write_event(out: &mut String, event: &OutEvent, stamp: DateTime<Utc>) {
    let text = |name: &str, value: &str| format!("{name}:{}", escape(value));
    line(out, "BEGIN:VEVENT");
    line(out, &text("UID", &event.uid));
    line(out, &format!("DTSTAMP:{}", utc(stamp)));
    line(out, &format!("DTSTART:{}", utc(event.start)));
    // §3.6.1: without DTEND it ends when it starts; a DTEND must be later than DTSTART.
    if event.end > event.start {
        line(out, &format!("DTEND:{}", utc(event.end)));
    }
    line(out, &text("SUMMARY", &event.title));
    for (name, value) in [("LOCATION", &event.location), ("DESCRIPTION", &event.notes)] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            line(out, &text(name, value));
        }
    }
    if let Some(url) = event.url.as_deref().filter(|url| is_uri(url)) {
        line(out, &format!("URL:{url}"));
    }
    line(out, &format!("SEQUENCE:{}", event.sequence));
    line(out, if event.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    line(out, "END:VEVENT");
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn is_uri(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// One content line, folded between characters.
fn line(out: &mut String, content: &str) {
    let mut room = MAX_LINE;
    for c in content.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = MAX_LINE - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}
