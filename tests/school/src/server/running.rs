//! The processes of a server that was started here, in the order in which they need each other.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use firstbell_processes::{Processes, wait};

use super::genuine;
use crate::post::{self, Mail, sink::Sink};
use crate::{Cluster, Database, Keys, Settings, prepare};

/// Where `npm ci` put the accounts' server.
const ACCOUNTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/auth");

/// Where `./dev` builds the REST server, unless it says otherwise.
const REST: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/school-rest/debug/firstbell-school-rest");
const REST_ELSEWHERE: &str = "FIRSTBELL_SCHOOL_REST";

pub(super) struct Running {
    port: u16,
    keys: Keys,
    mail: PathBuf,
    genuine: bool,
    /// Where a genuine server sends its mails.
    sink: Option<Sink>,
    cluster: Cluster,
}

/// How a server is started.
#[derive(Clone)]
pub(super) struct Plan {
    pub kept_in: Option<PathBuf>,
    pub tell: fn(&str, Duration),
    pub settings: Settings,
    /// A genuine accounts' server.
    pub program: Option<PathBuf>,
}

impl Running {
    pub(super) async fn start(plan: &Plan) -> Result<Self> {
        let mut steps = Steps { tell: plan.tell, began: Instant::now() };
        let cluster = match &plan.kept_in {
            Some(folder) => Cluster::start_in(folder).await?,
            None => Cluster::start().await?,
        };
        steps.done("the database answers");
        same_accounts(cluster.folder(), plan.program.is_some())?;
        let keys = keys_in(cluster.folder())?;
        let database = cluster.project();
        prepare::arrange(&database).await?;
        steps.done("it is arranged as Supabase arranges it");

        // Bound before anything needs to know the address, and handed on: nobody can take the port in between.
        let listener = listen(&cluster.folder().join("port"))?;
        let port = listener.local_addr()?.port();
        let mail = cluster.folder().join("mail");
        std::fs::create_dir_all(&mail)?;
        let mut running = Self { port, keys, mail, genuine: plan.program.is_some(), sink: None, cluster };
        let accounts = match &plan.program {
            Some(program) => running.start_genuine(program, &plan.settings).await?,
            None => running.start_stand_in(&plan.settings).await?,
        };
        prepare::rights_to_auth(&database).await?;
        steps.done("the accounts answer");
        prepare::migrate(&database).await?;
        steps.done("the school's migrations have run");
        running.start_rest(listener, accounts).await?;
        steps.done("the REST API answers");
        Ok(running)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn database(&self) -> Database {
        self.cluster.project()
    }

    pub(super) fn last_words(&self) -> String {
        self.processes().last_words()
    }

    pub(super) fn genuine(&self) -> bool {
        self.genuine
    }

    pub(super) fn mail_to(&self, address: &str) -> Result<Vec<Mail>> {
        post::mails_to(&self.mail, address)
    }

    /// Gives the port that it has chosen.
    async fn start_stand_in(&self, settings: &Settings) -> Result<u16> {
        settings.fit_the_stand_in()?;
        ensure!(
            Path::new(ACCOUNTS).join("node_modules").exists(),
            "the accounts' server is not installed: `./dev server` and `./dev test` do it"
        );
        let mut command = plain_command("node");
        command.arg("accounts.mjs").current_dir(ACCOUNTS).stdin(std::process::Stdio::null());
        command.envs([
            ("DATABASE_URL", self.database().url("supabase_auth_admin").as_str()),
            ("JWT_SECRET", self.keys.jwt_secret()),
            ("SCHOOL_URL", &self.url()),
            ("PUBLISHABLE_KEY", &self.keys.publishable),
            ("SECRET_KEY", &self.keys.secret),
            ("SETTINGS", &serde_json::to_string(settings)?),
            ("LITE_TELEMETRY", "0"),
            ("DO_NOT_TRACK", "1"),
        ]);
        command.env("MAIL_FOLDER", &self.mail);
        let said = self.start_and_wait("accounts", &mut command, "listening on ").await?;
        said.parse().context("the accounts' port")
    }

    /// Gives the port that it was told to take.
    async fn start_genuine(&mut self, program: &Path, settings: &Settings) -> Result<u16> {
        ensure!(program.is_file(), "{} is no accounts' server", program.display());
        let mut command = plain_command(program);
        command.stdin(std::process::Stdio::null()).current_dir(self.cluster.folder());
        let place = genuine::Place {
            url: &self.url(),
            database_url: &self.database().url("supabase_auth_admin"),
            keys: &self.keys,
            mails: &self.mail,
        };
        let (port, sink) = genuine::prepare(&mut command, &place, settings)?;
        self.sink = sink;
        let pid = self.processes().start("accounts", &mut command)?;
        let client = crate::http_client().build()?;
        wait::until("the genuine accounts' server", 3 * wait::PATIENCE, async || {
            if let Some(status) = self.processes().exit_status(pid)? {
                return Ok(Some(Err(anyhow!("it ended ({status}): {}", self.processes().log("accounts")))));
            }
            let answered = client.get(format!("http://127.0.0.1:{port}/health")).send().await?;
            Ok(answered.status().is_success().then_some(Ok(())))
        })
        .await??;
        Ok(port)
    }

    async fn start_rest(&self, listener: TcpListener, accounts: u16) -> Result<()> {
        let program = std::env::var_os(REST_ELSEWHERE).map_or_else(|| REST.into(), PathBuf::from);
        ensure!(
            program.exists(),
            "{} is not built: `./dev server` and `./dev test` do it",
            program.display()
        );
        let mut command = plain_command(program);
        command.stdin(OwnedFd::from(listener));
        command.envs([
            ("ACCOUNTS_URL", format!("http://127.0.0.1:{accounts}").as_str()),
            ("PUBLISHABLE_KEY", &self.keys.publishable),
            ("SECRET_KEY", &self.keys.secret),
            ("ANON_TOKEN", &self.keys.role_token("anon")?),
            ("SERVICE_TOKEN", &self.keys.role_token("service_role")?),
            ("PGRST_DB_URI", &self.database().url("authenticator")),
            ("PGRST_JWT_SECRET", self.keys.jwt_secret()),
            // As a hosted project is set.
            ("PGRST_DB_SCHEMAS", "public"),
            ("PGRST_DB_EXTRA_SEARCH_PATH", "public,extensions"),
            ("PGRST_DB_ANON_ROLE", "anon"),
            ("PGRST_DB_MAX_ROWS", "1000"),
            ("PGRST_DB_CHANNEL_ENABLED", "true"),
            ("PGRST_DB_POOL", "20"),
            // PostgREST's paths at the root, and its errors in the database's own words.
            ("PGRST_COMPAT_MODE", "true"),
        ]);
        if self.genuine {
            command.env("ACCOUNTS_ARE_GENUINE", "1");
        }
        self.start_and_wait("rest", &mut command, "ready").await.map(drop)
    }

    /// Waits for a line that begins so, and gives the rest of it.
    async fn start_and_wait(&self, name: &str, command: &mut Command, beginning: &str) -> Result<String> {
        let processes = self.processes();
        let pid = processes.start(name, command)?;
        wait::until(&format!("`{name}` to answer"), 3 * wait::PATIENCE, async || {
            let log = processes.log(name);
            if let Some(said) = log.lines().find_map(|line| line.strip_prefix(beginning)) {
                return Ok(Some(Ok(said.to_owned())));
            }
            let ended = processes.exit_status(pid)?;
            Ok(ended.map(|status| Err(anyhow!("`{name}` ended ({status}): {log}"))))
        })
        .await
        .with_context(|| processes.log(name))?
    }

    fn processes(&self) -> &Processes {
        self.cluster.processes()
    }
}

struct Steps {
    tell: fn(&str, Duration),
    began: Instant,
}

impl Steps {
    fn done(&mut self, what: &str) {
        (self.tell)(what, self.began.elapsed());
        self.began = Instant::now();
    }
}

/// A command that knows nothing of the settings of whoever starts it.
fn plain_command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    for kept in ["PATH", "HOME"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command
}

/// What one kind of accounts has made in a database is not the other's.
fn same_accounts(folder: &Path, genuine: bool) -> Result<()> {
    let path = folder.join("accounts");
    let these = if genuine { "genuine" } else { "stand-in" };
    match std::fs::read_to_string(&path) {
        Ok(before) => ensure!(
            before == these,
            "what is kept in {} was made with {before} accounts; `./dev server --fresh` starts anew",
            folder.display()
        ),
        // Of before there were two kinds.
        Err(_) if genuine => ensure!(
            !folder.join("keys.json").exists(),
            "what is kept in {} was made with stand-in accounts; `./dev server --fresh` starts anew",
            folder.display()
        ),
        Err(_) => {}
    }
    Ok(std::fs::write(path, these)?)
}

/// Those of before, where the folder has been kept.
fn keys_in(folder: &Path) -> Result<Keys> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let path = folder.join("keys.json");
    if let Ok(kept) = std::fs::read_to_string(&path) {
        return serde_json::from_str(&kept).with_context(|| path.display().to_string());
    }
    let keys = Keys::random();
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(serde_json::to_string(&keys)?.as_bytes())?;
    Ok(keys)
}

/// At the port of before, where the folder has been kept and the port is still free: clients remember the address.
fn listen(remembered: &Path) -> Result<TcpListener> {
    let before = std::fs::read_to_string(remembered).ok().and_then(|port| port.parse().ok());
    if let Some(listener) = before.and_then(|port: u16| TcpListener::bind(("127.0.0.1", port)).ok()) {
        return Ok(listener);
    }
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    std::fs::write(remembered, listener.local_addr()?.port().to_string())?;
    Ok(listener)
}
