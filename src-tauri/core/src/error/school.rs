//! What goes wrong at a school or on the way there, with its code and its sentence. A server's own sentence never gets
//! here, and no name of a host but the one that the person has typed or agreed to.

use crate::{
    school::{
        address::NoAddress,
        fault::Fault,
        invitation::NoInvitation,
        supabase::error::{Dead, Refusal, Weakness},
    },
    secret::KeychainFault,
    words::say,
};

use super::{Code, Error};

/// A school, as sentences name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// What it is called; its host where nobody knows that yet.
    pub school: String,
    /// Its host.
    pub host: String,
    /// The address with which somebody signs in or up.
    pub email: String,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The school could not be asked.
    Fault(Fault),
    /// Its accounts say no.
    Refused(Refusal),
    /// One of its functions says no: the stable code.
    Said(String),
    /// The school does not do what was done here: the stable code of its refusal.
    Wrote(String),
    /// The keychain has not done what it was asked for.
    Keychain(KeychainFault),
    /// The keychain answers, and the sign-in is not there any more.
    SignInMissing,
    /// A text holds no invitation.
    Invitation(NoInvitation),
    /// A code was read, and no school is known that it could be of.
    CodeNeedsSchool,
    /// What was typed is no address of a school.
    Address(NoAddress),
    /// What was typed is no key of a school.
    Key,
    /// What was typed is no time zone.
    Zone,
    /// The school takes the account for nobody's, which is the school's fault.
    Anonymous,
    /// An invitation to another school than the one that one is at.
    AnotherSchool,
    /// The school is known at another address, and nobody has agreed to this one.
    OtherHost,
    /// No such school is known here.
    NoSuchSchool,
    /// More than one school is meant.
    SeveralSchools,
    /// Nobody is on the way into a school.
    NobodyOnTheWay,
    /// It was asked as often as the school allows; so it is not asked.
    Pause,
    /// The school's clock is ahead of this computer's by so much; behind it, if that is negative.
    ClockAhead(chrono::Duration),
    /// The school was not heard, and is asked again by itself.
    Unheard {
        /// Why.
        fault: Fault,
        /// Until when what is here of it is known to be all, as people say it; nothing where all has never come.
        since: Option<String>,
    },
}

/// Something went wrong at a school or on the way there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.what.code_name())]
pub struct SchoolError {
    /// What.
    pub what: What,
    /// Which school, boxed because errors are handed on a lot.
    pub named: Box<Named>,
}

impl SchoolError {
    /// Something that has to do with no school yet.
    #[must_use]
    pub fn nowhere(what: What) -> Self {
        Self { what, named: Box::default() }
    }

    /// What a program decides on.
    #[must_use]
    pub fn code(&self) -> Code {
        self.what.code()
    }

    /// One sentence: what happened, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Named { school, host, email } = &*self.named;
        let name = self.what.sentence_name();
        let time = match &self.what {
            What::Unheard { since: Some(since), .. } => since.as_str(),
            _ => "",
        };
        let seconds = match &self.what {
            What::Fault(Fault::TooMany(Some(wait))) | What::Refused(Refusal::MailTooSoon(Some(wait))) => {
                wait.as_secs()
            }
            What::ClockAhead(ahead) => ahead.num_seconds().unsigned_abs(),
            _ => 0,
        };
        say(
            name,
            &[
                ("school", school.as_str().into()),
                ("host", host.as_str().into()),
                ("email", email.as_str().into()),
                ("seconds", seconds.into()),
                ("time", time.into()),
            ],
        )
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        SchoolError::nowhere(What::Fault(fault)).into()
    }
}

