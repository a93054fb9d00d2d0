//! The tables `sign_ins`, `revocations` and `replaced_entries`. No token, code or password goes in here.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use crate::{
    school::address::{PublishableKey, SchoolAddress},
    sign_in::{SignIn, SignInState},
    store::{Result, StoreError, to_ms},
};

#[derive(FromRow)]
struct Row {
    id: String,
    entry: String,
    address: String,
    key: String,
    school: String,
    email: String,
    account: Option<String>,
    state: String,
    ended: Option<String>,
    standing: Option<String>,
    keychain: Option<String>,
}

const fn broken(what: &'static str) -> StoreError {
    StoreError::Row { table: "sign_ins", what }
}

impl TryFrom<Row> for SignIn {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.parse().map_err(|_| broken("id"))?,
            entry: row.entry.parse().map_err(|_| broken("entry"))?,
            address: row.address.parse().map_err(|_| broken("address"))?,
            key: PublishableKey::new(&row.key).ok_or(broken("key"))?,
            school: row.school,
            email: row.email,
            account: row.account.map(|id| id.parse()).transpose().map_err(|_| broken("account"))?,
            state: SignInState::of(&row.state).ok_or(broken("state"))?,
            ended: row.ended,
            // What the school said is asked again; an older or newer form of it costs no more than that.
            standing: row.standing.and_then(|text| serde_json::from_str(&text).ok()),
            keychain: row.keychain,
        })
    }
}

/// Every sign-in, the oldest first.
pub async fn all(conn: &mut SqliteConnection) -> Result<Vec<SignIn>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, entry, address, key, school, email, account, state, ended, standing, keychain
         FROM sign_ins ORDER BY made_at, id",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(SignIn::try_from).collect()
}

/// The sign-in of that id.
pub async fn get(conn: &mut SqliteConnection, id: Uuid) -> Result<Option<SignIn>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, entry, address, key, school, email, account, state, ended, standing, keychain
         FROM sign_ins WHERE id = ?1",
    )
    .bind(id.to_string())
    .fetch_optional(conn)
    .await?;
    row.map(SignIn::try_from).transpose()
}

/// Stores a sign-in, in the place of what is there under its id. `now` is UTC.
pub async fn put(conn: &mut SqliteConnection, sign_in: &SignIn, now: DateTime<Utc>) -> Result<()> {
    // Plain values cannot fail to become JSON.
    let standing = sign_in.standing.as_ref().and_then(|standing| serde_json::to_string(standing).ok());
    sqlx::query(
        "INSERT INTO sign_ins
           (id, entry, address, key, school, email, account, state, ended, standing, keychain, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET
           entry = excluded.entry, address = excluded.address, key = excluded.key, school = excluded.school,
           email = excluded.email, account = excluded.account, state = excluded.state, ended = excluded.ended,
           standing = excluded.standing, keychain = excluded.keychain",
    )
    .bind(sign_in.id.to_string())
    .bind(sign_in.entry.to_string())
    .bind(sign_in.address.as_str())
    .bind(sign_in.key.as_str())
    .bind(&sign_in.school)
    .bind(&sign_in.email)
    .bind(sign_in.account.map(|id| id.to_string()))
    .bind(sign_in.state.name())
    .bind(&sign_in.ended)
    .bind(standing)
    .bind(&sign_in.keychain)
    .bind(to_ms(now))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets a sign-in.
pub async fn remove(conn: &mut SqliteConnection, id: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM sign_ins WHERE id = ?1").bind(id.to_string()).execute(conn).await?;
    Ok(())
}

/// Sign-outs that the school has not answered yet: the names of their entries in the keychain.
pub async fn revocations(conn: &mut SqliteConnection) -> Result<Vec<Uuid>> {
    let rows: Vec<String> = sqlx::query_scalar("SELECT entry FROM revocations").fetch_all(conn).await?;
    let entry =
        |text: String| text.parse().map_err(|_| StoreError::Row { table: "revocations", what: "entry" });
    rows.into_iter().map(entry).collect()
}

/// A sign-out waits for the school.
pub async fn add_revocation(conn: &mut SqliteConnection, entry: Uuid) -> Result<()> {
    sqlx::query("INSERT INTO revocations (entry) VALUES (?1) ON CONFLICT DO NOTHING")
        .bind(entry.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// The school has answered.
pub async fn remove_revocation(conn: &mut SqliteConnection, entry: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM revocations WHERE entry = ?1").bind(entry.to_string()).execute(conn).await?;
    Ok(())
}

/// An entry of the keychain that a newer one takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Its name there.
    pub entry: Uuid,
    /// Whose it was. The sign-in may be gone.
    pub sign_in: Uuid,
    /// The school that gave its token.
    pub address: SchoolAddress,
    /// By which key that is asked.
    pub key: PublishableKey,
}

/// Entries of the keychain that newer ones take the place of.
pub async fn replaced(conn: &mut SqliteConnection) -> Result<Vec<Replaced>> {
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT entry, sign_in, address, key FROM replaced_entries ORDER BY entry")
            .fetch_all(conn)
            .await?;
    let broken = |what| StoreError::Row { table: "replaced_entries", what };
    rows.into_iter()
        .map(|(entry, sign_in, address, key)| {
            Ok(Replaced {
                entry: entry.parse().map_err(|_| broken("entry"))?,
                sign_in: sign_in.parse().map_err(|_| broken("sign_in"))?,
                address: address.parse().map_err(|_| broken("address"))?,
                key: PublishableKey::new(&key).ok_or(broken("key"))?,
            })
        })
        .collect()
}

/// A newer entry is to take the place of a sign-in's.
pub async fn add_replaced(conn: &mut SqliteConnection, sign_in: &SignIn) -> Result<()> {
    sqlx::query(
        "INSERT INTO replaced_entries (entry, sign_in, address, key) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )
    .bind(sign_in.entry.to_string())
    .bind(sign_in.id.to_string())
    .bind(sign_in.address.as_str())
    .bind(sign_in.key.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// It is gone, or in its old place again.
pub async fn remove_replaced(conn: &mut SqliteConnection, entry: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM replaced_entries WHERE entry = ?1")
        .bind(entry.to_string())
        .execute(conn)
        .await?;
    Ok(())
}
