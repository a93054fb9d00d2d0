//! Many who want the same time at the same moment.
//!
//! `FIRSTBELL_SOAK=1` plays all rounds; `FIRSTBELL_SEED` draws the same requests again.
#![allow(clippy::unwrap_used)]

#[path = "kit/board.rs"]
mod board;
#[path = "races/crowd.rs"]
mod crowd;
#[path = "kit/draw.rs"]
mod draw;
#[path = "races/joining.rs"]
mod joining;
#[path = "races/mixed.rs"]
mod mixed;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use firstbell_processes::wait;
use firstbell_school::{Account, Cast, Cluster, Database, Refusal, seed, times};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::json;
use tokio::sync::Barrier;
use uuid::Uuid;

use crowd::{Crowd, Wish, people};
use draw::Hand;
use mixed::{Caller, School, Tally};

/// A Monday morning in November.
const NOW: &str = "2026-11-02 08:00+00";
const CONNECTIONS: usize = 8;
const REQUESTS: usize = 200;
/// Nobody waits that long for a lock, and the REST server would have given up before.
const LONG: Duration = Duration::from_secs(60);

async fn cast() -> Cast {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    database.hold_clock_at(NOW).await.unwrap();
    Cast::arrive(database).await.unwrap()
}

/// What became of a confirm.
type Outcome = (Wish, Result<(), Refusal>);

#[tokio::test(flavor = "multi_thread")]
async fn of_all_who_want_a_time_one_gets_it_and_the_others_are_told_that_it_is_taken() {
    let mut chance = StdRng::seed_from_u64(seed());
    let mut cast = cast().await;
    let mut crowd = Crowd::arrive(&mut cast).await;
    for round in 0..times(20).max(2) {
        let mut wishes = crowd.ask(round, REQUESTS, &mut chance).await;
        wishes.shuffle(&mut chance);
        // All over the week in one round, all connections at the same time in the next.
        if round % 2 == 1 {
            wishes.sort_by_key(|wish| wish.group);
        }
        let outcomes = confirm_all(&cast.database, crowd.tutors_account, wishes).await;
        assert_eq!(outcomes.len(), REQUESTS, "each call is answered");
        let mut winners: BTreeMap<usize, usize> = BTreeMap::new();
        for (wish, outcome) in outcomes {
            let won = winners.entry(wish.group).or_default();
            match outcome {
                Ok(()) => *won += 1,
                Err(refusal) => assert_eq!(
                    (refusal.status.as_str(), refusal.code.as_str()),
                    ("PT409", "slot_taken"),
                    "round {round}: {refusal}"
                ),
            }
        }
        assert!(winners.values().all(|won| *won == 1), "round {round}: winners by group {winners:?}");
        assert_eq!(cast.database.faults().await.unwrap(), Vec::<String>::new(), "round {round}");
    }
    drop(crowd);
    assert_eq!(deadlocks(cast).await, 0);
}

/// Confirms all at the same time, as fast as so many connections can.
async fn confirm_all(database: &Database, account: Uuid, wishes: Vec<Wish>) -> Vec<Outcome> {
    let queue = Arc::new(Mutex::new(VecDeque::from(wishes)));
    let start = Arc::new(Barrier::new(CONNECTIONS));
    let mut callers = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut door = database.as_account(account).await.unwrap();
        let (queue, start) = (Arc::clone(&queue), Arc::clone(&start));
        callers.push(tokio::spawn(async move {
            let mut outcomes: Vec<Outcome> = Vec::new();
            start.wait().await;
            loop {
                let next = queue.lock().unwrap().pop_front();
                let Some(wish) = next else { return outcomes };
                let confirm =
                    json!({"request_id": Uuid::new_v4(), "booking": wish.booking, "expected_version": 1});
                let called = tokio::time::timeout(LONG, door.call("confirm_booking", &confirm)).await;
                let answer = called.unwrap_or_else(|_| panic!("no answer to {}", wish.booking));
                outcomes.push((wish, answer.map(|_| ()).map_err(Refusal::from)));
            }
        }));
    }
    let mut all = Vec::new();
    for caller in callers {
        all.extend(caller.await.unwrap());
    }
    all
}

