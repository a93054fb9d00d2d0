//! A booking: somebody's wish for a place with a tutor at a school, from the first request to what became of it.

use std::{fmt, str::FromStr, sync::LazyLock};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    id::{SessionId, WorkspaceId},
    person::Person,
    state_table::{self, Role},
};

/// Names a booking, wherever it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookingKey {
    /// The sign-in at whose school it is.
    pub school: Uuid,
    /// Its name there.
    pub id: Uuid,
}

impl BookingKey {
    /// Where it is decided.
    #[must_use]
    pub const fn workspace(&self) -> WorkspaceId {
        WorkspaceId::School(self.school)
    }
}

/// One word, as a session's key is.
impl fmt::Display for BookingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.school, self.id)
    }
}

/// A text names no booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no booking")]
pub struct NoBooking;

impl FromStr for BookingKey {
    type Err = NoBooking;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (school, id) = text.split_once('.').ok_or(NoBooking)?;
        let read = |part: &str| Uuid::parse_str(part).map_err(|_| NoBooking);
        Ok(Self { school: read(school)?, id: read(id)? })
    }
}

/// Where a booking is in its life (the statuses of the state table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// The tutor has to answer.
    Pending,
    /// A parent has to agree first.
    AwaitingParent,
    /// Another time was suggested.
    CounterProposed,
    /// The tutor has said yes: there is a session.
    Confirmed,
    /// The tutor has said no.
    Declined,
    /// Nobody has answered in time.
    Expired,
    /// It was taken back.
    Cancelled,
    /// Its session is over.
    Completed,
}

impl Status {
    /// Somebody's answer is outstanding.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::AwaitingParent | Self::CounterProposed)
    }
}

/// What somebody wants to do to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A parent agrees.
    Approve,
    /// The tutor says yes.
    Confirm,
    /// The tutor says no.
    Decline,
    /// Suggests another time.
    Propose,
    /// Agrees to a time that was suggested.
    AcceptProposal,
    /// Does not agree to it.
    DeclineProposal,
    /// Takes it back.
    Cancel,
    /// Says something about it.
    AddMessage,
}

/// Which side has suggested a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The tutor.
    Tutor,
    /// The student, or who acts for them.
    Student,
}

/// A time that was suggested and still stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its name at the school.
    pub id: Uuid,
    /// Its start (UTC).
    pub start: DateTime<Utc>,
    /// Its end (UTC).
    pub end: DateTime<Utc>,
    /// Who suggests it.
    pub side: Side,
}

/// A booking, as the person of a sign-in sees it. Instants are UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Which one.
    pub key: BookingKey,
    /// As whom the person has to do with it.
    pub role: Role,
    /// Who is asked.
    pub tutor: Person,
    /// Who would take the lesson.
    pub student: Person,
    /// What is wanted.
    pub subject: String,
    /// What was said with it.
    pub wish: String,
    /// When it would start.
    pub start: DateTime<Utc>,
    /// When it would end.
    pub end: DateTime<Utc>,
    /// Where it is in its life, as of the moment of reading.
    pub status: Status,
    /// When it runs out, while somebody's answer is outstanding.
    pub answer_by: Option<DateTime<Utc>>,
    /// The time that was suggested last, if it still stands.
    pub proposal: Option<Proposal>,
    /// Why it was declined or taken back, as far as somebody has said it.
    pub reason: String,
    /// The session that was made of it.
    pub session: Option<SessionId>,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// The version that the person sees; the school's.
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Any,
    BeforeStart,
    BeforeEnd,
    SuggestedByUs,
    SuggestedByThem,
}

#[derive(Deserialize)]
struct Row(Status, Action, Role, When, #[allow(dead_code, reason = "the school makes it so")] Status);

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    // The file is part of the program and a test reads it: a row that is none cannot reach a person.
    let rows = state_table::of_bookings().iter();
    rows.filter_map(|row| serde_json::from_value(serde_json::json!(row)).ok()).collect()
});

impl Booking {
    /// With whom it is, seen from the person's side.
    #[must_use]
    pub fn other(&self) -> &Person {
        if self.role == Role::Tutor { &self.student } else { &self.tutor }
    }

