//! How the bell waits. Timers stop while a computer sleeps, so it never waits longer than ten seconds
//! without looking at the wall clock; where the system can say more, it is woken sooner.

use std::future::Future;

use chrono::{DateTime, Duration, Utc};

use crate::clock::Clock;

/// The longest time without a look at the wall clock.
pub const TICK: Duration = Duration::seconds(10);

/// Waits for an instant of the wall clock.
pub trait Wait: Send + Sync + 'static {
    /// Returns at `until` (UTC), or sooner: after [`TICK`], after sleep, when the clock was set.
    fn wait(&self, until: DateTime<Utc>) -> impl Future<Output = ()> + Send;
}

/// Waits on the computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemWait<C>(pub C);

impl<C: Clock> Wait for SystemWait<C> {
    async fn wait(&self, until: DateTime<Utc>) {
        let left = (until - self.0.now()).clamp(Duration::zero(), TICK);
        let tick = tokio::time::sleep(left.to_std().unwrap_or_default());
        #[cfg(target_os = "linux")]
        tokio::select! {
            () = tick => {}
            () = linux::clock_reaches_or_is_set(until) => {}
        }
        #[cfg(not(target_os = "linux"))]
        tick.await;
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use chrono::{DateTime, Utc};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::{Interest, unix::AsyncFd};

    /// Returns when the wall clock reaches `until`, also right after sleep, or when it was set by hand
    /// (`TFD_TIMER_CANCEL_ON_SET`, timerfd_create(2)). Where the kernel refuses, it never returns and
    /// the tick alone serves.
    pub(super) async fn clock_reaches_or_is_set(until: DateTime<Utc>) {
        if let Some(timer) = timer(until) {
            // Readable once it has expired or was cancelled; which of the two makes no difference.
            let _ = timer.ready(Interest::READABLE).await;
        } else {
            std::future::pending::<()>().await;
        }
    }

    fn timer(until: DateTime<Utc>) -> Option<AsyncFd<std::os::fd::OwnedFd>> {
        let fd =
            timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC).ok()?;
        let at = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            // Zero would switch the timer off.
            it_value: Timespec {
                tv_sec: until.timestamp().max(1),
                tv_nsec: i64::from(until.timestamp_subsec_nanos()),
            },
        };
        timerfd_settime(&fd, TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &at).ok()?;
        #[allow(unsafe_code)]
        // SAFETY: the AsyncFd owns the descriptor and so keeps it open for as long as it is registered.
        let registered = unsafe { AsyncFd::register_with_interest(fd, Interest::READABLE) };
        registered.ok()
    }
}
