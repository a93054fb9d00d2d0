//! Arriving: the tokens are kept, what was waiting is handed to the school, and the school says who one is there.

use std::sync::Arc;

use uuid::Uuid;

use super::{App, Form, OnTheWay, Place, Result, School, Step, named_of, of_call, what_of_call};
use crate::{
    change::{Cause, Topic},
    error::{Error, What},
    school::{
        invitation::InvitationCode,
        supabase::{
            auth::SignedIn,
            calls::{accept_invitation, ask_to_join, who_am_i},
            rest::CallError,
        },
    },
    secret::{
        Keychain as _,
        entry::{Entry, Waiting},
    },
    sign_in::{Acting, JoinRequestState, SchoolRole, SignIn, SignInState},
    store::device::sign_ins,
};

impl App {
    /// Goes in with what signing in has given.
    pub(super) async fn arrive(self: &Arc<Self>, mut way: OnTheWay, signed_in: SignedIn) -> Result<Step> {
        let Some(school) = way.school.clone() else { return Ok(Step::Begin) };
        let _alone = self.getting_in.arriving.lock().await;
        let now = self.getting_in.way().clone();
        if now.attempt == way.attempt && now.place == Place::Inside && way.place != Place::Inside {
            // The mail's link and a press came at once, and one of them has arrived.
            return self.step_of(&now).await;
        }
        self.refuse_second_factor(&way, &school, &signed_in).await?;
        let (sign_in, was_waiting) = self.keep_sign_in(&way, &school, &signed_in).await?;
        way.sign_in = Some(sign_in.id);
        way.password = None;
        way.tokens = None;
        // However the account came to be confirmed: what was asked for when it was made is asked now.
        way.has_account &= !was_waiting;
        self.take_up_what_waits(&mut way, &sign_in).await;
        let step = self.settle(way, &sign_in).await;
        // What was lost on the way, or waits for the school's answer, is looked after within a minute.
        self.schools.nudge();
        self.tell(Cause::ThisWindow, &[Topic::Schools]);
        step
    }

    /// Stores whose sign-in it is, and hands its tokens to a keeper. The same account keeps its name here, and with it
    /// whatever belongs to it; its entry in the keychain is another one each time, so that one that cannot be read or
    /// deleted is in nobody's way. Whether its sign-up had waited for a mail.
    async fn keep_sign_in(
        &self,
        way: &OnTheWay,
        school: &School,
        signed_in: &SignedIn,
    ) -> Result<(SignIn, bool)> {
        let known = sign_ins::all(&mut *self.store.read().await?).await?;
        let is_same = |known: &&SignIn| {
            // Another address of a school that is known counts as that school once the person has agreed.
            let has_moved = way.other.as_ref().is_some_and(|other| other.known == known.address.host());
            let is_there = known.address == school.address || has_moved && way.agreed;
            is_there
                && (signed_in.account.is_some() && known.account == signed_in.account
                    || known.account.is_none()
                        && known.address == school.address
                        && known.email.eq_ignore_ascii_case(&way.form.email))
        };
        let before = known.iter().find(is_same).cloned();
        let id = before.as_ref().map_or_else(Uuid::now_v7, |known| known.id);
        let mut sign_in = SignIn {
            id,
            entry: Uuid::new_v4(),
            address: school.address.clone(),
            key: school.key.clone(),
            school: school.shown(),
            email: signed_in.email.clone().unwrap_or_else(|| way.form.email.clone()),
            account: signed_in.account,
            state: SignInState::In,
            ended: None,
            standing: before.as_ref().and_then(|known| known.standing.clone()),
            keychain: None,
        };
        // The row first: a token in the keychain that no row names would be found by nobody.
        let was_waiting = before.as_ref().is_some_and(|before| before.state == SignInState::Waiting);
        self.store_sign_in_instead(&sign_in, before.as_ref()).await?;
        sign_in.keychain = self.schools.begin(&sign_in, signed_in.tokens.clone(), &self.clock).await?;
        self.note_keychain(&sign_in).await?;
        self.drop_all_replaced().await?;
        Ok((sign_in, was_waiting))
    }

    /// What somebody had typed before the address was confirmed, where this program was quit meanwhile.
    async fn take_up_what_waits(&self, way: &mut OnTheWay, sign_in: &SignIn) {
        let known = !way.form.first_name.is_empty();
        if known || way.code.is_some() {
            return;
        }
        let Ok(found) = self.schools.keychain.read(waiting_entry(sign_in.id)).await else { return };
        let Some(Ok(Entry::Waiting(waiting))) = found.first().map(Entry::read) else { return };
        way.code = waiting.code.as_ref().and_then(|code| {
            use secrecy::ExposeSecret as _;
            InvitationCode::new(code.expose_secret())
        });
        way.form = Form {
            role: SchoolRole::of(&waiting.role),
            first_name: waiting.first_name,
            last_name: waiting.last_name,
            note: waiting.note,
            child: waiting.child,
            zone: Some(waiting.zone).filter(|zone| !zone.is_empty()),
            ..way.form.clone()
        };
        way.has_account = false;
    }

