//! What must hold of any bytes at all.

use std::{
    fs,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use firstbell_core::calendar_file::{MAX_BYTES, read};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::{LOCAL, UNTIL, all, at, calendar, corpus, event, seed, soak, stored};

/// Reads what it is given, and everything that comes of it.
fn devour(bytes: &[u8]) {
    let begin = Instant::now();
    if let Ok(file) = read(bytes, *LOCAL) {
        for series in &file.series {
            let _ = series.occurrences(at(UNTIL));
            let again = stored(series);
            let _ = again.merge(series, file.method);
            let _ = again.pattern();
        }
    }
    let spent = begin.elapsed();
    assert!(spent < Duration::from_secs(10), "{spent:?} for {}", String::from_utf8_lossy(bytes));
}

#[test]
fn no_bytes_make_it_panic_or_run_long() {
    const PIECES: [&str; 24] = [
        "BEGIN:VCALENDAR\n",
        "END:VCALENDAR\n",
        "BEGIN:VEVENT\n",
        "END:VEVENT\n",
        "BEGIN:VTIMEZONE\n",
        "END:VTIMEZONE\n",
        "RRULE:FREQ=SECONDLY\n",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n",
        "DTSTART:00010101T000000\n",
        "DTSTART:99991231T235959Z\n",
        "DURATION:P36000D\n",
        "DTSTART;TZID=:20261124T150000\n",
        "RDATE:/\n",
        "EXDATE:,,\n",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:99991231T235959Z\n",
        "FREQ=",
        "INTERVAL=4294967295;",
        "BYSETPOS=-366;",
        ":",
        ";",
        "\"",
        "\\",
        "\r\n ",
        "é",
    ];
    let rng = &mut StdRng::seed_from_u64(seed());
    let files: Vec<Vec<u8>> = corpus().iter().map(|path| fs::read(path).unwrap()).collect();
    for _ in 0..if soak() { 20_000 } else { 1_000 } {
        let mut bytes = if rng.random_bool(0.1) {
            (0..rng.random_range(0..400)).map(|_| rng.random()).collect()
        } else {
            files.choose(rng).unwrap().clone()
        };
        for _ in 0..rng.random_range(1..6) {
            let place = rng.random_range(0..=bytes.len());
            let end = (place + rng.random_range(0..40)).min(bytes.len());
            match rng.random_range(0..5) {
                0 => drop(bytes.drain(place..end)),
                1 => drop(bytes.splice(place..end, PIECES.choose(rng).unwrap().bytes())),
                2 => bytes.insert(place, rng.random()),
                3 if place < bytes.len() && bytes[place].is_ascii_digit() => {
                    bytes[place] = rng.random_range(b'0'..=b'9')
                }
                3 if place < bytes.len() => bytes[place] = rng.random(),
                _ => {
                    let copy = bytes[place..end].to_vec();
                    bytes.splice(place..place, copy).for_each(drop);
                }
            }
        }
        devour(&bytes);
    }
    for start in ["00010101T000000", "99991231T235959", "00000101T000000Z", "20260329T023000"] {
        for rule in [
            "FREQ=YEARLY;INTERVAL=4294967295",
            "FREQ=MONTHLY;INTERVAL=4294967295",
            "FREQ=WEEKLY;INTERVAL=4294967295",
            "FREQ=DAILY;INTERVAL=4294967295",
            "FREQ=HOURLY;INTERVAL=4294967295",
            "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3",
            "FREQ=SECONDLY;BYSETPOS=2",
            "FREQ=YEARLY;BYWEEKNO=-53;BYSETPOS=366",
            "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=-53SU",
        ] {
            for length in
                ["DURATION:P36600D", "DTEND:99991231T235959Z", "RDATE;VALUE=PERIOD:99991231T000000Z/P36600D"]
            {
                let (start, rule) = (format!("DTSTART:{start}"), format!("RRULE:{rule}"));
                devour(calendar(&event(&["UID:a", &start, &rule, length])).as_bytes());
            }
        }
    }
}

#[test]
fn ten_megabytes_are_read_in_a_moment() {
    let fill = |line: &dyn Fn(usize) -> String| {
        let mut events = String::new();
        let mut number = 0;
        while events.len() + 1000 < MAX_BYTES {
            let zone = "TZID=Romance Standard Time";
            let (start, end) =
                (format!("DTSTART;{zone}:20261124T150000"), format!("DTEND;{zone}:20261124T160000"));
            events += &event(&[&line(number), &start, &end, "SUMMARY:Algebra with Ben"]);
            number += 1;
        }
        (calendar(&events), number)
    };
    let (sessions, number) = fill(&|number| format!("UID:{number}"));
    let (moved, overrides) = fill(&|number| {
        let original = at("20000101T000000Z") + TimeDelta::hours(i64::try_from(number).unwrap());
        format!("UID:a\r\nRECURRENCE-ID:{}", original.format("%Y%m%dT%H%M%SZ"))
    });
    let notes = |text: String| {
        calendar(&event(&["UID:a", "DTSTART:20261124T150000Z", &format!("DESCRIPTION:{text}")]))
    };
    for (text, series, many) in [
        (sessions, number, number),
        (moved, 1, overrides),
        (notes("x".repeat(MAX_BYTES - 1000)), 1, 1),
        (notes("x\r\n ".repeat(MAX_BYTES / 4 - 100)), 1, 1),
    ] {
        let begin = Instant::now();
        let file = read(text.as_bytes(), *LOCAL).unwrap();
        let found = all(&file);
        assert_eq!((file.series.len(), found.len()), (series, many));
        let spent = begin.elapsed();
        println!("{series} series, {many} occurrences of {} bytes: {spent:?}", text.len());
        assert!(spent < Duration::from_secs(30), "{spent:?}");
    }
}
