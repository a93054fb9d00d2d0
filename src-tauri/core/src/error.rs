//! What can go wrong for a person, each with a code for programs and a sentence for people.

mod school;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    calendar_file::FileFault,
    progress::Stopped,
    state_table::Refusal,
    store::{OpenError, StoreError},
    wall_clock::{HourClock, time_of_day},
    words::say,
    zone::Zone,
};

pub use school::{Named, SchoolError, What, sentence_of_write};

/// Codes that somebody decides on: the window by its table, `bell` by its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// What was asked for is not there.
    NotFound,
    /// It was changed in the meantime; nothing was written.
    Stale,
    /// The state table does not allow it.
    NotAllowed,
    /// Join is not open.
    NotOpen,
    /// There is no link.
    NoLink,
    /// What was typed cannot be taken.
    Invalid,
    /// A file was refused whole; nothing was taken from it.
    FileRefused,
    /// A file could not be read or written.
    FileFailed,
    /// The person has stopped it; nothing was changed.
    Stopped,
    /// The store cannot be used now.
    StoreBusy,
    /// The store cannot be used by this program.
    StoreUnusable,
    /// This computer is not connected to the internet.
    Offline,
    /// This network wants to be signed in to first.
    CaptivePortal,
    /// This network does not lead to the school.
    NetworkBlocks,
    /// The school's server is switched off or has moved.
    SchoolSwitchedOff,
    /// Either the network or the school.
    NetworkOrSchool,
    /// The school does not answer as it should.
    SchoolSilent,
    /// Too many tries.
    TooManyRequests,
    /// The school's First Bell is too old.
    SchoolNeedsUpdate,
    /// The key is not the school's.
    WrongKey,
    /// Something answers at the address, and it is no school.
    NoSchool,
    /// The clock is wrong.
    ClockOff,
    /// E-mail and password do not go together.
    WrongPassword,
    /// The address is not confirmed.
    NotConfirmed,
    /// A code or a link is over.
    CodeOver,
    /// A mail went out a moment ago.
    MailTooSoon,
    /// The school's mails are used up.
    MailUsedUp,
    /// The school's mail is not set up, or does not work.
    MailNotSetUp,
    /// The password is too weak.
    WeakPassword,
    /// The password is too long.
    PasswordTooLong,
    /// The new password is the old one.
    SamePassword,
    /// The address has an account already.
    AccountExists,
    /// The address is not taken.
    BadEmail,
    /// The account is barred.
    Banned,
    /// Nobody can sign up.
    SignUpClosed,
    /// E-mail and password are no way in.
    EmailOff,
    /// A captcha is wanted.
    CaptchaWanted,
    /// A second factor is set.
    SecondFactor,
    /// A new password wants more than First Bell has.
    ProofWanted,
    /// A link of another attempt.
    AnotherAttempt,
    /// The sign-in is over.
    SignInAgain,
    /// The school says no.
    SchoolRefused,
    /// The school is known at another address.
    OtherHost,
    /// The invitation is over.
    InvitationOver,
    /// There is no invitation in a text.
    NoInvitation,
    /// A code needs the school's address and key beside it.
    CodeNeedsSchool,
    /// What was typed is no address of a school.
    NoAddress,
    /// What was typed is no time zone.
    UnknownZone,
    /// The keychain is locked.
    KeychainLocked,
    /// The keychain does not work.
    KeychainFailed,
}

impl Code {
    /// The network or the school is at fault, and the same may work later.
    #[must_use]
    pub const fn is_of_network(self) -> bool {
        matches!(
            self,
            Self::Offline
                | Self::CaptivePortal
                | Self::NetworkBlocks
                | Self::SchoolSwitchedOff
                | Self::NetworkOrSchool
                | Self::SchoolSilent
                | Self::TooManyRequests
        )
    }
}

