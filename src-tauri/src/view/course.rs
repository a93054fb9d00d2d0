//! Requests at schools, and what waits to be sent.

use std::collections::BTreeMap;

use firstbell_core::{
    app::{AskableAt as CoreAskable, Became, Reply, Request, WaitingLine},
    id::PersonId,
    person::Person,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{
    draft::{FieldFault, SessionDraft},
    enums::{BookingAction, BookingStatus, Role},
    instant,
};

/// A request at a school.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "Request")]
pub struct RequestView {
    pub id: String,
    pub version: i32,
    /// As whom the person has to do with it.
    pub role: Role,
    /// With whom it is: the student for a tutor, else the tutor.
    pub name: String,
    /// Who would take the lesson.
    pub student: String,
    /// Where the other one lives, if that is known.
    pub person_zone: Option<String>,
    pub subject: String,
    pub note: String,
    pub start: String,
    pub end: String,
    pub status: BookingStatus,
    pub answer_by: Option<String>,
    /// The time that was suggested, if one stands.
    pub suggested: Option<String>,
    /// That was the person's own side.
    pub suggested_by_us: bool,
    /// The answer that is outstanding is the person's own.
    pub needs_me: bool,
    /// Something about it has yet to reach the school.
    pub waits: bool,
    pub overlaps: Option<String>,
    /// What the school is called.
    pub school: String,
    pub allowed: Vec<BookingAction>,
}

impl RequestView {
    /// The view of a request. `zones` are the zones in which people live.
    pub fn new(request: &Request, zones: &BTreeMap<PersonId, String>) -> Self {
        let booking = &request.booking;
        Self {
            id: booking.key.to_string(),
            version: i32::try_from(booking.version).unwrap_or(i32::MAX),
            role: booking.role.into(),
            name: booking.other().name.clone(),
            student: booking.student.name.clone(),
            person_zone: zones.get(&booking.other().id).cloned(),
            subject: booking.subject.clone(),
            note: booking.wish.clone(),
            start: instant(booking.start),
            end: instant(booking.end),
            status: booking.status.into(),
            answer_by: booking.answer_by.map(instant),
            suggested: booking.proposal.as_ref().map(|proposal| instant(proposal.start)),
            suggested_by_us: booking.is_suggested_by_us() == Some(true),
            needs_me: request.needs_me,
            waits: request.waits,
            overlaps: request.overlaps.clone(),
            school: request.school.clone(),
            allowed: request.allowed.iter().copied().map(BookingAction::from).collect(),
        }
    }
}

/// How somebody answers.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BookingReply {
    Approve,
    Confirm,
    Decline { reason: String },
    Cancel { reason: String },
    Accept,
    DeclineProposal,
}

impl From<BookingReply> for Reply {
    fn from(reply: BookingReply) -> Self {
        match reply {
            BookingReply::Approve => Self::Approve,
            BookingReply::Confirm => Self::Confirm,
            BookingReply::Decline { reason } => Self::Decline(reason),
            BookingReply::Cancel { reason } => Self::Cancel(reason),
            BookingReply::Accept => Self::Accept,
            BookingReply::DeclineProposal => Self::DeclineProposal,
        }
    }
}

/// Somebody at a school.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Named {
    pub id: String,
    pub name: String,
    pub zone: Option<String>,
}

impl Named {
    fn new(person: &Person, zones: &BTreeMap<PersonId, String>) -> Self {
        Self { id: person.id.to_string(), name: person.name.clone(), zone: zones.get(&person.id).cloned() }
    }
}

/// Between whom a request can be made at a school.
#[derive(Clone, Debug, Serialize, Type)]
pub struct AskableAt {
    pub school: String,
    pub school_name: String,
    pub tutors: Vec<Named>,
    /// Oneself first, then children.
    pub students: Vec<Named>,
}

impl AskableAt {
    /// The view of one school. `zones` are the zones in which people live.
    pub fn new(at: &CoreAskable, zones: &BTreeMap<PersonId, String>) -> Self {
        let named = |people: &[Person]| people.iter().map(|person| Named::new(person, zones)).collect();
        Self {
            school: at.school.to_string(),
            school_name: at.school_name.clone(),
            tutors: named(&at.tutors),
            students: named(&at.students),
        }
    }
}

/// What is asked for: whom, for whom, and what was typed.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct Asking {
    pub school: String,
    pub tutor: String,
    pub student: String,
    /// Subject, day, time, zone and length.
    pub draft: SessionDraft,
    pub note: String,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CourseAnswer {
    /// The school has it.
    Done,
    /// It waits to be sent.
    Waits,
    /// It was not sent: this cannot be.
    Faults { faults: Vec<FieldFault> },
}

impl From<Became> for CourseAnswer {
    fn from(became: Became) -> Self {
        match became {
            Became::Done { .. } => Self::Done,
            Became::Waits { .. } => Self::Waits,
        }
    }
}

/// Something that was done here and has yet to be answered, or was refused.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "Waiting")]
pub struct WaitingView {
    pub id: String,
    pub what: String,
    pub since: String,
    pub refused: bool,
    pub why: String,
    pub school: String,
}

impl From<&WaitingLine> for WaitingView {
    fn from(line: &WaitingLine) -> Self {
        Self {
            id: line.id.to_string(),
            what: line.what.clone(),
            since: instant(line.since),
            refused: line.is_refused,
            why: line.why.clone(),
            school: line.school_name.clone(),
        }
    }
}
