use std::fs;

use super::desk::Home;

const LESSON: &str = "UID:a@test\nSUMMARY:Maths: Ben\\, at home\nDTSTART:20261201T160000Z\nDTEND:20261201T170000Z\n\
    LOCATION:https://meet.google.com/abc-defg-hij";

#[test]
fn what_is_exported_can_be_brought_in_elsewhere() {
    let home = Home::new();
    home.import(&[LESSON, &LESSON.replace("a@", "b@").replace("1201", "1202")]);
    let text = home.bell(["export"]).ok().out;
    let other = Home::new();
    other.bell_with(text.as_bytes(), ["import", "-"]).ok();
    let facts = |home: &Home| -> Vec<_> {
        let fact = |session: serde_json::Value| {
            ["title", "start", "end", "join_url", "status"].map(|name| session[name].clone())
        };
        home.agenda().into_iter().map(fact).collect()
    };
    assert_eq!(facts(&home), facts(&other));
}

#[test]
fn a_file_is_written_whole_and_the_count_is_told() {
    let home = Home::new();
    home.import(&[LESSON]);
    assert_eq!(home.bell(["export", "all.ics"]).ok().out, "Wrote 1 session to all.ics.\n");
    let text = fs::read_to_string(home.folder.path().join("all.ics")).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    let said = home.bell(["export", "all.ics", "--json"]).ok().json();
    assert_eq!(said, serde_json::json!({"sessions": 1, "file": "all.ics"}));
    let said = home.bell(["export", "--json"]).ok().json();
    assert_eq!(said["sessions"], 1);
    assert!(said["calendar"].as_str().unwrap().contains("BEGIN:VEVENT"));
    assert!(!home.folder.path().join("all.ics.part").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let home = Home::new();
    let said = home.bell(["export", "no/such/folder.ics"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("folder.ics couldn’t be written"), "{}", said.err);
}
