//! The school's functions through the API: the same refusals as from the database, as a client gets them.

use serde_json::json;

use super::visitor::{Visitor, server};

#[tokio::test]
async fn an_invitation_is_looked_at_before_there_is_a_sign_in_and_only_the_school_makes_one() {
    let server = server().await;
    let visitor = Visitor::to(server);
    let invite = |role: &str| json!({"request_id": uuid::Uuid::new_v4(), "role": role});
    assert_eq!(visitor.call("invite", invite("tutor")).await.refusal(), (401, "42501"));
    let ada = visitor.signed_in(&visitor.sign_up("ada").await.session);
    assert_eq!(ada.call("invite", invite("tutor")).await.refusal(), (403, "42501"));
    let office = visitor.with("apikey", server.secret_key());
    let invitation = office.call("invite", invite("tutor")).await.given().unwrap();
    let looked = visitor.call("look_at_invitation", json!({"code": invitation["code"]})).await;
    assert_eq!(looked.given().unwrap()["role"], "tutor");
    let wrong = visitor.call("look_at_invitation", json!({"code": "no such code"})).await;
    assert_eq!(wrong.refusal(), (409, "PT409"));
    assert_eq!(wrong.body["hint"], "invitation_over");
    assert!(wrong.body["message"].is_string(), "{}", wrong.body);
}

#[tokio::test]
async fn nobody_writes_a_row_past_the_functions() {
    let server = server().await;
    let visitor = Visitor::to(server);
    let ada = visitor.signed_in(&visitor.sign_up("ada").await.session);
    let person = json!({"kind": "tutor", "first_name": "Ada", "zone": "Europe/Madrid"});
    assert_eq!(ada.post("/rest/v1/people", person.clone()).await.refusal(), (403, "42501"));
    let nobody = visitor.post("/rest/v1/people", person).await;
    assert!([401, 404].contains(&nobody.status), "{}", nobody.body);
    // A stranger's list is empty rather than forbidden.
    assert_eq!(ada.get("/rest/v1/people").await.body, json!([]));
}

#[tokio::test]
async fn an_app_sees_that_a_school_is_there_before_any_sign_in_and_who_it_is_after() {
    let server = server().await;
    let visitor = Visitor::to(server);
    let school = visitor.call("look_at_school", json!({})).await.given().unwrap();
    assert_eq!(
        school.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["open_sign_up", "schema", "school", "zone"],
        "{school}"
    );
    let nobody = visitor.call("who_am_i", json!({})).await.given().unwrap();
    assert_eq!((&nobody["account"], &nobody["people"]), (&json!(null), &json!([])));
    let session = visitor.sign_up("sam").await.session;
    let sam = visitor.signed_in(&session);
    let known = sam.call("who_am_i", json!({})).await.given().unwrap();
    assert_eq!((&known["account"], &known["confirmed"]), (&session["user"]["id"], &json!(true)));
    assert_eq!((&known["schema"], &known["school"]), (&school["schema"], &school["school"]));
}

#[tokio::test]
async fn a_stranger_asks_and_the_office_sees_it_and_admits_with_the_secret_key_alone() {
    let server = server().await;
    let visitor = Visitor::to(server);
    let session = visitor.sign_up("sam").await.session;
    let sam = visitor.signed_in(&session);
    let ask = json!({"request_id": uuid::Uuid::new_v4(), "role": "tutor", "first_name": "Sam", "last_name": "Sallow",
        "zone": "Europe/Madrid"});
    assert_eq!(visitor.call("ask_to_join", ask.clone()).await.refusal(), (401, "42501"));
    let asked = sam.call("ask_to_join", ask.clone()).await.given().unwrap();
    assert_eq!(sam.call("ask_to_join", ask.clone()).await.given().unwrap(), asked, "sent again");
    let mut other = ask;
    other["request_id"] = json!(uuid::Uuid::new_v4());
    let refused = sam.call("ask_to_join", other).await;
    assert_eq!((refused.refusal(), &refused.body["hint"]), ((409, "PT409"), &json!("already_asked")));

    let list = format!(
        "/rest/v1/join_requests?select=id,first_name&state=eq.waiting&account_id=eq.{}&order=asked_at,id&limit=50",
        session["user"]["id"].as_str().unwrap()
    );
    assert!([401, 403, 404].contains(&sam.get(&list).await.status), "the list is the office's");
    let office = visitor.with("apikey", server.secret_key());
    assert_eq!(office.get(&list).await.body, json!([{"id": asked["request"], "first_name": "Sam"}]));
    let admit = json!({"request_id": uuid::Uuid::new_v4(), "request": asked["request"]});
    assert_eq!(sam.call("admit", admit.clone()).await.refusal(), (403, "42501"));
    office.call("admit", admit).await.given().unwrap();
    let known = sam.call("who_am_i", json!({})).await.given().unwrap();
    assert_eq!(
        (&known["people"][0]["role"], &known["people"][0]["approved"]),
        (&json!("tutor"), &json!(false))
    );
}
