//! The computer's keychain: where tokens lie. Each entry is one short text under a random id of ours.
//!
//! Whoever asks gets an answer within a deadline, whatever the keychain does, and no answer of it ever leads to
//! overwriting, deleting or wiping: that nothing was found is no proof that nothing is stored.

use std::future::Future;

use secrecy::SecretString;
use uuid::Uuid;

/// The service under which all entries of First Bell stand.
pub const SERVICE: &str = "firstbell";

/// The longest entry in bytes: Windows refuses more than 2,560.
pub const LONGEST: usize = 2400;

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
    /// the keychain.
    fn read(&self, id: Uuid) -> impl Future<Output = Result<Vec<SecretString>, KeychainFault>> + Send;

    /// Stores a text (ASCII, at most [`LONGEST`] bytes) under an id, in the place of what is there.
    fn write(&self, id: Uuid, text: SecretString) -> impl Future<Output = Result<(), KeychainFault>> + Send;

    /// Takes away what is stored under an id. Nothing there is as good.
    fn delete(&self, id: Uuid) -> impl Future<Output = Result<(), KeychainFault>> + Send;

    /// What answers as keychain, for the person: *GNOME Keyring*, *KWallet*, … Nothing if none does.
    fn provider(&self) -> impl Future<Output = Result<String, KeychainFault>> + Send;
}
