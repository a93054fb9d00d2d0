//! What EXDATE takes out of a series.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{
    event::{Event, Moment, When},
    series::Original,
};

/// EXDATE (RFC 5545 §3.8.5.1).
#[derive(Default)]
pub(super) struct Excluded {
    instants: BTreeSet<DateTime<Utc>>,
    walls: BTreeSet<NaiveDateTime>,
    days: BTreeSet<NaiveDate>,
}

impl Excluded {
    /// An EXDATE means an instant. One that hits nothing, because its zone is wrong or missing, means
    /// what the wall clock shows; a date means all of that day.
    pub(super) fn read(event: &Event, start: &Moment, originals: &[Original]) -> Self {
        let hits: BTreeSet<DateTime<Utc>> = originals.iter().map(|original| original.at.instant).collect();
        let mut excluded = Self::default();
        for when in &event.excluded {
            match when {
                When::Day(day) => {
                    excluded.days.insert(*day);
                    excluded.instants.insert(when.moment(&start.zone).instant);
                }
                When::At(at) => {
                    excluded.instants.insert(at.instant);
                    if !hits.contains(&at.instant) {
                        excluded.walls.extend([at.wall, at.instant.naive_utc()]);
                    }
                }
            }
        }
        excluded
    }

    /// Whether an original start is excluded.
    pub(super) fn has(&self, at: &Moment) -> bool {
        self.instants.contains(&at.instant)
            || self.walls.contains(&at.wall)
            || self.days.contains(&at.wall.date())
    }

    /// Whether what a RECURRENCE-ID names is excluded.
    pub(super) fn has_id(&self, when: &When) -> bool {
        match when {
            When::Day(day) => self.days.contains(day),
            When::At(at) => self.instants.contains(&at.instant) || self.walls.contains(&at.wall),
        }
    }
}
