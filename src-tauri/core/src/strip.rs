//! The strip: what the person should know wherever they are, one line each, in the order in which it matters. What
//! could cost a lesson comes first, then what the person may have missed, then what is only good to know.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    health::{Health, StoreFault},
    sign_in::SchoolState,
    words::say,
    zone::Zone,
};

/// Another copy of First Bell, which has the folder and does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCopy {
    /// It is known which process it is.
    CanBeEnded,
    /// Nobody knows its process.
    Unknown,
}

/// Sessions that begin at another time because clocks have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClocksChanged {
    /// Whose clocks (IANA).
    pub zone: String,
    /// When the sessions begin now (UTC).
    pub starts: Vec<DateTime<Utc>>,
}

/// What the store holds for the strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Bells that could not ring and that the person has not been told of.
    pub missed: usize,
    /// Clocks that have changed and that the person has not been told of.
    pub clocks_changed: Vec<ClocksChanged>,
    /// There are samples among the sessions.
    pub has_samples: bool,
    /// Sign-ins that want the person, and why.
    pub schools: Vec<(Uuid, SchoolState, String)>,
    /// Sessions that a school does not show any more and that the person would wonder about, in words.
    pub left: Vec<(Uuid, String)>,
    /// So many things that were done here wait to be sent to a school.
    pub waiting: usize,
    /// So many were refused, and wait for the person.
    pub refused: usize,
}

/// One line of the strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The bells are another copy's, which does not answer.
    FirstCopy(FirstCopy),
    /// The bell is being started anew.
    BellStopped,
    /// The desktop takes no rings.
    CannotRing,
    /// The store cannot be written or read; it is tried again by itself.
    Store {
        /// Why.
        fault: StoreFault,
        /// Bells ring all the same.
        bells_ring: bool,
    },
    /// The folder was deleted or replaced, and another one is in its place: the person takes note.
    StoreLost {
        /// Which of the two.
        fault: StoreFault,
        /// Bells ring all the same.
        bells_ring: bool,
    },
    /// A sign-in at a school wants the person.
    School {
        /// Which.
        id: Uuid,
        /// How it is.
        state: SchoolState,
        /// What is wrong, in words.
        sentence: String,
    },
    /// So many things that were done here were refused by a school.
    Refused(usize),
    /// So many wait to be sent to one.
    Waiting(usize),
    /// Sessions that were here are not shown by a school any more.
    Left {
        /// Which.
        id: Uuid,
        /// Which sessions, in words.
        sentence: String,
    },
    /// So many bells could not ring.
    Missed(usize),
    /// Clocks have changed, and with them when sessions begin.
    ClocksChanged {
        /// Whose clocks (IANA).
        zone: String,
        /// How many sessions.
        sessions: usize,
        /// When the first of them begins (UTC), if all begin at that hour of the page's zone.
        start: Option<DateTime<Utc>>,
    },
    /// There are samples among the sessions.
    Samples,
}

impl Notice {
    /// What is wrong, what still works, what to do. Nothing where the window has the words.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        match self {
            Self::FirstCopy(FirstCopy::CanBeEnded) => Some(say("first-copy-silent", &[])),
            Self::FirstCopy(FirstCopy::Unknown) => Some(say("first-copy-unknown", &[])),
            Self::BellStopped => Some(say("bell-stopped", &[])),
            Self::CannotRing => Some(say("cannot-ring", &[])),
            Self::Store { fault, bells_ring } | Self::StoreLost { fault, bells_ring } => {
                Some(fault.sentence(*bells_ring))
            }
            Self::School { sentence, .. } | Self::Left { sentence, .. } => Some(sentence.clone()),
            Self::Refused(count) => Some(say("refused-some", &[("count", (*count).into())])),
            Self::Waiting(count) => Some(say("waiting-some", &[("count", (*count).into())])),
            Self::Missed(_) | Self::ClocksChanged { .. } | Self::Samples => None,
        }
    }
}

