//! All workspaces of a person: one list, one bell.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Duration, Utc};

use super::local::{Local, Reading};
use crate::{
    id::{PersonId, SessionKey, WorkspaceId},
    join::{JoinRules, Room},
    same_lesson::{Lesson, together},
    session::{Session, Status},
    state_table::Role,
    store::{Result, local::people::Met},
};

/// All workspaces of a person. Clones are the same: one that comes, or goes, does so for all.
#[derive(Clone, Debug)]
pub struct Workspaces(Arc<RwLock<Vec<Local>>>);

impl Workspaces {
    /// These.
    #[must_use]
    pub fn new(all: Vec<Local>) -> Self {
        Self(Arc::new(RwLock::new(all)))
    }

    /// The workspace of that id.
    #[must_use]
    pub fn of(&self, id: WorkspaceId) -> Option<Local> {
        self.all().into_iter().find(|workspace| workspace.id() == id)
    }

    /// Takes a workspace in, in the place of the one that has its id.
    pub fn put(&self, workspace: Local) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match all.iter_mut().find(|known| known.id() == workspace.id()) {
            Some(known) => *known = workspace,
            None => all.push(workspace),
        }
    }

    /// Leaves a workspace out from now on.
    pub fn remove(&self, id: WorkspaceId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|workspace| workspace.id() != id);
    }

    fn all(&self) -> Vec<Local> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins to read the sessions of all, for a person whose bell rings so long before the start.
    pub async fn read(&self, bell: Duration) -> Result<Readings> {
        let mut all = Vec::new();
        for workspace in self.all() {
            match workspace.read(bell).await {
                Ok(reading) => all.push(reading),
                Err(error) if workspace.id() == WorkspaceId::ThisComputer => return Err(error),
                // What is the matter with one school's file costs no other session.
                Err(error) => tracing::warn!(%error, "the sessions of a school cannot be read just now"),
            }
        }
        Ok(Readings(all))
    }
}

/// Reads the sessions of all workspaces as one list.
#[derive(Debug)]
pub struct Readings(Vec<Reading>);

/// Asks each workspace the same and puts the answers into one list.
macro_rules! each {
    ($all:expr, $reading:ident => $ask:expr) => {{
        let mut found = Vec::new();
        for $reading in &mut $all.0 {
            found.extend($ask.await?);
        }
        found
    }};
}

impl Readings {
    /// The reading of that workspace.
    pub fn of(&mut self, id: WorkspaceId) -> Option<&mut Reading> {
        self.0.iter_mut().find(|reading| reading.workspace() == id)
    }

    /// How many schools are among them.
    #[must_use]
    pub fn schools(&self) -> usize {
        self.0.iter().filter(|reading| reading.workspace() != WorkspaceId::ThisComputer).count()
    }

    /// The numbers of the join rule of a workspace.
    #[must_use]
    pub fn rules(&self, id: WorkspaceId) -> Option<JoinRules> {
        self.0.iter().find(|reading| reading.workspace() == id).map(Reading::rules)
    }

    /// The session of that key, with what is known of its room and by which rules its door opens.
    pub async fn session(&mut self, key: SessionKey) -> Result<Option<(Session, Room, JoinRules)>> {
        let Some(reading) = self.of(key.workspace) else { return Ok(None) };
        let Some(session) = reading.session(key.id).await? else { return Ok(None) };
        let rules = reading.rules();
        let room = self.room_of(&session).await?;
        Ok(Some((session, room, rules)))
    }

    /// What is known of a session's room: when the next live session in it starts, wherever that is decided.
    pub async fn room_of(&mut self, session: &Session) -> Result<Room> {
        let mut next = None;
        for reading in &mut self.0 {
            let start = reading.room_of(session).await?.next_start;
            next = match (next, start) {
                (Some(one), Some(other)) => Some(std::cmp::min(one, other)),
                (one, other) => one.or(other),
            };
        }
        Ok(Room { next_start: next })
    }

    /// The lessons that these sessions are: what several sources have of one stands together, the session that the
    /// person is closest to first.
    pub async fn lessons(&mut self, sessions: Vec<Session>) -> Result<Vec<Lesson>> {
        self.lessons_among(sessions, |_| true).await
    }

    /// The same of sessions that ring, by those that ring.
    pub async fn ringing_lessons(&mut self, sessions: Vec<Session>) -> Result<Vec<Lesson>> {
        self.lessons_among(sessions, |session| session.bell && session.status == Status::Scheduled).await
    }

    async fn lessons_among(
        &mut self,
        sessions: Vec<Session>,
        counts: impl Fn(&Session) -> bool,
    ) -> Result<Vec<Lesson>> {
        if self.0.len() < 2 {
            return Ok(sessions.into_iter().map(Lesson::of).collect());
        }
        let with_room = sessions.iter().filter(|session| session.join_url.is_some());
        let starts: BTreeSet<DateTime<Utc>> = with_room.map(|session| session.start).collect();
        let starts: Vec<DateTime<Utc>> = starts.into_iter().collect();
        let mut among = each!(self, reading => reading.starting_at(&starts));
        among.retain(|session| counts(session));
        let roles: BTreeMap<WorkspaceId, Role> =
            self.0.iter().map(|reading| (reading.workspace(), reading.role())).collect();
        let before =
            |session: &Session| (session.is_final(), roles.get(&session.workspace).copied().map(nearness));
        Ok(together(sessions, &among, before))
    }

