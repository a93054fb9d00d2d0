//! What the core asks of the desktop it runs on. The shell brings the real one; the timeline a recorded one.

use std::future::Future;

use crate::{join::JoinUrl, ring::RingKey};

/// One ring as the desktop is to show it. Names are in it only where they may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The reminders that it is for: one, or several that are due together.
    pub keys: Vec<RingKey>,
    /// The first line.
    pub title: String,
    /// The second line; empty when names are hidden or a session runs.
    pub body: String,
    /// Whether *Join* can be offered.
    pub can_join: bool,
    /// Whether it strikes. Not while one's own session runs, nor when the person wants no sound.
    pub sounds: bool,
    /// Whether it may break through Do Not Disturb.
    pub breaks_through: bool,
}

/// What the person did with a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Pressed *Join*.
    Join,
    /// Pressed *Snooze*.
    Snooze,
    /// Clicked on it.
    Open,
    /// Closed it.
    Dismiss,
    /// Nothing: it went away by itself.
    TimeOut,
}

/// The desktop could not show a ring as a notification.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the notification service did not take the ring")]
pub struct NotShown;

/// Shows rings.
pub trait Notifier: Send + Sync + 'static {
    /// Shows a ring and returns when the desktop has taken it.
    ///
    /// # Errors
    /// [`NotShown`] when no notification service took it (then the host has shown a window of its own,
    /// if it has any).
    fn ring(&self, ring: Ring) -> impl Future<Output = Result<(), NotShown>> + Send;

    /// Takes back a ring whose session was moved, called off or is over.
    fn withdraw(&self, key: RingKey) -> impl Future<Output = ()> + Send;
}

/// Opens a meeting in the system's browser.
pub trait Opener: Send + Sync + 'static {
    /// Opens the address.
    ///
    /// # Errors
    /// When no browser could be started. The error carries no address.
    fn open(&self, url: &JoinUrl) -> Result<(), NotOpened>;
}

/// The browser did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the browser did not open")]
pub struct NotOpened;
