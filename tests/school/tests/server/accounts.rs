//! Signing up, in and out, as First Bell does.

use serde_json::{Value, json};

use super::visitor::{PASSWORD, Visitor, server};

#[tokio::test]
async fn who_signs_up_is_signed_in_and_can_come_back_with_the_password() {
    let visitor = Visitor::to(server().await);
    let newcomer = visitor.sign_up("ada").await;
    for session in [newcomer.session, visitor.sign_in(&newcomer.email, PASSWORD).await.given().unwrap()] {
        assert_eq!((&session["token_type"], &session["expires_in"]), (&json!("bearer"), &json!(3600)));
        assert!(session["expires_at"].is_i64() && session["refresh_token"].is_string(), "{session}");
        let user = &session["user"];
        assert_eq!((&user["email"], &user["role"]), (&json!(newcomer.email), &json!("authenticated")));
        assert_eq!(user["user_metadata"]["name"], "ada");
        let created = user["created_at"].as_str().unwrap();
        assert!(created.contains('T') && created.ends_with('Z'), "RFC 3339: {created}");
        let me = visitor.signed_in(&session).get("/auth/v1/user").await.given().unwrap();
        assert_eq!(me["id"], user["id"]);
    }
}

#[tokio::test]
async fn what_is_wrong_at_the_door_has_a_code() {
    let visitor = Visitor::to(server().await);
    let newcomer = visitor.sign_up("ada").await;
    let wrong = visitor.sign_in(&newcomer.email, "not the password").await;
    assert_eq!(wrong.refusal(), (400, "invalid_credentials"));
    assert_eq!(wrong.header("x-sb-error-code"), "invalid_credentials");
    let nobody = visitor.sign_in("nobody@school.example", PASSWORD).await;
    assert_eq!(nobody.refusal(), (400, "invalid_credentials"), "nobody learns who has a sign-in");
    let sign_up = async |email: &str, password: &str| {
        visitor.post("/auth/v1/signup", json!({"email": email, "password": password})).await
    };
    assert_eq!(sign_up(&newcomer.email, PASSWORD).await.refusal(), (422, "user_already_exists"));
    let weak = sign_up(&format!("2{}", newcomer.email), "abc").await;
    assert_eq!(weak.refusal(), (422, "weak_password"));
    assert_eq!(weak.body["weak_password"]["reasons"], json!(["length"]));
    let me = visitor.signed_in(&newcomer.session);
    assert_eq!(
        me.put("/auth/v1/user", json!({"password": PASSWORD})).await.refusal(),
        (422, "same_password")
    );
    assert_eq!(visitor.get("/auth/v1/user").await.refusal(), (401, "no_authorization"));
    assert_eq!(visitor.with_token("nonsense").get("/auth/v1/user").await.refusal(), (403, "bad_jwt"));
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_once_more_for_whoever_lost_the_answer() {
    let visitor = Visitor::to(server().await);
    let first = visitor.sign_up("ada").await.session;
    let second = visitor.refresh(&first["refresh_token"]).await.given().unwrap();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(visitor.signed_in(&second).get("/auth/v1/user").await.status, 200);
    let again = visitor.refresh(&first["refresh_token"]).await.given().unwrap();
    assert_eq!(again["refresh_token"], second["refresh_token"], "the successor, not another");
    visitor.refresh(&second["refresh_token"]).await.given().unwrap();
}

#[tokio::test]
async fn a_refresh_token_that_is_unknown_is_told_by_its_code() {
    let visitor = Visitor::to(server().await);
    let unknown = visitor.refresh(&json!(uuid::Uuid::new_v4())).await;
    // A genuine project's are of another form, and this is not one.
    let codes = ["refresh_token_not_found", "validation_failed"];
    assert_eq!(unknown.status, 400);
    assert!(codes.contains(&unknown.refusal().1), "{}", unknown.body);
}

#[tokio::test]
async fn who_signs_out_is_out_and_the_token_serves_the_api_until_it_runs_out() {
    let visitor = Visitor::to(server().await);
    let newcomer = visitor.sign_up("ada").await;
    let elsewhere = visitor.sign_in(&newcomer.email, PASSWORD).await.given().unwrap();
    let me = visitor.signed_in(&newcomer.session);
    assert_eq!(me.post("/auth/v1/logout?scope=local", json!({})).await.status, 204);
    assert_eq!(me.get("/auth/v1/user").await.refusal(), (403, "session_not_found"));
    assert_eq!(visitor.refresh(&newcomer.session["refresh_token"]).await.status, 400);
    assert_eq!(me.get("/rest/v1/people?select=id").await.status, 200);
    // The other computer stays signed in, until all are signed out.
    assert_eq!(visitor.signed_in(&elsewhere).get("/auth/v1/user").await.status, 200);
    visitor.signed_in(&elsewhere).post("/auth/v1/logout?scope=global", json!({})).await;
    assert_eq!(visitor.refresh(&elsewhere["refresh_token"]).await.status, 400);
}

#[tokio::test]
async fn a_lost_password_is_replaced_by_a_code_that_comes_by_mail() {
    let server = server().await;
    if server.database().is_none() {
        return; // a genuine project sends its mail away
    }
    let visitor = Visitor::to(server);
    let newcomer = visitor.sign_up("ada").await;
    assert_eq!(visitor.post("/auth/v1/recover", json!({"email": newcomer.email})).await.status, 200);
    let mail = server.mail_to(&newcomer.email).unwrap().pop().unwrap();
    let code = mail.code().unwrap();
    let verify = |code: &str| json!({"type": "recovery", "email": newcomer.email, "token": code});
    let other = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(visitor.post("/auth/v1/verify", verify(other)).await.refusal(), (403, "otp_expired"));
    let session = visitor.post("/auth/v1/verify", verify(code)).await.given().unwrap();
    let new = json!({"password": "another-bell"});
    visitor.signed_in(&session).put("/auth/v1/user", new).await.given().unwrap();
    assert_eq!(visitor.sign_in(&newcomer.email, "another-bell").await.status, 200);
    assert_eq!(visitor.sign_in(&newcomer.email, PASSWORD).await.status, 400);
}

#[tokio::test]
async fn the_school_finds_what_was_said_at_sign_up_as_an_object() {
    let server = server().await;
    let newcomer = Visitor::to(server).sign_up("ada").await;
    let row = server
        .connect()
        .await
        .unwrap()
        .query_one(
            "select raw_user_meta_data, raw_app_meta_data from auth.users where email = $1",
            &[&newcomer.email],
        )
        .await
        .unwrap();
    let (user, app): (Value, Value) = (row.get(0), row.get(1));
    assert_eq!((&user["name"], &app["provider"]), (&json!("ada"), &json!("email")));
}