    /// Hands to the school what was waiting, and asks it who one is.
    pub(super) async fn settle(&self, mut way: OnTheWay, sign_in: &SignIn) -> Result<Step> {
        let Some(school) = way.school.clone() else { return Ok(Step::Begin) };
        way.place = Place::Inside;
        way.fault = None;
        match self.hand_over(&way, sign_in).await {
            Ok(()) => {}
            // The school says no to what was asked for; that one is signed in stands.
            Err(CallError::Refused { code, .. }) => {
                let is_done = matches!(code.as_str(), "already_linked" | "already_asked");
                let said = super::named(What::Said(code), &school, &way);
                way.fault = (!is_done).then(|| said.sentence());
            }
            Err(error) => return Err(of_call(error, &school, &way)),
        }
        way.code = None;
        if way.fault.is_none() {
            self.schools.forget_entry(waiting_entry(sign_in.id)).await;
        }
        self.ask_who(sign_in).await?;
        let way = self.come_to(way);
        self.step_of(&way).await
    }

    async fn hand_over(&self, way: &OnTheWay, sign_in: &SignIn) -> std::result::Result<(), CallError> {
        let who = self.newcomer(&way.form);
        let wire = self.schools.wire(sign_in, &self.clock)?;
        // The same request each time that it is tried, so that a lost answer is got again.
        let request = |what: &str| Uuid::new_v5(&sign_in.id, what.as_bytes());
        if let Some(code) = &way.code {
            let request = request(&format!("accept_invitation {}", code.expose()));
            let accept = |token| {
                let (wire, code, who) = (wire.clone(), code.clone(), who.clone());
                async move { accept_invitation(&wire, &token, request, &code, &who).await }
            };
            return self.schools.call(sign_in.id, accept).await;
        }
        match way.form.role {
            Some(role) if !way.has_account && !who.first_name.is_empty() => {
                let (plea, request) =
                    (way.form.plea(), way.request.unwrap_or_else(|| request("ask_to_join")));
                let ask = |token| {
                    let (wire, who, plea) = (wire.clone(), who.clone(), plea.clone());
                    async move { ask_to_join(&wire, &token, request, role, &who, &plea).await }
                };
                self.schools.call(sign_in.id, ask).await
            }
            _ => Ok(()),
        }
    }

    /// Asks the school who the account is there, and keeps what it says.
    pub(in crate::app) async fn ask_who(&self, sign_in: &SignIn) -> Result<()> {
        let of_call = |error| named_of(what_of_call(error), sign_in);
        let wire = self.schools.wire(sign_in, &self.clock).map_err(|fault| of_call(fault.into()))?;
        let who = |token| {
            let wire = wire.clone();
            async move { who_am_i(&wire, &token).await }
        };
        let said = self.schools.call(sign_in.id, who).await;
        let (account, school, standing) = said.map_err(of_call)?;
        Self::check_account(sign_in, account)?;
        let mut tx = self.store.write().await?;
        let current = sign_ins::get(&mut tx, sign_in.id).await?.ok_or(Error::NotFound)?;
        let told = SignIn { account, school, standing: Some(standing), ..current.clone() };
        if told != current {
            sign_ins::put(&mut tx, &told, self.now()).await?;
            tx.commit().await?;
            self.tell(Cause::School, &[Topic::Schools]);
        }
        Ok(())
    }

    /// What was on its way to the school when the program ended.
    pub(in crate::app) async fn finish_arriving(self: &Arc<Self>, sign_in: &SignIn) -> Result<()> {
        let mut way =
            OnTheWay { school: Some(School::of(sign_in)), has_account: true, ..OnTheWay::default() };
        self.take_up_what_waits(&mut way, sign_in).await;
        if way.code.is_some() || way.form.role.is_some() {
            match self.hand_over(&way, sign_in).await {
                // What the school refuses once it refuses again: its page says who one is, and takes another invitation.
                Ok(()) | Err(CallError::Refused { .. }) => {}
                Err(error) => return Err(named_of(what_of_call(error), sign_in)),
            }
            self.schools.forget_entry(waiting_entry(sign_in.id)).await;
        }
        self.ask_who(sign_in).await
    }

