use std::fs;

use firstbell_core::{app::Scope, data_folder::DataFolder, session::Status};
use serde_json::{Value, json};

use super::desk::{Home, MEET, calendar, lesson_in};

const WEEKLY: &str = "UID:w@test\nSUMMARY:Maths: Ben\nDTSTART:20261201T160000Z\nDTEND:20261201T170000Z\n\
    RRULE:FREQ=WEEKLY;COUNT=3\nLOCATION:https://meet.google.com/abc-defg-hij";

fn counts(said: &Value) -> [u64; 3] {
    ["added", "changed", "removed"].map(|name| said[name].as_u64().unwrap())
}

fn starts(home: &Home) -> Vec<String> {
    home.agenda().iter().map(|session| session["start"].as_str().unwrap()[..16].to_owned()).collect()
}

#[test]
fn json_tells_counts_series_and_what_was_left_out() {
    let home = Home::new();
    let said = home.import(&[
        WEEKLY,
        "UID:d@test\nSUMMARY:Dentist\nDTSTART:20261202T090000Z\nDTEND:20261202T100000Z",
        "UID:h@test\nSUMMARY:Holiday\nDTSTART;VALUE=DATE:20261208",
        "UID:b@test\nSUMMARY:Broken\nDTSTART;TZID=Mars/Olympus:20261208T100000",
    ]);
    assert_eq!(
        said,
        json!({
            "added": 4, "changed": 0, "removed": 0, "all_day": 1,
            "series": [
                {"uid": "w@test", "title": "Maths: Ben", "choice": "bell", "state": "new", "coming": said["series"][0]["coming"],
                 "past": said["series"][0]["past"], "provider": "google_meet"},
                {"uid": "d@test", "title": "Dentist", "choice": "no_bell", "state": "new", "coming": said["series"][1]["coming"],
                 "past": said["series"][1]["past"], "provider": null},
            ],
            "left_out": [{"line": 30, "title": "Broken", "reason": "event_unknown_zone",
                          "message": "Its time zone isn’t known."}]
        })
    );
}

#[test]
fn people_read_one_line_and_one_for_each_event_left_out() {
    let home = Home::new();
    let file = home.file("a.ics", calendar(&[WEEKLY, "UID:b@test\nSUMMARY:Broken\nDTSTART:tomorrow"]));
    let said = home.bell([file.as_os_str().to_str().unwrap(), "import"].iter().rev()).ok().out;
    assert_eq!(
        said,
        "3 added, 0 changed, 0 removed.\n\
         Line 17: “Broken” was left out. Its time can’t be read.\n"
    );
}

#[test]
fn a_second_time_brings_nothing_new() {
    let home = Home::new();
    assert_eq!(counts(&home.import(&[WEEKLY])), [3, 0, 0]);
    let before = home.agenda();
    let again = home.import(&[WEEKLY]);
    assert_eq!((counts(&again), again["series"][0]["state"].as_str()), ([0, 0, 0], Some("same")));
    assert_eq!(home.agenda(), before);
}

#[test]
fn a_moved_occurrence_keeps_its_id_and_an_excluded_one_goes() {
    let home = Home::new();
    home.import(&[WEEKLY]);
    let before = home.agenda();
    let moved = "UID:w@test\nSUMMARY:Maths: Ben\nRECURRENCE-ID:20261208T160000Z\nDTSTART:20261209T180000Z\n\
        DTEND:20261209T190000Z\nLOCATION:https://meet.google.com/abc-defg-hij";
    assert_eq!(counts(&home.import(&[WEEKLY, moved])), [0, 1, 0]);
    assert_eq!(starts(&home), ["2026-12-01T16:00", "2026-12-09T18:00", "2026-12-15T16:00"]);
    assert_eq!(home.agenda()[1]["id"], before[1]["id"]);

    let excluded = format!("{WEEKLY}\nEXDATE:20261201T160000Z\nSEQUENCE:2");
    assert_eq!(counts(&home.import(&[&excluded, moved]))[2], 1);
    assert_eq!(starts(&home), ["2026-12-09T18:00", "2026-12-15T16:00"]);
}

