//! Something is done at a school: it is written down here, and goes there as soon as there is a way. Where there is one, it
//! has gone, or was refused, before whoever asked is answered.

use std::time::Duration;

use tokio::{sync::broadcast, time::timeout};
use uuid::Uuid;

use super::{App, Result, getting_in::named_of, in_step::Exchange};
use crate::{
    change::Topic,
    error::{Error, What},
    outbox::{Class, Write},
    sign_in::SignIn,
    store::{cache::outbox, device::sign_ins},
    sync::Signal,
};

/// How long whoever has done something waits to learn what the school says.
const PATIENCE: Duration = Duration::from_secs(8);

/// What has become of something that was done, as far as it is known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// The school has done it.
    Done {
        /// The requests that it has made or changed.
        bookings: Vec<Uuid>,
    },
    /// It waits to be sent.
    Waits {
        /// Its name among what waits.
        id: Uuid,
        /// What keeps it, if it was tried.
        class: Option<Class>,
    },
}

impl App {
    /// The sign-in of that id, with the account that acts there.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nobody is signed in.
    pub(super) async fn acting_at(&self, school: Uuid) -> Result<(SignIn, Uuid)> {
        let sign_in = sign_ins::get(&mut *self.store.read().await?, school).await?.ok_or(Error::NotFound)?;
        let account = sign_in.account.ok_or(Error::NotFound)?;
        Ok((sign_in, account))
    }

    /// Writes down what is done, the first with all that stands on it, and sends it if there is a way. What the school
    /// refuses at once leaves nothing behind: whoever did it has it before them.
    ///
    /// # Errors
    /// The school's no, or what the store says.
    pub(super) async fn do_there(&self, sign_in: &SignIn, writes: &[Write]) -> Result<Became> {
        let Some(first) = writes.first() else { return Err(Error::NotFound) };
        let exchange = self.exchange_with(sign_in).await?.ok_or(Error::NotFound)?;
        let mut answers = exchange.answers();
        let mut tx = exchange.cache().store().write().await?;
        for write in writes {
            outbox::write(&mut tx, write).await?;
        }
        tx.commit().await?;
        self.tell_of_school(sign_in.id, Topic::Waiting);
        // What comes too late stays written, and goes with the next pass.
        let _ = timeout(PATIENCE, self.send_once(sign_in.id, &exchange)).await;
        self.send_to_schools();
        self.became(sign_in, &exchange, first.id, &mut answers).await
    }

    async fn became(
        &self,
        sign_in: &SignIn,
        exchange: &Exchange,
        id: Uuid,
        answers: &mut broadcast::Receiver<(Uuid, Vec<Uuid>)>,
    ) -> Result<Became> {
        while let Ok((answered, bookings)) = answers.try_recv() {
            if answered == id {
                return Ok(Became::Done { bookings });
            }
        }
        let row = outbox::get(&mut *exchange.cache().store().read().await?, id).await?;
        // Done in another pass, whose word was lost among many.
        let Some(row) = row else { return Ok(Became::Done { bookings: Vec::new() }) };
        let Some(refusal) = row.refusal else { return Ok(Became::Waits { id, class: row.class }) };
        let mut tx = exchange.cache().store().write().await?;
        outbox::drop_row(&mut tx, id).await?;
        tx.commit().await?;
        self.tell_of_school(sign_in.id, Topic::Waiting);
        // What stands here may be older than what the school went by.
        self.ask_schools(Signal::Asked);
        Err(named_of(What::Wrote(refusal.code), sign_in))
    }
}
