//! The keychain is asked, and whoever waits learns that it may be asking the person.

use std::{future::Future, pin::pin, time::Duration};

use secrecy::SecretString;
use tokio::time::timeout;
use uuid::Uuid;

use super::entry::{self, Entry};
use crate::secret::{Keychain, KeychainFault};

/// A keychain that has not answered by then may be asking the person: one that does not has three seconds.
const STANDS_AFTER: Duration = Duration::from_millis(3500);
/// The keychain has a deadline of its own for a prompt, a minute. This one is in case it does not keep it.
const LONGEST: Duration = Duration::from_secs(75);

/// All entries under an id, the newest first: that of which most were stored before, whatever the keychain says of
/// their times, since a copy that came back from elsewhere counts as new there.
///
/// # Errors
/// The keychain's, and [`KeychainFault::Unreadable`] when any of them is not of our form: writing would take it away.
pub(super) async fn read<K: Keychain>(
    keychain: &K,
    id: Uuid,
    stands: &impl Stands,
) -> Result<Vec<Entry>, KeychainFault> {
    let texts = ask(keychain.read(id), stands).await?;
    let mut entries = texts.iter().map(entry::decode).collect::<Result<Vec<Entry>, _>>()?;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.generation()));
    Ok(entries)
}

/// Stores an entry in the place of what is there.
///
/// # Errors
/// The keychain's: it may be stored all the same.
pub(super) async fn write<K: Keychain>(
    keychain: &K,
    id: Uuid,
    entry: &Entry,
    stands: &impl Stands,
) -> Result<(), KeychainFault> {
    let text: SecretString = entry::encode(entry)?;
    ask(keychain.write(id, text), stands).await
}

/// Takes the entry away.
///
/// # Errors
/// The keychain's.
pub(super) async fn delete<K: Keychain>(
    keychain: &K,
    id: Uuid,
    stands: &impl Stands,
) -> Result<(), KeychainFault> {
    ask(keychain.delete(id), stands).await
}

/// Who is told that the keychain lets one wait.
pub(super) trait Stands: Sync {
    /// It does.
    fn stands(&self);
    /// It has answered, or will not.
    fn goes_on(&self);
}

/// Nobody needs to know.
impl Stands for () {
    fn stands(&self) {}
    fn goes_on(&self) {}
}

async fn ask<T>(
    call: impl Future<Output = Result<T, KeychainFault>>,
    stands: &impl Stands,
) -> Result<T, KeychainFault> {
    let mut call = pin!(call);
    if let Ok(answer) = timeout(STANDS_AFTER, &mut call).await {
        return answer;
    }
    stands.stands();
    let answer = timeout(LONGEST, call).await.unwrap_or(Err(KeychainFault::Silent));
    stands.goes_on();
    answer
}
