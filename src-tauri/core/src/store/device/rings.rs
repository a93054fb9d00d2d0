//! The table `rings`: the ledger of the bell, for the sessions of whatever workspace.

use chrono::{DateTime, Duration, Utc};
use sqlx::{
    FromRow, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::{
    id::SessionKey,
    ring::{Outcome, Reminder, RingKey, RingKind},
    store::{Result, StoreError, from_ms, to_ms},
};

/// A ring that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which ring.
    pub key: RingKey,
    /// When (UTC).
    pub rung_at: DateTime<Utc>,
    /// What became of it, so far.
    pub outcome: Option<Outcome>,
}

/// Columns of a key, in the order in which [`KeyRow`] reads them.
#[derive(FromRow)]
struct KeyRow {
    workspace: String,
    session_id: String,
    starts_at: i64,
    kind: String,
    lead: i64,
    number: i64,
}

impl KeyRow {
    fn into_key(self) -> Result<RingKey> {
        let unreadable = |what| StoreError::Row { table: "rings", what };
        let session = SessionKey {
            workspace: self.workspace.parse().map_err(|_| unreadable("workspace"))?,
            id: self.session_id.parse().map_err(|_| unreadable("session_id"))?,
        };
        let reminder = Reminder {
            session,
            start: from_ms(self.starts_at),
            kind: RingKind::from_name(&self.kind).ok_or(unreadable("kind"))?,
            lead: Duration::seconds(self.lead),
        };
        Ok(reminder.ring(self.number))
    }
}

/// The statement with the reminder as its first five values.
fn of<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    reminder: &Reminder,
) -> Query<'q, Sqlite, SqliteArguments> {
    query
        .bind(reminder.session.workspace.to_string())
        .bind(reminder.session.id.to_string())
        .bind(to_ms(reminder.start))
        .bind(reminder.kind.name())
        .bind(reminder.lead.num_seconds())
}

/// Plans a ring. A ring that is in the ledger already stays as it is, unless it was given up without
/// having been shown (missed, withdrawn) and is due again, as after a clock that was wrong for a while.
pub async fn plan(conn: &mut SqliteConnection, key: RingKey, due: DateTime<Utc>) -> Result<()> {
    let insert = sqlx::query(
        "INSERT INTO rings (workspace, session_id, starts_at, kind, lead, number, due_at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'planned')
         ON CONFLICT DO UPDATE SET state = 'planned', outcome = NULL, seen = 0, due_at = excluded.due_at
         WHERE rings.rung_at IS NULL AND rings.outcome IN ('missed', 'withdrawn')",
    );
    of(insert, &key.reminder).bind(key.number).bind(to_ms(due)).execute(conn).await?;
    Ok(())
}

/// The last ring of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// Which ring.
    pub number: i64,
    /// When it is or was due (UTC).
    pub due: DateTime<Utc>,
    /// What is known of it.
    pub state: LastState,
}

/// What is known of the last ring of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastState {
    /// The desktop has not taken it, and nothing has become of it.
    Waits,
    /// It was given up without having been shown.
    GivenUp,
    /// It was shown, or something else has become of it.
    Through,
}

/// The last ring of a reminder, if it is in the ledger.
pub async fn last(conn: &mut SqliteConnection, reminder: Reminder) -> Result<Option<Last>> {
    let select = sqlx::query(
        "SELECT number, due_at,
                CASE WHEN rung_at IS NOT NULL THEN 'through' WHEN outcome IS NULL THEN 'waits'
                     WHEN outcome IN ('missed', 'withdrawn') THEN 'given_up' ELSE 'through' END FROM rings
         WHERE workspace = ?1 AND session_id = ?2 AND starts_at = ?3 AND kind = ?4 AND lead = ?5
         ORDER BY number DESC LIMIT 1",
    );
    let Some(row) = of(select, &reminder).fetch_optional(conn).await? else { return Ok(None) };
    let (number, due, state): (i64, i64, String) = FromRow::from_row(&row)?;
    let state = match state.as_str() {
        "waits" => LastState::Waits,
        "given_up" => LastState::GivenUp,
        _ => LastState::Through,
    };
    Ok(Some(Last { number, due: from_ms(due), state }))
}

