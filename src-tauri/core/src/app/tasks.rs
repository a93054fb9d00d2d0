//! What runs beside the app for as long as it is open, and is watched: the bell, the place of its store, and the news
//! of other programs.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep},
};

use super::{
    App,
    open::{Opened, fault_of},
};
use crate::{
    data_folder::{DataFolder, Ownership, Place},
    error::Error,
    health::StoreFault,
    local_socket::{self, Ask, Reply},
    reminder::{SharedMemory, Signal},
    store::notice_others,
};

/// How a bell is watched.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// Without a sign of life for longer than this it is started anew. A bell looks every ten seconds.
    pub silence: Duration,
    /// How often it is looked.
    pub every: Duration,
}

impl Watch {
    /// Half a minute of silence, looked for every five seconds.
    pub const USUAL: Self = Self { silence: Duration::from_secs(30), every: Duration::from_secs(5) };
}

/// How soon a bell that broke off is started anew: at once, but one that breaks off each time must not take the
/// processor for itself.
const BREATH: Duration = Duration::from_secs(1);

/// How often it is looked whether the data folder is where it was.
const LOOK_FOR_FOLDER: Duration = Duration::from_secs(5);

/// Keeps a bell ringing for as long as the sender of `signals` lives: one that breaks off or falls silent is started
/// anew, by `bell`, and the one before rings nothing any more. Meanwhile the health says that it does not run.
pub async fn keep_ringing<R>(
    memory: SharedMemory,
    watch: Watch,
    mut signals: mpsc::UnboundedReceiver<Signal>,
    mut bell: impl FnMut(mpsc::UnboundedReceiver<Signal>) -> R,
) where
    R: Future<Output = ()> + Send + 'static,
{
    loop {
        let (forward, heard) = mpsc::unbounded_channel();
        let mut task = tokio::spawn(bell(heard));
        let mut looked = Instant::now();
        loop {
            tokio::select! {
                ended = &mut task => match ended {
                    // Another bell has the turn, or nobody needs one any more.
                    Ok(()) => return,
                    Err(error) => {
                        tracing::error!(%error, "the bell broke off; it is started anew");
                        break;
                    }
                },
                signal = signals.recv() => match signal {
                    Some(signal) => {
                        // A bell that has broken off is noticed above.
                        let _ = forward.send(signal);
                    }
                    None => {
                        drop(forward);
                        let _ = task.await;
                        return;
                    }
                },
                () = sleep(watch.every) => {}
            }
            // Whoever was stopped, as a whole program can be, is no judge of another's silence.
            if looked.elapsed() > watch.every * 2 {
                memory.excuse_silence();
            }
            looked = Instant::now();
            if memory.silence() > watch.silence {
                tracing::error!(seconds = watch.silence.as_secs(), "the bell was silent; it is started anew");
                task.abort();
                break;
            }
        }
        memory.bell_is_missed();
        sleep(BREATH.min(watch.every)).await;
    }
}

/// Keeps the store open at its place: one that could not be opened is tried again, one whose folder was deleted is
/// begun anew, one that was replaced is opened, and one whose folder was moved away is waited for. `retry` asks to look
/// at once; `damaged` is told of a file that was kept aside.
///
/// Returns when another program has become the owner of the folder: from then on that one rings, and no bell of this
/// app does.
pub async fn keep_store(
    app: Arc<App>,
    folder: DataFolder,
    opened: Opened,
    mut retry: watch::Receiver<u64>,
    damaged: impl Fn(Error),
) {
    let mut ownership = opened.ownership;
    let mut fault = opened.fault.as_ref().map(fault_of);
    let mut lost = None;
    loop {
        tokio::select! {
            () = sleep(LOOK_FOR_FOLDER) => {}
            asked = retry.changed() => if asked.is_err() { return },
        }
        match place_of(&app, &folder, ownership.as_ref(), fault.is_none()).await {
            Some(Place::Here) | None => {
                if fault.is_none() && lost.is_none() {
                    app.memory.store_lies(None);
                    continue;
                }
            }
            Some(Place::Moved) => {
                app.memory.store_lies(Some(StoreFault::Moved));
                continue;
            }
            Some(place @ (Place::Replaced | Place::Deleted)) => {
                tracing::warn!(?place, "the data folder is another one");
                lost = Some(if place == Place::Deleted { StoreFault::Deleted } else { StoreFault::Replaced });
                ownership = None;
            }
        }
        let owned = match ownership.take().map_or_else(|| DataFolder::own_at(folder.path()), Ok) {
            Err(Error::RunsElsewhere) => {
                app.memory.give_up_turn();
                return;
            }
            owned => owned,
        };
        let opened = super::open::open(&folder, owned, app.now()).await;
        ownership = opened.ownership;
        let now = opened.fault.as_ref().map(fault_of);
        if now.is_none() {
            let settings = app.memory.settings();
            let is_new = opened.damaged.is_some() || lost == Some(StoreFault::Deleted);
            if let Some(lost) = lost.take().or(opened.damaged.as_ref().map(|_| StoreFault::Replaced)) {
                app.memory.store_is_lost(lost);
            }
            app.memory.store_lies(None);
            app.reopen_as(&opened.store);
            // Whoever hides names does so in a new store, too.
            if is_new && let Err(error) = app.save_settings(settings).await {
                tracing::warn!(%error, "the settings could not be taken along");
            }
            if let Some(error) = opened.damaged {
                damaged(error);
            }
        } else if now != fault || !app.store.is_open() && opened.store.is_open() {
            app.memory.store_lies(now);
            // One that can at least be read serves better than none.
            if !app.store.is_open() || lost.is_some() {
                app.reopen_as(&opened.store);
            }
        }
        fault = now;
    }
}

/// Where the folder is, if it has an owner here; the file in it may be another one by itself.
async fn place_of(
    app: &App,
    folder: &DataFolder,
    ownership: Option<&Ownership>,
    is_whole: bool,
) -> Option<Place> {
    let place = folder.place(ownership?);
    if place != Place::Here || !is_whole || app.store.is_in_place().await {
        return Some(place);
    }
    Some(if folder.database().exists() { Place::Replaced } else { Place::Deleted })
}

/// Answers at the local socket, also after the folder was begun anew.
pub async fn keep_answering<R>(
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
pub async fn keep_noticing(app: Arc<App>, folder: DataFolder) {
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
