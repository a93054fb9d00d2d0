//! Identifiers. Each kind has a type of its own, so that one cannot be handed over for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where sessions are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkspaceId {
    /// On this computer.
    ThisComputer,
    /// At a school.
    School(Uuid),
}

/// What this computer is called where workspaces are named.
const THIS_COMPUTER: &str = "this_computer";

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThisComputer => f.write_str(THIS_COMPUTER),
            Self::School(id) => id.fmt(f),
        }
    }
}

impl FromStr for WorkspaceId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == THIS_COMPUTER { Ok(Self::ThisComputer) } else { Uuid::parse_str(text).map(Self::School) }
    }
}

/// Names a session for as long as it is known, on whatever computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(Uuid);

impl SessionId {
    /// A new id for a session that is made here (UUID version 7, RFC 9562 §5.7: sorts by age).
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id of an occurrence in a calendar file: UUID version 5 (RFC 9562 §5.5) of source, UID
    /// and RECURRENCE-ID, so that the same occurrence keeps its id however often it is read.
    #[must_use]
    pub fn of_occurrence(source: Uuid, uid: &str, recurrence_id: &str) -> Self {
        // The separator cannot occur in either part: RFC 5545 §3.1 allows no control characters.
        Self(Uuid::new_v5(&source, format!("{uid}\u{1f}{recurrence_id}").as_bytes()))
    }
}

impl Default for SessionId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}
