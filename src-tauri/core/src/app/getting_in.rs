//! The way into a school, step by step. One person is on it at a time; what they typed is kept in memory until they are
//! in or leave, and the password longest of all only until the next start. Nothing is sent before somebody presses.

mod arrive;
mod ask;
mod begin;
mod mail;
mod password;

pub(super) use arrive::waiting_entry;

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use secrecy::SecretString;
use uuid::Uuid;

use super::{App, Result};
use crate::{
    error::{Error, Named, SchoolError, What},
    school::{
        address::{PublishableKey, SchoolAddress},
        fault::Fault,
        invitation::InvitationCode,
        supabase::{
            auth::{Auth, Mail, SignedIn},
            calls::{Facts, Newcomer, Plea},
            error::{AccountsError, Refusal},
            keeper::KeeperFault,
            rest::CallError,
            wire::Wire,
        },
    },
    sign_in::{JoinRequest, OpenSignUp, SchoolRole, SignIn},
    zone::Zone,
};

/// The page on which somebody is who is on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An invitation, or an address and a key, is asked for.
    Begin,
    /// An invitation was read, and nothing was sent yet.
    Invitation {
        /// Who will be asked.
        host: String,
        /// A school that is known at another address.
        other: Option<OtherHost>,
    },
    /// The school has answered: sign up, or sign in.
    Door {
        /// What it is called.
        school: String,
        /// Where it is.
        host: String,
        /// As what the invitation is; nothing without one.
        role: Option<SchoolRole>,
        /// What it lets somebody do without one.
        open_sign_up: OpenSignUp,
        /// There is an account: signing in comes first.
        has_account: bool,
        /// Another school can be chosen. Not where a sign-in of this one is to go on.
        can_leave: bool,
        /// What was typed before.
        form: Form,
    },
    /// A mail went out.
    Confirm {
        /// What the school is called.
        school: String,
        /// Where the mail went.
        email: String,
        /// What it is for.
        mail: Mail,
        /// The password is still known, so that "I have opened the link" can sign in.
        knows_password: bool,
        /// What the mail's link has led to, where that was nothing, in words.
        fault: Option<String>,
    },
    /// A new password is asked for.
    NewPassword {
        /// What the school is called.
        school: String,
        /// Whose.
        email: String,
    },
    /// The account is nobody at the school.
    Stranger {
        /// What the school is called.
        school: String,
        /// What was typed before.
        form: Form,
        /// What it lets strangers do.
        open_sign_up: OpenSignUp,
        /// Why an invitation or a request that was on its way has not been taken, in words.
        fault: Option<String>,
    },
    /// The school was asked, and has not answered.
    Asked {
        /// What the school is called.
        school: String,
        /// Who has asked.
        email: String,
        /// What.
        request: JoinRequest,
    },
    /// The school has said no.
    TurnedAway {
        /// What the school is called.
        school: String,
        /// Who has asked.
        email: String,
        /// What.
        request: JoinRequest,
        /// What it lets strangers do.
        open_sign_up: OpenSignUp,
    },
    /// In.
    Arrived {
        /// What the school is called.
        school: String,
        /// As what.
        role: SchoolRole,
        /// A tutor is not seen before the school has approved.
        approved: bool,
    },
}

/// A school that is known at one address, and an invitation or a setting that names another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherHost {
    /// What it is called.
    pub school: String,
    /// Where it is known.
    pub known: String,
    /// Where the invitation leads.
    pub given: String,
}

/// What a person types on the way, but the password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// As what, where no invitation says it.
    pub role: Option<SchoolRole>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The address of the account.
    pub email: String,
    /// A few words to the school.
    pub note: String,
    /// The child's name, for a parent.
    pub child: String,
    /// Where they live: an IANA name or a place. Nothing stands for this computer's zone.
    pub zone: Option<String>,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Begin,
    Invitation,
    Door,
    Confirm(Mail),
    NewPassword,
    Inside,
}

/// A school that is asked.
#[derive(Clone)]
struct School {
    address: SchoolAddress,
    key: PublishableKey,
    /// What it is called, once it has said so.
    name: Option<String>,
    open_sign_up: OpenSignUp,
}

