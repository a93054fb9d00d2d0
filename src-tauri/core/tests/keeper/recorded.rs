//! The model of the school's refresh tokens answers as Supabase Auth itself was recorded to.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;

use super::families::{Families, Form};

#[derive(Deserialize)]
struct Group {
    form: u8,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    what: String,
    sends: Option<String>,
    status: u16,
    code: Option<String>,
    gives: Option<String>,
}

#[test]
fn the_model_answers_as_the_school_was_recorded_to() {
    let groups: Vec<Group> = serde_json::from_str(include_str!("recorded.json")).unwrap();
    assert_eq!(groups.iter().map(|group| group.steps.len()).collect::<Vec<_>>(), [19, 19]);
    for group in groups {
        let form = if group.form == 1 { Form::One } else { Form::Two };
        replay(form, &group.steps);
    }
}

fn replay(form: Form, steps: &[Step]) {
    let mut families = Families::new(form);
    let mut bound: BTreeMap<&str, String> = BTreeMap::new();
    let mut now = Duration::from_secs(1000);
    for step in steps {
        let what = format!("form {form:?}: {}", step.what);
        now += Duration::from_millis(if step.what.contains("11 s") { 11_000 } else { 20 });
        let sends = step.sends.as_deref().unwrap_or_default();
        if step.code.as_deref() == Some("over_request_rate_limit") {
            // How often one may ask is no matter of the tokens.
            continue;
        }
        let text = match (bound.get(sends), step.status) {
            (Some(text), _) => text.clone(),
            (None, 200) => families.sign_in(now),
            (None, _) if step.what.starts_with("a long") => "n".repeat(2000),
            (None, _) if sends.starts_with('<') => "n".repeat(12),
            (None, _) => sends.to_owned(),
        };
        bound.insert(sends, text.clone());
        let answer = families.refresh(&text, now);
        match &step.gives {
            None => assert_eq!(answer, Err(step.code.as_deref().unwrap()), "{what}"),
            Some(gives) => {
                let child = answer.unwrap_or_else(|code| panic!("{what}: {code}"));
                let known = bound.values().any(|text| *text == child);
                match bound.get(gives.as_str()) {
                    Some(same) => assert_eq!(child, *same, "{what}"),
                    None => assert!(!known, "{what}: gave one that was given before"),
                }
                bound.insert(gives, child);
            }
        }
    }
}
