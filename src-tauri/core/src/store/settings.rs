//! The table `settings`: one row a setting, the value as text.

use sqlx::SqliteConnection;

use super::Result;

/// The value of a setting, if it was ever set.
///
/// # Errors
/// What SQLite says.
pub async fn get(conn: &mut SqliteConnection, key: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE key = ?1").bind(key).fetch_optional(conn).await?)
}

/// Sets a setting.
///
/// # Errors
/// What SQLite says.
pub async fn set(conn: &mut SqliteConnection, key: &str, value: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(conn)
    .await?;
    Ok(())
}
