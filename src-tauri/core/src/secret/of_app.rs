//! The keychain of an app.

use secrecy::SecretString;
use uuid::Uuid;

use super::{Changes, Keychain, KeychainFault, SystemKeychain};

/// What an app has for a keychain.
#[derive(Clone)]
pub enum Secrets {
    /// That of the computer.
    System(SystemKeychain),
    /// None: whoever signs in stays so until the program is quit.
    None,
}

impl Secrets {
    /// Lets the keychain ask the person once more, who has pressed something that needs it.
    pub fn ask_again(&self) {
        if let Self::System(keychain) = self {
            keychain.ask_again();
        }
    }
}

impl Keychain for Secrets {
    async fn read(&self, id: Uuid) -> Result<Vec<SecretString>, KeychainFault> {
        match self {
            Self::System(keychain) => keychain.read(id).await,
            Self::None => Err(KeychainFault::Absent),
        }
    }

    async fn write(&self, id: Uuid, text: SecretString) -> Result<(), KeychainFault> {
        match self {
            Self::System(keychain) => keychain.write(id, text).await,
            Self::None => Err(KeychainFault::Absent),
        }
    }

    async fn delete(&self, id: Uuid) -> Result<(), KeychainFault> {
        match self {
            Self::System(keychain) => keychain.delete(id).await,
            Self::None => Err(KeychainFault::Absent),
        }
    }

    async fn provider(&self) -> Result<String, KeychainFault> {
        match self {
            Self::System(keychain) => keychain.provider().await,
            Self::None => Err(KeychainFault::Absent),
        }
    }

    fn changes(&self) -> Changes {
        match self {
            Self::System(keychain) => keychain.changes(),
            Self::None => Changes(None),
        }
    }
}
