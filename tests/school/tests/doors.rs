//! When the door of each session opens and closes: after whatever has happened, as it is computed from nothing.
//!
//! `FIRSTBELL_SOAK=1` plays 3,000 random steps and changes the numbers of a school of 10,000 sessions to come; a shorter
//! run does a twentieth, and the same school. `FIRSTBELL_SEED` repeats a run.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "doors/school.rs"]
mod school;

use std::time::{Duration, Instant};

use firstbell_school::{Account, Cast, Cluster, Refusal, seed, times};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use uuid::Uuid;

use school::{School, door, hour};

#[tokio::test]
async fn two_links_are_one_room_where_the_app_says_so() {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let client = database.as_superuser().await.unwrap();
    let same = async |one: &str, other: &str| -> bool {
        client.query_one("select private.same_room($1, $2)", &[&one, &other]).await.unwrap().get(0)
    };
    for (one, other) in [
        ("https://us02web.zoom.us/j/85012345678?pwd=a", "https://us02web.zoom.us/j/85012345678"),
        ("https://us02web.zoom.us/j/85012345678?pwd=a#success", "https://app.zoom.us/wc/join/85012345678"),
        ("https://meet.google.com/abc-mnop-xyz?authuser=1", "https://meet.google.com/_meet/abc-mnop-xyz"),
        (
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_a%40thread.v2/0?context=%7b%7d",
            "https://teams.microsoft.com/l/meetup-join/19:meeting_a@thread.v2/0",
        ),
        ("https://meet.jit.si/Maths6a#config.a=1", "https://meet.jit.si/maths6a/"),
        ("https://school.example/room?utm_source=mail&lang=es", "https://school.example/room"),
        ("https://a.webex.com/a/j.php?MTID=m1&x=2", "https://a.webex.com/a/j.php?MTID=m1"),
        ("https://a.example/%ff", "https://a.example/%FF"),
    ] {
        assert!(same(one, other).await, "{one} {other}");
    }
    for (one, other) in [
        ("https://us02web.zoom.us/j/85012345678", "https://us02web.zoom.us/j/85012345679"),
        ("https://zoom.us/my/ada", "https://zoom.us/my/ben"),
        ("https://zoom.us.example/j/85012345678", "https://zoom.us/j/85012345678"),
        ("https://a.webex.com/a/j.php?MTID=m1", "https://a.webex.com/a/j.php?MTID=m2"),
        ("https://facetime.apple.com/join#v=1&p=a", "https://facetime.apple.com/join#v=1&p=b"),
        ("https://school.example/room?id=1", "https://school.example/room?id=2"),
    ] {
        assert!(!same(one, other).await, "{one} {other}");
    }
}

#[tokio::test]
async fn in_one_room_a_door_opens_after_the_session_before_and_closes_before_the_next() {
    let mut school = School::open().await;
    let first = school.lesson("student_ben", &hour(10)).await;
    let second = school.lesson("student_dan", &hour(11)).await;
    let mut ben = school.client("student_ben").await;
    let own = ["2026-11-04T09:55:00+00:00", "2026-11-04T12:00:00+00:00"];
    assert_eq!(door(&school.session(&first).await), own, "by the school's numbers");
    school.attach(&first, "https://zoom.us/j/85012345678?pwd=a").await;
    assert_eq!(door(&school.session(&first).await), own, "alone in its room");
    ben.news(&mut school).await;
    school.attach(&second, "https://app.zoom.us/wc/join/85012345678").await;
    assert_eq!(
        door(&school.session(&second).await),
        ["2026-11-04T11:00:00+00:00", "2026-11-04T13:00:00+00:00"]
    );
    let shut = ["2026-11-04T09:55:00+00:00", "2026-11-04T11:00:00+00:00"];
    let news = ben.news(&mut school).await;
    assert_eq!(
        news.iter().map(door).collect::<Vec<_>>(),
        [shut],
        "Ben sees nothing of the second but his own door"
    );

    // A tutor who sees that the next one is off can run over.
    school.cancel(&second).await;
    assert_eq!(ben.news(&mut school).await.iter().map(door).collect::<Vec<_>>(), [own]);
    school.numbers(20, 30).await;
    let wider = ["2026-11-04T09:40:00+00:00", "2026-11-04T11:30:00+00:00"];
    assert_eq!(
        ben.news(&mut school).await.iter().map(door).collect::<Vec<_>>(),
        [wider],
        "the school has other numbers"
    );
}

