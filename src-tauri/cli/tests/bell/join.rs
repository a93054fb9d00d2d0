#![cfg(unix)]

use std::fs;

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::desk::{Home, MEET, lesson_in, now};

#[test]
fn join_hands_the_link_to_xdg_open_and_notes_it() {
    let home = Home::new();
    let called = home.program("xdg-open", 0);
    home.import(&[&lesson_in(2, MEET)]);
    assert_eq!(home.bell(["join"]).ok().out, "The meeting is open in the browser.\n");
    assert_eq!(fs::read_to_string(&called).unwrap(), format!("{MEET}\n"));
    let id = home.agenda()[0]["id"].as_str().unwrap().to_owned();
    let session = home.app(async |app| app.session(id.parse().unwrap()).await.unwrap().entry.session);
    assert!(session.opened_at.is_some());
    let said = home.bell(["join", &id, "--json"]).ok().json();
    assert_eq!(said, serde_json::json!({"id": id, "opened": true}));
}

#[test]
fn nothing_secret_is_printed() {
    let home = Home::new();
    home.program("xdg-open", 0);
    home.import(&[&lesson_in(2, "https://zoom.us/j/93412345678?pwd=hush")]);
    for arguments in [vec!["join"], vec!["join", "--json"], vec!["next"], vec!["agenda"], vec!["doctor"]] {
        let said = home.bell(&arguments);
        assert!(!said.out.contains("hush") && !said.err.contains("hush"), "{arguments:?}");
    }
}

#[test]
fn before_the_door_opens_it_says_when_and_early_opens() {
    let home = Home::new();
    let called = home.program("xdg-open", 0);
    home.import(&[&lesson_in(60, MEET)]);
    let said = home.bell(["join", "--json"]);
    assert_eq!((said.code, said.json()["error"]["code"].as_str()), (1, Some("not_open")));
    let start = home.agenda()[0]["start"].as_str().unwrap().parse::<DateTime<FixedOffset>>().unwrap();
    let opens = start - TimeDelta::minutes(5);
    // An hour before midnight the day stands before the time.
    let today = opens.date_naive() == now().with_timezone(&start.timezone()).date_naive();
    let when =
        if today { "bell: Join opens at %H:%M.\n" } else { "bell: Join opens on %a %-d %b at %H:%M.\n" };
    assert_eq!(said.err, opens.format(when).to_string());
    assert!(!called.exists());
    home.bell(["join", "--early"]).ok();
    assert!(called.exists());
}

#[test]
fn an_unknown_host_needs_a_yes_and_without_a_terminal_the_option() {
    let home = Home::new();
    let called = home.program("xdg-open", 0);
    home.import(&[&lesson_in(2, "https://meet.example.org/room?key=hush")]);
    // A yes that is piped in is no yes.
    let said = home.bell_with(b"yes\n", ["join"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("meet.example.org") && said.err.contains("--yes"), "{}", said.err);
    assert!(!said.err.contains("hush") && !called.exists());
    home.bell(["join", "--yes"]).ok();
    assert!(called.exists());
}

#[test]
fn a_session_that_is_not_there_is_not_found() {
    let home = Home::new();
    home.import(&[&lesson_in(2, MEET)]);
    let said = home.bell(["join", "0198f2a4-0000-7000-8000-000000000000", "--json"]);
    assert_eq!((said.code, said.json()["error"]["code"].as_str()), (3, Some("not_found")));
}

#[test]
fn a_browser_that_does_not_open_is_told_and_the_session_is_not_noted_as_opened() {
    let home = Home::new();
    home.import(&[&lesson_in(2, MEET)]);
    home.program("xdg-open", 3);
    let said = home.bell(["join"]);
    assert_eq!((said.code, said.err.as_str()), (1, "bell: The browser didn’t open.\n"));
    let id = home.agenda()[0]["id"].as_str().unwrap().to_owned();
    let session = home.app(async |app| app.session(id.parse().unwrap()).await.unwrap().entry.session);
    assert!(session.opened_at.is_none());
}

#[test]
fn one_opener_that_fails_gives_way_to_the_next() {
    let home = Home::new();
    home.import(&[&lesson_in(2, MEET)]);
    home.program("xdg-open", 3);
    let called = home.program("gio", 0);
    home.bell(["join"]).ok();
    assert!(fs::read_to_string(called).unwrap().contains(MEET));
}
