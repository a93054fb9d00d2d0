//! The page *Today*: which session has the card, which stands under it, and the days that follow.
//! Decided without any input or output; the window only draws it.

mod meant;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    id::SessionKey,
    join::{Door, JoinRules, JoinState, Room},
    session::{Session, Status},
    state_table::{Action, Role, allowed},
    zone::Zone,
};
use meant::{Meant, meant};

/// A session with its door, and what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The session.
    pub session: Session,
    /// When its door is open.
    pub door: Door,
    /// Whether it can be joined.
    pub join: JoinState,
    /// What the person may do with it now.
    pub allowed: Vec<Action>,
    /// Another live session that overlaps it.
    pub overlaps: Option<String>,
    /// What the school is called that plans it, where sessions come from more than one place.
    pub school: Option<String>,
    /// As whom the person is in it.
    pub role: Role,
    /// Something that was done about it here has yet to reach the school.
    pub waits: bool,
    /// What other sources have of the same lesson, which stands for all of them in lists and rings for all of them.
    pub also: Vec<Also>,
}

/// What another source has of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// The session there.
    pub key: SessionKey,
    /// What the school is called; nothing for this computer.
    pub school: Option<String>,
    /// Who else it says the lesson is with, if it says so.
    pub with: Option<String>,
}

impl Entry {
    /// A session as its workspace has it: with its room, and the rules and the role of the person there. `now` is UTC.
    #[must_use]
    pub fn new(session: Session, room: Room, rules: JoinRules, role: Role, now: DateTime<Utc>) -> Self {
        let join = rules.state(&session, room, now);
        let mut allowed = allowed(&session, role, now);
        if join == JoinState::OpensAt && !role.opens_early() {
            allowed.retain(|action| *action != Action::Join);
        }
        let door = rules.door(&session, room);
        Self {
            door,
            join,
            allowed,
            overlaps: None,
            school: None,
            role,
            waits: false,
            also: Vec::new(),
            session,
        }
    }
}

/// Which of the two has the filled *Join*. Never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brass {
    /// The card.
    Card,
    /// The slim line under it.
    Slim,
}

/// Which day a block of rows is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayLabel {
    /// The rest of today, under a card.
    LaterToday,
    /// Today, without a card, or with what has begun beside it.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// Any other day.
    Weekday,
}

/// The sessions of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day, in the zone of the page.
    pub date: NaiveDate,
    /// What it is called.
    pub label: DayLabel,
    /// Its sessions, by start.
    pub entries: Vec<Entry>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Today {
    /// The session that the person is in, or the one that runs, or the next one.
    pub card: Option<Entry>,
    /// The one after it, if its door opens while the first one runs.
    pub slim: Option<Entry>,
    /// Which of the two is filled.
    pub brass: Option<Brass>,
    /// The session that *Join* means when none is named, if a door is open: the filled one, or the one that was
    /// gone through last.
    pub joins: Option<SessionKey>,
    /// The rest, day by day. Days without sessions are left out.
    pub days: Vec<Day>,
}

impl Today {
    /// What is to be named beside a *Join* that names no session: the one that it means, or the card's.
    #[must_use]
    pub fn first(&self) -> Option<&Entry> {
        self.slim.as_ref().filter(|slim| self.joins == Some(slim.session.key())).or(self.card.as_ref())
    }

