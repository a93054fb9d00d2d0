//! The keeper of one sign-in's tokens: the refresh token lies in the keychain, the access token in memory.
//!
//! Whoever wants to call the school asks [`Keeper::token`]. The keeper refreshes when it is time, once for however many
//! ask, in turn with other programs of this person ([`turn`](self)), and never lets anybody wait for ever. Only the
//! school's own word that a sign-in is over ends it ([`Dead`](super::error::Dead)); what the network or the keychain do
//! never does.

mod access;
mod at_keychain;
mod entry;
mod flight;
mod leaving;
mod memory;
mod state;
mod turn;

use std::{
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use uuid::Uuid;

pub use self::{
    access::Access,
    leaving::Revoked,
    state::{KeeperFault, State},
};
use self::{
    at_keychain::Stands,
    flight::Flight,
    leaving::Leaving,
    memory::{Decision, Fresh, Memory, Progress, Want},
};
use super::accounts::{Accounts, SignOutScope, Tokens};
use crate::{clock::Clock, school::fault::Fault, secret::Keychain, secret::KeychainFault};

/// Whoever waits for a refresh waits so long: its own deadline, and a little for the keychain.
const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// As long as a keychain may take for a prompt, and the refresh's own deadline.
const LONGEST_BEGIN: Duration = Duration::from_secs(120);
/// How often a keychain that was locked, silent or away is asked again by itself.
const AGAIN: Duration = Duration::from_secs(60);

/// The school of a sign-in that waits to be revoked there, as the keychain has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOutThatWaits {
    /// The school's address: the token goes nowhere else.
    pub address: String,
    /// The school's publishable key.
    pub key: String,
    /// Whose sign-ins end.
    pub scope: SignOutScope,
}

/// Keeps the tokens of one sign-in. Clones share them; with the last one its work ends, as if the program had been
/// killed, and nothing is lost by that. All that it does stands in tasks of tokio's, so it is to be asked within a runtime.
pub struct Keeper<A: Accounts, K: Keychain>(Arc<Held<A, K>>);

impl<A: Accounts, K: Keychain> Clone for Keeper<A, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Held<A: Accounts, K: Keychain> {
    inner: Arc<Inner<A, K>>,
}

impl<A: Accounts, K: Keychain> Drop for Held<A, K> {
    fn drop(&mut self) {
        // Their futures hold what they work on, and go with them.
        self.inner.tasks().take();
    }
}

struct Inner<A, K> {
    id: Uuid,
    accounts: Arc<A>,
    keychain: Arc<K>,
    clock: Arc<dyn Clock>,
    lock: PathBuf,
    memory: Mutex<Memory>,
    states: watch::Sender<State>,
    /// None once nobody holds the keeper any more.
    tasks: Mutex<Option<JoinSet<()>>>,
}

impl<A: Accounts, K: Keychain> Keeper<A, K> {
    /// The keeper of the sign-in whose entry in the keychain has this id. Asks nobody yet. `lock` is a file of the data
    /// folder by which the programs that use it take turns; it is made when it is not there.
    #[must_use]
    pub fn new(id: Uuid, accounts: Arc<A>, keychain: Arc<K>, clock: Arc<dyn Clock>, lock: PathBuf) -> Self {
        let inner = Inner {
            id,
            accounts,
            keychain,
            clock,
            lock,
            memory: Mutex::new(Memory::new()),
            states: watch::Sender::new(State::Unknown),
            tasks: Mutex::new(Some(JoinSet::new())),
        };
        Self(Arc::new(Held { inner: Arc::new(inner) }))
    }

    /// The keeper of a sign-in that was signed out and waits for the school: all it does is [`Keeper::revoke`].
    #[must_use]
    pub fn of_sign_out(self, left: SignOutThatWaits) -> Self {
        self.inner().leave(left);
        self
    }

