//! What has changed, and who caused it.

use firstbell_core::change::{Cause as CoreCause, Change, Topic as CoreTopic};
use serde::Serialize;
use specta::Type;

/// Why something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The person, in this program.
    ThisWindow,
    /// Time alone.
    Clock,
    /// Another program.
    AnotherHost,
    /// The bell.
    Bell,
}

impl From<CoreCause> for Cause {
    fn from(cause: CoreCause) -> Self {
        match cause {
            CoreCause::ThisWindow => Self::ThisWindow,
            CoreCause::Clock => Self::Clock,
            CoreCause::AnotherHost => Self::AnotherHost,
            CoreCause::Bell => Self::Bell,
        }
    }
}

/// What may be another than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Sessions,
    People,
    Settings,
    Rings,
    /// By time alone: a door opened or closed, a session started or ended.
    Doors,
    Minute,
}

impl From<CoreTopic> for Topic {
    fn from(topic: CoreTopic) -> Self {
        match topic {
            CoreTopic::Sessions => Self::Sessions,
            CoreTopic::People => Self::People,
            CoreTopic::Settings => Self::Settings,
            CoreTopic::Rings => Self::Rings,
            CoreTopic::Doors => Self::Doors,
            CoreTopic::Minute => Self::Minute,
        }
    }
}

/// Something has changed.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "Change")]
pub struct ChangeView {
    pub cause: Cause,
    /// "this_computer", or the id of a school.
    pub workspace: String,
    pub topic: Topic,
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        Self {
            cause: change.cause.into(),
            workspace: change.workspace.to_string(),
            topic: change.topic.into(),
        }
    }
}
