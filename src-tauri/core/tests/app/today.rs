use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    id::{SessionId, WorkspaceId},
    join::{JoinRules, JoinUrl, Room},
    session::{CancelledBy, Session, Source, Status},
    state_table::Role,
    today::{Brass, DayLabel, Entry, Today, lay_out, with_overlaps},
    zone::Zone,
};

use super::desk::{Desk, MEET, at, calendar, lesson};

fn madrid() -> Zone {
    "Europe/Madrid".parse().unwrap()
}

pub fn session(title: &str, start: &str, minutes: i64) -> Session {
    Session {
        workspace: WorkspaceId::ThisComputer,
        id: SessionId::new(),
        source: Source::ThisComputer,
        series_id: None,
        title: title.to_owned(),
        person: None,
        subject: None,
        start: at(start),
        end: at(start) + Duration::minutes(minutes),
        zone: "Europe/Madrid".to_owned(),
        wall: None,
        original: None,
        place: None,
        join_url: Some(JoinUrl::parse(MEET).unwrap()),
        door: None,
        own_link: true,
        description: None,
        said: None,
        homework: String::new(),
        plan: String::new(),
        notes: String::new(),
        status: Status::Scheduled,
        cancelled: None,
        bell: true,
        opened_at: None,
        created_at: at("2026-11-01T00:00"),
        version: 1,
    }
}

fn opened(mut session: Session) -> Session {
    session.opened_at = Some(session.start - Duration::minutes(2));
    session
}

fn cancelled(mut session: Session) -> Session {
    session.status = Status::Cancelled;
    session.cancelled = Some((session.start - Duration::hours(1), CancelledBy::You));
    session
}

fn busy(mut session: Session) -> Session {
    session.source = Source::CalendarFile;
    session.join_url = None;
    session.bell = false;
    session
}

fn page(sessions: &[Session], now: &str) -> Today {
    page_at(sessions, at(now))
}

fn page_at(sessions: &[Session], now: DateTime<Utc>) -> Today {
    let entry = |session: &Session| {
        Entry::new(session.clone(), Room::default(), JoinRules::DEFAULT, Role::Owner, now)
    };
    let entries = with_overlaps(sessions.iter().map(entry).collect(), now);
    lay_out(entries, None, now, madrid())
}

fn card(today: &Today) -> Option<&str> {
    today.card.as_ref().map(|entry| entry.session.title.as_str())
}

fn slim(today: &Today) -> Option<&str> {
    today.slim.as_ref().map(|entry| entry.session.title.as_str())
}

fn rows(today: &Today) -> Vec<(DayLabel, Vec<&str>)> {
    today
        .days
        .iter()
        .map(|day| (day.label, day.entries.iter().map(|entry| entry.session.title.as_str()).collect()))
        .collect()
}

#[test]
fn the_next_session_has_the_card_and_the_days_follow() {
    let today = page(
        &[
            session("Ben", "2026-11-24T15:00", 60),
            session("Mia", "2026-11-24T18:00", 60),
            session("Dan", "2026-11-25T09:00", 60),
            session("Eva", "2026-11-27T09:00", 60),
        ],
        "2026-11-24T10:00",
    );
    assert_eq!((card(&today), slim(&today), today.brass), (Some("Ben"), None, None));
    assert_eq!(
        rows(&today),
        [
            (DayLabel::LaterToday, vec!["Mia"]),
            (DayLabel::Tomorrow, vec!["Dan"]),
            (DayLabel::Weekday, vec!["Eva"])
        ]
    );
}

#[test]
fn the_brass_comes_when_the_door_opens() {
    let ben = [session("Ben", "2026-11-24T15:00", 60)];
    assert_eq!(page(&ben, "2026-11-24T14:54").brass, None);
    assert_eq!(page(&ben, "2026-11-24T14:55").brass, Some(Brass::Card));
}

#[test]
fn the_running_session_keeps_the_card_and_the_next_one_is_slim() {
    let both = [session("Ben", "2026-11-24T15:00", 60), session("Mia", "2026-11-24T16:00", 60)];
    let today = page(&both, "2026-11-24T15:30");
    assert_eq!((card(&today), slim(&today)), (Some("Ben"), Some("Mia")));
    assert_eq!(today.brass, Some(Brass::Card));
    assert!(today.days.is_empty());
    let today = page(&both, "2026-11-24T16:00");
    assert_eq!((card(&today), slim(&today)), (Some("Mia"), None));
}

#[test]
fn one_whose_door_opens_after_the_end_is_not_slim() {
    let both = [session("Ben", "2026-11-24T15:00", 60), session("Mia", "2026-11-24T16:05", 60)];
    let today = page(&both, "2026-11-24T15:30");
    assert_eq!((card(&today), slim(&today)), (Some("Ben"), None));
    assert_eq!(rows(&today), [(DayLabel::LaterToday, vec!["Mia"])]);
}

