//! The keychain in every state in which people meet it, with a sign-in in it: the list, and quitting, wait for none of
//! them; each is said in its own words; and whoever was in is in again by itself, once the keychain is back.

use std::time::{Duration, Instant};

use firstbell_school::{Fault, Scripted};
use firstbell_tests::kit::keyring::{self, Keyring};
use firstbell_tests::kit::{App, Desktop, Page, wait};

use super::getting_in::{asks_to_join, comes_in, northside};
use super::scene::{SOON, settled, start};

/// Our own deadline for the list, and a while for a busy computer.
const LIST: Duration = Duration::from_secs(15);

const NOT_RUNNING: &str = "The keychain that has your sign-in isn’t running.";
const UNREADABLE: &str = "The entry in the keychain can’t be read. Sign in again; it is left as it is.";

#[tokio::test]
async fn list_and_quitting_wait_for_no_keychain_and_an_unlocked_one_signs_in_by_itself() {
    let server = northside().await;
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let keyring = Keyring::start(&desktop).await.unwrap();
    let app = settled(&desktop).await;
    comes_in(&app, &server).await;
    app.terminate().await.unwrap();

    let app = listed(&desktop, "unlocked").await;
    is_in(&app.page().unwrap()).await;
    ended(app, "unlocked").await;

    keyring.end(&desktop).await.unwrap();
    let locked = Keyring::start_locked(&desktop).await.unwrap();
    let app = listed(&desktop, "locked").await;
    says(&app.page().unwrap(), "The keychain is locked.").await;
    keyring::unlock(&desktop, keyring::LOGIN).await.unwrap();
    is_in(&app.page().unwrap()).await;
    ended(app, "unlocked meanwhile").await;

    locked.freeze().unwrap();
    let app = listed(&desktop, "silent").await;
    says(&app.page().unwrap(), "The keychain doesn’t answer.").await;
    locked.thaw().unwrap();
    is_in(&app.page().unwrap()).await;
    locked.freeze().unwrap();
    ended(app, "silent").await;
    locked.thaw().unwrap();

    locked.end(&desktop).await.unwrap();
    let app = listed(&desktop, "none").await;
    says(&app.page().unwrap(), NOT_RUNNING).await;
    ended(app, "none").await;
    let app = listed(&desktop, "none at first").await;
    says(&app.page().unwrap(), NOT_RUNNING).await;
    let _keyring = Keyring::start(&desktop).await.unwrap();
    is_in(&app.page().unwrap()).await;
    ended(app, "none at first").await;
}

#[tokio::test]
async fn a_keychain_that_is_started_anew_copied_or_spoiled_costs_neither_list_nor_sign_in() {
    let server = northside().await;
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let running = Keyring::start(&desktop).await.unwrap();
    let app = settled(&desktop).await;
    comes_in(&app, &server).await;
    app.terminate().await.unwrap();
    let id = desktop
        .run_on_database("print(base.execute('SELECT entry FROM sign_ins').fetchone()[0])", &[])
        .await
        .unwrap();
    let attributes = [("service", "firstbell"), ("username", id.trim())];

    // Started anew under a program that needs nothing of it just then.
    let app = listed(&desktop, "started anew meanwhile").await;
    is_in(&app.page().unwrap()).await;
    running.end(&desktop).await.unwrap();
    is_in(&app.page().unwrap()).await;
    let running = Keyring::start(&desktop).await.unwrap();
    is_in(&app.page().unwrap()).await;
    ended(app, "started anew meanwhile").await;

    // A copy or an import of a keychain leaves two.
    let text = only(&desktop, &attributes).await;
    keyring::put(&desktop, &attributes, &text).await.unwrap();
    for time in ["two entries", "two entries, once more"] {
        let app = listed(&desktop, time).await;
        is_in(&app.page().unwrap()).await;
        ended(app, time).await;
    }
    let texts = keyring::found(&desktop, &attributes).await.unwrap();
    assert_eq!(texts.len(), 2, "both are there still");
    assert_eq!(
        texts.values().filter(|value| **value == text).count(),
        1,
        "one was written, and one left alone"
    );
    let text = texts.into_values().find(|value| *value != text).unwrap();

    // An entry that cannot be read is left as it is, and is read once it can be.
    let binary = b"\x00\xff\xfe not ours \x80";
    keyring::set(&desktop, &attributes, binary).await.unwrap();
    let app = listed(&desktop, "unreadable").await;
    says(&app.page().unwrap(), UNREADABLE).await;
    ended(app, "unreadable").await;
    let app = listed(&desktop, "unreadable at first").await;
    says(&app.page().unwrap(), UNREADABLE).await;
    let left = keyring::found(&desktop, &attributes).await.unwrap();
    assert!(left.values().all(|value| value == binary), "left as it is");
    keyring::set(&desktop, &attributes, &text).await.unwrap();
    running.end(&desktop).await.unwrap();
    let _keyring = Keyring::start(&desktop).await.unwrap();
    is_in(&app.page().unwrap()).await;
    ended(app, "unreadable at first").await;
}

