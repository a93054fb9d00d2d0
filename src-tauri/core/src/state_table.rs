//! The state machine of sessions and bookings, read from one data file (`state_table.json`).
//!
//! The file is the truth: [`decide`] looks a row up, the window offers what [`allowed`] lists, and
//! [`as_markdown`] prints it for the documents. A school's database holds the rows of its roles (tutor, student,
//! guardian) in a table of its own, which a test compares with the file; this computer obeys the rows of its owner.

use std::{collections::BTreeMap, fmt::Write as _, sync::LazyLock};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::session::{CancelledBy, Session, Status};

/// What somebody wants to do to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Open its meeting.
    Join,
    /// Change who, what, where or the link.
    Edit,
    /// Change when.
    Move,
    /// Write homework, plan or notes.
    Write,
    /// Switch its bell on or off.
    SetBell,
    /// Call it off.
    Cancel,
    /// Take back a cancellation.
    Restore,
    /// Say that it was held.
    MarkHeld,
    /// Say that it ended before its time.
    MarkEarlyEnd,
    /// Say that the student did not come.
    MarkNoShowStudent,
    /// Say that the tutor did not come.
    MarkNoShowTutor,
    /// Take back what was said of how it went.
    UndoMark,
}

/// As whom somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The one person of this computer.
    Owner,
    /// Who gives the lesson, at a school.
    Tutor,
    /// Who takes it.
    Student,
    /// Who acts and sees for a student.
    Guardian,
}

impl Role {
    /// Whether they may go in before the door opens: whoever has the room.
    #[must_use]
    pub const fn opens_early(self) -> bool {
        matches!(self, Self::Owner | Self::Tutor)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Any,
    BeforeEnd,
    FromStart,
    CalledOffHere,
    DoorOpen,
}

impl When {
    fn holds(self, session: &Session, now: DateTime<Utc>) -> bool {
        match self {
            // Whether the door is open is the join rule's, which whoever presses Join asks as well.
            Self::Any | Self::DoorOpen => true,
            Self::BeforeEnd => now < session.end,
            Self::FromStart => now >= session.start,
            Self::CalledOffHere => {
                now < session.end && session.cancelled.is_some_and(|(_, by)| by == CancelledBy::You)
            }
        }
    }
}

/// Why an action is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No row has this action for this status: it cannot be done to such a session.
    #[error("not for a session with this status")]
    NotForStatus,
    /// There is a row, but not for this moment.
    #[error("not at this time")]
    NotNow,
}

#[derive(Deserialize)]
struct File {
    about: String,
    when: BTreeMap<String, String>,
    session: Vec<[String; 5]>,
    booking: Vec<[String; 5]>,
}

#[derive(Deserialize)]
struct Row(Status, Action, Role, When, Status);

static FILE: LazyLock<File> = LazyLock::new(|| {
    // The file is part of the program and a test reads it: a fault in it cannot reach a person.
    serde_json::from_str(include_str!("state_table.json")).unwrap_or(File {
        about: String::new(),
        when: BTreeMap::new(),
        session: Vec::new(),
        booking: Vec::new(),
    })
});

/// What the roles of a school can do from here so far.
const AT_SCHOOL: [&str; 2] = ["join", "cancel"];

/// The rows of this computer's one role, and of the others what they can do from here.
static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let here = FILE
        .session
        .iter()
        .filter(|[_, action, role, ..]| role == "owner" || AT_SCHOOL.contains(&action.as_str()));
    here.filter_map(|row| serde_json::from_value(serde_json::json!(row)).ok()).collect()
});

/// The rows of bookings: status, action, role, when, and what it becomes.
#[must_use]
pub fn of_bookings() -> &'static [[String; 5]] {
    &FILE.booking
}

/// The status that a session has after the action, or why the action is refused. `now` is UTC.
///
/// # Errors
/// [`Refusal`] where the table has no row for this status, action and role, or not for this moment.
pub fn decide(session: &Session, action: Action, role: Role, now: DateTime<Utc>) -> Result<Status, Refusal> {
    let mut refusal = Refusal::NotForStatus;
    for Row(status, row_action, row_role, when, becomes) in TABLE.iter() {
        if (*status, *row_action, *row_role) == (session.status, action, role) {
            if when.holds(session, now) {
                return Ok(*becomes);
            }
            refusal = Refusal::NotNow;
        }
    }
    Err(refusal)
}

/// All that may be done to the session now, in the order of the table.
#[must_use]
pub fn allowed(session: &Session, role: Role, now: DateTime<Utc>) -> Vec<Action> {
    TABLE
        .iter()
        .filter(|Row(status, _, row_role, when, _)| {
            (*status, *row_role) == (session.status, role) && when.holds(session, now)
        })
        .map(|Row(_, action, ..)| *action)
        .collect()
}

/// The table as a page of the documents (Markdown), made from the data file alone.
#[must_use]
pub fn as_markdown() -> String {
    let mut page = format!("# States\n\n{}\n", FILE.about);
    for (heading, rows) in [("Sessions", &FILE.session), ("Bookings", &FILE.booking)] {
        let _ = write!(
            page,
            "\n## {heading}\n\n| status | action | by | when | becomes |\n|---|---|---|---|---|\n"
        );
        for row in rows {
            let _ = writeln!(page, "| {} |", row.join(" | "));
        }
    }
    page.push_str("\n## When\n\n");
    for (name, meaning) in &FILE.when {
        let _ = writeln!(page, "- `{name}`: {meaning}");
    }
    page
}
