//! What a calendar file's occurrences mean for the sessions that are here: a plan, made without any
//! input or output. The file owns time, title and link; the person owns notes, bell and status.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use uuid::{Uuid, uuid};

use crate::{
    calendar_file::Occurrence,
    id::{SessionId, WorkspaceId},
    join::{JoinUrl, Sources, find_join_url},
    person::Person,
    series::Choice,
    session::{CancelledBy, Session, Source, Status},
};

/// The source of all calendar files of this computer: an event keeps its identity whatever the file that
/// brings it is called.
pub const FILES: Uuid = uuid!("6f0c2c1e-6b0e-5d0b-9d3e-0f4c0a6f5b11");

/// What the person wants of a series.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The series that the occurrences belong to.
    pub series_id: &'a str,
    /// UID of the series.
    pub uid: &'a str,
    /// Shown with a bell, without, or not at all.
    pub choice: Choice,
    /// The choice is a new one: the bells of the sessions that are here follow it.
    pub choice_is_new: bool,
    /// A link that the person added to the series.
    pub link: Option<&'a JoinUrl>,
    /// Who the names are that the file speaks of. Nobody is named who does not stand here.
    pub people: &'a BTreeMap<String, Person>,
}

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Sessions that are new.
    pub add: Vec<Session>,
    /// Sessions that change: as they were, and as they are to be.
    pub change: Vec<(Session, Session)>,
    /// Sessions that go.
    pub remove: Vec<Session>,
}

impl Plan {
    /// Nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.change.is_empty() && self.remove.is_empty()
    }
}

/// Compares what the file says with the sessions of the series that are here. `now` is UTC.
#[must_use]
pub fn plan(wish: &Wish<'_>, occurrences: &[Occurrence], here: Vec<Session>, now: DateTime<Utc>) -> Plan {
    let mut here: BTreeMap<SessionId, Session> =
        here.into_iter().map(|session| (session.id, session)).collect();
    let mut plan = Plan::default();
    if wish.choice != Choice::LeaveOut {
        for (occurrence, (id, found)) in occurrences.iter().zip(known_again(wish, occurrences, &mut here)) {
            match found {
                None => plan.add.push(new(id, wish, occurrence, now)),
                Some(was) => {
                    let will = updated(&was, wish, occurrence, now);
                    if will != was {
                        plan.change.push((was, will));
                    }
                }
            }
        }
    }
    for session in here.into_values() {
        // What the person has written or said about a session is not lost with it.
        if !is_touched(&session) {
            plan.remove.push(session);
        } else if session.status == Status::Scheduled {
            let mut will = session.clone();
            cancel(&mut will, now);
            // If a later file has it again, in the same words, that is news.
            will.said = None;
            plan.change.push((session, will));
        }
    }
    plan
}

/// Which of the sessions that are here each occurrence is, and the id of those that are new. The wall clock of the
/// original start says it: by another table of zones its instant may be another occurrence's, and what was the lesson of
/// seven o'clock must not become that of eight.
fn known_again(
    wish: &Wish<'_>,
    occurrences: &[Occurrence],
    here: &mut BTreeMap<SessionId, Session>,
) -> Vec<(SessionId, Option<Session>)> {
    let of_key = |one: &Occurrence| (SessionId::of_occurrence(FILES, wish.uid, &one.key), None);
    let mut all: Vec<(SessionId, Option<Session>)> = occurrences.iter().map(of_key).collect();
    for (occurrence, (id, found)) in occurrences.iter().zip(&mut all) {
        let is_it = |session: &Session| session.original.is_some() && session.original == occurrence.original;
        if here.get(id).is_some_and(is_it) {
            *found = here.remove(id);
        }
    }
    let by_original = by_original(here);
    for (occurrence, (_, found)) in occurrences.iter().zip(&mut all).filter(|(_, (_, found))| found.is_none())
    {
        let other = occurrence.original.and_then(|original| by_original.get(&original));
        *found = other.and_then(|id| here.remove(id));
    }
    let taken: HashSet<SessionId> = all.iter().filter_map(|(_, found)| Some(found.as_ref()?.id)).collect();
    for (occurrence, (id, found)) in
        occurrences.iter().zip(&mut all).filter(|(_, (_, found))| found.is_none())
    {
        if taken.contains(id) {
            *id = of_its_wall_clock(wish, occurrence);
        }
        *found = here.remove(id);
    }
    all
}

/// Sessions by the wall clock of their original start. Of one that comes twice, only the instant tells which is which.
fn by_original(here: &BTreeMap<SessionId, Session>) -> HashMap<NaiveDateTime, SessionId> {
    let mut found = HashMap::new();
    let mut twice = Vec::new();
    for session in here.values() {
        if let Some(original) = session.original
            && found.insert(original, session.id).is_some()
        {
            twice.push(original);
        }
    }
    for original in twice {
        found.remove(&original);
    }
    found
}

/// The id of an occurrence whose instant was another one's before the table of zones changed.
fn of_its_wall_clock(wish: &Wish<'_>, occurrence: &Occurrence) -> SessionId {
    let wall = occurrence.original.map(|wall| wall.to_string()).unwrap_or_default();
    SessionId::of_occurrence(FILES, wish.uid, &format!("{} {wall}", occurrence.key))
}