#[tokio::test]
async fn a_keychain_that_goes_just_when_it_is_needed_is_told_and_its_return_signs_in_by_itself() {
    let server = northside().await;
    let school = Scripted::in_front_of(&server).unwrap();
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let running = Keyring::start(&desktop).await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    asks_to_join(&page, &school, &server).await;

    // The token that is in memory has run out, and the one for another lies in a keychain that has just gone.
    running.end(&desktop).await.unwrap();
    school.forget_asked();
    school.fault_times("/rest/v1/rpc/who_am_i", Fault::RestExpired, 1);
    page.press("Look again").await.unwrap();
    page.says("main .mend", NOT_RUNNING).await.unwrap();
    desktop.input().keys(&["Escape"]).await.unwrap();
    says(&page, NOT_RUNNING).await;
    assert!(school.asked_for("/auth/v1/token").is_empty(), "nothing was sent that could not be stored");

    let _keyring = Keyring::start(&desktop).await.unwrap();
    page.has(0, "aside").await.unwrap();
    wait::until_true("the school to be asked", SOON, async || {
        Ok(school.asked_for("/auth/v1/token").len() == 1)
    })
    .await
    .unwrap();
    page.press("Settings").await.unwrap();
    page.press("Go on, Northside").await.unwrap();
    page.says("main h1", "Northside hasn’t answered yet.").await.unwrap();
    page.press_chief().await.unwrap();
    page.has(0, "main .mend").await.unwrap();
    ended(app, "gone just when it is needed").await;
}

/// What stands in the one entry with these attributes.
async fn only(desktop: &Desktop, attributes: &[(&str, &str)]) -> Vec<u8> {
    let found = keyring::found(desktop, attributes).await.unwrap();
    assert_eq!(found.len(), 1, "one entry a sign-in");
    found.into_values().next().unwrap()
}

/// The list is there, with the school's name; the strip is not; and Settings say who is in.
async fn is_in(page: &Page<'_>) {
    // What was said stays in the live region; the strip goes.
    page.has(0, "aside").await.unwrap();
    page.press("Settings").await.unwrap();
    page.shows("Signed in as ben@example.com").await.unwrap();
    page.press("Today").await.unwrap();
    page.shows("at Northside").await.unwrap();
}

/// The strip says this, beside the list, and so do Settings.
async fn says(page: &Page<'_>, words: &str) {
    page.press("Settings").await.unwrap();
    page.says("aside", words).await.unwrap();
    page.says("main .school", words).await.unwrap();
    page.press("Today").await.unwrap();
    page.says("aside", words).await.unwrap();
}

/// The list is there, whatever the keychain does.
async fn listed<'a>(desktop: &'a Desktop, what: &str) -> App<'a> {
    let began = Instant::now();
    let app = start(desktop).await;
    let took = began.elapsed();
    println!("{what}: the list after {} ms", took.as_millis());
    assert!(took < LIST, "{what}: {took:?}");
    app
}

async fn ended(app: App<'_>, what: &str) {
    let began = Instant::now();
    app.terminate().await.unwrap();
    let took = began.elapsed();
    println!("{what}: ended after {} ms", took.as_millis());
    assert!(took < LIST, "{what}: {took:?}");
}
