use chrono::Duration;
use serde_json::json;

use super::*;

const ACCOUNT: &str = "acc00000-0000-4000-8000-000000000001";
const OTHER: &str = "acc00000-0000-4000-8000-000000000002";
const SESSION: &str = "5e000000-0000-4000-8000-000000000001";
const ADA: &str = "0a000000-0000-4000-8000-000000000001";
const BEN: &str = "0b000000-0000-4000-8000-000000000001";
const DAN: &str = "0d000000-0000-4000-8000-000000000001";
const KIM: &str = "0e000000-0000-4000-8000-000000000001";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn row(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        other => panic!("{other}"),
    }
}

/// The rows around Ada's lesson, before they are read.
#[derive(Clone)]
struct Scene {
    session: Row,
    participants: Vec<Row>,
    notes: Vec<Row>,
    events: Vec<Row>,
    people: BTreeMap<String, Row>,
    links: Vec<Link>,
    was: Option<Session>,
    opened_here: Option<DateTime<Utc>>,
    is_first_pull: bool,
}

fn lesson() -> Scene {
    let person = |id: &str, first: &str, last: &str| {
        let row = row(json!({"id": id, "first_name": first, "last_name": last, "zone": "Europe/Madrid"}));
        (id.to_owned(), row)
    };
    Scene {
        session: row(json!({
            "id": SESSION, "tutor_id": ADA, "subject": "Maths", "zone": "Europe/Madrid", "status": "SCHEDULED",
            "scheduled_start_at": "2026-12-01T16:00:00.123456+00:00", "scheduled_end_at": "2026-12-01T17:00:00+00:00",
            "join_url": null, "tutor_opened_at": null, "cancelled_at": null, "cancelled_by": null, "first_names": ["Ben"],
            "created_at": "2026-11-20T10:00:00+00:00", "version": 3, "a_newer_field": {"x": 1},
        })),
        participants: vec![place(BEN)],
        notes: Vec::new(),
        events: Vec::new(),
        people: [
            person(ADA, "Ada", "Lovelace"),
            person(BEN, "Ben", ""),
            person(DAN, "Dan", "Okafor"),
            person(KIM, "Kim", "Example"),
        ]
        .into(),
        links: Vec::new(),
        was: None,
        opened_here: None,
        is_first_pull: false,
    }
}

fn place(person: &str) -> Row {
    row(json!({"session_id": SESSION, "person_id": person, "opened_at": null, "bell_off": false,
        "created_at": "2026-11-20T10:00:00+00:00"}))
}

fn as_self(person: &str) -> Link {
    Link { person: person.to_owned(), is_self: true, since: Some(at("2026-11-01T00:00:00Z")) }
}

fn as_guardian(person: &str) -> Link {
    Link { is_self: false, ..as_self(person) }
}

const NOW: &str = "2026-12-01T08:00:00Z";

impl Scene {
    fn seen_as(mut self, links: &[Link]) -> Self {
        self.links = links.to_vec();
        self
    }

    fn set(mut self, name: &str, value: Value) -> Self {
        self.session.insert(name.to_owned(), value);
        self
    }

    fn read(&self) -> Option<Projected> {
        project(Around {
            session: &self.session,
            participants: &self.participants,
            notes: &self.notes,
            events: &self.events,
            people: &self.people,
            links: &self.links,
            account: ACCOUNT.parse().unwrap(),
            was: self.was.as_ref(),
            opened_here: self.opened_here,
            is_first_pull: self.is_first_pull,
            now: at(NOW),
        })
    }

    fn session(&self) -> Session {
        self.read().unwrap().session
    }
}

