//! What Supabase's servers refuse, by their stable codes. Their own sentences name hosts, users and keys, and are neither
//! kept nor shown.

use std::time::Duration;

use serde_json::Value;

use crate::school::fault::Fault;

/// Why the school's accounts have not done what they were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountsError {
    /// They say no.
    Refused(Refusal),
    /// They could not be asked, or have not answered. What was asked for may have happened.
    Fault(Fault),
}

impl From<Fault> for AccountsError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl AccountsError {
    /// The code by which the accounts say that a sign-in is over, if they do. Nothing else ends one.
    #[must_use]
    pub const fn dead(&self) -> Option<Dead> {
        match self {
            Self::Refused(Refusal::Dead(dead)) => Some(*dead),
            _ => None,
        }
    }
}

/// A sign-in that is over at the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dead {
    /// `refresh_token_not_found`: signed out, the password changed, the account deleted.
    NotFound,
    /// `refresh_token_already_used`: two copies of one sign-in.
    AlreadyUsed,
    /// `session_expired`: the school ends sign-ins after a while, or when another one is made.
    Expired,
    /// `session_not_found`: signed out elsewhere, or the password changed.
    SessionNotFound,
    /// `user_not_found`: there is no such account any more.
    AccountGone,
}

impl Dead {
    /// The code as the school says it, which is also how it is stored here.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "refresh_token_not_found",
            Self::AlreadyUsed => "refresh_token_already_used",
            Self::Expired => "session_expired",
            Self::SessionNotFound => "session_not_found",
            Self::AccountGone => "user_not_found",
        }
    }

    /// The end of that code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        [Self::NotFound, Self::AlreadyUsed, Self::Expired, Self::SessionNotFound, Self::AccountGone]
            .into_iter()
            .find(|dead| dead.code() == code)
    }
}

/// What a password lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It is too short.
    Length,
    /// It lacks kinds of characters.
    Characters,
    /// It stands in a list of known passwords.
    Known,
}

/// What the accounts refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// E-mail and password do not go together.
    WrongPassword,
    /// The address is not confirmed yet.
    NotConfirmed,
    /// The code, or the link in the mail, is wrong, used or has run out.
    CodeOver,
    /// A mail was sent to this address a moment ago; the next one may go after so long.
    MailTooSoon(Option<Duration>),
    /// The school has sent all the mails that it may for now.
    MailUsedUp,
    /// The school's mail is not set up: it reaches nobody but the school's own team.
    MailNotSetUp,
    /// The school could not send the mail. No account was made.
    MailFailed,
    /// Too many tries from here.
    TooMany,
    /// The password is too weak.
    WeakPassword {
        /// What it lacks.
        lacks: Vec<Weakness>,
    },
    /// The password is longer than 72 bytes.
    PasswordTooLong,
    /// The new password is the old one.
    SamePassword,
    /// The address has an account already.
    AccountExists,
    /// The address is none that the school takes.
    BadEmail,
    /// The school has barred the account.
    Banned,
    /// Nobody can sign up at this school.
    SignUpClosed,
    /// The school takes no e-mail and password.
    EmailOff,
    /// The school wants a proof that a browser has to give.
    CaptchaWanted,
    /// A second factor is set, which is not supported yet.
    SecondFactor,
    /// A new password wants a fresh proof by mail.
    ProofWanted,
    /// A new password wants the old one.
    OldPasswordWanted,
    /// What was opened belongs to another computer or another attempt (PKCE, RFC 7636).
    AnotherAttempt,
    /// The access token is not taken: it has run out, or is none.
    BadToken,
    /// The sign-in is over.
    Dead(Dead),
    /// Anything else: a fault of ours, or a newer school. Its code, as far as it is one.
    Other {
        /// The status (RFC 9110 §15).
        status: u16,
        /// The stable code, if there is one.
        code: Option<String>,
    },
}

