//! A scripted school in front of a server: everything goes through but what is kept back.

use firstbell_school::{Fault, Scripted};
use serde_json::json;

use super::visitor::{PASSWORD, Visitor, server, server_with_contract};

#[tokio::test]
async fn what_is_not_kept_back_is_answered_by_the_server() {
    let (school, visitor) = in_front().await;
    let newcomer = visitor.sign_up("ada").await;
    let me = visitor.signed_in(&newcomer.session);
    assert_eq!(me.get("/auth/v1/user").await.body["email"], newcomer.email);
    assert_eq!(me.get("/rest/v1/people?select=id").await.status, 200);
    let asked = school.asked();
    let paths = asked.iter().map(|asked| asked.path.as_str()).collect::<Vec<_>>();
    assert_eq!(paths, ["/auth/v1/signup", "/auth/v1/user", "/rest/v1/people"]);
    assert_eq!(asked[1].bearer(), newcomer.session["access_token"].as_str());

    school.fault("/auth/v1/", Fault::BadGateway);
    assert_eq!(visitor.sign_in(&newcomer.email, PASSWORD).await.status, 502);
    assert_eq!(me.get("/rest/v1/people?select=id").await.status, 200, "another path");
    school.no_faults();
    school.answer_next("signing in", "signing in while banned").unwrap();
    let banned =
        visitor.with("x-supabase-api-version", "2024-01-01").sign_in(&newcomer.email, PASSWORD).await;
    assert_eq!(banned.refusal(), (400, "user_banned"));
    assert_eq!(visitor.sign_in(&newcomer.email, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_lost_answer_was_one_of_the_servers() {
    let (school, visitor) = in_front().await;
    let session = visitor.sign_up("ada").await.session;
    school.fault_times("/auth/v1/token", Fault::AnswerLost, 1);
    let lost = firstbell_school::http_client().build().unwrap();
    let lost = lost
        .post(format!("{}/auth/v1/token?grant_type=refresh_token", school.url()))
        .header("apikey", school.publishable_key())
        .json(&json!({"refresh_token": session["refresh_token"]}))
        .send()
        .await;
    assert!(lost.is_err());
    let spent = server().await.connect().await.unwrap();
    let token = session["refresh_token"].as_str().unwrap();
    let spent =
        spent.query_one("select revoked from auth.refresh_tokens where token = $1", &[&token]).await.unwrap();
    assert!(spent.get::<_, bool>(0), "the server had answered");
    assert_eq!(visitor.refresh(&session["refresh_token"]).await.status, 200, "the parent once more");
}

#[tokio::test]
async fn a_token_that_is_not_read_makes_a_stranger() {
    let (school, visitor) = in_front().await;
    let ada = visitor.signed_in(&visitor.sign_up("ada").await.session);
    let who = async || ada.call("contract_who", json!({})).await.given().unwrap()["role"].clone();
    assert_eq!(who().await, "authenticated");
    school.fault("/rest/v1/rpc/", Fault::Anonymous);
    assert_eq!(who().await, "anon");
}

async fn in_front() -> (Scripted, Visitor) {
    let school = Scripted::in_front_of(server_with_contract().await).unwrap();
    let visitor = Visitor::at(school.url(), school.publishable_key());
    (school, visitor)
}
