//! An account that is nobody at the school yet: it takes an invitation up, or asks to be let in.

use std::sync::Arc;

use super::{App, Form, OnTheWay, Result, Step, begin::check, named};
use crate::{
    error::{Error, SchoolError, What},
    school::invitation::Invitation,
    sign_in::SignIn,
    store::device::sign_ins,
};

impl App {
    /// Takes an invitation up with the account that is signed in. One that leads to another school is not for it.
    ///
    /// # Errors
    /// [`Error::School`].
    pub async fn take_invitation(self: &Arc<Self>, text: &str, form: Form) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        let sign_in = self.signed_in(&way).await?;
        let invitation = Invitation::find(text).map_err(|why| SchoolError::nowhere(What::Invitation(why)))?;
        if invitation.school.is_some_and(|(address, _)| address != school.address) {
            return Err(named(What::AnotherSchool, &school, &way));
        }
        way.form = Form { email: sign_in.email.clone(), ..form.trimmed() };
        let way = self.come_to(OnTheWay { code: invitation.code, ..way });
        check(&way.form, None, true, &school, &way)?;
        self.settle(way, &sign_in).await
    }

    /// Asks the school to be let in.
    ///
    /// # Errors
    /// [`Error::School`], or [`Error::Invalid`] before anything is sent.
    pub async fn ask_to_join(self: &Arc<Self>, form: Form) -> Result<Step> {
        let (mut way, school) = self.somewhere()?;
        let sign_in = self.signed_in(&way).await?;
        way.form = Form { email: sign_in.email.clone(), ..form.trimmed() };
        check(&way.form, None, true, &school, &way)?;
        // Another request than the one before, which the school may have answered.
        let way = self.set_out(OnTheWay {
            has_account: false,
            code: None,
            request: Some(uuid::Uuid::new_v4()),
            ..way
        });
        self.settle(way, &sign_in).await
    }

    /// Asks the school whether it has answered.
    ///
    /// # Errors
    /// [`Error::School`].
    pub async fn look_again(&self) -> Result<Step> {
        let (way, _) = self.somewhere()?;
        let sign_in = self.signed_in(&way).await?;
        self.ask_who(&sign_in).await?;
        let way = self.come_to(OnTheWay { fault: None, ..way });
        self.step_of(&way).await
    }

    async fn signed_in(&self, way: &OnTheWay) -> Result<SignIn> {
        let id = way.sign_in.ok_or(SchoolError::nowhere(What::NobodyOnTheWay))?;
        sign_ins::get(&mut *self.store.read().await?, id).await?.ok_or(Error::NotFound)
    }
}
