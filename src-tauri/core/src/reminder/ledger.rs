//! The bell's steps at the store. Each is one transaction, or only reads; the bell gives one up that takes too long.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::{
    compose::compose,
    known::{Known, Surroundings},
    memory::SharedMemory,
    plan::{self, Due},
};
use crate::{
    desktop::Ring,
    happened::{Event, Kind},
    join::{JoinRules, Room},
    ring::{Outcome, RingKey},
    session::Session,
    store::{
        Connection, Result, Store, events,
        rings::{self, Known as InLedger},
        sessions, settings,
    },
};

/// How far back the first look and a look after a long pause search for what was missed.
pub(super) const LONG_LOOK: Duration = Duration::days(30);
/// How far back every other look searches: longer than any session with the time after it.
pub(super) const SHORT_LOOK: Duration = Duration::days(2);

/// Written to see whether anything can be.
const PROBE: &str = "store_probed_at";

/// The store as the bell uses it.
pub(super) struct Ledger {
    pub store: Store,
    pub rules: JoinRules,
    pub memory: SharedMemory,
}

/// A reminder that is to be entered into the ledger.
struct New {
    key: RingKey,
    due: DateTime<Utc>,
    is_missed: bool,
}

impl Ledger {
    /// Stores what could not be stored when it was done. `is_ailing`: the store has failed, and this is to find out
    /// whether it still does.
    pub(super) async fn store_what_waits(&self, now: DateTime<Utc>, is_ailing: bool) -> Result<()> {
        self.memory.store_what_waits(&self.store).await?;
        if self.store.was_suspect() || is_ailing {
            let mut tx = self.store.write().await?;
            settings::set(&mut tx, PROBE, &now.timestamp().to_string()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Enters into the ledger what has become due, and what can no longer be rung. Whether there was any.
    pub(super) async fn plan(&self, now: DateTime<Utc>, back: Duration) -> Result<bool> {
        if self.not_in_ledger(&mut *self.store.read().await?, now, back).await?.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store.write().await?;
        for new in self.not_in_ledger(&mut tx, now, back).await? {
            rings::plan(&mut tx, new.key, new.due).await?;
            if new.is_missed {
                rings::set_outcome(&mut tx, new.key, Outcome::Missed).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// What is due and not in the ledger, or was given up there and is due again.
    async fn not_in_ledger(
        &self,
        conn: &mut Connection,
        now: DateTime<Utc>,
        back: Duration,
    ) -> Result<Vec<New>> {
        let mut new = Vec::new();
        for session in sessions::ringing_in(conn, now - back, now + self.rules.lead).await? {
            // It came here when it was over, as most of an imported calendar has: nothing was owed.
            let closes = self.rules.closes_at(&session, Room::default());
            if now >= closes && !plan::was_owed(session.created_at, closes) {
                continue;
            }
            let known = rings::known(conn, session.id, session.start).await?;
            let (number, due) = match known {
                InLedger::Yes => continue,
                InLedger::No => (1, plan::due_at(&session, self.rules)),
                InLedger::GivenUp { number, due } => (number, due),
            };
            let closes = self.rules.closes_at(&session, sessions::room_of(conn, &session).await?);
            let is_missed = now >= closes;
            if is_missed
                && (known != InLedger::No || !plan::was_owed(stands_since(conn, &session).await?, closes))
            {
                continue;
            }
            let key = RingKey { session: session.id, start: session.start, number };
            new.push(New { key, due, is_missed });
        }
        Ok(new)
    }

    /// What waits in the ledger and is to ring now. What became of the others is noted.
    pub(super) async fn due(&self, now: DateTime<Utc>) -> Result<Vec<RingKey>> {
        let waiting = rings::waiting(&mut *self.store.read().await?, now).await?;
        let waiting: Vec<RingKey> =
            waiting.into_iter().map(|(key, _)| key).filter(|key| !self.memory.is_through(*key)).collect();
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.store.write().await?;
        let mut due = Vec::new();
        for key in waiting {
            let outcome = match self.judge(&mut tx, key, now).await?.0 {
                Due::Ring => {
                    due.push(key);
                    continue;
                }
                Due::NotYet => continue,
                Due::Joined => Outcome::Joined,
                Due::Missed => Outcome::Missed,
                Due::Withdraw => Outcome::Withdrawn,
            };
            rings::set_outcome(&mut tx, key, outcome).await?;
        }
        tx.commit().await?;
        Ok(due)
    }

    /// Notes that these rings are about to be handed to the desktop, and composes the notification for those that
    /// are still to ring; none if none is.
    pub(super) async fn submit(&self, keys: &[RingKey], now: DateTime<Utc>) -> Result<Option<Ring>> {
        let mut tx = self.store.write().await?;
        let mut due = Vec::new();
        for key in keys {
            if let (Due::Ring, Some(session)) = self.judge(&mut tx, *key, now).await? {
                rings::set_submitting(&mut tx, *key).await?;
                due.push((*key, session));
            }
        }
        let surroundings = Surroundings::read(&mut tx, now, Duration::zero()).await?;
        tx.commit().await?;
        Ok((!due.is_empty()).then(|| compose(&due, &surroundings, now)))
    }

    /// Rings on the screen whose sessions have changed, with what became of them; and all that are settled.
    pub(super) async fn gone(&self, now: DateTime<Utc>) -> Result<(Vec<(RingKey, Outcome)>, Vec<RingKey>)> {
        let mut conn = self.store.read().await?;
        let mut gone = Vec::new();
        for key in rings::on_show(&mut conn, now - SHORT_LOOK).await? {
            gone.extend(plan::gone(self.judge(&mut conn, key, now).await?.0).map(|outcome| (key, outcome)));
        }
        let mut settled: BTreeSet<RingKey> = gone.iter().map(|(key, _)| *key).collect();
        for key in self.memory.showing() {
            if rings::outcome_of(&mut conn, key).await?.is_some() {
                settled.insert(key);
            }
        }
        Ok((gone, settled.into_iter().collect()))
    }

    /// Notes what became of rings.
    pub(super) async fn settle(&self, outcomes: &[(RingKey, Outcome)]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        for (key, outcome) in outcomes {
            rings::set_outcome(&mut tx, *key, *outcome).await?;
        }
        tx.commit().await
    }

    /// When to look again: at the next ring, start or end; and whether a session has started or ended since the look
    /// before, so that what may be done with it has changed.
    pub(super) async fn next_look(
        &self,
        now: DateTime<Utc>,
        last: Option<DateTime<Utc>>,
    ) -> Result<(Option<DateTime<Utc>>, bool)> {
        let mut conn = self.store.read().await?;
        let next_start = sessions::next_ringing_start(&mut conn, now + self.rules.lead).await?;
        let candidates = [
            next_start.map(|start| start - self.rules.lead),
            rings::next_due(&mut conn, now).await?,
            sessions::next_boundary(&mut conn, now).await?,
        ];
        let crossed = match last {
            Some(last) => {
                let JoinRules { lead, after_end, .. } = self.rules;
                sessions::boundary_in(&mut conn, last, now, lead, after_end).await?
            }
            None => false,
        };
        Ok((candidates.into_iter().flatten().min(), crossed))
    }

    /// What is to be remembered of the store.
    pub(super) async fn read_known(&self, now: DateTime<Utc>) -> Result<Known> {
        let mut conn = self.store.read().await?;
        let known = Known::read(&mut conn, self.rules, now).await?;
        let mut there = BTreeSet::new();
        for left in self.memory.left_over().sessions {
            if sessions::get(&mut conn, left.session.id).await?.is_some() {
                there.insert(left.session.id);
            }
        }
        self.memory.are_there(&there);
        Ok(known)
    }

    async fn judge(
        &self,
        conn: &mut Connection,
        key: RingKey,
        now: DateTime<Utc>,
    ) -> Result<(Due, Option<Session>)> {
        let (session, room) = match sessions::get(conn, key.session).await? {
            Some(mut session) => {
                self.memory.overlay(&mut session);
                let room = sessions::room_of(conn, &session).await?;
                (Some(session), room)
            }
            // Its store is gone for good; whoever was rung by it goes to the lesson all the same.
            None => match self.memory.left_over().session(key.session) {
                Some((session, room)) => (Some(session), room),
                None => (None, Room::default()),
            },
        };
        Ok((plan::judge(session.as_ref(), key.start, room, self.rules, now), session))
    }
}

/// When a session came here, or took the time or the life that it has.
async fn stands_since(conn: &mut Connection, session: &Session) -> Result<DateTime<Utc>> {
    let happened = events::of(conn, session.id).await?;
    let anew = |event: &Event| {
        matches!(event.kind, Kind::Moved | Kind::ClocksChanged | Kind::Restored | Kind::MarkUndone)
    };
    let last = happened.into_iter().filter(anew).map(|event| event.at).max();
    Ok(last.map_or(session.created_at, |at| at.max(session.created_at)))
}