#[test]
fn method_cancel_calls_off_and_a_cancelled_one_stays_in_the_list() {
    let home = Home::new();
    home.import(&[WEEKLY]);
    let cancel = calendar(&["UID:w@test\nSUMMARY:Maths: Ben\nRECURRENCE-ID:20261208T160000Z\n\
        DTSTART:20261208T160000Z\nDTEND:20261208T170000Z\nSTATUS:CANCELLED\nSEQUENCE:1"])
    .replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:CANCEL");
    let said = home.bell_with(cancel.as_bytes(), ["import", "-", "--json"]).ok().json();
    assert_eq!(counts(&said), [0, 1, 0]);
    let statuses: Vec<Value> = home.agenda().iter().map(|session| session["status"].clone()).collect();
    assert_eq!(statuses, ["SCHEDULED", "CANCELLED", "SCHEDULED"]);
    let whole = calendar(&[&WEEKLY.replace("SUMMARY", "SEQUENCE:2\nSTATUS:CANCELLED\nSUMMARY")])
        .replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:CANCEL");
    home.bell_with(whole.as_bytes(), ["import", "-"]).ok();
    assert!(home.agenda().iter().all(|session| session["status"] == "CANCELLED"));
}

#[test]
fn notes_bell_and_status_are_the_persons_and_time_title_and_link_the_files() {
    let home = Home::new();
    let lesson = lesson_in(-30, MEET);
    home.import(&[&lesson]);
    let id = home.agenda()[0]["id"].as_str().unwrap().parse().unwrap();
    home.app(async |app| {
        app.write_notes(id, 1, "Likes chess").await.unwrap();
        app.set_bell(id, 2, false).await.unwrap();
        app.mark_session(id, 3, Status::Completed).await.unwrap();
    });
    let news = lesson_in(-20, "https://meet.google.com/kln-opqr-stu")
        .replace("UID:-20@", "UID:-30@")
        .replace("Maths: Ben", "Physics: Ben")
        + "\nSEQUENCE:1";
    assert_eq!(counts(&home.import(&[&news])), [0, 1, 0]);
    let session = home.app(async |app| app.session(id).await.unwrap().entry.session);
    assert_eq!((session.notes.as_str(), session.bell), ("Likes chess", false));
    assert_eq!(session.status, Status::Completed);
    let shown = &home.agenda()[0];
    assert_eq!(shown["title"], "Physics: Ben");
    assert_eq!(shown["join_url"], "https://meet.google.com/kln-opqr-stu");
    assert_eq!(session.end - session.start, chrono::Duration::minutes(60));
}

#[test]
fn what_the_person_moved_stays_while_the_file_repeats_itself() {
    let home = Home::new();
    home.import(&[WEEKLY]);
    let id = home.agenda()[0]["id"].as_str().unwrap().parse().unwrap();
    home.app(async |app| {
        let mut draft = app.draft_of(id).await.unwrap();
        draft.date = "2026-12-03".to_owned();
        app.edit_session(id, 1, Scope::This, &draft).await.unwrap().unwrap();
    });
    assert_eq!(counts(&home.import(&[WEEKLY])), [0, 0, 0]);
    assert_eq!(&starts(&home)[0][..10], "2026-12-03");
}

#[test]
fn a_broken_file_is_refused_whole_with_its_line() {
    let home = Home::new();
    home.import(&[WEEKLY]);
    let before = home.agenda();
    let text = calendar(&[&WEEKLY.replace("w@", "v@"), "UID:x@test\nthis is no line of a calendar"]);
    let file = home.file("broken.ics", &text);
    let said = home.bell(["import".as_ref(), file.as_os_str(), "--json".as_ref()]);
    assert_eq!(said.code, 1);
    let error = &said.json()["error"];
    assert_eq!((error["code"].as_str(), error["line"].as_u64()), (Some("file_refused"), Some(16)));
    assert!(error["message"].as_str().unwrap().contains("line 16"));
    assert!(said.err.contains("broken.ics:16: "), "{}", said.err);
    assert_eq!(home.agenda(), before);
}

