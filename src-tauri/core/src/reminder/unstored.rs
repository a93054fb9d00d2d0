//! What was done and could not be stored: a full disk must neither silence the bell nor take back what a person
//! pressed. It is stored, in order, as soon as the store takes it, and each once however often that is tried.

use chrono::{DateTime, Utc};

use crate::{
    happened::{By, Event, Kind},
    id::SessionId,
    ring::{Outcome, RingKey},
    session::Session,
    store::{Connection, Result, events, rings, sessions},
};

/// One thing that was done. Instants are UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The desktop has taken a ring.
    Rang {
        /// Which.
        key: RingKey,
        /// When.
        at: DateTime<Utc>,
    },
    /// Something has become of a ring.
    Became {
        /// Which.
        key: RingKey,
        /// What.
        outcome: Outcome,
    },
    /// It is to ring again.
    Again {
        /// The ring to come.
        key: RingKey,
        /// When it is due.
        due: DateTime<Utc>,
    },
    /// The browser has the meeting of a session.
    Opened {
        /// Which session.
        session: SessionId,
        /// When.
        at: DateTime<Utc>,
    },
}

impl Deed {
    /// Shows it in a session that was read before it was stored.
    pub(super) fn show_in(&self, session: &mut Session) {
        if let Self::Opened { session: id, at } = *self
            && id == session.id
        {
            session.opened_at = session.opened_at.max(Some(at));
        }
    }

    /// The ring to come of a session after this, if `next` was to come before it.
    pub(super) fn next_after(
        &self,
        session: SessionId,
        next: Option<(RingKey, DateTime<Utc>)>,
    ) -> Option<(RingKey, DateTime<Utc>)> {
        match *self {
            Self::Rang { key, .. } | Self::Became { key, .. } => next.filter(|(coming, _)| *coming != key),
            Self::Again { key, due } if key.session == session => Some((key, due)),
            Self::Again { .. } | Self::Opened { .. } => next,
        }
    }

    /// Stores it. Nothing changes if that has been done before.
    pub(super) async fn store(&self, conn: &mut Connection) -> Result<()> {
        match *self {
            Self::Rang { key, at } => {
                // A session that was taken out meanwhile has no events any more.
                if rings::set_shown(conn, key, at).await? && sessions::get(conn, key.session).await?.is_some()
                {
                    let rang = Event { at, kind: Kind::Rang, by: By::Bell, detail: None };
                    events::add(conn, key.session, rang).await?;
                }
                Ok(())
            }
            Self::Became { key, outcome } => rings::set_outcome(conn, key, outcome).await,
            Self::Again { key, due } => rings::plan(conn, key, due).await,
            Self::Opened { session, at } => opened(conn, session, at).await,
        }
    }
}

/// Notes that the browser has the meeting of a session, and that its bell is answered with that. Nothing if the
/// session is gone.
pub(crate) async fn opened(conn: &mut Connection, session: SessionId, at: DateTime<Utc>) -> Result<()> {
    let Some(mut current) = sessions::get(conn, session).await? else { return Ok(()) };
    // The store counts milliseconds.
    let is_this =
        |event: &Event| event.kind == Kind::Opened && event.at.timestamp_millis() == at.timestamp_millis();
    if !events::of(conn, session).await?.iter().any(is_this) {
        current.opened_at = current.opened_at.max(Some(at));
        sessions::update(conn, &current).await?;
        events::add(conn, session, Event { at, kind: Kind::Opened, by: By::You, detail: None }).await?;
    }
    rings::settle_session(conn, session, Outcome::Joined).await
}
