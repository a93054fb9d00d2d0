//! The tables `series` and `series_components`.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, SqliteConnection};

use super::{ROWS_AT_ONCE, Result, from_ms, to_ms};
use crate::{series::Choice, session::Source};

/// A series as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name here.
    pub id: String,
    /// Who decides it.
    pub source: Source,
    /// The UID of its calendar file (RFC 5545 §3.8.4.7), or its id again.
    pub uid: String,
    /// What the person wants of it.
    pub choice: Choice,
    /// A join URL that the person added to the whole of it.
    pub link: Option<String>,
    /// The zone (IANA) in which its floating times were first read.
    pub local_zone: String,
    /// It goes on by a rule.
    pub has_rule: bool,
    /// Occurrences up to here (UTC) are sessions already.
    pub extended_until: DateTime<Utc>,
    /// The text of each component, by recurrence id, the master first.
    pub components: Vec<(String, String)>,
}

type Row = (String, String, String, String, Option<String>, String, bool, i64);

async fn with_components(conn: &mut SqliteConnection, row: Row) -> Result<Series> {
    let (id, source, uid, choice, link, local_zone, has_rule, extended_until) = row;
    let components = sqlx::query_as(
        "SELECT recurrence_id, text FROM series_components WHERE series_id = ?1 ORDER BY recurrence_id",
    )
    .bind(&id)
    .fetch_all(conn)
    .await?;
    Ok(Series {
        id,
        source: Source::from_name(&source).unwrap_or(Source::ThisComputer),
        uid,
        choice: Choice::from_name(&choice).unwrap_or(Choice::LeaveOut),
        link,
        local_zone,
        has_rule,
        extended_until: from_ms(extended_until),
        components,
    })
}

/// The series of that UID.
pub async fn by_uid(conn: &mut SqliteConnection, source: Source, uid: &str) -> Result<Option<Series>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, source, uid, choice, link, local_zone, has_rule, extended_until FROM series
         WHERE source = ?1 AND uid = ?2",
    )
    .bind(source.name())
    .bind(uid)
    .fetch_optional(&mut *conn)
    .await?;
    match row {
        Some(row) => Ok(Some(with_components(conn, row).await?)),
        None => Ok(None),
    }
}

/// The series of that id.
pub async fn by_id(conn: &mut SqliteConnection, id: &str) -> Result<Option<Series>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, source, uid, choice, link, local_zone, has_rule, extended_until FROM series WHERE id = ?1",
    )
    .bind(id)
    .fetch_optional(&mut *conn)
    .await?;
    match row {
        Some(row) => Ok(Some(with_components(conn, row).await?)),
        None => Ok(None),
    }
}

/// Series of calendar files that go on by a rule and have not been extended to `until`.
pub async fn to_extend(conn: &mut SqliteConnection, until: DateTime<Utc>) -> Result<Vec<Series>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, source, uid, choice, link, local_zone, has_rule, extended_until FROM series
         WHERE source = 'calendar_file' AND has_rule = 1 AND extended_until < ?1 AND choice <> 'leave_out' ORDER BY id",
    )
    .bind(to_ms(until))
    .fetch_all(&mut *conn)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(with_components(conn, row).await?);
    }
    Ok(found)
}

/// The UIDs of all series of a source.
pub async fn uids(conn: &mut SqliteConnection, source: Source) -> Result<HashSet<String>> {
    let uids: Vec<String> = sqlx::query_scalar("SELECT uid FROM series WHERE source = ?1")
        .bind(source.name())
        .fetch_all(conn)
        .await?;
    Ok(uids.into_iter().collect())
}

/// Adds a series with all its components.
pub async fn insert(conn: &mut SqliteConnection, series: &Series) -> Result<()> {
    sqlx::query(
        "INSERT INTO series (id, source, uid, choice, link, local_zone, has_rule, extended_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(&series.id)
    .bind(series.source.name())
    .bind(&series.uid)
    .bind(series.choice.name())
    .bind(&series.link)
    .bind(&series.local_zone)
    .bind(series.has_rule)
    .bind(to_ms(series.extended_until))
    .execute(&mut *conn)
    .await?;
    insert_components(conn, series).await
}

/// Writes a changed series, with all its components.
pub async fn update(conn: &mut SqliteConnection, series: &Series) -> Result<()> {
    sqlx::query("UPDATE series SET choice = ?2, link = ?3, has_rule = ?4, extended_until = ?5 WHERE id = ?1")
        .bind(&series.id)
        .bind(series.choice.name())
        .bind(&series.link)
        .bind(series.has_rule)
        .bind(to_ms(series.extended_until))
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM series_components WHERE series_id = ?1")
        .bind(&series.id)
        .execute(&mut *conn)
        .await?;
    insert_components(conn, series).await
}

async fn insert_components(conn: &mut SqliteConnection, series: &Series) -> Result<()> {
    for some in series.components.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::new("INSERT INTO series_components (series_id, recurrence_id, text) ");
        insert.push_values(some, |mut row, (recurrence_id, text)| {
            row.push_bind(&series.id).push_bind(recurrence_id).push_bind(text);
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}
