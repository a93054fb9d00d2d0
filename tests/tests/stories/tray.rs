//! The tray, and the window that goes and comes.

use chrono::Utc;
use firstbell_tests::kit::calendar::{Lesson, MEET_LINK};
use firstbell_tests::kit::tray::{MenuEntry, TrayItem};
use firstbell_tests::kit::{App, Desktop, runs, wait};

use super::scene::{BELL, SOON, rings_in, settled};

#[tokio::test]
async fn the_tray_tells_what_comes_joins_hides_names_and_quits() {
    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let item = desktop.tray.as_ref().unwrap().wait_for_item(SOON).await.unwrap();
    says(&item, |labels| labels.contains("No sessions to come")).await;

    let far = Lesson::starting_in(7200, Utc::now()).title("Physics with Mia");
    let soon = rings_in(12);
    let zone = desktop.zone();
    let clock = |at: chrono::DateTime<Utc>| at.with_timezone(&zone).format("%H:%M").to_string();
    let opens = clock(soon.starts() - chrono::Duration::minutes(5));
    let (ben, mia) = (clock(soon.starts()), clock(far.starts()));
    desktop.import(&[far, soon]).await.unwrap();
    says(&item, |labels| labels.contains(&format!("{ben} Ben, in"))).await;
    let menu = item.menu().await.unwrap();
    let join = menu.iter().find(|entry| entry.label == format!("Opens {opens}"));
    assert!(join.is_some_and(|entry| !entry.enabled), "{menu:#?}");
    assert!(menu.iter().any(|entry| entry.label == format!("{mia} Mia")), "{menu:#?}");

    // Hidden, it still rings, and the tray's own Join opens the meeting.
    let window = app.window_id().await.unwrap();
    desktop.input().focus(window).await.unwrap();
    desktop.input().keys(&["alt+F4"]).await.unwrap();
    wait::until_true("the window to hide", SOON, async || {
        Ok(desktop.input().windows("First Bell").await?.is_empty())
    })
    .await
    .unwrap();
    desktop.notifications.wait_for(1, BELL).await.unwrap();
    says(&item, |labels| labels.contains("|Join|")).await;
    item.press("Join").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);

    item.press("Hide names").await.unwrap();
    says(&item, |labels| !labels.contains("Ben") && !labels.contains("Mia")).await;
    assert!(!item.tool_tip().await.unwrap().title.contains("Ben"));
    item.press("Hide names").await.unwrap();
    says(&item, |labels| labels.contains("Ben")).await;

    item.activate().await.unwrap();
    desktop.input().wait_for_window("First Bell", SOON).await.unwrap();
    page.says("article.card", "Join again").await.unwrap();

    // A bell is left today (Mia's), so quitting asks.
    let pid = app.pid().unwrap();
    item.press("Quit First Bell").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), format!("Your {mia} bell won’t ring."));
    page.press("Keep running").await.unwrap();
    page.no_dialog().await.unwrap();
    item.press("Quit First Bell").await.unwrap();
    page.dialog().await.unwrap();
    // The driver loses its window with this press.
    let _ = page.press("Quit").await;
    wait::until_true("First Bell to end", SOON, async || Ok(!runs(pid))).await.unwrap();
}

#[tokio::test]
async fn started_hidden_there_is_a_tray_and_a_bell_and_no_window() {
    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    desktop.settled().await.unwrap();
    let app = App::plan().arg("--hidden").start(&desktop).unwrap();
    let item = desktop.tray.as_ref().unwrap().wait_for_item(SOON).await.unwrap();
    desktop.import(&[rings_in(4)]).await.unwrap();
    let ring = desktop.notifications.wait_for(1, BELL).await.unwrap().remove(0);
    assert!(desktop.input().windows("First Bell").await.unwrap().is_empty());
    // A click on the bell makes the window, at the session.
    desktop.notifications.press(ring.id, "default").await.unwrap();
    desktop.input().wait_for_window("First Bell", SOON).await.unwrap();
    drop(item);
    app.terminate().await.unwrap();
}

#[tokio::test]
async fn without_a_tray_closing_minimises_and_says_why() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let window = app.window_id().await.unwrap();
    desktop.input().focus(window).await.unwrap();
    desktop.input().keys(&["alt+F4"]).await.unwrap();
    let said = desktop.notifications.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!(said.summary, "First Bell keeps running");
    assert!(said.body.contains("no tray") && said.label("snooze").is_none(), "{said:?}");
    let state = async || desktop.run("xprop", &["-id", &window.to_string(), "WM_STATE"]).await;
    wait::until_true("the window to be minimised", SOON, async || Ok(state().await?.contains("Iconic")))
        .await
        .unwrap();
    // And the bell rings on.
    desktop.import(&[Lesson::starting_in(200, Utc::now()).title("Algebra with Ben")]).await.unwrap();
    desktop.notifications.wait_for(2, SOON).await.unwrap();
}

/// Waits until the menu's labels, each between two bars, are as wanted.
async fn says(item: &TrayItem, wanted: impl Fn(&str) -> bool) {
    wait::until_true("the tray to say so", BELL, async || {
        let menu = item.menu().await?;
        let labels: Vec<&str> =
            menu.iter().filter(|entry| is_usable(entry)).map(|entry| entry.label.as_str()).collect();
        let labels = format!("|{}|", labels.join("|"));
        anyhow::ensure!(wanted(&labels), "it says {labels}");
        Ok(true)
    })
    .await
    .unwrap();
}

fn is_usable(entry: &MenuEntry) -> bool {
    entry.visible && !entry.separator
}
