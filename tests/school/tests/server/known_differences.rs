//! Where this school's server does not answer as Supabase does, all in one list. Each is looked at: an upgrade that
//! changes one is noticed, and so is a claim about Supabase that does not hold, when these tests ask a genuine project.

use std::pin::Pin;

use firstbell_school::Server;
use serde_json::json;

#[path = "known_differences/accounts.rs"]
pub mod accounts;

use super::visitor::{Answer, Visitor, server_with_contract};

struct Difference {
    what: &'static str,
    supabase: &'static str,
    here: &'static str,
    look: Look,
}

type Look = fn(Visitor) -> Pin<Box<dyn Future<Output = String>>>;

macro_rules! look {
    (|$visitor:ident| $look:expr) => {
        |$visitor| Box::pin(async move { $look })
    };
}

/// The accounts are `@supabase/lite` 0.10.0 in the place of Supabase Auth, the API is postrust 3.1.0 in the place of
/// PostgREST.
const KNOWN: &[Difference] = &[
    Difference {
        what: "accounts: the office makes a user by the admin API",
        supabase: "200",
        here: "401 no_authorization",
        look: look!(|visitor| {
            let secret = server_with_contract().await.secret_key();
            let email = format!("made.{}@school.example", uuid::Uuid::new_v4().simple());
            let body = json!({"email": email, "password": "a-bell-before-each"});
            told(&visitor.with("apikey", secret).post("/auth/v1/admin/users", body).await)
        }),
    },
    Difference {
        what: "API: the form in which errors come",
        supabase: "application/json; charset=utf-8",
        here: "application/json",
        look: look!(|visitor| {
            visitor.get("/rest/v1/contract_unknown").await.header("content-type").to_owned()
        }),
    },
    Difference {
        what: "API: a column that there is not, in `select`",
        supabase: "400 42703",
        here: "400 PGRST204",
        look: look!(|visitor| told(&visitor.get("/rest/v1/contract_rooms?select=unknown").await)),
    },
    Difference {
        what: "API: a table on which no role has a right",
        supabase: "403 42501",
        here: "404 PGRST205",
        look: look!(|visitor| {
            let ada = visitor.signed_in(&visitor.sign_up("ada").await.session);
            told(&ada.get("/rest/v1/contract_closed").await)
        }),
    },
    Difference {
        what: "API: how many rows there are, past their end",
        supabase: "416 */3",
        here: "416 ",
        look: look!(|visitor| {
            let counting = visitor.with("prefer", "count=exact");
            let past = counting.get("/rest/v1/contract_rooms?offset=50").await;
            format!("{} {}", past.status, past.header("content-range"))
        }),
    },
    Difference {
        what: "API: how many rows were written",
        supabase: "201 */1",
        here: "201 */*",
        look: look!(|visitor| {
            let ada = visitor.signed_in(&visitor.sign_up("ada").await.session).with("prefer", "count=exact");
            let written = ada.post("/rest/v1/contract_notes", json!({"room": 1, "note": "counted"})).await;
            format!("{} {}", written.status, written.header("content-range"))
        }),
    },
];

