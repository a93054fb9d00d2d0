//! A workspace whose sessions lie in a database of this computer.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::{
    happened::{By, Event, Kind},
    id::{PersonId, SessionId, WorkspaceId},
    join::{JoinRules, Room},
    session::Session,
    state_table::Role,
    store::{
        Reader, Result, Store,
        cache::{Cache, opened::note_for_school},
        local::{
            events,
            people::{self, Met},
            sessions,
        },
    },
};

/// A workspace and where its sessions lie.
#[derive(Clone, Debug)]
pub struct Local {
    id: WorkspaceId,
    role: Role,
    rules: JoinRules,
    store: Store,
    /// The store is a school's cache, with an outbox in which the school is told.
    is_cache: bool,
}

impl Local {
    /// This computer: its person decides, by the usual rules.
    #[must_use]
    pub const fn this_computer(store: Store) -> Self {
        Self::new(WorkspaceId::ThisComputer, Role::Owner, JoinRules::DEFAULT, store)
    }

    /// Another workspace, whose sessions lie in a file of their own.
    #[must_use]
    pub const fn new(id: WorkspaceId, role: Role, rules: JoinRules, store: Store) -> Self {
        Self { id, role, rules, store, is_cache: false }
    }

    /// A school, whose sessions lie in the cache of a sign-in.
    #[must_use]
    pub fn of_cache(sign_in: Uuid, role: Role, rules: JoinRules, cache: &Cache) -> Self {
        let here = Self::new(WorkspaceId::School(sign_in), role, rules, cache.store());
        Self { is_cache: true, ..here }
    }

    /// Which one it is.
    #[must_use]
    pub const fn id(&self) -> WorkspaceId {
        self.id
    }

    /// As whom the person acts in it.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Begins to read its sessions, for a person whose bell rings so long before the start.
    pub async fn read(&self, bell: Duration) -> Result<Reading> {
        let conn = self.store.read().await?;
        Ok(Reading { id: self.id, role: self.role, rules: self.rules.with_bell(bell), conn })
    }

    /// The browser has the meeting of a session, since `at` (UTC). Nothing changes if that is known already, or the
    /// session is gone.
    pub async fn note_opened(&self, id: SessionId, at: DateTime<Utc>) -> Result<()> {
        let mut tx = self.store.write().await?;
        if let Some(mut session) = sessions::get(&mut tx, id).await?
            // One that is stored a second time must not count for a time to which the session was moved meanwhile.
            && events::add_once(&mut tx, id, Event { at, kind: Kind::Opened, by: By::You, detail: None }).await?
        {
            match self.id {
                WorkspaceId::ThisComputer => {
                    session.opened_at = session.opened_at.max(Some(at));
                    sessions::update(&mut tx, &session).await?;
                }
                // The version is the school's, and counts what is decided there.
                WorkspaceId::School(sign_in) => {
                    sessions::set_opened(&mut tx, id, at).await?;
                    if self.is_cache {
                        note_for_school(&mut tx, sign_in, id, at).await?;
                    }
                }
            }
        }
        tx.commit().await
    }

    /// The bell has rung for a session, at `at` (UTC). Nothing changes if that is known already, or the session is
    /// gone.
    pub async fn note_rung(&self, id: SessionId, at: DateTime<Utc>) -> Result<()> {
        let mut tx = self.store.write().await?;
        if sessions::get(&mut tx, id).await?.is_some() {
            events::add_once(&mut tx, id, Event { at, kind: Kind::Rang, by: By::Bell, detail: None }).await?;
        }
        tx.commit().await
    }
}

/// Reads the sessions of one workspace, with what is decided of it.
#[derive(Debug)]
pub struct Reading {
    id: WorkspaceId,
    role: Role,
    rules: JoinRules,
    conn: Reader,
}

impl Reading {
    /// Which workspace it is.
    #[must_use]
    pub const fn workspace(&self) -> WorkspaceId {
        self.id
    }

    /// As whom the person acts in it.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The numbers of its join rule.
    #[must_use]
    pub const fn rules(&self) -> JoinRules {
        self.rules
    }

    /// A session of this workspace. Where it lies it does not say whose it is.
    fn own(&self, session: Session) -> Session {
        Session { workspace: self.id, ..session }
    }

    fn all_own(&self, sessions: Vec<Session>) -> Vec<Session> {
        sessions.into_iter().map(|session| self.own(session)).collect()
    }

    /// The session of that id.
    pub async fn session(&mut self, id: SessionId) -> Result<Option<Session>> {
        let found = sessions::get(&mut self.conn, id).await?;
        Ok(found.map(|session| self.own(session)))
    }

