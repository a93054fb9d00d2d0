//! The table `people`: those met in sessions, with the zone they live in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use crate::{
    id::PersonId,
    person::Person,
    store::{Result, StoreError, from_ms, to_ms},
};

/// A person as the sessions show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// Who it is.
    pub person: Person,
    /// The zone they live in (IANA), if known.
    pub zone: Option<String>,
    /// How many sessions with them there are, past and to come.
    pub sessions: i64,
    /// When the last one that is over started.
    pub last: Option<DateTime<Utc>>,
}

/// Id, name, zone, how many sessions, and when the last one that is over started.
type MetRow = (String, String, Option<String>, i64, Option<i64>);

fn id(text: &str) -> Result<PersonId> {
    text.parse().map_err(|_| StoreError::Row { table: "people", what: "id" })
}

/// Everybody met in a session, by name.
pub async fn met(conn: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Vec<Met>> {
    let rows: Vec<MetRow> = sqlx::query_as(
        "SELECT p.id, p.name, p.zone, count(*), max(CASE WHEN s.ends_at <= ?1 THEN s.starts_at END)
         FROM sessions AS s JOIN people AS p ON p.id = s.person_id
         GROUP BY p.id ORDER BY p.name COLLATE NOCASE, p.id",
    )
    .bind(to_ms(now))
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|(person, name, zone, sessions, last)| {
            let person = Person { id: id(&person)?, name };
            Ok(Met { person, zone, sessions, last: last.map(from_ms) })
        })
        .collect()
}

/// The person of that id, and the zone they live in (IANA), if known.
pub async fn get(conn: &mut SqliteConnection, person: PersonId) -> Result<Option<(Person, Option<String>)>> {
    let row: Option<(String, Option<String>)> = sqlx::query_as("SELECT name, zone FROM people WHERE id = ?1")
        .bind(person.to_string())
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|(name, zone)| (Person { id: person, name }, zone)))
}

/// Who a name is taken for: the one who was met last of those who have it. Nobody, if it is not known.
pub async fn called(conn: &mut SqliteConnection, name: &str) -> Result<Option<Person>> {
    let found: Option<String> = sqlx::query_scalar(
        "SELECT id FROM people AS p WHERE name = ?1
         ORDER BY (SELECT max(starts_at) FROM sessions WHERE person_id = p.id) DESC, id LIMIT 1",
    )
    .bind(name)
    .fetch_optional(conn)
    .await?;
    found.map(|found| Ok(Person { id: id(&found)?, name: name.to_owned() })).transpose()
}

/// Adds somebody who is met for the first time.
pub async fn add(conn: &mut SqliteConnection, person: &Person) -> Result<()> {
    sqlx::query("INSERT INTO people (id, name, zone) VALUES (?1, ?2, NULL)")
        .bind(person.id.to_string())
        .bind(&person.name)
        .execute(conn)
        .await?;
    Ok(())
}

/// The zone of each person of whom it is known.
pub async fn zones(conn: &mut SqliteConnection) -> Result<BTreeMap<PersonId, String>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT id, zone FROM people WHERE zone IS NOT NULL").fetch_all(conn).await?;
    rows.into_iter().map(|(person, zone)| Ok((id(&person)?, zone))).collect()
}

/// Says in which zone a person lives; `None` forgets it. False if nobody has that id.
pub async fn set_zone(conn: &mut SqliteConnection, person: PersonId, zone: Option<&str>) -> Result<bool> {
    let done = sqlx::query("UPDATE people SET zone = ?2 WHERE id = ?1")
        .bind(person.to_string())
        .bind(zone)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
