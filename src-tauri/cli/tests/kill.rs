//! Whatever moment `bell` or the app dies at: of each change all is there or nothing, the store is sound,
//! and what was said to be done is done.
//!
//! A twentieth of the points, or all 200 with `FIRSTBELL_SOAK=1`. `FIRSTBELL_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]
#![cfg(unix)]

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use firstbell_core::{
    app::{App, Scope},
    clock::Clock,
    data_folder::DataFolder,
    desktop::{NotOpened, Opener},
    draft::Draft,
    id::SessionKey,
    join::JoinUrl,
    store::{Migrate, Store},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sqlx::{Connection as _, Row as _, SqliteConnection};

/// Names the folder in which the edits are made, where this program runs to be killed.
const EDITS: &str = "FIRSTBELL_TEST_EDITS";
const POINTS: usize = 200;
const STEPS: usize = 80;

struct Tuesday;

impl Clock for Tuesday {
    fn now(&self) -> DateTime<Utc> {
        "2026-11-24T08:00:00Z".parse().unwrap()
    }
}

struct NoBrowser;

impl Opener for NoBrowser {
    fn open(&self, _: &JoinUrl) -> Result<(), NotOpened> {
        Ok(())
    }
}

fn points() -> usize {
    let soak = env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1");
    (if soak { POINTS } else { POINTS / 20 }) / 2
}

fn random() -> StdRng {
    let seed = env::var("FIRSTBELL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(rand::random);
    println!("FIRSTBELL_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn database(folder: &Path) -> PathBuf {
    folder.join("this-computer.sqlite3")
}

/// All that the store holds, but for names and times that each run makes anew. Fails if it is not sound.
fn content(folder: &Path) -> String {
    wait(async {
        let address = format!("sqlite://{}", database(folder).display());
        let mut conn = SqliteConnection::connect(&address).await.unwrap();
        let whole: Vec<String> =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut conn).await.unwrap();
        assert_eq!(whole, ["ok"]);
        let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut conn).await.unwrap();
        assert!(orphans.is_empty());
        let mut content = String::new();
        for sql in [
            "SELECT json_array(s.source, r.uid IS NULL, s.title, (SELECT p.name FROM people AS p WHERE p.id = s.person_id), s.subject, s.starts_at, s.ends_at, s.zone,
               s.place, s.join_url, s.room, s.own_link, s.description, s.said, s.homework, s.plan, s.notes, s.status,
               s.cancelled_by, s.bell, s.opened_at, s.version,
               (SELECT group_concat(e.kind, ' ') FROM session_events AS e WHERE e.session_id = s.id))
             FROM sessions AS s LEFT JOIN series AS r ON r.id = s.series_id ORDER BY 1",
            "SELECT json_array(source, CASE source WHEN 'calendar_file' THEN uid END, choice, link, local_zone, has_rule)
             FROM series ORDER BY 1",
            "SELECT json_array(r.uid, c.recurrence_id, c.text) FROM series_components AS c
             JOIN series AS r ON r.id = c.series_id ORDER BY 1",
        ] {
            for row in sqlx::query(sql).fetch_all(&mut conn).await.unwrap() {
                writeln!(content, "{}", row.get::<String, _>(0)).unwrap();
            }
        }
        conn.close().await.unwrap();
        content
    })
}

fn copy(from: &Path) -> tempfile::TempDir {
    assert!(!from.join("this-computer.sqlite3-wal").exists(), "the store was closed");
    let folder = tempfile::tempdir().unwrap();
    fs::copy(database(from), database(folder.path())).unwrap();
    folder
}

/// Kills a program at a moment of its life, as `kill -9` does.
fn kill_after(mut child: Child, delay: Duration) -> bool {
    std::thread::sleep(delay);
    let was_alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    was_alive
}

fn bell(folder: &Path, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bell"));
    command
        .env_clear()
        .env("HOME", folder)
        .env("TZ", "UTC")
        .arg("--data-dir")
        .arg(folder)
        .arg("import")
        .arg(file)
        .stdout(Stdio::null())
        .stdin(Stdio::null());
    command
}

/// Thirty daily lessons each for some people.
fn calendar(people: std::ops::Range<usize>, sequence: u32) -> String {
    let mut text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n".to_owned();
    for number in people {
        let hour = 8 + (number + sequence as usize) % 10;
        write!(
            text,
            "BEGIN:VEVENT\nUID:{number}@test\nDTSTAMP:20261101T000000Z\nSEQUENCE:{sequence}\nSUMMARY:Maths: Student {number}\n\
             DTSTART:20261124T{hour:02}0000Z\nDTEND:20261124T{hour:02}4500Z\nRRULE:FREQ=DAILY;COUNT=30\n\
             LOCATION:https://meet.google.com/abc-defg-hij\nEND:VEVENT\n"
        )
        .unwrap();
    }
    text + "END:VCALENDAR\n"
}

