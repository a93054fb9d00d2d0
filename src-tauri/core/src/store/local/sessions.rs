//! The table `sessions`.

use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::{FromRow, QueryBuilder, SqliteConnection, sqlite::SqliteRow};

use crate::{
    id::{PersonId, SessionId, WorkspaceId},
    join::{Door, JoinRules, JoinUrl, Room},
    person::Person,
    session::{CancelledBy, Decided, Session, Source, Status, WallClock},
    store::{ROWS_AT_ONCE, Result, StoreError, from_ms, to_ms},
};

/// Columns of a whole session, in the order in which [`Row`] reads them.
const COLUMNS: &str = "id, source, series_id, title, person_id, \
    (SELECT people.name FROM people WHERE people.id = sessions.person_id) AS person, subject, starts_at, ends_at, zone, wall, decided_by, \
    original, place, join_url, door_opens_at, door_closes_at, own_link, description, said, homework, plan, notes, status, cancelled_at, cancelled_by, bell, opened_at, created_at, version";

#[derive(FromRow)]
struct Row {
    id: String,
    source: String,
    series_id: Option<String>,
    title: String,
    person_id: Option<String>,
    person: Option<String>,
    subject: Option<String>,
    starts_at: i64,
    ends_at: i64,
    zone: String,
    wall: Option<String>,
    decided_by: Option<String>,
    original: Option<String>,
    place: Option<String>,
    join_url: Option<String>,
    door_opens_at: Option<i64>,
    door_closes_at: Option<i64>,
    own_link: bool,
    description: Option<String>,
    said: Option<String>,
    homework: String,
    plan: String,
    notes: String,
    status: String,
    cancelled_at: Option<i64>,
    cancelled_by: Option<String>,
    bell: bool,
    opened_at: Option<i64>,
    created_at: i64,
    version: i64,
}

impl Row {
    fn into_session(self) -> Result<Session> {
        let unreadable = |what| StoreError::Row { table: "sessions", what };
        let cancelled = match (self.cancelled_at, self.cancelled_by.as_deref()) {
            (None, _) => None,
            // Whoever called it off before that was kept.
            (Some(at), None) => Some((from_ms(at), CancelledBy::You)),
            (Some(at), Some(name)) => {
                let by = CancelledBy::from_name(name).ok_or(unreadable("cancelled_by"))?;
                Some((from_ms(at), by))
            }
        };
        let person = match (self.person_id, self.person) {
            (Some(id), Some(name)) => {
                Some(Person { id: id.parse().map_err(|_| unreadable("person_id"))?, name })
            }
            _ => None,
        };
        Ok(Session {
            workspace: WorkspaceId::ThisComputer,
            id: self.id.parse().map_err(|_| unreadable("id"))?,
            source: Source::from_name(&self.source).ok_or(unreadable("source"))?,
            series_id: self.series_id,
            title: self.title,
            person,
            subject: self.subject,
            start: from_ms(self.starts_at),
            end: from_ms(self.ends_at),
            zone: self.zone,
            wall: match (self.wall, self.decided_by) {
                (Some(wall), Some(decided)) => Some(WallClock {
                    time: wall.parse().map_err(|_| unreadable("wall"))?,
                    decided: Decided::from_name(&decided).ok_or(unreadable("decided_by"))?,
                }),
                _ => None,
            },
            original: match self.original {
                Some(wall) => Some(wall.parse().map_err(|_| unreadable("original"))?),
                None => None,
            },
            place: self.place,
            // Judged anew at each reading: a rule that has become stricter holds for old rows too.
            join_url: self.join_url.and_then(|url| JoinUrl::parse(&url).ok()),
            door: match (self.door_opens_at, self.door_closes_at) {
                (Some(opens), Some(closes)) => {
                    Some(Door { opens_at: from_ms(opens), closes_at: from_ms(closes) })
                }
                _ => None,
            },
            own_link: self.own_link,
            description: self.description,
            said: self.said,
            homework: self.homework,
            plan: self.plan,
            notes: self.notes,
            status: Status::from_name(&self.status).ok_or(unreadable("status"))?,
            cancelled,
            bell: self.bell,
            opened_at: self.opened_at.map(from_ms),
            created_at: from_ms(self.created_at),
            version: self.version,
        })
    }
}

