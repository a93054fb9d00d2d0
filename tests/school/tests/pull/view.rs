//! What a fresh client sees: plain selects through row-level security, which know nothing of changes.

use firstbell_school::Database;
use serde_json::Value;

use super::line::{Line, Who};
use super::mirror::{Mirror, Rows};

/// The query for all that somebody sees. The tables are those that clients may read, so that one which is not
/// pulled is a difference.
pub struct View {
    query: String,
}

impl View {
    pub async fn of(database: &Database) -> Self {
        let system = database.as_superuser().await.unwrap();
        let tables = system
            .query(
                "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                   and has_table_privilege('authenticated', c.oid, 'select') order by 1",
                &[],
            )
            .await
            .unwrap();
        let tables: Vec<String> = tables
            .iter()
            .map(|table| {
                let table: String = table.get(0);
                let row = match table.as_str() {
                    "bookings" | "booking_proposals" => {
                        "to_jsonb(t) - 'stored_status' || jsonb_build_object('status', t.status)"
                    }
                    _ => "to_jsonb(t)",
                };
                format!("'{table}', (select jsonb_object_agg(t.id, {row}) from public.{table} t)")
            })
            .collect();
        assert!(tables.len() >= 13, "{tables:?}");
        Self {
            query: format!("select jsonb_build_object('now', private.clock(), {})::text", tables.join(", ")),
        }
    }

    /// All that an account sees now, and what the clock says.
    pub async fn seen(&self, line: &Line, account: uuid::Uuid) -> (String, Rows) {
        let seen = line.look(Who::Account(account), &self.query).await.unwrap();
        let now = seen["now"].as_str().unwrap().to_owned();
        let tables = seen.as_object().unwrap().iter().filter(|(name, _)| *name != "now");
        let rows = tables.flat_map(|(table, rows)| {
            let rows = rows.as_object().cloned().unwrap_or_default();
            rows.into_iter().map(move |(id, row)| ((table.clone(), id), row))
        });
        (now, rows.collect())
    }

    /// How a mirror that has caught up differs from what a fresh client sees.
    pub async fn differences(&self, line: &Line, mirror: &Mirror) -> Vec<String> {
        let (now, seen) = self.seen(line, mirror.account).await;
        differences("row-level security", &mirror.shows_at(&now), &seen)
    }

    /// How it differs from what one gets that begins to pull.
    pub async fn differences_to_fresh_pull(&self, line: &Line, mirror: &Mirror) -> Vec<String> {
        let (now, _) = self.seen(line, mirror.account).await;
        let mut begun = Mirror::of(mirror.account);
        begun.catch_up(line, 1000).await;
        differences("a fresh pull", &mirror.shows_at(&now), &begun.shows_at(&now))
    }
}

fn differences(other: &str, mirror: &Rows, right: &Rows) -> Vec<String> {
    let mut told = Vec::new();
    for (key, row) in right {
        match mirror.get(key) {
            None => told.push(format!("{key:?} is missing; {other} gives {row}")),
            Some(own) if own != row => told.push(format!("{key:?} is {own}; {other} gives {row}")),
            Some(_) => {}
        }
    }
    let gone = mirror.iter().filter(|(key, _)| !right.contains_key(*key));
    told.extend(
        gone.map(|(key, row): (_, &Value)| format!("{key:?} is kept; {other} does not give it: {row}")),
    );
    told
}
