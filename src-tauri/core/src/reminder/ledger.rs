//! The bell's steps at the ledger. Each reads the sessions, or writes the ledger in one transaction, or does the one
//! and then the other; the bell gives one up that takes too long.
//!
//! Sessions may lie in other files than the ledger, so what was read may have changed by the time it is written of.
//! What holds all the same is said in docs/adr/0018: nothing is handed to the desktop that was not read after the
//! ledger said so, and each line of the ledger may be written late, twice, or for nothing.

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
    join::Room,
    ring::{Outcome, Reminder, RingKey},
    session::Session,
    store::{
        Connection, Result, Store,
        device::{
            rings::{self, Last, LastState},
            settings,
        },
    },
    workspace::{Readings, Workspaces},
};

/// How far back the first look and a look after a long pause search for what was missed.
pub(super) const LONG_LOOK: Duration = Duration::days(30);
/// How far back every other look searches: longer than any session with the time after it.
pub(super) const SHORT_LOOK: Duration = Duration::days(2);

/// Written to see whether anything can be.
const PROBE: &str = "store_probed_at";

/// The ledger, and the sessions that it is about.
pub(super) struct Ledger {
    pub device: Store,
    pub workspaces: Workspaces,
    pub memory: SharedMemory,
}

/// A reminder that is to be entered into the ledger.
struct New {
    key: RingKey,
    due: DateTime<Utc>,
    is_missed: bool,
    /// What the ledger held of it.
    was: Option<Last>,
}

