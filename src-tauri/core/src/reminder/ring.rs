//! The task that rings. It looks, rings what is due, and waits for the next due instant or a signal.
//!
//! Each ring goes `planned → submitting → submitted`, each step stored before the next is taken. After a
//! crash a ring that is still `submitting` is rung once more, so that none is missed; a repeat is possible
//! only after a death between two steps.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use sqlx::SqliteConnection;
use tokio::sync::{broadcast, mpsc, watch};

use super::{
    phrase::{self, Manner},
    plan::{self, Due},
    wait::{TICK, Wait},
};
use crate::{
    change::Cause,
    clock::{Clock, computer_zone},
    desktop::{Notifier, Ring},
    join::JoinRules,
    session::Session,
    settings::Settings,
    store::{
        Result, Store,
        events::{self, By, Event, Kind},
        people,
        rings::{self, Known, Outcome, RingKey, RingState},
        sessions,
    },
};

/// How far back the first look and a look after a long pause search for what was missed.
const LONG_LOOK: Duration = Duration::days(30);
/// How far back every other look searches: longer than any session with the time after it.
const SHORT_LOOK: Duration = Duration::days(2);
/// A pause after which more may have been missed than a short look finds.
const LONG_PAUSE: Duration = Duration::minutes(2);

/// Wakes the bell before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Something was changed: sessions, settings, or the answer to a ring.
    Look,
}

/// The bell. Own it in one task; nothing else rings.
pub struct Bell<N, C, W> {
    store: Store,
    notifier: Arc<N>,
    clock: C,
    wait: W,
    rules: JoinRules,
    changes: broadcast::Sender<Cause>,
    can_ring: watch::Sender<bool>,
    last_look: Option<DateTime<Utc>>,
    /// What this bell has put on the screen and not yet taken back.
    showing: BTreeSet<RingKey>,
}

impl<N: Notifier, C: Clock, W: Wait> Bell<N, C, W> {
    /// A bell over a store. What it changes is told to `changes`; whether the desktop takes rings, to `can_ring`.
    pub fn new(
        store: Store,
        notifier: Arc<N>,
        clock: C,
        wait: W,
        rules: JoinRules,
        changes: broadcast::Sender<Cause>,
        can_ring: watch::Sender<bool>,
    ) -> Self {
        Self {
            store,
            notifier,
            clock,
            wait,
            rules,
            changes,
            can_ring,
            last_look: None,
            showing: BTreeSet::new(),
        }
    }

