//! Asking to join: by whom, how often, with which words, and what becomes of it at once.

use serde_json::{Value, json};

use super::scene::{NOW, ask, by_hand, cast, is_sound, told, who_am_i, wish};

#[tokio::test]
async fn a_request_waits_and_its_account_is_told_so() {
    let mut cast = cast().await;
    let asked = ask(&mut cast, "stranger_sam", "tutor").await.unwrap();
    assert_eq!((&asked["state"], &asked["person"]), (&json!("waiting"), &Value::Null));
    let known = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!(known["people"], json!([]));
    assert_eq!(
        known["requests"],
        json!([{"id": asked["request"], "role": "tutor", "first_name": "Sam", "last_name": "Sallow",
            "note": "I am new in town.", "child": "", "state": "waiting", "reason": "",
            "asked_at": "2026-11-02T08:00:00+00:00"}])
    );
    let pulled = cast.player("stranger_sam").call("pull_changes", json!({})).await.unwrap();
    assert_eq!(pulled["changes"], json!([]), "to ask gives nothing to see");
    is_sound(&cast).await;
}

#[tokio::test]
async fn without_a_confirmed_address_nobody_asks() {
    let mut cast = cast().await;
    let sam = cast.player("stranger_sam").account;
    by_hand(&cast, &format!("update auth.users set email_confirmed_at = null where id = '{sam}'")).await;
    by_hand(&cast, "update public.school_settings set open_sign_up = 'all'").await;
    let refused = ask(&mut cast, "stranger_sam", "student").await.unwrap_err();
    assert_eq!(told(&refused), ("PT403", "not_confirmed"));
    by_hand(&cast, &format!("update auth.users set email_confirmed_at = now() where id = '{sam}'")).await;
    ask(&mut cast, "stranger_sam", "student").await.unwrap();
}

