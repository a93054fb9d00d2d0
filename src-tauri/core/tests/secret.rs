//! What stands in the keychain. Each form that a release has written is a file here, and is never changed or removed.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{collections::BTreeMap, path::Path};

use firstbell_core::secret::{
    KeychainFault, LONGEST,
    entry::{Entry, Waiting},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

/// Every released form, by the name of its file.
fn released() -> BTreeMap<String, SecretString> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/secret/entries");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), text.trim_end().into())
        })
        .collect()
}

/// All that an entry says.
fn said(entry: &Entry) -> Value {
    match entry {
        Entry::SignIn { refresh, generation } => {
            json!({"kind": "sign_in", "refresh": refresh.expose_secret(), "generation": generation})
        }
        Entry::ToBeRevoked { address, key, refresh, everywhere } => json!({
            "kind": "to_be_revoked", "address": address, "key": key, "refresh": refresh.expose_secret(),
            "everywhere": everywhere,
        }),
        Entry::Waiting(waiting) => {
            let Waiting { address, key, code, role, first_name, last_name, email, school, note, child, zone } =
                waiting;
            json!({
                "kind": "waiting", "address": address, "key": key,
                "code": code.as_ref().map(|code| code.expose_secret()), "role": role,
                "first_name": first_name, "last_name": last_name, "email": email, "school": school,
                "note": note, "child": child, "zone": zone,
            })
        }
    }
}

fn read(value: &Value) -> Result<Entry, KeychainFault> {
    Entry::read(&value.to_string().into())
}

#[test]
fn each_form_that_was_released_is_understood_to_the_last_field() {
    let released = released();
    assert!(released.len() >= 4, "{released:?}");
    for (name, text) in &released {
        let entry = Entry::read(text).unwrap();
        let Value::Object(written) = serde_json::from_str(text.expose_secret()).unwrap() else {
            panic!("{name}")
        };
        let Value::Object(said) = said(&entry) else { unreachable!() };
        for (field, value) in written.iter().filter(|(field, _)| *field != "v") {
            assert_eq!(said.get(field), Some(value), "{name}: {field}");
        }
    }
}

#[test]
fn the_form_of_today_is_among_those_that_are_kept() {
    for (name, text) in released().iter().filter(|(name, _)| name.starts_with("1-")) {
        let written = Entry::read(text).unwrap().text().unwrap();
        assert_eq!(written.expose_secret(), text.expose_secret(), "{name}");
        assert!(written.expose_secret().is_ascii());
    }
}

#[test]
fn a_field_that_is_missing_or_strange_is_not_known_and_makes_nothing_else_of_an_entry() {
    let mut tried = 0;
    for (name, text) in released() {
        let Value::Object(whole) = serde_json::from_str(text.expose_secret()).unwrap() else {
            panic!("{name}")
        };
        let kind = whole["kind"].clone();
        for field in whole.keys() {
            for strange in [None, Some(Value::Null), Some(json!("")), Some(json!(7)), Some(json!({"a": []}))]
            {
                let mut changed: Map<String, Value> = whole.clone();
                match &strange {
                    Some(strange) => changed.insert(field.clone(), strange.clone()),
                    None => changed.remove(field),
                };
                tried += 1;
                match read(&Value::Object(changed)) {
                    Ok(entry) => assert_eq!(said(&entry)["kind"], kind, "{name} with {field}: {strange:?}"),
                    Err(fault) => {
                        assert_eq!(fault, KeychainFault::Unreadable, "{name} with {field}: {strange:?}")
                    }
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn what_waits_for_its_address_is_still_known_without_one_of_its_fields() {
    for field in ["address", "key", "code", "role", "first_name", "last_name", "email", "school"] {
        let text = &released()["1-waiting"];
        let mut whole: Value = serde_json::from_str(text.expose_secret()).unwrap();
        whole.as_object_mut().unwrap().remove(field);
        let known = said(&read(&whole).unwrap());
        let others = whole.as_object().unwrap().iter().filter(|(name, _)| *name != "v");
        for (name, value) in others {
            assert_eq!(&known[name], value, "without {field}");
        }
    }
}

#[test]
fn what_a_newer_first_bell_has_written_is_left_alone() {
    for (name, text) in released() {
        for (field, newer) in
            [("v", json!(2)), ("v", json!(u64::MAX)), ("v", json!(0)), ("kind", json!("passkey"))]
        {
            let mut whole: Value = serde_json::from_str(text.expose_secret()).unwrap();
            whole[field] = newer;
            assert_eq!(read(&whole).unwrap_err(), KeychainFault::Unreadable, "{name}");
        }
        // What was only added is passed over.
        let mut whole: Value = serde_json::from_str(text.expose_secret()).unwrap();
        whole["added_later"] = json!([1, 2]);
        assert!(read(&whole).is_ok(), "{name}");
    }
    for text in ["", "{}", "[]", "null", "v1refreshtoken", "{\"v\":1", "\u{0}"] {
        assert_eq!(Entry::read(&text.into()).unwrap_err(), KeychainFault::Unreadable);
    }
}

#[test]
fn a_sign_in_that_is_to_be_revoked_is_never_one_that_holds() {
    let entry = Entry::read(&released()["1-to_be_revoked"]).unwrap();
    assert!(matches!(entry, Entry::ToBeRevoked { .. }));
    for kind in ["To_be_revoked", "to_be_revoked ", "sign-in", "SIGN_IN", ""] {
        let mut whole: Value = serde_json::from_str(released()["1-to_be_revoked"].expose_secret()).unwrap();
        whole["kind"] = json!(kind);
        assert_eq!(read(&whole).unwrap_err(), KeychainFault::Unreadable, "{kind:?}");
    }
}

#[test]
fn an_entry_fits_every_keychain_or_is_refused() {
    let sign_in =
        |length: usize| Entry::SignIn { refresh: "r".repeat(length).into(), generation: Some(u64::MAX) };
    // The longest token that a school may send is 1,000 characters long.
    assert!(sign_in(1000).text().unwrap().expose_secret().len() < LONGEST);
    let around = sign_in(0).text().unwrap().expose_secret().len();
    assert_eq!(sign_in(LONGEST - around).text().unwrap().expose_secret().len(), LONGEST);
    assert_eq!(sign_in(LONGEST - around + 1).text().unwrap_err(), KeychainFault::TooLong);
    // It is the length as written: a bell takes twelve bytes.
    let bells =
        |count: usize| Entry::Waiting(Waiting { last_name: "🔔".repeat(count), ..Waiting::default() });
    assert!(bells(150).text().is_ok());
    assert_eq!(bells(200).text().unwrap_err(), KeychainFault::TooLong);
}

#[test]
fn nothing_of_an_entry_shows_when_it_is_printed() {
    for (name, text) in released() {
        let entry = Entry::read(&text).unwrap();
        let printed = format!("{entry:?} {text:?} {:?}", entry.text());
        let Value::Object(whole) = serde_json::from_str(text.expose_secret()).unwrap() else {
            panic!("{name}")
        };
        for (field, value) in whole.iter().filter(|(field, _)| !["v", "kind"].contains(&field.as_str())) {
            // Yes and no are no secrets.
            let Some(value) = value.as_str() else { continue };
            assert!(value.is_empty() || !printed.contains(value), "{name}: {field} in {printed}");
        }
    }
}
