//! Transactions that commit in another order than they begin.

use serde_json::json;

use super::line::Line;
use super::mirror::Change;
use super::scene::{Scene, of};

/// One transaction writes first and commits last, and a client pulls in between.
async fn a_late_commit(client_begins_after_it_wrote: bool) {
    let mut scene = Scene::set().await;
    let asked = scene.cast.ask("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let other = scene.cast.ask("student_ben", "tutor_eve", "2026-11-05T16:00:00Z").await.unwrap();
    let ben = scene.who("student_ben");
    let mut early = scene.mirror("student_ben").await;

    let late = Line::by_hand(&scene.cast.database).await;
    late.run(&format!("begin; {}", scene.message(&asked, "first"))).await.unwrap();
    let mut mirror =
        if client_begins_after_it_wrote { scene.mirror("student_ben").await } else { early.clone() };
    scene.line.call(ben, "add_message", &json!({"booking": other["id"], "body": "second"})).await.unwrap();
    let between = mirror.catch_up(&scene.line, 500).await;
    assert_eq!(bodies(&between), ["second"]);

    late.commit().await;
    let told = scene.catches_up(&mut mirror).await;
    assert_eq!(bodies(&told), ["first"], "what committed before is not told again");
    scene.is_still(&mut mirror).await;
    scene.catches_up(&mut early).await;
}

/// What the messages say, and nothing else is told than messages.
fn bodies(told: &[Change]) -> Vec<&str> {
    let (messages, gone) = of(told, "booking_messages");
    assert_eq!((messages.len(), gone), (told.len(), 0), "{told:?}");
    messages.iter().map(|row| row["body"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_change_that_was_written_first_and_commits_last_is_not_missed() {
    a_late_commit(false).await;
}

#[tokio::test]
async fn nor_is_it_by_a_client_that_began_while_it_was_open() {
    a_late_commit(true).await;
}

#[tokio::test]
async fn what_commits_between_two_pages_comes_with_the_next_pass() {
    let mut scene = Scene::set().await;
    let asked = scene.cast.ask("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let other = scene.cast.ask("student_ben", "tutor_eve", "2026-11-05T16:00:00Z").await.unwrap();
    let ben = scene.who("student_ben");
    let mut mirror = scene.mirror("student_ben").await;
    let late = Line::by_hand(&scene.cast.database).await;
    late.run(&format!("begin; {}", scene.message(&asked, "the oldest"))).await.unwrap();
    for body in ["one", "two", "three"] {
        scene.by_hand(&scene.message(&other, body)).await;
    }
    let page = mirror.page(&scene.line, 1).await.unwrap();
    assert!(page.more);
    assert_eq!(bodies(&page.changes), ["one"]);
    late.commit().await;
    scene
        .line
        .call(ben, "add_message", &json!({"booking": other["id"], "body": "the newest"}))
        .await
        .unwrap();
    let told = scene.catches_up(&mut mirror).await;
    let mut said = bodies(&told);
    said[..2].sort_unstable();
    said[2..].sort_unstable();
    assert_eq!(said, ["three", "two", "the newest", "the oldest"], "each once");
    scene.is_still(&mut mirror).await;
}

/// What happens in a group touches people whom nobody has in hand: a link that is made meanwhile must not miss it.
#[tokio::test]
async fn a_change_of_a_group_is_not_missed_by_a_guardian_who_is_linked_meanwhile() {
    let mut scene = Scene::set().await;
    let start = "2026-11-04T16:00:00Z";
    let (bookings, session) = scene.group("tutor_ada", &["student_kim", "student_ben"], start).await;
    let (ben, sam) = (scene.who("student_ben"), scene.cast.player("stranger_sam").account);
    let mut mirror = scene.mirror("stranger_sam").await;

    let leaving = scene.another().await;
    let cancel = json!({"booking": bookings[1]["id"], "expected_version": bookings[1]["version"]});
    leaving.begin(ben, "cancel_booking", &cancel).await.unwrap();
    let kim = scene.cast.person("student_kim");
    scene.cast.school("link_guardian", json!({"account": sam, "person": kim, "name": "Sam"})).await.unwrap();
    mirror.catch_up(&scene.line, 500).await;
    assert_eq!(mirror.row("sessions", &session["id"]).unwrap()["first_names"], json!(["Ben", "Kim"]));
    leaving.commit().await;
    scene.catches_up(&mut mirror).await;
    assert_eq!(mirror.row("sessions", &session["id"]).unwrap()["first_names"], json!(["Kim"]));
}

/// Any write stores what ran out for its people, also of those on the other side, whom it has not in hand.
#[tokio::test]
async fn a_request_that_ran_out_is_not_missed_by_a_guardian_who_is_linked_meanwhile() {
    let mut scene = Scene::set().await;
    let booking = scene.reaches("student_kim", "tutor_ada", "2026-11-09T16:00:00Z").await;
    scene.cast.database.hold_clock_at("2026-11-05 08:00+00").await.unwrap();
    let (ben, sam) = (scene.who("student_ben"), scene.cast.player("stranger_sam").account);
    let mut mirror = scene.mirror("stranger_sam").await;

    let asking = scene.another().await;
    let (ada, person) = (scene.cast.person("tutor_ada"), scene.cast.person("student_ben"));
    let request = json!({"tutor": ada, "student": person, "subject": "Maths", "zone": "UTC",
        "start_at": "2026-11-10T16:00:00Z", "end_at": "2026-11-10T17:00:00Z"});
    asking.begin(ben, "request_booking", &request).await.unwrap();
    let kim = scene.cast.person("student_kim");
    scene.cast.school("link_guardian", json!({"account": sam, "person": kim, "name": "Sam"})).await.unwrap();
    mirror.catch_up(&scene.line, 500).await;
    let known = mirror.row("bookings", &booking["id"]).unwrap()["version"].clone();
    asking.commit().await;
    scene.catches_up(&mut mirror).await;
    assert_ne!(mirror.row("bookings", &booking["id"]).unwrap()["version"], known, "it was stored");
}
