//! Calendar files: what the real ones say, and what must hold of any file at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "calendar_reading/any_bytes.rs"]
mod any_bytes;
#[path = "calendar_reading/oracle.rs"]
mod oracle;

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use chrono::{DateTime, TimeDelta, Utc};
use firstbell_core::calendar_file::{
    CalendarFile, FileFault, FileSeries, MAX_BYTES, MergeOutcome, Method, Occurrence, OutEvent, Pattern,
    Reason, read, write,
};
use firstbell_core::zone::Zone;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

/// The computer of tutor Ada.
static LOCAL: LazyLock<Zone> = LazyLock::new(|| "Europe/Madrid".parse().unwrap());
const UNTIL: &str = "20280101T000000Z";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar_files")
}

fn corpus() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn soak() -> bool {
    env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1")
}

fn at(text: &str) -> DateTime<Utc> {
    chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap().and_utc()
}

fn all(file: &CalendarFile) -> Vec<Occurrence> {
    file.series.iter().flat_map(|series| series.occurrences(at(UNTIL)).unwrap()).collect()
}

fn read_file(name: &str) -> CalendarFile {
    read(&fs::read(folder().join(format!("{name}.ics"))).unwrap(), *LOCAL).unwrap()
}

fn seed() -> u64 {
    let seed =
        env::var("FIRSTBELL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand::random);
    println!("FIRSTBELL_SEED={seed}");
    seed
}

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n{events}END:VCALENDAR\r\n")
}

fn event(lines: &[&str]) -> String {
    format!("BEGIN:VEVENT\r\nDTSTAMP:20260901T080000Z\r\n{}\r\nEND:VEVENT\r\n", lines.join("\r\n"))
}

fn one(lines: &[&str]) -> FileSeries {
    let mut file = read(calendar(&event(lines)).as_bytes(), *LOCAL).unwrap();
    assert_eq!(file.left_out, []);
    file.series.remove(0)
}

fn occurrences(series: &FileSeries) -> Vec<Occurrence> {
    series.occurrences(at(UNTIL)).unwrap()
}

#[test]
fn google_outlook_and_apple_say_who_where_and_what() {
    let google = all(&read_file("google"));
    let algebra = google.iter().find(|o| o.title == "Algebra with Ben").unwrap();
    assert_eq!(algebra.key, "");
    assert_eq!(algebra.zone, "Europe/Madrid");
    assert_eq!((algebra.subject.as_deref(), algebra.person.as_deref()), (Some("Algebra"), Some("Ben")));
    assert_eq!(algebra.conference.as_deref(), Some("https://meet.google.com/abc-defg-hij"));
    assert!(algebra.notes.as_deref().unwrap().starts_with("Bring the worksheet, page 12.\n\n-::~"));
    assert_eq!(algebra.location, None);
    let moved = google.iter().find(|o| o.start == at("20261105T173000Z")).unwrap();
    assert_eq!(moved.key, "20261103T160000Z");
    assert_eq!((moved.subject.as_deref(), moved.person.as_deref()), (Some("Physics"), Some("Dan Kowalski")));
    assert_eq!(read_file("google").all_day, 1);

    let outlook = all(&read_file("outlook"));
    assert_eq!(outlook.len(), 14);
    assert_eq!(outlook[0].zone, "Europe/Paris");
    assert_eq!(
        (outlook[0].subject.as_deref(), outlook[0].person.as_deref()),
        (Some("French"), Some("Mia Novák"))
    );
    assert!(
        outlook[0]
            .conference
            .as_deref()
            .unwrap()
            .starts_with("https://teams.microsoft.com/l/meetup-join/19%3a")
    );

    let apple = all(&read_file("apple"));
    assert_eq!(apple[0].zone, "America/New_York");
    assert_eq!(apple[0].url.as_deref(), Some("https://us05web.zoom.us/j/81234567890?pwd=QUJDREVG"));
}

#[test]
fn the_zone_of_record_is_the_one_the_file_names() {
    let zone = |name: &str| all(&read_file(name))[0].zone.clone();
    for (file, expected) in [
        ("thunderbird", "Europe/Madrid"),
        ("prefixed_zone", "Europe/Madrid"),
        ("windows_zone", "America/New_York"),
        ("display_zone", "Europe/Madrid"),
        ("old_names", "Asia/Calcutta"),
        ("x_wr_timezone", "America/New_York"),
        ("own_zone", "Europe/Madrid"),
        ("floating", "Europe/Madrid"),
    ] {
        assert_eq!(zone(file), expected, "{file}");
    }
    let new_york =
        read(&fs::read(folder().join("floating.ics")).unwrap(), "America/New_York".parse().unwrap()).unwrap();
    let floating = all(&new_york);
    assert_eq!(floating[0].start, at("20261024T210000Z"));
    assert_eq!(floating[0].key, "20261024T170000");
    let calendars_own = "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Romance Standard Time\nBEGIN:VEVENT\nUID:a\nDTSTART:20261124T150000Z\nEND:VEVENT\nEND:VCALENDAR";
    assert_eq!(all(&read(calendars_own.as_bytes(), Zone::utc()).unwrap())[0].zone, "Europe/Paris");
}

