//! Errors as the window gets them: a code where somebody decides on it, and a sentence.

use firstbell_core::error::Error;
use serde::Serialize;
use specta::Type;

use crate::view::enums::ErrorCode;

/// What went wrong.
#[derive(Clone, Debug, Serialize, Type)]
pub struct AppError {
    /// What the window decides on.
    pub code: ErrorCode,
    /// What happened and what to do.
    pub message: String,
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        tracing::info!(code = ?error.code(), "refused");
        Self { code: error.code().into(), message: error.sentence() }
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
