//! What the keeper reads and writes in the keychain: a sign-in, or one that is to be revoked.

use secrecy::SecretString;

use crate::{
    school::supabase::accounts::SignOutScope,
    secret::{KeychainFault, entry},
};

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

/// The entry as it is stored.
///
/// # Errors
/// [`KeychainFault::TooLong`] when no keychain would take it.
pub(super) fn encode(entry: &Entry) -> Result<SecretString, KeychainFault> {
    let stored = match entry.clone() {
        Entry::SignIn { refresh } => entry::Entry::SignIn { refresh },
        Entry::ToBeRevoked(ToBeRevoked { address, key, scope, refresh }) => {
            entry::Entry::ToBeRevoked { address, key, refresh, everywhere: scope == SignOutScope::Everywhere }
        }
    };
    stored.text()
}

/// What a stored text says. Another kind, or a newer form, is not the keeper's to touch.
///
/// # Errors
/// [`KeychainFault::Unreadable`] for everything else.
pub(super) fn decode(text: &SecretString) -> Result<Entry, KeychainFault> {
    match entry::Entry::read(text)? {
        entry::Entry::SignIn { refresh } => Ok(Entry::SignIn { refresh }),
        entry::Entry::ToBeRevoked { address, key, refresh, everywhere } => {
            let scope = if everywhere { SignOutScope::Everywhere } else { SignOutScope::ThisOne };
            Ok(Entry::ToBeRevoked(ToBeRevoked { address, key, scope, refresh }))
        }
        entry::Entry::Waiting(_) => Err(KeychainFault::Unreadable),
    }
}
