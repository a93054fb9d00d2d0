//! A write at a school, and how its answer is read. A no counts only if the school's own function has said it: whoever took
//! anything else for one would lose what somebody did.

use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::wire::Wire;
use crate::school::fault::Fault;

/// Why a write has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteFault {
    /// The school's function says no: the stable code, and what belongs to its sentence.
    Refused {
        /// One of `private.refusals`.
        code: String,
        /// Its arguments; null where there are none.
        detail: Value,
    },
    /// The access token is not taken.
    Token {
        /// It is younger than the server believes possible: the same one is good in a moment.
        is_early: bool,
    },
    /// The school has no such function, or none with these arguments: its First Bell is older.
    NeedsUpdate,
    /// The school was reached, and has not done it. It may later.
    Undone,
    /// The school could not be asked, or has not answered.
    Fault(Fault),
}

impl From<Fault> for WriteFault {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Calls a function that writes, under a request id: the same id again gets the same answer, and nothing is done twice.
///
/// # Errors
/// [`WriteFault`]. Whatever it is but a refusal, the write may have been done.
pub async fn write(
    wire: &Wire,
    token: &SecretString,
    request: Uuid,
    function: &str,
    arguments: &Map<String, Value>,
) -> Result<Value, WriteFault> {
    let mut arguments = arguments.clone();
    arguments.insert("request_id".to_owned(), request.to_string().into());
    let answer = wire.post(&format!("/rest/v1/rpc/{function}"), Some(token), &arguments.into()).await?;
    if answer.is_ok() {
        return Ok(answer.body);
    }
    Err(why(answer.status, &answer.body))
}

fn why(status: u16, body: &Value) -> WriteFault {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (code, hint) = (text("code"), text("hint"));
    match (status, code) {
        (404, "PGRST202" | "PGRST205" | "42883" | "42P01") => WriteFault::NeedsUpdate,
        (401, "PGRST301" | "PGRST302" | "PGRST303") => {
            let said = text("message");
            let is_early =
                code == "PGRST303" && (said.contains("issued at") || said.contains("not yet valid"));
            WriteFault::Token { is_early }
        }
        (403, "PT403") | (404, "PT404") | (409, "PT409") if is_code(hint) => {
            let detail = body.get("details").cloned().unwrap_or_default();
            // Arguments are JSON in a text.
            let detail = detail.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(detail);
            WriteFault::Refused { code: hint.to_owned(), detail }
        }
        (429, _) => Fault::TooMany(None).into(),
        _ => WriteFault::Undone,
    }
}

/// The form of our codes; nothing of PostgreSQL's or PostgREST's has it.
fn is_code(hint: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (2..=60).contains(&hint.len())
        && hint.starts_with(|c: char| c.is_ascii_lowercase())
        && hint.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_schools_own_no_is_a_no() {
        let refused = WriteFault::Refused { code: "slot_taken".to_owned(), detail: json!({"by": 7}) };
        let token = |is_early| WriteFault::Token { is_early };
        let ours = json!({"code": "PT409", "hint": "slot_taken", "message": "This time is taken.", "details": "{\"by\": 7}"});
        let cases = [
            (409, ours.clone(), refused),
            // The status and the code belong together.
            (403, ours.clone(), WriteFault::Undone),
            (500, ours.clone(), WriteFault::Undone),
            (409, json!({"code": "PT409", "hint": null}), WriteFault::Undone),
            (409, json!({"code": "PT409", "hint": "Try again, please."}), WriteFault::Undone),
            (409, json!({"code": "23505", "hint": "slot_taken"}), WriteFault::Undone),
            (402, json!({"code": "PT402", "hint": "slot_taken"}), WriteFault::Undone),
            (404, json!({"code": "PGRST202"}), WriteFault::NeedsUpdate),
            (404, json!({"code": "not_found", "hint": "not_found"}), WriteFault::Undone),
            (406, json!({"code": "PGRST116"}), WriteFault::Undone),
            (405, json!({"code": "PGRST101"}), WriteFault::Undone),
            (401, json!({"code": "PGRST303", "message": "JWT expired"}), token(false)),
            (401, json!({"code": "PGRST303", "message": "JWT issued at future"}), token(true)),
            (401, json!({"code": "PGRST301"}), token(false)),
            (401, json!({"code": "42501"}), WriteFault::Undone),
            (403, json!({"code": "42501"}), WriteFault::Undone),
            (500, json!({"code": "57014"}), WriteFault::Undone),
            (500, json!({"code": "40P01"}), WriteFault::Undone),
            (500, json!({"code": "40001"}), WriteFault::Undone),
            (503, json!({"code": "PGRST002"}), WriteFault::Undone),
            (400, json!({"code": "22P02"}), WriteFault::Undone),
            (429, json!({"code": "over_request_rate_limit"}), Fault::TooMany(None).into()),
            (409, json!("slot_taken"), WriteFault::Undone),
            (409, Value::Null, WriteFault::Undone),
        ];
        for (status, body, wanted) in cases {
            assert_eq!(why(status, &body), wanted, "{status} {body}");
        }
    }
}
