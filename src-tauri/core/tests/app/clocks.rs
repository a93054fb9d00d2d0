//! A newer table of time zones and what is stored. `stores/written-by-2025b.sqlite3` was written on the last day of
//! November 2026 by the program of that day, whose table was 2025b: by its `bell import` (floating times in
//! Vancouver, the rest in Madrid) and its app (what Ada typed, moved, renamed and called off).

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::{Scope, zones},
    clock_change,
    data_folder::DataFolder,
    desktop::{NotShown, Notifier, Ring},
    draft::Draft,
    happened::{By, Kind},
    reminder::wait::Wait,
    ring::RingKey,
    session::{Decided, Session, Status, WallClock},
    zone::{Table, Zone},
};

use super::desk::{Desk, at, calendar, lesson};

/// The day on which the first lessons of the stored ones are.
const MORNING: &str = "2026-12-02T10:00";

/// Ada's computer with the store of the older program, as the app opens it at its next start.
async fn after_the_next_start(now: &str) -> Desk {
    let desk = with_the_older_store(now).await;
    zones::put_right(&desk.store, at(now)).await.unwrap();
    desk
}

async fn with_the_older_store(now: &str) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/written-by-2025b.sqlite3");
    std::fs::copy(store, DataFolder::open(folder.path()).unwrap().database()).unwrap();
    Desk::over(folder, now).await
}

fn told(session: &Session) -> String {
    format!("{} {}", session.start.format("%m-%dT%H:%M"), session.title)
}

fn one<'a>(all: &'a [Session], title: &str, start: &str) -> &'a Session {
    let is_it = |session: &&Session| session.title == title && session.start == at(start);
    all.iter().find(is_it).unwrap_or_else(|| panic!("no {title} at {start}"))
}

#[tokio::test]
async fn a_store_of_before_is_right_after_the_next_start() {
    let desk = with_the_older_store(MORNING).await;
    let before: BTreeMap<_, Session> = desk.all().await.into_iter().map(|one| (one.key(), one)).collect();
    assert!(!zones::are_right(&desk.store).await.unwrap());
    let count = zones::put_right(&desk.store, at(MORNING)).await.unwrap();
    assert!(zones::are_right(&desk.store).await.unwrap());

    let all = desk.all().await;
    assert_eq!(all.len(), before.len());
    let (moved, stayed): (Vec<&Session>, Vec<&Session>) =
        all.iter().partition(|session| session.start != before[&session.key()].start);
    assert_eq!(moved.len(), count);
    let omar = |session: &&&Session| session.title == "Omar, French";
    let others: Vec<String> = moved.iter().filter(|one| !omar(one)).map(|one| told(one)).collect();
    assert_eq!(
        others,
        [
            "12-02T12:00 Maths with Dan",
            "12-02T14:30 Maths with Mia",
            "12-02T15:00 Ben, Maths",
            // Written without a zone, on a computer in Vancouver.
            "12-03T17:00 Zoe, Art",
            "12-03T21:00 Ivy, Chemistry",
            // Called off, and it may be brought back.
            "12-04T15:00 Maths with Dan",
            "12-05T14:00 Tom, Piano",
            "12-05T15:00 Tom, Piano",
            "12-06T14:00 Tom, Piano",
            "12-06T15:00 Tom, Piano",
            "12-09T14:30 Maths with Mia",
            // Moved by the file, from eight to ten.
            "12-09T17:00 Ben, Maths",
            // Moved by Ada, to eleven.
            "12-11T18:00 Ivy, Chemistry",
            "12-16T15:00 Ben, Maths",
            "12-17T21:00 Physics with Ivy",
            "12-23T15:00 Ben, Maths",
            "12-24T21:00 Ivy, Chemistry",
            "12-30T15:00 Ben, Maths",
            "01-06T15:00 Ben, Maths",
        ]
    );
    // Morocco keeps to UTC since September; by the older table it would only have done so in Ramadan.
    assert!(moved.iter().filter(omar).count() > 80);
    let casablanca: Zone = "Africa/Casablanca".parse().unwrap();
    for session in all.iter().filter(|session| session.title == "Omar, French") {
        let is_over = session.end <= at(MORNING);
        let hour = casablanca.wall(session.start).format("%H:%M").to_string();
        assert!(hour == "16:00" || is_over, "{}", told(session));
    }

    for session in &stayed {
        let was = &before[&session.key()];
        assert_eq!((session.start, session.end, session.version), (was.start, was.end, was.version));
        assert!(session.wall.is_some(), "{}", told(session));
    }
    for session in &moved {
        let was = &before[&session.key()];
        assert_eq!(session.end - session.start, was.end - was.start);
        assert_eq!(session.version, was.version + 1);
        let page = desk.page(session.key()).await;
        let last = page.happened.last().unwrap();
        assert_eq!((last.kind, last.by, last.detail), (Kind::ClocksChanged, By::Zones, Some(was.start)));
        assert_eq!(last.at, at(MORNING));
    }
    // What is over, and what no table decides.
    for (title, start) in [
        ("Ben, Maths", "2026-11-04T16:00"),
        ("Ben, Maths", "2026-11-25T16:00"),
        ("Maths with Mia", "2026-11-25T15:30"),
        ("Omar, French", "2026-11-25T15:00"),
        ("Noa, Latin", "2026-12-02T17:00"),
        ("Lia, Greek", "2026-12-02T19:00"),
        ("Eva, Music", "2026-12-02T16:00"),
        ("Maths with Cleo", "2026-12-02T17:30"),
    ] {
        one(&all, title, start);
    }
}

