//! The table `session_events`: what happened to a session. Only ever added to.

use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, SqliteConnection};

use super::{ROWS_AT_ONCE, Result, from_ms, to_ms};
use crate::id::SessionId;

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
    const ALL: [Self; 24] = [
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
        Self::Held,
        Self::EndedEarly,
        Self::StudentAway,
        Self::TutorAway,
        Self::MarkUndone,
    ];

    /// The name in the table.
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
            Self::Held => "held",
            Self::EndedEarly => "ended_early",
            Self::StudentAway => "student_away",
            Self::TutorAway => "tutor_away",
            Self::MarkUndone => "mark_undone",
        }
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
}

impl By {
    const ALL: [Self; 4] = [Self::You, Self::CalendarFile, Self::Bell, Self::Zones];

    /// The name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::CalendarFile => "calendar_file",
            Self::Bell => "bell",
            Self::Zones => "zones",
        }
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

/// Notes that something happened.
///
/// # Errors
/// What SQLite says.
pub async fn add(conn: &mut SqliteConnection, session: SessionId, event: Event) -> Result<()> {
    sqlx::query(
        "INSERT INTO session_events (session_id, at, kind, source, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(session.to_string())
    .bind(to_ms(event.at))
    .bind(event.kind.name())
    .bind(event.by.name())
    .bind(event.detail.map(to_ms))
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that the same happened to many.
///
/// # Errors
/// What SQLite says.
pub async fn add_to_all(conn: &mut SqliteConnection, sessions: &[SessionId], event: Event) -> Result<()> {
    for some in sessions.chunks(ROWS_AT_ONCE) {
        let mut insert =
            QueryBuilder::new("INSERT INTO session_events (session_id, at, kind, source, detail) ");
        insert.push_values(some, |mut row, session| {
            row.push_bind(session.to_string())
                .push_bind(to_ms(event.at))
                .push_bind(event.kind.name())
                .push_bind(event.by.name())
                .push_bind(event.detail.map(to_ms));
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// What happened to a session, in order. Kinds that this program does not know are left out.
///
/// # Errors
/// What SQLite says.
pub async fn of(conn: &mut SqliteConnection, session: SessionId) -> Result<Vec<Event>> {
    let rows: Vec<(i64, String, String, Option<i64>)> = sqlx::query_as(
        "SELECT at, kind, source, detail FROM session_events WHERE session_id = ?1 ORDER BY id",
    )
    .bind(session.to_string())
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(at, kind, by, detail)| {
            let kind = Kind::ALL.into_iter().find(|known| known.name() == kind)?;
            let by = By::ALL.into_iter().find(|known| known.name() == by)?;
            Some(Event { at: from_ms(at), kind, by, detail: detail.map(from_ms) })
        })
        .collect())
}
