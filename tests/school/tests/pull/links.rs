//! Rows that somebody comes to see, or sees no longer, without their having changed.

use std::collections::BTreeSet;

use serde_json::json;

use super::mirror::{Change, Mirror};
use super::scene::{Scene, of};

const MONDAY: &str = "2026-11-09T16:00:00Z";
const TUESDAY: &str = "2026-11-10T16:00:00Z";

/// Kim has had a lesson in a group, with a message, notes and events, and waits for another.
async fn kim_has_a_past(scene: &mut Scene) -> (serde_json::Value, serde_json::Value) {
    let (bookings, session) = scene.group("tutor_ada", &["student_kim", "student_ben"], MONDAY).await;
    let id = &session["id"];
    let said = json!({"booking": bookings[0]["id"], "body": "I'll bring the book."});
    scene.cast.player("student_kim").call("add_message", said).await.unwrap();
    for (kind, shared) in [("homework", true), ("note", false)] {
        let note =
            json!({"session": id, "kind": kind, "shared": shared, "body": "Page 12.", "expected_version": 0});
        scene.cast.player("tutor_ada").call("write_note", note).await.unwrap();
    }
    let lease = json!({"session": id, "generation": 1, "device": uuid::Uuid::new_v4()});
    scene.cast.player("tutor_ada").call("claim_meeting", lease.clone()).await.unwrap();
    let mut meeting = lease;
    meeting["provider"] = json!("jitsi");
    meeting["external_id"] = json!("room");
    meeting["join_url"] = json!("https://meet.example/room");
    scene.cast.player("tutor_ada").call("attach_meeting", meeting).await.unwrap();
    let waits = scene.cast.ask("student_kim", "tutor_eve", TUESDAY).await.unwrap();
    let propose = json!({"booking": bookings[0]["id"], "expected_version": bookings[0]["version"], "zone": "UTC",
        "start_at": "2026-11-12T16:00:00Z", "end_at": "2026-11-12T17:00:00Z"});
    scene.cast.player("student_kim").call("propose_time", propose).await.unwrap();
    (waits, session)
}

fn tables(told: &[Change]) -> BTreeSet<&str> {
    told.iter().map(|change| change.table.as_str()).collect()
}

const OF_A_CHILD: [&str; 9] = [
    "account_people",
    "booking_messages",
    "booking_proposals",
    "bookings",
    "people",
    "session_events",
    "session_notes",
    "session_participants",
    "sessions",
];

#[tokio::test]
async fn with_a_childs_code_a_parent_gets_all_that_is_the_childs_though_nothing_of_it_changed() {
    let mut scene = Scene::set().await;
    kim_has_a_past(&mut scene).await;
    // Cleo is Dan's guardian already; Sam is nobody's yet.
    for guardian in ["parent_cleo", "stranger_sam"] {
        let mut mirror = scene.mirror(guardian).await;
        let kim = scene.cast.person("student_kim");
        let mut of_kim = scene.mirror("student_kim").await;
        let invitation =
            scene.cast.player("student_kim").call("invite_guardian", json!({"person": kim})).await.unwrap();
        let accept = json!({"code": invitation["code"], "first_name": "Guardian"});
        scene.cast.player(guardian).call("accept_invitation", accept).await.unwrap();
        let told = scene.catches_up(&mut mirror).await;
        let of_a_child = tables(&told).into_iter().filter(|table| *table != "school_settings");
        assert_eq!(of_a_child.collect::<Vec<_>>(), OF_A_CHILD, "{guardian}");
        let (notes, _) = of(&told, "session_notes");
        assert_eq!(notes.len(), 1, "what is shared: {notes:?}");
        scene.is_still(&mut mirror).await;
        let told = scene.catches_up(&mut of_kim).await;
        let (links, _) = of(&told, "account_people");
        assert_eq!(
            (links.len(), links[0]["name"].as_str()),
            (1, Some("Guardian")),
            "the child sees who: {told:?}"
        );
    }
}

