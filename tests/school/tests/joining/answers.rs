//! The school's answer: who comes of it, whom it may name, and that it is given once.

use firstbell_school::Cast;
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{ask, by_hand, cast, is_sound, told, who_am_i};

/// Whom the school has entered, and who has no sign-in.
async fn entered(cast: &Cast, kind: &str) -> Uuid {
    let enter = "insert into public.people (kind, first_name, last_name, zone)
        values ($1, 'Samuel', 'Entered', 'Asia/Kolkata') returning id";
    cast.database.as_superuser().await.unwrap().query_one(enter, &[&kind]).await.unwrap().get(0)
}

async fn links(cast: &Cast) -> Value {
    cast.read_one("select count(*) from public.account_people where ended_at is null").await.unwrap()
}

#[tokio::test]
async fn who_is_admitted_becomes_a_person_and_a_tutor_waits_for_approval_as_with_an_invitation() {
    for role in ["student", "tutor"] {
        let mut cast = cast().await;
        let asked = ask(&mut cast, "stranger_sam", role).await.unwrap();
        let admitted = cast.school("admit", json!({"request": asked["request"]})).await.unwrap();
        assert_eq!(
            admitted,
            json!({"request": asked["request"], "role": role, "state": "admitted", "person": admitted["person"]})
        );
        let known = who_am_i(&mut cast, "stranger_sam").await;
        assert_eq!(
            known["people"],
            json!([{"person": admitted["person"], "relation": "self", "role": role, "first_name": "Sam",
                "last_name": "Sallow", "approved": role == "student"}])
        );
        assert_eq!(known["requests"][0]["state"], "admitted");
        let zone = cast.read_one("select zone from public.people where last_name = 'Sallow'").await.unwrap();
        assert_eq!(zone, "Europe/Madrid", "what was said when asking");
        is_sound(&cast).await;
    }
}

#[tokio::test]
async fn whom_the_school_has_entered_already_is_linked_and_keeps_the_name_that_was_entered() {
    let mut cast = cast().await;
    let asked = ask(&mut cast, "stranger_sam", "student").await.unwrap();
    let people = cast.read_one("select count(*) from public.people").await.unwrap();
    let person = entered(&cast, "student").await;
    let request = &asked["request"];
    let admitted = cast.school("admit", json!({"request": request, "person": person})).await.unwrap();
    assert_eq!(admitted["person"], json!(person));
    let known = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!(
        (&known["people"][0]["person"], &known["people"][0]["first_name"]),
        (&json!(person), &json!("Samuel"))
    );
    let now = cast.read_one("select count(*) from public.people").await.unwrap();
    assert_eq!(now.as_i64().unwrap(), people.as_i64().unwrap() + 1, "the one that was entered, and no other");
    is_sound(&cast).await;
}

#[tokio::test]
async fn a_person_who_is_another_kind_or_forgotten_or_has_a_sign_in_is_not_given_away() {
    let mut cast = cast().await;
    let as_student = ask(&mut cast, "stranger_sam", "student").await.unwrap()["request"].clone();
    let as_tutor = ask(&mut cast, "stranger_sam", "tutor").await.unwrap()["request"].clone();
    let as_guardian = ask(&mut cast, "stranger_sam", "guardian").await.unwrap()["request"].clone();
    let (student, tutor, forgotten) =
        (entered(&cast, "student").await, entered(&cast, "tutor").await, entered(&cast, "student").await);
    cast.school("forget_person", json!({"person": forgotten})).await.unwrap();
    let before = links(&cast).await;
    for (request, person, code) in [
        (&as_student, json!(tutor), "not_found"),
        (&as_tutor, json!(student), "not_found"),
        (&as_guardian, json!(tutor), "not_found"),
        (&as_student, json!(forgotten), "not_found"),
        (&as_guardian, json!(forgotten), "not_found"),
        (&as_student, json!(Uuid::from_u128(7)), "not_found"),
        (&as_student, json!(cast.person("student_ben")), "already_linked"),
        (&as_tutor, json!(cast.person("tutor_nina")), "already_linked"),
        (&as_guardian, Value::Null, "bad_input"),
    ] {
        let refused = cast.school("admit", json!({"request": request, "person": person})).await.unwrap_err();
        assert_eq!(refused.code, code, "{request} as {person}");
    }
    assert_eq!(links(&cast).await, before);
    let known = who_am_i(&mut cast, "stranger_sam").await;
    assert!(known["requests"].as_array().unwrap().iter().all(|one| one["state"] == "waiting"), "{known}");
    // A refused answer is none: the right one can follow.
    cast.school("admit", json!({"request": as_student, "person": student})).await.unwrap();
    is_sound(&cast).await;
}

#[tokio::test]
async fn a_guardian_is_linked_with_the_child_whom_the_school_names_and_both_see_it() {
    let mut cast = cast().await;
    let asked = ask(&mut cast, "stranger_sam", "guardian").await.unwrap();
    let dan = cast.person("student_dan");
    cast.school("admit", json!({"request": asked["request"], "person": dan})).await.unwrap();
    let known = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!(
        known["people"],
        json!([{"person": dan, "relation": "guardian", "role": "guardian", "first_name": "Dan",
            "last_name": "Example", "approved": true}])
    );
    let pulled = cast.player("student_dan").call("pull_changes", json!({})).await.unwrap();
    let seen =
        pulled["changes"].as_array().unwrap().iter().any(|change| change["row"]["name"] == "Sam Sallow");
    assert!(seen, "Dan sees who acts for him: {pulled}");
    is_sound(&cast).await;
}

