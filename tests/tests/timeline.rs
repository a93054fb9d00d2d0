//! Random scenarios through the real bell, held against a model that shares nothing with it.
//!
//! `FIRSTBELL_SOAK=1` plays all 10,000, otherwise a twentieth; `FIRSTBELL_SEED` repeats a run, and with
//! `FIRSTBELL_ONE` (an index) one scenario of it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says how far it came"
)]

#[path = "timeline/generate.rs"]
mod generate;
#[path = "timeline/model.rs"]
mod model;
#[path = "timeline/one_lesson.rs"]
mod one_lesson;
#[path = "timeline/seen.rs"]
mod seen;

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use firstbell_tests::timeline::{Report, Scenario, Template};
use rand::{SeedableRng, rngs::StdRng};

const SCENARIOS: usize = 10_000;

async fn play(text: &str) -> Report {
    let scenario = Scenario::parse(text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    Template::new().await.unwrap().play(&scenario).await.unwrap()
}

fn one(seed: u64, index: usize) -> generate::Story {
    // Each scenario has a seed of its own, so that one can be repeated alone.
    generate::story(&mut StdRng::seed_from_u64(seed ^ (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|value| value.parse().ok())
}

#[test]
fn none_is_missed_and_none_rings_twice_in_random_scenarios() {
    let count = if env::var_os("FIRSTBELL_SOAK").is_some() { SCENARIOS } else { SCENARIOS / 20 };
    let seed = number("FIRSTBELL_SEED").unwrap_or_else(rand::random);
    println!("FIRSTBELL_SEED={seed}, {count} scenarios");
    let only = number("FIRSTBELL_ONE").and_then(|index| usize::try_from(index).ok());
    let next = Arc::new(AtomicUsize::new(only.unwrap_or(0)));
    let end = only.map_or(count, |index| index + 1);
    let threads: Vec<_> = (0..std::thread::available_parallelism().map_or(2, |count| count.get().min(8)))
        .map(|_| {
            let next = Arc::clone(&next);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let template = Template::new().await.unwrap();
                    let mut seen = seen::Seen::default();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= end {
                            return seen;
                        }
                        let story = one(seed, index);
                        let text = story.json();
                        let scenario =
                            Scenario::parse(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
                        let played = template.play(&scenario).await;
                        let faults = match &played {
                            Ok(report) => model::check(&story, report, &mut seen),
                            Err(error) => vec![error.to_string()],
                        };
                        if !faults.is_empty() {
                            // The others need not go on.
                            next.store(end, Ordering::Relaxed);
                            let rings = played.iter().flat_map(|report| &report.rings);
                            let rings: Vec<String> = rings
                                .map(|ring| {
                                    format!("step {:?}, awake {}: {ring:?}", ring.step, ring.awake_ms)
                                })
                                .collect();
                            panic!(
                                "FIRSTBELL_SEED={seed} FIRSTBELL_ONE={index}\n{text}\n{}\n\n{}",
                                rings.join("\n"),
                                faults.join("\n")
                            );
                        }
                    }
                })
            })
        })
        .collect();
    let mut seen = seen::Seen::default();
    for thread in threads {
        match thread.join() {
            Ok(part) => seen.add(&part),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    println!("{seen:?}");
    if only.is_none() {
        // A generator that never gets there proves nothing.
        seen.assert_everything_happened();
    }
}

#[tokio::test]
async fn a_bell_rings_five_minutes_before_to_the_millisecond() {
    let report = play(
        r#"{"now": "2026-11-24T15:00:00Z",
            "sessions": [{"id": "ben", "start": "2026-11-24T16:00:00Z", "person": "Ben", "subject": "Maths",
                          "link": "https://meet.google.com/abc-defg-hij"}],
            "script": [{"run": "2h"}]}"#,
    )
    .await;
    let lines: Vec<String> = report.rings.iter().map(|ring| serde_json::to_string(ring).unwrap()).collect();
    let time = firstbell_core::wall_clock::time_of_day(
        "2026-11-24T16:00:00Z".parse().unwrap(),
        firstbell_core::clock::computer_zone(),
        firstbell_core::wall_clock::HourClock::TwentyFour,
    );
    assert_eq!(
        lines,
        [format!(
            r#"{{"session":"ben","kind":"before_start","ring":1,"due":"2026-11-24T15:55:00Z","rung_at":"2026-11-24T15:55:00Z","late_by_ms":0,"words":"Maths with Ben in 5 minutes\n{time}"}}"#
        )]
    );
}

