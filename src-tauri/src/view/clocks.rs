//! The clocks of the zones that an answer names. The window computes no offset: whatever hour it shows stands in a
//! stretch that was told with the answer, and a zone that no table knows has none.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::App,
    id::PersonId,
    today::Entry,
    zone::{Stretch as CoreStretch, Zone},
};
use serde::Serialize;
use specta::Type;

use super::instant;

/// Around an instant: whatever belongs to a session (its door, its end) is shown with it.
const AROUND: Duration = Duration::days(1);

/// A time in which a zone keeps one distance from UTC.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Stretch {
    pub from: String,
    pub until: String,
    /// What its clocks show less UTC.
    pub seconds: i32,
}

impl From<CoreStretch> for Stretch {
    fn from(stretch: CoreStretch) -> Self {
        Self { from: instant(stretch.from), until: instant(stretch.until), seconds: stretch.seconds }
    }
}

/// The clocks of one zone.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ZoneClock {
    pub zone: String,
    /// Without a gap between them.
    pub stretches: Vec<Stretch>,
}

/// An answer, and the clocks of every zone whose hours it shows.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Zoned<T> {
    pub said: T,
    pub clocks: Vec<ZoneClock>,
}

/// From when to when each zone is needed.
pub struct Clocks {
    page: Zone,
    needed: BTreeMap<&'static str, (DateTime<Utc>, DateTime<Utc>)>,
}

impl Clocks {
    /// Of a page whose times are shown in `page`.
    pub fn of(page: Zone) -> Self {
        Self { page, needed: BTreeMap::new() }
    }

    /// The page shows the time from one instant to another.
    pub fn spans(mut self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.need(self.page, from, until);
        self
    }

    /// The page shows an instant.
    pub fn shows(self, at: DateTime<Utc>) -> Self {
        self.spans(at - AROUND, at + AROUND)
    }

    /// The page shows the clocks of a zone (IANA) from one instant to another.
    pub fn elsewhere(mut self, zone: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        if let Ok(zone) = zone.parse() {
            self.need(zone, from, until);
        }
        self
    }

    /// The page shows sessions, with the clocks of those who live elsewhere.
    pub fn sessions<'a>(
        self,
        entries: impl IntoIterator<Item = &'a Entry>,
        zones: &BTreeMap<PersonId, String>,
    ) -> Self {
        entries.into_iter().fold(self, |clocks, Entry { session, .. }| {
            let (from, until) = (session.start - AROUND, session.end + AROUND);
            let clocks = clocks.spans(from, until);
            let clocks = session.cancelled.iter().fold(clocks, |clocks, (at, _)| clocks.shows(*at));
            let theirs = session.person.as_ref().and_then(|person| zones.get(&person.id));
            theirs.iter().fold(clocks, |clocks, zone| clocks.elsewhere(zone, from, until))
        })
    }

    /// What is to be told.
    pub fn told(self) -> Vec<ZoneClock> {
        self.needed
            .into_iter()
            .filter_map(|(name, (from, until))| Some((name.parse::<Zone>().ok()?, from, until)))
            .map(|(zone, from, until)| ZoneClock {
                zone: zone.name().to_owned(),
                stretches: zone.stretches(from, until).into_iter().map(Stretch::from).collect(),
            })
            .collect()
    }

    /// The answer with what is to be told.
    pub fn with<T>(self, said: T) -> Zoned<T> {
        Zoned { said, clocks: self.told() }
    }

    fn need(&mut self, zone: Zone, from: DateTime<Utc>, until: DateTime<Utc>) {
        let span = self.needed.entry(zone.name()).or_insert((from, until));
        *span = (span.0.min(from), span.1.max(until));
    }
}

/// The clocks of a page of this app.
pub fn clocks(core: &App) -> Clocks {
    Clocks::of(core.zone())
}
