//! The state table against the school's functions, cell by cell: every status, action and role, on either side of
//! every condition.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};

#[path = "states/bookings.rs"]
mod bookings;
#[path = "states/school.rs"]
mod school;
#[path = "states/sessions.rs"]
mod sessions;
#[path = "states/table.rs"]
mod table;

use school::{END, OTHER_END, OTHER_START, ROLES, START, School, at};
use sessions::{Press, Word};
use table::{Row, Table, actions, decide};

#[tokio::test]
async fn the_schools_state_table_has_the_rows_of_the_apps_data_file() {
    let school = School::open().await;
    let stored = school
        .stage
        .by_hand()
        .query("select subject, status, action, role, condition, becomes from private.state_table", &[])
        .await
        .unwrap();
    let stored: BTreeSet<(String, Row)> = stored
        .iter()
        .map(|row| (row.get(0), Row(row.get(1), row.get(2), row.get(3), row.get(4), row.get(5))))
        .collect();
    let file = Table::read();
    let of = |subject: &str, rows: Vec<Row>| {
        rows.into_iter().map(|row| (subject.to_owned(), row)).collect::<Vec<_>>()
    };
    let rows: BTreeSet<(String, Row)> =
        of("booking", file.booking).into_iter().chain(of("session", file.session)).collect();
    assert!(rows.len() > 90, "{} rows", rows.len());
    assert_eq!(stored.symmetric_difference(&rows).collect::<Vec<_>>(), Vec::<&(String, Row)>::new());
}

/// What a cell should bring: a status, or the code of a refusal.
type Due = Result<String, &'static str>;

