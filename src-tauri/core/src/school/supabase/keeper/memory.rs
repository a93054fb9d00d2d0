//! What the keeper knows while the program runs, and what follows from it: pure, with the time as an argument. Times are
//! those of [`Clock::since_boot`](crate::clock::Clock::since_boot).

use std::{collections::VecDeque, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::{
    access::Access,
    leaving::Leaving,
    state::{KeeperFault, State},
};
use crate::school::{
    fault::Fault,
    supabase::{
        accounts::Tokens,
        error::{Dead, Refusal},
    },
};

/// A token is refreshed so long before its end, or a quarter of its life, whichever is shorter.
pub(super) const MARGIN: Duration = Duration::from_secs(60);
/// A token that still lives so long is given out while it is being refreshed.
const STILL_LONG: Duration = Duration::from_secs(20);
/// A school that names a shorter life, or none, is not asked with each call for that.
const SHORTEST_LIFE: Duration = Duration::from_secs(5);
/// The pause after a failure that can wait: there is a token, or the school wants a pause.
const PAUSE: Duration = Duration::from_secs(60);
/// The pause after a failure that keeps somebody waiting.
const SHORT_PAUSE: Duration = Duration::from_secs(5);
/// A school that wants a longer one is asked again all the same.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// How many tokens that are over are remembered. More than two of one sign-in meet only if a keychain goes back in
/// time.
const REMEMBERED: usize = 64;

/// A refresh token that can be told from others without being kept.
pub(super) type Mark = [u8; 32];

/// The mark of a refresh token.
pub(super) fn mark(token: &SecretString) -> Mark {
    Sha256::digest(token.expose_secret().as_bytes()).into()
}

/// How far a refresh is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It goes on.
    Going,
    /// It stands at the keychain, which may be asking the person.
    AtKeychain,
    /// It is over.
    Done(Result<(), KeeperFault>),
}

/// Tokens, and when they were asked for.
#[derive(Clone)]
pub(super) struct Fresh {
    pub tokens: Tokens,
    pub asked_at: Duration,
}

/// The access token in use.
#[derive(Clone)]
pub(super) struct Current {
    pub access: Access,
    asked_at: Duration,
    life: Duration,
    is_refused: bool,
}

impl Current {
    pub(super) fn new(fresh: Fresh, number: u64) -> Self {
        let access = Access::new(fresh.tokens.access, number);
        let life = fresh.tokens.expires_in.max(SHORTEST_LIFE);
        Self { access, asked_at: fresh.asked_at, life, is_refused: false }
    }

    /// How long it lives on.
    fn left(&self, now: Duration) -> Duration {
        if self.is_refused {
            Duration::ZERO
        } else {
            self.life.saturating_sub(now.saturating_sub(self.asked_at))
        }
    }

    /// Whether the school would still take it.
    pub(super) fn is_good(&self, now: Duration) -> bool {
        !self.left(now).is_zero()
    }
}

/// What is wanted.
#[derive(Clone, Copy)]
pub(super) enum Want<'a> {
    /// A token for the next call.
    Any,
    /// Another one than this, which the school says has run out.
    InsteadOf(&'a Access),
}

/// What to do about it.
pub(super) enum Decision {
    /// Give this one.
    Give(Access),
    /// Give this one, and refresh meanwhile.
    GiveAndRefresh(Access),
    /// Refresh, and give what comes of it.
    Refresh,
    /// Say why there is none.
    Refuse(KeeperFault),
}

/// How the last refresh has failed.
struct Failed {
    at: Duration,
    fault: KeeperFault,
}

impl Failed {
    /// Whether nobody is asked yet. Whoever has a token can wait longer.
    fn is_pause(&self, now: Duration, is_good: bool) -> bool {
        now < self.at + pause_after(&self.fault, is_good)
    }
}

