//! The table `outbox`: what was done here and the school has yet to answer. A write goes in within the transaction of what
//! it changes here, so that there is both or neither.

mod read;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::SqliteConnection;
use uuid::Uuid;

use crate::{
    outbox::{Arguments, Class, Deed, Lane, Refusal, State, Waiting, Write, filled},
    store::{Result, to_ms},
};

pub use self::read::{all, get, list};
use self::read::{broken, json};

/// Puts a write into the outbox. One whose parent was booked in the meantime is given what the parent's answer tells; one
/// whose parent was refused is refused with it.
///
/// # Errors
/// [`StoreError::Row`](crate::store::StoreError::Row) where its parent is not there (any more).
pub async fn write(conn: &mut SqliteConnection, write: &Write) -> Result<()> {
    let mut arguments = write.deed.arguments();
    let (mut fills, mut lane, mut refusal) = (write.fills.clone(), write.lane(), None);
    if let Some(id) = write.parent {
        let parent = get(conn, id).await?.ok_or(broken("parent"))?;
        match (parent.state, &parent.answer) {
            (State::Refused | State::Dropped, _) => {
                let of_parent = parent.refusal.clone();
                let code = of_parent.map_or_else(|| DROPPED.to_owned(), |refusal| refusal.code);
                refusal = Some(Refusal { code, arguments: Value::Null, is_carried: true });
            }
            (State::Booked, Some(answer)) => {
                arguments = filled(&arguments, &fills, answer).ok_or(broken("answer"))?;
                fills.clear();
                lane = lane_of(&write.deed.function(), &arguments).unwrap_or(lane);
            }
            _ => {}
        }
        if !fills.is_empty() {
            lane = parent.lane;
        }
    }
    let (refused_by, refused_arguments) = match &refusal {
        Some(refusal) => (Some(refusal.code.as_str()), Some(refusal.arguments.to_string())),
        None => (None, None),
    };
    sqlx::query(
        "INSERT INTO outbox
           (id, request, sign_in, account, function, arguments, fills, lane, parent, written_at, state, attempts,
            tried_at, wait_ms, class, answer, refused_by, refused_arguments, is_carried)
         VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, NULL, 0, NULL, NULL, ?11, ?12, ?13)",
    )
    .bind(write.id.to_string())
    .bind(write.sign_in.to_string())
    .bind(write.account.to_string())
    .bind(write.deed.function())
    .bind(json(&arguments))
    .bind(json(&fills))
    .bind(lane.to_string())
    .bind(write.parent.map(|id| id.to_string()))
    .bind(to_ms(write.written_at))
    .bind(if refusal.is_some() { State::Refused } else { State::Waiting }.name())
    .bind(refused_by)
    .bind(refused_arguments)
    .bind(refusal.is_some())
    .execute(conn)
    .await?;
    Ok(())
}

/// The code of a write whose parent was dropped.
const DROPPED: &str = "dropped";

fn lane_of(function: &str, arguments: &Arguments) -> Option<Lane> {
    Deed::of(function, arguments, Lane::New(Uuid::nil()))?.lane()
}

/// It is being sent, under the request id that it has. Whether it still may be: somebody may have dropped it.
pub async fn sends(conn: &mut SqliteConnection, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE outbox SET state = 'sent', attempts = attempts + 1, tried_at = ?2, wait_ms = 0
         WHERE id = ?1 AND state IN ('waiting', 'sent')",
    )
    .bind(id.to_string())
    .bind(to_ms(now))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The school has answered the request. Also of one that was dropped meanwhile: it is done, and will be seen.
