//! What has changed, and who caused it, so that whoever shows something loads it again only when it may be another.

use serde::{Deserialize, Serialize};

use crate::id::WorkspaceId;

/// The cause of a change of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The person, in this program.
    ThisWindow,
    /// Time alone: a Join opened, a session is over, a minute has passed.
    Clock,
    /// Another program, such as `bell`.
    AnotherHost,
    /// The bell rang, or was answered.
    Bell,
    /// A school.
    School,
}

/// What may be another than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Sessions, and what happened to them.
    Sessions,
    /// What is known of people: who there is, where they live.
    People,
    /// What the person has chosen.
    Settings,
    /// What rang, what became of it, and what could not ring.
    Rings,
    /// By time alone: a door opened or closed, a session started or ended.
    Doors,
    /// The minute.
    Minute,
    /// Sign-ins, and the way into a school.
    Schools,
    /// Requests at a school, and what was said about them.
    Requests,
    /// What was done here and a school has yet to answer.
    Waiting,
}

impl Topic {
    /// All there are.
    pub const ALL: [Self; 9] = [
        Self::Sessions,
        Self::People,
        Self::Settings,
        Self::Rings,
        Self::Doors,
        Self::Minute,
        Self::Schools,
        Self::Requests,
        Self::Waiting,
    ];

    /// What lies in the store, and so is another when somebody else has written.
    pub const STORED: [Self; 7] = [
        Self::Sessions,
        Self::People,
        Self::Settings,
        Self::Rings,
        Self::Schools,
        Self::Requests,
        Self::Waiting,
    ];
}

/// Something has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Who caused it.
    pub cause: Cause,
    /// Where.
    pub workspace: WorkspaceId,
    /// What.
    pub topic: Topic,
}

impl Change {
    /// A change of what this computer decides.
    #[must_use]
    pub const fn here(cause: Cause, topic: Topic) -> Self {
        Self { cause, workspace: WorkspaceId::ThisComputer, topic }
    }
}
