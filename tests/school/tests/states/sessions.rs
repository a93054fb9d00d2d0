//! Sessions in every status, and what is tried on them.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::school::{END, NOW, OTHER_END, OTHER_START, START, School, around, at};

pub const STATUSES: [&str; 6] =
    ["SCHEDULED", "COMPLETED", "EARLY_END", "NO_SHOW_STUDENT", "NO_SHOW_TUTOR", "CANCELLED"];

/// What both sides have said of whether they come, with the minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Nothing,
    Here,
    Late(i64),
    CantCome,
}

/// What the school knows of Join on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Nothing.
    None,
    /// They have opened the meeting.
    Opened,
    /// And say that they pressed Join inside the wait, which nobody has answered yet.
    Contested,
}

/// The school's numbers, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub join_lead: i64,
    pub join_after_end: i64,
    pub wait: i64,
}

/// Those of a school that has changed nothing, and of one that has.
pub const SCHOOLS: [Numbers; 2] = [
    Numbers { join_lead: 5, join_after_end: 60, wait: 15 },
    Numbers { join_lead: 10, join_after_end: 30, wait: 20 },
];

/// What is tried: a status, whether the student is marked, what was said, what is known of Join, and at which school.
pub fn states() -> Vec<(&'static str, bool, Word, Press, Numbers)> {
    let mut states = Vec::new();
    for numbers in SCHOOLS {
        states.extend([false, true].map(|marked| ("SCHEDULED", marked, Word::Nothing, Press::None, numbers)));
        let words = [Word::Here, Word::Late(5), Word::Late(30), Word::CantCome];
        states.extend(words.map(|word| ("SCHEDULED", false, word, Press::None, numbers)));
    }
    let numbers = SCHOOLS[0];
    states.push(("SCHEDULED", false, Word::Nothing, Press::Opened, numbers));
    for status in STATUSES {
        states.push((status, true, Word::Nothing, Press::Contested, numbers));
        if status != "SCHEDULED" {
            states.extend([false, true].map(|marked| (status, marked, Word::Nothing, Press::None, numbers)));
        }
    }
    states
}

/// A session that was arranged.
pub struct Arranged {
    pub id: Value,
    pub booking: Value,
    pub status: &'static str,
    pub marked: bool,
    pub word: Word,
    pub press: Press,
    pub numbers: Numbers,
    pub moments: Vec<DateTime<Utc>>,
}

/// The functions that clients call for each action. Of the two ways to mark a no-show each side has one.
pub const FUNCTIONS: [(&str, &str); 17] = [
    ("tell_opened", "record_opened"),
    ("move", "move_session"),
    ("write", "write_note"),
    ("set_bell", "set_bell"),
    ("cancel", "cancel_booking"),
    ("make_meeting", "claim_meeting"),
    ("make_meeting", "attach_meeting"),
    ("make_meeting", "release_meeting"),
    ("tell_presence", "send_presence"),
    ("mark_held", "mark_held"),
    ("mark_early_end", "end_early"),
    ("mark_no_show_student", "mark_no_show"),
    ("mark_no_show_tutor", "mark_no_show"),
    ("undo_no_show", "undo_no_show"),
    ("answer_no_show", "answer_no_show"),
    ("keep_no_show", "keep_no_show"),
    ("cancel", "cancel_series_from"),
];

/// What such a function is given, with the versions of session and booking now.
pub fn arguments(function: &str, session: &Arranged, version: &Value, of_booking: &Value) -> Value {
    let id = &session.id;
    let meeting = json!({"session": id, "generation": 1, "device": Uuid::from_u128(2)});
    match function {
        "cancel_booking" | "cancel_series_from" => {
            json!({"booking": session.booking, "expected_version": of_booking})
        }
        "record_opened" | "keep_no_show" => json!({"session": id}),
        "set_bell" => json!({"session": id, "bell_on": false}),
        "answer_no_show" => json!({"session": id, "agrees": false}),
        "send_presence" => json!({"session": id, "presence": "late", "minutes": 5}),
        "claim_meeting" | "release_meeting" => meeting,
        "attach_meeting" => {
            let mut made = meeting;
            made["provider"] = json!("zoom");
            made["external_id"] = json!("123");
            made["join_url"] = json!("https://us02web.zoom.us/j/123");
            made
        }
        "write_note" => {
            json!({"session": id, "kind": "note", "shared": false, "body": "Page 12", "expected_version": 0})
        }
        "move_session" => json!({"session": id, "start_at": OTHER_START, "end_at": OTHER_END,
            "zone": "Europe/Madrid", "expected_version": version}),
        _ => json!({"session": id, "expected_version": version}),
    }
}

/// The conditions of the table that hold, by the words of its `when`.
pub fn holding(session: &Arranged, now: DateTime<Utc>) -> BTreeSet<&'static str> {
    let (start, end, numbers) = (at(START), at(END), session.numbers);
    let opens = start - Duration::minutes(numbers.join_lead);
    let closes = end + Duration::minutes(numbers.join_after_end);
    let waited_for = |minutes: i64| now >= start + Duration::minutes(minutes);
    let after_wait = match session.word {
        Word::Nothing => waited_for(numbers.wait),
        Word::Here => false,
        Word::Late(minutes) => waited_for(numbers.wait.max(minutes)),
        Word::CantCome => true,
    };
    let day_after = now < end + Duration::hours(24);
    [
        (now < end, "before_end"),
        (now >= start, "from_start"),
        (now >= start && now < end, "during"),
        (now >= opens && now < closes, "door_open"),
        (day_after, "until_day_after"),
        (now >= opens && day_after, "door_until_day_after"),
        (after_wait && session.press == Press::None, "waited_in_vain"),
        (session.marked, "marked"),
        (session.press == Press::Contested, "contested"),
    ]
    .into_iter()
    .filter_map(|(holds, name)| holds.then_some(name))
    .collect()
}

