//! A session as a row, and its page.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstbell_core::{
    app::SessionPage as CorePage,
    happened::{Event, Kind},
    id::PersonId,
    join::{JoinState as CoreState, Verdict},
    session::{CancelledBy, Session, Status as CoreStatus},
    today::{Also, Entry},
    wall_clock::{HourClock, time_of_day},
    words::say,
    zone::Zone,
};
use serde::Serialize;
use specta::Type;

use super::{
    enums::{Action, JoinState, Source, Status, Who},
    instant,
};

/// The door of a session.
#[derive(Clone, Debug, Serialize, Type)]
pub struct JoinView {
    pub state: JoinState,
    pub opens_at: String,
    pub closes_at: String,
    /// When the person went in.
    pub opened_at: Option<String>,
    /// The host that has to be confirmed, in punycode.
    pub asks_host: Option<String>,
}

/// The one line about a session's state; nothing is normal.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StatusLine {
    Cancelled { by: Who, at: String },
    NoLink,
    Overlaps { with: String },
    Busy,
    Held { status: Status },
    BellOff,
}

/// What another source has of the same lesson.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "Also")]
pub struct AlsoView {
    pub id: String,
    /// What the school is called; nothing for this computer.
    pub school: Option<String>,
    /// Who else it says the lesson is with.
    pub with: Option<String>,
}

/// A session as a row or card. Its address is not in it.
#[derive(Clone, Debug, Serialize, Type)]
pub struct SessionRow {
    pub id: String,
    pub version: i32,
    pub title: String,
    /// The name of the other person.
    pub person: Option<String>,
    pub person_id: Option<String>,
    pub subject: Option<String>,
    pub person_zone: Option<String>,
    pub start: String,
    pub end: String,
    pub zone: String,
    pub status: Status,
    pub join: JoinView,
    pub line: Option<StatusLine>,
    /// The first line of the homework.
    pub homework: Option<String>,
    /// "Google Meet".
    pub provider: Option<String>,
    pub busy: bool,
    pub bell: bool,
    pub place: Option<String>,
    pub in_series: bool,
    pub source: Source,
    /// What the school is called that plans it, where sessions come from more than one place.
    pub school: Option<String>,
    /// What other sources have of the same lesson.
    pub also: Vec<AlsoView>,
    /// What may be done to it now.
    pub allowed: Vec<Action>,
}

impl AlsoView {
    fn of(also: &Also) -> Self {
        Self { id: also.key.to_string(), school: also.school.clone(), with: also.with.clone() }
    }
}

impl SessionRow {
    /// The row of an entry. `zones` are the zones in which people live; `now` is UTC.
    pub fn new(entry: &Entry, zones: &BTreeMap<PersonId, String>, now: DateTime<Utc>) -> Self {
        let session = &entry.session;
        let url = session.join_url.as_ref();
        Self {
            id: session.key().to_string(),
            version: i32::try_from(session.version).unwrap_or(i32::MAX),
            title: session.title.clone(),
            person: session.person_name().map(str::to_owned),
            person_id: session.person.as_ref().map(|person| person.id.to_string()),
            subject: session.subject.clone(),
            person_zone: session.person.as_ref().and_then(|person| zones.get(&person.id)).cloned(),
            start: instant(session.start),
            end: instant(session.end),
            zone: session.zone.clone(),
            status: session.status.into(),
            join: JoinView {
                state: entry.join.into(),
                opens_at: instant(entry.door.opens_at),
                closes_at: instant(entry.door.closes_at),
                opened_at: session.opened_at.filter(|_| session.has_joined(now)).map(instant),
                asks_host: url.filter(|url| url.verdict() == Verdict::Ask).map(|url| url.host().to_owned()),
            },
            line: line(entry),
            homework: session.homework.lines().next().map(str::to_owned).filter(|line| !line.is_empty()),
            provider: url.and_then(|url| url.provider()).map(|provider| provider.label().to_owned()),
            busy: session.is_busy_time(),
            bell: session.bell,
            place: session.place.clone(),
            in_series: session.series_id.is_some(),
            source: session.source.into(),
            school: entry.school.clone(),
            also: entry.also.iter().map(AlsoView::of).collect(),
            allowed: entry.allowed.iter().copied().map(Action::from).collect(),
        }
    }
}

