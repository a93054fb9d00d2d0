//! Starts that go wrong: a store that cannot be opened as it should be, a first copy that hangs, a session bus that
//! is none. The list is there, what is wrong is said in the window, and the bell rings.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use chrono::Utc;
use firstbell_core::health::StoreFault;
use firstbell_core::words::say;
use firstbell_tests::kit::calendar::{Lesson, MEET_LINK};
use firstbell_tests::kit::{App, Desktop, Page, runs, wait};

use super::scene::{BELL, SOON, noon_with, rings_in, start};

/// Five seconds until a copy that does not answer is given up, and a window.
const HUNG: Duration = Duration::from_secs(30);

async fn says(page: &Page<'_>, sentence: &str) {
    page.says("aside", sentence).await.unwrap();
}

async fn says_no_more(page: &Page<'_>, sentence: &str) {
    let strip = async || Ok(!page.text("aside").await?.unwrap_or_default().contains(sentence));
    wait::until_true("the strip to go", HUNG, strip).await.unwrap();
}

/// A second First Bell, once it has found that the first one does not answer.
async fn second_beside_silent(desktop: &Desktop) -> App<'_> {
    let second = App::plan().start_with_driver(desktop).await.unwrap();
    let page = second.page().unwrap();
    wait::until_true("the second window", HUNG, async || {
        Ok(page.text("aside").await?.unwrap_or_default().contains(&say("first-copy-silent", &[])))
    })
    .await
    .unwrap();
    second
}

/// A folder that can only be read for as long as this lives.
struct ReadOnly<'a>(&'a Path);

