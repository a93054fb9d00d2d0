//! What happened to a session, line by line: what, by whom, and when.

use chrono::{DateTime, Utc};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Typed in here.
    Added,
    /// Came with a calendar file.
    Imported,
    /// Its time changed; the detail is where it stood before.
    Moved,
    /// The clocks of its zone changed, and with them its instant; the detail is where it stood before.
    ClocksChanged,
    /// It ends at another time and starts when it did.
    LengthChanged,
    /// It has a link now, and had none.
    LinkAdded,
    /// Its link leads elsewhere now.
    LinkChanged,
    /// It has no link any more.
    LinkRemoved,
    /// It is held elsewhere.
    PlaceChanged,
    /// It is called something else, or is with somebody else.
    Renamed,
    /// Homework or plan were written.
    HomeworkChanged,
    /// Private notes were written.
    NotesChanged,
    /// Its bell was switched on.
    BellOn,
    /// Its bell was switched off.
    BellOff,
    /// Something else of it changed.
    Changed,
    /// Called off.
    Cancelled,
    /// Called off, and then not.
    Restored,
    /// The bell rang for it.
    Rang,
    /// The person pressed Join.
    Opened,
    /// Somebody of the other side did, as they say.
    TheyOpened,
    /// Said to have been held.
    Held,
    /// Said to have ended early.
    EndedEarly,
    /// Said that the student did not come.
    StudentAway,
    /// Said that the tutor did not come.
    TutorAway,
    /// What was said of how it went was taken back.
    MarkUndone,
}

impl Kind {
    const ALL: [Self; 25] = [
        Self::Added,
        Self::Imported,
        Self::Moved,
        Self::ClocksChanged,
        Self::LengthChanged,
        Self::LinkAdded,
        Self::LinkChanged,
        Self::LinkRemoved,
        Self::PlaceChanged,
        Self::Renamed,
        Self::HomeworkChanged,
        Self::NotesChanged,
        Self::BellOn,
        Self::BellOff,
        Self::Changed,
        Self::Cancelled,
        Self::Restored,
        Self::Rang,
        Self::Opened,
        Self::TheyOpened,
        Self::Held,
        Self::EndedEarly,
        Self::StudentAway,
        Self::TutorAway,
        Self::MarkUndone,
    ];

    /// The name that the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Imported => "imported",
            Self::Moved => "moved",
            Self::ClocksChanged => "clocks_changed",
            Self::LengthChanged => "length_changed",
            Self::LinkAdded => "link_added",
            Self::LinkChanged => "link_changed",
            Self::LinkRemoved => "link_removed",
            Self::PlaceChanged => "place_changed",
            Self::Renamed => "renamed",
            Self::HomeworkChanged => "homework_changed",
            Self::NotesChanged => "notes_changed",
            Self::BellOn => "bell_on",
            Self::BellOff => "bell_off",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::Restored => "restored",
            Self::Rang => "rang",
            Self::Opened => "opened",
            Self::TheyOpened => "they_opened",
            Self::Held => "held",
            Self::EndedEarly => "ended_early",
            Self::StudentAway => "student_away",
            Self::TutorAway => "tutor_away",
            Self::MarkUndone => "mark_undone",
        }
    }

    /// The kind of that name, if this program knows it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The person.
    You,
    /// A calendar file.
    CalendarFile,
    /// The bell.
    Bell,
    /// A newer table of time zones.
    Zones,
    /// The tutor, at a school.
    Tutor,
    /// A student, at a school.
    Student,
    /// Somebody who acts for a student, at a school.
    Guardian,
    /// The school itself.
    School,
}

impl By {
    const ALL: [Self; 8] = [
        Self::You,
        Self::CalendarFile,
        Self::Bell,
        Self::Zones,
        Self::Tutor,
        Self::Student,
        Self::Guardian,
        Self::School,
    ];

    /// The name that the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::CalendarFile => "calendar_file",
            Self::Bell => "bell",
            Self::Zones => "zones",
            Self::Tutor => "tutor",
            Self::Student => "student",
            Self::Guardian => "guardian",
            Self::School => "school",
        }
    }

    /// Whoever has that name, if this program knows them.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// One line of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// What.
    pub kind: Kind,
    /// Who.
    pub by: By,
    /// An instant that belongs to it.
    pub detail: Option<DateTime<Utc>>,
}