#[test]
fn what_is_no_calendar_or_too_large_or_not_there_is_refused_in_one_sentence() {
    let home = Home::new();
    let mut large = calendar(&[WEEKLY]).into_bytes();
    large.resize(10 * 1024 * 1024 + 1, b'\n');
    let whole = &large[..10 * 1024 * 1024];
    home.bell_with(whole, ["import", "-"]).ok();
    for (bytes, code) in [
        (&large[..], "larger than 10 MB"),
        (b"<html>", "isn’t a calendar file"),
        (b"", "no calendar in this file"),
        (b"BEGIN:VCALENDAR\nSUMMARY:\xff\nEND:VCALENDAR\n", "broken at line 2"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "broken at line"),
    ] {
        let said = home.bell_with(bytes, ["import", "-"]);
        assert_eq!(said.code, 1);
        assert!(said.err.contains(code), "{}", said.err);
        assert_eq!((said.err.lines().count(), said.out.as_str()), (1, ""));
    }
    let said = home.bell(["import", "nowhere.ics"]);
    assert_eq!((said.code, said.err.contains("nowhere.ics couldn’t be read")), (1, true));
    let said = home.bell(["import", "."]);
    assert_eq!(said.code, 1);
}

#[test]
fn an_import_reaches_a_store_that_the_app_has_open_and_owns() {
    let home = Home::new();
    home.import(&[WEEKLY]);
    let data = DataFolder::open(&home.data()).unwrap();
    let _owner = data.own().unwrap();
    home.app(async |app| {
        assert_eq!(app.all().await.unwrap().len(), 3);
        home.import(&[&WEEKLY.replace("w@", "v@")]);
        assert_eq!(app.all().await.unwrap().len(), 6);
    });
}

#[test]
fn a_store_of_an_older_version_is_left_to_the_app_that_runs() {
    let home = Home::new();
    let data = DataFolder::open(&home.data()).unwrap();
    // An empty database: no migration has run.
    fs::write(data.database(), b"").unwrap();
    let owner = data.own().unwrap();
    let said = home.bell(["agenda", "--json"]);
    assert_eq!((said.code, said.json()["error"]["code"].as_str()), (1, Some("store_unusable")));
    assert!(said.err.contains("Start First Bell once"), "{}", said.err);
    drop(owner);
    assert_eq!(home.bell(["agenda", "--json"]).ok().out, "[]\n");
}

#[test]
fn a_damaged_store_is_told_when_reading_and_kept_aside_when_writing() {
    let home = Home::new();
    home.import(&[WEEKLY]);
    let data = DataFolder::open(&home.data()).unwrap();
    fs::write(data.database(), b"this was a database once ".repeat(1000)).unwrap();
    let said = home.bell(["agenda"]);
    assert_eq!((said.code, said.err.contains("is damaged")), (1, true), "{}", said.err);
    let said = home.bell_with(calendar(&[WEEKLY]).as_bytes(), ["import", "-"]);
    assert_eq!((said.code, said.err.contains(".damaged-1")), (1, true), "{}", said.err);
    assert_eq!(counts(&home.import(&[WEEKLY])), [3, 0, 0]);
}

#[test]
fn two_first_imports_at_once_both_arrive() {
    let home = Home::new();
    std::thread::scope(|scope| {
        for uid in ["w@", "v@", "u@"] {
            let home = &home;
            scope.spawn(move || home.import(&[&WEEKLY.replace("w@", uid)]));
        }
    });
    assert_eq!(home.agenda().len(), 9);
}
