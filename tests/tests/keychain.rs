//! The keychain as it is on Linux desktops: gnome-keyring on a bus of its own, in every state in which people meet it.
//! Each state is asserted, and its times are printed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use firstbell_core::secret::{Keychain, KeychainFault, Patience, SERVICE, SystemKeychain};
use firstbell_tests::kit::keyring::{self, Keyring};
use firstbell_tests::kit::{Desktop, wait};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(10);

/// The deadline of the program, and a second for a busy computer.
const IN_TIME: Duration = Duration::from_secs(4);

async fn desktop() -> (Desktop, SystemKeychain) {
    let desktop = Desktop::plan().without_notifications().start().await.unwrap();
    let address = format!("unix:path={}/run/bus", desktop.root().display());
    (desktop, SystemKeychain::on_bus(&address))
}

async fn unlocked() -> (Desktop, Keyring, SystemKeychain) {
    let (desktop, keychain) = desktop().await;
    let keyring = Keyring::start(&desktop).await.unwrap();
    (desktop, keyring, keychain)
}

/// What is read, as plain texts; it is asserted that the answer came in time, and printed when.
async fn read(keychain: &SystemKeychain, id: Uuid, what: &str) -> Result<Vec<String>, KeychainFault> {
    let (found, took) = timed(keychain.read(id)).await;
    println!("{what}: {} ms, {:?}", took.as_millis(), found.as_ref().map(Vec::len));
    assert!(took < IN_TIME, "{what}: {took:?}");
    found.map(|texts| texts.iter().map(|text| text.expose_secret().to_owned()).collect())
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    let done = work.await;
    (done, began.elapsed())
}

fn secret(text: &str) -> SecretString {
    text.into()
}

