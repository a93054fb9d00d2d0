//! The table `rows`: what the school gave, as it gave it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sqlx::{QueryBuilder, SqliteConnection};

use super::project::text;
use crate::{
    pulled::Row,
    store::{ROWS_AT_ONCE, Result, StoreError},
};

/// A row of a table, and what it is found by.
#[derive(Clone, Debug)]
pub(super) struct Kept<'a> {
    pub(super) table: &'static str,
    pub(super) id: String,
    pub(super) row: &'a Row,
}

impl Kept<'_> {
    /// The session that the row belongs to.
    pub(super) fn session(&self) -> Option<&str> {
        match self.table {
            "sessions" => Some(&self.id),
            "session_participants" | "session_notes" | "session_events" => text(self.row, "session_id"),
            _ => None,
        }
    }

    fn person(&self) -> Option<&str> {
        match self.table {
            "sessions" => text(self.row, "tutor_id"),
            "session_participants" | "account_people" => text(self.row, "person_id"),
            _ => None,
        }
    }
}

/// A row, as it was written.
pub(super) fn read(row: &str) -> Result<Row> {
    serde_json::from_str(row).map_err(|_| StoreError::Row { table: "rows", what: "row" })
}

/// Several texts, as SQLite's `json_each` takes them apart.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    Value::Array(texts.into_iter().map(|text| Value::String(text.clone())).collect()).to_string()
}

/// Puts rows in the place of what is there under their ids.
pub(super) async fn put(conn: &mut SqliteConnection, copy: i64, rows: &[Kept<'_>]) -> Result<()> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        let mut insert =
            QueryBuilder::new("INSERT OR REPLACE INTO rows (copy, tbl, id, row, session_id, person_id) ");
        insert.push_values(some, |mut values, kept| {
            // What came as JSON goes as JSON.
            let json = serde_json::to_string(kept.row).unwrap_or_default();
            values
                .push_bind(copy)
                .push_bind(kept.table)
                .push_bind(kept.id.clone())
                .push_bind(json)
                .push_bind(kept.session().map(str::to_owned))
                .push_bind(kept.person().map(str::to_owned));
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes rows of a table out.
pub(super) async fn take(conn: &mut SqliteConnection, copy: i64, table: &str, ids: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM rows WHERE copy = ?1 AND tbl = ?2 AND id IN (SELECT value FROM json_each(?3))")
        .bind(copy)
        .bind(table)
        .bind(list(ids))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes all copies out but one.
pub(super) async fn keep_only(conn: &mut SqliteConnection, copy: i64) -> Result<()> {
    sqlx::query("DELETE FROM rows WHERE copy <> ?1").bind(copy).execute(conn).await?;
    Ok(())
}

/// Whether a copy holds anything.
pub(super) async fn exist(conn: &mut SqliteConnection, copy: i64) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM rows WHERE copy = ?1)")
        .bind(copy)
        .fetch_one(conn)
        .await?)
}

/// The newest copy there is.
pub(super) async fn newest(conn: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(copy), 0) FROM rows").fetch_one(conn).await?)
}

/// All rows of a table, by id.
pub(super) async fn of_table(conn: &mut SqliteConnection, copy: i64, table: &str) -> Result<Vec<Row>> {
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT row FROM rows WHERE copy = ?1 AND tbl = ?2 ORDER BY id")
            .bind(copy)
            .bind(table)
            .fetch_all(conn)
            .await?;
    rows.iter().map(|row| read(row)).collect()
}

/// The rows of a table with these ids, by id.
pub(super) async fn of_ids(
    conn: &mut SqliteConnection,
    copy: i64,
    table: &str,
    ids: impl IntoIterator<Item = &String>,
) -> Result<BTreeMap<String, Row>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, row FROM rows WHERE copy = ?1 AND tbl = ?2 AND id IN (SELECT value FROM json_each(?3))",
    )
    .bind(copy)
    .bind(table)
    .bind(list(ids))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|(id, row)| Ok((id, read(&row)?))).collect()
}

/// All that belongs to some sessions: table, session and row, by id.
pub(super) async fn around(
    conn: &mut SqliteConnection,
    copy: i64,
    sessions: &[String],
) -> Result<Vec<(String, String, Row)>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT tbl, session_id, row FROM rows
         WHERE copy = ?1 AND session_id IN (SELECT value FROM json_each(?2)) ORDER BY id",
    )
    .bind(copy)
    .bind(list(sessions))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|(table, session, row)| Ok((table, session, read(&row)?))).collect()
}

/// The sessions that some rows of a table belong to.
pub(super) async fn sessions_of_rows(
    conn: &mut SqliteConnection,
    copy: i64,
    table: &str,
    ids: &[String],
) -> Result<BTreeSet<String>> {
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT session_id FROM rows
         WHERE copy = ?1 AND tbl = ?2 AND id IN (SELECT value FROM json_each(?3)) AND session_id IS NOT NULL",
    )
    .bind(copy)
    .bind(table)
    .bind(list(ids))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// The sessions that some people give, or have a place in.
pub(super) async fn sessions_of_people(
    conn: &mut SqliteConnection,
    copy: i64,
    people: impl IntoIterator<Item = &String>,
) -> Result<BTreeSet<String>> {
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT session_id FROM rows
         WHERE copy = ?1 AND person_id IN (SELECT value FROM json_each(?2)) AND session_id IS NOT NULL",
    )
    .bind(copy)
    .bind(list(people))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// The people whom some links are about.
pub(super) async fn people_of_links(
    conn: &mut SqliteConnection,
    copy: i64,
    ids: &[String],
) -> Result<BTreeSet<String>> {
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT person_id FROM rows
         WHERE copy = ?1 AND tbl = 'account_people' AND id IN (SELECT value FROM json_each(?2)) AND person_id IS NOT NULL",
    )
    .bind(copy)
    .bind(list(ids))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// Every session that a copy has rows of.
pub(super) async fn all_sessions(conn: &mut SqliteConnection, copy: i64) -> Result<BTreeSet<String>> {
    let found: Vec<String> = sqlx::query_scalar("SELECT id FROM rows WHERE copy = ?1 AND tbl = 'sessions'")
        .bind(copy)
        .fetch_all(conn)
        .await?;
    Ok(found.into_iter().collect())
}
