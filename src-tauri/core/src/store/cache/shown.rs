//! The tables that are read as this computer's own: `people`, `session_events` and `sessions_left`, beside `sessions`, which
//! this room writes through the same statements as this computer's own.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, QueryBuilder, SqliteConnection};

use super::{
    project::{known, text},
    rows::list,
};
use crate::{
    happened::{By, Event, Kind},
    id::SessionId,
    person::Person,
    pulled::{Row, Why},
    session::{Session, Status},
    store::{ROWS_AT_ONCE, Result, StoreError, from_ms, to_ms},
};

/// A session that was here and is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which one.
    pub session: SessionId,
    /// When it was to start, as it last stood here (UTC).
    pub start: DateTime<Utc>,
    /// When it was to end (UTC).
    pub end: DateTime<Utc>,
    /// What it was called.
    pub title: String,
    /// With whom it was.
    pub person: Option<String>,
    /// Where it was in its life.
    pub status: Status,
    /// Why it is gone.
    pub why: Why,
    /// When this computer learned of it (UTC).
    pub at: DateTime<Utc>,
}

/// Puts people in the place of those of their ids. A row that cannot be read is passed over.
pub(super) async fn put_people(
    conn: &mut SqliteConnection,
    rows: impl IntoIterator<Item = &Row>,
) -> Result<()> {
    let people: Vec<(Person, Option<&str>)> =
        rows.into_iter().filter_map(|row| Some((known(row)?, text(row, "zone")))).collect();
    for some in people.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::new("INSERT OR REPLACE INTO people (id, name, zone, is_group) ");
        insert.push_values(some, |mut values, (person, zone)| {
            values
                .push_bind(person.id.to_string())
                .push_bind(person.name.clone())
                .push_bind(zone.map(str::to_owned))
                .push_bind(false);
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// Puts groups in the place of those of their ids.
pub(super) async fn put_groups(conn: &mut SqliteConnection, groups: &[Person]) -> Result<()> {
    for some in groups.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::new("INSERT OR REPLACE INTO people (id, name, zone, is_group) ");
        insert.push_values(some, |mut values, group| {
            values
                .push_bind(group.id.to_string())
                .push_bind(group.name.clone())
                .push_bind(None::<String>)
                .push_bind(true);
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes people out.
pub(super) async fn take_people(conn: &mut SqliteConnection, ids: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM people WHERE id IN (SELECT value FROM json_each(?1))")
        .bind(list(ids))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes everybody out.
pub(super) async fn take_everybody(conn: &mut SqliteConnection) -> Result<()> {
    sqlx::query("DELETE FROM people").execute(conn).await?;
    Ok(())
}

/// Takes groups out that no session is with any more.
pub(super) async fn take_idle_groups(conn: &mut SqliteConnection) -> Result<()> {
    sqlx::query(
        "DELETE FROM people WHERE is_group = 1
         AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.person_id = people.id)",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A line of what happened, and whether it was done here.
pub(super) type Line = (Event, bool);

#[derive(FromRow)]
struct LineRow {
    session_id: String,
    at: i64,
    kind: String,
    source: String,
    detail: Option<i64>,
    is_here: bool,
}

/// What is told of some sessions, in order.
pub(super) async fn lines(
    conn: &mut SqliteConnection,
    sessions: &[String],
) -> Result<BTreeMap<String, Vec<Line>>> {
    let rows: Vec<LineRow> = sqlx::query_as(
        "SELECT session_id, at, kind, source, detail, is_here FROM session_events
         WHERE session_id IN (SELECT value FROM json_each(?1)) ORDER BY session_id, id",
    )
    .bind(list(sessions))
    .fetch_all(conn)
    .await?;
    let broken = |what| StoreError::Row { table: "session_events", what };
    let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for row in rows {
        let event = Event {
            at: from_ms(row.at),
            kind: Kind::from_name(&row.kind).ok_or(broken("kind"))?,
            by: By::from_name(&row.source).ok_or(broken("source"))?,
            detail: row.detail.map(from_ms),
        };
        lines.entry(row.session_id).or_default().push((event, row.is_here));
    }
    Ok(lines)
}

/// Tells this of some sessions, and nothing else.
pub(super) async fn put_lines(conn: &mut SqliteConnection, told: &BTreeMap<String, Vec<Line>>) -> Result<()> {
    take_lines(conn, told.keys()).await?;
    let all: Vec<(&String, &Line)> =
        told.iter().flat_map(|(session, lines)| lines.iter().map(move |line| (session, line))).collect();
    for some in all.chunks(ROWS_AT_ONCE) {
        let mut insert =
            QueryBuilder::new("INSERT INTO session_events (session_id, at, kind, source, detail, is_here) ");
        insert.push_values(some, |mut values, (session, (event, is_here))| {
            values
                .push_bind((*session).clone())
                .push_bind(to_ms(event.at))
                .push_bind(event.kind.name())
                .push_bind(event.by.name())
                .push_bind(event.detail.map(to_ms))
                .push_bind(*is_here);
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes out what is told of some sessions.
pub(super) async fn take_lines(
    conn: &mut SqliteConnection,
    sessions: impl IntoIterator<Item = &String>,
) -> Result<()> {
    sqlx::query("DELETE FROM session_events WHERE session_id IN (SELECT value FROM json_each(?1))")
        .bind(list(sessions))
        .execute(conn)
        .await?;
    Ok(())
}

/// Every session that is shown.
pub(super) async fn all_sessions(conn: &mut SqliteConnection) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar("SELECT id FROM sessions").fetch_all(conn).await?)
}

/// Takes sessions out.
pub(super) async fn take_sessions(conn: &mut SqliteConnection, ids: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE id IN (SELECT value FROM json_each(?1))")
        .bind(list(ids))
        .execute(conn)
        .await?;
    Ok(())
}

/// A session leaves: a line stays.
pub(super) async fn leave(
    conn: &mut SqliteConnection,
    session: &Session,
    why: Why,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT OR REPLACE INTO sessions_left (session_id, starts_at, ends_at, title, person, status, why, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(session.id.to_string())
    .bind(to_ms(session.start))
    .bind(to_ms(session.end))
    .bind(&session.title)
    .bind(session.person_name())
    .bind(session.status.name())
    .bind(why.name())
    .bind(to_ms(now))
    .execute(conn)
    .await?;
    Ok(())
}

/// Sessions are here again, and nobody wonders any more.
pub(super) async fn come_back(conn: &mut SqliteConnection, ids: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM sessions_left WHERE session_id IN (SELECT value FROM json_each(?1))")
        .bind(list(ids))
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct LeftRow {
    session_id: String,
    starts_at: i64,
    ends_at: i64,
    title: String,
    person: Option<String>,
    status: String,
    why: String,
    at: i64,
}

/// The sessions that left at or after `since` (UTC), the last ones first.
pub(super) async fn left(conn: &mut SqliteConnection, since: DateTime<Utc>) -> Result<Vec<Left>> {
    let rows: Vec<LeftRow> = sqlx::query_as(
        "SELECT session_id, starts_at, ends_at, title, person, status, why, at FROM sessions_left
         WHERE at >= ?1 ORDER BY at DESC, starts_at, session_id",
    )
    .bind(to_ms(since))
    .fetch_all(conn)
    .await?;
    let broken = |what| StoreError::Row { table: "sessions_left", what };
    rows.into_iter()
        .map(|row| {
            Ok(Left {
                session: row.session_id.parse().map_err(|_| broken("session_id"))?,
                start: from_ms(row.starts_at),
                end: from_ms(row.ends_at),
                title: row.title,
                person: row.person,
                status: Status::from_name(&row.status).ok_or(broken("status"))?,
                why: Why::of(&row.why),
                at: from_ms(row.at),
            })
        })
        .collect()
}
