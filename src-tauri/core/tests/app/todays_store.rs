//! A store of before workspaces: each ring, person and setting is as it was.

use std::path::Path;

use chrono::Duration;
use firstbell_core::{
    app::zones,
    id::{SessionId, SessionKey},
    ring::{Outcome, Reminder},
    settings::Settings,
    store::{
        Migrate, Store,
        device::{
            rings::{self, LastState},
            settings,
        },
        local::{people, sessions},
    },
};
use sqlx::{Connection as _, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions};

use super::desk::at;

/// The last migration of before.
const BEFORE: i64 = 20_261_130_000_000;

/// A database as the program of before has left it.
async fn before(database: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/local");
    let migrations = Migrator::new(folder).await.unwrap();
    migrations.run_to(BEFORE, &mut conn).await.unwrap();
    conn
}

async fn lesson(conn: &mut SqliteConnection, person: Option<&str>) -> SessionId {
    let id = SessionId::new();
    let start = at("2026-12-01T16:00").timestamp_millis();
    sqlx::query(
        "INSERT INTO sessions (id, source, title, person, starts_at, ends_at, zone, status, bell, created_at, wall,
                               decided_by)
         VALUES (?1, 'this_computer', 'Maths', ?2, ?3, ?3 + 3600000, 'UTC', 'SCHEDULED', 1, 0,
                 '2026-12-01T16:00:00', 'iana')",
    )
    .bind(id.to_string())
    .bind(person)
    .bind(start)
    .execute(conn)
    .await
    .unwrap();
    id
}

#[tokio::test]
async fn each_name_becomes_one_person_and_none_is_split_or_merged() {
    let home = tempfile::tempdir().unwrap();
    let database = home.path().join("this-computer.sqlite3");
    let mut conn = before(&database).await;
    // Alike, and not the same; one who is only known by a zone, and a lesson with nobody.
    let names = ["Ben", "ben", "Ben ", "Zoë", "Zoe\u{308}"];
    let mut lessons = Vec::new();
    for name in names.iter().chain(&names) {
        lessons.push((*name, lesson(&mut conn, Some(name)).await));
    }
    let alone = lesson(&mut conn, None).await;
    for (name, zone) in [("Ben", Some("America/New_York")), ("Zoë", None), ("Dan", Some("Europe/Lisbon"))] {
        sqlx::query("INSERT INTO people (name, zone) VALUES (?1, ?2)")
            .bind(name)
            .bind(zone)
            .execute(&mut conn)
            .await
            .unwrap();
    }
    conn.close().await.unwrap();

    let store = Store::open(&database, Migrate::Yes).await.unwrap();
    let mut conn = store.read().await.unwrap();
    let met = people::met(&mut conn, at("2026-11-01T00:00")).await.unwrap();
    let mut known: Vec<_> = met.iter().map(|met| (met.person.name.as_str(), met.sessions)).collect();
    known.sort_unstable();
    let mut expected = names.map(|name| (name, 2));
    expected.sort_unstable();
    assert_eq!(known, expected);
    for (name, id) in lessons {
        let session = sessions::get(&mut conn, id).await.unwrap().unwrap();
        assert_eq!(session.person_name(), Some(name));
        let here = met.iter().find(|met| met.person.name == name).unwrap();
        assert_eq!(session.person.as_ref(), Some(&here.person));
    }
    assert_eq!(sessions::get(&mut conn, alone).await.unwrap().unwrap().person, None);
    let ids: std::collections::BTreeSet<_> = met.iter().map(|met| met.person.id).collect();
    assert_eq!(ids.len(), names.len());
    for (name, zone) in [("Ben", Some("America/New_York")), ("ben", None), ("Dan", Some("Europe/Lisbon"))] {
        let person = people::called(&mut conn, name).await.unwrap().unwrap();
        let (found, lives) = people::get(&mut conn, person.id).await.unwrap().unwrap();
        assert_eq!((found.name.as_str(), lives.as_deref()), (name, zone));
    }
}

