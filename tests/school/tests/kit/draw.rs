//! Draws calls: most of them such as a person would make, some of them with whatever can be written.

use chrono::{DateTime, Duration};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::board::Board;

/// Who draws, and whom they name.
#[derive(Clone)]
pub struct Hand {
    /// What they call most of the time; one that stands twice is called twice as often.
    pub usual: Vec<&'static str>,
    pub tutors: Vec<Uuid>,
    pub students: Vec<Uuid>,
    /// One in so many arguments is none that a person would send; 0: none.
    pub odd: u32,
}

/// All functions about bookings and sessions that write.
pub const FUNCTIONS: [&str; 24] = [
    "request_booking",
    "approve_as_parent",
    "confirm_booking",
    "decline_booking",
    "propose_time",
    "accept_proposal",
    "decline_proposal",
    "cancel_booking",
    "cancel_series_from",
    "add_message",
    "move_session",
    "claim_meeting",
    "attach_meeting",
    "release_meeting",
    "record_opened",
    "send_presence",
    "set_bell",
    "mark_no_show",
    "undo_no_show",
    "answer_no_show",
    "keep_no_show",
    "end_early",
    "mark_held",
    "write_note",
];

/// A tutor's computer, and another one that they rarely use.
const DEVICES: [Uuid; 4] = [Uuid::from_u128(1), Uuid::from_u128(1), Uuid::from_u128(1), Uuid::from_u128(2)];

/// A function and its arguments, the request id among them.
pub fn draw(hand: &Hand, board: &Board, chance: &mut StdRng) -> (&'static str, Value) {
    let any = hand.odd > 0 && chance.random_ratio(1, 5);
    let function = if any { FUNCTIONS.choose(chance) } else { hand.usual.choose(chance) }.copied().unwrap();
    let mut arguments = match function {
        "request_booking" => request(hand, board, chance),
        "accept_proposal" | "decline_proposal" => {
            let proposal = fitting(&board.proposals, &["OPEN"], hand, chance);
            json!({"proposal": proposal["id"], "expected_version": proposal["booking_version"]})
        }
        "approve_as_parent" | "confirm_booking" | "decline_booking" | "propose_time" | "cancel_booking"
        | "cancel_series_from" | "add_message" => of_a_booking(function, hand, board, chance),
        _ => of_a_session(function, hand, board, chance),
    };
    if let Some(arguments) = arguments.as_object_mut() {
        for (name, value) in arguments.iter_mut() {
            if hand.odd > 0 && chance.random_ratio(1, hand.odd) {
                *value = odd(name, value, chance);
            }
        }
    }
    arguments["request_id"] = json!(uuid::Builder::from_random_bytes(chance.random()).into_uuid());
    (function, arguments)
}

/// Most often a row of the hand's own people in a status that fits what is to be done; else any, and null where there
/// is none.
fn fitting<'a>(rows: &'a [Value], statuses: &[&str], hand: &Hand, chance: &mut StdRng) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    let own = |person: &Value| {
        let id = person.as_str().and_then(|id| id.parse().ok());
        id.is_some_and(|id| hand.students.contains(&id))
    };
    let fits: Vec<&Value> = rows
        .iter()
        .filter(|row| statuses.contains(&row["status"].as_str().unwrap_or_default()))
        .filter(|row| {
            own(&row["student_id"]) || row["people"].as_array().is_some_and(|all| all.iter().any(own))
        })
        .collect();
    let one = if chance.random_ratio(6, 7) { fits.choose(chance).copied() } else { None };
    one.or_else(|| rows.choose(chance)).unwrap_or(NOTHING)
}

/// The statuses of a booking, or of a session, in which a function is most often called.
fn statuses(function: &str) -> &'static [&'static str] {
    match function {
        "approve_as_parent" => &["AWAITING_PARENT"],
        "confirm_booking" | "decline_booking" => &["PENDING", "COUNTER_PROPOSED"],
        "propose_time" | "cancel_booking" => &["PENDING", "COUNTER_PROPOSED", "CONFIRMED"],
        "cancel_series_from" => &["CONFIRMED"],
        "record_opened" => &["SCHEDULED", "NO_SHOW_STUDENT", "NO_SHOW_TUTOR"],
        "undo_no_show" | "answer_no_show" | "keep_no_show" => {
            &["NO_SHOW_STUDENT", "NO_SHOW_TUTOR", "SCHEDULED"]
        }
        "add_message" => &["PENDING", "CONFIRMED", "COMPLETED", "DECLINED", "EXPIRED"],
        _ => &["SCHEDULED"],
    }
}

/// One of a few times soon, so that many of them overlap.
fn time(board: &Board, chance: &mut StdRng) -> (String, String) {
    let half_hour = board.now / 1800 + 1 + chance.random_range(0..10) + 48 * chance.random_range(0..2);
    let start = DateTime::from_timestamp(half_hour * 1800, 0).unwrap();
    let end = start + Duration::minutes(*[30, 60, 60, 90].choose(chance).unwrap());
    (start.to_rfc3339(), end.to_rfc3339())
}

fn request(hand: &Hand, board: &Board, chance: &mut StdRng) -> Value {
    let (start, end) = time(board, chance);
    let weeks = [1, 1, 1, 2, 3].choose(chance).copied();
    json!({"tutor": hand.tutors.choose(chance), "student": hand.students.choose(chance), "subject": "Maths",
        "start_at": start, "end_at": end, "zone": "Europe/Madrid", "wish": "",
        "weeks": weeks, "skip_clashes": chance.random::<bool>()})
}

