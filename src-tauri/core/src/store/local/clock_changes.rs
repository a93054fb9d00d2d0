//! The table `clock_changes`: sessions that a newer table of zones has moved, until the person was told.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use crate::{
    id::SessionId,
    store::{Result, from_ms, to_ms},
};

/// Notes that a session was moved because the clocks of a zone (IANA) have changed.
pub async fn add(conn: &mut SqliteConnection, session: SessionId, zone: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO clock_changes (session_id, zone) VALUES (?1, ?2)
         ON CONFLICT (session_id, zone) DO UPDATE SET seen = 0",
    )
    .bind(session.to_string())
    .bind(zone)
    .execute(conn)
    .await?;
    Ok(())
}

/// What the person has not been told of: by zone, when its sessions begin now. Only of those that are still to be held.
pub async fn unseen(
    conn: &mut SqliteConnection,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, Vec<DateTime<Utc>>>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT c.zone, s.starts_at FROM clock_changes AS c JOIN sessions AS s ON s.id = c.session_id
         WHERE c.seen = 0 AND s.status = 'SCHEDULED' AND s.ends_at > ?1 ORDER BY s.starts_at",
    )
    .bind(to_ms(now))
    .fetch_all(conn)
    .await?;
    let mut found: BTreeMap<String, Vec<DateTime<Utc>>> = BTreeMap::new();
    for (zone, start) in rows {
        found.entry(zone).or_default().push(from_ms(start));
    }
    Ok(found)
}

/// The person has been told of the clocks of a zone.
pub async fn acknowledge(conn: &mut SqliteConnection, zone: &str) -> Result<()> {
    sqlx::query("UPDATE clock_changes SET seen = 1 WHERE zone = ?1 AND seen = 0")
        .bind(zone)
        .execute(conn)
        .await?;
    Ok(())
}
