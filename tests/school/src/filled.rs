//! A school of 50,000 people, and what it costs to ask it.

use anyhow::{Context as _, Result};
use firstbell_processes::wait;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::Database;

const FILL: &str = include_str!("filled/fill.sql");

/// Tables that are read through an index alone.
const INDEX_ONLY: &str = "public.account_people, public.session_participants";

/// A filled school.
pub struct Filled {
    database: Database,
    sessions: u64,
}

/// Somebody of a filled school who has something to pull.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// Of two thousand.
    Tutor,
    /// Of 48,000.
    Student,
    /// Of every third student.
    Guardian,
}

impl Reader {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tutor, Self::Student, Self::Guardian];
}

/// What one query cost.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cost {
    /// Pages of shared buffers that were touched, found there or read.
    pub pages: u64,
    /// Planning and execution, in the database.
    pub milliseconds: f64,
    /// What it gave: changes, or rows.
    pub count: u64,
}

impl Filled {
    /// Fills a fresh school with so many sessions; gathers statistics as autovacuum would.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn with(database: Database, sessions: u64) -> Result<Self> {
        let client = database.as_superuser().await?;
        client.batch_execute(&FILL.replace("{sessions}", &sessions.to_string())).await.context("filling")?;
        client.batch_execute("vacuum analyze").await.context("gathering statistics")?;
        // An index alone is enough only where the page is known to be visible to all. Whoever looks around meanwhile
        // (autovacuum at the catalogue) keeps that from being noted.
        wait::until("all pages to be known as visible", wait::PATIENCE, async || {
            client.batch_execute(&format!("vacuum {INDEX_ONLY}")).await?;
            let hidden = format!(
                "select from pg_class where oid = any (string_to_array('{INDEX_ONLY}', ', ')::regclass[]) and relallvisible < relpages"
            );
            Ok(client.query(&hidden, &[]).await?.is_empty().then_some(()))
        })
        .await?;
        Ok(Self { database, sessions })
    }

    /// The `nth` session changes; then one of its readers, who had got everything before, pulls. It is asked five times: a connection that was just opened has read no catalogue yet, and
    /// whenever autovacuum has been there it reads some of it anew. The fewest pages count, and the last time.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn pull_after_one_change(&self, reader: Reader, nth: u64) -> Result<Cost> {
        let client = self.database.as_authenticator().await?;
        let account = self.account(reader, nth).await?;
        let cursor = everything(&client, account).await?;
        self.change(nth).await?;
        let query = format!("select public.pull_changes('{cursor}')");
        let mut cost = cost_of(&client, account, &query).await?;
        for _ in 0..4 {
            let again = cost_of(&client, account, &query).await?;
            cost = Cost { pages: cost.pages.min(again.pages), ..again };
        }
        let told = pull(&client, account, Some(&cursor)).await?;
        cost.count = told["changes"].as_array().map_or(0, |changes| changes.len() as u64);
        Ok(cost)
    }

    /// "My coming sessions", as the REST server asks it for the list of the window.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn coming_sessions(&self, reader: Reader, nth: u64) -> Result<(Cost, Vec<String>)> {
        let client = self.database.as_authenticator().await?;
        let account = self.account(reader, nth).await?;
        let query = "select s.id, s.subject, s.scheduled_start_at, s.scheduled_end_at, s.status, s.join_url from public.sessions s
            where s.scheduled_start_at > now() order by s.scheduled_start_at limit 50";
        cost_of(&client, account, query).await?;
        let mut cost = cost_of(&client, account, query).await?;
        let starts = format!("select coalesce(jsonb_agg(c.scheduled_start_at), '[]')::text from ({query}) c");
        let starts: Vec<String> = serde_json::from_str(&ask(&client, account, &starts).await?)?;
        cost.count = starts.len() as u64;
        Ok((cost, starts))
    }

    /// How many sessions of theirs are to come, counted past row-level security.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn count_coming(&self, reader: Reader, nth: u64) -> Result<u64> {
        let client = self.database.as_superuser().await?;
        let account = self.account(reader, nth).await?;
        let row = client
            .query_one(
                "select count(*) from public.sessions s where s.scheduled_start_at > now() and exists (
                   select from public.account_people a where a.account_id = $1 and (a.person_id = s.tutor_id
                     or a.person_id in (select sp.person_id from public.session_participants sp where sp.session_id = s.id)))",
                &[&account],
            )
            .await?;
        Ok(u64::try_from(row.get::<_, i64>(0))?)
    }

    /// The first `nth` from a place on that has a reader of this kind.
    #[must_use]
    pub fn with_reader(&self, reader: Reader, from: u64) -> u64 {
        let has = |nth: &u64| reader != Reader::Guardian || student(*nth).is_multiple_of(3);
        (from..from + 3).map(|nth| nth % self.sessions).find(has).unwrap_or(0)
    }

    async fn account(&self, reader: Reader, nth: u64) -> Result<Uuid> {
        let name = match reader {
            Reader::Tutor => format!("tutor {}", nth % 2000),
            Reader::Student => format!("student {}", student(nth)),
            Reader::Guardian => format!("guardian {}", student(nth)),
        };
        let client = self.database.as_superuser().await?;
        let row = client
            .query_one("select md5('account ' || $1)::uuid", &[&name])
            .await
            .context("making an account's id")?;
        Ok(row.get(0))
    }

    async fn change(&self, nth: u64) -> Result<()> {
        let client = self.database.as_migrator().await?;
        let change = "update public.sessions set scheduled_end_at = scheduled_end_at + interval '1 minute'
            where id = md5(concat_ws(' ', 'session', $1::text, 0))::uuid";
        let changed = client.execute(change, &[&nth.to_string()]).await?;
        anyhow::ensure!(changed == 1, "there is no session {nth}");
        Ok(())
    }
}

