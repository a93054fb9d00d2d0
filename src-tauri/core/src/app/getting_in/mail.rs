//! The mail: its link opened on this computer, its six digits, or "I have opened the link"; and a new one.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::{App, Mail, OnTheWay, Place, Result, School, Step, begin::check, named, of_accounts};
use crate::{
    change::{Cause, Topic},
    error::What,
    oauth::loopback::{Arrival, Outcome, Receiver},
    school::supabase::{
        auth::{SignedIn, WayBack},
        error::{AccountsError, Refusal},
    },
};

/// How long the address of a mail's link stays open after somebody came by it.
const LINGERS: Duration = Duration::from_secs(30);

impl App {
    /// Has a mail sent for a forgotten password. Whether there is such an account, nobody is told.
    ///
    /// # Errors
    /// [`crate::error::Error::School`].
    pub async fn forgot_password(self: &Arc<Self>, email: &str) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        email.trim().clone_into(&mut way.form.email);
        way.has_account = true;
        let way = self.come_to(way);
        check(&way.form, None, false, &school, &way)?;
        let auth = self.auth(&school, &way)?;
        let back = self.receive_mail(&way, Mail::NewPassword).await;
        auth.recover(&way.form.email, back.as_ref())
            .await
            .map_err(|error| of_accounts(error, &school, &way))?;
        let way = self.come_to(OnTheWay { place: Place::Confirm(Mail::NewPassword), password: None, ..way });
        self.step_of(&way).await
    }

    /// Has the mail sent again. The link in the one before is over by that.
    ///
    /// # Errors
    /// [`crate::error::Error::School`].
    pub async fn send_mail_again(self: &Arc<Self>) -> Result<Step> {
        let (way, school) = self.somewhere()?;
        let Place::Confirm(mail) = way.place else {
            // Whoever signed in before the address was confirmed asks from there.
            return self
                .send_mail(OnTheWay { place: Place::Confirm(Mail::SignUp), ..way }, &school, Mail::SignUp)
                .await;
        };
        self.send_mail(way, &school, mail).await
    }

    async fn send_mail(self: &Arc<Self>, way: OnTheWay, school: &School, mail: Mail) -> Result<Step> {
        let auth = self.auth(school, &way)?;
        let back = self.receive_mail(&way, mail).await;
        let sent = match mail {
            Mail::SignUp => auth.send_again(&way.form.email, back.as_ref()).await,
            Mail::NewPassword => auth.recover(&way.form.email, back.as_ref()).await,
        };
        sent.map_err(|error| of_accounts(error, school, &way))?;
        let way = self.come_to(OnTheWay { fault: None, ..way });
        self.step_of(&way).await
    }

    /// Goes on with the six digits of the mail.
    ///
    /// # Errors
    /// [`crate::error::Error::School`].
    pub async fn confirm_code(self: &Arc<Self>, code: SecretString) -> Result<Step> {
        let (way, school) = self.somewhere()?;
        let Place::Confirm(mail) = way.place else { return self.step_of(&way).await };
        let digits: String =
            code.expose_secret().chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.is_empty() {
            return Err(named(What::Refused(Refusal::CodeOver), &school, &way));
        }
        let auth = self.auth(&school, &way)?;
        let came = auth.verify(&way.form.email, &digits.into(), mail).await;
        let signed_in = came.map_err(|error| of_accounts(error, &school, &way))?;
        self.came_by_mail(way, mail, signed_in).await
    }

    /// Goes on with the six digits of the mail that confirms an address, wherever it was asked for.
    ///
    /// # Errors
    /// [`crate::error::Error::School`].
    pub async fn confirm_address(self: &Arc<Self>, email: &str, code: SecretString) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        email.trim().clone_into(&mut way.form.email);
        way.place = Place::Confirm(Mail::SignUp);
        let way = self.come_to(way);
        check(&way.form, None, false, &school, &way)?;
        self.confirm_code(code).await
    }

    /// The link was opened somewhere: the address is confirmed then, whatever page came behind it, and the password signs
    /// in while it is still known.
    ///
    /// # Errors
    /// [`crate::error::Error::School`].
    pub async fn opened_link(self: &Arc<Self>) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        let Some(password) = way.password.clone() else {
            // After a restart nothing but the person has it.
            way.place = Place::Door;
            way.has_account = true;
            let way = self.come_to(way);
            return self.step_of(&way).await;
        };
        if !self.may_try() {
            return Err(named(What::Pause, &school, &way));
        }
        let auth = self.auth(&school, &way)?;
        match auth.sign_in(&way.form.email, &password).await {
            Ok(signed_in) => self.arrive(way, signed_in).await,
            Err(error) => Err(of_accounts(error, &school, &way)),
        }
    }

    /// What came by a mail: into the school, or to the page for a new password.
    async fn came_by_mail(self: &Arc<Self>, way: OnTheWay, mail: Mail, signed_in: SignedIn) -> Result<Step> {
        self.schools.hold_receiver(None);
        self.came_by_link(way, mail, signed_in).await
    }

    /// Opens a way back for the link in a mail that is about to be sent. Without one, which nothing but a computer
    /// without a loopback address has, the mail's link still confirms the address.
    pub(super) async fn receive_mail(self: &Arc<Self>, way: &OnTheWay, mail: Mail) -> Option<WayBack> {
        let receiver = match Receiver::bind("mail").await {
            Ok(receiver) => receiver,
            Err(error) => {
                tracing::warn!(%error, "no link of a mail can lead back here");
                self.schools.hold_receiver(None);
                return None;
            }
        };
        let (verifier, challenge) = verifier_and_challenge();
        let back = WayBack { address: receiver.way_back().to_owned(), challenge };
        let app = Arc::clone(self);
        let attempt = way.attempt;
        let waiting = tokio::spawn(async move { app.wait_for_link(receiver, verifier, attempt, mail).await });
        // The one before is over: its mail's link would sign in nobody.
        self.schools.hold_receiver(Some(waiting));
        Some(back)
    }

    async fn wait_for_link(
        self: Arc<Self>,
        receiver: Receiver,
        verifier: SecretString,
        attempt: u64,
        mail: Mail,
    ) {
        let arrival = receiver.arrival().await;
        let way = self.getting_in.way().clone();
        let came = match arrival {
            _ if way.attempt != attempt => return,
            Arrival::Code(code) => self.exchange(way, mail, &code, &verifier).await,
            // A scanner was first: the address is confirmed all the same, and the password may lead in.
            Arrival::Refused { .. } if mail == Mail::SignUp && way.password.is_some() => {
                self.opened_link().await
            }
            Arrival::Refused { .. } => {
                let school = way.school.clone();
                school.map_or(Ok(Step::Begin), |school| {
                    Err(named(What::Refused(Refusal::CodeOver), &school, &way))
                })
            }
        };
        receiver.outcome().tell(if came.is_ok() { Outcome::Done } else { Outcome::Failed });
        if let Err(error) = &came {
            tracing::info!(code = ?error.code(), "the link of a mail led to nothing");
            let way = self.getting_in.way().clone();
            if way.attempt == attempt {
                self.come_to(OnTheWay { fault: Some(error.sentence()), ..way });
            }
        }
        self.tell(Cause::ThisWindow, &[Topic::Schools]);
        // Browsers call twice, and the second call gets the same page.
        tokio::time::sleep(LINGERS).await;
    }

    async fn exchange(
        self: &Arc<Self>,
        way: OnTheWay,
        mail: Mail,
        code: &SecretString,
        verifier: &SecretString,
    ) -> Result<Step> {
        let Some(school) = way.school.clone() else { return Ok(Step::Begin) };
        let auth = self.auth(&school, &way)?;
        match auth.exchange(code, verifier).await {
            Ok(signed_in) => self.came_by_link(way, mail, signed_in).await,
            // The address is confirmed by now, and the password may still be known.
            Err(AccountsError::Refused(Refusal::AnotherAttempt)) if mail == Mail::SignUp => {
                self.opened_link().await
            }
            Err(error) => Err(of_accounts(error, &school, &way)),
        }
    }

    /// As [`App::came_by_mail`], from the task that holds the receiver: it must not end itself.
    async fn came_by_link(
        self: &Arc<Self>,
        mut way: OnTheWay,
        mail: Mail,
        signed_in: SignedIn,
    ) -> Result<Step> {
        if mail == Mail::SignUp {
            return self.arrive(way, signed_in).await;
        }
        way.tokens = Some(Arc::new(signed_in));
        way.place = Place::NewPassword;
        way.password = None;
        let way = self.come_to(way);
        self.step_of(&way).await
    }
}

/// A verifier of 43 characters, and its challenge (RFC 7636 §4.1, §4.2).
fn verifier_and_challenge() -> (SecretString, String) {
    let mut random = [0_u8; 32];
    rand::rng().fill_bytes(&mut random);
    let verifier = URL_SAFE_NO_PAD.encode(random);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    (verifier.into(), challenge)
}
