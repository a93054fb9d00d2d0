//! Keeps what schools have told in step with them: a task for each sign-in, which asks its school by the plan
//! ([`crate::sync::plan`]) for as long as one is signed in there.

mod exchange;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{broadcast, watch},
    task::JoinHandle,
    time::timeout,
};
use uuid::Uuid;

use super::{App, Result, caches::Opens};
use crate::{
    change::{Cause, Change, Topic},
    error::What,
    id::WorkspaceId,
    school::fault::Fault,
    session::Status,
    sign_in::{SignIn, SignInState},
    store::{cache::Cache, cache::Kinds},
    sync::{Pace, Plan, Pushed, Signal, SyncFault, pull::Progress},
    wall_clock::time_of_day,
};
pub(super) use exchange::Exchange;

/// How long nothing is looked at: what is near, and where the network leads, may be another by then.
const LOOK: Duration = Duration::from_secs(60);
/// The same where a school could not be reached: nobody says when the network is back.
const LOOK_FOR_NETWORK: Duration = Duration::from_secs(5);
/// What cannot be done at once is not tried without a pause.
const SHORTEST_LOOK: Duration = Duration::from_millis(200);
/// A school that was heard so shortly ago is as good as heard.
const A_WHILE: chrono::Duration = chrono::Duration::seconds(90);
/// From when before its start a session is near.
const AHEAD: chrono::Duration = chrono::Duration::minutes(15);

/// What is known of how the schools are heard.
pub(super) struct InStep {
    signals: broadcast::Sender<Call>,
    heard: Mutex<BTreeMap<Uuid, Heard>>,
    /// By sign-in: the way to its school.
    exchanges: Mutex<BTreeMap<Uuid, Arc<Exchange>>>,
}

/// Why whoever keeps a school in step looks up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// It is worth asking the school.
    Ask(Signal),
    /// Something was done here that is to go there.
    Send,
}

impl Default for InStep {
    fn default() -> Self {
        Self { signals: broadcast::channel(16).0, heard: Mutex::default(), exchanges: Mutex::default() }
    }
}

/// How a school was last heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// When all that it has was last here (UTC).
    pub whole_at: Option<DateTime<Utc>>,
    /// What has kept it from answering since.
    pub fault: Option<Fault>,
    /// How many rows have come of a pull under way, and how many are to come, as far as the school counts.
    pub progress: Option<(usize, Option<u64>)>,
}

impl App {
    /// Something has happened that makes it worth asking the schools at once.
    pub fn ask_schools(&self, signal: Signal) {
        // Nobody listens before the window is up, and in a host that pulls nothing.
        let _ = self.in_step.signals.send(Call::Ask(signal));
    }

    /// Something was done here that is to go to a school.
    pub(super) fn send_to_schools(&self) {
        let _ = self.in_step.signals.send(Call::Send);
    }

    /// How the school of a sign-in was last heard.
    #[must_use]
    pub fn heard(&self, sign_in: Uuid) -> Option<Heard> {
        self.in_step.heard.lock().unwrap_or_else(PoisonError::into_inner).get(&sign_in).cloned()
    }

    /// What the person should know of a school that was not heard for a while.
    pub(super) fn unheard(&self, sign_in: Uuid) -> Option<What> {
        let Heard { whole_at, fault, .. } = self.heard(sign_in)?;
        let (fault, now) = (fault?, self.now());
        // One try that fails is nobody's concern.
        if whole_at.is_some_and(|whole_at| now - whole_at < A_WHILE) {
            return None;
        }
        let since = whole_at.map(|at| {
            let zone = self.zone();
            let time = time_of_day(at, zone, self.memory.settings().hours());
            let (day, today) = (at.with_timezone(&zone).date_naive(), now.with_timezone(&zone).date_naive());
            match (today - day).num_days() {
                0 => time,
                1..7 => format!("{} {time}", day.format("%a")),
                _ => format!("{}, {time}", day.format("%-d %b")),
            }
        });
        Some(What::Unheard { fault, since })
    }

    fn note_heard(&self, sign_in: Uuid, note: impl FnOnce(&mut Heard)) {
        let mut all = self.in_step.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = all.entry(sign_in).or_default();
        // How old what is here is, is told where it is not new.
        let told = |heard: &Heard| (heard.fault, heard.progress, heard.whole_at.is_some());
        let before = told(heard);
        note(heard);
        let is_same = told(heard) == before;
        drop(all);
        if !is_same {
            self.tell(Cause::School, &[Topic::Schools]);
        }
    }

    /// Keeps all schools in step, from when the window is up.
    pub(super) async fn keep_in_step(self: Arc<Self>, mut is_up: watch::Receiver<bool>) {
        if is_up.wait_for(|is_up| *is_up).await.is_err() {
            return;
        }
        let mut changes = self.changes();
        let mut running: BTreeMap<Uuid, Kept> = BTreeMap::new();
        loop {
            match self.to_be_kept().await {
                Ok(wanted) => {
                    running.retain(|_, kept| wanted.contains(&kept.sign_in) && !kept.task.is_finished());
                    for sign_in in wanted {
                        running.entry(sign_in.id).or_insert_with(|| Kept::start(&self, sign_in));
                    }
                }
                Err(error) => {
                    tracing::info!(code = ?error.code(), "sign-ins are looked at again in a moment")
                }
            }
            // A task that has come to grief is begun anew.
            let _ = timeout(LOOK, of_sign_ins(&mut changes)).await;
        }
    }

