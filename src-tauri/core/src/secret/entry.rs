//! What stands in an entry of the keychain: one line of JSON with its version and its kind, all ASCII.
//!
//! Each form that a release has written stands as a file in `tests/secret/entries/`, and is read for ever. A field that
//! is missing is not known; it never means that nobody is signed in. What a newer First Bell has written, or nobody
//! can read, is a fault of its own, so that it is left alone.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};

use super::{KeychainFault, LONGEST};

/// The version that is written.
const VERSION: u64 = 1;

/// One entry.
#[derive(Clone)]
pub enum Entry {
    /// A sign-in that holds.
    SignIn {
        /// The refresh token.
        refresh: SecretString,
        /// How often it was written before, so that of two copies the newest is known whatever the keychain says of
        /// their times. None was written by a First Bell that did not count.
        generation: Option<u64>,
    },
    /// A sign-in that has ended here, and that the school does not know of yet. No way of signing in reads it.
    ToBeRevoked {
        /// The school's address: the only one to which the token may go.
        address: String,
        /// The school's publishable key.
        key: String,
        /// The refresh token.
        refresh: SecretString,
        /// All sign-ins of the account are to end.
        everywhere: bool,
    },
    /// A sign-up that waits for its address to be confirmed.
    Waiting(Waiting),
}

/// What somebody has typed for a sign-up that waits. What is not known is empty.
#[derive(Clone, Default)]
pub struct Waiting {
    /// The school's address.
    pub address: String,
    /// The school's publishable key.
    pub key: String,
    /// The invitation's code, if there is an invitation.
    pub code: Option<SecretString>,
    /// The role, in the school's word.
    pub role: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The address that is to be confirmed.
    pub email: String,
    /// The school's name.
    pub school: String,
    /// A few words to the school.
    pub note: String,
    /// The child's name, for a parent.
    pub child: String,
    /// The zone that was shown when it was typed (IANA). None was written by a First Bell that asked for none.
    pub zone: String,
}

impl Entry {
    /// The entry that stands in a text.
    ///
    /// # Errors
    /// [`KeychainFault::Unreadable`] if it is none, or has a version or a kind that is not known here. Such an entry
    /// must be left as it is.
    pub fn read(text: &SecretString) -> Result<Self, KeychainFault> {
        let form: Form = serde_json::from_str(text.expose_secret()).map_err(|_| KeychainFault::Unreadable)?;
        if form.v != VERSION {
            return Err(KeychainFault::Unreadable);
        }
        let needed = |field| known(field).ok_or(KeychainFault::Unreadable);
        match form.kind.as_str() {
            SIGN_IN => {
                Ok(Self::SignIn { refresh: needed(form.refresh)?.into(), generation: form.generation })
            }
            TO_BE_REVOKED => Ok(Self::ToBeRevoked {
                address: needed(form.address)?,
                key: needed(form.key)?,
                refresh: needed(form.refresh)?.into(),
                everywhere: form.everywhere.unwrap_or(false),
            }),
            WAITING => Ok(Self::Waiting(Waiting {
                address: form.address.unwrap_or_default(),
                key: form.key.unwrap_or_default(),
                code: known(form.code).map(SecretString::from),
                role: form.role.unwrap_or_default(),
                first_name: form.first_name.unwrap_or_default(),
                last_name: form.last_name.unwrap_or_default(),
                email: form.email.unwrap_or_default(),
                school: form.school.unwrap_or_default(),
                note: form.note.unwrap_or_default(),
                child: form.child.unwrap_or_default(),
                zone: form.zone.unwrap_or_default(),
            })),
            _ => Err(KeychainFault::Unreadable),
        }
    }

    /// The text to be stored.
    ///
    /// # Errors
    /// [`KeychainFault::TooLong`] if it has more than [`LONGEST`] bytes.
    pub fn text(&self) -> Result<SecretString, KeychainFault> {
        let form = match self {
            Self::SignIn { refresh, generation } => {
                Form { refresh: exposed(refresh), generation: *generation, ..Form::of(SIGN_IN) }
            }
            Self::ToBeRevoked { address, key, refresh, everywhere } => Form {
                everywhere: everywhere.then_some(true),
                address: Some(address.clone()),
                key: Some(key.clone()),
                refresh: exposed(refresh),
                ..Form::of(TO_BE_REVOKED)
            },
            Self::Waiting(waiting) => Form {
                address: Some(waiting.address.clone()),
                key: Some(waiting.key.clone()),
                code: waiting.code.as_ref().and_then(exposed),
                role: Some(waiting.role.clone()),
                first_name: Some(waiting.first_name.clone()),
                last_name: Some(waiting.last_name.clone()),
                email: Some(waiting.email.clone()),
                school: Some(waiting.school.clone()),
                note: known(Some(waiting.note.clone())),
                child: known(Some(waiting.child.clone())),
                zone: known(Some(waiting.zone.clone())),
                ..Form::of(WAITING)
            },
        };
        let written = Zeroizing::new(serde_json::to_string(&form).map_err(|_| KeychainFault::Refused)?);
        let text = ascii(&written);
        if text.len() > LONGEST {
            return Err(KeychainFault::TooLong);
        }
        Ok(text.into())
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignIn { .. } => "SignIn(…)",
            Self::ToBeRevoked { .. } => "ToBeRevoked(…)",
            Self::Waiting(_) => "Waiting(…)",
        })
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiting(…)")
    }
}

const SIGN_IN: &str = "sign_in";
const TO_BE_REVOKED: &str = "to_be_revoked";
const WAITING: &str = "waiting";

/// All fields of all kinds. Fields that are not known here are passed over.
#[derive(Default, Serialize, Deserialize)]
struct Form {
    v: u64,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    everywhere: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    school: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
}

impl Form {
    fn of(kind: &str) -> Self {
        Self { v: VERSION, kind: kind.to_owned(), ..Self::default() }
    }
}

/// What is empty is not known.
fn known(field: Option<String>) -> Option<String> {
    field.filter(|text| !text.is_empty())
}

fn exposed(secret: &SecretString) -> Option<String> {
    Some(secret.expose_secret().to_owned())
}

/// JSON with nothing but ASCII in it: outside of its strings there is nothing else anyway.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        if char.is_ascii() {
            text.push(char);
        } else {
            let mut units = [0; 2];
            for unit in char.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}
