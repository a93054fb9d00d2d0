//! Supabase Auth: signing up, in and out, mails and their codes, new passwords. What each answer means was recorded from a
//! genuine server (`tests/school/recorded`).

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    accounts::{Accounts, SignOutScope, Tokens},
    error::{AccountsError, refusal},
    wire::{Answer, Wire},
};
use crate::school::fault::Fault;

type Result<T> = std::result::Result<T, AccountsError>;

/// What the accounts of a school offer (`/settings`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Somebody new can sign up.
    pub can_sign_up: bool,
    /// Addresses have to be confirmed by mail.
    pub confirms: bool,
    /// E-mail and password are a way to sign in.
    pub has_email: bool,
}

/// Somebody is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The tokens.
    pub tokens: Tokens,
    /// The account.
    pub account: Option<Uuid>,
    /// Its address, as the school writes it.
    pub email: Option<String>,
    /// A second factor is set, so this sign-in is only half of one.
    pub has_second_factor: bool,
}

/// What came of signing up.
#[derive(Debug)]
pub enum SignedUp {
    /// The school confirms nothing: signed in at once.
    In(Box<SignedIn>),
    /// A mail goes out, unless the address has an account already: then none does, and nobody is told.
    MailSent,
}

/// The way back from a link in a mail to this computer (PKCE, RFC 7636).
#[derive(Clone, Debug)]
pub struct WayBack {
    /// Our loopback address.
    pub address: String,
    /// The challenge (S256); the verifier stays here.
    pub challenge: String,
}

/// Which mail a code stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mail {
    /// The one that confirms a new address.
    SignUp,
    /// The one for a forgotten password.
    NewPassword,
}

/// The accounts of one school.
#[derive(Clone)]
pub struct Auth {
    wire: Wire,
}

impl Auth {
    /// The accounts behind a wire.
    #[must_use]
    pub const fn new(wire: Wire) -> Self {
        Self { wire }
    }

    /// The way there.
    #[must_use]
    pub const fn wire(&self) -> &Wire {
        &self.wire
    }

    /// What the accounts offer. It is also the first question to an address of which nobody knows yet whether a school
    /// stands behind it.
    ///
    /// # Errors
    /// [`Fault::NoSchool`] where something else answers; else what the wire says.
    pub async fn offer(&self) -> Result<Offer> {
        let answer = match self.wire.get("/auth/v1/settings", None).await {
            // Whoever has never answered as a school is a website like any other.
            Err(Fault::CaptivePortal) if !self.wire.address().is_loopback() => {
                return Err(AccountsError::Fault(Fault::NoSchool));
            }
            answer => done(answer)?,
        };
        let flag = |path: &str| answer.body.pointer(path).and_then(Value::as_bool);
        let (Some(has_email), Some(is_closed)) = (flag("/external/email"), flag("/disable_signup")) else {
            return Err(AccountsError::Fault(Fault::NoSchool));
        };
        let confirms = !flag("/mailer_autoconfirm").unwrap_or(false);
        Ok(Offer { can_sign_up: has_email && !is_closed, confirms, has_email })
    }

    /// Makes an account.
    ///
    /// # Errors
    /// What the accounts refuse, or the wire says.
    pub async fn sign_up(
        &self,
        email: &str,
        password: &SecretString,
        back: Option<&WayBack>,
    ) -> Result<SignedUp> {
        let body = with_challenge(json!({"email": email, "password": password.expose_secret()}), back);
        let answer = done(self.wire.post(&with_way_back("/auth/v1/signup", back), None, &body).await)?;
        if answer.body.get("access_token").is_some() {
            return Ok(SignedUp::In(Box::new(signed_in(&answer.body)?)));
        }
        // An account that is there already looks like a new one, but for its empty `identities`.
        if answer.body.get("id").is_some() { Ok(SignedUp::MailSent) } else { Err(Fault::Silent.into()) }
    }

    /// Signs in.
    ///
    /// # Errors
    /// What the accounts refuse, or the wire says.
    pub async fn sign_in(&self, email: &str, password: &SecretString) -> Result<SignedIn> {
        let body = json!({"email": email, "password": password.expose_secret()});
        signed_in(&done(self.wire.post("/auth/v1/token?grant_type=password", None, &body).await)?.body)
    }

    /// Signs in with what a link of a mail has brought back, once.
    ///
    /// # Errors
    /// [`super::error::Refusal::AnotherAttempt`] where the code is not of this attempt; else as above.
    pub async fn exchange(&self, code: &SecretString, verifier: &SecretString) -> Result<SignedIn> {
        let body = json!({"auth_code": code.expose_secret(), "code_verifier": verifier.expose_secret()});
        signed_in(&done(self.wire.post("/auth/v1/token?grant_type=pkce", None, &body).await)?.body)
    }