/// What a tutor decides about requests and sessions, and what a student's side does.
const TUTOR: [&str; 10] = [
    "confirm_booking",
    "confirm_booking",
    "confirm_booking",
    "propose_time",
    "accept_proposal",
    "decline_proposal",
    "cancel_booking",
    "cancel_series_from",
    "move_session",
    "move_session",
];
const STUDENT: [&str; 8] = [
    "request_booking",
    "request_booking",
    "request_booking",
    "propose_time",
    "accept_proposal",
    "decline_proposal",
    "cancel_booking",
    "cancel_series_from",
];
const CALLS: usize = 60;
const MOVES: i32 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn decisions_of_every_kind_at_once_end_in_no_deadlock_and_no_overlap() {
    let seed = seed();
    let mut cast = cast().await;
    let database = cast.database.clone();
    let (ada, cleo) = (cast.player("tutor_ada").account, cast.player("parent_cleo").account);
    let quick = "update public.school_settings set notice_hours = 0, hold_hours = 1, answer_hours = 2";
    database.as_superuser().await.unwrap().batch_execute(quick).await.unwrap();
    people(&database, "tutor", 4, ada).await;
    people(&database, "student", 5, cleo).await;
    let mut tally = Tally::default();
    for round in 0..times(20).max(2) {
        let round_seed = seed.wrapping_add(100 * u64::try_from(round).unwrap());
        let mut players = Vec::new();
        for nth in 0..7 {
            let (account, usual) = if nth < 4 { (ada, TUTOR.to_vec()) } else { (cleo, STUDENT.to_vec()) };
            let hand = Hand {
                usual,
                tutors: still(&database, ada).await,
                students: still(&database, cleo).await,
                odd: 0,
            };
            let caller = Caller { database: database.clone(), account, hand };
            players.push(tokio::spawn(caller.play(CALLS, round_seed + nth)));
        }
        let school = School { database: database.clone(), tutors_account: ada, parents_account: cleo };
        players.push(tokio::spawn(school.play(CALLS / 10, round_seed + 7)));
        for player in players {
            tally.add(tokio::time::timeout(LONG, player).await.expect("no call unanswered").unwrap());
        }
        assert_eq!(tally.broken, Vec::<String>::new(), "round {round}");
        assert_eq!(database.faults().await.unwrap(), Vec::<String>::new(), "round {round}");
    }
    eprintln!("answered {:?}, refused {:?}", tally.answered, tally.refused);
    for function in TUTOR.iter().chain(&STUDENT).chain(&["forget_person"]) {
        assert!(tally.answered.contains_key(function), "{function} never succeeded");
    }
    assert_eq!(deadlocks(cast).await, 0);
}

