use chrono::Duration;
use firstbell_core::{
    app::Opened,
    desktop::Answer,
    reminder::plan::snoozed_until,
    ring::{Outcome, Reminder, RingKey},
    store::device::rings,
    strip::Notice,
};

use super::desk::{Desk, at, lesson};

/// A ring that is on the screen since Join opened.
async fn rung(desk: &Desk) -> RingKey {
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    let key = Reminder::before_start(id, at("2026-11-24T16:00"), Duration::minutes(5)).ring(1);
    let mut tx = desk.store.write().await.unwrap();
    rings::plan(&mut tx, key, at("2026-11-24T15:55")).await.unwrap();
    rings::set_shown(&mut tx, key, at("2026-11-24T15:55")).await.unwrap();
    tx.commit().await.unwrap();
    key
}

async fn outcome(desk: &Desk, key: RingKey) -> Option<Outcome> {
    rings::outcome_of(&mut desk.store.read().await.unwrap(), key).await.unwrap()
}

#[tokio::test]
async fn a_snoozed_ring_comes_again_a_minute_before_then_at_the_start_then_every_two() {
    let desk = Desk::at("2026-11-24T15:55").await;
    let mut key = rung(&desk).await;
    for (now, again) in [
        ("2026-11-24T15:56", "2026-11-24T15:59"),
        ("2026-11-24T15:59", "2026-11-24T16:00"),
        ("2026-11-24T16:00", "2026-11-24T16:02"),
        ("2026-11-24T16:02", "2026-11-24T16:04"),
    ] {
        desk.set(now);
        assert_eq!(desk.app.answer_ring(&[key], Answer::Snooze).await.unwrap(), None);
        assert_eq!(outcome(&desk, key).await, Some(Outcome::Snoozed));
        key.number += 1;
        let mut conn = desk.store.read().await.unwrap();
        assert_eq!(rings::waiting(&mut conn, at(again) - Duration::seconds(1)).await.unwrap(), []);
        assert_eq!(rings::waiting(&mut conn, at(again)).await.unwrap(), [key]);
    }
    assert_eq!(snoozed_until(at("2026-11-24T16:00"), at("2026-11-24T15:58")), at("2026-11-24T15:59"));
}

#[tokio::test]
async fn each_answer_is_kept_and_the_first_one_holds() {
    for (answer, expected) in [
        (Answer::Open, Outcome::Opened),
        (Answer::Dismiss, Outcome::Dismissed),
        (Answer::TimeOut, Outcome::TimedOut),
    ] {
        let desk = Desk::at("2026-11-24T15:55").await;
        let key = rung(&desk).await;
        desk.app.answer_ring(&[key], answer).await.unwrap();
        desk.app.answer_ring(&[key], Answer::Dismiss).await.unwrap();
        assert_eq!(outcome(&desk, key).await, Some(expected));
    }
}

#[tokio::test]
async fn join_on_a_ring_opens_its_meeting_and_settles_the_ring() {
    let desk = Desk::at("2026-11-24T15:56").await;
    let key = rung(&desk).await;
    assert_eq!(desk.app.answer_ring(&[key], Answer::Join).await.unwrap(), Some(Opened::Yes));
    assert_eq!(outcome(&desk, key).await, Some(Outcome::Joined));
    let last = desk.app.last_ring().await.unwrap().unwrap();
    assert_eq!((last.title.as_deref(), last.outcome), (Some("Maths with Ben"), Some(Outcome::Joined)));
    assert_eq!(last.rung_at, at("2026-11-24T15:55"));
}

#[tokio::test]
async fn missed_bells_are_counted_until_the_person_was_told() {
    let desk = Desk::new().await;
    let key = rung(&desk).await;
    let mut tx = desk.store.write().await.unwrap();
    let missed = RingKey { number: 2, ..key };
    rings::plan(&mut tx, missed, at("2026-11-24T15:59")).await.unwrap();
    rings::set_outcome(&mut tx, missed, Outcome::Missed).await.unwrap();
    tx.commit().await.unwrap();
    assert!(desk.app.strip(None).await.contains(&Notice::Missed(1)));
    desk.app.acknowledge_missed().await.unwrap();
    let is_missed = |notice: &Notice| matches!(notice, Notice::Missed(_));
    assert!(!desk.app.strip(None).await.iter().any(is_missed));
}
