//! What the rows around one booking mean to the person of a sign-in: a pure rule.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{Link, instant, known, text};
use crate::{
    booking::{Booking, BookingKey, Proposal, Side, Status},
    id::PersonId,
    person::Person,
    pulled::Row,
    state_table::Role,
};

/// The rows around one booking.
#[derive(Clone, Copy, Debug)]
pub(in crate::store::cache) struct AroundBooking<'a> {
    /// The sign-in.
    pub(in crate::store::cache) school: Uuid,
    /// The row of `bookings`.
    pub(in crate::store::cache) booking: &'a Row,
    /// The time that was suggested for it and stands as far as its row says.
    pub(in crate::store::cache) proposal: Option<&'a Row>,
    /// People, by id.
    pub(in crate::store::cache) people: &'a BTreeMap<String, Row>,
    /// For whom the account acts.
    pub(in crate::store::cache) links: &'a [Link],
    /// This computer's clock (UTC).
    pub(in crate::store::cache) now: DateTime<Utc>,
}

impl AroundBooking<'_> {
    /// The booking. None if its row cannot be read, or is nobody's for whom the account acts.
    pub(in crate::store::cache) fn project(self) -> Option<Booking> {
        let row = self.booking;
        let (tutor, student) = (text(row, "tutor_id")?, text(row, "student_id")?);
        let (start, end) = (instant(row, "start_at")?, instant(row, "end_at")?);
        let stored: Status = serde_json::from_value(row.get("status")?.clone()).ok()?;
        let answer_by = instant(row, "expires_at").filter(|_| stored.is_open());
        // A request runs out by time alone, and no row says so before the next write at the school.
        let has_run_out = answer_by.is_some_and(|by| by <= self.now);
        Some(Booking {
            key: BookingKey { school: self.school, id: text(row, "id")?.parse().ok()? },
            role: self.role(tutor, student)?,
            tutor: self.person(tutor)?,
            student: self.person(student)?,
            subject: text(row, "subject")?.to_owned(),
            wish: text(row, "wish").unwrap_or_default().to_owned(),
            start,
            end,
            status: if has_run_out { Status::Expired } else { stored },
            answer_by,
            proposal: self.proposal.and_then(|row| proposal(row, self.now)),
            reason: text(row, "reason").unwrap_or_default().to_owned(),
            session: text(row, "session_id").and_then(|id| id.parse().ok()),
            asked_at: instant(row, "created_at").unwrap_or(start),
            version: row.get("version").and_then(Value::as_i64).unwrap_or(1),
        })
    }

    /// As whom the account has to do with it: oneself before a child.
    fn role(self, tutor: &str, student: &str) -> Option<Role> {
        let acts = |is_self: bool, person: &str| {
            self.links.iter().any(|link| link.is_self == is_self && link.person == person)
        };
        if acts(true, tutor) {
            Some(Role::Tutor)
        } else if acts(true, student) {
            Some(Role::Student)
        } else {
            acts(false, student).then_some(Role::Guardian)
        }
    }

    /// Whoever is not seen (any more) has no name here, and the booking is told all the same.
    fn person(self, id: &str) -> Option<Person> {
        let unnamed = || Some(Person { id: id.parse::<PersonId>().ok()?, name: String::new() });
        self.people.get(id).and_then(known).or_else(unnamed)
    }
}

fn proposal(row: &Row, now: DateTime<Utc>) -> Option<Proposal> {
    let side = match text(row, "side")? {
        "tutor" => Side::Tutor,
        _ => Side::Student,
    };
    let stands = text(row, "status") == Some("OPEN") && instant(row, "held_until")? > now;
    stands.then_some(())?;
    Some(Proposal {
        id: text(row, "id")?.parse().ok()?,
        start: instant(row, "start_at")?,
        end: instant(row, "end_at")?,
        side,
    })
}