#[test]
fn with_whom_a_session_is_depends_on_who_looks() {
    let group = |people: &[&str]| {
        let mut scene = lesson();
        scene.participants = people.iter().map(|person| place(person)).collect();
        scene
    };
    let cases: [(Scene, Vec<Link>, Option<&str>); 12] = [
        (lesson(), vec![as_self(ADA)], Some("Ben")),
        (lesson(), vec![as_self(BEN)], Some("Ada Lovelace")),
        (lesson(), vec![as_guardian(BEN)], Some("Ada Lovelace")),
        (group(&[DAN]), vec![as_self(ADA)], Some("Dan Okafor")),
        (group(&[KIM, DAN, BEN]), vec![as_self(ADA)], Some("Ben, Dan, Kim")),
        (group(&[KIM, DAN, BEN]), vec![as_self(DAN)], Some("Ada Lovelace")),
        (group(&[KIM, DAN]), vec![as_guardian(KIM), as_guardian(DAN)], Some("Ada Lovelace")),
        // A tutor whose own child comes is its tutor.
        (group(&[KIM, DAN]), vec![as_guardian(KIM), as_self(ADA)], Some("Dan, Kim")),
        (group(&[]), vec![as_self(ADA)], None),
        // Nobody's: it is seen, and why is not known here yet.
        (lesson(), vec![], Some("Ada Lovelace")),
        (lesson().set("tutor_id", json!(OTHER)), vec![as_self(BEN)], None),
        (group(&[BEN, OTHER]), vec![as_self(ADA)], Some("Ben")),
    ];
    for (at, (scene, links, name)) in cases.into_iter().enumerate() {
        let read = scene.seen_as(&links).read().unwrap();
        assert_eq!(read.session.person_name(), name, "case {at}");
        let title = name.map_or("Maths".to_owned(), |name| format!("Maths with {name}"));
        assert_eq!(read.session.title, title, "case {at}");
    }
}

#[test]
fn a_group_is_the_same_person_in_whatever_order_they_come() {
    let mut one = lesson().seen_as(&[as_self(ADA)]);
    one.participants = vec![place(DAN), place(KIM)];
    let mut other = one.clone();
    other.participants.reverse();
    let group = one.read().unwrap().group.unwrap();
    assert_eq!(other.read().unwrap().group, Some(group.clone()));
    assert_eq!(one.session().person, Some(group));
    other.participants.push(place(BEN));
    assert_ne!(other.read().unwrap().group.unwrap().id, one.read().unwrap().group.unwrap().id);
    assert_eq!(lesson().seen_as(&[as_self(ADA)]).read().unwrap().group, None);
}

#[test]
fn what_the_row_says_is_taken_as_it_stands() {
    let session = lesson().seen_as(&[as_self(BEN)]).session();
    assert_eq!(session.start, at("2026-12-01T16:00:00.123Z"), "as the tables keep it");
    assert_eq!((session.end, session.zone.as_str()), (at("2026-12-01T17:00:00Z"), "Europe/Madrid"));
    assert_eq!((session.status, session.version, session.bell), (Status::Scheduled, 3, true));
    assert_eq!((session.source, session.door, session.join_url), (Source::School, None, None));
    let linked = lesson()
        .set("join_url", json!("https://meet.google.com/abc-defg-hij"))
        .set("door_opens_at", json!("2026-12-01T15:50:00+00:00"))
        .set("door_closes_at", json!("2026-12-01T17:20:00+00:00"))
        .seen_as(&[as_self(BEN)])
        .session();
    assert_eq!(linked.join_url.unwrap().as_str(), "https://meet.google.com/abc-defg-hij");
    let door = Door { opens_at: at("2026-12-01T15:50:00Z"), closes_at: at("2026-12-01T17:20:00Z") };
    assert_eq!(linked.door, Some(door));
    // What may not be opened is no link.
    assert_eq!(lesson().set("join_url", json!("http://meet.google.com/abc")).session().join_url, None);
}

#[test]
fn what_cannot_be_read_is_nothing_and_what_is_not_needed_may_be_missing() {
    for (name, value) in [
        ("id", json!("7")),
        ("id", json!(null)),
        ("status", json!("POSTPONED")),
        ("scheduled_start_at", json!("soon")),
        ("scheduled_end_at", json!(null)),
        ("zone", json!(null)),
    ] {
        assert_eq!(lesson().set(name, value.clone()).read(), None, "{name} {value}");
    }
    for name in [
        "subject",
        "join_url",
        "tutor_id",
        "first_names",
        "created_at",
        "version",
        "cancelled_at",
        "tutor_opened_at",
    ] {
        let mut scene = lesson().seen_as(&[as_self(BEN)]);
        scene.session.remove(name);
        assert!(scene.read().is_some(), "{name}");
        scene.session.insert(name.to_owned(), json!([7]));
        assert!(scene.read().is_some(), "{name}");
    }
}

