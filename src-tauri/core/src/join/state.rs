//! Join states: when the door of a session is open.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::door::Door;
use crate::session::{Session, Status};

/// The numbers of the join rule; the only place they stand on this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinRules {
    /// How long before the start Join opens by the workspace's rule.
    pub lead: Duration,
    /// How long after the planned end Join stays open.
    pub after_end: Duration,
    /// How long before the start the person's bell rings: Join opens no later than that, see [`JoinRules::with_bell`].
    pub bell: Duration,
}

impl JoinRules {
    /// Five minutes before, sixty minutes after.
    pub const DEFAULT: Self =
        Self { lead: Duration::minutes(5), after_end: Duration::minutes(60), bell: Duration::zero() };

    /// The rules for somebody whose bell rings so long before the start: whoever is rung can go in.
    #[must_use]
    pub fn with_bell(self, lead: Duration) -> Self {
        Self { bell: lead, ..self }
    }

    /// How long before the start Join opens for this person, where nothing else takes the room.
    #[must_use]
    pub fn opens_before(&self) -> Duration {
        self.lead.max(self.bell)
    }

    /// When the door of a session opens and closes.
    #[must_use]
    pub fn door(&self, session: &Session, room: Room) -> Door {
        Door { opens_at: self.opens_at(session), closes_at: self.closes_at(session, room) }
    }

    /// The instant Join opens. A school that opens a door later than by its rule knows why: somebody else's lesson is in
    /// the room until then, and no bell opens it sooner.
    #[must_use]
    pub fn opens_at(&self, session: &Session) -> DateTime<Utc> {
        let by_rule = session.start - self.lead;
        match session.door {
            Some(door) if door.opens_at > by_rule => door.opens_at,
            Some(door) => door.opens_at.min(session.start - self.bell),
            None => session.start - self.opens_before(),
        }
    }

    /// The instant Join closes: a while after the planned end, or when the next session in the same
    /// room begins, so that nobody lands in somebody else's lesson. Where the school has said so, when it says.
    #[must_use]
    pub fn closes_at(&self, session: &Session, room: Room) -> DateTime<Utc> {
        if let Some(door) = session.door {
            return door.closes_at;
        }
        let late = session.end + self.after_end;
        // A room that is taken over before this session ends is this session's until its own end.
        room.next_start.map_or(late, |next| late.min(next.max(session.end)))
    }

    /// Whether the session can be joined now, and if not, why. `now` is UTC.
    #[must_use]
    pub fn state(&self, session: &Session, room: Room, now: DateTime<Utc>) -> JoinState {
        if session.status == Status::Cancelled {
            JoinState::Cancelled
        } else if session.is_final() {
            JoinState::Final
        } else if now >= self.closes_at(session, room) {
            JoinState::Ended
        } else if session.join_url.is_none() {
            JoinState::NoLink
        } else if now < self.opens_at(session) {
            JoinState::OpensAt
        } else if now < session.start {
            JoinState::Open
        } else {
            JoinState::InProgress
        }
    }
}

/// What is known of a session's room beside the session itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// When the next live session in the same room starts.
    pub next_start: Option<DateTime<Utc>>,
}

/// Whether a session can be joined. The order of the variants is the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinState {
    /// Called off.
    Cancelled,
    /// Held, ended early, or somebody did not come: it is over and said to be.
    Final,
    /// Its time and the time after it are over.
    Ended,
    /// There is no link.
    NoLink,
    /// Not yet: Join opens a few minutes before the start.
    OpensAt,
    /// Open, before the start.
    Open,
    /// Open, after the start.
    InProgress,
}

impl JoinState {
    /// The door is open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }
}