/// Anything that an app call may answer instead of its result. Carries no join URL and no token.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such session.
    #[error("no such session")]
    NotFound,
    /// The session was changed since the caller read it.
    #[error("the session was changed in the meantime")]
    Stale,
    /// The state table refuses the action.
    #[error("refused: {0}")]
    NotAllowed(#[from] Refusal),
    /// Join opens later.
    #[error("Join opens at {at}")]
    NotOpenYet {
        /// When (UTC).
        at: DateTime<Utc>,
        /// How to say it.
        zone: Zone,
        /// How to say it.
        clock: HourClock,
        /// The time of day says enough.
        is_today: bool,
    },
    /// The session has no link.
    #[error("the session has no link")]
    NoLink,
    /// The session is over.
    #[error("the session is over")]
    Over,
    /// What was typed cannot be taken; the name of the sentence.
    #[error("invalid: {0}")]
    Invalid(&'static str),
    /// The calendar file was refused whole.
    #[error("{0}")]
    File(#[from] FileFault),
    /// The file of an import is not held any more.
    #[error("the import is gone")]
    ImportGone,
    /// The person has stopped it before its end; nothing was changed.
    #[error("stopped")]
    Stopped,
    /// A file could not be read.
    #[error("cannot read {0}")]
    Unreadable(PathBuf),
    /// A file could not be written.
    #[error("cannot write {0}")]
    Unwritable(PathBuf),
    /// The data folder cannot be used.
    #[error("cannot use the folder {0}")]
    Folder(PathBuf),
    /// The data folder belongs to a running app.
    #[error("the app runs with this data folder")]
    RunsElsewhere,
    /// Something went wrong at a school or on the way there.
    #[error("{0}")]
    School(#[from] SchoolError),
    /// The store could not be opened.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl From<Stopped> for Error {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

impl Error {
    /// What a program decides on.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::School(error) => error.code(),
            Self::NotFound => Code::NotFound,
            Self::Stale => Code::Stale,
            Self::NotAllowed(_) => Code::NotAllowed,
            Self::NotOpenYet { .. } | Self::Over => Code::NotOpen,
            Self::NoLink => Code::NoLink,
            Self::Invalid(_) => Code::Invalid,
            Self::File(_) => Code::FileRefused,
            Self::ImportGone | Self::Unreadable(_) | Self::Unwritable(_) => Code::FileFailed,
            Self::Stopped => Code::Stopped,
            Self::Store(StoreError::Busy) | Self::Open(OpenError::Store(StoreError::Busy)) => Code::StoreBusy,
            Self::Folder(_) | Self::RunsElsewhere | Self::Open(_) | Self::Store(_) => Code::StoreUnusable,
        }
    }

    /// One sentence: what happened, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        let name =
            |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match self {
            Self::School(error) => error.sentence(),
            Self::NotFound => say("error-not-found", &[]),
            Self::Stale => say("error-stale", &[]),
            Self::NotAllowed(Refusal::NotForStatus) => say("error-not-allowed", &[]),
            Self::NotAllowed(Refusal::NotNow) => say("error-not-now", &[]),
            Self::NotOpenYet { at, zone, clock, is_today: true } => {
                say("error-not-open", &[("time", time_of_day(*at, *zone, *clock).into())])
            }
            Self::NotOpenYet { at, zone, clock, .. } => say(
                "error-not-open-day",
                &[
                    ("day", at.with_timezone(zone).format("%a %-d %b").to_string().into()),
                    ("time", time_of_day(*at, *zone, *clock).into()),
                ],
            ),
            Self::NoLink => say("error-no-link", &[]),
            Self::Over => say("error-over", &[]),
            Self::Invalid(name) => say(name, &[]),
            Self::File(fault) => {
                say(&fault.code().replace('_', "-"), &[("line", fault.line().unwrap_or_default().into())])
            }
            Self::ImportGone => say("error-import-gone", &[]),
            Self::Stopped => say("error-stopped", &[]),
            Self::Unreadable(path) => say("error-file-unreadable", &[("file", name(path).into())]),
            Self::Unwritable(path) => say("error-file-unwritable", &[("file", name(path).into())]),
            Self::Folder(path) => say("error-folder", &[("folder", path.display().to_string().into())]),
            Self::RunsElsewhere => say("error-running-elsewhere", &[]),
            Self::Open(OpenError::Newer) => say("error-store-newer", &[]),
            Self::Open(OpenError::Older) => say("error-store-older", &[]),
            Self::Open(OpenError::Missing) => say("error-store-missing", &[]),
            Self::Open(OpenError::Unreadable) => say("error-store-unreadable", &[]),
            Self::Open(OpenError::Damaged { kept }) => {
                say("error-store-damaged", &[("file", kept.display().to_string().into())])
            }
            Self::Store(StoreError::Busy) | Self::Open(OpenError::Store(StoreError::Busy)) => {
                say("error-store-busy", &[])
            }
            Self::Open(OpenError::Store(StoreError::Full)) | Self::Store(StoreError::Full) => {
                say("error-store-full", &[])
            }
            Self::Open(OpenError::Store(StoreError::ReadOnly)) | Self::Store(StoreError::ReadOnly) => {
                say("error-store-read-only", &[])
            }
            Self::Open(OpenError::Store(StoreError::Unreachable)) | Self::Store(StoreError::Unreachable) => {
                say("error-store-unreachable", &[])
            }
            Self::Open(OpenError::Store(_)) | Self::Store(_) => say("error-store-failed", &[]),
        }
    }
}
