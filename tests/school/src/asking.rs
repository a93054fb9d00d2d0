//! Asking a function of the school, and being refused.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::Account;

/// A function said no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} ({status}): {sentence} {detail}")]
pub struct Refusal {
    /// `PT409`, or what PostgreSQL says by itself.
    pub status: String,
    /// The stable code, such as `slot_taken`; empty for what is no refusal of ours.
    pub code: String,
    /// For a person.
    pub sentence: String,
    /// Arguments.
    pub detail: Value,
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(told) = error.as_db_error() else {
            return Self {
                status: String::new(),
                code: String::new(),
                sentence: error.to_string(),
                detail: Value::Null,
            };
        };
        Self {
            status: told.code().code().to_owned(),
            code: told.hint().filter(|_| told.code().code().starts_with("PT")).unwrap_or_default().to_owned(),
            sentence: told.message().to_owned(),
            detail: told.detail().and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default(),
        }
    }
}

/// Functions that take no request id, because they write nothing.
const READS: [&str; 5] = ["free_slots", "look_at_invitation", "look_at_school", "pull_changes", "who_am_i"];

pub(crate) fn takes_request_id(function: &str) -> bool {
    !READS.contains(&function)
}

/// Calls a function; a request id is given where it takes one and none is.
///
/// # Errors
/// What the function refuses.
pub(crate) async fn call(door: &mut Account, function: &str, mut arguments: Value) -> Result<Value, Refusal> {
    if takes_request_id(function) && arguments.get("request_id").is_none() {
        arguments["request_id"] = json!(Uuid::new_v4());
    }
    Ok(door.call(function, &arguments).await?)
}
