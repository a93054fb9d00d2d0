//! What is typed about a session, and what is said about it while it is typed.

use firstbell_core::{
    draft::{Check, Draft, Fault},
    join::{Provider, Verdict},
};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::enums::Field;

/// A session as it is typed.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct SessionDraft {
    pub person: String,
    /// Who of that name, if it was said.
    pub person_id: Option<String>,
    pub person_zone: Option<String>,
    pub subject: String,
    pub date: String,
    pub time: String,
    pub minutes: i32,
    pub zone: String,
    pub link: String,
    pub place: String,
    pub repeat_weeks: u32,
    pub homework: String,
}

impl From<SessionDraft> for Draft {
    fn from(draft: SessionDraft) -> Self {
        Self {
            person: draft.person,
            // What is none means nobody in particular: the name counts.
            person_id: draft.person_id.and_then(|id| id.parse().ok()),
            person_zone: draft.person_zone,
            subject: draft.subject,
            date: draft.date,
            time: draft.time,
            minutes: i64::from(draft.minutes),
            zone: draft.zone,
            link: draft.link,
            place: draft.place,
            repeat_weeks: draft.repeat_weeks,
            homework: draft.homework,
        }
    }
}

impl From<Draft> for SessionDraft {
    fn from(draft: Draft) -> Self {
        Self {
            person: draft.person,
            person_id: draft.person_id.map(|id| id.to_string()),
            person_zone: draft.person_zone,
            subject: draft.subject,
            date: draft.date,
            time: draft.time,
            minutes: i32::try_from(draft.minutes).unwrap_or(i32::MAX),
            zone: draft.zone,
            link: draft.link,
            place: draft.place,
            repeat_weeks: draft.repeat_weeks,
            homework: draft.homework,
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, Serialize, Type)]
pub struct FieldFault {
    pub field: Field,
    pub message: String,
}

impl From<Fault> for FieldFault {
    fn from(fault: Fault) -> Self {
        Self { field: fault.field.into(), message: fault.sentence }
    }
}

/// What came of saving a draft.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DraftAnswer {
    Saved { id: String },
    Faults { faults: Vec<FieldFault> },
}

/// What is said about a draft while it is typed.
#[derive(Clone, Debug, Default, Serialize, Type)]
pub struct DraftCheck {
    pub faults: Vec<FieldFault>,
    /// Whose session it would overlap.
    pub overlaps: Option<String>,
    /// "10:00 for Ben (New York)".
    pub person_time: Option<String>,
    /// It would be night for this person.
    pub night_for: Option<String>,
    /// Where the link leads.
    pub link_host: Option<String>,
    pub link_provider: Option<String>,
    /// *Join* will ask first.
    pub link_asks: bool,
    /// The provider that the link imitates.
    pub link_looks_like: Option<String>,
}

impl From<Check> for DraftCheck {
    fn from(check: Check) -> Self {
        let link = check.link.as_ref();
        let label = |provider: Provider| provider.label().to_owned();
        Self {
            faults: check.faults.into_iter().map(FieldFault::from).collect(),
            overlaps: check.overlaps,
            person_time: check.person_time,
            night_for: check.night_for,
            link_host: link.and_then(|link| link.host.clone()),
            link_provider: link.and_then(|link| link.provider).map(label),
            link_asks: link.is_some_and(|link| link.verdict == Verdict::Ask),
            link_looks_like: link.and_then(|link| link.reason.imitates()).map(label),
        }
    }
}