#[tokio::test]
async fn each_session_of_before_is_given_its_wall_clock_and_who_decided() {
    let desk = after_the_next_start(MORNING).await;
    let all = desk.all().await;
    for (title, start, wall, decided, original) in [
        ("Maths with Mia", "2026-12-02T14:30", "2026-12-02T07:30:00", Decided::Iana, None),
        // Typed, and over: by the table that wrote it.
        ("Maths with Mia", "2026-11-18T15:30", "2026-11-18T07:30:00", Decided::Iana, None),
        ("Ben, Maths", "2026-11-18T16:00", "2026-11-18T08:00:00", Decided::Iana, Some("2026-11-18T08:00:00")),
        ("Ben, Maths", "2026-12-02T15:00", "2026-12-02T08:00:00", Decided::Iana, Some("2026-12-02T08:00:00")),
        ("Ben, Maths", "2026-12-09T17:00", "2026-12-09T10:00:00", Decided::Iana, Some("2026-12-09T08:00:00")),
        (
            "Ivy, Chemistry",
            "2026-12-11T18:00",
            "2026-12-11T11:00:00",
            Decided::Iana,
            Some("2026-12-10T14:00:00"),
        ),
        ("Eva, Music", "2026-12-02T16:00", "2026-12-02T17:00:00", Decided::Iana, Some("2026-12-02T17:00:00")),
        ("Noa, Latin", "2026-12-02T17:00", "2026-12-02T09:00:00", Decided::File, None),
        ("Lia, Greek", "2026-12-02T19:00", "2026-12-02T19:00:00", Decided::Utc, None),
        ("Zoe, Art", "2026-12-03T17:00", "2026-12-03T10:00:00", Decided::Floating, None),
    ] {
        let session = one(&all, title, start);
        let time = wall.parse().unwrap();
        assert_eq!(session.wall, Some(WallClock { time, decided }), "{title} {start}");
        assert_eq!(session.original, original.map(|wall| wall.parse().unwrap()), "{title} {start}");
    }
}

