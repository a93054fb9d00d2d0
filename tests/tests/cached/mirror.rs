//! A client that only ever pulls: the real one, with a cache in a file. It has the face of the school's own
//! (`tests/school/tests/pull/mirror.rs`), so that the same tests drive both.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use firstbell_core::clock::{Clock, SystemClock};
use firstbell_core::pulled::{self, TABLES};
use firstbell_core::school::supabase::pull::page_of;
use firstbell_core::session::Session;
use firstbell_core::store::cache::{Cache, NotKept};
use firstbell_core::store::local::{people, sessions};
use firstbell_core::sync::pull::NoPage;
use firstbell_core::sync::{Pages, Pull};
use firstbell_school::Refusal;
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

use super::line::{Line, Who};

/// Rows by table and id.
pub type Rows = BTreeMap<(String, String), Value>;

/// What a client keeps.
#[derive(Default)]
pub struct Mirror {
    pub account: Uuid,
    folder: Option<TempDir>,
    cache: Option<Cache>,
    /// As the cache last held them.
    rows: Rows,
    cursor: Option<String>,
    passes: usize,
}

/// What one page told.
pub struct Page {
    pub afresh: bool,
    pub more: bool,
    pub changes: Vec<Change>,
}

/// One row of a page; `None` where it is gone.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    pub table: String,
    pub id: String,
    pub row: Option<Value>,
}

/// Pages straight from the database, read as they are on the wire.
pub struct LinePages<'a> {
    pub line: &'a Line,
    pub account: Uuid,
    pub most: usize,
    pub told: Mutex<Vec<pulled::Page>>,
}

impl<'a> LinePages<'a> {
    pub fn new(line: &'a Line, account: Uuid, most: usize) -> Self {
        Self { line, account, most, told: Mutex::default() }
    }

    pub async fn ask(&self, cursor: Option<&str>, limit: usize) -> Result<pulled::Page, Refusal> {
        let arguments = json!({"cursor": cursor, "limit": limit});
        let told = self.line.call(Who::Account(self.account), "pull_changes", &arguments).await?;
        let page = page_of(told).unwrap();
        assert_eq!(page.unreadable, 0);
        assert!(page.changes.len() <= limit, "{} changes where {limit} were asked for", page.changes.len());
        Ok(page)
    }
}

impl Pages for LinePages<'_> {
    async fn page(&self, cursor: Option<&str>, limit: usize) -> Result<pulled::Page, NoPage> {
        let page = self.ask(cursor, limit.min(self.most)).await.unwrap();
        self.told.lock().unwrap().push(page.clone());
        Ok(page)
    }
}

/// A clone goes on by itself from what the file holds, as a copy of a data folder does.
impl Clone for Mirror {
    fn clone(&self) -> Self {
        let folder = self.folder.as_ref().map(|from| copy(from.path()));
        Self {
            account: self.account,
            folder,
            cache: None,
            rows: self.rows.clone(),
            cursor: self.cursor.clone(),
            passes: 0,
        }
    }
}

/// Nobody writes just now.
pub fn copy(from: &Path) -> TempDir {
    let to = folder();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
        }
    }
    to
}

/// A folder on no disk, where there is one: nobody pulls the plug here.
pub fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The sign-in whose cache it is.
pub const SIGN_IN: Uuid = Uuid::from_u128(16);

impl Mirror {
    pub fn of(account: Uuid) -> Self {
        Self { account, ..Self::default() }
    }

    /// One that goes on from another's cursor.
    pub fn from_cursor(account: Uuid, cursor: &str) -> Self {
        Self { account, cursor: Some(cursor.to_owned()), ..Self::default() }
    }

    pub fn cursor(&self) -> &str {
        self.cursor.as_deref().unwrap()
    }

