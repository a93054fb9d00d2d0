//! The task that rings. It looks, rings what is due, and waits for the next due instant or a signal.
//!
//! Each ring goes `planned → submitting → submitted`, each step stored before the next is taken. After a
//! crash a ring that is still `submitting` is rung once more, so that none is missed; a repeat is possible
//! only after a death between two steps.
//!
//! Other tasks and programs write at any time. So whatever is decided is decided inside the transaction
//! that stores it, and words are made of what is stored then; between that and the screen there is only
//! the desktop itself, and what changes meanwhile is taken back in the same look.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use sqlx::SqliteConnection;
use tokio::{
    sync::{broadcast, mpsc, watch},
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{
    phrase::{self, Manner},
    plan::{self, Due},
    wait::{TICK, Wait},
};
use crate::{
    change::Cause,
    clock::{Clock, computer_zone},
    desktop::{Notifier, Ring},
    join::{JoinRules, Room},
    session::{EARLIEST_JOIN, Session},
    settings::Settings,
    store::{
        Result, Store,
        events::{self, By, Event, Kind},
        people,
        rings::{self, Known, Outcome, RingKey, RingState},
        sessions,
    },
};

/// How far back the first look and a look after a long pause search for what was missed.
const LONG_LOOK: Duration = Duration::days(30);
/// How far back every other look searches: longer than any session with the time after it.
const SHORT_LOOK: Duration = Duration::days(2);
/// A pause after which more may have been missed than a short look finds.
const LONG_PAUSE: Duration = Duration::minutes(2);
/// How long a look waits for the desktop. It goes on handing over beside the bell after that: a
/// notification service that is being started may take long, and asking it twice would show two.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// After this time without an answer there will be none, and the ring is tried anew.
const HOPELESS: std::time::Duration = std::time::Duration::from_secs(60);

/// Wakes the bell before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Something was changed: sessions, settings, or the answer to a ring.
    Look,
}

/// The bell. Own it in one task; nothing else rings.
pub struct Bell<N, C, W> {
    store: Store,
    notifier: Arc<N>,
    clock: C,
    wait: W,
    rules: JoinRules,
    changes: broadcast::Sender<Cause>,
    can_ring: watch::Sender<bool>,
    last_look: Option<DateTime<Utc>>,
    /// What this bell has put on the screen and not yet taken back.
    showing: BTreeSet<RingKey>,
    /// What the desktop has not answered yet.
    handing_over: Vec<HandingOver>,
    /// What the desktop has taken and the store does not know yet: the ledger could not be written just
    /// then. It must not ring twice for that.
    taken: Vec<(RingKey, DateTime<Utc>)>,
}

/// A ring on its way to the desktop.
struct HandingOver {
    keys: Vec<RingKey>,
    task: JoinHandle<bool>,
    since: Instant,
}

