//! What has changed, and who caused it.

use firstbell_core::change::Change;
use serde::Serialize;
use specta::Type;

use super::enums::{Cause, Topic};

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