pub async fn answered(conn: &mut SqliteConnection, id: Uuid, request: Uuid, answer: &Value) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET state = 'answered', answer = ?3, class = NULL
         WHERE id = ?1 AND request = ?2 AND state IN ('sent', 'dropped')",
    )
    .bind(id.to_string())
    .bind(request.to_string())
    .bind(answer.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

/// The school has refused the request, and what stands on it goes with it.
pub async fn refused(conn: &mut SqliteConnection, id: Uuid, request: Uuid, refusal: &Refusal) -> Result<()> {
    let arguments = refusal.arguments.to_string();
    let done = sqlx::query(
        "UPDATE outbox SET state = 'refused', refused_by = ?3, refused_arguments = ?4, is_carried = 0, class = NULL
         WHERE id = ?1 AND request = ?2 AND state = 'sent'",
    )
    .bind(id.to_string())
    .bind(request.to_string())
    .bind(&refusal.code)
    .bind(&arguments)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    for child in below(conn, id).await? {
        sqlx::query(
            "UPDATE outbox SET state = 'refused', refused_by = ?2, refused_arguments = ?3, is_carried = 1
             WHERE id = ?1 AND state IN ('waiting', 'sent')",
        )
        .bind(child)
        .bind(&refusal.code)
        .bind(&arguments)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// The request is to be sent again, so long after this try.
pub async fn kept(
    conn: &mut SqliteConnection,
    id: Uuid,
    request: Uuid,
    class: Class,
    wait: Duration,
) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET class = ?3, wait_ms = ?4 WHERE id = ?1 AND request = ?2 AND state = 'sent'",
    )
    .bind(id.to_string())
    .bind(request.to_string())
    .bind(class.name())
    .bind(ms(wait))
    .execute(conn)
    .await?;
    Ok(())
}

/// The lease under which a meeting was to be attached has run out: its parent is done once more, under a new request id,
/// since the old one would get the old answer.
pub async fn claims_again(
    conn: &mut SqliteConnection,
    id: Uuid,
    request: Uuid,
    wait: Duration,
) -> Result<()> {
    kept(conn, id, request, Class::Transient, wait).await?;
    sqlx::query(
        "UPDATE outbox SET state = 'waiting', request = ?2, answer = NULL, attempts = 0, tried_at = NULL, wait_ms = 0
         WHERE id = (SELECT parent FROM outbox WHERE id = ?1) AND state = 'booked'",
    )
    .bind(id.to_string())
    .bind(Uuid::new_v4().to_string())
    .execute(conn)
    .await?;
    Ok(())
}

/// What the answer says is among the rows that are read: the write is done. Its children get what it tells them; one
/// that cannot get it is refused.
pub(super) async fn booked(conn: &mut SqliteConnection, id: Uuid) -> Result<()> {
    let Some(row) = get(conn, id).await? else { return Ok(()) };
    let answer = row.answer.unwrap_or_default();
    for child in children(conn, id).await? {
        let filled = filled(&child.arguments, &child.fills, &answer);
        match filled {
            Some(_) if child.fills.is_empty() => {}
            Some(arguments) => {
                let lane = lane_of(&child.function, &arguments).unwrap_or(child.lane);
                sqlx::query("UPDATE outbox SET arguments = ?2, fills = '[]', lane = ?3 WHERE id = ?1")
                    .bind(child.id.to_string())
                    .bind(json(&arguments))
                    .bind(lane.to_string())
                    .execute(&mut *conn)
                    .await?;
            }
            None => {
                sqlx::query(
                    "UPDATE outbox SET state = 'refused', refused_by = 'not_found', refused_arguments = 'null',
                       is_carried = 1 WHERE id = ?1 AND state IN ('waiting', 'sent')",
                )
                .bind(child.id.to_string())
                .execute(&mut *conn)
                .await?;
            }
        }
    }
    sqlx::query("UPDATE outbox SET state = 'booked' WHERE id = ?1 AND state = 'answered'")
        .bind(id.to_string())
        .execute(&mut *conn)
        .await?;
    clear(conn).await
}

/// Takes out what is booked and has no children, from the youngest on.
async fn clear(conn: &mut SqliteConnection) -> Result<()> {
    loop {
        let gone = sqlx::query(
            "DELETE FROM outbox WHERE state = 'booked'
               AND NOT EXISTS (SELECT 1 FROM outbox AS child WHERE child.parent = outbox.id)",
        )
        .execute(&mut *conn)
        .await?;
        if gone.rows_affected() == 0 {
            return Ok(());
        }
    }
}

/// Whether anything was dropped while it was on its way.
pub async fn any_dropped(conn: &mut SqliteConnection) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'dropped')")
        .fetch_one(conn)
        .await?)
}

/// Takes out what was dropped while it was on its way. To be called while nothing is.
pub async fn forget_dropped(conn: &mut SqliteConnection) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET parent = NULL WHERE parent IN (SELECT id FROM outbox WHERE state = 'dropped')",
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM outbox WHERE state = 'dropped'").execute(&mut *conn).await?;
    clear(conn).await
}

