//! What is different each time has a name in a recorded exchange; here it gets a value.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::families::TokenForm;
use crate::recorded::Exchange;

/// The values that have been given, so that the same name is the same value.
#[derive(Default)]
pub struct Blanks {
    given: HashMap<(String, String), String>,
    accounts: HashMap<String, Uuid>,
    /// Whom the last request that named an address was about.
    email: Option<String>,
}

/// The circumstances of one answer.
pub struct Now<'a> {
    pub group: &'a str,
    pub instant: DateTime<Utc>,
    /// Seconds for which an access token holds.
    pub expires_in: i64,
    /// Where a link leads back to, as it was asked for.
    pub way_back: Option<&'a str>,
    /// Stands in the place of `<jwt>`.
    pub access_token: &'a str,
}

impl Blanks {
    /// The account that has this address.
    pub fn account(&mut self, email: &str) -> Uuid {
        *self.accounts.entry(email.to_lowercase()).or_insert_with(Uuid::new_v4)
    }

    /// Takes the address of a request for that of the person in the answers, and gives the address that stands in the
    /// recorded one.
    pub fn meet(&mut self, exchange: &Exchange, group: &str, asked: &Value) -> Option<(String, String)> {
        if let Some(email) = asked["email"].as_str() {
            self.email = Some(email.trim().to_lowercase());
        }
        let body = &exchange.response.body;
        let user = if body["user"].is_object() { &body["user"] } else { body };
        let (recorded, id) = (user["email"].as_str()?, user["id"].as_str()?);
        let email = self.email.clone()?;
        // What seems to be a new account is nobody's.
        if user["identities"].as_array().is_none_or(|identities| !identities.is_empty()) {
            let account = self.account(&email).to_string();
            self.given.insert((group.to_owned(), id.trim_matches(['<', '>']).to_owned()), account);
        }
        Some((recorded.to_owned(), email))
    }

    /// The value with all its blanks filled in.
    pub fn fill(&mut self, value: &Value, now: &Now) -> Value {
        match value {
            Value::String(text) if text == "<unix time>" => {
                (now.instant + TimeDelta::seconds(now.expires_in)).timestamp().into()
            }
            Value::String(text) => self.fill_text(text, now).into(),
            Value::Array(items) => items.iter().map(|item| self.fill(item, now)).collect(),
            Value::Object(fields) => {
                let filled = fields.iter().map(|(name, value)| (name.clone(), self.fill(value, now)));
                Value::Object(filled.collect())
            }
            other => other.clone(),
        }
    }

    /// The same for a text that has some in it.
    pub fn fill_text(&mut self, text: &str, now: &Now) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            filled.push_str(before);
            let blank = after.split_once('>').and_then(|(name, rest)| Some((self.value(name, now)?, rest)));
            match blank {
                Some((value, after)) => {
                    filled.push_str(&value);
                    rest = after;
                }
                None => {
                    filled.push('<');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    /// `None` where this is no blank's name.
    fn value(&mut self, name: &str, now: &Now) -> Option<String> {
        let kind = name.split(':').next().unwrap_or(name);
        let made = match kind {
            "jwt" => return Some(now.access_token.to_owned()),
            "time" => return Some(now.instant.to_rfc3339_opts(SecondsFormat::Micros, true)),
            "unix time" => {
                return Some((now.instant + TimeDelta::seconds(now.expires_in)).timestamp().to_string());
            }
            "n" => return Some("59".to_owned()),
            "auth code" => return Some(Uuid::new_v4().to_string()),
            "uuid" => Uuid::new_v4().to_string(),
            "refresh" => {
                let form = if now.group.ends_with("form 2") { TokenForm::Two } else { TokenForm::One };
                form.token(Uuid::new_v4(), 0)
            }
            "token hash" | "challenge" | "verifier" => Uuid::new_v4().simple().to_string(),
            "pkce hash" => format!("pkce_{}", Uuid::new_v4().simple()),
            _ => return None,
        };
        let key = (now.group.to_owned(), name.to_owned());
        Some(self.given.entry(key).or_insert(made).clone())
    }
}

/// Does a path of a recorded request, which may have blanks in it, stand for this one? Queries are not looked at, but
/// for the grant that is asked for.
pub fn same_place(recorded: &str, asked: &str) -> bool {
    let (recorded, recorded_query) = recorded.split_once('?').unwrap_or((recorded, ""));
    let (asked, asked_query) = asked.split_once('?').unwrap_or((asked, ""));
    let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (recorded, asked) = (segments(recorded), segments(asked));
    recorded.len() == asked.len()
        && recorded.iter().zip(&asked).all(|(one, other)| one.starts_with('<') || one == other)
        && in_query(recorded_query, "grant_type") == in_query(asked_query, "grant_type")
}

/// One value of a query, without its percent signs.
pub fn in_query(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            plain => bytes.push(plain),
        }
    }
    String::from_utf8(bytes).ok()
}
