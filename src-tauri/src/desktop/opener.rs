//! Opens a meeting in the system's browser.

use firstbell_core::{
    desktop::{NotOpened, Opener},
    join::JoinUrl,
};

/// The system's browser.
pub struct Browser;

impl Opener for Browser {
    fn open(&self, url: &JoinUrl) -> Result<(), NotOpened> {
        // The error is dropped on purpose: it may hold the command line, and so the address.
        open::that_detached(url.as_str()).map_err(|_| NotOpened)
    }
}