/// What is known of the same reminder by another lead, what matters most; nothing if the ledger has none.
pub async fn by_another_lead(conn: &mut SqliteConnection, reminder: Reminder) -> Result<Option<LastState>> {
    let select = sqlx::query(
        "SELECT max(rung_at IS NOT NULL OR coalesce(outcome, 'missed') NOT IN ('missed', 'withdrawn')),
                max(outcome IS NULL) FROM rings
         WHERE workspace = ?1 AND session_id = ?2 AND starts_at = ?3 AND kind = ?4 AND lead <> ?5",
    );
    let row: SqliteRow = of(select, &reminder).fetch_one(conn).await?;
    let (is_through, waits): (Option<bool>, Option<bool>) = FromRow::from_row(&row)?;
    Ok(match (is_through, waits) {
        (None, _) => None,
        (Some(true), _) => Some(LastState::Through),
        (_, Some(true)) => Some(LastState::Waits),
        _ => Some(LastState::GivenUp),
    })
}

/// Another session's ring stands for a reminder from now on: both are one lesson.
pub async fn set_stands_for(conn: &mut SqliteConnection, reminder: Reminder, by: SessionKey) -> Result<()> {
    let insert = sqlx::query(
        "INSERT INTO rings_for (workspace, session_id, starts_at, kind, lead, by_workspace, by_session)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET by_workspace = excluded.by_workspace, by_session = excluded.by_session",
    );
    of(insert, &reminder).bind(by.workspace.to_string()).bind(by.id.to_string()).execute(conn).await?;
    Ok(())
}

/// Whose ring stands for a reminder, if another session's does.
pub async fn stands_for(conn: &mut SqliteConnection, reminder: Reminder) -> Result<Option<SessionKey>> {
    let select = sqlx::query(
        "SELECT by_workspace, by_session FROM rings_for
         WHERE workspace = ?1 AND session_id = ?2 AND starts_at = ?3 AND kind = ?4 AND lead = ?5",
    );
    let Some(row) = of(select, &reminder).fetch_optional(conn).await? else { return Ok(None) };
    let (workspace, session): (String, String) = FromRow::from_row(&row)?;
    let unreadable = |what| StoreError::Row { table: "rings_for", what };
    Ok(Some(SessionKey {
        workspace: workspace.parse().map_err(|_| unreadable("by_workspace"))?,
        id: session.parse().map_err(|_| unreadable("by_session"))?,
    }))
}

/// Rings on show since `since`: the desktop has taken them and nothing has become of them yet.
pub async fn on_show(conn: &mut SqliteConnection, since: DateTime<Utc>) -> Result<Vec<RingKey>> {
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT workspace, session_id, starts_at, kind, lead, number FROM rings
         WHERE rung_at > ?1 AND state = 'submitted' AND outcome IS NULL ORDER BY rung_at",
    )
    .bind(to_ms(since))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(KeyRow::into_key).collect()
}

/// Rings that are due and that the desktop has not taken, by when they were due.
pub async fn waiting(conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Vec<RingKey>> {
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT workspace, session_id, starts_at, kind, lead, number FROM rings
         WHERE outcome IS NULL AND state <> 'submitted' AND due_at <= ?1 ORDER BY due_at, session_id, workspace",
    )
    .bind(to_ms(now))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(KeyRow::into_key).collect()
}

/// When the next planned ring (a snoozed one) is due, after `now`.
pub async fn next_due(conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT min(due_at) FROM rings WHERE outcome IS NULL AND state <> 'submitted' AND due_at > ?1",
    )
    .bind(to_ms(now))
    .fetch_one(conn)
    .await?;
    Ok(due.map(from_ms))
}

