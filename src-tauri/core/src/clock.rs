//! The only place that asks the system for the time and for the computer's time zone.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use crate::{wall_clock::HourClock, zone::Zone};

/// Tells the time. The real one is [`SystemClock`]; tests and the timeline bring their own.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock now, in UTC.
    fn now(&self) -> DateTime<Utc>;

    /// What has passed since some moment that stays the same while the program runs. Nobody can set it, so it
    /// is what the time between two presses is measured with.
    fn steady(&self) -> Duration {
        static FIRST_ASKED: LazyLock<Instant> = LazyLock::new(Instant::now);
        FIRST_ASKED.elapsed()
    }

    /// What has passed since some moment that stays the same while the program runs, with the time in which the
    /// computer slept. Nobody can set it, so it is what the age of a token is measured with. Where the system has no
    /// such clock it is [`Clock::steady`], which may stand still in sleep: a token then seems younger than it is, and
    /// the school says so.
    fn since_boot(&self) -> Duration {
        self.steady()
    }
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// `CLOCK_BOOTTIME` (Linux, clock_getres(2)).
    #[cfg(target_os = "linux")]
    fn since_boot(&self) -> Duration {
        let passed = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let seconds = u64::try_from(passed.tv_sec).unwrap_or_default();
        Duration::new(seconds, u32::try_from(passed.tv_nsec).unwrap_or_default())
    }
}

/// The computer's time zone, if it is known, else UTC.
#[must_use]
pub fn computer_zone() -> Zone {
    known_zone().unwrap_or_else(Zone::utc)
}

/// The computer's time zone: `TZ` if it names one (as every POSIX program reads it), else the system's
/// setting, if it is one that this program knows.
#[must_use]
pub fn known_zone() -> Option<Zone> {
    let from_env = std::env::var("TZ").ok();
    from_env
        .as_deref()
        .and_then(|name| name.trim_start_matches(':').parse().ok())
        .or_else(|| iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()))
}

/// How the computer's locale counts hours (`LC_ALL`, `LC_TIME`, `LANG`, in this order as POSIX reads them).
/// The countries are those whose Unicode CLDR `timeData` prefers `h`.
#[must_use]
pub fn computer_hours() -> HourClock {
    const TWELVE: &[&str] = &[
        "US", "CA", "AU", "NZ", "IN", "PK", "BD", "PH", "EG", "SA", "JO", "MY", "SG", "CO", "DO", "VE", "HK",
        "KR", "TW",
    ];
    let locale = ["LC_ALL", "LC_TIME", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    let country = locale.split(['.', '@']).next().and_then(|name| name.split('_').nth(1)).unwrap_or_default();
    if TWELVE.contains(&country) { HourClock::Twelve } else { HourClock::TwentyFour }
}
