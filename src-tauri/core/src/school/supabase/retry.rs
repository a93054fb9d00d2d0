//! What a refused call asks for: a newer token, a little time, or nothing more. One more try at most.

use std::{future::Future, time::Duration};

use super::{
    accounts::Accounts,
    keeper::{Access, Keeper, KeeperFault},
    rest::CallError,
};
use crate::secret::Keychain;

/// How long to wait where the school's own servers do not agree on the time (two to five seconds is what they
/// differ by).
pub const A_LITTLE_TIME: Duration = Duration::from_secs(3);

/// What to do about an answer of the school's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It holds.
    Done,
    /// The token has run out: refresh it once, and ask once more.
    Refresh,
    /// The token is younger than the server that was asked believes possible: the same one again after a while. A
    /// newer one would be refused as well.
    SameAgain(Duration),
}

/// Why a call did not come to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer<E> {
    /// There is no token for it.
    Keeper(KeeperFault),
    /// The call itself failed.
    Call(E),
}

/// What follows from a call that was refused.
#[must_use]
pub const fn then(error: &CallError) -> Then {
    match error {
        CallError::Token { is_early: true, .. } => Then::SameAgain(A_LITTLE_TIME),
        CallError::Token { .. } => Then::Refresh,
        CallError::Refused { .. } | CallError::Fault(_) | CallError::NoToken(_) => Then::Done,
    }
}

/// Makes a call with a token that is good for it. If `judge` finds that the answer asks for it, the token is refreshed
/// once, or kept for a little while, and the call is made once more: its second answer holds, whatever it is.
///
/// # Errors
/// [`NoAnswer::Keeper`] when there is no token, [`NoAnswer::Call`] with the call's own error.
pub async fn with_token<A, K, T, E, F>(
    keeper: &Keeper<A, K>,
    judge: impl Fn(&E) -> Then,
    mut call: impl FnMut(Access) -> F,
) -> Result<T, NoAnswer<E>>
where
    A: Accounts,
    K: Keychain,
    F: Future<Output = Result<T, E>>,
{
    let access = keeper.token().await.map_err(NoAnswer::Keeper)?;
    let refused = match call(access.clone()).await {
        Ok(answer) => return Ok(answer),
        Err(refused) => refused,
    };
    let again = match judge(&refused) {
        Then::Done => return Err(NoAnswer::Call(refused)),
        Then::SameAgain(wait) => {
            tokio::time::sleep(wait).await;
            access
        }
        Then::Refresh => keeper.token_instead_of(&access).await.map_err(NoAnswer::Keeper)?,
    };
    call(again).await.map_err(NoAnswer::Call)
}
