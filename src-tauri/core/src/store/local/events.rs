//! The table `session_events`: what happened to a session. Only ever added to.

use sqlx::{QueryBuilder, SqliteConnection};

use crate::{
    happened::{By, Event, Kind},
    id::SessionId,
    store::{ROWS_AT_ONCE, Result, StoreError, from_ms, to_ms},
};

/// Notes that something happened.
pub async fn add(conn: &mut SqliteConnection, session: SessionId, event: Event) -> Result<()> {
    sqlx::query(
        "INSERT INTO session_events (session_id, at, kind, source, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(session.to_string())
    .bind(to_ms(event.at))
    .bind(event.kind.name())
    .bind(event.by.name())
    .bind(event.detail.map(to_ms))
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that something happened, unless it is known already. Whether it was not.
pub async fn add_once(conn: &mut SqliteConnection, session: SessionId, event: Event) -> Result<bool> {
    // The table counts milliseconds.
    let is_this = |known: &Event| {
        known.kind == event.kind && to_ms(known.at) == to_ms(event.at) && known.by == event.by
    };
    if of(conn, session).await?.iter().any(is_this) {
        return Ok(false);
    }
    add(conn, session, event).await?;
    Ok(true)
}

/// Notes that the same happened to many.
pub async fn add_to_all(conn: &mut SqliteConnection, sessions: &[SessionId], event: Event) -> Result<()> {
    for some in sessions.chunks(ROWS_AT_ONCE) {
        let mut insert =
            QueryBuilder::new("INSERT INTO session_events (session_id, at, kind, source, detail) ");
        insert.push_values(some, |mut row, session| {
            row.push_bind(session.to_string())
                .push_bind(to_ms(event.at))
                .push_bind(event.kind.name())
                .push_bind(event.by.name())
                .push_bind(event.detail.map(to_ms));
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// What happened to a session, in order.
pub async fn of(conn: &mut SqliteConnection, session: SessionId) -> Result<Vec<Event>> {
    let rows: Vec<(i64, String, String, Option<i64>)> = sqlx::query_as(
        "SELECT at, kind, source, detail FROM session_events WHERE session_id = ?1 ORDER BY id",
    )
    .bind(session.to_string())
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|(at, kind, by, detail)| {
            let unreadable = |what| StoreError::Row { table: "session_events", what };
            let kind = Kind::from_name(&kind).ok_or(unreadable("kind"))?;
            let by = By::from_name(&by).ok_or(unreadable("source"))?;
            Ok(Event { at: from_ms(at), kind, by, detail: detail.map(from_ms) })
        })
        .collect()
}
