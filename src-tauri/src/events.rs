//! What the window is told without having asked. Each event names its cause.

use firstbell_core::change::Cause as CoreCause;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

use crate::{error::AppError, view::import::ImportPreview};

/// Why something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
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

/// What is shown may have changed: load it again.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct Changed {
    /// Why.
    pub cause: Cause,
}

/// The minute, or what may be joined, has changed.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct ClockTicked {
    /// Now (RFC 3339, UTC).
    pub now: String,
}

/// A calendar file was dropped or opened.
#[derive(Clone, Debug, Serialize, Type, Event)]
pub struct ImportReady(pub ImportPreview);

/// Something outside of a command went wrong.
#[derive(Clone, Debug, Serialize, Type, Event)]
pub struct Failed(pub AppError);

/// A notification or the tray asks for a session's page.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct ShowSession {
    /// Which.
    pub id: String,
}

/// *Join* was pressed outside of the window, and the link leads to an unknown host: the person is asked.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct AskToJoin {
    /// Which session.
    pub id: String,
}

/// *Join* was pressed outside of the window, and no browser could be started.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct BrowserFailed {
    /// For which session.
    pub id: String,
}

/// The person wants to quit, and bells are left today.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct QuitAsked {
    /// The sessions' starts (RFC 3339, UTC).
    pub bells: Vec<String>,
}

/// A file hangs over the window, or does not any more.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct DraggedOver {
    /// It does.
    pub over: bool,
}