#[test]
fn an_iana_name_goes_before_a_windows_name_and_that_before_the_files_own_definition() {
    let own = |id: &str| {
        format!(
            "BEGIN:VTIMEZONE\r\nTZID:{id}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        )
    };
    for (id, start) in [
        ("Europe/Madrid", "20261124T150000Z"),
        ("Eastern Standard Time", "20261124T210000Z"),
        ("Our Own Time", "20261124T070000Z"),
    ] {
        let start_line = format!("DTSTART;TZID={id}:20261124T160000");
        let text = calendar(&(own(id) + &event(&["UID:a", &start_line])));
        assert_eq!(all(&read(text.as_bytes(), *LOCAL).unwrap())[0].start, at(start), "{id}");
    }
}

#[test]
fn whole_days_are_counted_and_are_no_sessions() {
    let file = read_file("all_day");
    assert_eq!((file.all_day, all(&file).len()), (3, 1));
    let file = read_file("all_day_override_of_timed");
    assert_eq!((file.all_day, all(&file).len()), (0, 2));
    let file = read_file("timed_override_of_all_day");
    assert_eq!((file.all_day, all(&file).len()), (1, 1));
}

#[test]
fn cancelled_occurrences_stay_and_say_so() {
    let cancelled: Vec<bool> = all(&read_file("cancelled")).iter().map(|o| o.cancelled).collect();
    assert_eq!(cancelled, [false, true, false, false, true, false]);
    let cancelled: Vec<bool> =
        all(&read_file("this_and_future_cancelled")).iter().map(|o| o.cancelled).collect();
    assert_eq!(cancelled, [false, false, true, true, true]);
    assert!(all(&read_file("cancel"))[0].cancelled);
}

#[test]
fn a_moved_occurrence_keeps_its_key() {
    let series = read_file("moved").series.remove(0);
    let keys: Vec<String> = occurrences(&series).into_iter().map(|o| o.key).collect();
    assert_eq!(
        keys,
        [
            "20261006T150000Z",
            "20261013T150000Z",
            "20261020T150000Z",
            "20261027T160000Z",
            "20261110T160000Z",
            "20261103T160000Z"
        ]
    );
    let series = read_file("this_and_future").series.remove(0);
    let mut keys: Vec<String> = occurrences(&series).into_iter().map(|o| o.key).collect();
    keys.sort();
    assert_eq!((keys.len(), keys[7].as_str()), (8, "20261124T160000Z"));
}

#[test]
fn a_simple_pattern_can_be_said_in_words() {
    use chrono::Weekday::{Thu, Tue};
    let start = "DTSTART;TZID=Europe/Madrid:20261124T160000";
    let pattern = |rule: &str| one(&["UID:a", start, rule]).pattern();
    assert_eq!(pattern("SUMMARY:None"), Pattern::Once);
    assert_eq!(pattern("RRULE:FREQ=WEEKLY;COUNT=4"), Pattern::Weekly(vec![Tue]));
    assert_eq!(
        pattern("RRULE:FREQ=WEEKLY;BYDAY=TH,TU;WKST=SU;UNTIL=20270101T000000Z"),
        Pattern::Weekly(vec![Tue, Thu])
    );
    assert_eq!(pattern("RRULE:FREQ=WEEKLY;INTERVAL=2"), Pattern::Other);
    assert_eq!(pattern("RDATE:20261125T160000Z"), Pattern::Other);
    assert!(one(&["UID:a", start, "RDATE:20261125T160000Z"]).has_rule());
}

#[test]
fn what_cannot_be_understood_is_left_out_with_its_line() {
    let good = event(&["UID:good", "DTSTART:20261124T150000Z"]);
    for (reason, line, lines) in [
        (Reason::NoStart, 9, &["UID:bad", "SUMMARY:Bad"][..]),
        (Reason::BadTime, 13, &["UID:bad", "SUMMARY:Bad", "DTSTART:tomorrow"]),
        (
            Reason::BadTime,
            14,
            &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "EXDATE:20261301T000000Z"],
        ),
        (Reason::UnknownZone, 13, &["UID:bad", "SUMMARY:Bad", "DTSTART;TZID=Mars/Olympus:20261124T150000"]),
        (Reason::BadDuration, 14, &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "DURATION:-PT1H"]),
        (
            Reason::EndBeforeStart,
            14,
            &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "DTEND:20261124T140000Z"],
        ),
        (
            Reason::BadRule,
            14,
            &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "RRULE:FREQ=DAILY;INTERVAL=0"],
        ),
        (
            Reason::BadRule,
            14,
            &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "RRULE:FREQ=DAILY;COUNT=0"],
        ),
        (
            Reason::BadRule,
            14,
            &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "RRULE:FREQ=FORTNIGHTLY"],
        ),
        (Reason::BadRule, 14, &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "RRULE:"]),
        (
            Reason::BadRule,
            14,
            &["UID:bad", "SUMMARY:Bad", "DTSTART:20261124T150000Z", "RRULE:FREQ=DAILY;BYHOUR=24"],
        ),
    ] {
        let text = calendar(&(good.clone() + &event(lines)));
        let file = read(text.as_bytes(), *LOCAL).unwrap();
        assert_eq!(file.series.len(), 1, "{lines:?}");
        let [left_out] = &file.left_out[..] else { panic!("{lines:?}") };
        assert_eq!((left_out.reason, left_out.line), (reason, line), "{lines:?}");
        assert_eq!((left_out.uid.as_deref(), left_out.title.as_deref()), (Some("bad"), Some("Bad")));
    }
}