impl Ledger {
    /// Stores what could not be stored when it was done. `is_ailing`: the store has failed, and this is to find out
    /// whether it still does.
    pub(super) async fn store_what_waits(&self, now: DateTime<Utc>, is_ailing: bool) -> Result<()> {
        self.memory.store_what_waits(&self.device, &self.workspaces).await?;
        if self.device.was_suspect() || is_ailing {
            let mut tx = self.device.write().await?;
            settings::set(&mut tx, PROBE, &now.timestamp().to_string()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Enters into the ledger what has become due, and what can no longer be rung. Whether there was any.
    pub(super) async fn plan(&self, now: DateTime<Utc>, back: Duration) -> Result<bool> {
        let all_new = self.not_in_ledger(now, back).await?;
        if all_new.is_empty() {
            return Ok(false);
        }
        let mut tx = self.device.write().await?;
        for new in all_new {
            // What a person did meanwhile holds.
            if rings::last(&mut tx, new.key.reminder).await? != new.was {
                continue;
            }
            rings::plan(&mut tx, new.key, new.due).await?;
            if new.is_missed {
                rings::set_outcome(&mut tx, new.key, Outcome::Missed).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// What is due and not in the ledger, or was given up there and is due again.
    async fn not_in_ledger(&self, now: DateTime<Utc>, back: Duration) -> Result<Vec<New>> {
        let mut device = self.device.read().await?;
        let lead = settings::load(&mut device).await?.lead();
        let mut readings = self.workspaces.read(lead).await?;
        let mut new = Vec::new();
        for session in readings.ringing_in(now - back, now + lead).await? {
            let Some(reading) = readings.of(session.workspace) else { continue };
            let rules = reading.rules();
            // It came here when it was over, as most of an imported calendar has: nothing was owed.
            let closes = rules.closes_at(&session, Room::default());
            if now >= closes && !plan::was_owed(session.created_at, closes) {
                continue;
            }
            let reminder = Reminder::before_start(session.key(), session.start, lead);
            let was = rings::last(&mut device, reminder).await?;
            // Whoever changes their lead is not rung again for what has rung by the one before.
            let by_another = rings::by_another_lead(&mut device, reminder).await?;
            if by_another == Some(LastState::Through) {
                continue;
            }
            let (number, due) = match was {
                None => (1, plan::due_at(reminder)),
                Some(Last { number, due, state: LastState::GivenUp }) => (number, due),
                Some(_) => continue,
            };
            let closes = rules.closes_at(&session, reading.room_of(&session).await?);
            let is_missed = now >= closes;
            let is_listed = was.is_some() || by_another.is_some();
            if is_missed && (is_listed || !plan::was_owed(reading.stands_since(&session).await?, closes)) {
                continue;
            }
            new.push(New { key: reminder.ring(number), due, is_missed, was });
        }
        Ok(new)
    }

    /// What waits in the ledger and is to ring now. What became of the others is noted.
    pub(super) async fn due(&self, now: DateTime<Utc>) -> Result<Vec<RingKey>> {
        let mut waiting = rings::waiting(&mut *self.device.read().await?, now).await?;
        waiting.retain(|key| !self.memory.is_through(*key));
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let mut readings = self.readings().await?;
        let (mut due, mut outcomes) = (Vec::new(), Vec::new());
        for key in waiting {
            match self.judge(&mut readings, key, now).await?.0 {
                Due::Ring => due.push(key),
                Due::NotYet => {}
                Due::Joined => outcomes.push((key, Outcome::Joined)),
                Due::Missed => outcomes.push((key, Outcome::Missed)),
                Due::Withdraw => outcomes.push((key, Outcome::Withdrawn)),
            }
        }
        drop(readings);
        self.settle(&outcomes).await?;
        Ok(due)
    }

    /// Those of these rings that are still to ring.
    pub(super) async fn still_due(&self, keys: &[RingKey], now: DateTime<Utc>) -> Result<Vec<RingKey>> {
        let mut readings = self.readings().await?;
        let mut due = Vec::new();
        for key in keys {
            if self.judge(&mut readings, *key, now).await?.0 == Due::Ring {
                due.push(*key);
            }
        }
        Ok(due)
    }

    /// Notes that these rings are about to be handed to the desktop.
    pub(super) async fn submit(&self, keys: &[RingKey]) -> Result<()> {
        let mut tx = self.device.write().await?;
        for key in keys {
            rings::set_submitting(&mut tx, *key).await?;
        }
        tx.commit().await
    }

    /// Composes the notification for those of these rings that are still to ring; none if none is. Their sessions are
    /// read again: whatever was changed before the ledger said that they ring is seen here, and what is changed after
    /// that is taken back.
    pub(super) async fn compose(&self, keys: &[RingKey], now: DateTime<Utc>) -> Result<Option<Ring>> {
        let settings = settings::load(&mut *self.device.read().await?).await?;
        let mut readings = self.workspaces.read(settings.lead()).await?;
        let mut due = Vec::new();
        for key in keys {
            if let (Due::Ring, Some(session)) = self.judge(&mut readings, *key, now).await? {
                due.push((*key, session));
            }
        }
        if due.is_empty() {
            return Ok(None);
        }
        let surroundings = Surroundings::read(settings, &mut readings, now, Duration::zero()).await?;
        Ok(Some(compose(&due, &surroundings, now)))
    }

    /// Rings on the screen whose sessions have changed, with what became of them; and all that are settled.
    pub(super) async fn gone(&self, now: DateTime<Utc>) -> Result<(Vec<(RingKey, Outcome)>, Vec<RingKey>)> {
        let mut device = self.device.read().await?;
        let on_show = rings::on_show(&mut device, now - SHORT_LOOK).await?;
        let mut gone = Vec::new();
        if !on_show.is_empty() {
            let mut readings = self.readings_for(&mut device).await?;
            for key in on_show {
                let judged = self.judge(&mut readings, key, now).await?.0;
                gone.extend(plan::gone(judged).map(|outcome| (key, outcome)));
            }
        }
        let mut settled: BTreeSet<RingKey> = gone.iter().map(|(key, _)| *key).collect();
        for key in self.memory.showing() {
            if rings::outcome_of(&mut device, key).await?.is_some() {
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
        let mut tx = self.device.write().await?;
        for (key, outcome) in outcomes {
            rings::set_outcome(&mut tx, *key, *outcome).await?;
        }
        tx.commit().await
    }

    /// When to look again: at the next ring, start or end, or when a door opens or closes; and whether one of these
    /// has come since the look before, so that what may be done with a session has changed.
    pub(super) async fn next_look(
        &self,
        now: DateTime<Utc>,
        last: Option<DateTime<Utc>>,
    ) -> Result<(Option<DateTime<Utc>>, bool)> {
        let mut device = self.device.read().await?;
        let lead = settings::load(&mut device).await?.lead();
        let mut readings = self.workspaces.read(lead).await?;
        let next_start = readings.next_ringing_start(now + lead).await?;
        let candidates = [
            next_start.map(|start| start - lead),
            rings::next_due(&mut device, now).await?,
            readings.next_boundary(now).await?,
        ];
        let crossed = match last {
            Some(last) => readings.next_boundary(last).await?.is_some_and(|at| at <= now),
            None => false,
        };
        Ok((candidates.into_iter().flatten().min(), crossed))
    }

    /// What is to be remembered of the store.
    pub(super) async fn read_known(&self, now: DateTime<Utc>) -> Result<Known> {
        let mut device = self.device.read().await?;
        let known = Known::read(&mut device, &self.workspaces, now).await?;
        let left_over = self.memory.left_over().sessions;
        if !left_over.is_empty() {
            let mut readings = self.readings_for(&mut device).await?;
            let mut there = BTreeSet::new();
            for left in left_over {
                if readings.session(left.session.key()).await?.is_some() {
                    there.insert(left.session.key());
                }
            }
            self.memory.are_there(&there);
        }
        Ok(known)
    }

    async fn readings(&self) -> Result<Readings> {
        self.readings_for(&mut *self.device.read().await?).await
    }

    async fn readings_for(&self, device: &mut Connection) -> Result<Readings> {
        self.workspaces.read(settings::load(device).await?.lead()).await
    }

    async fn judge(
        &self,
        readings: &mut Readings,
        key: RingKey,
        now: DateTime<Utc>,
    ) -> Result<(Due, Option<Session>)> {
        let found = match readings.session(key.session()).await? {
            Some((mut session, room, rules)) => {
                self.memory.overlay(&mut session);
                Some((session, room, rules))
            }
            // Its store is gone for good; whoever was rung by it goes to the lesson all the same.
            None => self.memory.left_over().session(key.session()),
        };
        let standing = found.as_ref().map(|(session, room, rules)| (session, *room, *rules));
        Ok((plan::judge(standing, key.reminder, now), found.map(|(session, ..)| session)))
    }
}
