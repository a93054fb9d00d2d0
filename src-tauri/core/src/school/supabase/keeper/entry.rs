//! What a sign-in's entry in the keychain says to its keeper.

use secrecy::SecretString;

use crate::{
    school::supabase::accounts::SignOutScope,
    secret::{KeychainFault, entry::Entry as Stored},
};

/// What an entry says.
#[derive(Clone)]
pub(super) enum Entry {
    /// Somebody is signed in.
    SignIn {
        /// The refresh token.
        refresh: SecretString,
        /// How many tokens were stored before it.
        generation: u64,
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

impl Entry {
    /// How many tokens were stored before this one; 0 if that is not known.
    pub(super) const fn generation(&self) -> u64 {
        match self {
            Self::SignIn { generation, .. } => *generation,
            Self::ToBeRevoked(_) => 0,
        }
    }
}

/// The entry as it is stored.
///
/// # Errors
/// [`KeychainFault::TooLong`] when no keychain would take it.
pub(super) fn encode(entry: &Entry) -> Result<SecretString, KeychainFault> {
    let stored = match entry {
        Entry::SignIn { refresh, generation } => {
            Stored::SignIn { refresh: refresh.clone(), generation: Some(*generation) }
        }
        Entry::ToBeRevoked(left) => Stored::ToBeRevoked {
            address: left.address.clone(),
            key: left.key.clone(),
            refresh: left.refresh.clone(),
            everywhere: left.scope == SignOutScope::Everywhere,
        },
    };
    stored.text()
}

/// What a stored text says. Another form, or a newer one, is not ours to touch.
///
/// # Errors
/// [`KeychainFault::Unreadable`] for everything else.
pub(super) fn decode(text: &SecretString) -> Result<Entry, KeychainFault> {
    match Stored::read(text)? {
        Stored::SignIn { refresh, generation } => {
            Ok(Entry::SignIn { refresh, generation: generation.unwrap_or_default() })
        }
        Stored::ToBeRevoked { address, key, refresh, everywhere } => {
            let scope = if everywhere { SignOutScope::Everywhere } else { SignOutScope::ThisOne };
            Ok(Entry::ToBeRevoked(ToBeRevoked { address, key, scope, refresh }))
        }
        Stored::Waiting(_) => Err(KeychainFault::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let entry = Entry::SignIn { refresh: "abcdefghij12".to_owned().into(), generation: 7 };
        let text = encode(&entry).unwrap();
        assert_eq!(
            text.expose_secret(),
            r#"{"v":1,"kind":"sign_in","refresh":"abcdefghij12","generation":7}"#
        );
        assert!(
            matches!(decode(&text), Ok(Entry::SignIn { refresh, generation: 7 }) if refresh.expose_secret() == "abcdefghij12")
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
