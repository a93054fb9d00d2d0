//! The table `people`: those met in sessions, with the zone they live in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::{Result, from_ms, to_ms};

/// A person as the sessions show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The name.
    pub name: String,
    /// The zone they live in (IANA), if known.
    pub zone: Option<String>,
    /// How many sessions with them there are, past and to come.
    pub sessions: i64,
    /// When the last one that is over started.
    pub last: Option<DateTime<Utc>>,
}

/// Everybody met in a session, by name.
pub async fn met(conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Vec<Met>> {
    let rows: Vec<(String, Option<String>, i64, Option<i64>)> = sqlx::query_as(
        "SELECT s.person, p.zone, count(*), max(CASE WHEN s.ends_at <= ?1 THEN s.starts_at END)
         FROM sessions AS s LEFT JOIN people AS p ON p.name = s.person
         WHERE s.person IS NOT NULL GROUP BY s.person ORDER BY s.person COLLATE NOCASE",
    )
    .bind(to_ms(now))
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(name, zone, sessions, last)| Met { name, zone, sessions, last: last.map(from_ms) })
        .collect())
}

/// The zone of each person of whom it is known.
pub async fn zones(conn: &mut SqliteConnection) -> Result<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, zone FROM people WHERE zone IS NOT NULL").fetch_all(conn).await?;
    Ok(rows.into_iter().collect())
}

/// Says in which zone a person lives; `None` forgets it.
pub async fn set_zone(conn: &mut SqliteConnection, name: &str, zone: Option<&str>) -> Result<()> {
    sqlx::query("INSERT INTO people (name, zone) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET zone = excluded.zone")
        .bind(name)
        .bind(zone)
        .execute(conn)
        .await?;
    Ok(())
}
