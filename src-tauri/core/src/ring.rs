//! The words of one ring of the bell: which it is, and what became of it.

use chrono::{DateTime, Duration, Utc};

use crate::id::SessionKey;

/// What a reminder reminds of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RingKind {
    /// The session begins soon.
    BeforeStart,
    /// It begins now.
    AtStart,
    /// It has begun, and the person is not in it.
    Late,
}

impl RingKind {
    const ALL: [Self; 3] = [Self::BeforeStart, Self::AtStart, Self::Late];

    /// The name that the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeforeStart => "before_start",
            Self::AtStart => "at_start",
            Self::Late => "late",
        }
    }

    /// The kind of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Names a reminder: a session that was moved has another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reminder {
    /// The session it is for.
    pub session: SessionKey,
    /// The start that the session had when the reminder was planned (UTC).
    pub start: DateTime<Utc>,
    /// What it reminds of.
    pub kind: RingKind,
    /// How long before the start, as the person has chosen it; after it for [`RingKind::Late`]. Whole seconds.
    pub lead: Duration,
}

impl Reminder {
    /// One that rings before the start.
    #[must_use]
    pub const fn before_start(session: SessionKey, start: DateTime<Utc>, lead: Duration) -> Self {
        Self { session, start, kind: RingKind::BeforeStart, lead }
    }

    /// One of its rings.
    #[must_use]
    pub const fn ring(self, number: i64) -> RingKey {
        RingKey { reminder: self, number }
    }
}

/// Names one ring of one reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RingKey {
    /// Which reminder.
    pub reminder: Reminder,
    /// 1 is the first ring; a snooze makes the next.
    pub number: i64,
}

impl RingKey {
    /// The session it is for.
    #[must_use]
    pub const fn session(&self) -> SessionKey {
        self.reminder.session
    }

    /// The start that the session had when the ring was planned (UTC).
    #[must_use]
    pub const fn start(&self) -> DateTime<Utc> {
        self.reminder.start
    }

    /// The ring that comes after this one.
    #[must_use]
    pub const fn again(self) -> Self {
        Self { number: self.number + 1, ..self }
    }
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