/// Somebody who is on the way.
#[derive(Clone, Default)]
struct OnTheWay {
    /// Told apart from whoever is on the way later.
    attempt: u64,
    place: Place,
    school: Option<School>,
    code: Option<InvitationCode>,
    /// As what the invitation is, once the school has said so.
    invited: Option<SchoolRole>,
    /// The person has seen that the school is known at another address, and wants this one.
    agreed: bool,
    other: Option<OtherHost>,
    has_account: bool,
    form: Form,
    password: Option<SecretString>,
    /// Names what the school is asked, where that is not what came with the sign-up.
    request: Option<Uuid>,
    /// The sign-in that this leads to, once there is a row of it.
    sign_in: Option<Uuid>,
    /// Signed in by a mail for a forgotten password, and nowhere stored before the new one is set.
    tokens: Option<std::sync::Arc<SignedIn>>,
    fault: Option<String>,
}

/// The way into a school, as the app keeps it.
#[derive(Default)]
pub(super) struct GettingIn {
    way: Mutex<OnTheWay>,
    /// Held by whoever arrives: of two at once the second finds what the first has stored.
    arriving: tokio::sync::Mutex<()>,
    tries: Mutex<VecDeque<Duration>>,
}

/// At most so many requests in so long are made by *I have opened the link*, by itself or by the person.
const MOST_TRIES: (usize, Duration) = (20, Duration::from_secs(300));

impl GettingIn {
    fn way(&self) -> MutexGuard<'_, OnTheWay> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Where somebody is who is on the way into a school.
    pub async fn getting_in(&self) -> Result<Step> {
        let way = self.getting_in.way().clone();
        self.step_of(&way).await
    }

    /// Leaves the way, back to the beginning; from a mail that is waited for to the door of that school, for another
    /// address. What waits for a mail or for the school stays where it is.
    pub async fn leave_getting_in(&self) -> Result<Step> {
        self.schools.hold_receiver(None);
        let way = self.getting_in.way().clone();
        let next = match way.place {
            Place::Confirm(_) => {
                OnTheWay { place: Place::Door, password: None, sign_in: None, tokens: None, ..way }
            }
            _ => OnTheWay::default(),
        };
        let way = self.set_out(next);
        self.step_of(&way).await
    }

    /// Begins anew: whatever was on its way before finds that it is not any more.
    fn set_out(&self, way: OnTheWay) -> OnTheWay {
        let mut now = self.getting_in.way();
        *now = OnTheWay { attempt: now.attempt + 1, ..way };
        now.clone()
    }

    /// Keeps how far somebody came, unless they have left meanwhile; then nothing is shown of it.
    fn come_to(&self, way: OnTheWay) -> OnTheWay {
        let mut now = self.getting_in.way();
        if now.attempt == way.attempt {
            *now = way.clone();
        }
        way
    }

    async fn step_of(&self, way: &OnTheWay) -> Result<Step> {
        let Some(school) = &way.school else { return Ok(Step::Begin) };
        let (name, host, email) = (school.shown(), school.address.host(), way.form.email.clone());
        Ok(match way.place {
            Place::Begin => Step::Begin,
            Place::Invitation => Step::Invitation { host, other: way.other.clone() },
            Place::Door => Step::Door {
                school: name,
                host,
                role: way.invited,
                open_sign_up: school.open_sign_up,
                has_account: way.has_account,
                can_leave: way.sign_in.is_none(),
                form: way.form.clone(),
            },
            Place::Confirm(mail) => {
                let (knows_password, fault) = (way.password.is_some(), way.fault.clone());
                Step::Confirm { school: name, email, mail, knows_password, fault }
            }
            Place::NewPassword => Step::NewPassword { school: name, email },
            Place::Inside => self.inside(way, school, name).await?,
        })
    }

    /// Somebody is somewhere on the way, and a school is known.
    fn somewhere(&self) -> Result<(OnTheWay, School)> {
        let way = self.getting_in.way().clone();
        let school = way.school.clone().ok_or(SchoolError::nowhere(What::NobodyOnTheWay))?;
        Ok((way, school))
    }

