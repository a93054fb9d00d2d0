//! What the window is told without having asked. A change names its cause.

use serde::Serialize;
use specta::Type;

use crate::{
    error::AppError,
    view::{change::ChangeView, import::ImportPreview, strip::NoticeView},
};

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
pub enum AppEvent {
    /// What is shown may have changed: whatever depends on one of these is to be loaded again.
    Changed {
        /// Now (RFC 3339, UTC, with milliseconds).
        now: String,
        /// All that has changed within a moment, each once, in the order in which it came.
        changes: Vec<ChangeView>,
    },
    /// What the strip says has changed.
    Strip {
        /// All of it now, in the order in which it matters.
        strip: Vec<NoticeView>,
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
    /// An invitation to a school was opened: its page is to be shown.
    GettingIn,
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
