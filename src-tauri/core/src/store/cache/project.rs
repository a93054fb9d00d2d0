//! What the rows around one session mean to the person of a sign-in: a pure rule. As its tutor one is with the student, or
//! with those of a group by their first names; else with the tutor.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    draft::title,
    happened::{By, Event, Kind},
    id::{PersonId, WorkspaceId},
    join::{Door, JoinUrl},
    person::Person,
    pulled::Row,
    session::{CancelledBy, Session, Source, Status},
    store::{from_ms, to_ms},
};

pub(super) mod booking;
#[cfg(test)]
mod tests;

/// The rules by which rows become sessions and people, counted up with each change of them: rows that were read by others
/// are read once more, without asking the school.
pub(super) const RULES: i64 = 2;

/// Somebody for whom the account acts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// For whom.
    pub(super) person: String,
    /// They are the account's own person, and not a child.
    pub(super) is_self: bool,
    /// Since when.
    pub(super) since: Option<DateTime<Utc>>,
}

impl Link {
    /// The link that a row of `account_people` is, if it is one of this account and has not ended.
    pub(super) fn of(row: &Row, account: Uuid) -> Option<Self> {
        let is_ours = text(row, "account_id")?.parse() == Ok(account);
        let has_ended = row.get("ended_at").is_some_and(|ended| !ended.is_null());
        (is_ours && !has_ended).then_some(())?;
        let is_self = text(row, "relation")? == "self";
        Some(Self { person: text(row, "person_id")?.to_owned(), is_self, since: instant(row, "created_at") })
    }
}

/// The rows around one session, and what is known here beside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// The row of `sessions`.
    pub(super) session: &'a Row,
    /// The places in it.
    pub(super) participants: &'a [Row],
    /// What is written about it.
    pub(super) notes: &'a [Row],
    /// What the school says has happened, in whatever order.
    pub(super) events: &'a [Row],
    /// People, by id.
    pub(super) people: &'a BTreeMap<String, Row>,
    /// For whom the account acts.
    pub(super) links: &'a [Link],
    /// The account.
    pub(super) account: Uuid,
    /// The session as it was, if it is here already.
    pub(super) was: Option<&'a Session>,
    /// When the person last pressed *Join* for it on this computer.
    pub(super) opened_here: Option<DateTime<Utc>>,
    /// Nothing of the school was known here before, so that nothing could have been missed.
    pub(super) is_first_pull: bool,
    /// This computer's clock (UTC).
    pub(super) now: DateTime<Utc>,
}

/// What they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Projected {
    /// The session.
    pub(super) session: Session,
    /// Those of a group, as the one person that the session is with.
    pub(super) group: Option<Person>,
    /// What happened, as far as it is told in one line, in order.
    pub(super) events: Vec<Event>,
}

/// As what somebody is in a session.
enum Part<'a> {
    Tutor,
    /// Oneself as a student, or a child of one's: the places.
    Places(Vec<&'a Row>),
}

/// The session that the rows around it make. None if its own row cannot be read: a newer school may have sessions that
/// this client does not understand.
pub(super) fn project(around: Around<'_>) -> Option<Projected> {
    let row = around.session;
    let part = around.part();
    let (person, group) = around.person(&part);
    let subject = text(row, "subject").map(str::to_owned);
    let status = Status::from_name(text(row, "status")?)?;
    let (start, end) = (instant(row, "scheduled_start_at")?, instant(row, "scheduled_end_at")?);
    let session = Session {
        workspace: WorkspaceId::ThisComputer,
        id: text(row, "id")?.parse().ok()?,
        source: Source::School,
        series_id: None,
        title: title(person.as_ref().map(|person| person.name.as_str()), subject.as_deref()),
        person,
        subject,
        start,
        end: end.max(start),
        zone: text(row, "zone")?.to_owned(),
        wall: None,
        original: None,
        place: None,
        join_url: text(row, "join_url").and_then(|url| JoinUrl::parse(url).ok()),
        door: match (instant(row, "door_opens_at"), instant(row, "door_closes_at")) {
            (Some(opens_at), Some(closes_at)) => Some(Door { opens_at, closes_at }),
            _ => None,
        },
        own_link: false,
        description: None,
        said: None,
        homework: around.written("homework"),
        plan: around.written("plan"),
        notes: around.written("note"),
        status,
        cancelled: cancelled(row, status),
        bell: around.rings(&part),
        opened_at: around.opened(&part).max(around.opened_here),
        created_at: around.known_since(&part),
        version: row.get("version").and_then(Value::as_i64).unwrap_or(1),
    };
    Some(Projected { session, group, events: around.happened(status) })
}

