//! Where no notification service answers, First Bell's own small window is the bell.

use chrono::Utc;
use firstbell_tests::kit::calendar::{Lesson, MEET_LINK};
use firstbell_tests::kit::{App, Desktop, wait};

use super::scene::{SOON, settled};

const WIDTH: i32 = 360;

#[tokio::test]
async fn join_in_the_own_window_opens_the_link_and_a_service_that_comes_takes_over() {
    let desktop = without_notifications().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let own = rings_in_own_window(&app, &desktop, "Algebra with Ben", 200).await;
    assert!(page.words().await.unwrap().contains("Ben"), "the list is there behind it");
    // It takes no focus by itself: what is typed goes on where it went.
    let active = desktop.run("xdotool", &["getactivewindow"]).await.unwrap();
    assert_ne!(active.trim(), own.to_string());

    press(&desktop, own, &["Tab", "Return"]).await;
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    page.says("article.card", "Join again").await.unwrap();
    is_gone(&app, &desktop).await;

    desktop.notifications.start().await.unwrap();
    desktop.import(&[Lesson::starting_in(210, Utc::now()).title("Physics with Mia")]).await.unwrap();
    let ring = desktop.notifications.wait_for(1, SOON).await.unwrap().remove(0);
    assert!(ring.summary.starts_with("Next session in "), "nameless while Ben's runs: {}", ring.summary);
    is_gone(&app, &desktop).await;
}

#[tokio::test]
async fn a_ring_that_is_waved_away_or_put_off_leaves_the_own_window_closed_until_it_is_due() {
    let desktop = without_notifications().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let own = rings_in_own_window(&app, &desktop, "Algebra with Ben", 240).await;
    press(&desktop, own, &["Escape"]).await;
    is_gone(&app, &desktop).await;
    assert!(desktop.opener.calls().unwrap().is_empty());

    // The next one is put off, and comes again one minute before its start.
    let own = rings_in_own_window(&app, &desktop, "Physics with Mia", 75).await;
    press(&desktop, own, &["Tab", "Tab", "Return"]).await;
    is_gone(&app, &desktop).await;
    app.other_window(WIDTH).await.unwrap();
    assert!(page.words().await.unwrap().contains("Mia"));
}

#[tokio::test]
async fn two_quick_clicks_on_its_join_open_once() {
    let desktop = without_notifications().await;
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let own = rings_in_own_window(&app, &desktop, "Algebra with Ben", 200).await;
    let place = desktop.input().place_of(own).await.unwrap();
    let join = app
        .in_other("const at = document.querySelector('.join').getBoundingClientRect(); return [at.x, at.y];");
    let join: [f64; 2] = serde_json::from_value(join.await.unwrap()).unwrap();
    let at = (place.x + join[0] as i32 + 20, place.y + join[1] as i32 + 20);
    desktop.input().double_click(at).await.unwrap();
    desktop.opener.wait_for_opened(1, SOON).await.unwrap();
    is_gone(&app, &desktop).await;
    page.says("article.card", "Join again").await.unwrap();
    // Ctrl+J is heard after whatever the second click has done.
    desktop.input().focus(app.window_id().await.unwrap()).await.unwrap();
    wait::until_true("it to open again", SOON, async || {
        desktop.input().keys(&["ctrl+j"]).await?;
        Ok(desktop.opener.opened()?.len() > 1)
    })
    .await
    .unwrap();
    assert_eq!(desktop.opener.opened().unwrap(), [vec![MEET_LINK], vec![MEET_LINK]]);
}

async fn without_notifications() -> Desktop {
    Desktop::plan().around_noon().without_notifications().start().await.unwrap()
}

/// Keys in the small window.
async fn press(desktop: &Desktop, own: u64, keys: &[&str]) {
    desktop.input().focus(own).await.unwrap();
    desktop.input().keys(keys).await.unwrap();
}

/// The small window that rings for a lesson in so many seconds, once it shows its ring: before, it hears no key.
async fn rings_in_own_window(app: &App<'_>, desktop: &Desktop, title: &str, seconds: i64) -> u64 {
    desktop.import(&[Lesson::starting_in(seconds, Utc::now()).title(title)]).await.unwrap();
    let own = app.other_window(WIDTH).await.unwrap();
    wait::until_true("the ring to be painted", SOON, async || {
        let colours = ["-window", &own.to_string(), "-format", "%k", "info:"];
        Ok(desktop.run("import", &colours).await?.trim().parse::<u32>()? > 8)
    })
    .await
    .unwrap();
    own
}

/// Waits until no small window is there.
async fn is_gone(app: &App<'_>, desktop: &Desktop) {
    let main = app.window_id().await.unwrap();
    wait::until_true("the own window to close", SOON, async || {
        for id in desktop.input().windows(".").await? {
            if id != main && desktop.input().place_of(id).await.is_ok_and(|place| place.width == WIDTH) {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .await
    .unwrap();
}
