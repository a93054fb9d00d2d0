//! What a school tells a client that asks what has changed: a page of rows, and where the next one begins.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The tables of a school that this client reads. Of others it keeps nothing.
pub const TABLES: [&str; 13] = [
    "school_settings",
    "people",
    "account_people",
    "bookings",
    "booking_proposals",
    "booking_messages",
    "sessions",
    "session_participants",
    "session_events",
    "session_notes",
    "tutor_availability_rules",
    "tutor_unavailability_blocks",
    "video_connections",
];

/// A row as the school has it.
pub type Row = Map<String, Value>;

/// Why a row is not there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is there for nobody any more.
    Gone,
    /// It is there, and not for this account any more.
    NotYours,
    /// Nobody says: an older school, or one that was restored.
    Unknown,
}

impl Why {
    /// As the school says it, and as it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::NotYours => "not_yours",
            Self::Unknown => "unknown",
        }
    }

    /// The reason of that name; one that this client does not know says no more than none.
    #[must_use]
    pub fn of(name: &str) -> Self {
        [Self::Gone, Self::NotYours].into_iter().find(|why| why.name() == name).unwrap_or(Self::Unknown)
    }
}

/// One row of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// One of [`TABLES`].
    pub table: &'static str,
    /// The row's id.
    pub id: Uuid,
    /// The row as it is now; else why it is not there.
    pub row: Result<Row, Why>,
}

/// A page of what has changed. What an older school does not say is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Whose rows these are.
    pub account: Option<Uuid>,
    /// Changes when the school was restored.
    pub epoch: Option<String>,
    /// The rows. One may come more than once.
    pub changes: Vec<Change>,
    /// What was known before is to be forgotten: a list of everything begins here.
    pub is_afresh: bool,
    /// There is more to be asked for at once.
    pub has_more: bool,
    /// Where the next page begins. Opaque.
    pub cursor: String,
    /// The number of the school's schema.
    pub schema: Option<i64>,
    /// The school's clock (UTC).
    pub now: Option<DateTime<Utc>>,
    /// How many rows of this pass are still to come, as far as the school counts.
    pub to_come: Option<u64>,
    /// How many rows could not be read and were left out.
    pub unreadable: usize,
}
