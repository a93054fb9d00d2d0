//! The state table as the app's data file has it, and what it decides: read here anew, so that neither the app's
//! `decide` nor the school's is asked about itself.

use std::collections::BTreeSet;

use serde_json::Value;

const FILE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../src-tauri/core/src/state_table.json"));

/// Status, action, role, condition, what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(pub String, pub String, pub String, pub String, pub String);

/// The rows that are a school's: an owner is somebody on their own computer.
pub struct Table {
    pub booking: Vec<Row>,
    pub session: Vec<Row>,
}

impl Table {
    pub fn read() -> Self {
        let file: Value = serde_json::from_str(FILE).unwrap();
        let rows = |subject: &str| {
            let rows: Vec<[String; 5]> = serde_json::from_value(file[subject].clone()).unwrap();
            let rows = rows
                .into_iter()
                .map(|[status, action, role, when, becomes]| Row(status, action, role, when, becomes));
            rows.filter(|row| row.2 != "owner").collect()
        };
        Self { booking: rows("booking"), session: rows("session") }
    }
}

/// What becomes of it, or the code of the refusal: `not_allowed` if this role never may, `not_for_status` if it may
/// not in this status, `not_now` if none of the conditions holds.
pub fn decide<'a>(
    rows: &'a [Row],
    status: &str,
    action: &str,
    role: &str,
    holding: &BTreeSet<&str>,
) -> Result<&'a str, &'static str> {
    let of_role: Vec<&Row> = rows.iter().filter(|row| row.1 == action && row.2 == role).collect();
    let of_status: Vec<&&Row> = of_role.iter().filter(|row| row.0 == status).collect();
    if of_role.is_empty() {
        Err("not_allowed")
    } else if of_status.is_empty() {
        Err("not_for_status")
    } else {
        let holds = of_status.iter().find(|row| row.3 == "any" || holding.contains(row.3.as_str()));
        holds.map(|row| row.4.as_str()).ok_or("not_now")
    }
}

/// The actions that a school's people have, in some status.
pub fn actions(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().map(|row| row.1.as_str()).collect()
}
