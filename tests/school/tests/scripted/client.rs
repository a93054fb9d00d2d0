//! Somebody who asks a scripted school.

use std::time::Duration;

use firstbell_school::Scripted;
use reqwest::header::HeaderMap;
use reqwest::{Error, Method};
use serde_json::{Value, json};

/// Longer than anything here takes that is answered.
pub const SOON: Duration = Duration::from_secs(20);

pub const ADA: (&str, &str) = ("ada@school.example", "ada-rings-first");

pub struct Client {
    client: reqwest::Client,
    url: String,
    key: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// A string where it was not JSON.
    pub body: Value,
}

impl Client {
    pub fn of(school: &Scripted) -> Self {
        let client = firstbell_school::http_client().redirect(reqwest::redirect::Policy::none());
        let (url, key) = (school.url().to_owned(), school.publishable_key().to_owned());
        Self { client: client.timeout(SOON).build().unwrap(), url, key }
    }

    pub async fn try_ask(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        request = request.header("apikey", &self.key).header("x-supabase-api-version", "2024-01-01");
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answered = request.send().await?;
        let (status, headers) = (answered.status().as_u16(), answered.headers().clone());
        let text = answered.text().await?;
        Ok(Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    pub async fn get(&self, path: &str, bearer: Option<&str>) -> Answer {
        self.try_ask(Method::GET, path, bearer, None).await.unwrap()
    }

    pub async fn post(&self, path: &str, bearer: Option<&str>, body: Value) -> Answer {
        self.try_ask(Method::POST, path, bearer, Some(&body)).await.unwrap()
    }

    pub async fn sign_in(&self, (email, password): (&str, &str)) -> Answer {
        let body = json!({"email": email, "password": password});
        self.post("/auth/v1/token?grant_type=password", None, body).await
    }

    pub async fn refresh(&self, token: &Value) -> Answer {
        self.post("/auth/v1/token?grant_type=refresh_token", None, json!({"refresh_token": token})).await
    }
}

impl Answer {
    pub fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}
