//! Getting into a school, in the real window, with a real keyring and the school of `./dev server`.

use firstbell_school::{Server, Settings};
use firstbell_tests::kit::{App, Desktop, Page, keyring};
use serde_json::Value;

use super::scene::{settled, start};

pub const PASSWORD: &str = "a-bell-before-each";

/// A school that confirms addresses, and is called Northside.
pub async fn northside() -> Server {
    let settings = Settings { confirm_addresses: true, ..Settings::default() };
    let server = Server::start_with(settings).await.unwrap();
    ask(
        &server,
        "with named as (update public.school_settings set name = 'Northside' returning 1) select to_jsonb(1)",
    )
    .await;
    server
}

async fn ask(server: &Server, sql: &str) -> Value {
    server.connect().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
}

async fn invitation(server: &Server, role: &str) -> String {
    invitation_at(server, server.url(), role).await
}

/// An invitation to a school that is reached at this address.
pub async fn invitation_at(server: &Server, address: &str, role: &str) -> String {
    let person = if role == "guardian" {
        let sql = "insert into public.people (kind, first_name, last_name, zone)
                   values ('student', 'Dan', 'Okafor', 'UTC') returning to_jsonb(id)";
        format!(", '{}'", ask(server, sql).await.as_str().unwrap())
    } else {
        String::new()
    };
    let made = ask(server, &format!("select public.invite(gen_random_uuid(), '{role}'{person})")).await;
    let whole = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("school", address)
        .append_pair("key", server.publishable_key())
        .append_pair("code", made["code"].as_str().unwrap())
        .finish();
    format!("firstbell://join?{whole}")
}

pub async fn with_keyring() -> Desktop {
    Desktop::plan().with_keyring().around_noon().start().await.unwrap()
}

/// To where one says which school it is, without an invitation.
pub async fn to_address(page: &Page<'_>) {
    page.press("Settings").await.unwrap();
    page.press("Sign in to a school").await.unwrap();
    page.press("I have no invitation").await.unwrap();
}

/// Names a school, and goes on. What comes of it, the page says.
pub async fn go_to_address(page: &Page<'_>, address: &str, key: &str) {
    page.fill("The school’s address", address).await.unwrap();
    page.fill("Its key", key).await.unwrap();
    page.press_chief().await.unwrap();
}

/// From Settings to the sign-up form of a school, without an invitation.
pub async fn to_door_by_address(page: &Page<'_>, address: &str, key: &str) {
    to_address(page).await;
    go_to_address(page, address, key).await;
    page.says("main h1", "Sign up at Northside").await.unwrap();
}

/// Ben asks to be let in, without an invitation, by a way in front of the school.
pub async fn asks_to_join(page: &Page<'_>, school: &firstbell_school::Scripted, server: &Server) {
    to_door_by_address(page, school.url(), school.publishable_key()).await;
    page.field("a student").await.unwrap().click().await.unwrap();
    sign_up(page, "Ben", "ben@example.com").await;
    confirm(page, server, "ben@example.com").await;
    page.says("main h1", "Northside hasn’t answered yet.").await.unwrap();
}

/// From Settings to the sign-up form of the school that invites.
pub async fn to_door(page: &Page<'_>, invitation: &str) {
    page.press("Settings").await.unwrap();
    page.press("Sign in to a school").await.unwrap();
    page.says("main h1", "Sign in to a school").await.unwrap();
    page.fill("Invitation", invitation).await.unwrap();
    page.press("Go on").await.unwrap();
    page.shows("Nothing has been sent there yet").await.unwrap();
    page.press("Go on").await.unwrap();
}

pub async fn sign_up(page: &Page<'_>, name: &str, email: &str) {
    page.fill("First name", name).await.unwrap();
    page.fill("Last name", "Okafor").await.unwrap();
    page.fill("E-mail", email).await.unwrap();
    page.fill("Password", PASSWORD).await.unwrap();
    page.press("Sign up").await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
}

async fn is_in(page: &Page<'_>) {
    page.shows("On this computer and at Northside").await.unwrap();
}

/// Ben comes in, by invitation and code.
pub async fn comes_in(app: &App<'_>, server: &Server) {
    let page = app.page().unwrap();
    to_door(&page, &invitation(server, "student").await).await;
    sign_up(&page, "Ben", "ben@example.com").await;
    confirm(&page, server, "ben@example.com").await;
    is_in(&page).await;
}

