//! The way into a school, and the schools that one is signed in to. No password, code or token is in any of it.

use firstbell_core::{
    app::{
        getting_in::{Form, OtherHost, Step},
        schools::School,
    },
    school::supabase::auth::Mail,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::enums::{OpenSignUp, SchoolRole, SchoolState};

/// A school that is known at one address, and an invitation that leads to another.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "OtherHost")]
pub struct OtherHostView {
    pub school: String,
    pub known: String,
    pub given: String,
}

impl From<OtherHost> for OtherHostView {
    fn from(OtherHost { school, known, given }: OtherHost) -> Self {
        Self { school, known, given }
    }
}

/// Where somebody is who is on the way into a school.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "GettingIn", tag = "step", rename_all = "snake_case")]
pub enum GettingInView {
    /// An invitation, or an address and a key, is asked for.
    Begin,
    /// An invitation was read, and nothing was sent yet.
    Invitation { host: String, other: Option<OtherHostView> },
    /// The school has answered: sign up, or sign in.
    Door {
        school: String,
        host: String,
        /// As what the invitation is. Without one the role is a choice.
        role: Option<SchoolRole>,
        sign_up: OpenSignUp,
        /// Signing in comes first.
        has_account: bool,
        email: String,
        first_name: String,
        last_name: String,
        /// The zone that the form had before; nothing where it had none yet.
        zone: Option<String>,
        /// Another school can be chosen.
        can_leave: bool,
    },
    /// A mail went out.
    Confirm {
        school: String,
        email: String,
        purpose: Purpose,
        /// The password is still known, so that "I have opened the link" can sign in.
        knows_password: bool,
        /// What the mail's link has led to, where that was nothing.
        fault: Option<String>,
    },
    /// A new password is asked for.
    NewPassword { school: String, email: String },
    /// The account is nobody at the school.
    Stranger {
        school: String,
        email: String,
        sign_up: OpenSignUp,
        first_name: String,
        last_name: String,
        zone: Option<String>,
        /// Why an invitation or a request that was on its way was not taken.
        fault: Option<String>,
    },
    /// The school was asked, and has not answered.
    Asked {
        school: String,
        email: String,
        role: SchoolRole,
        first_name: String,
        last_name: String,
        /// When (RFC 3339).
        at: String,
    },
    /// The school has said no.
    TurnedAway { school: String, email: String, role: SchoolRole, reason: String, sign_up: OpenSignUp },
    /// In.
    Arrived {
        school: String,
        role: SchoolRole,
        /// A tutor is not seen before the school has approved.
        approved: bool,
    },
}

/// What a mail is for.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    SignUp,
    NewPassword,
}

impl From<Step> for GettingInView {
    fn from(step: Step) -> Self {
        match step {
            Step::Begin => Self::Begin,
            Step::Invitation { host, other } => Self::Invitation { host, other: other.map(Into::into) },
            Step::Door { school, host, role, open_sign_up, has_account, can_leave, form } => Self::Door {
                school,
                host,
                role: role.map(Into::into),
                sign_up: open_sign_up.into(),
                has_account,
                email: form.email,
                first_name: form.first_name,
                last_name: form.last_name,
                zone: form.zone,
                can_leave,
            },
            Step::Confirm { school, email, mail, knows_password, fault } => {
                let purpose = match mail {
                    Mail::SignUp => Purpose::SignUp,
                    Mail::NewPassword => Purpose::NewPassword,
                };
                Self::Confirm { school, email, purpose, knows_password, fault }
            }
            Step::NewPassword { school, email } => Self::NewPassword { school, email },
            Step::Stranger { school, form, open_sign_up, fault } => Self::Stranger {
                school,
                email: form.email,
                sign_up: open_sign_up.into(),
                first_name: form.first_name,
                last_name: form.last_name,
                zone: form.zone,
                fault,
            },
            Step::Asked { school, email, request } => Self::Asked {
                school,
                email,
                role: request.role.into(),
                first_name: request.first_name,
                last_name: request.last_name,
                at: request.asked_at,
            },
            Step::TurnedAway { school, email, request, open_sign_up } => Self::TurnedAway {
                school,
                email,
                role: request.role.into(),
                reason: request.reason,
                sign_up: open_sign_up.into(),
            },
            Step::Arrived { school, role, approved } => Self::Arrived { school, role: role.into(), approved },
        }
    }
}

/// What somebody writes who signs up.
#[derive(Clone, Deserialize, Type)]
#[serde(rename = "SignUp")]
pub struct SignUpForm {
    /// Where no invitation says it.
    role: Option<SchoolRole>,
    first_name: String,
    last_name: String,
    email: String,
    password: String,
    note: String,
    /// For a parent.
    child: String,
    /// The zone that the form shows, or what was typed for one.
    zone: String,
}

impl SignUpForm {
    /// The form, and the password apart from it.
    pub fn parted(self) -> (Form, secrecy::SecretString) {
        let Self { role, first_name, last_name, email, password, note, child, zone } = self;
        let (role, zone) = (role.map(Into::into), Some(zone));
        (Form { role, first_name, last_name, email, note, child, zone }, password.into())
    }
}

/// What somebody writes who asks a school to be let in.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename = "JoinRequest")]
pub struct AskForm {
    role: SchoolRole,
    first_name: String,
    last_name: String,
    note: String,
    /// For a parent.
    child: String,
    /// The zone that the form shows, or what was typed for one.
    zone: String,
}

impl From<AskForm> for Form {
    fn from(AskForm { role, first_name, last_name, note, child, zone }: AskForm) -> Self {
        let (role, zone) = (Some(role.into()), Some(zone));
        Self { role, first_name, last_name, note, child, zone, email: String::new() }
    }
}

/// A school that one is signed in to, or on the way.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "SchoolView")]
pub struct SchoolView {
    pub id: String,
    pub school: String,
    pub host: String,
    pub email: String,
    pub state: SchoolState,
    /// What is wrong or awaited.
    pub sentence: Option<String>,
    /// There is no keychain: the sign-in ends with the program.
    pub this_run_only: bool,
}

impl From<School> for SchoolView {
    fn from(school: School) -> Self {
        Self {
            id: school.id.to_string(),
            school: school.name,
            host: school.host,
            email: school.email,
            state: school.state.into(),
            sentence: school.sentence,
            this_run_only: school.this_run_only,
        }
    }
}
