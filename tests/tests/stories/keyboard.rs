//! Everything by keyboard, with real keys (look.md, "Keys").

use chrono::Utc;
use firstbell_tests::kit::calendar::{self, Lesson, MEET_LINK};
use firstbell_tests::kit::people::{student_ben, student_dan};
use firstbell_tests::kit::{Desktop, wait};

use super::scene::{SOON, start};

const ZOOM_LINK: &str = "https://zoom.us/j/93412345678";

#[tokio::test]
async fn places_rows_and_dialogs_are_reached_by_keys_and_give_the_focus_back() {
    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    desktop.settled().await.unwrap();
    let lessons = desktop.arrange().await.unwrap();
    lessons
        .add(student_ben(), "Algebra", Utc::now() + chrono::Duration::minutes(3), |draft| draft)
        .await
        .unwrap();
    let mia = Utc::now() + chrono::Duration::minutes(150);
    lessons
        .add(student_dan(), "Physics", mia, |draft| firstbell_core::draft::Draft {
            link: ZOOM_LINK.into(),
            ..draft
        })
        .await
        .unwrap();
    lessons.done().await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    let input = desktop.input();
    let window = app.window_id().await.unwrap();
    input.focus(window).await.unwrap();
    let keys = async |keys: &[&str]| input.keys(keys).await.unwrap();

    keys(&["ctrl+j"]).await;
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    page.says("article.card", "Join again").await.unwrap();

    keys(&["ctrl+2"]).await;
    page.says("nav [aria-current=page]", "Week").await.unwrap();
    keys(&["ctrl+3"]).await;
    page.says("main h1", "People").await.unwrap();
    keys(&["ctrl+comma"]).await;
    page.says("main h1", "Settings").await.unwrap();
    keys(&["alt+Left"]).await;
    page.says("main h1", "People").await.unwrap();
    keys(&["ctrl+1"]).await;
    page.says("nav [aria-current=page]", "Today").await.unwrap();

    // Down to the card, down to Dan's row, and into it.
    keys(&["Down"]).await;
    page.has_focus("View session").await.unwrap();
    keys(&["Down"]).await;
    page.has_focus("View session, Dan").await.unwrap();
    keys(&["Return"]).await;
    page.says("main h1", "Dan, Physics").await.unwrap();
    page.has_focus("Dan, Physics").await.unwrap();
    keys(&["Escape"]).await;
    page.has_focus("View session, Dan").await.unwrap();
    keys(&["Return"]).await;
    page.says("main h1", "Dan, Physics").await.unwrap();
    keys(&["alt+Left"]).await;
    page.has_focus("View session, Dan").await.unwrap();

    // On the row: copy, move, join (which is not open there yet, and says when it is).
    keys(&["l"]).await;
    page.shows("Link copied.").await.unwrap();
    wait::until_true("the link to be copied", SOON, async || Ok(desktop.copied().await? == ZOOM_LINK))
        .await
        .unwrap();
    keys(&["m"]).await;
    assert_eq!(page.dialog().await.unwrap(), "Move Dan, Physics");
    page.has_focus("Date").await.unwrap();
    keys(&["Escape"]).await;
    page.no_dialog().await.unwrap();
    page.has_focus("View session, Dan").await.unwrap();
    keys(&["j"]).await;
    page.shows("Join opens at").await.unwrap();
    keys(&["Up"]).await;
    page.has_focus("View session").await.unwrap();
    // Within a second of the first opening it would be one press with it.
    wait::until_true("it to open again", SOON, async || {
        keys(&["j"]).await;
        Ok(desktop.opener.opened()?.len() == 2)
    })
    .await
    .unwrap();

    keys(&["F1"]).await;
    assert_eq!(page.dialog().await.unwrap(), "Keys");
    keys(&["Escape"]).await;
    page.no_dialog().await.unwrap();
    page.has_focus("View session").await.unwrap();

    keys(&["ctrl+f"]).await;
    assert_eq!(page.dialog().await.unwrap(), "Search");
    page.has_focus("Name, subject or words").await.unwrap();
    input.text("phys").await.unwrap();
    page.says("dialog .results", "Dan, Physics").await.unwrap();
    keys(&["Down"]).await;
    page.has_focus("View session, Dan").await.unwrap();
    keys(&["Return"]).await;
    page.no_dialog().await.unwrap();
    page.says("main h1", "Dan, Physics").await.unwrap();
    keys(&["ctrl+1"]).await;

    // The menu: open it, walk it, leave it.
    page.press("View session").await.unwrap();
    page.says("main h1", "Ben, Algebra").await.unwrap();
    keys(&["Escape"]).await;
    keys(&["Tab"]).await;
    page.has_focus("More about Ben").await.unwrap();
    keys(&["Return"]).await;
    page.has_focus("Copy link").await.unwrap();
    keys(&["Down", "Escape"]).await;
    page.has_focus("More about Ben").await.unwrap();

    keys(&["ctrl+i"]).await;
    let chooser = input.wait_for_window("open|choose|select", SOON).await.unwrap();
    input.focus(chooser).await.unwrap();
    keys(&["Escape"]).await;
    wait::until_true("the file dialog to close", SOON, async || {
        Ok(input.windows("open|choose|select").await?.is_empty())
    })
    .await
    .unwrap();
    input.focus(window).await.unwrap();

    keys(&["ctrl+q"]).await;
    assert!(page.dialog().await.unwrap().ends_with("bell won’t ring."));
    page.has_focus("Keep running").await.unwrap();
    keys(&["Return"]).await;
    page.no_dialog().await.unwrap();
    keys(&["ctrl+w"]).await;
    wait::until_true("the window to hide", SOON, async || Ok(input.windows("First Bell").await?.is_empty()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_session_is_added_and_an_invitation_pasted_by_keyboard_alone() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    let input = desktop.input();
    input.focus(app.window_id().await.unwrap()).await.unwrap();

    input.keys(&["ctrl+n"]).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add a session");
    page.has_focus("Who").await.unwrap();
    input.text("Mia").await.unwrap();
    input.keys(&["Tab"]).await.unwrap();
    page.has_focus("What").await.unwrap();
    input.text("Physics").await.unwrap();
    let link = page.field("Link").await.unwrap().attr("id").await.unwrap().unwrap();
    for _ in 0..12 {
        if page.script("return document.activeElement.id", Vec::new()).await.unwrap() == link.as_str() {
            break;
        }
        input.keys(&["Tab"]).await.unwrap();
    }
    page.has_focus("Link").await.unwrap();
    input.text(ZOOM_LINK).await.unwrap();
    page.shows("A Zoom link").await.unwrap();
    input.keys(&["Return"]).await.unwrap();
    page.no_dialog().await.unwrap();
    let agenda = desktop.agenda().await.unwrap();
    assert_eq!(agenda.len(), 1);
    assert_eq!(
        (agenda[0]["title"].as_str(), agenda[0]["join_url"].as_str()),
        (Some("Physics with Mia"), Some(ZOOM_LINK))
    );

    // A link alone becomes the form with the link in it.
    desktop.copy(MEET_LINK).await.unwrap();
    input.keys(&["ctrl+v"]).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add a session");
    let typed = page.field("Link").await.unwrap().prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some(MEET_LINK));
    input.keys(&["Escape"]).await.unwrap();
    page.no_dialog().await.unwrap();

    // An invitation becomes the question what to take from it.
    let invitation = Lesson::starting_in(86_400, Utc::now()).title("Algebra with Ben");
    desktop.copy(&calendar::calendar(&[invitation])).await.unwrap();
    input.keys(&["ctrl+v"]).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add 1 session?");
    page.has_focus("Add 1 session").await.unwrap();
    input.keys(&["Return"]).await.unwrap();
    page.no_dialog().await.unwrap();
    page.shows("Ben, Algebra").await.unwrap();

    // Anything else is said to be neither.
    desktop.copy("see you tomorrow").await.unwrap();
    input.keys(&["ctrl+v"]).await.unwrap();
    page.shows("That is neither an invitation nor a link.").await.unwrap();
}
