//! One refresh, from the stored token to the stored child: the order of its steps is what keeps a sign-in alive.
//!
//! The turn is taken; the entry is read anew, since another program may have replaced it; what is stored is sent; the child
//! is stored; only then is the new access token used. If no answer comes, or it cannot be stored, the next time the same
//! token is sent again, which the school allows for the parent of its newest one, and for no older one.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, timeout};

use super::{
    Inner,
    at_keychain::{self, Stands},
    entry::{Entry, ToBeRevoked},
    memory::{Fresh, Mark, mark},
    state::{KeeperFault, State},
    turn::{self, Turn},
};
use crate::{
    school::{
        fault::Fault,
        supabase::{
            accounts::{Accounts, Tokens},
            error::{AccountsError, Dead, Refusal},
        },
    },
    secret::{Keychain, KeychainFault},
};

/// A refresh has so long, not counting the keychain.
pub(super) const DEADLINE: Duration = Duration::from_secs(20);
/// With less than this left of it nothing is sent.
const SHORTEST: Duration = Duration::from_secs(2);
/// No refresh token is longer.
const LONGEST_TOKEN: usize = 1000;

/// What the school has said to one token.
enum Heard {
    Fresh(Fresh),
    /// This token is dead.
    Dead(Dead),
    /// This token is no good, and another one may be.
    NotThisOne(KeeperFault),
    /// None would be any better now.
    Fault(KeeperFault),
}

/// What came of all that was stored.
enum Came {
    In,
    AllDead(Dead),
    NothingLeft,
}

pub(super) struct Flight<'a, A, K, S> {
    inner: &'a Inner<A, K>,
    stands: &'a S,
    era: u64,
    spent: Duration,
    tried: Vec<Mark>,
    /// How many tokens were stored before the one that this stores.
    generation: u64,
}

impl<'a, A: Accounts, K: Keychain, S: Stands> Flight<'a, A, K, S> {
    pub(super) fn new(inner: &'a Inner<A, K>, stands: &'a S) -> Self {
        let era = inner.memory().era;
        Self { inner, stands, era, spent: Duration::ZERO, tried: Vec::new(), generation: 0 }
    }

    /// Does it.
    ///
    /// # Errors
    /// Whatever keeps the keeper from a new token.
    pub(super) async fn fly(mut self) -> Result<(), KeeperFault> {
        let _turn = self.turn().await?;
        // What was before may have changed while others had their turn.
        self.era = self.inner.memory().era;
        if self.is_signed_out() {
            return Err(KeeperFault::SignedOut);
        }
        let unstored = self.inner.memory().unstored.clone();
        if let Some(fresh) = unstored {
            return self.keep_first(fresh).await;
        }
        // A death is believed when the entry, read once more, has nothing that was not tried: somebody who does not take
        // turns may have signed in anew meanwhile. The deadline ends this, should the entry change for ever.
        let mut first = None;
        loop {
            let stored = self.stored().await?;
            match self.try_all(stored).await? {
                Came::In => return Ok(()),
                Came::AllDead(dead) => first = first.or(Some(dead)),
                Came::NothingLeft => {
                    let dead = first.or_else(|| self.heard()).ok_or_else(|| self.missing())?;
                    return Err(self.end_by(dead));
                }
            }
        }
    }

    async fn turn(&mut self) -> Result<Turn, KeeperFault> {
        let begun = Instant::now();
        let turn = turn::take(&self.inner.lock, turn::DEADLINE).await;
        self.spent += begun.elapsed();
        turn
    }

    fn is_signed_out(&self) -> bool {
        self.inner.memory().end() == Some(KeeperFault::SignedOut)
    }

    fn heard(&self) -> Option<Dead> {
        self.inner.memory().heard()
    }

