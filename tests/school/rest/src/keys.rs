//! The keys of a project, and what each stands for. They are opaque here, as they are to every client.

use anyhow::{Context, Result};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

const APIKEY: HeaderName = HeaderName::from_static("apikey");

pub struct Keys(Vec<Key>);

pub struct Key {
    key: String,
    /// The token of the key's role, as the REST server is asked with it.
    pub as_role: HeaderValue,
    /// The accounts' server knows the newer kind of keys alone.
    pub for_accounts: HeaderValue,
    /// It stands for `service_role`.
    pub of_the_office: bool,
}

impl Keys {
    /// Each role has a key of the newer kind, and its token is a key of the older kind.
    pub fn from_env() -> Result<Self> {
        let mut keys = Vec::new();
        for (name, token) in [("PUBLISHABLE_KEY", "ANON_TOKEN"), ("SECRET_KEY", "SERVICE_TOKEN")] {
            let key = std::env::var(name).context(name)?;
            let token = std::env::var(token).context(token)?;
            for accepted in [&key, &token] {
                keys.push(Key {
                    key: accepted.clone(),
                    as_role: format!("Bearer {token}").parse()?,
                    for_accounts: key.parse()?,
                    of_the_office: name == "SECRET_KEY",
                });
            }
        }
        Ok(Self(keys))
    }

    /// The key of a request, or what Supabase's gateway answers without one.
    pub fn of(&self, request: &Request) -> Result<&Key, Response> {
        let header = request.headers().get(APIKEY).and_then(|key| key.to_str().ok());
        let Some(given) = header.or_else(|| in_query(request)) else {
            return Err(answer(
                StatusCode::UNAUTHORIZED,
                &[
                    ("message", "No API key found in request"),
                    ("hint", "No `apikey` request header or url param was found."),
                ],
            ));
        };
        self.0.iter().find(|key| key.key == given).ok_or_else(|| {
            answer(
                StatusCode::UNAUTHORIZED,
                &[
                    ("message", "Invalid API key"),
                    ("hint", "Double check your Supabase `anon` or `service_role` API key."),
                ],
            )
        })
    }
}

impl Key {
    /// Whether a person's token comes with the key: neither none nor the key once more, as clients send it.
    pub fn signed_in(&self, request: &Request) -> bool {
        request.headers().get(AUTHORIZATION).is_some_and(|authorization| {
            let token = authorization.as_bytes().strip_prefix(b"Bearer ").unwrap_or(authorization.as_bytes());
            !token.starts_with(b"sb_") && token != self.key.as_bytes()
        })
    }
}

/// What the gateway itself answers: unlike the servers behind it, without a code.
pub fn answer(status: StatusCode, fields: &[(&str, &str)]) -> Response {
    let body = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
    let body = serde_json::Value::Object(body.collect());
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

fn in_query(request: &Request) -> Option<&str> {
    request.uri().query()?.split('&').find_map(|pair| pair.strip_prefix("apikey="))
}
