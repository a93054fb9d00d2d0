//! When the door of a session is open.

use chrono::{DateTime, Utc};

/// When the door of a session is open (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// From then on.
    pub opens_at: DateTime<Utc>,
    /// Until then.
    pub closes_at: DateTime<Utc>,
}
