//! What the bell knows without its store. It is shared with the app and outlives a bell that is replaced: what the
//! store held when it could last be read, what was handed to the desktop, and what is still to be stored.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use tokio::{sync::watch, task::AbortHandle, time::Instant};

use super::{
    known::{Known, Remembered},
    unstored::{self, Deed},
};
use crate::{
    health::{Health, StoreFault},
    id::SessionKey,
    join::{JoinRules, Room},
    ring::RingKey,
    session::Session,
    settings::Settings,
    store::{Result, Store},
    workspace::Workspaces,
};

/// After this time without an answer of the desktop there will be none, and the ring is tried anew.
const HOPELESS: std::time::Duration = std::time::Duration::from_secs(60);
/// How long it is remembered that a ring was shown: longer than any look searches back for what is due.
const REMEMBERED: Duration = Duration::days(31);

/// What the bell knows without its store.
#[derive(Debug)]
pub struct Memory {
    health: watch::Sender<Health>,
    state: Mutex<State>,
    /// One stores at a time, so that nothing is stored twice or out of order.
    storing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    /// Which bell may ring: the last one that was made.
    turn: u64,
    /// When that one was last seen to be alive.
    beat: Instant,
    known: Known,
    /// The store was read at least once.
    has_read: bool,
    /// From a store that is gone for good.
    left_over: Vec<Remembered>,
    /// On its way to the desktop.
    asked: BTreeMap<RingKey, Asked>,
    /// The desktop has taken it, and when. Whatever the store says, it is not rung again.
    shown: BTreeMap<RingKey, DateTime<Utc>>,
    /// On the screen, and not yet taken back.
    showing: BTreeSet<RingKey>,
    unstored: Vec<Deed>,
    faults: Faults,
}

/// What is wrong with the store, by who has found it.
#[derive(Debug, Default)]
struct Faults {
    /// Whoever opens it and watches its folder.
    at_its_place: Option<StoreFault>,
    /// The bell, in use.
    in_use: Option<StoreFault>,
    /// It was lost, another one is in its place, and the person has not been told.
    lost: Option<StoreFault>,
}

impl Faults {
    fn worst(&self) -> Option<StoreFault> {
        self.at_its_place.or(self.in_use).or(self.lost)
    }
}