async fn ended_by(name: &str) {
    let mut scene = Scene::set().await;
    let (_, session) = kim_has_a_past(&mut scene).await;
    let mut mirror = scene.mirror("parent_gus").await;
    let mut of_kim = scene.mirror("student_kim").await;
    let mut of_ada = scene.mirror("tutor_ada").await;
    assert!(mirror.row("sessions", &session["id"]).is_some());
    let link = scene.cast.read_one("select id from public.account_people where name = 'Gus'").await.unwrap();
    match name {
        "school" => scene.cast.school("end_guardian", json!({"link": link})).await.unwrap(),
        name => scene.cast.player(name).call("end_guardian", json!({"link": link})).await.unwrap(),
    };
    scene.catches_up(&mut mirror).await;
    let left: Vec<&str> = OF_A_CHILD.into_iter().filter(|table| !mirror.ids(table).is_empty()).collect();
    assert_eq!((left, mirror.len()), (vec!["account_people"], 1), "that there was a link");
    let told = scene.catches_up(&mut of_kim).await;
    assert_eq!(
        tables(&told),
        BTreeSet::from(["account_people"]),
        "the child is told that it has ended, no more"
    );
    scene.is_still(&mut of_ada).await;
}

#[tokio::test]
async fn when_a_guardians_link_is_ended_by_any_side_all_of_the_child_goes() {
    for side in ["parent_gus", "student_kim", "school"] {
        ended_by(side).await;
    }
}

/// Who acts for two children keeps the other's, is told each row of the first one as gone, and stays a member.
#[tokio::test]
async fn a_guardian_of_two_loses_only_what_was_of_the_one() {
    let mut scene = Scene::set().await;
    kim_has_a_past(&mut scene).await;
    scene.reaches("student_dan", "tutor_ada", "2026-11-11T16:00:00Z").await;
    let (cleo, kim) = (scene.cast.player("parent_cleo").account, scene.cast.person("student_kim"));
    let made = scene
        .cast
        .school("link_guardian", json!({"account": cleo, "person": kim, "name": "Cleo too"}))
        .await
        .unwrap();
    let mut mirror = scene.mirror("parent_cleo").await;
    let before = mirror.clone();
    scene.cast.player("parent_cleo").call("end_guardian", json!({"link": made["link"]})).await.unwrap();
    let page = mirror.page(&scene.line, 1000).await.unwrap();
    assert!(!page.afresh && !page.more);
    scene.catches_up(&mut mirror).await;
    for table in OF_A_CHILD.into_iter().filter(|table| !["people", "account_people"].contains(table)) {
        let (_, gone) = of(&page.changes, table);
        assert!(gone > 0, "{table}: {:?}", page.changes);
        let kept =
            if ["bookings", "session_events"].contains(&table) { before.ids(table).len() - gone } else { 0 };
        assert_eq!(mirror.ids(table).len(), kept, "{table}");
    }
    assert!(!mirror.ids("bookings").is_empty(), "Dan's");
}

#[tokio::test]
async fn a_tutor_is_there_for_everybody_when_approved_and_gone_when_not_but_for_those_who_know_them() {
    let mut scene = Scene::set().await;
    let nina = scene.cast.person("tutor_nina");
    let mut mirrors = Vec::new();
    for name in ["student_ben", "parent_cleo", "tutor_ada", "stranger_sam", "tutor_nina"] {
        mirrors.push((name, scene.mirror(name).await));
    }
    let seen = |mirror: &Mirror| mirror.row("people", &json!(nina)).is_some();
    for (approved, who) in [
        (true, vec!["student_ben", "parent_cleo", "tutor_ada", "tutor_nina"]),
        (false, vec!["tutor_nina"]),
        (true, vec!["student_ben", "parent_cleo", "tutor_ada", "tutor_nina"]),
    ] {
        scene.cast.school("approve_tutor", json!({"person": nina, "approved": approved})).await.unwrap();
        for (name, mirror) in &mut mirrors {
            scene.catches_up(mirror).await;
            assert_eq!(seen(mirror), who.contains(name), "{name}, approved: {approved}");
        }
    }
    scene.cast.ask("student_ben", "tutor_nina", MONDAY).await.unwrap();
    scene.cast.school("approve_tutor", json!({"person": nina, "approved": false})).await.unwrap();
    for (name, mirror) in &mut mirrors {
        scene.catches_up(mirror).await;
        assert_eq!(seen(mirror), ["student_ben", "tutor_nina"].contains(name), "{name}, who asked or not");
    }
}

