//! Keys: what is asked for at the door, whoever one is.

use serde_json::json;

use super::visitor::{Visitor, server, server_with_contract};

#[tokio::test]
async fn nobody_comes_in_without_a_key() {
    let visitor = Visitor::to(server().await);
    for path in ["/rest/v1/rpc/look_at_invitation", "/auth/v1/token?grant_type=password"] {
        let none = visitor.without_key().post(path, json!({})).await;
        assert_eq!((none.status, none.body["message"].as_str()), (401, Some("No API key found in request")));
        let wrong = visitor.with("apikey", "sb_publishable_wrong").post(path, json!({})).await;
        assert_eq!((wrong.status, wrong.body["message"].as_str()), (401, Some("Invalid API key")));
        assert!(wrong.body.get("code").is_none(), "the gateway has no codes: {}", wrong.body);
    }
}

#[tokio::test]
async fn links_in_messages_need_no_key() {
    let visitor = Visitor::to(server().await).without_key();
    let answer = visitor.get("/auth/v1/verify?token=wrong&type=recovery").await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").contains("error_code=otp_expired"), "{}", answer.header("location"));
}

#[tokio::test]
async fn a_key_stands_for_a_role_until_somebody_signs_in() {
    let server = server_with_contract().await;
    let visitor = Visitor::to(server);
    let role = async |visitor: &Visitor| {
        visitor.call("contract_who", json!({})).await.given().unwrap()["role"].clone()
    };
    assert_eq!(role(&visitor).await, "anon");
    assert_eq!(role(&visitor.with_token(server.publishable_key())).await, "anon", "as supabase-js sends it");
    let newcomer = visitor.sign_up("ada").await;
    assert_eq!(role(&visitor.signed_in(&newcomer.session)).await, "authenticated");
    // The keys of before are tokens themselves.
    if let Some(keys) = server.keys() {
        let older = keys.role_token("anon").unwrap();
        assert_eq!(role(&visitor.with("apikey", &older)).await, "anon");
        assert_eq!(role(&visitor.with("apikey", &older).with_token(&older)).await, "anon");
        visitor.with("apikey", &older).sign_up("ben").await;
    }
}

#[tokio::test]
async fn the_secret_key_is_not_bound_by_row_level_security() {
    let server = server_with_contract().await;
    let visitor = Visitor::to(server);
    let ada = visitor.signed_in(&visitor.sign_up("ada").await.session);
    let note = json!({"room": 1, "note": format!("of Ada {}", uuid::Uuid::new_v4())});
    assert_eq!(ada.post("/rest/v1/contract_notes", note.clone()).await.status, 201);
    let path = format!("/rest/v1/contract_notes?select=note&note=eq.{}", note["note"].as_str().unwrap())
        .replace(' ', "%20");
    assert_eq!(ada.get(&path).await.body, json!([{"note": note["note"]}]));
    assert_eq!(visitor.get(&path).await.body, json!([]));
    let ben = visitor.signed_in(&visitor.sign_up("ben").await.session);
    assert_eq!(ben.get(&path).await.body, json!([]));
    let office = visitor.with("apikey", server.secret_key());
    assert_eq!(office.get(&path).await.body, json!([{"note": note["note"]}]));
}
