//! A sign-in at a school, as this computer knows it: whose, where, and who its account is there.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::school::address::{PublishableKey, SchoolAddress};

/// As what somebody comes to a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchoolRole {
    /// Takes lessons.
    Student,
    /// Gives lessons.
    Tutor,
    /// Acts and sees for a child.
    Guardian,
}

impl SchoolRole {
    /// As the school's functions call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Tutor => "tutor",
            Self::Guardian => "guardian",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Student, Self::Tutor, Self::Guardian].into_iter().find(|role| role.name() == name)
    }
}

/// What a school lets somebody do who has no invitation (`school_settings.open_sign_up`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenSignUp {
    /// Everybody asks, and the school answers.
    #[default]
    Off,
    /// Students are let in at once.
    Students,
    /// Students and tutors are; a tutor is not seen before the school has approved.
    All,
}

/// Somebody that an account acts for at its school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    /// The person, by the school's id.
    pub person: Uuid,
    /// As what: oneself as tutor or student, or the parent of a child.
    pub role: SchoolRole,
    /// Whether the school has approved the tutor; true for everybody else.
    pub approved: bool,
}

/// A request to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// As what.
    pub role: SchoolRole,
    /// Their first name, as they gave it.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// What became of it.
    pub state: JoinRequestState,
    /// Why the school has said no, if it says so.
    pub reason: String,
    /// When they asked (RFC 3339).
    pub asked_at: String,
}

/// What became of a request to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinRequestState {
    /// The school has not answered.
    Waiting,
    /// It has said yes.
    Admitted,
    /// It has said no.
    TurnedAway,
}

/// Who an account is at its school, as the school last said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// For whom it acts.
    pub people: Vec<Acting>,
    /// The request that counts: the one that waits, else the last one.
    pub request: Option<JoinRequest>,
    /// What the school lets strangers do.
    pub open_sign_up: OpenSignUp,
}

/// Where a sign-in stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInState {
    /// The address is not confirmed yet.
    Waiting,
    /// Signed in.
    In,
    /// The school has ended it.
    Ended,
}

impl SignInState {
    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::In => "in",
            Self::Ended => "ended",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Waiting, Self::In, Self::Ended].into_iter().find(|state| state.name() == name)
    }
}

/// A sign-in at a school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Its random id: the name of its workspace.
    pub id: Uuid,
    /// The random name of its entry in the keychain.
    pub entry: Uuid,
    /// Where the school is.
    pub address: SchoolAddress,
    /// By which key it is asked.
    pub key: PublishableKey,
    /// What the school is called.
    pub school: String,
    /// The address that was typed.
    pub email: String,
    /// The account at the school, once it is known.
    pub account: Option<Uuid>,
    /// Where it stands.
    pub state: SignInState,
    /// The code by which the school has ended it.
    pub ended: Option<String>,
    /// Who the account is there, as the school last said.
    pub standing: Option<Standing>,
    /// Which keychain holds the entry, as it calls itself.
    pub keychain: Option<String>,
}

/// How it is with a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchoolState {
    /// Signed in, and somebody at the school.
    In,
    /// The address is not confirmed yet.
    Waiting,
    /// The account is nobody at the school.
    Stranger,
    /// The school was asked, and has not answered.
    Asked,
    /// The school has said no.
    TurnedAway,
    /// The school has ended the sign-in.
    Ended,
    /// The keychain stands between.
    Keychain,
}
