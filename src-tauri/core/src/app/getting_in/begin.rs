//! The first steps: an invitation or an address, and the first question to the school.

use super::{App, Form, OnTheWay, OtherHost, Place, Result, School, Step, named, of_accounts, of_call};
use crate::{
    error::{Error, SchoolError, What},
    school::{
        address::{PublishableKey, SchoolAddress},
        fault::Fault,
        invitation::Invitation,
        supabase::{
            calls::{look_at_invitation, look_at_school},
            rest::CallError,
        },
    },
    sign_in::{OpenSignUp, SignIn},
    store::device::sign_ins,
    zone::Zone,
};

impl App {
    /// Reads an invitation. Nothing is sent. A bare code needs a school: the one that this computer knows, if it is one.
    ///
    /// # Errors
    /// [`Error::School`] where there is none in the text, or it cannot be taken.
    pub async fn read_invitation(&self, text: &str) -> Result<Step> {
        let invitation = Invitation::find(text).map_err(|why| SchoolError::nowhere(What::Invitation(why)))?;
        let known = sign_ins::all(&mut *self.store.read().await?).await?;
        let (school, place) = match invitation.school {
            Some((address, key)) => (School::at(address, key), Place::Invitation),
            None => match only_school(&known) {
                Some(school) => (school, Place::Invitation),
                // The code is kept; address and key are asked for.
                None => {
                    self.schools.hold_receiver(None);
                    self.set_out(OnTheWay { code: invitation.code, ..OnTheWay::default() });
                    return Err(SchoolError::nowhere(What::CodeNeedsSchool).into());
                }
            },
        };
        let other = same_key_elsewhere(&known, &school);
        self.schools.hold_receiver(None);
        let way = self.set_out(OnTheWay {
            place,
            school: Some(school),
            code: invitation.code,
            other,
            ..OnTheWay::default()
        });
        self.step_of(&way).await
    }

    /// Asks the school at an address that somebody has typed, with its key. A code that was read before goes with it.
    ///
    /// # Errors
    /// [`Error::School`].
    pub async fn look_at_school(&self, address: &str, key: &str) -> Result<Step> {
        let address: SchoolAddress =
            address.parse().map_err(|why| SchoolError::nowhere(What::Address(why)))?;
        let key = PublishableKey::new(key).ok_or(SchoolError::nowhere(What::Key))?;
        // A code alone asked for its school. One that has a school is for no other.
        let code = {
            let way = self.getting_in.way();
            let is_its = way.school.as_ref().is_none_or(|school| school.address == address);
            way.code.clone().filter(|_| is_its)
        };
        let way = OnTheWay { school: Some(School::at(address, key)), code, ..OnTheWay::default() };
        self.schools.hold_receiver(None);
        let way = self.set_out(way);
        self.ask_at_door(way).await
    }

    /// Asks the school of the invitation that was read. Where the school is known at another address, only if the person
    /// has seen both and agreed.
    ///
    /// # Errors
    /// [`Error::School`].
    pub async fn go_on_with_invitation(&self, agreed: bool) -> Result<Step> {
        let (mut way, _) = self.somewhere()?;
        if way.other.is_some() && !agreed {
            return self.step_of(&way).await;
        }
        way.agreed = agreed;
        let way = self.come_to(way);
        self.ask_at_door(way).await
    }

    /// What stands behind the address, and what the invitation is for.
    async fn ask_at_door(&self, mut way: OnTheWay) -> Result<Step> {
        let Some(mut school) = way.school.clone() else { return Ok(Step::Begin) };
        let auth = self.auth(&school, &way)?;
        // The accounts answer for the key and the address; what else stands there has none.
        auth.offer().await.map_err(|error| of_accounts(error, &school, &way))?;
        match look_at_school(auth.wire()).await {
            Ok(facts) => school.learn(facts),
            // A school of before open sign-up says its name by an invitation only.
            Err(CallError::Fault(Fault::NeedsUpdate)) if way.code.is_some() => {}
            Err(error) => return Err(of_call(error, &school, &way)),
        }
        if let Some(code) = &way.code {
            let invited =
                look_at_invitation(auth.wire(), code).await.map_err(|error| of_call(error, &school, &way))?;
            school.name = Some(invited.school);
            way.invited = Some(invited.role);
        }
        let known = sign_ins::all(&mut *self.store.read().await?).await?;
        way.has_account = known.iter().any(|known| known.address == school.address);
        // A forged invitation can lead to a host that only says that it is a school that one knows.
        if !way.agreed
            && let Some(other) = same_name_elsewhere(&known, &school)
        {
            way.other = Some(other);
            way.school = Some(school);
            way.place = Place::Invitation;
            let way = self.come_to(way);
            return self.step_of(&way).await;
        }
        way.school = Some(school);
        way.place = Place::Door;
        let way = self.come_to(way);
        self.step_of(&way).await
    }

