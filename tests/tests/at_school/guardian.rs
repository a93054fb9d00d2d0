//! A parent whose link to the child has ended.

use firstbell_core::{error::Code, strip::Notice, sync::Signal};
use firstbell_tests::kit::wait;

use crate::scene::{AtDesk, SOON, school};

#[tokio::test]
async fn with_a_link_that_has_ended_the_childs_sessions_go_and_a_line_says_so() {
    let server = school().await;
    let cleo = AtDesk::signed_in(&server, "CLEO").await;
    cleo.has_all().await;
    let before = cleo.sessions().await;
    assert!(!before.is_empty());
    let left = |all: &[Notice]| {
        all.iter().find_map(|notice| match notice {
            Notice::Left { id, sentence } => Some((*id, sentence.clone())),
            _ => None,
        })
    };
    assert_eq!(left(&cleo.desk.app.strip(None).await), None);

    let end = "update public.account_people set ended_at = now() where relation = 'guardian'";
    server.connect().await.unwrap().batch_execute(end).await.unwrap();
    cleo.desk.app.ask_schools(Signal::Asked);
    wait::until_true("they are gone", SOON, async || Ok(cleo.sessions().await.is_empty())).await.unwrap();
    let (school, sentence) = left(&cleo.desk.app.strip(None).await).expect("a line says so");
    assert!(sentence.contains("show you"), "{sentence}");
    assert!(cleo.desk.app.requests().await.unwrap().is_empty(), "nor is there anything to answer");
    let gone = cleo.desk.app.session(before[0].key()).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    assert_eq!(gone.sentence(), "This session isn’t there any more, or isn’t yours.");

    cleo.desk.app.acknowledge_left(school).await.unwrap();
    assert_eq!(left(&cleo.desk.app.strip(None).await), None, "once the person has taken note");
    cleo.running.stop().await;
}
