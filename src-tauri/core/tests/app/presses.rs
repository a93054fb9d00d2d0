//! One press, one opening.

use std::sync::Arc;

use chrono::Duration;
use firstbell_core::{app::Opened, draft::Draft, happened::Kind};

use super::desk::{Desk, MEET, OTHER_MEET, kinds, lesson};

fn opened(desk: &Desk) -> Vec<String> {
    desk.browser.opened.lock().unwrap().clone()
}

#[tokio::test]
async fn a_double_click_opens_once_and_is_noted_once() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    for _ in 0..15 {
        assert_eq!(desk.app.join(id, false, false).await.unwrap(), Opened::Yes);
        desk.pass(Duration::milliseconds(30));
    }
    assert_eq!(opened(&desk), [MEET]);
    let noted = kinds(&desk.page(id).await).into_iter().filter(|kind| *kind == Kind::Opened).count();
    assert_eq!(noted, 1);
}

#[tokio::test]
async fn whoever_presses_again_because_no_browser_came_is_not_held() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    for _ in 0..3 {
        desk.app.join(id, false, false).await.unwrap();
        desk.pass(Duration::milliseconds(1000));
    }
    assert_eq!(opened(&desk).len(), 3);
    // One that was said to have failed is tried again at once.
    *desk.browser.is_broken.lock().unwrap() = true;
    assert_eq!(desk.app.join(id, false, false).await.unwrap(), Opened::BrowserFailed);
    *desk.browser.is_broken.lock().unwrap() = false;
    assert_eq!(desk.app.join(id, false, false).await.unwrap(), Opened::Yes);
    assert_eq!(opened(&desk).len(), 4);
}

#[tokio::test]
async fn a_clock_that_is_set_back_holds_nobody() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    desk.app.join(id, false, false).await.unwrap();
    desk.set("2026-11-24T15:56");
    desk.app.join(id, false, false).await.unwrap();
    assert_eq!(opened(&desk).len(), 1, "no time has passed");
    desk.pass(Duration::seconds(2));
    desk.app.join(id, false, false).await.unwrap();
    assert_eq!(opened(&desk).len(), 2);
}

#[tokio::test]
async fn another_lesson_is_another_press() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let ben = desk.add(&lesson("2026-11-24", "16:00")).await;
    let mia = desk.add(&Draft { link: OTHER_MEET.to_owned(), ..lesson("2026-11-24", "16:00") }).await;
    desk.app.join(ben, false, false).await.unwrap();
    desk.app.join(mia, false, false).await.unwrap();
    assert_eq!(opened(&desk), [MEET, OTHER_MEET]);
}

#[tokio::test]
async fn a_question_is_no_opening_and_its_answer_is_given_once() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let link = "https://rooms.example.org/maths".to_owned();
    let id = desk.add(&Draft { link, ..lesson("2026-11-24", "16:00") }).await;
    for _ in 0..2 {
        assert!(matches!(desk.app.join(id, false, false).await.unwrap(), Opened::Ask { .. }));
    }
    for _ in 0..2 {
        assert_eq!(desk.app.join(id, true, false).await.unwrap(), Opened::Yes);
    }
    assert_eq!(opened(&desk).len(), 1);
}

/// A slow computer takes longer to hand the address over than a person takes to press again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn presses_while_it_opens_wait_for_it_and_are_answered_as_it_was() {
    let desk = Arc::new(Desk::at("2026-11-24T15:57").await);
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    *desk.browser.takes.lock().unwrap() = Duration::milliseconds(300);
    for (is_broken, expected) in [(false, Opened::Yes), (true, Opened::BrowserFailed)] {
        *desk.browser.is_broken.lock().unwrap() = is_broken;
        let presses: Vec<_> = (0..4)
            .map(|_| {
                let desk = Arc::clone(&desk);
                tokio::spawn(async move { desk.app.join(id, false, false).await.unwrap() })
            })
            .collect();
        for press in presses {
            assert_eq!(press.await.unwrap(), expected);
        }
        assert_eq!(std::mem::take(&mut *desk.browser.asked.lock().unwrap()), 1);
        desk.pass(Duration::seconds(5));
    }
}