/// The person wants it tried again: at once, if it waits; as it was, if it was refused, with its parents that were
/// refused and with the children that were refused with it. Refused because of its id, it gets another one. Whether there
/// is anything to try.
pub async fn retry(conn: &mut SqliteConnection, id: Uuid) -> Result<bool> {
    let Some(row) = get(conn, id).await? else { return Ok(false) };
    match row.state {
        State::Waiting | State::Sent => {
            sqlx::query("UPDATE outbox SET wait_ms = 0 WHERE id = ?1")
                .bind(id.to_string())
                .execute(conn)
                .await?;
            Ok(true)
        }
        State::Refused => {
            let first = first_refused(conn, row).await?;
            let mut freed = below(conn, first.id).await?;
            freed.push(first.id.to_string());
            for one in freed {
                free(conn, &one, first.id).await?;
            }
            Ok(true)
        }
        State::Answered | State::Booked | State::Dropped => Ok(false),
    }
}

/// The same with something else in its place, as a new request. Only of one that was refused or never sent: of another one
/// nobody knows whether it has been done.
pub async fn retry_with(conn: &mut SqliteConnection, id: Uuid, deed: &Deed) -> Result<bool> {
    let Some(row) = get(conn, id).await? else { return Ok(false) };
    let may_change = matches!(row.state, State::Waiting | State::Refused) && row.fills.is_empty();
    if !may_change {
        return Ok(false);
    }
    sqlx::query("UPDATE outbox SET request = ?2, function = ?3, arguments = ?4, lane = ?5 WHERE id = ?1")
        .bind(id.to_string())
        .bind(Uuid::new_v4().to_string())
        .bind(deed.function())
        .bind(json(&deed.arguments()))
        .bind(deed.lane().unwrap_or(Lane::New(id)).to_string())
        .execute(&mut *conn)
        .await?;
    retry(conn, id).await
}

/// The person does not want it any more, nor what stands on it. What was sent may have been done all the same; the next
/// pull shows it. Whether it could be dropped: what is answered cannot.
pub async fn drop_row(conn: &mut SqliteConnection, id: Uuid) -> Result<bool> {
    let Some(row) = get(conn, id).await? else { return Ok(false) };
    if !matches!(row.state, State::Waiting | State::Sent | State::Refused) {
        return Ok(false);
    }
    // Children of what is not booked were never sent; of a lease that is taken again, one may have been.
    let mut all = below(conn, id).await?;
    all.reverse();
    all.push(id.to_string());
    for one in all {
        sqlx::query("UPDATE outbox SET state = 'dropped' WHERE id = ?1 AND state = 'sent'")
            .bind(&one)
            .execute(&mut *conn)
            .await?;
        sqlx::query(
            "DELETE FROM outbox WHERE id = ?1 AND state IN ('waiting', 'refused')
               AND NOT EXISTS (SELECT 1 FROM outbox AS child WHERE child.parent = outbox.id)",
        )
        .bind(&one)
        .execute(&mut *conn)
        .await?;
    }
    clear(conn).await?;
    Ok(true)
}

/// The furthest of its parents that was refused; itself, if none was.
async fn first_refused(conn: &mut SqliteConnection, row: Waiting) -> Result<Waiting> {
    let mut first = row;
    while let Some(parent) = first.parent {
        match get(conn, parent).await? {
            Some(parent) if parent.state == State::Refused => first = parent,
            _ => break,
        }
    }
    Ok(first)
}

/// Lets a refused one wait again: the first of them, or one that was refused with it.
async fn free(conn: &mut SqliteConnection, id: &str, first: Uuid) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET request = CASE refused_by WHEN 'request_id_reused' THEN ?3 ELSE request END
         WHERE id = ?1 AND id = ?2 AND state = 'refused'",
    )
    .bind(id)
    .bind(first.to_string())
    .bind(Uuid::new_v4().to_string())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "UPDATE outbox SET state = 'waiting', refused_by = NULL, refused_arguments = NULL, is_carried = 0,
           attempts = 0, tried_at = NULL, wait_ms = 0, class = NULL
         WHERE id = ?1 AND state = 'refused' AND (id = ?2 OR is_carried = 1)",
    )
    .bind(id)
    .bind(first.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

/// All that stands on a write, parents before their children.
async fn below(conn: &mut SqliteConnection, id: Uuid) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "WITH RECURSIVE below (id, number) AS (
           SELECT id, number FROM outbox WHERE parent = ?1
           UNION SELECT child.id, child.number FROM outbox AS child JOIN below ON child.parent = below.id)
         SELECT id FROM below ORDER BY number",
    )
    .bind(id.to_string())
    .fetch_all(conn)
    .await?)
}

async fn children(conn: &mut SqliteConnection, id: Uuid) -> Result<Vec<Waiting>> {
    Ok(all(conn).await?.into_iter().filter(|row| row.parent == Some(id)).collect())
}

fn ms(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}
