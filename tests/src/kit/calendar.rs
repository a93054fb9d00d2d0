//! Calendar files around a given now, as a person would save or be sent them.

use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, Duration, Utc};
use firstbell_core::zone::Zone;

use super::people::{Person, student_ben, tutor_ada};

/// A meeting of Google's, in its real form.
pub const MEET_LINK: &str = "https://meet.google.com/abc-defg-hij";

/// One event of a calendar file.
#[derive(Clone, Debug)]
pub struct Lesson {
    uid: String,
    title: String,
    starts: DateTime<Utc>,
    length: Duration,
    zone: Option<Zone>,
    link: Option<String>,
    tutor: Person,
    students: Vec<Person>,
    sequence: u32,
    cancelled: bool,
}

impl Lesson {
    /// Ben's hour with Ada which starts `seconds` after `now`, with [`MEET_LINK`].
    #[must_use]
    pub fn starting_in(seconds: i64, now: DateTime<Utc>) -> Self {
        Self {
            uid: uuid::Uuid::new_v4().to_string(),
            title: "Algebra with Ada".to_owned(),
            starts: now + Duration::seconds(seconds),
            length: Duration::minutes(60),
            zone: None,
            link: Some(MEET_LINK.to_owned()),
            tutor: tutor_ada(),
            students: vec![student_ben()],
            sequence: 0,
            cancelled: false,
        }
    }

    /// A known UID: the same event again.
    #[must_use]
    pub fn uid(mut self, uid: &str) -> Self {
        uid.clone_into(&mut self.uid);
        self
    }

    /// The summary.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The planned length.
    #[must_use]
    pub fn minutes(mut self, minutes: i64) -> Self {
        self.length = Duration::minutes(minutes);
        self
    }

    /// Times as wall clock with `TZID`, as calendars write them, instead of in UTC.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Another place to meet.
    #[must_use]
    pub fn link(mut self, link: &str) -> Self {
        self.link = Some(link.to_owned());
        self
    }

    /// No place to meet.
    #[must_use]
    pub fn without_link(mut self) -> Self {
        self.link = None;
        self
    }

    /// Who learns.
    #[must_use]
    pub fn students(mut self, students: &[Person]) -> Self {
        self.students = students.to_vec();
        self
    }

    /// A later edition of the same event.
    #[must_use]
    pub fn sequence(mut self, sequence: u32) -> Self {
        self.sequence = sequence;
        self
    }

    /// Called off.
    #[must_use]
    pub fn cancelled(mut self) -> Self {
        self.cancelled = true;
        self
    }

    /// When it starts.
    #[must_use]
    pub fn starts(&self) -> DateTime<Utc> {
        self.starts
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", self.uid),
            format!("DTSTAMP:{}", utc(self.starts)),
            time("DTSTART", self.starts, self.zone),
            time("DTEND", self.starts + self.length, self.zone),
            format!("SEQUENCE:{}", self.sequence),
            format!("STATUS:{}", if self.cancelled { "CANCELLED" } else { "CONFIRMED" }),
            format!("SUMMARY:{}", text(&self.title)),
            format!("ORGANIZER;CN=\"{}\":mailto:{}", self.tutor.name, self.tutor.email),
        ];
        for student in &self.students {
            lines
                .push(format!("ATTENDEE;CN=\"{}\";PARTSTAT=ACCEPTED:mailto:{}", student.name, student.email));
        }
        if let Some(link) = &self.link {
            lines.push(format!("LOCATION:{}", text(link)));
            lines.push(format!("DESCRIPTION:{}", text(&format!("Join the meeting: {link}\nSee you there!"))));
        }
        lines.push("END:VEVENT".to_owned());
        lines
    }
}

/// The text of a calendar file: folded, with CRLF, as RFC 5545 has it.
#[must_use]
pub fn calendar(lessons: &[Lesson]) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//First Bell//Test kit//EN".to_owned(),
    ];
    lines.extend(lessons.iter().flat_map(Lesson::lines));
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line) + "\r\n").collect()
}

/// Writes the calendar file `path`.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, lessons: &[Lesson]) -> Result<()> {
    Ok(std::fs::write(path, calendar(lessons))?)
}

fn time(name: &str, instant: DateTime<Utc>, zone: Option<Zone>) -> String {
    match zone {
        Some(zone) => {
            format!("{name};TZID={}:{}", zone.name(), instant.with_timezone(&zone).format("%Y%m%dT%H%M%S"))
        }
        None => format!("{name}:{}", utc(instant)),
    }
}

fn utc(instant: DateTime<Utc>) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

fn text(value: &str) -> String {
    value.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// At most 75 octets a line, never inside a character.
fn folded(line: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for character in line.chars() {
        if width + character.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(character);
        width += character.len_utf8();
    }
    out
}