    /// The card's session, the slim one, and those of the days that are not over. `now` is UTC.
    pub fn coming(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Entry> {
        let is_to_come = move |entry: &&Entry| is_candidate(entry) && entry.session.end > now;
        let rest = self.days.iter().flat_map(|day| &day.entries).filter(is_to_come);
        self.card.iter().chain(&self.slim).chain(rest)
    }
}

/// Looks at what overlaps. `entries` are sorted by start. `now` is UTC.
#[must_use]
pub fn with_overlaps(mut entries: Vec<Entry>, now: DateTime<Utc>) -> Vec<Entry> {
    let overlaps: Vec<Option<String>> =
        entries.iter().map(|entry| overlap(&entry.session, &entries, now)).collect();
    for (entry, overlaps) in entries.iter_mut().zip(overlaps) {
        entry.overlaps = overlaps;
    }
    entries
}

fn overlap(session: &Session, all: &[Entry], now: DateTime<Utc>) -> Option<String> {
    if session.status != Status::Scheduled || session.end <= now || session.is_busy_time() {
        return None;
    }
    all.iter()
        .map(|entry| &entry.session)
        .take_while(|other| other.start < session.end)
        .find(|other| {
            other.key() != session.key() && other.status == Status::Scheduled && other.end > session.start
        })
        .map(|other| other.person_name().unwrap_or(&other.title).to_owned())
}

/// Lays the page out. `entries` are sorted by start and reach from some days ago to the last day shown;
/// `next` is the first session after those, for a card when the days shown hold none.
#[must_use]
pub fn lay_out(entries: Vec<Entry>, next: Option<Entry>, now: DateTime<Utc>, zone: Zone) -> Today {
    let mut entries = entries;
    let Meant { card, joins } = meant(&entries, now);
    let card = card.and_then(|key| position(&entries, key)).map(|index| entries.remove(index)).or(next);
    let slim =
        card.as_ref().and_then(|card| slim_of(&entries, card, joins, now)).map(|index| entries.remove(index));
    let brass = brass_of(card.as_ref(), slim.as_ref(), joins, now);
    let today = now.with_timezone(&zone).date_naive();
    let mut by_day: BTreeMap<NaiveDate, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let date = entry.session.start.with_timezone(&zone).date_naive();
        if date >= today && is_shown(&entry, now) {
            by_day.entry(date).or_default().push(entry);
        }
    }
    // Beside lessons that run or have ended, the heading cannot say that all of them are later.
    let begun = |entry: &Entry| entry.session.start <= now && entry.session.status == Status::Scheduled;
    let is_rest = card.is_some() && !by_day.get(&today).is_some_and(|entries| entries.iter().any(begun));
    let label = |date: NaiveDate| match (date - today).num_days() {
        0 if is_rest => DayLabel::LaterToday,
        0 => DayLabel::Today,
        1 => DayLabel::Tomorrow,
        _ => DayLabel::Weekday,
    };
    let days = by_day.into_iter().map(|(date, entries)| Day { date, label: label(date), entries }).collect();
    Today { card, slim, brass, joins, days }
}

/// What is over is listed under *past sessions*; what was called off stays until its day is over.
fn is_shown(entry: &Entry, now: DateTime<Utc>) -> bool {
    match entry.session.status {
        Status::Cancelled => true,
        Status::Scheduled => entry.session.end > now || entry.join.is_open(),
        _ => false,
    }
}

fn is_candidate(entry: &Entry) -> bool {
    entry.session.status == Status::Scheduled && !entry.session.is_busy_time()
}

fn position(entries: &[Entry], key: SessionKey) -> Option<usize> {
    entries.iter().position(|entry| entry.session.key() == key)
}

/// The session that *Join* means stands under the card; else the next one does, when its door opens before the
/// card's session ends.
fn slim_of(entries: &[Entry], card: &Entry, joins: Option<SessionKey>, now: DateTime<Utc>) -> Option<usize> {
    let is_live = |entry: &Entry| is_candidate(entry) && entry.session.end > now;
    let meant = entries.iter().position(|entry| Some(entry.session.key()) == joins && is_live(entry));
    if meant.is_some() || card.door.opens_at > now {
        return meant;
    }
    entries.iter().position(|entry| {
        is_live(entry) && entry.session.start >= card.session.start && entry.door.opens_at < card.session.end
    })
}

/// What *Join* means is filled until it was gone through.
fn brass_of(
    card: Option<&Entry>,
    slim: Option<&Entry>,
    joins: Option<SessionKey>,
    now: DateTime<Utc>,
) -> Option<Brass> {
    let is_filled = |entry: &Entry| Some(entry.session.key()) == joins && !entry.session.has_joined(now);
    if card.is_some_and(is_filled) {
        Some(Brass::Card)
    } else if slim.is_some_and(is_filled) {
        Some(Brass::Slim)
    } else {
        None
    }
}
