//! What the store held when it could last be read: enough to ring without it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::{plan, unstored::Deed};
use crate::{
    id::SessionId,
    join::{JoinRules, Room},
    ring::{Outcome, RingKey},
    session::{EARLIEST_JOIN, Session},
    settings::Settings,
    store::{
        Connection, Result, people,
        rings::{self, Last},
        sessions, settings,
    },
};

/// How far ahead is remembered: whoever starts the day with a full disk is rung until the next one.
const AHEAD: Duration = Duration::hours(36);
/// How far back: longer than any session with the time after it.
const BACK: Duration = Duration::days(2);

/// What a ring is composed of, beside its sessions.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// What the person has chosen.
    pub settings: Settings,
    /// Where people live (IANA), by name.
    pub zones: BTreeMap<String, String>,
    /// Sessions around now, for whether one of them runs.
    pub around: Vec<Session>,
}

impl Surroundings {
    /// Reads them for a ring at `now` (UTC); `ahead` is how long they are to serve.
    pub(super) async fn read(conn: &mut Connection, now: DateTime<Utc>, ahead: Duration) -> Result<Self> {
        Ok(Self {
            settings: settings::load(conn).await?,
            zones: people::zones(conn).await?,
            around: sessions::touching(conn, now, now + ahead + EARLIEST_JOIN).await?,
        })
    }
}

/// What the store held.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Sessions that ring, by start.
    pub sessions: Vec<Remembered>,
    /// The rest of what a ring is composed of.
    pub surroundings: Surroundings,
}

/// A session that rings.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// The session.
    pub session: Session,
    /// Its room.
    pub room: Room,
    /// The ring that is to come, and when it is due (UTC); nothing if the last one was shown or settled.
    pub next: Option<(RingKey, DateTime<Utc>)>,
}

impl Remembered {
    /// What has been done since, and is not stored yet.
    pub(super) fn overlay(&mut self, unstored: &[Deed]) {
        for deed in unstored {
            deed.show_in(&mut self.session);
            self.next = deed.next_after(self.session.id, self.next);
        }
    }
}

impl Known {
    /// Reads what rings from some days before `now` (UTC) to a day and a half after it.
    pub(super) async fn read(conn: &mut Connection, rules: JoinRules, now: DateTime<Utc>) -> Result<Self> {
        let mut remembered = Vec::new();
        for session in sessions::ringing_in(conn, now - BACK, now + AHEAD).await? {
            let room = sessions::room_of(conn, &session).await?;
            let key = RingKey { session: session.id, start: session.start, number: 1 };
            let next = match rings::last(conn, session.id, session.start).await? {
                None => Some((key, plan::due_at(&session, rules))),
                Some(Last { number, due, is_waiting: true }) => Some((RingKey { number, ..key }, due)),
                Some(_) => None,
            };
            remembered.push(Remembered { session, room, next });
        }
        Ok(Self { sessions: remembered, surroundings: Surroundings::read(conn, now, AHEAD).await? })
    }

    /// A session and its room.
    pub(super) fn session(self, id: SessionId) -> Option<(Session, Room)> {
        let found = self.sessions.into_iter().find(|each| each.session.id == id)?;
        Some((found.session, found.room))
    }

    /// What is due at `now` (UTC), by when it was due.
    pub(super) fn due(&self, rules: JoinRules, now: DateTime<Utc>) -> Vec<(RingKey, Session)> {
        let mut due: Vec<_> = self
            .sessions
            .iter()
            .filter_map(|each| {
                let (key, due) = each.next.filter(|(_, due)| *due <= now)?;
                let judged = plan::judge(Some(&each.session), key.start, each.room, rules, now);
                (judged == plan::Due::Ring).then(|| (due, key, each.session.clone()))
            })
            .collect();
        due.sort_by_key(|(due, key, _)| (*due, *key));
        due.into_iter().map(|(_, key, session)| (key, session)).collect()
    }

    /// What has become of rings on the screen: their sessions were joined, are over, or have changed.
    pub(super) fn gone(
        &self,
        showing: &BTreeSet<RingKey>,
        rules: JoinRules,
        now: DateTime<Utc>,
    ) -> Vec<(RingKey, Outcome)> {
        let outcome = |key: &RingKey| {
            let known = self.sessions.iter().find(|each| each.session.id == key.session)?;
            let judged = plan::judge(Some(&known.session), key.start, known.room, rules, now);
            Some((*key, plan::gone(judged)?))
        };
        showing.iter().filter_map(outcome).collect()
    }

    /// When the next one is due, after `now` (UTC).
    pub(super) fn next_due(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.sessions.iter().filter_map(|each| each.next).map(|(_, due)| due).filter(|due| *due > now).min()
    }
}
