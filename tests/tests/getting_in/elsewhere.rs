//! What another program of the same person does at the school, by Supabase's own client.

use std::process::Command;

use firstbell_core::app::getting_in::Step;
use firstbell_core::error::Code;
use firstbell_core::sign_in::SchoolState;
use firstbell_school::{Fault, Scripted, Server};

use crate::desk::{Desk, PASSWORD, fresh_email, refused};
use crate::roles::{invite, northside};

fn elsewhere(server: &Server, email: &str, password: &str, deed: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/school/peer");
    let done = Command::new("node")
        .args(["elsewhere.mjs", email, password, deed])
        .current_dir(folder)
        .env("SUPABASE_URL", server.url())
        .env("SUPABASE_KEY", server.publishable_key())
        .env("SUPABASE_SECRET_KEY", server.secret_key())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.lines().count() == 2, "{said}{complaints}");
    assert!(!said.contains(r#""holds":false"#), "{said}");
}

async fn ended_by(deed: &str, password: &str) {
    let server = northside().await;
    let school = Scripted::in_front_of(server).unwrap();
    let desk = Desk::new().await;
    let email = fresh_email("ben");
    desk.app.read_invitation(&invite(server, "student").await).await.unwrap_err();
    let id = desk.signed_up(school.url(), school.publishable_key(), &email).await;
    desk.app.look_after_sign_ins().await.unwrap();
    assert_eq!(desk.app.schools().await.unwrap()[0].state, SchoolState::In);
    elsewhere(server, &email, PASSWORD, deed);
    // The access token serves the school's calls until it runs out; the school says "over" at the next refresh.
    school.fault_times("/rest/v1/rpc/who_am_i", Fault::RestExpired, 1);
    desk.app.look_after_sign_ins().await.unwrap();
    let schools = desk.app.schools().await.unwrap();
    assert_eq!((schools.len(), schools[0].state), (1, SchoolState::Ended), "nothing is lost");
    let said = schools[0].sentence.clone().unwrap();
    assert!(said.contains("signed out of Northside elsewhere, or the password was changed"), "{said}");
    let step = desk.app.go_on_with_school(id).await.unwrap();
    assert!(matches!(&step, Step::Door { has_account: true, can_leave: false, .. }), "{step:?}");
    if password != PASSWORD {
        assert_eq!(refused(desk.app.sign_in(&email, PASSWORD.into()).await).0, Code::WrongPassword);
    }
    let step = desk.app.sign_in(&email, password.into()).await.unwrap();
    assert!(matches!(step, Step::Arrived { .. }), "{step:?}");
    let again = desk.app.schools().await.unwrap();
    assert_eq!(
        (again.len(), again[0].id, again[0].state),
        (1, id, SchoolState::In),
        "the same sign-in as before"
    );
}

#[tokio::test]
async fn signed_out_everywhere_is_told_and_nothing_is_lost() {
    ended_by("everywhere", PASSWORD).await;
}

#[tokio::test]
async fn a_password_that_was_changed_elsewhere_is_told_and_the_new_one_leads_in() {
    ended_by("another-bell-before-each", "another-bell-before-each").await;
}
