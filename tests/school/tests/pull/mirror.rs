//! A client that only ever pulls.

use std::collections::BTreeMap;

use firstbell_school::Refusal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::line::{Line, Who};

/// Rows by table and id.
pub type Rows = BTreeMap<(String, String), Value>;

/// What a client keeps.
#[derive(Clone, Default)]
pub struct Mirror {
    pub account: Uuid,
    rows: Rows,
    cursor: Option<String>,
    /// It stands between two pages of a pass.
    under_way: bool,
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

    /// Asks for a page and stores it with its cursor.
    pub async fn page(&mut self, line: &Line, limit: usize) -> Result<Page, Refusal> {
        let arguments = json!({"cursor": self.cursor, "limit": limit});
        let told = line.call(Who::Account(self.account), "pull_changes", &arguments).await?;
        let changes: Vec<Change> = told["changes"].as_array().unwrap().iter().map(change).collect();
        assert!(changes.len() <= limit, "{} changes where {limit} were asked for", changes.len());
        let page = Page { afresh: flag(&told, "afresh"), more: flag(&told, "more"), changes };
        assert_eq!(told["account"], json!(self.account));
        assert!(page.more || told["to_come"] == 0, "{} to come, and no more", told["to_come"]);
        self.store(&page);
        self.cursor = Some(told["cursor"].as_str().unwrap().to_owned());
        self.under_way = page.more;
        Ok(page)
    }

    /// Asks until there is no more, and for what has come since a pass began that was under way; gives all that
    /// was told.
    pub async fn catch_up(&mut self, line: &Line, limit: usize) -> Vec<Change> {
        let mut told = Vec::new();
        let mut passes = if self.under_way { 2 } else { 1 };
        while passes > 0 {
            let page = self.page(line, limit).await.unwrap();
            told.extend(page.changes);
            passes -= usize::from(!page.more);
        }
        told
    }

    fn store(&mut self, page: &Page) {
        if page.afresh {
            self.rows.clear();
        }
        for change in &page.changes {
            let key = (change.table.clone(), change.id.clone());
            match &change.row {
                Some(row) => drop(self.rows.insert(key, row.clone())),
                None => drop(self.rows.remove(&key)),
            }
        }
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

fn change(told: &Value) -> Change {
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    let row = Some(told["row"].clone()).filter(|row| !row.is_null());
    let why = told.get("why").and_then(Value::as_str);
    assert_eq!(row.is_none(), matches!(why, Some("gone" | "not_yours")), "{told}");
    Change { table: text("table"), id: text("id"), row }
}

fn flag(told: &Value, name: &str) -> bool {
    told[name].as_bool().unwrap_or_else(|| panic!("{name} is {}", told[name]))
}

fn instant(text: &str) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339(text).unwrap()
}
