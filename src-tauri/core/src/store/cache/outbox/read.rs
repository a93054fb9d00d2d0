//! How rows of the outbox are read.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use crate::{
    outbox::{Class, Refusal, State, Waiting},
    store::{Result, StoreError, from_ms},
};

#[derive(FromRow)]
struct Row {
    id: String,
    request: String,
    sign_in: String,
    account: String,
    function: String,
    arguments: String,
    fills: String,
    lane: String,
    parent: Option<String>,
    written_at: i64,
    state: String,
    attempts: i64,
    tried_at: Option<i64>,
    wait_ms: i64,
    class: Option<String>,
    answer: Option<String>,
    refused_by: Option<String>,
    refused_arguments: Option<String>,
    is_carried: bool,
}

pub(super) const fn broken(what: &'static str) -> StoreError {
    StoreError::Row { table: "outbox", what }
}

/// Plain values cannot fail to become JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn read<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| broken(what))
}

fn id(text: &str, what: &'static str) -> Result<Uuid> {
    text.parse().map_err(|_| broken(what))
}

impl TryFrom<Row> for Waiting {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let refusal = match row.refused_by {
            Some(code) => Some(Refusal {
                code,
                arguments: read(row.refused_arguments.as_deref().unwrap_or("null"), "refused_arguments")?,
                is_carried: row.is_carried,
            }),
            None => None,
        };
        Ok(Self {
            id: id(&row.id, "id")?,
            request: id(&row.request, "request")?,
            sign_in: id(&row.sign_in, "sign_in")?,
            account: id(&row.account, "account")?,
            function: row.function,
            arguments: read(&row.arguments, "arguments")?,
            fills: read(&row.fills, "fills")?,
            lane: row.lane.parse().map_err(|_| broken("lane"))?,
            parent: row.parent.map(|parent| id(&parent, "parent")).transpose()?,
            written_at: from_ms(row.written_at),
            state: State::of(&row.state).ok_or(broken("state"))?,
            attempts: u32::try_from(row.attempts).map_err(|_| broken("attempts"))?,
            tried_at: row.tried_at.map(from_ms),
            wait: Duration::from_millis(u64::try_from(row.wait_ms).map_err(|_| broken("wait_ms"))?),
            class: row.class.map(|class| Class::of(&class).ok_or(broken("class"))).transpose()?,
            answer: row.answer.map(|answer| read(&answer, "answer")).transpose()?,
            refusal,
        })
    }
}

/// Every row, in the order in which they were written.
pub async fn all(conn: &mut SqliteConnection) -> Result<Vec<Waiting>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, request, sign_in, account, function, arguments, fills, lane, parent, written_at, state, attempts,
           tried_at, wait_ms, class, answer, refused_by, refused_arguments, is_carried
         FROM outbox ORDER BY number",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Waiting::try_from).collect()
}

/// One row.
pub async fn get(conn: &mut SqliteConnection, id: Uuid) -> Result<Option<Waiting>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, request, sign_in, account, function, arguments, fills, lane, parent, written_at, state, attempts,
           tried_at, wait_ms, class, answer, refused_by, refused_arguments, is_carried
         FROM outbox WHERE id = ?1",
    )
    .bind(id.to_string())
    .fetch_optional(conn)
    .await?;
    row.map(Waiting::try_from).transpose()
}

/// What waits for the school, and what it has refused, in the order in which it was written: what the person is shown. Of
/// every account that has written into this file.
pub async fn list(conn: &mut SqliteConnection) -> Result<Vec<Waiting>> {
    let is_shown = |row: &Waiting| !matches!(row.state, State::Booked | State::Dropped);
    Ok(all(conn).await?.into_iter().filter(is_shown).collect())
}
