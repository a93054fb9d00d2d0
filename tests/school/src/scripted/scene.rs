//! What is answered to a request, as the scene stands.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hyper::Response;
use hyper::header::{CONNECTION, CONTENT_LENGTH, DATE, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use serde_json::{Value, json};
use uuid::Uuid;

use super::asked::Asked;
use super::blanks::{Blanks, Now, in_query, same_place};
use super::body::{EndsHere, Pieces};
use super::fault::Fault;
use super::sign_ins::{AN_HOUR, Chosen, SignIns};
use crate::Keys;
use crate::recorded::{self, Exchange};

pub struct Scene {
    pub keys: Keys,
    /// A server that answers whatever is not decided here.
    behind: Option<Behind>,
    state: Mutex<State>,
}

struct Behind {
    url: String,
    client: reqwest::Client,
}

#[derive(Default)]
pub struct State {
    pub asked: Vec<Asked>,
    /// The one that was set last stands first.
    pub faults: VecDeque<Set>,
    pub next: VecDeque<(&'static str, &'static Exchange)>,
    pub standing: Vec<(&'static str, &'static Exchange)>,
    pub sign_ins: Option<SignIns>,
    pub blanks: Blanks,
    pub ahead: TimeDelta,
    pub expires_in: Option<i64>,
}

pub struct Set {
    pub path: String,
    pub fault: Fault,
    /// `None`: until it is taken away.
    pub times: Option<usize>,
}

struct Answer {
    status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Scene {
    pub fn new(keys: Keys, behind: Option<String>) -> Result<Self> {
        let client = || crate::http_client().redirect(reqwest::redirect::Policy::none()).build();
        let behind = match behind {
            Some(url) => Some(Behind { url, client: client()? }),
            None => None,
        };
        Ok(Self { keys, behind, state: Mutex::default() })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers, or ends the connection.
    pub async fn answer(&self, mut parts: Parts, body: Bytes) -> Result<Response<Pieces>, EndsHere> {
        let (nth, fault) = self.note(&parts, &body);
        if fault == Some(Fault::Silence) {
            std::future::pending::<()>().await;
        }
        let mut answer = match fault.as_ref().and_then(Fault::instead) {
            Some(instead) => Answer::new(instead.status, &instead.headers, instead.body),
            None if fault == Some(Fault::TooManyRequests) => {
                let named = recorded::exchange("asked too often", "sign in: asked too often");
                named
                    .and_then(|exchange| self.fill("asked too often", exchange, &parts, &Value::Null, None))
                    .unwrap_or_else(|error| Answer::failed(&error))
            }
            None => {
                if fault == Some(Fault::Anonymous) {
                    parts.headers.remove("authorization");
                }
                self.decide(&parts, body).await.unwrap_or_else(|error| Answer::failed(&error))
            }
        };
        let off = if let Some(Fault::DateOff(seconds)) = fault { seconds } else { 0 };
        answer.date(self.now() + TimeDelta::seconds(off));
        match fault {
            Some(Fault::AnswerLost) => return Err(EndsHere),
            Some(Fault::AnswerHeld) => std::future::pending::<()>().await,
            _ => {}
        }
        self.state().asked[nth].status = Some(answer.status);
        answer.send(fault.as_ref())
    }

    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.state().ahead
    }

    /// Writes a request down, and takes the fault that it meets.
    fn note(&self, parts: &Parts, body: &Bytes) -> (usize, Option<Fault>) {
        let mut state = self.state();
        state.asked.push(Asked::new(parts, body.clone()));
        let nth = state.asked.len() - 1;
        let place = parts.uri.path_and_query().map_or("", |place| place.as_str());
        let Some(at) = state.faults.iter().position(|set| place.starts_with(&set.path)) else {
            return (nth, None);
        };
        let fault = state.faults[at].fault.clone();
        if let Some(times) = &mut state.faults[at].times {
            *times -= 1;
            if *times == 0 {
                state.faults.remove(at);
            }
        }
        (nth, Some(fault))
    }

    async fn decide(&self, parts: &Parts, body: Bytes) -> Result<Answer> {
        let path = parts.uri.path();
        let open = ["/auth/v1/verify", "/auth/v1/authorize", "/auth/v1/callback"];
        if self.behind.is_none() && !open.iter().any(|open| path.starts_with(open)) {
            let key = parts.headers.get("apikey").and_then(|key| key.to_str().ok());
            if key.is_none() {
                return Ok(Answer::of_gateway("No API key found in request"));
            }
            if ![Some(self.keys.publishable.as_str()), Some(&self.keys.secret)].contains(&key) {
                return Ok(Answer::of_gateway("Invalid API key"));
            }
        }
        let place = parts.uri.path_and_query().map_or("", |place| place.as_str());
        if let Some(place) = place.strip_prefix("/auth/v1") {
            let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
            if let Some((group, exchange)) = self.named(parts.method.as_str(), place) {
                return self.fill(group, exchange, parts, &asked, None);
            }
            if let Some(chosen) = self.chosen(parts, place, &asked) {
                let exchange = recorded::exchange(chosen.group, chosen.what)?;
                return self.fill(chosen.group, exchange, parts, &asked, Some(&chosen));
            }
        }
        match &self.behind {
            Some(behind) => behind.ask(parts, body).await,
            None => Ok(Answer::new(501, &[], "nothing is set for this in the scene".to_owned())),
        }
    }

    /// The recorded answer that a test has named for such a request.
    fn named(&self, method: &str, place: &str) -> Option<(&'static str, &'static Exchange)> {
        let mut state = self.state();
        let fits = |(_, exchange): &(&str, &Exchange)| {
            exchange.request.method == method && same_place(&exchange.request.path, place)
        };
        if let Some(at) = state.next.iter().position(fits) {
            return state.next.remove(at);
        }
        state.standing.iter().rev().find(|one| fits(one)).copied()
    }

    fn chosen(&self, parts: &Parts, place: &str, asked: &Value) -> Option<Chosen> {
        let now = self.now();
        let bearer = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
        self.state().sign_ins.as_mut()?.choose(parts.method.as_str(), place, bearer, asked, now)
    }

    /// A recorded answer with everything in it that is different each time.
    fn fill(
        &self,
        group: &'static str,
        exchange: &'static Exchange,
        parts: &Parts,
        asked: &Value,
        chosen: Option<&Chosen>,
    ) -> Result<Answer> {
        let instant = self.now();
        let mut state = self.state();
        let expires_in = state.expires_in.unwrap_or(AN_HOUR.num_seconds());
        let mut about = asked.clone();
        if let Some(email) = chosen.and_then(|chosen| chosen.email.as_deref()) {
            about = json!({"email": email});
        }
        let met = state.blanks.meet(exchange, group, &about);
        let way_back = in_query(parts.uri.query().unwrap_or_default(), "redirect_to");
        let mut now =
            Now { group, instant, expires_in, way_back: way_back.as_deref(), access_token: "<jwt>" };
        let mut body = state.blanks.fill(&exchange.response.body, &now);
        if let Some((recorded, email)) = met {
            replace(&mut body, &recorded, &email);
        }
        let token = chosen.and_then(|chosen| chosen.token.as_ref());
        let sign_in = token.map_or_else(Uuid::new_v4, |(_, sign_in, _)| *sign_in);
        let access_token = self.access_token(&body["user"], sign_in, instant, expires_in)?;
        if body["access_token"].is_string() {
            body["access_token"] = access_token.as_str().into();
            body["expires_in"] = expires_in.into();
            if let Some((token, ..)) = token {
                body["refresh_token"] = token.as_str().into();
            }
            if let Some(sign_ins) = &mut state.sign_ins {
                sign_ins.remember(&access_token, sign_in, instant + TimeDelta::seconds(expires_in));
            }
        }
        now.access_token = &access_token;
        let mut headers = Vec::new();
        for (name, value) in &exchange.response.headers {
            let mut value = state.blanks.fill_text(value, &now);
            if let (Some(way_back), "location") = (now.way_back, name.as_str()) {
                value = lead_back(&value, way_back);
            }
            headers.push((name.as_str(), value));
        }
        let body = match body {
            Value::String(text) => text.replace("<jwt>", &access_token),
            json => json.to_string(),
        };
        Ok(Answer::new(exchange.response.status, &headers, body))
    }

    /// With the claims that were recorded.
    fn access_token(
        &self,
        user: &Value,
        sign_in: Uuid,
        now: DateTime<Utc>,
        expires_in: i64,
    ) -> Result<String> {
        let mut claims = recorded::group("signing in")?.also["token"]["claims"].clone();
        claims["sub"] = user["id"].clone();
        for name in ["email", "app_metadata", "user_metadata"] {
            claims[name] = user[name].clone();
        }
        claims["session_id"] = json!(sign_in);
        claims["iat"] = now.timestamp().into();
        claims["exp"] = (now.timestamp() + expires_in).into();
        claims["amr"][0]["timestamp"] = now.timestamp().into();
        self.keys.token(&claims)
    }
}

impl Behind {
    async fn ask(&self, parts: &Parts, body: Bytes) -> Result<Answer> {
        let place = parts.uri.path_and_query().map_or("/", |place| place.as_str());
        let mut headers = parts.headers.clone();
        for of_this_connection in [CONNECTION, HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(of_this_connection);
        }
        let request = self.client.request(parts.method.clone(), format!("{}{place}", self.url));
        let answered = request.headers(headers).body(body).send().await.context("the server behind")?;
        let status = answered.status().as_u16();
        let of_that_connection = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, DATE];
        let headers = answered.headers().iter().filter(|(name, _)| !of_that_connection.contains(name));
        let headers = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok(Answer { status, headers, body: answered.bytes().await.context("the server behind")? })
    }
}

impl Answer {
    fn new(status: u16, headers: &[(&str, String)], body: String) -> Self {
        let headers = headers.iter().filter_map(|(name, value)| {
            Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
        });
        Self { status, headers: headers.collect(), body: body.into() }
    }

    /// The gateway's own words: unlike the servers behind it, without a code.
    fn of_gateway(message: &str) -> Self {
        let kind = ("content-type", "application/json; charset=utf-8".to_owned());
        Self::new(401, &[kind], json!({ "message": message }).to_string())
    }

    fn failed(error: &anyhow::Error) -> Self {
        Self::new(501, &[], format!("the scene is not in order: {error:#}"))
    }

    fn date(&mut self, instant: DateTime<Utc>) {
        let date = instant.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        self.headers.extend(HeaderValue::from_str(&date).ok().map(|date| (DATE, date)));
    }

    fn send(self, fault: Option<&Fault>) -> Result<Response<Pieces>, EndsHere> {
        let body = match fault {
            Some(Fault::CutOff) => Pieces::half(&self.body),
            Some(Fault::Slow(pause)) => Pieces::slow(&self.body, *pause),
            _ => Pieces::whole(self.body.clone()),
        };
        let mut response = Response::builder().status(self.status);
        if !self.body.is_empty() {
            response = response.header(CONTENT_LENGTH, self.body.len());
        }
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(body).map_err(|_| EndsHere)
    }
}

/// Puts the address of whoever asked in the place of the recorded one.
fn replace(value: &mut Value, recorded: &str, email: &str) {
    match value {
        Value::String(text) if text == recorded => email.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, recorded, email)),
        Value::Object(fields) => fields.values_mut().for_each(|item| replace(item, recorded, email)),
        _ => {}
    }
}

/// A recorded way leads to the place that was asked for then.
fn lead_back(location: &str, way_back: &str) -> String {
    let end = location.find(['?', '#']).unwrap_or(location.len());
    format!("{way_back}{}", &location[end..])
}
