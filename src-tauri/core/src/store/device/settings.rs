//! The table `settings`: one row a setting, the value as text.

use sqlx::SqliteConnection;

use crate::{settings::Settings, store::Result};

/// The row that holds what the person has chosen.
const CHOSEN: &str = "settings";

/// The value of a setting, if it was ever set.
pub async fn get(conn: &mut SqliteConnection, key: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE key = ?1").bind(key).fetch_optional(conn).await?)
}

/// Sets a setting.
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

/// What the person has chosen; what is missing or cannot be read has its default.
pub async fn load(conn: &mut SqliteConnection) -> Result<Settings> {
    Ok(get(conn, CHOSEN).await?.map_or_else(Settings::default, |text| Settings::read(&text)))
}

/// Keeps what the person has chosen.
pub async fn save(conn: &mut SqliteConnection, settings: &Settings) -> Result<()> {
    // A struct of plain values cannot fail to become JSON; an empty text would read as the defaults.
    set(conn, CHOSEN, &serde_json::to_string(settings).unwrap_or_default()).await
}
