//! Bookings, read from the rows that the school gave.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{
    Cache, beginning,
    project::{Link, booking::AroundBooking, known, text},
    rows, state,
};
use crate::{booking::Booking, id::SessionId, person::Person, pulled::Row, store::Result};

/// Which bookings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that wait for somebody, by start; also such as have run out since.
    Open,
    /// The ones of a session.
    Of(SessionId),
    /// The one of that id.
    One(Uuid),
}

/// Between whom a request can be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Askable {
    /// Who can be asked, by name.
    pub tutors: Vec<Person>,
    /// For whom: the account's own person first, then children by name.
    pub students: Vec<Person>,
}

impl Cache {
    /// Between whom the account can make a request.
    pub async fn askable(&self) -> Result<Askable> {
        let mut conn = self.store.read().await?;
        let state = state::get(&mut conn).await?.unwrap_or_else(beginning);
        let Some(account) = state.account else { return Ok(Askable::default()) };
        let links = rows::of_table(&mut conn, state.shown, "account_people").await?;
        let links: Vec<Link> = links.iter().filter_map(|row| Link::of(row, account)).collect();
        let people = rows::of_table(&mut conn, state.shown, "people").await?;
        let of_kind = |kind: &'static str| people.iter().filter(move |row| text(row, "kind") == Some(kind));
        let link = |row: &Row| links.iter().find(|link| text(row, "id") == Some(&link.person));
        let is_approved = |row: &&Row| text(row, "approved_at").is_some();
        let mut tutors: Vec<Person> = of_kind("tutor")
            .filter(is_approved)
            .filter(|row| link(row).is_none())
            .filter_map(known)
            .collect();
        tutors.sort_by_key(|person| (person.name.to_lowercase(), person.id));
        let mut students: Vec<(bool, Person)> =
            of_kind("student").filter_map(|row| Some((!link(row)?.is_self, known(row)?))).collect();
        students.sort_by_key(|(is_child, person)| (*is_child, person.name.to_lowercase(), person.id));
        Ok(Askable { tutors, students: students.into_iter().map(|(_, person)| person).collect() })
    }

    /// The person of that id.
    pub async fn person(&self, id: Uuid) -> Result<Option<Person>> {
        let mut conn = self.store.read().await?;
        let state = state::get(&mut conn).await?.unwrap_or_else(beginning);
        let id = id.to_string();
        Ok(rows::of_ids(&mut conn, state.shown, "people", [&id]).await?.get(&id).and_then(known))
    }

    /// Bookings that the account has to do with. `now` is this computer's clock (UTC), `school` the sign-in.
    pub async fn bookings(&self, school: Uuid, which: Which, now: DateTime<Utc>) -> Result<Vec<Booking>> {
        let mut conn = self.store.read().await?;
        let state = state::get(&mut conn).await?.unwrap_or_else(beginning);
        let Some(account) = state.account else { return Ok(Vec::new()) };
        let found = find(&mut conn, state.shown, which).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let links = rows::of_table(&mut conn, state.shown, "account_people").await?;
        let links: Vec<Link> = links.iter().filter_map(|row| Link::of(row, account)).collect();
        let named =
            |name: &'static str| found.iter().filter_map(move |row| text(row, name)).map(str::to_owned);
        let ids: Vec<String> = named("tutor_id").chain(named("student_id")).collect();
        let people = rows::of_ids(&mut conn, state.shown, "people", &ids).await?;
        let proposals = open_proposals(&mut conn, state.shown, &found).await?;
        let around = found.iter().filter_map(|booking| {
            let proposal = text(booking, "id").and_then(|id| proposals.get(id));
            AroundBooking { school, booking, proposal, people: &people, links: &links, now }.project()
        });
        let mut bookings: Vec<Booking> = around.collect();
        bookings.sort_by_key(|booking| (booking.start, booking.key));
        Ok(bookings)
    }
}

async fn find(conn: &mut SqliteConnection, copy: i64, which: Which) -> Result<Vec<Row>> {
    let found: Vec<String> = match which {
        Which::Open => {
            sqlx::query_scalar(
                "SELECT row FROM rows WHERE copy = ?1 AND tbl = 'bookings'
               AND row ->> '$.status' IN ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED')",
            )
            .bind(copy)
            .fetch_all(conn)
            .await?
        }
        Which::Of(session) => sqlx::query_scalar(
            "SELECT row FROM rows WHERE copy = ?1 AND tbl = 'bookings' AND row ->> '$.session_id' IS NOT NULL
               AND row ->> '$.session_id' = ?2",
        )
        .bind(copy)
        .bind(session.to_string())
        .fetch_all(conn)
        .await?,
        Which::One(id) => {
            sqlx::query_scalar("SELECT row FROM rows WHERE copy = ?1 AND tbl = 'bookings' AND id = ?2")
                .bind(copy)
                .bind(id.to_string())
                .fetch_all(conn)
                .await?
        }
    };
    found.iter().map(|row| rows::read(row)).collect()
}

/// The times that were suggested for some bookings and stand as far as their rows say, by booking.
async fn open_proposals(
    conn: &mut SqliteConnection,
    copy: i64,
    bookings: &[Row],
) -> Result<BTreeMap<String, Row>> {
    let ids: Vec<String> = bookings.iter().filter_map(|row| text(row, "id")).map(str::to_owned).collect();
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT row FROM rows WHERE copy = ?1 AND tbl = 'booking_proposals' AND row ->> '$.status' = 'OPEN'
           AND row ->> '$.booking_id' IN (SELECT value FROM json_each(?2))",
    )
    .bind(copy)
    .bind(rows::list(&ids))
    .fetch_all(conn)
    .await?;
    let by_booking = |row: String| {
        let row = rows::read(&row)?;
        Ok(text(&row, "booking_id").map(str::to_owned).map(|booking| (booking, row)))
    };
    found.into_iter().filter_map(|row| by_booking(row).transpose()).collect()
}
