//! The computer's keychain: where tokens lie. Each entry is one short text under a random id of ours.
//!
//! Whoever asks gets an answer within a deadline, whatever the keychain does, and no answer of it ever leads to
//! overwriting, deleting or wiping: that nothing was found is no proof that nothing is stored.

use std::{future::Future, time::Duration};

use secrecy::SecretString;
use tokio::sync::watch;
use uuid::Uuid;

pub mod entry;
mod system;

pub use system::{Patience, SystemKeychain};

/// The service under which all entries of First Bell stand.
pub const SERVICE: &str = "firstbell";

/// The longest entry in bytes: Windows refuses more than 2,560.
pub const LONGEST: usize = 2400;

/// How a provider is called that does not say who it is. It is never taken for another one.
pub const UNNAMED: &str = "Secret Service";

/// Why the keychain has not done what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeychainFault {
    /// There is none on this computer, or none runs.
    #[error("no keychain")]
    Absent,
    /// It is there, and has not answered within the deadline.
    #[error("the keychain does not answer")]
    Silent,
    /// It is locked, and the person has not unlocked it.
    #[error("the keychain is locked")]
    Locked,
    /// Another keychain answers than the one that was written to.
    #[error("another keychain answers")]
    Another {
        /// What was written to.
        had: String,
        /// What answers now.
        has: String,
    },
    /// An entry is there that cannot be read.
    #[error("the entry cannot be read")]
    Unreadable,
    /// It refuses, or fails in another way.
    #[error("the keychain refuses")]
    Refused,
    /// The entry would be longer than every keychain takes.
    #[error("the entry is too long")]
    TooLong,
}

/// Keeps secrets for the person who is signed in to this computer.
pub trait Keychain: Send + Sync + 'static {
    /// What is stored under an id, the newest first. Usually nothing or one; several after a copy or an import of
    /// the keychain. Nothing is an answer only where all of the keychain could be looked through; else it is a fault.
    fn read(&self, id: Uuid) -> impl Future<Output = Result<Vec<SecretString>, KeychainFault>> + Send;

    /// Stores a text (ASCII, at most [`LONGEST`] bytes) under an id, in the place of what is there; of several, in
    /// the place of the newest, and it is the newest then. What is there and cannot be read is left alone, and is
    /// the answer.
    fn write(&self, id: Uuid, text: SecretString) -> impl Future<Output = Result<(), KeychainFault>> + Send;

    /// Takes away what is stored under an id, all of it. Nothing there is as good.
    fn delete(&self, id: Uuid) -> impl Future<Output = Result<(), KeychainFault>> + Send;

    /// What answers as keychain, for the person: *GNOME Keyring*, *KWallet*, … [`UNNAMED`] if it does not say.
    fn provider(&self) -> impl Future<Output = Result<String, KeychainFault>> + Send;

    /// Tells when it is worth asking again. Whoever waits takes this first and asks then, so that nothing is missed.
    fn changes(&self) -> Changes {
        Changes(None)
    }
}

/// The moments at which a keychain may answer otherwise than before: it was unlocked, another came up, a late answer
/// is there; and each minute besides, for those that say nothing.
#[derive(Debug)]
pub struct Changes(Option<watch::Receiver<u64>>);

impl Changes {
    /// How long at most until the next one (`reference/field.md`, KC3).
    const AT_LEAST_EACH: Duration = Duration::from_secs(60);

    /// Waits for the next one. It may come for nothing.
    pub async fn next(&mut self) {
        let told = async {
            if let Some(told) = &mut self.0
                && told.changed().await.is_ok()
            {
                return;
            }
            std::future::pending().await
        };
        // A minute that has passed is one of them.
        let _ = tokio::time::timeout(Self::AT_LEAST_EACH, told).await;
    }
}

/// The fault if another keychain answers than the one that was written to. One that has no name is taken for the same.
///
/// # Errors
/// [`KeychainFault::Another`].
pub fn same_provider(had: &str, has: &str) -> Result<(), KeychainFault> {
    let named = |name: &str| !name.is_empty() && name != UNNAMED;
    if named(had) && named(has) && had != has {
        return Err(KeychainFault::Another { had: had.to_owned(), has: has.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{KeychainFault, UNNAMED, same_provider};

    #[test]
    fn another_keychain_is_told_from_the_one_that_was_written_to() {
        let (had, has) = ("GNOME Keyring".to_owned(), "KWallet".to_owned());
        assert_eq!(same_provider(&had, &has), Err(KeychainFault::Another { had: had.clone(), has }));
        assert_eq!(same_provider(&had, &had), Ok(()));
        for unknown in ["", UNNAMED] {
            assert_eq!(same_provider(&had, unknown), Ok(()));
            assert_eq!(same_provider(unknown, &had), Ok(()));
        }
    }
}
