//! One request of a group, as it was, with the values of here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firstbell_school::recorded::Exchange;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Replay;
use super::facts::told;

pub struct Answer {
    pub status: u16,
    pub body: Value,
    location: Option<String>,
}

const TOO_OFTEN: &str = "asked too often";

/// Where a code is the one that came by mail.
const RIGHT: [&str; 10] = [
    "the right code for another address",
    "the right code (type email)",
    "the same code again",
    "the code after its hour",
    "its newer code",
    "its code",
    "the first of its two codes",
    "the second",
    "and with it",
    "the proof",
];

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        let answered = request.send().await.unwrap();
        let status = answered.status().as_u16();
        let location = answered.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let text = answered.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, body, location }
    }

    pub fn facts(&self) -> String {
        told(self.status, &self.body, self.location.as_deref())
    }
}

impl Replay {
    /// With the publishable key, as a client that nobody has heard of before.
    pub fn request(&mut self, method: &str, path: &str, body: Option<Value>) -> RequestBuilder {
        self.requests += 1;
        let client = firstbell_school::http_client().redirect(reqwest::redirect::Policy::none());
        let url = format!("{}/auth/v1{path}", self.server.url());
        let mut request = client.build().unwrap().request(method.parse().unwrap(), url);
        request = request.header("apikey", self.server.publishable_key());
        request = request.header("x-forwarded-for", self.address());
        match body {
            Some(Value::String(text)) => {
                request = request.header("content-type", "application/json").body(text)
            }
            Some(body) => request = request.json(&body),
            None => {}
        }
        request
    }

    /// Where requests are counted, each comes from another place, but for those that are to be too many.
    fn address(&self) -> String {
        let counted = self.group.exchanges.iter().any(|exchange| exchange.what.ends_with(TOO_OFTEN));
        let from = if counted { self.requests } else { 0 };
        format!("10.1.{}.{}", from / 250, from % 250)
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        Answer::of(self.request("POST", path, Some(body))).await
    }

    /// The recorded request.
    pub async fn ask(&mut self, exchange: &Exchange) -> Answer {
        let (what, recorded) = (exchange.what.as_str(), &exchange.request);
        if let Some(answer) = self.as_the_office(exchange).await {
            return answer;
        }
        let path = self.path(&recorded.path);
        let body = match &recorded.body {
            Some(body) => Some(self.body(what, body).await),
            None => None,
        };
        if let Some(email) = body.as_ref().and_then(|body| body["email"].as_str())
            && ["/signup", "/recover", "/otp"].iter().any(|place| path.starts_with(place))
        {
            self.person = email.to_lowercase();
        }
        let bearer = recorded.bearer.as_deref().map(|blank| self.bearer(what, blank));
        let mut answer = Answer { status: 0, body: Value::Null, location: None };
        // Until nobody may ask any more, where that is what was recorded.
        // More than were recorded: what one may ask grows again meanwhile.
        let often = if what.ends_with(TOO_OFTEN) { 150 } else { 1 };
        for _ in 0..often {
            let mut request = self.request(&recorded.method, &path, body.clone());
            if often > 1 {
                let (client, request_) = request.build_split();
                let mut again = request_.unwrap();
                again
                    .headers_mut()
                    .insert("x-forwarded-for", format!("10.2.0.{}", what.len()).parse().unwrap());
                request = RequestBuilder::from_parts(client, again);
            }
            if let Some(version) = &recorded.api_version {
                request = request.header("x-supabase-api-version", version);
            }
            if let Some(bearer) = &bearer {
                request = request.bearer_auth(bearer);
            }
            answer = Answer::of(request).await;
            if answer.status == 429 {
                break;
            }
        }
        if answer.body["access_token"].is_string() {
            self.hand = answer.body.clone();
        }
        let code = answer.location.as_ref().and_then(|location| location.split_once("?code="));
        if let Some((_, code)) = code {
            code.clone_into(&mut self.auth_code);
        }
        answer
    }

    /// What the school does to its accounts goes with the secret key; the stand-in has no such door.
    async fn as_the_office(&mut self, exchange: &Exchange) -> Option<Answer> {
        let (method, path) = (exchange.request.method.as_str(), self.path(&exchange.request.path));
        let account = path.strip_prefix("/admin/users/")?;
        if self.server.accounts_are_genuine() {
            let request = self.request(method, &path, exchange.request.body.clone());
            let (client, request) = request.build_split();
            let mut request = request.unwrap();
            request.headers_mut().insert("apikey", self.server.secret_key().parse().unwrap());
            return Some(Answer::of(RequestBuilder::from_parts(client, request)).await);
        }
        let account: Uuid = account.parse().unwrap();
        let sql = match &exchange.request.body {
            None => "delete from auth.users where id = $1",
            Some(body) if body["ban_duration"] == "none" => {
                "update auth.users set banned_until = null where id = $1"
            }
            Some(_) => "update auth.users set banned_until = now() + interval '1 day' where id = $1",
        };
        self.server.connect().await.unwrap().execute(sql, &[&account]).await.unwrap();
        // By hand, and so without an answer that could differ.
        let body = if exchange.response.body["id"].is_string() {
            json!({"id": account, "aud": ""})
        } else {
            json!({})
        };
        Some(Answer { status: 200, body, location: None })
    }

