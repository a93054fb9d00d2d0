//! What goes to one school and what comes from it, one after the other: a pull that began before an answer may bring rows
//! that are older than it.

use std::sync::Arc;

use tokio::sync::{Mutex, broadcast};
use uuid::Uuid;

use crate::{
    clock::Clock,
    school::supabase::{auth::Auth, keeper::Keeper, wire::Wire},
    secret::Secrets,
    sign_in::SignIn,
    store::cache::Cache,
    sync::{Pull, Push, Pushed, SchoolPages, SchoolWrites, SyncFault, pull::Passed, pull::Progress},
};

/// The way to one school and back, for one sign-in.
pub(in crate::app) struct Exchange {
    /// As it was when the way was made.
    of: SignIn,
    push: Push<SchoolWrites<Auth, Secrets>, Cache>,
    pull: Pull<SchoolPages<Auth, Secrets>>,
    /// One at a time, whoever asks.
    turn: Mutex<()>,
    /// What was answered: its name here, and the bookings that the answer tells.
    answers: broadcast::Sender<(Uuid, Vec<Uuid>)>,
}

/// How many answers a listener may be behind.
const ANSWERS: usize = 256;

impl Exchange {
    /// The way of this sign-in, whose account is known. Nothing is sent or asked yet.
    pub(super) fn new(
        of: SignIn,
        account: Uuid,
        (wire, keeper): (Wire, Keeper<Auth, Secrets>),
        cache: Cache,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        let writes = SchoolWrites::new(wire.clone(), keeper.clone(), account);
        let push = Push::new(writes, cache.clone(), Arc::clone(clock), rand::random);
        let pull = Pull::new(SchoolPages::new(wire, keeper), cache, account, Arc::clone(clock));
        Self { of, push, pull, turn: Mutex::default(), answers: broadcast::channel(ANSWERS).0 }
    }

    /// Whether it still leads where this sign-in is.
    pub(super) fn is_of(&self, sign_in: &SignIn) -> bool {
        let way =
            |sign_in: &SignIn| (sign_in.address.clone(), sign_in.key.clone(), sign_in.entry, sign_in.account);
        way(&self.of) == way(sign_in)
    }

    /// What the school has told.
    pub(in crate::app) const fn cache(&self) -> &Cache {
        self.pull.cache()
    }

    /// Sends what waits here and is due.
    pub(in crate::app) async fn send(&self) -> Pushed {
        let _turn = self.turn.lock().await;
        let pushed = self.push.pass().await;
        for answered in &pushed.answered {
            // Nobody may be waiting for it.
            let _ = self.answers.send(answered.clone());
        }
        pushed
    }

    /// Hears what is answered from now on, in whichever pass.
    pub(in crate::app) fn answers(&self) -> broadcast::Receiver<(Uuid, Vec<Uuid>)> {
        self.answers.subscribe()
    }

    /// Asks for what has changed.
    ///
    /// # Errors
    /// [`SyncFault`].
    pub(in crate::app) async fn fetch(&self, told: impl FnMut(Progress) + Send) -> Result<Passed, SyncFault> {
        let _turn = self.turn.lock().await;
        self.pull.pass(|| true, told).await
    }

    /// What has failed for want of a network, or of the person, may go now.
    pub(in crate::app) fn hurry(&self) {
        self.push.hurry();
    }
}
