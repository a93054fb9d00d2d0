//! First Bell was started while it runs. Usually the first copy brings its window up, and the second ends without a
//! word. A first copy that does not answer must not make the second do nothing: then the second shows the list, where
//! *Join* works, and offers to end the first one and to ring in its place.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use firstbell_core::{
    app::App,
    data_folder::{DataFolder, Ownership},
    error::Error,
    local_socket::{self, Ask, Asked},
    strip,
};
use tauri::AppHandle;
use tokio::{sync::Notify, time::sleep};

use crate::{host::Host, outside};

/// How long the first copy may take to bring its window up.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often whoever waits looks again.
const STEP: Duration = Duration::from_millis(50);
/// How often it is looked whether the first copy answers after all.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Whose turn it is.
pub enum Turn {
    /// This copy's, or nobody's because of the folder itself.
    Ours(Result<Ownership, Error>),
    /// The first copy's, and it has come up.
    Passed,
    /// The first copy's, and it does not answer.
    Silent(Option<u32>),
}

/// Takes the turn, or passes this start on to the copy that has it.
pub async fn take_turn(folder: &DataFolder) -> Turn {
    let until = Instant::now() + PATIENCE;
    loop {
        match DataFolder::own_at(folder.path()) {
            Err(Error::RunsElsewhere) => {}
            owned => return Turn::Ours(owned),
        }
        let left = until.saturating_duration_since(Instant::now());
        match local_socket::ask(folder, &this_start(), left).await {
            Asked::Answered(_) => return Turn::Passed,
            Asked::Silent(pid) => return Turn::Silent(Some(pid)),
            // The first copy has just begun, or `bell` owns the folder for a moment.
            Asked::Nobody if cfg!(unix) && !left.is_zero() => sleep(STEP).await,
            Asked::Nobody => return Turn::Silent(None),
        }
    }
}

fn this_start() -> Ask {
    let folder = std::env::current_dir().unwrap_or_default();
    Ask::Show { words: std::env::args().collect(), folder: folder.to_string_lossy().into_owned() }
}

/// Returns when the main thread has done what was asked of it before. One that hangs never answers.
pub async fn main_thread_answers(app: &AppHandle) {
    let (done, answered) = tokio::sync::oneshot::channel();
    let asked = app.run_on_main_thread(move || {
        let _ = done.send(());
    });
    if asked.is_err() || answered.await.is_err() {
        // It ends; whoever asks finds the lock free.
        std::future::pending::<()>().await;
    }
}

/// The first copy, while this one stands beside it. Nothing if this one rings.
#[derive(Default)]
pub struct FirstCopy {
    /// Its process; 0 if there is none, or nobody knows which.
    pid: AtomicU32,
    is_silent: AtomicBool,
    look: Notify,
}

impl FirstCopy {
    /// One that does not answer.
    pub fn silent(pid: Option<u32>) -> Self {
        Self { pid: AtomicU32::new(pid.unwrap_or(0)), is_silent: true.into(), look: Notify::new() }
    }

    /// Whether there is one, which does not answer.
    pub fn is_silent(&self) -> bool {
        self.is_silent.load(Ordering::Relaxed)
    }

    /// The one that is in the way, for the strip.
    pub fn in_the_way(&self) -> Option<strip::FirstCopy> {
        let is_known = self.pid.load(Ordering::Relaxed) != 0;
        self.is_silent().then_some(if is_known {
            strip::FirstCopy::CanBeEnded
        } else {
            strip::FirstCopy::Unknown
        })
    }

    /// Ends it, because the person has said so. This copy takes its place as soon as its lock is free.
    pub async fn end(&self, folder: &DataFolder) {
        if self.is_silent() {
            local_socket::end_silent(folder).await;
            self.look.notify_one();
        }
    }
}

/// Asks the copy that owns the folder to come up, and for nothing else.
pub async fn bring_up(folder: &DataFolder) -> Asked {
    let up = Ask::Show { words: Vec::new(), folder: String::new() };
    local_socket::ask(folder, &up, LOOK_AGAIN).await
}

/// Waits beside the first copy until it answers, and ends then; or until it is gone, and gives the turn back.
pub async fn wait_for_turn(
    host: impl Host,
    core: Arc<App>,
    folder: DataFolder,
    first: Arc<FirstCopy>,
) -> Ownership {
    loop {
        if let Ok(ownership) = folder.own() {
            first.is_silent.store(false, Ordering::Relaxed);
            return ownership;
        }
        match bring_up(&folder).await {
            Asked::Answered(_) => {
                outside::quit(&host, &core).await;
                std::future::pending::<()>().await;
            }
            Asked::Silent(pid) => first.pid.store(pid, Ordering::Relaxed),
            Asked::Nobody => first.pid.store(0, Ordering::Relaxed),
        }
        // One that is being ended lets go of the lock in a moment.
        tokio::select! {
            () = sleep(LOOK_AGAIN) => {}
            () = first.look.notified() => sleep(STEP).await,
        }
    }
}
