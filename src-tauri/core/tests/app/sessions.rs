use firstbell_core::{
    app::Scope,
    change::{Cause, Change, Topic},
    draft::{Draft, Field},
    error::Error,
    happened::Kind,
    id::{SessionId, SessionKey},
    session::{CancelledBy, Status},
    state_table::{Action, Refusal},
    strip::Notice,
};

use super::desk::{Desk, MEET, OTHER_MEET, at, kinds, lesson};

#[tokio::test]
async fn an_added_session_is_all_that_was_typed() {
    let mut desk = Desk::new().await;
    let draft = Draft {
        homework: "Sheet 4".to_owned(),
        place: " Library ".to_owned(),
        person_zone: Some("America/New_York".to_owned()),
        zone: "Europe/Madrid".to_owned(),
        ..lesson("2026-11-25", "16:00")
    };
    let id = desk.add(&draft).await;
    let page = desk.page(id).await;
    let session = &page.entry.session;
    assert_eq!((session.start, session.end), (at("2026-11-25T15:00"), at("2026-11-25T16:00")));
    assert_eq!(session.title, "Maths with Ben");
    assert_eq!((session.person_name(), session.subject.as_deref()), (Some("Ben"), Some("Maths")));
    assert_eq!(session.zone, "Europe/Madrid");
    assert_eq!(session.join_url.as_ref().unwrap().as_str(), MEET);
    assert_eq!((session.place.as_deref(), session.homework.as_str()), (Some("Library"), "Sheet 4"));
    assert!(session.bell && session.own_link && session.series_id.is_none() && session.version == 1);
    assert_eq!(page.person_zone.as_deref(), Some("America/New_York"));
    assert_eq!(kinds(&page), [Kind::Added]);
    assert_eq!(desk.changes.try_recv(), Ok(Change::here(Cause::ThisWindow, Topic::Sessions)));
    assert_eq!(desk.app.draft_of(id).await.unwrap().link, MEET);
}

#[tokio::test]
async fn all_faults_come_at_once_and_nothing_is_written() {
    let desk = Desk::new().await;
    let draft = Draft {
        person: " ".to_owned(),
        subject: String::new(),
        date: "24.11.2026".to_owned(),
        time: "25:00".to_owned(),
        minutes: 0,
        zone: "Mars/Olympus".to_owned(),
        link: "http://meet.google.com/abc-defg-hij".to_owned(),
        repeat_weeks: 105,
        ..lesson("", "")
    };
    let faults = desk.app.add_session(&draft).await.unwrap().unwrap_err();
    let fields: Vec<Field> = faults.iter().map(|fault| fault.field).collect();
    let expected = [
        Field::Person,
        Field::Date,
        Field::Time,
        Field::Minutes,
        Field::Zone,
        Field::RepeatWeeks,
        Field::Link,
    ];
    assert_eq!(fields, expected);
    assert!(faults.iter().all(|fault| fault.sentence.ends_with('.')), "{faults:?}");
    assert!(desk.all().await.is_empty());
}

#[tokio::test]
async fn an_edit_changes_what_was_typed_and_counts_the_version() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    let draft = Draft { subject: "Physics".to_owned(), ..lesson("2026-11-25", "16:00") };
    assert_eq!(desk.app.edit_session(id, 1, Scope::This, &draft).await.unwrap(), Ok(id));
    let page = desk.page(id).await;
    assert_eq!((page.entry.session.title.as_str(), page.entry.session.version), ("Physics with Ben", 2));
    assert_eq!(kinds(&page), [Kind::Added, Kind::Renamed]);
}

#[tokio::test]
async fn a_move_says_where_the_session_stood_before() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.app.edit_session(id, 1, Scope::This, &lesson("2026-11-26", "17:30")).await.unwrap().unwrap();
    let page = desk.page(id).await;
    assert_eq!(page.entry.session.start, at("2026-11-26T17:30"));
    let moved = page.happened.last().unwrap();
    assert_eq!((moved.kind, moved.detail), (Kind::Moved, Some(at("2026-11-25T16:00"))));
}

#[tokio::test]
async fn a_moved_session_was_not_opened_yet() {
    let desk = Desk::at("2026-11-25T15:56").await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.app.join(id, false, false).await.unwrap();
    assert!(desk.session(id).await.runs_for_me(at("2026-11-25T16:10")));
    desk.app.edit_session(id, 2, Scope::This, &lesson("2026-11-26", "16:00")).await.unwrap().unwrap();
    assert_eq!(desk.session(id).await.opened_at, None);
}