    /// The sign-in's id, which is also the keychain entry's.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.inner().id
    }

    /// What the sign-in is at.
    #[must_use]
    pub fn state(&self) -> State {
        *self.inner().states.borrow()
    }

    /// Tells each change of [`Keeper::state`].
    #[must_use]
    pub fn states(&self) -> watch::Receiver<State> {
        self.inner().states.subscribe()
    }

    /// A token that is good for the next call.
    ///
    /// # Errors
    /// Why there is none, within half a minute, whatever school and keychain do.
    pub async fn token(&self) -> Result<Access, KeeperFault> {
        self.give(Want::Any).await
    }

    /// A token instead of one that the school has refused because it has run out. All who hold the same one get the same
    /// new one, for one refresh.
    ///
    /// # Errors
    /// As [`Keeper::token`].
    pub async fn token_instead_of(&self, refused: &Access) -> Result<Access, KeeperFault> {
        self.give(Want::InsteadOf(refused)).await
    }

    /// Begins with what signing in has given: stores it, and then uses it. Where there is no keychain at all, it is kept
    /// in memory until the program is quit ([`State::InThisRunOnly`]).
    ///
    /// # Errors
    /// [`KeeperFault::Keychain`] or [`KeeperFault::NotStored`] when the keychain does not take it: it is then tried again
    /// by itself, and [`Keeper::stay_for_this_run`] goes on without. An entry that cannot be read is not written over: a
    /// new sign-in wants a new id.
    pub async fn begin(&self, tokens: Tokens) -> Result<(), KeeperFault> {
        let inner = self.inner();
        let asked_at = inner.clock.since_boot();
        inner.memory().begin(Fresh { tokens, asked_at });
        let before = inner.memory().flying();
        if let Some(mut before) = before {
            // It may still be at the tokens of the sign-in before.
            let over = before.wait_for(|progress| matches!(progress, Progress::Done(_)));
            let _ = timeout(LONGEST_BEGIN, over).await.is_ok();
        }
        if inner.memory().unstored.is_none() {
            return Ok(());
        }
        let mut flight = inner.start();
        let over = flight.wait_for(|progress| matches!(progress, Progress::Done(_)));
        match timeout(LONGEST_BEGIN, over).await {
            Ok(Ok(progress)) => match &*progress {
                Progress::Done(result) => result.clone(),
                _ => Err(KeeperFault::Keychain(KeychainFault::Silent)),
            },
            _ => Err(KeeperFault::Keychain(KeychainFault::Silent)),
        }
    }

    /// Uses what the keychain has not taken yet, and stores it as soon as it does.
    pub fn use_meanwhile(&self) {
        let mut memory = self.inner().memory();
        if let Some(fresh) = memory.unstored.clone() {
            memory.take(fresh);
        }
    }

    /// Uses what the keychain has not taken, until the program is quit.
    pub fn stay_for_this_run(&self) {
        let mut memory = self.inner().memory();
        if let Some(fresh) = memory.unstored.take() {
            memory.is_this_run_only = true;
            memory.take(fresh);
        }
        drop(memory);
        self.inner().say_what_is();
    }

    /// Signs out: here at once, whatever network and keychain do; then the entry says that it is to be revoked, which no
    /// way of signing in reads. What is left is [`Keeper::revoke`].
    ///
    /// # Errors
    /// The keychain's, when the entry could not be written over: whoever starts the program again has to know by
    /// another way that this sign-in was signed out.
    pub fn sign_out(
        &self,
        left: SignOutThatWaits,
    ) -> impl Future<Output = Result<(), KeeperFault>> + Send + use<A, K> {
        self.inner().leave(left);
        let inner = Arc::clone(self.inner());
        async move { inner.apart(|inner| async move { inner.mark_leaving().await }).await }
    }

    /// Ends at the school what was signed out here, and takes the entry away once it has answered. To be called after
    /// signing out, at start, and when the network is back.
    ///
    /// # Errors
    /// What is in the way; all is kept for later.
    pub async fn revoke(&self) -> Result<Revoked, KeeperFault> {
        self.inner().apart(|inner| async move { inner.revoke().await }).await
    }

    /// The keychain was unlocked, or has come up: what waits for it is tried again.
    pub fn keychain_changed(&self) {
        let state = self.state();
        if state.waits_for_keychain()
            || matches!(state, State::Ended(_) | State::Missing | State::EntryUnreadable)
        {
            self.inner().start();
        }
    }

    /// The way to the school may be open again: the next call need not wait for the end of a pause.
    pub fn network_changed(&self) {
        self.inner().memory().hope();
    }

    fn inner(&self) -> &Arc<Inner<A, K>> {
        &self.0.inner
    }

    async fn give(&self, want: Want<'_>) -> Result<Access, KeeperFault> {
        let inner = self.inner();
        let decision = inner.memory().decide(want, inner.clock.since_boot());
        match decision {
            Decision::Give(access) => Ok(access),
            Decision::GiveAndRefresh(access) => {
                inner.start();
                Ok(access)
            }
            Decision::Refresh => self.given_by(inner.start()).await,
            Decision::Refuse(fault) => Err(fault),
        }
    }

    /// The token that comes of a refresh, or the one before, if that is still good.
    async fn given_by(&self, mut flight: watch::Receiver<Progress>) -> Result<Access, KeeperFault> {
        let moved = timeout(LONGEST_WAIT, flight.wait_for(|progress| *progress != Progress::Going)).await;
        let progress = moved.ok().and_then(|seen| seen.ok().map(|progress| progress.clone()));
        let inner = self.inner();
        let memory = inner.memory();
        if let Some(fault) = memory.end() {
            return Err(fault);
        }
        match (memory.good(inner.clock.since_boot()), progress) {
            (Some(access), _) => Ok(access),
            (None, Some(Progress::AtKeychain)) => Err(KeeperFault::Keychain(KeychainFault::Locked)),
            (None, Some(Progress::Done(Err(fault)))) => Err(fault),
            (None, _) => Err(KeeperFault::School(Fault::Silent)),
        }
    }
}

