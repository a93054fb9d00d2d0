//! What genuine Supabase Auth answers, request by request: Supabase Auth, source of August 2026, on loopback.
//!
//! Whatever plays or stands in for the accounts is held to these. They come in groups, each recorded under settings of
//! its own and in order, for a request may only make sense after the ones before it:
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! let signing_in = firstbell_school::recorded::group("signing in")?;
//! let wrong = signing_in.exchange("a wrong password")?;
//! assert_eq!((wrong.response.status, wrong.response.code()), (400, Some("invalid_credentials")));
//! # Ok(())
//! # }
//! ```
//!
//! What is different each time has a name in its place: `<jwt>`, `<refresh:1>` and `<uuid:1>` (within a group the same
//! number is the same value), `<time>`, `<unix time>`, `<n>`, `<auth code>`, `<verifier>`, `<challenge>`,
//! `<token hash>`, `<pkce hash>`. Six digits are a code out of a mail. `<unix time>` stands for a number.
//!
//! Paths are the accounts' own: a client puts `/auth/v1` before them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::{Map, Value};

const FILE: &str = include_str!("../recorded/auth.json");

/// Exchanges that belong together.
#[derive(Debug, Deserialize)]
pub struct Group {
    /// Its name.
    #[serde(rename = "group")]
    pub name: String,
    /// In words: how the accounts were set.
    pub settings: String,
    /// What was seen besides: the mails that came, a token's claims, how often one may ask.
    pub also: Map<String, Value>,
    /// In the order in which they happened.
    pub exchanges: Vec<Exchange>,
}

/// A request and its answer.
#[derive(Debug, Deserialize)]
pub struct Exchange {
    /// What it is for.
    pub what: String,
    /// What was asked.
    pub request: Request,
    /// What was answered.
    pub response: Response,
}

/// What was asked.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// `GET`, `POST` …
    pub method: String,
    /// With its query, without `/auth/v1`.
    pub path: String,
    /// `X-Supabase-Api-Version`.
    #[serde(default)]
    pub api_version: Option<String>,
    /// The token of whoever is signed in.
    #[serde(default)]
    pub bearer: Option<String>,
    /// JSON; a string where none was sent.
    #[serde(default)]
    pub body: Option<Value>,
}

/// What was answered.
#[derive(Debug, Deserialize)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Those that say something, in small letters.
    pub headers: BTreeMap<String, String>,
    /// JSON; a string where it was none.
    pub body: Value,
}

/// All groups.
///
/// # Errors
/// When the file is none of ours.
pub fn groups() -> Result<&'static [Group]> {
    #[derive(Deserialize)]
    struct File {
        groups: Vec<Group>,
    }
    static GROUPS: OnceLock<Result<Vec<Group>, String>> = OnceLock::new();
    let read =
        || serde_json::from_str::<File>(FILE).map(|file| file.groups).map_err(|error| error.to_string());
    match GROUPS.get_or_init(read) {
        Ok(groups) => Ok(groups),
        Err(error) => Err(anyhow!("the recorded exchanges: {error}")),
    }
}

/// The group of this name.
///
/// # Errors
/// When there is none.
pub fn group(name: &str) -> Result<&'static Group> {
    let found = groups()?.iter().find(|group| group.name == name);
    found.with_context(|| format!("no group of recorded exchanges is called {name:?}"))
}

/// One exchange of a group.
///
/// # Errors
/// When there is none.
pub fn exchange(group: &str, what: &str) -> Result<&'static Exchange> {
    self::group(group)?.exchange(what)
}

impl Group {
    /// The first exchange for this.
    ///
    /// # Errors
    /// When there is none.
    pub fn exchange(&self, what: &str) -> Result<&Exchange> {
        let found = self.exchanges.iter().find(|exchange| exchange.what == what);
        found.with_context(|| format!("in {:?} no exchange is called {what:?}", self.name))
    }
}

impl Response {
    /// The code by which an app decides, in either form of errors.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        code(&self.body)
    }
}

/// The code of an answer in either form of errors: `code` as a word, or `error_code` beside a number.
#[must_use]
pub fn code(body: &Value) -> Option<&str> {
    body["error_code"].as_str().or_else(|| body["code"].as_str())
}
