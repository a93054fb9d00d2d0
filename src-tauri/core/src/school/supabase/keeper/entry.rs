//! What a sign-in's entry in the keychain says: the one place that knows its form.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::{school::supabase::accounts::SignOutScope, secret::KeychainFault};

/// What an entry says.
#[derive(Clone)]
pub(super) enum Entry {
    /// Somebody is signed in.
    SignIn {
        /// The refresh token.
        refresh: SecretString,
    },
    /// Somebody has signed out, and the school has not answered yet. No way of signing in reads this.
    ToBeRevoked(ToBeRevoked),
}

/// A sign-out that waits for the school.
#[derive(Clone)]
pub(super) struct ToBeRevoked {
    /// The school's address: the token goes nowhere else.
    pub address: String,
    /// The school's publishable key.
    pub key: String,
    /// Whose sign-ins end.
    pub scope: SignOutScope,
    /// The refresh token.
    pub refresh: SecretString,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    SignIn {
        refresh: String,
    },
    ToBeRevoked {
        address: String,
        key: String,
        refresh: String,
        #[serde(default)]
        everywhere: bool,
    },
}

#[derive(Serialize, Deserialize)]
struct Written {
    v: u32,
    #[serde(flatten)]
    kind: Kind,
}

/// The entry as it is stored: ASCII.
///
/// # Errors
/// [`KeychainFault::TooLong`] when no keychain would take it.
pub(super) fn encode(entry: &Entry) -> Result<SecretString, KeychainFault> {
    let kind = match entry {
        Entry::SignIn { refresh } => Kind::SignIn { refresh: refresh.expose_secret().to_owned() },
        Entry::ToBeRevoked(left) => Kind::ToBeRevoked {
            address: left.address.clone(),
            key: left.key.clone(),
            refresh: left.refresh.expose_secret().to_owned(),
            everywhere: left.scope == SignOutScope::Everywhere,
        },
    };
    let text = serde_json::to_string(&Written { v: 1, kind }).map_err(|_| KeychainFault::Refused)?;
    let text = in_ascii(&text);
    if text.len() > crate::secret::LONGEST { Err(KeychainFault::TooLong) } else { Ok(text.into()) }
}

/// What a stored text says. Another form, or a newer one, is not ours to touch.
///
/// # Errors
/// [`KeychainFault::Unreadable`] for everything else.
pub(super) fn decode(text: &SecretString) -> Result<Entry, KeychainFault> {
    let written: Written =
        serde_json::from_str(text.expose_secret()).map_err(|_| KeychainFault::Unreadable)?;
    if written.v != 1 {
        return Err(KeychainFault::Unreadable);
    }
    Ok(match written.kind {
        Kind::SignIn { refresh } => Entry::SignIn { refresh: refresh.into() },
        Kind::ToBeRevoked { address, key, refresh, everywhere } => Entry::ToBeRevoked(ToBeRevoked {
            address,
            key,
            scope: if everywhere { SignOutScope::Everywhere } else { SignOutScope::ThisOne },
            refresh: refresh.into(),
        }),
    })
}

/// JSON with what is not ASCII escaped (RFC 8259 §7).
fn in_ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let entry = Entry::SignIn { refresh: "abcdefghij12".to_owned().into() };
        let text = encode(&entry).unwrap();
        assert_eq!(text.expose_secret(), r#"{"v":1,"kind":"sign_in","refresh":"abcdefghij12"}"#);
        assert!(
            matches!(decode(&text), Ok(Entry::SignIn { refresh }) if refresh.expose_secret() == "abcdefghij12")
        );
    }

    #[test]
    fn a_sign_out_that_waits_keeps_its_school_and_its_scope() {
        let left = ToBeRevoked {
            address: "https://schule-für-alle.example".to_owned(),
            key: "sb_publishable_x".to_owned(),
            scope: SignOutScope::Everywhere,
            refresh: "abcdefghij12".to_owned().into(),
        };
        let text = encode(&Entry::ToBeRevoked(left)).unwrap();
        assert!(text.expose_secret().is_ascii());
        let Ok(Entry::ToBeRevoked(left)) = decode(&text) else { panic!("another kind") };
        assert_eq!(left.address, "https://schule-für-alle.example");
        assert_eq!(left.scope, SignOutScope::Everywhere);
    }

    #[test]
    fn what_is_newer_or_no_entry_is_unreadable() {
        for text in [
            r#"{"v":2,"kind":"sign_in","refresh":"abcdefghij12"}"#,
            r#"{"v":1,"kind":"waiting","refresh":"abcdefghij12"}"#,
            r#"{"v":1,"kind":"sign_in"}"#,
            "abcdefghij12",
            "",
        ] {
            assert!(matches!(decode(&text.to_owned().into()), Err(KeychainFault::Unreadable)), "{text}");
        }
    }
}
