//! What may happen, one thing after the other. Whoever plays it decides on what: keepers in one program on a clock that
//! stands, or programs and a keychain that are real.

use std::time::Duration;

use firstbell_core::school::fault::Fault;
use rand::{Rng as _, rngs::StdRng};

use super::families::Form;

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
pub enum NetFault {
    /// It never arrives, and this is what is seen.
    Lost(Fault),
    /// The school does it, and the answer never arrives, is cut off, or holds no token.
    DoneAndLost(Fault),
    /// Nobody answers for ten minutes; whether the school has done it.
    Hangs { is_done: bool },
    /// The school refuses, and it is no word about the sign-in.
    TooMany,
    /// A mistake of ours.
    OursIsWrong,
}

/// How the keychain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Open,
    /// It says so at once.
    Locked,
    /// It asks the person, who does not answer.
    Prompting,
    /// It swallows everything, until the caller's deadline of three seconds.
    Silent,
    Absent,
    /// Another one than was written to.
    Another,
}

/// How a write fails, once.
#[derive(Clone, Copy, Debug)]
pub enum WriteFault {
    NotStored,
    /// It says that it failed, and has stored it.
    StoredAllTheSame,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Event {
    /// A program calls the school, so often at once.
    Calls { process: usize, times: usize },
    /// A program begins.
    Starts { process: usize },
    /// A program is killed.
    Killed { process: usize },
    /// The next request goes wrong.
    Net(NetFault),
    /// The next write to the keychain goes wrong.
    WriteFails(WriteFault),
    /// The keychain is so for a while.
    Keychain(Mood, Duration),
    /// The computer sleeps.
    Sleeps(Duration),
    /// Somebody sets the clock on the wall, by minutes.
    WallClock(i64),
    /// The school refuses a good token as run out.
    RefusesNextCall { process: usize },
    /// Signed out elsewhere, or the password changed: the school ends the sign-in.
    EndsElsewhere,
    /// The school bars the account for a while.
    Banned(Duration),
    /// Signed in anew by a program that does not wait its turn, just when a request arrives.
    SignsInElsewhere,
    /// The way to the school may be open again.
    NetworkChanged,
}

/// A schedule: each thing after a wait.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub form: Form,
    /// How long access tokens live.
    pub life: Duration,
    /// How long a request takes each way.
    pub way: Duration,
    pub steps: Vec<(Duration, Event)>,
}

impl Schedule {
    pub fn random(rng: &mut StdRng) -> Self {
        let form = if rng.random_bool(0.5) { Form::One } else { Form::Two };
        let life = Duration::from_secs([3600, 3600, 600, 90, 30][rng.random_range(0..5)]);
        let way = Duration::from_millis([5, 40, 400, 4000][rng.random_range(0..4)]);
        let mut steps = Vec::new();
        for _ in 0..rng.random_range(8..40) {
            steps.push((wait(rng, life), event(rng, life)));
            // Most faults matter only to somebody who calls.
            if rng.random_bool(0.6) {
                let process = rng.random_range(0..2);
                let times = if rng.random_bool(0.2) { 20 } else { 1 };
                steps.push((wait(rng, Duration::from_secs(4)), Event::Calls { process, times }));
            }
        }
        Self { form, life, way, steps }
    }
}

fn wait(rng: &mut StdRng, life: Duration) -> Duration {
    let longest = match rng.random_range(0..10) {
        0..3 => Duration::from_millis(60),
        3..6 => Duration::from_secs(6),
        6..8 => Duration::from_secs(70),
        _ => life.mul_f64(1.3),
    };
    longest.mul_f64(rng.random_range(0.0..1.0))
}

fn event(rng: &mut StdRng, life: Duration) -> Event {
    let process = rng.random_range(0..2);
    match rng.random_range(0..100) {
        0..22 => Event::Calls { process, times: if rng.random_bool(0.15) { 200 } else { 3 } },
        22..32 => Event::Starts { process },
        32..46 => Event::Killed { process },
        46..64 => Event::Net(net_fault(rng)),
        64..70 => Event::WriteFails(if rng.random_bool(0.7) {
            WriteFault::NotStored
        } else {
            WriteFault::StoredAllTheSame
        }),
        70..76 => {
            let moods = [Mood::Locked, Mood::Prompting, Mood::Silent, Mood::Absent, Mood::Another];
            let mood = moods[rng.random_range(0..moods.len())];
            Event::Keychain(mood, Duration::from_secs(rng.random_range(1..150)))
        }
        76..82 => Event::Sleeps(life.mul_f64(rng.random_range(0.0..3.0))),
        82..87 => Event::WallClock(if rng.random_bool(0.5) { 70 } else { -70 }),
        87..91 => Event::RefusesNextCall { process },
        91..93 => Event::EndsElsewhere,
        93..95 => Event::Banned(Duration::from_secs(rng.random_range(1..600))),
        95..98 => Event::SignsInElsewhere,
        _ => Event::NetworkChanged,
    }
}

fn net_fault(rng: &mut StdRng) -> NetFault {
    let lost = [
        Fault::Offline,
        Fault::CaptivePortal,
        Fault::NetworkBlocks,
        Fault::SwitchedOff,
        Fault::NetworkOrSchool,
        Fault::Silent,
        Fault::TooMany(None),
        Fault::TooMany(Some(Duration::from_secs(7))),
        Fault::TooMany(Some(Duration::from_secs(1 << 40))),
        Fault::WrongKey,
        Fault::NoSchool,
        Fault::ClockOff,
    ];
    match rng.random_range(0..10) {
        0..4 => NetFault::Lost(lost[rng.random_range(0..lost.len())]),
        // 200 without a token, cut off, a gateway's 502 after the school has done it.
        4..7 => NetFault::DoneAndLost(Fault::Silent),
        7 => NetFault::Hangs { is_done: rng.random_bool(0.5) },
        8 => NetFault::TooMany,
        _ => NetFault::OursIsWrong,
    }
}
