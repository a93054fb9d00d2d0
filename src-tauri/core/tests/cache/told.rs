//! A school that says what it is told to say, page by page.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use firstbell_core::{
    clock::Clock,
    pulled::{Change, Page, Row, TABLES, Why},
    store::cache::Cache,
    sync::{Pages, Pull, pull::NoPage},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub const SIGN_IN: Uuid = Uuid::from_u128(16);
pub const ACCOUNT: Uuid = Uuid::from_u128(0xacc);
pub const ADA: &str = "0a000000-0000-4000-8000-000000000001";
pub const BEN: &str = "0b000000-0000-4000-8000-000000000001";
pub const LESSON: &str = "5e000000-0000-4000-8000-000000000001";

pub struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> DateTime<Utc> {
        now()
    }
}

pub fn now() -> DateTime<Utc> {
    "2026-12-01T08:00:00Z".parse().unwrap()
}

/// What it says next, and what it was asked: cursor and number of rows.
#[derive(Default)]
pub struct Told {
    says: Mutex<VecDeque<Result<Page, NoPage>>>,
    pub asked: Mutex<Vec<(Option<String>, usize)>>,
}

impl Told {
    pub fn says(&self, next: Result<Page, NoPage>) {
        self.says.lock().unwrap().push_back(next);
    }
}

impl Pages for Told {
    async fn page(&self, cursor: Option<&str>, limit: usize) -> Result<Page, NoPage> {
        self.asked.lock().unwrap().push((cursor.map(str::to_owned), limit));
        self.says.lock().unwrap().pop_front().expect("nothing more is to be asked")
    }
}

/// A client of that school, in a folder of its own.
pub struct Client {
    pub pull: Pull<Told>,
    pub folder: TempDir,
}

impl Client {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(folder).await
    }

    pub async fn at(folder: TempDir) -> Self {
        let cache = Cache::open(folder.path(), SIGN_IN, now()).await.unwrap();
        Self { pull: Pull::new(Told::default(), cache, ACCOUNT, Arc::new(StandingClock)), folder }
    }

    pub fn cache(&self) -> &Cache {
        self.pull.cache()
    }

    /// The program ends, and another one starts.
    pub async fn again(self) -> Self {
        self.cache().store().close().await;
        Self::at(self.folder).await
    }

    /// What is read: title and subject of each session.
    pub async fn titles(&self) -> Vec<String> {
        let store = self.cache().store();
        let all =
            firstbell_core::store::local::sessions::all(&mut store.read().await.unwrap()).await.unwrap();
        all.into_iter().map(|session| session.title).collect()
    }
}

pub fn row(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        other => panic!("{other}"),
    }
}

pub fn change(table: &str, value: Value) -> Change {
    let table = TABLES.into_iter().find(|name| *name == table).unwrap();
    Change { table, id: value["id"].as_str().unwrap().parse().unwrap(), row: Ok(row(value)) }
}

pub fn lost(table: &str, id: &str, why: Why) -> Change {
    let table = TABLES.into_iter().find(|name| *name == table).unwrap();
    Change { table, id: id.parse().unwrap(), row: Err(why) }
}

pub fn page(cursor: &str, changes: Vec<Change>) -> Page {
    Page {
        account: None,
        epoch: None,
        changes,
        is_afresh: false,
        has_more: false,
        cursor: cursor.to_owned(),
        schema: Some(2),
        now: Some(now()),
        to_come: None,
        unreadable: 0,
    }
}

/// Ben's lesson with Ada, as Ben's account is told it.
pub fn lesson(subject: &str) -> Vec<Change> {
    vec![
        change(
            "people",
            json!({"id": ADA, "kind": "tutor", "first_name": "Ada", "last_name": "", "zone": "Europe/Madrid"}),
        ),
        change(
            "people",
            json!({"id": BEN, "kind": "student", "first_name": "Ben", "last_name": "", "zone": "America/New_York"}),
        ),
        change(
            "account_people",
            json!({"id": Uuid::from_u128(1), "account_id": ACCOUNT, "person_id": BEN, "relation": "self",
            "ended_at": null, "created_at": "2026-11-01T00:00:00Z"}),
        ),
        session(subject),
        change(
            "session_participants",
            json!({"id": Uuid::from_u128(2), "session_id": LESSON, "tutor_id": ADA, "person_id": BEN,
            "bell_off": false, "opened_at": null, "created_at": "2026-11-20T00:00:00Z"}),
        ),
    ]
}

pub fn session(subject: &str) -> Change {
    change(
        "sessions",
        json!({"id": LESSON, "tutor_id": ADA, "subject": subject, "zone": "Europe/Madrid", "status": "SCHEDULED",
            "scheduled_start_at": "2026-12-01T16:00:00+00:00", "scheduled_end_at": "2026-12-01T17:00:00+00:00",
            "created_at": "2026-11-20T00:00:00+00:00", "version": 1}),
    )
}
