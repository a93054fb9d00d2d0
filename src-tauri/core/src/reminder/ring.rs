//! The task that rings. It looks, rings what is due, and waits for the next due instant or a signal.
//!
//! Each ring goes `planned → submitting → submitted`, each step stored before the next is taken. After a
//! crash a ring that is still `submitting` is rung once more, so that none is missed; a repeat is possible
//! only after a death between two steps.
//!
//! Other tasks and programs write at any time, and sessions may lie in other files than the ledger. So the sessions
//! of a ring are read once more after the ledger says that it is handed over ([`super::ledger`]), and words are made of
//! that; between it and the screen there is only the desktop itself, and what changes meanwhile is taken back in the
//! same look.
//!
//! A store that fails, or does not answer in a moment, silences nothing: then the bell rings from what it last read
//! ([`super::memory`]), and stores what it did when it can.

use std::sync::Arc;

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use tokio::{
    sync::{broadcast, mpsc},
    time::timeout,
};

use super::{
    compose::compose,
    known::Known,
    ledger::{LONG_LOOK, Ledger, SHORT_LOOK},
    memory::SharedMemory,
    plan,
    unstored::Deed,
    wait::{TICK, Wait},
};
use crate::{
    change::{Cause, Change, Topic},
    clock::Clock,
    desktop::{Notifier, Ring},
    health::StoreFault,
    ring::RingKey,
    session::Session,
    store::{Result, Store, StoreError},
    workspace::Workspaces,
};

/// A pause after which more may have been missed than a short look finds.
const LONG_PAUSE: Duration = Duration::minutes(2);
/// How long a look waits for the desktop. It goes on handing over beside the bell after that: a
/// notification service that is being started may take long, and asking it twice would show two.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// How long a step at the store may take before the bell goes on without it. A disk takes some milliseconds; a long
/// import or another program that writes must not make a ring late.
const STORE_PATIENCE: std::time::Duration = std::time::Duration::from_millis(400);

/// Wakes the bell before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Something was changed: sessions, settings, or the answer to a ring.
    Look,
}

/// The bell. Own it in one task; nothing else rings. Making one takes the turn from the one before.
pub struct Bell<N, C, W> {
    ledger: Ledger,
    notifier: Arc<N>,
    clock: Arc<C>,
    wait: W,
    changes: broadcast::Sender<Change>,
    memory: SharedMemory,
    turn: u64,
    /// When the store was last looked through.
    last_look: Option<DateTime<Utc>>,
    last_minute: Option<DateTime<Utc>>,
    /// Something was changed since the store was last remembered.
    has_news: bool,
    /// The store was too slow in the look before, too.
    was_slow: bool,
}

impl<N: Notifier, C: Clock, W: Wait> Bell<N, C, W> {
    /// A bell over a ledger and the sessions of all workspaces. What it changes is told to `changes`; what it shares with the app and with the bell
    /// after it is in `memory`.
    pub fn new(
        device: Store,
        workspaces: Workspaces,
        notifier: Arc<N>,
        clock: C,
        wait: W,
        changes: broadcast::Sender<Change>,
        memory: SharedMemory,
    ) -> Self {
        Self {
            turn: memory.take_over(),
            ledger: Ledger { device, workspaces, memory: Arc::clone(&memory) },
            notifier,
            clock: Arc::new(clock),
            wait,
            changes,
            memory,
            last_look: None,
            last_minute: None,
            has_news: false,
            was_slow: false,
        }
    }

    /// Rings for as long as the sender of `signals` lives and no other bell has taken the turn.
    pub async fn run(mut self, mut signals: mpsc::UnboundedReceiver<Signal>) {
        while self.memory.is_turn_of(self.turn) {
            let next = self.look().await;
            tracing::trace!(%next, "the bell has looked");
            self.memory.beat(self.turn);
            tokio::select! {
                () = self.wait.wait(next) => {}
                signal = signals.recv() => match signal {
                    // Several signals at once are answered by one look.
                    Some(Signal::Look) => {
                        while signals.try_recv().is_ok() {}
                        self.has_news = true;
                    }
                    None => return,
                }
            }
        }
    }

