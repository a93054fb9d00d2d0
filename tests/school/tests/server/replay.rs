//! What was recorded of genuine accounts, asked once more of those that answer here, each group under its own settings.
//! Everything on which an app decides has to be the same: the status, the code, whether there is a session, what is
//! weak about a password, where a link leads.
//!
//! With `FIRSTBELL_ACCOUNTS` it is a genuine server that is asked. The stand-in may differ where
//! `known_differences/accounts.rs` says so, and has to differ there.

#[path = "replay/asked.rs"]
mod asked;
#[path = "replay/facts.rs"]
mod facts;
#[path = "replay/groups.rs"]
mod groups;
#[path = "replay/scenes.rs"]
mod scenes;

use std::collections::HashMap;

use firstbell_school::recorded::{self, Exchange, Group};
use firstbell_school::{Server, TokenForm};
use serde_json::{Value, json};

use self::asked::Answer;
use self::facts::facts;
use super::known_differences::accounts::{Different, different};

/// A group that is asked once more.
pub struct Replay {
    server: &'static Server,
    group: &'static Group,
    /// Stands in the place of `example.com`, so that groups can share a server.
    domain: String,
    /// By their names: tokens and ids.
    bound: HashMap<String, String>,
    /// The session whose token is shown.
    hand: Value,
    /// One of another computer.
    elsewhere: Value,
    /// Whom the last mail was for.
    person: String,
    verifier: String,
    auth_code: String,
    requests: u32,
}

/// Asks everything of a group, and fails with all that differs.
async fn replay(name: &'static str) {
    let group = recorded::group(name).unwrap();
    let Some(server) = groups::server_for(name).await else { return };
    let mut replay = Replay::of(server, group);
    scenes::prepare(&mut replay).await;
    let mut wrong = Vec::new();
    for exchange in &group.exchanges {
        scenes::before(&mut replay, &exchange.what).await;
        if let Some(difference) = replay.ask_once_more(exchange).await {
            wrong.push(difference);
        }
    }
    if let Some(difference) = replay.twenty_at_once().await {
        wrong.push(difference);
    }
    assert!(wrong.is_empty(), "{name} ({}):\n{}\n{}", group.settings, wrong.join("\n"), server.last_words());
}

impl Replay {
    fn of(server: &'static Server, group: &'static Group) -> Self {
        let all = recorded::groups().unwrap();
        let nth = all.iter().position(|known| known.name == group.name).unwrap();
        Self {
            server,
            group,
            domain: format!("g{nth}.example.com"),
            bound: HashMap::new(),
            hand: Value::Null,
            elsewhere: Value::Null,
            person: String::new(),
            verifier: String::new(),
            auth_code: String::new(),
            requests: 0,
        }
    }

    /// What differs, where something does that is not known to.
    async fn ask_once_more(&mut self, exchange: &Exchange) -> Option<String> {
        let answer = self.ask(exchange).await;
        let (expected, seen) = (facts(&exchange.response), answer.facts());
        let place = format!("{:?}, {:?}", self.group.name, exchange.what);
        let known =
            different(&self.group.name, &exchange.what).filter(|_| !self.server.accounts_are_genuine());
        let wrong = match known {
            Some(Different { here, .. }) if *here == seen => return None,
            Some(Different { here, .. }) => {
                Some(format!("{place}: {seen:?} is no longer {here:?} (recorded: {expected:?})"))
            }
            None if seen != expected => {
                Some(format!("{place}: {seen:?}, recorded {expected:?}: {}", answer.body))
            }
            None => None,
        };
        let unbound = self.bind(&exchange.response.body, &answer.body);
        wrong.or_else(|| unbound.filter(|_| known.is_none()).map(|token| format!("{place}: {token}")))
    }

    /// Values that are different each time are from now on what they were here. The same name has to be the same token,
    /// and another name another.
    fn bind(&mut self, recorded: &Value, here: &Value) -> Option<String> {
        match (recorded, here) {
            (Value::String(name), Value::String(value)) if name.starts_with("<refresh:") => {
                let known = self.bound.get(name).filter(|known| *known != value);
                let other = self.bound.iter().find(|(other, known)| *other != name && *known == value);
                let wrong = known.map(|_| format!("{name} is another token than before"));
                let wrong =
                    wrong.or_else(|| other.map(|(other, _)| format!("{name} is the same as {other}")));
                self.bound.insert(name.clone(), value.clone());
                wrong
            }
            (Value::String(name), Value::String(value)) if name.starts_with("<uuid:") => {
                self.bound.insert(name.clone(), value.clone());
                None
            }
            (Value::Object(recorded), Value::Object(here)) => {
                let pairs = recorded.iter().filter_map(|(name, value)| Some((value, here.get(name)?)));
                pairs.collect::<Vec<_>>().into_iter().filter_map(|(one, other)| self.bind(one, other)).next()
            }
            (Value::Array(recorded), Value::Array(here)) => {
                recorded.iter().zip(here).filter_map(|(one, other)| self.bind(one, other)).next()
            }
            _ => None,
        }
    }

    /// Where it was recorded: twenty who ask with one token at the same time.
    async fn twenty_at_once(&mut self) -> Option<String> {
        let recorded = self.group.also.get("twenty at once with one token")?;
        let token = self.sign_in("ada").await["refresh_token"].clone();
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let request = self.request(
                "POST",
                "/token?grant_type=refresh_token",
                Some(json!({"refresh_token": token})),
            );
            asked.spawn(async move { Answer::of(request).await });
        }
        let answers = asked.join_all().await;
        // Who has waited for five seconds, on a busy computer, is told to come again: that ends nothing.
        let heard = ["200 session", "409 conflict"];
        let good = answers.iter().filter(|answer| heard.contains(&&*answer.facts())).count();
        let mut tokens =
            answers.iter().filter_map(|answer| answer.body["refresh_token"].as_str()).collect::<Vec<_>>();
        tokens.sort();
        tokens.dedup();
        let expected = (recorded["answers"]["200"].as_u64(), recorded["different refresh tokens"].as_u64());
        let seen = (Some(good as u64), Some(tokens.len() as u64));
        (seen != expected).then(|| format!("twenty at once: {seen:?}, recorded {expected:?}"))
    }

    fn form(&self) -> TokenForm {
        if self.group.name.ends_with("form 2") { TokenForm::Two } else { TokenForm::One }
    }
}
