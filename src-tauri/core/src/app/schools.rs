//! The schools that one is signed in to: their keepers, what they are at, and signing out.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use secrecy::SecretString;
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::{App, Result, caches::Caches, getting_in::waiting_entry};
use crate::{
    change::{Cause, Topic},
    clock::Clock,
    data_folder::DataFolder,
    error::{Error, Named, SchoolError, What},
    school::{
        address::PublishableKey,
        fault::Fault,
        supabase::{
            accounts::{SignOutScope, Tokens},
            auth::Auth,
            error::{Dead, Refusal},
            keeper::{Keeper, KeeperFault, SignOutThatWaits, State},
            rest::CallError,
            retry::{NoAnswer, then, with_token},
            wire::Wire,
        },
    },
    secret::{Keychain, KeychainFault, Secrets, same_provider},
    sign_in::{JoinRequestState, SchoolState, SignIn, SignInState},
    store::device::sign_ins,
};

/// By how much two clocks may differ: a bell that is half a minute off is still a bell.
const CLOCKS_AGREE: chrono::Duration = chrono::Duration::seconds(30);

type SchoolKeeper = Keeper<Auth, Secrets>;

/// A sign-in, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// Its id.
    pub id: Uuid,
    /// What the school is called.
    pub name: String,
    /// Where it is.
    pub host: String,
    /// With which address one signs in.
    pub email: String,
    /// How it is.
    pub state: SchoolState,
    /// What is wrong or awaited, in words.
    pub sentence: Option<String>,
    /// The sign-in ends with the program.
    pub this_run_only: bool,
}

/// What an app has of schools beside its store.
pub(super) struct Schools {
    pub(super) keychain: Arc<Secrets>,
    /// The file by which programs take turns at the tokens.
    lock: PathBuf,
    /// By sign-in: the entry that it keeps, and the keeper.
    keepers: Mutex<BTreeMap<Uuid, (Uuid, SchoolKeeper)>>,
    /// By sign-in: the way to its school.
    wires: Mutex<BTreeMap<Uuid, Wire>>,
    /// Entries that are being revoked.
    leaving: Mutex<BTreeMap<Uuid, SchoolKeeper>>,
    changes: watch::Sender<()>,
    /// Which keychain answered last.
    provider: Mutex<Option<String>>,
    /// Tells when a keeper's state changes; ends with the app.
    watching: Mutex<Vec<JoinHandle<()>>>,
    receiver: Mutex<Option<JoinHandle<()>>>,
    /// Something waits for a school that did not a moment ago.
    nudge: tokio::sync::Notify,
}

impl Drop for Schools {
    fn drop(&mut self) {
        let watching = self.watching.get_mut().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.receiver.get_mut().unwrap_or_else(PoisonError::into_inner);
        watching.drain(..).chain(receiver.take()).for_each(|task| task.abort());
    }
}

impl Schools {
    pub(super) fn new(keychain: Secrets, lock: PathBuf) -> Self {
        Self {
            keychain: Arc::new(keychain),
            lock,
            keepers: Mutex::default(),
            wires: Mutex::default(),
            leaving: Mutex::default(),
            changes: watch::Sender::default(),
            provider: Mutex::default(),
            watching: Mutex::default(),
            receiver: Mutex::default(),
            nudge: tokio::sync::Notify::new(),
        }
    }

