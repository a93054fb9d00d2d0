//! What the keeper of a sign-in asks the school's accounts for.

use std::{fmt, future::Future, time::Duration};

use secrecy::SecretString;

use super::error::AccountsError;

/// What a sign-in is given by the school's accounts.
#[derive(Clone)]
pub struct Tokens {
    /// Good for a while, for whoever has it.
    pub access: SecretString,
    /// Good once, for the next pair.
    pub refresh: SecretString,
    /// How long the access token is good, counted from when it came.
    pub expires_in: Duration,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// Whose sign-ins end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOutScope {
    /// This one.
    ThisOne,
    /// All of the account.
    Everywhere,
}

/// The accounts of a school.
pub trait Accounts: Send + Sync + 'static {
    /// A new pair of tokens for a refresh token.
    fn refresh(&self, token: &SecretString) -> impl Future<Output = Result<Tokens, AccountsError>> + Send;

    /// Ends sign-ins of the account whose access token it is.
    fn sign_out(
        &self,
        access: &SecretString,
        scope: SignOutScope,
    ) -> impl Future<Output = Result<(), AccountsError>> + Send;
}