#[tokio::test]
async fn what_somebody_else_has_changed_is_not_written_over() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.app.write_homework(id, 1, "Sheet 4", "").await.unwrap();
    let app = &desk.app;
    let draft = lesson("2026-11-26", "16:00");
    assert!(matches!(app.edit_session(id, 1, Scope::This, &draft).await, Err(Error::Stale)));
    assert!(matches!(app.cancel_session(id, 1, Scope::This).await, Err(Error::Stale)));
    assert!(matches!(app.restore_session(id, 1).await, Err(Error::Stale)));
    assert!(matches!(app.mark_session(id, 1, Status::Completed).await, Err(Error::Stale)));
    assert!(matches!(app.write_homework(id, 1, "", "").await, Err(Error::Stale)));
    assert!(matches!(app.write_notes(id, 1, "").await, Err(Error::Stale)));
    assert!(matches!(app.set_bell(id, 1, false).await, Err(Error::Stale)));
    let session = desk.session(id).await;
    assert_eq!((session.homework.as_str(), session.version), ("Sheet 4", 2));
    assert_eq!(session.status, Status::Scheduled);
}

#[tokio::test]
async fn a_session_that_is_not_there_is_not_found() {
    let desk = Desk::new().await;
    let id = SessionKey::here(SessionId::new());
    assert!(matches!(desk.app.session(id).await, Err(Error::NotFound)));
    assert!(matches!(desk.app.join(id, true, true).await, Err(Error::NotFound)));
    assert!(matches!(desk.app.cancel_session(id, 1, Scope::This).await, Err(Error::NotFound)));
    assert!(matches!(desk.app.draft_of(id).await, Err(Error::NotFound)));
    assert!(matches!(desk.app.link_to_copy(id).await, Err(Error::NotFound)));
    assert!(matches!(desk.app.export(Some(id)).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_cancelled_session_can_be_brought_back_until_its_end() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    desk.app.cancel_session(id, 1, Scope::This).await.unwrap();
    let session = desk.session(id).await;
    assert_eq!(session.status, Status::Cancelled);
    assert_eq!(session.cancelled, Some((at("2026-11-24T08:00"), CancelledBy::You)));
    let draft = lesson("2026-11-24", "17:00");
    let refused = desk.app.edit_session(id, 2, Scope::This, &draft).await;
    assert!(matches!(refused, Err(Error::NotAllowed(Refusal::NotForStatus))));

    desk.app.restore_session(id, 2).await.unwrap();
    let page = desk.page(id).await;
    assert_eq!((page.entry.session.status, page.entry.session.cancelled), (Status::Scheduled, None));
    assert_eq!(kinds(&page), [Kind::Added, Kind::Cancelled, Kind::Restored]);

    desk.app.cancel_session(id, 3, Scope::This).await.unwrap();
    desk.set("2026-11-24T17:00");
    let refused = desk.app.restore_session(id, 4).await;
    assert!(matches!(refused, Err(Error::NotAllowed(Refusal::NotNow))));
}

#[tokio::test]
async fn how_it_went_can_be_said_from_the_start_and_taken_back() {
    let desk = Desk::at("2026-11-24T15:59").await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    let early = desk.app.mark_session(id, 1, Status::Completed).await;
    assert!(matches!(early, Err(Error::NotAllowed(Refusal::NotNow))));
    desk.set("2026-11-24T16:00");
    let marks = [
        (Status::Completed, Kind::Held),
        (Status::EarlyEnd, Kind::EndedEarly),
        (Status::NoShowStudent, Kind::StudentAway),
        (Status::NoShowTutor, Kind::TutorAway),
    ];
    for (version, (status, kind)) in (1..).step_by(2).zip(marks) {
        desk.app.mark_session(id, version, status).await.unwrap();
        let page = desk.page(id).await;
        assert_eq!(page.entry.session.status, status);
        assert_eq!(page.happened.last().unwrap().kind, kind);
        assert_eq!(page.entry.allowed, [Action::Write, Action::UndoMark]);
        desk.app.mark_session(id, version + 1, Status::Scheduled).await.unwrap();
        let page = desk.page(id).await;
        assert_eq!(page.entry.session.status, Status::Scheduled);
        assert_eq!(page.happened.last().unwrap().kind, Kind::MarkUndone);
    }
    let refused = desk.app.mark_session(id, 9, Status::Cancelled).await;
    assert!(matches!(refused, Err(Error::NotAllowed(Refusal::NotForStatus))));
}

#[tokio::test]
async fn homework_plan_and_notes_are_kept_and_too_long_ones_are_not() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.app.write_homework(id, 1, " Sheet 4 ", "Fractions").await.unwrap();
    desk.app.write_notes(id, 2, "Likes chess\nand maps").await.unwrap();
    let session = desk.session(id).await;
    assert_eq!((session.homework.as_str(), session.plan.as_str()), ("Sheet 4", "Fractions"));
    assert_eq!(session.notes, "Likes chess\nand maps");
    // Characters are counted, not bytes.
    desk.app.write_notes(id, 3, &"é".repeat(20_000)).await.unwrap();
    let refused = desk.app.write_notes(id, 4, &"é".repeat(20_001)).await;
    assert!(matches!(refused, Err(Error::Invalid("text-too-long"))));
}

#[tokio::test]
async fn the_bell_of_a_session_can_be_switched_until_its_end() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    assert_eq!(desk.app.bells_left_today().await.unwrap().len(), 1);
    desk.app.set_bell(id, 1, false).await.unwrap();
    assert!(!desk.session(id).await.bell);
    assert!(desk.app.bells_left_today().await.unwrap().is_empty());
    desk.app.set_bell(id, 2, true).await.unwrap();
    desk.set("2026-11-24T17:00");
    let refused = desk.app.set_bell(id, 3, false).await;
    assert!(matches!(refused, Err(Error::NotAllowed(Refusal::NotNow))));
}

