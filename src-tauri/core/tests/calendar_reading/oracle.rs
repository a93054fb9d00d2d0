//! Calendar files against a second opinion: the Python library `recurring-ical-events`, over every file
//! of `calendar_files/` and over random rules.

#[path = "../../../../tests/oracle/differences.rs"]
mod differences;

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use differences::DIFFERENCES;
use firstbell_core::calendar_file::{Occurrence, read};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::{LOCAL, UNTIL, all, calendar, corpus, event, name, read_file, seed, soak};

const FROM: &str = "19000101T000000Z";

type Row = (String, String, String);
/// By file name; a file that the library refuses gives its reason.
type Opinions = BTreeMap<String, Result<Vec<Row>, String>>;

fn oracle(files: &[PathBuf]) -> Opinions {
    let python = env::var_os("FIRSTBELL_ORACLE_PYTHON").expect(
        "FIRSTBELL_ORACLE_PYTHON names no Python with recurring-ical-events: run `./dev test`, which makes one",
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle/occurrences.py");
    let mut child = Command::new(python)
        .arg(script)
        .args([LOCAL.name(), FROM, UNTIL, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let names: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(names.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success(), "the oracle failed");

    let mut opinions = Opinions::new();
    let mut current = String::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        if let Some(path) = line.strip_prefix("# ") {
            current = name(Path::new(path));
            opinions.insert(current.clone(), Ok(Vec::new()));
        } else if let Some(reason) = line.strip_prefix("! ") {
            opinions.insert(current.clone(), Err(reason.to_owned()));
        } else if let Some(Ok(rows)) = opinions.get_mut(&current) {
            let mut parts = line.split('\t').map(str::to_owned);
            rows.push((parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap_or_default()));
        }
    }
    assert_eq!(opinions.len(), files.len());
    opinions
}

fn rows(occurrences: &[Occurrence]) -> Vec<Row> {
    let time = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    let mut rows: Vec<Row> =
        occurrences.iter().map(|o| (time(o.start), time(o.end), o.title.replace('\n', " "))).collect();
    rows.sort();
    rows
}

fn minus(from: &[Row], what: &[Row]) -> Vec<String> {
    let mut what = what.to_vec();
    from.iter()
        .filter(|row| match what.iter().position(|other| other == *row) {
            Some(place) => {
                what.remove(place);
                false
            }
            None => true,
        })
        .map(|(start, end, title)| format!("{start} {end} {title}"))
        .collect()
}

#[test]
fn every_file_comes_to_the_same_occurrences_as_in_the_oracle() {
    // The library knows no lone carriage returns; the same file with line feeds stands for it.
    let files: Vec<PathBuf> = corpus().into_iter().filter(|path| name(path) != "carriage_returns").collect();
    assert_eq!(rows(&all(&read_file("carriage_returns"))), rows(&all(&read_file("line_feeds"))));
    let mut wrong = Vec::new();
    let mut agreed = 0;
    for (name, opinion) in oracle(&files) {
        let theirs = opinion.unwrap_or_else(|reason| panic!("{name}: {reason}"));
        let file = read_file(&name);
        assert_eq!(file.left_out, [], "{name}");
        let ours = rows(&all(&file));
        let (only_theirs, only_ours) = (minus(&theirs, &ours), minus(&ours, &theirs));
        let expected = DIFFERENCES.iter().find(|difference| difference.0 == name);
        let (theirs_expected, ours_expected) = expected.map_or((&[][..], &[][..]), |d| (d.1, d.2));
        agreed += theirs.len() - only_theirs.len();
        if only_theirs != theirs_expected || only_ours != ours_expected {
            wrong.push(format!("{name}\n  only the oracle: {only_theirs:#?}\n  only here: {only_ours:#?}"));
        }
    }
    println!("{} files, {agreed} occurrences agree", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A random event that repeats, as text. What `DIFFERENCES` names is not made here: lessons that end
/// on the other side of a change of the clock, the mixture of `MO` with `1TU`, EXDATE with BYHOUR.
fn random_event(rng: &mut StdRng, number: usize) -> String {
    const ZONES: [&str; 8] = [
        "Europe/Madrid",
        "America/New_York",
        "Australia/Sydney",
        "Asia/Kolkata",
        "America/Santiago",
        "Europe/London",
        "UTC",
        "",
    ];
    const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    fn pick(rng: &mut StdRng, from: &[String], most: usize) -> String {
        let many = rng.random_range(1..=most);
        let mut some: Vec<&String> = from.choose_multiple(rng, many).collect();
        some.sort();
        some.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(",")
    }
    let numbers = |range: std::ops::RangeInclusive<i32>| -> Vec<String> {
        range.filter(|n| *n != 0).map(|n| n.to_string()).collect()
    };

    let zone = *ZONES.choose(rng).unwrap();
    let day = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + TimeDelta::days(rng.random_range(0..1400));
    let night = rng.random_bool(0.2);
    let (hour, minute) =
        (if night { rng.random_range(0..4) } else { rng.random_range(7..21) }, rng.random_range(0..4) * 15);
    let start = day.and_hms_opt(hour, minute, 0).unwrap();
    let written = |name: &str, time: chrono::NaiveDateTime| {
        let text = time.format("%Y%m%dT%H%M%S");
        match zone {
            "" => format!("{name}:{text}"),
            "UTC" => format!("{name}:{text}Z"),
            zone => format!("{name};TZID={zone}:{text}"),
        }
    };

    let freq = *["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].choose(rng).unwrap();
    let mut rule = format!("FREQ={freq}");
    if rng.random_bool(0.5) {
        rule += &format!(";INTERVAL={}", rng.random_range(1..=4));
    }
    if rng.random_bool(0.3) {
        rule += &format!(";WKST={}", DAYS.choose(rng).unwrap());
    }
    let mut says = false;
    if rng.random_bool(0.3) {
        rule += &format!(";BYMONTH={}", pick(rng, &numbers(1..=12), 4));
        says = true;
    }
    if rng.random_bool(0.5) {
        let nth = matches!(freq, "MONTHLY" | "YEARLY") && rng.random_bool(0.6);
        let days: Vec<String> = DAYS
            .iter()
            .map(|day| {
                // The library breaks off at a month's twelfth Thursday.
                let most = if freq == "MONTHLY" || says { 5 } else { 20 };
                let n = rng.random_range(1..=most) * if rng.random_bool(0.4) { -1 } else { 1 };
                if nth { format!("{n}{day}") } else { (*day).to_owned() }
            })
            .collect();
        rule += &format!(";BYDAY={}", pick(rng, &days, 4));
        says = true;
    }
    if rng.random_bool(0.3) {
        rule += &format!(";BYMONTHDAY={}", pick(rng, &numbers(-31..=31), 8));
        says = true;
    }
    if freq == "YEARLY" && rng.random_bool(0.15) {
        rule += &format!(";BYYEARDAY={}", pick(rng, &numbers(-366..=366), 40));
        says = true;
    }
    if freq == "YEARLY" && rng.random_bool(0.15) {
        rule += &format!(";BYWEEKNO={}", pick(rng, &numbers(1..=53), 6));
        says = true;
    }
    if rng.random_bool(0.1) {
        rule += &format!(";BYHOUR={}", pick(rng, &numbers(7..=20), 3));
        says = true;
    }
    if says && rng.random_bool(0.3) {
        let most = if freq == "DAILY" { 2 } else { 5 };
        rule += &format!(";BYSETPOS={}", pick(rng, &numbers(-most..=most), 3));
    }
    match rng.random_range(0..4) {
        0 => rule += &format!(";COUNT={}", rng.random_range(1..=60)),
        1 => {
            let until = start + TimeDelta::days(rng.random_range(0..900));
            rule += &format!(
                ";UNTIL={}{}",
                until.format("%Y%m%dT%H%M%S"),
                if zone.is_empty() { "" } else { "Z" }
            );
        }
        2 => {
            let until = day + TimeDelta::days(rng.random_range(0..900));
            rule += &format!(";UNTIL={}", until.format("%Y%m%d"));
        }
        _ => {}
    }

    let mut lines = vec![format!("UID:{number}@random.example")];
    lines.push(written("DTSTART", start));
    if !night {
        lines.push(written("DTEND", start + TimeDelta::minutes(45)));
    }
    lines.push(format!("RRULE:{rule}"));
    let excluded = if rule.contains("BYHOUR") { 0 } else { rng.random_range(0..4) };
    for _ in 0..excluded {
        lines.push(written("EXDATE", start + TimeDelta::days(rng.random_range(0..60))));
    }
    for _ in 0..rng.random_range(0..3) {
        // By day a lesson has an end, over which no clock may change: there the library errs (its table of differences).
        let later = if night { 12 } else { 2 };
        let at = start
            + TimeDelta::days(rng.random_range(0..300))
            + TimeDelta::hours(rng.random_range(0..2) * later);
        lines.push(written("RDATE", at));
    }
    lines.push(format!("SUMMARY:{rule}"));
    let mut events = event(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let overrides = if rule.contains("BYHOUR") || rng.random_bool(0.5) { 0 } else { rng.random_range(1..4) };
    for number in 0..overrides {
        // One override an occurrence.
        let original = start + TimeDelta::days(rng.random_range(0..20) * 3 + number);
        let moved = original + TimeDelta::minutes(rng.random_range(-2000..2000));
        let range = if rng.random_bool(0.3) { "RECURRENCE-ID;RANGE=THISANDFUTURE" } else { "RECURRENCE-ID" };
        let mut lines = vec![lines[0].clone(), written(range, original), written("DTSTART", moved)];
        lines.push(format!("SUMMARY:Override {number} of {rule}"));
        if rng.random_bool(0.2) {
            lines.push("STATUS:CANCELLED".to_owned());
        }
        events += &event(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
    calendar(&events)
}

#[test]
fn random_rules_come_to_the_same_occurrences_as_in_the_oracle() {
    let rng = &mut StdRng::seed_from_u64(seed());
    let dir = tempfile::tempdir().unwrap();
    let mut texts = BTreeMap::new();
    for number in 0..if soak() { 500 } else { 25 } {
        let text = random_event(rng, number);
        let file = read(text.as_bytes(), *LOCAL).unwrap();
        assert_eq!(file.left_out, [], "{text}");
        let occurrences = all(&file);
        texts.insert(format!("{number:04}"), (text, occurrences));
    }
    let files: Vec<PathBuf> = texts
        .iter()
        .map(|(name, (text, _))| {
            let path = dir.path().join(format!("{name}.ics"));
            fs::write(&path, text).unwrap();
            path
        })
        .collect();
    let mut wrong = Vec::new();
    let mut agreed = 0;
    for (name, opinion) in oracle(&files) {
        let (text, occurrences) = &texts[&name];
        let theirs = opinion.unwrap_or_else(|reason| panic!("{reason}\n{text}"));
        let ours = rows(occurrences);
        let (only_theirs, only_ours) = (minus(&theirs, &ours), minus(&ours, &theirs));
        agreed += ours.len();
        if !only_theirs.is_empty() || !only_ours.is_empty() {
            wrong.push(format!("{text}  only the oracle: {only_theirs:#?}\n  only here: {only_ours:#?}"));
        }
    }
    println!("{} rules, {agreed} occurrences", files.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}
