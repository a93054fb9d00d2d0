//! What came of sending a write, and what follows from that: a pure rule.

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Waiting, deed::held_by_answer, order::Stand};

/// A no of the school's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The stable code, such as `slot_taken`.
    pub code: String,
    /// What belongs to its sentence.
    pub arguments: Value,
    /// It is the parent's: without it this write makes no sense.
    pub is_carried: bool,
}

/// What came of sending a write once.
#[derive(Clone, PartialEq)]
pub enum Came {
    /// The school's answer.
    Answer(Value),
    /// The school's own no: the code and the arguments of its sentence.
    Refused(String, Value),
    /// The school was not reached, or somebody else has answered by its name.
    Network,
    /// It was reached and has not done it, or has not answered; with the time after which it wants to be asked again, if
    /// it says so.
    Transient(Option<Duration>),
    /// It wants fewer requests, for so long if it says so.
    TooMany(Option<Duration>),
    /// There is no token that it takes: the person has to sign in, or to open the keychain.
    SignInAgain,
    /// Its First Bell is older than this write.
    NeedsUpdate,
}

/// Without the answer: a join URL may be in it.
impl fmt::Debug for Came {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(_) => f.write_str("Answer"),
            Self::Refused(code, _) => write!(f, "Refused({code})"),
            Self::Network => f.write_str("Network"),
            Self::Transient(hint) => write!(f, "Transient({hint:?})"),
            Self::TooMany(hint) => write!(f, "TooMany({hint:?})"),
            Self::SignInAgain => f.write_str("SignInAgain"),
            Self::NeedsUpdate => f.write_str("NeedsUpdate"),
        }
    }
}

/// What keeps a write that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The network.
    Network,
    /// The school, for a while.
    Transient,
    /// The sign-in.
    SignInAgain,
    /// The school's First Bell is too old for it.
    NeedsUpdate,
    /// The school fails at this one, while it does others. It is tried now and then.
    SetAside,
}

impl Class {
    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Transient => "transient",
            Self::SignInAgain => "sign_in_again",
            Self::NeedsUpdate => "needs_update",
            Self::SetAside => "set_aside",
        }
    }

    /// The class of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Network, Self::Transient, Self::SignInAgain, Self::NeedsUpdate, Self::SetAside]
            .into_iter()
            .find(|class| class.name() == name)
    }
}

/// What becomes of a write that was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is answered.
    Answered(Value),
    /// It is refused.
    Refused(Refusal),
    /// It is sent again after a while, under the same id.
    Again {
        /// What keeps it.
        class: Class,
        /// How long after this try.
        wait: Duration,
    },
    /// The lease under which it was done has run out: its parent is to be done once more, as a new request, and then
    /// this one.
    ClaimAgain {
        /// How long after this try.
        wait: Duration,
    },
}

/// After the first failure; doubled with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// The longest that a school's own hint is obeyed: beyond it, it is a mistake.
const LONGEST_HINT: Duration = Duration::from_secs(60 * 60);
/// A school is brought up to date by people.
const UPDATE_WAIT: Duration = Duration::from_secs(15 * 60);
/// After so many failures a write at which only the school fails is set aside.
const SET_ASIDE_AFTER: u32 = 5;
const SET_ASIDE_WAIT: Duration = Duration::from_secs(60 * 60);
/// A lease of another computer's lasts two minutes, and mostly is given back before.
const LEASE_WAIT: Duration = Duration::from_secs(30);
/// By which part of it a wait is longer or shorter.
const SPREAD: f64 = 0.2;

/// What becomes of a write of which this came. `row` is as it was when it was sent, this try counted; `chance`, from 0 to
/// 1, spreads the waits.
#[must_use]
pub fn outcome(row: &Waiting, came: Came, stand: &Stand, chance: f64) -> Outcome {
    let again = |class, wait| Outcome::Again { class, wait: spread(wait, chance) };
    let transient = |hint: Option<Duration>| match hint {
        Some(hint) => Outcome::Again { class: Class::Transient, wait: hint.min(LONGEST_HINT) },
        None if row.attempts >= SET_ASIDE_AFTER && stand.has_answered_since(row.tried_at) => {
            again(Class::SetAside, SET_ASIDE_WAIT)
        }
        None => again(Class::Transient, doubled(FIRST_WAIT, LONGEST_WAIT, row.attempts)),
    };
    match came {
        Came::Answer(answer) if is_answer(&row.function, &answer) => Outcome::Answered(answer),
        // Somebody has answered something.
        Came::Answer(_) => transient(None),
        Came::Refused(code, _) if code == "not_signed_in" => again(Class::SignInAgain, Duration::ZERO),
        Came::Refused(code, _) if code == "link_being_made" => {
            if row.function == "attach_meeting" && row.parent.is_some() {
                Outcome::ClaimAgain { wait: spread(FIRST_WAIT, chance) }
            } else {
                again(Class::Transient, LEASE_WAIT)
            }
        }
        Came::Refused(code, arguments) => Outcome::Refused(Refusal { code, arguments, is_carried: false }),
        // What holds up all of the school's writes holds for all of them, and none is to be blamed.
        Came::Network => again(Class::Network, Duration::ZERO),
        Came::SignInAgain => again(Class::SignInAgain, Duration::ZERO),
        Came::TooMany(_) => again(Class::Transient, Duration::ZERO),
        Came::Transient(hint) => transient(hint),
        Came::NeedsUpdate => again(Class::NeedsUpdate, UPDATE_WAIT),
    }
}

/// Whether this is what the function answers. Nothing, `{}` and what a network says in JSON are not.
fn is_answer(function: &str, answer: &Value) -> bool {
    let Some(fields) = answer.as_object() else { return false };
    match held_by_answer(function) {
        Some(name) => fields.get(name).is_some_and(|held| held.is_object() || held.is_array()),
        None => !fields.is_empty(),
    }
}

/// Doubled with each failure after the first.
pub(super) fn doubled(first: Duration, longest: Duration, failures: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(longest)
}

/// How long all writes of the school wait after this, for the n-th time in a row; none where it holds up this one alone.
pub(super) fn held_up(came: &Came, times: u32, chance: f64) -> Option<Duration> {
    const FIRST: Duration = Duration::from_secs(5);
    match came {
        Came::Network => Some(spread(doubled(FIRST, LONGEST_WAIT, times), chance)),
        Came::TooMany(Some(hint)) => Some((*hint).min(LONGEST_HINT)),
        Came::TooMany(None) => Some(spread(doubled(FIRST, LONGEST_WAIT, times), chance)),
        Came::SignInAgain => Some(spread(doubled(FIRST, LONGEST_WAIT, times), chance)),
        Came::Refused(code, _) if code == "not_signed_in" => {
            Some(spread(doubled(FIRST, LONGEST_WAIT, times), chance))
        }
        _ => None,
    }
}

/// Longer or shorter by [`SPREAD`] at most.
pub(super) fn spread(wait: Duration, chance: f64) -> Duration {
    let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.5 };
    wait.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * chance)
}

/// Later by a wait; as late as there is, if that is not to be said.
pub(super) fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    let wait = chrono::Duration::from_std(wait).unwrap_or(chrono::Duration::MAX);
    now.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
