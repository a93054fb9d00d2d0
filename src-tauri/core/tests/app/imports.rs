//! A long import is watched and stopped.

use std::fmt::Write as _;

use firstbell_core::{
    app::ImportResult,
    error::{Code, Error},
    progress::Progress,
};
use tokio::task::yield_now;

use super::desk::{Desk, calendar};

const MANY: usize = 200;

fn many_lessons() -> String {
    let events: Vec<String> = (0..MANY)
        .map(|number| {
            let (day, hour) = (1 + number / 10, 8 + number % 10);
            let mut event = format!("UID:{number}@test\nSUMMARY:Maths with Ben\n");
            let _ = write!(event, "DTSTART:202612{day:02}T{hour:02}0000Z\nDURATION:PT50M");
            event
        })
        .collect();
    calendar(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Lets the work go on until some of it has begun, then stops it. What it answered, and how far it was.
async fn stopped_halfway<T>(work: impl Future<Output = T>, progress: &Progress) -> (T, u32) {
    tokio::pin!(work);
    tokio::select! {
        biased;
        _ = &mut work => panic!("it ended before it was stopped"),
        () = async { while progress.percent() == 0 { yield_now().await } } => progress.stop(),
    }
    let begun = progress.percent();
    (work.await, begun)
}

#[tokio::test]
async fn an_import_that_is_stopped_halfway_writes_nothing_and_can_be_done_after_all() {
    let desk = Desk::at("2026-11-24T10:00").await;
    let file = many_lessons();
    let preview = desk.app.preview(file.as_bytes(), &Progress::default()).await.unwrap();
    let progress = Progress::default();
    let (answer, begun) = stopped_halfway(desk.app.apply(preview.id, &[], &progress), &progress).await;
    let error = answer.unwrap_err();
    assert_eq!((error.code(), error.sentence().as_str()), (Code::Stopped, "Stopped. Nothing was changed."));
    assert!((1..100).contains(&begun), "{begun} %");
    assert_eq!(desk.all().await, []);

    let progress = Progress::default();
    let result = desk.app.apply(preview.id, &[], &progress).await.unwrap();
    assert_eq!((result.added, progress.percent()), (MANY, 100));
    assert_eq!(desk.all().await.len(), MANY);
    let again = desk.app.apply(preview.id, &[], &Progress::default()).await;
    assert!(matches!(again, Err(Error::ImportGone)), "what is taken over is held no longer");
    assert_eq!(desk.import(&file).await, ImportResult::default());
}

#[tokio::test]
async fn a_look_at_a_file_can_be_stopped() {
    let desk = Desk::at("2026-11-24T10:00").await;
    let (file, progress) = (many_lessons(), Progress::default());
    let (answer, begun) = stopped_halfway(desk.app.preview(file.as_bytes(), &progress), &progress).await;
    assert!(matches!(answer, Err(Error::Stopped)));
    assert!((1..100).contains(&begun), "{begun} %");
}