#[test]
fn a_rule_that_yields_too_much_is_left_out_with_its_line() {
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYHOUR=9",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1,2,3,4;BYMINUTE=0,15,30,45",
    ] {
        let rule = format!("RRULE:{rule}");
        let series = one(&["UID:a", "DTSTART:20100101T000000Z", &rule]);
        let fault = series.occurrences(at(UNTIL)).unwrap_err();
        assert_eq!((fault.line, fault.reason), (8, Reason::TooManyOccurrences), "{rule}");
    }
    let daily = one(&["UID:a", "DTSTART:19280101T000000Z", "RRULE:FREQ=DAILY"]);
    assert_eq!(occurrences(&daily).len(), 36_525);
    let notes = format!("DESCRIPTION:{}", "x".repeat(100_000));
    let long = one(&["UID:a", "DTSTART:20200101T000000Z", "RRULE:FREQ=DAILY", &notes]);
    assert_eq!(long.occurrences(at(UNTIL)).unwrap_err().reason, Reason::TooManyOccurrences);
}

#[test]
fn a_broken_structure_is_refused_whole_with_its_line() {
    let good = calendar(&event(&["UID:a", "DTSTART:20261124T150000Z", "SUMMARY:Algebra"]));
    let fault = |text: &str| read(text.as_bytes(), *LOCAL).unwrap_err();
    let what = |text: &str| (fault(text).code(), fault(text).line(), fault(text).to_string());
    let broken = |line: usize, words: &str| ("file_broken", Some(line), format!("line {line}: {words}"));
    assert!(read(good.as_bytes(), *LOCAL).is_ok());
    assert_eq!(what(&good.replace("END:VEVENT\r\n", "")), broken(9, "VEVENT is not closed"));
    assert_eq!(what(&good.replace("BEGIN:VEVENT\r\n", "")), broken(8, "END:VEVENT without its BEGIN"));
    assert_eq!(what(&good.replace("END:VCALENDAR\r\n", "")), broken(9, "the file ends inside VCALENDAR"));
    assert_eq!(what(&good[..good.find("SUMMARY").unwrap() + 9]), broken(8, "the file ends inside VEVENT"));
    assert_eq!(what(&good.replace("SUMMARY:", "SUMMARY ")), broken(8, "no colon"));
    assert_eq!(
        what(&good.replace("END:VEVENT", "BEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VEVENT")),
        broken(9, "VEVENT is not closed")
    );
    assert_eq!(what(&(good.clone() + "HELLO:world\r\n")), broken(11, "outside of the calendar"));
    assert_eq!(
        what(&good.replace("BEGIN:VCALENDAR", "BEGIN:VCARD")),
        ("file_not_a_calendar", Some(1), "line 1: not a calendar".to_owned())
    );
    assert_eq!(what("\r\n<!DOCTYPE html>\r\n").1, Some(2));
    assert_eq!((what("").0, what("\u{feff}\r\n\r\n").0), ("file_empty", "file_empty"));
    let mut latin = good.clone().into_bytes();
    let place = good.find("Algebra").unwrap();
    latin[place] = 0xE9;
    let fault = read(&latin, *LOCAL).unwrap_err();
    assert_eq!(fault.to_string(), "line 8: not UTF-8");
    assert_eq!(read(&vec![b'x'; MAX_BYTES + 1], *LOCAL).unwrap_err(), FileFault::TooLarge);
}

