//! Who comes to the school without an invitation: nothing of it is pulled before, and all that is theirs after.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::mirror::Change;
use super::scene::{Scene, of};

const MONDAY: &str = "2026-11-09T16:00:00Z";

fn wish(role: &str) -> Value {
    let child = if role == "guardian" { "Dan" } else { "" };
    json!({"role": role, "first_name": "Sam", "last_name": "Sallow", "zone": "Europe/Madrid",
        "note": "I am new in town.", "child": child})
}

fn tables(told: &[Change]) -> BTreeSet<&str> {
    told.iter().map(|change| change.table.as_str()).collect()
}

#[tokio::test]
async fn a_request_is_pulled_by_nobody_neither_as_it_is_asked_nor_as_it_is_turned_away() {
    let mut scene = Scene::set().await;
    let mut mirrors = Vec::new();
    for name in ["stranger_sam", "student_ben", "tutor_ada", "parent_cleo"] {
        mirrors.push(scene.mirror(name).await);
    }
    let asked = scene.cast.player("stranger_sam").call("ask_to_join", wish("student")).await.unwrap();
    for mirror in &mut mirrors {
        scene.is_still(mirror).await;
    }
    scene.cast.school("turn_away", json!({"request": asked["request"]})).await.unwrap();
    for mirror in &mut mirrors {
        scene.is_still(mirror).await;
    }
}

#[tokio::test]
async fn who_is_let_in_gets_the_school_its_tutors_and_themselves_whichever_way_they_came() {
    for (open, role) in [("off", "student"), ("off", "tutor"), ("all", "student"), ("all", "tutor")] {
        let mut scene = Scene::set().await;
        scene.by_hand(&format!("update public.school_settings set open_sign_up = '{open}'")).await;
        let mut mirror = scene.mirror("stranger_sam").await;
        let mut of_ben = scene.mirror("student_ben").await;
        assert_eq!(mirror.len(), 0, "{open}, {role}");
        let asked = scene.cast.player("stranger_sam").call("ask_to_join", wish(role)).await.unwrap();
        if asked["state"] == "waiting" {
            scene.is_still(&mut mirror).await;
            scene.cast.school("admit", json!({"request": asked["request"]})).await.unwrap();
        }
        let told = scene.catches_up(&mut mirror).await;
        assert_eq!(
            tables(&told),
            BTreeSet::from(["account_people", "people", "school_settings"]),
            "{open}, {role}"
        );
        let (people, _) = of(&told, "people");
        let names: BTreeSet<&str> = people.iter().map(|row| row["first_name"].as_str().unwrap()).collect();
        assert_eq!(names, BTreeSet::from(["Ada", "Eve", "Sam"]), "{open}, {role}");
        scene.is_still(&mut mirror).await;
        scene.is_still(&mut of_ben).await;
    }
}

#[tokio::test]
async fn a_guardian_who_is_admitted_gets_all_that_is_the_childs() {
    let mut scene = Scene::set().await;
    let (bookings, session) = scene.group("tutor_ada", &["student_dan", "student_ben"], MONDAY).await;
    let asked = scene.cast.player("stranger_sam").call("ask_to_join", wish("guardian")).await.unwrap();
    let mut mirror = scene.mirror("stranger_sam").await;
    let dan = scene.cast.person("student_dan");
    scene.cast.school("admit", json!({"request": asked["request"], "person": dan})).await.unwrap();
    scene.catches_up(&mut mirror).await;
    assert!(mirror.row("people", &json!(dan)).is_some());
    assert!(mirror.row("sessions", &session["id"]).is_some());
    assert!(mirror.row("bookings", &bookings[0]["id"]).is_some());
    scene.is_still(&mut mirror).await;
}

#[tokio::test]
async fn the_setting_reaches_the_members_as_others_do() {
    let mut scene = Scene::set().await;
    let mut mirror = scene.mirror("student_ben").await;
    scene.by_hand("update public.school_settings set open_sign_up = 'students'").await;
    let told = scene.catches_up(&mut mirror).await;
    let (settings, _) = of(&told, "school_settings");
    assert_eq!((told.len(), &settings[0]["open_sign_up"]), (1, &json!("students")), "{told:?}");
}
