//! Calendar files (RFC 5545): reading what Google, Outlook, Apple and Thunderbird write, telling the
//! occurrences, and writing sessions so that they can read them.
//!
//! Nothing here touches a disk or asks for the time. The way of a file: bytes → logical lines
//! (`unfold`) → components (`parse`) → events with their zones (`event`, `zone`) → series by UID
//! (`series`) → occurrences (`recurrence`). Rules are followed in wall-clock time; one place (`zone`)
//! turns wall clocks into instants.

mod event;
mod excluded;
mod merge;
mod own_zone;
mod parse;
mod person;
mod recurrence;
mod rule;
mod series;
mod unfold;
mod value;
mod write;
mod zone;

use std::{collections::HashMap, fmt};

use uuid::Uuid;

use self::{event::Flaw, parse::Block, zone::Zones};
pub use self::{
    merge::{MergeOutcome, Merged},
    series::{Component, FileSeries, MAX_OCCURRENCES, Occurrence, Pattern, SeriesFault},
    write::{OutEvent, write},
};
use crate::zone::Zone;

/// Files beyond this many bytes are refused.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// The texts of all components of a file together, in bytes: each repeats the VTIMEZONEs it needs.
const MAX_TEXT: usize = 64 * 1024 * 1024;

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct CalendarFile {
    /// METHOD of the first VCALENDAR.
    pub method: Method,
    /// The timed events, by UID, in the order of the file.
    pub series: Vec<FileSeries>,
    /// VEVENTs of whole days (DTSTART is a DATE): never sessions. Overrides count only without master.
    pub all_day: usize,
    /// VEVENTs that cannot be understood.
    pub left_out: Vec<LeftOut>,
}

/// METHOD (RFC 5546 §1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// PUBLISH, or none.
    #[default]
    Publish,
    /// REQUEST: an invitation or its update.
    Request,
    /// CANCEL: what the file names is cancelled.
    Cancel,
    /// REPLY, ADD, REFRESH, COUNTER, DECLINECOUNTER or what else there may be.
    Other,
}

/// One VEVENT that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// 1-based line of the faulty property, or of the BEGIN if one is missing.
    pub line: usize,
    /// UID, if it has one.
    pub uid: Option<String>,
    /// SUMMARY, if it has one.
    pub title: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why an event cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No DTSTART.
    NoStart,
    /// A date or time that is none.
    BadTime,
    /// A TZID that is neither an IANA nor a Windows name nor defined by a VTIMEZONE.
    UnknownZone,
    /// An RRULE that RFC 5545 does not allow.
    BadRule,
    /// A DURATION that is none, is negative, or longer than a hundred years.
    BadDuration,
    /// DTEND before DTSTART.
    EndBeforeStart,
    /// More occurrences than [`MAX_OCCURRENCES`].
    TooManyOccurrences,
}

impl Reason {
    /// Stable name, for messages in the person's language.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoStart => "event_no_start",
            Self::BadTime => "event_bad_time",
            Self::UnknownZone => "event_unknown_zone",
            Self::BadRule => "event_bad_rule",
            Self::BadDuration => "event_bad_duration",
            Self::EndBeforeStart => "event_end_before_start",
            Self::TooManyOccurrences => "event_too_many_occurrences",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoStart => "no start",
            Self::BadTime => "not a date or time",
            Self::UnknownZone => "an unknown time zone",
            Self::BadRule => "not a recurrence rule",
            Self::BadDuration => "not a duration",
            Self::EndBeforeStart => "ends before it starts",
            Self::TooManyOccurrences => "takes place too often",
        })
    }
}

/// A file that is refused whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// More than [`MAX_BYTES`].
    #[error("the file is too large")]
    TooLarge,
    /// It does not begin with a VCALENDAR.
    #[error("line {line}: not a calendar")]
    NotACalendar {
        /// 1-based line in the file.
        line: usize,
    },
    /// Its structure is broken.
    #[error("line {line}: {what}")]
    Broken {
        /// 1-based line in the file.
        line: usize,
        /// How.
        what: BrokenWhat,
    },
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
}

impl FileFault {
    /// Stable name, for messages in the person's language.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "file_too_large",
            Self::NotACalendar { .. } => "file_not_a_calendar",
            Self::Broken { .. } => "file_broken",
            Self::Empty => "file_empty",
        }
    }

    /// 1-based line in the file.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::NotACalendar { line } | Self::Broken { line, .. } => Some(*line),
            Self::TooLarge | Self::Empty => None,
        }
    }
}