fn of_a_booking(function: &str, hand: &Hand, board: &Board, chance: &mut StdRng) -> Value {
    let booking = fitting(&board.bookings, statuses(function), hand, chance);
    let mut arguments = json!({"booking": booking["id"], "expected_version": booking["version"]});
    match function {
        "confirm_booking" => {
            // Into a group, where the tutor has a session at that time.
            let there = board.sessions.iter().find(|session| {
                session["scheduled_start_at"] == booking["start_at"]
                    && session["tutor_id"] == booking["tutor_id"]
            });
            let group = there.filter(|_| chance.random::<bool>());
            arguments["into_session"] = group.map_or(Value::Null, |session| session["id"].clone());
        }
        "decline_booking" | "cancel_booking" | "cancel_series_from" => arguments["reason"] = json!(""),
        "propose_time" => {
            let (start, end) = time(board, chance);
            (arguments["start_at"], arguments["end_at"]) = (json!(start), json!(end));
            arguments["zone"] = json!("Europe/Madrid");
        }
        "add_message" => arguments = json!({"booking": booking["id"], "body": "Until then!"}),
        _ => {}
    }
    arguments
}

fn of_a_session(function: &str, hand: &Hand, board: &Board, chance: &mut StdRng) -> Value {
    let holds = ["attach_meeting", "release_meeting"].contains(&function);
    let leased = board.sessions.iter().find(|session| holds && !session["lease"].is_null());
    let contested =
        board.sessions.iter().find(|session| function == "keep_no_show" && session["contested"] == true);
    let session =
        leased.or(contested).unwrap_or_else(|| fitting(&board.sessions, statuses(function), hand, chance));
    let person = session["people"].as_array().and_then(|people| people.choose(chance));
    let mut arguments = json!({"session": session["id"]});
    match function {
        "move_session" => {
            let (start, end) = time(board, chance);
            (arguments["start_at"], arguments["end_at"]) = (json!(start), json!(end));
            arguments["zone"] = json!("Europe/Madrid");
        }
        "claim_meeting" | "attach_meeting" | "release_meeting" => {
            arguments["generation"] = session["meeting_generation"].clone();
            arguments["device"] =
                leased.map_or(json!(DEVICES.choose(chance)), |session| session["lease"].clone());
            if function == "attach_meeting" {
                arguments["provider"] = json!("zoom");
                arguments["external_id"] = json!("8123");
                arguments["join_url"] = json!("https://zoom.us/j/8123");
            } else if function == "release_meeting" {
                arguments["anew"] = json!(chance.random::<bool>());
            }
        }
        "send_presence" => {
            arguments["person"] = json!(person);
            let late = chance.random::<bool>();
            arguments["presence"] =
                json!(if late { "late" } else { *["here", "cant_come"].choose(chance).unwrap() });
            arguments["minutes"] = if late { json!(chance.random_range(1..=60)) } else { Value::Null };
        }
        "set_bell" => {
            arguments["person"] = json!(person);
            arguments["bell_on"] = json!(chance.random::<bool>());
        }
        "answer_no_show" => {
            arguments["person"] = json!(person);
            arguments["agrees"] = json!(chance.random::<bool>());
        }
        "record_opened" => {
            arguments["person"] = json!(person);
            arguments["pressed_at"] = pressed_at(session, board, chance);
        }
        "mark_no_show" | "undo_no_show" | "keep_no_show" => arguments["person"] = json!(person),
        "write_note" => {
            arguments["kind"] = json!(*["note", "homework", "plan"].choose(chance).unwrap());
            arguments["shared"] = json!(chance.random::<bool>());
            arguments["body"] = json!(*["", "Page 12"].choose(chance).unwrap());
            arguments["expected_version"] = json!(chance.random_range(0..2));
        }
        _ => {}
    }
    if ["move_session", "mark_no_show", "undo_no_show", "end_early", "mark_held"].contains(&function) {
        arguments["expected_version"] = session["version"].clone();
    }
    arguments
}

/// When Join was pressed: about the start, or just now, or not said.
fn pressed_at(session: &Value, board: &Board, chance: &mut StdRng) -> Value {
    let start =
        session["scheduled_start_at"].as_str().and_then(|start| DateTime::parse_from_rfc3339(start).ok());
    let about = start.map_or(board.now, |start| start.timestamp());
    let pressed = [about - 120, about + 300, about + 300, board.now].choose(chance).copied();
    let pressed = pressed.filter(|_| chance.random_ratio(4, 5));
    json!(pressed.map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap().to_rfc3339()))
}

/// What fits the type and nothing else.
fn odd(name: &str, value: &Value, chance: &mut StdRng) -> Value {
    let choices: Vec<Value> = match name {
        "expected_version" | "generation" | "weeks" | "minutes" => {
            let number = value.as_i64().unwrap_or(1);
            vec![json!(number + 1), json!(number - 1), json!(0), json!(i32::MAX), json!(i32::MIN)]
        }
        "start_at" | "end_at" | "pressed_at" => vec![
            Value::Null,
            json!("infinity"),
            json!("-infinity"),
            json!("2020-01-01T00:00:00Z"),
            json!("294276-12-31T23:00:00Z"),
            json!("4713-01-01T00:00:00Z BC"),
        ],
        "booking" | "session" | "proposal" | "tutor" | "student" | "person" | "into_session" | "device" => {
            vec![Value::Null, json!(Uuid::from_u128(7))]
        }
        "bell_on" | "agrees" | "shared" | "anew" | "skip_clashes" => vec![Value::Null],
        "zone" => vec![Value::Null, json!("Nowhere/Land"), json!("UTC"), json!("posix/UTC"), json!("+03")],
        _ => {
            vec![Value::Null, json!(""), json!("  "), json!("x".repeat(25_000)), json!("https://☃.example/%")]
        }
    };
    choices.choose(chance).cloned().unwrap()
}
