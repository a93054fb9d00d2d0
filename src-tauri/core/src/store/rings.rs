//! The table `rings`: the ledger of the bell.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, SqliteConnection};

use super::{Result, StoreError, from_ms, to_ms};
use crate::{
    id::SessionId,
    ring::{Outcome, RingKey},
};

/// A ring that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which ring.
    pub key: RingKey,
    /// When (UTC).
    pub rung_at: DateTime<Utc>,
    /// What became of it, so far.
    pub outcome: Option<Outcome>,
}

#[derive(FromRow)]
struct KeyRow {
    session_id: String,
    starts_at: i64,
    number: i64,
}

impl KeyRow {
    fn into_key(self) -> Result<RingKey> {
        let session =
            self.session_id.parse().map_err(|_| StoreError::Row { table: "rings", what: "session_id" })?;
        Ok(RingKey { session, start: from_ms(self.starts_at), number: self.number })
    }
}

/// Plans a ring. A ring that is in the ledger already stays as it is, unless it was given up without
/// having been shown (missed, withdrawn) and is due again, as after a clock that was wrong for a while.
pub async fn plan(conn: &mut SqliteConnection, key: RingKey, due: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "INSERT INTO rings (session_id, starts_at, kind, number, due_at, state)
         VALUES (?1, ?2, 'before_start', ?3, ?4, 'planned')
         ON CONFLICT DO UPDATE SET state = 'planned', outcome = NULL, seen = 0, due_at = excluded.due_at
         WHERE rings.rung_at IS NULL AND rings.outcome IN ('missed', 'withdrawn')",
    )
    .bind(key.session.to_string())
    .bind(to_ms(key.start))
    .bind(key.number)
    .bind(to_ms(due))
    .execute(conn)
    .await?;
    Ok(())
}

/// What the ledger knows of a reminder: of its last ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    No,
    /// It was given up without having been shown.
    GivenUp {
        /// Which ring.
        number: i64,
        /// When it was due (UTC).
        due: DateTime<Utc>,
    },
    /// It waits, was shown, or is being shown.
    Yes,
}

/// Whether the reminder is in the ledger.
pub async fn known(conn: &mut SqliteConnection, session: SessionId, start: DateTime<Utc>) -> Result<Known> {
    let last: Option<(i64, i64, bool)> = sqlx::query_as(
        "SELECT number, due_at, rung_at IS NULL AND outcome IN ('missed', 'withdrawn') IS TRUE FROM rings
         WHERE session_id = ?1 AND starts_at = ?2 AND kind = 'before_start' ORDER BY number DESC LIMIT 1",
    )
    .bind(session.to_string())
    .bind(to_ms(start))
    .fetch_optional(conn)
    .await?;
    Ok(match last {
        None => Known::No,
        Some((number, due, true)) => Known::GivenUp { number, due: from_ms(due) },
        Some((_, _, false)) => Known::Yes,
    })
}

/// The last ring of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// Which ring.
    pub number: i64,
    /// When it is or was due (UTC).
    pub due: DateTime<Utc>,
    /// The desktop has not taken it, and nothing has become of it but that it was given up: it is still to ring.
    pub is_waiting: bool,
}

/// The last ring of a reminder, if it is in the ledger.
pub async fn last(
    conn: &mut SqliteConnection,
    session: SessionId,
    start: DateTime<Utc>,
) -> Result<Option<Last>> {
    let last: Option<(i64, i64, bool)> = sqlx::query_as(
        "SELECT number, due_at,
                rung_at IS NULL AND (outcome IS NULL OR outcome IN ('missed', 'withdrawn')) FROM rings
         WHERE session_id = ?1 AND starts_at = ?2 AND kind = 'before_start' ORDER BY number DESC LIMIT 1",
    )
    .bind(session.to_string())
    .bind(to_ms(start))
    .fetch_optional(conn)
    .await?;
    Ok(last.map(|(number, due, is_waiting)| Last { number, due: from_ms(due), is_waiting }))
}

/// Rings on show since `since`: the desktop has taken them and nothing has become of them yet.
pub async fn on_show(conn: &mut SqliteConnection, since: DateTime<Utc>) -> Result<Vec<RingKey>> {
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT session_id, starts_at, number FROM rings
         WHERE rung_at > ?1 AND state = 'submitted' AND outcome IS NULL ORDER BY rung_at",
    )
    .bind(to_ms(since))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(KeyRow::into_key).collect()
}

