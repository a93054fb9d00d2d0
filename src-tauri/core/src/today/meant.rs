//! Which session has the card, and which one *Join* means when none is named. The one rule for card, brass,
//! tray, Ctrl+J, `bell next` and `bell join` (docs/adr/0013).

use chrono::{DateTime, Duration, Utc};

use super::{Entry, is_candidate};
use crate::{id::SessionKey, join::JoinState};

/// How long a session that the person has opened keeps the card after its planned end, or after it was opened
/// once more when it was over.
const OVERRUN: Duration = Duration::minutes(15);

/// What the rule has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meant {
    /// The session with the card: where the person is, or the one that runs, or the next one.
    pub card: Option<SessionKey>,
    /// The session that *Join* means. Its door is open.
    pub joins: Option<SessionKey>,
}

/// Looks at the sessions of these days, sorted by start. `now` is UTC.
///
/// The person is in the session that they opened last, until its end, and for a while longer if no other one
/// has begun. Without such a session the first one that runs has the card, or else the next one. *Join* means
/// the next door that has opened and not been gone through since; else the card's; and where no door is open
/// but those of sessions that are over, the one that was opened or began last, unless another opens before it
/// closes.
pub(super) fn meant(entries: &[Entry], now: DateTime<Utc>) -> Meant {
    let live: Vec<&Entry> = entries.iter().filter(|entry| is_candidate(entry)).collect();
    let mine = opened_last(live.iter().copied().filter(|entry| is_mine(entry, now)), now);
    let waiting = live
        .iter()
        .copied()
        .find(|entry| waits(entry, now) && mine.is_none_or(|mine| entry.session.start >= mine.session.start));
    let card = match mine {
        Some(mine) => taken_over_by(mine, &live, waiting, now).or(Some(mine)),
        None => live.iter().copied().find(|entry| runs(entry, now)).or_else(|| next(&live, now)),
    };
    let joins = waiting
        .or_else(|| card.filter(|card| card.join.is_open()))
        .or_else(|| live.iter().copied().find(|entry| entry.join.is_open() && entry.session.end > now))
        .or_else(|| still_open(&live, now));
    Meant { card: card.map(|entry| entry.session.key()), joins: joins.map(|entry| entry.session.key()) }
}

/// When the person went in, if they did. Who only tried the link before the door opened is still to come.
fn opened(entry: &Entry, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let session = &entry.session;
    let is_there = |at: &DateTime<Utc>| *at >= entry.door.opens_at || session.start <= now;
    session.opened_at.filter(|_| session.has_joined(now)).filter(is_there)
}

fn opened_last<'a>(among: impl Iterator<Item = &'a Entry>, now: DateTime<Utc>) -> Option<&'a Entry> {
    among.max_by_key(|entry| opened(entry, now))
}

fn runs(entry: &Entry, now: DateTime<Utc>) -> bool {
    entry.session.start <= now && now < entry.session.end
}

fn next<'a>(live: &[&'a Entry], now: DateTime<Utc>) -> Option<&'a Entry> {
    live.iter().copied().find(|entry| entry.session.start > now)
}

/// The person went in and is there, as far as can be known.
fn is_mine(entry: &Entry, now: DateTime<Utc>) -> bool {
    let end = entry.session.end;
    entry.join.is_open() && opened(entry, now).is_some_and(|at| now < end || now < end.max(at) + OVERRUN)
}

/// Its door has opened, it is not over, and the person has not gone in since.
fn waits(entry: &Entry, now: DateTime<Utc>) -> bool {
    entry.join.is_open() && entry.session.end > now && opened(entry, now).is_none()
}

/// What runs when the person's own session is over. Who goes back into a room after its end does so on purpose
/// and stays there, until another session begins.
fn taken_over_by<'a>(
    mine: &Entry,
    live: &[&'a Entry],
    waiting: Option<&'a Entry>,
    now: DateTime<Utc>,
) -> Option<&'a Entry> {
    let at = opened(mine, now)?;
    if mine.session.end > now {
        return None;
    }
    let went_back = at >= mine.session.end;
    let takes_over = |entry: &Entry| runs(entry, now) && (!went_back || entry.session.start > at);
    let others: Vec<&Entry> = live.iter().copied().filter(|entry| takes_over(entry)).collect();
    waiting
        .filter(|entry| takes_over(entry))
        .or_else(|| opened_last(others.iter().copied().filter(|entry| opened(entry, now).is_some()), now))
        .or_else(|| others.first().copied())
}

/// The session that was opened last or began last, while nothing else is there to be joined.
fn still_open<'a>(live: &[&'a Entry], now: DateTime<Utc>) -> Option<&'a Entry> {
    let open = live.iter().copied().filter(|entry| entry.join.is_open());
    let last = open.max_by_key(|entry| opened(entry, now).max(Some(entry.session.start)))?;
    let closes = last.door.closes_at;
    let another = live.iter().any(|entry| entry.join == JoinState::OpensAt && entry.door.opens_at < closes);
    (!another).then_some(last)
}
