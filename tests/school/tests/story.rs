//! The school's functions, told as what people do with them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use firstbell_school::{Cast, Cluster};
use serde_json::{Value, json};

/// A Monday morning in November; nobody's clock changes that week.
const NOW: &str = "2026-11-02 08:00+00";

async fn cast() -> Cast {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    database.hold_clock_at(NOW).await.unwrap();
    Cast::arrive(database).await.unwrap()
}

fn version(row: &Value) -> Value {
    row["version"].clone()
}

fn tables(pulled: &Value) -> BTreeSet<&str> {
    pulled["changes"].as_array().unwrap().iter().map(|change| change["table"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_request_is_confirmed_and_becomes_a_session_with_a_meeting() {
    let mut cast = cast().await;
    let booking = cast.ask("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    assert_eq!(booking["status"], "PENDING");
    assert_eq!(booking["expires_at"], "2026-11-04T04:00:00+00:00", "at the tutor's notice, which is first");
    let confirmed = cast
        .player("tutor_ada")
        .call("confirm_booking", json!({"booking": booking["id"], "expected_version": booking["version"]}))
        .await
        .unwrap();
    assert_eq!(confirmed["booking"]["status"], "CONFIRMED");
    let session = &confirmed["session"];
    assert_eq!((&session["status"], &session["first_names"]), (&json!("SCHEDULED"), &json!(["Ben"])));

    let device = uuid::Uuid::new_v4();
    let lease = json!({"session": session["id"], "generation": 1, "device": device});
    let mut meeting = lease.clone();
    meeting["provider"] = json!("google_meet");
    meeting["external_id"] = json!("event-1");
    meeting["join_url"] = json!("https://meet.google.com/abc-defg-hij");
    let early = cast.player("tutor_ada").call("attach_meeting", meeting.clone()).await.unwrap_err();
    assert_eq!(early.code, "link_being_made", "nobody attaches without the lease");
    cast.player("tutor_ada").call("claim_meeting", lease).await.unwrap();
    let attached = cast.player("tutor_ada").call("attach_meeting", meeting).await.unwrap();
    assert_eq!(attached["session"]["join_url"], "https://meet.google.com/abc-defg-hij");
    assert_eq!(version(&attached["session"]), version(session), "a link is nothing that people decided");

    let pulled = cast.player("student_ben").call("pull_changes", json!({})).await.unwrap();
    let of = |table: &str| -> Vec<&Value> {
        pulled["changes"].as_array().unwrap().iter().filter(|change| change["table"] == table).collect()
    };
    assert_eq!((pulled["afresh"].clone(), pulled["more"].clone()), (json!(true), json!(false)));
    assert_eq!(of("sessions").len(), 1);
    assert_eq!(of("bookings")[0]["row"]["status"], "CONFIRMED");
    assert_eq!(of("people").len(), 3, "Ben, and the two approved tutors: {:?}", of("people"));
    let cursor = pulled["cursor"].clone();
    cast.ask("student_ben", "tutor_eve", "2026-11-05T16:00:00Z").await.unwrap();
    let news = cast.player("student_ben").call("pull_changes", json!({"cursor": cursor})).await.unwrap();
    assert_eq!(news["afresh"], json!(false));
    assert_eq!(tables(&news), BTreeSet::from(["bookings", "people", "session_events"]));
}

#[tokio::test]
async fn a_childs_request_waits_for_a_parent_and_the_tutor_does_not_see_it_before() {
    let mut cast = cast().await;
    let booking = cast.ask("student_dan", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    assert_eq!(booking["status"], "AWAITING_PARENT");
    let arguments = json!({"booking": booking["id"], "expected_version": booking["version"]});
    let hidden = cast.player("tutor_ada").call("confirm_booking", arguments.clone()).await.unwrap_err();
    assert_eq!((hidden.status.as_str(), hidden.code.as_str()), ("PT404", "not_found"));
    let not_by_the_child =
        cast.player("student_dan").call("approve_as_parent", arguments.clone()).await.unwrap_err();
    assert_eq!(not_by_the_child.code, "not_allowed");
    let former = cast.player("former_fay").call("approve_as_parent", arguments.clone()).await.unwrap_err();
    assert_eq!(former.code, "not_found");
    let approved = cast.player("parent_cleo").call("approve_as_parent", arguments).await.unwrap();
    assert_eq!(approved["booking"]["status"], "PENDING");
    let arguments = json!({"booking": booking["id"], "expected_version": approved["booking"]["version"]});
    cast.player("tutor_ada").call("confirm_booking", arguments).await.unwrap();
}

#[tokio::test]
async fn a_suggested_time_is_held_and_the_old_one_stands_until_it_is_accepted() {
    let mut cast = cast().await;
    let lesson = cast.lesson("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let proposed = cast
        .player("student_ben")
        .call(
            "propose_time",
            json!({"booking": lesson["booking"]["id"], "start_at": "2026-11-04T16:30:00Z", "end_at": "2026-11-04T17:30:00Z",
                   "zone": "Europe/Madrid", "expected_version": lesson["booking"]["version"]}),
        )
        .await
        .unwrap();
    assert_eq!(proposed["booking"]["status"], "CONFIRMED");
    assert_eq!(proposed["session"]["scheduled_start_at"], "2026-11-04T16:00:00+00:00");
    let taken = cast.ask("student_dan", "tutor_ada", "2026-11-04T17:00:00Z").await.unwrap_err();
    assert_eq!(taken.code, "slot_taken", "it is held");
    let proposal = cast.read_one("select id from public.booking_proposals").await.unwrap();
    let own = cast
        .player("student_ben")
        .call(
            "accept_proposal",
            json!({"proposal": proposal, "expected_version": proposed["booking"]["version"]}),
        )
        .await
        .unwrap_err();
    assert_eq!(own.code, "not_now", "one's own is not one's to accept");
    let accepted = cast
        .player("tutor_ada")
        .call(
            "accept_proposal",
            json!({"proposal": proposal, "expected_version": proposed["booking"]["version"]}),
        )
        .await
        .unwrap();
    assert_eq!(accepted["session"]["scheduled_start_at"], "2026-11-04T16:30:00+00:00");
    assert_eq!(accepted["session"]["id"], lesson["session"]["id"], "the same session, and the same room");
}

#[tokio::test]
async fn a_held_time_is_free_again_when_the_hold_has_run_out() {
    let mut cast = cast().await;
    let booking = cast.ask("student_ben", "tutor_ada", "2026-11-06T16:00:00Z").await.unwrap();
    let proposed = cast
        .player("tutor_ada")
        .call(
            "propose_time",
            json!({"booking": booking["id"], "start_at": "2026-11-06T18:00:00Z", "end_at": "2026-11-06T19:00:00Z",
                   "zone": "Europe/Madrid", "expected_version": booking["version"]}),
        )
        .await
        .unwrap();
    assert_eq!(proposed["booking"]["status"], "COUNTER_PROPOSED");
    cast.database.hold_clock_at("2026-11-03 08:00+00").await.unwrap();
    let status = cast.read_one("select b.status from public.bookings b").await.unwrap();
    assert_eq!(status, "EXPIRED", "by time alone");
    let other = cast.ask("student_ben", "tutor_ada", "2026-11-06T18:00:00Z").await.unwrap();
    assert_eq!(other["status"], "PENDING");
    let stored = cast
        .read_one("select stored_status from public.bookings where start_at < '2026-11-06 17:00+00'")
        .await
        .unwrap();
    assert_eq!(stored, "EXPIRED", "stored at the next write");
}

#[tokio::test]
async fn a_no_show_is_marked_when_the_wait_is_over_and_can_be_taken_back() {
    let mut cast = cast().await;
    let lesson = cast.lesson("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let session = lesson["session"]["id"].clone();
    let mark = json!({"session": session, "expected_version": lesson["session"]["version"]});
    cast.database.hold_clock_at("2026-11-04 16:14+00").await.unwrap();
    let early = cast.player("tutor_ada").call("mark_no_show", mark.clone()).await.unwrap_err();
    assert_eq!(early.code, "not_now");
    cast.player("student_ben")
        .call("send_presence", json!({"session": session, "presence": "late", "minutes": 20}))
        .await
        .unwrap();
    cast.database.hold_clock_at("2026-11-04 16:19+00").await.unwrap();
    let promised = cast.player("tutor_ada").call("mark_no_show", mark.clone()).await.unwrap_err();
    assert_eq!(promised.code, "not_now", "who says that they are late is waited for");
    cast.database.hold_clock_at("2026-11-04 16:20+00").await.unwrap();
    let marked = cast.player("tutor_ada").call("mark_no_show", mark).await.unwrap();
    assert_eq!(marked["session"]["status"], "NO_SHOW_STUDENT");
    let undo = json!({"session": session, "expected_version": marked["session"]["version"]});
    let not_theirs = cast.player("student_ben").call("undo_no_show", undo.clone()).await.unwrap_err();
    assert_eq!(not_theirs.code, "not_for_status");
    cast.player("student_ben")
        .call("answer_no_show", json!({"session": session, "agrees": false}))
        .await
        .unwrap();
    let undone = cast.player("tutor_ada").call("undo_no_show", undo).await.unwrap();
    assert_eq!(undone["session"]["status"], "SCHEDULED");
}

#[tokio::test]
async fn a_forgotten_person_leaves_no_name_and_no_text() {
    let mut cast = cast().await;
    let lesson = cast.lesson("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    cast.player("student_ben")
        .call("add_message", json!({"booking": lesson["booking"]["id"], "body": "planted words"}))
        .await
        .unwrap();
    let person = cast.person("student_ben");
    cast.player("student_ben").call("forget_person", json!({"person": person})).await.unwrap();
    let session = cast.read_one("select to_jsonb(s) from public.sessions s").await.unwrap();
    assert_eq!((&session["status"], &session["first_names"]), (&json!("CANCELLED"), &json!(["Somebody"])));
    let left = cast
        .read_one(
            "select count(*) from (select m::text from public.booking_messages m union all select p::text from public.people p
             union all select r::text from private.requests r union all select a::text from public.account_people a) as rows (row)
             where row like '%planted words%' or row like '%Ben%'",
        )
        .await
        .unwrap();
    assert_eq!(left, 0);
    let pulled = cast.player("student_ben").call("pull_changes", json!({})).await.unwrap();
    assert_eq!(tables(&pulled), BTreeSet::from(["account_people"]), "only that there was a link");
}