/// Rings that are due and that the desktop has not taken, by when they were due.
pub async fn waiting(
    conn: &mut SqliteConnection,
    now: DateTime<Utc>,
) -> Result<Vec<(RingKey, DateTime<Utc>)>> {
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "SELECT session_id, starts_at, number, due_at FROM rings
         WHERE outcome IS NULL AND state <> 'submitted' AND due_at <= ?1 ORDER BY due_at, session_id",
    )
    .bind(to_ms(now))
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|(session_id, starts_at, number, due)| {
            Ok((KeyRow { session_id, starts_at, number }.into_key()?, from_ms(due)))
        })
        .collect()
}

/// When the next planned ring (a snoozed one) is due, after `now`.
pub async fn next_due(conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT min(due_at) FROM rings WHERE outcome IS NULL AND state <> 'submitted' AND due_at > ?1",
    )
    .bind(to_ms(now))
    .fetch_one(conn)
    .await?;
    Ok(due.map(from_ms))
}

/// The ring is being handed to the desktop.
pub async fn set_submitting(conn: &mut SqliteConnection, key: RingKey) -> Result<()> {
    sqlx::query(
        "UPDATE rings SET state = 'submitting'
         WHERE session_id = ?1 AND starts_at = ?2 AND number = ?3 AND kind = 'before_start'",
    )
    .bind(key.session.to_string())
    .bind(to_ms(key.start))
    .bind(key.number)
    .execute(conn)
    .await?;
    Ok(())
}

/// The desktop has taken the ring, whether it was in the ledger or not. False when that is known already.
pub async fn set_shown(conn: &mut SqliteConnection, key: RingKey, at: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO rings (session_id, starts_at, kind, number, due_at, state, rung_at)
         VALUES (?1, ?2, 'before_start', ?3, ?4, 'submitted', ?4)
         ON CONFLICT DO UPDATE SET state = 'submitted', rung_at = excluded.rung_at WHERE rings.state <> 'submitted'",
    )
    .bind(key.session.to_string())
    .bind(to_ms(key.start))
    .bind(key.number)
    .bind(to_ms(at))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes what became of a ring. The first outcome holds.
pub async fn set_outcome(conn: &mut SqliteConnection, key: RingKey, outcome: Outcome) -> Result<()> {
    sqlx::query(
        "UPDATE rings SET outcome = ?4
         WHERE session_id = ?1 AND starts_at = ?2 AND number = ?3 AND kind = 'before_start' AND outcome IS NULL",
    )
    .bind(key.session.to_string())
    .bind(to_ms(key.start))
    .bind(key.number)
    .bind(outcome.name())
    .execute(conn)
    .await?;
    Ok(())
}

/// What became of a ring, so far.
pub async fn outcome_of(conn: &mut SqliteConnection, key: RingKey) -> Result<Option<Outcome>> {
    let name: Option<Option<String>> = sqlx::query_scalar(
        "SELECT outcome FROM rings
         WHERE session_id = ?1 AND starts_at = ?2 AND number = ?3 AND kind = 'before_start'",
    )
    .bind(key.session.to_string())
    .bind(to_ms(key.start))
    .bind(key.number)
    .fetch_optional(conn)
    .await?;
    Ok(name.flatten().and_then(|name| Outcome::from_name(&name)))
}

/// The last ring that was shown.
pub async fn last_shown(conn: &mut SqliteConnection) -> Result<Option<Shown>> {
    let row: Option<(String, i64, i64, i64, Option<String>)> = sqlx::query_as(
        "SELECT session_id, starts_at, number, rung_at, outcome FROM rings
         WHERE rung_at IS NOT NULL ORDER BY rung_at DESC LIMIT 1",
    )
    .fetch_optional(conn)
    .await?;
    row.map(|(session_id, starts_at, number, rung_at, outcome)| {
        Ok(Shown {
            key: KeyRow { session_id, starts_at, number }.into_key()?,
            rung_at: from_ms(rung_at),
            outcome: outcome.and_then(|name| Outcome::from_name(&name)),
        })
    })
    .transpose()
}

/// How many missed rings the person has not been told of.
pub async fn count_missed(conn: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM rings WHERE outcome = 'missed' AND seen = 0")
        .fetch_one(conn)
        .await?)
}

/// The person has been told of all missed rings.
pub async fn acknowledge_missed(conn: &mut SqliteConnection) -> Result<()> {
    sqlx::query("UPDATE rings SET seen = 1 WHERE outcome = 'missed' AND seen = 0").execute(conn).await?;
    Ok(())
}

/// Notes what became of all rings of a session that nothing has become of yet.
pub async fn settle_session(conn: &mut SqliteConnection, session: SessionId, outcome: Outcome) -> Result<()> {
    sqlx::query("UPDATE rings SET outcome = ?2 WHERE session_id = ?1 AND outcome IS NULL")
        .bind(session.to_string())
        .bind(outcome.name())
        .execute(conn)
        .await?;
    Ok(())
}
