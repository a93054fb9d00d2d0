//! The state table of the app, and whether a step that was taken is one of it.

use std::collections::BTreeSet;

use firstbell_school::postgres::Client;
use serde_json::Value;

/// The same file that the app reads.
const TABLE: &str = include_str!("../../../../src-tauri/core/src/state_table.json");

/// subject, status, action, role, becomes.
pub struct Edges(BTreeSet<[String; 5]>);

/// A status that changed.
#[derive(Debug)]
pub struct Step {
    subject: String,
    old: Option<String>,
    new: String,
    ran_out: bool,
    functions: Vec<String>,
    roles: Vec<String>,
}

impl Step {
    /// All since the audit was emptied.
    pub async fn all(client: &Client) -> Vec<Self> {
        let query =
            "select subject, old, new, ran_out, functions, roles from test_audit.steps order by number";
        let rows = client.query(query, &[]).await.unwrap();
        let step = |row: &firstbell_school::postgres::Row| Self {
            subject: row.get(0),
            old: row.get(1),
            new: row.get(2),
            ran_out: row.get(3),
            functions: row.get(4),
            roles: row.get(5),
        };
        rows.iter().map(step).collect()
    }

    fn is_in(&self, functions: &[&str]) -> bool {
        self.functions.iter().any(|function| functions.contains(&function.as_str()))
    }

    /// `CONFIRMED → COMPLETED`, for a tally.
    pub fn name(&self) -> String {
        format!("{} {} → {}", self.subject, self.old.as_deref().unwrap_or("–"), self.new)
    }
}

impl Edges {
    pub fn read() -> Self {
        let table: Value = serde_json::from_str(TABLE).unwrap();
        let mut edges = BTreeSet::new();
        for subject in ["booking", "session"] {
            for row in table[subject].as_array().unwrap() {
                let cell = |at: usize| row[at].as_str().unwrap().to_owned();
                edges.insert([subject.to_owned(), cell(0), cell(1), cell(2), cell(4)]);
            }
        }
        Self(edges)
    }

    /// Whether a step was one that the table has, by one of the roles of who took it.
    pub fn allow(&self, step: &Step) -> bool {
        let Some(old) = &step.old else { return begins(step) };
        if step.new == "EXPIRED" {
            let waiting = ["PENDING", "AWAITING_PARENT", "COUNTER_PROPOSED"];
            return step.is_in(&["store_what_ran_out"]) && step.ran_out && waiting.contains(&old.as_str());
        }
        if step.ran_out {
            return false;
        }
        if step.subject == "booking" && step.is_in(&["end_session"]) {
            // What becomes of a session decides it; that the two agree is seen in the rows.
            return [("CONFIRMED", "COMPLETED"), ("COMPLETED", "CONFIRMED")]
                .contains(&(old.as_str(), &step.new));
        }
        let actions: &[&str] = match step.functions.last().map(String::as_str) {
            Some("approve_as_parent") => &["approve"],
            Some("confirm_booking") => &["confirm"],
            Some("decline_booking") => &["decline"],
            Some("propose_time") => &["propose"],
            Some("accept_proposal") => &["accept_proposal"],
            Some("decline_proposal") => &["decline_proposal"],
            Some("cancel_booking") => &["cancel"],
            // A tutor's unanswered ones are declined.
            Some("cancel_series_from") => &["cancel", "decline"],
            Some("mark_no_show") => &["mark_no_show_student", "mark_no_show_tutor"],
            Some("undo_no_show") => &["undo_no_show"],
            Some("end_early") => &["mark_early_end"],
            Some("mark_held") => &["mark_held"],
            _ => &[],
        };
        actions.iter().any(|action| {
            step.roles.iter().any(|role| {
                let edge = [&step.subject, old, &(*action).to_owned(), role, &step.new].map(Clone::clone);
                self.0.contains(&edge)
            })
        })
    }
}

/// How bookings and sessions come to be.
fn begins(step: &Step) -> bool {
    match (step.subject.as_str(), step.new.as_str()) {
        ("booking", "PENDING" | "AWAITING_PARENT") => step.is_in(&["request_booking"]),
        ("session", "SCHEDULED") => step.is_in(&["confirm_booking", "accept_proposal"]),
        _ => false,
    }
}
