//! `first_sync [SESSIONS] [--into DIR SIGN_IN]`: what the first pull of a tutor's sessions costs against `curl` fetching
//! the same pages, and what one moved session costs after it. With `--into` the cache is left in a data folder, as that
//! sign-in's. It asserts nothing. Measured by `./dev bench --only school`.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use chrono::{Duration, Utc};
use firstbell_core::clock::SystemClock;
use firstbell_core::pulled::Page;
use firstbell_core::school::address::PublishableKey;
use firstbell_core::school::fault::Fault;
use firstbell_core::school::supabase::pull::{PageFault, pull_changes};
use firstbell_core::school::supabase::wire::Wire;
use firstbell_core::store::cache::Cache;
use firstbell_core::sync::pull::NoPage;
use firstbell_core::sync::{Pages, Pull};
use firstbell_school::Server;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

const FILL: &str = include_str!("first_sync/fill.sql");
const ROUNDS: usize = 5;
/// The tutor's, as the filling makes it.
const ACCOUNT: Uuid = Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_00ad);

/// The pages of a school, and what was asked for.
struct Noted {
    wire: Wire,
    token: SecretString,
    asked: Mutex<Vec<Value>>,
}

impl Pages for Noted {
    async fn page(&self, cursor: Option<&str>, limit: usize) -> Result<Page, NoPage> {
        let asked = cursor
            .map_or_else(|| json!({"limit": limit}), |cursor| json!({"cursor": cursor, "limit": limit}));
        if let Ok(mut all) = self.asked.lock() {
            all.push(asked);
        }
        pull_changes(&self.wire, &self.token, cursor, limit).await.map_err(|fault| match fault {
            PageFault::TooMuch => NoPage::TooMuch,
            PageFault::CursorRefused => NoPage::CursorRefused,
            PageFault::Call(_) => NoPage::Fault(Fault::Silent),
        })
    }
}

struct School {
    server: Server,
    token: String,
}

impl School {
    async fn with(sessions: u64) -> Result<Self> {
        let server = Server::start().await?;
        let client = server.database().context("a school of one's own")?.as_superuser().await?;
        let sql =
            FILL.replace("{sessions}", &sessions.to_string()).replace("{account}", &ACCOUNT.to_string());
        client.batch_execute(&sql).await.context("filling")?;
        client.batch_execute("vacuum analyze").await?;
        let until = (Utc::now() + Duration::hours(2)).timestamp();
        let claims = json!({"sub": ACCOUNT, "role": "authenticated", "aud": "authenticated", "exp": until});
        let token = server.keys().context("keys of one's own")?.token(&claims)?;
        Ok(Self { server, token })
    }

    async fn puller(&self, folder: &Path, sign_in: Uuid) -> Result<Pull<Noted>> {
        let key = PublishableKey::new(self.server.publishable_key()).context("a key")?;
        let address = self.server.url().parse().ok().context("an address")?;
        let wire = Wire::new(address, key, Arc::new(SystemClock)).ok().context("a wire")?;
        let pages = Noted { wire, token: self.token.clone().into(), asked: Mutex::default() };
        let cache = Cache::open(folder, sign_in, Utc::now()).await?;
        Ok(Pull::new(pages, cache, ACCOUNT, Arc::new(SystemClock)))
    }

    /// One `curl` that fetches these pages, over one connection, packed as they come to us too. Gives the bytes.
    fn curl(&self, asked: &[Value]) -> Result<u64> {
        let mut config = String::new();
        for (nth, body) in asked.iter().enumerate() {
            if nth > 0 {
                config.push_str("next\n");
            }
            let quoted = body.to_string().replace('\\', "\\\\").replace('"', "\\\"");
            config.push_str(&format!(
                "url = \"{}/rest/v1/rpc/pull_changes\"\nheader = \"apikey: {}\"\nheader = \"Authorization: Bearer {}\"\n\
                 header = \"Content-Type: application/json\"\ndata = \"{quoted}\"\ncompressed\nsilent\nfail\n\
                 output = \"/dev/null\"\nwrite-out = \"%{{size_download}}\\n\"\n",
                self.server.url(),
                self.server.publishable_key(),
                self.token
            ));
        }
        let mut curl = Command::new("curl")
            .args(["--config", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting curl")?;
        curl.stdin.take().context("its standard input")?.write_all(config.as_bytes())?;
        let out = curl.wait_with_output()?;
        if !out.status.success() {
            bail!("curl ended with {}", out.status);
        }
        Ok(String::from_utf8_lossy(&out.stdout).lines().filter_map(|line| line.parse::<u64>().ok()).sum())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut sessions = 10_000;
    let mut into: Option<(PathBuf, Uuid)> = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--into" {
            let folder = arguments.next().context("a folder")?;
            into = Some((folder.into(), arguments.next().context("a sign-in")?.parse()?));
        } else {
            sessions = argument.parse()?;
        }
    }
    let school = School::with(sessions).await?;
    if let Some((folder, sign_in)) = into {
        school.puller(&folder, sign_in).await?.pass(|| true, |_| {}).await?;
        return Ok(());
    }
    first(&school, sessions).await
}

async fn first(school: &School, sessions: u64) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut last = None;
    for round in 0..=ROUNDS {
        let folder = tempfile::tempdir()?;
        let pull = school.puller(folder.path(), Uuid::new_v4()).await?;
        let begun = Instant::now();
        let passed = pull.pass(|| true, |_| {}).await?;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        let asked = pull.pages().asked.lock().map(|asked| asked.clone()).unwrap_or_default();
        let begun = Instant::now();
        let bytes = school.curl(&asked)?;
        let curl = begun.elapsed().as_secs_f64() * 1000.0;
        // The first round warms the caches of the database.
        if round > 0 {
            ours.push(took);
            theirs.push(curl);
        }
        last = Some((folder, pull, passed, bytes));
    }
    let Some((_folder, pull, passed, bytes)) = last else { return Ok(()) };
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!(
        "First pull of {sessions} sessions: {} pages, {} rows, {:.1} MB packed; {ours:.0} ms, curl {theirs:.0} ms, \
         ratio {:.2} (aim 2.50)",
        passed.pages,
        passed.rows,
        bytes as f64 / 1e6,
        ours / theirs
    );
    let client = school.server.database().context("a school of one's own")?.as_superuser().await?;
    client
        .batch_execute(
            "update public.sessions s set scheduled_start_at = scheduled_start_at + interval '10 minutes',
               scheduled_end_at = scheduled_end_at + interval '10 minutes'
             where s.id = (select id from public.sessions where scheduled_start_at > now() + interval '1 day'
                           order by scheduled_start_at desc limit 1)",
        )
        .await?;
    if let Ok(mut asked) = pull.pages().asked.lock() {
        asked.clear();
    }
    let passed = pull.pass(|| true, |_| {}).await?;
    let asked = pull.pages().asked.lock().map(|asked| asked.clone()).unwrap_or_default();
    let bytes = school.curl(&asked)?;
    println!(
        "One session moved: {} request, {} rows, {bytes} bytes packed (aim: 1, under 2048)",
        asked.len(),
        passed.rows
    );
    Ok(())
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