/// The first line that applies, in the order in which it matters.
fn line(entry: &Entry) -> Option<StatusLine> {
    let session = &entry.session;
    match (session.status, session.cancelled) {
        (CoreStatus::Cancelled, Some((at, by))) => {
            let by = match by {
                CancelledBy::You => Who::You,
                CancelledBy::CalendarFile => Who::CalendarFile,
                CancelledBy::Tutor => Who::Tutor,
                CancelledBy::Student => Who::Student,
                CancelledBy::Guardian => Who::Guardian,
                CancelledBy::School => Who::School,
            };
            return Some(StatusLine::Cancelled { by, at: instant(at) });
        }
        (CoreStatus::Scheduled, _) => {}
        (status, _) => return Some(StatusLine::Held { status: status.into() }),
    }
    if session.is_busy_time() {
        Some(StatusLine::Busy)
    } else if entry.join == CoreState::NoLink && session.place.is_none() {
        Some(StatusLine::NoLink)
    } else if let Some(with) = &entry.overlaps {
        Some(StatusLine::Overlaps { with: with.clone() })
    } else if !session.bell && entry.join != CoreState::Ended {
        Some(StatusLine::BellOff)
    } else {
        None
    }
}

/// One line of what happened.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Happened {
    pub at: String,
    pub source: Who,
    pub words: String,
}

/// All that is known of one session.
#[derive(Clone, Debug, Serialize, Type)]
pub struct SessionPage {
    pub row: SessionRow,
    /// The address as it may be shown: host and path, nothing that lets anybody in.
    pub link: Option<String>,
    pub homework: String,
    pub plan: String,
    pub notes: String,
    /// What the calendar file says about it.
    pub description: Option<String>,
    pub happened: Vec<Happened>,
    pub later_in_series: u32,
}

impl SessionPage {
    /// The page. Times in sentences are said in `zone`; `now` is UTC.
    pub fn new(page: &CorePage, zone: Zone, clock: HourClock, now: DateTime<Utc>) -> Self {
        let session = &page.entry.session;
        Self {
            row: SessionRow::new(&page.entry, &page.zones(), now),
            link: shown_link(session),
            homework: session.homework.clone(),
            plan: session.plan.clone(),
            notes: session.notes.clone(),
            description: session.description.clone(),
            happened: page.happened.iter().map(|event| happened(event, zone, clock)).collect(),
            later_in_series: u32::try_from(page.later_in_series).unwrap_or(u32::MAX),
        }
    }
}

/// Host and path. Query and fragment hold passwords, so they stay out.
fn shown_link(session: &Session) -> Option<String> {
    let url = session.join_url.as_ref()?;
    let plain = url.as_str().trim_start_matches("https://");
    let plain = plain.split(['?', '#']).next().unwrap_or(plain);
    Some(plain.trim_end_matches('/').to_owned())
}

fn happened(event: &Event, zone: Zone, clock: HourClock) -> Happened {
    let name = match event.kind {
        Kind::Added => "happened-added",
        Kind::Imported => "happened-imported",
        Kind::Moved => "happened-moved",
        Kind::ClocksChanged => "happened-clocks-changed",
        Kind::LengthChanged => "happened-length-changed",
        Kind::LinkAdded => "happened-link-added",
        Kind::LinkChanged => "happened-link-changed",
        Kind::LinkRemoved => "happened-link-removed",
        Kind::PlaceChanged => "happened-place-changed",
        Kind::Renamed => "happened-renamed",
        Kind::HomeworkChanged => "happened-homework-changed",
        Kind::NotesChanged => "happened-notes-changed",
        Kind::BellOn => "happened-bell-on",
        Kind::BellOff => "happened-bell-off",
        Kind::Changed => "happened-changed",
        Kind::Cancelled => "happened-cancelled",
        Kind::Restored => "happened-restored",
        Kind::Rang => "happened-rang",
        Kind::Opened => "happened-opened",
        Kind::TheyOpened => "happened-they-opened",
        Kind::Held => "happened-held",
        Kind::EndedEarly => "happened-ended-early",
        Kind::StudentAway => "happened-student-away",
        Kind::TutorAway => "happened-tutor-away",
        Kind::MarkUndone => "happened-mark-undone",
    };
    let before = event.detail.map(|at| day_and_time(at, zone, clock)).unwrap_or_default();
    Happened {
        at: instant(event.at),
        source: event.by.into(),
        words: say(name, &[("before", before.into())]),
    }
}

/// "Thu 26 Nov, 16:00".
fn day_and_time(at: DateTime<Utc>, zone: Zone, clock: HourClock) -> String {
    format!("{}, {}", at.with_timezone(&zone).format("%a %-d %b"), time_of_day(at, zone, clock))
}
