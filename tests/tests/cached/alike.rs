//! What lists and bell read is the same whether it was typed on this computer or planned at a school: one suite, over both.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use firstbell_core::app::{App, Scope};
use firstbell_core::clock::Clock;
use firstbell_core::desktop::{NotOpened, Opener};
use firstbell_core::draft::Draft;
use firstbell_core::happened::{By, Kind};
use firstbell_core::id::{SessionId, SessionKey, WorkspaceId};
use firstbell_core::join::{JoinRules, JoinUrl};
use firstbell_core::session::{Session, Status};
use firstbell_core::state_table::Role;
use firstbell_core::store::{Migrate, Store};
use firstbell_core::workspace::{Local, Readings, Workspaces};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::mirror::{Mirror, SIGN_IN};
use super::scene::Scene;

const ROOM: &str = "https://zoom.us/j/123456789";
const OTHER_ROOM: &str = "https://meet.google.com/abc-defg-hij";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Where Ada's lessons are decided.
trait Source {
    /// A lesson of an hour in a room.
    async fn lesson(&mut self, student: &str, start: &str, room: &str);
    /// Ada calls it off.
    async fn cancel(&mut self, start: &str);
    /// It is seen as Ada sees it.
    async fn workspace(&mut self) -> Local;
}

struct ThisComputer {
    app: App,
    store: Store,
    _folder: TempDir,
}

/// The Monday before.
struct Monday;

impl Clock for Monday {
    fn now(&self) -> DateTime<Utc> {
        at("2026-11-02T08:00:00Z")
    }
}

impl Opener for Monday {
    fn open(&self, _url: &JoinUrl) -> Result<(), NotOpened> {
        Err(NotOpened)
    }
}

impl ThisComputer {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("first-bell.sqlite3"), Migrate::Yes).await.unwrap();
        let app = App::new(store.clone(), Arc::new(Monday), Arc::new(Monday));
        Self { app, store, _folder: folder }
    }
}

impl Source for ThisComputer {
    async fn lesson(&mut self, student: &str, start: &str, room: &str) {
        let (date, time) = start.trim_end_matches(":00Z").split_once('T').unwrap();
        let draft = Draft {
            person: format!("{student} Example"),
            subject: "Maths".to_owned(),
            date: date.to_owned(),
            time: time.to_owned(),
            minutes: 60,
            zone: "UTC".to_owned(),
            link: room.to_owned(),
            person_id: None,
            person_zone: None,
            place: String::new(),
            repeat_weeks: 1,
            homework: String::new(),
        };
        self.app.add_session(&draft).await.unwrap().unwrap();
    }

    async fn cancel(&mut self, start: &str) {
        let all = self.app.all().await.unwrap();
        let one = all.iter().find(|session| session.start == at(start)).unwrap();
        self.app.cancel_session(one.key(), one.version, Scope::This).await.unwrap();
    }

    async fn workspace(&mut self) -> Local {
        Local::this_computer(self.store.clone())
    }
}

struct School {
    scene: Scene,
    mirror: Mirror,
    bookings: Vec<(String, Value)>,
}

impl School {
    async fn new() -> Self {
        let mut scene = Scene::set().await;
        let mirror = scene.mirror("tutor_ada").await;
        Self { scene, mirror, bookings: Vec::new() }
    }
}

impl Source for School {
    async fn lesson(&mut self, student: &str, start: &str, room: &str) {
        let student = format!("student_{}", student.to_lowercase());
        let made = self.scene.cast.lesson(&student, "tutor_ada", start).await.unwrap();
        self.bookings.push((start.to_owned(), made["booking"].clone()));
        let sql =
            format!("update public.sessions set join_url = '{room}' where scheduled_start_at = '{start}'");
        self.scene.by_hand(&sql).await;
    }

    async fn cancel(&mut self, start: &str) {
        let (_, booking) = self.bookings.iter().find(|(known, _)| known == start).unwrap();
        let cancel = json!({"booking": booking["id"], "expected_version": booking["version"]});
        self.scene.cast.player("tutor_ada").call("cancel_booking", cancel).await.unwrap();
    }

    async fn workspace(&mut self) -> Local {
        self.scene.catches_up(&mut self.mirror).await;
        let cache = self.mirror.cache().await;
        let rules = cache.rules().await.unwrap();
        Local::of_cache(SIGN_IN, Role::Tutor, rules, &cache)
    }
}

#[tokio::test]
async fn this_computer_reads_as_the_suite_says() {
    suite(ThisComputer::new().await).await;
}

#[tokio::test]
async fn a_school_reads_as_the_suite_says() {
    suite(School::new().await).await;
}