impl<'a> ReadOnly<'a> {
    fn mount(folder: &'a Path) -> Self {
        for arguments in [&["--bind"][..], &["-o", "remount,bind,ro"]] {
            let mounted = Command::new("mount").args(arguments).args([folder, folder]).status().unwrap();
            assert!(mounted.success(), "mount {arguments:?}");
        }
        Self(folder)
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test]
async fn a_folder_that_can_only_be_read_is_listed_and_rings_and_is_written_once_it_can_be() {
    let desktop = noon_with(&[rings_in(25)]).await;
    let folder = desktop.data_dir();
    let read_only = ReadOnly::mount(&folder);
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Ben").await.unwrap();
    says(&page, &StoreFault::ReadOnly.sentence(true)).await;
    assert_eq!(app.axe().await.unwrap(), []);
    let rings = desktop.notifications.wait_for(1, BELL).await.unwrap();
    assert_eq!(rings[0].summary, "Algebra with Ben in 5 minutes");
    desktop.notifications.press(rings[0].id, "join").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    drop(read_only);
    says_no_more(&page, &StoreFault::ReadOnly.sentence(true)).await;
    // What was done meanwhile is stored.
    page.says("article.card", "Join again").await.unwrap();
    assert_eq!(desktop.notifications.all().len(), 1);
}

#[tokio::test]
async fn what_a_newer_first_bell_has_saved_is_listed_and_rings() {
    let desktop = noon_with(&[rings_in(20)]).await;
    let newer = "base.execute('''INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
                VALUES (29990101000000, 'of a newer First Bell', '2999-01-01', 1, x'00', 0)''')
base.commit()
base.execute('PRAGMA wal_checkpoint(TRUNCATE)')";
    desktop.run_on_database(newer, &[]).await.unwrap();
    let before = std::fs::read(desktop.database()).unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Ben").await.unwrap();
    says(&page, &StoreFault::Newer.sentence(true)).await;
    let rings = desktop.notifications.wait_for(1, BELL).await.unwrap();
    assert_eq!(rings[0].summary, "Algebra with Ben in 5 minutes");
    // A change is refused in words, and nothing is lost.
    page.press("Add").await.unwrap();
    page.fill("Who", "Zoe").await.unwrap();
    page.press("Add a session").await.unwrap();
    page.shows(&say("error-store-read-only", &[])).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add a session");
    assert!(std::fs::read(desktop.database()).unwrap() == before, "not a byte of it has changed");
}

#[tokio::test]
async fn a_store_that_another_program_has_locked_is_said_to_be_and_is_there_as_soon_as_it_can_be() {
    let desktop = noon_with(&[rings_in(40)]).await;
    let locks = "base.execute('PRAGMA locking_mode = EXCLUSIVE')
base.execute('BEGIN EXCLUSIVE')
print('locked', flush=True)
sys.stdout.close()
import time
time.sleep(600)";
    let other = desktop.start_process("other program", &mut desktop.on_database(locks, &[])).unwrap();
    wait::until_true("the lock", SOON, async || Ok(desktop.log("other program").contains("locked")))
        .await
        .unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.shows("Your sessions can’t be read just now.").await.unwrap();
    says(&page, &StoreFault::Busy.sentence(false)).await;
    assert_eq!(app.axe().await.unwrap(), []);
    assert!(!page.words().await.unwrap().contains("No sessions yet"), "nothing is empty by an error");
    desktop.end_process(other).await.unwrap();
    page.says("article.card", "Ben").await.unwrap();
    says_no_more(&page, &StoreFault::Busy.sentence(false)).await;
    let rings = desktop.notifications.wait_for(1, Duration::from_secs(60)).await.unwrap();
    assert_eq!(rings[0].summary, "Algebra with Ben in 5 minutes");
}

#[tokio::test]
async fn where_no_folder_can_be_made_the_window_says_so() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let file = desktop.home().join("a file");
    std::fs::write(&file, "no folder").unwrap();
    let app = App::plan().data_dir(file.join("data")).start_with_driver(&desktop).await.unwrap();
    let page = app.page().unwrap();
    page.shows("Your sessions can’t be read just now.").await.unwrap();
    says(&page, &StoreFault::ReadOnly.sentence(false)).await;
}

#[tokio::test]
async fn a_first_copy_that_hangs_leaves_join_to_the_second_which_goes_when_it_answers_again() {
    let desktop = noon_with(&[Lesson::starting_in(240, Utc::now()).title("Algebra with Ben")]).await;
    let first = App::plan().start(&desktop).unwrap();
    first.window_id().await.unwrap();
    desktop.notifications.wait_for(1, BELL).await.unwrap();
    let doctor = || desktop.bell(&["doctor"]);
    first.freeze().unwrap();
    let said = String::from_utf8(doctor().await.unwrap().stdout).unwrap();
    assert!(said.contains(&say("doctor-app-silent", &[])), "{said}");

    let second = second_beside_silent(&desktop).await;
    let page = second.page().unwrap();
    assert_eq!(second.axe().await.unwrap(), []);
    page.says("article.card", "Ben").await.unwrap();
    page.press("Join").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);

    page.says("article.card", "Join again").await.unwrap();
    let pid = second.pid().unwrap();
    first.thaw().unwrap();
    wait::until_true("the second copy to go", HUNG, async || Ok(!runs(pid))).await.unwrap();
    assert!(first.pid().is_ok(), "the first one stays");
    first.window_id().await.unwrap();
    // One more ring shows that the bell has looked.
    desktop.import(&[Lesson::starting_in(240, Utc::now()).title("Physics with Mia")]).await.unwrap();
    let rings = desktop.notifications.wait_for(2, BELL).await.unwrap();
    let rang: Vec<&str> = rings.iter().map(|ring| ring.summary.as_str()).collect();
    assert_eq!(rang, ["Algebra with Ben in 4 minutes", "Next session in 4 minutes"], "each once");
}

#[tokio::test]
async fn a_first_copy_that_hangs_is_ended_on_request_and_the_second_rings() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let first = App::plan().start(&desktop).unwrap();
    first.window_id().await.unwrap();
    desktop.import(&[rings_in(40)]).await.unwrap();
    let pid = first.pid().unwrap();
    first.freeze().unwrap();
    let second = second_beside_silent(&desktop).await;
    let page = second.page().unwrap();
    page.press("End it and start anew").await.unwrap();
    wait::until_true("the first copy to be gone", SOON, async || Ok(!runs(pid))).await.unwrap();
    says_no_more(&page, &say("first-copy-silent", &[])).await;
    let rings = desktop.notifications.wait_for(1, Duration::from_secs(60)).await.unwrap();
    assert_eq!(rings[0].summary, "Algebra with Ben in 5 minutes");
    let said = String::from_utf8(desktop.bell(&["doctor"]).await.unwrap().stdout).unwrap();
    assert!(said.contains(&say("doctor-bell-ok", &[])), "{said}");
    assert_eq!(desktop.notifications.all().len(), 1);
}

#[tokio::test]
async fn of_many_copies_that_start_at_once_one_stays_and_none_breaks_off() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let copies: Vec<App> = (0..6).map(|_| App::plan().start(&desktop).unwrap()).collect();
    wait::until_true("all but one to have ended", HUNG, async || {
        Ok(copies.iter().filter(|copy| copy.pid().is_ok()).count() == 1)
    })
    .await
    .unwrap();
    for copy in &copies {
        let log = copy.log();
        assert!(!log.contains("panicked"), "{log}");
        if copy.pid().is_err() {
            assert!(copy.wait_for_end(SOON).await.unwrap().success(), "{log}");
        }
    }
}

#[tokio::test]
async fn without_a_session_bus_that_answers_first_bell_starts_and_rings_in_its_own_window() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let mute = desktop.root().join("mute");
    // Whoever connects is let in, and hears nothing.
    let _listener = std::os::unix::net::UnixListener::bind(&mute).unwrap();
    for address in [String::new(), "disabled:".to_owned(), format!("unix:path={}", mute.display())] {
        desktop.settled().await.unwrap();
        desktop.import(&[Lesson::starting_in(240, Utc::now()).title("Algebra with Ben")]).await.unwrap();
        let app = App::plan()
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            // As on a desktop with a screen reader's bridge, which asks the bus before anything else.
            .env("NO_AT_BRIDGE", "0")
            .start(&desktop)
            .unwrap();
        app.window_id().await.unwrap_or_else(|error| panic!("{address}: {error:#}\n{}", app.log()));
        app.other_window(360).await.unwrap_or_else(|error| panic!("{address}: {error:#}\n{}", app.log()));
        assert!(!app.log().contains("panicked"), "{address}: {}", app.log());
        app.kill().await.unwrap();
        std::fs::remove_dir_all(desktop.data_dir()).unwrap();
        std::fs::create_dir(desktop.data_dir()).unwrap();
    }
}
