//! A school's server: the database, the accounts and the REST API at one address.

mod genuine;
mod running;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

use self::running::{Plan, Running};
use crate::{Database, Keys, Mail, Settings};

/// A server that answers. One that was started here ends when this is dropped, or when the process that holds it dies
/// in any way.
pub struct Server {
    url: String,
    publishable_key: String,
    secret_key: String,
    database_url: String,
    running: Option<Running>,
}

/// How a server is started.
#[derive(Clone)]
pub struct ServerPlan(Plan);

impl Server {
    /// A server in a temporary folder, gone with all it holds in the end. Its accounts are a stand-in, or the genuine
    /// server whose program `FIRSTBELL_ACCOUNTS` names.
    #[must_use]
    pub fn plan() -> ServerPlan {
        ServerPlan(Plan {
            kept_in: None,
            tell: |_, _| (),
            settings: Settings::default(),
            program: genuine::from_env(),
        })
    }

    /// The same as `Server::plan().start()`.
    ///
    /// # Errors
    /// As [`ServerPlan::start`].
    pub async fn start() -> Result<Self> {
        Self::plan().start().await
    }

    /// The same with its accounts set so.
    ///
    /// # Errors
    /// As [`ServerPlan::start`].
    pub async fn start_with(settings: Settings) -> Result<Self> {
        Self::plan().settings(settings).start().await
    }

    /// The server that all tests of this process share: a given one (`SUPABASE_URL`, `SUPABASE_KEY`,
    /// `SUPABASE_SECRET_KEY` and `DATABASE_URL`), which may be a genuine project's, or one of its own.
    ///
    /// # Errors
    /// As [`ServerPlan::start`], and when only some of the four variables are set.
    pub async fn from_env_or_start() -> Result<&'static Self> {
        static SHARED: OnceCell<Server> = OnceCell::const_new();
        let given = || match Self::from_env() {
            Some(server) => Ok(Some(server?)),
            None => Ok::<_, anyhow::Error>(None),
        };
        SHARED
            .get_or_try_init(async || match given()? {
                Some(server) => Ok(server),
                None => Self::start().await,
            })
            .await
    }

    /// The address that clients are given, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key that clients are given.
    #[must_use]
    pub fn publishable_key(&self) -> &str {
        &self.publishable_key
    }

    /// The key of `service_role`.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The database's address, for the strongest role there is.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// The keys and the secret behind them. A given server keeps its own to itself.
    #[must_use]
    pub fn keys(&self) -> Option<&Keys> {
        self.running.as_ref().map(Running::keys)
    }

    /// The database. Of a given server only [`Self::connect`] is known.
    #[must_use]
    pub fn database(&self) -> Option<Database> {
        self.running.as_ref().map(Running::database)
    }

    /// Whether Supabase's own programs answer for the accounts. Of a given server nothing else is known.
    #[must_use]
    pub fn accounts_are_genuine(&self) -> bool {
        self.running.as_ref().is_none_or(Running::genuine)
    }

    /// The mails that have been sent to this address, the oldest first. A given server sends its mails away.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn mail_to(&self, address: &str) -> Result<Vec<Mail>> {
        self.running.as_ref().map_or_else(|| Ok(Vec::new()), |running| running.mail_to(address))
    }

    /// A connection to the database as its address says.
    ///
    /// # Errors
    /// When it does not answer, or wants TLS.
    pub async fn connect(&self) -> Result<Client> {
        let (client, connection) =
            tokio_postgres::connect(&self.database_url, NoTls).await.context("connecting to DATABASE_URL")?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// What the servers have said last, for a failing test.
    #[must_use]
    pub fn last_words(&self) -> String {
        self.running.as_ref().map(Running::last_words).unwrap_or_default()
    }

    fn from_env() -> Option<Result<Self>> {
        let names = ["SUPABASE_URL", "SUPABASE_KEY", "SUPABASE_SECRET_KEY", "DATABASE_URL"];
        let values = names.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        // Many programs know a DATABASE_URL: it alone says nothing about a school.
        if values[..3].iter().all(Option::is_none) {
            return None;
        }
        let mut values = names
            .iter()
            .zip(values)
            .map(|(name, value)| value.with_context(|| format!("of {names:?} some are set, but not {name}")));
        let mut next = || values.next().context("four values")?;
        Some((|| {
            Ok(Self {
                url: next()?.trim_end_matches('/').to_owned(),
                publishable_key: next()?,
                secret_key: next()?,
                database_url: next()?,
                running: None,
            })
        })())
    }
}

impl ServerPlan {
    /// The server lies in `folder`, which is made the first time, and outlives its processes.
    #[must_use]
    pub fn kept_in(mut self, folder: &Path) -> Self {
        self.0.kept_in = Some(folder.to_owned());
        self
    }

    /// How its accounts are set.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.0.settings = settings;
        self
    }

    /// The program of a genuine Supabase Auth, which answers for the accounts in the place of the stand-in.
    #[must_use]
    pub fn accounts(mut self, program: &Path) -> Self {
        self.0.program = Some(program.to_owned());
        self
    }

    /// What is told each step that is done, and how long it took.
    #[must_use]
    pub fn telling(mut self, tell: fn(&str, Duration)) -> Self {
        self.0.tell = tell;
        self
    }

    /// Starts everything and waits until it answers.
    ///
    /// # Errors
    /// When something is not installed, does not start, or a migration fails.
    pub async fn start(self) -> Result<Server> {
        let running = Running::start(&self.0).await?;
        Ok(Server {
            url: running.url(),
            publishable_key: running.keys().publishable.clone(),
            secret_key: running.keys().secret.clone(),
            database_url: running.database().url(crate::SUPERUSER),
            running: Some(running),
        })
    }
}
