//! The store: SQLite, one file for this computer and one for each sign-in at a school. What belongs to this device
//! ([`device`]) and the sessions that are decided here ([`local`]) know nothing of each other; what a school has told a
//! sign-in lies in its [`cache`], in tables that read as the sessions of this computer do. Each file of these rooms holds
//! one table's statements. Transactions belong to whoever knows what belongs together.
//!
//! A stored word that this program does not know is an error wherever it stands ([`StoreError::Row`]): a lesson that is
//! left out without a word would be missed. So whoever stores a new word adds a migration with it, and an older First Bell
//! says that the file is a newer one's.
//!
//! Every statement can fail with what SQLite says ([`StoreError`]); only other errors are named where they come from.

pub mod cache;
pub mod device;
pub mod local;

mod open;
mod others;

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use sqlx::{Sqlite, SqliteConnection, pool::PoolConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

use open::OpenFile;
pub use open::{Migrate, OpenError};
pub use others::notice_others;
/// A connection to the store, within a transaction or without.
pub use sqlx::SqliteConnection as Connection;

/// What goes wrong at the store while it is in use.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program writes for longer than the busy timeout.
    #[error("the store is busy")]
    Busy,
    /// There is no room left on the disk.
    #[error("the disk is full")]
    Full,
    /// The file may be read and not written.
    #[error("the store cannot be written")]
    ReadOnly,
    /// The file is not where it should be, or is not open.
    #[error("the store cannot be reached")]
    Unreachable,
    /// A row holds what this program cannot read.
    #[error("a row of {table} cannot be read: {what}")]
    Row {
        /// The table.
        table: &'static str,
        /// Which value.
        what: &'static str,
    },
    /// Anything else that SQLite says.
    #[error(transparent)]
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // The low byte is the kind, whatever the extended form (sqlite.org/rescode.html).
        match result_code(&error) {
            Some(5 | 6) => Self::Busy,
            Some(8) => Self::ReadOnly,
            Some(13) => Self::Full,
            Some(14) => Self::Unreachable,
            _ => Self::Sql(error),
        }
    }
}

/// SQLite's primary result code, if it is SQLite that speaks.
fn result_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?.parse::<i32>().ok()?;
    Some(code & 0xff)
}

/// A connection that is lent for reading.
pub type Reader = PoolConnection<Sqlite>;

/// The result of a statement.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A transaction that has the write lock from its beginning (`BEGIN IMMEDIATE`), so that what it reads
/// is what it changes. Nothing is kept unless it is committed.
///
/// A connection whose transaction did not end in a commit is closed and never used again: SQLite rolls back by
/// itself on some errors and not on others (sqlite.org/lang_transaction.html, "Response To Errors Within A
/// Transaction"), and whoever counts along is wrong sooner or later. Closing rolls back whatever is left.
#[derive(Debug)]
pub struct Write {
    conn: PoolConnection<Sqlite>,
    store: Arc<Inner>,
    is_kept: bool,
    /// Held, and never read.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Write {
    async fn begin(store: Arc<Inner>, turn: OwnedMutexGuard<()>) -> Result<Self> {
        let file = store.file()?;
        // SQLite would write into a file that was moved or deleted as if nothing had happened.
        if !is_in_place(&file).await {
            return Err(StoreError::Unreachable);
        }
        let mut left = open::MOST_CONNECTIONS;
        let mut turn = Some(turn);
        loop {
            // Whoever gives up while this waits for another program's lock must not leave a transaction behind.
            let conn = file.pool.acquire().await?;
            let mut write = Self { conn, store: Arc::clone(&store), is_kept: false, turn: None };
            match begin_to_write(&mut write.conn).await {
                Ok(()) => {
                    write.turn = turn.take();
                    return Ok(write);
                }
                // One that was opened while nothing could be written stays so for as long as it lives.
                Err(StoreError::ReadOnly) if left > 0 => left -= 1,
                Err(error) => return Err(explained(&file, error).await),
            }
        }
    }

    /// Keeps what was written.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn commit(mut self) -> Result<()> {
        match sqlx::query("COMMIT").execute(&mut *self.conn).await {
            Ok(_) => {
                self.is_kept = true;
                Ok(())
            }
            Err(error) => Err(explained(&self.store.file()?, error.into()).await),
        }
    }
}

/// On a connection that can only read, `BEGIN IMMEDIATE` begins to read without a word (sqlite.org/lang_transaction.html);
/// the first statement that could write says so.
async fn begin_to_write(conn: &mut SqliteConnection) -> Result<()> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *conn).await?;
    // Every file of ours has people.
    sqlx::query("DELETE FROM people WHERE 0").execute(conn).await?;
    Ok(())
}

impl Drop for Write {
    fn drop(&mut self) {
        if !self.is_kept {
            self.conn.close_on_drop();
            self.store.is_suspect.store(true, Ordering::Relaxed);
        }
    }
}

