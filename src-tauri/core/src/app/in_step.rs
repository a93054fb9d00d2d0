//! Keeps what schools have told in step with them: a task for each sign-in, which asks its school by the plan
//! ([`crate::sync::plan`]) for as long as one is signed in there.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
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
    sync::{Pace, Plan, Pull, SchoolPages, Signal, SyncFault, pull::Progress},
    wall_clock::time_of_day,
};

/// How long nothing is looked at: what is near, and where the network leads, may be another by then.
const LOOK: Duration = Duration::from_secs(60);
/// The same where a school could not be reached: nobody says when the network is back.
const LOOK_FOR_NETWORK: Duration = Duration::from_secs(5);
/// A school that was heard so shortly ago is as good as heard.
const A_WHILE: chrono::Duration = chrono::Duration::seconds(90);
/// From when before its start a session is near.
const AHEAD: chrono::Duration = chrono::Duration::minutes(15);

/// What is known of how the schools are heard.
#[derive(Debug)]
pub(super) struct InStep {
    signals: broadcast::Sender<Signal>,
    heard: Mutex<BTreeMap<Uuid, Heard>>,
}

impl Default for InStep {
    fn default() -> Self {
        Self { signals: broadcast::channel(16).0, heard: Mutex::default() }
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
        let _ = self.in_step.signals.send(signal);
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

    /// Keeps one school in step, for as long as this is wanted.
    async fn keep_one_in_step(self: Arc<Self>, sign_in: SignIn) {
        let Some(account) = sign_in.account else { return };
        let mut signals = self.in_step.signals.subscribe();
        let cache = match self.take_in(&sign_in, Opens::Owner).await {
            Ok(Some(cache)) => cache,
            Ok(None) => return,
            // It is tried again with the next look at the sign-ins.
            Err(error) => return tracing::warn!(%error, "what a school tells cannot be kept"),
        };
        let way = self.schools.wire(&sign_in, &self.clock);
        let (Ok(wire), Ok(keeper)) = (way, self.schools.keeper_of(&sign_in, &self.clock)) else { return };
        self.note_heard_from(&sign_in, &cache).await;
        let pull = Pull::new(SchoolPages::new(wire, keeper), cache, account, Arc::clone(&self.clock));
        let mut plan = Plan::default();
        let mut network = super::network::Network::now();
        let mut clock_was_off = false;
        loop {
            let due = plan.due(self.pace(sign_in.id).await);
            let now = self.clock.since_boot();
            if let Some(wait) = due.checked_sub(now).filter(|wait| !wait.is_zero()) {
                let look = if plan.faults() > 0 { LOOK_FOR_NETWORK } else { LOOK };
                match timeout(wait.min(look), signals.recv()).await {
                    Ok(Ok(signal)) => plan.signal(signal, self.clock.since_boot()),
                    Ok(Err(broadcast::error::RecvError::Lagged(_))) => {}
                    Ok(Err(broadcast::error::RecvError::Closed)) => return,
                    Err(_) => {}
                }
                if network.has_changed() {
                    self.schools.network_changed();
                    plan.signal(Signal::Network, self.clock.since_boot());
                }
                continue;
            }
            let told = |progress: Progress| self.tell_pulled(sign_in.id, progress);
            match pull.pass(|| true, told).await {
                Ok(passed) => {
                    plan.came(self.clock.since_boot(), rand::random());
                    self.note_heard_from(&sign_in, pull.cache()).await;
                    self.take_note(&sign_in, passed.kinds).await;
                    // A clock that is set right says so nowhere but in the school's answers.
                    let clock_is_off = self.schools.clock_ahead(sign_in.id).is_some();
                    if std::mem::replace(&mut clock_was_off, clock_is_off) != clock_is_off {
                        self.tell(Cause::School, &[Topic::Schools]);
                    }
                }
                Err(fault) => {
                    plan.failed(&fault, self.clock.since_boot(), rand::random());
                    self.note_fault(sign_in.id, &fault);
                }
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
        for (is_changed, topic) in
            [(kinds.sessions || kinds.others, Topic::Sessions), (kinds.people, Topic::People)]
        {
            if is_changed {
                let workspace = WorkspaceId::School(sign_in);
                let _ = self.changes.send(Change { cause: Cause::School, workspace, topic });
            }
        }
        if kinds.any() {
            self.wake_bell();
        }
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