impl Drop for HandingOver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<N: Notifier, C: Clock, W: Wait> Bell<N, C, W> {
    /// A bell over a store. What it changes is told to `changes`; whether the desktop takes rings, to `can_ring`.
    pub fn new(
        store: Store,
        notifier: Arc<N>,
        clock: C,
        wait: W,
        rules: JoinRules,
        changes: broadcast::Sender<Cause>,
        can_ring: watch::Sender<bool>,
    ) -> Self {
        Self {
            store,
            notifier,
            clock,
            wait,
            rules,
            changes,
            can_ring,
            last_look: None,
            showing: BTreeSet::new(),
            handing_over: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Rings for as long as the sender of `signals` lives.
    pub async fn run(mut self, mut signals: mpsc::UnboundedReceiver<Signal>) {
        loop {
            let next = match self.look().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "the bell could not look; it looks again soon");
                    self.clock.now() + TICK
                }
            };
            tokio::select! {
                () = self.wait.wait(next) => {}
                signal = signals.recv() => match signal {
                    // Several signals at once are answered by one look.
                    Some(Signal::Look) => while signals.try_recv().is_ok() {},
                    None => return,
                }
            }
        }
    }

    /// One look: rings all that is due and returns when to look again (UTC).
    ///
    /// # Errors
    /// What the store says. Whatever was not rung is still due at the next look.
    pub async fn look(&mut self) -> Result<DateTime<Utc>> {
        let now = self.clock.now();
        let planned = self.plan(now).await?;
        let rang = self.ring(now).await?;
        let taken_back = self.take_back(now).await?;
        if rang || taken_back {
            self.tell(Cause::Bell);
        }
        // Whoever has loaded before the first look knows all but what it has found.
        let ticked = match self.last_look {
            None => planned,
            Some(last) => minute(last) != minute(now) || self.crossed_boundary(last, now).await?,
        };
        if ticked {
            self.tell(Cause::Clock);
        }
        self.last_look = Some(now);
        self.next_look(now).await
    }

    /// Enters into the ledger what has become due, and what can no longer be rung. Whether there was any.
    async fn plan(&self, now: DateTime<Utc>) -> Result<bool> {
        if self.not_in_ledger(&mut *self.store.read().await?, now).await?.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store.write().await?;
        for new in self.not_in_ledger(&mut tx, now).await? {
            rings::plan(&mut tx, new.key, new.due).await?;
            if new.is_missed {
                rings::set_outcome(&mut tx, new.key, Outcome::Missed).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// What is due and not in the ledger, or was given up there and is due again.
    async fn not_in_ledger(&self, conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Vec<New>> {
        let paused = self.last_look.is_none_or(|last| now - last > LONG_PAUSE);
        let back = if paused { LONG_LOOK } else { SHORT_LOOK };
        let mut new = Vec::new();
        for session in sessions::ringing_in(conn, now - back, now + self.rules.lead).await? {
            // It came here when it was over, as most of an imported calendar has: nothing was owed.
            let closes = self.rules.closes_at(&session, Room::default());
            if now >= closes && !plan::was_owed(session.created_at, closes) {
                continue;
            }
            let known = rings::known(conn, session.id, session.start).await?;
            let (number, due) = match known {
                Known::Yes => continue,
                Known::No => (1, plan::due_at(&session, self.rules)),
                Known::GivenUp { number, due } => (number, due),
            };
            let closes = self.rules.closes_at(&session, sessions::room_of(conn, &session).await?);
            let is_missed = now >= closes;
            if is_missed
                && (known != Known::No || !plan::was_owed(stands_since(conn, &session).await?, closes))
            {
                continue;
            }
            let key = RingKey { session: session.id, start: session.start, number };
            new.push(New { key, due, is_missed });
        }
        Ok(new)
    }

    /// Rings what waits in the ledger.
    async fn ring(&mut self, now: DateTime<Utc>) -> Result<bool> {
        let mut rang = self.hear_back().await?;
        let waiting = rings::waiting(&mut *self.store.read().await?, now).await?;
        let waiting: Vec<RingKey> =
            waiting.into_iter().map(|(key, _)| key).filter(|key| !self.is_handing_over(*key)).collect();
        if waiting.is_empty() {
            return Ok(rang);
        }
        let due = self.give_up(waiting, now).await?;
        let rings: Vec<Vec<RingKey>> = if due.len() > plan::MOST_AT_ONCE {
            vec![due]
        } else {
            due.into_iter().map(|key| vec![key]).collect()
        };
        for keys in rings {
            rang |= self.strike(keys).await?;
        }
        Ok(rang)
    }

    /// Notes what became of rings that shall not ring any more. What is left is to ring now.
    async fn give_up(&self, waiting: Vec<RingKey>, now: DateTime<Utc>) -> Result<Vec<RingKey>> {
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

    /// Takes one notification through its steps. Its sessions are read again: none rings that has changed,
    /// also while the one before it was handed over.
    async fn strike(&mut self, keys: Vec<RingKey>) -> Result<bool> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let mut due = Vec::new();
        for key in keys {
            if let (Due::Ring, Some(session)) = self.judge(&mut tx, key, now).await? {
                rings::set_state(&mut tx, key, RingState::Submitting, None).await?;
                due.push((key, session));
            }
        }
        if due.is_empty() {
            return Ok(false);
        }
        let ring = compose(&mut tx, &due, now).await?;
        tx.commit().await?;
        self.hand_over(ring).await
    }

    /// Hands a ring to the desktop. In a task of its own: whatever the desktop does, the bell goes on.
    async fn hand_over(&mut self, ring: Ring) -> Result<bool> {
        let notifier = Arc::clone(&self.notifier);
        let keys = ring.keys.clone();
        let task = tokio::spawn(async move { notifier.ring(ring).await.is_ok() });
        let mut handing_over = HandingOver { keys, task, since: Instant::now() };
        match timeout(PATIENCE, &mut handing_over.task).await {
            Ok(answer) => {
                self.note_answer(&handing_over.keys, answer.unwrap_or(false));
                self.store_taken().await
            }
            Err(_) => {
                self.note_answer(&handing_over.keys, false);
                self.handing_over.push(handing_over);
                Ok(false)
            }
        }
    }

    /// Asks after the rings that the desktop has not answered in time.
    async fn hear_back(&mut self) -> Result<bool> {
        for mut each in std::mem::take(&mut self.handing_over) {
            if each.task.is_finished() {
                let taken = (&mut each.task).await.unwrap_or(false);
                self.note_answer(&each.keys, taken);
            } else if each.since.elapsed() < HOPELESS {
                self.handing_over.push(each);
            }
        }
        self.store_taken().await
    }

    fn is_handing_over(&self, key: RingKey) -> bool {
        self.handing_over.iter().any(|each| each.keys.contains(&key))
    }

    /// What is not taken stays due and is tried again at the next look, for as long as Join is open.
    fn note_answer(&mut self, keys: &[RingKey], taken: bool) {
        self.can_ring.send_if_modified(|can| std::mem::replace(can, taken) != taken);
        if taken {
            let rung_at = self.clock.now();
            self.taken.extend(keys.iter().map(|key| (*key, rung_at)));
        } else {
            tracing::warn!(rings = keys.len(), "no notification service took the ring");
        }
    }

    /// Stores that rings were taken; whether there were any.
    async fn store_taken(&mut self) -> Result<bool> {
        if self.taken.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store.write().await?;
        for (key, rung_at) in &self.taken {
            rings::set_state(&mut tx, *key, RingState::Submitted, Some(*rung_at)).await?;
            // A session that was taken out meanwhile has no events any more.
            if sessions::get(&mut tx, key.session).await?.is_some() {
                let rang = Event { at: *rung_at, kind: Kind::Rang, by: By::Bell, detail: None };
                events::add(&mut tx, key.session, rang).await?;
            }
        }
        tx.commit().await?;
        self.showing.extend(self.taken.drain(..).map(|(key, _)| key));
        Ok(true)
    }

    /// Takes rings off the screen whose sessions were moved, called off, are over, or were joined in
    /// another way.
    async fn take_back(&mut self, now: DateTime<Utc>) -> Result<bool> {
        let mut conn = self.store.read().await?;
        let mut gone = Vec::new();
        for key in rings::on_show(&mut conn, now - SHORT_LOOK).await? {
            match self.judge(&mut conn, key, now).await?.0 {
                Due::Ring | Due::NotYet => {}
                Due::Joined => gone.push((key, Outcome::Joined)),
                Due::Withdraw => gone.push((key, Outcome::Withdrawn)),
                Due::Missed => gone.push((key, Outcome::TimedOut)),
            }
        }
        let mut settled: Vec<RingKey> = gone.iter().map(|(key, _)| *key).collect();
        for key in &self.showing {
            if rings::outcome_of(&mut conn, *key).await?.is_some() {
                settled.push(*key);
            }
        }
        drop(conn);
        for key in settled {
            if self.showing.remove(&key) && timeout(PATIENCE, self.notifier.withdraw(key)).await.is_err() {
                tracing::warn!("the notification service did not take a ring back");
            }
        }
        self.settle(&gone).await?;
        Ok(!gone.is_empty())
    }

    async fn judge(
        &self,
        conn: &mut SqliteConnection,
        key: RingKey,
        now: DateTime<Utc>,
    ) -> Result<(Due, Option<Session>)> {
        let session = sessions::get(conn, key.session).await?;
        let room = match &session {
            Some(session) => sessions::room_of(conn, session).await?,
            None => Default::default(),
        };
        Ok((plan::judge(session.as_ref(), key.start, room, self.rules, now), session))
    }

    async fn settle(&self, outcomes: &[(RingKey, Outcome)]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        for (key, outcome) in outcomes {
            rings::set_outcome(&mut tx, *key, *outcome).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A session has started or ended since the last look, so that what may be done with it has changed.
    async fn crossed_boundary(&self, last: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool> {
        let mut conn = self.store.read().await?;
        Ok(sessions::next_boundary(&mut conn, last).await?.is_some_and(|at| at <= now))
    }

    /// When to look again: at the next ring, the next start or end, or the next minute.
    async fn next_look(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let mut conn = self.store.read().await?;
        let next_start = sessions::next_ringing_start(&mut conn, now + self.rules.lead).await?;
        let candidates = [
            next_start.map(|start| start - self.rules.lead),
            rings::next_due(&mut conn, now).await?,
            sessions::next_boundary(&mut conn, now).await?,
            Some(minute(now) + Duration::minutes(1)),
        ];
        Ok(candidates.into_iter().flatten().min().unwrap_or(now + TICK))
    }

    fn tell(&self, cause: Cause) {
        // Nobody listens while there is no window.
        let _ = self.changes.send(cause);
    }
}

/// A reminder that is to be entered into the ledger.
struct New {
    key: RingKey,
    due: DateTime<Utc>,
    is_missed: bool,
}

/// When a session came here, or took the time or the life that it has.
async fn stands_since(conn: &mut SqliteConnection, session: &Session) -> Result<DateTime<Utc>> {
    let happened = events::of(conn, session.id).await?;
    let anew = |event: &Event| {
        matches!(event.kind, Kind::Moved | Kind::ClocksChanged | Kind::Restored | Kind::MarkUndone)
    };
    let last = happened.into_iter().filter(anew).map(|event| event.at).max();
    Ok(last.map_or(session.created_at, |at| at.max(session.created_at)))
}

/// One notification for what is due, in words for now.
async fn compose(
    conn: &mut SqliteConnection,
    due: &[(RingKey, Session)],
    now: DateTime<Utc>,
) -> Result<Ring> {
    let settings = Settings::load(conn).await?;
    let in_session = sessions::touching(conn, now, now + EARLIEST_JOIN)
        .await?
        .iter()
        .any(|session| session.runs_for_me(now));
    let zones = people::zones(conn).await?;
    let manner = Manner {
        zone: computer_zone(),
        clock: settings.hours(),
        hide_names: settings.hide_names || in_session,
    };
    let (phrase, can_join) = match due {
        [(_, session)] => {
            let theirs = session.person.as_ref().and_then(|name| zones.get(name)).map(String::as_str);
            (phrase::one(session, theirs, manner, now), session.join_url.is_some())
        }
        _ => {
            let sessions: Vec<&Session> = due.iter().map(|(_, session)| session).collect();
            (phrase::several(&sessions, manner, now), false)
        }
    };
    Ok(Ring {
        keys: due.iter().map(|(key, _)| *key).collect(),
        title: phrase.title,
        body: phrase.body,
        can_join,
        sounds: settings.sound && !in_session,
        breaks_through: settings.break_through && !in_session,
    })
}

fn minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(Duration::minutes(1)).unwrap_or(at)
}