    fn keepers(&self) -> MutexGuard<'_, BTreeMap<Uuid, (Uuid, SchoolKeeper)>> {
        self.keepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wire(&self, sign_in: &SignIn, clock: &Arc<dyn Clock>) -> std::result::Result<Wire, Fault> {
        let mut wires = self.wires.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wire) = wires.get(&sign_in.id)
            && (wire.address(), wire.key()) == (&sign_in.address, &sign_in.key)
        {
            return Ok(wire.clone());
        }
        let wire = Wire::new(sign_in.address.clone(), sign_in.key.clone(), Arc::clone(clock))?;
        wires.insert(sign_in.id, wire.clone());
        Ok(wire)
    }

    /// By how much the clock of a sign-in's school is ahead of this computer's, if it is far enough to matter.
    pub(super) fn clock_ahead(&self, sign_in: Uuid) -> Option<chrono::Duration> {
        let wires = self.wires.lock().unwrap_or_else(PoisonError::into_inner);
        wires.get(&sign_in)?.clock_ahead().filter(|ahead| ahead.abs() > CLOCKS_AGREE)
    }

    /// The keeper of a sign-in's tokens, made when it is first wanted.
    pub(super) fn keeper_of(
        &self,
        sign_in: &SignIn,
        clock: &Arc<dyn Clock>,
    ) -> std::result::Result<SchoolKeeper, Fault> {
        if let Some((entry, keeper)) = self.keepers().get(&sign_in.id)
            && *entry == sign_in.entry
        {
            return Ok(keeper.clone());
        }
        let keeper = self.new_keeper(sign_in, clock)?;
        self.hold_keeper(sign_in, &keeper);
        Ok(keeper)
    }

    /// Whoever listens hears of each change of its state.
    fn hold_keeper(&self, sign_in: &SignIn, keeper: &SchoolKeeper) {
        let (mut states, changes) = (keeper.states(), self.changes.clone());
        self.hold(tokio::spawn(async move {
            while states.changed().await.is_ok() {
                changes.send_replace(());
            }
        }));
        self.keepers().insert(sign_in.id, (sign_in.entry, keeper.clone()));
    }

    /// Learns which keychain answers.
    pub(super) async fn look_at_keychain(&self) {
        if let Ok(provider) = self.keychain.provider().await {
            *self.provider.lock().unwrap_or_else(PoisonError::into_inner) = Some(provider);
        }
    }

    /// What the keychain has to do with it that a sign-in has no token.
    fn keychain_fault(&self, sign_in: &SignIn, state: State) -> Option<KeychainFault> {
        let has = self.provider.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let another = match (&sign_in.keychain, &has) {
            (Some(had), Some(has)) => same_provider(had, has).err(),
            _ => None,
        };
        match state {
            // That nothing is there is no wonder in another keychain.
            State::Missing | State::KeychainAbsent | State::EntryUnreadable if another.is_some() => another,
            state => of_keychain(state),
        }
    }

    /// Whether nothing but signing in again brings a sign-in back: the keychain has lost it, or nobody can read it.
    pub(super) fn wants_sign_in(&self, sign_in: &SignIn) -> bool {
        let Some(state) = self.state_of(sign_in.id) else { return false };
        let fault = self.keychain_fault(sign_in, state);
        state == State::Missing
            || fault.is_some_and(|fault| !matches!(fault, KeychainFault::Locked | KeychainFault::Silent))
    }

    /// The keychain's fault, if it still keeps a sign-in waiting when it is asked once more.
    pub(super) async fn still_waits_for_keychain(&self, sign_in: &SignIn) -> Option<KeychainFault> {
        let keeper = self.keepers().get(&sign_in.id).map(|(_, keeper)| keeper.clone())?;
        if !keeper.state().waits_for_keychain() {
            return None;
        }
        match keeper.token().await {
            Err(KeeperFault::Keychain(fault)) => Some(fault),
            _ => None,
        }
    }

    /// Tells that a keeper's state is another.
    pub(super) fn changed(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Something waits for a school from now on: it is looked after sooner than it would have been.
    pub(super) fn nudge(&self) {
        self.nudge.notify_one();
    }

    pub(super) async fn nudged(&self) {
        self.nudge.notified().await;
    }

    /// What the keeper of a sign-in is at, if there is one.
    pub(super) fn state_of(&self, sign_in: Uuid) -> Option<State> {
        self.keepers().get(&sign_in).map(|(_, keeper)| keeper.state())
    }

    /// Every sign-in that has a keeper.
    pub(super) fn kept(&self) -> Vec<Uuid> {
        self.keepers().keys().copied().collect()
    }

    /// The person wants what the keychain has: it may ask for its password once more.
    pub(super) fn ask_keychain_again(&self) {
        self.keychain.ask_again();
        self.keychain_changed();
    }

    /// The keychain was unlocked, or has come up.
    pub(super) fn keychain_changed(&self) {
        for (_, keeper) in self.keepers().values() {
            keeper.keychain_changed();
        }
    }

    /// There may be a way to the schools again.
    pub(super) fn network_changed(&self) {
        for (_, keeper) in self.keepers().values() {
            keeper.network_changed();
        }
    }

    fn leaving(&self) -> MutexGuard<'_, BTreeMap<Uuid, SchoolKeeper>> {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a sign-out is on its way to the school just now.
    pub(super) fn is_revoking(&self, entry: Uuid) -> bool {
        self.leaving().contains_key(&entry)
    }

    /// The keeper of a sign-out of an earlier program. Nothing if it names no school that may be asked.
    pub(super) fn keeper_of_sign_out(
        &self,
        entry: Uuid,
        left: SignOutThatWaits,
        clock: &Arc<dyn Clock>,
    ) -> Option<SchoolKeeper> {
        let wire =
            Wire::new(left.address.parse().ok()?, PublishableKey::new(&left.key)?, Arc::clone(clock)).ok()?;
        let keychain = Arc::clone(&self.keychain);
        let keeper =
            Keeper::new(entry, Arc::new(Auth::new(wire)), keychain, Arc::clone(clock), self.lock.clone());
        Some(keeper.of_sign_out(left))
    }

    fn new_keeper(
        &self,
        sign_in: &SignIn,
        clock: &Arc<dyn Clock>,
    ) -> std::result::Result<SchoolKeeper, Fault> {
        let auth = Arc::new(Auth::new(self.wire(sign_in, clock)?));
        let keychain = Arc::clone(&self.keychain);
        Ok(Keeper::new(sign_in.entry, auth, keychain, Arc::clone(clock), self.lock.clone()))
    }

    /// Keeps new tokens. Which keychain has them, if one does; where none takes them they hold until the program is quit.
    pub(super) async fn begin(
        &self,
        sign_in: &SignIn,
        tokens: Tokens,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<String>> {
        let keeper = self.new_keeper(sign_in, clock)?;
        self.hold_keeper(sign_in, &keeper);
        self.keychain.ask_again();
        match keeper.begin(tokens).await {
            Ok(()) if keeper.state() == State::In => Ok(self.keychain.provider().await.ok()),
            Ok(()) => Ok(None),
            // It is stored as soon as the keychain takes it.
            Err(
                KeeperFault::Keychain(KeychainFault::Locked | KeychainFault::Silent)
                | KeeperFault::NotStored(KeychainFault::Locked | KeychainFault::Silent),
            ) => {
                keeper.use_meanwhile();
                Ok(None)
            }
            Err(fault) => {
                tracing::info!(%fault, "the sign-in holds until the program is quit");
                keeper.stay_for_this_run();
                Ok(None)
            }
        }
    }

    /// Takes an entry out of the keychain, as far as that can be done.
    pub(super) async fn forget_entry(&self, entry: Uuid) {
        if let Err(fault) = self.keychain.delete(entry).await {
            tracing::info!(%fault, "an entry of the keychain stays");
        }
    }

    /// Calls the school with a token that is good for it.
    pub(super) async fn call<T, F>(
        &self,
        sign_in: Uuid,
        ask: impl Fn(SecretString) -> F,
    ) -> std::result::Result<T, CallError>
    where
        F: Future<Output = std::result::Result<T, CallError>>,
    {
        let keeper = self.keepers().get(&sign_in).map(|(_, keeper)| keeper.clone());
        let Some(keeper) = keeper else { return Err(Fault::Silent.into()) };
        match with_token(&keeper, then, |access| ask(access.secret().clone())).await {
            Ok(answer) => Ok(answer),
            Err(NoAnswer::Call(error)) => Err(error),
            Err(NoAnswer::Keeper(KeeperFault::School(fault))) => Err(fault.into()),
            Err(NoAnswer::Keeper(fault)) => Err(CallError::NoToken(Box::new(fault))),
        }
    }
}

impl App {
    /// This app with a keychain, and the folder in which programs take turns at the tokens and schools are remembered.
    #[must_use]
    pub fn with_schools(mut self, keychain: Secrets, folder: &DataFolder) -> Self {
        self.schools = Schools::new(keychain, folder.token_lock());
        self.caches = Caches::in_folder(folder.path());
        self
    }

    /// The schools that one is signed in to or on the way, the oldest first.
    pub async fn schools(&self) -> Result<Vec<School>> {
        let all = sign_ins::all(&mut *self.store.read().await?).await?;
        Ok(all.iter().map(|sign_in| self.shown(sign_in)).collect())
    }

    fn shown(&self, sign_in: &SignIn) -> School {
        let keeper = self.schools.keepers().get(&sign_in.id).map(|(_, keeper)| keeper.state());
        let standing = sign_in.standing.as_ref();
        let request = standing.and_then(|standing| standing.request.as_ref()).map(|request| request.state);
        let is_somebody = standing.is_some_and(|standing| !standing.people.is_empty());
        let keychain = keeper.and_then(|state| self.schools.keychain_fault(sign_in, state));
        let (state, what) = match sign_in.state {
            SignInState::Waiting => (SchoolState::Waiting, None),
            SignInState::Ended => {
                let dead = sign_in.ended.as_deref().and_then(Dead::of).unwrap_or(Dead::NotFound);
                (SchoolState::Ended, Some(What::Refused(Refusal::Dead(dead))))
            }
            SignInState::In if keeper == Some(State::Missing) && !has_another(keychain.as_ref()) => {
                (SchoolState::Ended, Some(What::SignInMissing))
            }
            SignInState::In if keychain.is_some() => {
                let passes = matches!(keychain, Some(KeychainFault::Locked | KeychainFault::Silent));
                let state = if passes { SchoolState::Keychain } else { SchoolState::Ended };
                (state, keychain.map(What::Keychain))
            }
            SignInState::In if is_somebody => {
                let clock = self.schools.clock_ahead(sign_in.id).map(What::ClockAhead);
                (SchoolState::In, clock.or_else(|| self.unheard(sign_in.id)))
            }
            SignInState::In => match request {
                Some(JoinRequestState::Waiting) => (SchoolState::Asked, None),
                Some(JoinRequestState::TurnedAway) => (SchoolState::TurnedAway, None),
                _ => (SchoolState::Stranger, None),
            },
        };
        let named = Named {
            school: sign_in.school.clone(),
            host: sign_in.address.host(),
            email: sign_in.email.clone(),
        };
        School {
            id: sign_in.id,
            name: sign_in.school.clone(),
            host: sign_in.address.host(),
            email: sign_in.email.clone(),
            state,
            sentence: what.map(|what| SchoolError { what, named: Box::new(named) }.sentence()),
            this_run_only: keeper == Some(State::InThisRunOnly),
        }
    }

    /// Signs out: here at once, whatever the network does; at the school as soon as it can be asked.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such sign-in.
    pub async fn sign_out(self: &Arc<Self>, id: Uuid, everywhere: bool) -> Result<()> {
        let found = sign_ins::get(&mut *self.store.read().await?, id).await?;
        let sign_in = found.ok_or(Error::NotFound)?;
        let keeper = self.schools.keeper_of(&sign_in, &self.clock)?;
        let scope = if everywhere { SignOutScope::Everywhere } else { SignOutScope::ThisOne };
        let left = SignOutThatWaits {
            address: sign_in.address.as_str().to_owned(),
            key: sign_in.key.as_str().to_owned(),
            scope,
        };
        let marking = keeper.sign_out(left);
        let mut tx = self.store.write().await?;
        sign_ins::remove(&mut tx, id).await?;
        sign_ins::add_revocation(&mut tx, sign_in.entry).await?;
        tx.commit().await?;
        self.schools.keepers().remove(&id);
        self.leave_out(id);
        self.tell(Cause::ThisWindow, &[Topic::Schools]);
        if let Err(fault) = marking.await {
            tracing::info!(%fault, "a sign-out is not marked in the keychain");
        }
        self.schools.forget_entry(waiting_entry(id)).await;
        // From now on whoever waits for it finds it, also before the task has begun.
        self.schools.leaving().insert(sign_in.entry, keeper.clone());
        let app = Arc::clone(self);
        self.schools.hold(tokio::spawn(async move { app.revoke(sign_in.entry, keeper).await }));
        Ok(())
    }

    /// Ends at the school what was signed out here.
    pub(super) async fn revoke(&self, entry: Uuid, keeper: SchoolKeeper) {
        self.schools.leaving().insert(entry, keeper.clone());
        let revoked = keeper.revoke().await;
        self.schools.leaving().remove(&entry);
        self.schools.changes.send_replace(());
        match revoked {
            Ok(revoked) => {
                tracing::info!(?revoked, "a sign-out has reached the school");
                if let Err(error) = self.forget_revocation(entry).await {
                    tracing::warn!(%error, "a sign-out that is done is tried once more at the next start");
                }
            }
            Err(fault) => {
                tracing::info!(%fault, "a sign-out waits for the school");
                self.schools.nudge();
            }
        }
    }

    pub(super) async fn forget_revocation(&self, entry: Uuid) -> Result<()> {
        let mut tx = self.store.write().await?;
        sign_ins::remove_revocation(&mut tx, entry).await?;
        Ok(tx.commit().await?)
    }
}

impl Schools {
    /// Keeps a task for as long as the app is there.
    fn hold(&self, task: JoinHandle<()>) {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        watching.retain(|task| !task.is_finished());
        watching.push(task);
    }

    /// Waits until each sign-out has been told to the school, or cannot be now.
    pub(super) async fn wait_for_sign_outs(&self) {
        let mut changes = self.changes.subscribe();
        while !self.leaving().is_empty() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Keeps the task that waits for the link of a mail, in the place of the one before.
    pub(super) fn hold_receiver(&self, task: Option<JoinHandle<()>>) {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *receiver, task) {
            before.abort();
        }
    }
}

const fn has_another(fault: Option<&KeychainFault>) -> bool {
    matches!(fault, Some(KeychainFault::Another { .. }))
}

fn of_keychain(state: State) -> Option<KeychainFault> {
    match state {
        State::KeychainLocked => Some(KeychainFault::Locked),
        State::KeychainSilent => Some(KeychainFault::Silent),
        State::KeychainAbsent => Some(KeychainFault::Absent),
        State::KeychainAnother => Some(KeychainFault::Another { had: String::new(), has: String::new() }),
        State::KeychainRefused => Some(KeychainFault::Refused),
        State::EntryUnreadable | State::Missing => Some(KeychainFault::Unreadable),
        State::Unknown | State::In | State::InThisRunOnly | State::Ended(_) | State::SignedOut => None,
    }
}
