//! Opening: the lock, the store, and what can still be done where it cannot be opened as it should be.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::{App, zones};
use crate::{
    clock::Clock,
    data_folder::{DataFolder, Ownership},
    desktop::Opener,
    error::Error,
    health::StoreFault,
    secret::Secrets,
    store::{Migrate, OpenError, Store, StoreError},
};

/// What is open.
#[derive(Debug)]
pub struct Opened {
    /// The lock of the data folder. Without it, its lock could not be taken, and nobody else has it.
    pub ownership: Option<Ownership>,
    /// The store. Where there is a fault it is open to be read, or closed.
    pub store: Store,
    /// Why it could not be opened as it should be.
    pub fault: Option<Error>,
    /// The file that was there was damaged and is kept aside.
    pub damaged: Option<Error>,
    /// Somebody else owns the folder: the bells are theirs.
    pub is_beside: bool,
}

impl Opened {
    /// An app over what is open, which says from the first what is wrong. Nothing runs beside it yet, and no keychain was
    /// asked.
    pub fn assemble(
        &self,
        folder: &DataFolder,
        keychain: Secrets,
        clock: Arc<dyn Clock>,
        opener: Arc<dyn Opener>,
    ) -> Arc<App> {
        let app = App::new(self.store.clone(), clock, opener).with_schools(keychain, folder);
        app.memory.store_lies(self.fault.as_ref().map(fault_of));
        if self.is_beside {
            app.memory.bell_is_missed();
        }
        Arc::new(app)
    }
}

/// How long a host that comes for a moment waits for another program that makes or migrates the store.
const PATIENCE: Duration = Duration::from_millis(1500);
const STEP: Duration = Duration::from_millis(20);

/// Opens the store of a folder for its owner, or for whoever could not become it because of the folder itself. A
/// store that cannot be opened as it should be is opened to be read if that can be done, so that its bells ring.
/// `now` is UTC.
pub async fn open(folder: &DataFolder, ownership: Result<Ownership, Error>, now: DateTime<Utc>) -> Opened {
    let ownership = match ownership {
        Ok(ownership) => ownership,
        Err(error) => return to_read(folder, None, error, now).await,
    };
    match open_store(folder, now).await {
        Ok((store, damaged)) => {
            Opened { ownership: Some(ownership), store, fault: None, damaged, is_beside: false }
        }
        Err(error) => to_read(folder, Some(ownership), error, now).await,
    }
}

/// Opens the store of a folder that somebody else owns. Its bells are the owner's. `now` is UTC.
pub async fn open_beside(folder: &DataFolder, now: DateTime<Utc>) -> Opened {
    match Store::open(&folder.database(), Migrate::No).await {
        Ok(store) => Opened { ownership: None, store, fault: None, damaged: None, is_beside: true },
        Err(error) => Opened { is_beside: true, ..to_read(folder, None, error.into(), now).await },
    }
}

/// Opens the store of a folder for a host that comes for a moment and rings nothing, whoever owns the folder. Nothing
/// where nothing was ever stored. What cannot be put right just now is told, and can be read all the same. `now` is
/// UTC.
///
/// # Errors
/// [`Error::Open`], [`Error::Folder`], or what the store says.
pub async fn visit(
    folder: &DataFolder,
    now: DateTime<Utc>,
    told: impl Fn(&Error),
) -> Result<Option<Store>, Error> {
    match Store::open(&folder.database(), Migrate::No).await {
        Ok(store) => Ok(Some(put_right(folder, store, now, told).await?)),
        Err(OpenError::Missing) => Ok(None),
        Err(OpenError::Older) => Ok(Some(own_and_open(folder, now).await?)),
        Err(error) => Err(error.into()),
    }
}

/// The same for a host that writes: the store is made if it is not there.
///
/// # Errors
/// As [`visit`].
pub async fn visit_to_write(
    folder: &DataFolder,
    now: DateTime<Utc>,
    told: impl Fn(&Error),
) -> Result<Store, Error> {
    match Store::open(&folder.database(), Migrate::No).await {
        Ok(store) => put_right(folder, store, now, told).await,
        Err(OpenError::Missing | OpenError::Older | OpenError::Unreadable) => own_and_open(folder, now).await,
        Err(error) => Err(error.into()),
    }
}