/// What is broken about the structure of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokenWhat {
    /// Another BEGIN or END comes where this component's END should be.
    Unclosed {
        /// Its name.
        component: String,
    },
    /// An END of what is not open.
    EndWithoutBegin {
        /// Its name.
        component: String,
    },
    /// The file ends before this component's END.
    EndsInside {
        /// Its name.
        component: String,
    },
    /// A line that is not `NAME:value`.
    MissingColon,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Something outside of VCALENDAR.
    OutsideCalendar,
    /// Components nested deeper than any calendar has them.
    TooDeep,
    /// A stored event that cannot be understood; never of a file.
    Event {
        /// Why.
        reason: Reason,
    },
}

impl fmt::Display for BrokenWhat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclosed { component } => write!(f, "{component} is not closed"),
            Self::EndWithoutBegin { component } => write!(f, "END:{component} without its BEGIN"),
            Self::EndsInside { component } => write!(f, "the file ends inside {component}"),
            Self::MissingColon => f.write_str("no colon"),
            Self::NotUtf8 => f.write_str("not UTF-8"),
            Self::OutsideCalendar => f.write_str("outside of the calendar"),
            Self::TooDeep => f.write_str("nested too deeply"),
            Self::Event { reason } => reason.fmt(f),
        }
    }
}

/// Reads a file. `local` is the computer's zone: floating times are its wall clock.
///
/// # Errors
/// A file whose structure is broken is refused whole. One event that cannot be understood is left out
/// and listed.
pub fn read(bytes: &[u8], local: Zone) -> Result<CalendarFile, FileFault> {
    if bytes.len() > MAX_BYTES {
        return Err(FileFault::TooLarge);
    }
    let calendars = parse::parse(bytes)?;
    let mut reading = Reading::default();
    reading.file.method = calendars.first().map_or(Method::Publish, method);
    for calendar in &calendars {
        let zones = Zones::read(calendar, local);
        for block in calendar.blocks.iter().filter(|block| block.name == "VEVENT") {
            reading.event(block, &zones)?;
        }
    }
    Ok(reading.finish())
}

#[derive(Default)]
struct Reading {
    file: CalendarFile,
    by_uid: HashMap<String, usize>,
    series: Vec<(String, Vec<Component>)>,
    text: usize,
}

impl Reading {
    fn event(&mut self, block: &Block, zones: &Zones) -> Result<(), FileFault> {
        let uid = uid(block);
        match Component::read(block, zones, self.file.method) {
            Ok(component) => {
                self.text += component.text.len();
                if self.text > MAX_TEXT {
                    return Err(FileFault::TooLarge);
                }
                if event::is_all_day(block) && component.recurrence_id.is_none() {
                    self.file.all_day += 1;
                }
                let at = *self.by_uid.entry(uid.clone()).or_insert_with(|| {
                    self.series.push((uid, Vec::new()));
                    self.series.len() - 1
                });
                self.series[at].1.push(component);
            }
            Err(Flaw { line, reason }) => {
                let text =
                    |name| block.get(name).map(|line| value::text(&line.value)).filter(|t| !t.is_empty());
                self.file.left_out.push(LeftOut { line, uid: text("UID"), title: text("SUMMARY"), reason });
            }
        }
        Ok(())
    }

    /// Whole days that override nothing count, and series of nothing else go.
    fn finish(mut self) -> CalendarFile {
        for (uid, components) in self.series {
            let series = FileSeries::of(uid, components);
            if series.master().is_none() {
                self.file.all_day += series.all_day_overrides();
            }
            if series.is_timed() {
                self.file.series.push(series);
            }
        }
        self.file
    }
}

fn method(calendar: &Block) -> Method {
    match calendar.get("METHOD").map(|line| line.value.trim().to_ascii_uppercase()).as_deref() {
        None | Some("" | "PUBLISH") => Method::Publish,
        Some("REQUEST") => Method::Request,
        Some("CANCEL") => Method::Cancel,
        Some(_) => Method::Other,
    }
}

/// UID. An event without one (§3.8.4.7 demands it) gets one from its start and title, so that the same
/// file read again means the same events.
fn uid(block: &Block) -> String {
    let text = |name| block.get(name).map(|line| value::text(&line.value)).unwrap_or_default();
    let uid = text("UID");
    if !uid.is_empty() {
        return uid;
    }
    let content = format!("{}\n{}\n{}", text("DTSTART"), text("RECURRENCE-ID"), text("SUMMARY"));
    format!("no-uid-{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, content.as_bytes()))
}
