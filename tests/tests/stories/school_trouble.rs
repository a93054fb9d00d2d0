//! What stands between a person and their school: no network, somebody else's certificate, a server that is not well.

use std::time::Duration;

use firstbell_school::{Fault, Scripted};
use firstbell_tests::kit::{App, Desktop, Page};
use serde_json::json;

use super::getting_in::{go_to_address, to_address, to_door_by_address};
use super::scene::{settled, start};

const NOT_CONNECTED: &str = "You’re not connected to the internet. What you typed is kept.";

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
    to_address(&page).await;
    for blocked in [&other_name, &stranger] {
        to_localhost(&page, blocked).await;
        page.shows("This network doesn’t lead to localhost").await.unwrap();
        assert_eq!(blocked.asked().len(), 0, "nothing is said to whoever is not trusted");
    }
    to_localhost(&page, &school).await;
    page.says("main h1", "Sign up at Northside").await.unwrap();
}

pub fn with_door(school: Scripted) -> Scripted {
    school.answer("first contact", "what it offers").unwrap();
    let told = json!({"school": "Northside", "zone": "UTC", "open_sign_up": "off", "schema": 2});
    school.fault("/rest/v1/rpc/look_at_school", Fault::Rest(200, told));
    school
}

/// Names a school that speaks TLS on this computer.
pub async fn to_localhost(page: &Page<'_>, school: &Scripted) {
    let port = url::Url::parse(school.url()).unwrap().port().unwrap();
    go_to_address(page, &format!("https://localhost:{port}"), school.publishable_key()).await;
}

/// The sentence over the chief button.
async fn says(page: &Page<'_>, words: &str) {
    page.says("main .mend", words).await.unwrap();
}

#[tokio::test]
async fn every_fault_of_the_wire_and_every_refusal_is_read_in_the_window() {
    let mut school = with_door(Scripted::start().unwrap());
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door_by_address(&page, school.url(), school.publishable_key()).await;
    page.field("a student").await.unwrap().click().await.unwrap();
    page.fill("First name", "Ben").await.unwrap();
    page.fill("Last name", "Okafor").await.unwrap();
    page.fill("E-mail", "ben@example.com").await.unwrap();
    page.fill("Password", "correct horse").await.unwrap();
    sign_up_is_refused(&page, &school).await;
    sign_in_is_refused(&page, &school).await;
    the_wire_is_at_fault(&page, &school).await;
    school.fault("/auth/v1/token", Fault::Silence);
    page.press_chief().await.unwrap();
    page.shows_within("isn’t answering as it should", Duration::from_secs(30)).await.unwrap();
    school.no_faults();
    school.close();
    page.press_chief().await.unwrap();
    says(&page, "’s server is switched off.").await;
}

async fn sign_up_is_refused(page: &Page<'_>, school: &Scripted) {
    for (group, what, words) in [
        (
            "sign-up, address has to be confirmed",
            "the same again within a minute",
            "A mail went to ben@example.com",
        ),
        ("the school's mails are used up", "sign up, person 3", "has sent all the mails"),
        ("the mail cannot be sent", "sign up", "couldn’t send the mail"),
        ("sign-ups that are refused", "a short password", "wants a longer password"),
        ("sign-ups that are refused", "a password of 73 characters", "longer than Northside takes"),
        ("sign-ups that are refused", "an address that is none", "doesn’t take the address"),
        ("sign-ups are closed", "sign up", "Nobody can sign up at Northside now."),
        ("e-mail is off as a way to sign in", "sign up", "doesn’t let people sign in with e-mail"),
        ("addresses need no confirmation", "sign up again", "has an account at Northside already"),
        ("a captcha is wanted", "sign up", "wants a proof that only a browser can give"),
        ("asked too often", "sign up: asked too often", "That was tried very often from here."),
    ] {
        school.answer_next(group, what).unwrap();
        page.press_chief().await.unwrap();
        page.shows(words).await.unwrap();
        assert_eq!(typed(page, "First name").await, "Ben", "{what}");
    }
}

async fn sign_in_is_refused(page: &Page<'_>, school: &Scripted) {
    page.press("I have an account").await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("Password", "correct horse").await.unwrap();
    for (group, what, words) in [
        ("signing in", "a wrong password", "That password doesn’t fit ben@example.com."),
        ("signing in", "signing in while banned", "has barred this account"),
        ("sign-up, address has to be confirmed", "sign in before confirming", "isn’t confirmed yet"),
        ("an account with a second factor", "sign in with the password alone", "has a second factor"),
    ] {
        school.answer_next(group, what).unwrap();
        page.press_chief().await.unwrap();
        page.shows(words).await.unwrap();
    }
}

async fn the_wire_is_at_fault(page: &Page<'_>, school: &Scripted) {
    for (fault, words) in [
        (Fault::ServerError, "isn’t answering as it should"),
        (Fault::BadGateway, "isn’t answering as it should"),
        (Fault::Unknown520, "isn’t answering as it should"),
        (Fault::Paused540, "’s server is switched off."),
        (Fault::TooMany(None), "Wait five minutes"),
        (Fault::TooMany(Some(17)), "Wait 17 seconds"),
        (Fault::PortalPage, "This network wants you to sign in first."),
        (Fault::PortalRedirect, "This network wants you to sign in first."),
        (Fault::InvalidKey, "doesn’t take this key"),
    ] {
        school.fault("/auth/v1/token", fault);
        page.press_chief().await.unwrap();
        says(page, words).await;
        assert_eq!(typed(page, "E-mail").await, "ben@example.com");
        school.no_fault("/auth/v1/token");
        // So that the next one is not taken for this one.
        school.answer_next("signing in", "a wrong password").unwrap();
        page.press_chief().await.unwrap();
        says(page, "That password doesn’t fit").await;
    }
}
