//! What a change of a session comes to, line by line, for *What happened*. Whoever comes to a lesson whose link is
//! another than last week must be able to see that, and from whom it came.

use chrono::{DateTime, Utc};

use crate::{
    happened::Kind,
    session::{Session, Status},
};

/// A line of what happened, and the instant (UTC) that belongs to it.
pub(super) type Line = (Kind, Option<DateTime<Utc>>);

/// The lines for what differs, what matters most first; none when nothing does. A session that is called off has
/// only that line: what else changed with it matters to nobody.
pub(super) fn news(was: &Session, will: &Session) -> Vec<Line> {
    if was.status == Status::Scheduled && will.status == Status::Cancelled {
        return vec![(Kind::Cancelled, None)];
    }
    let lines = [
        (was.status == Status::Cancelled && will.status == Status::Scheduled, Kind::Restored),
        (was.start == will.start && was.end != will.end, Kind::LengthChanged),
        (was.join_url.is_none() && will.join_url.is_some(), Kind::LinkAdded),
        (was.join_url.is_some() && will.join_url.is_none(), Kind::LinkRemoved),
        (both_differ(was.join_url.as_ref(), will.join_url.as_ref()), Kind::LinkChanged),
        (was.place != will.place, Kind::PlaceChanged),
        (
            (&was.title, &was.person, &was.subject) != (&will.title, &will.person, &will.subject),
            Kind::Renamed,
        ),
        ((&was.homework, &was.plan) != (&will.homework, &will.plan), Kind::HomeworkChanged),
        (was.notes != will.notes, Kind::NotesChanged),
        (!was.bell && will.bell, Kind::BellOn),
        (was.bell && !will.bell, Kind::BellOff),
        ((&was.description, &was.zone) != (&will.description, &will.zone), Kind::Changed),
    ];
    let moved = (was.start != will.start).then_some((Kind::Moved, Some(was.start)));
    let others = lines.into_iter().filter_map(|(differs, kind)| differs.then_some((kind, None)));
    moved.into_iter().chain(others).collect()
}

fn both_differ<T: PartialEq>(was: Option<&T>, will: Option<&T>) -> bool {
    matches!((was, will), (Some(was), Some(will)) if was != will)
}