#[tokio::test]
async fn each_ring_is_what_it_was_of_this_computer_five_minutes_before() {
    let home = tempfile::tempdir().unwrap();
    let database = home.path().join("this-computer.sqlite3");
    let mut conn = before(&database).await;
    let start = at("2026-12-01T16:00");
    let due = start - Duration::minutes(5);
    let mut expected = Vec::new();
    for (state, rung, outcome, is_now) in [
        ("planned", false, None, LastState::Waits),
        ("submitting", false, None, LastState::Waits),
        ("submitted", true, None, LastState::Through),
        ("submitted", true, Some(Outcome::Snoozed), LastState::Through),
        ("submitted", true, Some(Outcome::Joined), LastState::Through),
        ("planned", false, Some(Outcome::Missed), LastState::GivenUp),
        ("planned", false, Some(Outcome::Withdrawn), LastState::GivenUp),
    ] {
        let id = SessionId::new();
        sqlx::query(
            "INSERT INTO rings (session_id, starts_at, kind, number, due_at, state, rung_at, outcome)
             VALUES (?1, ?2, 'before_start', 1, ?3, ?4, ?5, ?6)",
        )
        .bind(id.to_string())
        .bind(start.timestamp_millis())
        .bind(due.timestamp_millis())
        .bind(state)
        .bind(rung.then(|| due.timestamp_millis()))
        .bind(outcome.map(Outcome::name))
        .execute(&mut conn)
        .await
        .unwrap();
        expected.push((
            Reminder::before_start(SessionKey::here(id), start, Duration::minutes(5)),
            outcome,
            is_now,
        ));
    }
    conn.close().await.unwrap();

    let store = Store::open(&database, Migrate::Yes).await.unwrap();
    let mut conn = store.read().await.unwrap();
    for (reminder, outcome, state) in &expected {
        let last = rings::last(&mut conn, *reminder).await.unwrap().unwrap();
        assert_eq!((last.number, last.due, last.state), (1, due, *state));
        assert_eq!(rings::outcome_of(&mut conn, reminder.ring(1)).await.unwrap(), *outcome);
    }
    let waiting = rings::waiting(&mut conn, due).await.unwrap();
    assert_eq!(waiting.len(), 2);
    assert_eq!(rings::count_missed(&mut conn).await.unwrap(), 1);
}

#[tokio::test]
async fn what_the_person_has_chosen_holds_and_the_table_of_zones_is_not_asked_again() {
    let home = tempfile::tempdir().unwrap();
    let database = home.path().join("this-computer.sqlite3");
    let mut conn = before(&database).await;
    for (key, value) in [
        (
            "settings",
            r#"{"sound":false,"hide_names":true,"break_through":true,"theme":"dark","hour_clock":"12","first_run_done":true}"#,
        ),
        ("zone_table", "2026f"),
        ("store_probed_at", "1795521600"),
    ] {
        sqlx::query("INSERT INTO settings (key, value) VALUES (?1, ?2)")
            .bind(key)
            .bind(value)
            .execute(&mut conn)
            .await
            .unwrap();
    }
    conn.close().await.unwrap();

    let store = Store::open(&database, Migrate::Yes).await.unwrap();
    assert!(zones::are_right(&store).await.unwrap());
    let mut conn = store.read().await.unwrap();
    let chosen = settings::load(&mut conn).await.unwrap();
    let json = serde_json::to_value(chosen).unwrap();
    for (key, value) in
        [("sound", "false"), ("hide_names", "true"), ("theme", "\"dark\""), ("hour_clock", "\"12\"")]
    {
        assert_eq!(json[key].to_string(), value, "{key}");
    }
    assert!(chosen.first_run_done && chosen.break_through);
    assert_eq!(chosen.lead(), Settings::default().lead(), "the bell rings when it did");
}
