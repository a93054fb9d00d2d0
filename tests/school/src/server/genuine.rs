//! A genuine accounts' server, whose program somebody has at hand: it makes its own tables, and is set by the names
//! that it gives to its settings.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::post::{sink::Sink, templates};
use crate::settings::{MailServer, Mails, NewPassword};
use crate::{Keys, Settings, TokenForm};

/// The program, for tests: `FIRSTBELL_ACCOUNTS=/path/to/it`.
pub const PROGRAM: &str = "FIRSTBELL_ACCOUNTS";

/// What it is told besides the settings.
pub struct Place<'a> {
    /// The school's own address.
    pub url: &'a str,
    pub database_url: &'a str,
    pub keys: &'a Keys,
    pub mails: &'a Path,
}

/// The genuine server's program that is named in the environment.
pub fn from_env() -> Option<PathBuf> {
    std::env::var_os(PROGRAM).filter(|program| !program.is_empty()).map(PathBuf::from)
}

/// The settings in its environment, the port that it is to take, and where its mails go.
pub fn prepare(command: &mut Command, place: &Place, settings: &Settings) -> Result<(u16, Option<Sink>)> {
    let sink = match settings.mail_server {
        MailServer::Away => None,
        takes => Some(Sink::open(place.mails, takes == MailServer::Refuses)?),
    };
    let mail_port = sink.as_ref().map_or_else(free_port, |sink| Ok(sink.port()))?;
    let port = free_port()?;
    place_in(command, place, port);
    accounts_in(command, settings);
    mails_in(command, place, settings, mail_port);
    if settings.key_pair {
        command.env("GOTRUE_JWT_KEYS", key_pair(place.keys)?);
    }
    Ok((port, sink))
}

fn place_in(command: &mut Command, place: &Place, port: u16) {
    let own = format!("{}/auth/v1", place.url);
    command.envs([
        ("GOTRUE_API_HOST", "127.0.0.1"),
        ("PORT", &port.to_string()),
        ("API_EXTERNAL_URL", &own),
        ("GOTRUE_DB_DRIVER", "postgres"),
        ("DATABASE_URL", place.database_url),
        ("DB_NAMESPACE", "auth"),
        ("GOTRUE_JWT_SECRET", place.keys.jwt_secret()),
        ("GOTRUE_JWT_ISSUER", &own),
        ("GOTRUE_JWT_EXP", "3600"),
        ("GOTRUE_JWT_AUD", "authenticated"),
        ("GOTRUE_JWT_DEFAULT_GROUP_NAME", "authenticated"),
        ("GOTRUE_JWT_ADMIN_ROLES", "service_role,supabase_admin"),
    ]);
}

fn accounts_in(command: &mut Command, settings: &Settings) {
    let form = if settings.token_form == TokenForm::One { "1" } else { "2" };
    command.envs([
        ("GOTRUE_MAILER_AUTOCONFIRM", said(!settings.confirm_addresses)),
        ("GOTRUE_DISABLE_SIGNUP", said(!settings.sign_up)),
        ("GOTRUE_EXTERNAL_EMAIL_ENABLED", said(settings.email)),
        ("GOTRUE_PASSWORD_MIN_LENGTH", &settings.password_length.to_string()),
        ("GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED", "true"),
        ("GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL", "10"),
        ("GOTRUE_SECURITY_REFRESH_TOKEN_ALGORITHM_VERSION", form),
        ("GOTRUE_SESSIONS_SINGLE_PER_USER", said(settings.one_sign_in)),
        ("GOTRUE_MFA_TOTP_ENROLL_ENABLED", "true"),
        ("GOTRUE_MFA_TOTP_VERIFY_ENABLED", "true"),
    ]);
    if settings.password_kinds {
        let kinds = "abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789:\
                     !@#$%^&*()_+-=[]{};'\\\\:\"|<>?,./`~";
        command.env("GOTRUE_PASSWORD_REQUIRED_CHARACTERS", kinds);
    }
    for (name, seconds) in [
        ("GOTRUE_SESSIONS_TIMEBOX", settings.time_box),
        ("GOTRUE_SESSIONS_INACTIVITY_TIMEOUT", settings.unused),
    ] {
        if let Some(seconds) = seconds {
            command.env(name, format!("{seconds}s"));
        }
    }
    match settings.new_password {
        NewPassword::Nothing => {}
        NewPassword::FreshProof => {
            command.env("GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION", "true");
        }
        NewPassword::OldPassword => {
            command.env("GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD", "true");
        }
    }
    if settings.captcha {
        command.envs([
            ("GOTRUE_SECURITY_CAPTCHA_ENABLED", "true"),
            ("GOTRUE_SECURITY_CAPTCHA_PROVIDER", "hcaptcha"),
            ("GOTRUE_SECURITY_CAPTCHA_SECRET", "none"),
        ]);
    }
    if settings.count_requests {
        command.env("GOTRUE_RATE_LIMIT_HEADER", "X-Forwarded-For");
    }
}

fn mails_in(command: &mut Command, place: &Place, settings: &Settings, port: u16) {
    let site = settings.site.as_deref().unwrap_or(place.url);
    let an_hour = settings.mails_an_hour.unwrap_or(1_000_000);
    command.envs([
        ("GOTRUE_SITE_URL", site),
        ("GOTRUE_URI_ALLOW_LIST", &settings.ways_back.join(",")),
        ("GOTRUE_SMTP_HOST", "127.0.0.1"),
        ("GOTRUE_SMTP_PORT", &port.to_string()),
        ("GOTRUE_SMTP_ADMIN_EMAIL", "post@school.example"),
        ("GOTRUE_SMTP_MAX_FREQUENCY", &format!("{}s", settings.seconds_between_mails)),
        ("GOTRUE_RATE_LIMIT_EMAIL_SENT", &an_hour.to_string()),
        ("GOTRUE_MAILER_OTP_EXP", "3600"),
        ("GOTRUE_MAILER_OTP_LENGTH", "6"),
        ("GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED", "true"),
    ]);
    for kind in ["CONFIRMATION", "RECOVERY", "MAGIC_LINK", "EMAIL_CHANGE", "INVITE", "REAUTHENTICATION"] {
        command.env(format!("GOTRUE_MAILER_URLPATHS_{kind}"), "/auth/v1/verify");
        if settings.mails == Mails::LinkAndCode && settings.mail_server == MailServer::Takes {
            let template = format!("http://127.0.0.1:{port}{}", templates::PATH);
            command.env(format!("GOTRUE_MAILER_TEMPLATES_{kind}"), template);
        }
    }
}

/// A pair that signs, and the secret by which the tokens of the two roles are known.
fn key_pair(keys: &Keys) -> Result<String> {
    let pair = rcgen::KeyPair::generate()?;
    let private = pair.serialize_der();
    // PKCS #8 of P-256: the private number, and in the end the two of the public key.
    let number = |from: usize| private.get(from..from + 32).map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let (d, x, y) = (number(36), number(private.len() - 64), number(private.len() - 32));
    let key = json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "key_ops": ["sign", "verify"],
        "kid": uuid::Uuid::new_v4(), "d": d.context("a key")?, "x": x.context("a key")?, "y": y.context("a key")?,
    });
    let secret = json!({
        "kty": "oct", "alg": "HS256", "key_ops": ["verify"], "kid": uuid::Uuid::new_v4(),
        "k": URL_SAFE_NO_PAD.encode(keys.jwt_secret()),
    });
    Ok(json!([key, secret]).to_string())
}

/// One that nobody had a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn said(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
