//! What has been asked, for tests that look who sent what to whom.

use std::fmt;

use bytes::Bytes;
use hyper::http::request::Parts;
use serde_json::Value;

/// A request that came.
#[derive(Clone)]
pub struct Asked {
    /// `GET`, `POST` …
    pub method: String,
    /// Without its query: `/auth/v1/token`.
    pub path: String,
    /// What stands behind the `?`, or nothing.
    pub query: String,
    /// The status that was answered; `None` while there is none, and where none was given.
    pub status: Option<u16>,
    pub(super) forgotten: bool,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Asked {
    pub(super) fn new(parts: &Parts, body: Bytes) -> Self {
        let header =
            |value: &hyper::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            status: None,
            forgotten: false,
            headers: parts.headers.iter().map(|(name, value)| (name.to_string(), header(value))).collect(),
            body,
        }
    }

    /// The value of a header, whose name is given in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All headers, with their names in small letters.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The token of whoever is signed in.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// One value of the query, without its percent signs.
    #[must_use]
    pub fn in_query(&self, name: &str) -> Option<String> {
        super::blanks::in_query(&self.query, name)
    }

    /// The body as JSON; `null` where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Without what may be secret.
impl fmt::Debug for Asked {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} {}", self.method, self.path)?;
        if let Some(grant) = self.in_query("grant_type") {
            write!(out, " ({grant})")?;
        }
        match self.status {
            Some(status) => write!(out, " → {status}"),
            None => write!(out, " → nothing"),
        }
    }
}
