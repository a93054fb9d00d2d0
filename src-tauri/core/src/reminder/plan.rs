//! What is due, decided without any input or output. Times are UTC.

use chrono::{DateTime, Duration, Utc};

use crate::{
    join::{JoinRules, Room},
    ring::{Outcome, Reminder, RingKind},
    session::{Session, Status},
};

/// More rings than this at once become one notification with the count.
pub const MOST_AT_ONCE: usize = 3;

/// How long before the start a snoozed ring comes again, and how soon after one at the earliest.
const SNOOZE_STEP: Duration = Duration::minutes(1);

/// How soon a ring comes again that is snoozed after the start.
const SNOOZE_LATE: Duration = Duration::minutes(2);

/// What is to be done about a ring, once its session has been read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Ring now.
    Ring,
    /// Wait: the clock was set back to before it is due.
    NotYet,
    /// The person is in it already, or was.
    Joined,
    /// The session was moved, called off, is said to be over, or its bell was switched off.
    Withdraw,
    /// Join has closed: it is too late to ring, the ring is listed as missed.
    Missed,
}

/// A session as it is, with what is known of its room and by which rules its door opens.
pub type Standing<'a> = (&'a Session, Room, JoinRules);

/// Judges a ring that is due: `session` is what its workspace holds now.
#[must_use]
pub fn judge(session: Option<Standing<'_>>, reminder: Reminder, now: DateTime<Utc>) -> Due {
    let Some((session, room, rules)) = session else { return Due::Withdraw };
    if session.status != Status::Scheduled || !session.bell || session.start != reminder.start {
        Due::Withdraw
    } else if session.has_joined(now) {
        Due::Joined
    } else if now < due_at(reminder) {
        Due::NotYet
    } else if now < rules.closes_at(session, room) {
        Due::Ring
    } else {
        Due::Missed
    }
}

/// What becomes of a ring on the screen that is judged so; nothing while it still holds.
#[must_use]
pub fn gone(judged: Due) -> Option<Outcome> {
    match judged {
        Due::Ring | Due::NotYet => None,
        Due::Joined => Some(Outcome::Joined),
        Due::Withdraw => Some(Outcome::Withdrawn),
        Due::Missed => Some(Outcome::TimedOut),
    }
}

/// When the first ring of a reminder is due.
#[must_use]
pub fn due_at(reminder: Reminder) -> DateTime<Utc> {
    match reminder.kind {
        RingKind::BeforeStart => reminder.start - reminder.lead,
        RingKind::AtStart => reminder.start,
        RingKind::Late => reminder.start + reminder.lead,
    }
}

/// Whether a reminder whose Join has closed without a ring counts as missed. `stands_since` is when the
/// session came here, or took the time that it has. One whose Join had closed by then was never to be rung.
#[must_use]
pub fn was_owed(stands_since: DateTime<Utc>, closes: DateTime<Utc>) -> bool {
    stands_since < closes
}

/// When a snoozed ring comes again: one minute before the start, then at the start, then every two minutes.
#[must_use]
pub fn snoozed_until(start: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let last_call = start - SNOOZE_STEP;
    if now < last_call {
        last_call
    } else if now < start {
        start
    } else {
        now + SNOOZE_LATE
    }
}
