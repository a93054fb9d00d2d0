//! What runs beside the app for as long as it is open, and is watched: the bell, the place of its store, the news of
//! other programs, the socket, and series that go on. It is started and stopped here, for every host.

mod place;
mod ringing;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

pub use ringing::{Watch, keep_ringing};

use super::{
    App, Opens,
    open::{Opened, fault_of, open},
    school_asks::SchoolReply,
};
use crate::{
    clock::Clock,
    data_folder::{DataFolder, Ownership},
    desktop::Notifier,
    error::{Code, Error},
    local_socket::{self, Ask, Reply, Sealed},
    reminder::wait::Wait,
    store::notice_others,
    words::say,
};
use place::{LOOK_FOR_FOLDER, keep_store};

/// How often it is looked whether series are to be extended.
const EXTEND_EVERY: Duration = Duration::from_secs(6 * 60 * 60);
/// How long whoever stops waits for the look that the bell is in.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// What a host does for what runs beside its app.
pub trait Host: Send + Sync + 'static {
    /// First Bell was started again, with these words, in that folder: this one comes up.
    fn started_again(&self, words: Vec<String>, folder: String) -> impl Future<Output = ()> + Send;

    /// A file of sessions was damaged and is kept aside.
    fn damaged(&self, error: Error);

    /// Another program has become the owner of the folder: that one rings from now on, and this one is to end.
    fn superseded(&self) -> impl Future<Output = ()> + Send;
}

/// Who rings, and by what clock.
#[derive(Debug)]
pub struct Ringing<N, C, W> {
    /// The desktop.
    pub notifier: Arc<N>,
    /// The wall clock.
    pub clock: C,
    /// How the bell waits.
    pub wait: W,
    /// How it is watched.
    pub watch: Watch,
}

/// What runs beside an app. It ends when this is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    retry: watch::Sender<u64>,
    is_up: watch::Sender<bool>,
    stop: watch::Sender<bool>,
    task: Task,
}

impl Running {
    /// Starts it for the owner of the folder. Within a tokio runtime.
    pub fn start<N: Notifier, C: Clock + Clone, W: Wait + Clone>(
        app: &Arc<App>,
        folder: &DataFolder,
        opened: Opened,
        ringing: Ringing<N, C, W>,
        host: Arc<impl Host>,
    ) -> Self {
        let beside = Beside { app: Arc::clone(app), folder: folder.clone(), ringing, host };
        Self::with(|heard| beside.run(opened, heard))
    }

    /// Starts it as soon as the folder is this program's, which stands beside its owner until then. Within a tokio
    /// runtime.
    pub fn start_after<N: Notifier, C: Clock + Clone, W: Wait + Clone>(
        turn: impl Future<Output = Ownership> + Send + 'static,
        app: &Arc<App>,
        folder: &DataFolder,
        ringing: Ringing<N, C, W>,
        host: Arc<impl Host>,
    ) -> Self {
        let beside = Beside { app: Arc::clone(app), folder: folder.clone(), ringing, host };
        Self::with(|mut heard| async move {
            let ownership = tokio::select! {
                ownership = turn => ownership,
                _ = heard.stop.changed() => return,
            };
            let opened = beside.take_over(ownership).await;
            beside.run(opened, heard).await;
        })
    }

    fn with<R>(run: impl FnOnce(Heard) -> R) -> Self
    where
        R: Future<Output = ()> + Send + 'static,
    {
        let (retry, is_up, stop) =
            (watch::Sender::default(), watch::Sender::default(), watch::Sender::default());
        let heard = Heard { retry: retry.subscribe(), is_up: is_up.subscribe(), stop: stop.subscribe() };
        let task = Task(tokio::spawn(run(heard)));
        Self { retry, is_up, stop, task }
    }

    /// The host shows what it has to show, or has no window: what can wait for that begins now.
    pub fn is_up(&self) {
        self.is_up.send_replace(true);
    }

    /// The store is looked at once more, at once.
    pub fn retry(&self) {
        self.retry.send_modify(|count| *count += 1);
    }

    /// Ends all of it, and returns when it has ended. The look that the bell is in is its last.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        // One that has broken off has ended, too.
        let _ = (&mut self.task.0).await;
    }
}

/// What whoever runs is told.
#[derive(Debug)]
struct Heard {
    retry: watch::Receiver<u64>,
    is_up: watch::Receiver<bool>,
    stop: watch::Receiver<bool>,
}

/// A task that ends with whoever holds it.
#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An app, and what is needed beside it.
struct Beside<N, C, W, H> {
    app: Arc<App>,
    folder: DataFolder,
    ringing: Ringing<N, C, W>,
    host: Arc<H>,
}

