//! Free times and weekly series against another implementation, `tests/oracle/free_times.py`, in five zones and
//! over their clock changes.
//!
//! `FIRSTBELL_SOAK=1` compares all cases; `FIRSTBELL_SEED` draws the same ones again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "slots/case.rs"]
mod case;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::DateTime;
use firstbell_school::postgres::Client;
use firstbell_school::{Cast, Cluster, seed, times};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use case::Case;

const CASES: usize = 2000;

#[tokio::test]
async fn free_times_and_series_are_those_of_another_implementation() {
    let mut chance = StdRng::seed_from_u64(seed());
    let cases: Vec<Case> = (0..times(CASES)).map(|nth| Case::draw(nth, &mut chance)).collect();
    let opinions = oracle(&cases);
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let mut cast = Cast::arrive(database).await.unwrap();
    let client = cast.database.as_superuser().await.unwrap();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for (nth, (case, opinion)) in cases.iter().zip(&opinions).enumerate() {
        set(&mut cast, &client, case).await;
        let ours = json!({"free": free(&mut cast, case).await, "series": series(&mut cast, case).await});
        let case = case.to_json();
        assert_eq!(&ours, opinion, "case {nth}, ours left, the other's right: {case:#}");
        let mut tell = |what: &str| *told.entry(what.to_owned()).or_default() += 1;
        tell(if ours["free"] == json!([]) { "nothing free" } else { "free times" });
        tell(ours["series"]["refused"].as_str().unwrap_or("a series"));
    }
    eprintln!("{told:?}");
    for what in ["nothing free", "free times", "a series", "short_notice", "series_clashes", "slot_taken"] {
        assert!(told.contains_key(what), "no case ends with {what}: {told:?}");
    }
}

/// What the other implementation says, case by case.
fn oracle(cases: &[Case]) -> Vec<Value> {
    let python = std::env::var_os("FIRSTBELL_ORACLE_PYTHON")
        .expect("FIRSTBELL_ORACLE_PYTHON names no Python with dateutil: run `./dev test`, which makes one");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oracle/free_times.py");
    let mut child =
        Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines: String = cases.iter().map(|case| format!("{}\n", case.to_json())).collect();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success(), "the oracle failed");
    let opinions: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(opinions.len(), cases.len());
    opinions
}

/// Lessons and suggested times are written as they lie, because their makers would look at the notice; the
/// triggers take the time.
const TAKE: &str = "
    with lesson as (
      insert into public.sessions (tutor_id, subject, scheduled_start_at, scheduled_end_at, zone)
      select $1::uuid, 'Maths', to_timestamp($3::bigint), to_timestamp($4::bigint), 'UTC' returning id),
    booking as (
      insert into public.bookings (tutor_id, student_id, subject, start_at, end_at, zone, stored_status, asked_by,
        reached_tutor_at, session_id)
      select $1, $2::uuid, 'Maths', to_timestamp($3), to_timestamp($4), 'UTC', 'CONFIRMED', $2, to_timestamp(0), id
      from lesson returning id, session_id)
    insert into public.session_participants (session_id, tutor_id, person_id, booking_id)
    select session_id, $1, $2, id from booking";
const HOLD: &str = "
    with booking as (
      insert into public.bookings (tutor_id, student_id, subject, start_at, end_at, zone, stored_status, asked_by,
        reached_tutor_at, expires_at)
      select $1::uuid, $2::uuid, 'Maths', to_timestamp($3::bigint), to_timestamp($4::bigint), 'UTC',
        'COUNTER_PROPOSED', $2, to_timestamp(0), to_timestamp($5::bigint) returning id)
    insert into public.booking_proposals (booking_id, tutor_id, student_id, start_at, end_at, zone, side, held_until)
    select id, $1, $2, to_timestamp($3), to_timestamp($4), 'UTC', 'tutor', to_timestamp($5) from booking";

async fn set(cast: &mut Cast, client: &Client, case: &Case) {
    cast.database.begin_anew().await.unwrap();
    cast.database.hold_clock_at(&instant(case.now)).await.unwrap();
    let (ada, eve) = (cast.person("tutor_ada"), cast.person("tutor_eve"));
    let (ben, kim) = (cast.person("student_ben"), cast.person("student_kim"));
    let (school, own) = case.notice;
    client
        .execute(
            "update public.school_settings set slot_minutes = $1, notice_hours = $2",
            &[&case.slot_minutes, &school],
        )
        .await
        .unwrap();
    let notice = "update public.people set notice_hours = $2 where id = $1";
    client.execute(notice, &[&ada, &own]).await.unwrap();
    let rules = json!({"tutor": ada, "rules": case.rules, "expected_version": 1});
    cast.player("tutor_ada").call("set_availability", rules).await.unwrap();
    for (start, end) in &case.blocks {
        let block = json!({"tutor": ada, "start_at": instant(*start), "end_at": instant(*end)});
        cast.player("tutor_ada").call("add_block", block).await.unwrap();
    }
    for (start, end) in &case.lessons {
        client.execute(TAKE, &[&ada, &kim, start, end]).await.unwrap();
    }
    for (start, end) in &case.of_student {
        client.execute(TAKE, &[&eve, &ben, start, end]).await.unwrap();
    }
    for (start, end, until) in &case.held {
        client.execute(HOLD, &[&ada, &kim, start, end, until]).await.unwrap();
    }
}

async fn free(cast: &mut Cast, case: &Case) -> Value {
    let look = json!({"tutor": cast.person("tutor_ada"), "from_at": instant(case.look.0),
        "to_at": instant(case.look.1), "minutes": case.minutes});
    let slots = cast.player("student_ben").call("free_slots", look).await.unwrap();
    let starts = slots.as_array().unwrap().iter().map(|slot| {
        let (start, end) = (seconds(&slot["start_at"]), seconds(&slot["end_at"]));
        assert_eq!(end - start, 60 * i64::from(case.minutes));
        start
    });
    json!(starts.collect::<Vec<_>>())
}

async fn series(cast: &mut Cast, case: &Case) -> Value {
    let (ada, ben) = (cast.person("tutor_ada"), cast.person("student_ben"));
    let end = case.series_start + 60 * i64::from(case.minutes);
    let asked = json!({"tutor": ada, "student": ben, "subject": "Maths", "start_at": instant(case.series_start),
        "end_at": instant(end), "zone": case.zone.name(), "weeks": case.weeks, "skip_clashes": case.skip});
    match cast.player("student_ben").call("request_booking", asked).await {
        Ok(asked) => json!({"asked": spans(&asked["bookings"]), "left_out": spans(&asked["left_out"])}),
        Err(refusal) => json!({"refused": refusal.code}),
    }
}

fn spans(rows: &Value) -> Vec<[i64; 2]> {
    rows.as_array().unwrap().iter().map(|row| [seconds(&row["start_at"]), seconds(&row["end_at"])]).collect()
}

fn seconds(text: &Value) -> i64 {
    DateTime::parse_from_rfc3339(text.as_str().unwrap()).unwrap().timestamp()
}

fn instant(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).unwrap().to_rfc3339()
}
