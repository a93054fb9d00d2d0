//! The local socket in the data folder: whoever asks is answered, told that the owner is silent, or that nobody listens.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    time::Duration,
};

use firstbell_core::{
    data_folder::DataFolder,
    health::Health,
    local_socket::{Ask, Asked, Listener, Reply, ask},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(200);

fn show() -> Ask {
    Ask::Show {
        words: vec!["firstbell".to_owned(), "lessons.ics".to_owned()],
        folder: "/home/ada".to_owned(),
    }
}

async fn answer(ask: Ask) -> Reply {
    match ask {
        Ask::Show { words, .. } if words.len() == 2 => Reply::Shown,
        // One that hangs.
        Ask::Show { .. } => std::future::pending().await,
        Ask::Health => Reply::Health(Health::GOOD),
        Ask::School { what } => Reply::School { what },
    }
}

struct Owner {
    home: TempDir,
    folder: DataFolder,
    serves: JoinHandle<()>,
}

fn owner_in(below: &str) -> Owner {
    let home = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(&home.path().join(below)).unwrap();
    let serves = tokio::spawn(Listener::bind(&folder).unwrap().serve(answer));
    Owner { home, folder, serves }
}

#[tokio::test]
async fn the_owner_answers_many_who_ask_at_once() {
    let owner = owner_in("data");
    let asked: Vec<_> = (0..20)
        .map(|number| {
            let folder = owner.folder.clone();
            let what = if number % 2 == 0 { show() } else { Ask::Health };
            tokio::spawn(async move { (number % 2 == 0, ask(&folder, &what, PATIENCE).await) })
        })
        .collect();
    for each in asked {
        let (showed, answered) = each.await.unwrap();
        let expected = if showed { Reply::Shown } else { Reply::Health(Health::GOOD) };
        assert_eq!(answered, Asked::Answered(expected));
    }
}

#[tokio::test]
async fn an_owner_that_says_nothing_is_named_by_its_process() {
    let owner = owner_in("data");
    let hangs = Ask::Show { words: Vec::new(), folder: String::new() };
    assert_eq!(ask(&owner.folder, &hangs, SHORT).await, Asked::Silent(std::process::id()));
    // The next one is answered all the same.
    assert_eq!(ask(&owner.folder, &show(), PATIENCE).await, Asked::Answered(Reply::Shown));
}

#[tokio::test]
async fn where_nobody_listens_nobody_is_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let folder = DataFolder::at(&home.path().join("data"));
    assert_eq!(ask(&folder, &show(), PATIENCE).await, Asked::Nobody);
    let owner = owner_in("data");
    owner.serves.abort();
    assert!(owner.serves.await.unwrap_err().is_cancelled());
    assert!(owner.folder.socket().exists(), "left behind, as a killed program leaves it");
    assert_eq!(ask(&owner.folder, &show(), PATIENCE).await, Asked::Nobody);
    // The next owner takes its place.
    let _serves = tokio::spawn(Listener::bind(&owner.folder).unwrap().serve(answer));
    assert_eq!(ask(&owner.folder, &show(), PATIENCE).await, Asked::Answered(Reply::Shown));
    drop(owner.home);
}

#[tokio::test]
async fn only_this_user_may_ask_and_what_is_no_question_gets_no_answer() {
    let owner = owner_in("data");
    let mode = fs::metadata(owner.folder.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for nonsense in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"{\"ask\":\"delete\"}\n", b"\0\0\0\n", b"\n"] {
        let mut stream = UnixStream::connect(owner.folder.socket()).unwrap();
        stream.write_all(nonsense).unwrap();
    }
    // A line without an end, longer than any that is read.
    let mut endless = UnixStream::connect(owner.folder.socket()).unwrap();
    let _ = endless.write_all(&vec![b'a'; 1 << 17]);
    assert_eq!(
        ask(&owner.folder, &Ask::Health, PATIENCE).await,
        Asked::Answered(Reply::Health(Health::GOOD))
    );
}

#[tokio::test]
async fn a_folder_with_a_longer_name_than_a_socket_may_have_is_reached_all_the_same() {
    let owner = owner_in(&"a-folder-with-a-long-name/".repeat(8));
    assert!(owner.folder.socket().as_os_str().len() > 108);
    assert_eq!(ask(&owner.folder, &show(), PATIENCE).await, Asked::Answered(Reply::Shown));
}

#[tokio::test]
async fn a_file_in_the_place_of_the_socket_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(home.path()).unwrap();
    fs::write(folder.socket(), "somebody's file").unwrap();
    assert!(Listener::bind(&folder).is_err());
    assert_eq!(fs::read_to_string(folder.socket()).unwrap(), "somebody's file");
}