/// A ring that the desktop has not answered yet.
#[derive(Debug)]
struct Asked {
    since: Instant,
    task: Option<AbortHandle>,
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        let state = State {
            turn: 0,
            beat: Instant::now(),
            known: Known::default(),
            has_read: false,
            left_over: Vec::new(),
            asked: BTreeMap::new(),
            shown: BTreeMap::new(),
            showing: BTreeSet::new(),
            unstored: Vec::new(),
            faults: Faults::default(),
        };
        Self {
            health: watch::Sender::new(Health::GOOD),
            state: Mutex::new(state),
            storing: tokio::sync::Mutex::default(),
        }
    }
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here is left half done by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A listener to how bell and store are.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    fn set_health(&self, change: impl FnOnce(&mut Health)) {
        self.health.send_if_modified(|health| {
            let was = *health;
            change(health);
            *health != was
        });
    }

    fn set_faults(&self, change: impl FnOnce(&mut Faults)) {
        let mut state = self.state();
        change(&mut state.faults);
        let worst = state.faults.worst();
        let has_read = state.has_read;
        drop(state);
        self.set_health(|health| {
            health.store = worst;
            health.knows_sessions = has_read;
        });
    }

    /// What is wrong with the store where it lies: it could not be opened as it should be, or its folder is gone.
    pub fn store_lies(&self, fault: Option<StoreFault>) {
        self.set_faults(|faults| faults.at_its_place = fault);
    }

    /// What is wrong with the store as the bell finds it in use.
    pub(super) fn store_serves(&self, fault: Option<StoreFault>) {
        self.set_faults(|faults| faults.in_use = fault);
    }

    /// The person has been told that a store was lost.
    pub fn acknowledge_lost(&self) {
        self.set_faults(|faults| faults.lost = None);
    }

    /// Another program has the folder now, and rings: no bell of this one does any more.
    pub fn give_up_turn(&self) {
        self.state().turn += 1;
        self.bell_is_missed();
    }

    /// A new bell takes the place of the one before, which rings nothing from now on. Its number.
    pub(super) fn take_over(&self) -> u64 {
        let mut state = self.state();
        state.turn += 1;
        state.beat = Instant::now();
        state.turn
    }

    /// Whether this bell is the one that may ring.
    pub(super) fn is_turn_of(&self, turn: u64) -> bool {
        self.state().turn == turn
    }

    /// This bell is alive.
    pub(super) fn beat(&self, turn: u64) {
        let mut state = self.state();
        if state.turn == turn {
            state.beat = Instant::now();
            drop(state);
            self.set_health(|health| health.bell_runs = true);
        }
    }

    /// How long the bell has not been seen to be alive.
    pub fn silence(&self) -> std::time::Duration {
        self.state().beat.elapsed()
    }

    /// Whoever measures the silence was away too, as in a program that was stopped: it is counted from now.
    pub fn excuse_silence(&self) {
        self.state().beat = Instant::now();
    }

    /// The bell is missed.
    pub fn bell_is_missed(&self) {
        self.set_health(|health| health.bell_runs = false);
    }

    /// Remembers what the store holds.
    pub(super) fn learn(&self, known: Known) {
        let mut state = self.state();
        (state.known, state.has_read) = (known, true);
        drop(state);
        self.set_health(|health| health.knows_sessions = true);
    }

    /// The store is gone for good, and another one comes into its place: what is known of it is all that there is,
    /// for as long as it matters. To be said before the other one is opened, lest its sessions are taken for them.
    pub fn store_is_lost(&self, fault: StoreFault) {
        let mut state = self.state();
        let known = std::mem::take(&mut state.known.sessions);
        state.left_over.extend(known);
        drop(state);
        self.set_faults(|faults| faults.lost = Some(fault));
    }

    /// What was last read, with what has been done since and is not stored yet.
    pub(super) fn known(&self) -> Known {
        let state = self.state();
        let mut known = state.known.clone();
        known.sessions.extend(state.left_over.iter().cloned());
        for each in &mut known.sessions {
            each.overlay(&state.unstored);
        }
        known
    }

    /// The same, of a store that is gone alone.
    pub(super) fn left_over(&self) -> Known {
        let state = self.state();
        let surroundings = state.known.surroundings.clone();
        let mut sessions = state.left_over.clone();
        for each in &mut sessions {
            each.overlay(&state.unstored);
        }
        Known { sessions, surroundings }
    }

    /// The store that is there now has these sessions, as they are by now.
    pub(super) fn are_there(&self, keys: &BTreeSet<SessionKey>) {
        self.state().left_over.retain(|each| !keys.contains(&each.session.key()));
    }

    /// The settings, as they were last read.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.state().known.surroundings.settings
    }

    /// A session that cannot be read from the store, as it was last read.
    #[must_use]
    pub fn session(&self, key: SessionKey) -> Option<(Session, Room, JoinRules)> {
        self.known().session(key)
    }

    /// A session as the store has it, with a *Join* that is not stored yet.
    pub fn overlay(&self, session: &mut Session) {
        for deed in &self.state().unstored {
            deed.show_in(session);
        }
    }

    /// Takes rings for this bell to hand over. False, and nothing is taken, if it is not its turn, or one of them is
    /// on its way or was shown already.
    pub(super) fn claim(&self, turn: u64, keys: &[RingKey]) -> bool {
        let mut state = self.state();
        let is_free = |key: &RingKey| !state.asked.contains_key(key) && !state.shown.contains_key(key);
        if state.turn != turn || !keys.iter().all(is_free) {
            return false;
        }
        let since = Instant::now();
        state.asked.extend(keys.iter().map(|key| (*key, Asked { since, task: None })));
        true
    }

    /// Which task hands them over, so that it ends with this memory.
    pub(super) fn handed_over_by(&self, keys: &[RingKey], task: &AbortHandle) {
        let mut state = self.state();
        for key in keys {
            if let Some(asked) = state.asked.get_mut(key) {
                asked.task = Some(task.clone());
            }
        }
    }

    /// Whether a ring is on its way to the desktop or was shown.
    pub(super) fn is_through(&self, key: RingKey) -> bool {
        let mut state = self.state();
        state.asked.retain(|_, asked| asked.since.elapsed() < HOPELESS);
        state.asked.contains_key(&key) || state.shown.contains_key(&key)
    }

    /// The desktop is slow, or does not answer.
    pub(super) fn desktop_is_silent(&self) {
        self.set_health(|health| health.desktop_rings = false);
    }

    /// The desktop has answered. What it has not taken stays due and is tried again at the next look, for as long
    /// as Join is open.
    pub(super) fn answered(&self, keys: &[RingKey], taken: bool, now: DateTime<Utc>) {
        let mut state = self.state();
        for key in keys {
            if let Some(mut asked) = state.asked.remove(key) {
                asked.task = None;
            }
            if taken {
                state.shown.insert(*key, now);
                state.showing.insert(*key);
                state.unstored.push(Deed::Rang { key: *key, at: now });
            }
        }
        state.shown.retain(|_, at| *at > now - REMEMBERED);
        drop(state);
        self.set_health(|health| health.desktop_rings = taken);
        if !taken {
            tracing::warn!(rings = keys.len(), "no notification service took the ring");
        }
    }

    /// Something was done that could not be stored. The bell stores it when it can.
    pub fn keep(&self, deed: Deed) {
        self.state().unstored.push(deed);
    }

    /// Stores what was done and could not be stored then, in order.
    ///
    /// # Errors
    /// What the store says. Then it is kept.
    pub async fn store_what_waits(&self, device: &Store, workspaces: &Workspaces) -> Result<()> {
        let _turn = self.storing.lock().await;
        let waits = self.state().unstored.clone();
        if waits.is_empty() {
            return Ok(());
        }
        unstored::store(&waits, device, workspaces).await?;
        self.are_stored(waits.len());
        Ok(())
    }

    /// The first so many are stored.
    fn are_stored(&self, count: usize) {
        let mut state = self.state();
        let count = count.min(state.unstored.len());
        let stored: Vec<Deed> = state.unstored.drain(..count).collect();
        for each in &mut state.left_over {
            each.overlay(&stored);
        }
    }

    /// What is on the screen.
    pub(super) fn showing(&self) -> BTreeSet<RingKey> {
        self.state().showing.clone()
    }

    /// It is not on the screen any more. Whether it was.
    pub(super) fn no_longer_shows(&self, key: RingKey) -> bool {
        self.state().showing.remove(&key)
    }
}

