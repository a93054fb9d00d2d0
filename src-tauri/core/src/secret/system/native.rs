//! The keychains of Windows and macOS, through the stores of `keyring-core`. They have no collections that could be
//! locked one by one, and no signals: the system asks the person by itself, and says so when it was refused.

use std::{collections::HashMap, sync::Arc};

use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use uuid::Uuid;

use super::{
    super::{KeychainFault, SERVICE},
    store::{Asking, Store},
};

/// What opens the system's store. It is opened for each call, so that no failure lasts.
type Open = fn() -> keyring_core::Result<Arc<CredentialStore>>;

/// A store of `keyring-core`.
pub(super) struct Native {
    open: Open,
    /// What is said of each entry when it is named.
    with: &'static [(&'static str, &'static str)],
    name: &'static str,
}

impl Native {
    /// Windows: not in the part that travels with a person's profile from computer to computer.
    #[cfg(windows)]
    pub(super) fn of_this_system() -> Self {
        Self {
            open: || Ok(windows_native_keyring_store::Store::new()?),
            with: &[("persistence", "Local")],
            name: "Credential Manager",
        }
    }

    #[cfg(target_os = "macos")]
    pub(super) fn of_this_system() -> Self {
        Self {
            open: || Ok(apple_native_keyring_store::keychain::Store::new()?),
            with: &[],
            name: "macOS Keychain",
        }
    }

    #[cfg(not(any(unix, windows)))]
    pub(super) fn of_this_system() -> Self {
        Self { open: || Err(Error::NoDefaultStore), with: &[], name: "" }
    }

    fn entry(&self, id: Uuid) -> Result<Entry, KeychainFault> {
        let with: HashMap<&str, &str> = self.with.iter().copied().collect();
        let store = (self.open)().map_err(|error| fault(&error))?;
        store.build(SERVICE, &id.to_string(), Some(&with)).map_err(|error| fault(&error))
    }
}

impl Store for Native {
    fn read(&self, id: Uuid, _: &dyn Asking) -> Result<Vec<SecretString>, KeychainFault> {
        match self.entry(id)?.get_secret() {
            Ok(bytes) => Ok(vec![text(bytes)?]),
            Err(Error::NoEntry) => Ok(Vec::new()),
            Err(Error::Ambiguous(entries)) => {
                let texts: Vec<_> = entries
                    .iter()
                    .map(|entry| entry.get_secret().map_err(|error| fault(&error)).and_then(text))
                    .collect();
                let readable: Vec<_> = texts.iter().filter_map(|text| text.clone().ok()).collect();
                if readable.is_empty() { texts.into_iter().collect() } else { Ok(readable) }
            }
            Err(error) => Err(fault(&error)),
        }
    }

    fn write(
        &self,
        id: Uuid,
        text: &SecretString,
        is_newest: &dyn Fn() -> bool,
        asking: &dyn Asking,
    ) -> Result<(), KeychainFault> {
        // What cannot be read is not written over.
        self.read(id, asking)?;
        let entry = self.entry(id)?;
        if !is_newest() {
            return Ok(());
        }
        match entry.set_secret(text.expose_secret().as_bytes()) {
            Err(Error::Ambiguous(entries)) => match entries.first() {
                Some(first) => first.set_secret(text.expose_secret().as_bytes()),
                None => Err(Error::NoEntry),
            },
            done => done,
        }
        .map_err(|error| fault(&error))
    }

    fn delete(&self, id: Uuid, is_newest: &dyn Fn() -> bool, _: &dyn Asking) -> Result<(), KeychainFault> {
        let entry = self.entry(id)?;
        if !is_newest() {
            return Ok(());
        }
        let gone = |done: keyring_core::Result<()>| match done {
            Err(Error::NoEntry) => Ok(()),
            done => done.map_err(|error| fault(&error)),
        };
        match entry.delete_credential() {
            Err(Error::Ambiguous(entries)) => {
                entries.iter().try_for_each(|entry| gone(entry.delete_credential()))
            }
            done => gone(done),
        }
    }

    fn provider(&self) -> Result<String, KeychainFault> {
        (self.open)().map_err(|error| fault(&error))?;
        Ok(self.name.to_owned())
    }
}

/// The error itself is never kept: some hold what they could not read.
fn fault(error: &Error) -> KeychainFault {
    match error {
        Error::NoStorageAccess(_) => KeychainFault::Locked,
        Error::BadEncoding(_) | Error::BadDataFormat(..) => KeychainFault::Unreadable,
        Error::TooLong(..) => KeychainFault::TooLong,
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => KeychainFault::Absent,
        _ => KeychainFault::Refused,
    }
}

fn text(bytes: Vec<u8>) -> Result<SecretString, KeychainFault> {
    let bytes = Zeroizing::new(bytes);
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.is_ascii());
    text.map(SecretString::from).ok_or(KeychainFault::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;
    impl Asking for Nobody {
        fn may_ask(&self) -> bool {
            false
        }
        fn ask(&self, _: &mut dyn FnMut() -> Result<(), KeychainFault>) -> Result<(), KeychainFault> {
            Err(KeychainFault::Locked)
        }
    }

    /// The store of `keyring-core` that is kept in memory stands in for those of other systems.
    fn store() -> Native {
        static ONE: std::sync::OnceLock<Arc<CredentialStore>> = std::sync::OnceLock::new();
        Native {
            open: || Ok(ONE.get_or_init(|| keyring_core::mock::Store::new().unwrap()).clone()),
            with: &[],
            name: "Mock",
        }
    }

    #[test]
    fn an_entry_is_written_read_written_anew_and_taken_away() {
        let (store, id) = (store(), Uuid::new_v4());
        assert!(store.read(id, &Nobody).unwrap().is_empty());
        for text in ["one", "two"] {
            store.write(id, &text.into(), &|| true, &Nobody).unwrap();
            assert_eq!(store.read(id, &Nobody).unwrap()[0].expose_secret(), text);
        }
        store.write(id, &"three".into(), &|| false, &Nobody).unwrap();
        store.delete(id, &|| false, &Nobody).unwrap();
        assert_eq!(store.read(id, &Nobody).unwrap()[0].expose_secret(), "two");
        store.delete(id, &|| true, &Nobody).unwrap();
        store.delete(id, &|| true, &Nobody).unwrap();
        assert!(store.read(id, &Nobody).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_not_written_over() {
        let (store, id) = (store(), Uuid::new_v4());
        store.entry(id).unwrap().set_secret(b"\xff\x00").unwrap();
        assert_eq!(store.read(id, &Nobody).unwrap_err(), KeychainFault::Unreadable);
        assert_eq!(store.write(id, &"one".into(), &|| true, &Nobody).unwrap_err(), KeychainFault::Unreadable);
        assert_eq!(store.entry(id).unwrap().get_secret().unwrap(), b"\xff\x00");
    }
}
