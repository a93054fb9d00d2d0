//! The three ways on from a mail, and a forgotten password.

use std::time::Duration;

use firstbell_core::app::getting_in::Step;
use firstbell_core::error::Code;
use firstbell_core::school::supabase::auth::Mail;
use firstbell_core::sign_in::{SchoolRole, SchoolState};
use firstbell_school::{Fault, Scripted, Server, Settings};
use tokio::sync::OnceCell;

use crate::desk::{Desk, PASSWORD, form, fresh_email, refused};

/// A school that confirms addresses.
pub async fn confirming() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            let settings = Settings { confirm_addresses: true, password_length: 8, ..Settings::default() };
            let server = Server::start_with(settings).await.unwrap();
            let sql = "update public.school_settings set name = 'Northside', open_sign_up = 'students'";
            server.connect().await.unwrap().batch_execute(sql).await.unwrap();
            server
        })
        .await
}

async fn waiting(desk: &Desk, server: &Server) -> String {
    desk.at_door(server.url(), server.publishable_key()).await;
    let email = fresh_email("ben");
    let step = desk.app.sign_up(form(&email, SchoolRole::Student), PASSWORD.into()).await.unwrap();
    assert!(matches!(&step, Step::Confirm { mail: Mail::SignUp, knows_password: true, .. }), "{step:?}");
    assert_eq!(desk.app.schools().await.unwrap()[0].state, SchoolState::Waiting);
    email
}

/// The six digits, and the link, of the last mail to an address.
pub fn last_mail(server: &Server, email: &str) -> (String, String) {
    let mail = server.mail_to(email).unwrap().pop().expect("a mail");
    let (code, link) = (mail.code().expect("a code"), mail.link().expect("a link"));
    (code.to_owned(), link.to_owned())
}

#[tokio::test]
async fn the_six_digits_lead_in_and_wrong_ones_say_so() {
    let server = confirming().await;
    let desk = Desk::new().await;
    let email = waiting(&desk, server).await;
    let (code, _) = last_mail(server, &email);
    let other = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(refused(desk.app.confirm_code(other.into()).await).0, Code::CodeOver);
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let step = desk.app.confirm_code(spaced.into()).await.unwrap();
    assert!(matches!(step, Step::Arrived { role: SchoolRole::Student, .. }), "{step:?}");
    assert_eq!(desk.app.schools().await.unwrap().len(), 1, "the sign-in that waited is the one that is in");
}

#[tokio::test]
async fn a_link_that_was_opened_anywhere_leads_in_by_the_password() {
    let server = confirming().await;
    let desk = Desk::new().await;
    let email = waiting(&desk, server).await;
    assert_eq!(refused(desk.app.opened_link().await).0, Code::NotConfirmed);
    let (_, link) = last_mail(server, &email);
    // A phone opens it, and a scanner once more.
    for _ in 0..2 {
        open_link(&link).await;
    }
    let step = desk.app.opened_link().await.unwrap();
    assert!(matches!(step, Step::Arrived { .. }), "{step:?}");
}

