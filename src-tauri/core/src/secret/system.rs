//! The keychain of this computer. It is asked from a thread of its own, because its crates block, and may not block
//! within tokio: with `zbus/tokio` anywhere in the build such a call panics.
//!
//! Who asks waits for the deadline and no longer. A thread that has not answered by then is given up: the next call has
//! another. What it answers later still counts: a read is kept for whoever asks next, and a write that was begun
//! earlier never comes after one that was begun later.

use std::{fmt, sync::Arc, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until},
};
use uuid::Uuid;

use super::{Changes, Keychain, KeychainFault, LONGEST};
use desk::{Desk, Work};
use store::Store;

mod desk;
#[cfg(any(test, not(unix), target_os = "macos"))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
#[cfg(all(unix, not(target_os = "macos")))]
mod signals;
mod store;

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// As long as nobody is asked anything.
    pub call: Duration,
    /// As long as the keychain waits for the person, who has a password to type.
    pub prompt: Duration,
}

impl Default for Patience {
    /// By `reference/field.md`, KC1.
    fn default() -> Self {
        Self { call: Duration::from_secs(3), prompt: Duration::from_secs(60) }
    }
}

/// The keychain of this computer: the Secret Service, the Credential Manager of Windows, the keychain of macOS.
/// Cheap to clone; nothing is asked before the first call.
#[derive(Clone)]
pub struct SystemKeychain {
    desk: Arc<Desk>,
    patience: Patience,
    /// The bus that is not the session's own.
    bus: Option<String>,
}

impl SystemKeychain {
    /// The keychain of the person who is signed in to this computer.
    #[must_use]
    pub fn new() -> Self {
        Self::over(None)
    }

    /// The Secret Service on the bus at a D-Bus address. Elsewhere than on Linux the same as [`SystemKeychain::new`].
    #[must_use]
    pub fn on_bus(address: &str) -> Self {
        Self::over(Some(address.to_owned()))
    }

    /// The same keychain with other deadlines.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Whether the keychain is asking the person just now. Who would wait for it can say so meanwhile.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.desk.is_asking()
    }

    /// Lets the keychain ask the person once more. It asks once by itself for as long as it stays locked, so that a
    /// prompt that was dismissed does not come back each minute; this is for a person who has pressed *Try again*.
    pub fn ask_again(&self) {
        self.desk.ask_again();
    }

    fn over(bus: Option<String>) -> Self {
        Self { desk: Desk::over(system_store(bus.clone())), patience: Patience::default(), bus }
    }

    /// Waits for an answer within the deadline.
    async fn answer<T>(
        &self,
        mut reply: oneshot::Receiver<Result<T, KeychainFault>>,
    ) -> Result<T, KeychainFault> {
        let mut asking = self.desk.asking();
        let mut since = Instant::now();
        loop {
            let is_asking = self.desk.thread_is_asking();
            let patience = if is_asking { self.patience.prompt } else { self.patience.call };
            tokio::select! {
                biased;
                // A thread that ends without an answer has none.
                answer = &mut reply => return answer.unwrap_or(Err(KeychainFault::Silent)),
                // The person begins to type, or has ended: from here on the other deadline counts.
                told = asking.changed() => if told.is_ok() { since = Instant::now() },
                () = sleep_until(since + patience) => {
                    drop(reply);
                    self.desk.give_up();
                    return Err(if is_asking { KeychainFault::Locked } else { KeychainFault::Silent });
                }
            }
        }
    }
}

impl Default for SystemKeychain {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SystemKeychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemKeychain").field("patience", &self.patience).finish_non_exhaustive()
    }
}

impl Keychain for SystemKeychain {
    async fn read(&self, id: Uuid) -> Result<Vec<SecretString>, KeychainFault> {
        if let Some(late) = self.desk.take_late(id) {
            return Ok(late);
        }
        let (reply, answer) = oneshot::channel();
        self.desk.put(id, Work::Read(reply));
        self.answer(answer).await
    }

    async fn write(&self, id: Uuid, text: SecretString) -> Result<(), KeychainFault> {
        if text.expose_secret().len() > LONGEST {
            return Err(KeychainFault::TooLong);
        }
        if !text.expose_secret().is_ascii() {
            return Err(KeychainFault::Refused);
        }
        let (reply, answer) = oneshot::channel();
        self.desk.put(id, Work::Write(Some(text), reply));
        self.answer(answer).await
    }

    async fn delete(&self, id: Uuid) -> Result<(), KeychainFault> {
        let (reply, answer) = oneshot::channel();
        self.desk.put(id, Work::Write(None, reply));
        self.answer(answer).await
    }

    async fn provider(&self) -> Result<String, KeychainFault> {
        let (reply, answer) = oneshot::channel();
        self.desk.put(Uuid::nil(), Work::Provider(reply));
        self.answer(answer).await
    }

    fn changes(&self) -> Changes {
        let told = self.desk.changes();
        #[cfg(all(unix, not(target_os = "macos")))]
        signals::watch(&self.desk, self.bus.clone());
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        let _ = &self.bus;
        Changes(Some(told))
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_store(bus: Option<String>) -> Arc<dyn Store> {
    Arc::new(secret_service::SecretServiceStore::on(bus))
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn system_store(_: Option<String>) -> Arc<dyn Store> {
    Arc::new(native::Native::of_this_system())
}