#[tokio::test]
async fn an_overlap_is_named_but_a_touch_is_none() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    let overlap = |from: &str, to: &str, except| desk.app.overlapping(at(from), at(to), except);
    let found = overlap("2026-11-25T16:30", "2026-11-25T17:30", None).await.unwrap();
    assert_eq!(found.map(|session| session.key()), Some(id));
    assert_eq!(overlap("2026-11-25T16:30", "2026-11-25T17:30", Some(id)).await.unwrap(), None);
    assert_eq!(overlap("2026-11-25T17:00", "2026-11-25T18:00", None).await.unwrap(), None);
    assert_eq!(overlap("2026-11-25T15:00", "2026-11-25T16:00", None).await.unwrap(), None);
    desk.app.cancel_session(id, 1, Scope::This).await.unwrap();
    assert_eq!(overlap("2026-11-25T16:30", "2026-11-25T17:30", None).await.unwrap(), None);
}

#[tokio::test]
async fn search_finds_any_word_of_a_session_and_takes_signs_as_they_are() {
    let desk = Desk::new().await;
    let past = desk.add(&lesson("2026-11-23", "16:00")).await;
    let later = desk.add(&lesson("2026-11-26", "16:00")).await;
    let next = desk.add(&lesson("2026-11-25", "16:00")).await;
    let other = Draft {
        person: "Mia".to_owned(),
        subject: "100% chemistry".to_owned(),
        link: OTHER_MEET.to_owned(),
        ..lesson("2026-11-25", "10:00")
    };
    let mia = desk.add(&other).await;
    desk.app.write_notes(mia, 1, "a_b").await.unwrap();
    let found = async |text: &str| -> Vec<SessionKey> {
        desk.app.search(text).await.unwrap().into_iter().map(|entry| entry.session.key()).collect()
    };
    assert_eq!(found("maths").await, [next, later, past]);
    assert_eq!(found("100%").await, [mia]);
    assert_eq!(found("a_b").await, [mia]);
    assert_eq!(found("a%b").await, []);
    assert_eq!(found("  ").await, []);
    assert_eq!(found("\\").await, []);
}

#[tokio::test]
async fn past_sessions_come_latest_first_and_fifty_at_a_time() {
    let desk = Desk::at("2026-01-05T08:00").await;
    desk.add(&Draft { repeat_weeks: 60, ..lesson("2026-01-05", "16:00") }).await;
    desk.set("2027-12-31T00:00");
    let page = desk.app.past(None).await.unwrap();
    assert_eq!(page.len(), 50);
    assert!(page.windows(2).all(|pair| pair[0].session.end > pair[1].session.end));
    let rest = desk.app.past(Some(page[49].session.end - chrono::Duration::milliseconds(1))).await.unwrap();
    assert_eq!(rest.len(), 10);
    assert_eq!(rest[9].session.start, at("2026-01-05T16:00"));
}

#[tokio::test]
async fn samples_come_and_go_without_touching_anything_else() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.app.add_samples().await.unwrap();
    desk.app.add_samples().await.unwrap();
    assert_eq!(desk.all().await.len(), 8);
    assert!(desk.app.strip(None).await.contains(&Notice::Samples));
    desk.app.remove_samples().await.unwrap();
    assert_eq!(desk.all().await.iter().map(|session| session.key()).collect::<Vec<_>>(), [id]);
    assert!(!desk.app.strip(None).await.contains(&Notice::Samples));
}