/// Becomes the owner for as long as it takes to make the store or to bring it up to date. Where there is
/// an owner already, it may be about to do that.
async fn own_and_open(folder: &DataFolder, now: DateTime<Utc>) -> Result<Store, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        match folder.own() {
            Ok(_ownership) => {
                let store = Store::open(&folder.database(), Migrate::Yes).await?;
                zones::put_right(&store, now).await?;
                return Ok(store);
            }
            Err(Error::RunsElsewhere) => {}
            Err(error) => return Err(error),
        }
        match Store::open(&folder.database(), Migrate::No).await {
            Ok(store) => return Ok(store),
            Err(OpenError::Missing | OpenError::Older | OpenError::Unreadable) if Instant::now() < until => {
                tokio::time::sleep(STEP).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sessions whose instants another table of zones has made are put right, unless the app runs: it does that itself.
async fn put_right(
    folder: &DataFolder,
    store: Store,
    now: DateTime<Utc>,
    told: impl Fn(&Error),
) -> Result<Store, Error> {
    if !zones::are_right(&store).await?
        && let Ok(_ownership) = folder.own()
        && let Err(error) = zones::put_right(&store, now).await
    {
        told(&error);
    }
    Ok(store)
}

async fn open_store(folder: &DataFolder, now: DateTime<Utc>) -> Result<(Store, Option<Error>), Error> {
    let (store, damaged) = match Store::open(&folder.database(), Migrate::Yes).await {
        Ok(store) => (store, None),
        Err(damage @ OpenError::Damaged { .. }) => {
            (Store::open(&folder.database(), Migrate::Yes).await?, Some(damage.into()))
        }
        Err(error) => return Err(error.into()),
    };
    match zones::put_right(&store, now).await {
        Ok(_) => Ok((store, damaged)),
        // What cannot be written just now is opened again, and put right then.
        Err(error) if is_passing(&error) => Err(error),
        Err(error) => {
            tracing::error!(%error, "sessions could not be put right by this year's time zones");
            Ok((store, damaged))
        }
    }
}

fn is_passing(error: &Error) -> bool {
    use StoreError::{Busy, Full, ReadOnly, Unreachable};
    matches!(error, Error::Store(Busy | Full | ReadOnly | Unreachable))
}

async fn to_read(
    folder: &DataFolder,
    ownership: Option<Ownership>,
    fault: Error,
    now: DateTime<Utc>,
) -> Opened {
    tracing::error!(error = %fault, "the store cannot be opened as it should be");
    let database = folder.database();
    let store = match Store::open_to_read(&database).await {
        Ok(store) => store,
        Err(error) => {
            // What somebody writes just now would be torn in a copy.
            let is_still = !matches!(fault_of(&fault), StoreFault::Busy);
            let copy = if is_still { read_copy(&database, now).await.ok() } else { None };
            copy.unwrap_or_else(|| {
                tracing::error!(%error, "it cannot be read either");
                Store::closed()
            })
        }
    };
    Opened { ownership, store, fault: Some(fault), damaged: None, is_beside: false }
}

/// An older First Bell's file that cannot be brought up to date where it lies, on a disk that is full, is brought up to
/// date in a copy, and that is read. The copy goes with the store.
async fn read_copy(database: &Path, now: DateTime<Utc>) -> Result<Store, Error> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = DataFolder::open(&folder.join(format!("firstbell-copy-{}", std::process::id())))?;
    let copy = folder.database();
    for suffix in ["", "-wal"] {
        let beside = |path: &Path| {
            let mut name = path.as_os_str().to_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        let copied = std::fs::copy(beside(database), beside(&copy));
        if suffix.is_empty() {
            copied.map_err(|_| Error::Folder(folder.path().to_owned()))?;
        }
    }
    let store = Store::open(&copy, Migrate::Yes).await?;
    zones::put_right(&store, now).await?;
    store.close().await;
    Ok(Store::open_copy_to_read(folder.path(), &copy).await?)
}

/// What is wrong with a store that could not be opened as it should be.
#[must_use]
pub fn fault_of(error: &Error) -> StoreFault {
    match error {
        Error::Open(OpenError::Newer) => StoreFault::Newer,
        Error::Open(OpenError::Store(error)) | Error::Store(error) => match error {
            StoreError::Unreachable => StoreFault::ReadOnly,
            error => error.into(),
        },
        Error::Folder(_) => StoreFault::ReadOnly,
        _ => StoreFault::Failed,
    }
}
