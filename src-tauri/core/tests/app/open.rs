//! Opening a store that cannot be opened as it should be.

use chrono::Duration;
use firstbell_core::{
    app::open::{fault_of, open},
    data_folder::DataFolder,
    error::Error,
    health::StoreFault,
    store::{Migrate, Store, local::sessions},
};

use super::desk::at;

/// By the program of November 2026, whose tables had fewer columns and whose zones were of 2025.
const OLDER: &[u8] = include_bytes!("../stores/written-by-2025b.sqlite3");

#[tokio::test]
async fn an_older_store_that_cannot_be_written_is_brought_up_to_date_in_a_copy_and_read() {
    let home = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(home.path()).unwrap();
    std::fs::write(folder.database(), OLDER).unwrap();
    let now = at("2026-12-02T10:00");
    let opened = open(&folder, Err(Error::Folder(home.path().to_owned())), now).await;
    assert_eq!(opened.fault.as_ref().map(fault_of), Some(StoreFault::ReadOnly));
    let coming = sessions::touching(&mut opened.store.read().await.unwrap(), now, now + Duration::days(1))
        .await
        .unwrap();
    assert!(!coming.is_empty(), "what can be read is");
    assert!(opened.store.write().await.is_err(), "nothing is written into a copy");
    assert!(std::fs::read(folder.database()).unwrap() == OLDER, "not a byte of it has changed");
    // The same sessions as where it could be brought up to date, at the same instants.
    let other = tempfile::tempdir().unwrap();
    let whole = DataFolder::open(other.path()).unwrap();
    std::fs::write(whole.database(), OLDER).unwrap();
    let opened = open(&whole, whole.own(), now).await;
    assert!(opened.fault.is_none());
    let right = sessions::touching(&mut opened.store.read().await.unwrap(), now, now + Duration::days(1))
        .await
        .unwrap();
    let instants = |all: &[firstbell_core::session::Session]| {
        all.iter().map(|session| (session.id, session.start)).collect::<Vec<_>>()
    };
    assert_eq!(instants(&coming), instants(&right));
}

#[tokio::test]
async fn a_transaction_that_nobody_waits_for_any_more_leaves_no_lock_behind() {
    let home = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(home.path()).unwrap();
    let store = Store::open(&folder.database(), Migrate::Yes).await.unwrap();
    let other = Store::open(&folder.database(), Migrate::No).await.unwrap();
    for _ in 0..3 {
        let held = other.write().await.unwrap();
        let given_up = tokio::time::timeout(std::time::Duration::from_millis(50), store.write()).await;
        assert!(given_up.is_err(), "another program writes");
        held.commit().await.unwrap();
    }
    // Busy would say so after five seconds; a lock that was left behind never goes.
    other.write().await.unwrap().commit().await.unwrap();
    store.write().await.unwrap().commit().await.unwrap();
}
