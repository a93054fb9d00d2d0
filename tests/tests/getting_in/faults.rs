//! The table of words: each fault of network and school, and each refusal of the accounts, from its real cause.

use std::time::Duration;

use firstbell_core::app::getting_in::Step;
use firstbell_core::error::Code;
use firstbell_core::sign_in::SchoolRole;
use firstbell_school::{Fault, Scripted};

use crate::desk::{Desk, PASSWORD, form, refused};

/// A scripted school whose door opens.
fn school() -> Scripted {
    let school = Scripted::start().unwrap();
    school.answer("first contact", "what it offers").unwrap();
    school.fault("/rest/v1/rpc/look_at_school", look_at_school());
    school
}

fn look_at_school() -> Fault {
    Fault::Rest(
        200,
        serde_json::json!({"school": "Northside", "zone": "Europe/Madrid", "open_sign_up": "off", "schema": 2}),
    )
}

async fn at_door(school: &Scripted) -> Desk {
    let desk = Desk::new().await;
    let step = desk.at_door(school.url(), school.publishable_key()).await;
    assert!(matches!(&step, Step::Door { school, .. } if school == "Northside"), "{step:?}");
    desk
}

#[tokio::test]
async fn each_fault_of_the_wire_has_its_words_and_costs_nothing_that_was_typed() {
    let cases: Vec<(Fault, Code)> = vec![
        (Fault::ServerError, Code::SchoolSilent),
        (Fault::BadGateway, Code::SchoolSilent),
        (Fault::Unavailable, Code::SchoolSilent),
        (Fault::Unknown520, Code::SchoolSilent),
        (Fault::Paused540, Code::SchoolSwitchedOff),
        (Fault::TooMany(None), Code::TooManyRequests),
        (Fault::TooMany(Some(17)), Code::TooManyRequests),
        (Fault::TooManyRequests, Code::TooManyRequests),
        (Fault::PortalPage, Code::CaptivePortal),
        (Fault::PortalRedirect, Code::CaptivePortal),
        (Fault::EmptyObject, Code::SchoolSilent),
        (Fault::BadRequest, Code::SchoolSilent),
        (Fault::InvalidKey, Code::WrongKey),
        (Fault::AnswerLost, Code::SchoolSilent),
        (Fault::CutOff, Code::SchoolSilent),
    ];
    let school = school();
    let desk = at_door(&school).await;
    for (fault, code) in cases {
        school.fault("/auth/v1/token", fault.clone());
        school.answer("signing in", "the right password").unwrap();
        let (came, said) = refused(desk.app.sign_in("ben@example.com", PASSWORD.into()).await);
        assert_eq!(came, code, "{fault:?}: {said}");
        assert!(said.ends_with('.') && !said.contains("127.0.0.1"), "{fault:?}: {said}");
        if fault == Fault::TooMany(Some(17)) {
            assert!(said.contains("17 seconds"), "{said}");
        }
        let Step::Door { form, .. } = desk.app.getting_in().await.unwrap() else { panic!("{fault:?}") };
        assert_eq!(form.email, "ben@example.com", "{fault:?}");
        school.no_fault("/auth/v1/token");
    }
    assert!(desk.app.schools().await.unwrap().is_empty(), "nobody is signed in by a fault");
}

#[tokio::test]
async fn a_school_that_is_silent_is_given_up_within_the_deadline() {
    let school = school();
    let desk = at_door(&school).await;
    school.fault("/auth/v1/token", Fault::Silence);
    let asked = desk.app.sign_in("ben@example.com", PASSWORD.into());
    let came = tokio::time::timeout(Duration::from_secs(25), asked).await.expect("our own deadline");
    assert_eq!(refused(came).0, Code::SchoolSilent);
}

#[tokio::test]
async fn a_school_that_is_not_there_is_told_by_what_is_missing() {
    let mut school = school();
    let (url, key) = (school.url().to_owned(), school.publishable_key().to_owned());
    let desk = at_door(&school).await;
    school.close();
    let (came, said) = refused(desk.app.sign_in("ben@example.com", PASSWORD.into()).await);
    assert_eq!(came, Code::SchoolSwitchedOff, "{said}");
    assert!(said.starts_with("Northside’s server is switched off."), "{said}");
    let (came, _) = refused(desk.app.look_at_school(&url, &key).await);
    assert_eq!(came, Code::SchoolSwitchedOff);
    // `./dev test` has no network, so every other host is one that cannot be asked, and nothing is sent. Whoever runs this
    // test alone may have one, where nobody knows the name.
    let (came, said) = refused(desk.app.look_at_school("https://school.northside.example", &key).await);
    let is_known = "nothing is known by the name school.northside.example";
    assert!(came == Code::Offline || came == Code::SchoolSwitchedOff && said.contains(is_known), "{said}");
}

