//! Starts that are not as usual: a damaged file, and First Bell started again.

use std::time::Duration;

use firstbell_tests::kit::calendar::{self, Lesson};
use firstbell_tests::kit::{App, Desktop, wait};

use super::scene::{SOON, settled, start};

#[tokio::test]
async fn a_damaged_file_is_kept_aside_and_the_window_says_as_what() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let database = desktop.database();
    let damaged = "This was a database once. ".repeat(400);
    std::fs::write(&database, &damaged).unwrap();

    let app = start(&desktop).await;
    let page = app.page().unwrap();
    let kept = desktop.data_dir().join("this-computer.sqlite3.damaged-1");
    let sentence = "The file with your sessions was damaged. It is kept as";
    page.shows(&format!("{sentence} {}; First Bell starts afresh.", kept.display())).await.unwrap();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), damaged);
    app.terminate().await.unwrap();

    // Afresh means that it works, and that the next start has nothing to say.
    desktop.settled().await.unwrap();
    desktop.import(&[Lesson::starting_in(3600, chrono::Utc::now())]).await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Algebra").await.unwrap();
    assert!(!page.words().await.unwrap().contains("damaged"));
}

#[tokio::test]
async fn a_file_opened_while_first_bell_runs_is_offered_in_its_window() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    calendar::write(&desktop.home().join("lessons.ics"), &[Lesson::starting_in(7200, chrono::Utc::now())])
        .unwrap();
    // As it is named where it was started: relative to the folder there.
    let second = App::plan().arg("lessons.ics").start(&desktop).unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add 1 session?");
    page.shows("lessons.ics").await.unwrap();
    assert!(second.wait_for_end(SOON).await.unwrap().success(), "{}", second.log());
    page.press("Add 1 session").await.unwrap();
    page.says("article.card", "Algebra").await.unwrap();

    // And one that cannot be read says so.
    let third = App::plan().arg("gone.ics").start(&desktop).unwrap();
    page.shows("gone.ics couldn’t be read.").await.unwrap();
    assert!(third.wait_for_end(SOON).await.unwrap().success());
}

#[tokio::test]
async fn a_second_start_brings_the_window_up_and_another_folder_runs_beside() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let window = app.window_id().await.unwrap();
    desktop.input().focus(window).await.unwrap();
    desktop.input().keys(&["ctrl+w"]).await.unwrap();
    let minimised = async || {
        let state = desktop.run("xprop", &["-id", &window.to_string(), "WM_STATE"]).await?;
        Ok(state.contains("Iconic"))
    };
    wait::until_true("the window to go", SOON, minimised).await.unwrap();

    let second = App::plan().start(&desktop).unwrap();
    assert!(second.wait_for_end(SOON).await.unwrap().success(), "{}", second.log());
    wait::until_true("the window to come up", SOON, async || Ok(!minimised().await?)).await.unwrap();
    let active = async || {
        let active = desktop.run("xdotool", &["getactivewindow"]).await?;
        Ok(active.trim() == window.to_string())
    };
    wait::until_true("the window to have the keys", SOON, active).await.unwrap();

    let beside = App::plan().data_dir(desktop.root().join("other-data")).start(&desktop).unwrap();
    let other = beside.window_id().await.unwrap();
    assert_ne!(other, window);
    assert!(beside.wait_for_end(Duration::ZERO).await.is_err(), "it stays");
    app.page().unwrap().shows("No sessions yet.").await.unwrap();
}
