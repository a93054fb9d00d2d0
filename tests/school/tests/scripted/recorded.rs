//! What was recorded, and that it is given again as it was.

use std::collections::HashSet;

use firstbell_school::{Scripted, recorded};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Client;

#[test]
fn all_that_was_recorded_is_here() {
    let groups = recorded::groups().unwrap();
    assert_eq!(groups.len(), 28);
    assert_eq!(groups.iter().map(|group| group.exchanges.len()).sum::<usize>(), 214);
    assert!(recorded::group("no such group").is_err());
    assert!(recorded::exchange("signing in", "no such exchange").is_err());
}

#[tokio::test]
async fn every_recorded_answer_is_given_with_its_status_and_code_and_without_a_blank() {
    for group in recorded::groups().unwrap() {
        for exchange in &group.exchanges {
            let school = Scripted::start().unwrap();
            school.answer(&group.name, &exchange.what).unwrap();
            let exchange = group.exchange(&exchange.what).unwrap();
            let path = format!("/auth/v1{}", exchange.request.path.replace(['<', '>', ' '], "x"));
            let method: Method = exchange.request.method.parse().unwrap();
            let body = exchange.request.body.as_ref();
            let answer = Client::of(&school).try_ask(method, &path, None, body).await.unwrap();
            let place = format!("{}: {}", group.name, exchange.what);
            assert_eq!(answer.status, exchange.response.status, "{place}: {}", answer.body);
            assert_eq!(recorded::code(&answer.body), exchange.response.code(), "{place}");
            assert!(fields(&exchange.response.body).is_subset(&fields(&answer.body)), "{place}");
            let told = format!("{} {}", answer.body, answer.header("location"));
            for blank in ["<jwt>", "<uuid", "<refresh", "<time>", "<unix time>", "<auth code>", "<n>"] {
                assert!(!told.contains(blank), "{place}: {told}");
            }
        }
    }
}

#[tokio::test]
async fn the_answer_is_about_whoever_asked() {
    let school = Scripted::start().unwrap();
    school.answer("signing in", "the right password").unwrap();
    let client = Client::of(&school);
    let session = client.sign_in(("Ben@School.example", "ben-rings-first")).await.body;
    assert_eq!(session["user"]["email"], "ben@school.example");
    assert_eq!(session["user"]["identities"][0]["identity_data"]["email"], "ben@school.example");
    assert_eq!(session["user"]["id"], json!(school.add_account("ben@school.example", "")));
    let other = client.sign_in(("dan@school.example", "dan-rings-first")).await.body;
    assert_ne!(other["user"]["id"], session["user"]["id"]);
    assert_eq!(session["expires_in"], 3600);
    assert!(session["expires_at"].is_i64());
}

#[tokio::test]
async fn what_comes_next_comes_once_and_what_stands_stays() {
    let school = Scripted::start().unwrap();
    school.answer("signing in", "a wrong password").unwrap();
    school.answer_next("signing in", "signing in while banned").unwrap();
    let client = Client::of(&school);
    assert_eq!(client.sign_in(("ada@school.example", "x")).await.refusal(), (400, "user_banned"));
    for _ in 0..2 {
        assert_eq!(client.sign_in(("ada@school.example", "x")).await.refusal(), (400, "invalid_credentials"));
    }
    school.no_answers();
    assert_eq!(client.sign_in(("ada@school.example", "x")).await.status, 501, "nothing is invented");
}

#[tokio::test]
async fn a_link_leads_back_to_where_it_was_asked_to_lead() {
    let school = Scripted::start().unwrap();
    school.answer("links in mails", "its link").unwrap();
    let path = "/auth/v1/verify?token=pkce_x&type=signup&redirect_to=http%3A%2F%2F127.0.0.1%3A7%2Fback%2Fn";
    let led = Client::of(&school).get(path, None).await;
    assert_eq!(led.status, 303);
    let code = led.header("location").strip_prefix("http://127.0.0.1:7/back/n?code=").unwrap();
    assert_eq!(code.len(), 36, "{code}");
}

#[tokio::test]
async fn a_request_has_to_bring_the_key() {
    let school = Scripted::start().unwrap();
    school.answer("signing in", "a wrong password").unwrap();
    let other = Scripted::start().unwrap();
    let stranger = Client::of(&other);
    let url = format!("{}/auth/v1/token?grant_type=password", school.url());
    let without = firstbell_school::http_client().build().unwrap().post(&url).send().await.unwrap();
    assert_eq!(without.status(), 401);
    let body = without.json::<Value>().await.unwrap();
    assert_eq!(body["message"], "No API key found in request");
    drop(stranger);
    let asked = school.asked();
    assert_eq!((asked.len(), asked[0].status, asked[0].header("apikey")), (1, Some(401), None));
}

fn fields(body: &Value) -> HashSet<&str> {
    body.as_object().map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default()
}