#[tokio::test]
async fn the_person_is_told_until_they_say_that_they_know() {
    let desk = after_the_next_start(MORNING).await;
    let changed = desk.app.clocks_changed().await.unwrap();
    let zones: Vec<_> = changed.iter().map(|changed| changed.zone.as_str()).collect();
    assert_eq!(zones, ["Africa/Casablanca", "America/Vancouver"]);
    // All but the one that is called off and the one in Casablanca.
    assert_eq!(changed[1].starts.len(), 17);
    assert_eq!(changed[1].starts[0], at("2026-12-02T14:30"));

    desk.app.acknowledge_clocks("America/Vancouver").await.unwrap();
    let changed = desk.app.clocks_changed().await.unwrap();
    assert_eq!(
        changed.iter().map(|changed| changed.zone.as_str()).collect::<Vec<_>>(),
        ["Africa/Casablanca"]
    );
    // At the next start nothing is new.
    assert_eq!(zones::put_right(&desk.store, at(MORNING)).await.unwrap(), 0);
    assert_eq!(desk.app.clocks_changed().await.unwrap(), changed);
    desk.app.acknowledge_clocks("Africa/Casablanca").await.unwrap();
    assert!(desk.app.clocks_changed().await.unwrap().is_empty());
}

/// A desktop that takes each ring, and a bell that only looks.
#[derive(Default)]
struct Desktop(Mutex<Vec<Ring>>);

impl Notifier for Desktop {
    async fn ring(&self, ring: Ring) -> Result<(), NotShown> {
        self.0.lock().unwrap().push(ring);
        Ok(())
    }

    async fn withdraw(&self, _key: RingKey) {}
}

struct NeverWaits;

impl Wait for NeverWaits {
    async fn wait(&self, _until: DateTime<Utc>) {
        std::future::pending().await
    }
}

/// What rings from one instant to another, each minute looked at: when, and the first line.
async fn rings(desk: &Desk, from: &str, to: &str) -> Vec<String> {
    let desktop = Arc::new(Desktop::default());
    let mut bell = desk.app.bell(desktop.clone(), desk.clock.clone(), NeverWaits);
    desk.set(from);
    let mut rang = Vec::new();
    while desk.app.now() <= at(to) {
        bell.look().await;
        let shown = std::mem::take(&mut *desktop.0.lock().unwrap());
        let now = desk.app.now().format("%H:%M");
        rang.extend(shown.into_iter().map(|ring| format!("{now} {}", ring.title)));
        desk.pass(Duration::minutes(1));
    }
    rang
}

#[tokio::test]
async fn each_session_of_the_day_rings_once_and_at_its_right_time() {
    let desk = after_the_next_start(MORNING).await;
    let mut rang = rings(&desk, MORNING, "2026-12-02T20:30").await;
    // Of two at once either may be the first.
    rang.sort();
    assert_eq!(
        rang,
        [
            "11:55 Maths with Dan in 5 minutes",
            "14:25 Maths with Mia in 5 minutes",
            "14:55 Ben, Maths in 5 minutes",
            "15:55 Eva, Music in 5 minutes",
            "15:55 Omar, French in 5 minutes",
            "16:55 Noa, Latin in 5 minutes",
            "17:25 Maths with Cleo in 5 minutes",
            "18:55 Lia, Greek in 5 minutes",
        ]
    );
}

