//! The model of refresh tokens, held to what was recorded of both forms, word by word.

use std::collections::HashMap;

use chrono::{TimeDelta, Utc};
use firstbell_school::{Families, Refreshed, TokenForm, recorded};
use uuid::Uuid;

#[test]
fn tokens_of_form_one_follow_from_each_other_as_they_did_when_they_were_recorded() {
    replay(TokenForm::One, "refreshing, token form 1");
}

#[test]
fn tokens_of_form_two_follow_from_each_other_as_they_did_when_they_were_recorded() {
    replay(TokenForm::Two, "refreshing, token form 2");
}

#[test]
fn a_token_has_the_recorded_form() {
    for (form, group) in
        [(TokenForm::One, "refreshing, token form 1"), (TokenForm::Two, "refreshing, token form 2")]
    {
        let length = recorded::group(group).unwrap().also["form"]["length"].as_u64().unwrap();
        let token = form.token(Uuid::new_v4(), 0);
        assert_eq!(token.len() as u64, length, "{token}");
    }
}

#[test]
fn a_sign_in_that_has_ended_has_no_token_that_is_known() {
    for form in [TokenForm::One, TokenForm::Two] {
        let mut families = Families::new(form);
        let (ada, now) = (Uuid::new_v4(), Utc::now());
        let (here, token) = families.sign_in(ada, now);
        let (elsewhere, other) = families.sign_in(ada, now);
        families.end(|sign_in, _| sign_in == here);
        assert_eq!(families.refresh(Some(&token), now), Refreshed::NotFound);
        assert_eq!(families.account_of(here), None);
        assert!(matches!(families.refresh(Some(&other), now), Refreshed::Token(_, of) if of == elsewhere));
    }
}

/// Each recorded refresh in its order; its words say how much time went by.
fn replay(form: TokenForm, group: &str) {
    let (ada, mut now) = (Uuid::new_v4(), Utc::now());
    let mut families = Families::new(form);
    let mut bound = HashMap::<String, String>::new();
    for exchange in &recorded::group(group).unwrap().exchanges {
        let what = exchange.what.as_str();
        if what.contains("after 11 s") {
            now += TimeDelta::seconds(11);
        }
        let asked = exchange.request.body.as_ref().and_then(|body| body["refresh_token"].as_str());
        let token = match asked {
            Some(_) if what == "nonsense" => Some(form.token(Uuid::new_v4(), 0)),
            Some(_) if what == "a long nonsense" => Some("x".repeat(1000)),
            // Who asks too often is not heard at all, and who they are is not asked here.
            _ if what == "asked too often" || what.contains("who am I") => continue,
            Some(blank) if blank.starts_with('<') => {
                let known = bound.entry(blank.to_owned());
                Some(known.or_insert_with(|| families.sign_in(ada, now).1).clone())
            }
            other => other.map(str::to_owned),
        };
        let refreshed = families.refresh(token.as_deref(), now);
        let place = format!("{group}: {what}: {refreshed:?}");
        match exchange.response.code() {
            None => {
                let Refreshed::Token(token, _) = refreshed else { panic!("{place}") };
                let blank = exchange.response.body["refresh_token"].as_str().unwrap();
                let known = bound.iter().find(|(_, known)| **known == token).map(|(blank, _)| blank.clone());
                assert_eq!(known.as_deref().unwrap_or(blank), blank, "{place}");
                assert_eq!(*bound.entry(blank.to_owned()).or_insert_with(|| token.clone()), token, "{place}");
            }
            Some("refresh_token_already_used") => assert_eq!(refreshed, Refreshed::AlreadyUsed, "{place}"),
            Some("refresh_token_not_found") => assert_eq!(refreshed, Refreshed::NotFound, "{place}"),
            Some("validation_failed") => assert_eq!(refreshed, Refreshed::NotValid, "{place}"),
            Some(other) => panic!("{place}: {other} is not known"),
        }
    }
    assert!(bound.len() > 9, "the tokens were seen: {bound:?}");
}
