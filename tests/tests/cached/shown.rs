//! What the rows of a real school mean, to each of those who see them.

use chrono::{DateTime, Duration, Utc};
use firstbell_core::clock::{Clock as _, SystemClock};
use firstbell_core::happened::{By, Kind};
use firstbell_core::id::{SessionId, WorkspaceId};
use firstbell_core::join::JoinRules;
use firstbell_core::pulled::Why;
use firstbell_core::session::{CancelledBy, Session, Source, Status};
use firstbell_core::state_table::Role;
use firstbell_core::store::cache::Cache;
use firstbell_core::workspace::{Local, Reading};
use serde_json::{Value, json};

use super::mirror::{Mirror, SIGN_IN};
use super::scene::Scene;

const MONDAY: &str = "2026-11-09T16:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Reads a cache as every page and the bell do.
async fn reading(cache: &Cache) -> Reading {
    let rules = cache.rules().await.unwrap();
    let local = Local::new(WorkspaceId::School(SIGN_IN), Role::Owner, rules, cache.store());
    local.read(JoinRules::DEFAULT.lead).await.unwrap()
}

async fn only(mirror: &mut Mirror) -> Session {
    let all = reading(&mirror.cache().await).await.all().await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

fn id(session: &Value) -> SessionId {
    session["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_lesson_reads_as_a_session_of_this_computer_does_for_tutor_student_and_parent() {
    let mut scene = Scene::set().await;
    let made = scene.cast.lesson("student_dan", "tutor_ada", MONDAY).await.unwrap();
    let session = made["session"].clone();
    for (kind, shared, body) in
        [("homework", true, "Page 12."), ("note", false, "Mind the fractions."), ("plan", true, "Angles.")]
    {
        let note = json!({"session": session["id"], "kind": kind, "shared": shared, "body": body, "expected_version": 0});
        scene.cast.player("tutor_ada").call("write_note", note).await.unwrap();
    }
    for (name, person, title, notes) in [
        ("tutor_ada", "Dan Example", "Maths with Dan Example", "Mind the fractions."),
        ("student_dan", "Ada Example", "Maths with Ada Example", ""),
        ("parent_cleo", "Ada Example", "Maths with Ada Example", ""),
    ] {
        let mut mirror = scene.mirror(name).await;
        let mut reading = reading(&mirror.cache().await).await;
        let shown = reading.session(id(&session)).await.unwrap().unwrap();
        assert_eq!(shown.workspace, WorkspaceId::School(SIGN_IN));
        assert_eq!(
            (shown.source, shown.status, shown.bell),
            (Source::School, Status::Scheduled, true),
            "{name}"
        );
        assert_eq!((shown.person_name(), shown.title.as_str()), (Some(person), title), "{name}");
        assert_eq!((shown.start, shown.end), (at(MONDAY), at(MONDAY) + Duration::hours(1)));
        assert_eq!((shown.zone.as_str(), shown.subject.as_deref()), ("Europe/Madrid", Some("Maths")));
        assert_eq!(
            (shown.homework.as_str(), shown.plan.as_str(), shown.notes.as_str()),
            ("Page 12.", "Angles.", notes),
            "{name}"
        );
        assert_eq!(shown.version, session["version"].as_i64().unwrap());
        let happened = reading.happened(shown.id).await.unwrap();
        let by = if name == "tutor_ada" { By::You } else { By::Tutor };
        assert_eq!(
            happened.iter().map(|event| (event.kind, event.by)).collect::<Vec<_>>(),
            [(Kind::Added, by)]
        );
        // Lists, bell, search, people, boundaries: the same statements as for this computer.
        assert_eq!(
            reading.search("fractions", at("2026-11-08T00:00:00Z"), 5).await.unwrap().len(),
            usize::from(!notes.is_empty())
        );
        assert_eq!(reading.search("page 12", at("2026-11-08T00:00:00Z"), 5).await.unwrap().len(), 1);
        assert_eq!(
            reading.ringing_in(at("2026-11-09T15:00:00Z"), at("2026-11-09T17:00:00Z")).await.unwrap().len(),
            1
        );
        assert_eq!(reading.next_ringing_start(at("2026-11-09T15:00:00Z")).await.unwrap(), Some(at(MONDAY)));
        let boundary = reading.next_boundary(at("2026-11-09T15:00:00Z")).await.unwrap();
        assert_eq!(boundary, Some(at("2026-11-09T15:55:00Z")));
        assert_eq!(reading.touching(at(MONDAY), at(MONDAY) + Duration::minutes(1)).await.unwrap().len(), 1);
        let met = reading.people(at("2026-11-08T00:00:00Z")).await.unwrap();
        assert_eq!((met.len(), met[0].person.name.as_str(), met[0].sessions), (1, person, 1));
        assert_eq!(reading.with_person(met[0].person.id).await.unwrap().len(), 1);
        assert_eq!(reading.exist().await.unwrap(), (true, false));
    }
}

#[tokio::test]
async fn those_of_a_group_are_one_person_by_their_first_names_and_a_student_sees_the_tutor_alone() {
    let mut scene = Scene::set().await;
    scene.group("tutor_ada", &["student_kim", "student_ben"], MONDAY).await;
    scene.group("tutor_ada", &["student_ben", "student_kim"], "2026-11-16T16:00:00Z").await;
    let mut mirror = scene.mirror("tutor_ada").await;
    let mut of_ada = reading(&mirror.cache().await).await;
    let met = of_ada.people(at("2026-11-08T00:00:00Z")).await.unwrap();
    assert_eq!(met.len(), 1, "the same people are the same group: {met:?}");
    assert_eq!((met[0].person.name.as_str(), met[0].sessions), ("Ben, Kim", 2));
    drop(of_ada);
    // Ben leaves the first one: it is Kim's alone, and the line says that it was Ben's.
    let booking = scene
        .cast
        .read_one(&format!(
            "select to_jsonb(b) from public.bookings b join public.people p on p.id = b.student_id
             where p.first_name = 'Ben' and b.start_at = '{MONDAY}'"
        ))
        .await
        .unwrap();
    let mut of_ben = scene.mirror("student_ben").await;
    let cancel = json!({"booking": booking["id"], "expected_version": booking["version"]});
    scene.cast.player("student_ben").call("cancel_booking", cancel).await.unwrap();
    scene.catches_up(&mut mirror).await;
    let names: Vec<String> = reading(&mirror.cache().await)
        .await
        .people(at("2026-11-08T00:00:00Z"))
        .await
        .unwrap()
        .into_iter()
        .map(|met| met.person.name)
        .collect();
    assert_eq!(names, ["Ben, Kim", "Kim Example"]);
    scene.catches_up(&mut of_ben).await;
    let shown = only(&mut of_ben).await;
    assert_eq!((shown.person_name(), shown.start), (Some("Ada Example"), at("2026-11-16T16:00:00Z")));
    let left = of_ben.cache().await.left(DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(
        (left[0].start, left[0].person.as_deref(), left[0].status),
        (at(MONDAY), Some("Ada Example"), Status::Scheduled)
    );
    assert_eq!(left[0].why, Why::NotYours);
}

#[tokio::test]
async fn a_session_that_is_moved_or_called_off_stays_and_says_so() {
    let mut scene = Scene::set().await;
    let made = scene.cast.lesson("student_ben", "tutor_ada", MONDAY).await.unwrap();
    let session = made["session"].clone();
    let mut mirror = scene.mirror("student_ben").await;
    let cache = mirror.cache().await;
    let local = Local::new(WorkspaceId::School(SIGN_IN), Role::Owner, JoinRules::DEFAULT, cache.store());
    // What is done here stays through all that comes.
    let pressed = at("2026-11-09T15:58:00Z");
    local.note_opened(id(&session), pressed).await.unwrap();
    local.note_rung(id(&session), at("2026-11-09T15:55:00Z")).await.unwrap();
    assert_eq!(only(&mut mirror).await.version, session["version"].as_i64().unwrap(), "the school's version");
    let to = "2026-11-10T10:00:00Z";
    let moved = json!({"session": session["id"], "expected_version": session["version"], "zone": "Europe/Madrid",
        "start_at": to, "end_at": "2026-11-10T11:00:00Z"});
    let moved = scene.cast.player("tutor_ada").call("move_session", moved).await.unwrap();
    scene.catches_up(&mut mirror).await;
    let shown = only(&mut mirror).await;
    assert_eq!((shown.start, shown.opened_at), (at(to), Some(pressed)));
    let happened = reading(&cache).await.happened(shown.id).await.unwrap();
    let told: Vec<_> = happened.iter().map(|event| (event.kind, event.by)).collect();
    assert_eq!(
        told,
        [(Kind::Added, By::Tutor), (Kind::Moved, By::Tutor), (Kind::Rang, By::Bell), (Kind::Opened, By::You)]
    );
    assert_eq!(happened[1].detail, Some(at(MONDAY)), "where it stood before");
    let stood = reading(&cache).await.stands_since(&shown).await.unwrap();
    assert!(stood >= happened[1].at);
    let booking = scene.cast.read_one("select to_jsonb(b) from public.bookings b").await.unwrap();
    assert_ne!(moved["session"]["version"], session["version"]);
    let cancel = json!({"booking": booking["id"], "expected_version": booking["version"]});
    scene.cast.player("tutor_ada").call("cancel_booking", cancel).await.unwrap();
    scene.catches_up(&mut mirror).await;
    let shown = only(&mut mirror).await;
    assert_eq!(
        (shown.status, shown.cancelled.map(|(_, by)| by)),
        (Status::Cancelled, Some(CancelledBy::Tutor))
    );
    let happened = reading(&cache).await.happened(shown.id).await.unwrap();
    assert!(
        happened.iter().any(|event| (event.kind, event.by) == (Kind::Cancelled, By::Tutor)),
        "{happened:?}"
    );
    assert_eq!(cache.left(DateTime::UNIX_EPOCH).await.unwrap(), []);
}

#[tokio::test]
async fn when_a_link_ends_the_childs_sessions_go_with_one_pass_and_leave_lines_and_when_it_begins_they_come()
{
    let mut scene = Scene::set().await;
    let made = scene.cast.lesson("student_kim", "tutor_ada", MONDAY).await.unwrap();
    let session = id(&made["session"]);
    let kim = scene.cast.person("student_kim");
    // Gus is nobody else's, so that nothing is left; Cleo is Dan's too.
    let cleo = scene.cast.player("parent_cleo").account;
    let linked = json!({"account": cleo, "person": kim, "name": "Cleo too"});
    let mut of_cleo = scene.mirror("parent_cleo").await;
    scene.cast.school("link_guardian", linked).await.unwrap();
    scene.catches_up(&mut of_cleo).await;
    assert_eq!(only(&mut of_cleo).await.id, session);
    let mut of_gus = scene.mirror("parent_gus").await;
    for (name, mirror) in [("Cleo too", &mut of_cleo), ("Gus", &mut of_gus)] {
        let link = format!("select id from public.account_people where name = '{name}'");
        let link = scene.cast.read_one(&link).await.unwrap();
        scene.cast.school("end_guardian", json!({"link": link})).await.unwrap();
        scene.catches_up(mirror).await;
        let cache = mirror.cache().await;
        assert_eq!(reading(&cache).await.all().await.unwrap().len(), 0, "{name}");
        let left = cache.left(DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(left.len(), 1, "{name}: {left:?}");
        assert_eq!(
            (left[0].session, left[0].start, left[0].title.as_str()),
            (session, at(MONDAY), "Maths with Ada Example")
        );
        assert!(left[0].at > SystemClock.now() - Duration::minutes(5));
    }
    // Linked again it comes back, and nobody wonders any more.
    let linked = json!({"account": cleo, "person": kim, "name": "Cleo again"});
    scene.cast.school("link_guardian", linked).await.unwrap();
    scene.catches_up(&mut of_cleo).await;
    assert_eq!(only(&mut of_cleo).await.id, session);
    assert_eq!(of_cleo.cache().await.left(DateTime::UNIX_EPOCH).await.unwrap(), []);
}

#[tokio::test]
async fn on_a_first_pull_the_next_session_stands_in_the_list_and_rings_after_the_first_page() {
    let mut scene = Scene::set().await;
    for day in 4..=28 {
        scene.cast.lesson("student_ben", "tutor_ada", &format!("2026-11-{day:02}T15:00:00Z")).await.unwrap();
    }
    let now = at("2026-11-10T10:00:00Z");
    scene.cast.database.hold_clock_at(&now.to_rfc3339()).await.unwrap();
    for (name, person) in [("tutor_ada", "Ben Example"), ("student_ben", "Ada Example")] {
        let mut mirror = Mirror::of(scene.cast.player(name).account);
        let page = mirror.page(&scene.line, 50).await.unwrap();
        assert!(page.afresh && page.more, "{name}");
        let mut reading = reading(&mirror.cache().await).await;
        let next = reading.first_after(now).await.unwrap().unwrap();
        assert_eq!((next.start, next.person_name()), (at("2026-11-10T15:00:00Z"), Some(person)), "{name}");
        assert_eq!(reading.next_ringing_start(now).await.unwrap(), Some(next.start), "{name}");
        let state = mirror.cache().await.state().await.unwrap();
        assert!(state.to_come.is_some_and(|rows| rows > 50) && !state.has_all, "{name}: {state:?}");
        drop(reading);
        scene.catches_up(&mut mirror).await;
    }
}

#[tokio::test]
async fn a_door_comes_with_its_session_and_follows_its_neighbours() {
    let mut scene = Scene::set().await;
    let made = scene.cast.lesson("student_ben", "tutor_ada", MONDAY).await.unwrap();
    scene.cast.lesson("student_kim", "tutor_ada", "2026-11-09T17:00:00Z").await.unwrap();
    let mut mirror = scene.mirror("student_ben").await;
    let door = |session: &Session| session.door.map(|door| (door.opens_at, door.closes_at));
    let shown = only(&mut mirror).await;
    assert_eq!(door(&shown), Some((at("2026-11-09T15:55:00Z"), at("2026-11-09T18:00:00Z"))));
    // Ada holds both in one room, and Ben sees only his own.
    scene.by_hand("update public.sessions set join_url = 'https://zoom.us/j/123456789'").await;
    scene.catches_up(&mut mirror).await;
    let shown = only(&mut mirror).await;
    assert_eq!(shown.id, id(&made["session"]));
    assert_eq!(door(&shown), Some((at("2026-11-09T15:55:00Z"), at("2026-11-09T17:00:00Z"))));
    let boundary =
        reading(&mirror.cache().await).await.next_boundary(at("2026-11-09T17:00:00Z")).await.unwrap();
    assert_eq!(
        boundary,
        Some(at("2026-11-09T18:00:00Z")),
        "an hour after its end, which is no boundary of its door"
    );
}

#[tokio::test]
async fn the_numbers_of_the_door_are_the_schools() {
    let mut scene = Scene::set().await;
    let mut mirror = scene.mirror("student_ben").await;
    let cache = mirror.cache().await;
    assert_eq!(cache.rules().await.unwrap(), JoinRules::DEFAULT);
    scene
        .by_hand("update public.school_settings set join_lead_minutes = 10, join_after_end_minutes = 20")
        .await;
    scene.catches_up(&mut mirror).await;
    let rules = cache.rules().await.unwrap();
    assert_eq!((rules.lead, rules.after_end), (Duration::minutes(10), Duration::minutes(20)));
}

#[tokio::test]
async fn one_moved_session_is_one_page_of_less_than_two_kilobytes_on_the_wire() {
    use std::io::Write as _;
    let mut scene = Scene::set().await;
    let made = scene.cast.lesson("student_ben", "tutor_ada", MONDAY).await.unwrap();
    let session = made["session"].clone();
    let mut mirror = scene.mirror("student_ben").await;
    let moved = json!({"session": session["id"], "expected_version": session["version"], "zone": "Europe/Madrid",
        "start_at": "2026-11-10T10:00:00Z", "end_at": "2026-11-10T11:00:00Z"});
    scene.cast.player("tutor_ada").call("move_session", moved).await.unwrap();
    let asked = json!({"cursor": mirror.cursor(), "limit": 500});
    let who = super::line::Who::Account(mirror.account);
    let answer = scene.line.call(who, "pull_changes", &asked).await.unwrap().to_string();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(answer.as_bytes()).unwrap();
    let packed = packed.finish().unwrap().len();
    println!("{} bytes, {packed} compressed", answer.len());
    assert!(packed < 2048, "{packed}");
    let told = scene.catches_up(&mut mirror).await;
    assert!(told.iter().any(|change| change.table == "sessions"), "{told:?}");
}
