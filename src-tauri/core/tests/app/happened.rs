use firstbell_core::{
    app::Scope,
    draft::Draft,
    error::Error,
    happened::{By, Kind},
    store::StoreError,
};

use super::desk::{Desk, MEET, OTHER_MEET, at, calendar, kinds, lesson};

/// What the person changes in a lesson with a link, and the lines that come of it.
#[tokio::test]
async fn each_thing_that_is_edited_has_its_own_line() {
    let plain = || lesson("2026-11-25", "16:00");
    let cases: [(Draft, &[Kind]); 9] = [
        (plain(), &[]),
        (Draft { link: OTHER_MEET.to_owned(), ..plain() }, &[Kind::LinkChanged]),
        (Draft { link: String::new(), ..plain() }, &[Kind::LinkRemoved]),
        (Draft { place: "Library".to_owned(), ..plain() }, &[Kind::PlaceChanged]),
        (Draft { person: "Mia".to_owned(), ..plain() }, &[Kind::Renamed]),
        (Draft { minutes: 45, ..plain() }, &[Kind::LengthChanged]),
        (Draft { homework: "Sheet 4".to_owned(), ..plain() }, &[Kind::HomeworkChanged]),
        // A move says where it stood; that it lasts as long as it did needs no line.
        (lesson("2026-11-26", "16:00"), &[Kind::Moved]),
        (
            Draft { link: OTHER_MEET.to_owned(), minutes: 45, ..lesson("2026-11-26", "16:00") },
            &[Kind::Moved, Kind::LinkChanged],
        ),
    ];
    for (draft, lines) in cases {
        let desk = Desk::new().await;
        let id = desk.add(&plain()).await;
        desk.app.edit_session(id, 1, Scope::This, &draft).await.unwrap().unwrap();
        assert_eq!(kinds(&desk.page(id).await)[1..], *lines, "{draft:?}");
    }
}

#[tokio::test]
async fn a_link_that_was_missing_is_said_to_be_added() {
    let desk = Desk::new().await;
    let without = Draft { link: String::new(), ..lesson("2026-11-25", "16:00") };
    let id = desk.add(&without).await;
    desk.app.edit_session(id, 1, Scope::This, &lesson("2026-11-25", "16:00")).await.unwrap().unwrap();
    assert_eq!(kinds(&desk.page(id).await), [Kind::Added, Kind::LinkAdded]);
}

#[tokio::test]
async fn what_is_written_and_switched_is_named() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-25", "16:00")).await;
    desk.app.write_homework(id, 1, "Sheet 4", "").await.unwrap();
    desk.app.write_notes(id, 2, "Slow with fractions").await.unwrap();
    desk.app.set_bell(id, 3, false).await.unwrap();
    desk.app.set_bell(id, 4, true).await.unwrap();
    let lines = [Kind::Added, Kind::HomeworkChanged, Kind::NotesChanged, Kind::BellOff, Kind::BellOn];
    assert_eq!(kinds(&desk.page(id).await), lines);
}

const LESSON: &str = "UID:one@test\nSUMMARY:Maths\nDTSTART:20261126T160000Z\nDTEND:20261126T170000Z\n\
    LOCATION:https://meet.google.com/abc-defg-hij";

#[tokio::test]
async fn a_new_link_in_a_calendar_file_is_said_with_its_source() {
    let desk = Desk::new().await;
    desk.import(&calendar(&[LESSON])).await;
    let id = desk.all().await[0].key();
    let elsewhere = LESSON.replace(MEET, OTHER_MEET) + "\nSEQUENCE:1";
    desk.import(&calendar(&[&elsewhere])).await;
    let page = desk.page(id).await;
    assert_eq!(kinds(&page), [Kind::Imported, Kind::LinkChanged]);
    assert_eq!(page.happened[1].by, By::CalendarFile);
}

#[tokio::test]
async fn a_file_that_moves_renames_and_relinks_says_all_three() {
    let desk = Desk::new().await;
    desk.import(&calendar(&[LESSON])).await;
    let id = desk.all().await[0].key();
    let news = LESSON.replace(MEET, OTHER_MEET).replace("20261126", "20261127").replace("Maths", "Physics");
    desk.import(&calendar(&[&(news + "\nSEQUENCE:1")])).await;
    let page = desk.page(id).await;
    assert_eq!(kinds(&page), [Kind::Imported, Kind::Moved, Kind::LinkChanged, Kind::Renamed]);
    assert_eq!(page.happened[1].detail, Some(at("2026-11-26T16:00")));
}

#[tokio::test]
async fn a_lesson_that_is_called_off_says_only_that() {
    let desk = Desk::new().await;
    desk.import(&calendar(&[LESSON])).await;
    let id = desk.all().await[0].key();
    let off = LESSON.replace("Maths", "Cancelled: Maths") + "\nSTATUS:CANCELLED\nSEQUENCE:1";
    desk.import(&calendar(&[&off])).await;
    assert_eq!(kinds(&desk.page(id).await), [Kind::Imported, Kind::Cancelled]);
}

#[tokio::test]
async fn a_word_in_the_store_that_nobody_knows_is_told_with_its_table_and_column() {
    let desk = Desk::new().await;
    let key = desk.add(&lesson("2026-11-24", "16:00")).await;
    let mut tx = desk.store.write().await.unwrap();
    sqlx::query("INSERT INTO session_events (session_id, at, kind, source) VALUES (?1, 0, 'danced', 'you')")
        .bind(key.id.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let asked = desk.app.session(key).await.map(|_| ());
    let is_told = |error: &Error| {
        matches!(error, Error::Store(StoreError::Row { table: "session_events", what: "kind" }))
    };
    assert!(asked.as_ref().is_err_and(is_told), "{asked:?}");
    // The list, which does not show it, is there.
    assert_eq!(desk.all().await.len(), 1);
}