impl<N: Notifier, C: Clock + Clone, W: Wait + Clone, H: Host> Beside<N, C, W, H> {
    /// The folder is this program's now: it is opened as its owner does.
    async fn take_over(&self, ownership: Ownership) -> Opened {
        let mut opened = open(&self.folder, Ok(ownership), self.app.now()).await;
        self.app.memory.store_lies(opened.fault.as_ref().map(fault_of));
        self.app.reopen_as(&opened.store);
        self.app.take_in_schools(Opens::Owner).await;
        if let Some(error) = opened.damaged.take() {
            self.host.damaged(error);
        }
        opened
    }

    /// Runs all of it until it is stopped.
    async fn run(self, opened: Opened, heard: Heard) {
        let Heard { retry, is_up, mut stop } = heard;
        let Self { app, folder, ringing: Ringing { notifier, clock, wait, watch }, host } = self;
        let rings = Arc::clone(&app);
        let bell = keep_ringing(Arc::clone(app.memory()), watch, app.signals(), move |heard| {
            rings.bell(Arc::clone(&notifier), clock.clone(), wait.clone()).run(heard)
        });
        let mut bell = Task(tokio::spawn(bell));
        let mut tasks = JoinSet::new();
        tasks.spawn(keep_noticing(Arc::clone(&app), folder.clone()));
        tasks.spawn(keep_extending(Arc::clone(&app)));
        tasks.spawn(Arc::clone(&app).keep_signed_in(is_up.clone()));
        tasks.spawn(Arc::clone(&app).keep_in_step(is_up));
        let (asked, of) = (Arc::clone(&host), Arc::clone(&app));
        let answering = tasks.spawn(keep_answering(Arc::clone(&app), folder.clone(), move |ask| {
            answer(Arc::clone(&of), Arc::clone(&asked), ask)
        }));
        tasks.spawn({
            let app = Arc::clone(&app);
            async move {
                keep_store(app, folder, opened, retry, |error| host.damaged(error)).await;
                // The folder was moved away, and First Bell started again where it had been: that copy is the one to
                // be asked there, and the one to go on.
                answering.abort();
                host.superseded().await;
            }
        });
        loop {
            tokio::select! {
                _ = stop.changed() => break,
                Some(ended) = tasks.join_next() => if let Err(error) = ended && error.is_panic() {
                    // Where, says the panic itself. With what words, nobody: there may be anything in them.
                    tracing::error!("what runs beside the app broke off");
                },
            }
        }
        app.end_signals();
        let _ = timeout(LAST_LOOK, &mut bell.0).await;
        // Whoever has just gone into a meeting has gone, also if the program ends with that press.
        let _ = timeout(LAST_LOOK, app.store_what_waits()).await;
        tasks.shutdown().await;
    }
}

/// What another program of the same person is answered.
async fn answer(app: Arc<App>, host: Arc<impl Host>, ask: Ask) -> Reply {
    match ask {
        Ask::Show { words, folder } => {
            host.started_again(words, folder).await;
            Reply::Shown
        }
        Ask::Health => Reply::Health(*app.memory().health().borrow()),
        Ask::School { what } => {
            let reply = match serde_json::from_value(what.0) {
                Ok(ask) => app.at_school(ask).await,
                // Another First Bell's `bell`.
                Err(_) => {
                    SchoolReply::Failed { code: Code::NotAllowed, message: say("error-other-version", &[]) }
                }
            };
            Reply::School { what: Sealed(serde_json::to_value(reply).unwrap_or_default()) }
        }
    }
}

async fn keep_extending(app: Arc<App>) {
    loop {
        if let Err(error) = app.extend_series().await {
            tracing::warn!(%error, "series could not be extended; it is tried again later");
        }
        sleep(EXTEND_EVERY).await;
    }
}

/// Answers at the local socket, also after the folder was begun anew.
async fn keep_answering<R>(
    app: Arc<App>,
    folder: DataFolder,
    answer: impl Fn(Ask) -> R + Clone + Send + 'static,
) where
    R: Future<Output = Reply> + Send + 'static,
{
    let mut opened = app.store.opened();
    loop {
        opened.mark_unchanged();
        match local_socket::Listener::bind(&folder) {
            Ok(listener) => tokio::select! {
                () = listener.serve(answer.clone()) => {}
                _ = opened.changed() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "nobody can ask this program over its socket");
                tokio::select! {
                    () = sleep(LOOK_FOR_FOLDER) => {}
                    _ = opened.changed() => {}
                }
            }
        }
    }
}

/// Notices what other programs write, also after the store was opened anew.
async fn keep_noticing(app: Arc<App>, folder: DataFolder) {
    let mut opened = app.store.opened();
    loop {
        opened.mark_unchanged();
        tokio::select! {
            ended = notice_others(&app.store, &folder, || app.noticed_another_host()) => {
                if let Err(error) = ended {
                    tracing::warn!(%error, "what other programs write is seen at the next minute");
                }
                tokio::select! {
                    () = sleep(LOOK_FOR_FOLDER) => {}
                    _ = opened.changed() => {}
                }
                // Whatever was written meanwhile was not noticed.
                app.noticed_another_host();
            }
            _ = opened.changed() => {}
        }
    }
}