/// The lines, what costs most first. Hours are shown in `page`.
#[must_use]
pub fn strip(health: Health, first_copy: Option<FirstCopy>, kept: &Kept, page: Zone) -> Vec<Notice> {
    let bell = match first_copy {
        Some(first) => Some(Notice::FirstCopy(first)),
        None if !health.bell_runs => Some(Notice::BellStopped),
        None if !health.desktop_rings => Some(Notice::CannotRing),
        None => None,
    };
    let bells_ring = health.knows_sessions;
    let store = health.store.map(|fault| match fault {
        StoreFault::Deleted | StoreFault::Replaced => Notice::StoreLost { fault, bells_ring },
        fault => Notice::Store { fault, bells_ring },
    });
    let schools = kept.schools.iter().map(|(id, state, sentence)| Notice::School {
        id: *id,
        state: *state,
        sentence: sentence.clone(),
    });
    let refused = (kept.refused > 0).then_some(Notice::Refused(kept.refused));
    let waiting = (kept.waiting > 0).then_some(Notice::Waiting(kept.waiting));
    let left = kept.left.iter().map(|(id, sentence)| Notice::Left { id: *id, sentence: sentence.clone() });
    let missed = (kept.missed > 0).then_some(Notice::Missed(kept.missed));
    let clocks = kept.clocks_changed.iter().map(|changed| clocks_changed(changed, page));
    let samples = kept.has_samples.then_some(Notice::Samples);
    bell.into_iter()
        .chain(store)
        .chain(schools)
        .chain(refused)
        .chain(waiting)
        .chain(left)
        .chain(missed)
        .chain(clocks)
        .chain(samples)
        .collect()
}

fn clocks_changed(changed: &ClocksChanged, page: Zone) -> Notice {
    let first = changed.starts.first();
    let hour = |at: &DateTime<Utc>| page.wall(*at).time();
    let agree = changed.starts.iter().all(|start| Some(hour(start)) == first.map(hour));
    Notice::ClocksChanged {
        zone: changed.zone.clone(),
        sessions: changed.starts.len(),
        start: first.filter(|_| agree).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(health: Health, first_copy: Option<FirstCopy>) -> Vec<Notice> {
        strip(health, first_copy, &Kept::default(), Zone::utc())
    }

    #[test]
    fn each_fault_has_its_sentence_and_what_silences_the_bell_comes_first() {
        for fault in StoreFault::ALL {
            let health = Health { bell_runs: false, store: Some(fault), ..Health::GOOD };
            let all = problems(health, None);
            assert_eq!(all.len(), 2, "{fault:?}");
            assert_eq!(all[0], Notice::BellStopped);
            let is_lost = matches!(all[1], Notice::StoreLost { .. });
            assert_eq!(is_lost, matches!(fault, StoreFault::Deleted | StoreFault::Replaced), "{fault:?}");
            assert!(all.iter().all(|notice| notice.sentence().is_some_and(|text| text.ends_with('.'))));
        }
        assert!(problems(Health::GOOD, None).is_empty());
        let mute = Health { desktop_rings: false, ..Health::GOOD };
        assert_eq!(problems(mute, None), [Notice::CannotRing]);
    }

    #[test]
    fn a_first_copy_that_hangs_is_said_instead_of_a_bell_that_is_not_ours() {
        let beside = Health { bell_runs: false, ..Health::GOOD };
        for first in [FirstCopy::CanBeEnded, FirstCopy::Unknown] {
            assert_eq!(problems(beside, Some(first)), [Notice::FirstCopy(first)]);
        }
    }

    #[test]
    fn what_could_cost_a_lesson_comes_before_what_was_missed_and_that_before_what_is_good_to_know() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let kept = Kept {
            missed: 2,
            clocks_changed: vec![
                ClocksChanged {
                    zone: "America/Vancouver".to_owned(),
                    starts: vec![at("2026-12-02T15:00:00Z"), at("2026-12-09T15:00:00Z")],
                },
                ClocksChanged {
                    zone: "Africa/Casablanca".to_owned(),
                    starts: vec![at("2026-12-02T15:00:00Z"), at("2026-12-03T17:00:00Z")],
                },
            ],
            has_samples: true,
            schools: Vec::new(),
            left: Vec::new(),
            waiting: 3,
            refused: 1,
        };
        let health = Health { desktop_rings: false, store: Some(StoreFault::Full), ..Health::GOOD };
        let clocks = |zone: &str, start| Notice::ClocksChanged { zone: zone.to_owned(), sessions: 2, start };
        assert_eq!(
            strip(health, None, &kept, Zone::utc()),
            [
                Notice::CannotRing,
                Notice::Store { fault: StoreFault::Full, bells_ring: true },
                Notice::Refused(1),
                Notice::Waiting(3),
                Notice::Missed(2),
                clocks("America/Vancouver", Some(at("2026-12-02T15:00:00Z"))),
                clocks("Africa/Casablanca", None),
                Notice::Samples,
            ]
        );
    }
}
