//! What another table of time zones means for the sessions that are here: which of them move, and what is to be
//! remembered of those that came before wall clocks were kept. Decided without any input or output.

use chrono::{DateTime, Utc};

use crate::{
    calendar_file::Occurrence,
    occurrences::{digest, digest_of_instants},
    session::{Decided, Session, Source, Status, WallClock},
    zone::{Table, Zone},
};

/// The session as it is by `table`, if that moves it. What is over stays, and so does what the person is in, and what
/// no table has decided. `now` is UTC.
#[must_use]
pub fn moved(session: &Session, table: &'static Table, now: DateTime<Utc>) -> Option<Session> {
    let wall = session.wall.filter(|wall| wall.decided.by_table())?;
    let is_open = matches!(session.status, Status::Scheduled | Status::Cancelled);
    if !is_open || session.has_joined(now) {
        return None;
    }
    let start = table.zone(&session.zone)?.instant(wall.time);
    let end = start + (session.end - session.start);
    // Over by both tables: one that the old one has ended may be about to begin.
    if start == session.start || session.end.max(end) <= now {
        return None;
    }
    let mut moved = session.clone();
    (moved.start, moved.end) = (start, end);
    // It is another time now, for which nobody has gone in.
    moved.opened_at = None;
    Some(moved)
}

/// The session with the wall clock that it was made of by the table `was`. `occurrence` is what its calendar file says
/// of it, by the same table.
#[must_use]
pub fn remembered(session: &Session, occurrence: Option<&Occurrence>, was: &'static Table) -> Session {
    let mut session = session.clone();
    let zone = was.zone(&session.zone).unwrap_or_else(|| was.utc());
    let shown = zone.wall(session.start);
    session.wall = Some(match (session.source, occurrence) {
        // It stands where the file has it.
        (_, Some(occurrence)) if occurrence.start == session.start => occurrence.wall,
        // The person has typed its time, or moved it.
        (Source::ThisComputer, _) | (_, Some(_)) => typed(zone, shown, session.start),
        // Samples are around the moment at which they came; and what its file does not speak of any more stays.
        (Source::CalendarFile | Source::Sample | Source::School, None) => {
            WallClock { time: shown, decided: Decided::Utc }
        }
    });
    if let Some(occurrence) = occurrence {
        session.original = occurrence.original;
        if session.said.as_deref() == Some(digest_of_instants(occurrence).as_str()) {
            session.said = Some(digest(occurrence));
        }
    }
    session
}

/// The wall clock that was typed. What the table does not make of it again (the second of two hours of one name) was
/// not made of it before.
fn typed(zone: Zone, shown: chrono::NaiveDateTime, start: DateTime<Utc>) -> WallClock {
    let decided = if zone.instant(shown) == start { Decided::Iana } else { Decided::Utc };
    WallClock { time: shown, decided }
}
