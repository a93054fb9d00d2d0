//! The bell as the person sees it: answering a ring, the last one, the missed ones.

use chrono::{DateTime, Utc};

use super::{App, Result, press::Opened};
use crate::{
    change::{Cause, Topic},
    desktop::Answer,
    reminder::{plan::snoozed_until, unstored::Deed},
    ring::{Outcome, RingKey},
    store::device::rings,
};

/// The last bell that rang.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRing {
    /// When (UTC).
    pub rung_at: DateTime<Utc>,
    /// The title of its session, if that is still there.
    pub title: Option<String>,
    /// What became of it, so far.
    pub outcome: Option<Outcome>,
}

impl App {
    /// The person has answered a ring. *Join* opens the meeting; whoever asks gets what came of it.
    ///
    /// # Errors
    /// As [`App::join`], or what the store says.
    pub async fn answer_ring(&self, keys: &[RingKey], answer: Answer) -> Result<Option<Opened>> {
        let now = self.now();
        if let (Answer::Join, [key]) = (answer, keys) {
            return self.join(key.session(), false, false).await.map(Some);
        }
        for key in keys {
            let outcome = match answer {
                Answer::Join | Answer::Open => Outcome::Opened,
                Answer::Snooze => Outcome::Snoozed,
                Answer::Dismiss => Outcome::Dismissed,
                Answer::TimeOut => Outcome::TimedOut,
            };
            self.memory.keep(Deed::Became { key: *key, outcome });
            if answer == Answer::Snooze {
                self.memory.keep(Deed::Again { key: key.again(), due: snoozed_until(key.start(), now) });
            }
        }
        self.store_deeds().await;
        Ok(None)
    }

    /// Stores what was done without a question to the person, if that can be done now. If not, the bell does it
    /// later: what was pressed holds all the same.
    pub(super) async fn store_deeds(&self) {
        self.store_what_waits().await;
        // Whether somebody went in is known of the session.
        self.tell(Cause::ThisWindow, &[Topic::Rings, Topic::Sessions]);
    }

    /// Stores what was done and could not be stored then, if it can be now.
    pub async fn store_what_waits(&self) {
        if let Err(error) = self.memory.store_what_waits(&self.store, &self.workspaces).await {
            tracing::warn!(%error, "what was done is stored later");
        }
    }

    /// The last bell that rang.
    pub async fn last_ring(&self) -> Result<Option<LastRing>> {
        let shown = rings::last_shown(&mut *self.store.read().await?).await?;
        let Some(shown) = shown else { return Ok(None) };
        let session = self.readings().await?.session(shown.key.session()).await?;
        Ok(Some(LastRing {
            rung_at: shown.rung_at,
            title: session.map(|(session, ..)| session.title),
            outcome: shown.outcome,
        }))
    }

    /// The person has been told of the bells that could not ring.
    pub async fn acknowledge_missed(&self) -> Result<()> {
        let mut tx = self.store.write().await?;
        rings::acknowledge_missed(&mut tx).await?;
        self.commit(tx, &[Topic::Rings]).await
    }
}
