//! The state table, cell by cell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::{fs, path::Path};

use chrono::{DateTime, Utc};
use firstbell_core::{
    id::{SessionId, WorkspaceId},
    session::{CancelledBy, Session, Source, Status},
    state_table::{
        Action::{self, *},
        Refusal::{self, NotForStatus, NotNow},
        Role, allowed, as_markdown, decide,
    },
};

const ACTIONS: [Action; 12] = [
    Join,
    Edit,
    Move,
    Write,
    SetBell,
    Cancel,
    Restore,
    MarkHeld,
    MarkEarlyEnd,
    MarkNoShowStudent,
    MarkNoShowTutor,
    UndoMark,
];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A lesson from 16:00 to 17:00.
fn session(status: Status, by: CancelledBy) -> Session {
    Session {
        workspace: WorkspaceId::ThisComputer,
        id: SessionId::new(),
        source: Source::ThisComputer,
        series_id: None,
        title: "Maths with Ben".to_owned(),
        person: None,
        subject: None,
        start: at("2026-11-24T16:00:00Z"),
        end: at("2026-11-24T17:00:00Z"),
        zone: "Europe/Madrid".to_owned(),
        wall: None,
        original: None,
        place: None,
        join_url: None,
        door: None,
        own_link: false,
        description: None,
        said: None,
        homework: String::new(),
        plan: String::new(),
        notes: String::new(),
        status,
        cancelled: (status == Status::Cancelled).then(|| (at("2026-11-24T08:00:00Z"), by)),
        bell: true,
        opened_at: None,
        created_at: at("2026-11-01T00:00:00Z"),
        version: 1,
    }
}

type Cell = Result<Status, Refusal>;

/// What each cell says just before the start, at the start, just before the end, and at the end.
fn expected(status: Status, action: Action, by: CancelledBy) -> [Cell; 4] {
    let always = |becomes| [Ok(becomes); 4];
    let before_end = |becomes| [Ok(becomes), Ok(becomes), Ok(becomes), Err(NotNow)];
    let from_start = |becomes| [Err(NotNow), Ok(becomes), Ok(becomes), Ok(becomes)];
    let never = [Err(NotForStatus); 4];
    match (status, action) {
        (Status::Scheduled, Join | Edit | Move | Write) => always(Status::Scheduled),
        (Status::Scheduled, SetBell) => before_end(Status::Scheduled),
        (Status::Scheduled, Cancel) => before_end(Status::Cancelled),
        (Status::Scheduled, MarkHeld) => from_start(Status::Completed),
        (Status::Scheduled, MarkEarlyEnd) => from_start(Status::EarlyEnd),
        (Status::Scheduled, MarkNoShowStudent) => from_start(Status::NoShowStudent),
        (Status::Scheduled, MarkNoShowTutor) => from_start(Status::NoShowTutor),
        (Status::Scheduled, Restore | UndoMark) => never,
        (Status::Completed | Status::EarlyEnd | Status::NoShowStudent | Status::NoShowTutor, Write) => {
            always(status)
        }
        (Status::Completed | Status::EarlyEnd | Status::NoShowStudent | Status::NoShowTutor, UndoMark) => {
            always(Status::Scheduled)
        }
        (Status::Cancelled, Write) => always(Status::Cancelled),
        (Status::Cancelled, Restore) if by == CancelledBy::You => before_end(Status::Scheduled),
        (Status::Cancelled, Restore) => [Err(NotNow); 4],
        _ => never,
    }
}

#[test]
fn every_status_and_action_has_the_outcome_that_is_written_here() {
    let moments =
        ["2026-11-24T15:59:59Z", "2026-11-24T16:00:00Z", "2026-11-24T16:59:59Z", "2026-11-24T17:00:00Z"];
    for by in [CancelledBy::You, CancelledBy::CalendarFile] {
        for status in Status::ALL {
            let session = session(status, by);
            for (moment, now) in moments.iter().enumerate() {
                let mut may = Vec::new();
                for action in ACTIONS {
                    let said = decide(&session, action, Role::Owner, at(now));
                    let expected = expected(status, action, by)[moment];
                    assert_eq!(said, expected, "{status:?} × {action:?} at {now}, {by:?}");
                    if said.is_ok() {
                        may.push(action);
                    }
                }
                let mut offered = allowed(&session, Role::Owner, at(now));
                offered.sort();
                may.sort();
                assert_eq!(offered, may, "{status:?} at {now}");
            }
        }
    }
}

const BOOKING_STATUSES: [&str; 8] = [
    "PENDING",
    "AWAITING_PARENT",
    "COUNTER_PROPOSED",
    "CONFIRMED",
    "DECLINED",
    "EXPIRED",
    "CANCELLED",
    "COMPLETED",
];

#[test]
fn the_data_file_can_be_read_and_no_row_is_there_twice() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../src/state_table.json")).unwrap();
    for (subject, is_status) in [
        ("session", &(|name: &str| Status::from_name(name).is_some()) as &dyn Fn(&str) -> bool),
        ("booking", &|name: &str| BOOKING_STATUSES.contains(&name)),
    ] {
        let rows = file[subject].as_array().unwrap();
        assert!(!rows.is_empty());
        let mut keys = std::collections::BTreeSet::new();
        for row in rows {
            let cells: Vec<&str> =
                row.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap()).collect();
            assert_eq!(cells.len(), 5, "{row}");
            assert!(is_status(cells[0]) && is_status(cells[4]), "{row}");
            if cells[2] == "owner" {
                serde_json::from_value::<Action>(row[1].clone()).unwrap();
            } else {
                assert!(["tutor", "student", "guardian"].contains(&cells[2]), "{row}");
            }
            assert!(file["when"][cells[3]].is_string(), "{row}: what does {} mean?", cells[3]);
            assert!(keys.insert(cells[..4].to_vec().join(" ")), "{row} is there twice");
        }
    }
}

#[test]
fn the_documents_print_the_table_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/states.md");
    if std::env::var_os("FIRSTBELL_WRITE_DOCS").is_some() {
        fs::write(&path, as_markdown()).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(page, as_markdown(), "write it anew with FIRSTBELL_WRITE_DOCS=1");
}