/// Arranges a session of Dan's with Ada in this status, through the functions; by hand only a mark that the status
/// does not bring with it.
pub async fn arrange(
    school: &School,
    status: &'static str,
    marked: bool,
    word: Word,
    press: Press,
    numbers: Numbers,
) -> Arranged {
    school.hold_clock_at(at(NOW)).await;
    school
        .by_hand(&format!(
            "update public.school_settings set join_lead_minutes = {}, join_after_end_minutes = {}, wait_minutes = {}",
            numbers.join_lead, numbers.join_after_end, numbers.wait
        ))
        .await;
    let asked = school.ask("student_dan").await;
    let pending = school.on(&asked, "parent_cleo", "approve_as_parent", json!({})).await;
    let booking = school.on(&pending, "tutor_ada", "confirm_booking", json!({})).await;
    let id = booking["session_id"].clone();
    let on = json!({"session": id, "expected_version": school.session(&id).await["version"]});
    say(school, &id, word).await;
    if status != "CANCELLED" {
        school.hold_clock_at(at(START) + Duration::minutes(30)).await;
    }
    match status {
        "SCHEDULED" => {}
        "COMPLETED" => drop(school.get_done("tutor_ada", "mark_held", on).await),
        "EARLY_END" => drop(school.get_done("tutor_ada", "end_early", on).await),
        "NO_SHOW_STUDENT" => drop(school.get_done("tutor_ada", "mark_no_show", on).await),
        "NO_SHOW_TUTOR" => drop(school.get_done("student_dan", "mark_no_show", on).await),
        "CANCELLED" => drop(school.on(&booking, "student_dan", "cancel_booking", json!({})).await),
        _ => panic!("how does a session come to be {status}?"),
    }
    let id_text = id.as_str().unwrap();
    let attendance = if marked { "did_not_come" } else { "unknown" };
    school
        .by_hand(&format!(
            "update public.session_participants set attendance = '{attendance}'
               where session_id = '{id_text}' and (attendance = 'did_not_come') <> {marked};
             insert into private.meeting_leases (session_id, generation, device_id, ends_at)
               values ('{id_text}', 1, '{}', '2027-01-01 00:00+00')",
            Uuid::from_u128(2)
        ))
        .await;
    know_of(school, id_text, press).await;
    let moments = moments(status, word, press, numbers);
    Arranged { id, booking: booking["id"].clone(), status, marked, word, press, numbers, moments }
}

async fn know_of(school: &School, session: &str, press: Press) {
    let (opened, pressed) = (START, "2026-11-04T16:05:00Z");
    let of_both = |tutor: &str, student: &str| {
        format!(
            "update public.sessions set {tutor} where id = '{session}';
             update public.session_participants set {student} where session_id = '{session}'"
        )
    };
    if press != Press::None {
        school
            .by_hand(&of_both(&format!("tutor_opened_at = '{opened}'"), &format!("opened_at = '{opened}'")))
            .await;
    }
    if press == Press::Contested {
        let contest = |of: &str| {
            format!(
                "{of}contest = 'asked', {of}contest_pressed_at = '{pressed}', {of}contest_arrived_at = '{pressed}'"
            )
        };
        school.by_hand(&of_both(&contest("tutor_"), &contest(""))).await;
    }
}

async fn say(school: &School, session: &Value, word: Word) {
    let said = match word {
        Word::Nothing => return,
        Word::Here => json!({"session": session, "presence": "here"}),
        Word::Late(minutes) => json!({"session": session, "presence": "late", "minutes": minutes}),
        Word::CantCome => json!({"session": session, "presence": "cant_come"}),
    };
    for name in ["tutor_ada", "student_dan"] {
        school.get_done(name, "send_presence", said.clone()).await;
    }
}

/// On either side of every moment that decides anything; where the status decides, one before and one after the end.
fn moments(status: &str, word: Word, press: Press, numbers: Numbers) -> Vec<DateTime<Utc>> {
    let (start, end) = (at(START), at(END));
    if status != "SCHEDULED" || press == Press::Contested {
        let mut moments = vec![end - Duration::minutes(30), end + Duration::minutes(5)];
        moments.extend(around(end + Duration::hours(24)));
        return moments;
    }
    let mut moments = vec![start - Duration::days(1)];
    if word == Word::Nothing {
        moments.extend(around(start - Duration::minutes(numbers.join_lead)));
        moments.extend(around(end));
        moments.extend(around(end + Duration::minutes(numbers.join_after_end)));
        moments.extend(around(end + Duration::hours(24)));
    }
    if let Word::Late(minutes) = word {
        moments.extend(around(start + Duration::minutes(minutes)));
    }
    moments.extend(around(start));
    moments.extend(around(start + Duration::minutes(numbers.wait)));
    moments
}