async fn suite(mut source: impl Source) {
    let workspace = source.workspace().await;
    let mut readings = read(&workspace).await;
    assert_eq!(readings.exist().await.unwrap(), (false, false));
    assert_eq!(readings.all().await.unwrap(), []);
    drop(readings);
    for (student, start, room) in [
        ("Ben", "2026-11-09T16:00:00Z", ROOM),
        ("Kim", "2026-11-09T17:00:00Z", ROOM),
        ("Ben", "2026-11-10T10:00:00Z", OTHER_ROOM),
        ("Ben", "2026-11-11T16:00:00Z", OTHER_ROOM),
    ] {
        source.lesson(student, start, room).await;
    }
    source.cancel("2026-11-11T16:00:00Z").await;
    let workspace = source.workspace().await;
    assert_eq!(workspace.read(Duration::minutes(5)).await.unwrap().role(), workspace.role());
    let mut readings = read(&workspace).await;
    lists(&mut readings).await;
    bell(&mut readings).await;
    people(&mut readings).await;
    one(&mut readings, &workspace).await;
}

async fn read(workspace: &Local) -> Readings {
    Workspaces::new(vec![workspace.clone()]).read(JoinRules::DEFAULT.lead).await.unwrap()
}

fn starts(sessions: &[Session]) -> Vec<String> {
    sessions.iter().map(|session| session.start.format("%d %H:%M").to_string()).collect()
}

async fn lists(readings: &mut Readings) {
    assert_eq!(readings.exist().await.unwrap(), (true, false));
    assert_eq!(starts(&readings.all().await.unwrap()), ["09 16:00", "09 17:00", "10 10:00", "11 16:00"]);
    // From the first instant, up to the last and not with it.
    let in_days = async |readings: &mut Readings, from: &str, to: &str| {
        starts(&readings.starting_in(at(from), at(to)).await.unwrap())
    };
    assert_eq!(
        in_days(readings, "2026-11-09T16:00:00Z", "2026-11-10T10:00:00Z").await,
        ["09 16:00", "09 17:00"]
    );
    assert_eq!(in_days(readings, "2026-11-09T16:00:01Z", "2026-11-09T17:00:00Z").await, [""; 0]);
    let touching = async |readings: &mut Readings, from: &str, to: &str| {
        starts(&readings.touching(at(from), at(to)).await.unwrap())
    };
    assert_eq!(touching(readings, "2026-11-09T16:59:59Z", "2026-11-09T17:00:00Z").await, ["09 16:00"]);
    assert_eq!(
        touching(readings, "2026-11-09T17:00:00Z", "2026-11-09T17:00:01Z").await,
        ["09 17:00"],
        "the one before has ended"
    );
    let first = async |readings: &mut Readings, from: &str| {
        readings.first_after(at(from)).await.unwrap().map(|session| session.start)
    };
    assert_eq!(first(readings, "2026-11-09T17:00:00Z").await, Some(at("2026-11-09T17:00:00Z")));
    assert_eq!(first(readings, "2026-11-10T10:00:01Z").await, None, "the last one is called off");
    let ended = readings.ended_before(at("2026-11-10T11:00:00Z"), 2).await.unwrap();
    assert_eq!(starts(&ended), ["10 10:00", "09 17:00"], "the latest first, no more than asked");
    let now = at("2026-11-10T00:00:00Z");
    assert_eq!(starts(&readings.search("kim", now, 9).await.unwrap()), ["09 17:00"]);
    assert_eq!(
        starts(&readings.search("maths", now, 9).await.unwrap()),
        ["10 10:00", "11 16:00", "09 17:00", "09 16:00"],
        "what is to come first, the nearest first"
    );
    assert_eq!(readings.search("100%", now, 9).await.unwrap(), []);
    let overlapping = async |readings: &mut Readings, from: &str, to: &str| {
        readings.overlapping(at(from), at(to), None).await.unwrap().map(|session| session.start)
    };
    assert_eq!(
        overlapping(readings, "2026-11-09T15:00:00Z", "2026-11-09T16:00:00Z").await,
        None,
        "it only touches"
    );
    assert_eq!(
        overlapping(readings, "2026-11-09T15:00:00Z", "2026-11-09T16:01:00Z").await,
        Some(at("2026-11-09T16:00:00Z"))
    );
    assert_eq!(overlapping(readings, "2026-11-11T16:00:00Z", "2026-11-11T17:00:00Z").await, None);
}

