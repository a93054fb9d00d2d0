//! What keeps sign-ins going beside the app: what waits is handed over, sign-outs reach the school, and what becomes of a
//! sign-in is stored and told.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use uuid::Uuid;

use super::{App, Result, getting_in::named_of};
use crate::{
    change::{Cause, Topic},
    error::What,
    school::supabase::{
        error::Dead,
        keeper::{State, sign_out_that_waits},
    },
    secret::Keychain as _,
    sign_in::{JoinRequestState, SignIn, SignInState},
    store::device::sign_ins,
};

/// How often the school is asked who one is there, as long as nothing is awaited.
const NOW_AND_THEN: Duration = Duration::from_secs(15 * 60);
/// The same while one waits for the school's answer, or for the network or the keychain.
const SOON: Duration = Duration::from_secs(60);

impl App {
    /// Looks after the sign-ins, from when the window is up: before that nothing is sent, and no keychain asked.
    pub(super) async fn keep_signed_in(self: Arc<Self>, mut is_up: watch::Receiver<bool>) {
        if is_up.wait_for(|is_up| *is_up).await.is_err() {
            return;
        }
        self.go_back_where_nothing_was_stored().await;
        let mut changed = self.schools.changed();
        let mut keychain = self.schools.keychain.changes();
        loop {
            let soon = self.look_after_sign_ins().await.unwrap_or_else(|error| {
                tracing::info!(code = ?error.code(), "sign-ins are looked at again in a moment");
                true
            });
            let pause = sleep(if soon { SOON } else { NOW_AND_THEN });
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    () = self.schools.nudged() => {
                        let soon = pause.deadline().min(Instant::now() + SOON);
                        pause.as_mut().reset(soon);
                    }
                    _ = changed.changed() => self.tell_states().await,
                    // A keychain that answers again lets the keepers go on by themselves.
                    () = keychain.next() => self.schools.keychain_changed(),
                }
            }
        }
    }

    /// A sign-in is at something else than before: what is for good is stored, and all of it told.
    async fn tell_states(&self) {
        for id in self.schools.kept() {
            if let Err(error) = self.store_what_became_of(id).await {
                tracing::info!(code = ?error.code(), "what became of a sign-in is stored later");
            }
        }
        self.tell(Cause::School, &[Topic::Schools]);
    }

    /// Looks at every sign-in once, as the app does by itself now and then: what waits is handed over, and the school says
    /// who one is there. Whether something is awaited.
    pub async fn look_after_sign_ins(self: &Arc<Self>) -> Result<bool> {
        let (all, leaving) = {
            let mut reader = self.store.read().await?;
            (sign_ins::all(&mut reader).await?, sign_ins::revocations(&mut reader).await?)
        };
        if all.iter().any(|sign_in| sign_in.keychain.is_some()) {
            self.schools.look_at_keychain().await;
        }
        self.drop_all_replaced().await?;
        let mut soon = !leaving.is_empty();
        for entry in leaving {
            self.end_sign_out(entry).await?;
        }
        for sign_in in all.iter().filter(|sign_in| sign_in.state == SignInState::In) {
            soon |= self.look_after(sign_in).await?;
        }
        Ok(soon)
    }

    async fn look_after(self: &Arc<Self>, sign_in: &SignIn) -> Result<bool> {
        self.schools.keeper_of(sign_in, &self.clock)?;
        // What was on its way when the program ended is handed over now.
        let is_new = sign_in.standing.as_ref().is_none_or(|standing| standing.people.is_empty());
        let asked = if is_new { self.finish_arriving(sign_in).await } else { self.ask_who(sign_in).await };
        self.store_what_became_of(sign_in.id).await?;
        let current = sign_ins::get(&mut *self.store.read().await?, sign_in.id).await?;
        let waits = current.and_then(|current| current.standing).and_then(|standing| standing.request);
        Ok(asked.is_err() || waits.is_some_and(|request| request.state == JoinRequestState::Waiting))
    }

    /// Stores what the school has made of a sign-in, and tells it.
    pub(super) async fn store_what_became_of(&self, id: Uuid) -> Result<()> {
        let Some(state) = self.schools.state_of(id) else { return Ok(()) };
        if let State::Ended(dead) = state {
            self.store_end(id, dead).await?;
        }
        Ok(())
    }

    async fn store_end(&self, id: Uuid, dead: Dead) -> Result<()> {
        let mut tx = self.store.write().await?;
        if let Some(sign_in) = sign_ins::get(&mut tx, id).await?
            && sign_in.state == SignInState::In
        {
            let ended = Some(dead.code().to_owned());
            sign_ins::put(&mut tx, &SignIn { state: SignInState::Ended, ended, ..sign_in }, self.now())
                .await?;
            tx.commit().await?;
            self.tell(Cause::School, &[Topic::Schools]);
        }
        Ok(())
    }

    /// Ends at the school what was signed out here, in this program or in one before.
    pub(super) async fn end_sign_out(self: &Arc<Self>, entry: Uuid) -> Result<()> {
        if self.schools.is_revoking(entry) {
            return Ok(());
        }
        let left = match sign_out_that_waits(&*self.schools.keychain, entry).await {
            Ok(Some(left)) => left,
            // The program ended between the row and the entry, or before: it was signed out all the same.
            Ok(None) => return self.drop_entry(entry).await,
            Err(_) => return Ok(()),
        };
        match self.schools.keeper_of_sign_out(entry, left, &self.clock) {
            Some(keeper) => self.revoke(entry, keeper).await,
            None => self.drop_entry(entry).await?,
        }
        Ok(())
    }

    /// An entry that nobody can use any more goes, and with it what was left to do.
    async fn drop_entry(&self, entry: Uuid) -> Result<()> {
        if self.schools.keychain.delete(entry).await.is_ok() {
            self.forget_revocation(entry).await?;
        }
        Ok(())
    }

    /// Whether the school takes the token for somebody else's, which says nothing of the account.
    pub(super) fn check_account(sign_in: &SignIn, account: Option<Uuid>) -> Result<()> {
        let is_other = account.is_none() || sign_in.account.is_some() && account != sign_in.account;
        if is_other { Err(named_of(What::Anonymous, sign_in)) } else { Ok(()) }
    }
}
