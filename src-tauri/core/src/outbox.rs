//! Writes made here that a school has not answered yet, as rules: what a write is ([`Write`], [`Deed`]), what became of
//! it ([`State`], [`Came`]), and which is sent now ([`next`]). Nothing here asks for the time, a school or a file.
//!
//! A write has an id that is also the school's for it: sent again, it is answered again and done once. So whatever is not
//! known to be answered is sent again. Only two things end a write: the school's answer, and its own no.

mod came;
mod deed;
mod order;

pub use self::{
    came::{Came, Class, Outcome, Refusal, outcome},
    deed::{Deed, Lane, NoLane, NoteKind, Presence},
    order::{Next, Stand, next},
};

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    id::WorkspaceId,
    pulled::{Change, Row},
};

/// Arguments of a function, as they are sent, without the request id.
pub type Arguments = Map<String, Value>;

/// Something that somebody did here and the school has yet to hear of.
#[derive(Clone, PartialEq)]
pub struct Write {
    /// Its name here for as long as it waits; and its first request id at the school.
    pub id: Uuid,
    /// The sign-in at whose school it is done, which is also the name of the workspace.
    pub sign_in: Uuid,
    /// The account that did it. It is sent under no other.
    pub account: Uuid,
    /// What was done.
    pub deed: Deed,
    /// Another write without which this one makes no sense.
    pub parent: Option<Uuid>,
    /// Arguments that only the parent's answer tells.
    pub fills: Vec<Fill>,
    /// When it was done (UTC, this computer's clock).
    pub written_at: DateTime<Utc>,
}

/// An argument that is taken from the answer of the parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The argument's name.
    pub argument: String,
    /// Where it stands in the parent's answer (a JSON pointer, RFC 6901).
    pub from: String,
}

impl Fill {
    /// The argument of that name, from there.
    #[must_use]
    pub fn new(argument: &str, from: &str) -> Self {
        Self { argument: argument.to_owned(), from: from.to_owned() }
    }
}

impl Write {
    /// Something that this account does now (UTC).
    #[must_use]
    pub fn new(sign_in: Uuid, account: Uuid, deed: Deed, now: DateTime<Utc>) -> Self {
        let (id, parent, fills) = (Uuid::now_v7(), None, Vec::new());
        Self { id, sign_in, account, deed, parent, fills, written_at: now }
    }

    /// The same as a child of another write, with what its answer tells. What stands in the deed at these places does not
    /// count.
    #[must_use]
    pub fn after(self, parent: &Self, fills: Vec<Fill>) -> Self {
        Self { parent: Some(parent.id), fills, ..self }
    }

    /// A tutor's own link becomes the meeting of the session that a confirm makes: a lease as a child of the confirm, and
    /// the link as a child of the lease. To be written after the confirm, in this order.
    #[must_use]
    pub fn own_link(
        confirm: &Self,
        device: Uuid,
        provider: &str,
        external_id: &str,
        join_url: &str,
    ) -> [Self; 2] {
        let of_session = || {
            vec![Fill::new("session", "/session/id"), Fill::new("generation", "/session/meeting_generation")]
        };
        let child = |deed| Self::new(confirm.sign_in, confirm.account, deed, confirm.written_at);
        let (session, generation) = (Uuid::nil(), 0);
        let claim = child(Deed::ClaimMeeting { session, generation, device }).after(confirm, of_session());
        let attach = child(Deed::AttachMeeting {
            session,
            generation,
            device,
            provider: provider.to_owned(),
            external_id: external_id.to_owned(),
            join_url: join_url.to_owned(),
        })
        .after(&claim, of_session());
        [claim, attach]
    }

    /// In which order it goes: one after the other within a lane.
    #[must_use]
    pub fn lane(&self) -> Lane {
        self.deed.lane().unwrap_or(Lane::New(self.id))
    }
}

/// Without its arguments: a join URL may be among them.
impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write")
            .field("id", &self.id)
            .field("function", &self.deed.function())
            .finish_non_exhaustive()
    }
}

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It was never sent.
    Waiting,
    /// It was sent, and nobody here knows whether it has arrived.
    Sent,
    /// The school has answered, and what the answer says is not among the rows that are read yet.
    Answered,
    /// All is done. Such a row stays as long as it has children.
    Booked,
    /// The school says no, and so it waits for the person: to be tried again, or dropped.
    Refused,
    /// The person does not want it any more. It was sent, and its answer may be on the way.
    Dropped,
}