#[tokio::test]
async fn a_lesson_that_has_begun_by_the_newer_table_rings_at_once_and_not_again() {
    // By the older table Ben's lesson begins in half an hour, by the newer one half an hour ago.
    let desk = after_the_next_start("2026-12-02T15:30").await;
    let rang = rings(&desk, "2026-12-02T15:30", "2026-12-02T16:40").await;
    let of_ben: Vec<_> = rang.iter().filter(|line| line.contains("Ben")).collect();
    assert_eq!(of_ben, ["15:30 Ben, Maths started 30 minutes ago"]);
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_after_the_clocks_have_changed() {
    let desk = after_the_next_start(MORNING).await;
    let before = desk.all().await;
    // As it was stored: the texts of the components are the file.
    let event = "UID:ben@lessons.test\nDTSTART;TZID=America/Vancouver:20261021T080000\n\
        DTEND;TZID=America/Vancouver:20261021T090000\nRRULE:FREQ=WEEKLY;COUNT=12\nSUMMARY:Ben\\, Maths\n\
        LOCATION:https://meet.google.com/abc-defg-hij";
    let moved = "UID:ben@lessons.test\nRECURRENCE-ID;TZID=America/Vancouver:20261209T080000\n\
        DTSTART;TZID=America/Vancouver:20261209T100000\nDTEND;TZID=America/Vancouver:20261209T110000\n\
        SUMMARY:Ben\\, Maths\nLOCATION:https://meet.google.com/abc-defg-hij";
    let tom = "UID:twice@lessons.test\nDTSTART;TZID=America/Vancouver:20261205T070000\n\
        DTEND;TZID=America/Vancouver:20261205T073000\nRRULE:FREQ=DAILY;COUNT=4;BYHOUR=7,8\n\
        SUMMARY:Tom\\, Piano\nLOCATION:https://meet.google.com/tom-tomt-tom";
    let ivy = "UID:ivy@lessons.test\nDTSTART;TZID=America/Vancouver:20261119T140000\n\
        DTEND;TZID=America/Vancouver:20261119T150000\nRRULE:FREQ=WEEKLY;COUNT=6\nSUMMARY:Ivy\\, Chemistry\n\
        LOCATION:https://meet.google.com/kln-opqr-stu";
    let result = desk.import(&calendar(&[event, moved, tom, ivy])).await;
    assert_eq!((result.added, result.changed, result.removed), (0, 0, 0));
    assert_eq!(desk.all().await, before);
    // What Ada has done here holds.
    one(&before, "Physics with Ivy", "2026-12-17T21:00");
    assert_eq!(one(&before, "Ben, Maths", "2026-12-16T15:00").notes, "Bring the compass.");
    one(&before, "Ivy, Chemistry", "2026-12-11T18:00");

    // A year on it goes on, at the hour of the file; none comes twice.
    desk.set("2027-11-30T10:00");
    assert!(desk.app.extend_series().await.unwrap());
    let omar: Vec<Session> =
        desk.all().await.into_iter().filter(|session| session.title == "Omar, French").collect();
    assert!(omar.windows(2).all(|two| two[0].start < two[1].start));
    let gaps: Vec<i64> = omar.windows(2).map(|two| (two[1].start - two[0].start).num_hours()).collect();
    assert!(gaps.iter().all(|hours| (167..=169).contains(hours)), "{gaps:?}");
    assert!(omar.last().unwrap().start > at("2029-11-20T00:00"));
}

#[tokio::test]
async fn a_file_that_moves_one_of_two_lessons_a_day_moves_that_one() {
    let desk = after_the_next_start(MORNING).await;
    let before = desk.all().await;
    let id = one(&before, "Tom, Piano", "2026-12-06T15:00").key();
    let tom = "UID:twice@lessons.test\nDTSTART;TZID=America/Vancouver:20261205T070000\n\
        DTEND;TZID=America/Vancouver:20261205T073000\nRRULE:FREQ=DAILY;COUNT=6;BYHOUR=7,8\n\
        SUMMARY:Tom\\, Piano\nLOCATION:https://meet.google.com/tom-tomt-tom";
    let moved = "UID:twice@lessons.test\nRECURRENCE-ID;TZID=America/Vancouver:20261206T080000\n\
        DTSTART;TZID=America/Vancouver:20261206T093000\nDTEND;TZID=America/Vancouver:20261206T100000\n\
        SUMMARY:Tom\\, Piano\nLOCATION:https://meet.google.com/tom-tomt-tom";
    let result = desk.import(&calendar(&[tom, moved])).await;
    // Two more come; one of them at the instant that the older table gave to another.
    assert_eq!((result.added, result.changed, result.removed), (2, 1, 0));
    assert_eq!(desk.session(id).await.start, at("2026-12-06T16:30"));
    let tom: Vec<String> =
        desk.all().await.iter().filter(|one| one.title == "Tom, Piano").map(told).collect();
    let expected = ["12-05T14:00", "12-05T15:00", "12-06T14:00", "12-06T16:30", "12-07T14:00", "12-07T15:00"];
    assert_eq!(tom, expected.map(|start| format!("{start} Tom, Piano")));
}

/// As if India had decided.
fn a_later_table() -> &'static Table {
    let text = "zone Asia/Kolkata Asia/Calcutta\n2026-12-10T00:00:00Z 2060-01-01T00:00:00Z 23400";
    Table::differing("2027a", text).unwrap()
}

