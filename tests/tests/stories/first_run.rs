//! The first run.

use firstbell_tests::kit::Desktop;

use super::scene::{SOON, start};

#[tokio::test]
async fn the_first_run_sets_autostart_shows_the_bell_and_does_not_come_again() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("h1", "First Bell can only ring while it runs.").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    page.press("Start with this computer").await.unwrap();
    page.says("h1", "Hear it once.").await.unwrap();
    page.has_focus("Hear it once.").await.unwrap();

    let folder = desktop.root().join("config/autostart");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    let [file] = files.as_slice() else { panic!("one file, not {files:?}") };
    let entry = std::fs::read_to_string(file).unwrap();
    let exec = entry.lines().find(|line| line.starts_with("Exec=")).unwrap();
    assert!(exec.contains("firstbell"), "{exec}");
    assert!(exec.contains("--hidden"), "it waits quietly: {exec}");
    assert!(exec.contains(desktop.data_dir().to_str().unwrap()), "with the same data: {exec}");

    page.press("Ring a test bell").await.unwrap();
    let ring = desktop.notifications.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!(ring.summary, "This is your bell");
    assert!(ring.text_hint("sound-file").is_some());
    page.shows("Did you see it?").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    page.press("No, show me why").await.unwrap();
    page.shows("Do Not Disturb").await.unwrap();
    page.press("Continue").await.unwrap();
    page.shows("No sessions yet.").await.unwrap();
    app.terminate().await.unwrap();

    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.shows("No sessions yet.").await.unwrap();
    page.press("Settings").await.unwrap();
    assert!(page.field("Start with this computer").await.unwrap().is_selected().await.unwrap());
}
