//! The one address of a school on this computer. What Supabase's gateway, its REST server and its auth server do
//! together is done here by this process and, behind it, the accounts' server.
//!
//! It is given a listening socket as its standard input, so that its port is known before it starts; the rest comes in
//! the environment, by the names that PostgREST gives to its settings. It says `ready` when it answers.

mod correct;
mod keys;

use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use postrust_core::AppConfig;
use postrust_server::lenient_uri::LenientListener;
use postrust_server::{Builder, Host};
use tower::ServiceExt as _;

use crate::keys::{Key, Keys, answer};

/// As much as the auth server takes in one request.
const LONGEST_BODY: usize = 2 << 20;

/// What the accounts' server serves without a key, as links in messages and redirects carry none.
const OPEN: [&str; 4] = ["/verify", "/callback", "/authorize", "/.well-known/"];

struct Door {
    keys: Keys,
    rest: Router,
    accounts: String,
    /// Supabase's own program is behind it.
    genuine: bool,
    client: reqwest::Client,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::WARN).init();
    let listener = TcpListener::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    listener.set_nonblocking(true).context("standard input has to be a listening socket")?;
    let listener = LenientListener(tokio::net::TcpListener::from_std(listener)?);

    let rest = Builder::new(AppConfig::try_from_env()?, Host::SERVER).layer(from_fn(correct::correct));
    let door = Door {
        keys: Keys::from_env()?,
        rest: rest.build().await?.router,
        accounts: std::env::var("ACCOUNTS_URL").context("ACCOUNTS_URL")?,
        genuine: std::env::var_os("ACCOUNTS_ARE_GENUINE").is_some(),
        client: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?,
    };
    let app = Router::new().fallback(come_in).with_state(Arc::new(door));
    println!("ready");
    Ok(axum::serve(listener, app).await?)
}

/// By path to one of the two servers, with the key turned into what that server understands.
async fn come_in(State(door): State<Arc<Door>>, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(rest) = path.strip_prefix("/rest/v1") {
        let rest = rest.to_owned();
        door.to_rest(request, &rest).await
    } else if let Some(accounts) = path.strip_prefix("/auth/v1") {
        let accounts = accounts.to_owned();
        door.to_accounts(request, &accounts).await
    } else {
        answer(StatusCode::NOT_FOUND, &[("message", "no Route matched with those values")])
    }
}

impl Door {
    async fn to_rest(&self, mut request: Request, path: &str) -> Response {
        let key = match self.keys.of(&request) {
            Ok(key) => key,
            Err(refusal) => return refusal,
        };
        if !key.signed_in(&request) {
            request.headers_mut().insert(AUTHORIZATION, key.as_role.clone());
        }
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = if path.is_empty() { "/" } else { path };
        let Ok(uri) = format!("{path}{query}").parse::<Uri>() else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        *request.uri_mut() = uri;
        match self.rest.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    async fn to_accounts(&self, request: Request, path: &str) -> Response {
        let mut key = None;
        if !OPEN.iter().any(|open| path.starts_with(open)) {
            match self.keys.of(&request) {
                Ok(known) => key = Some(known),
                Err(refusal) => return refusal,
            }
        }
        match self.ask_accounts(request, path, key).await {
            Ok(response) => response,
            Err(error) => answer(StatusCode::BAD_GATEWAY, &[("message", &format!("{error:#}"))]),
        }
    }

    async fn ask_accounts(&self, request: Request, path: &str, key: Option<&Key>) -> Result<Response> {
        let signed_in = key.is_none_or(|key| key.signed_in(&request));
        let (mut parts, body) = request.into_parts();
        let url = if self.genuine {
            let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{}{path}{query}", self.accounts)
        } else {
            format!("{}{}", self.accounts, parts.uri)
        };
        for of_this_connection in [CONNECTION, HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
            parts.headers.remove(of_this_connection);
        }
        if let Some(key) = key {
            parts.headers.insert("apikey", key.for_accounts.clone());
        }
        if !signed_in {
            parts.headers.remove(AUTHORIZATION);
        }
        // The genuine server knows no keys, and the office by its token.
        if let Some(key) = key.filter(|key| self.genuine && !signed_in && key.of_the_office) {
            parts.headers.insert(AUTHORIZATION, key.as_role.clone());
        }
        let body = to_bytes(body, LONGEST_BODY).await?;
        let request = self.client.request(parts.method, url).headers(parts.headers).body(body);
        let answered = request.send().await?;
        let (status, mut headers) = (answered.status(), answered.headers().clone());
        for of_that_connection in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(of_that_connection);
        }
        let mut response = Response::new(Body::from(answered.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
