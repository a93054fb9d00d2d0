use chrono::{DateTime, Days, FixedOffset, NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::desk::{Home, lesson_in, now};

const LESSON: &str = "UID:a@test\nSUMMARY:Maths: Ben\nDTSTART;TZID=Europe/Madrid:20261124T160000\n\
    DTEND;TZID=Europe/Madrid:20261124T170000\nLOCATION:https://meet.google.com/abc-defg-hij";
const DENTIST: &str = "UID:d@test\nSUMMARY:Dentist\nDTSTART:20261123T230000Z\nDTEND:20261124T000000Z";
const CANCELLED: &str = "UID:c@test\nSUMMARY:Gone\nDTSTART:20261125T080000Z\nDTEND:20261125T090000Z\n\
    STATUS:CANCELLED\nLOCATION:https://example.org/room";

fn titles(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|session| session["title"].as_str().unwrap()).collect()
}

#[test]
fn nothing_was_stored_and_nothing_is_made() {
    let home = Home::new();
    assert_eq!(home.bell(["agenda", "--json"]).ok().out, "[]\n");
    assert!(home.bell(["agenda"]).ok().out.starts_with("No sessions from 20"));
    assert_eq!(home.bell(["next", "--json"]).code, 3);
    assert_eq!(home.bell(["join"]).code, 3);
    assert!(home.bell(["export"]).ok().out.ends_with("END:VCALENDAR\r\n"));
    assert!(!home.data().exists());
}

#[test]
fn json_is_one_array_of_sessions_as_documented() {
    let home = Home::in_zone("America/New_York");
    home.import(&[LESSON, DENTIST, CANCELLED]);
    let said = home
        .bell(["agenda", "--json", "--from", "2026-11-24", "--to", "2026-11-26", "--zone", "Europe/Madrid"])
        .ok();
    let mut found = said.json();
    for session in found.as_array_mut().unwrap() {
        let id = session.as_object_mut().unwrap().remove("id").unwrap();
        assert!(uuid::Uuid::parse_str(id.as_str().unwrap()).is_ok());
        // What the clock says of them is no part of this test.
        session.as_object_mut().unwrap().remove("join_state").unwrap();
    }
    let expected = json!([
        {
            "workspace": "this_computer", "title": "Dentist", "start": "2026-11-24T00:00:00+01:00", "end": "2026-11-24T01:00:00+01:00",
            "zone": found[0]["zone"], "provider": null, "join_url": null,
            "status": "SCHEDULED", "source": "calendar_file", "school": null,
            "role": "owner", "waiting": false, "also": []
        },
        {
            "workspace": "this_computer", "title": "Maths: Ben", "start": "2026-11-24T16:00:00+01:00", "end": "2026-11-24T17:00:00+01:00",
            "zone": "Europe/Madrid", "provider": "google_meet",
            "join_url": "https://meet.google.com/abc-defg-hij",
            "status": "SCHEDULED", "source": "calendar_file", "school": null,
            "role": "owner", "waiting": false, "also": []
        },
        {
            "workspace": "this_computer", "title": "Gone", "start": "2026-11-25T09:00:00+01:00", "end": "2026-11-25T10:00:00+01:00",
            "zone": found[2]["zone"], "provider": null, "join_url": "https://example.org/room",
            "status": "CANCELLED", "source": "calendar_file", "school": null,
            "role": "owner", "waiting": false, "also": []
        }
    ]);
    assert_eq!(found, expected);
}

#[test]
fn days_begin_at_midnight_in_the_zone() {
    let home = Home::new();
    home.import(&[DENTIST]);
    let in_zone = |zone: &str, from: &str, to: &str| {
        home.bell(["agenda", "--json", "--from", from, "--to", to, "--zone", zone]).ok().json()
    };
    assert_eq!(titles(&in_zone("Europe/Madrid", "2026-11-24", "2026-11-25")), ["Dentist"]);
    assert_eq!(titles(&in_zone("Europe/Madrid", "2026-11-23", "2026-11-24")).len(), 0);
    assert_eq!(titles(&in_zone("UTC", "2026-11-23", "2026-11-24")), ["Dentist"]);
    assert_eq!(titles(&in_zone("UTC", "2026-11-24", "2026-11-24")).len(), 0, "no day at all");
}

