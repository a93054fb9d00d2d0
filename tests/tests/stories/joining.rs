//! Join: its states move by themselves, and its refusals say what to do.

use chrono::Utc;
use firstbell_tests::kit::calendar::{Lesson, MEET_LINK};
use firstbell_tests::kit::{Desktop, wait};

use super::scene::{BELL, SOON, rings_in, settled};

#[tokio::test]
async fn join_opens_by_itself_and_says_again_afterwards() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    desktop.import(&[rings_in(10)]).await.unwrap();
    page.says("article.card .join-place", "Opens").await.unwrap();
    // It looks off, and says why when it is pressed all the same.
    let later = page.find("article.card .join-later").await.unwrap();
    assert_eq!(later.attr("aria-disabled").await.unwrap().as_deref(), Some("true"));
    later.click().await.unwrap();
    page.shows("Join opens five minutes before").await.unwrap();

    wait::until_true("Join to open", BELL, async || {
        Ok(page.text("article.card .join").await?.as_deref() == Some("Join"))
    })
    .await
    .unwrap();
    let spoken =
        page.script("return said(document.querySelector('[role=status].unseen')?.textContent)", Vec::new());
    assert_eq!(spoken.await.unwrap(), "You can join Ben’s session");
    assert_eq!(page.count(".join").await.unwrap(), 1, "one brass fill");
    page.press("Join").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    page.says("article.card", "Join again").await.unwrap();
    assert_eq!(page.count(".join").await.unwrap(), 0);
    // The bell on the screen went with it.
    wait::until_true("the ring to go", SOON, async || Ok(desktop.notifications.live().is_empty()))
        .await
        .unwrap();
    // Who presses at once has only clicked twice; a little later it opens once more.
    wait::until_true("it to open again", SOON, async || {
        page.press("Join again").await?;
        Ok(desktop.opener.opened()?.len() == 2)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_unknown_host_is_asked_for_and_a_look_alike_is_warned_of() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let odd = "https://rooms.example.org/maths?k=1";
    desktop
        .import(&[Lesson::starting_in(200, Utc::now()).title("Algebra with Ben").link(odd)])
        .await
        .unwrap();
    page.press("Join…").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "This link leads to rooms.example.org. Open it?");
    page.has_focus("Cancel").await.unwrap();
    page.press("Cancel").await.unwrap();
    page.no_dialog().await.unwrap();
    assert!(desktop.opener.calls().unwrap().is_empty());
    page.press("Join…").await.unwrap();
    page.press("Open it").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![odd]]);

    let fake = "https://zoom.us.evil.com/j/93412345678";
    desktop
        .import(&[Lesson::starting_in(100, Utc::now()).title("Physics with Mia").link(fake)])
        .await
        .unwrap();
    // The notification's Join asks in the window too.
    let ring = desktop
        .notifications
        .wait_until("Mia", SOON, |ring| ring.summary.contains("session") || ring.summary.contains("Mia"));
    let ring = ring.await.unwrap();
    desktop.notifications.press(ring.id, "join").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "This link leads to zoom.us.evil.com. Open it?");
    page.shows("It looks like Zoom, but it isn’t").await.unwrap();
    page.press("Cancel").await.unwrap();
    assert_eq!(desktop.opener.calls().unwrap().len(), 1);
}

#[tokio::test]
async fn a_browser_that_does_not_open_is_said_and_can_be_tried_again() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    desktop.opener.exit_with(3).unwrap();
    desktop.import(&[Lesson::starting_in(200, Utc::now()).title("Algebra with Ben")]).await.unwrap();
    page.press("Join").await.unwrap();
    page.says("article.card", "The browser didn’t open.").await.unwrap();
    page.says("article.card .join", "Join").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    page.press("Copy link").await.unwrap();
    page.shows("Link copied.").await.unwrap();
    assert_eq!(desktop.copied().await.unwrap(), MEET_LINK);

    desktop.opener.exit_with(0).unwrap();
    page.press("Try again").await.unwrap();
    page.says("article.card", "Join again").await.unwrap();
    page.shows_no("The browser didn’t open.").await.unwrap();
}