    /// The sign-ins of whoever is somebody at a school.
    async fn to_be_kept(&self) -> Result<Vec<SignIn>> {
        let mut all = self.sign_ins().await?;
        all.retain(|sign_in| {
            let is_somebody = sign_in.standing.as_ref().is_some_and(|standing| !standing.people.is_empty());
            sign_in.state == SignInState::In && sign_in.account.is_some() && is_somebody
        });
        Ok(all)
    }

    /// The way to the school of a sign-in: the same for whoever asks, so that nothing goes there or comes from there twice
    /// at once. None where nobody is anybody.
    ///
    /// # Errors
    /// What the cache says, or the way into the network.
    pub(super) async fn exchange_with(&self, sign_in: &SignIn) -> Result<Option<Arc<Exchange>>> {
        if let Some(known) = self.exchanges().get(&sign_in.id).filter(|known| known.is_of(sign_in)) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(account) = sign_in.account else { return Ok(None) };
        let Some(cache) = self.take_in(sign_in, Opens::Owner).await? else { return Ok(None) };
        let way = (self.schools.wire(sign_in, &self.clock)?, self.schools.keeper_of(sign_in, &self.clock)?);
        let made = Arc::new(Exchange::new(sign_in.clone(), account, way, cache, &self.clock));
        let mut all = self.exchanges();
        // Somebody else may have made it meanwhile.
        let held = all.entry(sign_in.id).or_insert_with(|| Arc::clone(&made));
        if !held.is_of(sign_in) {
            *held = made;
        }
        Ok(Some(Arc::clone(held)))
    }

    /// The way to a school is not needed any more.
    pub(super) fn end_exchange(&self, sign_in: Uuid) {
        self.exchanges().remove(&sign_in);
    }

    fn exchanges(&self) -> MutexGuard<'_, BTreeMap<Uuid, Arc<Exchange>>> {
        self.in_step.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps one school in step, for as long as this is wanted.
    async fn keep_one_in_step(self: Arc<Self>, sign_in: SignIn) {
        let mut signals = self.in_step.signals.subscribe();
        let exchange = match self.exchange_with(&sign_in).await {
            Ok(Some(exchange)) => exchange,
            Ok(None) => return,
            // It is tried again with the next look at the sign-ins.
            Err(error) => return tracing::warn!(%error, "what a school tells cannot be kept"),
        };
        self.note_heard_from(&sign_in, exchange.cache()).await;
        let mut plan = Plan::default();
        let mut network = super::network::Network::now();
        let mut clock_was_off = false;
        loop {
            // What another program has written is seen by looking; to look costs a question to the file.
            let pushed = self.send_once(sign_in.id, &exchange).await;
            if pushed.booked > 0 {
                plan.signal(Signal::Asked, self.clock.since_boot());
            }
            let due = plan.due(self.pace(sign_in.id).await);
            let wait = due.saturating_sub(self.clock.since_boot());
            if !wait.is_zero() {
                let look = if plan.faults() > 0 { LOOK_FOR_NETWORK } else { LOOK };
                // What lies before now is due.
                let until = |at: DateTime<Utc>| (at - self.now()).to_std().unwrap_or_default();
                let again = pushed.look_again.map_or(LOOK, until).max(SHORTEST_LOOK);
                match timeout(wait.min(look).min(again), signals.recv()).await {
                    Ok(Ok(Call::Ask(signal))) => {
                        exchange.hurry();
                        plan.signal(signal, self.clock.since_boot());
                    }
                    Ok(Ok(Call::Send) | Err(broadcast::error::RecvError::Lagged(_))) | Err(_) => {}
                    Ok(Err(broadcast::error::RecvError::Closed)) => return,
                }
                if network.has_changed() {
                    self.schools.network_changed();
                    exchange.hurry();
                    plan.signal(Signal::Network, self.clock.since_boot());
                }
                continue;
            }
            match self.fetch_once(&sign_in, &exchange).await {
                Ok(()) => {
                    plan.came(self.clock.since_boot(), rand::random());
                    // A clock that is set right says so nowhere but in the school's answers.
                    let clock_is_off = self.schools.clock_ahead(sign_in.id).is_some();
                    if std::mem::replace(&mut clock_was_off, clock_is_off) != clock_is_off {
                        self.tell(Cause::School, &[Topic::Schools]);
                    }
                }
                Err(fault) => plan.failed(&fault, self.clock.since_boot(), rand::random()),
            }
        }
    }

