//! Signing out: first here, then in the keychain, then at the school, however long that takes to answer.

use secrecy::SecretString;
use tokio::time::timeout;

use super::{
    Inner, at_keychain,
    entry::{Entry, ToBeRevoked},
    flight::DEADLINE,
    memory::{Current, Fresh, mark},
    state::KeeperFault,
    turn,
};
use crate::{
    school::{
        fault::Fault,
        supabase::{
            accounts::{Accounts, SignOutScope},
            error::{AccountsError, Dead, Refusal},
        },
    },
    secret::Keychain,
};

/// What is left to do of a sign-out.
#[derive(Clone)]
pub(super) struct Leaving {
    pub address: String,
    pub key: String,
    pub scope: SignOutScope,
    /// Ends the sign-in at the school without a refresh, while it is good.
    pub access: Option<Current>,
    /// The refresh token, if no keychain has it.
    pub refresh: Option<SecretString>,
    /// What the school has said, when only the entry has to go.
    pub answered: Option<Revoked>,
}

/// How the school has ended a sign-in that was signed out here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It has done as it was told.
    ByTheSchool,
    /// It was over already. With [`SignOutScope::Everywhere`] the account's other sign-ins may not be.
    WasOver(Dead),
    /// There was nothing to end.
    Nothing,
}

/// What the school has said to an access token that asks to end a sign-in.
enum Said {
    Done(Revoked),
    /// The token has run out.
    TokenIsOver,
    Later(KeeperFault),
}

impl<A: Accounts, K: Keychain> Inner<A, K> {
    /// Writes over the entry, at once, that it is to be revoked.
    ///
    /// # Errors
    /// The keychain's; the entry is then as it was, and [`Inner::revoke`] tries again.
    pub(super) async fn mark_leaving(&self) -> Result<(), KeeperFault> {
        let Some(leaving) = self.leaving() else { return Ok(()) };
        let _turn = turn::take(&self.lock, turn::DEADLINE).await?;
        self.marked(&leaving).await.map(drop)
    }

    /// Ends the sign-in at the school, and takes the entry away once it has answered.
    ///
    /// # Errors
    /// What is in the way. Nothing is lost: it is for later.
    pub(super) async fn revoke(&self) -> Result<Revoked, KeeperFault> {
        let Some(leaving) = self.leaving() else { return Ok(Revoked::Nothing) };
        let _turn = turn::take(&self.lock, turn::DEADLINE).await?;
        if let Some(revoked) = leaving.answered {
            return self.finish(revoked).await;
        }
        // The school can be told with the access token even while the keychain is locked.
        let marked = self.marked(&leaving).await;
        let now = self.clock.since_boot();
        if let Some(current) = leaving.access.as_ref().filter(|current| current.is_good(now)) {
            match self.end_with(current.access.secret(), leaving.scope).await {
                Said::Done(revoked) => return self.finish(revoked).await,
                Said::Later(fault) => return Err(fault),
                Said::TokenIsOver => {}
            }
        }
        let Some(refresh) = marked? else { return self.finish(Revoked::Nothing).await };
        self.revoke_by_refreshing(&leaving, &refresh).await
    }

    /// As a keeper finds it whose entry says that somebody has signed out.
    pub(super) fn signed_out_before(&self, left: ToBeRevoked) -> KeeperFault {
        let mut memory = self.memory();
        let (access, _) = memory.forget();
        let ToBeRevoked { address, key, scope, .. } = left;
        memory.leaving.get_or_insert(Leaving { address, key, scope, access, refresh: None, answered: None });
        drop(memory);
        self.say_what_is();
        KeeperFault::SignedOut
    }

    fn leaving(&self) -> Option<Leaving> {
        self.memory().leaving.clone()
    }

