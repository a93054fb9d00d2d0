//! What the window may ask for: adapters of a few lines over the core.

pub mod bell;
pub mod course;
pub mod import;
pub mod join;
pub mod lists;
pub mod program;
pub mod schools;
pub mod sessions;

use std::sync::Arc;

use firstbell_core::{
    app::App,
    error::Error,
    id::{PersonId, SessionKey},
};

/// The core's app, as tauri hands it to commands.
pub type Core<'a> = tauri::State<'a, Arc<App>>;

/// The session that the window names.
fn session_key(text: &str) -> Result<SessionKey, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// The person that the window names.
fn person_id(text: &str) -> Result<PersonId, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// A sign-in, or something that waits, that the window names.
fn uuid(text: &str) -> Result<uuid::Uuid, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// An instant that the window names (RFC 3339).
fn instant(text: &str) -> Result<chrono::DateTime<chrono::Utc>, Error> {
    text.parse().map_err(|_| Error::Invalid("draft-date"))
}
