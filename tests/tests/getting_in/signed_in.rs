//! Being signed in: what ends it and what does not, and signing out.

use firstbell_core::app::getting_in::Step;
use firstbell_core::error::Code;
use firstbell_core::sign_in::SchoolState;
use firstbell_school::{Fault, Scripted};

use crate::desk::{Desk, PASSWORD, fresh_email, refused};
use crate::roles::{northside, signed_up_student};

#[tokio::test]
async fn whoever_signs_out_is_out_here_at_once_and_at_the_school_as_soon_as_it_answers() {
    let server = northside().await;
    let school = Scripted::in_front_of(server).unwrap();
    let desk = Desk::new().await;
    let id = desk.signed_up(school.url(), school.publishable_key(), &fresh_email("ben")).await;
    desk.app.sign_out(id, false).await.unwrap();
    assert!(desk.app.schools().await.unwrap().is_empty());
    assert_eq!(desk.app.getting_in().await.unwrap(), Step::Begin);
    let revoked = async {
        while school.asked_for("/auth/v1/logout").is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), revoked).await.unwrap();
    assert_eq!(school.asked_for("/auth/v1/logout")[0].in_query("scope").as_deref(), Some("local"));
}

#[tokio::test]
async fn a_school_that_takes_nobody_for_anybody_empties_nothing() {
    let server = northside().await;
    let school = Scripted::in_front_of(server).unwrap();
    let desk = Desk::new().await;
    let id = desk.signed_up(school.url(), school.publishable_key(), &fresh_email("ben")).await;
    desk.app.go_on_with_school(id).await.unwrap();
    for _ in 0..3 {
        let step = desk.app.look_again().await;
        if let Ok(step) = step {
            // Still somebody, by what the school last said of it.
            assert!(matches!(step, Step::Asked { .. } | Step::Arrived { .. }), "{step:?}");
        }
        school.fault("/rest/v1/rpc/who_am_i", Fault::Anonymous);
    }
    let (code, said) = refused(desk.app.look_again().await);
    assert_eq!(code, Code::SchoolSilent, "{said}");
    let before = desk.app.schools().await.unwrap();
    assert_eq!(before.len(), 1);
    assert_ne!(before[0].state, SchoolState::Stranger);
}

#[tokio::test]
async fn signing_in_again_with_the_same_account_keeps_its_name_here() {
    let server = northside().await;
    let desk = Desk::new().await;
    let email = signed_up_student(&desk, server).await;
    let before = desk.app.schools().await.unwrap();
    desk.app.go_on_with_school(before[0].id).await.unwrap();
    desk.at_door(server.url(), server.publishable_key()).await;
    let step = desk.app.sign_in(&format!("  {email} "), PASSWORD.into()).await.unwrap();
    assert!(matches!(step, Step::Arrived { .. }), "{step:?}");
    let after = desk.app.schools().await.unwrap();
    assert_eq!((after.len(), after[0].id), (1, before[0].id));
}
