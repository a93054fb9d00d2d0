//! The data folder: who owns it, and where it is under a running program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use firstbell_core::{
    data_folder::{DataFolder, Place},
    error::Error,
};

#[test]
fn of_two_who_want_to_own_a_folder_one_does_until_it_lets_go() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("data");
    let owned = DataFolder::own_at(&path).unwrap();
    assert!(matches!(DataFolder::own_at(&path), Err(Error::RunsElsewhere)));
    assert!(DataFolder::is_owned(&path));
    drop(owned);
    assert!(!DataFolder::is_owned(&path));
    DataFolder::own_at(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn a_folder_is_found_where_it_was_moved_away_deleted_or_replaced() {
    let home = tempfile::tempdir().unwrap();
    let (path, away) = (home.path().join("data"), home.path().join("away"));
    let folder = DataFolder::at(&path);
    let owned = DataFolder::own_at(&path).unwrap();
    assert_eq!(folder.place(&owned), Place::Here);

    fs::rename(&path, &away).unwrap();
    assert_eq!(folder.place(&owned), Place::Moved);
    // An empty one is no other one: whoever moved it away may put it back.
    fs::create_dir(&path).unwrap();
    assert_eq!(folder.place(&owned), Place::Moved);
    fs::write(folder.database(), "another one's").unwrap();
    assert_eq!(folder.place(&owned), Place::Replaced);
    fs::remove_dir_all(&path).unwrap();
    fs::rename(&away, &path).unwrap();
    assert_eq!(folder.place(&owned), Place::Here);

    fs::remove_dir_all(&path).unwrap();
    assert_eq!(folder.place(&owned), Place::Deleted);
}

#[test]
fn where_no_folder_can_be_made_nobody_owns_one() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("a file");
    fs::write(&file, "no folder").unwrap();
    assert!(matches!(DataFolder::own_at(&file.join("data")), Err(Error::Folder(_))));
}
