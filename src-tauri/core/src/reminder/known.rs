//! What the store held when it could last be read: enough to ring without it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::{plan, unstored::Deed};
use crate::{
    id::{PersonId, SessionKey},
    join::{JoinRules, Room},
    ring::{Outcome, Reminder, RingKey},
    session::{EARLIEST_JOIN, Session},
    settings::Settings,
    store::{
        Connection, Result,
        device::{
            rings::{self, Last, LastState},
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
    /// The ring that is to come, and when it is due (UTC); nothing if the last one was shown or settled.
    pub next: Option<(RingKey, DateTime<Utc>)>,
}

impl Remembered {
    fn standing(&self) -> plan::Standing<'_> {
        (&self.session, self.room, self.rules)
    }

    /// What has been done since, and is not stored yet.
    pub(super) fn overlay(&mut self, unstored: &[Deed]) {
        for deed in unstored {
            deed.show_in(&mut self.session);
            self.next = deed.next_after(self.session.key(), self.next);
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
        for session in readings.ringing_in(now - BACK, now + AHEAD).await? {
            let Some(reading) = readings.of(session.workspace) else { continue };
            let (room, rules) = (reading.room_of(&session).await?, reading.rules());
            let reminder = Reminder::before_start(session.key(), session.start, settings.lead());
            let next = match rings::last(device, reminder).await? {
                None => Some((reminder.ring(1), plan::due_at(reminder))),
                Some(Last { state: LastState::Through, .. }) => None,
                Some(Last { number, due, .. }) => Some((reminder.ring(number), due)),
            };
            remembered.push(Remembered { session, room, rules, next });
        }
        let surroundings = Surroundings::read(settings, &mut readings, now, AHEAD).await?;
        Ok(Self { sessions: remembered, surroundings })
    }

    /// A session with its room and rules.
    pub(super) fn session(&self, key: SessionKey) -> Option<(Session, Room, JoinRules)> {
        let found = self.sessions.iter().find(|each| each.session.key() == key)?;
        Some((found.session.clone(), found.room, found.rules))
    }

    /// What is due at `now` (UTC), by when it was due.
    pub(super) fn due(&self, now: DateTime<Utc>) -> Vec<(RingKey, Session)> {
        let mut due: Vec<_> = self
            .sessions
            .iter()
            .filter_map(|each| {
                let (key, due) = each.next.filter(|(_, due)| *due <= now)?;
                let judged = plan::judge(Some(each.standing()), key.reminder, now);
                (judged == plan::Due::Ring).then(|| (due, key, each.session.clone()))
            })
            .collect();
        due.sort_by_key(|(due, key, _)| (*due, *key));
        due.into_iter().map(|(_, key, session)| (key, session)).collect()
    }

    /// What has become of rings on the screen: their sessions were joined, are over, or have changed.
    pub(super) fn gone(&self, showing: &BTreeSet<RingKey>, now: DateTime<Utc>) -> Vec<(RingKey, Outcome)> {
        let outcome = |key: &RingKey| {
            let known = self.sessions.iter().find(|each| each.session.key() == key.session())?;
            let judged = plan::judge(Some(known.standing()), key.reminder, now);
            Some((*key, plan::gone(judged)?))
        };
        showing.iter().filter_map(outcome).collect()
    }

    /// When the next one is due, after `now` (UTC).
    pub(super) fn next_due(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.sessions.iter().filter_map(|each| each.next).map(|(_, due)| due).filter(|due| *due > now).min()
    }
}