/// Where `@supabase/lite` or postrust alone differ, and a layer before them corrects that. Of the accounts, these are
/// looked at by themselves; `replay` holds all the rest.
const CORRECTED: &[Difference] = &[
    Difference {
        what: "accounts: the claims of a token",
        supabase: "aal amr app_metadata aud email exp iat is_anonymous iss phone role session_id sub user_metadata",
        here: "aud email exp iat role session_id sub",
        look: look!(|visitor| claims(&visitor.sign_up("ada").await.session).join(" ")),
    },
    Difference {
        what: "accounts: eight refreshes of one token at once",
        supabase: "one successor",
        here: "several successors",
        look: look!(|visitor| eight_refreshes(visitor).await),
    },
    Difference {
        what: "accounts: the form of an error after `X-Supabase-Api-Version: 2024-01-01`",
        supabase: "code is a string",
        here: "code is a number",
        look: look!(|visitor| {
            let newer = visitor.with("x-supabase-api-version", "2024-01-01");
            let wrong = newer.sign_in("nobody@school.example", "wrong-password").await;
            format!("code is a {}", if wrong.body["code"].is_string() { "string" } else { "number" })
        }),
    },
    Difference {
        what: "accounts: a wrong code of the type `email`",
        supabase: "403 otp_expired",
        here: "400 validation_failed",
        look: look!(|visitor| {
            let email = visitor.sign_up("ada").await.email;
            let body = json!({"type": "email", "email": email, "token": "000000"});
            told(&visitor.post("/auth/v1/verify", body).await)
        }),
    },
    Difference {
        what: "API: what somebody signed in may not do",
        supabase: "403 42501",
        here: "401 42501",
        look: look!(|visitor| {
            let ada = visitor.signed_in(&visitor.sign_up("ada").await.session);
            told(&ada.call("contract_raise", json!({"state": "42501"})).await)
        }),
    },
    Difference {
        what: "API: a plus in a filter",
        supabase: r#"[{"id":2}]"#,
        here: "[]",
        look: look!(|visitor| {
            visitor.get("/rest/v1/contract_rooms?select=id&name=eq.Beta+plus").await.body.to_string()
        }),
    },
    Difference {
        what: "API: quoted names in `columns`",
        supabase: "201",
        here: "400 PGRST204",
        look: look!(|visitor| {
            let ada = visitor.signed_in(&visitor.sign_up("ada").await.session);
            let path = "/rest/v1/contract_notes?columns=%22room%22,%22note%22";
            told(&ada.post(path, json!([{"room": 1, "note": "quoted"}])).await)
        }),
    },
];

#[tokio::test]
async fn each_known_difference_is_still_one() {
    let server = server_with_contract().await;
    let mut changed = Vec::new();
    for difference in KNOWN {
        let seen = (difference.look)(Visitor::to(server)).await;
        let expected = if difference.is_genuine(server) { difference.supabase } else { difference.here };
        if seen != expected {
            changed.push(difference.told(&seen));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[tokio::test]
async fn each_correction_is_still_needed_and_corrects() {
    let server = server_with_contract().await;
    let mut changed = Vec::new();
    for difference in CORRECTED {
        let seen = (difference.look)(Visitor::to(server)).await;
        if seen != difference.supabase {
            changed.push(format!("corrected: {}", difference.told(&seen)));
        }
        if !difference.is_genuine(server) {
            let seen = (difference.look)(Visitor::to(server).with("x-uncorrected", "1")).await;
            if seen != difference.here {
                changed.push(format!("uncorrected: {}", difference.told(&seen)));
            }
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

impl Difference {
    /// Whether it is Supabase's own program that is looked at.
    fn is_genuine(&self, server: &Server) -> bool {
        match self.what.split_once(':') {
            Some(("accounts", _)) => server.accounts_are_genuine(),
            _ => server.database().is_none(),
        }
    }

    fn told(&self, seen: &str) -> String {
        let Self { what, supabase, here, .. } = self;
        let now = if seen == *supabase { "as Supabase does now: take it from the list" } else { "new" };
        format!("{what}: {seen:?} is {now} (Supabase: {supabase:?}, here: {here:?})")
    }
}

fn told(answer: &Answer) -> String {
    let (status, code) = answer.refusal();
    format!("{status} {code}").trim_end().to_owned()
}

fn claims(session: &serde_json::Value) -> Vec<String> {
    use base64::Engine as _;
    let part = session["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    let mut names = claims.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    names.sort();
    names
}

async fn eight_refreshes(visitor: Visitor) -> String {
    let token = visitor.sign_up("ada").await.session["refresh_token"].clone();
    let mut refreshes = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (visitor, token) = (visitor.clone(), token.clone());
        refreshes.spawn(async move { visitor.refresh(&token).await });
    }
    let answers = refreshes.join_all().await;
    let successors = answers
        .iter()
        .map(|answer| answer.body["refresh_token"].to_string())
        .collect::<std::collections::BTreeSet<_>>();
    if successors.len() == 1 { "one successor".to_owned() } else { "several successors".to_owned() }
}