/// A tutor is approved while somebody's last link ends: what every member sees is noted for neither of the two.
#[tokio::test]
async fn who_leaves_the_school_keeps_nobody_who_came_meanwhile() {
    let mut scene = Scene::set().await;
    let mut mirror = scene.mirror("parent_gus").await;
    let link = scene.cast.read_one("select id from public.account_people where name = 'Gus'").await.unwrap();
    let (leaving, nina) = (scene.another().await, scene.cast.person("tutor_nina"));
    let gus = scene.who("parent_gus");
    leaving.begin(gus, "end_guardian", &json!({"link": link})).await.unwrap();
    scene.cast.school("approve_tutor", json!({"person": nina})).await.unwrap();
    mirror.catch_up(&scene.line, 500).await;
    assert!(mirror.row("people", &json!(nina)).is_some());
    leaving.commit().await;
    scene.catches_up(&mut mirror).await;
    assert_eq!(mirror.len(), 1, "that there was a link");
}

#[tokio::test]
async fn who_leaves_a_group_loses_the_session_and_what_was_for_all_and_the_others_lose_the_name() {
    let mut scene = Scene::set().await;
    let (_, session) = kim_has_a_past(&mut scene).await;
    let mut of_ben = scene.mirror("student_ben").await;
    let mut of_kim = scene.mirror("student_kim").await;
    let mut of_gus = scene.mirror("parent_gus").await;
    let booking = scene
        .cast
        .read_one("select to_jsonb(b) from public.bookings b join public.people p on p.id = b.student_id where p.first_name = 'Ben'")
        .await
        .unwrap();
    assert_eq!(of_ben.ids("session_notes").len(), 1);
    let common = of_ben.ids("session_events").len();
    let cancel = json!({"booking": booking["id"], "expected_version": booking["version"]});
    scene.cast.player("student_ben").call("cancel_booking", cancel).await.unwrap();
    let told = scene.catches_up(&mut of_ben).await;
    assert!(of_ben.row("sessions", &session["id"]).is_none() && of_ben.ids("session_notes").is_empty());
    assert_eq!(of(&told, "session_events").1, 1, "that the meeting was made, of {common}: {told:?}");
    assert_eq!(of_ben.ids("bookings").len(), 1, "their own booking, cancelled, stays");
    for mirror in [&mut of_kim, &mut of_gus] {
        let told = scene.catches_up(mirror).await;
        assert_eq!(mirror.row("sessions", &session["id"]).unwrap()["first_names"], json!(["Kim"]));
        assert_eq!(tables(&told), BTreeSet::from(["sessions"]), "not that somebody called off, nor why");
    }
}

