//! One lesson at the ledger: which of its sessions rings for all of them (docs/adr/0024).
//!
//! A session whose lesson has another one that rings, or has rung, needs no ring of its own. That is noted, so that it
//! holds when the other one is not there any more. It holds no longer once the other one's ring was taken back: what it
//! stood for must not go unheard.

use chrono::{DateTime, Duration, Utc};

use super::plan::{self, Due};
use crate::{
    id::SessionKey,
    ring::{Outcome, Reminder},
    same_lesson::Lesson,
    session::Session,
    store::{
        Connection, Result,
        device::rings::{self, Last, LastState},
    },
    workspace::Readings,
};

/// A session of a lesson, and what the ledger holds of its reminder.
pub(super) struct Member {
    pub session: Session,
    pub reminder: Reminder,
    /// Its own last ring.
    pub was: Option<Last>,
    /// The same by another lead.
    pub by_another: Option<LastState>,
    /// Whose ring was noted to stand for it, if one was.
    pub noted: Option<SessionKey>,
    /// The one noted is of this lesson no more, and its ring stands all the same.
    pub has_rung_elsewhere: bool,
}

impl Member {
    /// The session whose ring stands for all of the lesson, as far as this one knows.
    fn bearer(&self) -> Option<SessionKey> {
        let has_own = matches!(self.was, Some(Last { state: LastState::Waits | LastState::Through, .. }))
            || self.by_another == Some(LastState::Through);
        if has_own { Some(self.session.key()) } else { self.noted.filter(|_| self.has_rung_elsewhere) }
    }
}

/// The session whose ring stands for all of these, if one rings or has rung.
pub(super) fn bearer(members: &[Member]) -> Option<SessionKey> {
    members.iter().find_map(Member::bearer)
}

/// Reads what the ledger holds of a lesson, for a person whose bell rings so long before the start. `now` is UTC.
pub(super) async fn read(
    device: &mut Connection,
    readings: &mut Readings,
    lesson: Lesson,
    lead: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<Member>> {
    let all: Vec<Session> = lesson.all().cloned().collect();
    let keys: Vec<SessionKey> = all.iter().map(Session::key).collect();
    let mut members = Vec::with_capacity(all.len());
    for session in all {
        let reminder = Reminder::before_start(session.key(), session.start, lead);
        let noted = rings::stands_for(device, reminder).await?;
        let has_rung_elsewhere = match noted.filter(|by| !keys.contains(by)) {
            Some(by) => stands(device, readings, Reminder { session: by, ..reminder }, now).await?,
            None => false,
        };
        members.push(Member {
            was: rings::last(device, reminder).await?,
            by_another: rings::by_another_lead(device, reminder).await?,
            session,
            reminder,
            noted,
            has_rung_elsewhere,
        });
    }
    Ok(members)
}

/// Whether the ring of a session that is of another lesson now, or gone, still stands for others: it was shown, and is
/// not taken back, or about to be.
async fn stands(
    device: &mut Connection,
    readings: &mut Readings,
    reminder: Reminder,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some(Last { number, state: LastState::Through, .. }) = rings::last(device, reminder).await? else {
        return Ok(false);
    };
    Ok(match rings::outcome_of(device, reminder.ring(number)).await? {
        Some(outcome) => outcome != Outcome::Withdrawn,
        None => {
            let found = readings.session(reminder.session).await?;
            let standing = found.as_ref().map(|(session, room, rules)| (session, *room, *rules));
            plan::judge(standing, reminder, now) != Due::Withdraw
        }
    })
}
