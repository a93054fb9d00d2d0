//! Bookings in every status, and what is tried on them.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::school::{END, NOW, OTHER_END, OTHER_START, START, School, around, at};

/// How a booking came to be what it is.
pub const STATES: [&str; 18] = [
    "AWAITING_PARENT",
    "PENDING",
    "COUNTER_PROPOSED by the tutor",
    "COUNTER_PROPOSED by the student",
    "COUNTER_PROPOSED by the guardian",
    "CONFIRMED",
    "CONFIRMED, the tutor suggests another time",
    "CONFIRMED, the student suggests another time",
    "CONFIRMED, a suggestion has run out",
    "DECLINED",
    "EXPIRED while it was pending",
    "EXPIRED while another time was suggested",
    "EXPIRED before it reached the tutor",
    "EXPIRED, and stored so",
    "CANCELLED by the student before it was confirmed",
    "CANCELLED by the tutor after it was confirmed",
    "CANCELLED before it reached the tutor",
    "COMPLETED",
];

/// A booking that was arranged.
pub struct Arranged {
    pub id: Value,
    /// The table's word.
    pub status: &'static str,
    pub reached_tutor: bool,
    /// Who suggested the time that still stands.
    pub suggested_by: Option<&'static str>,
    /// A proposal of the booking's, open or not.
    pub proposal: Value,
    pub moments: Vec<DateTime<Utc>>,
}

/// The functions that clients call for each action.
pub const FUNCTIONS: [(&str, &str); 9] = [
    ("approve", "approve_as_parent"),
    ("confirm", "confirm_booking"),
    ("decline", "decline_booking"),
    ("propose", "propose_time"),
    ("accept_proposal", "accept_proposal"),
    ("decline_proposal", "decline_proposal"),
    ("cancel", "cancel_booking"),
    ("cancel", "cancel_series_from"),
    ("add_message", "add_message"),
];

/// What such a function is given, with the booking's version now.
pub fn arguments(function: &str, booking: &Arranged, version: &Value) -> Value {
    match function {
        "add_message" => json!({"booking": booking.id, "body": "Hello"}),
        "accept_proposal" | "decline_proposal" => {
            json!({"proposal": booking.proposal, "expected_version": version})
        }
        "propose_time" => json!({"booking": booking.id, "start_at": OTHER_START, "end_at": OTHER_END,
            "zone": "Europe/Madrid", "expected_version": version}),
        _ => json!({"booking": booking.id, "expected_version": version}),
    }
}

/// The conditions of the table that hold for this side, by the words of its `when`.
pub fn holding(booking: &Arranged, role: &str, now: DateTime<Utc>) -> BTreeSet<&'static str> {
    let is_own = booking.suggested_by.map(|side| (side == "tutor") == (role == "tutor"));
    [
        (now < at(START), "before_start"),
        (now < at(END), "before_end"),
        (is_own == Some(true), "suggested_by_us"),
        (is_own == Some(false), "suggested_by_them"),
    ]
    .into_iter()
    .filter_map(|(holds, name)| holds.then_some(name))
    .collect()
}

