//! What can be done at a school from here, each with the arguments of the school's function.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Arguments;

/// Something that is done at a school by one of its functions. Instants are UTC, zones IANA names, versions the ones that
/// the person saw. An argument that is none is left out, which for the school is the same request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "function", content = "arguments", rename_all = "snake_case")]
#[allow(missing_docs)] // The arguments are the school's own, by their names.
pub enum Deed {
    /// Asks for a place with a tutor, once or for some weeks.
    RequestBooking {
        tutor: Uuid,
        student: Uuid,
        subject: String,
        start_at: DateTime<Utc>,
        end_at: DateTime<Utc>,
        zone: String,
        wish: String,
        weeks: u32,
        skip_clashes: bool,
    },
    /// A parent agrees to what the child has asked for.
    ApproveAsParent { booking: Uuid, expected_version: i64 },
    /// The tutor says yes, which makes a session or a place in one.
    ConfirmBooking {
        booking: Uuid,
        expected_version: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        into_session: Option<Uuid>,
    },
    /// The tutor says no.
    DeclineBooking { booking: Uuid, expected_version: i64, reason: String },
    /// Either side takes a booking back, confirmed or not.
    CancelBooking { booking: Uuid, expected_version: i64, reason: String },
    /// The same for all of the series from this one on.
    CancelSeriesFrom { booking: Uuid, expected_version: i64, reason: String },
    /// Suggests another time.
    ProposeTime {
        booking: Uuid,
        start_at: DateTime<Utc>,
        end_at: DateTime<Utc>,
        zone: String,
        expected_version: i64,
    },
    /// Agrees to another time. The booking is not sent; it is what the proposal belongs to.
    AcceptProposal { booking: Uuid, proposal: Uuid, expected_version: i64 },
    /// Does not agree to it.
    DeclineProposal { booking: Uuid, proposal: Uuid, expected_version: i64 },
    /// Says something about a booking.
    AddMessage { booking: Uuid, body: String },
    /// The tutor moves a session.
    MoveSession {
        session: Uuid,
        start_at: DateTime<Utc>,
        end_at: DateTime<Utc>,
        zone: String,
        expected_version: i64,
    },
    /// This computer is to make the meeting: a lease of two minutes.
    ClaimMeeting { session: Uuid, generation: i64, device: Uuid },
    /// The meeting that it has made.
    AttachMeeting {
        session: Uuid,
        generation: i64,
        device: Uuid,
        provider: String,
        external_id: String,
        join_url: String,
    },
    /// Gives the lease back; lets go of the meeting as well, if it is to be made anew.
    ReleaseMeeting { session: Uuid, generation: i64, device: Uuid, anew: bool },
    /// Somebody has pressed *Join*, at `pressed_at` by this computer's clock.
    RecordOpened {
        session: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Uuid>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pressed_at: Option<DateTime<Utc>>,
    },
    /// Says that one is there, or late, or can't come.
    SendPresence {
        session: Uuid,
        presence: Presence,
        #[serde(skip_serializing_if = "Option::is_none")]
        minutes: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Uuid>,
    },
    /// Whether the session rings.
    SetBell {
        session: Uuid,
        bell_on: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Uuid>,
    },
    /// Somebody didn't come.
    MarkNoShow {
        session: Uuid,
        expected_version: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Uuid>,
    },
    /// A mark that was contested stays.
    KeepNoShow {
        session: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Uuid>,
    },
    /// A mark is taken back.
    UndoNoShow {
        session: Uuid,
        expected_version: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Uuid>,
    },
    /// The marked one agrees, or not.
    AnswerNoShow {
        session: Uuid,
        agrees: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Uuid>,
    },
    /// It was held and ended early.
    EndEarly { session: Uuid, expected_version: i64 },
    /// It was held.
    MarkHeld { session: Uuid, expected_version: i64 },
    /// Writes a note of a session, or writes it anew.
    WriteNote { session: Uuid, kind: NoteKind, shared: bool, body: String, expected_version: i64 },
}

/// What one says of coming to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// One is there.
    Here,
    /// One comes late, by so many minutes if one says so.
    Late,
    /// One can't come.
    CantCome,
}