#[tokio::test]
async fn who_moves_takes_the_door_along_and_frees_the_neighbours() {
    let mut school = School::open().await;
    let mut lessons = Vec::new();
    for (student, at) in [("student_ben", 10), ("student_dan", 11), ("student_ben", 12)] {
        let lesson = school.lesson(student, &hour(at)).await;
        school.attach(&lesson, "https://zoom.us/j/85012345678").await;
        lessons.push(lesson);
    }
    school.move_to(&lessons[1], &hour(18)).await;
    let doors = [
        ["2026-11-04T09:55:00+00:00", "2026-11-04T12:00:00+00:00"],
        ["2026-11-04T17:55:00+00:00", "2026-11-04T20:00:00+00:00"],
        ["2026-11-04T11:55:00+00:00", "2026-11-04T14:00:00+00:00"],
    ];
    for (lesson, due) in lessons.iter().zip(doors) {
        assert_eq!(door(&school.session(lesson).await), due);
    }
    // Join is refused by the door, and not by the numbers.
    school.move_to(&lessons[1], &hour(11)).await;
    school.cast.database.hold_clock_at("2026-11-04 11:58+00").await.unwrap();
    let opened = json!({"session": lessons[2]});
    let early = school.cast.player("student_ben").call("record_opened", opened.clone()).await.unwrap_err();
    assert_eq!(early.code, "not_now", "Dan is still in the room");
    school.cast.database.hold_clock_at("2026-11-04 12:00+00").await.unwrap();
    school.cast.player("student_ben").call("record_opened", opened).await.unwrap();
}

/// The school's own check of doors is another computation: windows over all of a room's sessions.
#[tokio::test]
async fn after_any_history_the_doors_are_those_that_are_computed_from_nothing() {
    let mut chance = StdRng::seed_from_u64(seed());
    let mut school = School::open().await;
    school.by_hand("update public.school_settings set notice_hours = 0").await;
    let mut lessons: Vec<Value> = Vec::new();
    let (mut done, mut clipped) = (0, 0);
    for step in 0..times(3000) {
        let start =
            format!("2026-11-04T{:02}:{:02}:00Z", chance.random_range(8..20), 30 * chance.random_range(0..2));
        let lesson = lessons.choose(&mut chance).cloned().unwrap_or_default();
        let outcome: Result<(), Refusal> = match chance.random_range(0..10) {
            0..5 => {
                let tutor = *["tutor_ada", "tutor_eve"].choose(&mut chance).unwrap();
                let student = *["student_ben", "student_dan"].choose(&mut chance).unwrap();
                let made = school.cast.lesson(student, tutor, &start).await;
                made.map(|made| lessons.push(made["session"]["id"].clone()))
            }
            5..8 => school.try_attach(&lesson, &format!("https://zoom.us/j/8501234567{}", step % 2)).await,
            8 if chance.random() => school.try_move(&lesson, &start).await,
            8 => school.try_cancel(&lesson).await,
            _ => {
                school.numbers(chance.random_range(5..61), chance.random_range(0..241)).await;
                Ok(())
            }
        };
        done += usize::from(outcome.is_ok());
        assert_eq!(school.cast.database.faults().await.unwrap(), Vec::<String>::new(), "step {step}");
        clipped = clipped.max(school.count_clipped().await);
    }
    eprintln!("{done} steps done, at most {clipped} doors at once that a neighbour shuts");
    assert!(clipped >= 2, "no neighbours, no test: {clipped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_numbers_and_decisions_at_the_same_time_leave_no_door_behind() {
    let mut school = School::open().await;
    let mut movers = Vec::new();
    for (student, tutor) in [("student_ben", "tutor_ada"), ("student_dan", "tutor_eve")] {
        let lesson = school.cast.lesson(student, tutor, &hour(10)).await.unwrap();
        let account = school.cast.player(tutor).account;
        movers.push(tokio::spawn(moves(
            school.cast.database.as_account(account).await.unwrap(),
            lesson["session"].clone(),
        )));
    }
    for lead in 5..45 {
        school.numbers(lead, 3 * lead).await;
    }
    for mover in movers {
        mover.await.unwrap();
    }
    assert_eq!(school.cast.database.faults().await.unwrap(), Vec::<String>::new());
}

/// Moves a session to and fro.
async fn moves(mut tutor: Account, session: Value) {
    for (version, day) in (1..=40).zip([5, 4].into_iter().cycle()) {
        let [start, end] = [10, 11].map(|hour| format!("2026-11-{day:02}T{hour}:00:00Z"));
        let arguments = json!({"request_id": Uuid::new_v4(), "session": session["id"], "start_at": start, "end_at": end,
            "zone": "UTC", "expected_version": version});
        tutor.call("move_session", &arguments).await.map_err(Refusal::from).unwrap();
    }
}

#[tokio::test]
async fn a_school_of_ten_thousand_sessions_to_come_changes_its_numbers_in_seconds_and_leaves_old_ones_as_they_were()
 {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let mut cast = Cast::arrive(database).await.unwrap();
    let client = cast.database.as_superuser().await.unwrap();
    client.batch_execute(school::MANY).await.unwrap();
    let began = Instant::now();
    client.batch_execute("update public.school_settings set join_lead_minutes = 15").await.unwrap();
    let took = began.elapsed();
    eprintln!("10,000 sessions to come and 10,000 that are over: {took:?}");
    assert!(took < Duration::from_secs(60), "{took:?}");
    let count = "select jsonb_object_agg(lead, count) from (
      select case when scheduled_end_at < now() then 'over ' else 'to come ' end || (scheduled_start_at - door_opens_at) as lead,
        count(*) from public.sessions group by 1) as leads";
    let count: Value = client.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(count, json!({"over 00:05:00": 10_000, "to come 00:15:00": 10_000}));
    assert!(cast.player("student_ben").call("pull_changes", json!({})).await.is_ok());
}