#[tokio::test]
async fn the_next_table_moves_what_was_written_by_this_one_and_back_again() {
    let desk = Desk::at("2026-12-01T08:00").await;
    zones::put_right(&desk.store, desk.app.now()).await.unwrap();
    let weekly = Draft { zone: "Asia/Kolkata".to_owned(), repeat_weeks: 3, ..lesson("2026-12-02", "17:00") };
    let first = desk.add(&weekly).await;
    let file = "UID:asha\nDTSTART;TZID=Asia/Calcutta:20261203T180000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3\n\
        SUMMARY:Asha\nLOCATION:https://meet.google.com/abc-defg-hij";
    desk.import(&calendar(&[file])).await;
    let starts = async || desk.all().await.iter().map(|one| one.start).collect::<Vec<_>>();
    let by_ours = starts().await;
    assert_eq!(by_ours[0], at("2026-12-02T11:30"));
    let count = zones::put_right_by(&desk.store, a_later_table(), desk.app.now()).await.unwrap();
    assert_eq!(count, 3);
    let hours = [at("2026-12-02T11:30"), at("2026-12-03T12:30"), at("2026-12-09T11:30")];
    assert_eq!(starts().await[..3], hours);
    assert_eq!(starts().await[3..], [at("2026-12-10T11:30"), at("2026-12-16T10:30"), at("2026-12-17T11:30")]);
    // The names as they were given.
    let changed = desk.app.clocks_changed().await.unwrap();
    let told: Vec<_> = changed.iter().map(|one| (one.zone.as_str(), one.starts.len())).collect();
    assert_eq!(told, [("Asia/Calcutta", 2), ("Asia/Kolkata", 1)]);
    // What was told may change once more, and is told once more.
    desk.app.acknowledge_clocks("Asia/Kolkata").await.unwrap();
    desk.app.acknowledge_clocks("Asia/Calcutta").await.unwrap();
    // An older First Bell that comes to the same store leaves alone what a newer one knows better.
    assert_eq!(zones::put_right(&desk.store, desk.app.now()).await.unwrap(), 0);
    let back = zones::put_right_by(&desk.store, Table::ours(), desk.app.now()).await.unwrap();
    assert_eq!(back, 3);
    assert_eq!(starts().await, by_ours);
    assert_eq!(desk.app.clocks_changed().await.unwrap().len(), 2);
    // Nobody needs to know of what is called off since.
    let last = desk.all().await.into_iter().find(|one| one.start == at("2026-12-16T11:30")).unwrap();
    desk.app.cancel_session(last.key(), last.version, Scope::This).await.unwrap();
    assert_eq!(desk.app.clocks_changed().await.unwrap().len(), 1);
    assert_eq!(desk.session(first).await.status, Status::Scheduled);
}