    /// Sessions whose start lies in [from, to), by start.
    pub async fn starting_in(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Session>> {
        Ok(by_start(each!(self, reading => reading.starting_in(from, to))))
    }

    /// Sessions that end after `from` and start before `to`, by start.
    pub async fn touching(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Session>> {
        Ok(by_start(each!(self, reading => reading.touching(from, to))))
    }

    /// The first live session, busy times left out, that starts at or after `from`.
    pub async fn first_after(&mut self, from: DateTime<Utc>) -> Result<Option<Session>> {
        Ok(by_start(each!(self, reading => reading.first_after(from))).into_iter().next())
    }

    /// At most `limit` sessions that ended at or before `before`, the latest first.
    pub async fn ended_before(&mut self, before: DateTime<Utc>, limit: i64) -> Result<Vec<Session>> {
        let mut found = each!(self, reading => reading.ended_before(before, limit));
        found.sort_by_key(|session| (std::cmp::Reverse(session.end), session.key()));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// At most `limit` sessions that hold the text, those to come first, the nearest first. `now` is UTC.
    pub async fn search(&mut self, text: &str, now: DateTime<Utc>, limit: i64) -> Result<Vec<Session>> {
        let mut found = each!(self, reading => reading.search(text, now, limit));
        found.sort_by_key(|session| (session.end < now, (session.start - now).abs(), session.key()));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// Every session, by start.
    pub async fn all(&mut self) -> Result<Vec<Session>> {
        Ok(by_start(each!(self, reading => reading.all())))
    }

    /// Live sessions that ring and whose start lies in (after, until], by start.
    pub async fn ringing_in(&mut self, after: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Session>> {
        Ok(by_start(each!(self, reading => reading.ringing_in(after, until))))
    }

    /// The start of the first live session that rings and starts after `after` (UTC).
    pub async fn next_ringing_start(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        Ok(each!(self, reading => reading.next_ringing_start(after)).into_iter().min())
    }

    /// The first instant after `now` at which a session starts or ends, or its door opens or closes (UTC).
    pub async fn next_boundary(&mut self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        Ok(each!(self, reading => reading.next_boundary(now)).into_iter().min())
    }

    /// A live session that overlaps [start, end), other than `except` and what other sources have of the same lesson; the
    /// first one.
    pub async fn overlapping(
        &mut self,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        except: Option<SessionKey>,
    ) -> Result<Option<Session>> {
        let own = match except {
            Some(key) => self.session(key).await?.map(|(session, ..)| session),
            None => None,
        };
        let own = self.lessons(own.into_iter().collect()).await?;
        let own: BTreeSet<SessionKey> = own.iter().flat_map(Lesson::all).map(Session::key).collect();
        let found = self.touching(start, end).await?;
        Ok(found
            .into_iter()
            .find(|session| session.status == Status::Scheduled && !own.contains(&session.key())))
    }

    /// Whether there is any session, and any sample.
    pub async fn exist(&mut self) -> Result<(bool, bool)> {
        let mut exist = (false, false);
        for reading in &mut self.0 {
            let (any, samples) = reading.exist().await?;
            exist = (exist.0 || any, exist.1 || samples);
        }
        Ok(exist)
    }

    /// Everybody met in a session, by name. `now` is UTC.
    pub async fn people(&mut self, now: DateTime<Utc>) -> Result<Vec<Met>> {
        let mut found = each!(self, reading => reading.people(now));
        found.sort_by_key(|met| (met.person.name.to_lowercase(), met.person.id));
        Ok(found)
    }

    /// The zone (IANA) of each person of whom it is known.
    pub async fn zones(&mut self) -> Result<BTreeMap<PersonId, String>> {
        Ok(each!(self, reading => reading.zones()).into_iter().collect())
    }

    /// All sessions with a person, by start.
    pub async fn with_person(&mut self, person: PersonId) -> Result<Vec<Session>> {
        Ok(by_start(each!(self, reading => reading.with_person(person))))
    }

    /// The next live session with a person that has not ended. `now` is UTC.
    pub async fn next_with(&mut self, person: PersonId, now: DateTime<Utc>) -> Result<Option<Session>> {
        Ok(by_start(each!(self, reading => reading.next_with(person, now))).into_iter().next())
    }
}

/// What a school says of a lesson counts before what was typed or read here; and whoever gives it or takes it acts for
/// themselves.
const fn nearness(role: Role) -> u8 {
    match role {
        Role::Tutor => 0,
        Role::Student => 1,
        Role::Guardian => 2,
        Role::Owner => 3,
    }
}

fn by_start(mut sessions: Vec<Session>) -> Vec<Session> {
    // Each part is sorted already; that of one workspace stays as it is.
    sessions.sort_by_key(|session| (session.start, session.id, session.workspace));
    sessions
}
