//! The door that a school gives a session, beside the bell of whoever goes in.

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    id::{SessionId, WorkspaceId},
    join::{Door, JoinRules, JoinState, JoinUrl, Room},
    session::{Session, Source, Status},
};

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-12-01T{text}:00Z").parse().unwrap()
}

fn lesson(door: Option<(&str, &str)>) -> Session {
    Session {
        workspace: WorkspaceId::ThisComputer,
        id: SessionId::new(),
        source: Source::School,
        series_id: None,
        title: "Maths with Ben".to_owned(),
        person: None,
        subject: None,
        start: at("16:00"),
        end: at("17:00"),
        zone: "Europe/Madrid".to_owned(),
        wall: None,
        original: None,
        place: None,
        join_url: Some(JoinUrl::parse("https://meet.google.com/abc-defg-hij").unwrap()),
        door: door.map(|(opens, closes)| Door { opens_at: at(opens), closes_at: at(closes) }),
        own_link: false,
        description: None,
        said: None,
        homework: String::new(),
        plan: String::new(),
        notes: String::new(),
        status: Status::Scheduled,
        cancelled: None,
        bell: true,
        opened_at: None,
        created_at: at("08:00"),
        version: 1,
    }
}

#[test]
fn a_door_is_the_schools_where_there_is_one_and_no_later_than_the_bell_unless_the_room_is_taken() {
    let usual = Some(("15:55", "18:00"));
    let cases = [
        // The door, the school's lead, the bell's, and what follows.
        (None, 5, 5, ("15:55", "18:00")),
        (None, 5, 20, ("15:40", "18:00")),
        (usual, 5, 5, ("15:55", "18:00")),
        (usual, 5, 20, ("15:40", "18:00")),
        (usual, 5, 0, ("15:55", "18:00")),
        (Some(("15:45", "17:20")), 15, 5, ("15:45", "17:20")),
        // Another lesson is in the room until then: no bell opens it sooner.
        (Some(("16:00", "17:10")), 5, 5, ("16:00", "17:10")),
        (Some(("15:58", "17:10")), 5, 20, ("15:58", "17:10")),
    ];
    for (door, lead, bell, (opens, closes)) in cases {
        let rules = JoinRules { lead: Duration::minutes(lead), ..JoinRules::DEFAULT }
            .with_bell(Duration::minutes(bell));
        let expected = Door { opens_at: at(opens), closes_at: at(closes) };
        assert_eq!(rules.door(&lesson(door), Room::default()), expected, "{door:?} {lead} {bell}");
    }
}

#[test]
fn join_states_follow_the_door() {
    let rules = JoinRules::DEFAULT.with_bell(Duration::minutes(20));
    let session = lesson(Some(("16:00", "17:10")));
    // Whoever looks from here sees another room than the school does.
    let room = Room { next_start: Some(at("17:40")) };
    for (now, state) in [
        ("15:41", JoinState::OpensAt),
        ("15:59", JoinState::OpensAt),
        ("16:00", JoinState::InProgress),
        ("17:09", JoinState::InProgress),
        ("17:10", JoinState::Ended),
    ] {
        assert_eq!(rules.state(&session, room, at(now)), state, "{now}");
    }
}