#[test]
fn an_import_that_is_killed_at_any_point_has_happened_or_has_not() {
    let mut random = random();
    let base = tempfile::tempdir().unwrap();
    let files = tempfile::tempdir().unwrap();
    let (old, new) = (files.path().join("old.ics"), files.path().join("new.ics"));
    fs::write(&old, calendar(0..20, 0)).unwrap();
    // Changes 600 lessons and adds 2,400.
    fs::write(&new, calendar(0..100, 1)).unwrap();
    assert!(bell(base.path(), &old).status().unwrap().success());
    let before = content(base.path());

    let whole = copy(base.path());
    let started = Instant::now();
    assert!(bell(whole.path(), &new).status().unwrap().success());
    let lasts = started.elapsed();
    let after = content(whole.path());
    assert_ne!(before, after);

    let (mut none, mut all, mut killed) = (0, 0, 0);
    for point in 0..points() {
        let folder = copy(base.path());
        let delay = lasts.mul_f64(random.random_range(0.0..1.05));
        killed += usize::from(kill_after(bell(folder.path(), &new).spawn().unwrap(), delay));
        let found = content(folder.path());
        if found == before {
            none += 1;
        } else if found == after {
            all += 1;
        } else {
            panic!(
                "point {point}, after {delay:?} of {lasts:?}: {} lines, neither what was nor what is to be",
                found.lines().count()
            );
        }
        // And whoever comes next can work with it.
        if point % 10 == 0 {
            assert!(bell(folder.path(), &new).status().unwrap().success());
            assert_eq!(content(folder.path()), after);
        }
    }
    println!("{} points in {lasts:?}: {killed} killed alive, {none} as before, {all} as after", points());
}

async fn open(folder: &Path) -> (App, Store) {
    let data = DataFolder::open(folder).unwrap();
    let store = Store::open(&data.database(), Migrate::Yes).await.unwrap();
    (App::new(store.clone(), Arc::new(Tuesday), Arc::new(NoBrowser)), store)
}

fn weekly(person: &str, hour: usize) -> Draft {
    Draft {
        person: person.to_owned(),
        person_id: None,
        person_zone: None,
        subject: "Maths".to_owned(),
        date: "2026-12-01".to_owned(),
        time: format!("{hour:02}:00"),
        minutes: 60,
        zone: "Europe/Madrid".to_owned(),
        link: "https://meet.google.com/abc-defg-hij".to_owned(),
        place: String::new(),
        repeat_weeks: 60,
        homework: String::new(),
    }
}

/// The first lesson with somebody.
async fn first(app: &App, person: &str) -> (SessionKey, i64) {
    let people = app.people().await.unwrap();
    let person = people.iter().find(|one| one.person.name == person).unwrap().person.id;
    let entry = app.sessions_with(person).await.unwrap().remove(0);
    (entry.session.key(), entry.session.version)
}

/// One change of a person, the same in every run: it moves sixty lessons, writes, adds sixty, or calls
/// sixty off.
async fn step(app: &App, number: usize) {
    let guest = format!("Guest {}", number / 4);
    match number % 4 {
        0 => {
            let (id, version) = first(app, "Ben").await;
            let draft = weekly("Ben", 8 + number / 4 % 10);
            app.edit_session(id, version, Scope::ThisAndLater, &draft).await.unwrap().unwrap();
        }
        1 => {
            let (id, version) = first(app, "Ben").await;
            app.write_homework(id, version, &format!("Sheet {number}"), "Read it").await.unwrap();
        }
        2 => {
            app.add_session(&weekly(&guest, 19)).await.unwrap().unwrap();
        }
        _ => {
            let (id, version) = first(app, &guest).await;
            app.cancel_session(id, version, Scope::ThisAndLater).await.unwrap();
        }
    }
}

/// The program that is killed: nothing to do in an ordinary run.
#[test]
fn edits_until_killed() {
    let Some(folder) = env::var_os(EDITS) else { return };
    wait(async {
        let (app, _) = open(Path::new(&folder)).await;
        for number in 0..STEPS {
            step(&app, number).await;
            // Said only now that it is done. Not by `println!`: the test harness would keep it.
            fs::write(Path::new(&folder).join("done"), number.to_string()).unwrap();
        }
    });
    io::stdout().flush().unwrap();
}

fn edits(folder: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "edits_until_killed"])
        .env(EDITS, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn an_edit_that_is_killed_at_any_point_has_happened_or_has_not() {
    let mut random = random();
    let base = tempfile::tempdir().unwrap();
    wait(async {
        let (app, store) = open(base.path()).await;
        app.add_session(&weekly("Ben", 7)).await.unwrap().unwrap();
        store.close().await;
    });
    // What the store holds after each step.
    let whole = copy(base.path());
    let mut states = vec![content(whole.path())];
    for number in 0..STEPS {
        wait(async {
            let (app, store) = open(whole.path()).await;
            step(&app, number).await;
            store.close().await;
        });
        states.push(content(whole.path()));
    }
    let timed = copy(base.path());
    let started = Instant::now();
    assert!(edits(timed.path()).wait().unwrap().success());
    let lasts = started.elapsed();
    assert_eq!(content(timed.path()), states[STEPS]);

    let mut killed = 0;
    let mut stopped_in = std::collections::BTreeSet::new();
    for point in 0..points() {
        let folder = copy(base.path());
        let delay = lasts.mul_f64(random.random_range(0.0..1.0));
        killed += usize::from(kill_after(edits(folder.path()), delay));
        let text = fs::read_to_string(folder.path().join("done")).unwrap_or_default();
        // The note may have been killed as well, between being emptied and being written.
        let done = text.parse::<usize>().map(|number| number + 1).ok();
        let found = content(folder.path());
        let state = states.iter().position(|state| *state == found);
        let Some(state) = state else {
            panic!("point {point}, after {delay:?} of {lasts:?}: half of a step after {done:?}")
        };
        if let Some(done) = done {
            assert!(state == done || state == done + 1, "point {point}: {done} done, {state} there");
        }
        stopped_in.insert(state);
    }
    println!("{} points in {lasts:?}: {killed} killed alive, in {} places", points(), stopped_in.len());
}
