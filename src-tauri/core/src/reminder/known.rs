//! What the store held when it could last be read: enough to ring without it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::{
    lesson::{self, Member},
    plan,
    unstored::Deed,
};
use crate::{
    id::{PersonId, SessionKey},
    join::{JoinRules, Room},
    ring::{Outcome, Reminder, RingKey},
    session::{EARLIEST_JOIN, Session},
    settings::Settings,
    store::{
        Connection, Result,
        device::{
            rings::{Last, LastState},
            settings,
        },
    },
    workspace::{Readings, Workspaces},
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
    /// Where people live (IANA).
    pub zones: BTreeMap<PersonId, String>,
    /// Sessions around now, for whether one of them runs.
    pub around: Vec<Session>,
}

impl Surroundings {
    /// Reads them for a ring at `now` (UTC); `ahead` is how long they are to serve.
    pub(super) async fn read(
        settings: Settings,
        readings: &mut Readings,
        now: DateTime<Utc>,
        ahead: Duration,
    ) -> Result<Self> {
        Ok(Self {
            settings,
            zones: readings.zones().await?,
            around: readings.touching(now, now + ahead + EARLIEST_JOIN).await?,
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
    /// By which rules its door opens.
    pub rules: JoinRules,
    /// The ring that is to come, and when it is due (UTC); nothing if the last one was shown or settled, or another
    /// session of the lesson rings for it.
    pub next: Option<(RingKey, DateTime<Utc>)>,
    /// What other sources have of the same lesson.
    pub also: Vec<SessionKey>,
}

impl Remembered {
    /// What has been done since, and is not stored yet.
    pub(super) fn overlay(&mut self, unstored: &[Deed]) {
        for deed in unstored {
            deed.show_in(&mut self.session);
            self.next = deed.next_after(self.session.key(), self.next);
            if let Deed::Rang { key, .. } = deed
                && self.also.contains(&key.session())
                && key.start() == self.session.start
            {
                self.next = None;
            }
        }
    }
}

impl Known {
    /// Reads what rings from some days before `now` (UTC) to a day and a half after it.
    pub(super) async fn read(
        device: &mut Connection,
        workspaces: &Workspaces,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let settings = settings::load(device).await?;
        let mut readings = workspaces.read(settings.lead()).await?;
        let mut remembered = Vec::new();
        let ringing = readings.ringing_in(now - BACK, now + AHEAD).await?;
        for lesson in readings.ringing_lessons(ringing).await? {
            let members = lesson::read(device, &mut readings, lesson, settings.lead(), now).await?;
            let all: Vec<SessionKey> = members.iter().map(|member| member.session.key()).collect();
            let bearer = lesson::bearer(&members);
            for Member { session, reminder, was, .. } in members {
                let Some(rules) = readings.rules(session.workspace) else { continue };
                let key = session.key();
                let next = match was {
                    Some(Last { state: LastState::Through, .. }) => None,
                    _ if bearer.is_some_and(|bearer| bearer != key) => None,
                    None => Some((reminder.ring(1), plan::due_at(reminder))),
                    Some(Last { number, due, .. }) => Some((reminder.ring(number), due)),
                };
                let room = readings.room_of(&session).await?;
                let also = all.iter().copied().filter(|other| *other != key).collect();
                remembered.push(Remembered { session, room, rules, next, also });
            }
        }
        let surroundings = Surroundings::read(settings, &mut readings, now, AHEAD).await?;
        Ok(Self { sessions: remembered, surroundings })
    }

    /// A session with its room and rules.
    pub(super) fn session(&self, key: SessionKey) -> Option<(Session, Room, JoinRules)> {
        let found = self.sessions.iter().find(|each| each.session.key() == key)?;
        Some((found.session.clone(), found.room, found.rules))
    }

    /// What is due at `now` (UTC), by when it was due. Of one lesson only the first that can ring, and nothing if one of
    /// its sessions `has_rung`.
    pub(super) fn due(
        &self,
        now: DateTime<Utc>,
        has_rung: impl Fn(RingKey) -> bool,
    ) -> Vec<(RingKey, Session)> {
        let mut due: Vec<(DateTime<Utc>, RingKey, Session)> = Vec::new();
        for each in &self.sessions {
            let Some((key, at)) = each.next.filter(|(_, at)| *at <= now) else { continue };
            let of_other = |other: &SessionKey| Reminder { session: *other, ..key.reminder }.ring(1);
            let is_rung_by_another = each.also.iter().any(|other| {
                due.iter().any(|(_, ring, _)| ring.session() == *other)
                    || key.number == 1 && has_rung(of_other(other))
            });
            if !is_rung_by_another && self.judge(each, key.reminder, now) == plan::Due::Ring {
                due.push((at, key, each.session.clone()));
            }
        }
        due.sort_by_key(|(at, key, _)| (*at, *key));
        due.retain(|(_, key, _)| !has_rung(*key));
        due.into_iter().map(|(_, key, session)| (key, session)).collect()
    }

    /// What has become of rings on the screen: their sessions were joined, are over, or have changed.
    pub(super) fn gone(&self, showing: &BTreeSet<RingKey>, now: DateTime<Utc>) -> Vec<(RingKey, Outcome)> {
        let outcome = |key: &RingKey| {
            let known = self.sessions.iter().find(|each| each.session.key() == key.session())?;
            Some((*key, plan::gone(self.judge(known, key.reminder, now))?))
        };
        showing.iter().filter_map(outcome).collect()
    }

    /// Judges a ring of a session. Whoever has gone in by what another source says is in.
    fn judge(&self, each: &Remembered, reminder: Reminder, now: DateTime<Utc>) -> plan::Due {
        let others = self.sessions.iter().filter(|other| each.also.contains(&other.session.key()));
        let opened_at = others.filter_map(|other| other.session.opened_at).max();
        let session = Session { opened_at: each.session.opened_at.max(opened_at), ..each.session.clone() };
        plan::judge(Some((&session, each.room, each.rules)), reminder, now)
    }

    /// When the next one is due, after `now` (UTC).
    pub(super) fn next_due(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.sessions.iter().filter_map(|each| each.next).map(|(_, due)| due).filter(|due| *due > now).min()
    }
}
