//! Why a row is not there: it is gone, or no longer the account's to see. And nothing of what it never saw.

use serde_json::{Value, json};

use super::line::Who;
use super::mirror::Mirror;
use super::scene::Scene;

const MONDAY: &str = "2026-11-09T16:00:00Z";

/// What is told of lost rows: table, id and why.
async fn lost(scene: &Scene, mirror: &mut Mirror) -> Vec<(String, String, String)> {
    let asked = json!({"cursor": mirror.cursor()});
    let told = scene.line.call(Who::Account(mirror.account), "pull_changes", &asked).await.unwrap();
    let mut lost = Vec::new();
    for change in told["changes"].as_array().unwrap() {
        assert_eq!(change.get("why").is_some(), change["row"].is_null(), "{change}");
        if change["row"].is_null() {
            lost.push(["table", "id", "why"].map(|name| change[name].as_str().unwrap().to_owned()).into());
        }
    }
    scene.catches_up(mirror).await;
    lost.sort();
    lost
}

fn row(table: &str, id: &Value, why: &str) -> (String, String, String) {
    (table.to_owned(), id.as_str().unwrap().to_owned(), why.to_owned())
}

#[tokio::test]
async fn who_leaves_a_group_is_told_that_their_place_is_gone_and_the_session_no_longer_theirs() {
    let mut scene = Scene::set().await;
    let (bookings, session) = scene.group("tutor_ada", &["student_ben", "student_kim"], MONDAY).await;
    let note = json!({"session": session["id"], "kind": "plan", "shared": true, "body": "Page 12", "expected_version": 0});
    let note = scene.cast.player("tutor_ada").call("write_note", note).await.unwrap()["note"].clone();
    let mut mirror = scene.mirror("student_ben").await;
    let place =
        format!("select id from public.session_participants where booking_id = {}", bookings[0]["id"]);
    let place = scene.cast.read_one(&place.replace('"', "'")).await.unwrap();
    let off = json!({"booking": bookings[0]["id"], "expected_version": bookings[0]["version"]});
    scene.cast.player("student_ben").call("cancel_booking", off).await.unwrap();
    assert_eq!(
        lost(&scene, &mut mirror).await,
        [
            row("session_notes", &note["id"], "not_yours"),
            row("session_participants", &place, "gone"),
            row("sessions", &session["id"], "not_yours"),
        ]
    );
}

#[tokio::test]
async fn a_note_that_is_taken_away_is_gone_and_one_that_is_private_again_no_longer_theirs() {
    let mut scene = Scene::set().await;
    let lesson = scene.cast.lesson("student_ben", "tutor_ada", MONDAY).await.unwrap();
    let session = lesson["session"]["id"].clone();
    let mut notes = Vec::new();
    for kind in ["note", "plan"] {
        let note = json!({"session": session, "kind": kind, "shared": true, "body": "Page 12", "expected_version": 0});
        notes.push(
            scene.cast.player("tutor_ada").call("write_note", note).await.unwrap()["note"]["id"].clone(),
        );
    }
    let mut mirror = scene.mirror("student_ben").await;
    let empty =
        json!({"session": session, "kind": "note", "shared": true, "body": "", "expected_version": 1});
    scene.cast.player("tutor_ada").call("write_note", empty).await.unwrap();
    scene.by_hand("update public.session_notes set shared = false where kind = 'plan'").await;
    let mut due = [row("session_notes", &notes[0], "gone"), row("session_notes", &notes[1], "not_yours")];
    due.sort();
    assert_eq!(lost(&scene, &mut mirror).await, due);
}

