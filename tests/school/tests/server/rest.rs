//! Calls and rows: the statuses, codes and shapes that First Bell decides on.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::visitor::{Visitor, server_with_contract};

/// `Accept` of whoever wants exactly one row.
const ONE: &str = "application/vnd.pgrst.object+json";

async fn ada() -> (Visitor, Value) {
    let visitor = Visitor::to(server_with_contract().await);
    let session = visitor.sign_up("ada").await.session;
    (visitor.signed_in(&session), session["user"].clone())
}

#[tokio::test]
async fn a_function_knows_who_calls_it() {
    let (ada, user) = ada().await;
    let who = ada.call("contract_who", json!({})).await.given().unwrap();
    assert_eq!((&who["uid"], &who["sub"], &who["email"]), (&user["id"], &user["id"], &user["email"]));
    assert_eq!((&who["role"], &who["as"]), (&json!("authenticated"), &json!("authenticated")));
}

#[tokio::test]
async fn a_refusal_keeps_its_status_its_code_and_its_arguments() {
    let (ada, _) = ada().await;
    for status in [402, 403, 404, 409] {
        let refused = ada.call("contract_refuse", json!({"status": format!("PT{status}")})).await;
        assert_eq!(refused.status, status);
        assert_eq!(
            refused.body,
            json!({
                "code": format!("PT{status}"),
                "message": "This time is taken.",
                "hint": "slot_taken",
                "details": r#"{"start":"2026-03-29T01:00:00Z"}"#,
            })
        );
    }
}

#[tokio::test]
async fn what_the_database_says_becomes_a_status() {
    let (ada, _) = ada().await;
    for (state, status) in [
        ("P0001", 400),
        ("22023", 400),
        ("23P01", 400),
        ("23505", 409),
        ("23503", 409),
        ("42501", 403),
        ("40001", 500),
        ("40P01", 500),
        ("57014", 500),
        ("53300", 503),
    ] {
        let raised = ada.call("contract_raise", json!({"state": state})).await;
        assert_eq!(raised.refusal(), (status, state), "{}", raised.body);
    }
}

#[tokio::test]
async fn a_function_that_the_school_does_not_have_is_told_by_its_code() {
    let (ada, _) = ada().await;
    assert_eq!(ada.call("contract_unknown", json!({})).await.refusal(), (404, "PGRST202"));
    assert_eq!(ada.call("contract_add", json!({"a": 1})).await.refusal(), (404, "PGRST202"));
    assert_eq!(ada.call("contract_add", json!({"a": 1, "b": 2})).await.body, json!(3));
}

#[tokio::test]
async fn what_a_role_may_not_do_is_403_signed_in_and_401_otherwise() {
    let (ada, _) = ada().await;
    let note = json!({"room": 1, "note": "mine", "account": uuid::Uuid::new_v4()});
    assert_eq!(ada.post("/rest/v1/contract_notes", note).await.refusal(), (403, "42501"), "another's row");
    let room = json!({"id": 9, "name": "Delta"});
    assert_eq!(ada.post("/rest/v1/contract_rooms", room).await.refusal(), (403, "42501"));
    let nobody = Visitor::to(server_with_contract().await);
    let note = json!({"room": 1, "note": "nobody's"});
    assert_eq!(nobody.post("/rest/v1/contract_notes", note).await.refusal(), (401, "42501"));
}

#[tokio::test]
async fn exactly_one_row_or_406() {
    let (ada, _) = ada().await;
    let one = ada.with("accept", ONE);
    assert_eq!(one.get("/rest/v1/contract_rooms?id=eq.1").await.body, json!({"id": 1, "name": "Alpha"}));
    for path in ["/rest/v1/contract_rooms?id=eq.99", "/rest/v1/contract_rooms"] {
        assert_eq!(one.get(path).await.refusal(), (406, "PGRST116"));
    }
    // Another's row is not there, to those who may not see it.
    let none = one.with("prefer", "return=representation");
    let changed = none.patch("/rest/v1/contract_notes?id=not.is.null", json!({"note": "mine now"})).await;
    assert_eq!(changed.refusal(), (406, "PGRST116"));
}

