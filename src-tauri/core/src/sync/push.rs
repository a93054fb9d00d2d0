//! What was done here goes to the school: what is due is sent, its answer stored, and then booked. It can be ended
//! anywhere, and the process with it; the next pass goes on from what was stored, and each write is done once.
//!
//! A pull that began before an answer may bring rows that are older than it. So whoever runs both lets one end before the
//! other begins, and pulls after a pass that has booked something.

mod school;

use std::{
    collections::BTreeSet,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::school::SchoolWrites;
use crate::{
    clock::Clock,
    outbox::{Came, Class, Outcome, Stand, Waiting, next, outcome, rows_told},
    store::{
        StoreError,
        cache::{Cache, Kinds, outbox},
    },
};

/// Where writes go.
pub trait School: Send + Sync {
    /// The account that is signed in, if one is.
    fn account(&self) -> Option<Uuid>;

    /// Sends a write once, in the name of its account and no other.
    fn send(&self, row: &Waiting) -> impl Future<Output = Came> + Send;
}

/// Where writes lie. Each of these is done whole or not at all.
pub trait Desk: Send + Sync {
    /// Everything that lies there, in the order in which it was written.
    fn rows(&self) -> impl Future<Output = Result<Vec<Waiting>, StoreError>> + Send;

    /// Nothing is on its way: what was dropped meanwhile goes.
    fn begin(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A write is being sent, at `now` (UTC). Whether it still may be.
    fn sends(&self, id: Uuid, now: DateTime<Utc>) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// What has become of a write that was sent. An answer is stored, and not more.
    fn came(&self, row: &Waiting, outcome: &Outcome) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What an answer says is stored among the rows that are read, and the write is done.
    fn book(&self, id: Uuid, now: DateTime<Utc>) -> impl Future<Output = Result<Kinds, StoreError>> + Send;
}

impl Desk for Cache {
    async fn rows(&self) -> Result<Vec<Waiting>, StoreError> {
        outbox::all(&mut *self.store().read().await?).await
    }

    async fn begin(&self) -> Result<(), StoreError> {
        // Mostly there is nothing to be forgotten, and whoever only looks takes no turn from others.
        if !outbox::any_dropped(&mut *self.store().read().await?).await? {
            return Ok(());
        }
        let mut tx = self.store().write().await?;
        outbox::forget_dropped(&mut tx).await?;
        tx.commit().await
    }

    async fn sends(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut tx = self.store().write().await?;
        let may_be = outbox::sends(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(may_be)
    }

    async fn came(&self, row: &Waiting, outcome: &Outcome) -> Result<(), StoreError> {
        let mut tx = self.store().write().await?;
        match outcome {
            Outcome::Answered(answer) => outbox::answered(&mut tx, row.id, row.request, answer).await?,
            Outcome::Refused(refusal) => outbox::refused(&mut tx, row.id, row.request, refusal).await?,
            Outcome::Again { class, wait } => {
                outbox::kept(&mut tx, row.id, row.request, *class, *wait).await?
            }
            Outcome::ClaimAgain { wait } => outbox::claims_again(&mut tx, row.id, row.request, *wait).await?,
        }
        tx.commit().await
    }

    async fn book(&self, id: Uuid, now: DateTime<Utc>) -> Result<Kinds, StoreError> {
        Self::book(self, id, now).await
    }
}

/// What a pass has done.
#[derive(Debug, Default)]
pub struct Pushed {
    /// How many writes were sent, however that went.
    pub sent: usize,
    /// How many are done. After any, a pull tells the rest.
    pub booked: usize,
    /// What was answered: its name here, and the bookings that the answer tells.
    pub answered: Vec<(Uuid, Vec<Uuid>)>,
    /// How many the school has refused: the person is to hear of it.
    pub refused: usize,
    /// What has changed of what is read.
    pub kinds: Kinds,
    /// When there is something to be sent next (UTC), if nothing else happens.
    pub look_again: Option<DateTime<Utc>>,
    /// What has kept the last write that was sent and came to nothing.
    pub kept: Option<Class>,
    /// The file could not be read or written: what is left is done by the next pass.
    pub fault: Option<StoreError>,
}

/// After the file could not be written.
const FILE_WAIT: chrono::Duration = chrono::Duration::seconds(5);

/// Sends what one sign-in has done to its school.
pub struct Push<S, D> {
    school: S,
    desk: D,
    clock: Arc<dyn Clock>,
    /// From 0 to 1, drawn anew each time: spreads the waits.
    chance: Box<dyn Fn() -> f64 + Send + Sync>,
    stand: Mutex<Stand>,
    turn: tokio::sync::Mutex<()>,
}

impl<S: School, D: Desk> Push<S, D> {
    /// Sends what lies at `desk` to `school`. Nothing is sent yet. `chance` draws from 0 to 1.
    #[must_use]
    pub fn new(
        school: S,
        desk: D,
        clock: Arc<dyn Clock>,
        chance: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        let (chance, stand) = (Box::new(chance), Mutex::default());
        Self { school, desk, clock, chance, stand, turn: tokio::sync::Mutex::default() }
    }

    /// The network is back, somebody has signed in, or the person wants it now: the next pass waits for no pause of the
    /// school's. Each write's own pause stays.
    pub fn hurry(&self) {
        self.stand().hurry();
    }

    /// Sends all that is due and books what is answered, until nothing is left to be done now. One pass at a time: another
    /// one waits for it. Never fails: what went wrong stands in the answer, and all of it is tried again.
    pub async fn pass(&self) -> Pushed {
        let _turn = self.turn.lock().await;
        let mut pushed = Pushed::default();
        if let Err(fault) = self.all(&mut pushed).await {
            tracing::info!("the outbox could not be read or written and is tried again");
            pushed.fault = Some(fault);
            pushed.look_again = Some(self.clock.now() + FILE_WAIT);
        }
        pushed
    }

    async fn all(&self, pushed: &mut Pushed) -> Result<(), StoreError> {
        self.desk.begin().await?;
        let mut unbooked = BTreeSet::new();
        loop {
            let rows = self.desk.rows().await?;
            let stand = self.stand_for(self.school.account());
            let now = next(&rows, self.clock.now(), &stand);
            let answered: Vec<Uuid> = now.book.into_iter().filter(|id| !unbooked.contains(id)).collect();
            // What was booked lets others go.
            if !answered.is_empty() {
                for id in answered {
                    if !self.book(id, pushed).await? {
                        unbooked.insert(id);
                    }
                }
                continue;
            }
            let due = rows.into_iter().find(|row| now.send.first() == Some(&row.id));
            let Some(row) = due else {
                let again = (!unbooked.is_empty()).then(|| self.clock.now() + FILE_WAIT);
                pushed.look_again = now.look_again.into_iter().chain(again).min();
                return Ok(());
            };
            self.send(row, pushed).await?;
        }
    }

    /// Whether it could be booked. An answer with which the file is not content holds up nothing but its own lane.
    async fn book(&self, id: Uuid, pushed: &mut Pushed) -> Result<bool, StoreError> {
        match self.desk.book(id, self.clock.now()).await {
            Ok(kinds) => {
                pushed.kinds = pushed.kinds.and(kinds);
                pushed.booked += 1;
                Ok(true)
            }
            Err(fault @ (StoreError::Row { .. } | StoreError::Sql(_))) => {
                tracing::warn!("an answer of the school could not be booked");
                pushed.fault = Some(fault);
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn send(&self, mut row: Waiting, pushed: &mut Pushed) -> Result<(), StoreError> {
        let now = self.clock.now();
        if !self.desk.sends(row.id, now).await? {
            return Ok(());
        }
        (row.attempts, row.tried_at) = (row.attempts + 1, Some(now));
        let came = self.school.send(&row).await;
        pushed.sent += 1;
        let (came_at, chance) = (self.clock.now(), (self.chance)());
        let outcome = {
            let mut stand = self.stand();
            stand.came(&came, came_at, chance);
            outcome(&row, came, &stand, chance)
        };
        self.desk.came(&row, &outcome).await?;
        match outcome {
            Outcome::Answered(answer) => {
                let told = rows_told(&answer).into_iter().filter(|change| change.table == "bookings");
                pushed.answered.push((row.id, told.map(|change| change.id).collect()));
            }
            Outcome::Refused(refusal) => {
                tracing::info!(function = row.function, code = refusal.code, "a write was refused");
                pushed.refused += 1;
            }
            Outcome::Again { class, .. } => pushed.kept = Some(class),
            Outcome::ClaimAgain { .. } => pushed.kept = Some(Class::Transient),
        }
        Ok(())
    }

    /// How it stands for whoever is signed in now. Somebody else begins anew.
    fn stand_for(&self, account: Option<Uuid>) -> Stand {
        let mut stand = self.stand();
        if stand.account != account {
            *stand = Stand::new(account);
        }
        stand.clone()
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        self.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