    /// The refresh tokens that are stored, the newest first.
    async fn stored(&mut self) -> Result<Vec<SecretString>, KeeperFault> {
        let kept = {
            let memory = self.inner.memory();
            memory.is_this_run_only.then(|| memory.newest.clone())
        };
        if let Some(kept) = kept {
            return Ok(kept.into_iter().collect());
        }
        let read = at_keychain::read(&*self.inner.keychain, self.inner.id, self.stands).await;
        let entries = read.map_err(|fault| self.at_fault(&fault, KeeperFault::Keychain))?;
        self.count(&entries);
        let mut tokens = Vec::new();
        for entry in entries {
            match entry {
                Entry::SignIn { refresh, .. } => tokens.push(refresh),
                // Another program has signed out, or this one before it was quit.
                Entry::ToBeRevoked(left) => return Err(self.inner.signed_out_before(left)),
            }
        }
        if tokens.is_empty() {
            return Err(self.missing());
        }
        self.inner.say(State::In);
        Ok(tokens)
    }

    /// What is stored next comes after all that is there.
    fn count(&mut self, entries: &[Entry]) {
        self.generation = entries.iter().map(|entry| entry.generation() + 1).max().unwrap_or_default();
    }

    /// Sends one after the other, until the school takes one. A token that is known to be over is never sent: if the
    /// keychain has gone back in time, the newest one known goes in its place.
    async fn try_all(&mut self, stored: Vec<SecretString>) -> Result<Came, KeeperFault> {
        let (mut dead, mut not_this_one) = (None, None);
        for token in self.worth_trying(stored) {
            let token_mark = mark(&token);
            self.tried.push(token_mark);
            match self.send(&token).await {
                Heard::Fresh(fresh) => return self.keep(token_mark, fresh).await.map(|()| Came::In),
                Heard::Dead(code) => {
                    self.inner.memory().hear(code, token_mark);
                    dead = dead.or(Some(code));
                }
                Heard::NotThisOne(fault) => not_this_one = not_this_one.or(Some(fault)),
                Heard::Fault(fault) => return Err(fault),
            }
        }
        match (not_this_one, dead) {
            (Some(fault), _) => Err(fault),
            (None, Some(dead)) => Ok(Came::AllDead(dead)),
            (None, None) => Ok(Came::NothingLeft),
        }
    }

    fn worth_trying(&self, stored: Vec<SecretString>) -> Vec<SecretString> {
        let memory = self.inner.memory();
        let is_worth = |token: &SecretString| {
            let mark = mark(token);
            !memory.is_over(&mark) && !self.tried.contains(&mark)
        };
        let mut tokens: Vec<SecretString> = stored.into_iter().filter(&is_worth).collect();
        if tokens.is_empty() {
            tokens.extend(memory.newest.clone().filter(&is_worth));
        }
        tokens
    }

    async fn send(&mut self, token: &SecretString) -> Heard {
        let left = DEADLINE.saturating_sub(self.spent);
        if left < SHORTEST {
            // Whoever sends and does not listen has lost an answer.
            return Heard::Fault(KeeperFault::School(Fault::Silent));
        }
        let asked_at = self.inner.clock.since_boot();
        let begun = Instant::now();
        let answer = timeout(left, self.inner.accounts.refresh(token)).await;
        self.spent += begun.elapsed();
        hear(answer.unwrap_or(Err(AccountsError::Fault(Fault::Silent))), asked_at)
    }

    /// Stores the child, and then uses it.
    async fn keep(&self, parent: Mark, fresh: Fresh) -> Result<(), KeeperFault> {
        self.store(&fresh.tokens).await?;
        let child = mark(&fresh.tokens.refresh);
        let mut memory = self.inner.memory();
        if parent != child {
            memory.leave_behind(parent);
        }
        if let Some(fault) = memory.end().filter(|fault| *fault == KeeperFault::SignedOut) {
            return Err(fault);
        }
        if memory.era == self.era {
            memory.take(fresh);
        }
        drop(memory);
        self.inner.say_what_is();
        Ok(())
    }