async fn fetch(
    conn: &mut SqliteConnection,
    condition: &'static str,
    bind: impl for<'q> FnOnce(
        sqlx::query::QueryAs<'q, sqlx::Sqlite, Row, sqlx::sqlite::SqliteArguments>,
    ) -> sqlx::query::QueryAs<'q, sqlx::Sqlite, Row, sqlx::sqlite::SqliteArguments>,
) -> Result<Vec<Session>>
where
    Row: for<'r> FromRow<'r, SqliteRow>,
{
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE {condition}");
    // The text is made of two constants; nothing a person typed is in it.
    let rows = bind(sqlx::query_as(sqlx::AssertSqlSafe(sql))).fetch_all(conn).await?;
    rows.into_iter().map(Row::into_session).collect()
}

/// The session of that id.
pub async fn get(conn: &mut SqliteConnection, id: SessionId) -> Result<Option<Session>> {
    Ok(fetch(conn, "id = ?1", |q| q.bind(id.to_string())).await?.pop())
}

/// The sessions of these ids, by id.
pub async fn of_ids(conn: &mut SqliteConnection, ids: &[SessionId]) -> Result<Vec<Session>> {
    let ids = serde_json::json!(ids).to_string();
    fetch(conn, "id IN (SELECT value FROM json_each(?1)) ORDER BY id", |q| q.bind(ids)).await
}

