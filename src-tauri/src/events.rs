//! What the window is told without having asked. A change names its cause.

use firstbell_core::change::Cause as CoreCause;
use serde::Serialize;
use specta::Type;

use crate::{
    error::AppError,
    view::{import::ImportPreview, problem::Problem},
};

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

/// How far a calendar file is read or taken over.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ImportWork {
    /// The name of the file that is being read; nothing while one is taken over.
    pub reading: Option<String>,
    /// In whole percent.
    pub percent: u32,
}

/// What the window is told, over the one channel that it opens when it listens.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Told {
    /// What is shown may have changed: load it again.
    Changed {
        /// Why.
        cause: Cause,
    },
    /// What is wrong has changed, for the strip.
    Problems {
        /// All that is wrong now.
        problems: Vec<Problem>,
    },
    /// The minute, or what may be joined, has changed.
    ClockTicked {
        /// Now (RFC 3339, UTC).
        now: String,
    },
    /// A calendar file is being read or taken over, and that takes a while.
    Importing {
        /// How far it is; nothing when it has ended.
        work: Option<ImportWork>,
    },
    /// A calendar file was dropped or opened.
    ImportReady {
        /// What is in it.
        preview: ImportPreview,
    },
    /// Something outside of a command went wrong.
    Failed {
        /// What.
        error: AppError,
    },
    /// A notification or the tray asks for a session's page.
    ShowSession {
        /// Which.
        id: String,
    },
    /// *Join* was pressed outside of the window, and the link leads to an unknown host: the person is asked.
    AskToJoin {
        /// Which session.
        id: String,
    },
    /// *Join* was pressed outside of the window, and no browser could be started.
    BrowserFailed {
        /// For which session.
        id: String,
    },
    /// The person wants to quit, and bells are left today.
    QuitAsked {
        /// The sessions' starts (RFC 3339, UTC).
        bells: Vec<String>,
    },
    /// A file hangs over the window, or does not any more.
    DraggedOver {
        /// It does.
        over: bool,
    },
}