#[tokio::test]
async fn a_clock_that_jumps_past_a_session_and_back_still_rings_it() {
    let report = play(
        r#"{"now": "2026-11-24T15:00:00Z", "sessions": [{"id": "ben", "start": "1h", "lasts": "30m"}],
            "script": [{"run": "1m"}, {"step_clock": "+5h"}, {"run": "1m"}, {"step_clock": "-5h"}, {"run": "1h"}]}"#,
    )
    .await;
    assert_eq!(report.rings.len(), 1);
    assert_eq!(report.rings[0].late_by_ms, 0);
}

#[tokio::test]
async fn a_death_before_the_handover_loses_no_ring_and_one_after_it_may_repeat_it() {
    for (kill, rings) in [("before_handover", 1), ("after_handover", 2)] {
        let report = play(&format!(
            r#"{{"now": "2026-11-24T15:00:00Z", "sessions": [{{"id": "ben", "start": "10m"}}],
                "script": [{{"kill": "{kill}"}}, {{"run": "6m"}}, "start", {{"run": "1h"}}]}}"#
        ))
        .await;
        assert_eq!(report.deaths.len(), 1, "{kill}");
        assert_eq!(report.rings.len(), rings, "{kill}");
        assert!(report.rings[rings - 1].words.contains("in 4 minutes"), "{kill}");
    }
}

#[tokio::test]
async fn what_sleep_held_up_rings_at_the_first_tick_in_words_for_now() {
    for (asleep, words) in [
        ("7m", "ben in 3 minutes"),
        ("9m55s", "ben starts now"),
        ("12m", "ben started 2 minutes ago"),
        ("65m", "ben was planned until"),
    ] {
        let report = play(&format!(
            r#"{{"now": "2026-11-24T15:00:00Z", "sessions": [{{"id": "ben", "start": "10m", "lasts": "45m"}}],
                "script": [{{"sleep": "{asleep}"}}, {{"run": "10s"}}]}}"#
        ))
        .await;
        assert_eq!(report.rings.len(), 1, "{asleep}");
        assert!(report.rings[0].words.starts_with(words), "{asleep}: {}", report.rings[0].words);
    }
}

#[tokio::test]
async fn a_disk_that_goes_before_the_ring_holds_up_none_and_repeats_none_when_it_is_back() {
    for disk in ["gone", "read_only"] {
        let report = play(&format!(
            r#"{{"now": "2026-11-24T15:00:00Z",
                "sessions": [{{"id": "ben", "start": "10m"}}, {{"id": "mia", "start": "20m"}}],
                "script": [{{"run": "1m"}}, {{"disk": "{disk}"}}, {{"run": "6m"}}, {{"cancel": "mia"}},
                           {{"disk": "well"}}, {{"run": "1m"}}, "restart", {{"run": "1h"}}]}}"#
        ))
        .await;
        let rang: Vec<_> = report.rings.iter().map(|ring| (ring.session.as_str(), ring.late_by_ms)).collect();
        assert_eq!(rang, [("ben", 0), ("mia", 0)], "{disk}");
        assert_eq!(report.refused.len(), 1, "what cannot be stored is not taken: {disk}");
    }
}