    /// Signs in with the six digits of a mail.
    ///
    /// # Errors
    /// [`super::error::Refusal::CodeOver`] where they are wrong, used or have run out; else as above.
    pub async fn verify(&self, email: &str, code: &SecretString, mail: Mail) -> Result<SignedIn> {
        let kind = match mail {
            Mail::SignUp => "signup",
            Mail::NewPassword => "recovery",
        };
        let body = json!({"type": kind, "email": email, "token": code.expose_secret()});
        signed_in(&done(self.wire.post("/auth/v1/verify", None, &body).await)?.body)
    }

    /// Has a mail sent for a forgotten password. Whether there is such an account, nobody is told.
    ///
    /// # Errors
    /// What the accounts refuse, or the wire says.
    pub async fn recover(&self, email: &str, back: Option<&WayBack>) -> Result<()> {
        let body = with_challenge(json!({"email": email}), back);
        done(self.wire.post(&with_way_back("/auth/v1/recover", back), None, &body).await).map(drop)
    }

    /// Has the mail that confirms an address sent again.
    ///
    /// # Errors
    /// What the accounts refuse, or the wire says.
    pub async fn send_again(&self, email: &str, back: Option<&WayBack>) -> Result<()> {
        let body = with_challenge(json!({"type": "signup", "email": email}), back);
        done(self.wire.post(&with_way_back("/auth/v1/resend", back), None, &body).await).map(drop)
    }

    /// Sets a new password. Every other sign-in of the account ends by it.
    ///
    /// # Errors
    /// What the accounts refuse, or the wire says.
    pub async fn set_password(&self, access: &SecretString, password: &SecretString) -> Result<()> {
        let body = json!({"password": password.expose_secret()});
        done(self.wire.put("/auth/v1/user", Some(access), &body).await).map(drop)
    }
}

impl Accounts for Auth {
    async fn refresh(&self, token: &SecretString) -> Result<Tokens> {
        let body = json!({"refresh_token": token.expose_secret()});
        let answer = done(self.wire.post("/auth/v1/token?grant_type=refresh_token", None, &body).await)?;
        tokens(&answer.body).ok_or(AccountsError::Fault(Fault::Silent))
    }

    async fn sign_out(&self, access: &SecretString, scope: SignOutScope) -> Result<()> {
        let path = match scope {
            SignOutScope::ThisOne => "/auth/v1/logout?scope=local",
            SignOutScope::Everywhere => "/auth/v1/logout?scope=global",
        };
        done(self.wire.post(path, Some(access), &json!({})).await).map(drop)
    }
}

/// The answer, if the accounts have done what they were asked for.
fn done(answer: std::result::Result<Answer, Fault>) -> Result<Answer> {
    let answer = answer.map_err(AccountsError::Fault)?;
    if answer.is_ok() {
        return Ok(answer);
    }
    Err(match refusal(answer.status, &answer.body) {
        Some(refusal) => AccountsError::Refused(refusal),
        None if answer.status == 429 => AccountsError::Fault(Fault::TooMany(None)),
        None => AccountsError::Fault(Fault::Silent),
    })
}

/// Everything that is needed of tokens, or nothing: half of them is no answer.
fn tokens(body: &Value) -> Option<Tokens> {
    let text = |name: &str| body.get(name)?.as_str().filter(|text| !text.is_empty() && text.is_ascii());
    Some(Tokens {
        access: text("access_token")?.into(),
        refresh: text("refresh_token").filter(|token| token.len() <= 1000)?.into(),
        // Missing: unknown, which costs a refresh and no more.
        expires_in: Duration::from_secs(body.get("expires_in").and_then(Value::as_u64).unwrap_or(0)),
    })
}

fn signed_in(body: &Value) -> Result<SignedIn> {
    let tokens = tokens(body).ok_or(AccountsError::Fault(Fault::Silent))?;
    let user = |name: &str| body.pointer(&format!("/user/{name}"));
    let is_verified = |factor: &Value| factor.get("status").and_then(Value::as_str) == Some("verified");
    Ok(SignedIn {
        tokens,
        account: user("id").and_then(Value::as_str).and_then(|id| id.parse().ok()),
        email: user("email").and_then(Value::as_str).map(str::to_owned),
        has_second_factor: user("factors")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(is_verified)),
    })
}

fn with_challenge(mut body: Value, back: Option<&WayBack>) -> Value {
    if let (Some(back), Some(fields)) = (back, body.as_object_mut()) {
        fields.insert("code_challenge".to_owned(), back.challenge.clone().into());
        fields.insert("code_challenge_method".to_owned(), "s256".into());
    }
    body
}

/// A way back that the project does not allow is left out by it without a word: then the link ends at its own site.
fn with_way_back(path: &str, back: Option<&WayBack>) -> String {
    let Some(back) = back else { return path.to_owned() };
    let encoded = percent_encoding::utf8_percent_encode(&back.address, percent_encoding::NON_ALPHANUMERIC);
    format!("{path}?redirect_to={encoded}")
}