async fn bell(readings: &mut Readings) {
    // After the first instant, up to the last and with it; what is called off does not ring.
    let ringing = async |readings: &mut Readings, after: &str, until: &str| {
        starts(&readings.ringing_in(at(after), at(until)).await.unwrap())
    };
    assert_eq!(
        ringing(readings, "2026-11-09T16:00:00Z", "2026-11-10T10:00:00Z").await,
        ["09 17:00", "10 10:00"]
    );
    assert_eq!(ringing(readings, "2026-11-11T00:00:00Z", "2026-11-12T00:00:00Z").await, [""; 0]);
    let next =
        async |readings: &mut Readings, after: &str| readings.next_ringing_start(at(after)).await.unwrap();
    assert_eq!(next(readings, "2026-11-09T16:00:00Z").await, Some(at("2026-11-09T17:00:00Z")));
    assert_eq!(next(readings, "2026-11-10T10:00:00Z").await, None);
    let boundary =
        async |readings: &mut Readings, after: &str| readings.next_boundary(at(after)).await.unwrap();
    for (after, expected) in [
        ("2026-11-09T12:00:00Z", "2026-11-09T15:55:00Z"),
        ("2026-11-09T15:55:00Z", "2026-11-09T16:00:00Z"),
        ("2026-11-10T10:00:00Z", "2026-11-10T11:00:00Z"),
        ("2026-11-10T11:00:00Z", "2026-11-10T12:00:00Z"),
    ] {
        assert_eq!(boundary(readings, after).await, Some(at(expected)), "{after}");
    }
}

async fn people(readings: &mut Readings) {
    let now = at("2026-11-09T18:30:00Z");
    let met = readings.people(now).await.unwrap();
    let names: Vec<(&str, i64)> = met.iter().map(|met| (met.person.name.as_str(), met.sessions)).collect();
    assert_eq!(names, [("Ben Example", 3), ("Kim Example", 1)]);
    let ben = met[0].person.id;
    assert_eq!(starts(&readings.with_person(ben).await.unwrap()), ["09 16:00", "10 10:00", "11 16:00"]);
    let next = readings.next_with(ben, now).await.unwrap().map(|session| session.start);
    assert_eq!(next, Some(at("2026-11-10T10:00:00Z")));
    assert_eq!(readings.next_with(ben, at("2026-11-10T12:00:00Z")).await.unwrap(), None);
}

async fn one(readings: &mut Readings, workspace: &Local) {
    let first = readings.all().await.unwrap().remove(0);
    let (session, room, rules) = readings.session(first.key()).await.unwrap().unwrap();
    assert_eq!(session, first);
    assert_eq!(session.key(), SessionKey { workspace: workspace.id(), id: first.id });
    assert_eq!(
        (session.title.as_str(), session.person_name()),
        ("Maths with Ben Example", Some("Ben Example"))
    );
    assert_eq!(
        (session.subject.as_deref(), session.status, session.bell),
        (Some("Maths"), Status::Scheduled, true)
    );
    assert_eq!(session.join_url.as_ref().map(JoinUrl::as_str), Some(ROOM));
    let door = rules.door(&session, room);
    assert_eq!(
        (door.opens_at, door.closes_at),
        (at("2026-11-09T15:55:00Z"), at("2026-11-09T17:00:00Z")),
        "until the next lesson in the room"
    );
    let reading = readings.of(workspace.id()).unwrap();
    let happened = reading.happened(session.id).await.unwrap();
    let told: Vec<(Kind, By)> = happened.iter().map(|event| (event.kind, event.by)).collect();
    assert_eq!(told.first(), Some(&(Kind::Added, By::You)), "{told:?}");
    let unknown = SessionKey { workspace: workspace.id(), id: SessionId::new() };
    assert!(readings.session(unknown).await.unwrap().is_none());
    let elsewhere = SessionKey { workspace: WorkspaceId::School(uuid::Uuid::nil()), ..first.key() };
    assert!(readings.session(elsewhere).await.unwrap().is_none());
    // Who goes in, goes in once.
    let pressed = at("2026-11-09T15:58:00Z");
    for again in [pressed, pressed] {
        workspace.note_opened(first.id, again).await.unwrap();
        workspace.note_rung(first.id, again).await.unwrap();
    }
    let mut after = read(workspace).await;
    let (session, ..) = after.session(first.key()).await.unwrap().unwrap();
    assert_eq!(session.opened_at, Some(pressed));
    let happened = after.of(workspace.id()).unwrap().happened(first.id).await.unwrap();
    let count = |kind| happened.iter().filter(|event| event.kind == kind).count();
    assert_eq!((count(Kind::Opened), count(Kind::Rang)), (1, 1));
}
