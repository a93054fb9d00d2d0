//! Requests to a school's server, and what was seen on the way. Whatever is sent goes to the one address that it was made
//! for; nothing follows a redirect. No answer's body, no address with its parameters and no sentence of a server gets
//! into an error or a log.

mod look;
mod resolver;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use reqwest::{
    Client, Method, StatusCode,
    header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::{
    clock::Clock,
    school::{
        address::{PublishableKey, SchoolAddress},
        fault::{Content, End, Fault, Seen, fault},
    },
};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(8);
/// How long a request may take, with its connection and its answer.
const WHOLE: Duration = Duration::from_secs(15);
/// The largest answer that is read.
const LARGEST: usize = 8 << 20;
/// The form of answers of the accounts that is asked for (Supabase Auth, `X-Supabase-Api-Version`).
const API_VERSION: (&str, &str) = ("x-supabase-api-version", "2024-01-01");

/// A way to the server of one school.
#[derive(Clone)]
pub struct Wire {
    client: Client,
    address: SchoolAddress,
    key: PublishableKey,
    clock: Arc<dyn Clock>,
    /// By how many seconds the server's clock was ahead at its last answer.
    ahead: Arc<AtomicI64>,
}

/// Nobody knows by how much.
const UNKNOWN: i64 = i64::MIN;

/// What a school's server has answered, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// The status (RFC 9110 §15).
    pub status: u16,
    /// The body; null where there is none.
    pub body: Value,
}

impl Answer {
    /// Whether the server has done what it was asked for.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

impl Wire {
    /// A way to a school. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Fault::NetworkOrSchool`] where this computer has no certificates to trust.
    pub fn new(address: SchoolAddress, key: PublishableKey, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        // Whoever came first has installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("FirstBell/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            // An idle connection does not survive a sleep, and the first request after it would fail.
            .pool_idle_timeout(Duration::from_secs(30))
            .https_only(!address.is_loopback())
            .dns_resolver(Arc::new(resolver::SystemResolver))
            .build()
            .map_err(|_| Fault::NetworkOrSchool)?;
        Ok(Self { client, address, key, clock, ahead: Arc::new(AtomicI64::new(UNKNOWN)) })
    }

    /// The school's address.
    #[must_use]
    pub const fn address(&self) -> &SchoolAddress {
        &self.address
    }

    /// The school's publishable key.
    #[must_use]
    pub const fn key(&self) -> &PublishableKey {
        &self.key
    }

    /// By how much the server's clock was ahead of this computer's at its last answer, to a second or so.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<chrono::Duration> {
        let seconds = self.ahead.load(Ordering::Relaxed);
        (seconds != UNKNOWN).then(|| chrono::Duration::seconds(seconds))
    }

    /// Whether asking can be spared: this computer has no way to anywhere, and the school is elsewhere. Nothing is sent to
    /// find that out.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        !self.address.is_loopback() && !look::has_route()
    }

    /// Asks for something at a path with a query, in the name of whoever has the access token.
    ///
    /// # Errors
    /// The fault, where no answer of a school came.
    pub async fn get(&self, path: &str, token: Option<&SecretString>) -> Result<Answer, Fault> {
        self.ask(Method::GET, path, token, None).await
    }

    /// Sends something.
    ///
    /// # Errors
    /// The fault, where no answer of a school came. What was sent may have been done.
    pub async fn post(
        &self,
        path: &str,
        token: Option<&SecretString>,
        body: &Value,
    ) -> Result<Answer, Fault> {
        self.ask(Method::POST, path, token, Some(body)).await
    }

    /// Puts something in the place of what is there.
    ///
    /// # Errors
    /// As [`Wire::post`].
    pub async fn put(&self, path: &str, token: Option<&SecretString>, body: &Value) -> Result<Answer, Fault> {
        self.ask(Method::PUT, path, token, Some(body)).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<&Value>,
    ) -> Result<Answer, Fault> {
        if self.is_offline() {
            return Err(Fault::Offline);
        }
        let mut request = self.client.request(method, self.address.at(path)).headers(self.headers(token));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answered = request.send().await.map_err(|error| self.fault(look::end_of(&error)))?;
        let (status, headers) = (answered.status(), answered.headers().clone());
        self.look_at_clock(&headers);
        let body = self.body(answered).await?;
        self.judge(status, &headers, &body).map(|body| Answer { status: status.as_u16(), body })
    }

    fn headers(&self, token: Option<&SecretString>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(API_VERSION.0, HeaderValue::from_static(API_VERSION.1));
        // Both were looked at when they were made, and have no character that a header cannot have.
        if let Ok(mut key) = HeaderValue::from_str(self.key.as_str()) {
            key.set_sensitive(true);
            headers.insert("apikey", key);
        }
        if let Some(token) = token
            && let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        {
            bearer.set_sensitive(true);
            headers.insert(reqwest::header::AUTHORIZATION, bearer);
        }
        headers
    }

    async fn body(&self, mut answered: reqwest::Response) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(part) = answered.chunk().await.map_err(|error| self.fault(look::end_of(&error)))? {
            if body.len() + part.len() > LARGEST {
                return Err(self.fault(End::CutOff));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    /// The JSON of an answer that a school's own servers give; else what it is instead.
    fn judge(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<Value, Fault> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let json = serde_json::from_slice::<Value>(body).ok();
        let has_code = json.as_ref().is_some_and(|json| super::error::code_of(json).is_some());
        let code = status.as_u16();
        match json {
            Some(json) if status.is_success() => Ok(json),
            None if status.is_success() && body.is_empty() => Ok(Value::Null),
            // The gateway itself says no: nothing behind it was asked (no `code`, unlike the servers behind).
            Some(json) if code == 401 && !has_code && json.get("message").is_some() => Err(Fault::WrongKey),
            // What the accounts or the REST server say has a code, whatever its status; 5xx too, which tell of mail.
            Some(json) if has_code && !status.is_redirection() => Ok(json),
            json => {
                let content = match json {
                    _ if headers.contains_key(LOCATION) || status.is_redirection() => Content::Redirect,
                    Some(_) => Content::Json,
                    None if body.is_empty() => Content::Empty,
                    None if text(CONTENT_TYPE).contains("html") || looks_like_html(body) => Content::Html,
                    None => Content::Other,
                };
                let fault = self.fault(End::Strange { status: code, content });
                Err(match fault {
                    Fault::TooMany(None) => {
                        Fault::TooMany(text(RETRY_AFTER).parse().ok().map(Duration::from_secs))
                    }
                    fault => fault,
                })
            }
        }
    }

    fn fault(&self, end: End) -> Fault {
        let is_loopback = self.address.is_loopback();
        fault(&Seen { has_route: is_loopback || look::has_route(), is_loopback, end })
    }

    /// A server says what time it has (RFC 9110 §6.6.1). What anybody but a school's own server says counts for nothing,
    /// but does no harm: it is only shown.
    fn look_at_clock(&self, headers: &HeaderMap) {
        let said = headers.get(DATE).and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
        if let Some(said) = said {
            let ahead = said.with_timezone(&Utc) - self.clock.now();
            self.ahead.store(ahead.num_seconds(), Ordering::Relaxed);
        }
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(body.get(..200).unwrap_or(body)).to_ascii_lowercase();
    start.trim_start().starts_with("<!doctype html") || start.contains("<html")
}
