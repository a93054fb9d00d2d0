//! What is gathered. How long is tried with the time as an argument, so that no test waits for it.

use std::{future::poll_fn, task::Poll};

use super::*;

const fn by_you(topic: Topic) -> Change {
    Change::here(Cause::ThisWindow, topic)
}

const MINUTE: Change = Change::here(Cause::Clock, Topic::Minute);

/// The events of what comes at these milliseconds: when each is told, and what is in it.
fn events(comes: &[(u64, Change)]) -> Vec<(u64, Vec<Change>)> {
    let start = Instant::now();
    let (mut gathered, mut events) = (Gathered::default(), Vec::new());
    let mut tell = |gathered: &mut Gathered, before: Option<Instant>| {
        if let Some(until) = gathered.until
            && before.is_none_or(|before| until <= before)
        {
            let at = u64::try_from((until - start).as_millis()).unwrap();
            events.push((at, gathered.take()));
        }
    };
    for (at, change) in comes {
        let now = start + Duration::from_millis(*at);
        tell(&mut gathered, Some(now));
        gathered.add(*change, now);
    }
    tell(&mut gathered, None);
    events
}

#[test]
fn what_comes_within_a_moment_is_one_event_in_its_order_and_each_once() {
    let topics = [Topic::Sessions, Topic::Rings, Topic::Sessions, Topic::People, Topic::Rings];
    let comes: Vec<_> = topics.into_iter().zip(0..).map(|(topic, at)| (at, by_you(topic))).collect();
    assert_eq!(events(&comes), [(50, [Topic::Sessions, Topic::Rings, Topic::People].map(by_you).to_vec())]);
    // Another cause is another change.
    let other = Change::here(Cause::AnotherHost, Topic::Sessions);
    let both = [(0, by_you(Topic::Sessions)), (1, other)];
    assert_eq!(events(&both), [(50, vec![by_you(Topic::Sessions), other])]);
}

#[test]
fn what_comes_later_is_another_event_and_nothing_is_lost() {
    let change = |number: usize| by_you(Topic::ALL[number % Topic::ALL.len()]);
    let comes: Vec<_> = (0..10).map(|number| (20 * number as u64, change(number))).collect();
    let part = |from: usize, to: usize| (from..to).map(change).collect::<Vec<_>>();
    let expected = [(50, part(0, 3)), (110, part(3, 6)), (170, part(6, 9)), (230, part(9, 10))];
    assert_eq!(events(&comes), expected);
}

#[test]
fn an_event_waits_no_longer_because_more_comes() {
    let comes: Vec<_> = (0..500).map(|at| (at, by_you(Topic::Sessions))).collect();
    let times: Vec<_> = events(&comes).into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, (1..=10).map(|number| 50 * number).collect::<Vec<_>>());
}

#[test]
fn a_minute_at_rest_is_one_event() {
    let comes: Vec<_> = (1..=10).map(|minute| (60_000 * minute, MINUTE)).collect();
    let events = events(&comes);
    assert_eq!(events.len(), 10);
    assert!(events.iter().all(|(_, changes)| *changes == [MINUTE]), "{events:?}");
}

fn gatherer(room: usize) -> (broadcast::Sender<Change>, Gatherer) {
    let (tells, heard) = broadcast::channel(room);
    (tells, Gatherer::new(heard))
}

#[tokio::test]
async fn a_gatherer_passes_on_what_it_hears_and_ends_with_whoever_tells() {
    let (tells, mut gatherer) = gatherer(64);
    tells.send(MINUTE).unwrap();
    tells.send(by_you(Topic::Sessions)).unwrap();
    assert_eq!(gatherer.next().await.unwrap(), [MINUTE, by_you(Topic::Sessions)]);
    tells.send(by_you(Topic::People)).unwrap();
    drop(tells);
    assert_eq!(gatherer.next().await.unwrap(), [by_you(Topic::People)]);
    assert_eq!(gatherer.next().await, None);
}

#[tokio::test]
async fn whoever_stops_waiting_loses_nothing() {
    let (tells, mut gatherer) = gatherer(64);
    tells.send(MINUTE).unwrap();
    // It takes what is there, and is dropped while it waits for more.
    let mut waits = Box::pin(gatherer.next());
    poll_fn(|context| {
        assert!(waits.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(waits);
    assert_eq!(gatherer.gathered.changes, [MINUTE]);
    tells.send(by_you(Topic::Settings)).unwrap();
    drop(tells);
    assert_eq!(gatherer.next().await.unwrap(), [MINUTE, by_you(Topic::Settings)]);
}

#[tokio::test]
async fn whoever_lags_behind_loads_everything() {
    let (tells, mut gatherer) = gatherer(2);
    for _ in 0..5 {
        tells.send(by_you(Topic::People)).unwrap();
    }
    let all = gatherer.next().await.unwrap();
    let mut everything = Topic::ALL.map(|topic| Change::here(Cause::AnotherHost, topic)).to_vec();
    everything.push(by_you(Topic::People));
    assert_eq!(all, everything);
}

#[test]
fn an_event_says_when_it_is_and_who_has_changed_what_where() {
    let now = "2026-11-24T15:55:00.125Z".parse().unwrap();
    let event = serde_json::to_value(changed(now, vec![MINUTE, by_you(Topic::Sessions)])).unwrap();
    let here = "this_computer";
    let expected = serde_json::json!({
        "kind": "changed",
        "now": "2026-11-24T15:55:00.125Z",
        "changes": [
            { "cause": "clock", "workspace": here, "topic": "minute" },
            { "cause": "this_window", "workspace": here, "topic": "sessions" },
        ],
    });
    assert_eq!(event, expected);
}