    /// One look: rings all that is due and returns when to look again (UTC). Whatever was not rung is still due at
    /// the next look.
    pub async fn look(&mut self) -> DateTime<Utc> {
        let now = self.clock.now();
        let looked = self.look_in_store(now).await;
        if looked.is_ok() {
            self.note_store(None);
        }
        match looked {
            Ok(next) => {
                let left = self.memory.left_over();
                self.ring_from(&left, now).await;
                left.next_due(now).map_or(next, |due| next.min(due))
            }
            Err(error) => {
                tracing::warn!(%error, "the store does not serve; the bell rings from what it last read");
                self.learn(now).await;
                let known = self.memory.known();
                self.ring_from(&known, now).await;
                self.take_back_by(&known, now).await;
                let error = in_time(async { Err::<(), _>(self.ledger.device.explained(error).await) }).await;
                self.note_store(error.as_ref().err());
                if self.another_minute(now) {
                    self.tell(Cause::Clock, Topic::Minute);
                }
                let soon = minute(now) + Duration::minutes(1);
                known.next_due(now).map_or(soon, |due| soon.min(due))
            }
        }
    }

    async fn look_in_store(&mut self, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let health = *self.memory.health().borrow();
        in_time(self.ledger.store_what_waits(now, health.store.is_some())).await?;
        let paused = self.last_look.is_none_or(|last| now - last > LONG_PAUSE);
        let planned = in_time(self.ledger.plan(now, if paused { LONG_LOOK } else { SHORT_LOOK })).await?;
        let (mut rang, waited) = self.ring(now).await?;
        let taken_back = self.take_back(now).await?;
        // What a ring stood for that was not shown after all, or was taken back, rings by itself, and now.
        if (waited || taken_back) && in_time(self.ledger.plan(self.clock.now(), SHORT_LOOK)).await? {
            rang |= self.ring(self.clock.now()).await?.0;
        }
        if rang || taken_back {
            self.tell(Cause::Bell, Topic::Rings);
        } else if planned {
            // One that time has passed by: it is listed.
            self.tell(Cause::Clock, Topic::Rings);
        }
        let (next, boundary) = in_time(self.ledger.next_look(now, self.last_look)).await?;
        // Whoever has loaded before the first look knows all but what it has found.
        let is_first = self.last_look.replace(now).is_none();
        let is_another = self.another_minute(now);
        if !is_first && boundary {
            self.tell(Cause::Clock, Topic::Doors);
        }
        if !is_first && is_another {
            self.tell(Cause::Clock, Topic::Minute);
        }
        if is_first || is_another || boundary || rang || self.has_news {
            self.has_news = false;
            self.learn(now).await;
        }
        Ok(next.unwrap_or(now + TICK).min(minute(now) + Duration::minutes(1)))
    }

    /// Remembers what the store holds, if it can be read.
    async fn learn(&self, now: DateTime<Utc>) {
        match in_time(self.ledger.read_known(now)).await {
            Ok(known) => self.memory.learn(known),
            Err(error) => tracing::warn!(%error, "the store cannot be read"),
        }
    }

    /// A store that was too slow once may have been in the middle of something long; one that fails is told at once.
    fn note_store(&mut self, error: Option<&StoreError>) {
        let fault = error.map(StoreFault::from);
        let is_slow = fault == Some(StoreFault::Busy);
        if !is_slow || self.was_slow {
            self.memory.store_serves(fault);
        }
        self.was_slow = is_slow;
    }

    /// Whether another minute has begun since this was last asked.
    fn another_minute(&mut self, now: DateTime<Utc>) -> bool {
        self.last_minute.replace(minute(now)).is_some_and(|last| last != minute(now))
    }

    /// Rings what waits in the ledger. Whether anything rang, and whether anything waited.
    async fn ring(&mut self, now: DateTime<Utc>) -> Result<(bool, bool)> {
        let mut rang = false;
        let Some(due) = in_time(self.ledger.due(now)).await? else { return Ok((false, false)) };
        for keys in together(due) {
            in_time(self.ledger.submit(&keys)).await?;
            for keys in self.still_together(keys).await? {
                // Only now are the sessions read from which the words are made: none rings that has changed, also
                // while the one before it was handed over.
                let now = self.clock.now();
                if let Some(ring) = in_time(self.ledger.compose(&keys, now)).await? {
                    rang |= self.hand_over(ring).await;
                    in_time(self.ledger.store_what_waits(now, false)).await?;
                }
            }
        }
        Ok((rang, true))
    }

