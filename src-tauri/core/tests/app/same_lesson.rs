//! A lesson of which two sources tell is one row, one *Join* and one bell; what is nearly the same is two.

use chrono::Duration;
use firstbell_core::{
    app::{Opened, Scope},
    id::SessionKey,
    join::JoinUrl,
    session::Session,
    store::local::sessions,
    today::Entry,
};

use super::{
    desk::{MEET, OTHER_MEET, at},
    workspaces::{Twins, twins_with},
};

const MEET_OF_ANOTHER_ACCOUNT: &str = "https://meet.google.com/abc-defg-hij?authuser=1&hs=122";

fn link(url: &str) -> Option<JoinUrl> {
    Some(JoinUrl::parse(url).unwrap())
}

async fn same(now: &str) -> Twins {
    twins_with(now, |session| Session { join_url: link(MEET_OF_ANOTHER_ACCOUNT), ..session }).await
}

async fn listed(twins: &Twins) -> Vec<Entry> {
    twins.app.between(at("2026-11-24T00:00"), at("2026-11-25T00:00")).await.unwrap()
}

fn also(entry: &Entry) -> Vec<SessionKey> {
    entry.also.iter().map(|also| also.key).collect()
}

#[tokio::test]
async fn every_list_has_it_once_and_says_where_else_it_stands() {
    let twins = same("2026-11-24T15:00").await;
    let entries = listed(&twins).await;
    assert_eq!(entries.len(), 1);
    // This computer's person decides in both here, and of two such the one of this computer comes first.
    assert_eq!((entries[0].session.key(), also(&entries[0])), (twins.here, vec![twins.there]));
    assert_eq!(entries[0].overlaps, None, "it does not overlap itself");
    let today = twins.app.today(1).await.unwrap().today;
    assert_eq!((today.card.map(|card| card.session.key()), today.slim), (Some(twins.here), None));
    assert_eq!(today.days, []);
    assert_eq!(twins.app.search("Maths").await.unwrap().len(), 1);
    assert_eq!(twins.app.bells_left_today().await.unwrap().len(), 1);
    // Each has its own page, which names the other.
    for (key, other) in [(twins.here, twins.there), (twins.there, twins.here)] {
        let entry = twins.app.session(key).await.unwrap().entry;
        assert_eq!((entry.session.key(), also(&entry)), (key, vec![other]));
    }
    twins.desk.set("2026-11-24T18:30");
    assert_eq!(twins.app.past(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_time_that_is_being_changed_does_not_overlap_what_another_source_has_of_it() {
    let twins = same("2026-11-24T15:00").await;
    let overlap = async |except| {
        let found = twins.app.overlapping(at("2026-11-24T16:00"), at("2026-11-24T17:00"), except).await;
        found.unwrap().map(|session| session.key())
    };
    assert_eq!(overlap(Some(twins.here)).await, None);
    assert_eq!(overlap(Some(twins.there)).await, None);
    assert!(overlap(None).await.is_some());
}

#[tokio::test]
async fn whoever_has_joined_the_one_is_in_the_other() {
    let twins = same("2026-11-24T15:56").await;
    assert_eq!(twins.app.join(twins.there, false, false).await.unwrap(), Opened::Yes);
    let entries = listed(&twins).await;
    assert_eq!(entries[0].session.key(), twins.here);
    assert!(entries[0].session.has_joined(at("2026-11-24T15:56")));
    // Only where it was pressed is it noted.
    let here = sessions::get(&mut twins.desk.store.read().await.unwrap(), twins.here.id).await.unwrap();
    assert_eq!(here.unwrap().opened_at, None);
    // The card says that one is in, not that one is late.
    twins.desk.set("2026-11-24T16:10");
    let today = twins.app.today(1).await.unwrap().today;
    assert_eq!(today.brass, None, "nothing is to be pressed any more");
}

#[tokio::test]
async fn what_is_nearly_the_same_stays_two() {
    type Change = fn(Session) -> Session;
    let near: [(&str, Change); 4] = [
        ("a minute later", |session| Session { start: session.start + Duration::minutes(1), ..session }),
        ("another room", |session| Session { join_url: link(OTHER_MEET), ..session }),
        ("no link", |session| Session { join_url: None, ..session }),
        ("called off", |session| Session { status: firstbell_core::session::Status::Cancelled, ..session }),
    ];
    for (name, change) in near {
        let twins =
            twins_with("2026-11-24T15:00", |session| change(Session { join_url: link(MEET), ..session }))
                .await;
        let entries = listed(&twins).await;
        assert_eq!(entries.len(), 2, "{name}");
        assert!(entries.iter().all(|entry| entry.also.is_empty()), "{name}");
    }
}

#[tokio::test]
async fn two_of_one_source_are_never_one_and_make_the_third_stand_alone() {
    let twins = same("2026-11-24T15:00").await;
    let mia = firstbell_core::draft::Draft {
        person: "Mia".to_owned(),
        link: MEET.to_owned(),
        ..super::desk::lesson("2026-11-24", "16:00")
    };
    let mia = twins.desk.add(&mia).await;
    let entries = listed(&twins).await;
    assert_eq!(entries.len(), 3);
    assert!(entries.iter().all(|entry| entry.also.is_empty() && entry.overlaps.is_some()));
    assert_eq!(twins.app.bells_left_today().await.unwrap().len(), 3);
    twins.app.cancel_session(mia, 1, Scope::This).await.unwrap();
    assert_eq!(listed(&twins).await.iter().filter(|entry| entry.also.len() == 1).count(), 1);
}

#[tokio::test]
async fn a_room_is_taken_over_by_whatever_source_has_the_next_lesson_in_it() {
    let twins = twins_with("2026-11-24T16:58", |session| Session {
        start: at("2026-11-24T17:10"),
        end: at("2026-11-24T18:10"),
        join_url: link(MEET),
        ..session
    })
    .await;
    let entry = twins.app.session(twins.here).await.unwrap().entry;
    assert_eq!(entry.door.closes_at, at("2026-11-24T17:10"), "nobody lands in the lesson of the school");
}
