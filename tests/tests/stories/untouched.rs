//! First Bell keeps to its own folders and to itself, and is silent about what must not be told.

use std::path::{Path, PathBuf};

use firstbell_tests::kit::calendar;
use firstbell_tests::kit::{App, Desktop, Untouched};

use super::scene::{BELL, SOON, rings_in};

/// What gets one into the room: nothing of it may be read anywhere but in its column.
const ROOM: &str = "93412345678";
const PASSWORD: &str = "pwd=tPqHc93kXv";

/// A Zoom room with its password in the link.
fn link() -> String {
    format!("https://zoom.us/j/{ROOM}?{PASSWORD}")
}

#[tokio::test]
async fn from_the_first_start_to_the_second_nothing_else_is_touched_and_no_room_is_told() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let untouched = Untouched::outside(&desktop).unwrap();
    let mut logs = String::new();

    let app = start(&desktop, &untouched).await;
    let page = app.page().unwrap();
    page.press("Not now").await.unwrap();
    page.press("Not now").await.unwrap();
    page.shows("No sessions yet.").await.unwrap();
    let file = desktop.home().join("lessons.ics");
    calendar::write(&file, &[rings_in(25).link(&link())]).unwrap();
    desktop.drop_file(&file, app.window_id().await.unwrap()).await.unwrap();
    page.press("Add 1 session").await.unwrap();
    page.says("article.card", "Ben").await.unwrap();
    let ring = desktop.notifications.wait_for(1, BELL).await.unwrap().remove(0);
    assert!(!format!("{ring:?}").contains(ROOM), "a notification names no room");
    page.find(".card .join").await.unwrap().click().await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![link()]]);
    page.says("article.card", "Join again").await.unwrap();
    logs += &app.log();
    app.terminate().await.unwrap();

    let app = start(&desktop, &untouched).await;
    let page = app.page().unwrap();
    page.says("article.card", "Join again").await.unwrap();
    page.find(".card [data-view]").await.unwrap().click().await.unwrap();
    page.shows("What happened").await.unwrap();
    logs += &app.log();
    app.terminate().await.unwrap();

    untouched.check().unwrap();
    assert!(logs.contains("TRACE") && logs.contains("DEBUG"), "it has said all that it can say");
    for secret in [ROOM, PASSWORD] {
        assert!(!logs.contains(secret), "the log tells {secret}: {}", around(&logs, secret));
    }
    let told: Vec<_> = files_in(&desktop.data_dir())
        .into_iter()
        .filter(|path| !is_database(path))
        .filter(|path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            text.contains(ROOM) || text.contains(PASSWORD)
        })
        .collect();
    assert!(told.is_empty(), "files beside the database tell the room: {told:?}");
    let columns = columns_with(&desktop, ROOM).await;
    assert!(columns.contains(&"sessions.join_url".to_owned()), "{columns:?}");
    // What the file said of the session, and which room it is, are about the link itself.
    let own = ["join_url", "room", "said", "description", "text"];
    let elsewhere = columns.iter().find(|column| !own.iter().any(|own| column.ends_with(&format!(".{own}"))));
    assert_eq!(elsewhere, None, "the room is told in {columns:?}");
}

async fn start<'a>(desktop: &'a Desktop, untouched: &Untouched) -> App<'a> {
    let plan = App::plan().watched_by(untouched).env("FIRSTBELL_LOG", "trace");
    let app = plan.start_with_driver(desktop).await.unwrap();
    app.page().unwrap().find("h1").await.unwrap();
    app
}

fn is_database(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("this-computer.sqlite3"))
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// The columns of the database that hold a text.
async fn columns_with(desktop: &Desktop, text: &str) -> Vec<String> {
    let script =
        "for (table,) in base.execute(\"SELECT name FROM sqlite_master WHERE type = 'table'\").fetchall():
    names = [row[1] for row in base.execute(f'PRAGMA table_info({table})')]
    rows = base.execute(f'SELECT * FROM {table}').fetchall()
    for at, name in enumerate(names):
        if any(sys.argv[2] in str(row[at]) for row in rows): print(f'{table}.{name}')";
    let columns = desktop.run_on_database(script, &[text]).await.unwrap();
    columns.lines().map(str::to_owned).collect()
}

/// The line that a secret stands in.
fn around<'t>(text: &'t str, secret: &str) -> &'t str {
    text.lines().find(|line| line.contains(secret)).unwrap_or_default()
}