impl What {
    /// The code as a word, which is all that goes into a log.
    fn code_name(&self) -> String {
        serde_json::to_value(self.code())
            .ok()
            .and_then(|code| code.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    fn code(&self) -> Code {
        match self {
            Self::Fault(fault) | Self::Unheard { fault, .. } => of_fault(*fault),
            Self::Refused(refusal) => of_refusal(refusal),
            Self::Said(code) if code == "invitation_over" => Code::InvitationOver,
            Self::Wrote(code) if code == "stale" => Code::Stale,
            Self::Wrote(code) if code == "not_found" => Code::NotFound,
            Self::Said(_) | Self::Wrote(_) => Code::SchoolRefused,
            Self::Keychain(KeychainFault::Locked) => Code::KeychainLocked,
            Self::Keychain(_) => Code::KeychainFailed,
            Self::SignInMissing => Code::SignInAgain,
            Self::Invitation(_) => Code::NoInvitation,
            Self::CodeNeedsSchool => Code::CodeNeedsSchool,
            Self::Address(_) => Code::NoAddress,
            Self::Key => Code::WrongKey,
            Self::Zone => Code::UnknownZone,
            Self::Anonymous => Code::SchoolSilent,
            Self::AnotherSchool => Code::NoInvitation,
            Self::OtherHost => Code::OtherHost,
            Self::NobodyOnTheWay | Self::NoSuchSchool => Code::NotFound,
            Self::SeveralSchools => Code::Invalid,
            Self::Pause => Code::TooManyRequests,
            Self::ClockAhead(_) => Code::ClockOff,
        }
    }

    /// The name of the sentence.
    fn sentence_name(&self) -> &'static str {
        match self {
            Self::Fault(fault) => sentence_of_fault(*fault),
            Self::Unheard { fault, since } => sentence_of_unheard(*fault, since.is_some()),
            Self::Refused(refusal) => sentence_of_refusal(refusal),
            Self::Said(code) => sentence_of_said(code),
            Self::Wrote(code) => sentence_of_write(code),
            Self::Keychain(fault) => sentence_of_keychain(fault),
            Self::SignInMissing => "keychain-missing",
            Self::Invitation(NoInvitation::None) => "school-invitation-none",
            Self::Invitation(NoInvitation::Address(fault)) | Self::Address(fault) => fault.sentence(),
            Self::Invitation(NoInvitation::Key) => "school-invitation-key",
            Self::Invitation(NoInvitation::Code) => "school-invitation-code",
            Self::CodeNeedsSchool => "school-code-needs-school",
            Self::Key => "school-key-none",
            Self::Zone => "school-zone",
            Self::Anonymous => "school-anonymous",
            Self::AnotherSchool => "school-another-school",
            Self::OtherHost => "school-other-host",
            Self::NoSuchSchool => "school-none-such",
            Self::SeveralSchools => "school-several",
            Self::NobodyOnTheWay => "school-nobody-on-the-way",
            Self::Pause => "school-pause",
            Self::ClockAhead(ahead) if ahead.num_seconds() > 0 => "school-clock-behind",
            Self::ClockAhead(_) => "school-clock-ahead",
        }
    }
}

const fn of_fault(fault: Fault) -> Code {
    match fault {
        Fault::Offline => Code::Offline,
        Fault::CaptivePortal => Code::CaptivePortal,
        Fault::NetworkBlocks => Code::NetworkBlocks,
        Fault::SwitchedOff | Fault::NameUnknown => Code::SchoolSwitchedOff,
        Fault::NetworkOrSchool => Code::NetworkOrSchool,
        Fault::Silent => Code::SchoolSilent,
        Fault::TooMany(_) => Code::TooManyRequests,
        Fault::NeedsUpdate => Code::SchoolNeedsUpdate,
        Fault::WrongKey => Code::WrongKey,
        Fault::NoSchool => Code::NoSchool,
        Fault::ClockOff => Code::ClockOff,
    }
}

const fn sentence_of_fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Offline => "school-offline",
        Fault::CaptivePortal => "school-captive-portal",
        Fault::NetworkBlocks => "school-network-blocks",
        Fault::SwitchedOff => "school-switched-off",
        Fault::NameUnknown => "school-name-unknown",
        Fault::NetworkOrSchool => "school-network-or-school",
        Fault::Silent => "school-silent",
        Fault::TooMany(None) => "school-too-many",
        Fault::TooMany(Some(_)) => "school-too-many-seconds",
        Fault::NeedsUpdate => "school-needs-update",
        Fault::WrongKey => "school-wrong-key",
        Fault::NoSchool => "school-no-school",
        Fault::ClockOff => "school-clock-off",
    }
}

/// What is told beside lists that are there: until when they are known to be all.
const fn sentence_of_unheard(fault: Fault, has_all: bool) -> &'static str {
    match (fault, has_all) {
        (Fault::Offline, true) => "unheard-offline",
        (Fault::Offline, false) => "unheard-offline-never",
        (Fault::CaptivePortal, true) => "unheard-captive-portal",
        (Fault::NeedsUpdate, true) => "unheard-needs-update",
        (Fault::NeedsUpdate, false) => "school-needs-update",
        (Fault::ClockOff, _) => "school-clock-off",
        (_, true) => "unheard",
        (_, false) => "unheard-never",
    }
}