#[tokio::test]
async fn a_guardian_whose_link_ends_is_told_that_the_childs_lessons_are_no_longer_theirs() {
    let mut scene = Scene::set().await;
    let lesson = scene.cast.lesson("student_dan", "tutor_ada", MONDAY).await.unwrap();
    // Cleo has another child at the school, so that she stays a member.
    let (account, kim) = (scene.cast.player("parent_cleo").account, scene.cast.person("student_kim"));
    scene
        .cast
        .school("link_guardian", json!({"account": account, "person": kim, "name": "Cleo"}))
        .await
        .unwrap();
    let mut mirror = scene.mirror("parent_cleo").await;
    let link = format!(
        "select id from public.account_people where account_id = '{account}' and person_id = '{}'",
        scene.cast.person("student_dan")
    );
    let link = scene.cast.read_one(&link).await.unwrap();
    scene.cast.player("parent_cleo").call("end_guardian", json!({"link": link})).await.unwrap();
    let told = lost(&scene, &mut mirror).await;
    assert!(told.contains(&row("sessions", &lesson["session"]["id"], "not_yours")), "{told:?}");
    assert!(told.contains(&row("bookings", &lesson["booking"]["id"], "not_yours")), "{told:?}");
    assert!(told.iter().all(|(_, _, why)| why == "not_yours"), "{told:?}");
}

#[tokio::test]
async fn a_new_guardian_is_told_nothing_of_what_was_lost_or_hidden_before() {
    let mut scene = Scene::set().await;
    // Sam is a member already, through Ben.
    let (sam, ben, kim) = (
        scene.cast.player("stranger_sam").account,
        scene.cast.person("student_ben"),
        scene.cast.person("student_kim"),
    );
    scene.cast.school("link_guardian", json!({"account": sam, "person": ben, "name": "Sam"})).await.unwrap();
    let (bookings, _) = scene.group("tutor_ada", &["student_kim", "student_dan"], MONDAY).await;
    let mut mirror = scene.mirror("stranger_sam").await;
    // Kim leaves the group before Sam comes to act for her.
    let off = json!({"booking": bookings[0]["id"], "expected_version": bookings[0]["version"]});
    scene.cast.player("student_kim").call("cancel_booking", off).await.unwrap();
    scene.cast.school("link_guardian", json!({"account": sam, "person": kim, "name": "Sam"})).await.unwrap();
    assert_eq!(lost(&scene, &mut mirror).await, [], "neither the session nor the links of others to Kim");
    // Nor when it ends.
    let link =
        format!("select id from public.account_people where account_id = '{sam}' and person_id = '{kim}'");
    let link = scene.cast.read_one(&link).await.unwrap();
    scene.cast.school("end_guardian", json!({"link": link})).await.unwrap();
    let told = lost(&scene, &mut mirror).await;
    assert!(
        told.iter().all(|(table, ..)| table != "sessions" && table != "session_participants"),
        "{told:?}"
    );
    assert!(told.contains(&row("bookings", &bookings[0]["id"], "not_yours")), "{told:?}");
}

#[tokio::test]
async fn a_tutor_who_takes_up_their_sign_in_is_not_told_of_requests_that_wait_for_a_parent() {
    let mut scene = Scene::set().await;
    // Nina has a child at the school, and was entered as a tutor by hand.
    let (nina, kim) = (scene.cast.player("tutor_nina").account, scene.cast.person("student_kim"));
    scene
        .cast
        .school("link_guardian", json!({"account": nina, "person": kim, "name": "Nina"}))
        .await
        .unwrap();
    scene
        .by_hand(
            "insert into public.people (id, kind, first_name, zone, approved_at)
             values ('00000000-0000-0000-0000-000000000009', 'tutor', 'Nora', 'UTC', private.clock())",
        )
        .await;
    let dan = scene.cast.person("student_dan");
    let wish = json!({"tutor": "00000000-0000-0000-0000-000000000009", "student": dan, "subject": "Maths",
        "start_at": MONDAY, "end_at": "2026-11-09T17:00:00Z", "zone": "UTC"});
    let asked = scene.cast.player("student_dan").call("request_booking", wish).await.unwrap();
    assert_eq!(asked["bookings"][0]["status"], "AWAITING_PARENT");
    let mut mirror = scene.mirror("tutor_nina").await;
    scene
        .by_hand(&format!(
            "insert into public.account_people (account_id, person_id, relation) values ('{nina}', '00000000-0000-0000-0000-000000000009', 'self')"
        ))
        .await;
    assert_eq!(lost(&scene, &mut mirror).await, []);
}
