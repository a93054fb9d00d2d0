//! What a sign-in is at, and why it has no token.

use crate::{
    school::{
        fault::Fault,
        supabase::error::{Dead, Refusal},
    },
    secret::KeychainFault,
};

/// What a sign-in is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has looked yet.
    Unknown,
    /// There is a sign-in, and nobody has called it over. Whether the school answers is another matter.
    In,
    /// As [`State::In`], until the program is quit: the refresh token is in memory only.
    InThisRunOnly,
    /// The school has said that it is over.
    Ended(Dead),
    /// The person has signed out.
    SignedOut,
    /// The keychain answers, and nothing is stored there. That is no proof that nothing ever was.
    Missing,
    /// The keychain is locked, or asks the person right now.
    KeychainLocked,
    /// The keychain does not answer.
    KeychainSilent,
    /// No keychain runs.
    KeychainAbsent,
    /// Another keychain answers than the one that was written to.
    KeychainAnother,
    /// The keychain refuses, or fails in another way.
    KeychainRefused,
    /// What is stored cannot be read. It stays as it is.
    EntryUnreadable,
}

impl State {
    /// The keychain stands between the person and the sign-in, and may not do so a while later.
    #[must_use]
    pub const fn waits_for_keychain(self) -> bool {
        matches!(
            self,
            Self::KeychainLocked
                | Self::KeychainSilent
                | Self::KeychainAbsent
                | Self::KeychainAnother
                | Self::KeychainRefused
        )
    }

    pub(super) const fn of_keychain(fault: &KeychainFault) -> Self {
        match fault {
            KeychainFault::Absent => Self::KeychainAbsent,
            KeychainFault::Silent => Self::KeychainSilent,
            KeychainFault::Locked => Self::KeychainLocked,
            KeychainFault::Another { .. } => Self::KeychainAnother,
            KeychainFault::Unreadable => Self::EntryUnreadable,
            KeychainFault::Refused | KeychainFault::TooLong => Self::KeychainRefused,
        }
    }
}

/// Why there is no token. Only [`KeeperFault::Ended`] and [`KeeperFault::SignedOut`] are for good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeeperFault {
    /// The school has said that the sign-in is over.
    #[error("the sign-in is over")]
    Ended(Dead),
    /// The person has signed out.
    #[error("signed out")]
    SignedOut,
    /// Nothing is stored.
    #[error("nothing is stored")]
    Missing,
    /// The keychain has not done what it was asked for.
    #[error("the keychain: {0}")]
    Keychain(KeychainFault),
    /// The school has given tokens, and the keychain has not taken them.
    #[error("not stored: {0}")]
    NotStored(KeychainFault),
    /// The school could not be asked, or has not answered.
    #[error("the school has not answered")]
    School(Fault),
    /// The school says no, and the sign-in is kept: the account is barred, the calls were too many, the mistake is
    /// ours.
    #[error("the school refuses")]
    Refused(Refusal),
    /// Another program of this person's is at the tokens and has not let go of them.
    #[error("another program is at the tokens")]
    Busy,
    /// The file by which programs take turns cannot be opened.
    #[error("the data folder cannot be used")]
    NoFolder,
}