    /// Sends what was done here, and tells who shows it what has come of it.
    pub(super) async fn send_once(&self, sign_in: Uuid, exchange: &Exchange) -> Pushed {
        let pushed = exchange.send().await;
        self.tell_kinds(sign_in, pushed.kinds);
        if pushed.sent > 0 || pushed.booked > 0 {
            self.tell_of_school(sign_in, Topic::Waiting);
        }
        pushed
    }

    /// Asks for what has changed at a school, and takes note of how that went.
    ///
    /// # Errors
    /// [`SyncFault`].
    pub(super) async fn fetch_once(
        &self,
        sign_in: &SignIn,
        exchange: &Exchange,
    ) -> std::result::Result<(), SyncFault> {
        let told = |progress: Progress| self.tell_pulled(sign_in.id, progress);
        match exchange.fetch(told).await {
            Ok(passed) => {
                self.note_heard_from(sign_in, exchange.cache()).await;
                self.take_note(sign_in, passed.kinds).await;
                Ok(())
            }
            Err(fault) => {
                self.note_fault(sign_in.id, &fault);
                Err(fault)
            }
        }
    }

    /// When the school was last heard whole, as its cache has it.
    async fn note_heard_from(&self, sign_in: &SignIn, cache: &Cache) {
        if let Ok(state) = cache.state().await {
            let (whole_at, fault, progress) = (state.whole_at, None, None);
            self.note_heard(sign_in.id, |heard| *heard = Heard { whole_at, fault, progress });
        }
    }

    fn note_fault(&self, sign_in: Uuid, fault: &SyncFault) {
        tracing::info!(%fault, "a school is asked again later");
        let fault = match fault {
            SyncFault::School(fault) => Some(*fault),
            // What is the matter with the sign-in, or the store, is told where it is.
            SyncFault::NoToken(_) | SyncFault::Store(_) => None,
            SyncFault::Refused(_) | SyncFault::AnotherAccount => Some(Fault::Silent),
        };
        self.note_heard(sign_in, |heard| {
            heard.fault = fault;
            heard.progress = None;
        });
        // From some try on it is worth a line, and the lines are read anew.
        self.tell(Cause::School, &[Topic::Schools]);
    }

    /// Another role or other rules may have come with what was pulled.
    async fn take_note(&self, sign_in: &SignIn, kinds: Kinds) {
        if kinds.others
            && let Err(error) = self.take_in(sign_in, Opens::Owner).await
        {
            tracing::warn!(%error, "the rules of a school are taken note of later");
        }
    }

    /// A page has come.
    fn tell_pulled(&self, sign_in: Uuid, progress: Progress) {
        let Progress { done, to_come, kinds } = progress;
        // An ordinary pass is over before anybody could read how far it is.
        if to_come.is_some_and(|rows| rows > 0) {
            self.note_heard(sign_in, |heard| heard.progress = Some((done, to_come)));
        }
        self.tell_kinds(sign_in, kinds);
    }

    fn tell_kinds(&self, sign_in: Uuid, kinds: Kinds) {
        for (is_changed, topic) in [
            (kinds.sessions || kinds.others, Topic::Sessions),
            (kinds.people, Topic::People),
            (kinds.bookings || kinds.people || kinds.others, Topic::Requests),
        ] {
            if is_changed {
                self.tell_of_school(sign_in, topic);
            }
        }
        if kinds.any() {
            self.wake_bell();
        }
    }

    pub(super) fn tell_of_school(&self, sign_in: Uuid, topic: Topic) {
        let workspace = WorkspaceId::School(sign_in);
        let _ = self.changes.send(Change { cause: Cause::School, workspace, topic });
    }

    /// How soon something is to be known of the sessions at a school.
    async fn pace(&self, sign_in: Uuid) -> Pace {
        let now = self.now();
        let Some(workspace) = self.workspaces.of(WorkspaceId::School(sign_in)) else { return Pace::Far };
        let near = async {
            let mut reading = workspace.read(chrono::Duration::zero()).await?;
            reading.touching(now, now + AHEAD).await
        };
        let near = near.await.unwrap_or_default().into_iter();
        let lessons = near.filter(|session| session.status == Status::Scheduled);
        Pace::of(lessons.map(|session| (session.start, session.end)), false, now)
    }
}

/// When all that a school has was last here (UTC), as its cache has it.
pub(super) async fn whole_at(cache: &Cache) -> Option<DateTime<Utc>> {
    cache.state().await.ok()?.whole_at
}

/// Waits until something has changed about sign-ins.
async fn of_sign_ins(changes: &mut broadcast::Receiver<Change>) {
    loop {
        match changes.recv().await {
            Ok(change) if change.topic != Topic::Schools => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            // The app is gone, and this with it.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// A sign-in that is kept in step.
struct Kept {
    sign_in: SignIn,
    task: JoinHandle<()>,
}

impl Kept {
    fn start(app: &Arc<App>, sign_in: SignIn) -> Self {
        let task = tokio::spawn(Arc::clone(app).keep_one_in_step(sign_in.clone()));
        Self { sign_in, task }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.task.abort();
    }
}