#[test]
fn the_same_file_again_changes_nothing_and_an_older_one_is_stale() {
    let lines = |sequence: &str, stamp: &str, hour: &str| {
        event(&["UID:a", sequence, &format!("DTSTART:20261124T{hour}0000Z")])
            .replace("20260901T080000Z", stamp)
    };
    let series = |text: String| read(calendar(&text).as_bytes(), *LOCAL).unwrap().series.remove(0);
    let known = series(lines("SEQUENCE:1", "20260901T080000Z", "15"));
    for (text, outcome) in [
        (lines("SEQUENCE:1", "20260901T080000Z", "15"), MergeOutcome::Unchanged),
        (lines("SEQUENCE:1", "20260902T080000Z", "15"), MergeOutcome::Unchanged),
        (lines("SEQUENCE:1", "20260902T080000Z", "16"), MergeOutcome::Updated),
        (lines("SEQUENCE:2", "20260801T080000Z", "16"), MergeOutcome::Updated),
        (lines("SEQUENCE:1", "20260801T080000Z", "16"), MergeOutcome::Stale),
        (lines("SEQUENCE:0", "20260902T080000Z", "16"), MergeOutcome::Stale),
    ] {
        let merged = known.merge(&series(text.clone()), Method::Request);
        assert_eq!(merged.outcome, outcome, "{text}");
        let hour = if outcome == MergeOutcome::Updated { "20261124T160000Z" } else { "20261124T150000Z" };
        assert_eq!(occurrences(&merged.series)[0].start, at(hour));
    }
    assert_eq!(
        known.merge(&series(lines("SEQUENCE:9", "20260902T080000Z", "16")), Method::Other).outcome,
        MergeOutcome::Unchanged
    );
}

#[test]
fn an_override_that_comes_alone_is_merged_into_its_series() {
    let weekly = one(&[
        "UID:a",
        "SEQUENCE:1",
        "DTSTART:20261124T150000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;COUNT=3",
    ]);
    let moved = one(&["UID:a", "SEQUENCE:2", "RECURRENCE-ID:20261201T150000Z", "DTSTART:20261202T090000Z"]);
    let merged = weekly.merge(&moved, Method::Request);
    assert_eq!(merged.outcome, MergeOutcome::Updated);
    let starts: Vec<DateTime<Utc>> = occurrences(&merged.series).iter().map(|o| o.start).collect();
    assert_eq!(starts, [at("20261124T150000Z"), at("20261202T090000Z"), at("20261208T150000Z")]);
    assert_eq!(merged.series.merge(&moved, Method::Request).outcome, MergeOutcome::Unchanged);
    let older = one(&["UID:a", "SEQUENCE:1", "RECURRENCE-ID:20261201T150000Z", "DTSTART:20261203T090000Z"]);
    assert_eq!(merged.series.merge(&older, Method::Request).outcome, MergeOutcome::Stale);
    // A later file with the whole series, in which nothing is moved any more.
    let whole = one(&["UID:a", "SEQUENCE:3", "DTSTART:20261124T150000Z", "RRULE:FREQ=WEEKLY;COUNT=3"]);
    assert_eq!(merged.series.merge(&whole, Method::Publish).series.components.len(), 1);
}