/// Arranges one of [`STATES`] through the functions; by hand only that a request waits longer than it could.
pub async fn arrange(school: &School, state: &str) -> Arranged {
    school.hold_clock_at(at(NOW)).await;
    let asked = school.ask("student_dan").await;
    let id = asked["id"].clone();
    let mut arranged = Arranged {
        id,
        status: "",
        reached_tutor: true,
        suggested_by: None,
        proposal: Value::Null,
        moments: [at("2026-11-04T03:30:00Z")]
            .into_iter()
            .chain(around(at(START)))
            .chain(around(at(END)))
            .collect(),
    };
    // Requests run out at the tutor's notice, twelve hours before.
    let runs_out = at(START) - Duration::hours(12);
    let waits_longer =
        "update public.bookings set expires_at = '2026-11-06 00:00+00' where expires_at is not null";
    let approved =
        async |school: &School| school.on(&asked, "parent_cleo", "approve_as_parent", json!({})).await;
    let other_time = json!({"start_at": OTHER_START, "end_at": OTHER_END, "zone": "Europe/Madrid"});
    // Late enough for the hold of 24 hours to last beyond the lesson.
    let late = at("2026-11-04T03:00:00Z");
    match state {
        "AWAITING_PARENT" => {
            arranged.status = "AWAITING_PARENT";
            arranged.reached_tutor = false;
            school.by_hand(waits_longer).await;
        }
        "PENDING" => {
            arranged.status = "PENDING";
            approved(school).await;
            school.by_hand(waits_longer).await;
        }
        "COUNTER_PROPOSED by the tutor"
        | "COUNTER_PROPOSED by the student"
        | "COUNTER_PROPOSED by the guardian" => {
            arranged.status = "COUNTER_PROPOSED";
            let pending = approved(school).await;
            school.hold_clock_at(late).await;
            let (name, side) = match state.rsplit(' ').next() {
                Some("tutor") => ("tutor_ada", "tutor"),
                Some("student") => ("student_dan", "student"),
                _ => ("parent_cleo", "student"),
            };
            arranged.suggested_by = Some(side);
            school.on(&pending, name, "propose_time", other_time).await;
        }
        "CONFIRMED" => {
            arranged.status = "CONFIRMED";
            let pending = approved(school).await;
            school.on(&pending, "tutor_ada", "confirm_booking", json!({})).await;
        }
        "CONFIRMED, the tutor suggests another time"
        | "CONFIRMED, the student suggests another time"
        | "CONFIRMED, a suggestion has run out" => {
            arranged.status = "CONFIRMED";
            let pending = approved(school).await;
            let confirmed = school.on(&pending, "tutor_ada", "confirm_booking", json!({})).await;
            let stands = !state.ends_with("run out");
            if stands {
                school.hold_clock_at(late).await;
            }
            let (name, side) =
                if state.contains("tutor") { ("tutor_ada", "tutor") } else { ("student_dan", "student") };
            arranged.suggested_by = stands.then_some(side);
            school.on(&confirmed, name, "propose_time", other_time).await;
        }
        "DECLINED" => {
            arranged.status = "DECLINED";
            let pending = approved(school).await;
            school.on(&pending, "tutor_ada", "decline_booking", json!({})).await;
        }
        "EXPIRED while it was pending"
        | "EXPIRED while another time was suggested"
        | "EXPIRED, and stored so" => {
            arranged.status = "EXPIRED";
            let pending = approved(school).await;
            arranged.moments = vec![runs_out, at(END)];
            if state.ends_with("suggested") {
                school.on(&pending, "tutor_ada", "propose_time", other_time).await;
                arranged.moments = vec![at(NOW) + Duration::hours(24), at(END)];
            }
            if state.ends_with("stored so") {
                school.by_hand("update public.bookings set stored_status = 'EXPIRED' where stored_status = 'PENDING'").await;
                arranged.moments = vec![at(NOW), at(END)];
            }
        }
        "EXPIRED before it reached the tutor" => {
            arranged.status = "EXPIRED";
            arranged.reached_tutor = false;
            arranged.moments = vec![runs_out, at(END)];
        }
        "CANCELLED by the student before it was confirmed" => {
            arranged.status = "CANCELLED";
            let pending = approved(school).await;
            school.on(&pending, "student_dan", "cancel_booking", json!({})).await;
        }
        "CANCELLED by the tutor after it was confirmed" => {
            arranged.status = "CANCELLED";
            let pending = approved(school).await;
            let confirmed = school.on(&pending, "tutor_ada", "confirm_booking", json!({})).await;
            school.on(&confirmed, "tutor_ada", "cancel_booking", json!({})).await;
        }
        "CANCELLED before it reached the tutor" => {
            arranged.status = "CANCELLED";
            arranged.reached_tutor = false;
            school.on(&asked, "student_dan", "cancel_booking", json!({})).await;
        }
        "COMPLETED" => {
            arranged.status = "COMPLETED";
            let pending = approved(school).await;
            let confirmed = school.on(&pending, "tutor_ada", "confirm_booking", json!({})).await;
            let session = school.session(&confirmed["session_id"]).await;
            school.hold_clock_at(at(START)).await;
            let held = json!({"session": session["id"], "expected_version": session["version"]});
            school.get_done("tutor_ada", "mark_held", held).await;
        }
        _ => panic!("how does a booking come to be {state}?"),
    }
    arranged.proposal = a_proposal(school, &arranged).await;
    arranged
}

/// The booking's proposal; where it has none, one that was taken back.
async fn a_proposal(school: &School, booking: &Arranged) -> Value {
    let taken_back = "insert into public.booking_proposals (booking_id, tutor_id, student_id, start_at, end_at, zone, side,
          stored_status, held_until)
        select b.id, b.tutor_id, b.student_id, b.start_at + interval '1 day', b.end_at + interval '1 day', b.zone, 'tutor',
          'WITHDRAWN', b.start_at
        from public.bookings b
        where b.id = $1 and not exists (select from public.booking_proposals p where p.booking_id = b.id)";
    let id: uuid::Uuid = booking.id.as_str().unwrap().parse().unwrap();
    school.stage.by_hand().execute(taken_back, &[&id]).await.unwrap();
    school
        .read("select to_jsonb(p.id) from public.booking_proposals p where p.booking_id = $1", &booking.id)
        .await
}
