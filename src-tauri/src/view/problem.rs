//! What is wrong, for the strip: in the order in which it matters.

use firstbell_core::{
    health::{Health, StoreFault},
    words::say,
};
use serde::Serialize;
use specta::Type;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Problem {
    pub kind: ProblemKind,
    /// What is wrong, what still works, what to do.
    pub text: String,
}

/// What the window offers about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Another copy of First Bell has the folder and does not answer: it can be ended.
    FirstCopySilent,
    /// The same, and nobody knows its process.
    FirstCopyUnknown,
    /// The bell is being started anew.
    BellStopped,
    /// The desktop takes no rings: Settings say why.
    CannotRing,
    /// The store cannot be written or read: it is tried again by itself.
    Store,
    /// The folder was deleted or replaced, and another one is in its place: the person takes note.
    StoreLost,
}

impl Problem {
    /// All that is wrong, what costs most first. `first_copy`: whether another copy is in the way, and can be ended.
    pub fn all(health: Health, first_copy: Option<bool>) -> Vec<Self> {
        let bell = match first_copy {
            Some(true) => Some((ProblemKind::FirstCopySilent, "first-copy-silent")),
            Some(false) => Some((ProblemKind::FirstCopyUnknown, "first-copy-unknown")),
            None if !health.bell_runs => Some((ProblemKind::BellStopped, "bell-stopped")),
            None if !health.desktop_rings => Some((ProblemKind::CannotRing, "cannot-ring")),
            None => None,
        };
        let store = health.store.map(|fault| {
            let kind = if matches!(fault, StoreFault::Deleted | StoreFault::Replaced) {
                ProblemKind::StoreLost
            } else {
                ProblemKind::Store
            };
            Self { kind, text: fault.sentence(health.knows_sessions) }
        });
        bell.map(|(kind, name)| Self { kind, text: say(name, &[]) }).into_iter().chain(store).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_sentence_and_what_silences_the_bell_comes_first() {
        for fault in StoreFault::ALL {
            let health = Health { bell_runs: false, store: Some(fault), ..Health::GOOD };
            let all = Problem::all(health, None);
            assert_eq!(all.len(), 2, "{fault:?}");
            assert_eq!(all[0].kind, ProblemKind::BellStopped);
            assert!(all.iter().all(|problem| problem.text.ends_with('.')), "{all:?}");
        }
        assert!(Problem::all(Health::GOOD, None).is_empty());
    }

    #[test]
    fn a_first_copy_that_hangs_is_said_instead_of_a_bell_that_is_not_ours() {
        let beside = Health { bell_runs: false, ..Health::GOOD };
        let kinds: Vec<_> = Problem::all(beside, Some(true)).iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::FirstCopySilent]);
    }
}
