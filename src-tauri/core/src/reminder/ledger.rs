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
    lesson::{self, Member},
    memory::SharedMemory,
    plan::{self, Due},
};
use crate::{
    desktop::Ring,
    id::SessionKey,
    join::Room,
    ring::{Outcome, Reminder, RingKey},
    same_lesson::Lesson,
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

/// What is to be entered into the ledger.
#[derive(Default)]
struct New {
    rings: Vec<NewRing>,
    /// Reminders for which another session's ring stands, and whose.
    stood_for: Vec<(Reminder, SessionKey)>,
}

/// A reminder that is to be entered into the ledger.
struct NewRing {
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
        let new = self.not_in_ledger(now, back).await?;
        if new.rings.is_empty() && new.stood_for.is_empty() {
            return Ok(false);
        }
        let mut tx = self.device.write().await?;
        for ring in &new.rings {
            // What a person did meanwhile holds.
            if rings::last(&mut tx, ring.key.reminder).await? != ring.was {
                continue;
            }
            rings::plan(&mut tx, ring.key, ring.due).await?;
            if ring.is_missed {
                rings::set_outcome(&mut tx, ring.key, Outcome::Missed).await?;
            }
        }
        for (reminder, by) in new.stood_for {
            rings::set_stands_for(&mut tx, reminder, by).await?;
        }
        tx.commit().await?;
        Ok(!new.rings.is_empty())
    }

    /// What is due and not in the ledger, or was given up there and is due again. A lesson rings once, whichever of its
    /// sessions it is that does.
    async fn not_in_ledger(&self, now: DateTime<Utc>, back: Duration) -> Result<New> {
        let mut device = self.device.read().await?;
        let lead = settings::load(&mut device).await?.lead();
        let mut readings = self.workspaces.read(lead).await?;
        let ringing = readings.ringing_in(now - back, now + lead).await?;
        let mut new = New::default();
        for lesson in readings.ringing_lessons(ringing).await? {
            if !lesson.all().any(|session| may_be_owed(&readings, session, now)) {
                continue;
            }
            let members = lesson::read(&mut device, &mut readings, lesson, lead, now).await?;
            let mut by = lesson::bearer(&members);
            if by.is_none()
                && let Some(ring) = ring_of(&mut readings, &members, now).await?
            {
                by = Some(ring.key.session());
                new.rings.push(ring);
            }
            let Some(by) = by else { continue };
            let others = members.iter().filter(|one| one.session.key() != by && one.noted != Some(by));
            let others = others.filter(|one| one.was.is_none_or(|was| was.state == LastState::GivenUp));
            new.stood_for.extend(others.map(|one| (one.reminder, by)));
        }
        Ok(new)
    }

    /// What waits in the ledger and is to ring now; nothing where nothing waits. What became of the others is noted.
    pub(super) async fn due(&self, now: DateTime<Utc>) -> Result<Option<Vec<RingKey>>> {
        let mut waiting = rings::waiting(&mut *self.device.read().await?, now).await?;
        waiting.retain(|key| !self.memory.is_through(*key));
        if waiting.is_empty() {
            return Ok(None);
        }
        let mut readings = self.readings().await?;
        let (mut due, mut outcomes) = (Vec::new(), Vec::new());
        for key in waiting {
            match self.judge(&mut readings, key, now).await? {
                (Due::Ring, Some(session)) => due.push((key, session)),
                (Due::Ring | Due::NotYet, _) => {}
                (Due::Joined, _) => outcomes.push((key, Outcome::Joined)),
                (Due::Missed, _) => outcomes.push((key, Outcome::Missed)),
                (Due::Withdraw, _) => outcomes.push((key, Outcome::Withdrawn)),
            }
        }
        let (due, stood_for) = self.once_a_lesson(&mut readings, due).await?;
        drop(readings);
        outcomes.extend(stood_for.iter().map(|(key, _)| (*key, Outcome::Withdrawn)));
        if !stood_for.is_empty() {
            let mut tx = self.device.write().await?;
            for (key, by) in stood_for {
                rings::set_stands_for(&mut tx, key.reminder, by).await?;
            }
            tx.commit().await?;
        }
        self.settle(&outcomes).await?;
        Ok(Some(due))
    }

    /// Of what was planned before its sessions were known to be one lesson, one rings, and none whose lesson has rung.
    /// The others come with the session that rings for them.
    async fn once_a_lesson(
        &self,
        readings: &mut Readings,
        due: Vec<(RingKey, Session)>,
    ) -> Result<(Vec<RingKey>, Vec<(RingKey, SessionKey)>)> {
        let mut device = self.device.read().await?;
        let sessions = due.iter().map(|(_, session)| session.clone()).collect();
        let mut stood_for = Vec::new();
        for lesson in readings.ringing_lessons(sessions).await? {
            let all: Vec<SessionKey> = lesson.all().map(Session::key).collect();
            let of = |key: &SessionKey| due.iter().map(|(ring, _)| *ring).find(|ring| ring.session() == *key);
            let rings: Vec<RingKey> = all.iter().filter_map(of).collect();
            let Some(first) = rings.first() else { continue };
            let mut by = first.session();
            for key in all.iter().filter(|key| first.number == 1 && of(key).is_none()) {
                let reminder = Reminder { session: *key, ..first.reminder };
                let last = rings::last(&mut device, reminder).await?;
                if last.is_some_and(|last| last.state == LastState::Through) {
                    by = *key;
                }
            }
            stood_for.extend(rings.into_iter().filter(|ring| ring.session() != by).map(|ring| (ring, by)));
        }
        let mut due: Vec<RingKey> = due.into_iter().map(|(key, _)| key).collect();
        due.retain(|key| !stood_for.iter().any(|(stood, _)| stood == key));
        Ok((due, stood_for))
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
            if let (Due::Ring, Some(session)) = self.judge(&mut readings, *key, now).await?
                && !self.has_just_rung(&mut readings, *key, &session).await?
            {
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
                for mut other in self.others(readings, &session).await? {
                    self.memory.overlay(&mut other);
                    // Whoever has gone in by what another source says is in.
                    session.opened_at = session.opened_at.max(other.opened_at);
                }
                Some((session, room, rules))
            }
            // Its store is gone for good; whoever was rung by it goes to the lesson all the same.
            None => self.memory.left_over().session(key.session()),
        };
        let standing = found.as_ref().map(|(session, room, rules)| (session, *room, *rules));
        Ok((plan::judge(standing, key.reminder, now), found.map(|(session, ..)| session)))
    }

    /// What other sources have of the same lesson, and rings.
    async fn others(&self, readings: &mut Readings, session: &Session) -> Result<Vec<Session>> {
        let lessons = readings.ringing_lessons(vec![session.clone()]).await?;
        let all = lessons.iter().flat_map(Lesson::all);
        Ok(all.filter(|other| other.key() != session.key()).cloned().collect())
    }

    /// Whether another session of the lesson was handed over since this one was said to be due.
    async fn has_just_rung(&self, readings: &mut Readings, key: RingKey, session: &Session) -> Result<bool> {
        let others = self.others(readings, session).await?;
        let first = |other: &Session| Reminder { session: other.key(), ..key.reminder }.ring(1);
        Ok(key.number == 1 && others.iter().any(|other| self.memory.is_through(first(other))))
    }
}

