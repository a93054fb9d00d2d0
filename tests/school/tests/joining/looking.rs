//! What an app asks before it knows anybody, and who one is told to be.

use serde_json::{Value, json};

use super::scene::{ask, by_hand, cast, who_am_i};

async fn look(cast: &firstbell_school::Cast) -> Value {
    let mut nobody = cast.database.as_anon().await.unwrap();
    nobody.call("look_at_school", &json!({})).await.unwrap()
}

#[tokio::test]
async fn before_any_sign_in_an_app_learns_the_schools_name_and_nobodys() {
    let mut cast = cast().await;
    let seen = look(&cast).await;
    assert_eq!(seen, json!({"school": "Our school", "zone": "UTC", "open_sign_up": "off", "schema": 3}));
    by_hand(&cast, "update public.school_settings set name = 'Northside', open_sign_up = 'students'").await;
    let seen = look(&cast).await;
    assert_eq!(seen, json!({"school": "Northside", "zone": "UTC", "open_sign_up": "students", "schema": 3}));
    let pulled = cast.player("student_ben").call("pull_changes", json!({})).await.unwrap();
    assert_eq!(pulled["schema"], seen["schema"], "one number, whoever asks for it");
}

#[tokio::test]
async fn open_sign_up_is_one_of_three_words() {
    let cast = cast().await;
    let client = cast.database.as_superuser().await.unwrap();
    let refused = client.batch_execute("update public.school_settings set open_sign_up = 'tutors'").await;
    assert_eq!(refused.unwrap_err().code().unwrap().code(), "23514");
}

#[tokio::test]
async fn a_token_that_is_read_as_anonymous_is_told_no_account_and_nobody() {
    let mut cast = cast().await;
    ask(&mut cast, "stranger_sam", "tutor").await.unwrap();
    let mut nobody = cast.database.as_anon().await.unwrap();
    let told = nobody.call("who_am_i", &json!({})).await.unwrap();
    let nothing: Value = json!([]);
    assert_eq!(
        told,
        json!({"account": null, "school": "Our school", "zone": "UTC", "schema": 3, "confirmed": false,
            "people": nothing, "requests": nothing})
    );
}

#[tokio::test]
async fn each_sign_in_is_told_for_whom_it_acts_and_as_what() {
    let mut cast = cast().await;
    for (who, person, role, relation, name, approved) in [
        ("tutor_ada", "tutor_ada", "tutor", "self", "Ada", true),
        ("tutor_nina", "tutor_nina", "tutor", "self", "Nina", false),
        ("student_ben", "student_ben", "student", "self", "Ben", true),
        ("parent_cleo", "student_dan", "guardian", "guardian", "Dan", true),
    ] {
        let told = who_am_i(&mut cast, who).await;
        let person = cast.person(person);
        assert_eq!(
            told["people"],
            json!([{"person": person, "relation": relation, "role": role, "first_name": name,
                "last_name": "Example", "approved": approved}]),
            "{who}"
        );
        let account = cast.player(who).account;
        assert_eq!((&told["account"], &told["confirmed"]), (&json!(account), &json!(true)), "{who}");
        assert_eq!(told["requests"], json!([]), "{who}");
    }
    for nobodys in ["stranger_sam", "former_fay"] {
        assert_eq!(who_am_i(&mut cast, nobodys).await["people"], json!([]), "{nobodys}");
    }
}

#[tokio::test]
async fn who_is_linked_to_a_crowd_is_told_of_a_hundred() {
    let mut cast = cast().await;
    let cleo = cast.player("parent_cleo").account;
    by_hand(
        &cast,
        &format!(
            "with new as (insert into public.people (kind, first_name, zone)
               select 'student', 'Child ' || nth, 'UTC' from generate_series(1, 150) as nth returning id)
             insert into public.account_people (account_id, person_id, relation) select '{cleo}', id, 'guardian' from new"
        ),
    )
    .await;
    let told = who_am_i(&mut cast, "parent_cleo").await;
    assert_eq!(told["people"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn an_address_that_is_not_confirmed_is_told_so() {
    let mut cast = cast().await;
    let sam = cast.player("stranger_sam").account;
    by_hand(&cast, &format!("update auth.users set email_confirmed_at = null where id = '{sam}'")).await;
    let told = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!((&told["account"], &told["confirmed"]), (&json!(sam), &json!(false)));
}
