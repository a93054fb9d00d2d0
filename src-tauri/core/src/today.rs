//! The page *Today*: which session has the card, which stands under it, and the days that follow.
//! Decided without any input or output; the window only draws it.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::{
    join::{JoinRules, JoinState, Room},
    session::{Session, Status},
    zone::Zone,
};

/// How long after its planned end a session that the person has opened keeps the card.
const OVERRUN: Duration = Duration::minutes(15);

/// A session with what is known of its room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The session.
    pub session: Session,
    /// Its room.
    pub room: Room,
    /// Whether it can be joined.
    pub join: JoinState,
    /// Another live session that overlaps it.
    pub overlaps: Option<String>,
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
    /// Today, without a card.
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
    /// The session that runs, or the next one.
    pub card: Option<Entry>,
    /// The one after it, if its door opens while the first one runs.
    pub slim: Option<Entry>,
    /// Which of the two is filled.
    pub brass: Option<Brass>,
    /// The rest, day by day. Days without sessions are left out.
    pub days: Vec<Day>,
}

/// Looks at the door of each session, and at what overlaps. `sessions` are sorted by start.
#[must_use]
pub fn entries(
    sessions: Vec<Session>,
    rooms: &BTreeMap<crate::id::SessionId, Room>,
    rules: JoinRules,
    now: DateTime<Utc>,
) -> Vec<Entry> {
    let overlaps: Vec<Option<String>> =
        sessions.iter().map(|session| overlap(session, &sessions, now)).collect();
    sessions
        .into_iter()
        .zip(overlaps)
        .map(|(session, overlaps)| {
            let room = rooms.get(&session.id).copied().unwrap_or_default();
            let join = rules.state(&session, room, now);
            Entry { session, room, join, overlaps }
        })
        .collect()
}

fn overlap(session: &Session, all: &[Session], now: DateTime<Utc>) -> Option<String> {
    if session.status != Status::Scheduled || session.end <= now || session.is_busy_time() {
        return None;
    }
    all.iter()
        .take_while(|other| other.start < session.end)
        .find(|other| {
            other.id != session.id && other.status == Status::Scheduled && other.end > session.start
        })
        .map(|other| other.person.clone().unwrap_or_else(|| other.title.clone()))
}

/// Lays the page out. `entries` are sorted by start and reach from some days ago to the last day shown;
/// `next` is the first session after those, for a card when the days shown hold none.
#[must_use]
pub fn lay_out(
    entries: Vec<Entry>,
    next: Option<Entry>,
    rules: JoinRules,
    now: DateTime<Utc>,
    zone: Zone,
) -> Today {
    let mut entries = entries;
    let card = card_of(&entries, now).map(|index| entries.remove(index)).or(next);
    let slim =
        card.as_ref().and_then(|card| slim_of(&entries, card, rules, now)).map(|index| entries.remove(index));
    let brass = brass_of(card.as_ref(), slim.as_ref(), now);
    let today = now.with_timezone(&zone).date_naive();
    let mut by_day: BTreeMap<NaiveDate, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let date = entry.session.start.with_timezone(&zone).date_naive();
        if date >= today && is_shown(&entry, now) {
            by_day.entry(date).or_default().push(entry);
        }
    }
    let has_card = card.is_some();
    let label = |date: NaiveDate| match (date - today).num_days() {
        0 if has_card => DayLabel::LaterToday,
        0 => DayLabel::Today,
        1 => DayLabel::Tomorrow,
        _ => DayLabel::Weekday,
    };
    let days = by_day.into_iter().map(|(date, entries)| Day { date, label: label(date), entries }).collect();
    Today { card, slim, brass, days }
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

/// The session that runs keeps the card; else the next one has it.
fn card_of(entries: &[Entry], now: DateTime<Utc>) -> Option<usize> {
    let runs = |entry: &Entry| {
        let until = if entry.session.has_joined(now) && entry.join.is_open() {
            entry.session.end + OVERRUN
        } else {
            entry.session.end
        };
        entry.session.start <= now && now < until
    };
    let live =
        |(index, entry): (usize, &Entry), wanted: bool| (wanted && is_candidate(entry)).then_some(index);
    entries.iter().enumerate().find_map(|(index, entry)| live((index, entry), runs(entry))).or_else(|| {
        entries.iter().enumerate().find_map(|(index, entry)| live((index, entry), entry.session.start > now))
    })
}

/// The next session stands under the card when its door opens before the card's session ends.
fn slim_of(entries: &[Entry], card: &Entry, rules: JoinRules, now: DateTime<Utc>) -> Option<usize> {
    if card.session.start - rules.lead > now {
        return None;
    }
    entries.iter().position(|entry| {
        is_candidate(entry)
            && entry.session.end > now
            && entry.session.start >= card.session.start
            && rules.opens_at(&entry.session) < card.session.end
    })
}

/// The brass moves on when the next door opens and the first one was gone through.
fn brass_of(card: Option<&Entry>, slim: Option<&Entry>, now: DateTime<Utc>) -> Option<Brass> {
    let card = card?;
    let card_was_opened = card.session.has_joined(now);
    let slim_is_open = slim.is_some_and(|slim| slim.join.is_open() && !slim.session.has_joined(now));
    match (card.join.is_open(), card_was_opened, slim_is_open) {
        (true, false, _) => Some(Brass::Card),
        (_, _, true) => Some(Brass::Slim),
        _ => None,
    }
}