    /// Of many that ring as one, some may have been moved or cancelled meanwhile; few ring each for itself.
    async fn still_together(&self, keys: Vec<RingKey>) -> Result<Vec<Vec<RingKey>>> {
        if keys.len() <= plan::MOST_AT_ONCE {
            return Ok(vec![keys]);
        }
        let now = self.clock.now();
        Ok(together(in_time(self.ledger.still_due(&keys, now)).await?))
    }

    /// Rings what is due by what is known of the store.
    async fn ring_from(&self, known: &Known, now: DateTime<Utc>) {
        let due = known.due(now, |key| self.memory.is_through(key));
        let mut rang = false;
        for due in together(due) {
            let session = |(key, session): &(RingKey, Session)| (*key, session.clone());
            let due: Vec<_> = due.iter().map(session).collect();
            rang |= self.hand_over(compose(&due, &known.surroundings, self.clock.now())).await;
        }
        if rang {
            self.tell(Cause::Bell, Topic::Rings);
        }
    }

    /// Takes rings off the screen that are settled or have changed by what is known of the store.
    async fn take_back_by(&self, known: &Known, now: DateTime<Utc>) {
        for (key, outcome) in known.gone(&self.memory.showing(), now) {
            self.memory.keep(Deed::Became { key, outcome });
            self.withdraw(key).await;
        }
    }

    async fn withdraw(&self, key: RingKey) {
        self.memory.beat(self.turn);
        if self.memory.no_longer_shows(key) && timeout(PATIENCE, self.notifier.withdraw(key)).await.is_err() {
            tracing::warn!("the notification service did not take a ring back");
        }
    }

    /// Hands a ring to the desktop. In a task of its own: whatever the desktop does, the bell goes on. Whether the
    /// desktop has taken it in time.
    async fn hand_over(&self, ring: Ring) -> bool {
        if !self.memory.claim(self.turn, &ring.keys) {
            return false;
        }
        // A desktop that is slow is no silence of the bell.
        self.memory.beat(self.turn);
        let keys = ring.keys.clone();
        let (notifier, memory, clock) =
            (Arc::clone(&self.notifier), Arc::clone(&self.memory), Arc::clone(&self.clock));
        let mut task = tokio::spawn(async move {
            let keys = ring.keys.clone();
            let taken = notifier.ring(ring).await.is_ok();
            memory.answered(&keys, taken, clock.now());
            taken
        });
        self.memory.handed_over_by(&keys, &task.abort_handle());
        match timeout(PATIENCE, &mut task).await {
            Ok(Ok(taken)) => taken,
            Ok(Err(error)) => {
                tracing::warn!(%error, "handing over a ring broke off");
                self.memory.answered(&keys, false, self.clock.now());
                false
            }
            Err(_) => {
                tracing::warn!(rings = keys.len(), "no notification service has answered yet");
                self.memory.desktop_is_silent();
                false
            }
        }
    }

    /// Takes rings off the screen whose sessions were moved, called off, are over, or were joined in
    /// another way.
    async fn take_back(&mut self, now: DateTime<Utc>) -> Result<bool> {
        let (gone, settled) = in_time(self.ledger.gone(now)).await?;
        for key in settled {
            self.withdraw(key).await;
        }
        in_time(self.ledger.settle(&gone)).await?;
        Ok(!gone.is_empty())
    }

    fn tell(&self, cause: Cause, topic: Topic) {
        // Nobody listens while there is no window.
        let _ = self.changes.send(Change::here(cause, topic));
    }
}

/// What is due, as it is handed over: each for itself, or all in one where there are many.
fn together<T>(due: Vec<T>) -> Vec<Vec<T>> {
    if due.len() > plan::MOST_AT_ONCE { vec![due] } else { due.into_iter().map(|each| vec![each]).collect() }
}

/// A step at the store, given up when it takes too long: what it wrote by then is not kept, or is found again.
async fn in_time<T>(step: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(STORE_PATIENCE, step).await.unwrap_or(Err(StoreError::Busy))
}

fn minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(Duration::minutes(1)).unwrap_or(at)
}