#[tokio::test]
async fn a_guardian_to_whom_the_child_gave_a_code_meanwhile_is_admitted_without_another_link() {
    let mut cast = cast().await;
    let asked = ask(&mut cast, "stranger_sam", "guardian").await.unwrap();
    let dan = cast.person("student_dan");
    let invited = cast.player("student_dan").call("invite_guardian", json!({"person": dan})).await.unwrap();
    let accept = json!({"code": invited["code"], "first_name": "Sam"});
    cast.player("stranger_sam").call("accept_invitation", accept).await.unwrap();
    let known = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!(known["requests"][0]["state"], "waiting", "which child was meant is the school's to say");
    let before = links(&cast).await;
    cast.school("admit", json!({"request": asked["request"], "person": dan})).await.unwrap();
    assert_eq!(links(&cast).await, before);
    assert_eq!(who_am_i(&mut cast, "stranger_sam").await["requests"][0]["state"], "admitted");
}

#[tokio::test]
async fn an_invitation_that_is_taken_up_answers_what_was_asked_for_the_same_role() {
    let mut cast = cast().await;
    let as_student = ask(&mut cast, "stranger_sam", "student").await.unwrap()["request"].clone();
    ask(&mut cast, "stranger_sam", "tutor").await.unwrap();
    let invited = cast.school("invite", json!({"role": "student"})).await.unwrap();
    let accept = json!({"code": invited["code"], "first_name": "Sam"});
    cast.player("stranger_sam").call("accept_invitation", accept).await.unwrap();
    let known = who_am_i(&mut cast, "stranger_sam").await;
    let states: Vec<(&Value, &Value)> =
        known["requests"].as_array().unwrap().iter().map(|one| (&one["role"], &one["state"])).collect();
    assert_eq!(states, [(&json!("student"), &json!("admitted")), (&json!("tutor"), &json!("waiting"))]);
    let late = cast.school("admit", json!({"request": as_student})).await.unwrap_err();
    assert_eq!(late.code, "already_answered");
    assert_eq!(known["people"].as_array().unwrap().len(), 1);
    is_sound(&cast).await;
}

#[tokio::test]
async fn an_account_that_was_linked_by_hand_is_made_no_second_person() {
    let mut cast = cast().await;
    let asked = ask(&mut cast, "stranger_sam", "student").await.unwrap();
    let (sam, person) = (cast.player("stranger_sam").account, entered(&cast, "student").await);
    by_hand(
        &cast,
        &format!(
            "insert into public.account_people (account_id, person_id, relation) values ('{sam}', '{person}', 'self')"
        ),
    )
    .await;
    let refused = cast.school("admit", json!({"request": asked["request"]})).await.unwrap_err();
    assert_eq!(told(&refused), ("PT409", "already_linked"));
    cast.school("turn_away", json!({"request": asked["request"]})).await.unwrap();
    is_sound(&cast).await;
}

#[tokio::test]
async fn who_is_turned_away_reads_why_and_may_ask_again() {
    let mut cast = cast().await;
    let first = ask(&mut cast, "stranger_sam", "tutor").await.unwrap();
    let reason = json!({"request": first["request"], "reason": " We have no more rooms. "});
    let answered = cast.school("turn_away", reason).await.unwrap();
    assert_eq!(answered, json!({"request": first["request"], "role": "tutor", "state": "turned_away"}));
    let known = who_am_i(&mut cast, "stranger_sam").await;
    let (told_state, why) = (&known["requests"][0]["state"], &known["requests"][0]["reason"]);
    assert_eq!((told_state, why), (&json!("turned_away"), &json!("We have no more rooms.")));
    let second = ask(&mut cast, "stranger_sam", "tutor").await.unwrap();
    assert_ne!(second["request"], first["request"]);
    let known = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!(known["requests"].as_array().unwrap().len(), 1, "the latest of a role: {known}");
    assert_eq!(known["requests"][0]["id"], second["request"]);
    let long = json!({"request": second["request"], "reason": "x".repeat(501)});
    let refused = cast.school("turn_away", long).await.unwrap_err();
    assert_eq!((refused.code.as_str(), &refused.detail["field"]), ("bad_input", &json!("reason")));
    cast.school("admit", json!({"request": second["request"]})).await.unwrap();
    is_sound(&cast).await;
}

#[tokio::test]
async fn a_request_is_answered_once() {
    let mut cast = cast().await;
    let request = ask(&mut cast, "stranger_sam", "student").await.unwrap()["request"].clone();
    cast.school("admit", json!({"request": request})).await.unwrap();
    let other = ask(&mut cast, "parent_cleo", "student").await.unwrap()["request"].clone();
    cast.school("turn_away", json!({"request": other})).await.unwrap();
    for (request, state) in [(&request, "admitted"), (&other, "turned_away")] {
        for function in ["admit", "turn_away"] {
            let refused = cast.school(function, json!({"request": request})).await.unwrap_err();
            assert_eq!(told(&refused), ("PT409", "already_answered"), "{function}");
            assert_eq!(refused.detail["state"], state, "{function}");
        }
    }
    for function in ["admit", "turn_away"] {
        let unknown = cast.school(function, json!({"request": Uuid::from_u128(7)})).await.unwrap_err();
        assert_eq!(told(&unknown), ("PT404", "not_found"), "{function}");
    }
}