#[tokio::test]
async fn a_lesson_that_i_am_in_stays_and_one_that_is_over_by_both_tables_too() {
    let desk = Desk::at("2026-12-10T08:00").await;
    let draft = Draft { zone: "Asia/Kolkata".to_owned(), ..lesson("2026-12-10", "17:00") };
    let id = desk.add(&draft).await;
    let session = desk.session(id).await;
    assert_eq!(session.start, at("2026-12-10T11:30"));
    let moved = |session: &Session, now: &str| {
        clock_change::moved(session, a_later_table(), at(now)).map(|moved| moved.start)
    };
    assert_eq!(moved(&session, "2026-12-10T11:00"), Some(at("2026-12-10T10:30")));
    // Over by the newer table, not by the older one: whoever waits for it has to know.
    assert_eq!(moved(&session, "2026-12-10T12:00"), Some(at("2026-12-10T10:30")));
    assert_eq!(moved(&session, "2026-12-10T12:30"), None);
    let joined = Session { opened_at: Some(at("2026-12-10T11:29")), ..session.clone() };
    assert_eq!(moved(&joined, "2026-12-10T11:45"), None);
    // Opened the day before, to try the link: nobody has gone in.
    let tried = Session { opened_at: Some(at("2026-12-09T11:29")), ..session.clone() };
    let found = clock_change::moved(&tried, a_later_table(), at("2026-12-10T11:00")).unwrap();
    assert_eq!(found.opened_at, None);
    for status in [Status::Completed, Status::EarlyEnd, Status::NoShowStudent, Status::NoShowTutor] {
        let marked = Session { status, ..session.clone() };
        assert_eq!(moved(&marked, "2026-12-10T11:00"), None, "{status:?}");
    }
    for decided in [Decided::File, Decided::Utc] {
        let wall = session.wall.map(|wall| WallClock { decided, ..wall });
        assert_eq!(moved(&Session { wall, ..session.clone() }, "2026-12-10T11:00"), None, "{decided:?}");
    }
    let unknown = Session { zone: "Mars/Olympus".to_owned(), ..session };
    assert_eq!(moved(&unknown, "2026-12-10T11:00"), None);
}

#[tokio::test]
async fn whoever_moves_a_lesson_decides_its_wall_clock_anew() {
    let desk = Desk::at("2026-12-01T08:00").await;
    let file = "UID:asha\nDTSTART:20261203T120000Z\nDURATION:PT1H\nSUMMARY:Asha\n\
        LOCATION:https://meet.google.com/abc-defg-hij";
    desk.import(&calendar(&[file])).await;
    let session = desk.all().await.remove(0);
    assert_eq!(session.wall.unwrap().decided, Decided::Utc);
    // Another title decides nothing.
    let renamed = Draft { subject: "Hindi".to_owned(), ..desk.app.draft_of(session.key()).await.unwrap() };
    desk.app.edit_session(session.key(), 1, Scope::This, &renamed).await.unwrap().unwrap();
    assert_eq!(desk.session(session.key()).await.wall, session.wall);
    let moved = Draft {
        date: "2026-12-03".to_owned(),
        time: "19:00".to_owned(),
        zone: "Asia/Kolkata".to_owned(),
        ..renamed
    };
    desk.app.edit_session(session.key(), 2, Scope::This, &moved).await.unwrap().unwrap();
    let session = desk.session(session.key()).await;
    assert_eq!((session.start, session.zone.as_str()), (at("2026-12-03T13:30"), "Asia/Kolkata"));
    assert_eq!(session.wall, Some(WallClock::iana("2026-12-03T19:00:00".parse().unwrap())));
}

#[tokio::test]
async fn lessons_that_move_with_an_earlier_one_keep_their_hour_and_say_so() {
    let desk = Desk::at("2026-10-01T08:00").await;
    let weekly = Draft { zone: "Europe/Madrid".to_owned(), repeat_weeks: 3, ..lesson("2026-10-13", "16:00") };
    let first = desk.add(&weekly).await;
    let later = Draft { time: "17:30".to_owned(), ..weekly };
    desk.app.edit_session(first, 1, Scope::ThisAndLater, &later).await.unwrap().unwrap();
    let walls: Vec<String> =
        desk.all().await.iter().map(|session| session.wall.unwrap().time.to_string()).collect();
    assert_eq!(walls, ["2026-10-13 17:30:00", "2026-10-20 17:30:00", "2026-10-27 17:30:00"]);
}
