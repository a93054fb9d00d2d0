//! How far a long work has come, and whether it is to stop: held by who does it and by who looks on.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use tokio::task::yield_now;

/// Steps of a work that somebody may watch and stop.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
    stopped: AtomicBool,
}

/// The work was asked to stop, and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Progress {
    /// So many steps are to come.
    pub(crate) fn expect(&self, total: usize) {
        self.done.store(0, Relaxed);
        self.total.store(total, Relaxed);
    }

    /// One step begins, after others have had their turn.
    ///
    /// # Errors
    /// [`Stopped`], if it is not to begin any more.
    pub(crate) async fn step(&self) -> Result<(), Stopped> {
        yield_now().await;
        if self.stopped.load(Relaxed) {
            return Err(Stopped);
        }
        self.done.fetch_add(1, Relaxed);
        Ok(())
    }

    /// Lets no further step begin.
    pub fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// How much of it has begun, in whole percent; 0 as long as nobody knows how much there is.
    #[must_use]
    pub fn percent(&self) -> u32 {
        let (done, total) = (self.done.load(Relaxed), self.total.load(Relaxed));
        u32::try_from((done * 100).checked_div(total).unwrap_or(0).min(100)).unwrap_or(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_counts_in_whole_percent_of_what_is_known() {
        let progress = Progress::default();
        assert_eq!(progress.percent(), 0);
        progress.expect(3);
        for percent in [33, 66, 100] {
            progress.step().await.unwrap();
            assert_eq!(progress.percent(), percent);
        }
    }

    #[tokio::test]
    async fn after_stop_no_step_begins() {
        let progress = Progress::default();
        progress.expect(3);
        progress.step().await.unwrap();
        progress.stop();
        assert_eq!(progress.step().await, Err(Stopped));
        assert_eq!(progress.percent(), 33);
    }
}
