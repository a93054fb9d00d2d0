//! Opening: the lock, the store, and what can still be done where it cannot be opened as it should be.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::zones;
use crate::{
    data_folder::{DataFolder, Ownership},
    error::Error,
    health::StoreFault,
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
}

/// Opens the store of a folder for its owner, or for whoever could not become it because of the folder itself. A
/// store that cannot be opened as it should be is opened to be read if that can be done, so that its bells ring.
/// `now` is UTC.
pub async fn open(folder: &DataFolder, ownership: Result<Ownership, Error>, now: DateTime<Utc>) -> Opened {
    let ownership = match ownership {
        Ok(ownership) => ownership,
        Err(error) => return to_read(folder, None, error, now).await,
    };
    match open_store(folder, now).await {
        Ok((store, damaged)) => Opened { ownership: Some(ownership), store, fault: None, damaged },
        Err(error) => to_read(folder, Some(ownership), error, now).await,
    }
}

/// Opens the store of a folder that somebody else owns. Its bells are the owner's. `now` is UTC.
pub async fn open_beside(folder: &DataFolder, now: DateTime<Utc>) -> Opened {
    match Store::open(&folder.database(), Migrate::No).await {
        Ok(store) => Opened { ownership: None, store, fault: None, damaged: None },
        Err(error) => to_read(folder, None, error.into(), now).await,
    }
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
    Opened { ownership, store, fault: Some(fault), damaged: None }
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
