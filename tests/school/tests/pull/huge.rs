//! One transaction of 20,000 rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::scene::Scene;

const ROWS: usize = 20_000;
const PAGE: usize = 500;

#[tokio::test]
async fn a_huge_transaction_comes_in_pages_with_others_writing_between_them() {
    let mut scene = Scene::set().await;
    let asked = scene.cast.ask("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let ben = scene.who("student_ben");
    let mut mirror = scene.mirror("student_ben").await;
    scene
        .by_hand(&format!(
            "insert into public.booking_messages (booking_id, tutor_id, student_id, side, author_account_id, body)
             select b.id, b.tutor_id, b.student_id, 'student', b.asked_by, 'line ' || nth
             from public.bookings b, generate_series(1, {ROWS}) as nth"
        ))
        .await;
    let mut pages = 0;
    let mut times_told: BTreeMap<String, usize> = BTreeMap::new();
    loop {
        let page = mirror.page(&scene.line, PAGE).await.unwrap();
        pages += 1;
        for change in page.changes {
            *times_told.entry(change.id).or_default() += 1;
        }
        if !page.more {
            break;
        }
        if pages <= 38 {
            // A line that has come, and one that has yet to come, are written anew; and somebody says something.
            let rewritten = format!(
                "update public.booking_messages set body = body || ' again' where body in ('line {}', 'line {}')",
                pages * PAGE - 100,
                pages * PAGE + 250
            );
            scene.by_hand(&rewritten).await;
            let said = json!({"booking": asked["id"], "body": format!("after page {pages}")});
            scene.line.call(ben, "add_message", &said).await.unwrap();
        }
    }
    assert!((40..=41).contains(&pages), "what comes after it began waits for the next pass: {pages} pages");
    assert!(times_told.values().all(|times| *times == 1), "nothing comes twice in a pass");
    // The lines that were rewritten before they came have left their place in it.
    assert_eq!(times_told.len(), ROWS - 38);
    let told = scene.catches_up(&mut mirror).await;
    assert_eq!(told.len(), 3 * 38, "two lines and a message a page");
    assert_eq!(mirror.ids("booking_messages").len(), ROWS + 38);
    scene.is_still(&mut mirror).await;
}