/// What a sign-out that waits under an id needs, after a start: nothing if there is none.
///
/// # Errors
/// The keychain's.
pub async fn sign_out_that_waits<K: Keychain>(
    keychain: &K,
    id: Uuid,
) -> Result<Option<SignOutThatWaits>, KeychainFault> {
    let entries = at_keychain::read(keychain, id, &()).await?;
    Ok(entries.into_iter().find_map(|entry| match entry {
        entry::Entry::SignIn { .. } => None,
        entry::Entry::ToBeRevoked(entry::ToBeRevoked { address, key, scope, .. }) => {
            Some(SignOutThatWaits { address, key, scope })
        }
    }))
}

impl<A: Accounts, K: Keychain> Inner<A, K> {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what the sign-in is at, unless it is over: that holds over everything else.
    fn say(&self, state: State) {
        let memory = self.memory();
        let state = if memory.end().is_some() { memory.state() } else { state };
        self.states.send_if_modified(|said| std::mem::replace(said, state) != state);
    }

    fn say_what_is(&self) {
        let memory = self.memory();
        let state = memory.state();
        self.states.send_if_modified(|said| std::mem::replace(said, state) != state);
    }

    fn leave(&self, left: SignOutThatWaits) {
        let mut memory = self.memory();
        let (access, refresh) = memory.forget();
        let SignOutThatWaits { address, key, scope } = left;
        memory.leaving = Some(Leaving { address, key, scope, access, refresh, answered: None });
        drop(memory);
        self.say_what_is();
    }

    /// The refresh that is under way, or one that begins now, in a task of its own: whoever wanted it may go away.
    fn start(self: &Arc<Self>) -> watch::Receiver<Progress> {
        let mut memory = self.memory();
        if let Some(flight) = memory.flying() {
            return flight;
        }
        let (sender, flight) = watch::channel(Progress::Going);
        memory.flight = Some(flight.clone());
        drop(memory);
        let inner = Arc::clone(self);
        self.spawn(async move {
            let stands = Standing { inner: &inner, sender };
            let result = Flight::new(&inner, &stands).fly().await;
            inner.landed(&result);
            stands.sender.send_replace(Progress::Done(result));
        });
        flight
    }

    fn landed(self: &Arc<Self>, result: &Result<(), KeeperFault>) {
        let Err(fault) = result else { return };
        let now = self.clock.since_boot();
        let waits_for_keychain = self.states.borrow().waits_for_keychain();
        let mut memory = self.memory();
        memory.fail(fault, now);
        if !waits_for_keychain || memory.waits_a_minute {
            return;
        }
        memory.waits_a_minute = true;
        drop(memory);
        let inner = Arc::clone(self);
        self.spawn(async move {
            sleep(AGAIN).await;
            inner.memory().waits_a_minute = false;
            if inner.states.borrow().waits_for_keychain() {
                inner.start();
            }
        });
    }

    /// Does something to its end, even if whoever wanted it goes away.
    async fn apart<T, F>(self: &Arc<Self>, work: impl FnOnce(Arc<Self>) -> F) -> Result<T, KeeperFault>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, KeeperFault>> + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let work = work(Arc::clone(self));
        self.spawn(async move {
            let _ = sender.send(work.await).is_ok();
        });
        receiver.await.unwrap_or(Err(KeeperFault::School(Fault::Silent)))
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = &mut *self.tasks() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(work);
        }
    }
}

/// Tells whoever waits for a refresh that it stands at the keychain.
struct Standing<'a, A, K> {
    inner: &'a Inner<A, K>,
    sender: watch::Sender<Progress>,
}

impl<A: Accounts, K: Keychain> Stands for Standing<'_, A, K> {
    fn stands(&self) {
        self.inner.say(State::KeychainLocked);
        self.sender.send_replace(Progress::AtKeychain);
    }

    fn goes_on(&self) {
        self.sender.send_replace(Progress::Going);
    }
}
