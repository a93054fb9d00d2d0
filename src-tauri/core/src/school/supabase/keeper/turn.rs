//! Programs take turns at a sign-in's tokens: a lock on a file of the data folder, which dies with its holder and is
//! never stolen by its age, since a holder that only sleeps wakes up and goes on.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::state::KeeperFault;

/// Whoever does not get the turn by then says so.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// Held while the tokens are read, sent and stored.
pub(super) struct Turn {
    _file: File,
}

/// Waits for the turn, and gives up after `longest`.
///
/// # Errors
/// [`KeeperFault::Busy`] when another program keeps it, [`KeeperFault::NoFolder`] when there is no file to take it by.
pub(super) async fn take(path: &Path, longest: Duration) -> Result<Turn, KeeperFault> {
    // A file of its own each time: a lock belongs to the opened file, so that two of one program take turns as well.
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        // On a full disk the file that is there still does.
        .or_else(|_| File::open(path))
        .map_err(|_| KeeperFault::NoFolder)?;
    let begun = Instant::now();
    // Asked again and again, and not waited for in a thread: a thread that waits cannot be called back.
    let mut pause = Duration::from_millis(10);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Turn { _file: file }),
            Err(TryLockError::Error(_)) => return Err(KeeperFault::NoFolder),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= longest => return Err(KeeperFault::Busy),
            Err(TryLockError::WouldBlock) => sleep(pause).await,
        }
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}