/// What is known.
pub(super) struct Memory {
    current: Option<Current>,
    /// The newest refresh token that is stored, or that this run alone has.
    pub newest: Option<SecretString>,
    pub is_this_run_only: bool,
    /// Tokens of a sign-in just made that the keychain has not taken yet.
    pub unstored: Option<Fresh>,
    /// What is left to do of a sign-out.
    pub leaving: Option<Leaving>,
    /// Somebody waits for the keychain's next minute.
    pub waits_a_minute: bool,
    pub flight: Option<watch::Receiver<Progress>>,
    /// Which sign-in it is of those that were made under this id while the program runs.
    pub era: u64,
    is_signed_out: bool,
    ended: Option<Dead>,
    /// What the school has said of a token, when the entry could not be read once more to believe it.
    heard: Option<Dead>,
    over: VecDeque<Mark>,
    failed: Option<Failed>,
    given: u64,
}

impl Memory {
    pub(super) const fn new() -> Self {
        Self {
            current: None,
            newest: None,
            is_this_run_only: false,
            unstored: None,
            leaving: None,
            waits_a_minute: false,
            flight: None,
            era: 0,
            is_signed_out: false,
            ended: None,
            heard: None,
            over: VecDeque::new(),
            failed: None,
            given: 0,
        }
    }

    /// What to do for whoever wants a token.
    pub(super) fn decide(&mut self, want: Want<'_>, now: Duration) -> Decision {
        if let Some(fault) = self.end() {
            return Decision::Refuse(fault);
        }
        // A refresh that is under way is waited for in any pause.
        let is_asked_for = self.is_refused_now(want) || self.flying().is_some();
        let is_good = self.good(now).is_some();
        let pause = self.failed.as_ref().filter(|failed| failed.is_pause(now, is_good));
        let Some(current) = self.current.as_ref().filter(|_| is_good) else {
            return match pause {
                Some(failed) if !is_asked_for => Decision::Refuse(failed.fault.clone()),
                _ => Decision::Refresh,
            };
        };
        let left = current.left(now);
        if left > margin(current.life) || pause.is_some() {
            Decision::Give(current.access.clone())
        } else if left > STILL_LONG {
            Decision::GiveAndRefresh(current.access.clone())
        } else {
            Decision::Refresh
        }
    }

    /// Why there will be no token any more, if so.
    pub(super) fn end(&self) -> Option<KeeperFault> {
        match (self.is_signed_out, self.ended) {
            (true, _) => Some(KeeperFault::SignedOut),
            (false, Some(dead)) => Some(KeeperFault::Ended(dead)),
            (false, None) => None,
        }
    }

    /// The refresh that is under way. One whose task has come to grief is none.
    pub(super) fn flying(&self) -> Option<watch::Receiver<Progress>> {
        let is_going = |flight: &watch::Receiver<Progress>| {
            flight.has_changed().is_ok() && !matches!(*flight.borrow(), Progress::Done(_))
        };
        self.flight.clone().filter(is_going)
    }

    /// The token in use, if it is good.
    pub(super) fn good(&self, now: Duration) -> Option<Access> {
        self.current.as_ref().filter(|current| current.is_good(now)).map(|current| current.access.clone())
    }

    /// Takes what is stored: from now on it is used.
    pub(super) fn take(&mut self, fresh: Fresh) {
        self.given += 1;
        let refresh = fresh.tokens.refresh.clone();
        self.current = Some(Current::new(fresh, self.given));
        // A school that does not rotate its tokens gives the same one again.
        self.over.retain(|over| *over != mark(&refresh));
        self.newest = Some(refresh);
        self.failed = None;
        self.ended = None;
        self.heard = None;
    }

    /// Hears that a token is dead: it is not sent again, whether that ends the sign-in or not.
    pub(super) fn hear(&mut self, dead: Dead, of: Mark) {
        self.heard = Some(dead);
        self.leave_behind(of);
    }

