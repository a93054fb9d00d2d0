//! Whether a school is set up so that people can get in, as far as that can be seen from outside.

use std::{process::ExitCode, sync::Arc};

use firstbell_core::{
    clock::SystemClock,
    error::{Error, Named, SchoolError, What},
    school::{
        address::{PublishableKey, SchoolAddress},
        invitation::Invitation,
        supabase::{
            auth::{Auth, Offer},
            calls::{Facts, look_at_school},
            error::AccountsError,
            rest::CallError,
            wire::Wire,
        },
    },
    words::say,
};
use serde::Serialize;

use crate::output::{Failure, print, print_json};

#[derive(Serialize)]
struct Out {
    school: String,
    open_sign_up: firstbell_core::sign_in::OpenSignUp,
    can_sign_up: bool,
    confirms_addresses: bool,
    takes_email: bool,
    clock_ahead_seconds: Option<i64>,
    not_seen_from_outside: [&'static str; 4],
}

/// What nobody sees from outside: mail, and where its links lead.
const NOT_SEEN: [(&str, &str); 4] = [
    ("own_smtp", "cli-check-smtp"),
    ("way_back", "cli-check-way-back"),
    ("site_url", "cli-check-site"),
    ("code_in_mails", "cli-check-code"),
];

pub async fn run(
    address: Option<String>,
    key: Option<String>,
    invitation: Option<String>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let (address, key) = place(address, key, invitation)?;
    let named = |what| {
        Error::from(SchoolError {
            what,
            named: Box::new(Named { school: address.host(), host: address.host(), email: String::new() }),
        })
    };
    let wire =
        Wire::new(address.clone(), key, Arc::new(SystemClock)).map_err(|fault| named(What::Fault(fault)))?;
    let auth = Auth::new(wire);
    let offer = auth.offer().await.map_err(|error| match error {
        AccountsError::Fault(fault) => named(What::Fault(fault)),
        AccountsError::Refused(refusal) => named(What::Refused(refusal)),
    })?;
    let facts = look_at_school(auth.wire()).await.map_err(|error| match error {
        CallError::Fault(fault) => named(What::Fault(fault)),
        CallError::Refused { code, .. } => named(What::Said(code)),
        CallError::Token { .. } => named(What::Anonymous),
        CallError::Keychain(fault) => named(What::Keychain(fault)),
    })?;
    let ahead = auth.wire().clock_ahead().map(|ahead| ahead.num_seconds());
    tell(&offer, facts, ahead, json)?;
    Ok(ExitCode::SUCCESS)
}

fn place(
    address: Option<String>,
    key: Option<String>,
    invitation: Option<String>,
) -> Result<(SchoolAddress, PublishableKey), Failure> {
    if let Some(text) = invitation {
        let found = Invitation::find(&text)
            .map_err(|why| Error::from(SchoolError::nowhere(What::Invitation(why))))?;
        return found.school.ok_or_else(|| Error::from(SchoolError::nowhere(What::CodeNeedsSchool)).into());
    }
    let (Some(address), Some(key)) = (address, key) else {
        return Err(Failure::Usage(say("cli-check-needs", &[])));
    };
    let address = address.parse().map_err(|why| Error::from(SchoolError::nowhere(What::Address(why))))?;
    let key = PublishableKey::new(&key).ok_or_else(|| Error::from(SchoolError::nowhere(What::Key)))?;
    Ok((address, key))
}

fn tell(offer: &Offer, facts: Facts, ahead: Option<i64>, json: bool) -> Result<(), Failure> {
    let Offer { can_sign_up, confirms, has_email } = *offer;
    if json {
        return print_json(&Out {
            school: facts.name,
            open_sign_up: facts.open_sign_up,
            can_sign_up,
            confirms_addresses: confirms,
            takes_email: has_email,
            clock_ahead_seconds: ahead,
            not_seen_from_outside: NOT_SEEN.map(|(name, _)| name),
        });
    }
    let mut lines = vec![say("cli-check-school", &[("school", facts.name.into())])];
    lines.push(say(if has_email { "cli-check-email" } else { "cli-check-no-email" }, &[]));
    lines.push(say(if can_sign_up { "cli-check-sign-up" } else { "cli-check-no-sign-up" }, &[]));
    lines.push(say(if confirms { "cli-check-confirms" } else { "cli-check-no-confirms" }, &[]));
    if let Some(seconds) = ahead.filter(|seconds| seconds.abs() > 30) {
        lines.push(say("cli-check-clock", &[("seconds", seconds.unsigned_abs().into())]));
    }
    lines.push(say("cli-check-not-seen", &[]));
    lines.extend(NOT_SEEN.iter().map(|(_, name)| format!("- {}", say(name, &[]))));
    print(|out| Ok(writeln!(out, "{}", lines.join("\n"))?))
}
