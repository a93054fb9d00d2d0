//! All rows of all tables, to see that nothing has changed.

use std::collections::{BTreeMap, BTreeSet};

use firstbell_school::Database;

/// By table; each row as text, and where it lies: a row that is written again, with what it held, moves.
pub struct Rows(BTreeMap<String, BTreeSet<String>>);

impl Rows {
    pub async fn of(database: &Database) -> Self {
        let client = database.as_superuser().await.unwrap();
        let tables = client
            .query(
                "select c.oid::regclass::text from pg_class c
                 where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)",
                &[],
            )
            .await
            .unwrap();
        let each: Vec<String> = tables
            .iter()
            .map(|table| {
                let table: String = table.get(0);
                format!("select '{table}', to_jsonb(t)::text || t.ctid::text from {table} t")
            })
            .collect();
        let mut rows = Self(BTreeMap::new());
        for row in client.query(&each.join(" union all "), &[]).await.unwrap() {
            rows.0.entry(row.get(0)).or_default().insert(row.get(1));
        }
        rows
    }

    /// Compares, and tells the rows that differ.
    pub fn must_be(&self, before: &Self, what: &str) {
        let tables: BTreeSet<&String> = self.0.keys().chain(before.0.keys()).collect();
        for table in tables {
            let of = |rows: &Self| rows.0.get(table).cloned().unwrap_or_default();
            let (now, then) = (of(self), of(before));
            let new: BTreeSet<_> = now.difference(&then).collect();
            let gone: BTreeSet<_> = then.difference(&now).collect();
            assert!(
                new.is_empty() && gone.is_empty(),
                "{what} has changed {table}: new {new:#?}, gone {gone:#?}"
            );
        }
    }

    /// How many rows of a table hold a text.
    pub fn count_of(&self, table: &str, text: &str) -> usize {
        self.0.get(table).map_or(0, |rows| rows.iter().filter(|row| row.contains(text)).count())
    }
}
