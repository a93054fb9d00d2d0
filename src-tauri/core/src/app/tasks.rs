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
    data_folder::{DataFolder, Place},
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
/// begun anew, and one whose folder was moved away is waited for. `retry` asks to look at once.
pub async fn keep_store(app: Arc<App>, folder: DataFolder, opened: Opened, mut retry: watch::Receiver<u64>) {
    let mut ownership = opened.ownership;
    let mut is_whole = opened.fault.is_none();
    loop {
        tokio::select! {
            () = sleep(LOOK_FOR_FOLDER) => {}
            asked = retry.changed() => if asked.is_err() { return },
        }
        let place = ownership.as_ref().map(|owned| folder.place(owned));
        match place {
            Some(Place::Here) if is_whole => app.memory.store_lies(None),
            Some(Place::Here) | None => {}
            Some(Place::Moved) => {
                app.memory.store_lies(Some(StoreFault::Moved));
                continue;
            }
            Some(Place::Replaced | Place::Deleted) => {
                tracing::warn!(?place, "the data folder is another one");
                is_whole = false;
                ownership = None;
            }
        }
        if is_whole {
            continue;
        }
        let owned = ownership.take().map_or_else(|| DataFolder::own_at(folder.path()), Ok);
        let opened = super::open::open(&folder, owned, app.now()).await;
        let fault = opened.fault.as_ref().map(fault_of);
        is_whole = fault.is_none();
        ownership = opened.ownership;
        // One that can at least be read stays open, as long as it lies there.
        if is_whole || !app.store.is_open() || place.is_some_and(|place| place != Place::Here) {
            app.store.reopen_as(&opened.store);
        }
        if place == Some(Place::Deleted) && is_whole {
            // Whoever hides names does so in a new folder, too.
            let settings = app.memory.settings();
            app.memory.store_was_deleted();
            if let Err(error) = app.save_settings(settings).await {
                tracing::warn!(%error, "the settings could not be taken along");
            }
        } else {
            app.memory.store_lies(fault);
        }
        app.noticed_another_host();
    }
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
            }
            _ = opened.changed() => {}
        }
    }
}
