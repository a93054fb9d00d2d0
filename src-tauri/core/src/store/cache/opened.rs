//! Somebody has pressed *Join* here: the school is to hear of it.

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{
    beginning, outbox,
    project::{Link, text},
    rows, state,
};
use crate::{
    id::SessionId,
    outbox::{Deed, Write},
    store::Result,
};

/// Puts into the outbox that the meeting of a session was opened at `at` (UTC), for everybody in whose place the account was
/// there. Part of the transaction that notes it here, so that there is both or neither.
pub async fn note_for_school(
    conn: &mut SqliteConnection,
    sign_in: Uuid,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<()> {
    let state = state::get(conn).await?.unwrap_or_else(beginning);
    let Some(account) = state.account else { return Ok(()) };
    let Ok(id) = session.to_string().parse::<Uuid>() else { return Ok(()) };
    for person in places(conn, state.shown, account, &session.to_string()).await? {
        let deed = Deed::RecordOpened { session: id, person, pressed_at: Some(at) };
        outbox::write(conn, &Write::new(sign_in, account, deed, at)).await?;
    }
    Ok(())
}

/// For whom it counts: the tutor, which needs no name; else the account's own place, or those of its children.
async fn places(
    conn: &mut SqliteConnection,
    copy: i64,
    account: Uuid,
    session: &str,
) -> Result<Vec<Option<Uuid>>> {
    let links = rows::of_table(conn, copy, "account_people").await?;
    let links: Vec<Link> = links.iter().filter_map(|row| Link::of(row, account)).collect();
    let around = rows::around(conn, copy, &[session.to_owned()]).await?;
    let acts = |is_self: bool, person: &str| {
        links.iter().any(|link| link.is_self == is_self && link.person == person)
    };
    let of = |table: &'static str| around.iter().filter(move |(name, ..)| name == table).map(|(.., row)| row);
    let tutor = of("sessions").find_map(|row| text(row, "tutor_id")).unwrap_or_default();
    if acts(true, tutor) {
        return Ok(vec![None]);
    }
    let places = |is_self: bool| -> Vec<Option<Uuid>> {
        let people = of("session_participants").filter_map(|row| text(row, "person_id"));
        people.filter(|person| acts(is_self, person)).map(|person| person.parse().ok()).collect()
    };
    let own = places(true);
    Ok(if own.is_empty() { places(false) } else { own })
}
