//! A transaction that stays open for long, as a report or a migration does.

use serde_json::json;

use super::line::Line;
use super::scene::{Scene, of};

async fn a_long_transaction(commits: bool) {
    let mut scene = Scene::set().await;
    let asked = scene.cast.ask("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let other = scene.cast.ask("student_ben", "tutor_eve", "2026-11-05T16:00:00Z").await.unwrap();
    let ben = scene.who("student_ben");
    // It has its number before the client has its cursor.
    let long = Line::by_hand(&scene.cast.database).await;
    long.run(&format!("begin; {}", scene.message(&asked, "long"))).await.unwrap();
    let mut mirror = scene.mirror("student_ben").await;
    for round in 0..20 {
        let body = format!("round {round}");
        scene.line.call(ben, "add_message", &json!({"booking": other["id"], "body": body})).await.unwrap();
        let told = mirror.catch_up(&scene.line, 500).await;
        let (messages, gone) = of(&told, "booking_messages");
        assert_eq!((told.len(), messages.len(), gone), (1, 1, 0), "{body}: {told:?}");
        assert_eq!(messages[0]["body"], body);
        scene.is_still(&mut mirror).await;
    }
    if commits {
        long.commit().await;
        let told = scene.catches_up(&mut mirror).await;
        let (messages, _) = of(&told, "booking_messages");
        assert_eq!((told.len(), messages[0]["body"].as_str()), (1, Some("long")), "{told:?}");
    } else {
        long.roll_back().await;
        let told = scene.catches_up(&mut mirror).await;
        assert_eq!(told, [], "it never was");
    }
    scene.is_still(&mut mirror).await;
}

#[tokio::test]
async fn others_changes_go_on_coming_beside_a_long_transaction_each_once_and_its_own_when_it_commits() {
    a_long_transaction(true).await;
}

#[tokio::test]
async fn a_long_transaction_that_is_rolled_back_leaves_nothing() {
    a_long_transaction(false).await;
}
