//! From a calendar file to the bell to the open meeting.

use chrono::Utc;
use firstbell_tests::kit::calendar::{self, Lesson, MEET_LINK};
use firstbell_tests::kit::{App, Desktop, wait};

use super::scene::{BELL, SOON, rings_in, settled, start};

#[tokio::test]
async fn a_dropped_file_is_chosen_from_rings_and_is_joined_once() {
    let desktop = Desktop::start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    page.shows("No sessions yet.").await.unwrap();

    let file = desktop.home().join("my lessons.ics");
    calendar::write(&file, &[rings_in(20), Lesson::starting_in(7200, Utc::now()).title("Dentist").without_link()])
        .unwrap();
    desktop.drop_file(&file, app.window_id().await.unwrap()).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add 2 sessions?");
    page.shows("my lessons.ics").await.unwrap();
    page.press("Add 2 sessions").await.unwrap();
    page.no_dialog().await.unwrap();
    page.says("article.card", "Ben").await.unwrap();
    assert!(desktop.notifications.all().is_empty(), "it rings five minutes before, not sooner");

    let ring = desktop.notifications.wait_for(1, BELL).await.unwrap().remove(0);
    assert_eq!(ring.summary, "Algebra with Ben in 5 minutes");
    assert_eq!(ring.text_hint("desktop-entry"), Some("firstbell"));
    assert_eq!((ring.label("join"), ring.label("snooze")), (Some("Join"), Some("Snooze")));
    desktop.notifications.press(ring.id, "join").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    page.says("article.card", "Join again").await.unwrap();

    app.terminate().await.unwrap();
    let app = start(&desktop).await;
    app.page().unwrap().says("article.card", "Join again").await.unwrap();
    // The bell has looked before the window is told what the tray may say.
    assert_eq!(desktop.notifications.all().len(), 1, "it does not ring again");
    assert_eq!(desktop.opener.calls().unwrap().len(), 1);
}
