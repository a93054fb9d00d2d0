//! The first run, and starts that do not go as usual.

use chrono::Utc;
use firstbell_tests::kit::calendar::Lesson;
use firstbell_tests::kit::{App, Desktop, wait};

use super::scene::{SOON, settled, start};

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

#[tokio::test]
async fn a_damaged_store_is_kept_aside_and_said() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let database = desktop.data_dir().join("this-computer.sqlite3");
    let damage = b"this was a database once".repeat(400);
    std::fs::write(&database, &damage).unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("h1", "First Bell can only ring").await.unwrap();
    page.shows("The file with your sessions was damaged. It is kept as").await.unwrap();
    let kept = std::fs::read_dir(desktop.data_dir()).unwrap().flatten().map(|entry| entry.path());
    let kept = kept.filter(|path| std::fs::read(path).is_ok_and(|bytes| bytes == damage)).count();
    assert_eq!(kept, 1, "the damaged file is there still");
    desktop.import(&[Lesson::starting_in(7200, Utc::now()).title("Algebra with Ben")]).await.unwrap();
    assert_eq!(desktop.agenda().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_store_of_a_newer_first_bell_is_left_alone() {
    let desktop = Desktop::start().await.unwrap();
    desktop.settled().await.unwrap();
    let database = desktop.data_dir().join("this-computer.sqlite3");
    let script = "import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute('INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)'
              \" VALUES (99990101000000, 'to come', '9999-01-01', 1, x'00', 0)\")
store.commit()";
    desktop.run("/usr/bin/python3", &["-c", script, database.to_str().unwrap()]).await.unwrap();
    let app = App::plan().start(&desktop).unwrap();
    let end = app.wait_for_end(SOON).await.unwrap();
    assert_eq!(end.code(), Some(1));
    assert!(app.log().contains("saved by a newer First Bell"), "{}", app.log());
}

#[tokio::test]
async fn another_data_folder_is_another_first_bell() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let folder = desktop.root().join("other-data");
    let other = App::plan().data_dir(&folder).start_with_driver(&desktop).await.unwrap();
    other.page().unwrap().says("h1", "First Bell can only ring while it runs.").await.unwrap();
    assert_ne!(app.pid().unwrap(), other.pid().unwrap());
    app.page().unwrap().shows("No sessions yet.").await.unwrap();
}

#[tokio::test]
async fn a_second_start_brings_the_window_up_and_hands_its_file_over() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let input = desktop.input();
    let window = app.window_id().await.unwrap();
    // Without a tray it could not be found again if it were hidden.
    input.focus(window).await.unwrap();
    input.keys(&["ctrl+w"]).await.unwrap();
    let said = desktop.notifications.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!(said.summary, "First Bell keeps running");
    assert!(said.body.contains("no tray") && said.actions.iter().all(|(key, _)| key != "snooze"), "{said:?}");
    wait::until_true("the window to be minimised", SOON, async || Ok(is_minimised(&desktop, window).await))
        .await
        .unwrap();

    let again = App::plan().start(&desktop).unwrap();
    assert!(again.wait_for_end(SOON).await.unwrap().success());
    wait::until_true("the window to come up", SOON, async || Ok(!is_minimised(&desktop, window).await))
        .await
        .unwrap();

    let file = desktop.home().join("term.ics");
    let lesson = Lesson::starting_in(7200, Utc::now()).title("Algebra with Ben");
    firstbell_tests::kit::calendar::write(&file, &[lesson]).unwrap();
    // By a path of the folder it is started in, as file managers and shells do.
    let with_file = App::plan().arg("term.ics").start(&desktop).unwrap();
    assert!(with_file.wait_for_end(SOON).await.unwrap().success());
    assert_eq!(page.dialog().await.unwrap(), "Add 1 session?");
    page.shows("term.ics").await.unwrap();
    page.press("Cancel").await.unwrap();
    page.no_dialog().await.unwrap();
    assert!(desktop.agenda().await.unwrap().is_empty());

    // A broken one is refused whole, with its line.
    std::fs::write(
        desktop.home().join("broken.ics"),
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n",
    )
    .unwrap();
    App::plan().arg("broken.ics").start(&desktop).unwrap().wait_for_end(SOON).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "This file can’t be read");
    page.shows("broken at line").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
}

async fn is_minimised(desktop: &Desktop, window: u64) -> bool {
    let state = desktop.run("xprop", &["-id", &window.to_string(), "WM_STATE"]).await.unwrap_or_default();
    state.contains("Iconic")
}
