//! Two workspaces whose sessions have the same ids and names, and whose doors open by other numbers.

use std::sync::Arc;

use chrono::Duration;
use firstbell_core::{
    app::{App, Opened, Scope},
    draft::Draft,
    error::{Code, Error},
    id::{SessionKey, WorkspaceId},
    join::{JoinRules, JoinState, JoinUrl},
    session::Session,
    settings::Settings,
    state_table::Role,
    store::{Migrate, Store, local::sessions},
    workspace::{Local, Workspaces},
};
use tempfile::TempDir;
use uuid::Uuid;

use super::desk::{Desk, MEET, OTHER_MEET, at, lesson};

const SCHOOL: WorkspaceId = WorkspaceId::School(Uuid::from_u128(7));
const RULES: JoinRules =
    JoinRules { lead: Duration::minutes(15), after_end: Duration::minutes(20), bell: Duration::zero() };

/// A lesson here, its twin at the school, and an app that sees both.
pub struct Twins {
    pub desk: Desk,
    pub school: Store,
    pub app: App,
    pub here: SessionKey,
    pub there: SessionKey,
    _folder: TempDir,
}

/// The twin is in another room, with somebody else.
async fn twins(now: &str) -> Twins {
    twins_with(now, |session| Session {
        join_url: Some(JoinUrl::parse(OTHER_MEET).unwrap()),
        person: None,
        ..session
    })
    .await
}

/// The twin is what is made of the lesson here.
pub async fn twins_with(now: &str, twin: impl FnOnce(Session) -> Session) -> Twins {
    let desk = Desk::at(now).await;
    let here = desk.add(&lesson("2026-11-24", "16:00")).await;
    let folder = tempfile::tempdir().unwrap();
    let school = Store::open(&folder.path().join("school.sqlite3"), Migrate::Yes).await.unwrap();
    // Who it is with is known to the other file by a name of its own.
    let twin = Session { person: None, ..twin(desk.session(here).await) };
    let mut tx = school.write().await.unwrap();
    sessions::insert_all(&mut tx, std::slice::from_ref(&twin)).await.unwrap();
    tx.commit().await.unwrap();
    let workspaces = Workspaces::new(vec![
        Local::this_computer(desk.store.clone()),
        Local::new(SCHOOL, Role::Owner, RULES, school.clone()),
    ]);
    let (clock, browser) = (Arc::new(desk.clock.clone()), Arc::new(desk.browser.clone()));
    let app = App::over(desk.store.clone(), workspaces, clock, browser);
    let there = SessionKey { workspace: SCHOOL, id: twin.id };
    Twins { desk, school, app, here, there, _folder: folder }
}

impl Twins {
    async fn state(&self, key: SessionKey) -> JoinState {
        self.app.session(key).await.unwrap().entry.join
    }
}

#[tokio::test]
async fn they_make_one_list_and_each_is_found_by_its_key() {
    let twins = twins("2026-11-24T15:00").await;
    let listed = twins.app.between(at("2026-11-24T00:00"), at("2026-11-25T00:00")).await.unwrap();
    let keys: Vec<SessionKey> = listed.iter().map(|entry| entry.session.key()).collect();
    assert_eq!(keys, [twins.here, twins.there]);
    assert!(listed.iter().all(|entry| entry.overlaps.is_some()), "each overlaps the other");
    assert_eq!(twins.app.search("Maths").await.unwrap().len(), 2);
    for (key, url) in [(twins.here, MEET), (twins.there, OTHER_MEET)] {
        assert_eq!(twins.app.session(key).await.unwrap().entry.session.key(), key);
        assert_eq!(twins.app.link_to_copy(key).await.unwrap(), url);
    }
}