/// The link of an occurrence: the file's one clear best.
#[must_use]
pub fn link_of(occurrence: &Occurrence) -> Option<JoinUrl> {
    find_join_url(&Sources {
        conference: occurrence.conference.as_deref(),
        url: occurrence.url.as_deref(),
        location: occurrence.location.as_deref(),
        notes: occurrence.notes.as_deref(),
    })
}

fn new(id: SessionId, wish: &Wish<'_>, occurrence: &Occurrence, now: DateTime<Utc>) -> Session {
    let mut session = Session {
        workspace: WorkspaceId::ThisComputer,
        id,
        source: Source::CalendarFile,
        series_id: Some(wish.series_id.to_owned()),
        title: String::new(),
        person: None,
        subject: None,
        start: occurrence.start,
        end: occurrence.end,
        zone: String::new(),
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
        status: Status::Scheduled,
        cancelled: None,
        bell: wish.choice == Choice::Bell,
        opened_at: None,
        created_at: now,
        version: 1,
    };
    session.original = occurrence.original;
    hear(&mut session, wish, occurrence, now);
    take_wishes_link(&mut session, wish);
    session
}

fn updated(was: &Session, wish: &Wish<'_>, occurrence: &Occurrence, now: DateTime<Utc>) -> Session {
    let mut will = was.clone();
    will.original = occurrence.original;
    if was.said.as_deref() != Some(digest(occurrence).as_str()) {
        hear(&mut will, wish, occurrence, now);
    }
    take_wishes_link(&mut will, wish);
    if wish.choice_is_new {
        will.bell = wish.choice == Choice::Bell;
    }
    will
}

/// Takes over what the file says: time, title, link, and whether it takes place.
fn hear(session: &mut Session, wish: &Wish<'_>, occurrence: &Occurrence, now: DateTime<Utc>) {
    session.said = Some(digest(occurrence));
    session.title.clone_from(&occurrence.title);
    // Of two of one name it stays the one whose lesson it is.
    if session.person_name() != occurrence.person.as_deref() {
        session.person = occurrence.person.as_ref().and_then(|name| wish.people.get(name)).cloned();
    }
    session.subject.clone_from(&occurrence.subject);
    if session.start != occurrence.start {
        // It is another lesson now: nobody has opened that one, and bells are not quiet until its end.
        session.opened_at = None;
    }
    session.start = occurrence.start;
    session.end = occurrence.end;
    session.zone.clone_from(&occurrence.zone);
    session.wall = Some(occurrence.wall);
    session.description.clone_from(&occurrence.notes);
    if !session.own_link {
        session.join_url = link_of(occurrence);
    }
    // A location that is the link and nothing else is no place.
    session.place = occurrence.location.clone().filter(|place| {
        let place = place.trim();
        !place.is_empty() && (!place.starts_with("https://") || place.contains(char::is_whitespace))
    });
    match (occurrence.cancelled, session.status, session.cancelled) {
        (true, Status::Scheduled, _) => cancel(session, now),
        (false, Status::Cancelled, Some((_, CancelledBy::CalendarFile))) => {
            session.status = Status::Scheduled;
            session.cancelled = None;
        }
        _ => {}
    }
}

fn take_wishes_link(session: &mut Session, wish: &Wish<'_>) {
    if let Some(link) = wish.link
        && (session.join_url.is_none() || session.own_link)
    {
        session.join_url = Some(link.clone());
        session.own_link = true;
    }
}

fn cancel(session: &mut Session, now: DateTime<Utc>) {
    session.status = Status::Cancelled;
    session.cancelled = Some((now, CancelledBy::CalendarFile));
}

fn is_touched(session: &Session) -> bool {
    let is_marked = !matches!(session.status, Status::Scheduled | Status::Cancelled);
    let has_text = !(session.notes.is_empty() && session.homework.is_empty() && session.plan.is_empty());
    is_marked || has_text || session.opened_at.is_some()
}

/// A digest of all that the file says of an occurrence (UUID version 5, RFC 9562 §5.5: SHA-1). Where a table of zones
/// has decided, of its wall clock: another table is no news from the file.
#[must_use]
pub fn digest(occurrence: &Occurrence) -> String {
    let lasts = (occurrence.end - occurrence.start).num_seconds();
    let when = if occurrence.wall.decided.by_table() {
        occurrence.wall.time.to_string()
    } else {
        occurrence.start.to_rfc3339()
    };
    digest_of(occurrence, [when, lasts.to_string()])
}

/// The digest as it was before the wall clock was kept: of the instants.
#[must_use]
pub fn digest_of_instants(occurrence: &Occurrence) -> String {
    digest_of(occurrence, [occurrence.start.to_rfc3339(), occurrence.end.to_rfc3339()])
}

fn digest_of(occurrence: &Occurrence, when: [String; 2]) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let [start, end] = when;
    let said = [
        start,
        end,
        occurrence.zone.clone(),
        occurrence.title.clone(),
        text(&occurrence.person),
        text(&occurrence.subject),
        text(&occurrence.location),
        text(&occurrence.notes),
        text(&occurrence.url),
        text(&occurrence.conference),
        occurrence.cancelled.to_string(),
    ];
    Uuid::new_v5(&FILES, said.join("\u{1f}").as_bytes()).to_string()
}