#[test]
fn homework_plan_and_notes_are_what_is_shared_before_what_is_private() {
    let note = |kind: &str, shared: bool, body: &str| {
        row(json!({"session_id": SESSION, "kind": kind, "shared": shared, "body": body}))
    };
    let mut scene = lesson().seen_as(&[as_self(ADA)]);
    scene.notes = vec![
        note("homework", false, "Easy ones for Ben."),
        note("homework", true, "Page 12."),
        note("plan", true, "Angles."),
        note("plan", false, ""),
        note("note", false, "Mind the fractions."),
        note("song", true, "La."),
    ];
    let session = scene.session();
    assert_eq!(session.homework, "Page 12.\n\nEasy ones for Ben.");
    assert_eq!((session.plan.as_str(), session.notes.as_str()), ("Angles.", "Mind the fractions."));
    scene.notes.reverse();
    assert_eq!(scene.session(), session);
}

#[test]
fn who_called_it_off_is_told_by_side_and_only_of_what_is_called_off() {
    let off = |by: Value| {
        lesson()
            .set("status", json!("CANCELLED"))
            .set("cancelled_at", json!("2026-11-30T10:00:00+00:00"))
            .set("cancelled_by", by)
            .session()
            .cancelled
            .map(|(_, by)| by)
    };
    for (side, by) in [
        ("tutor", CancelledBy::Tutor),
        ("student", CancelledBy::Student),
        ("guardian", CancelledBy::Guardian),
        ("school", CancelledBy::School),
        // None of the school's words.
        ("you", CancelledBy::School),
        ("calendar_file", CancelledBy::School),
        ("caretaker", CancelledBy::School),
    ] {
        assert_eq!(off(json!(side)), Some(by), "{side}");
    }
    assert_eq!(lesson().set("cancelled_at", json!("2026-11-30T10:00:00+00:00")).session().cancelled, None);
}

#[test]
fn opened_is_what_oneself_has_opened_here_or_elsewhere() {
    let (early, late) = ("2026-12-01T15:57:00+00:00", "2026-12-01T15:59:00+00:00");
    let scene = |tutor: Value, places: [(&str, Value); 2]| {
        let mut scene = lesson().set("tutor_opened_at", tutor);
        scene.participants = places
            .map(|(person, opened)| {
                let mut place = place(person);
                place.insert("opened_at".to_owned(), opened);
                place
            })
            .into();
        scene
    };
    let opened = scene(json!(early), [(BEN, json!(late)), (KIM, json!(null))]);
    for (links, expected) in [
        (vec![as_self(ADA)], Some(early)),
        (vec![as_self(BEN)], Some(late)),
        (vec![as_guardian(BEN)], Some(late)),
        (vec![as_self(KIM)], None),
        (vec![as_guardian(BEN), as_self(KIM)], None),
    ] {
        assert_eq!(opened.clone().seen_as(&links).session().opened_at, expected.map(at), "{links:?}");
    }
    let mut here = opened.seen_as(&[as_self(ADA)]);
    here.opened_here = Some(at(late));
    assert_eq!(here.session().opened_at, Some(at(late)));
    here.opened_here = Some(at("2026-12-01T15:00:00Z"));
    assert_eq!(here.session().opened_at, Some(at(early)));
}

#[test]
fn the_bell_is_off_where_ones_own_places_bell_is() {
    let mut scene = lesson();
    scene.participants = vec![place(BEN), place(KIM)];
    scene.participants[0].insert("bell_off".to_owned(), json!(true));
    for (links, rings) in [
        (vec![as_self(BEN)], false),
        (vec![as_self(KIM)], true),
        (vec![as_guardian(BEN), as_guardian(KIM)], true),
        (vec![as_self(ADA)], true),
        (vec![], false),
    ] {
        assert_eq!(scene.clone().seen_as(&links).session().bell, rings, "{links:?}");
    }
}