    /// A way to a school. Nothing is sent yet.
    fn wire(&self, school: &School, way: &OnTheWay) -> Result<Wire> {
        Wire::new(school.address.clone(), school.key.clone(), std::sync::Arc::clone(&self.clock))
            .map_err(|fault| named(What::Fault(fault), school, way))
    }

    fn auth(&self, school: &School, way: &OnTheWay) -> Result<Auth> {
        Ok(Auth::new(self.wire(school, way)?))
    }

    /// Whoever tries by itself, or presses again and again, must not use up what the school lets an address ask.
    fn may_try(&self) -> bool {
        let now = self.clock.steady();
        let mut tries = self.getting_in.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|at| now.saturating_sub(*at) < MOST_TRIES.1);
        let may = tries.len() < MOST_TRIES.0;
        if may {
            tries.push_back(now);
        }
        may
    }

    fn newcomer(&self, form: &Form) -> Newcomer {
        Newcomer {
            first_name: form.first_name.clone(),
            last_name: form.last_name.clone(),
            zone: form.zone.clone().unwrap_or_else(|| self.zone().name().to_owned()),
        }
    }
}

impl School {
    /// What it is called; its host where nobody knows that yet.
    fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.address.host())
    }

    fn learn(&mut self, facts: Facts) {
        self.name = Some(facts.name);
        self.open_sign_up = facts.open_sign_up;
    }
}

impl Form {
    fn plea(&self) -> Plea {
        Plea { note: self.note.clone(), child: self.child.clone() }
    }

    /// What a person typed, without the blanks around it. A place becomes the name of its zone; what is none stays as
    /// it is, and [`begin::check`] refuses it.
    fn trimmed(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        Self {
            role: self.role,
            first_name: trim(self.first_name),
            last_name: trim(self.last_name),
            email: trim(self.email),
            note: trim(self.note),
            child: trim(self.child),
            zone: self.zone.map(|typed| match Zone::find(&typed) {
                Some(zone) => zone.name().to_owned(),
                None => trim(typed),
            }),
        }
    }
}

/// An error that names the school and the address.
fn named(what: What, school: &School, way: &OnTheWay) -> Error {
    let named = Named { school: school.shown(), host: school.address.host(), email: way.form.email.clone() };
    SchoolError { what, named: Box::new(named) }.into()
}

fn of_accounts(error: AccountsError, school: &School, way: &OnTheWay) -> Error {
    let what = match error {
        AccountsError::Refused(refusal) => What::Refused(refusal),
        AccountsError::Fault(fault) => What::Fault(fault),
    };
    named(what, school, way)
}

fn of_call(error: CallError, school: &School, way: &OnTheWay) -> Error {
    named(what_of_call(error), school, way)
}

/// An error that names the school of a sign-in.
pub(super) fn named_of(what: What, sign_in: &SignIn) -> Error {
    let named =
        Named { school: sign_in.school.clone(), host: sign_in.address.host(), email: sign_in.email.clone() };
    SchoolError { what, named: Box::new(named) }.into()
}

pub(super) fn what_of_call(error: CallError) -> What {
    match error {
        CallError::Refused { code, .. } => What::Said(code),
        CallError::Token { .. } => What::Fault(Fault::Silent),
        CallError::Fault(fault) => What::Fault(fault),
        CallError::NoToken(fault) => what_of_keeper(*fault),
    }
}

/// Why there is no token.
pub(super) fn what_of_keeper(fault: KeeperFault) -> What {
    match fault {
        KeeperFault::Keychain(fault) | KeeperFault::NotStored(fault) => What::Keychain(fault),
        KeeperFault::Refused(refusal) => What::Refused(refusal),
        KeeperFault::Ended(dead) => What::Refused(Refusal::Dead(dead)),
        KeeperFault::Missing => What::SignInMissing,
        KeeperFault::School(fault) => What::Fault(fault),
        KeeperFault::SignedOut | KeeperFault::Busy | KeeperFault::NoFolder => What::Fault(Fault::Silent),
    }
}