    /// The refresh token to be revoked, once the entry says that it is, or once it is known that no entry holds it.
    async fn marked(&self, leaving: &Leaving) -> Result<Option<SecretString>, KeeperFault> {
        if self.memory().is_this_run_only {
            return Ok(leaving.refresh.clone());
        }
        let read = at_keychain::read(&*self.keychain, self.id, &()).await;
        let mut signed_in = Vec::new();
        for entry in read.map_err(KeeperFault::Keychain)? {
            match entry {
                Entry::ToBeRevoked(left) => return Ok(Some(left.refresh)),
                Entry::SignIn { refresh, .. } => signed_in.push(refresh),
            }
        }
        let refresh = {
            let memory = self.memory();
            let known = signed_in.iter().find(|token| !memory.is_over(&mark(token)));
            leaving.refresh.clone().or_else(|| known.or(signed_in.first()).cloned())
        };
        let Some(refresh) = refresh else { return Ok(None) };
        self.write_leaving(leaving, &refresh).await.map_err(KeeperFault::Keychain)?;
        Ok(Some(refresh))
    }

    async fn write_leaving(
        &self,
        leaving: &Leaving,
        refresh: &SecretString,
    ) -> Result<(), crate::secret::KeychainFault> {
        let entry = Entry::ToBeRevoked(ToBeRevoked {
            address: leaving.address.clone(),
            key: leaving.key.clone(),
            scope: leaving.scope,
            refresh: refresh.clone(),
        });
        at_keychain::write(&*self.keychain, self.id, &entry, &()).await
    }

    async fn revoke_by_refreshing(
        &self,
        leaving: &Leaving,
        refresh: &SecretString,
    ) -> Result<Revoked, KeeperFault> {
        let asked_at = self.clock.since_boot();
        let answer = timeout(DEADLINE, self.accounts.refresh(refresh)).await;
        let tokens = match answer.unwrap_or(Err(AccountsError::Fault(Fault::Silent))) {
            Ok(tokens) => tokens,
            Err(error) => match error.dead() {
                Some(dead) => return self.finish(Revoked::WasOver(dead)).await,
                None => return Err(fault_of(error)),
            },
        };
        if self.memory().is_this_run_only {
            self.with_leaving(|leaving| leaving.refresh = Some(tokens.refresh.clone()));
        } else {
            let written = self.write_leaving(leaving, &tokens.refresh).await;
            written.map_err(KeeperFault::NotStored)?;
        }
        let access = tokens.access.clone();
        self.with_leaving(|leaving| leaving.access = Some(Current::new(Fresh { tokens, asked_at }, 0)));
        match self.end_with(&access, leaving.scope).await {
            Said::Done(revoked) => self.finish(revoked).await,
            Said::TokenIsOver => Err(KeeperFault::Refused(Refusal::BadToken)),
            Said::Later(fault) => Err(fault),
        }
    }

    async fn end_with(&self, access: &SecretString, scope: SignOutScope) -> Said {
        let answer = timeout(DEADLINE, self.accounts.sign_out(access, scope)).await;
        match answer.unwrap_or(Err(AccountsError::Fault(Fault::Silent))) {
            Ok(()) => Said::Done(Revoked::ByTheSchool),
            Err(AccountsError::Refused(Refusal::BadToken)) => Said::TokenIsOver,
            Err(error) => match error.dead() {
                Some(dead) => Said::Done(Revoked::WasOver(dead)),
                None => Said::Later(fault_of(error)),
            },
        }
    }

    /// The school has answered: the entry goes.
    async fn finish(&self, revoked: Revoked) -> Result<Revoked, KeeperFault> {
        self.with_leaving(|leaving| leaving.answered = Some(revoked));
        if !self.memory().is_this_run_only {
            let deleted = at_keychain::delete(&*self.keychain, self.id, &()).await;
            deleted.map_err(KeeperFault::Keychain)?;
        }
        self.memory().leaving = None;
        Ok(revoked)
    }

    fn with_leaving(&self, change: impl FnOnce(&mut Leaving)) {
        if let Some(leaving) = &mut self.memory().leaving {
            change(leaving);
        }
    }
}

fn fault_of(error: AccountsError) -> KeeperFault {
    match error {
        AccountsError::Refused(refusal) => KeeperFault::Refused(refusal),
        AccountsError::Fault(fault) => KeeperFault::School(fault),
    }
}
