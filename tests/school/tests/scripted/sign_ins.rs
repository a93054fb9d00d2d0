//! Sign-ins that last from request to request.

use chrono::TimeDelta;
use firstbell_school::{Scripted, TokenForm};
use reqwest::Method;
use serde_json::json;

use super::client::{ADA, Client};

#[tokio::test]
async fn who_signs_in_stays_in_and_is_out_when_signed_out() {
    for form in [TokenForm::One, TokenForm::Two] {
        let (school, client) = school_of_ada(form);
        assert_eq!(client.sign_in((ADA.0, "not this one")).await.refusal(), (400, "invalid_credentials"));
        let first = client.sign_in(ADA).await.body;
        let token = first["access_token"].as_str().unwrap();
        assert_eq!(client.get("/auth/v1/user", Some(token)).await.body["email"], ADA.0);
        let second = client.refresh(&first["refresh_token"]).await.body;
        assert_eq!(second["user"]["id"], first["user"]["id"]);
        let again = client.refresh(&first["refresh_token"]).await.body;
        assert_eq!(again["refresh_token"], second["refresh_token"], "the same child");

        let elsewhere = client.sign_in(ADA).await.body;
        let token = second["access_token"].as_str().unwrap();
        assert_eq!(client.post("/auth/v1/logout?scope=local", Some(token), json!({})).await.status, 204);
        assert_eq!(client.get("/auth/v1/user", Some(token)).await.refusal(), (403, "session_not_found"));
        let out = client.refresh(&second["refresh_token"]).await;
        assert_eq!(out.refusal(), (400, "refresh_token_not_found"));
        assert_eq!(client.refresh(&elsewhere["refresh_token"]).await.status, 200);
        assert_eq!(school.asked_for("/auth/v1/logout").len(), 1);
    }
}

#[tokio::test]
async fn an_access_token_runs_out_and_another_is_had() {
    let (school, client) = school_of_ada(TokenForm::One);
    school.tokens_hold(60);
    let session = client.sign_in(ADA).await.body;
    assert_eq!(session["expires_in"], 60);
    school.turn_clock(TimeDelta::seconds(61));
    let token = session["access_token"].as_str().unwrap();
    assert_eq!(client.get("/auth/v1/user", Some(token)).await.refusal(), (403, "bad_jwt"));
    let next = client.refresh(&session["refresh_token"]).await.body;
    let token = next["access_token"].as_str().unwrap();
    assert_eq!(client.get("/auth/v1/user", Some(token)).await.status, 200);
}

#[tokio::test]
async fn a_grandparent_is_worth_what_its_form_says() {
    for (form, newest) in [(TokenForm::One, (200, "")), (TokenForm::Two, (400, "refresh_token_not_found"))] {
        let (school, client) = school_of_ada(form);
        let first = client.sign_in(ADA).await.body;
        let second = client.refresh(&first["refresh_token"]).await.body;
        let third = client.refresh(&second["refresh_token"]).await.body;
        school.turn_clock(TimeDelta::seconds(11));
        let late = client.refresh(&first["refresh_token"]).await;
        assert_eq!(late.refusal(), (400, "refresh_token_already_used"));
        assert_eq!(client.refresh(&third["refresh_token"]).await.refusal(), newest, "{form:?}");
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sign_ins() {
    let (school, client) = school_of_ada(TokenForm::Two);
    let (here, elsewhere) = (client.sign_in(ADA).await.body, client.sign_in(ADA).await.body);
    let change = async |password: &str| {
        let body = json!({ "password": password });
        let token = here["access_token"].as_str();
        client.try_ask(Method::PUT, "/auth/v1/user", token, Some(&body)).await.unwrap()
    };
    assert_eq!(change(ADA.1).await.refusal(), (422, "same_password"));
    assert_eq!(change("ada-rings-later").await.status, 200);
    let out = client.refresh(&elsewhere["refresh_token"]).await;
    assert_eq!(out.refusal(), (400, "refresh_token_not_found"));
    assert_eq!(client.refresh(&here["refresh_token"]).await.status, 200);
    assert_eq!(client.sign_in(ADA).await.status, 400);
    let back = client.sign_in((ADA.0, "ada-rings-later")).await.body;
    school.end_sign_ins(school.add_account(ADA.0, "ada-rings-later"));
    assert_eq!(client.refresh(&back["refresh_token"]).await.status, 400, "the school ended it");
}

fn school_of_ada(form: TokenForm) -> (Scripted, Client) {
    let school = Scripted::start().unwrap();
    school.keep_sign_ins(form);
    school.add_account(ADA.0, ADA.1);
    let client = Client::of(&school);
    (school, client)
}
