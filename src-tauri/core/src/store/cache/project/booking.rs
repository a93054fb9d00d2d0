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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TUTOR: &str = "00000000-0000-0000-0000-00000000000a";
    const STUDENT: &str = "00000000-0000-0000-0000-00000000000b";
    const NOW: &str = "2026-12-01T12:00:00Z";

    fn row(value: Value) -> Row {
        value.as_object().cloned().unwrap()
    }

    fn link(person: &str, is_self: bool) -> Link {
        Link { person: person.to_owned(), is_self, since: None }
    }

    fn seen(booking: &Row, proposal: Option<&Row>, links: &[Link]) -> Option<Booking> {
        let person = |id: &str, name: &str| (id.to_owned(), row(json!({"id": id, "first_name": name})));
        let people = BTreeMap::from([person(TUTOR, "Ada"), person(STUDENT, "Ben")]);
        let (school, now) = (Uuid::from_u128(1), NOW.parse().unwrap());
        AroundBooking { school, booking, proposal, people: &people, links, now }.project()
    }

    fn asked() -> Row {
        row(json!({
            "id": Uuid::from_u128(2), "tutor_id": TUTOR, "student_id": STUDENT, "subject": "Maths", "wish": "Soon",
            "start_at": "2026-12-03T16:00:00+00:00", "end_at": "2026-12-03T17:00:00+00:00", "status": "PENDING",
            "expires_at": "2026-12-02T16:00:00+00:00", "version": 3,
        }))
    }

    fn with(mut row: Row, name: &str, value: Value) -> Row {
        row.insert(name.to_owned(), value);
        row
    }

    #[test]
    fn one_is_in_it_as_oneself_before_as_a_parent_and_else_not_at_all() {
        let role = |links: &[Link]| seen(&asked(), None, links).map(|booking| booking.role);
        assert_eq!(role(&[link(TUTOR, true)]), Some(Role::Tutor));
        assert_eq!(role(&[link(STUDENT, true)]), Some(Role::Student));
        assert_eq!(role(&[link(STUDENT, false)]), Some(Role::Guardian));
        assert_eq!(role(&[link(STUDENT, false), link(TUTOR, true)]), Some(Role::Tutor));
        assert_eq!(role(&[link(TUTOR, false)]), None, "nobody acts for a tutor");
        assert_eq!(role(&[]), None);
        let booking = seen(&asked(), None, &[link(STUDENT, true)]).unwrap();
        assert_eq!((booking.other().name.as_str(), booking.version), ("Ada", 3));
    }

    #[test]
    fn time_alone_ends_a_request_and_a_suggested_time() {
        let ben = [link(STUDENT, true)];
        let late = with(asked(), "expires_at", json!(NOW));
        assert_eq!(seen(&late, None, &ben).unwrap().status, Status::Expired);
        let confirmed = with(late, "status", json!("CONFIRMED"));
        assert_eq!(seen(&confirmed, None, &ben).unwrap().status, Status::Confirmed);

        let proposal = row(json!({
            "id": Uuid::from_u128(4), "side": "tutor", "status": "OPEN", "start_at": "2026-12-03T18:00:00+00:00",
            "end_at": "2026-12-03T19:00:00+00:00", "held_until": "2026-12-01T12:00:01+00:00",
        }));
        let suggested = |proposal: &Row| seen(&asked(), Some(proposal), &ben).unwrap().proposal;
        assert_eq!(suggested(&proposal).unwrap().side, Side::Tutor);
        assert_eq!(suggested(&with(proposal.clone(), "held_until", json!(NOW))), None);
        assert_eq!(suggested(&with(proposal, "status", json!("WITHDRAWN"))), None);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_no_booking_and_one_whose_people_are_unseen_is() {
        let ben = [link(STUDENT, true)];
        for (field, value) in [
            ("status", json!("DREAMT")),
            ("start_at", json!("soon")),
            ("tutor_id", json!(7)),
            ("id", json!(null)),
        ] {
            assert_eq!(seen(&with(asked(), field, value), None, &ben), None, "{field}");
        }
        let unseen = with(asked(), "tutor_id", json!("00000000-0000-0000-0000-00000000000c"));
        assert_eq!(seen(&unseen, None, &ben).unwrap().tutor.name, "");
    }
}
