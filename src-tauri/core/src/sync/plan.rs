//! When to ask a school: a pure rule. Time is what has passed since the computer was started
//! ([`crate::clock::Clock::since_boot`]), which nobody can set; only sessions stand in UTC.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::pull::SyncFault;
use crate::school::fault::Fault;

/// While a lesson runs, or is about to.
const NEAR: Duration = Duration::from_secs(30);
/// While the other side is waited for.
const WAITING: Duration = Duration::from_secs(5);
/// Else, give or take [`SPREAD`].
const FAR: Duration = Duration::from_secs(5 * 60);
/// By which part of it the time is longer or shorter, so that a school's clients do not all ask at once.
const SPREAD: f64 = 0.2;
/// A lesson is near from so long before its start.
const NEAR_BEFORE: chrono::Duration = chrono::Duration::minutes(15);
/// Windows are focused often: a pass that ended a moment ago is as good.
const JUST_NOW: Duration = Duration::from_secs(3);
/// After the first fault; doubled with each further one.
const FIRST_BACK_OFF: Duration = Duration::from_secs(5);
/// The longest time between two tries that nobody has asked for otherwise.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10 * 60);
/// The longest that a school's own hint is obeyed: beyond it, it is a mistake.
const LONGEST_HINT: Duration = Duration::from_secs(60 * 60);

/// How often the school is asked just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// Nothing is near.
    Far,
    /// A lesson is within fifteen minutes, or runs.
    Near,
    /// The other side is waited for.
    Waiting,
}

impl Pace {
    /// The pace for lessons from start to end (UTC) that are not over or called off. `now` is UTC.
    #[must_use]
    pub fn of(
        lessons: impl IntoIterator<Item = (DateTime<Utc>, DateTime<Utc>)>,
        is_waiting: bool,
        now: DateTime<Utc>,
    ) -> Self {
        if is_waiting {
            return Self::Waiting;
        }
        let is_near = lessons.into_iter().any(|(start, end)| start - NEAR_BEFORE <= now && now < end);
        if is_near { Self::Near } else { Self::Far }
    }

    /// The time between two passes. `chance` is from 0 to 1.
    fn pause(self, chance: f64) -> Duration {
        match self {
            Self::Waiting => WAITING,
            Self::Near => NEAR,
            Self::Far => spread(FAR, chance),
        }
    }
}

/// Why to ask now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The app has started, or a sign-in was made.
    Start,
    /// The computer has woken.
    Wake,
    /// The window was brought up.
    Focus,
    /// The network is back.
    Network,
    /// Somebody has asked for it.
    Asked,
}

/// When one school is asked next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plan {
    /// When the last pass ended, well or not.
    ended: Option<Duration>,
    /// Somebody wants one.
    is_wanted: bool,
    /// Faults in a row.
    faults: u32,
    /// The school wants to be left alone until then.
    not_before: Option<Duration>,
    /// Nothing helps but what a person does, or the network.
    waits_for_signal: bool,
    /// From 0 to 1, drawn for each pause.
    chance: f64,
}

impl Plan {
    /// A signal has come. `now` is the time since the computer was started.
    pub fn signal(&mut self, signal: Signal, now: Duration) {
        let is_fresh =
            self.faults == 0 && self.ended.is_some_and(|ended| now.saturating_sub(ended) < JUST_NOW);
        if signal == Signal::Focus && is_fresh {
            return;
        }
        // What has failed for want of a network, or of the person, may go now. A school that is overrun is left alone.
        self.is_wanted = true;
        self.waits_for_signal = false;
    }

    /// A pass has ended well. `chance`, from 0 to 1, spreads what comes next.
    pub fn came(&mut self, now: Duration, chance: f64) {
        *self = Self { ended: Some(now), chance, ..Self::default() };
    }

    /// A pass has failed.
    pub fn failed(&mut self, fault: &SyncFault, now: Duration, chance: f64) {
        let hint = match fault {
            SyncFault::School(Fault::TooMany(hint)) => *hint,
            _ => None,
        };
        let waits_for_signal = matches!(
            fault,
            SyncFault::NoToken(_) | SyncFault::AnotherAccount | SyncFault::School(Fault::Offline)
        );
        *self = Self {
            ended: Some(now),
            is_wanted: false,
            faults: self.faults.saturating_add(1),
            not_before: hint.map(|hint| now + hint.min(LONGEST_HINT)),
            waits_for_signal,
            chance,
        };
    }

    /// A pass was stopped between two pages: it goes on as soon as it may.
    pub fn stopped(&mut self) {
        self.is_wanted = true;
    }

    /// When the next pass is due, in time since the computer was started: not later than now if it is due.
    #[must_use]
    pub fn due(&self, pace: Pace) -> Duration {
        let Some(ended) = self.ended else { return Duration::ZERO };
        let due = if self.is_wanted {
            Duration::ZERO
        } else if self.faults > 0 {
            ended + self.back_off(pace)
        } else {
            ended + pace.pause(self.chance)
        };
        self.not_before.map_or(due, |not_before| due.max(not_before))
    }

    /// How many passes have failed in a row.
    #[must_use]
    pub const fn faults(&self) -> u32 {
        self.faults
    }

    fn back_off(&self, pace: Pace) -> Duration {
        // What only a signal can end is looked at now and then all the same: no signal is sure to come.
        let doubled = FIRST_BACK_OFF.saturating_mul(2_u32.saturating_pow(self.faults.saturating_sub(1)));
        let most = match pace {
            Pace::Far => LONGEST_BACK_OFF,
            Pace::Near | Pace::Waiting => NEAR,
        };
        let pause = if self.waits_for_signal && pace == Pace::Far { LONGEST_BACK_OFF } else { doubled };
        spread(pause.min(most), self.chance)
    }
}

/// Longer or shorter by [`SPREAD`] at most.
fn spread(pause: Duration, chance: f64) -> Duration {
    let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.5 };
    pause.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * chance)
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "a random test prints its seed")]
mod tests;
