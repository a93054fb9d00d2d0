//! A calendar of years: the window says how far it is read and taken over, both can be stopped, and the list of
//! what is in it is drawn as far as somebody looks.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{Duration, Utc};
use firstbell_tests::kit::{Desktop, wait};
use serde_json::json;

use super::scene::{BELL, SOON, settled};

/// Until a calendar of years is read, on a computer that has other work too.
const READ: std::time::Duration = std::time::Duration::from_secs(60);
const COMING: i64 = 100;
const OVER: i64 = 44_900;
/// Reading these takes long enough for a slow hand: each has an occurrence a day for two years.
const DAILY: i64 = 3_000;

#[tokio::test]
async fn a_calendar_of_years_shows_how_far_it_is_and_stops_when_asked() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let (page, window) = (app.page().unwrap(), app.window_id().await.unwrap());

    let file = desktop.home().join("every day.ics");
    write(&file, 0..DAILY, "RRULE:FREQ=DAILY\r\n");
    desktop.drop_file(&file, window).await.unwrap();
    page.shows("Reading every day.ics…").await.unwrap();
    page.press("Stop").await.unwrap();
    page.shows("Stopped. Nothing was changed.").await.unwrap();

    let file = desktop.home().join("years.ics");
    write(&file, (-OVER..0).map(|hour| hour - 1).chain((0..COMING).map(|hour| hour + 2)), "");
    desktop.drop_file(&file, window).await.unwrap();
    // However long it takes to read: that is shown, and can be stopped.
    page.shows_within("Add 45,000 sessions?", READ).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add 45,000 sessions?");
    let strips = page.script("return document.querySelectorAll('.strip').length;", Vec::new()).await.unwrap();
    assert_eq!(strips, json!(0), "it is read, and nothing says any more that it is being read");
    let rows = "return document.querySelectorAll('.choices > li').length;";
    let drawn = page.script(rows, Vec::new()).await.unwrap();
    assert!(drawn.as_i64().unwrap() < COMING, "{drawn}");
    page.shows("Over already").await.unwrap();
    // The one for those that are over, and, once the last one drawn has been in sight, each of the others.
    page.script("document.querySelector('dialog .body').scrollTo(0, 1e6);", Vec::new()).await.unwrap();
    wait::until_true("the rest to be drawn", SOON, async || {
        Ok(page.script(rows, Vec::new()).await? == json!(COMING + 1))
    })
    .await
    .unwrap();
    assert_eq!(app.axe().await.unwrap(), []);

    page.press("Add 45,000 sessions").await.unwrap();
    let begun = "return document.querySelector('dialog progress')?.value > 0;";
    wait::until_true("some of it to be added", SOON, async || {
        Ok(page.script(begun, Vec::new()).await? == true)
    })
    .await
    .unwrap();
    page.press("Stop").await.unwrap();
    page.shows("Stopped. Nothing was changed.").await.unwrap();
    page.shows("No sessions yet.").await.unwrap();

    // The choices are as they were; now only what is to come is taken.
    page.script("document.getElementById('import-over').click();", Vec::new()).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add 100 sessions?");
    page.press("Add 100 sessions").await.unwrap();
    // What is left out is remembered as well, all 44,900.
    let closed = "return document.querySelector('dialog[open]') === null;";
    wait::until_true(
        "the dialog to close",
        BELL,
        async || Ok(page.script(closed, Vec::new()).await? == true),
    )
    .await
    .unwrap();
    page.says("article.card", "Ben").await.unwrap();
}

/// Lessons that start so many hours from now.
fn write(file: &Path, hours: impl Iterator<Item = i64>, rule: &str) {
    let now = Utc::now();
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n".to_owned();
    for hours in hours {
        let start = (now + Duration::hours(hours)).format("%Y%m%dT%H0000Z");
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:{hours}@test\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT50M\r\n\
             {rule}SUMMARY:Maths with Ben\r\nLOCATION:https://zoom.us/j/93412345678\r\nEND:VEVENT\r\n"
        );
    }
    std::fs::write(file, text + "END:VCALENDAR\r\n").unwrap();
}