    /// Rings for as long as the sender of `signals` lives.
    pub async fn run(mut self, mut signals: mpsc::UnboundedReceiver<Signal>) {
        loop {
            let next = match self.look().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "the bell could not look; it looks again soon");
                    self.clock.now() + TICK
                }
            };
            tokio::select! {
                () = self.wait.wait(next) => {}
                signal = signals.recv() => match signal {
                    // Several signals at once are answered by one look.
                    Some(Signal::Look) => while signals.try_recv().is_ok() {},
                    None => return,
                }
            }
        }
    }

    /// One look: rings all that is due and returns when to look again (UTC).
    ///
    /// # Errors
    /// What the store says. Whatever was not rung is still due at the next look.
    pub async fn look(&mut self) -> Result<DateTime<Utc>> {
        let now = self.clock.now();
        self.plan(now).await?;
        let rang = self.ring(now).await?;
        let taken_back = self.take_back(now).await?;
        if rang || taken_back {
            self.tell(Cause::Bell);
        }
        if self.last_look.is_none_or(|last| minute(last) != minute(now)) || self.crossed_boundary(now).await?
        {
            self.tell(Cause::Clock);
        }
        self.last_look = Some(now);
        self.next_look(now).await
    }

    /// Enters into the ledger what has become due, and what can no longer be rung.
    async fn plan(&self, now: DateTime<Utc>) -> Result<()> {
        let paused = self.last_look.is_none_or(|last| now - last > LONG_PAUSE);
        let back = if paused { LONG_LOOK } else { SHORT_LOOK };
        let mut conn = self.store.read().await?;
        let mut new = Vec::new();
        for session in sessions::ringing_in(&mut conn, now - back, now + self.rules.lead).await? {
            let known = rings::known(&mut conn, session.id, session.start).await?;
            if known == Known::Yes {
                continue;
            }
            let closes = self.rules.closes_at(&session, sessions::room_of(&mut conn, &session).await?);
            if now < closes || (known == Known::No && plan::was_owed(&session, closes)) {
                new.push((session, now >= closes));
            }
        }
        drop(conn);
        if new.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        for (session, is_missed) in new {
            let key = RingKey { session: session.id, start: session.start, number: 1 };
            rings::plan(&mut tx, key, plan::due_at(&session, self.rules)).await?;
            if is_missed {
                rings::set_outcome(&mut tx, key, Outcome::Missed).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Rings what waits in the ledger. Its sessions are read again: none rings that has changed.
    async fn ring(&mut self, now: DateTime<Utc>) -> Result<bool> {
        let mut conn = self.store.read().await?;
        let waiting = rings::waiting(&mut conn, now).await?;
        if waiting.is_empty() {
            return Ok(false);
        }
        let mut due = Vec::new();
        let mut given_up = Vec::new();
        for (key, _) in waiting {
            match self.judge(&mut conn, key, now).await? {
                (Due::Ring, Some(session)) if session.runs_for_me(now) => {
                    given_up.push((key, Outcome::Joined))
                }
                (Due::Ring, Some(session)) => due.push((key, session)),
                (Due::Missed, _) => given_up.push((key, Outcome::Missed)),
                (Due::Ring | Due::Withdraw, _) => given_up.push((key, Outcome::Withdrawn)),
            }
        }
        let settings = Settings::load(&mut conn).await?;
        let in_session = sessions::running_for_me(&mut conn, now).await?.is_some();
        let zones = people::zones(&mut conn).await?;
        drop(conn);
        self.settle(&given_up).await?;

        let manner = Manner {
            zone: computer_zone(),
            clock: settings.hours(),
            hide_names: settings.hide_names || in_session,
        };
        let ring = |keys: Vec<RingKey>, phrase: phrase::Phrase, can_join: bool| Ring {
            keys,
            title: phrase.title,
            body: phrase.body,
            can_join,
            sounds: settings.sound && !in_session,
            breaks_through: settings.break_through && !in_session,
        };
        let together = due.len() > plan::MOST_AT_ONCE;
        let rings: Vec<Ring> = if together {
            let sessions: Vec<&Session> = due.iter().map(|(_, session)| session).collect();
            vec![ring(
                due.iter().map(|(key, _)| *key).collect(),
                phrase::several(&sessions, manner, now),
                false,
            )]
        } else {
            due.iter()
                .map(|(key, session)| {
                    let theirs = session.person.as_ref().and_then(|name| zones.get(name)).map(String::as_str);
                    ring(vec![*key], phrase::one(session, theirs, manner, now), session.join_url.is_some())
                })
                .collect()
        };
        let mut rang = false;
        for ring in rings {
            rang |= self.strike(ring).await?;
        }
        Ok(rang)
    }

    /// Takes one ring through its steps.
    async fn strike(&mut self, ring: Ring) -> Result<bool> {
        let keys = ring.keys.clone();
        let mut tx = self.store.write().await?;
        for key in &keys {
            rings::set_state(&mut tx, *key, RingState::Submitting, None).await?;
        }
        tx.commit().await?;

        let taken = self.notifier.ring(ring).await.is_ok();
        self.can_ring.send_if_modified(|can| std::mem::replace(can, taken) != taken);
        if !taken {
            // It stays due and is tried again at the next look, for as long as Join is open.
            tracing::warn!(rings = keys.len(), "no notification service took the ring");
            return Ok(false);
        }
        let rung_at = self.clock.now();
        let mut tx = self.store.write().await?;
        for key in &keys {
            rings::set_state(&mut tx, *key, RingState::Submitted, Some(rung_at)).await?;
            let rang = Event { at: rung_at, kind: Kind::Rang, by: By::Bell, detail: None };
            events::add(&mut tx, key.session, rang).await?;
        }
        tx.commit().await?;
        self.showing.extend(keys);
        Ok(true)
    }

    /// Takes rings off the screen whose sessions were moved, called off, are over, or were joined in
    /// another way.
    async fn take_back(&mut self, now: DateTime<Utc>) -> Result<bool> {
        let mut conn = self.store.read().await?;
        let mut gone = Vec::new();
        for key in rings::on_show(&mut conn, now - SHORT_LOOK).await? {
            match self.judge(&mut conn, key, now).await?.0 {
                Due::Ring => {}
                Due::Withdraw => gone.push((key, Outcome::Withdrawn)),
                Due::Missed => gone.push((key, Outcome::TimedOut)),
            }
        }
        let mut settled: Vec<RingKey> = gone.iter().map(|(key, _)| *key).collect();
        for key in &self.showing {
            if rings::outcome_of(&mut conn, *key).await?.is_some() {
                settled.push(*key);
            }
        }
        drop(conn);
        for key in settled {
            if self.showing.remove(&key) {
                self.notifier.withdraw(key).await;
            }
        }
        self.settle(&gone).await?;
        Ok(!gone.is_empty())
    }

    async fn judge(
        &self,
        conn: &mut SqliteConnection,
        key: RingKey,
        now: DateTime<Utc>,
    ) -> Result<(Due, Option<Session>)> {
        let session = sessions::get(conn, key.session).await?;
        let room = match &session {
            Some(session) => sessions::room_of(conn, session).await?,
            None => Default::default(),
        };
        Ok((plan::judge(session.as_ref(), key.start, room, self.rules, now), session))
    }

    async fn settle(&self, outcomes: &[(RingKey, Outcome)]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        for (key, outcome) in outcomes {
            rings::set_outcome(&mut tx, *key, *outcome).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A session has started or ended since the last look, so that what may be done with it has changed.
    async fn crossed_boundary(&self, now: DateTime<Utc>) -> Result<bool> {
        let Some(last) = self.last_look else { return Ok(true) };
        let mut conn = self.store.read().await?;
        Ok(sessions::next_boundary(&mut conn, last).await?.is_some_and(|at| at <= now))
    }

    /// When to look again: at the next ring, the next start or end, or the next minute.
    async fn next_look(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let mut conn = self.store.read().await?;
        let next_start = sessions::next_ringing_start(&mut conn, now + self.rules.lead).await?;
        let candidates = [
            next_start.map(|start| start - self.rules.lead),
            rings::next_due(&mut conn, now).await?,
            sessions::next_boundary(&mut conn, now).await?,
            Some(minute(now) + Duration::minutes(1)),
        ];
        Ok(candidates.into_iter().flatten().min().unwrap_or(now + TICK))
    }

    fn tell(&self, cause: Cause) {
        // Nobody listens while there is no window.
        let _ = self.changes.send(cause);
    }
}

fn minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(Duration::minutes(1)).unwrap_or(at)
}
