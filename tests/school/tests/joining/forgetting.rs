//! What is left of a request when somebody is forgotten: that there was one, for the count of the day.

use firstbell_school::Cast;
use serde_json::{Value, json};

use super::scene::{ask, by_hand, cast, is_sound, told, who_am_i};

/// How many rows anywhere hold a word.
async fn rows_with(cast: &Cast, word: &str) -> Value {
    cast.read_one(&format!(
        "select count(*) from (select j::text from public.join_requests j union all select p::text from public.people p
           union all select r::text from private.requests r union all select a::text from public.account_people a) as rows (row)
         where row like '%{word}%'"
    ))
    .await
    .unwrap()
}

#[tokio::test]
async fn a_forgotten_person_leaves_no_name_and_no_note_of_what_they_asked_for() {
    let mut cast = cast().await;
    let request = ask(&mut cast, "stranger_sam", "student").await.unwrap()["request"].clone();
    let person = cast.school("admit", json!({"request": request})).await.unwrap()["person"].clone();
    // Turned away, and still waiting, in other roles.
    let turned_away = ask(&mut cast, "stranger_sam", "tutor").await.unwrap()["request"].clone();
    let reason = json!({"request": turned_away, "reason": "Sam is too young."});
    cast.school("turn_away", reason).await.unwrap();
    let waiting = ask(&mut cast, "stranger_sam", "guardian").await.unwrap()["request"].clone();
    for word in ["Sam", "Sallow", "new in town", "too young"] {
        assert_ne!(rows_with(&cast, word).await, 0, "{word} is there before");
    }
    cast.player("stranger_sam").call("forget_person", json!({"person": person})).await.unwrap();
    for word in ["Sam", "Sallow", "new in town", "too young"] {
        assert_eq!(rows_with(&cast, word).await, 0, "{word}");
    }
    let known = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!((&known["people"], &known["requests"]), (&json!([]), &json!([])));
    let late = cast.school("admit", json!({"request": waiting, "person": cast.person("student_dan")}));
    assert_eq!(told(&late.await.unwrap_err()), ("PT404", "not_found"));
    let late = cast.school("turn_away", json!({"request": waiting})).await.unwrap_err();
    assert_eq!(told(&late), ("PT404", "not_found"));
    is_sound(&cast).await;
}

#[tokio::test]
async fn with_a_child_goes_what_a_guardian_asked_as_one_and_not_what_they_asked_for_themselves() {
    let mut cast = cast().await;
    let dan = cast.person("student_dan");
    // Fay was linked by a request that was admitted, and is linked no more.
    let of_fay = ask(&mut cast, "former_fay", "guardian").await.unwrap()["request"].clone();
    cast.school("admit", json!({"request": of_fay, "person": dan})).await.unwrap();
    let link = "select id from public.account_people where name = 'Sam Sallow'";
    let link = cast.read_one(link).await.unwrap();
    cast.player("former_fay").call("end_guardian", json!({"link": link})).await.unwrap();
    ask(&mut cast, "parent_cleo", "guardian").await.unwrap();
    let of_cleo = ask(&mut cast, "parent_cleo", "student").await.unwrap()["request"].clone();
    let of_gus = ask(&mut cast, "parent_gus", "guardian").await.unwrap()["request"].clone();
    cast.player("student_dan").call("forget_person", json!({"person": dan})).await.unwrap();
    let left = cast
        .read_one(
            "select jsonb_agg(id order by role desc) from public.join_requests where forgotten_at is null",
        )
        .await
        .unwrap();
    assert_eq!(left, json!([of_cleo, of_gus]));
    let texts = cast
        .read_one(
            "select count(*) from public.join_requests
             where forgotten_at is not null and first_name || last_name || note || child || reason <> ''",
        )
        .await
        .unwrap();
    assert_eq!(texts, 0);
    is_sound(&cast).await;
}

#[tokio::test]
async fn a_guardian_of_before_leaves_no_name_of_the_child_and_keeps_what_they_ask_for_another() {
    let mut cast = cast().await;
    let dan = cast.person("student_dan");
    // Gus asked for Dan, and was turned away; then the school linked him all the same, and later Dan ended that.
    let about_dan = ask(&mut cast, "parent_gus", "guardian").await.unwrap()["request"].clone();
    cast.school("turn_away", json!({"request": about_dan})).await.unwrap();
    let account = cast.read_one("select account_id from public.join_requests").await.unwrap();
    let named = json!({"account": account, "person": dan, "name": "Gus Grey"});
    let link = cast.school("link_guardian", named).await.unwrap()["link"].clone();
    cast.player("student_dan").call("end_guardian", json!({"link": link})).await.unwrap();
    cast.database.hold_clock_at("2026-11-02 09:00+00").await.unwrap();
    let later = ask(&mut cast, "parent_gus", "guardian").await.unwrap()["request"].clone();
    cast.player("student_dan").call("forget_person", json!({"person": dan})).await.unwrap();
    let left = "select jsonb_agg(id) from public.join_requests where forgotten_at is null";
    assert_eq!(
        cast.read_one(left).await.unwrap(),
        json!([later]),
        "what is asked later is about another child"
    );
    let names =
        format!("select count(*) from public.account_people where person_id = '{dan}' and name <> ''");
    assert_eq!(cast.read_one(&names).await.unwrap(), 0);
    assert_eq!(rows_with(&cast, "Gus Grey").await, 0);
    is_sound(&cast).await;
}

#[tokio::test]
async fn the_school_that_forgets_somebody_clears_the_same() {
    let mut cast = cast().await;
    by_hand(&cast, "update public.school_settings set open_sign_up = 'students'").await;
    let person = ask(&mut cast, "stranger_sam", "student").await.unwrap()["person"].clone();
    cast.school("forget_person", json!({"person": person})).await.unwrap();
    assert_eq!(rows_with(&cast, "Sallow").await, 0);
    is_sound(&cast).await;
}

/// Who is let in at once and forgets themselves each time makes no more than ten people a day.
#[tokio::test]
async fn to_be_forgotten_does_not_begin_the_day_anew() {
    let mut cast = cast().await;
    by_hand(&cast, "update public.school_settings set open_sign_up = 'students'").await;
    for _ in 0..10 {
        let person = ask(&mut cast, "stranger_sam", "student").await.unwrap()["person"].clone();
        cast.player("stranger_sam").call("forget_person", json!({"person": person})).await.unwrap();
    }
    let refused = ask(&mut cast, "stranger_sam", "student").await.unwrap_err();
    assert_eq!(told(&refused), ("PT409", "asked_too_often"));
    cast.database.hold_clock_at("2026-11-03 08:00+00").await.unwrap();
    ask(&mut cast, "stranger_sam", "student").await.unwrap();
    let rows = cast.read_one("select count(*) from public.join_requests").await.unwrap();
    assert_eq!(rows, 1, "those of the day before are gone");
    is_sound(&cast).await;
}
