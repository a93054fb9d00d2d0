//! A session: one scheduled lesson. Times are UTC instants; the zone of record stands beside them.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{SessionId, SessionKey, WorkspaceId},
    join::{Door, JoinUrl},
    person::Person,
};

/// How long before the start a Join counts as going in.
pub const EARLIEST_JOIN: Duration = Duration::minutes(60);

/// Where a session is in its life (the statuses of the state table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It will be, is, or was held and nobody has said otherwise.
    Scheduled,
    /// Held to its end.
    Completed,
    /// Held, and ended before its time.
    EarlyEnd,
    /// The student did not come.
    NoShowStudent,
    /// The tutor did not come.
    NoShowTutor,
    /// Called off before it was held.
    Cancelled,
}

impl Status {
    /// The name that the state table, the store and `bell --json` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDULED",
            Self::Completed => "COMPLETED",
            Self::EarlyEnd => "EARLY_END",
            Self::NoShowStudent => "NO_SHOW_STUDENT",
            Self::NoShowTutor => "NO_SHOW_TUTOR",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The status of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Every status, in the order of the state table.
    pub const ALL: [Self; 6] = [
        Self::Scheduled,
        Self::Completed,
        Self::EarlyEnd,
        Self::NoShowStudent,
        Self::NoShowTutor,
        Self::Cancelled,
    ];
}

/// Who decides a session's time, title and link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The person, in this app.
    ThisComputer,
    /// A calendar file that was brought in.
    CalendarFile,
    /// The samples for looking round.
    Sample,
    /// A school.
    School,
}

impl Source {
    /// The name that the store and `bell --json` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThisComputer => "this_computer",
            Self::CalendarFile => "calendar_file",
            Self::Sample => "sample",
            Self::School => "school",
        }
    }

    /// The source of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::ThisComputer, Self::CalendarFile, Self::Sample, Self::School]
            .into_iter()
            .find(|source| source.name() == name)
    }
}

/// Who called a session off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// The person, in this app.
    You,
    /// The calendar file that the session came from.
    CalendarFile,
    /// The tutor, at a school.
    Tutor,
    /// A student, at a school.
    Student,
    /// Somebody who acts for a student, at a school.
    Guardian,
    /// The school itself.
    School,
}

impl CancelledBy {
    /// The name that the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::CalendarFile => "calendar_file",
            Self::Tutor => "tutor",
            Self::Student => "student",
            Self::Guardian => "guardian",
            Self::School => "school",
        }
    }

    /// The one of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::You, Self::CalendarFile, Self::Tutor, Self::Student, Self::Guardian, Self::School]
            .into_iter()
            .find(|by| by.name() == name)
    }
}

/// Who decided a session's instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// IANA's table, of a wall clock in the zone of record.
    Iana,
    /// A calendar file's own definition of its zone (VTIMEZONE).
    File,
    /// Whoever wrote it in UTC.
    Utc,
    /// IANA's table, of a wall clock written without a zone and read in the computer's.
    Floating,
}

impl Decided {
    /// The name that the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iana => "iana",
            Self::File => "file",
            Self::Utc => "utc",
            Self::Floating => "floating",
        }
    }

    /// The one of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Iana, Self::File, Self::Utc, Self::Floating].into_iter().find(|decided| decided.name() == name)
    }

    /// A table of zones made the instant, and another table may make another one.
    #[must_use]
    pub const fn by_table(self) -> bool {
        matches!(self, Self::Iana | Self::Floating)
    }
}

/// The wall clock of a session's start as it was decided, without an offset, so that a newer table of zones can put
/// the instant right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallClock {
    /// What the clocks show.
    pub time: NaiveDateTime,
    /// Who made the instant of it.
    pub decided: Decided,
}

impl WallClock {
    /// A wall clock that IANA's table decides, as typed times are.
    #[must_use]
    pub const fn iana(time: NaiveDateTime) -> Self {
        Self { time, decided: Decided::Iana }
    }
}

/// One scheduled lesson of one person of this computer with somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Where it is decided.
    pub workspace: WorkspaceId,
    /// Its name there for as long as it is known.
    pub id: SessionId,
    /// Who decides its time, title and link.
    pub source: Source,
    /// The series it belongs to, if any.
    pub series_id: Option<String>,
    /// As the calendar gave it, or made of subject and person.
    pub title: String,
    /// The other person, if known.
    pub person: Option<Person>,
    /// What is taught, if known.
    pub subject: Option<String>,
    /// The planned start (UTC).
    pub start: DateTime<Utc>,
    /// The planned end (UTC), never before the start.
    pub end: DateTime<Utc>,
    /// The zone of record (IANA), in which wall clock was turned into `start` and `end`.
    pub zone: String,
    /// The wall clock of `start`, and who decided. Nothing only in a store of before that has not been put right yet.
    pub wall: Option<WallClock>,
    /// Which occurrence of its series it is: the wall clock of the original start. Nothing for single ones.
    pub original: Option<NaiveDateTime>,
    /// Where it is held, if anywhere but online.
    pub place: Option<String>,
    /// The address of its room. Holds secrets: never in a log, an event or an error.
    pub join_url: Option<JoinUrl>,
    /// When its door is open, where a school says so: it sees all sessions of a room, and whoever is in one of them may
    /// not. Else the join rule computes it.
    pub door: Option<Door>,
    /// The link was given by the person; a calendar file does not change it.
    pub own_link: bool,
    /// What its calendar file says about it.
    pub description: Option<String>,
    /// A digest of what the calendar file last said of it: while the file repeats itself, a change made
    /// here holds.
    pub said: Option<String>,
    /// What was set last time.
    pub homework: String,
    /// What is meant to happen.
    pub plan: String,
    /// Private notes.
    pub notes: String,
    /// Where it is in its life.
    pub status: Status,
    /// When and by whom it was called off, if it was.
    pub cancelled: Option<(DateTime<Utc>, CancelledBy)>,
    /// Whether the bell rings for it.
    pub bell: bool,
    /// When the person last pressed Join.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was first stored here.
    pub created_at: DateTime<Utc>,
    /// Counts its changes; a change names the version that it saw.
    pub version: i64,
}

impl Session {
    /// Names it among the sessions of all workspaces.
    #[must_use]
    pub const fn key(&self) -> SessionKey {
        SessionKey { workspace: self.workspace, id: self.id }
    }

    /// The name of the other person, if known.
    #[must_use]
    pub fn person_name(&self) -> Option<&str> {
        self.person.as_ref().map(|person| person.name.as_str())
    }

    /// A calendar entry without a link that nobody asked a bell for: time taken, nothing to join.
    #[must_use]
    pub fn is_busy_time(&self) -> bool {
        self.source == Source::CalendarFile && self.join_url.is_none() && !self.bell
    }

    /// Nothing more happens to it by itself.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status != Status::Scheduled
    }

    /// The person has gone in, now or earlier. Whoever opens the room the day before, to try the link, has
    /// not, and still wants to be rung. `now` is UTC.
    #[must_use]
    pub fn has_joined(&self, now: DateTime<Utc>) -> bool {
        self.opened_at.is_some_and(|opened| self.start - EARLIEST_JOIN <= opened && opened <= now)
    }

    /// The person's own session runs: from their Join to its planned end. Bells are quiet then.
    #[must_use]
    pub fn runs_for_me(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Scheduled && now < self.end && self.has_joined(now)
    }
}