#[tokio::test]
async fn quitting_between_sign_up_and_mail_leaves_the_other_ways() {
    let server = confirming().await;
    let desk = Desk::new().await;
    let email = waiting(&desk, server).await;
    let (code, link) = last_mail(server, &email);
    let desk = desk.start_again().await;
    let schools = desk.app.schools().await.unwrap();
    assert_eq!((schools[0].state, schools[0].email.as_str()), (SchoolState::Waiting, email.as_str()));
    let step = desk.app.go_on_with_school(schools[0].id).await.unwrap();
    assert!(
        matches!(&step, Step::Confirm { knows_password: false, email: to, .. } if *to == email),
        "{step:?}"
    );
    open_link(&link).await;
    // Nobody knows the password any more, so it is asked for.
    let step = desk.app.opened_link().await.unwrap();
    assert!(matches!(step, Step::Door { has_account: true, .. }), "{step:?}");
    let step = desk.app.sign_in(&email, PASSWORD.into()).await.unwrap();
    // Without a keychain the names are asked for again.
    assert!(matches!(step, Step::Stranger { .. }), "{step:?}");
    let step = desk.app.ask_to_join(form(&email, SchoolRole::Student)).await.unwrap();
    assert!(matches!(step, Step::Arrived { .. }), "{step:?}");
    drop(code);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_code() {
    let server = confirming().await;
    let desk = Desk::new().await;
    let email = waiting(&desk, server).await;
    desk.app.confirm_code(last_mail(server, &email).0.into()).await.unwrap();
    let desk = Desk::new().await;
    desk.at_door(server.url(), server.publishable_key()).await;
    let step = desk.app.forgot_password(&email).await.unwrap();
    assert!(matches!(step, Step::Confirm { mail: Mail::NewPassword, knows_password: false, .. }), "{step:?}");
    let step = desk.app.confirm_code(last_mail(server, &email).0.into()).await.unwrap();
    assert!(matches!(step, Step::NewPassword { .. }), "{step:?}");
    assert!(desk.app.schools().await.unwrap().is_empty(), "nobody is in before the new password is set");
    assert_eq!(refused(desk.app.set_new_password(PASSWORD.into()).await).0, Code::SamePassword);
    let step = desk.app.set_new_password("another-bell-each".into()).await.unwrap();
    assert!(matches!(step, Step::Arrived { .. }), "{step:?}");
    let desk = Desk::new().await;
    desk.at_door(server.url(), server.publishable_key()).await;
    assert_eq!(refused(desk.app.sign_in(&email, PASSWORD.into()).await).0, Code::WrongPassword);
}

/// A school whose mails' links lead back to where they were asked for.
pub fn linking_school() -> Scripted {
    let school = Scripted::start().unwrap();
    for (group, what) in [
        ("first contact", "what it offers"),
        ("links in mails", "sign up with PKCE and an own way back"),
        ("links in mails", "the code with its verifier"),
    ] {
        school.answer(group, what).unwrap();
    }
    let rest = |name: &str, body: serde_json::Value| {
        school.fault(&format!("/rest/v1/rpc/{name}"), Fault::Rest(200, body))
    };
    rest(
        "look_at_school",
        serde_json::json!({"school": "Northside", "open_sign_up": "students", "schema": 2}),
    );
    rest("ask_to_join", serde_json::json!({"state": "admitted"}));
    school
}

#[tokio::test]
async fn the_link_opened_on_this_computer_leads_in_by_itself() {
    let school = linking_school();
    let desk = Desk::new().await;
    desk.at_door(school.url(), school.publishable_key()).await;
    desk.app.sign_up(form("ben@example.com", SchoolRole::Student), PASSWORD.into()).await.unwrap();
    let signed_up = school.asked_for("/auth/v1/signup").pop().unwrap();
    let way_back = signed_up.in_query("redirect_to").expect("a way back");
    assert!(way_back.starts_with("http://127.0.0.1:"), "{way_back}");
    assert_eq!(signed_up.json()["code_challenge_method"], "s256");
    let challenge = signed_up.json()["code_challenge"].as_str().unwrap().to_owned();
    let mut changes = desk.app.changes();
    let page = open_link(&format!("{way_back}?code=2f9c1a52-6a1b-4b53-9a55-0d3e4c1f7c11")).await;
    assert!(page.contains("First Bell"), "{page}");
    let exchanged = school.asked_for("/auth/v1/token");
    assert_eq!(exchanged.len(), 1, "exactly one exchange");
    let verifier = exchanged[0].json()["code_verifier"].as_str().unwrap().to_owned();
    assert_eq!(challenge, challenge_of(&verifier));
    assert_eq!(exchanged[0].json()["auth_code"], "2f9c1a52-6a1b-4b53-9a55-0d3e4c1f7c11");
    // The window is told, so that its page goes on by itself.
    tokio::time::timeout(Duration::from_secs(10), changes.recv()).await.unwrap().unwrap();
    assert_eq!(desk.app.schools().await.unwrap().len(), 1);
    // A second time, and from another attempt: the same page, and no exchange.
    open_link(&format!("{way_back}?code=2f9c1a52-6a1b-4b53-9a55-0d3e4c1f7c11")).await;
    assert_eq!(school.asked_for("/auth/v1/token").len(), 1);
}

fn challenge_of(verifier: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier.as_bytes()))
}

/// A browser opens a link, and follows where it leads on this computer.
pub async fn open_link(link: &str) -> String {
    let client = firstbell_school::http_client().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    client.get(link).send().await.unwrap().text().await.unwrap()
}