/// The people for whom an account acts now.
async fn still(database: &Database, account: Uuid) -> Vec<Uuid> {
    let client = database.as_superuser().await.unwrap();
    let query = "select person_id from public.account_people where account_id = $1 and ended_at is null";
    client.query(query, &[&account]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// How many deadlocks PostgreSQL has counted in this database. A connection reports its last ones as it ends, so all
/// of them have to end first.
async fn deadlocks(cast: Cast) -> i64 {
    let database = cast.database.clone();
    drop(cast);
    let client = database.as_superuser().await.unwrap();
    wait::until("the connections to end", LONG, async || {
        let row = client
            .query_one(
                "select (select count(*) from pg_stat_activity
                         where datname = current_database() and usename = 'authenticator'),
                        (select deadlocks from pg_stat_database where datname = current_database())",
                &[],
            )
            .await?;
        Ok((row.get::<_, i64>(0) == 0).then(|| row.get::<_, i64>(1)))
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_mark_and_a_press_at_the_same_moment_the_press_comes_first_or_contests_the_mark() {
    let mut cast = cast().await;
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for day in 3..23 {
        let hour = format!("2026-11-{day:02}T16:");
        cast.database.hold_clock_at(NOW).await.unwrap();
        let lesson = cast.lesson("student_ben", "tutor_eve", &format!("{hour}00:00Z")).await.unwrap();
        let (session, version) = (&lesson["session"]["id"], &lesson["session"]["version"]);
        cast.database.hold_clock_at(&format!("{hour}20:00Z")).await.unwrap();
        let (eve, ben) = (cast.player("tutor_eve").account, cast.player("student_ben").account);
        let mut eve = cast.database.as_account(eve).await.unwrap();
        let mut ben = cast.database.as_account(ben).await.unwrap();
        let mark = json!({"request_id": Uuid::new_v4(), "session": session, "expected_version": version});
        let press =
            json!({"request_id": Uuid::new_v4(), "session": session, "pressed_at": format!("{hour}01:00Z")});
        let (marked, pressed) = if day % 2 == 0 {
            tokio::join!(eve.call("mark_no_show", &mark), ben.call("record_opened", &press))
        } else {
            let (pressed, marked) =
                tokio::join!(ben.call("record_opened", &press), eve.call("mark_no_show", &mark));
            (marked, pressed)
        };
        pressed.unwrap();
        let place = format!(
            "select attendance || ' ' || coalesce(contest, 'uncontested') from public.session_participants where session_id = {session}"
        );
        let became = cast.read_one(&place.replace('"', "'")).await.unwrap();
        let due = match marked.map_err(Refusal::from) {
            Ok(_) => "did_not_come asked",
            Err(refusal) => {
                assert_eq!(refusal.code, "has_opened");
                "unknown uncontested"
            }
        };
        assert_eq!(became, due);
        *outcomes.entry(due.to_owned()).or_default() += 1;
    }
    eprintln!("{outcomes:?}");
    assert_eq!(cast.database.faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tutors_who_move_groups_of_the_same_students_wait_for_each_other_and_never_for_good() {
    let mut cast = cast().await;
    let crowd = Crowd::arrive(&mut cast).await;
    let mut movers = Vec::new();
    for (nth, hour) in [(0, 8), (1, 10)] {
        let (mut tutor, session) = crowd.group(&cast.database, nth, hour).await;
        movers.push(tokio::spawn(async move {
            for (version, days) in (1..=MOVES).zip((0..2).cycle()) {
                let [start, end] =
                    [0, 1].map(|more| format!("2026-12-0{}T{:02}:00:00Z", 1 + days, hour + more));
                let move_it = json!({"request_id": Uuid::new_v4(), "session": session, "start_at": start,
                    "end_at": end, "zone": "Europe/Madrid", "expected_version": version});
                tutor.call("move_session", &move_it).await.map_err(Refusal::from)?;
            }
            Ok::<(), Refusal>(())
        }));
    }
    for mover in movers {
        tokio::time::timeout(LONG, mover).await.expect("no call unanswered").unwrap().unwrap();
    }
    assert_eq!(cast.database.faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_waits_for_a_person_has_written_nothing_that_others_wait_for() {
    let mut cast = cast().await;
    let lesson = cast.lesson("student_ben", "tutor_eve", "2026-11-04T16:00:00Z").await.unwrap();
    suggest_a_time_that_runs_out(&mut cast, "student_ben", "tutor_eve", "2026-11-05T16:00:00Z").await;
    let holder = cast.database.as_superuser().await.unwrap();
    let hold =
        format!("begin; select pg_advisory_xact_lock(hashtextextended('{}', 0))", cast.person("student_ben"));
    holder.batch_execute(&hold).await.unwrap();
    let eyes = cast.database.as_superuser().await.unwrap();
    let held = json!({"session": lesson["session"]["id"], "kind": "plan", "shared": true, "body": "Page 12",
        "expected_version": 0});
    let (written, ()) = tokio::join!(cast.player("tutor_eve").call("write_note", held), async {
        wait::until_true("Eve to wait for Ben", LONG, async || {
            let query = "select exists (select from pg_stat_activity
                where datname = current_database() and wait_event = 'advisory')";
            Ok(eyes.query_one(query, &[]).await?.get(0))
        })
        .await
        .unwrap();
        for table in ["private.slots", "private.changes", "public.booking_proposals", "public.bookings"] {
            eyes.batch_execute(&format!("begin; lock table {table} in share mode nowait; rollback"))
                .await
                .unwrap_or_else(|error| panic!("Eve has written to {table}: {error}"));
        }
        holder.batch_execute("commit").await.unwrap();
    });
    written.unwrap();
}

#[tokio::test]
async fn those_who_have_nobody_in_common_do_not_wait_for_each_other_when_times_have_run_out() {
    let mut cast = cast().await;
    let with_ada = cast.ask("student_ben", "tutor_ada", "2026-11-06T10:00:00Z").await.unwrap();
    cast.lesson("student_dan", "tutor_eve", "2026-11-06T10:00:00Z").await.unwrap();
    let with_eve =
        cast.read_one("select id from public.bookings where stored_status = 'CONFIRMED'").await.unwrap();
    suggest_a_time_that_runs_out(&mut cast, "student_dan", "tutor_ada", "2026-11-06T12:00:00Z").await;
    suggest_a_time_that_runs_out(&mut cast, "student_ben", "tutor_eve", "2026-11-06T12:00:00Z").await;
    let say = |booking: &serde_json::Value| json!({"request_id": Uuid::new_v4(), "booking": booking, "body": "Hello"});
    let account = cast.player("student_ben").account;
    let mut ben = cast.database.as_account(account).await.unwrap();
    let ben = ben.begin().await.unwrap();
    Account::call_in(&ben, "add_message", &say(&with_ada["id"])).await.unwrap();
    // Ben's transaction is open: a wait for it would end with the roles' lock_timeout.
    cast.player("student_dan").call("add_message", say(&with_eve)).await.unwrap();
    ben.commit().await.unwrap();
    assert_eq!(cast.database.faults().await.unwrap(), Vec::<String>::new());
}

/// `student` asks `tutor`, who suggests `start` instead; then the day passes.
async fn suggest_a_time_that_runs_out(cast: &mut Cast, student: &str, tutor: &str, start: &str) {
    cast.database.hold_clock_at(NOW).await.unwrap();
    let lesson = cast.lesson(student, tutor, "2026-11-07T09:00:00Z").await;
    let lesson = match lesson {
        Ok(lesson) => lesson,
        Err(_) => cast.lesson(student, tutor, "2026-11-07T11:00:00Z").await.unwrap(),
    };
    let end = start.replace(":00:00Z", ":30:00Z");
    let time = json!({"booking": lesson["booking"]["id"], "start_at": start, "end_at": end,
        "zone": "Europe/Madrid", "expected_version": lesson["booking"]["version"]});
    cast.player(tutor).call("propose_time", time).await.unwrap();
    cast.database.hold_clock_at("2026-11-03 09:00+00").await.unwrap();
}