/// As in `Keychain`, so that a test says which attributes its own items have.
fn attributes(id: &str) -> [(&str, &str); 2] {
    [("service", SERVICE), ("username", id)]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_written_read_written_anew_and_taken_away() {
    let (desktop, _keyring, keychain) = unlocked().await;
    let (id, other) = (Uuid::new_v4(), Uuid::new_v4());
    assert_eq!(read(&keychain, id, "nothing there").await, Ok(vec![]));
    for text in ["one", "two", &"x".repeat(2400)] {
        let (written, took) = timed(keychain.write(id, secret(text))).await;
        println!("written: {} ms", took.as_millis());
        written.unwrap();
        assert_eq!(read(&keychain, id, "unlocked").await, Ok(vec![text.to_owned()]));
    }
    assert_eq!(keychain.write(id, secret(&"x".repeat(2401))).await, Err(KeychainFault::TooLong));
    assert_eq!(keychain.write(id, secret("ä")).await, Err(KeychainFault::Refused));
    keychain.write(other, secret("of another sign-in")).await.unwrap();
    assert_eq!(keyring::found(&desktop, &[("service", SERVICE)]).await.unwrap().len(), 2);

    keychain.delete(id).await.unwrap();
    keychain.delete(id).await.unwrap();
    assert_eq!(read(&keychain, id, "taken away").await, Ok(vec![]));
    assert_eq!(read(&keychain, other, "the other").await, Ok(vec!["of another sign-in".to_owned()]));
    assert_eq!(keychain.provider().await.unwrap(), "GNOME Keyring");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_is_no_empty_one_and_is_read_as_soon_as_it_is_unlocked() {
    let (desktop, running, keychain) = unlocked().await;
    let (id, nowhere) = (Uuid::new_v4(), Uuid::new_v4());
    keychain.write(id, secret("kept")).await.unwrap();
    running.end(&desktop).await.unwrap();
    let _keyring = Keyring::start_locked(&desktop).await.unwrap();

    let mut changes = keychain.changes();
    assert_eq!(read(&keychain, id, "locked at start").await, Err(KeychainFault::Locked));
    assert_eq!(read(&keychain, nowhere, "locked, and nothing there").await, Err(KeychainFault::Locked));
    assert_eq!(keychain.write(nowhere, secret("new")).await, Err(KeychainFault::Locked));
    assert_eq!(keychain.delete(id).await, Err(KeychainFault::Locked));
    assert_eq!(keychain.provider().await.unwrap(), "GNOME Keyring");

    // As who keeps tokens waits. The first change is that somebody listens, and is no unlocking yet.
    changes.next().await;
    let waiting = tokio::spawn({
        let keychain = keychain.clone();
        async move {
            let mut reads = 0;
            loop {
                changes.next().await;
                reads += 1;
                if let Ok(found) = keychain.read(id).await {
                    return (found, reads, Instant::now());
                }
            }
        }
    });
    assert!(keyring::is_locked(&desktop, keyring::LOGIN).await.unwrap());
    assert!(!waiting.is_finished());
    keyring::unlock(&desktop, keyring::LOGIN).await.unwrap();
    let unlocked = Instant::now();
    let (found, reads, at) = tokio::time::timeout(SOON, waiting).await.unwrap().unwrap();
    println!(
        "read by itself {} ms after it was unlocked, in {reads} reads",
        at.saturating_duration_since(unlocked).as_millis()
    );
    assert_eq!(found[0].expose_secret(), "kept");
    assert_eq!(read(&keychain, nowhere, "unlocked, and nothing there").await, Ok(vec![]));

    // The next time that it is locked is another matter.
    keyring::lock(&desktop, keyring::LOGIN).await.unwrap();
    assert_eq!(read(&keychain, id, "locked while it runs").await, Err(KeychainFault::Locked));
    keyring::unlock(&desktop, keyring::LOGIN).await.unwrap();
    assert_eq!(read(&keychain, id, "unlocked again").await, Ok(vec!["kept".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_person_is_asked_it_is_waited_for_longer_and_asked_once() {
    let (desktop, running, keychain) = unlocked().await;
    let id = Uuid::new_v4();
    keychain.write(id, secret("kept")).await.unwrap();
    running.end(&desktop).await.unwrap();
    let _keyring = Keyring::start_locked(&desktop).await.unwrap();
    // The prompt stands, and nobody types anything.
    let prompter = keyring::swallow(&desktop, keyring::PROMPTER).await.unwrap();
    let patience = Patience { call: Duration::from_secs(2), prompt: Duration::from_secs(5) };
    let keychain = keychain.with_patience(patience);

    let first = tokio::spawn({
        let keychain = keychain.clone();
        async move { timed(keychain.read(id)).await }
    });
    wait::until_true("the prompt", SOON, async || Ok(keychain.is_asking())).await.unwrap();
    let (found, took) = first.await.unwrap();
    println!("a prompt that stands: {} ms", took.as_millis());
    assert_eq!(found.map(|found| found.len()), Err(KeychainFault::Locked));
    assert!(took >= patience.prompt && took < patience.prompt + Duration::from_secs(3), "{took:?}");
    assert!(keychain.is_asking(), "it stands still");
    // Others do not wait for it, and do not put a second one beside it.
    let (found, took) = timed(keychain.read(id)).await;
    println!("beside a prompt that stands: {} ms", took.as_millis());
    assert_eq!(found.map(|found| found.len()), Err(KeychainFault::Locked));
    assert!(took < patience.call, "{took:?}");

    // Who shows prompts goes: that is a no. It is not asked again, except by a person.
    keyring::end_swallowing(&desktop, prompter).await.unwrap();
    wait::until_true("the prompt to go", SOON, async || Ok(!keychain.is_asking())).await.unwrap();
    let prompter = keyring::swallow(&desktop, keyring::PROMPTER).await.unwrap();
    assert_eq!(read(&keychain, id, "after a no").await, Err(KeychainFault::Locked));
    assert!(!keychain.is_asking());
    keychain.ask_again();
    let asked = tokio::spawn({
        let keychain = keychain.clone();
        async move { keychain.read(id).await }
    });
    wait::until_true("the prompt once more", SOON, async || Ok(keychain.is_asking())).await.unwrap();
    keyring::end_swallowing(&desktop, prompter).await.unwrap();
    assert_eq!(asked.await.unwrap().map(|found| found.len()), Err(KeychainFault::Locked));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keychain_that_was_started_anew_works_again_by_itself() {
    let (desktop, running, keychain) = unlocked().await;
    let id = Uuid::new_v4();
    keychain.write(id, secret("kept")).await.unwrap();
    let mut changes = keychain.changes();
    running.end(&desktop).await.unwrap();
    assert_eq!(read(&keychain, id, "ended").await, Err(KeychainFault::Absent));
    assert_eq!(keychain.write(id, secret("new")).await, Err(KeychainFault::Absent));
    assert_eq!(keychain.provider().await, Err(KeychainFault::Absent));
    let _keyring = Keyring::start(&desktop).await.unwrap();
    changes.next().await;
    assert_eq!(read(&keychain, id, "started anew").await, Ok(vec!["kept".to_owned()]));
    keychain.write(id, secret("new")).await.unwrap();
    assert_eq!(read(&keychain, id, "written").await, Ok(vec!["new".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_swallows_everything_is_silent_and_works_once_it_heals() {
    let (desktop, keychain) = desktop().await;
    let id = Uuid::new_v4();
    let silent = keyring::swallow(&desktop, keyring::NAME).await.unwrap();
    assert_eq!(read(&keychain, id, "swallowed").await, Err(KeychainFault::Silent));
    let (written, took) = timed(keychain.write(id, secret("lost"))).await;
    println!("a write that is swallowed: {} ms", took.as_millis());
    assert_eq!((written, took < IN_TIME), (Err(KeychainFault::Silent), true));
    // Many at once wait no longer than one.
    let (answers, took) = timed(async {
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let keychain = keychain.clone();
                tokio::spawn(async move { keychain.read(Uuid::new_v4()).await.map(|found| found.len()) })
            })
            .collect();
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.unwrap());
        }
        answers
    })
    .await;
    println!("fifty at once: {} ms", took.as_millis());
    assert!(answers.iter().all(|answer| *answer == Err(KeychainFault::Silent)) && took < IN_TIME, "{took:?}");

    keyring::end_swallowing(&desktop, silent).await.unwrap();
    let _keyring = Keyring::start(&desktop).await.unwrap();
    wait::until_true("it to answer", SOON, async || Ok(keychain.read(Uuid::new_v4()).await.is_ok()))
        .await
        .unwrap();
    keychain.write(id, secret("kept")).await.unwrap();
    assert_eq!(read(&keychain, id, "healed").await, Ok(vec!["kept".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_late_is_for_who_asks_next() {
    let (desktop, keyring, keychain) = unlocked().await;
    let id = Uuid::new_v4();
    keychain.write(id, secret("kept")).await.unwrap();
    let mut changes = keychain.changes();
    // That somebody listens is the first one.
    changes.next().await;
    keyring.freeze().unwrap();
    assert_eq!(read(&keychain, id, "frozen").await, Err(KeychainFault::Silent));
    keyring.thaw().unwrap();
    changes.next().await;
    keyring.freeze().unwrap();
    let (found, took) = timed(keychain.read(id)).await;
    println!("the late answer: {} µs", took.as_micros());
    assert_eq!(found.unwrap()[0].expose_secret(), "kept");
    assert!(took < Duration::from_millis(500), "{took:?}");
    // It was for one only.
    assert_eq!(read(&keychain, id, "frozen again").await, Err(KeychainFault::Silent));
    // And what is written meanwhile makes a late one worthless.
    let (written, _) = timed(keychain.write(id, secret("newer"))).await;
    assert_eq!(written, Err(KeychainFault::Silent));
    keyring.thaw().unwrap();
    wait::until_true("the newer", SOON, async || Ok(stands(&desktop, id).await? == ["newer"])).await.unwrap();
    assert_eq!(read(&keychain, id, "thawed").await, Ok(vec!["newer".to_owned()]));
}

/// gnome-keyring 42 dies of some hundred clients that come and go beside each other, and with it every other program's
/// passwords are gone until it is started again: so one connection serves all calls.
#[tokio::test(flavor = "multi_thread")]
async fn many_calls_come_over_one_connection() {
    let (desktop, _keyring, keychain) = unlocked().await;
    let id = Uuid::new_v4();
    keychain.write(id, secret("kept")).await.unwrap();
    let before = keyring::clients(&desktop).await.unwrap();
    for _ in 0..50 {
        assert_eq!(keychain.read(id).await.unwrap().len(), 1);
    }
    keychain.write(id, secret("newer")).await.unwrap();
    assert_eq!(keyring::clients(&desktop).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writes_that_come_late_the_newest_holds() {
    let (desktop, mut running, keychain) = unlocked().await;
    let keychain =
        keychain.with_patience(Patience { call: Duration::from_millis(300), ..Patience::default() });
    let (mut rounds, mut deaths) = (0, 0);
    while rounds < 10 {
        match late_writes(&desktop, &running, &keychain, rounds % 2 == 0).await {
            Ok(()) => rounds += 1,
            // gnome-keyring 42 now and then dies of threads that connect at the same time, as all do that have hung.
            Err(_) if !keyring::is_up(&desktop).await.unwrap() && deaths < 3 => {
                deaths += 1;
                running = Keyring::start(&desktop).await.unwrap();
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    println!("the keyring died {deaths} times");
}

/// Three writes come to a keyring that is frozen, and it thaws.
async fn late_writes(
    desktop: &Desktop,
    keyring: &Keyring,
    keychain: &SystemKeychain,
    is_there: bool,
) -> anyhow::Result<()> {
    let id = Uuid::new_v4();
    if is_there {
        wait::until_true("the first", SOON, async || Ok(keychain.write(id, secret("first")).await.is_ok()))
            .await?;
    }
    keyring.freeze()?;
    for text in ["old", "older than the last", "the last"] {
        assert_eq!(keychain.write(id, secret(text)).await, Err(KeychainFault::Silent));
    }
    keyring.thaw()?;
    wait::until_true("the last", SOON, async || Ok(stands(desktop, id).await? == ["the last"])).await?;
    // Once all are done, it is still the last: a read goes through the same line, behind what hangs.
    wait::until_true("a read", SOON, async || Ok(keychain.read(id).await.is_ok())).await?;
    assert_eq!(stands(desktop, id).await?, ["the last"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_keychain_it_says_so_and_is_found_when_it_comes() {
    let (desktop, keychain) = desktop().await;
    let id = Uuid::new_v4();
    let mut changes = keychain.changes();
    assert_eq!(read(&keychain, id, "no keychain").await, Err(KeychainFault::Absent));
    assert_eq!(keychain.write(id, secret("kept")).await, Err(KeychainFault::Absent));
    let no_bus = SystemKeychain::on_bus("unix:path=/no/such/bus");
    assert_eq!(read(&no_bus, id, "no bus").await, Err(KeychainFault::Absent));
    assert_eq!(no_bus.provider().await, Err(KeychainFault::Absent));
    let bad = SystemKeychain::on_bus("nonsense");
    assert_eq!(read(&bad, id, "no address").await, Err(KeychainFault::Absent));

    changes.next().await;
    let _keyring = Keyring::start(&desktop).await.unwrap();
    let (_, took) = timed(changes.next()).await;
    println!("told {} ms after it had come", took.as_millis());
    assert!(took < SOON, "by its signal, and not by the minute");
    assert_eq!(read(&keychain, id, "it has come").await, Ok(vec![]));
    keychain.write(id, secret("kept")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_matching_entries_both_are_read_and_the_newest_is_written() {
    let (desktop, _keyring, keychain) = unlocked().await;
    let id = Uuid::new_v4();
    let name = id.to_string();
    keychain.write(id, secret("older")).await.unwrap();
    // `Modified` counts seconds.
    let second = keyring::modified(&desktop, &attributes(&name)).await.unwrap();
    wait::until_true("the next second", SOON, async || Ok(keyring::now() > second)).await.unwrap();
    let copy = keyring::put(&desktop, &attributes(&name), b"newer").await.unwrap();
    assert_eq!(read(&keychain, id, "two").await, Ok(vec!["newer".to_owned(), "older".to_owned()]));

    // In the same second as the copy, or not: what was written last comes first, and the other is left alone.
    for text in ["1", "2", "3"] {
        keychain.write(id, secret(text)).await.unwrap();
        assert_eq!(read(&keychain, id, "two, written").await, Ok(vec![text.to_owned(), "older".to_owned()]));
    }
    assert_eq!(keyring::found(&desktop, &attributes(&name)).await.unwrap()[&copy], b"3");
    // One that cannot be read hides none that can.
    keyring::put(&desktop, &attributes(&name), b"\xff\x00").await.unwrap();
    assert_eq!(read(&keychain, id, "three").await, Ok(vec!["3".to_owned(), "older".to_owned()]));
    keychain.delete(id).await.unwrap();
    assert_eq!(keyring::found(&desktop, &attributes(&name)).await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_cannot_be_read_is_left_as_it_is() {
    let (desktop, _keyring, keychain) = unlocked().await;
    let (id, name) = {
        let id = Uuid::new_v4();
        (id, id.to_string())
    };
    let binary = b"\x00\xff\xfe not ours \x80";
    keyring::put(&desktop, &attributes(&name), binary).await.unwrap();
    assert_eq!(read(&keychain, id, "binary").await, Err(KeychainFault::Unreadable));
    assert_eq!(keychain.write(id, secret("ours")).await, Err(KeychainFault::Unreadable));
    let there = keyring::found(&desktop, &attributes(&name)).await.unwrap();
    assert_eq!(there.into_values().collect::<Vec<_>>(), [binary]);
    // Whoever really wants it away can have that.
    keychain.delete(id).await.unwrap();
    assert_eq!(read(&keychain, id, "taken away").await, Ok(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_default_collection_an_open_one_is_written_to() {
    let (desktop, running, keychain) = unlocked().await;
    let (id, other) = (Uuid::new_v4(), Uuid::new_v4());
    keychain.write(id, secret("kept")).await.unwrap();
    running.end(&desktop).await.unwrap();
    keyring::rename_login(&desktop, "wallet").unwrap();
    let running = Keyring::start_locked(&desktop).await.unwrap();
    assert_eq!(read(&keychain, id, "no default, locked").await, Err(KeychainFault::Locked));
    assert_eq!(read(&keychain, other, "no default, locked, nothing there").await, Err(KeychainFault::Locked));
    assert_eq!(keychain.write(other, secret("new")).await, Err(KeychainFault::Locked));
    keyring::unlock(&desktop, "wallet").await.unwrap();
    assert_eq!(read(&keychain, id, "no default, unlocked").await, Ok(vec!["kept".to_owned()]));
    assert_eq!(read(&keychain, other, "nothing there").await, Ok(vec![]));
    keychain.write(other, secret("new")).await.unwrap();
    running.end(&desktop).await.unwrap();
    let running = Keyring::start_locked(&desktop).await.unwrap();
    keyring::unlock(&desktop, "wallet").await.unwrap();
    assert_eq!(read(&keychain, other, "kept on disk").await, Ok(vec!["new".to_owned()]));

    // A collection that lasts no longer than the login is no place for a token.
    running.end(&desktop).await.unwrap();
    std::fs::remove_dir_all(desktop.root().join("data/keyrings")).unwrap();
    let _bare = Keyring::start_locked(&desktop).await.unwrap();
    assert_eq!(read(&keychain, other, "no collection").await, Err(KeychainFault::Absent));
    assert_eq!(keychain.write(other, secret("new")).await, Err(KeychainFault::Absent));
}

/// What stands in the keyring under an id, asked behind the keychain's back.
async fn stands(desktop: &Desktop, id: Uuid) -> anyhow::Result<Vec<String>> {
    let name = id.to_string();
    let found = keyring::found(desktop, &attributes(&name)).await?;
    found.into_values().map(|value| Ok(String::from_utf8(value)?)).collect()
}