/// Plays one cell and says what is wrong with it, if anything. `after` reads the status. What was done is taken back
/// to the mark `moment`; what is refused takes itself back.
async fn play(
    school: &School,
    name: &str,
    function: &str,
    arguments: &Value,
    due: &Due,
    before: &str,
    after: impl AsyncFn() -> String,
) -> Option<String> {
    let mut fault = None;
    if due.is_ok() && arguments["expected_version"].as_i64().is_some_and(|version| version > 0) {
        let mut seen_earlier = arguments.clone();
        seen_earlier["expected_version"] = json!(arguments["expected_version"].as_i64().unwrap() - 1);
        let outcome = school.try_it(name, function, &seen_earlier).await.map_err(|refusal| refusal.code);
        if outcome != Err("stale".to_owned()) {
            fault = Some(format!("with an earlier version: {outcome:?}"));
        }
    }
    let outcome = school.try_it(name, function, arguments).await;
    let is_done = outcome.is_ok();
    match (outcome, due) {
        (Ok(_), Ok(becomes)) => {
            let status = after().await;
            if status != *becomes {
                fault = Some(format!("becomes {status}, not {becomes}"));
            }
        }
        (Ok(_), Err(code)) => fault = Some(format!("is done, not refused: {code}")),
        (Err(refusal), due) => {
            if Some(refusal.code.as_str()) != due.as_ref().err().copied() {
                fault = Some(format!("is refused: {refusal}, not {due:?}"));
            } else if school.digest().await != before {
                fault = Some(format!("is refused, {}, and has changed something", refusal.code));
            }
        }
    }
    if is_done || fault.is_some() {
        school.stage.go_back("moment").await.unwrap();
    }
    fault
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn every_booking_takes_the_actions_of_the_table_and_no_others() {
    let (mut school, table) = (School::open().await, Table::read());
    let played: BTreeSet<&str> = bookings::FUNCTIONS.iter().map(|(action, _)| *action).collect();
    assert_eq!(played, actions(&table.booking), "every action has its functions");
    let statuses: BTreeSet<&str> =
        bookings::STATES.iter().map(|state| state.split([' ', ',']).next().unwrap()).collect();
    assert_eq!(statuses, table.booking.iter().map(|row| row.0.as_str()).collect());
    let (mut faults, mut cells, mut done) = (Vec::new(), 0, 0);
    for state in bookings::STATES {
        school.stage.mark("state").await.unwrap();
        let booking = bookings::arrange(&school, state).await;
        for now in booking.moments.clone() {
            school.hold_clock_at(now).await;
            let row = school.booking(&booking.id).await;
            assert_eq!(row["status"], booking.status, "{state} at {now}");
            let (before, others) =
                (school.digest().await, school.others(&booking.id, &row["session_id"]).await);
            school.stage.mark("moment").await.unwrap();
            for (action, function) in bookings::FUNCTIONS {
                let bystander = school.next_bystander();
                for (role, name) in ROLES.into_iter().chain([("bystander", bystander)]) {
                    cells += 1;
                    let due = booking_due(&table, &booking, action, role, now);
                    done += usize::from(due.is_ok());
                    let arguments = bookings::arguments(function, &booking, &row["version"]);
                    let after = async || {
                        let row = school.booking(&booking.id).await;
                        let others_after = school.others(&booking.id, &row["session_id"]).await;
                        assert_eq!(others_after, others, "{function} touched another lesson");
                        follows_for_session(&school, &row).await;
                        row["status"].as_str().unwrap().to_owned()
                    };
                    let fault = play(&school, name, function, &arguments, &due, &before, after).await;
                    faults
                        .extend(fault.map(|fault| format!("{state} at {now}: {function} by {name} {fault}")));
                }
            }
        }
        school.stage.go_back("state").await.unwrap();
    }
    none(&faults);
    eprintln!("{cells} cells of bookings, {done} of them done");
    assert!(done > 300, "only {done} of {cells} cells were done");
}

/// What the table says, and what stands beside it.
fn booking_due(
    table: &Table,
    booking: &bookings::Arranged,
    action: &str,
    role: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Due {
    // Nobody else's, and no tutor's before a parent has agreed: not even that it is there.
    if role == "bystander" || (role == "tutor" && !booking.reached_tutor) {
        return Err("not_found");
    }
    // A suggestion that was settled or has run out is refused for what it is itself.
    if matches!(action, "accept_proposal" | "decline_proposal") && booking.suggested_by.is_none() {
        return Err("not_for_status");
    }
    let holding = bookings::holding(booking, role, now);
    let becomes = decide(&table.booking, booking.status, action, role, &holding)?;
    // Who would read it?
    if action == "add_message" && !booking.reached_tutor {
        return Err("not_for_status");
    }
    // No lesson is made for a time that is over.
    if action == "confirm" && now >= at(START) {
        return Err("in_the_past");
    }
    // What comes back to wait runs out at the tutor's notice, which may be over.
    if becomes == "PENDING" && action != "add_message" && now >= at(START) - Duration::hours(12) {
        return Ok("EXPIRED".to_owned());
    }
    Ok(becomes.to_owned())
}

/// A booking's session is what the booking says.
async fn follows_for_session(school: &School, booking: &Value) {
    if booking["session_id"].is_null() {
        assert_ne!(booking["status"], "CONFIRMED");
        return;
    }
    let session = school.session(&booking["session_id"]).await;
    let due = match booking["status"].as_str().unwrap() {
        "CONFIRMED" => "SCHEDULED",
        "CANCELLED" => "CANCELLED",
        "COMPLETED" => "COMPLETED",
        other => panic!("{other} with a session"),
    };
    assert_eq!(session["status"], due);
    let times = |start: &str, end: &str, row: &Value| (row[start].clone(), row[end].clone());
    assert_eq!(
        times("scheduled_start_at", "scheduled_end_at", &session),
        times("start_at", "end_at", booking)
    );
}

#[tokio::test]
async fn every_session_takes_the_actions_of_the_table_and_no_others() {
    let (mut school, table) = (School::open().await, Table::read());
    let mut played: BTreeSet<&str> = sessions::FUNCTIONS.iter().map(|(action, _)| *action).collect();
    // Who opens a meeting asks no school; they tell it after.
    played.insert("join");
    assert_eq!(played, actions(&table.session), "every action has its functions");
    assert_eq!(
        BTreeSet::from(sessions::STATUSES),
        table.session.iter().map(|row| row.0.as_str()).collect::<BTreeSet<_>>()
    );
    let (mut faults, mut cells, mut done) = (Vec::new(), 0, 0);
    for (status, marked, word, press, numbers) in sessions::states() {
        school.stage.mark("state").await.unwrap();
        let session = sessions::arrange(&school, status, marked, word, press, numbers).await;
        for now in session.moments.clone() {
            school.hold_clock_at(now).await;
            let row = school.session(&session.id).await;
            assert_eq!(row["status"], session.status);
            let booking = school.booking(&session.booking).await;
            let (before, others) =
                (school.digest().await, school.others(&session.booking, &session.id).await);
            school.stage.mark("moment").await.unwrap();
            for (action, function) in sessions::FUNCTIONS {
                // What was said of coming matters for marking a no-show alone; the school's numbers for joining, too.
                let is_other_school = numbers != sessions::SCHOOLS[0];
                let is_about_numbers = matches!(function, "mark_no_show" | "record_opened");
                if word != Word::Nothing && function != "mark_no_show" || is_other_school && !is_about_numbers
                {
                    continue;
                }
                let bystander = school.next_bystander();
                for (role, name) in ROLES.into_iter().chain([("bystander", bystander)]) {
                    // The side that calls `mark_no_show` says which of the two is meant.
                    if action == "mark_no_show_tutor" && role == "tutor"
                        || action == "mark_no_show_student" && matches!(role, "student" | "guardian")
                    {
                        continue;
                    }
                    cells += 1;
                    let due = session_due(&table, &session, action, role, now);
                    done += usize::from(due.is_ok());
                    let arguments =
                        sessions::arguments(function, &session, &row["version"], &booking["version"]);
                    let after = async || {
                        let others_after = school.others(&session.booking, &session.id).await;
                        assert_eq!(others_after, others, "{function} touched another lesson");
                        let row = school.session(&session.id).await;
                        follows_for_booking(&school, &session, &row).await;
                        row["status"].as_str().unwrap().to_owned()
                    };
                    let fault = play(&school, name, function, &arguments, &due, &before, after).await;
                    faults.extend(fault.map(|fault| {
                        format!(
                            "{status}, marked {marked}, {word:?}, {press:?} at {now}: {function} by {name} {fault}"
                        )
                    }));
                }
            }
        }
        school.stage.go_back("state").await.unwrap();
    }
    none(&faults);
    eprintln!("{cells} cells of sessions, {done} of them done");
    assert!(done > 300, "only {done} of {cells} cells were done");
}

/// What the table says, and what stands beside it.
fn session_due(
    table: &Table,
    session: &sessions::Arranged,
    action: &str,
    role: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Due {
    if role == "bystander" {
        return Err("not_found");
    }
    let due = decide(&table.session, session.status, action, role, &sessions::holding(session, now));
    // Who has opened the meeting can't be marked at any time, and that is what is said.
    if due == Err("not_now") && action.starts_with("mark_no_show") && session.press != Press::None {
        return Err("has_opened");
    }
    due.map(str::to_owned)
}

/// A session's booking is what the session says.
async fn follows_for_booking(school: &School, session: &sessions::Arranged, row: &Value) {
    let due = match row["status"].as_str().unwrap() {
        "SCHEDULED" => "CONFIRMED",
        "CANCELLED" => "CANCELLED",
        _ => "COMPLETED",
    };
    let booking = school.booking(&session.booking).await;
    assert_eq!(booking["status"], due, "with a session that is {}", row["status"]);
    assert_eq!(booking["start_at"], row["scheduled_start_at"]);
}

/// Dan asks Ada for four weeks; his mother agrees to the first three, and the fourth waits for her still. All four,
/// and the three as they were then.
async fn four_weeks_of_dan(school: &School) -> (Vec<Value>, Vec<Value>) {
    let series = json!({"tutor": school.person("tutor_ada"), "student": school.person("student_dan"), "subject": "Maths",
        "start_at": START, "end_at": END, "zone": "Europe/Madrid", "weeks": 4});
    let asked = school.get_done("student_dan", "request_booking", series).await;
    let weeks = asked["bookings"].as_array().unwrap().clone();
    let mut agreed = Vec::new();
    for week in &weeks[..3] {
        agreed.push(school.on(week, "parent_cleo", "approve_as_parent", json!({})).await);
    }
    (weeks, agreed)
}

#[tokio::test]
async fn a_tutor_who_ends_a_series_declines_what_is_not_answered_and_leaves_what_waits_for_a_parent() {
    let school = School::open().await;
    let (weeks, pending) = four_weeks_of_dan(&school).await;
    let first = school.on(&pending[0], "tutor_ada", "confirm_booking", json!({})).await;
    let other_time = json!({"start_at": OTHER_START, "end_at": OTHER_END, "zone": "Europe/Madrid"});
    school.on(&pending[2], "student_dan", "propose_time", other_time).await;

    let ends =
        json!({"booking": first["id"], "expected_version": first["version"], "reason": "I am moving away."});
    let answer = school.get_done("tutor_ada", "cancel_series_from", ends.clone()).await;
    let answered = answer["bookings"].as_array().unwrap();
    let told: Vec<&str> = answered.iter().map(|booking| booking["status"].as_str().unwrap()).collect();
    assert_eq!(told, ["CANCELLED", "DECLINED", "DECLINED"], "of the fourth a tutor is told nothing");
    let mut statuses = Vec::new();
    for week in &weeks {
        let booking = school.booking(&week["id"]).await;
        statuses.push((booking["status"].clone(), booking["ended_by"].clone(), booking["reason"].clone()));
    }
    let by_tutor = |status: &str| (json!(status), json!("tutor"), json!("I am moving away."));
    assert_eq!(
        statuses,
        [
            by_tutor("CANCELLED"),
            by_tutor("DECLINED"),
            by_tutor("DECLINED"),
            (json!("AWAITING_PARENT"), Value::Null, json!(""))
        ]
    );
    let held = "select to_jsonb(count(*)) from public.booking_proposals p where p.stored_status = 'OPEN' and $1::uuid is not null";
    assert_eq!(school.read(held, &first["id"]).await, 0, "no time is held for what was declined");
}

#[tokio::test]
async fn a_student_who_ends_a_series_calls_off_all_that_is_to_come() {
    let school = School::open().await;
    let (weeks, pending) = four_weeks_of_dan(&school).await;
    school.on(&pending[0], "tutor_ada", "confirm_booking", json!({})).await;
    let second = school.on(&pending[1], "tutor_ada", "confirm_booking", json!({})).await;
    let ends = json!({"booking": second["id"], "expected_version": second["version"]});
    school.get_done("student_dan", "cancel_series_from", ends).await;
    let mut statuses = Vec::new();
    for week in &weeks {
        statuses.push(school.booking(&week["id"]).await["status"].clone());
    }
    assert_eq!(statuses, ["CONFIRMED", "CANCELLED", "CANCELLED", "CANCELLED"], "from the second on");
}

#[tokio::test]
async fn in_a_group_the_session_ends_as_a_no_show_when_the_last_one_is_marked() {
    let school = School::open().await;
    let (of_dan, of_ben) = (school.ask("student_dan").await, school.ask("student_ben").await);
    let of_dan = school.on(&of_dan, "parent_cleo", "approve_as_parent", json!({})).await;
    let confirmed = school.on(&of_dan, "tutor_ada", "confirm_booking", json!({})).await;
    let id = &confirmed["session_id"];
    school.on(&of_ben, "tutor_ada", "confirm_booking", json!({"into_session": id})).await;
    school.hold_clock_at(at(START) + Duration::minutes(15)).await;
    for (student, status) in [("student_dan", "SCHEDULED"), ("student_ben", "NO_SHOW_STUDENT")] {
        let version = school.session(id).await["version"].clone();
        let mark = json!({"session": id, "expected_version": version, "person": school.person(student)});
        school.get_done("tutor_ada", "mark_no_show", mark).await;
        assert_eq!(school.session(id).await["status"], status, "when {student} is marked");
    }
}

#[tokio::test]
async fn who_is_marked_stays_so_when_the_lesson_was_held_and_the_mark_can_be_answered_and_taken_back() {
    let school = School::open().await;
    let (of_dan, of_ben) = (school.ask("student_dan").await, school.ask("student_ben").await);
    let of_dan = school.on(&of_dan, "parent_cleo", "approve_as_parent", json!({})).await;
    let confirmed = school.on(&of_dan, "tutor_ada", "confirm_booking", json!({})).await;
    let id = &confirmed["session_id"];
    school.on(&of_ben, "tutor_ada", "confirm_booking", json!({"into_session": id})).await;
    school.hold_clock_at(at(START) + Duration::minutes(15)).await;
    let mut on = json!({"session": id, "expected_version": school.session(id).await["version"]});
    let held = on.clone();
    on["person"] = json!(school.person("student_dan"));
    school.get_done("tutor_ada", "mark_no_show", on.clone()).await;
    school.get_done("tutor_ada", "mark_held", held).await;
    let attendance =
        "select jsonb_object_agg(p.first_name, sp.attendance) from public.session_participants sp
        join public.people p on p.id = sp.person_id where sp.session_id = $1";
    assert_eq!(school.read(attendance, id).await, json!({"Ben": "came", "Dan": "did_not_come"}));
    let not_marked = json!({"session": id, "agrees": false});
    let refused = school.try_it("student_ben", "answer_no_show", &not_marked).await.unwrap_err();
    assert_eq!(refused.code, "not_now", "nobody has marked Ben");
    school.get_done("parent_cleo", "answer_no_show", not_marked).await;
    on["expected_version"] = school.session(id).await["version"].clone();
    school.get_done("tutor_ada", "undo_no_show", on).await;
    assert_eq!(school.session(id).await["status"], "COMPLETED", "held it was");
    assert_eq!(school.read(attendance, id).await, json!({"Ben": "came", "Dan": "unknown"}));
}