    pub fn folder(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    pub async fn cache(&mut self) -> Cache {
        if let Some(cache) = &self.cache {
            return cache.clone();
        }
        let is_new = self.folder.is_none();
        let folder = self.folder.get_or_insert_with(folder);
        let cache = Cache::open(folder.path(), SIGN_IN, SystemClock.now()).await.unwrap();
        if let (true, Some(cursor)) = (is_new, &self.cursor) {
            by_hand(folder.path(), |mut conn| {
                let cursor = cursor.clone();
                async move {
                    let insert = "INSERT INTO pull_state (is_the_one, shown, has_all, under_way, cursor, read_fields, projected)
                        VALUES (1, 1, 1, 0, ?1, 1, 1)";
                    sqlx::query(insert).bind(cursor).execute(&mut conn).await.unwrap();
                }
            })
            .await;
        }
        self.cache = Some(cache.clone());
        cache
    }

    /// Asks for a page and stores it with its cursor.
    pub async fn page(&mut self, line: &Line, limit: usize) -> Result<Page, Refusal> {
        let cache = self.cache().await;
        let pages = LinePages::new(line, self.account, limit);
        let page = pages.ask(self.cursor.as_deref(), limit).await?;
        cache.keep(self.cursor.as_deref(), self.account, &page, SystemClock.now()).await.unwrap();
        self.look().await;
        Ok(Page { afresh: page.is_afresh, more: page.has_more, changes: changes(&page) })
    }

    /// Asks until there is no more, and for what has come since a pass began that was under way; gives all that
    /// was told.
    pub async fn catch_up(&mut self, line: &Line, limit: usize) -> Vec<Change> {
        let cache = self.cache().await;
        let pages = LinePages::new(line, self.account, limit);
        let pull = Pull::new(pages, cache, self.account, Arc::new(SystemClock));
        let passed = pull.pass(|| true, |_| ()).await.unwrap();
        let told = std::mem::take(&mut *pull.pages().told.lock().unwrap());
        assert_eq!((passed.pages, passed.unreadable, passed.was_stopped), (told.len(), 0, false));
        self.look().await;
        // Random histories pass often.
        if self.passes.is_multiple_of(3) {
            self.shows_what_its_rows_mean().await;
        }
        self.passes += 1;
        told.iter().flat_map(changes).collect()
    }

    /// Reads what the cache holds.
    pub async fn look(&mut self) {
        let cache = self.cache().await;
        self.rows = rows(&cache).await;
        self.cursor = cache.state().await.unwrap().cursor;
    }

    /// What is read is what one makes of all rows at once, however it came to be: each session, each person.
    pub async fn shows_what_its_rows_mean(&mut self) {
        let cache = self.cache().await;
        let shown = Shown::of(&cache).await;
        let mut ids: Vec<&str> = shown.sessions.keys().map(String::as_str).collect();
        ids.sort_unstable();
        assert_eq!(ids, self.ids("sessions"));
        let anew = copy(self.folder());
        by_hand(anew.path(), |mut conn| async move {
            for table in ["sessions", "people", "session_events"] {
                let empty = format!("DELETE FROM {table}");
                sqlx::query(sqlx::AssertSqlSafe(empty)).execute(&mut conn).await.unwrap();
            }
            sqlx::query("UPDATE pull_state SET projected = 0").execute(&mut conn).await.unwrap();
        })
        .await;
        let anew = Cache::open(anew.path(), SIGN_IN, SystemClock.now()).await.unwrap();
        assert_eq!(shown, Shown::of(&anew).await);
    }

    /// What it shows at an instant: time alone makes what waits expire, and nothing is pulled for it.
    pub fn shows_at(&self, now: &str) -> Rows {
        let now = instant(now);
        let mut rows = self.rows.clone();
        for ((table, _), row) in &mut rows {
            let runs_out = match (table.as_str(), row["status"].as_str()) {
                ("bookings", Some("PENDING" | "AWAITING_PARENT" | "COUNTER_PROPOSED")) => &row["expires_at"],
                ("booking_proposals", Some("OPEN")) => &row["held_until"],
                _ => continue,
            };
            if instant(runs_out.as_str().unwrap()) <= now {
                row["status"] = json!("EXPIRED");
            }
        }
        rows
    }

    /// The ids that it has of a table.
    pub fn ids(&self, table: &str) -> Vec<&str> {
        self.rows.keys().filter(|(of, _)| of == table).map(|(_, id)| id.as_str()).collect()
    }

    pub fn row(&self, table: &str, id: &Value) -> Option<&Value> {
        self.rows.get(&(table.to_owned(), id.as_str().unwrap().to_owned()))
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

/// What a cache shows, but for the moment at which it came here.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub sessions: BTreeMap<String, Session>,
    pub people: BTreeMap<String, String>,
    pub lines: Vec<String>,
}

impl Shown {
    pub async fn of(cache: &Cache) -> Self {
        let store = cache.store();
        let mut conn = store.read().await.unwrap();
        let all = sessions::all(&mut conn).await.unwrap();
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let mut lines = Vec::new();
        for session in &all {
            for event in firstbell_core::store::local::events::of(&mut conn, session.id).await.unwrap() {
                lines.push(format!("{} {event:?}", session.id));
            }
        }
        let people = people::zones(&mut conn).await.unwrap();
        Self {
            sessions: all
                .into_iter()
                .map(|session| (session.id.to_string(), Session { created_at: at, ..session }))
                .collect(),
            people: people.into_iter().map(|(id, zone)| (id.to_string(), zone)).collect(),
            lines,
        }
    }
}

pub async fn rows(cache: &Cache) -> Rows {
    let mut all = Rows::new();
    for table in TABLES {
        for row in cache.rows(table).await.unwrap() {
            let id = row["id"].as_str().unwrap().to_owned();
            all.insert((table.to_owned(), id), Value::Object(row));
        }
    }
    all
}

/// Writes into the file of a cache past the cache.
pub async fn by_hand<F: Future<Output = ()>>(folder: &Path, write: impl FnOnce(SqliteConnection) -> F) {
    let options = SqliteConnectOptions::new().filename(Cache::path(folder, SIGN_IN));
    write(SqliteConnection::connect_with(&options).await.unwrap()).await;
}

fn changes(page: &pulled::Page) -> Vec<Change> {
    let change = |change: &pulled::Change| Change {
        table: change.table.to_owned(),
        id: change.id.to_string(),
        row: change.row.clone().ok().map(Value::Object),
    };
    page.changes.iter().map(change).collect()
}

fn instant(text: &str) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339(text).unwrap()
}

/// Whether a page was not kept because of what it is.
pub fn is_refused(kept: &Result<firstbell_core::store::cache::Kinds, NotKept>) -> bool {
    matches!(kept, Err(NotKept::AnotherAccount | NotKept::AnotherEpoch | NotKept::Overtaken))
}
