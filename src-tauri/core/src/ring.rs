//! The words of one ring of the bell: which it is, and what became of it.

use chrono::{DateTime, Utc};

use crate::id::SessionId;

/// Names one ring of one reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RingKey {
    /// The session it is for.
    pub session: SessionId,
    /// The start that the session had when the ring was planned (UTC).
    pub start: DateTime<Utc>,
    /// 1 is the first ring; a snooze makes the next.
    pub number: i64,
}

/// What became of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The person pressed Join.
    Joined,
    /// The person wants to be rung again.
    Snoozed,
    /// The person opened First Bell from it.
    Opened,
    /// The person closed it.
    Dismissed,
    /// It went away by itself.
    TimedOut,
    /// Its session was moved, called off or is over.
    Withdrawn,
    /// It could not ring while Join was open.
    Missed,
    /// The desktop did not take it and First Bell's own window was shown instead.
    Failed,
}

impl Outcome {
    const ALL: [Self; 8] = [
        Self::Joined,
        Self::Snoozed,
        Self::Opened,
        Self::Dismissed,
        Self::TimedOut,
        Self::Withdrawn,
        Self::Missed,
        Self::Failed,
    ];

    /// The name that the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Snoozed => "snoozed",
            Self::Opened => "opened",
            Self::Dismissed => "dismissed",
            Self::TimedOut => "timed_out",
            Self::Withdrawn => "withdrawn",
            Self::Missed => "missed",
            Self::Failed => "failed",
        }
    }

    /// The outcome of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}