    /// Goes on where a sign-in stands: its mail, its password, its request.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such sign-in.
    pub async fn go_on_with_school(&self, id: uuid::Uuid) -> Result<Step> {
        use crate::sign_in::SignInState::{Ended, In, Waiting};
        // Whoever is on that way already goes on there: the password is still known, and a link still leads back.
        let way = self.getting_in.way().clone();
        if way.sign_in == Some(id) && way.place != Place::Inside {
            return self.step_of(&way).await;
        }
        let found = sign_ins::get(&mut *self.store.read().await?, id).await?;
        let sign_in = found.ok_or(Error::NotFound)?;
        let place = match sign_in.state {
            Waiting => Place::Confirm(super::Mail::SignUp),
            In if !self.schools.wants_sign_in(&sign_in) => Place::Inside,
            In | Ended => Place::Door,
        };
        if place == Place::Inside {
            self.schools.ask_keychain_again();
            if let Some(fault) = self.schools.still_waits_for_keychain(&sign_in).await {
                return Err(super::named_of(What::Keychain(fault), &sign_in));
            }
        }
        let form = Form { email: sign_in.email.clone(), ..Form::default() };
        self.schools.hold_receiver(None);
        let way = self.set_out(OnTheWay {
            place,
            school: Some(School::of(&sign_in)),
            has_account: true,
            agreed: true,
            form,
            sign_in: Some(id),
            ..OnTheWay::default()
        });
        self.step_of(&way).await
    }
}

impl School {
    const fn at(address: SchoolAddress, key: PublishableKey) -> Self {
        Self { address, key, name: None, open_sign_up: OpenSignUp::Off }
    }

    pub(super) fn of(sign_in: &SignIn) -> Self {
        Self {
            address: sign_in.address.clone(),
            key: sign_in.key.clone(),
            name: Some(sign_in.school.clone()),
            open_sign_up: sign_in.standing.as_ref().map(|standing| standing.open_sign_up).unwrap_or_default(),
        }
    }
}

/// The school that a bare code is for, if this computer knows exactly one.
fn only_school(known: &[SignIn]) -> Option<School> {
    let first = known.first()?;
    known.iter().all(|other| other.address == first.address).then(|| School::of(first))
}

/// The key is that of a school that is known at another address.
fn same_key_elsewhere(known: &[SignIn], school: &School) -> Option<OtherHost> {
    elsewhere(known, school, |known| known.key == school.key)
}

/// It calls itself as a school that is known at another address.
fn same_name_elsewhere(known: &[SignIn], school: &School) -> Option<OtherHost> {
    let bare = |name: &str| name.trim().to_lowercase();
    let name = bare(school.name.as_ref()?);
    elsewhere(known, school, |known| bare(&known.school) == name)
}

fn elsewhere(known: &[SignIn], school: &School, is_same: impl Fn(&SignIn) -> bool) -> Option<OtherHost> {
    // At an address that is known nothing is new.
    if known.iter().any(|known| known.address == school.address) {
        return None;
    }
    let known = known.iter().find(|known| is_same(known))?;
    Some(OtherHost {
        school: known.school.clone(),
        known: known.address.host(),
        given: school.address.host(),
    })
}

/// What is refused before anything is sent.
pub(super) fn check(
    form: &Form,
    password: Option<&str>,
    names: bool,
    school: &School,
    way: &OnTheWay,
) -> Result<()> {
    use crate::school::supabase::error::{Refusal, Weakness};
    let refused = |refusal| Err(named(What::Refused(refusal), school, way));
    if names && (form.first_name.is_empty() || form.first_name.chars().count() > 100) {
        return Err(Error::Invalid("school-first-name"));
    }
    if names && form.last_name.chars().count() > 100 {
        return Err(Error::Invalid("school-last-name"));
    }
    if form.note.chars().count() > 500 || form.child.chars().count() > 200 {
        return Err(Error::Invalid("school-note-long"));
    }
    if names && form.zone.as_deref().is_some_and(|zone| Zone::find(zone).is_none()) {
        return Err(named(What::Zone, school, way));
    }
    let is_address = form.email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && form.email.is_ascii()
    });
    if !is_address || form.email.chars().any(char::is_whitespace) {
        return refused(Refusal::BadEmail);
    }
    match password {
        Some("") => refused(Refusal::WeakPassword { lacks: vec![Weakness::Length] }),
        // Bytes, not letters (recorded: 72 bytes in umlauts are refused as well).
        Some(password) if password.len() > 72 => refused(Refusal::PasswordTooLong),
        _ => Ok(()),
    }
}
