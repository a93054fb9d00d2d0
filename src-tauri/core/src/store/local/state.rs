//! The table `local_state`: what is known of the sessions as a whole.

use sqlx::SqliteConnection;

use crate::store::Result;

/// The row that says by which table of zones the instants of the sessions were made.
const ZONE_TABLE: &str = "zone_table";

/// The version of the table of zones that has made the instants of the sessions.
pub async fn zone_table(conn: &mut SqliteConnection) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT value FROM local_state WHERE key = ?1")
        .bind(ZONE_TABLE)
        .fetch_optional(conn)
        .await?)
}

/// From now on the instants of the sessions are those of this table of zones.
pub async fn set_zone_table(conn: &mut SqliteConnection, version: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO local_state (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(ZONE_TABLE)
    .bind(version)
    .execute(conn)
    .await?;
    Ok(())
}