    /// All that may be done to it now (UTC), in the order of the table.
    #[must_use]
    pub fn allowed(&self, now: DateTime<Utc>) -> Vec<Action> {
        let rows = TABLE.iter().filter(|Row(status, _, role, when, _)| {
            (*status, *role) == (self.status, self.role) && self.holds(*when, now)
        });
        rows.map(|Row(_, action, ..)| *action).collect()
    }

    /// Whether the person is the one whose answer is outstanding.
    #[must_use]
    pub fn needs_me(&self, now: DateTime<Utc>) -> bool {
        let allowed = self.allowed(now);
        self.status.is_open()
            && match self.status {
                Status::Pending => allowed.contains(&Action::Confirm) || allowed.contains(&Action::Decline),
                Status::AwaitingParent => allowed.contains(&Action::Approve),
                _ => allowed.contains(&Action::AcceptProposal),
            }
    }

    /// Whether the time that was suggested, if one stands, is of the person's own side.
    #[must_use]
    pub fn is_suggested_by_us(&self) -> Option<bool> {
        let ours = if self.role == Role::Tutor { Side::Tutor } else { Side::Student };
        self.proposal.as_ref().map(|proposal| proposal.side == ours)
    }

    fn holds(&self, when: When, now: DateTime<Utc>) -> bool {
        match when {
            When::Any => true,
            When::BeforeStart => now < self.start,
            When::BeforeEnd => now < self.end,
            When::SuggestedByUs => self.is_suggested_by_us() == Some(true),
            When::SuggestedByThem => self.is_suggested_by_us() == Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::id::PersonId;

    fn booking(status: Status, role: Role, now: DateTime<Utc>) -> Booking {
        let person = |name: &str| Person { id: PersonId::new(), name: name.to_owned() };
        let start = now + TimeDelta::hours(24);
        Booking {
            key: BookingKey { school: Uuid::from_u128(1), id: Uuid::from_u128(2) },
            role,
            tutor: person("Ada"),
            student: person("Ben"),
            subject: "Maths".to_owned(),
            wish: String::new(),
            start,
            end: start + TimeDelta::hours(1),
            status,
            answer_by: Some(start),
            proposal: None,
            reason: String::new(),
            session: None,
            asked_at: now,
            version: 1,
        }
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(TABLE.len(), state_table::of_bookings().len());
    }

    #[test]
    fn who_has_to_answer_is_told_and_nobody_else() {
        let now = DateTime::UNIX_EPOCH;
        let cases = [
            (Status::Pending, Role::Tutor, true),
            (Status::Pending, Role::Student, false),
            (Status::Pending, Role::Guardian, false),
            (Status::AwaitingParent, Role::Guardian, true),
            (Status::AwaitingParent, Role::Student, false),
            (Status::Confirmed, Role::Tutor, false),
            (Status::Declined, Role::Tutor, false),
        ];
        for (status, role, needs) in cases {
            assert_eq!(booking(status, role, now).needs_me(now), needs, "{status:?} {role:?}");
        }
        let mut suggested = booking(Status::CounterProposed, Role::Student, now);
        let proposal = |side| {
            let (start, end) = (suggested.start, suggested.end);
            Some(Proposal { id: Uuid::from_u128(3), start, end, side })
        };
        let (by_tutor, by_student) = (proposal(Side::Tutor), proposal(Side::Student));
        suggested.proposal = by_tutor;
        assert!(suggested.needs_me(now), "the tutor has suggested a time");
        suggested.proposal = by_student;
        assert!(!suggested.needs_me(now), "one's own suggestion waits for the tutor");
    }

    #[test]
    fn what_has_begun_cannot_be_confirmed_any_more() {
        let now = DateTime::UNIX_EPOCH;
        let asked = booking(Status::Pending, Role::Tutor, now);
        assert!(asked.allowed(now).contains(&Action::Confirm));
        assert!(!asked.allowed(asked.start).contains(&Action::Confirm));
        assert!(asked.allowed(asked.start).contains(&Action::Decline));
    }

    #[test]
    fn a_key_is_one_word_and_comes_back_from_it() {
        let key = BookingKey { school: Uuid::from_u128(7), id: Uuid::from_u128(8) };
        assert_eq!(key.to_string().parse(), Ok(key));
        for text in ["", ".", "a.b", &Uuid::nil().to_string()] {
            assert_eq!(text.parse::<BookingKey>(), Err(NoBooking), "{text}");
        }
    }
}
