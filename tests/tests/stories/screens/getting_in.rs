//! The pages of getting into a school, and what they say when something is wrong.

use firstbell_school::{Fault, Scripted, TokenForm};
use firstbell_tests::kit::{App, Desktop, Page};
use serde_json::{Value, json};

use super::{Look, start};

/// A school whose door opens: accounts as recorded, and Northside's own word of itself.
fn northside() -> Scripted {
    let school = Scripted::start().unwrap();
    school.answer("first contact", "what it offers").unwrap();
    for (function, told) in [
        ("look_at_school", json!({"school": "Northside", "zone": "UTC", "open_sign_up": "off", "schema": 2})),
        ("look_at_invitation", json!({"school": "Northside", "role": "student"})),
    ] {
        school.fault(&format!("/rest/v1/rpc/{function}"), Fault::Rest(200, told));
    }
    school
}

fn invitation(school: &Scripted) -> String {
    let whole = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("school", school.url())
        .append_pair("key", school.publishable_key())
        .append_pair("code", "K7QM3-XTD9P-22ABC-HJKMN")
        .finish();
    format!("firstbell://join?{whole}")
}

async fn begin(page: Page<'_>) {
    page.press("Settings").await.unwrap();
    page.press("Sign in to a school").await.unwrap();
    page.says("main h1", "Sign in to a school").await.unwrap();
}

pub(super) async fn getting_in(look: &mut Look) {
    let school = northside();
    let desktop = look.desktop(Desktop::plan()).await;
    desktop.settled().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    begin(page).await;
    look.at(&desktop, &app, "join-school-begin").await;
    page.fill("Invitation", "See you on Thursday").await.unwrap();
    page.press("Go on").await.unwrap();
    page.shows("There is no invitation in this text.").await.unwrap();
    look.at(&desktop, &app, "join-school-no-invitation").await;
    page.fill("Invitation", &invitation(&school)).await.unwrap();
    page.press("Go on").await.unwrap();
    page.shows("Nothing has been sent there yet").await.unwrap();
    look.at(&desktop, &app, "join-school-leads").await;
    page.press("Go on").await.unwrap();
    page.says("main h1", "Northside invites you as a student.").await.unwrap();
    look.at(&desktop, &app, "join-school").await;
    sign_up_that_fails(look, &desktop, &app, &school).await;
    school.answer("sign-up, address has to be confirmed", "sign up").unwrap();
    page.press("Sign up").await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
    look.at(&desktop, &app, "confirm-mail").await;
    page.press("Sign in").await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    sign_in_that_fails(look, &desktop, &app, &school).await;
    signed_in(look, &desktop, &app, &school).await;
    without_invitation(look, &desktop, &app, &school).await;
    new_password(look, &desktop, &app, &school).await;
    other_host(look, &desktop, &app, &school).await;
}

async fn sign_up_that_fails(look: &mut Look, desktop: &Desktop, app: &App<'_>, school: &Scripted) {
    let page = app.page().unwrap();
    page.fill("First name", "Ben").await.unwrap();
    page.fill("Last name", "Okafor").await.unwrap();
    page.fill("E-mail", "ben@example.com").await.unwrap();
    page.fill("Password", "correct horse").await.unwrap();
    for (group, what, words, name) in [
        (
            "the school's mails are used up",
            "sign up, person 3",
            "has sent all the mails",
            "fault-mail-used-up",
        ),
        ("the mail cannot be sent", "sign up", "couldn’t send the mail", "fault-mail-failed"),
        ("sign-ups that are refused", "a short password", "wants a longer password", "fault-weak-password"),
        (
            "addresses need no confirmation",
            "sign up again",
            "has an account at Northside already",
            "fault-account-exists",
        ),
    ] {
        school.answer_next(group, what).unwrap();
        page.press_chief().await.unwrap();
        page.shows(words).await.unwrap();
        look.at(desktop, app, name).await;
    }
}

async fn sign_in_that_fails(look: &mut Look, desktop: &Desktop, app: &App<'_>, school: &Scripted) {
    let page = app.page().unwrap();
    page.fill("E-mail", "ben@example.com").await.unwrap();
    page.fill("Password", "horse").await.unwrap();
    for (fault, words, name) in [
        (Fault::BadGateway, "isn’t answering as it should", "fault-silent"),
        (Fault::Paused540, "’s server is switched off.", "fault-switched-off"),
        (Fault::TooMany(Some(17)), "Wait 17 seconds", "fault-too-many"),
        (Fault::PortalPage, "This network wants you to sign in first.", "fault-captive-portal"),
        (Fault::InvalidKey, "doesn’t take this key", "fault-wrong-key"),
    ] {
        school.fault("/auth/v1/token", fault);
        page.press_chief().await.unwrap();
        page.shows(words).await.unwrap();
        look.at(desktop, app, name).await;
        school.no_fault("/auth/v1/token");
    }
    school.answer("signing in", "a wrong password").unwrap();
    page.press_chief().await.unwrap();
    page.shows("That password doesn’t fit ben@example.com.").await.unwrap();
    look.at(desktop, app, "sign-in-wrong").await;
}

