use chrono::{Duration, Timelike as _};
use firstbell_core::{
    app::Scope,
    draft::Draft,
    progress::Progress,
    series::Choice,
    session::{CancelledBy, Session, Source, Status},
    zone::Zone,
};

use super::desk::{Desk, MEET, OTHER_MEET, at, calendar, lesson};

/// Four Tuesdays across the end of summer time in Madrid.
async fn four_weeks(desk: &Desk) -> Vec<Session> {
    let draft = Draft { repeat_weeks: 4, zone: "Europe/Madrid".to_owned(), ..lesson("2026-10-13", "16:00") };
    desk.add(&draft).await;
    desk.all().await
}

fn hours(sessions: &[Session]) -> Vec<u32> {
    let madrid: Zone = "Europe/Madrid".parse().unwrap();
    sessions.iter().map(|session| madrid.wall(session.start).hour()).collect()
}

#[tokio::test]
async fn a_weekly_series_keeps_its_hour_through_a_clock_change() {
    let desk = Desk::at("2026-10-01T08:00").await;
    let all = four_weeks(&desk).await;
    assert_eq!(all.len(), 4);
    assert_eq!(hours(&all), [16; 4]);
    assert_eq!(all[1].start, at("2026-10-20T14:00"));
    assert_eq!(all[2].start, at("2026-10-27T15:00"));
    assert_eq!(desk.page(all[1].key()).await.later_in_series, 2);
}

#[tokio::test]
async fn a_move_of_this_and_later_moves_those_by_as_much_and_keeps_their_homework() {
    let desk = Desk::at("2026-10-01T08:00").await;
    let all = four_weeks(&desk).await;
    desk.app.write_homework(all[3].key(), 1, "Sheet 9", "").await.unwrap();
    let draft = Draft {
        zone: "Europe/Madrid".to_owned(),
        subject: "Physics".to_owned(),
        minutes: 45,
        homework: "Sheet 4".to_owned(),
        ..lesson("2026-10-21", "17:00")
    };
    desk.app.edit_session(all[1].key(), 1, Scope::ThisAndLater, &draft).await.unwrap().unwrap();
    let moved = desk.all().await;
    assert_eq!(hours(&moved), [16, 17, 17, 17]);
    let days: Vec<i64> =
        moved.iter().zip(&all).map(|(now, was)| (now.start - was.start).num_days()).collect();
    assert_eq!(days, [0, 1, 1, 1]);
    assert!(moved[1..].iter().all(|each| each.end - each.start == Duration::minutes(45)));
    assert_eq!(moved[0].title, "Maths with Ben");
    assert!(moved[1..].iter().all(|each| each.title == "Physics with Ben"));
    let homework: Vec<&str> = moved.iter().map(|each| each.homework.as_str()).collect();
    assert_eq!(homework, ["", "Sheet 4", "", "Sheet 9"]);
}

#[tokio::test]
async fn a_change_of_this_one_leaves_the_others() {
    let desk = Desk::at("2026-10-01T08:00").await;
    let all = four_weeks(&desk).await;
    let draft = Draft { subject: "Physics".to_owned(), ..lesson("2026-10-20", "14:00") };
    desk.app.edit_session(all[1].key(), 1, Scope::This, &draft).await.unwrap().unwrap();
    let titles: Vec<String> = desk.all().await.into_iter().map(|session| session.title).collect();
    assert_eq!(titles, ["Maths with Ben", "Physics with Ben", "Maths with Ben", "Maths with Ben"]);
}

#[tokio::test]
async fn calling_off_this_and_later_leaves_what_was_before_and_what_is_final() {
    let desk = Desk::at("2026-10-01T08:00").await;
    let all = four_weeks(&desk).await;
    desk.set("2026-11-03T15:30");
    desk.app.mark_session(all[3].key(), 1, Status::Completed).await.unwrap();
    desk.set("2026-10-20T08:00");
    desk.app.cancel_session(all[1].key(), 1, Scope::ThisAndLater).await.unwrap();
    let statuses: Vec<Status> = desk.all().await.iter().map(|session| session.status).collect();
    assert_eq!(statuses, [Status::Scheduled, Status::Cancelled, Status::Cancelled, Status::Completed]);
}

const WEEKLY: &str = "UID:w@test\nSUMMARY:Maths: Ben\nDTSTART:20261124T160000Z\nDTEND:20261124T170000Z\n\
    RRULE:FREQ=WEEKLY;COUNT=3\nLOCATION:https://meet.google.com/abc-defg-hij";

#[tokio::test]
async fn a_file_read_again_changes_nothing_and_asks_nothing_anew() {
    let desk = Desk::new().await;
    let file = calendar(&[WEEKLY]);
    let first = desk.import(&file).await;
    assert_eq!((first.added, first.changed, first.removed), (3, 0, 0));
    let before = desk.all().await;
    assert!(before.iter().all(|session| session.source == Source::CalendarFile && session.bell));
    let second = desk.import(&file).await;
    assert_eq!((second.added, second.changed, second.removed), (0, 0, 0));
    assert_eq!(desk.all().await, before);
}