#[tokio::test]
async fn a_lesson_of_two_sources_rings_once_and_for_the_other_one_when_its_ring_is_taken_back() {
    let session = |id: &str, more: &str| {
        format!(
            r#"{{"id": "{id}", "start": "2026-11-24T16:00:00Z", "link": "https://zoom.us/j/93412345678"{more}}}"#
        )
    };
    let (here, there) = (session("here", ""), session("there", r#", "school": true"#));
    for (sessions, script, rang) in [
        (format!("{here}, {there}"), r#"{"run": "2h"}"#.to_owned(), vec!["there"]),
        // Whichever comes when its lesson has rung is quiet, also after a restart.
        (
            here.clone(),
            format!(r#"{{"run": "56m"}}, {{"add": {there}}}, "restart", {{"run": "1h"}}"#),
            vec!["here"],
        ),
        // What rang was called off, and the other one was not.
        (
            format!("{here}, {there}"),
            r#"{"run": "56m"}, {"cancel": "there"}, {"run": "1h"}"#.to_owned(),
            vec!["there", "here"],
        ),
        // What did not ring is called off.
        (
            format!("{here}, {there}"),
            r#"{"run": "56m"}, {"cancel": "here"}, {"run": "1h"}"#.to_owned(),
            vec!["there"],
        ),
    ] {
        let scenario =
            format!(r#"{{"now": "2026-11-24T15:00:00Z", "sessions": [{sessions}], "script": [{script}]}}"#);
        let report = play(&scenario).await;
        let rings: Vec<&str> = report.rings.iter().map(|ring| ring.session.as_str()).collect();
        assert_eq!(rings, rang, "{scenario}");
    }
}

#[tokio::test]
async fn another_table_of_zones_moves_the_ring_with_the_wall_clock() {
    for (by, rings) in [("30m", "2026-11-24T15:25:00Z"), ("-30m", "2026-11-24T16:25:00Z")] {
        let report = play(&format!(
            r#"{{"now": "2026-11-24T15:00:00Z",
                "sessions": [{{"id": "asha", "start": "2026-11-24T16:00:00Z", "zone": "Asia/Kolkata"}},
                             {{"id": "ben", "start": "2026-11-24T16:10:00Z"}}],
                "script": [{{"run": "10m"}}, {{"table": "Asia/Kolkata", "by": "{by}", "from": "-1d"}}, {{"run": "3h"}}]}}"#
        ))
        .await;
        let rang: Vec<_> =
            report.rings.iter().map(|ring| (ring.session.as_str(), ring.rung_at.as_str())).collect();
        let mut expected = [("asha", rings), ("ben", "2026-11-24T16:05:00Z")];
        expected.sort_by_key(|(_, at)| *at);
        assert_eq!(rang, expected, "{by}");
    }
}

#[test]
fn a_fault_in_a_scenario_is_a_sentence_that_names_its_place() {
    for (text, sentence) in [
        (r#"{}"#, "At the file: \"now\" is missing."),
        (r#"{"now": "today"}"#, "At now: \"today\" is not an instant such as 2026-11-24T16:00:00Z."),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": [{"run": "5 minutes"}]}"#,
            "At script[0].run: \"5 minutes\" is not a duration such as 5m, 1h30m, 90s or PT1H30M.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": [{"run": "-5m"}]}"#,
            "At script[0].run: Time does not run backwards; to set the clock back, write step_clock.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": [{"cancel": "bne"}]}"#,
            "At script[0].cancel: There is no session \"bne\" yet. Add it first.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "sessions": [{"id": "a", "start": "5m"}, {"id": "a", "start": "9m"}]}"#,
            "At sessions[1].id: There is a session \"a\" already.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "sessions": [{"id": "a", "start": "90s"}]}"#,
            "At sessions[0].start: Sessions start at a whole minute, as in the app; this is 2026-11-24T15:01:30+00:00.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "sessions": [{"id": "a", "start": "5m", "lenght": "1h"}]}"#,
            "At sessions[0].lenght: There is no such key here. There may be id, start, lasts, zone, person, person_zone, subject, link, place, bell, school.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "sessions": [{"id": "a", "start": "5m", "lasts": "13h"}]}"#,
            "At sessions[0].lasts: A session lasts whole minutes, from 5m to 12h, as in the app.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": ["go"]}"#,
            "At script[0]: \"go\" is no step. A step is run, sleep, step_clock, move, cancel, add, kill, disk, table, meanwhile, or one of the words start, stop, restart, kill.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": [{"run": "5m", "sleep": "5m"}]}"#,
            "At script[0].sleep: There is no such key here. There may be run.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": [{"disk": "tired"}]}"#,
            "At script[0].disk: A disk is not \"tired\". Write well, read_only or gone.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": [{"table": "Mars/Olympus"}]}"#,
            "At script[0].table: \"Mars/Olympus\" is no time zone such as Europe/Madrid.",
        ),
        (
            r#"{"now": "2026-11-24T15:00:00Z", "script": [{"kill": "later"}]}"#,
            "At script[0].kill: \"later\" is no moment to die. Write now, before_handover or after_handover.",
        ),
    ] {
        assert_eq!(Scenario::parse(text).unwrap_err().to_string(), sentence);
    }
    assert!(Scenario::parse("{").unwrap_err().to_string().starts_with("At the file: This is not JSON: "));
}
