//! Notices what other programs write: a file watch says when to look, `PRAGMA data_version` says whether
//! anybody has really committed (sqlite.org/pragma.html#pragma_data_version).

use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};
use sqlx::{Sqlite, pool::PoolConnection};
use tokio::sync::mpsc;

use super::{Result, Store, data_version};
use crate::data_folder::DataFolder;

/// The log is written, then synced, and only then does the commit show in `data_version`: the last event
/// comes before there is anything to see, by as long as the disk takes.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(20),
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// Calls `noticed` after each commit that may be another program's, for as long as it is awaited. Commits
/// of this program's own are among them: they are rare, and loading once more does no harm.
///
/// # Errors
/// When the folder cannot be watched, or what SQLite says.
pub async fn notice_others(
    store: &Store,
    folder: &DataFolder,
    noticed: impl Fn(),
) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (wake, mut woken) = mpsc::channel::<()>(1);
    let log = folder.database().with_extension("sqlite3-wal");
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let is_write = event.is_ok_and(|event| {
            !event.kind.is_access() && event.paths.iter().any(|path| path.file_name() == log.file_name())
        });
        if is_write {
            // A full channel means that it is woken already.
            let _ = wake.try_send(());
        }
    })?;
    watcher.watch(folder.path(), RecursiveMode::NonRecursive)?;
    let mut watch = Watch::start(store.read().await?).await?;
    while woken.recv().await.is_some() {
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            if watch.has_changed().await? {
                noticed();
                break;
            }
        }
    }
    Ok(())
}

/// Remembers what it has seen; one connection of its own, because the number is each connection's own.
struct Watch {
    conn: PoolConnection<Sqlite>,
    seen: i64,
}

impl Watch {
    async fn start(mut conn: PoolConnection<Sqlite>) -> Result<Self> {
        let seen = data_version(&mut conn).await?;
        Ok(Self { conn, seen })
    }

    async fn has_changed(&mut self) -> Result<bool> {
        let now = data_version(&mut self.conn).await?;
        Ok(std::mem::replace(&mut self.seen, now) != now)
    }
}