/// The ring is being handed to the desktop.
pub async fn set_submitting(conn: &mut SqliteConnection, key: RingKey) -> Result<()> {
    let update = sqlx::query(
        "UPDATE rings SET state = 'submitting'
         WHERE workspace = ?1 AND session_id = ?2 AND starts_at = ?3 AND kind = ?4 AND lead = ?5 AND number = ?6",
    );
    of(update, &key.reminder).bind(key.number).execute(conn).await?;
    Ok(())
}

/// The desktop has taken the ring, whether it was in the ledger or not.
pub async fn set_shown(conn: &mut SqliteConnection, key: RingKey, at: DateTime<Utc>) -> Result<()> {
    let insert = sqlx::query(
        "INSERT INTO rings (workspace, session_id, starts_at, kind, lead, number, due_at, state, rung_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'submitted', ?7)
         ON CONFLICT DO UPDATE SET state = 'submitted', rung_at = excluded.rung_at WHERE rings.state <> 'submitted'",
    );
    of(insert, &key.reminder).bind(key.number).bind(to_ms(at)).execute(conn).await?;
    Ok(())
}

/// Notes what became of a ring. The first outcome holds.
pub async fn set_outcome(conn: &mut SqliteConnection, key: RingKey, outcome: Outcome) -> Result<()> {
    let update = sqlx::query(
        "UPDATE rings SET outcome = ?7
         WHERE workspace = ?1 AND session_id = ?2 AND starts_at = ?3 AND kind = ?4 AND lead = ?5 AND number = ?6
           AND outcome IS NULL",
    );
    of(update, &key.reminder).bind(key.number).bind(outcome.name()).execute(conn).await?;
    Ok(())
}

/// What became of a ring, so far.
pub async fn outcome_of(conn: &mut SqliteConnection, key: RingKey) -> Result<Option<Outcome>> {
    let select = sqlx::query(
        "SELECT outcome FROM rings
         WHERE workspace = ?1 AND session_id = ?2 AND starts_at = ?3 AND kind = ?4 AND lead = ?5 AND number = ?6",
    );
    let row: Option<SqliteRow> = of(select, &key.reminder).bind(key.number).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let (name,): (Option<String>,) = FromRow::from_row(&row)?;
    name.map(|name| outcome(&name)).transpose()
}

fn outcome(name: &str) -> Result<Outcome> {
    Outcome::from_name(name).ok_or(StoreError::Row { table: "rings", what: "outcome" })
}

/// The last ring that was shown.
pub async fn last_shown(conn: &mut SqliteConnection) -> Result<Option<Shown>> {
    let row: Option<SqliteRow> = sqlx::query(
        "SELECT workspace, session_id, starts_at, kind, lead, number, rung_at, outcome FROM rings
         WHERE rung_at IS NOT NULL ORDER BY rung_at DESC LIMIT 1",
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key = KeyRow::from_row(&row)?.into_key()?;
    let rung_at = from_ms(sqlx::Row::try_get(&row, "rung_at")?);
    let name: Option<String> = sqlx::Row::try_get(&row, "outcome")?;
    Ok(Some(Shown { key, rung_at, outcome: name.map(|name| outcome(&name)).transpose()? }))
}

/// How many missed rings the person has not been told of.
pub async fn count_missed(conn: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM rings WHERE outcome = 'missed' AND seen = 0")
        .fetch_one(conn)
        .await?)
}

/// The person has been told of all missed rings.
pub async fn acknowledge_missed(conn: &mut SqliteConnection) -> Result<()> {
    sqlx::query("UPDATE rings SET seen = 1 WHERE outcome = 'missed' AND seen = 0").execute(conn).await?;
    Ok(())
}

/// Notes what became of all rings of a session that nothing has become of yet.
pub async fn settle_session(
    conn: &mut SqliteConnection,
    session: SessionKey,
    outcome: Outcome,
) -> Result<()> {
    sqlx::query("UPDATE rings SET outcome = ?3 WHERE workspace = ?1 AND session_id = ?2 AND outcome IS NULL")
        .bind(session.workspace.to_string())
        .bind(session.id.to_string())
        .bind(outcome.name())
        .execute(conn)
        .await?;
    Ok(())
}
