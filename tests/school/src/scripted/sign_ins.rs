//! Sign-ins of a few accounts, as long as a scene wants them: which token is good, which is spent, who is signed out.
//! It decides only which of the recorded answers is given; what an answer looks like it does not know.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::blanks::in_query;
use super::families::{Families, Refreshed, TokenForm};

/// The recorded answer that is to be given, and the token that goes into it.
pub struct Chosen {
    pub group: &'static str,
    pub what: &'static str,
    /// The refresh token in the answer, with the sign-in and the account that it is for.
    pub token: Option<(String, Uuid, Uuid)>,
    /// Whose answer it is.
    pub email: Option<String>,
}

pub struct SignIns {
    form: TokenForm,
    families: Families,
    passwords: HashMap<String, (Uuid, String)>,
    /// Access tokens: their sign-in, and until when they hold.
    access: HashMap<String, (Uuid, DateTime<Utc>)>,
}

const SIGNING_IN: &str = "signing in";
const SIGNING_OUT: &str = "signing out";
const PASSWORDS: &str = "passwords and addresses";

impl SignIns {
    pub fn new(form: TokenForm) -> Self {
        Self { form, families: Families::new(form), passwords: HashMap::new(), access: HashMap::new() }
    }

    pub fn add(&mut self, email: &str, password: &str, account: Uuid) {
        self.passwords.insert(email.to_lowercase(), (account, password.to_owned()));
    }

    pub fn remember(&mut self, access_token: &str, sign_in: Uuid, until: DateTime<Utc>) {
        self.access.insert(access_token.to_owned(), (sign_in, until));
    }

    /// Ends all sign-ins of an account.
    pub fn end_all(&mut self, account: Uuid) {
        self.families.end(|_, of| of == account);
    }

    /// The answer to a request, where it is one of a kind that is known here.
    pub fn choose(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: &Value,
        now: DateTime<Utc>,
    ) -> Option<Chosen> {
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        match (method, place) {
            ("POST", "/token") => match in_query(query, "grant_type")?.as_str() {
                "password" => Some(self.sign_in(body, now)),
                "refresh_token" => Some(self.refresh(body, now)),
                _ => None,
            },
            ("GET", "/user") => Some(match self.whoever(bearer, now) {
                Ok((_, account)) => self.about(account, SIGNING_IN, "who am I"),
                Err(refused) => refused,
            }),
            ("PUT", "/user") => body["password"].as_str().map(|password| match self.whoever(bearer, now) {
                Ok((sign_in, account)) => self.change_password(sign_in, account, password),
                Err(refused) => refused,
            }),
            ("POST", "/logout") => Some(match self.whoever(bearer, now) {
                Ok((sign_in, account)) => {
                    let scope = in_query(query, "scope");
                    self.families.end(|id, of| match scope.as_deref() {
                        Some("local") => id == sign_in,
                        Some("others") => of == account && id != sign_in,
                        _ => of == account,
                    });
                    chosen(SIGNING_OUT, "sign out this computer")
                }
                Err(refused) => refused,
            }),
            _ => None,
        }
    }

    fn sign_in(&mut self, body: &Value, now: DateTime<Utc>) -> Chosen {
        let (email, password) = (body["email"].as_str(), body["password"].as_str());
        let email = email.unwrap_or_default().to_lowercase();
        let Some((account, _)) =
            self.passwords.get(&email).filter(|(_, known)| Some(known.as_str()) == password)
        else {
            return chosen(SIGNING_IN, "a wrong password");
        };
        let account = *account;
        let (sign_in, token) = self.families.sign_in(account, now);
        let token = Some((token, sign_in, account));
        Chosen { token, email: Some(email), ..chosen(SIGNING_IN, "the right password") }
    }

    fn refresh(&mut self, body: &Value, now: DateTime<Utc>) -> Chosen {
        let group = match self.form {
            TokenForm::One => "refreshing, token form 1",
            TokenForm::Two => "refreshing, token form 2",
        };
        match self.families.refresh(body["refresh_token"].as_str(), now) {
            Refreshed::Token(token, sign_in) => {
                let account = self.families.account_of(sign_in).unwrap_or_default();
                let token = Some((token, sign_in, account));
                Chosen { token, ..self.about(account, group, "refresh: parent 1") }
            }
            Refreshed::AlreadyUsed => chosen(group, "the grandparent after 11 s"),
            Refreshed::NotFound => chosen(group, "nonsense"),
            Refreshed::NotValid => chosen(group, "an empty token"),
        }
    }

    fn change_password(&mut self, sign_in: Uuid, account: Uuid, password: &str) -> Chosen {
        let known = self.passwords.values_mut().find(|(of, _)| *of == account);
        if let Some((_, known)) = known {
            if *known == password {
                return chosen(PASSWORDS, "the same password");
            }
            password.clone_into(known);
        }
        self.families.end(|id, of| of == account && id != sign_in);
        self.about(account, PASSWORDS, "a new one")
    }

    /// Whose access token this is, or what is answered to whoever has none that is good.
    fn whoever(&self, bearer: Option<&str>, now: DateTime<Utc>) -> Result<(Uuid, Uuid), Chosen> {
        let Some(bearer) = bearer else { return Err(chosen(SIGNING_OUT, "without a token")) };
        let Some((sign_in, until)) = self.access.get(bearer) else {
            return Err(chosen(SIGNING_IN, "who am I, with a token that is none"));
        };
        if now >= *until {
            return Err(chosen(SIGNING_OUT, "with an expired token"));
        }
        match self.families.account_of(*sign_in) {
            Some(account) => Ok((*sign_in, account)),
            None => Err(chosen(SIGNING_OUT, "who am I on it")),
        }
    }

    fn about(&self, account: Uuid, group: &'static str, what: &'static str) -> Chosen {
        let email = self.passwords.iter().find(|(_, (of, _))| *of == account).map(|(email, _)| email.clone());
        Chosen { email, ..chosen(group, what) }
    }
}

fn chosen(group: &'static str, what: &'static str) -> Chosen {
    Chosen { group, what, token: None, email: None }
}

/// How long an access token of a project as it comes holds.
pub const AN_HOUR: TimeDelta = TimeDelta::hours(1);
