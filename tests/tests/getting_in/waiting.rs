//! A sign-up that waits for its mail outlives the program, with all that was asked for; and a sign-in whose keychain is
//! gone is made anew.

use firstbell_core::app::getting_in::Step;
use firstbell_core::secret::{Secrets, SystemKeychain};
use firstbell_core::sign_in::{SchoolRole, SchoolState};
use firstbell_school::Scripted;
use firstbell_tests::kit::{Desktop, Keyring, keyring};

use crate::desk::{Desk, PASSWORD, form, fresh_email};
use crate::mails::{confirming, last_mail, open_link};
use crate::roles::northside;

async fn desktop() -> (Desktop, Keyring, Secrets) {
    let desktop = Desktop::plan().without_notifications().start().await.unwrap();
    let keyring = Keyring::start(&desktop).await.unwrap();
    let bus = format!("unix:path={}/run/bus", desktop.root().display());
    (desktop, keyring, Secrets::System(SystemKeychain::on_bus(&bus)))
}

#[tokio::test]
async fn what_a_parent_asked_for_without_an_invitation_is_asked_after_a_quit_between() {
    let (_desktop, _keyring, keychain) = desktop().await;
    let server = confirming().await;
    let desk = Desk::with(keychain).await;
    desk.at_door(server.url(), server.publishable_key()).await;
    let email = fresh_email("cleo");
    let mut asked = form(&email, SchoolRole::Guardian);
    asked.note = "Dan begins in spring.".to_owned();
    asked.zone = Some(" new york ".to_owned());
    let step = desk.app.sign_up(asked, PASSWORD.into()).await.unwrap();
    assert!(matches!(step, Step::Confirm { .. }), "{step:?}");
    let (_, link) = last_mail(server, &email);

    let desk = desk.start_again().await;
    open_link(&link).await;
    let id = desk.app.schools().await.unwrap()[0].id;
    desk.app.go_on_with_school(id).await.unwrap();
    let step = desk.app.opened_link().await.unwrap();
    assert!(matches!(step, Step::Door { has_account: true, .. }), "{step:?}");
    // Typed as people type it.
    let step = desk.app.sign_in(&email.to_uppercase(), PASSWORD.into()).await.unwrap();
    let Step::Asked { request, .. } = step else { panic!("{step:?}") };
    assert_eq!((request.role, request.first_name.as_str()), (SchoolRole::Guardian, "cleo"));
    let asked = server.connect().await.unwrap();
    let sql = "select j.note, j.child, j.zone from public.join_requests j where j.first_name = 'cleo' order by j.asked_at desc limit 1";
    let told = asked.query_one(sql, &[]).await.unwrap();
    assert_eq!((told.get(0), told.get(1)), ("Dan begins in spring.", "Dan Okafor"));
    assert_eq!(told.get::<_, &str>(2), "America/New_York");
    assert_eq!(desk.app.schools().await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_two_arrivals_at_once_one_counts() {
    let (desktop, _keyring, keychain) = desktop().await;
    let server = confirming().await;
    let desk = Desk::with(keychain).await;
    let email = fresh_email("ben");
    desk.signed_up(server.url(), server.publishable_key(), &email).await;
    open_link(&last_mail(server, &email).1).await;
    let (one, other) = tokio::join!(desk.app.opened_link(), desk.app.opened_link());
    for step in [one, other] {
        assert!(matches!(step, Ok(Step::Arrived { .. })), "{step:?}");
    }
    let schools = desk.app.schools().await.unwrap();
    assert_eq!((schools.len(), schools[0].state), (1, SchoolState::In));
    assert_eq!(keyring::found(&desktop, &[("service", "firstbell")]).await.unwrap().len(), 1);
    // What is stored is what the row names: the next start is in.
    let desk = desk.start_again().await;
    desk.app.look_after_sign_ins().await.unwrap();
    assert_eq!(desk.app.schools().await.unwrap()[0].state, SchoolState::In);
}

#[tokio::test]
async fn whoever_signs_in_while_the_keychain_is_locked_is_kept_once_it_opens() {
    let (desktop, _keyring, keychain) = desktop().await;
    keyring::lock(&desktop, keyring::LOGIN).await.unwrap();
    let server = northside().await;
    let desk = Desk::with(keychain).await;
    desk.signed_up(server.url(), server.publishable_key(), &fresh_email("ben")).await;
    let running = crate::beside::run_beside(&desk).await;
    running.is_up();
    keyring::unlock(&desktop, keyring::LOGIN).await.unwrap();
    let is_stored = async || Ok(keyring::found(&desktop, &[("service", "firstbell")]).await?.len() == 1);
    let soon = std::time::Duration::from_secs(20);
    firstbell_tests::kit::wait::until_true("the sign-in to be stored", soon, is_stored).await.unwrap();
    running.stop().await;
    let desk = desk.start_again().await;
    desk.app.look_after_sign_ins().await.unwrap();
    let state = desk.app.schools().await.unwrap()[0].state;
    assert!(matches!(state, SchoolState::Asked | SchoolState::In), "{state:?}");
}

#[tokio::test]
async fn whose_sign_in_the_keychain_has_lost_is_led_to_sign_in_again_and_not_told_to_be_in() {
    let (desktop, _keyring, keychain) = desktop().await;
    let server = northside().await;
    let desk = Desk::with(keychain).await;
    let email = fresh_email("ben");
    let id = desk.signed_up(server.url(), server.publishable_key(), &email).await;
    let entries = keyring::found(&desktop, &[("service", "firstbell")]).await.unwrap();
    for item in entries.into_keys() {
        keyring::delete(&desktop, &item).await.unwrap();
    }
    let desk = desk.start_again().await;
    desk.app.look_after_sign_ins().await.unwrap();
    let school = desk.app.schools().await.unwrap().remove(0);
    assert_eq!(school.state, SchoolState::Ended);
    assert!(school.sentence.unwrap().contains("isn’t in the keychain any more"));
    let step = desk.app.go_on_with_school(id).await.unwrap();
    assert!(matches!(step, Step::Door { has_account: true, .. }), "{step:?}");
    let step = desk.app.sign_in(&email, PASSWORD.into()).await.unwrap();
    assert!(matches!(step, Step::Asked { .. } | Step::Arrived { .. }), "{step:?}");
    let school = desk.app.schools().await.unwrap().remove(0);
    assert_eq!((school.id, school.sentence), (id, None));
}

#[tokio::test]
async fn the_code_of_one_school_goes_to_no_other() {
    let (northside, other) = (northside().await, Scripted::start().unwrap());
    let desk = Desk::new().await;
    let code = crate::roles::invite(northside, "student").await;
    desk.app.read_invitation(&crate::roles::link(northside, &code)).await.unwrap();
    other.answer("first contact", "what it offers").unwrap();
    // Whatever it answers: it is not told the code.
    let _ = desk.app.look_at_school(other.url(), other.publishable_key()).await;
    assert!(!other.asked().is_empty());
    let told = other.asked().iter().any(|asked| String::from_utf8_lossy(asked.body()).contains(&code[..4]));
    assert!(!told && other.asked_for("/rest/v1/rpc/look_at_invitation").is_empty());
}
