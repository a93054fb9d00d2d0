//! Whether the bell can ring and what is written can be kept, as strip, tray and `bell doctor` say it.

use serde::{Deserialize, Serialize};

use crate::{store::StoreError, words::say};

/// What could cost a lesson, or what a person writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The desktop has taken the last ring, or has not been asked yet.
    pub desktop_rings: bool,
    /// The task that rings is alive. False from the moment that it is missed until the next one has looked.
    pub bell_runs: bool,
    /// What is wrong with the store, if anything is.
    pub store: Option<StoreFault>,
    /// The sessions were read at least once: bells ring by that, whatever has become of the store.
    pub knows_sessions: bool,
}

impl Health {
    /// All is well.
    pub const GOOD: Self = Self { desktop_rings: true, bell_runs: true, store: None, knows_sessions: true };

    /// Whether a bell that falls due now is heard.
    #[must_use]
    pub const fn can_ring(&self) -> bool {
        self.desktop_rings && self.bell_runs && (self.store.is_none() || self.knows_sessions)
    }

    /// What is wrong with the store, in words.
    #[must_use]
    pub fn store_sentence(&self) -> Option<String> {
        self.store.map(|fault| fault.sentence(self.knows_sessions))
    }
}

/// What is wrong with the store. If it was ever read, bells still ring, from what was last read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreFault {
    /// There is no room left on the disk.
    Full,
    /// The folder or the file may be read and not written.
    ReadOnly,
    /// Another program has been writing for longer than is usual.
    Busy,
    /// The data folder is not where it was.
    Moved,
    /// The data folder was deleted. A new one has been begun; what was in the old one is gone.
    Deleted,
    /// Another data folder with sessions was put in the place of the one that was open.
    Replaced,
    /// A newer First Bell has written it: it can be read and not written.
    Newer,
    /// Anything else: an error of the disk, a file that cannot be opened.
    Failed,
}

impl StoreFault {
    /// Every fault.
    pub const ALL: [Self; 8] = [
        Self::Full,
        Self::ReadOnly,
        Self::Busy,
        Self::Moved,
        Self::Deleted,
        Self::Replaced,
        Self::Newer,
        Self::Failed,
    ];

    /// What happened, whether bells still ring, and what to do.
    #[must_use]
    pub fn sentence(self, bells_ring: bool) -> String {
        let bells = say(if bells_ring { "bells-still-ring" } else { "bells-do-not-ring" }, &[]);
        say(self.name(), &[("bells", bells.into())])
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Full => "store-fault-full",
            Self::ReadOnly => "store-fault-read-only",
            Self::Busy => "store-fault-busy",
            Self::Moved => "store-fault-moved",
            Self::Deleted => "store-fault-deleted",
            Self::Replaced => "store-fault-replaced",
            Self::Newer => "store-fault-newer",
            Self::Failed => "store-fault-failed",
        }
    }
}

impl From<&StoreError> for StoreFault {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Full => Self::Full,
            StoreError::ReadOnly => Self::ReadOnly,
            StoreError::Unreachable | StoreError::Row { .. } | StoreError::Sql(_) => Self::Failed,
        }
    }
}
