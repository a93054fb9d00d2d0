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

use school::{ROLES, START, School, at};
use sessions::Word;
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

/// Plays one cell and says what is wrong with it, if anything. `after` reads the status.
async fn play(
    school: &School,
    name: &str,
    function: &str,
    arguments: &Value,
    due: &Due,
    before: &str,
    after: impl AsyncFn() -> String,
) -> Option<String> {
    school.stage.mark("cell").await.unwrap();
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
    school.stage.go_back("cell").await.unwrap();
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
    let played: BTreeSet<&str> = sessions::FUNCTIONS.iter().map(|(action, _)| *action).collect();
    assert_eq!(played, actions(&table.session), "every action has its functions");
    assert_eq!(
        BTreeSet::from(sessions::STATUSES),
        table.session.iter().map(|row| row.0.as_str()).collect::<BTreeSet<_>>()
    );
    let mut states = Vec::new();
    for numbers in sessions::SCHOOLS {
        states.extend([false, true].map(|marked| ("SCHEDULED", marked, Word::Nothing, numbers)));
        let words = [Word::Here, Word::Late(5), Word::Late(30), Word::CantCome];
        states.extend(words.map(|word| ("SCHEDULED", false, word, numbers)));
    }
    for status in &sessions::STATUSES[1..] {
        states.extend([false, true].map(|marked| (*status, marked, Word::Nothing, sessions::SCHOOLS[0])));
    }
    let (mut faults, mut cells, mut done) = (Vec::new(), 0, 0);
    for (status, marked, word, numbers) in states {
        school.stage.mark("state").await.unwrap();
        let session = sessions::arrange(&school, status, marked, word, numbers).await;
        for now in session.moments.clone() {
            school.hold_clock_at(now).await;
            let row = school.session(&session.id).await;
            assert_eq!(row["status"], session.status);
            let booking = school.booking(&session.booking).await;
            let (before, others) =
                (school.digest().await, school.others(&session.booking, &session.id).await);
            for (action, function) in sessions::FUNCTIONS {
                // What was said of coming matters for marking a no-show alone.
                if word != Word::Nothing && function != "mark_no_show" {
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
                    let due = if role == "bystander" {
                        Err("not_found")
                    } else {
                        decide(&table.session, status, action, role, &sessions::holding(&session, now))
                            .map(str::to_owned)
                    };
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
                        format!("{status}, marked {marked}, {word:?} at {now}: {function} by {name} {fault}")
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