/// Types the digits of the last mail.
pub async fn confirm(page: &Page<'_>, server: &Server, email: &str) {
    page.fill("Is there a code in the mail?", &code(server, email)).await.unwrap();
    page.press("Confirm").await.unwrap();
}

fn code(server: &Server, email: &str) -> String {
    server.mail_to(email).unwrap().pop().unwrap().code().unwrap().to_owned()
}

async fn open_link(server: &Server, email: &str) {
    let link = server.mail_to(email).unwrap().pop().unwrap().link().unwrap().to_owned();
    let client = firstbell_school::http_client().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    client.get(link).send().await.unwrap();
}

#[tokio::test]
async fn a_student_comes_in_by_the_code_and_is_in_after_the_next_start() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door(&page, &invitation(&server, "student").await).await;
    page.says("main h1", "Northside invites you as a student.").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    sign_up(&page, "Ben", "ben@example.com").await;
    assert_eq!(app.axe().await.unwrap(), []);
    confirm(&page, &server, "ben@example.com").await;
    is_in(&page).await;
    app.terminate().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    is_in(&page).await;
    page.press("Settings").await.unwrap();
    page.shows("Signed in as ben@example.com").await.unwrap();
    // What lies in the keyring is one entry, and nothing of it lies in the folder or the log.
    let found = keyring::found(&desktop, &[("service", "firstbell")]).await.unwrap();
    assert_eq!(found.len(), 1, "one entry a sign-in");
}

#[tokio::test]
async fn a_tutor_comes_in_by_the_link_on_a_phone_after_a_quit_between() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door(&page, &invitation(&server, "tutor").await).await;
    page.says("main h1", "Northside invites you as a tutor.").await.unwrap();
    sign_up(&page, "Ada", "ada@example.com").await;
    app.terminate().await.unwrap();
    open_link(&server, "ada@example.com").await;

    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.press("Settings").await.unwrap();
    page.press("Go on, Northside").await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
    page.press("I have opened the link").await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("Password", PASSWORD).await.unwrap();
    page.press("Sign in").await.unwrap();
    // Names and invitation had waited in the keyring.
    page.shows("You’re in at Northside.").await.unwrap();
    page.shows("has yet to approve you as a tutor").await.unwrap();
}

#[tokio::test]
async fn whoever_lives_in_another_time_zone_than_their_computer_says_so_and_a_quit_between_keeps_it() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door(&page, &invitation(&server, "student").await).await;
    let here = desktop.zone().name().rsplit('/').next().unwrap().replace('_', " ");
    page.shows(&format!("Times in {here}, as on this computer")).await.unwrap();
    page.press("Change").await.unwrap();
    page.has_focus("Your time zone").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    for (field, text) in [
        ("Your time zone", "Atlantis"),
        ("First name", "Ben"),
        ("Last name", "Okafor"),
        ("E-mail", "ben@example.com"),
        ("Password", PASSWORD),
    ] {
        page.fill(field, text).await.unwrap();
    }
    page.press("Sign up").await.unwrap();
    page.shows("This time zone isn’t known. Type a city in it, such as New York.").await.unwrap();
    page.has_focus("Your time zone").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    page.fill("Your time zone", "new york").await.unwrap();
    page.press("Sign up").await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
    app.terminate().await.unwrap();
    open_link(&server, "ben@example.com").await;

    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.press("Settings").await.unwrap();
    page.press("Go on, Northside").await.unwrap();
    page.press("I have opened the link").await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("Password", PASSWORD).await.unwrap();
    page.press("Sign in").await.unwrap();
    is_in(&page).await;
    let zone = ask(&server, "select to_jsonb(p.zone) from public.people p where p.first_name = 'Ben'").await;
    assert_eq!(zone, "America/New_York");
}

#[tokio::test]
async fn a_parent_comes_in_by_having_opened_the_link() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door(&page, &invitation(&server, "guardian").await).await;
    page.says("main h1", "Northside invites you as a parent.").await.unwrap();
    sign_up(&page, "Cleo", "cleo@example.com").await;
    page.press("I have opened the link").await.unwrap();
    page.shows("isn’t confirmed yet").await.unwrap();
    open_link(&server, "cleo@example.com").await;
    page.press("I have opened the link").await.unwrap();
    is_in(&page).await;
    signs_out(&app, &page).await;
    let found = async || keyring::found(&desktop, &[("service", "firstbell")]).await.unwrap().is_empty();
    firstbell_tests::kit::wait::until_true("the keyring to be empty", super::scene::SOON, async || {
        Ok(found().await)
    })
    .await
    .unwrap();
}