#[tokio::test]
async fn a_token_that_has_run_out_and_one_that_is_none_are_401() {
    let server = server_with_contract().await;
    let visitor = Visitor::to(server);
    assert_eq!(
        visitor.with_token("no.token.atall").call("contract_who", json!({})).await.refusal(),
        (401, "PGRST301")
    );
    let Some(keys) = server.keys() else { return }; // a genuine project signs for itself alone
    let in_seconds = |seconds: i64| {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
        let claims = json!({"sub": uuid::Uuid::nil(), "role": "authenticated", "exp": now + seconds});
        keys.token(&claims).unwrap()
    };
    let alive = visitor.with_token(&in_seconds(60)).call("contract_who", json!({})).await;
    assert_eq!(alive.given().unwrap()["role"], "authenticated");
    // PostgREST spares a clock that is half a minute off.
    let expired = visitor.with_token(&in_seconds(-120)).call("contract_who", json!({})).await;
    assert_eq!(expired.refusal(), (401, "PGRST303"));
    assert_eq!(expired.body["message"], "JWT expired");
    assert!(expired.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn rows_are_filtered_as_they_are_asked_for() {
    let (ada, _) = ada().await;
    let names = async |query: &str| {
        let rows = ada.get(&format!("/rest/v1/contract_rooms?select=name&{query}")).await.given().unwrap();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("name=eq.Beta+plus").await, ["Beta plus"], "a plus is a space");
    assert_eq!(names("name=eq.Beta%20plus").await, ["Beta plus"]);
    assert_eq!(names("name=in.(Alpha,%22Gamma,%20%5C%22the%20third%5C%22%22)&order=id").await.len(), 2);
    assert_eq!(names("or=(id.eq.1,and(id.gt.2,name.not.is.null))&order=id.desc").await[1], "Alpha");
    assert_eq!(names("order=id&limit=1&offset=1").await, ["Beta plus"]);
    let counted = ada.with("prefer", "count=exact").get("/rest/v1/contract_rooms?limit=2").await;
    assert_eq!((counted.status, counted.header("content-range")), (206, "0-1/3"));
}

#[tokio::test]
async fn rows_are_written_as_clients_write_them_and_times_are_rfc_3339() {
    let (ada, user) = ada().await;
    let written = ada
        .with("prefer", "return=representation")
        .post("/rest/v1/contract_notes?columns=%22room%22,%22note%22", json!([{"room": 1, "note": "first"}]))
        .await;
    assert_eq!(written.status, 201, "{}", written.body);
    assert_eq!((&written.body[0]["account"], &written.body[0]["note"]), (&user["id"], &json!("first")));
    let at = written.body[0]["written_at"].as_str().unwrap();
    assert!(at.contains('T') && at.ends_with("+00:00"), "{at}");
    let again = json!({"room": 2, "note": "x", "during": "[2050-01-01,2050-01-02)"});
    assert_eq!(ada.post("/rest/v1/contract_notes", again.clone()).await.status, 201);
    assert_eq!(ada.post("/rest/v1/contract_notes", again).await.refusal(), (400, "23P01"));
    assert_eq!(
        ada.post("/rest/v1/contract_notes", json!({"room": 77, "note": "x"})).await.refusal(),
        (409, "23503")
    );
}

#[tokio::test]
async fn a_table_that_is_made_later_is_known_after_a_word_to_the_api() {
    let server = server_with_contract().await;
    let client = server.connect().await.unwrap();
    client
        .batch_execute(
            "set role postgres;
             drop table if exists public.contract_later;
             create table public.contract_later (id int);
             grant select on public.contract_later to anon;
             notify pgrst, 'reload schema';",
        )
        .await
        .unwrap();
    let visitor = Visitor::to(server);
    firstbell_processes::wait::until_true("the API to know the table", Duration::from_secs(20), async || {
        Ok(visitor.get("/rest/v1/contract_later").await.status == 200)
    })
    .await
    .unwrap();
}
