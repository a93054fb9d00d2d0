//! The core's words that cross to the window one to one. The core knows nothing of TypeScript, so each stands here once
//! more; a variant that is not in both does not compile.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Each enum, after the one of the core that it mirrors. What names a variant in JSON stands before it, or before all.
macro_rules! mirrors {
    ($(
        $(#[$about:meta])*
        $name:ident of $core:path { $($(#[$of_variant:meta])* $variant:ident),+ $(,)? }
    )+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
        $(#[$about])*
        pub enum $name { $($(#[$of_variant])* $variant),+ }

        impl From<$core> for $name {
            fn from(it: $core) -> Self {
                match it { $(<$core>::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $core {
            fn from(it: $name) -> Self {
                match it { $($name::$variant => Self::$variant),+ }
            }
        }
    )+};
}

mirrors! {
    /// Why something changed.
    #[serde(rename_all = "snake_case")]
    Cause of firstbell_core::change::Cause {
        /// The person, in this program.
        ThisWindow,
        /// Time alone.
        Clock,
        /// Another program.
        AnotherHost,
        /// The bell.
        Bell,
        /// A school.
        School,
    }

    /// What may be another than before.
    #[serde(rename_all = "snake_case")]
    Topic of firstbell_core::change::Topic {
        Sessions,
        People,
        Settings,
        Rings,
        /// By time alone: a door opened or closed, a session started or ended.
        Doors,
        Minute,
        /// Sign-ins, and the way into a school.
        Schools,
        /// Requests at a school, and what was said about them.
        Requests,
        /// What was done here and a school has yet to answer.
        Waiting,
    }

    /// As whom somebody acts.
    #[serde(rename_all = "snake_case")]
    Role of firstbell_core::state_table::Role { Owner, Tutor, Student, Guardian }

    /// Where a request is in its life.
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    BookingStatus of firstbell_core::booking::Status {
        Pending, AwaitingParent, CounterProposed, Confirmed, Declined, Expired, Cancelled, Completed,
    }

    /// What may be done to a request.
    #[serde(rename_all = "snake_case")]
    BookingAction of firstbell_core::booking::Action {
        Approve, Confirm, Decline, Propose, AcceptProposal, DeclineProposal, Cancel, AddMessage,
    }

    /// As what somebody comes to a school.
    #[serde(rename_all = "snake_case")]
    SchoolRole of firstbell_core::sign_in::SchoolRole { Student, Tutor, Guardian }

    /// What a school lets somebody do who has no invitation.
    #[serde(rename_all = "snake_case")]
    OpenSignUp of firstbell_core::sign_in::OpenSignUp { Off, Students, All }

    /// How it is with a sign-in at a school.
    #[serde(rename_all = "snake_case")]
    SchoolState of firstbell_core::sign_in::SchoolState {
        In, Waiting, Stranger, Asked, TurnedAway, Ended, Keychain,
    }

    /// Where a session is in its life.
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    Status of firstbell_core::session::Status {
        Scheduled, Completed, EarlyEnd, NoShowStudent, NoShowTutor, Cancelled,
    }

    /// Where a session comes from.
    #[serde(rename_all = "snake_case")]
    Source of firstbell_core::session::Source { ThisComputer, CalendarFile, Sample, School }

    /// Whether a session can be joined.
    #[serde(rename_all = "snake_case")]
    JoinState of firstbell_core::join::JoinState {
        Cancelled, Final, Ended, NoLink, OpensAt, Open, InProgress,
    }

    /// Who did something.
    #[serde(rename_all = "snake_case")]
    Who of firstbell_core::happened::By { You, CalendarFile, Bell, Zones, Tutor, Student, Guardian, School }

    /// What may be done to a session now.
    #[serde(rename_all = "snake_case")]
    Action of firstbell_core::state_table::Action {
        Join, Edit, Move, Write, SetBell, Cancel, Restore, MarkHeld, MarkEarlyEnd, MarkNoShowStudent,
        MarkNoShowTutor, UndoMark,
    }

    /// How much of a series an action is for.
    #[serde(rename_all = "snake_case")]
    Scope of firstbell_core::app::Scope { This, ThisAndLater }

    /// A field of a draft.
    #[serde(rename_all = "snake_case")]
    Field of firstbell_core::draft::Field {
        Person, PersonZone, Subject, Date, Time, Minutes, Zone, Link, Place, RepeatWeeks, Homework,
    }

    /// What a day is called.
    #[serde(rename_all = "snake_case")]
    DayLabel of firstbell_core::today::DayLabel { LaterToday, Today, Tomorrow, Weekday }

    /// Which of the two has the filled *Join*.
    #[serde(rename_all = "snake_case")]
    Brass of firstbell_core::today::Brass { Card, Slim }

    /// What is done with a series.
    #[serde(rename_all = "snake_case")]
    Choice of firstbell_core::series::Choice { Bell, NoBell, LeaveOut }

    /// What the file says beside what is here.
    #[serde(rename_all = "snake_case")]
    SeriesState of firstbell_core::app::SeriesState { New, Changed, Same, Older }

    /// Colours.
    #[serde(rename_all = "snake_case")]
    Theme of firstbell_core::settings::Theme { System, Light, Dark }

    /// 12 or 24 hours.
    HourClock of firstbell_core::settings::Hours {
        #[serde(rename = "system")]
        System,
        #[serde(rename = "12")]
        Twelve,
        #[serde(rename = "24")]
        TwentyFour,
    }

    /// What the window decides on.
    #[serde(rename_all = "snake_case")]
    ErrorCode of firstbell_core::error::Code {
        /// It is not there.
        NotFound,
        /// It was changed in the meantime.
        Stale,
        /// The state table does not allow it.
        NotAllowed,
        /// Join is not open.
        NotOpen,
        /// There is no link.
        NoLink,
        /// What was typed cannot be taken.
        Invalid,
        /// A file was refused whole.
        FileRefused,
        /// A file could not be read or written.
        FileFailed,
        /// The person has stopped it; nothing was changed.
        Stopped,
        /// The store cannot be used now.
        StoreBusy,
        /// The store cannot be used.
        StoreUnusable,
        /// What went wrong at a school or on the way there.
        Offline, CaptivePortal, NetworkBlocks, SchoolSwitchedOff, NetworkOrSchool, SchoolSilent,
        TooManyRequests, SchoolNeedsUpdate, WrongKey, NoSchool, ClockOff, WrongPassword, NotConfirmed,
        CodeOver, MailTooSoon, MailUsedUp, MailNotSetUp, WeakPassword, PasswordTooLong, SamePassword,
        AccountExists, BadEmail, Banned, SignUpClosed, EmailOff, CaptchaWanted, SecondFactor, ProofWanted,
        AnotherAttempt, SignInAgain, SchoolRefused, InvitationOver, OtherHost, NoInvitation, CodeNeedsSchool,
        NoAddress, UnknownZone, KeychainLocked, KeychainFailed,
    }
}
