//! The strip of this app.

use std::{sync::PoisonError, time::Duration};

use tokio::time::timeout;

use super::{App, Result};
use crate::{
    store::{StoreError, device::rings},
    strip::{FirstCopy, Kept, Notice, strip},
};

/// How long the store may take. What is wrong with it must be said while it hangs.
const PATIENCE: Duration = Duration::from_millis(400);

impl App {
    /// What the person should know, in the order in which it matters. Where the store cannot be read, by what was last
    /// read of it. `first_copy` is one that stands in the way.
    pub async fn strip(&self, first_copy: Option<FirstCopy>) -> Vec<Notice> {
        let health = *self.memory.health().borrow();
        let kept = match timeout(PATIENCE, self.kept()).await.unwrap_or(Err(StoreError::Busy.into())) {
            Ok(kept) => {
                self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&kept);
                kept
            }
            Err(error) => {
                tracing::info!(%error, "the strip is drawn by what was last read");
                self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
            }
        };
        strip(health, first_copy, &kept, self.zone())
    }

    async fn kept(&self) -> Result<Kept> {
        let missed = rings::count_missed(&mut *self.store.read().await?).await?;
        let (_, has_samples) = self.readings().await?.exist().await?;
        let clocks_changed = self.clocks_changed().await?;
        let schools = self.schools().await?.into_iter();
        let schools =
            schools.filter_map(|school| Some((school.id, school.state, school.sentence?))).collect();
        let waits = self.waiting().await?;
        let refused = waits.iter().filter(|line| line.is_refused).count();
        let missed = usize::try_from(missed).unwrap_or(0);
        let waiting = waits.iter().filter(|line| !line.is_refused && line.is_held_up).count();
        let left = self.left_unseen().await?;
        Ok(Kept { missed, clocks_changed, has_samples, schools, left, waiting, refused })
    }
}
