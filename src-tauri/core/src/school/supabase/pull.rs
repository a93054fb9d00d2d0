//! One page of what has changed at a school (`pull_changes`), and how its answer is read: what is known is taken, what is
//! not is passed over. A row that cannot be read costs that row; nothing of it gets into a log.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    rest::{CallError, why},
    wire::Wire,
};
use crate::{
    pulled::{Change, Page, TABLES, Why},
    school::fault::Fault,
};

/// Why a page has not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageFault {
    /// It was too much for the time that the school's database gives (57014): fewer rows may come.
    TooMuch,
    /// The school does not take the cursor: whoever has it begins afresh.
    CursorRefused,
    /// Anything else.
    Call(CallError),
}

impl From<Fault> for PageFault {
    fn from(fault: Fault) -> Self {
        Self::Call(fault.into())
    }
}

/// Asks for what has changed since `cursor`, everything if there is none: at most `limit` rows.
///
/// # Errors
/// [`PageFault`].
pub async fn pull_changes(
    wire: &Wire,
    token: &SecretString,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page, PageFault> {
    // Left out where there is none: not every server takes null for none.
    let arguments = match cursor {
        Some(cursor) => json!({ "cursor": cursor, "limit": limit }),
        None => json!({ "limit": limit }),
    };
    let answer = wire.post("/rest/v1/rpc/pull_changes", Some(token), &arguments).await?;
    if !answer.is_ok() {
        return Err(page_fault(answer.status, &answer.body));
    }
    // Whatever else answers in the school's place, and with JSON, is no page.
    page_of(answer.body).ok_or_else(|| Fault::Silent.into())
}

fn page_fault(status: u16, body: &Value) -> PageFault {
    if body.get("code").and_then(Value::as_str) == Some("57014") {
        return PageFault::TooMuch;
    }
    match why(status, body) {
        CallError::Refused { code, detail } if code == "bad_input" && detail["field"] == "cursor" => {
            PageFault::CursorRefused
        }
        other => PageFault::Call(other),
    }
}

/// The page that an answer is. None if it is none.
#[must_use]
pub fn page_of(mut answer: Value) -> Option<Page> {
    let told = match answer.get_mut("changes").map(Value::take)? {
        Value::Array(told) => told,
        _ => return None,
    };
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let flag = |name: &str| answer.get(name).and_then(Value::as_bool);
    let mut unreadable = 0;
    let mut changes = Vec::with_capacity(told.len());
    for one in told {
        match change(one) {
            Read::Change(change) => changes.push(*change),
            Read::OfAnotherTable => {}
            Read::Unreadable => unreadable += 1,
        }
    }
    Some(Page {
        account: text("account").and_then(|id| id.parse().ok()),
        epoch: text("epoch").map(str::to_owned),
        changes,
        is_afresh: flag("afresh")?,
        has_more: flag("more")?,
        cursor: text("cursor")?.to_owned(),
        schema: answer.get("schema").and_then(Value::as_i64),
        now: text("now").and_then(|now| now.parse().ok()),
        to_come: answer.get("to_come").and_then(Value::as_u64),
        unreadable,
    })
}

enum Read {
    Change(Box<Change>),
    OfAnotherTable,
    Unreadable,
}

fn change(mut told: Value) -> Read {
    let Some(name) = told.get("table").and_then(Value::as_str) else { return Read::Unreadable };
    let Some(table) = TABLES.into_iter().find(|table| *table == name) else { return Read::OfAnotherTable };
    let Some(id) = told.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok()) else {
        return Read::Unreadable;
    };
    let why = told.get("why").and_then(Value::as_str).map_or(Why::Unknown, Why::of);
    let row = match told.get_mut("row").map(Value::take) {
        Some(Value::Object(row)) => Ok(row),
        Some(Value::Null) => Err(why),
        _ => return Read::Unreadable,
    };
    Read::Change(Box::new(Change { table, id, row }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0b000000-0000-4000-8000-000000000001";

    fn page(changes: Value) -> Value {
        json!({"changes": changes, "afresh": false, "more": true, "cursor": "abc"})
    }

    #[test]
    fn an_older_schools_answer_is_read_and_what_it_does_not_say_is_not_known() {
        let mut answer = page(json!([{"table": "people", "id": ID, "row": {"id": ID, "first_name": "Ben"}},
            {"table": "sessions", "id": ID, "row": null}]));
        answer["schema"] = json!(2);
        answer["now"] = json!("2026-11-02T08:00:00.25+00:00");
        let page = page_of(answer).unwrap();
        assert_eq!((page.account, page.epoch, page.to_come), (None, None, None));
        assert_eq!(
            (page.is_afresh, page.has_more, page.cursor.as_str(), page.schema),
            (false, true, "abc", Some(2))
        );
        assert_eq!(page.now, "2026-11-02T08:00:00.25Z".parse().ok());
        assert_eq!(page.changes.len(), 2);
        assert_eq!(page.changes[0].row.as_ref().unwrap()["first_name"], "Ben");
        assert_eq!(page.changes[1].row, Err(Why::Unknown));
    }

    #[test]
    fn a_newer_schools_answer_says_more_and_what_nobody_knows_is_passed_over() {
        let mut answer = page(json!([
            {"table": "sessions", "id": ID, "row": null, "why": "not_yours"},
            {"table": "sessions", "id": ID, "row": null, "why": "gone"},
            {"table": "sessions", "id": ID, "row": null, "why": "eaten by the dog"},
            {"table": "lunches", "id": "7", "row": {"soup": true}},
            {"table": "sessions", "id": ID, "row": {"id": ID, "colour": "blue"}, "colour": "blue"},
        ]));
        answer["account"] = json!(ID);
        answer["epoch"] = json!("e");
        answer["to_come"] = json!(7);
        answer["weather"] = json!({"rain": true});
        let page = page_of(answer).unwrap();
        assert_eq!(
            (page.account, page.epoch.as_deref(), page.to_come),
            (ID.parse().ok(), Some("e"), Some(7))
        );
        let lost: Vec<_> =
            page.changes.iter().filter_map(|change| change.row.as_ref().err().copied()).collect();
        assert_eq!(lost, [Why::NotYours, Why::Gone, Why::Unknown]);
        assert_eq!((page.changes.len(), page.unreadable), (4, 0));
    }

    #[test]
    fn a_row_that_cannot_be_read_costs_that_row_and_is_counted() {
        let changes = json!([
            null, 7, "row", [], {}, {"table": 7}, {"table": "people"},
            {"table": "people", "id": "no id", "row": {}}, {"table": "people", "id": ID},
            {"table": "people", "id": ID, "row": "text"}, {"table": "people", "id": ID, "row": []},
            {"table": "people", "id": ID, "row": {}},
        ]);
        let page = page_of(page(changes)).unwrap();
        assert_eq!((page.changes.len(), page.unreadable), (1, 11));
    }

    #[test]
    fn what_is_no_page_is_no_page() {
        for answer in [
            json!(null),
            json!([]),
            json!({}),
            json!({"message": "hello"}),
            json!({"changes": {}, "afresh": false, "more": false, "cursor": "c"}),
            json!({"changes": [], "more": false, "cursor": "c"}),
            json!({"changes": [], "afresh": false, "cursor": "c"}),
            json!({"changes": [], "afresh": false, "more": false}),
            json!({"changes": [], "afresh": false, "more": false, "cursor": null}),
        ] {
            assert_eq!(page_of(answer.clone()), None, "{answer}");
        }
    }

    #[test]
    fn what_refuses_a_page_says_what_to_do_about_it() {
        let refused = |status, body: Value| page_fault(status, &body);
        let cases = [
            (
                500,
                json!({"code": "57014", "message": "canceling statement due to statement timeout"}),
                PageFault::TooMuch,
            ),
            (
                409,
                json!({"code": "PT409", "hint": "bad_input", "details": "{\"field\": \"cursor\"}"}),
                PageFault::CursorRefused,
            ),
            (404, json!({"code": "PGRST202"}), Fault::NeedsUpdate.into()),
            (503, json!({"code": "PGRST002"}), Fault::Silent.into()),
            (
                401,
                json!({"code": "PGRST303", "message": "JWT expired"}),
                PageFault::Call(CallError::Token { code: "PGRST303".to_owned(), is_early: false }),
            ),
            (
                403,
                json!({"code": "PT403", "hint": "not_allowed", "details": "{}"}),
                PageFault::Call(CallError::Refused { code: "not_allowed".to_owned(), detail: json!({}) }),
            ),
        ];
        for (status, body, fault) in cases {
            assert_eq!(refused(status, body.clone()), fault, "{status} {body}");
        }
    }
}