impl Deref for Write {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.conn
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }
}

/// The database of this computer. It may be closed for a while, when its file cannot be opened or has been taken
/// away: then every question is answered [`StoreError::Unreachable`], and whoever holds a copy of this notices when
/// it is opened again.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: RwLock<Option<OpenFile>>,
    turn: Arc<Mutex<()>>,
    /// A transaction did not end in a commit. That may be a refusal, or a disk that is full.
    is_suspect: AtomicBool,
    opened: tokio::sync::watch::Sender<u64>,
}

impl Inner {
    fn file(&self) -> Result<OpenFile> {
        self.file.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StoreError::Unreachable)
    }
}

impl Store {
    fn over(file: Option<OpenFile>) -> Self {
        let inner = Inner {
            file: RwLock::new(file),
            turn: Arc::default(),
            is_suspect: AtomicBool::new(false),
            opened: tokio::sync::watch::Sender::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// A store that is not open. [`Store::reopen_as`] opens it.
    #[must_use]
    pub fn closed() -> Self {
        Self::over(None)
    }

    /// From now on every copy of this store is over what `other` has opened. What was open is closed when its last
    /// question is answered.
    pub fn reopen_as(&self, other: &Self) {
        let other = other.inner.file().ok();
        let mut file = self.inner.file.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = std::mem::replace(&mut *file, other) {
            tokio::spawn(async move { old.pool.close().await });
        }
        drop(file);
        self.inner.opened.send_modify(|count| *count += 1);
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.inner.file().is_ok()
    }

    /// Changes whenever the store is opened anew.
    #[must_use]
    pub fn opened(&self) -> tokio::sync::watch::Receiver<u64> {
        self.inner.opened.subscribe()
    }

    /// Begins a transaction that writes. This program's writes take turns, however long one takes: a *Join* in the
    /// middle of a long import is late, but not lost.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another program writes for longer than five seconds.
    pub async fn write(&self) -> Result<Write> {
        let turn = self.inner.turn.clone().lock_owned().await;
        Write::begin(Arc::clone(&self.inner), turn).await
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn read(&self) -> Result<Reader> {
        Ok(self.inner.file()?.pool.acquire().await?)
    }

    /// Whether the file still lies where it was opened. One that is closed lies nowhere.
    pub(crate) async fn is_in_place(&self) -> bool {
        match self.inner.file() {
            Ok(file) => is_in_place(&file).await,
            Err(_) => false,
        }
    }

    /// An error as it is to be told.
    pub(crate) async fn explained(&self, error: StoreError) -> StoreError {
        match self.inner.file() {
            Ok(file) => explained(&file, error).await,
            Err(_) => error,
        }
    }

    /// Whether a transaction has ended without a commit since this was last asked.
    pub(crate) fn was_suspect(&self) -> bool {
        self.inner.is_suspect.swap(false, Ordering::Relaxed)
    }

    /// Whether SQLite finds the whole file sound (`PRAGMA quick_check`). Reads all of it.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn is_whole(&self) -> Result<bool> {
        let found: Vec<String> =
            sqlx::query_scalar("PRAGMA quick_check(1)").fetch_all(&mut *self.read().await?).await?;
        Ok(found == ["ok"])
    }

    /// Closes the database, folding the log into the file.
    pub async fn close(&self) {
        if let Ok(file) = self.inner.file() {
            file.pool.close().await;
        }
    }
}

/// On a disk that hangs even this takes for ever, and must hold up nothing else.
async fn is_in_place(file: &OpenFile) -> bool {
    let file = file.clone();
    tokio::task::spawn_blocking(move || file.is_in_place()).await.unwrap_or(false)
}

/// Where SQLite only says that the disk fails, it is looked why.
async fn explained(file: &OpenFile, error: StoreError) -> StoreError {
    if !matches!(error, StoreError::Sql(_) | StoreError::Unreachable) {
        return error;
    }
    let file = file.clone();
    let why = tokio::task::spawn_blocking(move || file.is_in_place().then(|| file.why_it_fails()));
    why.await.ok().flatten().flatten().unwrap_or(error)
}

/// Rows of one statement. A session has 28 columns, and SQLite takes 32,766 values (sqlite.org/limits.html, 9).
const ROWS_AT_ONCE: usize = 500;

/// Milliseconds since 1970-01-01T00:00:00Z, as the tables keep instants.
#[must_use]
pub(crate) fn to_ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// The instant of that many milliseconds. Beyond what chrono can hold, the nearest it can.
#[must_use]
pub(crate) fn from_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(if ms < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// `PRAGMA data_version` of a connection: changes when another connection has committed.
pub(crate) async fn data_version(conn: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("PRAGMA data_version").fetch_one(conn).await?)
}
