//! What another program of the same person asks the owner of the data folder to do at a school: the tokens have one
//! owner. It is the same whether the owner is asked over its socket or does it itself.

use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    App, Result,
    course_asks::{CourseAsk, CourseReply},
    getting_in::{Form, Step},
    schools::School,
};
use crate::{
    error::{Code, Error, SchoolError, What},
    school::supabase::auth::Mail,
    sign_in::SchoolRole,
    store::device::sign_ins,
};

/// Which school.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Door {
    /// Its address.
    pub address: Option<String>,
    /// Its publishable key.
    pub key: Option<String>,
    /// An invitation: a link, a code, or a text that holds one.
    pub invitation: Option<String>,
    /// The person has seen that the school is known at another address, and wants this one.
    pub agreed: bool,
}

/// What is asked for. Passwords and codes are in it: it goes over the socket of this person's own folder, and nowhere
/// else.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "at_school", rename_all = "snake_case")]
pub enum SchoolAsk {
    /// An account is made.
    SignUp {
        /// Where.
        door: Door,
        /// As what, without an invitation.
        role: Option<SchoolRole>,
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
        /// The address of the account.
        email: String,
        /// Its password.
        password: String,
        /// A few words to the school.
        note: String,
        /// The child's name, for a parent.
        child: String,
        /// Where they live, as an IANA name or a place; this computer's zone where nothing is said, as by a `bell` that
        /// did not know of it.
        zone: Option<String>,
    },
    /// Somebody signs in.
    SignIn {
        /// Where; without anything the one school that is known.
        door: Door,
        /// The address of the account.
        email: String,
        /// Its password.
        password: String,
    },
    /// Somebody has the six digits of a mail.
    Confirm {
        /// Where; without anything the one school that is known.
        door: Door,
        /// The address of the account.
        email: String,
        /// The digits.
        code: String,
    },
    /// Somebody signs out.
    SignOut {
        /// Which school: its id, host or name; without it the only one.
        school: Option<String>,
        /// On every computer.
        everywhere: bool,
    },
    /// The list of schools.
    Schools,
    /// Something about requests, or about what waits.
    Course(CourseAsk),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from_school", rename_all = "snake_case")]
pub enum SchoolReply {
    /// Where somebody is on the way.
    Step(StepLine),
    /// It is done.
    Done,
    /// The schools.
    Schools {
        /// One line each.
        schools: Vec<SchoolLine>,
    },
    /// What came of something about requests, or about what waits.
    Course(CourseReply),
    /// It was not done.
    Failed {
        /// Why, for programs.
        code: Code,
        /// Why, for people.
        message: String,
    },
}

/// Where somebody is on the way, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLine {
    /// The name of the step, as the window has it.
    pub step: String,
    /// What the school is called.
    pub school: String,
    /// As what, once that is settled.
    pub role: Option<SchoolRole>,
    /// Why something that was on its way was not taken, or the school's reason.
    pub reason: Option<String>,
}

/// A school, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolLine {
    /// Its id here.
    pub id: String,
    /// What it is called.
    pub school: String,
    /// Its host.
    pub host: String,
    /// The address of the account.
    pub email: String,
    /// How it is, as the window has it.
    pub state: crate::sign_in::SchoolState,
    /// What is wrong, in words.
    pub sentence: Option<String>,
}

impl App {
    /// Does what was asked for.
    pub async fn at_school(self: &Arc<Self>, ask: SchoolAsk) -> SchoolReply {
        match self.do_at_school(ask).await {
            Ok(reply) => reply,
            Err(error) => SchoolReply::Failed { code: error.code(), message: error.sentence() },
        }
    }