#[tokio::test]
async fn what_a_file_calls_off_and_brings_back_in_the_same_words_takes_place_again() {
    let desk = Desk::new().await;
    let file = calendar(&[WEEKLY]);
    desk.import(&file).await;
    let second = desk.all().await[1].clone();
    desk.app.write_notes(second.key(), 1, "Bring the maps").await.unwrap();
    desk.import(&calendar(&[&format!("{WEEKLY}\nEXDATE:20261201T160000Z\nSEQUENCE:1")])).await;
    let gone = desk.session(second.key()).await;
    assert_eq!((gone.status, gone.notes.as_str()), (Status::Cancelled, "Bring the maps"));
    assert_eq!(gone.cancelled.unwrap().1, CancelledBy::CalendarFile);
    desk.import(&calendar(&[&format!("{WEEKLY}\nSEQUENCE:2")])).await;
    let back = desk.session(second.key()).await;
    assert_eq!((back.status, back.notes.as_str()), (Status::Scheduled, "Bring the maps"));
}

#[tokio::test]
async fn what_the_person_has_changed_holds_until_the_file_says_something_new() {
    let desk = Desk::new().await;
    desk.import(&calendar(&[WEEKLY])).await;
    let id = desk.all().await[0].key();
    let draft = Draft { subject: "Algebra".to_owned(), ..lesson("2026-11-24", "18:00") };
    desk.app.edit_session(id, 1, Scope::This, &draft).await.unwrap().unwrap();
    desk.app.set_bell(id, 2, false).await.unwrap();
    desk.import(&calendar(&[WEEKLY])).await;
    let session = desk.session(id).await;
    assert_eq!((session.start, session.title.as_str()), (at("2026-11-24T18:00"), "Algebra with Ben"));

    let news = format!("{}\nSEQUENCE:1", WEEKLY.replace("T16", "T14").replace("T17", "T15"));
    desk.import(&calendar(&[&news])).await;
    let session = desk.all().await[0].clone();
    assert_eq!((session.start, session.title.as_str()), (at("2026-11-24T14:00"), "Maths: Ben"));
}

#[tokio::test]
async fn a_lesson_that_was_opened_and_then_moved_by_its_file_keeps_no_bell_quiet() {
    let desk = Desk::at("2026-11-24T15:56").await;
    let event = "UID:one@test\nSUMMARY:Maths\nDTSTART:20261124T160000Z\nDTEND:20261124T170000Z\n\
        LOCATION:https://meet.google.com/abc-defg-hij";
    desk.import(&calendar(&[event])).await;
    let id = desk.all().await[0].key();
    desk.app.join(id, false, false).await.unwrap();
    let moved = event.replace("20261124", "20261126") + "\nSEQUENCE:1";
    desk.import(&calendar(&[&moved])).await;
    let session = desk.session(id).await;
    assert_eq!(session.start, at("2026-11-26T16:00"));
    assert!(!session.runs_for_me(at("2026-11-25T10:00")));
}

#[tokio::test]
async fn the_persons_own_link_stays_and_the_files_link_is_followed() {
    let desk = Desk::new().await;
    desk.import(&calendar(&[WEEKLY])).await;
    let all = desk.all().await;
    let draft = Draft { link: OTHER_MEET.to_owned(), ..desk.app.draft_of(all[0].key()).await.unwrap() };
    desk.app.edit_session(all[0].key(), 1, Scope::This, &draft).await.unwrap().unwrap();
    let file = WEEKLY.replace("abc-defg-hij", "xyz-defg-hij") + "\nSEQUENCE:1";
    desk.import(&calendar(&[&file])).await;
    let links: Vec<String> = desk
        .all()
        .await
        .iter()
        .map(|session| session.join_url.as_ref().unwrap().as_str().to_owned())
        .collect();
    let new = MEET.replace("abc", "xyz");
    assert_eq!(links, [OTHER_MEET.to_owned(), new.clone(), new]);
}

#[tokio::test]
async fn a_link_at_any_occurrence_previews_the_bell_that_an_import_gives() {
    let desk = Desk::new().await;
    let master = "UID:m@test\nSUMMARY:Maths\nDTSTART:20261124T160000Z\nDTEND:20261124T170000Z\n\
        RRULE:FREQ=WEEKLY;COUNT=3";
    let with_link = "UID:m@test\nSUMMARY:Maths\nRECURRENCE-ID:20261201T160000Z\nDTSTART:20261201T160000Z\n\
        DTEND:20261201T170000Z\nLOCATION:https://meet.google.com/abc-defg-hij";
    let preview =
        desk.app.preview(calendar(&[master, with_link]).as_bytes(), &Progress::default()).await.unwrap();
    assert_eq!(preview.series[0].choice, Choice::Bell);
    desk.app.apply(preview.id, &[], &Progress::default()).await.unwrap();
    assert!(desk.all().await.iter().all(|session| session.bell));
}

#[tokio::test]
async fn a_series_without_an_end_grows_as_time_goes_on() {
    let desk = Desk::new().await;
    desk.import(&calendar(&[&WEEKLY.replace(";COUNT=3", "")])).await;
    let before = desk.all().await.len();
    assert!(!desk.app.extend_series().await.unwrap());
    desk.pass(Duration::days(70));
    assert!(desk.app.extend_series().await.unwrap());
    assert_eq!(desk.all().await.len(), before + 10);
    assert!(!desk.app.extend_series().await.unwrap());
}