async fn signs_out(app: &App<'_>, page: &Page<'_>) {
    page.press("Settings").await.unwrap();
    page.press("Sign out").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Sign out of Northside?");
    assert_eq!(app.axe().await.unwrap(), []);
    page.press("Sign out").await.unwrap();
    page.no_dialog().await.unwrap();
    page.shows("No school yet").await.unwrap();
}

#[tokio::test]
async fn whoever_asks_is_told_when_the_school_has_answered() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door_by_address(&page, server.url(), server.publishable_key()).await;
    assert_eq!(app.axe().await.unwrap(), []);
    page.field("a student").await.unwrap().click().await.unwrap();
    sign_up(&page, "Ben", "ben@example.com").await;
    confirm(&page, &server, "ben@example.com").await;
    page.says("main h1", "Northside hasn’t answered yet.").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    ask(&server, "select public.admit(gen_random_uuid(), j.id) from public.join_requests j").await;
    page.press("Look again").await.unwrap();
    is_in(&page).await;
}

#[tokio::test]
async fn a_link_that_is_opened_on_this_computer_leads_in_by_itself_and_leaves_no_secret_behind() {
    let server = northside().await;
    let desktop = with_keyring().await;
    desktop.settled().await.unwrap();
    // Everything is logged, that of the libraries too.
    let app = App::plan().env("FIRSTBELL_LOG", "trace").start_with_driver(&desktop).await.unwrap();
    let page = app.page().unwrap();
    let invitation = invitation(&server, "student").await;
    to_door(&page, &invitation).await;
    sign_up(&page, "Ben", "ben@example.com").await;
    // The browser opens the link, and follows it back to this computer.
    let link = server.mail_to("ben@example.com").unwrap().pop().unwrap().link().unwrap().to_owned();
    let behind = firstbell_school::http_client().build().unwrap().get(link).send().await.unwrap();
    assert!(behind.url().as_str().starts_with("http://127.0.0.1:"), "{}", behind.url());
    assert!(behind.text().await.unwrap().contains("First Bell"));
    is_in(&page).await;
    let found = keyring::found(&desktop, &[("service", "firstbell")]).await.unwrap();
    let entry = String::from_utf8(found.into_values().next().unwrap()).unwrap();
    let entry: Value = serde_json::from_str(&entry).unwrap();
    let code = invitation.rsplit("code=").next().unwrap().to_owned();
    let secrets = [PASSWORD.to_owned(), entry["refresh"].as_str().unwrap().to_owned(), code];
    let page_source = app.window().unwrap().source().await.unwrap();
    let log = app.log();
    assert!(log.contains("TRACE"), "everything was logged");
    for secret in secrets {
        assert!(!log.contains(&secret), "in the log: {}…", &secret[..5]);
        assert!(!page_source.contains(&secret), "in the page: {}…", &secret[..5]);
        for file in std::fs::read_dir(desktop.data_dir()).unwrap() {
            let path = file.unwrap().path();
            let bytes = if path.is_file() { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
            let holds = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!holds, "in {}: {}…", path.display(), &secret[..5]);
        }
    }
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_the_link_and_by_the_code() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door(&page, &invitation(&server, "student").await).await;
    sign_up(&page, "Ben", "ben@example.com").await;
    confirm(&page, &server, "ben@example.com").await;
    is_in(&page).await;
    for (by_link, password) in [(true, "another-bell-each"), (false, "yet-another-bell")] {
        signs_out(&app, &page).await;
        to_door_by_address(&page, server.url(), server.publishable_key()).await;
        page.press("I have an account").await.unwrap();
        page.fill("E-mail", "ben@example.com").await.unwrap();
        page.press("Forgotten password").await.unwrap();
        page.says("main h1", "Northside has sent you a mail.").await.unwrap();
        if by_link {
            let link = server.mail_to("ben@example.com").unwrap().pop().unwrap().link().unwrap().to_owned();
            firstbell_school::http_client().build().unwrap().get(link).send().await.unwrap();
        } else {
            page.fill("Or type the code from the mail", &code(&server, "ben@example.com")).await.unwrap();
            page.press("Confirm").await.unwrap();
        }
        page.says("main h1", "Choose a new password for Northside").await.unwrap();
        assert_eq!(app.axe().await.unwrap(), []);
        page.fill("New password", password).await.unwrap();
        page.press("Set password").await.unwrap();
        is_in(&page).await;
    }
}