/// What a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A note.
    Note,
    /// Homework.
    Homework,
    /// What is planned.
    Plan,
}

/// What a write belongs to: within it, writes go one after the other. Another lane's pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// A booking.
    Booking(Uuid),
    /// A session.
    Session(Uuid),
    /// Something that is not at the school yet, by the id of the write that makes it.
    New(Uuid),
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Booking(id) => write!(f, "booking:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
            Self::New(id) => write!(f, "new:{id}"),
        }
    }
}

/// A text names no lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no lane")]
pub struct NoLane;

impl FromStr for Lane {
    type Err = NoLane;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text.split_once(':').ok_or(NoLane)?;
        let id = Uuid::parse_str(id).map_err(|_| NoLane)?;
        match kind {
            "booking" => Ok(Self::Booking(id)),
            "session" => Ok(Self::Session(id)),
            "new" => Ok(Self::New(id)),
            _ => Err(NoLane),
        }
    }
}

impl Deed {
    /// The school's function.
    #[must_use]
    pub fn function(&self) -> String {
        self.as_json()["function"].as_str().unwrap_or_default().to_owned()
    }

    /// Its arguments as they are sent, without the request id.
    #[must_use]
    pub fn arguments(&self) -> Arguments {
        let mut arguments = self.as_json()["arguments"].as_object().cloned().unwrap_or_default();
        if arguments.contains_key("proposal") {
            arguments.remove("booking");
        }
        arguments
    }

    /// The deed of a function with these arguments, in this lane. None if there is no such deed.
    #[must_use]
    pub fn of(function: &str, arguments: &Arguments, lane: Lane) -> Option<Self> {
        let mut arguments = arguments.clone();
        if let (Lane::Booking(booking), true) = (lane, arguments.contains_key("proposal")) {
            arguments.insert("booking".to_owned(), json!(booking));
        }
        serde_json::from_value(json!({"function": function, "arguments": arguments})).ok()
    }

    /// What it belongs to; none for what makes something new.
    #[must_use]
    pub fn lane(&self) -> Option<Lane> {
        match self {
            Self::RequestBooking { .. } => None,
            Self::ApproveAsParent { booking, .. }
            | Self::ConfirmBooking { booking, .. }
            | Self::DeclineBooking { booking, .. }
            | Self::CancelBooking { booking, .. }
            | Self::CancelSeriesFrom { booking, .. }
            | Self::ProposeTime { booking, .. }
            | Self::AcceptProposal { booking, .. }
            | Self::DeclineProposal { booking, .. }
            | Self::AddMessage { booking, .. } => Some(Lane::Booking(*booking)),
            Self::MoveSession { session, .. }
            | Self::ClaimMeeting { session, .. }
            | Self::AttachMeeting { session, .. }
            | Self::ReleaseMeeting { session, .. }
            | Self::RecordOpened { session, .. }
            | Self::SendPresence { session, .. }
            | Self::SetBell { session, .. }
            | Self::MarkNoShow { session, .. }
            | Self::KeepNoShow { session, .. }
            | Self::UndoNoShow { session, .. }
            | Self::AnswerNoShow { session, .. }
            | Self::EndEarly { session, .. }
            | Self::MarkHeld { session, .. }
            | Self::WriteNote { session, .. } => Some(Lane::Session(*session)),
        }
    }

    /// Plain values cannot fail to become JSON.
    fn as_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What the answer of a function always holds. Something else that answers in the school's place is told by that.
pub(super) fn held_by_answer(function: &str) -> Option<&'static str> {
    match function {
        "request_booking" | "cancel_series_from" => Some("bookings"),
        "approve_as_parent" | "confirm_booking" | "decline_booking" | "cancel_booking" | "propose_time"
        | "accept_proposal" | "decline_proposal" => Some("booking"),
        "add_message" => Some("message"),
        "write_note" => Some("note"),
        "move_session" | "claim_meeting" | "attach_meeting" | "release_meeting" | "record_opened"
        | "send_presence" | "set_bell" | "mark_no_show" | "keep_no_show" | "undo_no_show"
        | "answer_no_show" | "end_early" | "mark_held" => Some("session"),
        _ => None,
    }
}