async fn signed_in(look: &mut Look, desktop: &Desktop, app: &App<'_>, school: &Scripted) {
    let page = app.page().unwrap();
    school.no_answers();
    school.keep_sign_ins(TokenForm::One);
    let account = school.add_account("ben@example.com", "correct horse");
    let ben = json!({"person": uuid::Uuid::nil(), "role": "student", "approved": true});
    let who = json!({
        "account": account, "school": "Northside", "zone": "UTC", "schema": 2, "confirmed": true,
        "people": [ben], "requests": [],
    });
    for (function, answer) in [("accept_invitation", json!({})), ("who_am_i", who)] {
        school.fault(&format!("/rest/v1/rpc/{function}"), Fault::Rest(200, answer));
    }
    page.fill("Password", "correct horse").await.unwrap();
    page.press_chief().await.unwrap();
    page.shows("On this computer and at Northside").await.unwrap();
    look.at(desktop, app, "today-at-school").await;
    page.press("Settings").await.unwrap();
    page.shows("Signed in as ben@example.com").await.unwrap();
    look.at(desktop, app, "settings-school").await;
    page.press("Sign out").await.unwrap();
    page.shows("Sign out of Northside?").await.unwrap();
    look.at(desktop, app, "sign-out").await;
    page.press("Cancel").await.unwrap();
    page.no_dialog().await.unwrap();
}

/// Whoever the school knows, or does not.
fn who(school: &Scripted, people: &Value, requests: &Value) {
    let account = school.add_account("ben@example.com", "correct horse");
    let who = json!({
        "account": account, "school": "Northside", "zone": "UTC", "schema": 2, "confirmed": true,
        "people": people, "requests": requests,
    });
    for (function, answer) in
        [("accept_invitation", json!({})), ("ask_to_join", json!({"state": "waiting"})), ("who_am_i", who)]
    {
        school.fault(&format!("/rest/v1/rpc/{function}"), Fault::Rest(200, answer));
    }
}

/// The forms of whoever has no invitation, and what the school makes of them.
async fn without_invitation(look: &mut Look, desktop: &Desktop, app: &App<'_>, school: &Scripted) {
    let page = app.page().unwrap();
    school.answer("first contact", "what it offers").unwrap();
    let request = |state: &str, reason: &str| {
        json!([{
            "role": "student", "first_name": "Ben", "last_name": "Okafor", "state": state, "reason": reason,
            "asked_at": "2026-11-24T14:05:00Z",
        }])
    };
    let nobody = json!([]);
    for (requests, words, name) in [
        (json!([]), "doesn’t know you yet", "school-stranger"),
        (request("waiting", ""), "hasn’t answered yet.", "school-asked"),
        (request("turned_away", "We teach children only."), "We teach children only.", "school-turned-away"),
    ] {
        begin(page).await;
        let is_first = name == "school-stranger";
        if is_first {
            // Later it stays as it was left.
            page.press("I have no invitation").await.unwrap();
        }
        page.fill("The school’s address", school.url()).await.unwrap();
        page.fill("Its key", school.publishable_key()).await.unwrap();
        page.press_chief().await.unwrap();
        page.says("main h1", "Sign in to Northside").await.unwrap();
        if is_first {
            page.press("Sign up").await.unwrap();
            page.says("main h1", "Sign up at Northside").await.unwrap();
            look.at(desktop, app, "school-without-invitation").await;
            in_another_zone(look, desktop, app).await;
            page.press("I have an account").await.unwrap();
        }
        who(school, &nobody, &requests);
        page.fill("E-mail", "ben@example.com").await.unwrap();
        page.fill("Password", "correct horse").await.unwrap();
        page.press_chief().await.unwrap();
        page.shows(words).await.unwrap();
        look.at(desktop, app, name).await;
        page.press("Not now").await.unwrap();
    }
}

/// The field of whoever lives elsewhere than their computer thinks.
async fn in_another_zone(look: &mut Look, desktop: &Desktop, app: &App<'_>) {
    let page = app.page().unwrap();
    page.press("Change").await.unwrap();
    page.has_focus("Your time zone").await.unwrap();
    let own = page.field("Your time zone").await.unwrap().prop("value").await.unwrap().unwrap();
    for (place, is_shown) in [("New York", true), (own.as_str(), false)] {
        page.fill("Your time zone", place).await.unwrap();
        // What is suggested is a window of its own, which goes with the focus.
        page.field("First name").await.unwrap().click().await.unwrap();
        page.has_focus("First name").await.unwrap();
        if is_shown {
            look.at(desktop, app, "school-another-zone").await;
        }
    }
}

/// Whoever has forgotten their password sets a new one by the code of a mail.
async fn new_password(look: &mut Look, desktop: &Desktop, app: &App<'_>, school: &Scripted) {
    let page = app.page().unwrap();
    begin(page).await;
    page.fill("The school’s address", school.url()).await.unwrap();
    page.fill("Its key", school.publishable_key()).await.unwrap();
    page.press_chief().await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("E-mail", "ben@example.com").await.unwrap();
    school.answer("passwords and addresses", "forgotten password").unwrap();
    page.press("Forgotten password").await.unwrap();
    page.says("main h1", "Northside has sent you a mail.").await.unwrap();
    look.at(desktop, app, "new-password-mail").await;
    school.answer("passwords and addresses", "its code").unwrap();
    page.fill("Or type the code from the mail", "123456").await.unwrap();
    page.press("Confirm").await.unwrap();
    page.says("main h1", "Choose a new password for Northside").await.unwrap();
    look.at(desktop, app, "new-password").await;
    page.press("Not now").await.unwrap();
}

/// An invitation that leads elsewhere than where the school is known.
async fn other_host(look: &mut Look, desktop: &Desktop, app: &App<'_>, school: &Scripted) {
    let page = app.page().unwrap();
    begin(page).await;
    let elsewhere = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("school", "https://northside.example")
        .append_pair("key", school.publishable_key())
        .append_pair("code", "K7QM3-XTD9P-22ABC-HJKMN")
        .finish();
    page.fill("Invitation", &format!("firstbell://join?{elsewhere}")).await.unwrap();
    page.press("Go on").await.unwrap();
    page.shows("northside.example").await.unwrap();
    look.at(desktop, app, "school-other-host").await;
}
