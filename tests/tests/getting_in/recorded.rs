//! What genuine accounts answered, as the app reads it: every refusal that was recorded is one that the app knows, or one
//! that only a fault of its own could bring about.

use std::collections::BTreeSet;

use firstbell_core::school::supabase::error::{Refusal, refusal};
use firstbell_school::recorded;

/// Codes that follow from requests that the app does not make: no grant, no JSON, phone numbers, a second factor's codes.
const NOT_OURS: [&str; 8] = [
    "anonymous_provider_disabled",
    "bad_json",
    "mfa_verification_failed",
    "otp_disabled",
    "phone_provider_disabled",
    "request_entity_too_large",
    "validation_failed",
    "unexpected_failure",
];

#[test]
fn every_refusal_that_was_recorded_is_known() {
    let (mut known, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for group in recorded::groups().unwrap() {
        for exchange in &group.exchanges {
            let answer = &exchange.response;
            let (Some(code), true) = (answer.code(), answer.status >= 400) else { continue };
            match refusal(answer.status, &answer.body) {
                Some(Refusal::Other { .. }) => {
                    unknown.insert(code.to_owned());
                }
                Some(_) => {
                    known.insert(code.to_owned());
                }
                // The server is not well, and says so in whatever words.
                None => assert!(answer.status >= 500, "{}: {}", group.name, exchange.what),
            }
        }
    }
    assert!(known.len() > 20, "{known:?}");
    let strange: Vec<_> = unknown.iter().filter(|code| !NOT_OURS.contains(&code.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn only_what_says_so_ends_a_sign_in() {
    let mut dead = BTreeSet::new();
    for group in recorded::groups().unwrap() {
        for exchange in &group.exchanges {
            let answer = &exchange.response;
            if answer.status >= 400
                && let Some(Refusal::Dead(over)) = refusal(answer.status, &answer.body)
            {
                dead.insert(over.code());
                let is_about_it = exchange.request.path.contains("refresh_token")
                    || exchange.request.path.starts_with("/user")
                    || exchange.request.path.starts_with("/logout");
                assert!(is_about_it, "{}: {}", group.name, exchange.what);
            }
        }
    }
    let all = [
        "refresh_token_already_used",
        "refresh_token_not_found",
        "session_expired",
        "session_not_found",
        "user_not_found",
    ];
    assert_eq!(dead.into_iter().collect::<Vec<_>>(), all);
}
