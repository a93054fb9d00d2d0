use std::{fs, sync::Arc, time::Duration};

use firstbell_core::{
    app::{ImportResult, Opened, SeriesState},
    data_folder::DataFolder,
    error::{Code, Error},
    progress::Progress,
    settings::{Hours, Settings},
    store::{Migrate, OpenError, Store, notice_others},
};
use sqlx::{Connection as _, SqliteConnection};
use tokio::{sync::Notify, time::timeout};

use super::desk::{Desk, lesson};

async fn tell(path: &std::path::Path, sql: &'static str) {
    let mut conn = SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    sqlx::query(sql).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// A folder with a store that holds one session.
async fn with_a_session() -> (tempfile::TempDir, DataFolder) {
    let desk = Desk::new().await;
    desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.store.close().await;
    let data = DataFolder::open(desk.folder.path()).unwrap();
    (desk.folder, data)
}

#[tokio::test]
async fn a_damaged_store_is_kept_aside_whole_and_the_next_start_is_afresh() {
    let (folder, data) = with_a_session().await;
    let rubbish = b"this was a database once, and is none any more ".repeat(100);
    for number in 1..=2 {
        fs::write(data.database(), &rubbish).unwrap();
        let Err(OpenError::Damaged { kept }) = Store::open(&data.database(), Migrate::Yes).await else {
            panic!("opened")
        };
        assert_eq!(kept, folder.path().join(format!("this-computer.sqlite3.damaged-{number}")));
        assert_eq!(fs::read(&kept).unwrap(), rubbish);
        assert!(!data.database().exists());
        let error = Error::from(OpenError::Damaged { kept });
        assert_eq!(error.code(), Code::StoreUnusable);
        assert!(error.sentence().contains("damaged-"), "{}", error.sentence());
    }
    Store::open(&data.database(), Migrate::Yes).await.unwrap();
}

#[tokio::test]
async fn a_damaged_store_is_left_where_it_is_by_whoever_does_not_own_it() {
    let (_folder, data) = with_a_session().await;
    fs::write(data.database(), b"this was a database once ".repeat(100)).unwrap();
    let opened = Store::open(&data.database(), Migrate::No).await;
    assert!(matches!(opened, Err(OpenError::Unreadable)));
    assert!(data.database().exists());
}

#[tokio::test]
async fn a_newer_store_is_refused_and_left_as_it_is() {
    let (_folder, data) = with_a_session().await;
    tell(
        &data.database(),
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (29990101000000, 'later', 1, x'00', 0)",
    )
    .await;
    for migrate in [Migrate::Yes, Migrate::No] {
        assert!(matches!(Store::open(&data.database(), migrate).await, Err(OpenError::Newer)));
    }
    assert!(data.database().exists());
}

#[tokio::test]
async fn an_older_store_is_brought_up_to_date_by_the_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    tell(&data.database(), "CREATE TABLE before_there_were_migrations (id INTEGER)").await;
    let opened = Store::open(&data.database(), Migrate::No).await;
    assert!(matches!(opened, Err(OpenError::Older)));
    assert!(Store::open(&data.database(), Migrate::Yes).await.is_ok());
    assert!(Store::open(&data.database(), Migrate::No).await.is_ok());
}

#[tokio::test]
async fn a_store_that_is_not_there_is_made_by_the_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    let opened = Store::open(&data.database(), Migrate::No).await;
    assert!(matches!(opened, Err(OpenError::Missing)));
    assert!(!data.database().exists());
}

#[test]
fn a_folder_has_one_owner_at_a_time_and_is_private() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a/b");
    assert!(!DataFolder::is_owned(&path));
    let data = DataFolder::open(&path).unwrap();
    assert!(!DataFolder::is_owned(&path));
    let owner = data.own().unwrap();
    assert!(DataFolder::is_owned(&path));
    assert!(matches!(data.own(), Err(Error::RunsElsewhere)));
    drop(owner);
    assert!(!DataFolder::is_owned(&path));
    data.own().unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn a_whole_store_is_whole() {
    let desk = Desk::new().await;
    assert!(desk.store.is_whole().await.unwrap());
}

#[tokio::test]
async fn writes_of_one_program_take_turns_however_long_one_takes() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.set("2026-11-25T15:58");
    let long = desk.store.write().await.unwrap();
    let (app, longer_than_sqlite_waits) = (&desk.app, Duration::from_secs(6));
    let join = app.join(id, false, false);
    tokio::pin!(join);
    assert!(
        timeout(longer_than_sqlite_waits, &mut join).await.is_err(),
        "it has its turn before the other's end"
    );
    drop(long);
    assert_eq!(join.await.unwrap(), Opened::Yes);
    assert!(desk.session(id).await.opened_at.is_some());
}

#[tokio::test]
async fn settings_are_kept_and_have_defaults() {
    let desk = Desk::new().await;
    assert_eq!(desk.app.settings().await.unwrap(), Settings::default());
    let mine = Settings { sound: false, hour_clock: Hours::Twelve, ..Settings::default() };
    desk.app.save_settings(mine).await.unwrap();
    assert_eq!(desk.app.settings().await.unwrap(), mine);
}

#[tokio::test]
async fn what_another_program_writes_is_noticed() {
    let desk = Desk::new().await;
    let data = DataFolder::open(desk.folder.path()).unwrap();
    let noticed = Arc::new(Notify::new());
    let (store, folder, tells) = (desk.store.clone(), data.clone(), noticed.clone());
    let watch =
        tokio::spawn(async move { notice_others(&store, &folder, || tells.notify_one()).await.is_ok() });
    // What is written before the watch has begun is nobody's news, so it is written until it is.
    for attempt in 0.. {
        assert!(attempt < 50, "nothing was noticed");
        tell(&data.database(), "INSERT OR REPLACE INTO settings (key, value) VALUES ('a', random())").await;
        if timeout(Duration::from_millis(200), noticed.notified()).await.is_ok() {
            break;
        }
    }
    watch.abort();
}

#[tokio::test]
async fn a_file_that_first_bell_wrote_itself_adds_nothing_where_its_sessions_are() {
    let desk = Desk::at("2026-11-24T10:00").await;
    desk.add(&lesson("2026-11-25", "16:00")).await;
    let written = desk.app.export(None).await.unwrap();
    let preview = desk.app.preview(written.as_bytes(), &Progress::default()).await.unwrap();
    assert_eq!(preview.series.iter().map(|series| series.state).collect::<Vec<_>>(), [SeriesState::Same]);
    assert_eq!(desk.app.apply(preview.id, &[], &Progress::default()).await.unwrap(), ImportResult::default());
    assert_eq!(desk.all().await.len(), 1);

    let elsewhere = Desk::at("2026-11-24T10:00").await;
    assert_eq!(elsewhere.import(&written).await.added, 1);
}