impl State {
    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Booked => "booked",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Answered, Self::Booked, Self::Refused, Self::Dropped]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// Whether it may be sent.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Sent)
    }
}

/// A write as it stands in the outbox.
#[derive(Clone, PartialEq)]
pub struct Waiting {
    /// Its name here.
    pub id: Uuid,
    /// Its name at the school. Another one than `id` once it was tried again with other arguments.
    pub request: Uuid,
    /// The sign-in at whose school it is done.
    pub sign_in: Uuid,
    /// The account that did it.
    pub account: Uuid,
    /// The school's function.
    pub function: String,
    /// Its arguments, as they are sent: another version of this program sends them as they were written, since the school
    /// tells a repeat by them.
    pub arguments: Arguments,
    /// In which order it goes.
    pub lane: Lane,
    /// Another write that has to be booked before.
    pub parent: Option<Uuid>,
    /// Arguments that the parent's answer will tell. None are left once it is booked.
    pub fills: Vec<Fill>,
    /// When it was done (UTC).
    pub written_at: DateTime<Utc>,
    /// How far it has come.
    pub state: State,
    /// How often it was sent.
    pub attempts: u32,
    /// When it was sent last (UTC).
    pub tried_at: Option<DateTime<Utc>>,
    /// How long after that it is sent again.
    pub wait: Duration,
    /// What has kept it, the last time it was sent.
    pub class: Option<Class>,
    /// What the school has answered, until that is booked.
    pub answer: Option<Value>,
    /// Why it is refused.
    pub refusal: Option<Refusal>,
}

impl Waiting {
    /// The workspace that it belongs to.
    #[must_use]
    pub const fn workspace(&self) -> WorkspaceId {
        WorkspaceId::School(self.sign_in)
    }

    /// What was done; none if it was written by a First Bell that could do more.
    #[must_use]
    pub fn deed(&self) -> Option<Deed> {
        Deed::of(&self.function, &self.arguments, self.lane)
    }

    /// Whether it may be sent, for all that its own tries say. A clock that was set back does not hold it up.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.due_at().is_none_or(|due| due <= now) || self.tried_at.is_some_and(|tried| now < tried)
    }

    /// When it may be sent again (UTC); none if at once.
    fn due_at(&self) -> Option<DateTime<Utc>> {
        let wait = chrono::Duration::from_std(self.wait).ok()?;
        self.tried_at?.checked_add_signed(wait)
    }
}

/// Without arguments and answer: a join URL may be among them.
impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("id", &self.id)
            .field("function", &self.function)
            .field("lane", &self.lane)
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .field("class", &self.class)
            .field("refused", &self.refusal.as_ref().map(|refusal| &refusal.code))
            .finish_non_exhaustive()
    }
}

/// The arguments with what the parent's answer tells; none if it does not tell it.
#[must_use]
pub fn filled(arguments: &Arguments, fills: &[Fill], answer: &Value) -> Option<Arguments> {
    let mut arguments = arguments.clone();
    for fill in fills {
        let told = answer.pointer(&fill.from).filter(|told| !told.is_null())?;
        arguments.insert(fill.argument.clone(), told.clone());
    }
    Some(arguments)
}

/// The rows that an answer tells, as a pull would tell them.
#[must_use]
pub fn rows_told(answer: &Value) -> Vec<Change> {
    const WHERE: [(&str, &str); 5] = [
        ("booking", "bookings"),
        ("bookings", "bookings"),
        ("session", "sessions"),
        ("message", "booking_messages"),
        ("note", "session_notes"),
    ];
    let mut told = Vec::new();
    for (key, table) in WHERE {
        let rows: Vec<&Row> = match answer.get(key) {
            Some(Value::Object(row)) => vec![row],
            Some(Value::Array(rows)) => rows.iter().filter_map(Value::as_object).collect(),
            _ => Vec::new(),
        };
        told.extend(rows.into_iter().filter_map(|row| {
            let id = row.get("id")?.as_str()?.parse().ok()?;
            Some(Change { table, id, row: Ok(row.clone()) })
        }));
    }
    told
}

#[cfg(test)]
mod tests;
