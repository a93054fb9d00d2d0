//! One press, one opening: a double click, a key that is held, two presses while a slow browser starts.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::id::SessionKey;

/// What came of pressing *Join*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The browser has the address.
    Yes,
    /// The host is no known provider's: the person has to say yes first.
    Ask {
        /// The host, in punycode.
        host: String,
        /// The provider that the address imitates.
        looks_like: Option<&'static str>,
    },
    /// No browser could be started.
    BrowserFailed,
}

/// How soon after a meeting was opened another press belongs to the one that opened it. Desktops take two clicks
/// for one up to a second apart (GNOME: 100 to 1000 ms, Windows: 200 to 900); whoever presses once more because
/// no browser came has waited for longer than that.
const SAME_PRESS: Duration = Duration::from_secs(1);

/// The last opening of this program, which one at a time adds to.
#[derive(Default)]
pub(super) struct Presses(Mutex<Option<Opening>>);

/// A meeting that was handed to the browser, or could not be.
pub(super) struct Opening {
    session: SessionKey,
    opened: Opened,
    /// Presses before this belong to it, in steady time.
    until: Duration,
}

impl Opening {
    /// What came of opening a session's meeting. `done` is the steady time when that was known.
    pub(super) fn new(session: SessionKey, opened: &Opened, done: Duration) -> Self {
        // Where no browser came, what is pressed next is *Try again*.
        let until = if *opened == Opened::Yes { done + SAME_PRESS } else { done };
        Self { session, opened: opened.clone(), until }
    }
}

impl Presses {
    /// Waits for an opening that is under way, and answers as it did if this press (in steady time) belongs to
    /// it. Else it is this one's turn: what comes of it is put in.
    pub(super) async fn turn(
        &self,
        session: SessionKey,
        pressed: Duration,
    ) -> Result<MutexGuard<'_, Option<Opening>>, Opened> {
        let last = self.0.lock().await;
        match &*last {
            Some(last) if last.session == session && pressed < last.until => Err(last.opened.clone()),
            _ => Ok(last),
        }
    }
}
