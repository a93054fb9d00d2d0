//! The store: SQLite in one file. Each file below holds one table's statements; transactions belong to
//! [`crate::app`], which knows what belongs together.

pub mod clock_changes;
pub mod events;
pub mod people;
pub mod rings;
pub mod series;
pub mod sessions;
pub mod settings;

mod open;
mod watch;

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction, pool::PoolConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use open::{Migrate, OpenError};
pub use watch::notice_others;

/// What goes wrong at the store while it is in use.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program writes for longer than the busy timeout.
    #[error("the store is busy")]
    Busy,
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
        // SQLITE_BUSY and SQLITE_LOCKED with all their extended forms: the low byte tells.
        let code = error.as_database_error().and_then(|e| e.code()).and_then(|code| code.parse::<i32>().ok());
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Self::Busy,
            _ => Self::Sql(error),
        }
    }
}

/// The result of a statement.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A transaction that has the write lock from its beginning (`BEGIN IMMEDIATE`), so that what it reads
/// is what it changes. Nothing is kept unless it is committed.
#[derive(Debug)]
pub struct Write {
    transaction: Transaction<'static, Sqlite>,
    _turn: OwnedMutexGuard<()>,
}

impl Write {
    /// Keeps what was written.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }
}

impl Deref for Write {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

/// The open database of this computer.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    turn: Arc<Mutex<()>>,
}

impl Store {
    /// Begins a transaction that writes. This program's writes take turns, however long one takes: a bell or a
    /// *Join* in the middle of a long import is late, but not lost.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another program writes for longer than five seconds.
    pub async fn write(&self) -> Result<Write> {
        let turn = self.turn.clone().lock_owned().await;
        Ok(Write { transaction: self.pool.begin_with("BEGIN IMMEDIATE").await?, _turn: turn })
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn read(&self) -> Result<PoolConnection<Sqlite>> {
        Ok(self.pool.acquire().await?)
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
        self.pool.close().await;
    }
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