    async fn do_at_school(self: &Arc<Self>, ask: SchoolAsk) -> Result<SchoolReply> {
        Ok(match ask {
            SchoolAsk::SignUp { door, role, first_name, last_name, email, password, note, child, zone } => {
                self.go_to(door).await?;
                let form = Form { role, first_name, last_name, email, note, child, zone };
                SchoolReply::Step(line(self.sign_up(form, password.into()).await?))
            }
            SchoolAsk::SignIn { door, email, password } => {
                self.go_to(door).await?;
                SchoolReply::Step(line(self.sign_in(&email, password.into()).await?))
            }
            SchoolAsk::Confirm { door, email, code } => {
                self.go_to(door).await?;
                SchoolReply::Step(line(self.confirm_address(&email, SecretString::from(code)).await?))
            }
            SchoolAsk::SignOut { school, everywhere } => {
                let found = self.find_school(school.as_deref()).await?;
                self.sign_out(found.id, everywhere).await?;
                self.schools.wait_for_sign_outs().await;
                SchoolReply::Done
            }
            SchoolAsk::Course(ask) => SchoolReply::Course(self.of_course(ask).await?),
            SchoolAsk::Schools => {
                let schools = self.schools().await?.into_iter().map(SchoolLine::from).collect();
                SchoolReply::Schools { schools }
            }
        })
    }

    /// To the school that was named, and up to its door.
    async fn go_to(self: &Arc<Self>, door: Door) -> Result<Step> {
        let Door { address, key, invitation, agreed } = door;
        if let Some(text) = invitation {
            match self.read_invitation(&text).await {
                Ok(_) => return self.pass(agreed).await,
                // A code alone: address and key stand beside it.
                Err(error) if error.code() == Code::CodeNeedsSchool && address.is_some() => {}
                Err(error) => return Err(error),
            }
        }
        if let (Some(address), Some(key)) = (&address, &key) {
            self.look_at_school(address, key).await?;
            return self.pass(agreed).await;
        }
        let known = self.find_school(address.as_deref()).await?;
        let known = sign_ins::get(&mut *self.store.read().await?, known.id).await?.ok_or(Error::NotFound)?;
        self.look_at_school(known.address.as_str(), known.key.as_str()).await
    }

    /// Past the question about another host, if the person has answered it.
    async fn pass(&self, agreed: bool) -> Result<Step> {
        match self.getting_in().await? {
            Step::Invitation { other: Some(_), .. } if !agreed => {
                Err(SchoolError::nowhere(What::OtherHost).into())
            }
            Step::Invitation { .. } => match self.go_on_with_invitation(agreed).await? {
                Step::Invitation { .. } => Err(SchoolError::nowhere(What::OtherHost).into()),
                step => Ok(step),
            },
            step => Ok(step),
        }
    }

    /// The school of that id, host, address or name; the only one where none is named.
    async fn find_school(&self, named: Option<&str>) -> Result<School> {
        let mut all = self.schools().await?;
        if let Some(named) = named {
            let named = named.trim().trim_end_matches('/').to_lowercase();
            all.retain(|school| {
                school.id.to_string() == named
                    || school.name.to_lowercase() == named
                    || named.rsplit("//").next() == Some(&school.host)
            });
        }
        match (all.pop(), all.is_empty()) {
            (Some(school), true) => Ok(school),
            (None, _) => Err(SchoolError::nowhere(What::NoSuchSchool).into()),
            (Some(_), false) => Err(SchoolError::nowhere(What::SeveralSchools).into()),
        }
    }
}

fn line(step: Step) -> StepLine {
    let (name, school, role, reason) = match step {
        Step::Begin => ("begin", String::new(), None, None),
        Step::Invitation { host, .. } => ("invitation", host, None, None),
        Step::Door { school, role, .. } => ("door", school, role, None),
        Step::Confirm { school, mail: Mail::SignUp, .. } => ("confirm", school, None, None),
        Step::Confirm { school, mail: Mail::NewPassword, .. } => ("confirm_new_password", school, None, None),
        Step::NewPassword { school, .. } => ("new_password", school, None, None),
        Step::Stranger { school, fault, .. } => ("stranger", school, None, fault),
        Step::Asked { school, request, .. } => ("asked", school, Some(request.role), None),
        Step::TurnedAway { school, request, .. } => (
            "turned_away",
            school,
            Some(request.role),
            Some(request.reason).filter(|reason| !reason.is_empty()),
        ),
        Step::Arrived { school, role, .. } => ("arrived", school, Some(role), None),
    };
    StepLine { step: name.to_owned(), school, role, reason }
}

impl From<School> for SchoolLine {
    fn from(School { id, name, host, email, state, sentence, .. }: School) -> Self {
        Self { id: id.to_string(), school: name, host, email, state, sentence }
    }
}
