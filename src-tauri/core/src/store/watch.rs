//! Notices what other programs write: a file watch says when to look, `PRAGMA data_version` says whether
//! somebody else has really committed (sqlite.org/pragma.html#pragma_data_version).

use sqlx::{Sqlite, pool::PoolConnection};

use super::{Result, data_version};

/// Remembers what it has seen; one connection of its own, because the number is each connection's own.
#[derive(Debug)]
pub struct Watch {
    conn: PoolConnection<Sqlite>,
    seen: i64,
}

impl Watch {
    pub(super) async fn start(mut conn: PoolConnection<Sqlite>) -> Result<Self> {
        let seen = data_version(&mut conn).await?;
        Ok(Self { conn, seen })
    }

    /// Whether anybody has committed since the last time it was asked. That includes this program's
    /// other connections: whoever asks may have caused it.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn has_changed(&mut self) -> Result<bool> {
        let now = data_version(&mut self.conn).await?;
        Ok(std::mem::replace(&mut self.seen, now) != now)
    }
}