fn student(nth: u64) -> u64 {
    nth * 7919 % 48_000
}

/// The cursor of a client that has got everything.
async fn everything(client: &Client, account: Uuid) -> Result<String> {
    let mut cursor: Option<String> = None;
    loop {
        let told = pull(client, account, cursor.as_deref()).await?;
        let next = told["cursor"].as_str().context("no cursor")?.to_owned();
        if told["more"] == false {
            return Ok(next);
        }
        cursor = Some(next);
    }
}

async fn pull(client: &Client, account: Uuid, cursor: Option<&str>) -> Result<Value> {
    let cursor = cursor.map_or_else(|| "null".to_owned(), |cursor| format!("'{cursor}'"));
    let text = ask(client, account, &format!("select public.pull_changes({cursor}, 1000)::text")).await?;
    Ok(serde_json::from_str(&text)?)
}

async fn cost_of(client: &Client, account: Uuid, query: &str) -> Result<Cost> {
    let text = ask(client, account, &format!("explain (analyze, buffers, format json) {query}")).await?;
    let told: Value = serde_json::from_str(&text)?;
    let told = &told[0];
    let pages = |name: &str| told["Plan"][name].as_u64().unwrap_or(0);
    let time = |name: &str| told[name].as_f64().unwrap_or(0.0);
    Ok(Cost {
        pages: pages("Shared Hit Blocks") + pages("Shared Read Blocks"),
        milliseconds: time("Planning Time") + time("Execution Time"),
        count: 0,
    })
}

/// As the REST server does: a transaction with the account's role and claims, and one query in it.
async fn ask(client: &Client, account: Uuid, query: &str) -> Result<String> {
    let claims = json!({"sub": account, "role": "authenticated"});
    let shown = client
        .simple_query(&format!(
            "begin read only; select set_config('role', 'authenticated', true), set_config('request.jwt.claims', '{claims}', true);
             {query}; commit"
        ))
        .await?;
    let last = shown.iter().rev().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(last.context("nothing was shown")?.to_owned())
}
