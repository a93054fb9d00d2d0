//! Join: from a session's id to the open meeting. The host passes an id, never an address.

use chrono::{DateTime, Utc};

use super::{
    App, Page, Result,
    press::{Opened, Opening},
};
use crate::{
    error::Error,
    id::SessionKey,
    join::{JoinState, JoinUrl, Verdict, judge},
    reminder::unstored::Deed,
    state_table::{Action, decide},
};

impl App {
    /// Opens the meeting of a session. `confirmed`: the person has seen the host of an unknown address and
    /// said yes. `early`: the person wants in before the door opens. A second press while it opens, or within
    /// a second after, is one with the first: it opens and notes nothing, and is answered as the first was.
    ///
    /// # Errors
    /// No such session, no link, not open (yet, or any more), or what the store says.
    pub async fn join(&self, key: SessionKey, confirmed: bool, early: bool) -> Result<Opened> {
        let (now, pressed) = (self.now(), self.clock.steady());
        let url = self.door(key, early, now).await?;
        let mut turn = match self.presses.turn(key, pressed).await {
            Ok(turn) => turn,
            Err(as_the_first) => return Ok(as_the_first),
        };
        if url.verdict() == Verdict::Ask && !confirmed {
            let looks_like = judge(url.as_str()).reason.imitates().map(|provider| provider.label());
            return Ok(Opened::Ask { host: url.host().to_owned(), looks_like });
        }
        let opened = if self.opener.open(&url).is_ok() { Opened::Yes } else { Opened::BrowserFailed };
        *turn = Some(Opening::new(key, &opened, self.clock.steady()));
        drop(turn);
        if opened == Opened::Yes {
            self.note_opened(key, now).await;
        }
        Ok(opened)
    }

    /// The address of a session's meeting, because the person asked to copy it.
    ///
    /// # Errors
    /// No such session, no link, or what the store says.
    pub async fn link_to_copy(&self, key: SessionKey) -> Result<String> {
        let (session, ..) = self.readings().await?.session(key).await?.ok_or(Error::NotFound)?;
        Ok(session.join_url.ok_or(Error::NoLink)?.as_str().to_owned())
    }

    /// The session to join when none is named: the one that *Today* says. `early`: if no door is open, the one
    /// whose door opens next.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, [`Error::NotOpenYet`] when the next one opens later.
    pub async fn session_to_join(&self, early: bool) -> Result<SessionKey> {
        let Page { today, now, .. } = self.today(13).await?;
        if let Some(open) = today.joins {
            return Ok(open);
        }
        let mut coming = today.coming(now).filter(|entry| entry.join == JoinState::OpensAt);
        let next = coming.next().ok_or(Error::NotFound)?;
        if early { Ok(next.session.key()) } else { Err(self.not_open_yet(next.door.opens_at).await?) }
    }

    /// The address of a session's meeting, if the door is open. What the store does not give is taken from what the
    /// bell last read: whoever was rung can join.
    async fn door(&self, key: SessionKey, early: bool, now: DateTime<Utc>) -> Result<JoinUrl> {
        let stored = async { Ok::<_, Error>(self.readings().await?.session(key).await?) };
        let (session, room, rules) = match stored.await {
            Ok(Some(stored)) => stored,
            Ok(None) => self.memory.session(key).ok_or(Error::NotFound)?,
            Err(error) => self.memory.session(key).ok_or(error)?,
        };
        let role = self.workspaces.of(key.workspace).ok_or(Error::NotFound)?.role();
        decide(&session, Action::Join, role, now)?;
        match rules.state(&session, room, now) {
            JoinState::Open | JoinState::InProgress => {}
            JoinState::OpensAt if early && role.opens_early() => {}
            JoinState::OpensAt => return Err(self.not_open_yet(rules.opens_at(&session)).await?),
            JoinState::NoLink => return Err(Error::NoLink),
            JoinState::Ended | JoinState::Cancelled | JoinState::Final => return Err(Error::Over),
        }
        session.join_url.ok_or(Error::NoLink)
    }

    async fn not_open_yet(&self, at: DateTime<Utc>) -> Result<Error> {
        let clock = self.settings().await?.hours();
        let zone = self.zone();
        let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        Ok(Error::NotOpenYet { at, zone, clock, is_today: day(at) == day(self.now()) })
    }

    /// The browser has it: note that, and take the bell of this session off the screen.
    async fn note_opened(&self, key: SessionKey, now: DateTime<Utc>) {
        self.memory.keep(Deed::Opened { session: key, at: now });
        self.store_deeds().await;
        self.send_to_schools();
    }
}
