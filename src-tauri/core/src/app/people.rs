//! People: those met in sessions.

use chrono::{DateTime, Utc};

use super::{App, Result};
use crate::{
    change::Topic,
    error::Error,
    store::{people, sessions},
    today::Entry,
    zone::Zone,
};

/// Somebody met in sessions.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The zone they live in (IANA), if known.
    pub zone: Option<String>,
    /// How many sessions with them there are.
    pub sessions: i64,
    /// The next one.
    pub next: Option<Entry>,
    /// When the last one that is over started (UTC).
    pub last: Option<DateTime<Utc>>,
}

impl App {
    /// Everybody met in a session, by name.
    pub async fn people(&self) -> Result<Vec<Person>> {
        let now = self.now();
        let mut conn = self.store.read().await?;
        let met = people::met(&mut conn, now).await?;
        let mut next = Vec::with_capacity(met.len());
        for person in &met {
            next.push(sessions::next_with(&mut conn, &person.name, now).await?);
        }
        drop(conn);
        let mut people = Vec::with_capacity(met.len());
        for (person, next) in met.into_iter().zip(next) {
            let next = self.with_rooms(next.into_iter().collect()).await?.pop();
            people.push(Person {
                name: person.name,
                zone: person.zone,
                sessions: person.sessions,
                next,
                last: person.last,
            });
        }
        Ok(people)
    }

    /// All sessions with a person, by start.
    pub async fn sessions_with(&self, name: &str) -> Result<Vec<Entry>> {
        let found = sessions::with_person(&mut *self.store.read().await?, name).await?;
        self.with_rooms(found).await
    }

    /// Says in which zone a person lives (an IANA name, or the place of one); `None` forgets it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a zone that is none, or what the store says.
    pub async fn set_person_zone(&self, name: &str, zone: Option<&str>) -> Result<()> {
        let found = zone.and_then(Zone::find).map(Zone::name);
        if zone.is_some() && found.is_none() {
            return Err(Error::Invalid("draft-zone"));
        }
        let mut tx = self.store.write().await?;
        people::set_zone(&mut tx, name, found).await?;
        self.commit(tx, &[Topic::People]).await
    }
}