#[tokio::test]
async fn whoever_is_turned_away_reads_why_and_can_ask_once_more() {
    let server = northside().await;
    ask(
        &server,
        "with s as (update public.school_settings set open_sign_up = 'off' returning 1) select to_jsonb(1)",
    )
    .await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    to_door_by_address(&page, server.url(), server.publishable_key()).await;
    page.field("a parent").await.unwrap().click().await.unwrap();
    page.fill("Your child’s name", "Dan Okafor").await.unwrap();
    sign_up(&page, "Cleo", "cleo@example.com").await;
    confirm(&page, &server, "cleo@example.com").await;
    page.says("main h1", "Northside hasn’t answered yet.").await.unwrap();
    ask(
        &server,
        "select public.turn_away(gen_random_uuid(), j.id, 'We do not know Dan.') from public.join_requests j",
    )
    .await;
    page.press("Look again").await.unwrap();
    page.says("main h1", "Northside said no.").await.unwrap();
    page.shows("We do not know Dan.").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
}

/// How somebody goes on from the mail.
#[derive(Clone, Copy, Debug)]
enum Way {
    LinkHere,
    Code,
    OpenedElsewhere,
}

#[tokio::test]
async fn tutor_student_and_parent_come_in_by_each_of_the_three_ways() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    for (role, words) in [("tutor", "a tutor"), ("student", "a student"), ("guardian", "a parent")] {
        for way in [Way::LinkHere, Way::Code, Way::OpenedElsewhere] {
            let email = format!("{role}.{way:?}@school.example").to_lowercase();
            to_door(&page, &invitation(&server, role).await).await;
            page.says("main h1", &format!("Northside invites you as {words}.")).await.unwrap();
            sign_up(&page, "Robin", &email).await;
            go_on(&page, &server, &email, way).await;
            if role == "tutor" {
                page.shows("has yet to approve you as a tutor").await.unwrap();
                page.press_chief().await.unwrap();
            }
            is_in(&page).await;
            signs_out(&app, &page).await;
        }
    }
}

async fn go_on(page: &Page<'_>, server: &Server, email: &str, way: Way) {
    match way {
        Way::LinkHere => {
            let link = server.mail_to(email).unwrap().pop().unwrap().link().unwrap().to_owned();
            firstbell_school::http_client().build().unwrap().get(link).send().await.unwrap();
        }
        Way::Code => {
            confirm(page, server, email).await;
        }
        Way::OpenedElsewhere => {
            open_link(server, email).await;
            page.press("I have opened the link").await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_next_start_refreshes_once_at_most() {
    let server = northside().await;
    let school = firstbell_school::Scripted::in_front_of(&server).unwrap();
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    asks_to_join(&page, &school, &server).await;
    ask(&server, "select public.admit(gen_random_uuid(), j.id) from public.join_requests j").await;
    page.press("Look again").await.unwrap();
    is_in(&page).await;
    app.terminate().await.unwrap();
    for start_number in 1..=3 {
        school.forget_asked();
        let app = start(&desktop).await;
        is_in(&app.page().unwrap()).await;
        firstbell_tests::kit::wait::until_true("the school to be asked", super::scene::SOON, async || {
            Ok(!school.asked_for("/rest/v1/rpc/who_am_i").is_empty())
        })
        .await
        .unwrap();
        assert_eq!(school.asked_for("/auth/v1/token").len(), 1, "start {start_number}");
        app.terminate().await.unwrap();
    }
}

#[tokio::test]
async fn keys_alone_lead_through_the_whole_form_and_a_narrow_window_holds_all_of_it() {
    let server = northside().await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    app.resize(380, 800).await.unwrap();
    to_door(&page, &invitation(&server, "student").await).await;
    page.says("main h1", "Northside invites you as a student.").await.unwrap();
    page.has_focus("First name").await.unwrap();
    let keys = desktop.input();
    for text in ["Ben", "Okafor", "ben@example.com", PASSWORD] {
        keys.text(text).await.unwrap();
        keys.keys(&["Tab"]).await.unwrap();
    }
    assert_eq!(app.axe().await.unwrap(), []);
    let wide =
        page.script("return document.documentElement.scrollWidth - innerWidth;", Vec::new()).await.unwrap();
    assert!(wide.as_i64().unwrap() <= 0, "{wide} px too wide");
    // From the field: what can be shown stands between it and the button.
    page.field("Password").await.unwrap().send_keys("\u{e007}").await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
    keys.keys(&["Escape"]).await.unwrap();
    page.says("main h1", "Settings").await.unwrap();
    page.shows("Northside").await.unwrap();
}
