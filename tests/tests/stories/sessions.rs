//! Sessions by hand: add, edit, move, cancel, bring back, mark, write; seen in the window, by `bell`, and
//! after a restart.

use chrono::Utc;
use firstbell_tests::kit::people::{student_ben, student_dan};
use firstbell_tests::kit::{Desktop, Page, wait};
use serde_json::Value;

use super::scene::{SOON, settled, start};

const MEET: &str = "https://meet.google.com/xyz-abcd-efg";

#[tokio::test]
async fn a_session_is_added_changed_moved_cancelled_and_brought_back() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let day = (Utc::now().with_timezone(&desktop.zone()) + chrono::Duration::days(2)).date_naive();

    // Faults stand beside their fields, and what was typed stays.
    page.press("Add").await.unwrap();
    page.dialog().await.unwrap();
    page.fill("Date", &day.to_string()).await.unwrap();
    page.fill("Link", "http://meet.google.com/xyz-abcd-efg").await.unwrap();
    page.press("Add a session").await.unwrap();
    page.says("#f-subject-fault, #f-person-fault", "Say who it is with").await.unwrap();
    page.says("#f-link-fault", "Only links that begin with https:// can be joined.").await.unwrap();
    assert_eq!(value(&page, "Link").await, "http://meet.google.com/xyz-abcd-efg");
    assert_eq!(app.axe().await.unwrap(), []);
    page.fill("Link", "https://ada:secret@meet.google.com/xyz-abcd-efg").await.unwrap();
    page.press("Add a session").await.unwrap();
    page.says("#f-link-fault", "carries a user name").await.unwrap();

    page.fill("Who", "Ben").await.unwrap();
    page.fill("What", "Algebra").await.unwrap();
    fill_time(&page, "16:00").await;
    page.fill("Link", MEET).await.unwrap();
    page.shows("A Google Meet link").await.unwrap();
    page.press("Add a session").await.unwrap();
    page.no_dialog().await.unwrap();
    let added = only(&desktop).await;
    assert_eq!(added["title"], "Algebra with Ben");
    assert_eq!(added["join_url"], MEET);
    let start_of = |session: &Value| session["start"].as_str().unwrap().to_owned();
    assert!(start_of(&added).starts_with(&format!("{day}T16:00:00")), "{added}");

    // An overlap is warned of before it is saved, not forbidden.
    page.press("Add").await.unwrap();
    page.fill("Who", "Mia").await.unwrap();
    page.fill("Date", &day.to_string()).await.unwrap();
    fill_time(&page, "16:30").await;
    page.shows("Overlaps with Ben").await.unwrap();
    page.press("Cancel").await.unwrap();
    page.no_dialog().await.unwrap();

    // Edit.
    page.press("View session").await.unwrap();
    page.says("main h1", "Ben, Algebra").await.unwrap();
    page.press("Edit").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Edit Ben, Algebra");
    page.fill("What", "Geometry").await.unwrap();
    page.press("Save").await.unwrap();
    page.no_dialog().await.unwrap();
    page.says("main h1", "Ben, Geometry").await.unwrap();
    assert_eq!(only(&desktop).await["title"], "Geometry with Ben");

    // Move.
    page.press("Move").await.unwrap();
    fill_time(&page, "17:30").await;
    page.press("Move").await.unwrap();
    page.no_dialog().await.unwrap();
    page.says("main .clocks", "17:30").await.unwrap();
    page.shows("Moved from").await.unwrap();
    assert!(start_of(&only(&desktop).await).starts_with(&format!("{day}T17:30:00")));

    // Cancel, and bring back.
    page.press("Cancel session").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Cancel this session?");
    page.has_focus("Keep it").await.unwrap();
    page.press("Cancel session").await.unwrap();
    page.no_dialog().await.unwrap();
    page.shows("Cancelled by you").await.unwrap();
    assert_eq!(only(&desktop).await["status"], "CANCELLED");
    page.press("Restore session").await.unwrap();
    page.shows("Brought back").await.unwrap();
    assert_eq!(only(&desktop).await["status"], "SCHEDULED");

    app.terminate().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Ben, Geometry").await.unwrap();
    page.says("article.card", "17:30").await.unwrap();
}

#[tokio::test]
async fn homework_and_notes_are_kept_and_a_past_session_is_marked() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let lessons = desktop.arrange().await.unwrap();
    let hours = chrono::Duration::hours;
    lessons.add(student_dan(), "Physics", Utc::now() - hours(26), |draft| draft).await.unwrap();
    lessons.add(student_ben(), "Algebra", Utc::now() + hours(2), |draft| draft).await.unwrap();
    lessons.done().await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();

    page.press("View session").await.unwrap();
    page.says("main h1", "Ben, Algebra").await.unwrap();
    page.press("Edit homework and plan").await.unwrap();
    page.fill("Homework", "Fractions, sheet 4").await.unwrap();
    page.fill("Plan", "Quadratic equations").await.unwrap();
    // Leaving the page loses nothing that is being written.
    page.press("Week").await.unwrap();
    page.press("Today").await.unwrap();
    page.press("View session").await.unwrap();
    assert_eq!(value(&page, "Homework").await, "Fractions, sheet 4");
    page.press("Save").await.unwrap();
    page.says(".written", "Fractions, sheet 4").await.unwrap();
    page.press("Edit notes").await.unwrap();
    page.fill("Notes", "Needs more time with signs").await.unwrap();
    page.press("Save").await.unwrap();
    page.says(".note .written", "Needs more time").await.unwrap();
    page.press("Today").await.unwrap();
    page.says("article.card", "Homework: Fractions, sheet 4").await.unwrap();

    page.press("Show past sessions").await.unwrap();
    page.says(".past-days", "Dan, Physics").await.unwrap();
    let row = page.find(".past-days [data-view]").await.unwrap();
    row.click().await.unwrap();
    page.says("main h1", "Dan, Physics").await.unwrap();
    page.press("It was held").await.unwrap();
    page.shows("Marked as held").await.unwrap();
    let status = async || {
        let agenda = desktop.agenda().await?;
        let dan = agenda.iter().find(|session| session["title"] == "Physics with Dan");
        anyhow::Ok(dan.and_then(|session| session["status"].as_str()).map(str::to_owned))
    };
    let becomes = async |wanted: &str| {
        wait::until_true("the mark", SOON, async || Ok(status().await?.as_deref() == Some(wanted)))
            .await
            .unwrap();
    };
    becomes("COMPLETED").await;
    page.press("Undo").await.unwrap();
    becomes("SCHEDULED").await;
    page.press("Dan didn’t come").await.unwrap();
    becomes("NO_SHOW_STUDENT").await;

    app.terminate().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.press("View session").await.unwrap();
    page.shows("Quadratic equations").await.unwrap();
    page.shows("Needs more time with signs").await.unwrap();
}

async fn only(desktop: &Desktop) -> Value {
    let agenda = desktop.agenda().await.unwrap();
    assert_eq!(agenda.len(), 1, "{agenda:#?}");
    agenda.into_iter().next().unwrap()
}

async fn value(page: &Page<'_>, label: &str) -> String {
    page.field(label).await.unwrap().prop("value").await.unwrap().unwrap_or_default()
}

/// The field's label names the place of its clock.
async fn fill_time(page: &Page<'_>, time: &str) {
    page.find("#f-time").await.unwrap();
    let script = "return said(document.querySelector('label[for=f-time]').textContent)";
    let label = page.script(script, Vec::new()).await.unwrap();
    page.fill(label.as_str().unwrap(), time).await.unwrap();
}