#[test]
fn a_cancel_takes_away_one_occurrence_or_all() {
    let weekly = one(&[
        "UID:a",
        "SUMMARY:Algebra",
        "DTSTART:20261124T150000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;COUNT=3",
    ]);
    let cancel = |lines: &[&str]| {
        let text = calendar(&event(lines)).replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:CANCEL");
        let file = read(text.as_bytes(), *LOCAL).unwrap();
        assert_eq!((file.method, file.left_out.len()), (Method::Cancel, 0));
        file.series.into_iter().next().unwrap()
    };
    // The least a cancellation has to say (RFC 5546 §3.2.5).
    let once =
        weekly.merge(&cancel(&["UID:a", "SEQUENCE:1", "RECURRENCE-ID:20261201T150000Z"]), Method::Cancel);
    assert_eq!(once.outcome, MergeOutcome::Updated);
    let found = occurrences(&once.series);
    assert_eq!(found.iter().map(|o| o.cancelled).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!((found[1].title.as_str(), found[1].end), ("Algebra", at("20261201T160000Z")));

    let whole = once.series.merge(&cancel(&["UID:a", "SEQUENCE:2"]), Method::Cancel);
    assert!(occurrences(&whole.series).iter().all(|o| o.cancelled));
    assert!(whole.series.is_cancelled());
    assert_eq!(
        whole.series.merge(&cancel(&["UID:a", "SEQUENCE:2"]), Method::Cancel).outcome,
        MergeOutcome::Unchanged
    );
    let again = stored(&whole.series);
    assert_eq!(occurrences(&again), occurrences(&whole.series));
    assert_eq!(again.components[0].sequence, 2);
    assert_eq!(once.series.merge(&cancel(&["UID:a"]), Method::Cancel).outcome, MergeOutcome::Stale);
    // The organiser takes it up again.
    let back = one(&["UID:a", "SEQUENCE:3", "DTSTART:20261124T150000Z"]);
    assert!(!occurrences(&whole.series.merge(&back, Method::Request).series)[0].cancelled);
}

fn stored(series: &FileSeries) -> FileSeries {
    let texts: Vec<String> = series.components.iter().map(|component| component.text.clone()).collect();
    FileSeries::from_stored(&series.uid, &texts, *LOCAL).unwrap()
}

#[test]
fn a_stored_series_comes_back_as_it_was() {
    for path in corpus() {
        let file = read_file(&name(&path));
        for series in &file.series {
            let again = stored(series);
            assert_eq!(occurrences(&again), occurrences(series), "{}", path.display());
            assert_eq!(
                again.merge(series, Method::Publish).outcome,
                MergeOutcome::Unchanged,
                "{}",
                path.display()
            );
            let ids = |s: &FileSeries| {
                s.components
                    .iter()
                    .map(|c| (c.recurrence_id.clone(), c.sequence, c.stamp))
                    .collect::<Vec<_>>()
            };
            assert_eq!(ids(&again), ids(series));
        }
    }
}

fn random_text(rng: &mut StdRng, most: usize) -> String {
    let letters: Vec<char> = "abcXYZ ,;:\\\"'\n-ñáßŁ日本😀^%=".chars().collect();
    let length = rng.random_range(0..most);
    (0..length).map(|_| *letters.choose(rng).unwrap()).collect::<String>().trim().to_owned()
}

#[test]
fn what_is_written_is_read_again() {
    let rng = &mut StdRng::seed_from_u64(seed());
    let stamp = at("20261101T101530Z");
    for _ in 0..if soak() { 500 } else { 25 } {
        let events: Vec<OutEvent> = (0..rng.random_range(0..5))
            .map(|number| {
                let start = at("20260101T000000Z") + TimeDelta::minutes(rng.random_range(0..1_000_000));
                let some = |text: String| (!text.is_empty()).then_some(text);
                OutEvent {
                    uid: format!("{number}-{}@firstbell", rng.random::<u32>()),
                    sequence: rng.random_range(0..9),
                    start,
                    end: start + TimeDelta::minutes(rng.random_range(0..100)),
                    title: random_text(rng, 200),
                    location: some(random_text(rng, 100)),
                    notes: some(random_text(rng, 900)),
                    url: rng.random_bool(0.5).then(|| "https://meet.example/a;b,c?d=e&pwd=%2F#x".to_owned()),
                    cancelled: rng.random_bool(0.2),
                }
            })
            .collect();
        let text = write(&events, stamp);
        for line in text.split_inclusive("\r\n") {
            assert!(line.ends_with("\r\n") && line.len() <= 77, "{line:?}");
            assert_eq!(line.matches(['\r', '\n']).count(), 2, "{line:?}");
        }
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
        assert_eq!(text.matches("DTSTAMP:20261101T101530Z\r\n").count(), events.len());
        let file = read(text.as_bytes(), *LOCAL).unwrap();
        assert_eq!((file.series.len(), file.left_out.len()), (events.len(), 0));
        for (event, series) in events.iter().zip(&file.series) {
            let [o] = &occurrences(series)[..] else { panic!("{event:?}") };
            assert_eq!(
                (&series.uid, o.start, o.end, &o.title),
                (&event.uid, event.start, event.end, &event.title)
            );
            assert_eq!((&o.location, &o.notes, &o.url), (&event.location, &event.notes, &event.url));
            assert_eq!((o.cancelled, series.components[0].sequence), (event.cancelled, event.sequence));
        }
    }
}
