//! What a sign-in asks of the school's accounts once it is there.

use std::{fmt, future::Future, time::Duration};

use secrecy::SecretString;

use super::error::AccountsError;

/// What a sign-in is given by the school's accounts.
#[derive(Clone)]
pub struct Tokens {
    /// What goes with a call, for as long as it lives.
    pub access: SecretString,
    /// What the next access token is asked for with.
    pub refresh: SecretString,
    /// How long the access token lives, from when it was made.
    pub expires_in: Duration,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

/// Whose sign-ins end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOutScope {
    /// This one (`scope=local`).
    ThisOne,
    /// All of the account (`scope=global`).
    Everywhere,
}

/// The school's accounts, as far as the keeper of tokens asks them. An answer without tokens is
/// [`Fault::Silent`](crate::school::fault::Fault::Silent).
pub trait Accounts: Send + Sync + 'static {
    /// New tokens for a refresh token.
    fn refresh(&self, token: &SecretString) -> impl Future<Output = Result<Tokens, AccountsError>> + Send;

    /// Ends sign-ins, as an access token allows.
    fn sign_out(
        &self,
        access: &SecretString,
        scope: SignOutScope,
    ) -> impl Future<Output = Result<(), AccountsError>> + Send;
}
