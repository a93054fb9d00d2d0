//! Which sessions of several sources are one lesson, so that it is one row and rings once.
//!
//! Only the same start and the same room make two sessions one: whoever joins the one is in the other. Names and
//! lengths differ from source to source and say nothing. What is not surely the same stays apart, since two rows cost
//! less than a lesson that is missed.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    id::SessionKey,
    join::JoinUrl,
    session::{Session, Status},
};

/// A session, and what other sources have of the same lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The session that stands for all.
    pub session: Session,
    /// The others, in the order in which they would stand for it.
    pub also: Vec<Session>,
}

impl Lesson {
    /// Every session of it, the one that stands for all first.
    pub fn all(&self) -> impl Iterator<Item = &Session> {
        std::iter::once(&self.session).chain(&self.also)
    }

    /// A lesson of one session.
    #[must_use]
    pub const fn of(session: Session) -> Self {
        Self { session, also: Vec::new() }
    }
}

/// Puts sessions together that are one lesson. `among` are all sessions that start when they do, those of all sources
/// and they themselves among them; `before` says which of two stands for both. Each lesson is named once, where its
/// first session stood.
pub fn together<K: Ord>(
    sessions: Vec<Session>,
    among: &[Session],
    before: impl Fn(&Session) -> K,
) -> Vec<Lesson> {
    let rooms: BTreeMap<SessionKey, String> =
        among.iter().filter_map(|session| Some((session.key(), room(session)?))).collect();
    let mut lessons = Vec::with_capacity(sessions.len());
    let mut told = BTreeSet::new();
    for session in sessions {
        if told.contains(&session.key()) {
            continue;
        }
        let mut all: Vec<Session> = same_as(&session, among, &rooms).into_iter().cloned().collect();
        all.sort_by_key(|session| (before(session), session.key()));
        if all.is_empty() {
            all.push(session);
        }
        told.extend(all.iter().map(Session::key));
        let first = all.remove(0);
        lessons.push(Lesson { session: first, also: all });
    }
    lessons
}

/// The sessions of a lesson, itself among them; none where it is alone, or where which of two is meant can't be told.
fn same_as<'a>(
    session: &Session,
    among: &'a [Session],
    rooms: &BTreeMap<SessionKey, String>,
) -> Vec<&'a Session> {
    let Some(room) = rooms.get(&session.key()) else { return Vec::new() };
    let is_same = |other: &&Session| {
        other.start == session.start
            && is_called_off(other) == is_called_off(session)
            && rooms.get(&other.key()) == Some(room)
    };
    let all: Vec<&Session> = among.iter().filter(is_same).collect();
    let sources: BTreeSet<_> = all.iter().map(|other| other.workspace).collect();
    if sources.len() == all.len() { all } else { Vec::new() }
}

/// What one source has called off, and another has not, are two things to know of.
fn is_called_off(session: &Session) -> bool {
    session.status == Status::Cancelled
}

fn room(session: &Session) -> Option<String> {
    session.join_url.as_ref().map(JoinUrl::room_key)
}