/// What the child lost before the link ended is nothing of the child's any more, and the guardian has it still.
#[tokio::test]
async fn what_a_child_lost_before_the_link_ended_goes_from_the_guardian_too() {
    let mut scene = Scene::set().await;
    let (_, session) = kim_has_a_past(&mut scene).await;
    let (cleo, kim) = (scene.cast.player("parent_cleo").account, scene.cast.person("student_kim"));
    let made = json!({"account": cleo, "person": kim, "name": "Cleo too"});
    let made = scene.cast.school("link_guardian", made).await.unwrap();
    let mut mirror = scene.mirror("parent_cleo").await;
    assert!(mirror.row("sessions", &session["id"]).is_some());
    let booking =
        "select to_jsonb(b) from public.bookings b where b.session_id is not null and b.student_id =";
    let booking = scene.cast.read_one(&format!("{booking} '{kim}'")).await.unwrap();
    let cancel = json!({"booking": booking["id"], "expected_version": booking["version"]});
    scene.cast.player("student_kim").call("cancel_booking", cancel).await.unwrap();
    scene.cast.school("end_guardian", json!({"link": made["link"]})).await.unwrap();
    scene.catches_up(&mut mirror).await;
}

#[tokio::test]
async fn a_childs_request_and_the_child_reach_the_tutor_when_a_parent_agrees() {
    let mut scene = Scene::set().await;
    let mut of_ada = scene.mirror("tutor_ada").await;
    let dan = json!(scene.cast.person("student_dan"));
    let booking = scene.cast.ask("student_dan", "tutor_ada", MONDAY).await.unwrap();
    let told = scene.catches_up(&mut of_ada).await;
    assert_eq!(told, [], "nothing, not even that there is something");
    let agree = json!({"booking": booking["id"], "expected_version": booking["version"]});
    scene.cast.player("parent_cleo").call("approve_as_parent", agree).await.unwrap();
    scene.catches_up(&mut of_ada).await;
    assert_eq!(of_ada.row("bookings", &booking["id"]).unwrap()["status"], "PENDING");
    assert!(of_ada.row("people", &dan).is_some());
}

#[tokio::test]
async fn a_note_that_is_shared_comes_and_one_that_is_not_any_more_goes() {
    let mut scene = Scene::set().await;
    let (_, session) = kim_has_a_past(&mut scene).await;
    let mut mirrors = [scene.mirror("student_ben").await, scene.mirror("parent_gus").await];
    let share = |shared: bool, body: &str, version: usize| json!({"session": session["id"], "kind": "plan", "shared": shared, "body": body, "expected_version": version});
    scene.cast.player("tutor_ada").call("write_note", share(true, "Angles.", 0)).await.unwrap();
    for mirror in &mut mirrors {
        scene.catches_up(mirror).await;
        assert_eq!(mirror.ids("session_notes").len(), 2);
    }
    scene.cast.player("tutor_ada").call("write_note", share(true, "", 1)).await.unwrap();
    scene.cast.player("tutor_ada").call("write_note", share(false, "Angles.", 0)).await.unwrap();
    for mirror in &mut mirrors {
        scene.catches_up(mirror).await;
        assert_eq!(mirror.ids("session_notes").len(), 1);
    }
    scene.by_hand("update public.session_notes set shared = false where kind = 'homework'").await;
    for mirror in &mut mirrors {
        scene.catches_up(mirror).await;
        assert_eq!(mirror.ids("session_notes").len(), 0);
    }
}

#[tokio::test]
async fn what_runs_out_by_time_alone_shows_so_without_being_told() {
    let mut scene = Scene::set().await;
    let booking = scene.cast.ask("student_ben", "tutor_ada", MONDAY).await.unwrap();
    let mut mirror = scene.mirror("student_ben").await;
    scene.cast.database.hold_clock_at("2026-11-05 08:00+00").await.unwrap();
    let told = scene.catches_up(&mut mirror).await;
    assert_eq!(told, [], "nothing was written");
    assert_eq!(mirror.row("bookings", &booking["id"]).unwrap()["status"], "PENDING");
    scene.cast.ask("student_ben", "tutor_ada", TUESDAY).await.unwrap();
    scene.catches_up(&mut mirror).await;
    assert_eq!(
        mirror.row("bookings", &booking["id"]).unwrap()["status"],
        "EXPIRED",
        "the next write stored it"
    );
}