#[test]
fn without_a_zone_the_computers_is_used_and_without_days_a_week_from_today() {
    let home = Home::in_zone("Asia/Kolkata");
    home.import(&[&lesson_in(60, "x"), &lesson_in(60 * 24 * 9, "x"), &lesson_in(-60 * 48, "x")]);
    let found = home.bell(["agenda", "--json"]).ok().json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert!(found[0]["start"].as_str().unwrap().ends_with("+05:30"));
    assert_eq!(found[0]["join_state"], "no_link");
}

#[test]
fn join_states_are_told_by_their_names() {
    let home = Home::new();
    let link = "https://zoom.us/j/93412345678";
    home.import(&[
        &lesson_in(-300, link),
        &lesson_in(-30, link),
        &lesson_in(3, "https://meet.google.com/kln-opqr-stu"),
        &lesson_in(90, link),
    ]);
    let mut states: Vec<Value> = home.agenda().iter().map(|session| session["join_state"].clone()).collect();
    states.retain(|state| !state.is_null());
    assert_eq!(states, ["ended", "in_progress", "open", "opens_at"]);
}

#[test]
fn people_read_days_and_times_and_no_codes() {
    let home = Home::in_zone("Europe/Madrid");
    // Days that are still to come: what has passed is told as over.
    let first = now().date_naive() + Days::new(30);
    let second = first + Days::new(1);
    let at = |day: NaiveDate, time: &str| format!("TZID=Europe/Madrid:{}T{time}", day.format("%Y%m%d"));
    home.import(&[
        &format!(
            "UID:a@test\nSUMMARY:Maths: Ben\nDTSTART;{}\nDTEND;{}\nLOCATION:https://meet.google.com/abc-defg-hij",
            at(first, "160000"),
            at(first, "170000")
        ),
        &format!(
            "UID:d@test\nSUMMARY:Dentist\nDTSTART;{}\nDTEND;{}",
            at(first, "000000"),
            at(first, "010000")
        ),
        &format!(
            "UID:c@test\nSUMMARY:Gone\nDTSTART;{}\nDTEND;{}\nSTATUS:CANCELLED\nLOCATION:https://example.org/room",
            at(second, "090000"),
            at(second, "100000")
        ),
        &format!("UID:x@test\nSUMMARY:Red \u{1b}[31m\u{202e}evil\nDTSTART;{}", at(second, "190000")),
    ]);
    let (from, to) = (first.to_string(), (second + Days::new(1)).to_string());
    let said = home.bell(["agenda", "--from", &from, "--to", &to]).ok().out;
    let lines: Vec<&str> = said.lines().collect();
    let heading = |day: NaiveDate| day.format("%A, %-d %B %Y").to_string();
    assert_eq!(lines[0], heading(first));
    assert_eq!(lines[1], "  00:00–01:00  Dentist");
    assert!(lines[2].starts_with("  16:00–17:00  Maths: Ben · Google Meet"), "{}", lines[2]);
    assert_eq!(lines[3], heading(second));
    assert_eq!(lines[4], "  09:00–10:00  Gone · example.org · cancelled");
    assert!(lines[5].ends_with("Red [31m evil"), "{:?}", lines[5]);
}

#[test]
fn a_wrong_call_is_said_to_be_one_and_names_what_is_wrong() {
    let home = Home::new();
    for (arguments, named) in [
        (vec!["agenda", "--zone", "Mars/Olympus"], "Mars/Olympus"),
        (vec!["agenda", "--from", "24.11.2026"], "24.11.2026"),
        (vec!["agenda", "--to", "2026-02-30"], "2026-02-30"),
        (vec!["agenda", "--from", "2026-1-1"], "2026-1-1"),
        (vec!["agenda", "--from", "2026-11-24", "--to", "2026-11-23"], "2026-11-23"),
        (vec!["agenda", "--days", "3"], "--days"),
        (vec!["ring"], "ring"),
        (vec!["import"], "FILE"),
        (vec!["link"], "URL"),
        (vec!["join", "tomorrow"], "tomorrow"),
        (vec![], "Usage"),
    ] {
        let said = home.bell(&arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains(named), "{arguments:?}: {}", said.err);
        assert_eq!(said.out, "", "{arguments:?}");
    }
}