    /// The page of whoever is signed in, by what the school last said.
    pub(super) async fn inside(&self, way: &OnTheWay, school: &School, name: String) -> Result<Step> {
        let id = way.sign_in.unwrap_or_default();
        let Some(sign_in) = sign_ins::get(&mut *self.store.read().await?, id).await? else {
            return Ok(Step::Begin);
        };
        let (name, email) = (if sign_in.school.is_empty() { name } else { sign_in.school }, sign_in.email);
        let standing = sign_in.standing.unwrap_or_default();
        let open_sign_up = standing.open_sign_up;
        if let (Some(Acting { role, approved, .. }), None) = (standing.people.first(), &way.fault) {
            return Ok(Step::Arrived { school: name, role: *role, approved: *approved });
        }
        let form = Form { email: email.clone(), ..way.form.clone() };
        let _ = school;
        Ok(match standing.request {
            Some(request) if request.state == JoinRequestState::Waiting && way.fault.is_none() => {
                Step::Asked { school: name, email, request }
            }
            Some(request) if request.state == JoinRequestState::TurnedAway && way.fault.is_none() => {
                Step::TurnedAway { school: name, email, request, open_sign_up }
            }
            _ => Step::Stranger { school: name, form, open_sign_up, fault: way.fault.clone() },
        })
    }

    /// What has to be known after the next start lies in the keychain: names, and the invitation's code. Without a
    /// keychain both are asked for again.
    pub(super) async fn keep_waiting(&self, way: &OnTheWay, school: &School) -> Result<Uuid> {
        let known = sign_ins::all(&mut *self.store.read().await?).await?;
        let is_same = |known: &&SignIn| {
            known.address == school.address
                && known.email.eq_ignore_ascii_case(&way.form.email)
                && known.account.is_none()
        };
        let id = known.iter().find(is_same).map_or_else(Uuid::now_v7, |known| known.id);
        let sign_in = SignIn {
            id,
            entry: Uuid::new_v4(),
            address: school.address.clone(),
            key: school.key.clone(),
            school: school.shown(),
            email: way.form.email.clone(),
            account: None,
            state: SignInState::Waiting,
            ended: None,
            standing: None,
            keychain: None,
        };
        let waiting = Waiting {
            address: school.address.as_str().to_owned(),
            key: school.key.as_str().to_owned(),
            code: way.code.as_ref().map(|code| code.expose().into()),
            role: way.form.role.map(SchoolRole::name).unwrap_or_default().to_owned(),
            first_name: way.form.first_name.clone(),
            last_name: way.form.last_name.clone(),
            email: way.form.email.clone(),
            school: school.shown(),
            note: way.form.note.clone(),
            child: way.form.child.clone(),
            zone: way.form.zone.clone().unwrap_or_default(),
        };
        self.store_sign_in(&sign_in).await?;
        let short = Waiting { note: String::new(), ..waiting.clone() };
        // A long note would be too much for some keychains. Names and invitation matter more.
        if let Ok(text) = Entry::Waiting(waiting).text().or_else(|_| Entry::Waiting(short).text())
            && let Err(fault) = self.schools.keychain.write(waiting_entry(id), text).await
        {
            tracing::info!(%fault, "what waits for the mail is kept until the program is quit");
        }
        self.tell(Cause::ThisWindow, &[Topic::Schools]);
        Ok(id)
    }

    async fn store_sign_in(&self, sign_in: &SignIn) -> Result<()> {
        self.store_sign_in_instead(sign_in, None).await
    }

    /// Which keychain has taken a sign-in, unless it was signed out meanwhile: then its entry goes.
    async fn note_keychain(&self, sign_in: &SignIn) -> Result<()> {
        let mut tx = self.store.write().await?;
        let current = sign_ins::get(&mut tx, sign_in.id).await?;
        let Some(current) = current.filter(|current| current.entry == sign_in.entry) else {
            drop(tx);
            self.schools.forget_entry(sign_in.entry).await;
            return Err(Error::NotFound);
        };
        let noted = SignIn { keychain: sign_in.keychain.clone(), ..current };
        sign_ins::put(&mut tx, &noted, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Stores a sign-in whose entry in the keychain takes the place of another.
    async fn store_sign_in_instead(&self, sign_in: &SignIn, replaced: Option<&SignIn>) -> Result<()> {
        let mut tx = self.store.write().await?;
        sign_ins::put(&mut tx, sign_in, self.now()).await?;
        if let Some(replaced) = replaced {
            sign_ins::add_replaced(&mut tx, replaced).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// The entry of what waits beside a sign-in: a name of its own, which follows from the sign-in's.
pub(in crate::app) fn waiting_entry(sign_in: Uuid) -> Uuid {
    Uuid::new_v5(&sign_in, b"waiting")
}