    fn path(&self, recorded: &str) -> String {
        if recorded.contains("<token hash>") || recorded.contains("<pkce hash>") {
            let mail = self.server.mail_to(&self.person).unwrap().pop().unwrap();
            let link = mail.link().unwrap();
            return link.split_once("/auth/v1").unwrap().1.to_owned();
        }
        let mut path = recorded.to_owned();
        for (name, value) in &self.bound {
            path = path.replace(name, value);
        }
        path
    }

    async fn body(&mut self, what: &str, recorded: &Value) -> Value {
        match recorded {
            Value::String(text) if text.ends_with(" bytes>") => {
                let length: usize =
                    text.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap();
                json!({"email": "big@example.com", "password": "x", "data": "y".repeat(length)})
                    .to_string()
                    .into()
            }
            Value::String(text) => self.text(what, text).await.into(),
            Value::Object(fields) => {
                let mut body = serde_json::Map::new();
                for (name, value) in fields {
                    body.insert(name.clone(), Box::pin(self.body(what, value)).await);
                }
                let mut body = Value::Object(body);
                self.put_code(what, &mut body);
                body
            }
            other => other.clone(),
        }
    }

    async fn text(&mut self, what: &str, recorded: &str) -> String {
        match recorded {
            "<challenge>" => {
                self.verifier = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
                return URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
            }
            "<verifier>" if what.contains("wrong") => return "w".repeat(64),
            "<verifier>" => return self.verifier.clone(),
            "<auth code>" => return self.auth_code.clone(),
            _ => {}
        }
        if recorded.starts_with("<refresh:") {
            if !self.bound.contains_key(recorded) {
                let token = match what {
                    "nonsense" | "refresh needs none" | "asked too often" => {
                        self.form().token(Uuid::new_v4(), 0)
                    }
                    "a long nonsense" => "x".repeat(200),
                    _ => self.sign_in("ada").await["refresh_token"].as_str().unwrap().to_owned(),
                };
                self.bound.insert(recorded.to_owned(), token);
            }
            return self.bound[recorded].clone();
        }
        if let Some((letters, _)) = recorded.split_once("<... ") {
            return letters.repeat(200_000 / letters.len());
        }
        if let Some(bound) = self.bound.get(recorded) {
            return bound.clone();
        }
        recorded.replace("example.com", &self.domain).replace("Example.com", &self.domain.to_uppercase())
    }

    /// A code out of a mail, or one that is surely another.
    fn put_code(&self, what: &str, body: &mut Value) {
        for name in ["token", "nonce"] {
            let Some(code) = body[name].as_str().filter(|code| code.len() == 6) else { continue };
            let email = body["email"].as_str().unwrap_or(&self.person).to_owned();
            let mail = self.server.mail_to(&email).unwrap().pop();
            let mail = mail.or_else(|| self.server.mail_to(&self.person).unwrap().pop());
            let Some(right) = mail.as_ref().and_then(|mail| mail.code()) else { continue };
            let right: u32 = right.parse().unwrap();
            let other: u32 = code.parse().unwrap();
            let put = match RIGHT.contains(&what) {
                true => right,
                false if other == right => (right + 1) % 1_000_000,
                false => other,
            };
            body[name] = format!("{put:06}").into();
        }
    }

    fn bearer(&self, what: &str, recorded: &str) -> String {
        if recorded != "<jwt>" {
            return recorded.to_owned();
        }
        let session = if what.contains("another computer") { &self.elsewhere } else { &self.hand };
        let token = session["access_token"].as_str().unwrap();
        let claims = token.split('.').nth(1).unwrap();
        let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        let issued = claims["iat"].as_i64().unwrap();
        let keys = self.server.keys().unwrap();
        if what.contains("expired token") {
            (claims["iat"], claims["exp"]) = ((issued - 7200).into(), (issued - 3600).into());
        } else if what.contains("issued in two minutes") {
            (claims["iat"], claims["exp"]) = ((issued + 120).into(), (issued + 3720).into());
        } else if what.contains("signed by another key") {
            let mut other = serde_json::to_value(keys).unwrap();
            other["jwt_secret"] = "another secret, which is as long as one has to be".into();
            let other: firstbell_school::Keys = serde_json::from_value(other).unwrap();
            return other.token(&claims).unwrap();
        } else {
            return token.to_owned();
        }
        keys.token(&claims).unwrap()
    }
}