#[tokio::test]
async fn whoever_is_no_school_is_told_from_one() {
    for (fault, code) in [
        (Fault::EmptyObject, Code::NoSchool),
        (Fault::InvalidKey, Code::WrongKey),
        (Fault::Rest(404, serde_json::json!({})), Code::SchoolSilent),
    ] {
        let school = school();
        let path = if matches!(fault, Fault::Rest(..)) {
            "/rest/v1/rpc/look_at_school"
        } else {
            "/auth/v1/settings"
        };
        school.fault(path, fault.clone());
        let desk = Desk::new().await;
        let (came, said) = refused(desk.app.look_at_school(school.url(), school.publishable_key()).await);
        assert_eq!(came, code, "{fault:?}: {said}");
    }
    let school = school();
    let missing = serde_json::json!({"code": "PGRST202", "message": "…", "details": null, "hint": null});
    school.fault("/rest/v1/rpc/look_at_school", Fault::Rest(404, missing));
    let desk = Desk::new().await;
    let came = refused(desk.app.look_at_school(school.url(), school.publishable_key()).await);
    assert_eq!(came.0, Code::SchoolNeedsUpdate, "{}", came.1);
}

#[tokio::test]
async fn what_the_accounts_refuse_at_signing_in_has_its_words() {
    let school = school();
    let desk = at_door(&school).await;
    for (group, what, code) in [
        ("signing in", "a wrong password", Code::WrongPassword),
        ("signing in", "an unknown address", Code::WrongPassword),
        ("signing in", "signing in while banned", Code::Banned),
        ("sign-up, address has to be confirmed", "sign in before confirming", Code::NotConfirmed),
        ("e-mail is off as a way to sign in", "sign in", Code::EmailOff),
        ("a captcha is wanted", "sign in", Code::CaptchaWanted),
        ("asked too often", "sign in: asked too often", Code::TooManyRequests),
        ("its database is away", "sign in", Code::SchoolSilent),
        ("an account with a second factor", "sign in with the password alone", Code::SecondFactor),
    ] {
        school.answer(group, what).unwrap();
        let (came, said) = refused(desk.app.sign_in("ben@example.com", PASSWORD.into()).await);
        assert_eq!(came, code, "{group}, {what}: {said}");
        school.no_answers();
        school.answer("first contact", "what it offers").unwrap();
    }
    assert!(desk.app.schools().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_accounts_refuse_at_signing_up_has_its_words_for_each_role() {
    let school = school();
    let desk = at_door(&school).await;
    for (group, what, code) in [
        ("sign-up, address has to be confirmed", "the same again within a minute", Code::MailTooSoon),
        ("sign-ups that are refused", "a short password", Code::WeakPassword),
        ("sign-ups that are refused", "a password of 73 characters", Code::PasswordTooLong),
        ("sign-ups that are refused", "an address that is none", Code::BadEmail),
        ("sign-ups are closed", "sign up", Code::SignUpClosed),
        ("e-mail is off as a way to sign in", "sign up", Code::EmailOff),
        ("addresses need no confirmation", "sign up again", Code::AccountExists),
        ("the mail cannot be sent", "sign up", Code::MailNotSetUp),
        ("the mail server refuses the recipient", "sign up", Code::MailNotSetUp),
        ("the school's mails are used up", "sign up, person 3", Code::MailUsedUp),
        ("a trigger of the school refuses the account", "sign up", Code::SchoolSilent),
        ("a captcha is wanted", "sign up", Code::CaptchaWanted),
        ("asked too often", "sign up: asked too often", Code::TooManyRequests),
    ] {
        for role in [SchoolRole::Student, SchoolRole::Tutor, SchoolRole::Guardian] {
            school.answer(group, what).unwrap();
            let (came, said) =
                refused(desk.app.sign_up(form("ben@example.com", role), PASSWORD.into()).await);
            assert_eq!(came, code, "{group}, {what}: {said}");
            let Step::Door { form, .. } = desk.app.getting_in().await.unwrap() else { panic!("{what}") };
            assert_eq!((form.first_name.as_str(), form.role), ("ben", Some(role)), "{what}");
            school.no_answers();
            school.answer("first contact", "what it offers").unwrap();
        }
    }
}

#[tokio::test]
async fn nothing_follows_a_redirect_and_nothing_but_the_school_gets_key_or_password() {
    let elsewhere = Scripted::start().unwrap();
    let school = school();
    let desk = at_door(&school).await;
    for path in ["/auth/v1/token", "/auth/v1/signup", "/rest/v1/rpc/look_at_school"] {
        school.fault(path, Fault::Redirect(format!("{}{path}", elsewhere.url())));
    }
    refused(desk.app.sign_in("ben@example.com", PASSWORD.into()).await);
    refused(desk.app.sign_up(form("ben@example.com", SchoolRole::Student), PASSWORD.into()).await);
    assert!(elsewhere.asked().is_empty(), "{:?}", elsewhere.asked());
    for asked in school.asked() {
        assert_eq!(asked.header("apikey"), Some(school.publishable_key()));
        assert!(asked.bearer().is_none_or(|bearer| !bearer.starts_with("sb_")), "a key is no token");
        assert!(asked.header("user-agent").is_some_and(|agent| agent.starts_with("FirstBell/")));
        assert_eq!(asked.header("x-supabase-api-version"), Some("2024-01-01"));
    }
}