    /// What is known here of a session's room: when the next live session in it starts.
    pub(super) async fn room_of(&mut self, session: &Session) -> Result<Room> {
        sessions::room_of(&mut self.conn, session).await
    }

    /// What happened to a session, in order.
    pub async fn happened(&mut self, id: SessionId) -> Result<Vec<Event>> {
        events::of(&mut self.conn, id).await
    }

    /// When a session came here, or took the time or the life that it has.
    pub async fn stands_since(&mut self, session: &Session) -> Result<DateTime<Utc>> {
        let anew = |event: &Event| {
            matches!(event.kind, Kind::Moved | Kind::ClocksChanged | Kind::Restored | Kind::MarkUndone)
        };
        let happened = self.happened(session.id).await?;
        let last = happened.into_iter().filter(anew).map(|event| event.at).max();
        Ok(last.map_or(session.created_at, |at| at.max(session.created_at)))
    }

    /// Sessions whose start lies in [from, to), by start.
    pub async fn starting_in(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Session>> {
        let found = sessions::starting_in(&mut self.conn, from, to).await?;
        Ok(self.all_own(found))
    }

    /// Sessions that start at one of these instants, by start.
    pub(super) async fn starting_at(&mut self, starts: &[DateTime<Utc>]) -> Result<Vec<Session>> {
        let found = sessions::starting_at(&mut self.conn, starts).await?;
        Ok(self.all_own(found))
    }

    /// Sessions that end after `from` and start before `to`, by start.
    pub async fn touching(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Session>> {
        let found = sessions::touching(&mut self.conn, from, to).await?;
        Ok(self.all_own(found))
    }

    /// The first live session, busy times left out, that starts at or after `from`.
    pub async fn first_after(&mut self, from: DateTime<Utc>) -> Result<Option<Session>> {
        let found = sessions::first_after(&mut self.conn, from).await?;
        Ok(found.map(|session| self.own(session)))
    }

    /// At most `limit` sessions that ended at or before `before`, the latest first.
    pub async fn ended_before(&mut self, before: DateTime<Utc>, limit: i64) -> Result<Vec<Session>> {
        let found = sessions::ended_before(&mut self.conn, before, limit).await?;
        Ok(self.all_own(found))
    }

    /// At most `limit` sessions that hold the text, those to come first, the nearest first. `now` is UTC.
    pub async fn search(&mut self, text: &str, now: DateTime<Utc>, limit: i64) -> Result<Vec<Session>> {
        let found = sessions::search(&mut self.conn, text, now, limit).await?;
        Ok(self.all_own(found))
    }

    /// Every session, by start.
    pub async fn all(&mut self) -> Result<Vec<Session>> {
        let found = sessions::all(&mut self.conn).await?;
        Ok(self.all_own(found))
    }

    /// All sessions of a series, by start.
    pub async fn of_series(&mut self, series: &str) -> Result<Vec<Session>> {
        let found = sessions::of_series(&mut self.conn, series).await?;
        Ok(self.all_own(found))
    }

    /// Live sessions that ring and whose start lies in (after, until], by start.
    pub async fn ringing_in(&mut self, after: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Session>> {
        let found = sessions::ringing_in(&mut self.conn, after, until).await?;
        Ok(self.all_own(found))
    }

    /// The start of the first live session that rings and starts after `after` (UTC).
    pub async fn next_ringing_start(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        sessions::next_ringing_start(&mut self.conn, after).await
    }

    /// The first instant after `now` at which a session starts or ends, or its door opens or closes (UTC).
    pub async fn next_boundary(&mut self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        sessions::next_boundary(&mut self.conn, self.rules, now).await
    }

    /// Whether there is any session, and any sample.
    pub async fn exist(&mut self) -> Result<(bool, bool)> {
        sessions::exist(&mut self.conn).await
    }

    /// Everybody met in a session, by name. `now` is UTC.
    pub async fn people(&mut self, now: DateTime<Utc>) -> Result<Vec<Met>> {
        people::met(&mut self.conn, now).await
    }

    /// The zone (IANA) of each person of whom it is known.
    pub async fn zones(&mut self) -> Result<BTreeMap<PersonId, String>> {
        people::zones(&mut self.conn).await
    }

    /// All sessions with a person, by start.
    pub async fn with_person(&mut self, person: PersonId) -> Result<Vec<Session>> {
        let found = sessions::with_person(&mut self.conn, person).await?;
        Ok(self.all_own(found))
    }

    /// The next live session with a person that has not ended. `now` is UTC.
    pub async fn next_with(&mut self, person: PersonId, now: DateTime<Utc>) -> Result<Option<Session>> {
        let found = sessions::next_with(&mut self.conn, person, now).await?;
        Ok(found.map(|session| self.own(session)))
    }
}