#[tokio::test]
async fn each_door_opens_and_closes_by_the_numbers_of_its_workspace() {
    let twins = twins("2026-11-24T15:00").await;
    for (now, here, there) in [
        ("2026-11-24T15:44", JoinState::OpensAt, JoinState::OpensAt),
        ("2026-11-24T15:45", JoinState::OpensAt, JoinState::Open),
        ("2026-11-24T15:55", JoinState::Open, JoinState::Open),
        ("2026-11-24T17:19", JoinState::InProgress, JoinState::InProgress),
        ("2026-11-24T17:20", JoinState::InProgress, JoinState::Ended),
        ("2026-11-24T18:00", JoinState::Ended, JoinState::Ended),
    ] {
        twins.desk.set(now);
        assert_eq!((twins.state(twins.here).await, twins.state(twins.there).await), (here, there), "{now}");
    }
}

#[tokio::test]
async fn join_opens_the_room_of_the_one_that_is_meant_and_notes_it_there() {
    let twins = twins("2026-11-24T15:50").await;
    let early = twins.app.join(twins.here, false, false).await;
    assert!(matches!(early, Err(Error::NotOpenYet { .. })), "{early:?}");
    assert_eq!(twins.app.session_to_join(false).await.unwrap(), twins.there);
    assert_eq!(twins.app.join(twins.there, false, false).await.unwrap(), Opened::Yes);
    assert_eq!(*twins.desk.browser.opened.lock().unwrap(), [OTHER_MEET]);
    let opened = |session: Option<Session>| session.unwrap().opened_at;
    let there = sessions::get(&mut twins.school.read().await.unwrap(), twins.there.id).await.unwrap();
    assert_eq!(opened(there), Some(at("2026-11-24T15:50")));
    let here = sessions::get(&mut twins.desk.store.read().await.unwrap(), twins.here.id).await.unwrap();
    assert_eq!(opened(here), None);
}

#[tokio::test]
async fn what_is_decided_elsewhere_is_not_changed_here() {
    let twins = twins("2026-11-24T15:00").await;
    let cancelled = twins.app.cancel_session(twins.there, 1, Scope::This).await;
    assert!(matches!(cancelled, Err(Error::NotFound)), "{cancelled:?}");
    let here = twins.app.session(twins.here).await.unwrap().entry.session;
    assert_eq!((here.version, here.cancelled), (1, None));
    let unknown = SessionKey { workspace: WorkspaceId::School(Uuid::from_u128(8)), ..twins.here };
    assert_eq!(twins.app.session(unknown).await.unwrap_err().code(), Code::NotFound);
    assert!(matches!(twins.app.join(unknown, false, false).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn whoever_is_rung_can_go_in_however_early_their_bell_is() {
    let twins = twins("2026-11-24T15:00").await;
    let lead = async |minutes| {
        let settings = twins.app.settings().await.unwrap();
        twins.app.save_settings(Settings { bell_lead: minutes, ..settings }).await.unwrap();
    };
    for (bell, now, here, there) in [
        (20, "2026-11-24T15:39", JoinState::OpensAt, JoinState::OpensAt),
        (20, "2026-11-24T15:40", JoinState::Open, JoinState::Open),
        (10, "2026-11-24T15:45", JoinState::OpensAt, JoinState::Open),
        (10, "2026-11-24T15:50", JoinState::Open, JoinState::Open),
        // A late bell closes no door.
        (1, "2026-11-24T15:55", JoinState::Open, JoinState::Open),
    ] {
        lead(bell).await;
        twins.desk.set(now);
        assert_eq!((twins.state(twins.here).await, twins.state(twins.there).await), (here, there), "{now}");
    }
}

#[tokio::test]
async fn a_join_that_is_stored_a_second_time_does_not_count_for_a_time_to_which_the_session_was_moved() {
    let twins = twins("2026-11-24T15:50").await;
    let here = Local::this_computer(twins.desk.store.clone());
    here.note_opened(twins.here.id, at("2026-11-24T15:50")).await.unwrap();
    let draft = Draft { time: "16:30".to_owned(), ..twins.app.draft_of(twins.here).await.unwrap() };
    twins.app.edit_session(twins.here, 2, Scope::This, &draft).await.unwrap().unwrap();
    here.note_opened(twins.here.id, at("2026-11-24T15:50")).await.unwrap();
    let session = twins.app.session(twins.here).await.unwrap().entry.session;
    assert_eq!((session.opened_at, session.version), (None, 3));
}