#[test]
fn next_is_the_one_that_runs_and_then_the_one_to_come() {
    let home = Home::new();
    home.import(&[&lesson_in(120, "https://meet.google.com/abc-defg-hij")]);
    let said = home.bell(["next", "--json"]).ok().json();
    assert_eq!((said["title"].as_str(), said["join_state"].as_str()), (Some("Maths: Ben"), Some("opens_at")));
    home.import(&[&lesson_in(-10, "https://meet.google.com/kln-opqr-stu").replace("Ben", "Mia")]);
    let said = home.bell(["next", "--json"]).ok().json();
    assert_eq!(
        (said["title"].as_str(), said["join_state"].as_str()),
        (Some("Maths: Mia"), Some("in_progress"))
    );
    assert!(home.bell(["next"]).ok().out.contains("Maths: Mia · Google Meet · in progress"));
}

#[test]
fn without_a_next_session_the_code_says_not_found() {
    let home = Home::new();
    home.import(&[
        &lesson_in(-300, "https://meet.google.com/abc-defg-hij"),
        &DENTIST.replace("2026112", "2027112"),
    ]);
    let said = home.bell(["next", "--json"]);
    assert_eq!(said.code, 3);
    assert_eq!(said.json()["error"]["code"], "not_found");
    assert_eq!(said.err, "bell: No sessions to come.\n");
}

#[test]
fn a_data_folder_can_be_named() {
    let home = Home::new();
    let folder = home.folder.path().join("elsewhere");
    let file = home.file("a.ics", super::desk::calendar(&[LESSON]));
    let named = ["--data-dir".as_ref(), folder.as_os_str()];
    let mut import = home.command();
    assert!(
        import.args(["import".as_ref(), file.as_os_str()]).args(named).output().unwrap().status.success()
    );
    assert!(folder.join("this-computer.sqlite3").exists());
    assert!(!home.data().exists());
    let mut agenda = home.command();
    let output = agenda.args(named).args(["agenda", "--json", "--from", "2026-11-24"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Maths: Ben"));
}

#[test]
fn long_ago_the_offset_had_seconds_and_the_instant_is_right_all_the_same() {
    let home = Home::new();
    home.import(&["UID:o@test\nSUMMARY:Old\nDTSTART:18990101T120000Z\nDTEND:18990101T130000Z"]);
    let said = home
        .bell(["agenda", "--json", "--from", "1899-01-01", "--to", "1899-01-02", "--zone", "Europe/Madrid"])
        .ok();
    let start = said.json()[0]["start"].as_str().unwrap().to_owned();
    let instant: chrono::DateTime<chrono::Utc> = start.parse().unwrap();
    assert_eq!(instant.to_rfc3339(), "1899-01-01T12:00:00+00:00", "{start}");
}

#[test]
fn what_is_over_is_told_by_its_end_though_it_can_still_be_joined() {
    let home = Home::new();
    // Fifteen minutes ago, and hours ago.
    home.import(&[
        &lesson_in(-75, "https://zoom.us/j/93412345678"),
        &lesson_in(-600, "https://zoom.us/j/93412345679"),
    ]);
    let from = (now() - TimeDelta::days(1)).date_naive().to_string();
    let said = home.bell(["agenda", "--from", &from]).ok().out;
    let ends: Vec<String> = home
        .agenda()
        .iter()
        .map(|session| session["end"].as_str().unwrap().parse::<DateTime<FixedOffset>>().unwrap())
        .map(|end| end.format("· ended %H:%M").to_string())
        .collect();
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!((lines.len(), ends.len()), (2, 2), "{said}");
    assert!(lines.iter().zip(&ends).all(|(line, end)| line.ends_with(end)), "{said}");
    assert_eq!(home.agenda()[1]["join_state"], "in_progress");
}