const fn of_refusal(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::WrongPassword => Code::WrongPassword,
        Refusal::NotConfirmed => Code::NotConfirmed,
        Refusal::CodeOver => Code::CodeOver,
        Refusal::MailTooSoon(_) => Code::MailTooSoon,
        Refusal::MailUsedUp => Code::MailUsedUp,
        Refusal::MailNotSetUp | Refusal::MailFailed => Code::MailNotSetUp,
        Refusal::TooMany => Code::TooManyRequests,
        Refusal::WeakPassword { .. } => Code::WeakPassword,
        Refusal::PasswordTooLong => Code::PasswordTooLong,
        Refusal::SamePassword => Code::SamePassword,
        Refusal::AccountExists => Code::AccountExists,
        Refusal::BadEmail => Code::BadEmail,
        Refusal::Banned => Code::Banned,
        Refusal::SignUpClosed => Code::SignUpClosed,
        Refusal::EmailOff => Code::EmailOff,
        Refusal::CaptchaWanted => Code::CaptchaWanted,
        Refusal::SecondFactor => Code::SecondFactor,
        Refusal::ProofWanted | Refusal::OldPasswordWanted => Code::ProofWanted,
        Refusal::AnotherAttempt => Code::AnotherAttempt,
        Refusal::BadToken | Refusal::Dead(_) => Code::SignInAgain,
        Refusal::Other { .. } => Code::SchoolRefused,
    }
}

fn sentence_of_refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::WrongPassword => "school-wrong-password",
        Refusal::NotConfirmed => "school-not-confirmed",
        Refusal::CodeOver => "school-code-over",
        Refusal::MailTooSoon(None) => "school-mail-too-soon",
        Refusal::MailTooSoon(Some(_)) => "school-mail-too-soon-seconds",
        Refusal::MailUsedUp => "school-mail-used-up",
        Refusal::MailNotSetUp => "school-mail-not-set-up",
        Refusal::MailFailed => "school-mail-failed",
        Refusal::TooMany => "school-too-many",
        Refusal::WeakPassword { lacks } => weak(lacks),
        Refusal::PasswordTooLong => "school-password-too-long",
        Refusal::SamePassword => "school-same-password",
        Refusal::AccountExists => "school-account-exists",
        Refusal::BadEmail => "school-bad-email",
        Refusal::Banned => "school-banned",
        Refusal::SignUpClosed => "school-sign-up-closed",
        Refusal::EmailOff => "school-email-off",
        Refusal::CaptchaWanted => "school-captcha",
        Refusal::SecondFactor => "school-second-factor",
        Refusal::ProofWanted => "school-proof-wanted",
        Refusal::OldPasswordWanted => "school-old-password-wanted",
        Refusal::AnotherAttempt => "school-another-attempt",
        Refusal::Dead(Dead::Expired) => "school-ended-expired",
        Refusal::Dead(Dead::AccountGone) => "school-ended-account-gone",
        Refusal::Dead(_) | Refusal::BadToken => "school-ended",
        Refusal::Other { .. } => "school-refused",
    }
}

/// What a password lacks, all of it in one sentence.
fn weak(lacks: &[Weakness]) -> &'static str {
    let has = |weakness| lacks.contains(&weakness);
    match (has(Weakness::Length), has(Weakness::Characters), has(Weakness::Known)) {
        (_, _, true) => "school-weak-known",
        (true, true, false) => "school-weak-length-characters",
        (true, false, false) => "school-weak-length",
        (false, true, false) => "school-weak-characters",
        (false, false, false) => "school-weak",
    }
}

fn sentence_of_said(code: &str) -> &'static str {
    match code {
        "invitation_over" => "school-said-invitation-over",
        "already_linked" => "school-said-already-linked",
        "already_asked" => "school-said-already-asked",
        "asked_too_often" => "school-said-asked-too-often",
        "not_confirmed" => "school-not-confirmed",
        "bad_input" => "school-said-bad-input",
        "not_found" => "school-said-not-found",
        _ => "school-refused",
    }
}

/// The sentence for a write that a school refuses (`private.refusals`).
#[must_use]
pub fn sentence_of_write(code: &str) -> &'static str {
    match code {
        "stale" => "refused-stale",
        "not_found" => "refused-not-found",
        "not_allowed" => "refused-not-allowed",
        "not_for_status" => "refused-not-for-status",
        "not_now" => "refused-not-now",
        "slot_taken" => "refused-slot-taken",
        "series_clashes" => "refused-series-clashes",
        "short_notice" => "refused-short-notice",
        "in_the_past" => "refused-in-the-past",
        "bad_input" => "refused-bad-input",
        "times_differ" => "refused-times-differ",
        "has_opened" => "refused-has-opened",
        "link_being_made" => "refused-link-being-made",
        "meeting_made_anew" => "refused-meeting-made-anew",
        "request_id_reused" => "refused-request-id-reused",
        "dropped" => "refused-dropped",
        _ => "school-refused",
    }
}

const fn sentence_of_keychain(fault: &KeychainFault) -> &'static str {
    match fault {
        KeychainFault::Absent => "keychain-absent",
        KeychainFault::Silent => "keychain-silent",
        KeychainFault::Locked => "keychain-locked",
        KeychainFault::Another { .. } => "keychain-another",
        KeychainFault::Unreadable => "keychain-unreadable",
        KeychainFault::Refused | KeychainFault::TooLong => "keychain-refused",
    }
}
