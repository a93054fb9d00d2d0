//! Somebody who asks the server over HTTP, and what they are told.

use std::time::Duration;

use anyhow::{Result, ensure};
use firstbell_processes::wait;
use firstbell_school::{Server, run_sql};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub const SOON: Duration = Duration::from_secs(20);
pub const PASSWORD: &str = "a-bell-before-each";

/// The server of these tests.
pub async fn server() -> &'static Server {
    Server::from_env_or_start().await.unwrap()
}

/// The server with the tables and functions of `contract.sql` in it.
pub async fn server_with_contract() -> &'static Server {
    static READY: OnceCell<()> = OnceCell::const_new();
    let server = server().await;
    READY.get_or_try_init(|| put_contract_into(server)).await.unwrap();
    server
}

async fn put_contract_into(server: &'static Server) -> Result<()> {
    let client = server.connect().await?;
    client.batch_execute("set role postgres").await?;
    run_sql(&client, "contract.sql", include_str!("contract.sql")).await?;
    // The API reads anew what there is, when it comes to it.
    let visitor = Visitor::to(server);
    wait::until_true("the API to know the contract", SOON, async || {
        let there = visitor.post("/rest/v1/rpc/contract_add", json!({"a": 1, "b": 2})).await;
        Ok(there.status == 200)
    })
    .await
}

/// With the publishable key, signed in or not.
#[derive(Clone)]
pub struct Visitor {
    client: reqwest::Client,
    url: String,
    headers: HeaderMap,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// `null` where nothing came, and a string where it was not JSON.
    pub body: Value,
}

/// Someone who has just signed up.
pub struct Newcomer {
    pub email: String,
    pub session: Value,
}

impl Visitor {
    pub fn to(server: &Server) -> Self {
        Self::at(server.url(), server.publishable_key())
    }

    pub fn at(url: &str, key: &str) -> Self {
        let client = firstbell_school::http_client().redirect(reqwest::redirect::Policy::none());
        let visitor =
            Self { client: client.build().unwrap(), url: url.to_owned(), headers: HeaderMap::new() };
        visitor.with("apikey", key)
    }

    /// The same with a header more, or another value in it.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut with = self.clone();
        with.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        with
    }

    pub fn without_key(&self) -> Self {
        let mut without = self.clone();
        without.headers.remove("apikey");
        without
    }

    pub fn with_token(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn signed_in(&self, session: &Value) -> Self {
        self.with_token(session["access_token"].as_str().unwrap())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// `POST /rest/v1/rpc/…`
    pub async fn call(&self, function: &str, arguments: Value) -> Answer {
        self.post(&format!("/rest/v1/rpc/{function}"), arguments).await
    }

    /// Signs somebody new up.
    pub async fn sign_up(&self, name: &str) -> Newcomer {
        let email = format!("{name}.{}@school.example", uuid::Uuid::new_v4().simple());
        let body = json!({"email": email, "password": PASSWORD, "data": {"name": name}});
        let answer = self.post("/auth/v1/signup", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Newcomer { email, session: answer.body }
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/auth/v1/token?grant_type=password", json!({"email": email, "password": password})).await
    }

    pub async fn refresh(&self, refresh_token: &Value) -> Answer {
        let body = json!({"refresh_token": refresh_token});
        self.post("/auth/v1/token?grant_type=refresh_token", body).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request =
            self.client.request(method, format!("{}{path}", self.url)).headers(self.headers.clone());
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answered = request.send().await.unwrap();
        let (status, headers) = (answered.status().as_u16(), answered.headers().clone());
        let text = answered.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Answer { status, headers, body }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Status and code: of the accounts (`error_code`) or of the API (`code`).
    pub fn refusal(&self) -> (u16, &str) {
        let code =
            if self.body["error_code"].is_string() { &self.body["error_code"] } else { &self.body["code"] };
        (self.status, code.as_str().unwrap_or_default())
    }

    /// What was asked for, where it was given.
    pub fn given(self) -> Result<Value> {
        ensure!((200..300).contains(&self.status), "{}: {}", self.status, self.body);
        Ok(self.body)
    }
}
