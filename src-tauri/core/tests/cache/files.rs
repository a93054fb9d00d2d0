//! The file of a cache: where it lies, newer and damaged ones, and how it goes.

use chrono::Duration;
use firstbell_core::{
    id::{SessionId, WorkspaceId},
    join::JoinRules,
    pulled::Page,
    state_table::Role,
    store::{OpenError, cache::Cache},
    workspace::Local,
};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::told::{Client, LESSON, SIGN_IN, lesson, now, page};

async fn pulled() -> Client {
    let client = Client::new().await;
    client.pull.pages().says(Ok(Page { is_afresh: true, ..page("one", lesson("Maths")) }));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    client
}

async fn by_hand(client: &Client, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(Cache::path(client.folder.path(), SIGN_IN));
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(sql).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

#[tokio::test]
async fn whoever_comes_beside_reads_and_where_nothing_was_pulled_there_is_nothing() {
    let client = pulled().await;
    let beside = Cache::open_beside(client.folder.path(), SIGN_IN).await.unwrap();
    assert_eq!(beside.state().await.unwrap(), client.cache().state().await.unwrap());
    let to_read = Cache::open_to_read(client.folder.path(), SIGN_IN).await.unwrap();
    assert_eq!(to_read.rows("people").await.unwrap().len(), 2);
    let nobody = Cache::open_beside(client.folder.path(), uuid::Uuid::from_u128(1)).await;
    assert!(matches!(nobody, Err(OpenError::Missing)), "{nobody:?}");
    assert!(!Cache::path(client.folder.path(), uuid::Uuid::from_u128(1)).exists());
}

#[tokio::test]
async fn a_newer_file_is_left_alone_and_can_be_read() {
    let client = pulled().await;
    by_hand(
        &client,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99991231000000, 'later', 1, x'00', 0)",
    )
    .await;
    let opened = Cache::open(client.folder.path(), SIGN_IN, now()).await;
    assert!(matches!(opened, Err(OpenError::Newer)), "{opened:?}");
    let to_read = Cache::open_to_read(client.folder.path(), SIGN_IN).await.unwrap();
    assert_eq!(to_read.rows("sessions").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_damaged_file_is_kept_aside_and_the_next_one_is_empty() {
    let client = pulled().await;
    client.cache().store().close().await;
    let path = Cache::path(client.folder.path(), SIGN_IN);
    std::fs::write(&path, "no database any more".repeat(300)).unwrap();
    let opened = Cache::open(client.folder.path(), SIGN_IN, now()).await;
    let Err(OpenError::Damaged { kept }) = opened else { panic!("{opened:?}") };
    assert!(kept.exists() && !path.exists());
    let anew = Cache::open(client.folder.path(), SIGN_IN, now()).await.unwrap();
    assert_eq!(anew.state().await.unwrap().cursor, None);
}

#[tokio::test]
async fn wiping_takes_the_file_with_its_log_and_nothing_else() {
    let client = pulled().await;
    let other = uuid::Uuid::from_u128(2);
    Cache::open(client.folder.path(), other, now()).await.unwrap().store().close().await;
    client.cache().store().close().await;
    Cache::wipe(client.folder.path(), SIGN_IN).unwrap();
    Cache::wipe(client.folder.path(), SIGN_IN).unwrap();
    let left: Vec<String> = std::fs::read_dir(client.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, [format!("school-{other}.sqlite3")]);
}

#[tokio::test]
async fn a_client_that_reads_more_fields_pulls_once_more_and_shows_what_is_there_meanwhile() {
    let client = pulled().await;
    by_hand(&client, "UPDATE pull_state SET read_fields = 0").await;
    let client = client.again().await;
    let state = client.cache().state().await.unwrap();
    assert_eq!((state.cursor, state.has_all), (None, true));
    assert_eq!(client.titles().await, ["Maths with Ada"]);
    client.pull.pages().says(Ok(Page { is_afresh: true, ..page("two", lesson("Physics")) }));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    assert_eq!(client.pull.pages().asked.lock().unwrap()[0].0, None);
    let client = client.again().await;
    assert_eq!(client.titles().await, ["Physics with Ada"]);
    assert_eq!(client.cache().state().await.unwrap().cursor.as_deref(), Some("two"), "and no more than once");
}

#[tokio::test]
async fn rows_that_were_read_by_other_rules_are_read_again_without_asking() {
    let client = pulled().await;
    let pressed = now() + Duration::hours(8);
    let local =
        Local::new(WorkspaceId::School(SIGN_IN), Role::Owner, JoinRules::DEFAULT, client.cache().store());
    let id: SessionId = LESSON.parse().unwrap();
    local.note_opened(id, pressed).await.unwrap();
    by_hand(&client, "UPDATE pull_state SET projected = 0").await;
    by_hand(&client, "UPDATE sessions SET title = 'as it was read before'").await;
    by_hand(&client, "DELETE FROM people").await;
    let client = client.again().await;
    assert_eq!(client.titles().await, ["Maths with Ada"]);
    let local =
        Local::new(WorkspaceId::School(SIGN_IN), Role::Owner, JoinRules::DEFAULT, client.cache().store());
    let mut reading = local.read(Duration::zero()).await.unwrap();
    let session = reading.session(id).await.unwrap().unwrap();
    assert_eq!((session.opened_at, session.version), (Some(pressed), 1), "what was done here stays");
    assert_eq!(reading.happened(id).await.unwrap().len(), 1);
}