#[tokio::test]
async fn one_request_of_a_role_is_open_and_another_role_is_another_request() {
    let mut cast = cast().await;
    let first = ask(&mut cast, "stranger_sam", "student").await.unwrap();
    let second = ask(&mut cast, "stranger_sam", "student").await.unwrap_err();
    assert_eq!(told(&second), ("PT409", "already_asked"));
    assert_eq!(second.detail["request"], first["request"], "which one it is");
    for role in ["tutor", "guardian"] {
        ask(&mut cast, "stranger_sam", role).await.unwrap();
    }
    let roles: Vec<Value> = who_am_i(&mut cast, "stranger_sam").await["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["role"].clone())
        .collect();
    assert_eq!(roles, ["guardian", "student", "tutor"]);
}

#[tokio::test]
async fn who_is_such_a_person_already_does_not_ask_to_become_one() {
    let mut cast = cast().await;
    for (who, role) in [("tutor_ada", "tutor"), ("tutor_nina", "tutor"), ("student_ben", "student")] {
        let refused = ask(&mut cast, who, role).await.unwrap_err();
        assert_eq!(told(&refused), ("PT409", "already_linked"), "{who}");
    }
    // A tutor may learn, a student may teach, and a guardian may have another child or learn too.
    for (who, role) in [
        ("tutor_ada", "student"),
        ("student_ben", "tutor"),
        ("parent_cleo", "guardian"),
        ("parent_cleo", "student"),
    ] {
        ask(&mut cast, who, role).await.unwrap();
    }
    let service = cast.school("ask_to_join", wish("tutor")).await.unwrap_err();
    assert_eq!(service.status, "42501", "the school has nobody to ask");
    let by_hand = cast.database.as_migrator().await.unwrap();
    let asked = "select public.ask_to_join(gen_random_uuid(), 'tutor', 'Sam', '', 'UTC')";
    let refused: firstbell_school::Refusal = by_hand.query_one(asked, &[]).await.unwrap_err().into();
    assert_eq!(told(&refused), ("PT403", "not_allowed"));
}

#[tokio::test]
async fn ten_requests_a_day_and_the_eleventh_waits_for_the_next() {
    let mut cast = cast().await;
    for nth in 0..10 {
        // An hour apart: the day is over 24 hours after the first.
        cast.database.hold_clock_at(&format!("2026-11-02 {:02}:00+00", 8 + nth)).await.unwrap();
        let asked = ask(&mut cast, "stranger_sam", "student").await.unwrap();
        cast.school("turn_away", json!({"request": asked["request"]})).await.unwrap();
    }
    let refused = ask(&mut cast, "stranger_sam", "student").await.unwrap_err();
    assert_eq!((told(&refused), &refused.detail["most"]), (("PT409", "asked_too_often"), &json!(10)));
    let other_role = ask(&mut cast, "stranger_sam", "tutor").await.unwrap_err();
    assert_eq!(other_role.code, "asked_too_often", "of all roles together");
    ask(&mut cast, "student_ben", "tutor").await.unwrap();
    cast.database.hold_clock_at("2026-11-03 07:59:59+00").await.unwrap();
    assert_eq!(ask(&mut cast, "stranger_sam", "student").await.unwrap_err().code, "asked_too_often");
    cast.database.hold_clock_at("2026-11-03 08:00+00").await.unwrap();
    ask(&mut cast, "stranger_sam", "student").await.unwrap();
    is_sound(&cast).await;
}

#[tokio::test]
async fn however_long_somebody_goes_on_asking_their_rows_stay_those_of_a_day() {
    let mut cast = cast().await;
    ask(&mut cast, "stranger_sam", "guardian").await.unwrap();
    for day in 3..15 {
        cast.database.hold_clock_at(&format!("2026-11-{day:02} 09:00+00")).await.unwrap();
        for _ in 0..3 {
            let asked = ask(&mut cast, "stranger_sam", "student").await.unwrap();
            cast.school("turn_away", json!({"request": asked["request"]})).await.unwrap();
        }
    }
    let left = cast.read_one("select count(*) from public.join_requests").await.unwrap();
    // What waits stays; of the day before, what was answered goes with the first of a day.
    assert_eq!(left, 1 + 3);
    let known = who_am_i(&mut cast, "stranger_sam").await;
    let states: Vec<&Value> = known["requests"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["waiting", "turned_away"]);
}

#[tokio::test]
async fn texts_are_as_short_as_others_and_a_child_is_a_guardians_to_name() {
    let mut cast = cast().await;
    let fields = [("first_name", 100), ("last_name", 100), ("note", 500), ("child", 200)];
    for (field, longest) in fields {
        let mut too_long = wish("guardian");
        too_long[field] = json!("ñ".repeat(longest + 1));
        let refused = cast.player("stranger_sam").call("ask_to_join", too_long).await.unwrap_err();
        assert_eq!((told(&refused), &refused.detail["field"]), (("PT409", "bad_input"), &json!(field)));
    }
    for (role, field, value) in [
        ("student", "first_name", json!("  ")),
        ("student", "role", json!("staff")),
        ("student", "role", Value::Null),
        ("student", "zone", json!("Nowhere/Land")),
        ("student", "zone", Value::Null),
        ("student", "child", json!("Dan")),
        ("guardian", "child", json!(" ")),
    ] {
        let mut wrong = wish(role);
        wrong[field] = value;
        let refused = cast.player("stranger_sam").call("ask_to_join", wrong).await.unwrap_err();
        assert_eq!((refused.code.as_str(), &refused.detail["field"]), ("bad_input", &json!(field)), "{role}");
    }
    let mut longest = wish("guardian");
    for (field, most) in fields {
        longest[field] = json!("ñ".repeat(most));
    }
    cast.player("stranger_sam").call("ask_to_join", longest).await.unwrap();
    // Note and child may be left out.
    let short = json!({"role": "student", "first_name": " Sam ", "last_name": "", "zone": "UTC"});
    cast.player("stranger_sam").call("ask_to_join", short).await.unwrap();
    let name =
        cast.read_one("select first_name from public.join_requests where role = 'student'").await.unwrap();
    assert_eq!(name, "Sam");
}

#[tokio::test]
async fn where_sign_up_is_open_students_come_in_at_once_tutors_wait_for_approval_and_guardians_for_the_school()
 {
    for (open, role, state) in [
        ("off", "student", "waiting"),
        ("off", "tutor", "waiting"),
        ("off", "guardian", "waiting"),
        ("students", "student", "admitted"),
        ("students", "tutor", "waiting"),
        ("students", "guardian", "waiting"),
        ("all", "student", "admitted"),
        ("all", "tutor", "admitted"),
        ("all", "guardian", "waiting"),
    ] {
        let mut cast = cast().await;
        by_hand(&cast, &format!("update public.school_settings set open_sign_up = '{open}'")).await;
        let asked = ask(&mut cast, "stranger_sam", role).await.unwrap();
        assert_eq!(asked["state"], state, "{open}: {role}");
        let known = who_am_i(&mut cast, "stranger_sam").await;
        assert_eq!(known["requests"][0]["state"], state, "{open}: {role}");
        if state == "waiting" {
            assert_eq!((&asked["person"], &known["people"]), (&Value::Null, &json!([])), "{open}: {role}");
            continue;
        }
        assert_eq!(
            known["people"],
            json!([{"person": asked["person"], "relation": "self", "role": role, "first_name": "Sam",
                "last_name": "Sallow", "approved": role == "student"}]),
            "{open}: {role}"
        );
        let again = ask(&mut cast, "stranger_sam", role).await.unwrap_err();
        assert_eq!(again.code, "already_linked", "{open}: {role}");
        is_sound(&cast).await;
    }
}

#[tokio::test]
async fn a_student_who_was_let_in_at_once_asks_for_a_lesson_and_a_tutor_is_invisible_until_approved() {
    let mut cast = cast().await;
    by_hand(&cast, "update public.school_settings set open_sign_up = 'all'").await;
    let student = ask(&mut cast, "stranger_sam", "student").await.unwrap()["person"].clone();
    cast.newcomer("newcomer_tess").await.unwrap();
    let tutor = ask(&mut cast, "newcomer_tess", "tutor").await.unwrap()["person"].clone();
    let lesson = |tutor: &Value| {
        json!({"tutor": tutor, "student": student, "subject": "Maths", "start_at": "2026-11-04T16:00:00Z",
            "end_at": "2026-11-04T17:00:00Z", "zone": "Europe/Madrid"})
    };
    let ada = json!(cast.person("tutor_ada"));
    cast.player("stranger_sam").call("request_booking", lesson(&ada)).await.unwrap();
    let unseen = cast.player("stranger_sam").call("request_booking", lesson(&tutor)).await.unwrap_err();
    assert_eq!(unseen.code, "not_found");
    cast.school("approve_tutor", json!({"person": tutor})).await.unwrap();
    cast.player("stranger_sam").call("request_booking", lesson(&tutor)).await.unwrap();
    is_sound(&cast).await;
}

#[tokio::test]
async fn with_its_account_all_that_it_asked_for_goes_and_its_token_asks_no_more() {
    let mut cast = cast().await;
    cast.database.hold_clock_at(NOW).await.unwrap();
    let asked = ask(&mut cast, "stranger_sam", "tutor").await.unwrap();
    ask(&mut cast, "parent_cleo", "guardian").await.unwrap();
    let sam = cast.player("stranger_sam").account;
    let accounts = cast.database.connect("supabase_auth_admin").await.unwrap();
    accounts.execute("delete from auth.users where id = $1", &[&sam]).await.unwrap();
    let left = cast.read_one("select account_id from public.join_requests").await.unwrap();
    assert_eq!(left, json!(cast.player("parent_cleo").account));
    let late = cast.school("admit", json!({"request": asked["request"]})).await.unwrap_err();
    assert_eq!(told(&late), ("PT404", "not_found"));
    let refused = ask(&mut cast, "stranger_sam", "tutor").await.unwrap_err();
    assert_eq!(told(&refused), ("PT403", "not_signed_in"));
}

#[tokio::test]
async fn the_answer_that_is_kept_for_a_repeat_holds_no_name_and_no_text() {
    let mut cast = cast().await;
    for role in ["student", "tutor", "guardian"] {
        ask(&mut cast, "stranger_sam", role).await.unwrap();
    }
    let kept = cast
        .read_one("select string_agg(r::text, ' ') from private.requests r where r.function = 'ask_to_join'")
        .await
        .unwrap();
    for word in ["Sam", "Sallow", "new in town", "Dan"] {
        assert!(!kept.as_str().unwrap().contains(word), "{word} in {kept}");
    }
}