impl<'a> Around<'a> {
    fn part(&self) -> Part<'a> {
        let tutor = text(self.session, "tutor_id").unwrap_or_default();
        if self.links.iter().any(|link| link.is_self && link.person == tutor) {
            return Part::Tutor;
        }
        let places = |is_self: bool| -> Vec<&'a Row> {
            let of = |place: &&Row| {
                let person = text(place, "person_id").unwrap_or_default();
                self.links.iter().any(|link| link.is_self == is_self && link.person == person)
            };
            self.participants.iter().filter(of).collect()
        };
        let own = places(true);
        Part::Places(if own.is_empty() { places(false) } else { own })
    }

    fn person(&self, part: &Part<'_>) -> (Option<Person>, Option<Person>) {
        let Part::Tutor = part else {
            let tutor = text(self.session, "tutor_id").unwrap_or_default();
            return (self.people.get(tutor).and_then(known), None);
        };
        let ids = self.participants.iter().filter_map(|place| text(place, "person_id"));
        let rows: Vec<&Row> = ids.filter_map(|id| self.people.get(id)).collect();
        match rows[..] {
            [] => (None, None),
            [only] if self.participants.len() == 1 => (known(only), None),
            _ => {
                let ids: Vec<PersonId> =
                    rows.iter().filter_map(|row| text(row, "id")?.parse().ok()).collect();
                let mut names: Vec<&str> = rows.iter().filter_map(|row| text(row, "first_name")).collect();
                names.sort_unstable();
                let group = Person { id: PersonId::of_group(&ids), name: names.join(", ") };
                (Some(group.clone()), Some(group))
            }
        }
    }

    /// What is written of that kind, the shared before the private.
    fn written(&self, kind: &str) -> String {
        let mut notes: Vec<(bool, &str)> = self
            .notes
            .iter()
            .filter(|note| text(note, "kind") == Some(kind))
            .filter_map(|note| Some((!flag(note, "shared"), text(note, "body")?)))
            .filter(|(_, body)| !body.is_empty())
            .collect();
        notes.sort_unstable();
        notes.into_iter().map(|(_, body)| body).collect::<Vec<_>>().join("\n\n")
    }

    /// A tutor's bell cannot be switched off at the school; a child's may be off for one place and on for another.
    fn rings(&self, part: &Part<'_>) -> bool {
        match part {
            Part::Tutor => true,
            Part::Places(places) => places.iter().any(|place| !flag(place, "bell_off")),
        }
    }

    fn opened(&self, part: &Part<'_>) -> Option<DateTime<Utc>> {
        match part {
            Part::Tutor => instant(self.session, "tutor_opened_at"),
            Part::Places(places) => places.iter().filter_map(|place| instant(place, "opened_at")).max(),
        }
    }

    /// From when on it could be known here: a bell whose time was over by then was never owed. What was there before
    /// anything was known here, or before one had to do with it, is news.
    fn known_since(&self, part: &Part<'_>) -> DateTime<Utc> {
        if let Some(was) = self.was {
            return was.created_at;
        }
        if self.is_first_pull {
            return from_ms(to_ms(self.now));
        }
        let places: &[&Row] = match part {
            Part::Tutor => &[],
            Part::Places(places) => places,
        };
        let made = places.iter().filter_map(|place| instant(place, "created_at"));
        let person = |link: &&Link| {
            places.iter().any(|place| text(place, "person_id") == Some(&link.person))
                || text(self.session, "tutor_id") == Some(&link.person)
        };
        let linked = self.links.iter().filter(person).filter_map(|link| link.since);
        let known = made.chain(linked).chain(instant(self.session, "created_at")).max();
        known.unwrap_or(self.now).min(from_ms(to_ms(self.now)))
    }

    /// The lines of what happened. That one has opened the meeting oneself is known here, from the press on.
    fn happened(&self, status: Status) -> Vec<Event> {
        let mut rows: Vec<(i64, &Row)> =
            self.events.iter().filter_map(|row| Some((row.get("number")?.as_i64()?, row))).collect();
        rows.sort_unstable_by_key(|(number, _)| *number);
        let mut is_agreed = false;
        let event = |(_, row): (i64, &'a Row)| {
            let side = text(row, "side")?;
            let is_mine = text(row, "account_id").is_some_and(|id| id.parse() == Ok(self.account));
            let detail = row.get("detail").and_then(Value::as_object);
            let told = |name: &str| detail.and_then(|detail| instant(detail, name));
            let mut at = instant(row, "at")?;
            let kind = match text(row, "kind")? {
                "confirmed" | "accepted" if !std::mem::replace(&mut is_agreed, true) => Kind::Added,
                "accepted" | "moved" => Kind::Moved,
                "cancelled" if status == Status::Cancelled => Kind::Cancelled,
                "meeting_made" => Kind::LinkAdded,
                "meeting_let_go" => Kind::LinkRemoved,
                "opened" if !is_mine => {
                    // When they pressed, by their own clock; the school may have heard of it later.
                    at = told("pressed_at").unwrap_or(at);
                    Kind::TheyOpened
                }
                "held" => Kind::Held,
                "ended_early" => Kind::EndedEarly,
                "no_show" if side == "tutor" => Kind::StudentAway,
                "no_show" => Kind::TutorAway,
                "no_show_undone" => Kind::MarkUndone,
                _ => return None,
            };
            let by = if is_mine { By::You } else { side_of(side)? };
            Some(Event { at, kind, by, detail: told("from") })
        };
        rows.into_iter().filter_map(event).collect()
    }
}

fn side_of(side: &str) -> Option<By> {
    [By::Tutor, By::Student, By::Guardian, By::School].into_iter().find(|by| by.name() == side)
}

fn cancelled(row: &Row, status: Status) -> Option<(DateTime<Utc>, CancelledBy)> {
    let by = text(row, "cancelled_by").and_then(|side| match CancelledBy::from_name(side)? {
        // None of these is the school's to say.
        CancelledBy::You | CancelledBy::CalendarFile => None,
        by => Some(by),
    });
    let at = instant(row, "cancelled_at").filter(|_| status == Status::Cancelled)?;
    Some((at, by.unwrap_or(CancelledBy::School)))
}

/// The person that a row of `people` is.
pub(super) fn known(row: &Row) -> Option<Person> {
    let first = text(row, "first_name")?;
    let last = text(row, "last_name").unwrap_or_default();
    Some(Person { id: text(row, "id")?.parse().ok()?, name: format!("{first} {last}").trim().to_owned() })
}

/// A text of a row.
pub(super) fn text<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str)
}

fn flag(row: &Row, name: &str) -> bool {
    row.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// An instant of a row, to the millisecond, as the tables keep it.
pub(super) fn instant(row: &Row, name: &str) -> Option<DateTime<Utc>> {
    let at: DateTime<Utc> = text(row, name)?.parse().ok()?;
    Some(from_ms(to_ms(at)))
}
