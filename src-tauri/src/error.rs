//! Errors as the window gets them: a code where somebody decides on it, and a sentence.

use firstbell_core::error::{Code, Error};
use serde::Serialize;
use specta::Type;

/// What went wrong.
#[derive(Clone, Debug, Serialize, Type)]
pub struct AppError {
    /// What the window decides on.
    pub code: ErrorCode,
    /// What happened and what to do.
    pub message: String,
}

/// What the window decides on.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// It is not there.
    NotFound,
    /// It was changed in the meantime.
    Stale,
    /// The state table does not allow it.
    NotAllowed,
    /// Join is not open.
    NotOpen,
    /// There is no link.
    NoLink,
    /// What was typed cannot be taken.
    Invalid,
    /// A file was refused whole.
    FileRefused,
    /// A file could not be read or written.
    FileFailed,
    /// The person has stopped it; nothing was changed.
    Stopped,
    /// The store cannot be used now.
    StoreBusy,
    /// The store cannot be used.
    StoreUnusable,
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        tracing::info!(code = ?error.code(), "refused");
        let code = match error.code() {
            Code::NotFound => ErrorCode::NotFound,
            Code::Stale => ErrorCode::Stale,
            Code::NotAllowed => ErrorCode::NotAllowed,
            Code::NotOpen => ErrorCode::NotOpen,
            Code::NoLink => ErrorCode::NoLink,
            Code::Invalid => ErrorCode::Invalid,
            Code::FileRefused => ErrorCode::FileRefused,
            Code::FileFailed => ErrorCode::FileFailed,
            Code::Stopped => ErrorCode::Stopped,
            Code::StoreBusy => ErrorCode::StoreBusy,
            Code::StoreUnusable => ErrorCode::StoreUnusable,
        };
        Self { code, message: error.sentence() }
    }
}

/// The answer to a command.
pub type Answer<T> = Result<T, AppError>;

impl From<tauri::Error> for AppError {
    fn from(error: tauri::Error) -> Self {
        tracing::error!(%error, "tauri");
        Self { code: ErrorCode::StoreUnusable, message: error.to_string() }
    }
}