/// The first ring of a lesson that has none: of the first of its sessions that can still be joined, or one that is
/// listed as missed.
async fn ring_of(readings: &mut Readings, members: &[Member], now: DateTime<Utc>) -> Result<Option<NewRing>> {
    let mut missed = None;
    for member in members {
        match new_ring(readings, member, now).await? {
            Some(ring) if !ring.is_missed => return Ok(Some(ring)),
            ring => missed = missed.or(ring),
        }
    }
    Ok(missed)
}

/// Whether a ring was ever owed, as far as the session itself says. It was not where a session came here when it was over,
/// as most of an imported calendar has.
fn may_be_owed(readings: &Readings, session: &Session, now: DateTime<Utc>) -> bool {
    readings.rules(session.workspace).is_some_and(|rules| {
        let closes = rules.closes_at(session, Room::default());
        now < closes || plan::was_owed(session.created_at, closes)
    })
}

async fn new_ring(readings: &mut Readings, member: &Member, now: DateTime<Utc>) -> Result<Option<NewRing>> {
    let Member { session, reminder, was, by_another, noted, .. } = member;
    if !may_be_owed(readings, session, now) {
        return Ok(None);
    }
    let Some(rules) = readings.rules(session.workspace) else { return Ok(None) };
    let (number, due) = match *was {
        None => (1, plan::due_at(*reminder)),
        Some(Last { number, due, .. }) => (number, due),
    };
    let closes = rules.closes_at(session, readings.room_of(session).await?);
    let is_missed = now >= closes;
    let is_listed = was.is_some() || by_another.is_some() || noted.is_some();
    if is_missed && is_listed {
        return Ok(None);
    }
    if is_missed
        && let Some(reading) = readings.of(session.workspace)
        && !plan::was_owed(reading.stands_since(session).await?, closes)
    {
        return Ok(None);
    }
    Ok(Some(NewRing { key: reminder.ring(number), due, is_missed, was: *was }))
}