    /// Never sends this one again.
    pub(super) fn leave_behind(&mut self, over: Mark) {
        if !self.is_over(&over) {
            self.over.push_back(over);
        }
        while self.over.len() > REMEMBERED {
            self.over.pop_front();
        }
    }

    /// Whether a token is known to be replaced or dead.
    pub(super) fn is_over(&self, mark: &Mark) -> bool {
        self.over.contains(mark)
    }

    /// Believes the school that the sign-in is over.
    pub(super) fn end_by(&mut self, dead: Dead) {
        self.ended = Some(dead);
        self.current = None;
        self.newest = None;
    }

    /// The code that was heard last of a token that is dead.
    pub(super) const fn heard(&self) -> Option<Dead> {
        self.heard
    }

    /// Notes how a refresh has failed, from which follows when the next one may go.
    pub(super) fn fail(&mut self, fault: &KeeperFault, at: Duration) {
        self.failed = Some(Failed { at, fault: fault.clone() });
    }

    /// What kept the school from answering may be over, except that it wants fewer requests.
    pub(super) fn hope(&mut self) {
        self.failed = self.failed.take().filter(|failed| is_too_many(&failed.fault));
    }

    /// Another sign-in begins under this id.
    pub(super) fn begin(&mut self, fresh: Fresh) {
        self.era += 1;
        self.current = None;
        self.newest = None;
        self.is_this_run_only = false;
        self.leaving = None;
        self.is_signed_out = false;
        self.ended = None;
        self.heard = None;
        self.failed = None;
        self.unstored = Some(fresh);
    }

    /// Gives away what a sign-out needs, and forgets it: the token in use, and the refresh token if no keychain has it.
    pub(super) fn forget(&mut self) -> (Option<Current>, Option<SecretString>) {
        self.era += 1;
        self.is_signed_out = true;
        let unstored = self.unstored.take().map(|fresh| fresh.tokens.refresh);
        let newest = self.newest.take();
        let kept = if self.is_this_run_only { newest } else { unstored };
        (self.current.take(), kept)
    }

    /// Notes a 401 of the school; whether it was about the token in use.
    fn is_refused_now(&mut self, want: Want<'_>) -> bool {
        let Want::InsteadOf(access) = want else { return false };
        let Some(current) = self.current.as_mut().filter(|now| now.access.number() == access.number()) else {
            return false;
        };
        // One refusal asks once: whoever comes later with the same token finds the pause.
        !std::mem::replace(&mut current.is_refused, true)
    }

    /// The state that follows from what is known of the school.
    pub(super) const fn state(&self) -> State {
        match (self.is_signed_out, self.ended) {
            (true, _) => State::SignedOut,
            (false, Some(dead)) => State::Ended(dead),
            (false, None) if self.is_this_run_only => State::InThisRunOnly,
            (false, None) => State::In,
        }
    }
}

fn margin(life: Duration) -> Duration {
    MARGIN.min(life / 4)
}

fn is_too_many(fault: &KeeperFault) -> bool {
    matches!(fault, KeeperFault::School(Fault::TooMany(_)) | KeeperFault::Refused(Refusal::TooMany))
}

fn pause_after(fault: &KeeperFault, is_good: bool) -> Duration {
    match fault {
        KeeperFault::School(Fault::TooMany(Some(hint))) => (*hint).clamp(SHORT_PAUSE, LONGEST_PAUSE),
        KeeperFault::School(Fault::TooMany(None)) | KeeperFault::Refused(_) => PAUSE,
        _ if is_good => PAUSE,
        KeeperFault::School(_) | KeeperFault::NotStored(_) => SHORT_PAUSE,
        // The next one who wants a token asks the keychain again.
        KeeperFault::Keychain(_) | KeeperFault::Missing | KeeperFault::Busy | KeeperFault::NoFolder => {
            Duration::ZERO
        }
        KeeperFault::Ended(_) | KeeperFault::SignedOut => Duration::ZERO,
    }
}