    async fn store(&self, tokens: &Tokens) -> Result<(), KeeperFault> {
        let entry = {
            let memory = self.inner.memory();
            match &memory.leaving {
                _ if memory.is_this_run_only => return Ok(()),
                None => Entry::SignIn { refresh: tokens.refresh.clone(), generation: self.generation },
                // Signed out while the school was asked: the child goes where no way of signing in reads it.
                Some(leaving) => Entry::ToBeRevoked(ToBeRevoked {
                    address: leaving.address.clone(),
                    key: leaving.key.clone(),
                    scope: leaving.scope,
                    refresh: tokens.refresh.clone(),
                }),
            }
        };
        let written = at_keychain::write(&*self.inner.keychain, self.inner.id, &entry, self.stands).await;
        written.map_err(|fault| self.at_fault(&fault, KeeperFault::NotStored))
    }

    /// Stores the tokens of a sign-in just made. Where there is no keychain at all they stay in memory.
    async fn keep_first(&mut self, fresh: Fresh) -> Result<(), KeeperFault> {
        let read = at_keychain::read(&*self.inner.keychain, self.inner.id, self.stands).await;
        let stored = match read {
            Ok(entries) if entries.iter().any(|entry| matches!(entry, Entry::ToBeRevoked(_))) => {
                // It waits for the school. A new sign-in has an id of its own.
                return Err(self.at_fault(&KeychainFault::Unreadable, KeeperFault::Keychain));
            }
            Ok(entries) => {
                self.count(&entries);
                self.store(&fresh.tokens).await
            }
            Err(fault) => Err(self.at_fault(&fault, KeeperFault::Keychain)),
        };
        let is_absent = matches!(
            stored,
            Err(KeeperFault::Keychain(KeychainFault::Absent) | KeeperFault::NotStored(KeychainFault::Absent))
        );
        if !is_absent {
            stored?;
        }
        let mut memory = self.inner.memory();
        if memory.era == self.era {
            memory.is_this_run_only = is_absent;
            memory.unstored = None;
            memory.take(fresh);
        }
        drop(memory);
        self.inner.say_what_is();
        Ok(())
    }

    fn at_fault(
        &self,
        fault: &KeychainFault,
        as_fault: impl Fn(KeychainFault) -> KeeperFault,
    ) -> KeeperFault {
        self.inner.say(State::of_keychain(fault));
        as_fault(fault.clone())
    }

    fn missing(&self) -> KeeperFault {
        self.inner.say(State::Missing);
        self.inner.memory().end().unwrap_or(KeeperFault::Missing)
    }

    fn end_by(&self, dead: Dead) -> KeeperFault {
        let mut memory = self.inner.memory();
        if memory.era == self.era {
            memory.end_by(dead);
        }
        let fault = memory.end().unwrap_or(KeeperFault::Ended(dead));
        drop(memory);
        self.inner.say_what_is();
        fault
    }
}

/// What an answer means for the token that was sent.
fn hear(answer: Result<Tokens, AccountsError>, asked_at: Duration) -> Heard {
    match answer {
        Ok(tokens) if is_one(&tokens.refresh) && is_there(&tokens.access) => {
            Heard::Fresh(Fresh { tokens, asked_at })
        }
        Ok(_) => Heard::Fault(KeeperFault::School(Fault::Silent)),
        Err(error) => match (error.dead(), error) {
            (Some(dead), _) => Heard::Dead(dead),
            // A mistake of ours, and never the end of a sign-in: one of several entries may be none.
            (None, AccountsError::Refused(refusal @ Refusal::Other { .. })) => {
                Heard::NotThisOne(KeeperFault::Refused(refusal))
            }
            (None, AccountsError::Refused(refusal)) => Heard::Fault(KeeperFault::Refused(refusal)),
            (None, AccountsError::Fault(fault)) => Heard::Fault(KeeperFault::School(fault)),
        },
    }
}

fn is_one(refresh: &SecretString) -> bool {
    is_there(refresh) && refresh.expose_secret().len() <= LONGEST_TOKEN
}

fn is_there(token: &SecretString) -> bool {
    !token.expose_secret().is_empty()
}
