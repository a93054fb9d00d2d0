//! Calls of the school's functions over PostgREST. Clients write no row.

use secrecy::SecretString;
use serde_json::Value;

use super::{keeper::KeeperFault, wire::Wire};
use crate::school::fault::Fault;

/// Why a call has not been done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The school says no: the stable code of the refusal, and its arguments.
    Refused {
        /// One of `private.refusals`.
        code: String,
        /// What belongs to it; null where nothing does.
        detail: Value,
    },
    /// The access token is not taken: whether it has run out is for the keeper to decide.
    Token {
        /// PostgREST's code, such as `PGRST303`.
        code: String,
        /// The token is from the future by the clock of whoever looked at it: the same one is good in a moment.
        is_early: bool,
    },
    /// The school could not be asked, or has not answered.
    Fault(Fault),
    /// There is no token to ask with.
    NoToken(Box<KeeperFault>),
}

impl From<Fault> for CallError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Calls a function of the school, in the name of whoever has the token; of nobody without one.
///
/// # Errors
/// [`CallError`].
pub async fn call(
    wire: &Wire,
    function: &str,
    arguments: &Value,
    token: Option<&SecretString>,
) -> Result<Value, CallError> {
    let answer = wire.post(&format!("/rest/v1/rpc/{function}"), token, arguments).await?;
    if answer.is_ok() {
        return Ok(answer.body);
    }
    Err(why(answer.status, &answer.body))
}

/// What follows from an answer that is no success.
pub(super) fn why(status: u16, body: &Value) -> CallError {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = text("code");
    match (status, code) {
        // The function is not there: the school's First Bell is older. Or there is none at all.
        (_, "PGRST202" | "PGRST205" | "42883" | "42P01") => Fault::NeedsUpdate.into(),
        (401, "PGRST301" | "PGRST302" | "PGRST303") => {
            // The sentence alone tells a token that is too old from one that is too young (supabase/supabase#50651). A 401
            // with no code of PostgREST's is the gateway's, of a wrong key, and no token helps there.
            let said = text("message").to_ascii_lowercase();
            let is_early =
                !said.contains("expired") && (said.contains("issued at") || said.contains("not yet valid"));
            CallError::Token { code: code.to_owned(), is_early }
        }
        (403 | 404 | 409, code) if code.starts_with("PT") => {
            let detail = body.get("details").cloned().unwrap_or_default();
            // Arguments are JSON in a text.
            let detail = detail.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(detail);
            CallError::Refused { code: known_form(text("hint")), detail }
        }
        (500.., _) | (408 | 425, _) => Fault::Silent.into(),
        (429, _) => Fault::TooMany(None).into(),
        _ => CallError::Refused { code: known_form(code), detail: Value::Null },
    }
}

/// A code as one is written; what is none could be anything.
fn known_form(code: &str) -> String {
    let is_one =
        (1..=60).contains(&code.len()) && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_one { code.to_owned() } else { "unknown".to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::school::supabase::retry::{A_LITTLE_TIME, Then, then};

    #[test]
    fn only_a_token_that_has_run_out_is_refreshed() {
        let cases = [
            (401, Some("PGRST303"), "JWT expired", Then::Refresh),
            (401, Some("PGRST301"), "JWT expired", Then::Refresh),
            (401, Some("PGRST301"), "No suitable key or wrong key type", Then::Refresh),
            (401, Some("PGRST303"), "JWT issued at future", Then::SameAgain(A_LITTLE_TIME)),
            (401, Some("PGRST303"), "jwt Not yet valid", Then::SameAgain(A_LITTLE_TIME)),
            (401, None, "Invalid API key", Then::Done),
            (401, Some("42501"), "permission denied for function pull_changes", Then::Done),
            (403, Some("PT403"), "JWT expired", Then::Done),
            (500, Some("PGRST303"), "JWT expired", Then::Done),
        ];
        for (status, code, message, wanted) in cases {
            let refused = why(status, &json!({"code": code, "message": message}));
            assert_eq!(then(&refused), wanted, "{status} {code:?} {message}");
        }
    }
}