#[test]
fn a_session_is_known_since_it_could_be_and_stays_so() {
    let mut scene = lesson().seen_as(&[as_self(BEN)]);
    assert_eq!(scene.session().created_at, at("2026-11-20T10:00:00Z"), "a late pull missed it");
    scene.is_first_pull = true;
    assert_eq!(scene.session().created_at, at(NOW), "nothing was known before");
    scene.is_first_pull = false;
    // Somebody became the child's guardian an hour ago.
    let mut linked = scene.clone();
    let since = at(NOW) - Duration::hours(1);
    linked.links = vec![Link { since: Some(since), ..as_guardian(BEN) }];
    assert_eq!(linked.session().created_at, since);
    // Ben has joined a group that was there.
    let mut joined = scene.clone();
    joined.participants[0].insert("created_at".to_owned(), json!("2026-11-25T10:00:00+00:00"));
    assert_eq!(joined.session().created_at, at("2026-11-25T10:00:00Z"));
    // A school whose clock is ahead.
    let ahead = scene.clone().set("created_at", json!("2026-12-01T09:00:00+00:00"));
    assert_eq!(ahead.session().created_at, at(NOW));
    let mut known = scene.set("subject", json!("Physics"));
    known.was = Some(Session { created_at: at("2026-11-21T00:00:00Z"), ..joined.session() });
    assert_eq!(known.session().created_at, at("2026-11-21T00:00:00Z"));
}

#[test]
fn what_happened_is_told_in_the_schools_order_by_whom_and_that_the_other_side_has_opened() {
    let event = |number: i64, kind: &str, side: &str, account: &str, detail: Value| {
        row(
            json!({"session_id": SESSION, "number": number, "kind": kind, "side": side, "account_id": account,
            "detail": detail, "at": "2026-11-25T10:00:00+00:00"}),
        )
    };
    let mut scene = lesson().seen_as(&[as_self(ADA)]);
    scene.events = vec![
        event(9, "no_show_undone", "tutor", ACCOUNT, json!({})),
        event(8, "no_show", "student", OTHER, json!({})),
        event(7, "no_show", "tutor", ACCOUNT, json!({})),
        event(1, "confirmed", "tutor", ACCOUNT, json!({})),
        event(2, "confirmed", "tutor", ACCOUNT, json!({})),
        event(3, "moved", "tutor", ACCOUNT, json!({"from": "2026-11-30T16:00:00+00:00"})),
        event(4, "accepted", "student", OTHER, json!({})),
        event(5, "opened", "student", OTHER, json!({"pressed_at": "2026-11-25T09:58:00+00:00"})),
        event(5, "opened", "tutor", ACCOUNT, json!({})),
        event(6, "cancelled", "guardian", OTHER, json!({})),
        event(10, "ended_early", "school", OTHER, json!({})),
        event(11, "sang", "school", OTHER, json!({})),
        event(12, "held", "caretaker", OTHER, json!({})),
        row(json!({"kind": "held"})),
    ];
    let told = |scene: &Scene| -> Vec<(Kind, By)> {
        scene.read().unwrap().events.iter().map(|event| (event.kind, event.by)).collect()
    };
    let mut expected = vec![
        (Kind::Added, By::You),
        (Kind::Moved, By::You),
        (Kind::Moved, By::Student),
        (Kind::TheyOpened, By::Student),
        (Kind::StudentAway, By::You),
        (Kind::TutorAway, By::Student),
        (Kind::MarkUndone, By::You),
        (Kind::EndedEarly, By::School),
    ];
    assert_eq!(told(&scene), expected);
    assert_eq!(scene.read().unwrap().events[1].detail, Some(at("2026-11-30T16:00:00Z")));
    assert_eq!(scene.read().unwrap().events[3].at, at("2026-11-25T09:58:00Z"), "when they pressed");
    // One of a group who leaves calls nothing off for the others.
    expected.insert(4, (Kind::Cancelled, By::Guardian));
    assert_eq!(told(&scene.set("status", json!("CANCELLED"))), expected);
}

#[test]
fn a_link_counts_for_its_account_until_it_ends() {
    let link = |account: &str, relation: &str, ended: Value| {
        let row =
            row(json!({"account_id": account, "person_id": BEN, "relation": relation, "ended_at": ended,
            "created_at": "2026-11-01T00:00:00+00:00"}));
        Link::of(&row, ACCOUNT.parse().unwrap())
    };
    assert_eq!(link(ACCOUNT, "self", json!(null)), Some(as_self(BEN)));
    assert_eq!(link(ACCOUNT, "guardian", json!(null)), Some(as_guardian(BEN)));
    assert_eq!(link(OTHER, "self", json!(null)), None, "the child's own");
    assert_eq!(link(ACCOUNT, "guardian", json!("2026-11-02T00:00:00+00:00")), None);
}
