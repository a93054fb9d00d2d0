//! Which writes are sent now: a pure rule. In order within a lane, one lane past another; a write under no other account
//! than its own; a child after its parent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Lane, State, Waiting,
    came::{Came, held_up, later},
};

/// So many failures one after the other, with no answer between them, are the school's and not the writes'.
const MISSES: u32 = 3;

/// How it is between here and the school.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stand {
    /// The account that is signed in; none if nobody is.
    pub account: Option<Uuid>,
    /// Nothing is sent from the first of these on and before the second (UTC). A clock that is set back ends it.
    held: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// How often in a row something has held up all writes.
    faults: u32,
    /// Failures in a row of whatever writes.
    misses: u32,
    /// When the school has last answered (UTC).
    answered_at: Option<DateTime<Utc>>,
}

impl Stand {
    /// Nothing has been tried yet.
    #[must_use]
    pub fn new(account: Option<Uuid>) -> Self {
        Self { account, ..Self::default() }
    }

    /// This came of sending a write, at `now` (UTC). `chance`, from 0 to 1, spreads what follows.
    pub fn came(&mut self, came: &Came, now: DateTime<Utc>, chance: f64) {
        match came {
            Came::Answer(_) => {
                *self = Self { answered_at: Some(now), ..Self::new(self.account) };
            }
            Came::Refused(code, _) if code != "not_signed_in" => (self.faults, self.misses) = (0, 0),
            Came::NeedsUpdate => self.misses = 0,
            Came::Transient(_) => {
                self.misses += 1;
                if self.misses >= MISSES {
                    self.hold(&Came::Network, now, chance);
                }
            }
            other => self.hold(other, now, chance),
        }
    }

    fn hold(&mut self, came: &Came, now: DateTime<Utc>, chance: f64) {
        self.faults += 1;
        self.misses = 0;
        self.held = held_up(came, self.faults, chance).map(|wait| (now, later(now, wait)));
    }

    /// The network is back, somebody has signed in, or wants it now: nothing waits any more for the school's sake.
    pub fn hurry(&mut self) {
        (self.held, self.misses) = (None, 0);
    }

    /// Until when nothing is sent (UTC), if that is later than now.
    #[must_use]
    pub fn held_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.held.filter(|(since, until)| *since <= now && now < *until).map(|(_, until)| until)
    }

    /// Whether the school has answered any write at or after that. Of a write that was never sent nothing follows.
    pub(super) fn has_answered_since(&self, since: Option<DateTime<Utc>>) -> bool {
        matches!((since, self.answered_at), (Some(since), Some(answered)) if answered >= since)
    }
}

/// What to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// Answers whose effect is to be stored, in order.
    pub book: Vec<Uuid>,
    /// Writes to be sent, at most one of a lane, in the order in which they were made.
    pub send: Vec<Uuid>,
    /// When there is something to be sent next (UTC), if nothing else happens; none if nothing waits for the time.
    pub look_again: Option<DateTime<Utc>>,
}

/// What to do now (UTC) about all rows of the outbox, in the order in which they were made.
#[must_use]
pub fn next(rows: &[Waiting], now: DateTime<Utc>, stand: &Stand) -> Next {
    let by_id: BTreeMap<Uuid, &Waiting> = rows.iter().map(|row| (row.id, row)).collect();
    let held_until = stand.held_until(now);
    let mut taken: BTreeSet<(Uuid, Lane)> = BTreeSet::new();
    let mut next = Next::default();
    for row in rows {
        match row.state {
            // An answer that has come is booked whoever is signed in now. What comes after it sees its effect.
            State::Answered => {
                next.book.push(row.id);
                taken.insert((row.account, row.lane));
            }
            State::Booked | State::Refused | State::Dropped => {}
            State::Waiting | State::Sent => {
                let is_first = taken.insert((row.account, row.lane));
                let is_free = is_first && stand.account == Some(row.account) && has_its_parent(row, &by_id);
                if !is_free {
                    continue;
                }
                match (held_until, row.is_due(now)) {
                    (None, true) => next.send.push(row.id),
                    (held, is_due) => {
                        let due = if is_due { None } else { row.due_at() };
                        next.look_again = earlier(next.look_again, held.max(due));
                    }
                }
            }
        }
    }
    next
}

/// Whether what it needs of its parent is there. One that is gone was booked before.
fn has_its_parent(row: &Waiting, by_id: &BTreeMap<Uuid, &Waiting>) -> bool {
    let is_booked = |parent: &Uuid| by_id.get(parent).is_none_or(|parent| parent.state == State::Booked);
    row.fills.is_empty() && row.parent.as_ref().is_none_or(is_booked)
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
