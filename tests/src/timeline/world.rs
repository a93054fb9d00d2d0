//! The fake computer: its clock, its timers, its desktop.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use firstbell_core::{
    clock::Clock,
    desktop::{NotShown, Notifier, Opener, Ring},
    join::JoinUrl,
    reminder::wait::{TICK, Wait},
    ring::RingKey,
};
use tokio::sync::watch;

use super::Kill;

/// A computer whose time passes only when it is told to.
#[derive(Clone)]
pub(super) struct World(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Milliseconds that the computer has been awake: what timers count.
    awake: watch::Sender<i64>,
    /// How often anything has begun to wait.
    waits: watch::Sender<u64>,
    /// The process is to die.
    dying: watch::Sender<bool>,
}

struct State {
    now: DateTime<Utc>,
    /// When the timer of whatever waits goes off, in time awake.
    wakes_at: i64,
    armed: Option<Kill>,
    meanwhile: Option<Meanwhile>,
    shown: Vec<Shown>,
}

/// What somebody else does at the right moment. It is asked at each look at the clock; whether it was the moment.
pub(super) type Meanwhile = Box<dyn FnMut() -> bool + Send>;

/// A ring that the desktop has shown.
pub(super) struct Shown {
    pub ring: Ring,
    pub at: DateTime<Utc>,
    pub awake: i64,
}

impl World {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        let state = State { now, wakes_at: i64::MAX, armed: None, meanwhile: None, shown: Vec::new() };
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            awake: watch::Sender::new(0),
            waits: watch::Sender::new(0),
            dying: watch::Sender::new(false),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock goes on or is set, and no timer notices.
    pub(super) fn shift_clock(&self, by: TimeDelta) {
        self.state().now += by;
    }

    /// Time passes while the computer is awake.
    pub(super) fn pass(&self, ms: i64) {
        self.state().now += TimeDelta::milliseconds(ms);
        self.0.awake.send_modify(|awake| *awake += ms);
    }

    pub(super) fn awake(&self) -> i64 {
        *self.0.awake.borrow()
    }

    pub(super) fn wakes_at(&self) -> i64 {
        self.state().wakes_at
    }

    pub(super) fn waits(&self) -> watch::Receiver<u64> {
        self.0.waits.subscribe()
    }

    pub(super) fn dying(&self) -> watch::Receiver<bool> {
        self.0.dying.subscribe()
    }

    /// A new process: no timer, nothing armed.
    pub(super) fn new_process(&self) {
        let mut state = self.state();
        state.wakes_at = i64::MAX;
        state.armed = None;
        state.meanwhile = None;
        self.0.dying.send_replace(false);
    }

    pub(super) fn arm(&self, kill: Kill) {
        self.state().armed = Some(kill);
    }

    /// Somebody else waits for the right moment, or does not any more.
    pub(super) fn meanwhile(&self, does: Option<Meanwhile>) {
        self.state().meanwhile = does;
    }

    pub(super) fn take_shown(&self) -> Vec<Shown> {
        std::mem::take(&mut self.state().shown)
    }
}

impl Clock for World {
    fn now(&self) -> DateTime<Utc> {
        // Taken out, since whoever does something looks at the clock too.
        let does = self.state().meanwhile.take();
        if let Some(mut does) = does
            && !does()
        {
            self.state().meanwhile = Some(does);
        }
        self.state().now
    }

    fn steady(&self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(self.awake()).unwrap_or_default())
    }
}

impl Wait for World {
    /// A plain timer: it is set for what the clock shows now, stands still in sleep and does not notice
    /// that the clock is set. That is the least that every system has.
    async fn wait(&self, until: DateTime<Utc>) {
        let mut awake = self.0.awake.subscribe();
        let wakes_at = {
            let mut state = self.state();
            let left = (until - state.now).clamp(TimeDelta::zero(), TICK);
            // Never before `until`: a timer rounds up.
            let left = left.num_milliseconds() + i64::from(left.subsec_nanos() % 1_000_000 != 0);
            state.wakes_at = *awake.borrow_and_update() + left;
            state.wakes_at
        };
        self.0.waits.send_modify(|waits| *waits += 1);
        // The world outlives whoever waits in it.
        let _ = awake.wait_for(|awake| *awake >= wakes_at).await;
    }
}

impl Notifier for World {
    async fn ring(&self, ring: Ring) -> Result<(), NotShown> {
        let dies = {
            let mut state = self.state();
            let armed = state.armed.take();
            if armed != Some(Kill::BeforeHandover) {
                let (at, awake) = (state.now, self.awake());
                state.shown.push(Shown { ring, at, awake });
            }
            armed.is_some()
        };
        if dies {
            self.0.dying.send_replace(true);
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn withdraw(&self, _key: RingKey) {}
}

impl Opener for World {
    fn open(&self, _url: &JoinUrl) -> Result<(), firstbell_core::desktop::NotOpened> {
        Ok(())
    }
}