/// Sessions whose start lies in [from, to), by start.
pub async fn starting_in(
    conn: &mut SqliteConnection,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Session>> {
    fetch(conn, "starts_at >= ?1 AND starts_at < ?2 ORDER BY starts_at, id", |q| {
        q.bind(to_ms(from)).bind(to_ms(to))
    })
    .await
}

/// Sessions that start at one of these instants, by start.
pub async fn starting_at(conn: &mut SqliteConnection, starts: &[DateTime<Utc>]) -> Result<Vec<Session>> {
    let starts = serde_json::json!(starts.iter().map(|start| to_ms(*start)).collect::<Vec<_>>()).to_string();
    fetch(conn, "starts_at IN (SELECT value FROM json_each(?1)) ORDER BY starts_at, id", |q| q.bind(starts))
        .await
}

/// Sessions that end after `from` and start before `to`, by start: what a page of days shows.
pub async fn touching(
    conn: &mut SqliteConnection,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Session>> {
    // No lesson lasts longer than two days: the bound lets the index on the start serve.
    let earliest = from - chrono::Duration::days(2);
    fetch(conn, "starts_at >= ?1 AND starts_at < ?2 AND ends_at > ?3 ORDER BY starts_at, id", |q| {
        q.bind(to_ms(earliest)).bind(to_ms(to)).bind(to_ms(from))
    })
    .await
}

/// The first live session, busy times left out, that starts at or after `from`.
pub async fn first_after(conn: &mut SqliteConnection, from: DateTime<Utc>) -> Result<Option<Session>> {
    let found = fetch(
        conn,
        "starts_at >= ?1 AND status = 'SCHEDULED' AND (source <> 'calendar_file' OR join_url IS NOT NULL OR bell = 1)
         ORDER BY starts_at, id LIMIT 1",
        |q| q.bind(to_ms(from)),
    )
    .await?;
    Ok(found.into_iter().next())
}

/// At most `limit` sessions that ended at or before `before`, the latest first.
pub async fn ended_before(
    conn: &mut SqliteConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Session>> {
    fetch(conn, "ends_at <= ?1 ORDER BY ends_at DESC, id LIMIT ?2", |q| q.bind(to_ms(before)).bind(limit))
        .await
}

/// At most `limit` sessions that hold `text` in who, what, where, homework, plan or notes: those to come
/// first, then the past ones, the nearest first.
pub async fn search(
    conn: &mut SqliteConnection,
    text: &str,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Session>> {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    fetch(
        conn,
        "(title LIKE ?1 ESCAPE '\\' OR person LIKE ?1 ESCAPE '\\' OR subject LIKE ?1 ESCAPE '\\'
          OR place LIKE ?1 ESCAPE '\\' OR homework LIKE ?1 ESCAPE '\\' OR plan LIKE ?1 ESCAPE '\\'
          OR notes LIKE ?1 ESCAPE '\\')
         ORDER BY ends_at < ?2, abs(starts_at - ?2), id LIMIT ?3",
        |q| q.bind(format!("%{escaped}%")).bind(to_ms(now)).bind(limit),
    )
    .await
}

/// All sessions of a series, by start.
pub async fn of_series(conn: &mut SqliteConnection, series_id: &str) -> Result<Vec<Session>> {
    fetch(conn, "series_id = ?1 ORDER BY starts_at, id", |q| q.bind(series_id.to_owned())).await
}

/// All sessions with a person, by start.
pub async fn with_person(conn: &mut SqliteConnection, person: PersonId) -> Result<Vec<Session>> {
    fetch(conn, "person_id = ?1 ORDER BY starts_at, id", |q| q.bind(person.to_string())).await
}

/// The next live session with a person that has not ended.
pub async fn next_with(
    conn: &mut SqliteConnection,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Option<Session>> {
    let found = fetch(
        conn,
        "person_id = ?1 AND ends_at > ?2 AND status = 'SCHEDULED' ORDER BY starts_at, id LIMIT 1",
        |q| q.bind(person.to_string()).bind(to_ms(now)),
    )
    .await?;
    Ok(found.into_iter().next())
}

/// Every session, by start.
pub async fn all(conn: &mut SqliteConnection) -> Result<Vec<Session>> {
    fetch(conn, "1 ORDER BY starts_at, id", |q| q).await
}

/// Live sessions that ring and whose start lies in (after, until], by start.
pub async fn ringing_in(
    conn: &mut SqliteConnection,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Session>> {
    fetch(
        conn,
        "bell = 1 AND status = 'SCHEDULED' AND starts_at > ?1 AND starts_at <= ?2 ORDER BY starts_at, id",
        |q| q.bind(to_ms(after)).bind(to_ms(until)),
    )
    .await
}

/// The start of the first live session that rings and starts after `after`.
pub async fn next_ringing_start(
    conn: &mut SqliteConnection,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let start: Option<i64> = sqlx::query_scalar(
        "SELECT min(starts_at) FROM sessions WHERE bell = 1 AND status = 'SCHEDULED' AND starts_at > ?1",
    )
    .bind(to_ms(after))
    .fetch_one(conn)
    .await?;
    Ok(start.map(from_ms))
}

/// The first instant after `now` at which a session starts or ends, or its door opens or closes by these rules.
pub async fn next_boundary(
    conn: &mut SqliteConnection,
    rules: JoinRules,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let at: Option<i64> = sqlx::query_scalar(
        "SELECT min(at) FROM (SELECT min(starts_at) AS at FROM sessions WHERE starts_at > ?1
                              UNION ALL SELECT min(ends_at) FROM sessions WHERE ends_at > ?1
                              UNION ALL SELECT min(starts_at) - ?2 FROM sessions WHERE starts_at > ?1 + ?2
                              UNION ALL SELECT min(ends_at) + ?3 FROM sessions WHERE ends_at > ?1 - ?3
                              UNION ALL SELECT min(door_opens_at) FROM sessions WHERE door_opens_at > ?1
                              UNION ALL SELECT min(door_closes_at) FROM sessions WHERE door_closes_at > ?1)",
    )
    .bind(to_ms(now))
    .bind(rules.opens_before().num_milliseconds())
    .bind(rules.after_end.num_milliseconds())
    .fetch_one(conn)
    .await?;
    Ok(at.map(from_ms))
}

/// What is known of a session's room: when the next live session in it starts.
pub async fn room_of(conn: &mut SqliteConnection, session: &Session) -> Result<Room> {
    let Some(url) = &session.join_url else { return Ok(Room::default()) };
    let next: Option<i64> = sqlx::query_scalar(
        "SELECT min(starts_at) FROM sessions
         WHERE room = ?1 AND starts_at > ?2 AND status = 'SCHEDULED'",
    )
    .bind(url.room_key())
    .bind(to_ms(session.start))
    .fetch_one(conn)
    .await?;
    Ok(Room { next_start: next.map(from_ms) })
}

/// Whether there is any session, and any sample.
pub async fn exist(conn: &mut SqliteConnection) -> Result<(bool, bool)> {
    let any: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sessions)").fetch_one(&mut *conn).await?;
    let samples: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM series WHERE source = 'sample')")
        .fetch_one(conn)
        .await?;
    Ok((any, samples))
}

/// Adds sessions, many with one statement: the way of each to SQLite's thread and back takes longer than the
/// statement.
pub async fn insert_all(conn: &mut SqliteConnection, sessions: &[Session]) -> Result<()> {
    for some in sessions.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO sessions (id, source, series_id, title, person_id, subject, starts_at, ends_at, zone, wall, decided_by, original,
               place, join_url, room, door_opens_at, door_closes_at, own_link, description, said, homework, plan, notes, status, cancelled_at,
               cancelled_by, bell, opened_at, created_at, version) ",
        );
        insert.push_values(some, |mut row, session| {
            let url = session.join_url.as_ref();
            row.push_bind(session.id.to_string())
                .push_bind(session.source.name())
                .push_bind(&session.series_id)
                .push_bind(&session.title)
                .push_bind(session.person.as_ref().map(|person| person.id.to_string()))
                .push_bind(&session.subject)
                .push_bind(to_ms(session.start))
                .push_bind(to_ms(session.end))
                .push_bind(&session.zone)
                .push_bind(session.wall.map(|wall| written(wall.time)))
                .push_bind(session.wall.map(|wall| wall.decided.name()))
                .push_bind(session.original.map(written))
                .push_bind(&session.place)
                .push_bind(url.map(|url| url.as_str().to_owned()))
                .push_bind(url.map(JoinUrl::room_key))
                .push_bind(session.door.map(|door| to_ms(door.opens_at)))
                .push_bind(session.door.map(|door| to_ms(door.closes_at)))
                .push_bind(session.own_link)
                .push_bind(&session.description)
                .push_bind(&session.said)
                .push_bind(&session.homework)
                .push_bind(&session.plan)
                .push_bind(&session.notes)
                .push_bind(session.status.name())
                .push_bind(session.cancelled.map(|(at, _)| to_ms(at)))
                .push_bind(session.cancelled.map(|(_, by)| by.name()))
                .push_bind(session.bell)
                .push_bind(session.opened_at.map(to_ms))
                .push_bind(to_ms(session.created_at))
                .push_bind(session.version);
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// Sessions whose instant a table of zones has decided and that were not over a day before `now`: a table moves by less.
pub async fn decided_by_table(conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Vec<Session>> {
    fetch(conn, "ends_at > ?1 AND decided_by IN ('iana', 'floating') ORDER BY starts_at, id", |q| {
        q.bind(to_ms(now - chrono::Duration::days(1)))
    })
    .await
}

/// Sessions of which the wall clock is not known.
pub async fn without_wall_clock(conn: &mut SqliteConnection) -> Result<Vec<Session>> {
    fetch(conn, "wall IS NULL ORDER BY id", |q| q).await
}

/// Says of sessions which wall clock they were made of, and what their calendar files last said. Nothing of it is a
/// change of theirs: the version stays.
pub async fn set_wall_clocks(conn: &mut SqliteConnection, sessions: &[Session]) -> Result<()> {
    for some in sessions.chunks(ROWS_AT_ONCE) {
        let mut update = QueryBuilder::new("WITH given (id, wall, decided_by, original, said) AS (");
        update.push_values(some, |mut row, session| {
            row.push_bind(session.id.to_string())
                .push_bind(session.wall.map(|wall| written(wall.time)))
                .push_bind(session.wall.map(|wall| wall.decided.name()))
                .push_bind(session.original.map(written))
                .push_bind(&session.said);
        });
        update.push(
            ") UPDATE sessions SET wall = given.wall, decided_by = given.decided_by, original = given.original,
               said = given.said FROM given WHERE sessions.id = given.id",
        );
        update.build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// Writes a changed session and counts its version up. False when somebody else has changed it since
/// `session.version` was read: then nothing is written.
pub async fn update(conn: &mut SqliteConnection, session: &Session) -> Result<bool> {
    let url = session.join_url.as_ref();
    let done = sqlx::query(
        "UPDATE sessions SET series_id = ?3, title = ?4, person_id = ?5, subject = ?6, starts_at = ?7, ends_at = ?8,
           zone = ?9, place = ?10, join_url = ?11, room = ?12, own_link = ?13, homework = ?14, plan = ?15, notes = ?16,
           status = ?17, cancelled_at = ?18, cancelled_by = ?19, bell = ?20, opened_at = ?21,
           description = ?22, said = ?23, wall = ?24, decided_by = ?25, original = ?26, version = version + 1
         WHERE id = ?1 AND version = ?2",
    )
    .bind(session.id.to_string())
    .bind(session.version)
    .bind(&session.series_id)
    .bind(&session.title)
    .bind(session.person.as_ref().map(|person| person.id.to_string()))
    .bind(&session.subject)
    .bind(to_ms(session.start))
    .bind(to_ms(session.end))
    .bind(&session.zone)
    .bind(&session.place)
    .bind(url.map(|url| url.as_str().to_owned()))
    .bind(url.map(JoinUrl::room_key))
    .bind(session.own_link)
    .bind(&session.homework)
    .bind(&session.plan)
    .bind(&session.notes)
    .bind(session.status.name())
    .bind(session.cancelled.map(|(at, _)| to_ms(at)))
    .bind(session.cancelled.map(|(_, by)| by.name()))
    .bind(session.bell)
    .bind(session.opened_at.map(to_ms))
    .bind(&session.description)
    .bind(&session.said)
    .bind(session.wall.map(|wall| written(wall.time)))
    .bind(session.wall.map(|wall| wall.decided.name()))
    .bind(session.original.map(written))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says when the person last pressed *Join* for a session. What is decided of it stays as it is, and so does its version.
pub async fn set_opened(conn: &mut SqliteConnection, id: SessionId, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE sessions SET opened_at = max(coalesce(opened_at, ?2), ?2) WHERE id = ?1")
        .bind(id.to_string())
        .bind(to_ms(at))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a session out, with what happened to it.
pub async fn delete(conn: &mut SqliteConnection, id: SessionId) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE id = ?1").bind(id.to_string()).execute(conn).await?;
    Ok(())
}

/// Takes all samples out, and whoever is met in nothing else.
pub async fn delete_samples(conn: &mut SqliteConnection) -> Result<()> {
    let met: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT person_id FROM sessions WHERE source = 'sample' AND person_id IS NOT NULL",
    )
    .fetch_all(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM sessions WHERE source = 'sample'").execute(&mut *conn).await?;
    sqlx::query("DELETE FROM series WHERE source = 'sample'").execute(&mut *conn).await?;
    for person in met {
        sqlx::query(
            "DELETE FROM people WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sessions WHERE person_id = ?1)",
        )
        .bind(person)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// A wall clock as the table keeps it: `2026-12-02T08:00:00`.
fn written(wall: NaiveDateTime) -> String {
    wall.format("%Y-%m-%dT%H:%M:%S").to_string()
}
