//! A program that dies at a moment of a test's choice.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use chrono::{DateTime, Utc};
use firstbell_core::{
    outbox::{Came, Outcome, Waiting},
    store::{
        StoreError,
        cache::{Cache, Kinds},
    },
    sync::{Desk, School},
};
use tokio::sync::Notify;
use uuid::Uuid;

/// Burns down with each step that is taken; then nothing goes on.
#[derive(Default)]
pub struct Fuse {
    left: AtomicI64,
    burnt: Notify,
    /// How many answers are not to be stored, because the file is locked just then.
    pub locked: AtomicU64,
}

impl Fuse {
    pub fn of(steps: i64) -> Arc<Self> {
        Arc::new(Self { left: AtomicI64::new(steps), ..Self::default() })
    }

    pub async fn burnt(&self) {
        self.burnt.notified().await;
    }

    async fn step(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.burnt.notify_one();
            pending::<()>().await;
        }
    }
}

/// A desk or a school, and a fuse that burns at it.
pub struct Dying<T>(pub T, pub Arc<Fuse>);

impl<S: School> School for Dying<S> {
    fn account(&self) -> Option<Uuid> {
        self.0.account()
    }

    async fn send(&self, row: &Waiting) -> Came {
        self.1.step().await;
        let came = self.0.send(row).await;
        self.1.step().await;
        came
    }
}

impl Desk for Dying<Cache> {
    async fn rows(&self) -> Result<Vec<Waiting>, StoreError> {
        Desk::rows(&self.0).await
    }

    async fn begin(&self) -> Result<(), StoreError> {
        self.1.step().await;
        self.0.begin().await
    }

    async fn sends(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.1.step().await;
        self.0.sends(id, now).await
    }

    async fn came(&self, row: &Waiting, outcome: &Outcome) -> Result<(), StoreError> {
        let is_locked =
            self.1.locked.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if is_locked.is_ok() {
            return Err(StoreError::Busy);
        }
        self.0.came(row, outcome).await?;
        self.1.step().await;
        Ok(())
    }

    async fn book(&self, id: Uuid, now: DateTime<Utc>) -> Result<Kinds, StoreError> {
        let kinds = Desk::book(&self.0, id, now).await?;
        self.1.step().await;
        Ok(kinds)
    }
}
