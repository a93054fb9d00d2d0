//! The bell as Settings shows it, and what came of pressing *Join*.

use firstbell_core::{
    app::{LastRing, Opened},
    ring::Outcome,
};
use serde::Serialize;
use specta::Type;

use super::instant;

/// What became of a ring.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RingOutcome {
    Shown,
    Joined,
    Snoozed,
    Opened,
    Dismissed,
    TimedOut,
    Failed,
}

/// The last bell that rang.
#[derive(Clone, Debug, Serialize, Type)]
pub struct LastBell {
    pub at: String,
    pub title: Option<String>,
    pub outcome: RingOutcome,
}

impl From<&LastRing> for LastBell {
    fn from(ring: &LastRing) -> Self {
        Self {
            at: instant(ring.rung_at),
            title: ring.title.clone(),
            outcome: match ring.outcome {
                None => RingOutcome::Shown,
                Some(Outcome::Joined) => RingOutcome::Joined,
                Some(Outcome::Snoozed) => RingOutcome::Snoozed,
                Some(Outcome::Opened) => RingOutcome::Opened,
                Some(Outcome::Dismissed) => RingOutcome::Dismissed,
                Some(Outcome::TimedOut | Outcome::Withdrawn) => RingOutcome::TimedOut,
                Some(Outcome::Missed | Outcome::Failed) => RingOutcome::Failed,
            },
        }
    }
}

/// The bell as Settings shows it.
#[derive(Clone, Debug, Serialize, Type)]
pub struct BellView {
    pub last: Option<LastBell>,
    /// The name of the notification service, if one answers.
    pub service: Option<String>,
    /// It offers buttons.
    pub actions: bool,
    /// It plays sounds.
    pub sound: bool,
    /// There is a tray.
    pub tray: bool,
    /// What is wrong and what to do.
    pub problem: Option<String>,
}

/// What came of pressing *Join*.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JoinAnswer {
    Opened,
    Ask { host: String, looks_like: Option<String> },
    BrowserFailed,
}

/// What came of pressing *Join* without a session's name.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Joined {
    /// The session that it meant.
    pub id: String,
    pub answer: JoinAnswer,
}

impl From<Opened> for JoinAnswer {
    fn from(opened: Opened) -> Self {
        match opened {
            Opened::Yes => Self::Opened,
            Opened::Ask { host, looks_like } => Self::Ask { host, looks_like: looks_like.map(str::to_owned) },
            Opened::BrowserFailed => Self::BrowserFailed,
        }
    }
}
