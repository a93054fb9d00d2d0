//! People: those met in sessions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{App, Result};
use crate::{
    change::Topic,
    error::Error,
    id::{PersonId, WorkspaceId},
    person::Person,
    store::local::people,
    today::Entry,
    zone::Zone,
};

/// Somebody met in sessions.
#[derive(Clone, Debug)]
pub struct PersonPage {
    /// Who it is.
    pub person: Person,
    /// The zone they live in (IANA), if known.
    pub zone: Option<String>,
    /// The person of this computer says it; else the school does.
    pub is_of_here: bool,
    /// How many sessions with them there are.
    pub sessions: i64,
    /// The next one.
    pub next: Option<Entry>,
    /// When the last one that is over started (UTC).
    pub last: Option<DateTime<Utc>>,
}

impl App {
    /// Everybody met in a session, by name.
    pub async fn people(&self) -> Result<Vec<PersonPage>> {
        let now = self.now();
        let mut readings = self.readings().await?;
        let here = match readings.of(WorkspaceId::ThisComputer) {
            Some(here) => here.people(now).await?,
            None => Vec::new(),
        };
        let here: BTreeSet<PersonId> = here.into_iter().map(|met| met.person.id).collect();
        let mut people = Vec::new();
        for met in readings.people(now).await? {
            let next = readings.next_with(met.person.id, now).await?;
            let next = self.entries(&mut readings, next.into_iter().collect()).await?.pop();
            let last = met.last;
            people.push(PersonPage {
                is_of_here: here.contains(&met.person.id),
                person: met.person,
                zone: met.zone,
                sessions: met.sessions,
                next,
                last,
            });
        }
        Ok(people)
    }

    /// All sessions with a person, by start.
    pub async fn sessions_with(&self, person: PersonId) -> Result<Vec<Entry>> {
        let mut readings = self.readings().await?;
        let found = readings.with_person(person).await?;
        self.entries(&mut readings, found).await
    }

    /// Says in which zone a person lives (an IANA name, or the place of one); `None` forgets it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a zone that is none, [`Error::NotFound`] for a person who is not here, or what the
    /// store says.
    pub async fn set_person_zone(&self, person: PersonId, zone: Option<&str>) -> Result<()> {
        let found = zone.and_then(Zone::find).map(Zone::name);
        if zone.is_some() && found.is_none() {
            return Err(Error::Invalid("draft-zone"));
        }
        let mut tx = self.store.write().await?;
        if !people::set_zone(&mut tx, person, found).await? {
            return Err(Error::NotFound);
        }
        self.commit(tx, &[Topic::People]).await
    }
}
