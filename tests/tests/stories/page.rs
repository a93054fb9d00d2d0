//! The window's page itself: how it gets what it shows, and a list that is longer than the window.

use chrono::Utc;
use firstbell_tests::kit::calendar::Lesson;
use firstbell_tests::kit::{Desktop, Page, wait};
use serde_json::{Value, json};

use super::scene::{SOON, start};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

async fn becomes(page: &Page<'_>, what: &str, script: &str, wanted: Value) {
    wait::until_true(what, SOON, async || Ok(page.script(script, Vec::new()).await? == wanted))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_page_that_is_loaded_again_asks_for_what_it_shows_and_answers() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    desktop.import(&[Lesson::starting_in(HOUR, Utc::now())]).await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Algebra").await.unwrap();
    page.script("location.reload();", Vec::new()).await.unwrap();
    let again = "return performance.getEntriesByType('navigation')[0]?.type === 'reload' \
                 && document.querySelector('article.card')?.innerText.includes('Algebra');";
    becomes(&page, "the page to be there again", again, json!(true)).await;
    page.press("Week").await.unwrap();
    page.says("nav [aria-current=page]", "Week").await.unwrap();
}

#[tokio::test]
async fn a_list_of_weeks_is_walked_by_keys_to_its_end_and_comes_back_to_its_row() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let now = Utc::now();
    let lessons: Vec<Lesson> = (1..=30)
        .flat_map(|day| [0, 1, 2, 3, 4, 5].map(|hour| (day, hour)))
        .map(|(day, hour)| {
            Lesson::starting_in(day * DAY + hour * HOUR, now)
                .uid(&format!("{day}-{hour}@story.example"))
                .title(&format!("Lesson {day}.{hour}"))
                .students(&[])
        })
        .collect();
    desktop.import(&lessons).await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    let input = desktop.input();
    input.focus(app.window_id().await.unwrap()).await.unwrap();
    let keys = async |keys: &[&str]| input.keys(keys).await.unwrap();
    let rows = "return document.querySelectorAll('.day .row').length;";

    // The first days come with the page; the fortnight, when their end comes near. The first lesson has the card.
    becomes(&page, "the first days", rows, json!(2 * 6 - 1)).await;
    page.script("scrollTo(0, document.documentElement.scrollHeight);", Vec::new()).await.unwrap();
    becomes(&page, "the fortnight", rows, json!(14 * 6 - 1)).await;
    page.press("Show later sessions").await.unwrap();
    becomes(&page, "the weeks after it", rows, json!(30 * 6 - 1)).await;

    // Up from nowhere goes to the last row.
    page.script("document.activeElement.blur(); scrollTo(0, 0);", Vec::new()).await.unwrap();
    keys(&["Up"]).await;
    page.has_focus("View session, Lesson 30.5").await.unwrap();
    let in_sight = "const box = document.activeElement.getBoundingClientRect(); \
                    return box.top >= 48 && box.bottom <= innerHeight;";
    becomes(&page, "the last row in sight", in_sight, json!(true)).await;
    keys(&["Up", "Up"]).await;
    page.has_focus("View session, Lesson 30.3").await.unwrap();
    keys(&["Return"]).await;
    page.says("main h1", "Lesson 30.3").await.unwrap();
    keys(&["alt+Left"]).await;
    page.has_focus("View session, Lesson 30.3").await.unwrap();
    becomes(&page, "its row in sight again", in_sight, json!(true)).await;
    keys(&["Down"]).await;
    page.has_focus("View session, Lesson 30.4").await.unwrap();
}
