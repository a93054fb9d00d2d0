//! What an app decides on, of an answer.

use firstbell_school::recorded::{Response, code};
use serde_json::Value;

/// In a few words, for comparing.
pub fn facts(response: &Response) -> String {
    told(response.status, &response.body, response.headers.get("location").map(String::as_str))
}

pub fn told(status: u16, body: &Value, location: Option<&str>) -> String {
    let mut facts = vec![status.to_string()];
    facts.extend(code(body).map(str::to_owned));
    if body["access_token"].is_string() && body["refresh_token"].is_string() && body["user"]["id"].is_string()
    {
        facts.push("session".to_owned());
    }
    if body["id"].is_string() && body["aud"].is_string() {
        facts.push("user".to_owned());
    }
    if body["identities"].as_array().is_some_and(Vec::is_empty) {
        facts.push("no identities".to_owned());
    }
    if let Some(reasons) = body["weak_password"]["reasons"].as_array() {
        facts.push(Value::from(reasons.clone()).to_string());
    }
    if let Some(email) = body["new_email"].as_str() {
        facts.push(format!("to be {}", email.split('@').next().unwrap_or_default()));
    }
    facts.extend(location.map(way));
    facts.join(" ")
}

/// Where a link leads, with what.
fn way(location: &str) -> String {
    let (place, fragment) = location.split_once('#').unwrap_or((location, ""));
    let (place, query) = place.split_once('?').unwrap_or((place, ""));
    let names = |pairs: &str| {
        let pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
        let mut names = pairs
            .filter(|(name, _)| !["sb", "error_description"].contains(name))
            .map(
                |(name, value)| {
                    if name == "error_code" { format!("{name}={value}") } else { name.to_owned() }
                },
            )
            .collect::<Vec<_>>();
        names.sort();
        names.join("&")
    };
    format!("{}?{}#{}", place.trim_end_matches('/'), names(query), names(fragment))
}
