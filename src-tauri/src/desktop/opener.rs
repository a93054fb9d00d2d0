//! Opens a meeting in the system's browser.

use std::time::Duration;

use firstbell_core::{
    desktop::{NotOpened, Opener},
    join::JoinUrl,
};

/// How long a program that opens links may take to say that it cannot. `xdg-open` asks several others
/// first; one that still runs after this time is showing the page.
const PATIENCE: Duration = Duration::from_secs(2);

/// The system's browser.
pub struct Browser;

impl Opener for Browser {
    fn open(&self, url: &JoinUrl) -> Result<(), NotOpened> {
        // The error is dropped on purpose: it may hold the command line, and so the address.
        let open = || open::that_detached_with_timeout(url.as_str(), PATIENCE).map_err(|_| NotOpened);
        // It waits; the other tasks of this thread must not.
        tokio::task::block_in_place(open)
    }
}