/// The code of an answer, in each of the three forms that Supabase Auth has: `code` as text after
/// `X-Supabase-Api-Version: 2024-01-01`, `error_code` before it, `error` as OAuth says it (RFC 6749 §5.2).
#[must_use]
pub fn code_of(body: &Value) -> Option<&str> {
    ["code", "error_code", "error"].into_iter().find_map(|name| body.get(name)?.as_str())
}

/// The refusal behind a status of 400 or more that came with JSON. Nothing where the answer says only that the server is
/// not well: 408, 425, 429 without a code, every 5xx but the ones that tell of mail.
#[must_use]
pub fn refusal(status: u16, body: &Value) -> Option<Refusal> {
    let code = code_of(body);
    // The one thing for which a sentence has to be read: the code is the same for each.
    let said = ["message", "msg", "error_description"].into_iter().find_map(|name| body.get(name)?.as_str());
    let said = said.unwrap_or_default();
    if status >= 500 {
        // No account is made then, so trying again is safe, and waiting for a mail is not.
        return (code == Some("unexpected_failure") && said.starts_with("Error sending"))
            .then_some(Refusal::MailFailed);
    }
    // 409 `conflict`: too many refreshes of one token at the same moment; the same again is good.
    if matches!(status, 408 | 425) || code == Some("conflict") {
        return None;
    }
    let Some(code) = code else {
        return (status != 429).then_some(Refusal::Other { status, code: None });
    };
    Some(match code {
        "invalid_credentials" => Refusal::WrongPassword,
        "email_not_confirmed" => Refusal::NotConfirmed,
        "otp_expired" => Refusal::CodeOver,
        "over_email_send_rate_limit" if said.starts_with("email rate limit") => Refusal::MailUsedUp,
        "over_email_send_rate_limit" => Refusal::MailTooSoon(seconds_in(said)),
        "email_address_not_authorized" => Refusal::MailNotSetUp,
        "over_request_rate_limit" => Refusal::TooMany,
        "weak_password" => Refusal::WeakPassword { lacks: lacks(body) },
        "validation_failed" if said.starts_with("Password cannot be longer") => Refusal::PasswordTooLong,
        "validation_failed" if said.contains("email address") => Refusal::BadEmail,
        "email_address_invalid" => Refusal::BadEmail,
        "same_password" => Refusal::SamePassword,
        "user_already_exists" | "email_exists" => Refusal::AccountExists,
        "user_banned" => Refusal::Banned,
        "signup_disabled" => Refusal::SignUpClosed,
        "email_provider_disabled" => Refusal::EmailOff,
        "captcha_failed" => Refusal::CaptchaWanted,
        "insufficient_aal" => Refusal::SecondFactor,
        "reauthentication_needed" | "reauthentication_not_valid" => Refusal::ProofWanted,
        "current_password_required" | "current_password_invalid" => Refusal::OldPasswordWanted,
        "bad_code_verifier" | "flow_state_not_found" | "flow_state_expired" => Refusal::AnotherAttempt,
        "bad_jwt" | "no_authorization" => Refusal::BadToken,
        code => match Dead::of(code) {
            Some(dead) => Refusal::Dead(dead),
            None => Refusal::Other { status, code: Some(known_form(code)) },
        },
    })
}

/// The number of seconds in a sentence, where only the sentence has it.
fn seconds_in(said: &str) -> Option<Duration> {
    let number = said.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    number.parse().ok().map(Duration::from_secs)
}

fn lacks(body: &Value) -> Vec<Weakness> {
    let reasons = body.pointer("/weak_password/reasons").and_then(Value::as_array);
    let weakness = |reason: &Value| match reason.as_str()? {
        "length" => Some(Weakness::Length),
        "characters" => Some(Weakness::Characters),
        "pwned" => Some(Weakness::Known),
        _ => None,
    };
    reasons.into_iter().flatten().filter_map(weakness).collect()
}

/// A code as one is written. What is none of that form could be anything, and goes into no log.
fn known_form(code: &str) -> String {
    let is_one =
        code.len() <= 60 && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_one { code.to_owned() } else { "unknown".to_owned() }
}
