//! What stands between a person and their school: no network, somebody else's certificate, a keychain that is locked,
//! silent or gone. The list, and quitting, wait for none of it.

use std::time::{Duration, Instant};

use firstbell_school::{Fault, Scripted};
use firstbell_tests::kit::keyring::{self, Keyring};
use firstbell_tests::kit::{App, Desktop, Page};
use serde_json::json;

use super::scene::{settled, start};

const NOT_CONNECTED: &str = "You’re not connected to the internet. What you typed is kept.";

/// Our own deadline for the list, and a while for a busy computer.
const LIST: Duration = Duration::from_secs(15);

/// A sign-in of which the store knows, at a school that is elsewhere.
const ENDED: &str = "
base.execute('''INSERT INTO sign_ins (id, entry, address, key, school, email, state, ended, made_at)
  VALUES ('019ae5f0-0000-7000-8000-000000000001', '019ae5f0-0000-7000-8000-000000000002',
          'https://school.northside.example', 'sb_publishable_abc12345', 'Northside', 'ben@example.com',
          'ended', 'session_expired', 0)''')
base.commit()
";

#[tokio::test]
async fn offline_is_told_on_all_four_forms_and_what_was_typed_is_kept() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    desktop.run_on_database(ENDED, &[]).await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.shows("Northside ends sign-ins after a while.").await.unwrap();
    page.press("Sign in again").await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("Password", "correct horse").await.unwrap();
    page.press_chief().await.unwrap();
    page.shows(NOT_CONNECTED).await.unwrap();
    assert_eq!(typed(&page, "E-mail").await, "ben@example.com");
    page.press("Sign up").await.unwrap();
    page.says("main h1", "Sign up at Northside").await.unwrap();
    page.fill("First name", "Ben").await.unwrap();
    page.fill("Last name", "Okafor").await.unwrap();
    page.fill("Password", "correct horse").await.unwrap();
    for role in ["a student", "a tutor", "a parent"] {
        page.field(role).await.unwrap().click().await.unwrap();
        if role == "a parent" {
            page.fill("Your child’s name", "Dan Okafor").await.unwrap();
        }
        page.press_chief().await.unwrap();
        page.shows(NOT_CONNECTED).await.unwrap();
        for (field, text) in [("First name", "Ben"), ("Last name", "Okafor"), ("E-mail", "ben@example.com")] {
            assert_eq!(typed(&page, field).await, text, "{role}");
        }
    }
}

async fn typed(page: &Page<'_>, field: &str) -> String {
    page.field(field).await.unwrap().prop("value").await.unwrap().unwrap_or_default()
}

#[tokio::test]
async fn a_schools_own_authority_works_and_somebody_elses_certificate_is_told() {
    let school = with_door(Scripted::with_tls(&["localhost"]).unwrap());
    let other_name = Scripted::with_tls(&["school.northside.example"]).unwrap();
    let stranger = Scripted::with_tls(&["localhost"]).unwrap();
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let trusted = [&school, &other_name].map(|one| one.authority().unwrap().to_owned()).concat();
    let file = desktop.root().join("authorities.pem");
    std::fs::write(&file, trusted).unwrap();
    let app =
        App::plan().env("SSL_CERT_FILE", file.to_str().unwrap()).start_with_driver(&desktop).await.unwrap();
    let page = app.page().unwrap();
    page.press("Settings").await.unwrap();
    page.press("Sign in to a school").await.unwrap();
    page.press("I have no invitation").await.unwrap();
    for blocked in [&other_name, &stranger] {
        to(&page, blocked).await;
        page.shows("This network doesn’t lead to localhost").await.unwrap();
        assert_eq!(blocked.asked().len(), 0, "nothing is said to whoever is not trusted");
    }
    to(&page, &school).await;
    page.says("main h1", "Sign up at Northside").await.unwrap();
}

fn with_door(school: Scripted) -> Scripted {
    school.answer("first contact", "what it offers").unwrap();
    let told = json!({"school": "Northside", "zone": "UTC", "open_sign_up": "off", "schema": 2});
    school.fault("/rest/v1/rpc/look_at_school", Fault::Rest(200, told));
    school
}

async fn to(page: &Page<'_>, school: &Scripted) {
    let port = url::Url::parse(school.url()).unwrap().port().unwrap();
    page.fill("The school’s address", &format!("https://localhost:{port}")).await.unwrap();
    page.fill("Its key", school.publishable_key()).await.unwrap();
    page.press_chief().await.unwrap();
}

#[tokio::test]
async fn list_and_quitting_wait_for_no_keychain_and_an_unlocked_one_signs_in_by_itself() {
    let server = super::getting_in::northside().await;
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let keyring = Keyring::start(&desktop).await.unwrap();
    let app = settled(&desktop).await;
    super::getting_in::comes_in(&app, &server).await;
    app.terminate().await.unwrap();

    let app = listed(&desktop, "unlocked").await;
    app.page().unwrap().shows("at Northside").await.unwrap();
    ended(app, "unlocked").await;

    keyring.end(&desktop).await.unwrap();
    let locked = Keyring::start_locked(&desktop).await.unwrap();
    let app = listed(&desktop, "locked").await;
    let page = app.page().unwrap();
    page.shows("The keychain is locked.").await.unwrap();
    keyring::unlock(&desktop, "login").await.unwrap();
    // What was said stays in the live region; the strip goes.
    page.has(0, "aside").await.unwrap();
    page.shows("at Northside").await.unwrap();
    ended(app, "unlocked meanwhile").await;

    locked.freeze().unwrap();
    let app = listed(&desktop, "silent").await;
    app.page().unwrap().shows("The keychain doesn’t answer.").await.unwrap();
    ended(app, "silent").await;
    locked.thaw().unwrap();

    locked.end(&desktop).await.unwrap();
    let app = listed(&desktop, "none").await;
    app.page().unwrap().shows("keychain").await.unwrap();
    ended(app, "none").await;
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
