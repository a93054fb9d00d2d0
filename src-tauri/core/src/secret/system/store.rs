//! What a keychain is asked for from the thread: calls that block, for as long as they like.

use secrecy::SecretString;
use uuid::Uuid;

use super::super::KeychainFault;

/// A keychain that may keep its thread waiting.
pub(super) trait Store: Send + Sync + 'static {
    /// As [`super::super::Keychain::read`].
    fn read(&self, id: Uuid, asking: &dyn Asking) -> Result<Vec<SecretString>, KeychainFault>;

    /// As [`super::super::Keychain::write`]. `is_newest` is asked last of all before anything is changed: if something
    /// else has been wanted since, nothing is.
    fn write(
        &self,
        id: Uuid,
        text: &SecretString,
        is_newest: &dyn Fn() -> bool,
        asking: &dyn Asking,
    ) -> Result<(), KeychainFault>;

    /// As [`super::super::Keychain::delete`], and `is_newest` as above.
    fn delete(
        &self,
        id: Uuid,
        is_newest: &dyn Fn() -> bool,
        asking: &dyn Asking,
    ) -> Result<(), KeychainFault>;

    /// As [`super::super::Keychain::provider`].
    fn provider(&self) -> Result<String, KeychainFault>;
}

/// Whether the keychain may ask the person, and that it does.
pub(super) trait Asking {
    /// Not while the person is asked already, and not once more after they have said no.
    fn may_ask(&self) -> bool;

    /// Runs `ask`, which asks the person and waits for the answer, and says meanwhile that it does.
    ///
    /// # Errors
    /// As `ask`, whose [`KeychainFault::Locked`] is the person's no.
    fn ask(&self, ask: &mut dyn FnMut() -> Result<(), KeychainFault>) -> Result<(), KeychainFault>;
}
