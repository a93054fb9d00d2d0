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
