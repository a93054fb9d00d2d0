//! The strip, line by line.

use firstbell_core::strip::{FirstCopy, Notice};
use serde::Serialize;
use specta::Type;

use super::{enums::SchoolState, instant};

/// One line of the strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename = "Notice", tag = "kind", rename_all = "snake_case")]
pub enum NoticeView {
    /// Another copy of First Bell has the folder and does not answer: it can be ended.
    FirstCopySilent { text: String },
    /// The same, and nobody knows its process.
    FirstCopyUnknown { text: String },
    /// The bell is being started anew.
    BellStopped { text: String },
    /// The desktop takes no rings: Settings say why.
    CannotRing { text: String },
    /// The store cannot be written or read: it is tried again by itself.
    Store { text: String },
    /// The folder was deleted or replaced, and another one is in its place: the person takes note.
    StoreLost { text: String },
    /// A sign-in at a school wants the person.
    School { id: String, state: SchoolState, text: String },
    /// Something that was done here was refused by a school.
    Refused { text: String },
    /// Something waits to be sent to one.
    Waiting { text: String },
    /// Sessions that were here are not shown by a school any more: the person takes note.
    Left { id: String, text: String },
    /// So many bells could not ring.
    Missed { count: u32 },
    /// Clocks have changed, and with them when sessions begin.
    ClocksChanged {
        /// Whose clocks.
        zone: String,
        sessions: u32,
        /// When the first of them begins, if all begin at that hour.
        start: Option<String>,
    },
    /// There are samples among the sessions.
    Samples,
}

impl From<&Notice> for NoticeView {
    fn from(notice: &Notice) -> Self {
        let text = notice.sentence().unwrap_or_default();
        match notice {
            Notice::FirstCopy(FirstCopy::CanBeEnded) => Self::FirstCopySilent { text },
            Notice::FirstCopy(FirstCopy::Unknown) => Self::FirstCopyUnknown { text },
            Notice::BellStopped => Self::BellStopped { text },
            Notice::CannotRing => Self::CannotRing { text },
            Notice::Store { .. } => Self::Store { text },
            Notice::StoreLost { .. } => Self::StoreLost { text },
            Notice::School { id, state, .. } => {
                Self::School { id: id.to_string(), state: (*state).into(), text }
            }
            Notice::Refused(_) => Self::Refused { text },
            Notice::Waiting(_) => Self::Waiting { text },
            Notice::Left { id, .. } => Self::Left { id: id.to_string(), text },
            Notice::Missed(missed) => Self::Missed { count: count(*missed) },
            Notice::ClocksChanged { zone, sessions, start } => Self::ClocksChanged {
                zone: zone.clone(),
                sessions: count(*sessions),
                start: start.map(instant),
            },
            Notice::Samples => Self::Samples,
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
