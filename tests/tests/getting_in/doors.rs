//! Invitations and addresses: what is read, what is asked, and what never is.

use firstbell_core::app::getting_in::Step;
use firstbell_core::error::Code;
use firstbell_school::Scripted;

use crate::desk::{Desk, PASSWORD, refused};
use crate::roles::{northside, signed_up_student};

fn link(address: &str, key: &str, code: &str) -> String {
    let whole = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("school", address)
        .append_pair("key", key)
        .append_pair("code", code)
        .finish();
    format!("firstbell://join?{whole}")
}

#[tokio::test]
async fn an_invitation_that_is_opened_sends_nothing_before_a_press() {
    let school = Scripted::start().unwrap();
    let desk = Desk::new().await;
    let text =
        format!("Dear Ben,\n{}\n", link(school.url(), school.publishable_key(), "K7QM3-XTD9P-22ABC-HJKMN"));
    let step = desk.app.read_invitation(&text).await.unwrap();
    assert!(matches!(step, Step::Invitation { other: None, .. }), "{step:?}");
    assert!(school.asked().is_empty());
    refused(desk.app.go_on_with_invitation(false).await);
    assert!(!school.asked().is_empty(), "now it was asked");
}

#[tokio::test]
async fn a_forged_invitation_gets_no_password_and_no_token() {
    let server = northside().await;
    let desk = Desk::new().await;
    signed_up_student(&desk, server).await;
    // Another host, with the key of the school that is known here: both are shown.
    let forged = Scripted::start().unwrap();
    let text = link(forged.url(), server.publishable_key(), "K7QM3-XTD9P-22ABC-HJKMN");
    let step = desk.app.read_invitation(&text).await.unwrap();
    let Step::Invitation { other: Some(other), .. } = step else { panic!("{step:?}") };
    assert_ne!(other.known, other.given);
    let step = desk.app.go_on_with_invitation(false).await.unwrap();
    assert!(matches!(step, Step::Invitation { .. }), "not before the person has agreed: {step:?}");
    assert!(forged.asked().is_empty(), "nothing is sent to another host");
    // Another host with a key of its own, which calls itself as the school that is known: asked for, without anything
    // of the person's.
    forged.answer("first contact", "what it offers").unwrap();
    let named = serde_json::json!({"school": "Northside", "zone": "UTC", "open_sign_up": "off", "schema": 2});
    forged.fault("/rest/v1/rpc/look_at_school", firstbell_school::Fault::Rest(200, named));
    let invited = serde_json::json!({"school": "Northside", "role": "student"});
    forged.fault("/rest/v1/rpc/look_at_invitation", firstbell_school::Fault::Rest(200, invited));
    let text = link(forged.url(), forged.publishable_key(), "K7QM3-XTD9P-22ABC-HJKMN");
    desk.app.read_invitation(&text).await.unwrap();
    let step = desk.app.go_on_with_invitation(false).await.unwrap();
    assert!(matches!(step, Step::Invitation { other: Some(_), .. }), "{step:?}");
    for asked in forged.asked() {
        assert!(asked.bearer().is_none());
        assert!(!String::from_utf8_lossy(asked.body()).contains(PASSWORD));
    }
}

#[tokio::test]
async fn addresses_that_could_mislead_are_refused_before_anything_is_sent() {
    let desk = Desk::new().await;
    for (address, code) in [
        ("http://school.northside.example", Code::NoAddress),
        ("https://ada:pw@school.northside.example", Code::NoAddress),
        ("https://school.northside.example:8443", Code::NoAddress),
        ("Northside", Code::NoAddress),
    ] {
        let text = link(address, "sb_publishable_abc12345", "K7QM3-XTD9P-22ABC-HJKMN");
        assert_eq!(refused(desk.app.read_invitation(&text).await).0, Code::NoInvitation, "{address}");
        assert_eq!(
            refused(desk.app.look_at_school(address, "sb_publishable_abc12345").await).0,
            code,
            "{address}"
        );
    }
    assert_eq!(
        refused(desk.app.look_at_school("http://127.0.0.1:1", "sb_secret_abc12345").await).0,
        Code::WrongKey
    );
    assert_eq!(refused(desk.app.read_invitation("See you on Thursday").await).0, Code::NoInvitation);
}

#[tokio::test]
async fn a_bare_code_is_kept_until_the_school_is_named_and_needs_no_naming_of_the_only_one() {
    let server = northside().await;
    let desk = Desk::new().await;
    let code = crate::roles::invite(server, "student").await;
    assert_eq!(refused(desk.app.read_invitation(&code).await).0, Code::CodeNeedsSchool);
    let step = desk.app.look_at_school(server.url(), server.publishable_key()).await.unwrap();
    assert!(matches!(step, Step::Door { role: Some(_), .. }), "the code went with it: {step:?}");
    let desk = Desk::new().await;
    signed_up_student(&desk, server).await;
    let step = desk.app.read_invitation(&code).await.unwrap();
    assert!(matches!(step, Step::Invitation { other: None, .. }), "{step:?}");
}
