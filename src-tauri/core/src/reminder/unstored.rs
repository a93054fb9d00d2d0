//! What was done and could not be stored: a full disk must neither silence the bell nor take back what a person
//! pressed. It is stored, in order, as soon as the store takes it, and each once however often that is tried.

use chrono::{DateTime, Utc};

use crate::{
    id::SessionKey,
    ring::{Outcome, RingKey},
    session::Session,
    store::{Connection, Result, Store, device::rings},
    workspace::Workspaces,
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
        session: SessionKey,
        /// When.
        at: DateTime<Utc>,
    },
}

impl Deed {
    /// Shows it in a session that was read before it was stored.
    pub(super) fn show_in(&self, session: &mut Session) {
        if let Self::Opened { session: key, at } = *self
            && key == session.key()
        {
            session.opened_at = session.opened_at.max(Some(at));
        }
    }

    /// The ring to come of a session after this, if `next` was to come before it.
    pub(super) fn next_after(
        &self,
        session: SessionKey,
        next: Option<(RingKey, DateTime<Utc>)>,
    ) -> Option<(RingKey, DateTime<Utc>)> {
        match *self {
            Self::Rang { key, .. } | Self::Became { key, .. } => next.filter(|(coming, _)| *coming != key),
            Self::Again { key, due } if key.session() == session => Some((key, due)),
            Self::Again { .. } | Self::Opened { .. } => next,
        }
    }

    /// Stores it in the ledger. Nothing changes if that has been done before.
    async fn store(&self, device: &mut Connection) -> Result<()> {
        match *self {
            Self::Rang { key, at } => rings::set_shown(device, key, at).await,
            Self::Became { key, outcome } => rings::set_outcome(device, key, outcome).await,
            Self::Again { key, due } => rings::plan(device, key, due).await,
            Self::Opened { session, .. } => rings::settle_session(device, session, Outcome::Joined).await,
        }
    }
}

/// Stores what was done, in order. Ledger and sessions may lie in different files, so it takes several steps, each of
/// which may be done again: whoever dies between two, or finds the second file full, repeats all of it.
///
/// That a meeting was opened is first noted with its session: the bell settles the ledger by that. That a ring was
/// shown is first noted in the ledger: it must not be shown again only because the line of *What happened* is missing.
pub(super) async fn store(deeds: &[Deed], device: &Store, workspaces: &Workspaces) -> Result<()> {
    for deed in deeds {
        if let Deed::Opened { session, at } = *deed
            && let Some(workspace) = workspaces.of(session.workspace)
        {
            workspace.note_opened(session.id, at).await?;
        }
    }
    let mut tx = device.write().await?;
    for deed in deeds {
        deed.store(&mut tx).await?;
    }
    tx.commit().await?;
    for deed in deeds {
        if let Deed::Rang { key, at } = *deed
            && let Some(workspace) = workspaces.of(key.session().workspace)
        {
            workspace.note_rung(key.session().id, at).await?;
        }
    }
    Ok(())
}