/// One memory for an app and its bell.
pub type SharedMemory = Arc<Memory>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::SessionId, ring::Reminder};

    fn key(number: i64) -> RingKey {
        let start = DateTime::from_timestamp(1_795_536_000, 0).unwrap_or_default();
        Reminder::before_start(SessionKey::here(SessionId::new()), start, Duration::minutes(5)).ring(number)
    }

    #[test]
    fn a_bell_that_was_replaced_claims_nothing() {
        let memory = Memory::default();
        let (old, new) = (memory.take_over(), memory.take_over());
        let ben = key(1);
        assert!(!memory.claim(old, &[ben]));
        assert!(memory.claim(new, &[ben]));
        assert!(!memory.is_turn_of(old));
        memory.give_up_turn();
        assert!(!memory.claim(new, &[key(1)]));
    }

    #[test]
    fn what_was_shown_or_is_on_its_way_is_claimed_once_whichever_bell_it_was() {
        let memory = Memory::default();
        let (ben, mia) = (key(1), key(1));
        let first = memory.take_over();
        assert!(memory.claim(first, &[ben]));
        memory.answered(&[ben], true, DateTime::UNIX_EPOCH);
        assert!(memory.claim(first, &[mia]));
        let second = memory.take_over();
        assert!(!memory.claim(second, &[ben]), "shown");
        assert!(!memory.claim(second, &[mia]), "on its way");
        assert!(!memory.claim(second, &[key(1), mia]), "one of several is enough");
        memory.answered(&[mia], false, DateTime::UNIX_EPOCH);
        assert!(memory.claim(second, &[mia]), "what was not taken is tried again");
    }
}
