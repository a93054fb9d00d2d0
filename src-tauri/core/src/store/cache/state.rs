//! The table `pull_state`: how far pulling has come.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use crate::store::{Result, StoreError, from_ms, to_ms};

/// How far pulling has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullState {
    /// Whose rows these are, once the school has said it.
    pub account: Option<Uuid>,
    /// The school's epoch: another one after it was restored. None of an older school.
    pub epoch: Option<String>,
    /// What is read was pulled whole once: nothing is missing from it but what has changed since.
    pub has_all: bool,
    /// The cursor stands between two pages of a pass.
    pub is_under_way: bool,
    /// For the next page. None before the first, or where everything is to be pulled once more.
    pub cursor: Option<String>,
    /// How many rows of the pass under way are still to come, as far as the school has counted.
    pub to_come: Option<u64>,
    /// The number of the school's schema.
    pub schema: Option<i64>,
    /// The school's clock at the end of the last whole pass (UTC).
    pub school_now: Option<DateTime<Utc>>,
    /// This computer's clock then (UTC): how old what is read is.
    pub whole_at: Option<DateTime<Utc>>,
    /// The copy that is read.
    pub(super) shown: i64,
    /// The copy that a whole pull under way fills: the same, if nothing was there before.
    pub(super) filling: Option<i64>,
    /// Which fields the client that pulled could read.
    pub(super) read_fields: i64,
    /// By which rules the rows were read.
    pub(super) projected: i64,
}

impl PullState {
    /// Where pages go.
    pub(super) fn target(&self) -> i64 {
        self.filling.unwrap_or(self.shown)
    }

    /// A whole pull fills a copy beside the one that is read.
    pub(super) fn is_beside(&self) -> bool {
        self.target() != self.shown
    }
}

#[derive(FromRow)]
struct Row {
    account: Option<String>,
    epoch: Option<String>,
    shown: i64,
    filling: Option<i64>,
    has_all: bool,
    under_way: bool,
    cursor: Option<String>,
    to_come: Option<i64>,
    school_schema: Option<i64>,
    school_now: Option<i64>,
    whole_at: Option<i64>,
    read_fields: i64,
    projected: i64,
}

/// How far it has come; nowhere, in a file that is new.
pub(super) async fn get(conn: &mut SqliteConnection) -> Result<Option<PullState>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT account, epoch, shown, filling, has_all, under_way, cursor, to_come, school_schema, school_now, whole_at,
           read_fields, projected FROM pull_state",
    )
    .fetch_optional(conn)
    .await?;
    let broken = |what| StoreError::Row { table: "pull_state", what };
    row.map(|row| {
        Ok(PullState {
            account: row.account.map(|id| id.parse()).transpose().map_err(|_| broken("account"))?,
            epoch: row.epoch,
            has_all: row.has_all,
            is_under_way: row.under_way,
            cursor: row.cursor,
            to_come: row.to_come.and_then(|count| u64::try_from(count).ok()),
            schema: row.school_schema,
            school_now: row.school_now.map(from_ms),
            whole_at: row.whole_at.map(from_ms),
            shown: row.shown,
            filling: row.filling,
            read_fields: row.read_fields,
            projected: row.projected,
        })
    })
    .transpose()
}

/// Stores how far it has come.
pub(super) async fn put(conn: &mut SqliteConnection, state: &PullState) -> Result<()> {
    sqlx::query(
        "INSERT OR REPLACE INTO pull_state (is_the_one, account, epoch, shown, filling, has_all, under_way, cursor, to_come,
           school_schema, school_now, whole_at, read_fields, projected)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )
    .bind(state.account.map(|id| id.to_string()))
    .bind(&state.epoch)
    .bind(state.shown)
    .bind(state.filling)
    .bind(state.has_all)
    .bind(state.is_under_way)
    .bind(&state.cursor)
    .bind(state.to_come.and_then(|count| i64::try_from(count).ok()))
    .bind(state.schema)
    .bind(state.school_now.map(to_ms))
    .bind(state.whole_at.map(to_ms))
    .bind(state.read_fields)
    .bind(state.projected)
    .execute(conn)
    .await?;
    Ok(())
}
