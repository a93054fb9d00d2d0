//! Signing up, signing in, and a new password.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::{App, Form, Mail, OnTheWay, Place, Result, School, Step, begin::check, of_accounts, of_call};
use crate::error::What;
use crate::school::supabase::{
    accounts::{Accounts as _, SignOutScope},
    auth::{SignedIn, SignedUp},
    calls::{look_at_invitation, look_at_school},
    error::Refusal,
};

impl App {
    /// Makes an account at the school that was looked at. What was typed is kept whatever comes of it.
    ///
    /// # Errors
    /// [`crate::error::Error::School`], or [`crate::error::Error::Invalid`] before anything is sent.
    pub async fn sign_up(self: &Arc<Self>, form: Form, password: SecretString) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        way.form = Form { role: way.invited.or(form.role), ..form.trimmed() };
        way.has_account = false;
        let way = self.come_to(way);
        check(&way.form, Some(password.expose_secret()), true, &school, &way)?;
        if way.form.role.is_none() {
            return Err(crate::error::Error::Invalid("school-role"));
        }
        let auth = self.auth(&school, &way)?;
        // Asked first: a school that refuses an account in its database loses the reason on the way.
        match &way.code {
            Some(code) => {
                look_at_invitation(auth.wire(), code)
                    .await
                    .map(drop)
                    .map_err(|error| of_call(error, &school, &way))?;
            }
            None => {
                look_at_school(auth.wire()).await.map(drop).map_err(|error| of_call(error, &school, &way))?;
            }
        }
        let back = self.receive_mail(&way, Mail::SignUp).await;
        let came = auth.sign_up(&way.form.email, &password, back.as_ref()).await;
        match came.map_err(|error| of_accounts(error, &school, &way))? {
            SignedUp::In(signed_in) => self.arrive(way, *signed_in).await,
            SignedUp::MailSent => self.wait_for_mail(way, &school, password).await,
        }
    }

    /// The mail is on its way: what it takes to go on after the next start lies in the keychain, the password does not.
    async fn wait_for_mail(
        self: &Arc<Self>,
        mut way: OnTheWay,
        school: &School,
        password: SecretString,
    ) -> Result<Step> {
        way.password = Some(password);
        way.place = Place::Confirm(Mail::SignUp);
        way.sign_in = Some(self.keep_waiting(&way, school).await?);
        let way = self.come_to(way);
        self.step_of(&way).await
    }

    /// Signs in with e-mail and password.
    ///
    /// # Errors
    /// [`crate::error::Error::School`]; where the address is not confirmed yet, the way goes on at the mail.
    pub async fn sign_in(self: &Arc<Self>, email: &str, password: SecretString) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        email.trim().clone_into(&mut way.form.email);
        way.has_account = true;
        let way = self.come_to(way);
        check(&way.form, Some(password.expose_secret()), false, &school, &way)?;
        let auth = self.auth(&school, &way)?;
        match auth.sign_in(&way.form.email, &password).await {
            Ok(signed_in) => self.arrive(way, signed_in).await,
            Err(error) => {
                if matches!(
                    error,
                    crate::school::supabase::error::AccountsError::Refused(Refusal::NotConfirmed)
                ) {
                    // Right e-mail, right password: the mail is all that is missing.
                    self.come_to(OnTheWay { password: Some(password), ..way.clone() });
                }
                Err(of_accounts(error, &school, &way))
            }
        }
    }

    /// Sets the new password of whoever came here by a mail, and goes in.
    ///
    /// # Errors
    /// [`crate::error::Error::School`].
    pub async fn set_new_password(self: &Arc<Self>, password: SecretString) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        let Some(signed_in) = way.tokens.clone() else { return self.step_of(&way).await };
        check(&way.form, Some(password.expose_secret()), false, &school, &way)?;
        let auth = self.auth(&school, &way)?;
        // Whatever keeps the answer from coming, or the way from going on, the next press is a repeat.
        let is_repeat = way.password.replace(password.clone()).is_some();
        let mut way = self.come_to(way);
        match auth.set_password(&signed_in.tokens.access, &password).await {
            Ok(()) => {}
            // It is set, which is all that was wanted: a repeat after a lost answer says so.
            Err(crate::school::supabase::error::AccountsError::Refused(Refusal::SamePassword))
                if is_repeat => {}
            Err(error) => return Err(of_accounts(error, &school, &way)),
        }
        way.tokens = None;
        self.arrive(way, again(&signed_in)).await
    }

    /// A sign-in that only a password stands behind is half of one where a second factor is set: it ends at once.
    pub(super) async fn refuse_second_factor(
        &self,
        way: &OnTheWay,
        school: &School,
        signed_in: &SignedIn,
    ) -> Result<()> {
        if !signed_in.has_second_factor {
            return Ok(());
        }
        let auth = self.auth(school, way)?;
        if let Err(error) = auth.sign_out(&signed_in.tokens.access, SignOutScope::ThisOne).await {
            tracing::info!(?error, "half of a sign-in could not be ended");
        }
        Err(super::named(What::Refused(Refusal::SecondFactor), school, way))
    }
}

fn again(signed_in: &Arc<SignedIn>) -> SignedIn {
    SignedIn {
        tokens: signed_in.tokens.clone(),
        account: signed_in.account,
        email: signed_in.email.clone(),
        has_second_factor: signed_in.has_second_factor,
    }
}
