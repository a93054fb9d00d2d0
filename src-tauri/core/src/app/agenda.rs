//! Lists of sessions: the page *Today*, days, past ones, search.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{App, Result};
use crate::{
    id::SessionId,
    join::Room,
    session::{Session, Status},
    store::{people, rings, sessions},
    today::{Entry, Today, entries, lay_out},
    wall_clock::instant,
};

/// How many past or found sessions come at once.
const PAGE: i64 = 50;

/// The page *Today* with what belongs around it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page.
    pub today: Today,
    /// When it was made (UTC).
    pub now: DateTime<Utc>,
    /// The zone of each person of whom it is known.
    pub zones: BTreeMap<String, String>,
    /// There are sessions after the last day shown.
    pub more_after: bool,
    /// There is no session at all.
    pub is_empty: bool,
    /// There are samples among them.
    pub has_samples: bool,
    /// Bells that could not ring and that the person has not been told of.
    pub missed: i64,
}

impl App {
    /// The page *Today*, with `days_ahead` days after today.
    pub async fn today(&self, days_ahead: u16) -> Result<Page> {
        let (now, zone) = (self.now(), self.zone());
        let midnight = now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN);
        let to = instant(midnight + Duration::days(i64::from(days_ahead) + 1), zone);
        let mut conn = self.store.read().await?;
        // From well before midnight: a session that runs past it keeps the card.
        let from = instant(midnight, zone) - Duration::hours(2);
        let listed = sessions::touching(&mut conn, from, to).await?;
        let after = sessions::first_after(&mut conn, to.max(now)).await?;
        let more_after = after.is_some();
        let (any, has_samples) = sessions::exist(&mut conn).await?;
        let zones = people::zones(&mut conn).await?;
        let missed = rings::count_missed(&mut conn).await?;
        drop(conn);
        let listed = self.with_rooms(listed).await?;
        let has_next = listed.iter().any(|entry| {
            entry.session.status == Status::Scheduled
                && !entry.session.is_busy_time()
                && entry.session.end > now
        });
        let next = match after {
            Some(session) if !has_next => self.with_rooms(vec![session]).await?.pop(),
            _ => None,
        };
        let today = lay_out(listed, next, self.rules, now, zone);
        Ok(Page { today, now, zones, more_after, is_empty: !any, has_samples, missed })
    }

    /// Sessions whose start lies in [from, to), past ones too, by start.
    pub async fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Entry>> {
        let found = sessions::starting_in(&mut *self.store.read().await?, from, to).await?;
        self.with_rooms(found).await
    }

    /// The card's session and what comes after it, at most `limit`.
    pub async fn coming(&self, limit: usize) -> Result<Vec<Entry>> {
        let near = self.coming_in(1, limit).await?;
        // Who has enough to do today and tomorrow is not asked for two weeks each minute.
        if near.len() == limit { Ok(near) } else { self.coming_in(13, limit).await }
    }

    async fn coming_in(&self, days_ahead: u16, limit: usize) -> Result<Vec<Entry>> {
        let Page { today, now, .. } = self.today(days_ahead).await?;
        Ok(today.coming(now).take(limit).cloned().collect())
    }

    /// Sessions that ended at or before `before` (now, if not given), the latest first, fifty at most.
    pub async fn past(&self, before: Option<DateTime<Utc>>) -> Result<Vec<Entry>> {
        let before = before.unwrap_or_else(|| self.now());
        let found = sessions::ended_before(&mut *self.store.read().await?, before, PAGE).await?;
        self.with_rooms(found).await
    }

    /// Sessions that hold the text, those to come first, fifty at most. None for an empty text.
    pub async fn search(&self, text: &str) -> Result<Vec<Entry>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let found = sessions::search(&mut *self.store.read().await?, text, self.now(), PAGE).await?;
        self.with_rooms(found).await
    }

    /// Every session, by start.
    pub async fn all(&self) -> Result<Vec<Session>> {
        Ok(sessions::all(&mut *self.store.read().await?).await?)
    }

    /// The zone of each person of whom it is known.
    pub async fn people_zones(&self) -> Result<BTreeMap<String, String>> {
        Ok(people::zones(&mut *self.store.read().await?).await?)
    }

    /// Bells that would still ring today, after now: their sessions' starts (UTC).
    pub async fn bells_left_today(&self) -> Result<Vec<DateTime<Utc>>> {
        let (now, zone) = (self.now(), self.zone());
        let tomorrow =
            now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN) + Duration::days(1);
        let found = sessions::ringing_in(
            &mut *self.store.read().await?,
            now + self.rules.lead,
            instant(tomorrow, zone) - Duration::milliseconds(1),
        )
        .await?;
        Ok(found.into_iter().map(|session| session.start).collect())
    }

    pub(super) async fn with_rooms(&self, found: Vec<Session>) -> Result<Vec<Entry>> {
        let now = self.now();
        let mut rooms: BTreeMap<SessionId, Room> = BTreeMap::new();
        let mut conn = self.store.read().await?;
        for session in &found {
            // Only near its end does it matter who comes next into the room.
            let matters = session.start - self.rules.lead <= now && now < session.end + self.rules.after_end;
            if matters {
                rooms.insert(session.id, sessions::room_of(&mut conn, session).await?);
            }
        }
        Ok(entries(found, &rooms, self.rules, now))
    }
}
