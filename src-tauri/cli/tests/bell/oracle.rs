//! What `bell` lists of every calendar file of the corpus against the second opinion: agreed to the second
//! and in number, after two imports, whatever the zone of the list and of the computer.

#[path = "../../../../tests/oracle/differences.rs"]
mod differences;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use chrono::{DateTime, Duration, Utc};
use differences::DIFFERENCES;

use super::desk::{Home, now};

const FROM: &str = "19000101T000000Z";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn corpus() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("src-tauri/core/tests/calendar_files"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ics"))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Sessions become rows this far ahead and no further: two years, less a day for zones.
fn until() -> DateTime<Utc> {
    let fixed: DateTime<Utc> = "2028-01-01T00:00:00Z".parse().unwrap();
    fixed.min(now() + Duration::days(729))
}

fn written(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// By file: start, end and title of each occurrence, sorted.
type Rows = BTreeMap<String, Vec<String>>;

fn opinion(zone: &str, files: &[PathBuf]) -> Rows {
    let python = env::var_os("FIRSTBELL_ORACLE_PYTHON").expect(
        "FIRSTBELL_ORACLE_PYTHON names no Python with recurring-ical-events: run `./dev test`, which makes one",
    );
    let output = Command::new(python)
        .arg(root().join("tests/oracle/occurrences.py"))
        .args([zone, FROM, &written(until())])
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut rows = Rows::new();
    let mut current = String::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        assert!(!line.starts_with("! "), "{current}: {line}");
        match line.strip_prefix("# ") {
            Some(path) => {
                current = name(Path::new(path));
                rows.insert(current.clone(), Vec::new());
            }
            None => rows.get_mut(&current).unwrap().push(line.replace('\t', " ")),
        }
    }
    rows
}

/// What `bell` lists after the file was brought in twice.
fn listed(file: &Path, computer: &'static str, zone: &str) -> Vec<String> {
    let home = Home::in_zone(computer);
    let import = || home.bell(["import".as_ref(), file.as_os_str(), "--json".as_ref()]).ok().json();
    let first = import();
    assert_eq!(first["left_out"].as_array().map(Vec::len), Some(0), "{first}");
    let second = import();
    for count in ["added", "changed", "removed"] {
        assert_eq!(second[count], 0, "{}: {second}", file.display());
    }
    let said = home
        .bell(["agenda", "--json", "--from", "1899-12-30", "--to", "2028-01-03", "--zone", zone])
        .ok()
        .json();
    let instant = |value: &serde_json::Value| -> DateTime<Utc> { value.as_str().unwrap().parse().unwrap() };
    let mut rows: Vec<String> = said
        .as_array()
        .unwrap()
        .iter()
        .filter(|session| instant(&session["start"]) < until())
        .map(|session| {
            let title = session["title"].as_str().unwrap().replace('\n', " ");
            format!("{} {} {title}", written(instant(&session["start"])), written(instant(&session["end"])))
        })
        .collect();
    rows.sort();
    rows
}

/// The rows of the first that the second does not have, each as often as it is missing.
fn minus(from: &[String], what: &[String]) -> Vec<String> {
    let mut what = what.to_vec();
    let mut rest = from.to_vec();
    rest.retain(|row| match what.iter().position(|other| other == row) {
        Some(place) => {
            what.remove(place);
            false
        }
        None => true,
    });
    rest
}

#[test]
fn every_file_of_the_corpus_is_listed_as_the_oracle_has_it() {
    // The library knows no lone carriage returns.
    let files: Vec<PathBuf> = corpus().into_iter().filter(|path| name(path) != "carriage_returns").collect();
    assert!(files.len() > 50, "{}", files.len());
    let pairs = [
        ("Europe/Madrid", "America/New_York"),
        ("America/New_York", "Europe/Madrid"),
        ("Asia/Kolkata", "UTC"),
        ("UTC", "Australia/Lord_Howe"),
    ];
    let differences: Vec<String> = std::thread::scope(|scope| {
        let files = &files;
        let threads = pairs.map(|(computer, zone)| scope.spawn(move || compare(computer, zone, files)));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What differs and is not known to, on a computer in one zone that lists in another.
fn compare(computer: &'static str, zone: &str, files: &[PathBuf]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut agreed = 0;
    for (name, theirs) in opinion(computer, files) {
        let file = files.iter().find(|file| self::name(file) == name).unwrap();
        let ours = listed(file, computer, zone);
        let (only_theirs, only_ours) = (minus(&theirs, &ours), minus(&ours, &theirs));
        let expected = DIFFERENCES.iter().find(|difference| difference.0 == name);
        let (theirs_expected, ours_expected) = expected.map_or((&[][..], &[][..]), |d| (d.1, d.2));
        agreed += theirs.len() - only_theirs.len();
        if only_theirs != theirs_expected || only_ours != ours_expected {
            wrong.push(format!(
                "{name}, on a computer in {computer}\n  only the oracle: {only_theirs:#?}\n  only here: {only_ours:#?}"
            ));
        }
    }
    println!("{computer}, listed in {zone}: {} files, {agreed} occurrences agree", files.len());
    wrong
}