#[test]
fn the_brass_moves_when_the_next_door_opens_and_the_first_was_gone_through() {
    let both = [opened(session("Ben", "2026-11-24T15:00", 60)), session("Mia", "2026-11-24T16:00", 60)];
    assert_eq!(page(&both, "2026-11-24T15:54").brass, None, "gone through, the next not open");
    assert_eq!(page(&both, "2026-11-24T15:55").brass, Some(Brass::Slim));
    let unopened = [session("Ben", "2026-11-24T15:00", 60), session("Mia", "2026-11-24T16:00", 60)];
    assert_eq!(page(&unopened, "2026-11-24T15:55").brass, Some(Brass::Card));
}

#[test]
fn one_that_overruns_keeps_the_card_a_quarter_of_an_hour_if_it_was_opened() {
    let both = [opened(session("Ben", "2026-11-24T15:00", 60)), session("Mia", "2026-11-24T18:00", 60)];
    assert_eq!(card(&page(&both, "2026-11-24T16:14")), Some("Ben"));
    assert_eq!(card(&page(&both, "2026-11-24T16:15")), Some("Mia"));
    let unopened = [session("Ben", "2026-11-24T15:00", 60), session("Mia", "2026-11-24T18:00", 60)];
    assert_eq!(card(&page(&unopened, "2026-11-24T16:00")), Some("Mia"));
}

#[test]
fn two_that_start_together_have_card_and_slim() {
    let both = [session("Ben", "2026-11-24T15:00", 60), session("Mia", "2026-11-24T15:00", 60)];
    let today = page(&both, "2026-11-24T14:57");
    assert_eq!((card(&today), slim(&today), today.brass), (Some("Ben"), Some("Mia"), Some(Brass::Card)));
    assert_eq!(today.card.unwrap().overlaps.as_deref(), Some("Mia"));
}

#[test]
fn what_is_called_off_or_busy_has_no_card_but_stays_in_its_day() {
    let all = [
        cancelled(session("Ben", "2026-11-24T11:00", 60)),
        busy(session("Dentist", "2026-11-24T12:00", 60)),
        session("Mia", "2026-11-24T15:00", 60),
    ];
    let today = page(&all, "2026-11-24T10:30");
    assert_eq!(card(&today), Some("Mia"));
    assert_eq!(rows(&today), [(DayLabel::LaterToday, vec!["Ben", "Dentist"])]);
    let evening = page(&all, "2026-11-24T20:00");
    assert_eq!(card(&evening), None);
    assert_eq!(rows(&evening), [(DayLabel::Today, vec!["Ben"])], "until the day is over");
    assert!(page(&all, "2026-11-24T23:00").days.is_empty(), "midnight in Madrid");
}

#[test]
fn beside_what_has_begun_the_heading_does_not_say_later() {
    let three = [
        opened(session("Ben", "2026-11-24T15:00", 60)),
        opened(session("Mia", "2026-11-24T16:00", 60)),
        session("Dan", "2026-11-24T18:00", 60),
    ];
    let today = page(&three, "2026-11-24T15:30");
    assert_eq!((card(&today), rows(&today)), (Some("Ben"), vec![(DayLabel::LaterToday, vec!["Dan"])]));
    // Ben's can still be joined, and is over.
    let today = page(&three, "2026-11-24T16:20");
    assert_eq!((card(&today), rows(&today)), (Some("Mia"), vec![(DayLabel::Today, vec!["Ben", "Dan"])]));
}

#[test]
fn what_was_held_is_over() {
    let mut held = session("Ben", "2026-11-24T09:00", 60);
    held.status = Status::Completed;
    let today = page(&[held], "2026-11-24T09:30");
    assert_eq!((card(&today), today.days.len()), (None, 0));
}

#[test]
fn a_session_past_midnight_keeps_the_card() {
    let late = [session("Ben", "2026-11-24T22:30", 60)];
    assert_eq!(card(&page(&late, "2026-11-24T23:10")), Some("Ben"));
}

#[tokio::test]
async fn the_next_session_has_the_card_however_far_it_is() {
    let desk = Desk::new().await;
    assert!(desk.app.today(7).await.unwrap().is_empty);
    desk.add(&lesson("2027-03-02", "16:00")).await;
    let page = desk.app.today(7).await.unwrap();
    assert_eq!(card(&page.today), Some("Maths with Ben"));
    assert!(page.more_after && !page.is_empty && page.today.days.is_empty());
    let dentist = "UID:d@test\nSUMMARY:Dentist\nDTSTART:20261125T090000Z\nDTEND:20261125T100000Z";
    desk.import(&calendar(&[dentist])).await;
    let page = desk.app.today(7).await.unwrap();
    assert_eq!(card(&page.today), Some("Maths with Ben"));
    assert_eq!(rows(&page.today), [(DayLabel::Tomorrow, vec!["Dentist"])]);
    assert_eq!(desk.app.coming(5).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_of_days_holds_what_starts_in_them() {
    let desk = Desk::new().await;
    for day in ["2026-11-23", "2026-11-24", "2026-11-25"] {
        desk.add(&lesson(day, "00:00")).await;
    }
    let found = desk.app.between(at("2026-11-23T00:00"), at("2026-11-25T00:00")).await.unwrap();
    let starts: Vec<_> = found.iter().map(|entry| entry.session.start).collect();
    assert_eq!(starts, [at("2026-11-23T00:00"), at("2026-11-24T00:00")]);
}
