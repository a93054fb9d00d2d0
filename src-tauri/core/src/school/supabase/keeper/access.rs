//! The token that goes with a call.

use std::fmt;

use secrecy::SecretString;

/// An access token. It lives in memory only, and its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Access {
    secret: SecretString,
    number: u64,
}

impl Access {
    pub(super) const fn new(secret: SecretString, number: u64) -> Self {
        Self { secret, number }
    }

    /// The token itself.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Which one it is of those that this keeper has been given.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("number", &self.number).finish_non_exhaustive()
    }
}
