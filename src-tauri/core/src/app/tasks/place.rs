//! The store at its place: what becomes of it when its folder is moved, replaced, deleted, or cannot be used.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};

use super::super::{
    App,
    open::{Opened, fault_of, open},
};
use crate::{
    data_folder::{DataFolder, Ownership, Place},
    error::Error,
    health::StoreFault,
};

/// How often it is looked whether the data folder is where it was.
pub(super) const LOOK_FOR_FOLDER: Duration = Duration::from_secs(5);

/// Keeps the store open at its place: one that could not be opened is tried again, one whose folder was deleted is
/// begun anew, one that was replaced is opened, and one whose folder was moved away is waited for. `retry` asks to look
/// at once; `damaged` is told of a file that was kept aside.
///
/// Returns when another program has become the owner of the folder: from then on that one rings, and no bell of this
/// app does.
pub(super) async fn keep_store(
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
        let opened = open(&folder, owned, app.now()).await;
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
