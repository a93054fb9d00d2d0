//! Time zones of a file: IANA names, Windows names, own VTIMEZONEs (RFC 5545 §3.6.5), in this order.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{own_zone::OwnZone, parse::Block};
use crate::{
    session::Decided,
    zone::{Table, Zone},
};

/// Turns wall-clock times of a file into instants.
#[derive(Clone, Debug)]
pub(super) struct FileZone {
    clock: ZoneClock,
    /// The zone of record: what is shown beside the instant.
    pub name: Zone,
}

#[derive(Clone, Debug)]
enum ZoneClock {
    Utc,
    Iana(Zone),
    Own(Arc<OwnZone>),
    /// Written without a zone: the wall clock of wherever the computer is (§3.3.5, form 1).
    Floating(Zone),
}

impl FileZone {
    pub fn iana(zone: Zone) -> Self {
        Self { clock: ZoneClock::Iana(zone), name: zone }
    }

    /// UTC, shown in `name`.
    pub fn utc(name: Zone) -> Self {
        Self { clock: ZoneClock::Utc, name }
    }

    pub fn floating(local: Zone) -> Self {
        Self { clock: ZoneClock::Floating(local), name: local }
    }

    pub fn is_floating(&self) -> bool {
        matches!(self.clock, ZoneClock::Floating(_))
    }

    /// Who turns its wall clock into instants.
    pub fn decided(&self) -> Decided {
        match self.clock {
            ZoneClock::Utc => Decided::Utc,
            ZoneClock::Iana(_) => Decided::Iana,
            ZoneClock::Own(_) => Decided::File,
            ZoneClock::Floating(_) => Decided::Floating,
        }
    }

    /// The instant of a wall-clock time (§3.3.5): a time that comes twice is the first one, a time
    /// that the clock skips is read with the offset from before the gap.
    pub fn instant(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        match &self.clock {
            ZoneClock::Utc => wall.and_utc(),
            ZoneClock::Iana(zone) | ZoneClock::Floating(zone) => zone.instant(wall),
            ZoneClock::Own(own) => own.instant(wall),
        }
    }

    /// The wall-clock time of an instant.
    pub fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        match &self.clock {
            ZoneClock::Utc => at.naive_utc(),
            ZoneClock::Iana(zone) | ZoneClock::Floating(zone) => zone.wall(at),
            ZoneClock::Own(own) => own.wall(at),
        }
    }

    /// Whether both read a wall-clock time alike.
    pub fn same_clock(&self, other: &Self) -> bool {
        match (&self.clock, &other.clock) {
            (ZoneClock::Utc, ZoneClock::Utc) => true,
            (ZoneClock::Iana(a), ZoneClock::Iana(b)) | (ZoneClock::Floating(a), ZoneClock::Floating(b)) => {
                a == b
            }
            (ZoneClock::Own(a), ZoneClock::Own(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// The zones a VCALENDAR speaks of.
#[derive(Clone, Debug)]
pub(super) struct Zones {
    /// X-WR-TIMEZONE, if it is a zone anybody knows: the zone of floating and UTC times.
    pub calendar: Option<Zone>,
    /// `None` for a VTIMEZONE that cannot be understood.
    own: BTreeMap<String, Option<Own>>,
    pub local: Zone,
    /// What has been looked up.
    found: RefCell<HashMap<String, Option<Zone>>>,
}

#[derive(Clone, Debug)]
struct Own {
    zone: Arc<OwnZone>,
    text: String,
    /// X-LIC-LOCATION or the like.
    alias: Option<Zone>,
}

impl Zones {
    pub fn read(calendar: &Block, local: Zone) -> Self {
        let named = calendar.get("X-WR-TIMEZONE").and_then(|line| known(local.table(), line.value.trim()));
        let mut own = BTreeMap::new();
        for block in calendar.blocks.iter().filter(|block| block.name == "VTIMEZONE") {
            let Some(id) = block.get("TZID") else { continue };
            let id = clean(&id.value).to_owned();
            let location =
                block.get("X-LIC-LOCATION").and_then(|line| known(local.table(), line.value.trim()));
            let read = OwnZone::read(block).map(|(zone, text)| Own {
                zone: Arc::new(zone),
                text,
                alias: location.or_else(|| local.table().described(&id)),
            });
            own.entry(id).or_insert(read);
        }
        Self { calendar: named, own, local, found: RefCell::default() }
    }

    /// The zone a TZID means, and the VTIMEZONE it needs, if it does.
    pub fn find(&self, id: &str) -> Option<(FileZone, Option<&str>)> {
        let id = clean(id);
        if let Some(zone) = self.look_up(id) {
            return Some((self.of_known(zone), None));
        }
        if let Some(own) = self.own.get(id) {
            let own = own.as_ref()?;
            let name = own.alias.or(self.calendar).unwrap_or(self.local);
            return Some((FileZone { clock: ZoneClock::Own(Arc::clone(&own.zone)), name }, Some(&own.text)));
        }
        None
    }

    /// By its name alone. A definition of the file's own goes before the looser ways to read a name.
    fn look_up(&self, id: &str) -> Option<Zone> {
        let table = self.local.table();
        if let Some(zone) = table.zone(id) {
            return Some(zone);
        }
        if let Some(found) = self.found.borrow().get(id) {
            return *found;
        }
        let loosely = || loosely_known(table, id).or_else(|| table.described(id));
        let zone = known(table, id).or_else(|| if self.own.contains_key(id) { None } else { loosely() });
        self.found.borrow_mut().insert(id.to_owned(), zone);
        zone
    }

    /// The zone of times written with `Z`.
    pub fn utc(&self) -> FileZone {
        self.calendar.map_or_else(|| FileZone::utc(self.local), FileZone::iana)
    }

    /// The zone of times written without any.
    pub fn floating(&self) -> FileZone {
        self.calendar.map_or_else(|| FileZone::floating(self.local), FileZone::iana)
    }

    fn of_known(&self, zone: Zone) -> FileZone {
        if zone == self.local.table().utc() { self.utc() } else { FileZone::iana(zone) }
    }
}

fn clean(id: &str) -> &str {
    id.trim().trim_matches('/')
}

/// An IANA name, also behind a prefix (§3.8.3.1: `/mozilla.org/20050126_1/Europe/Madrid`), or a
/// Windows name (Unicode CLDR, windowsZones.xml). Old names are kept as they are.
fn known(table: &'static Table, id: &str) -> Option<Zone> {
    let suffixes =
        || id.match_indices('/').map(|(at, _)| &id[at + 1..]).filter(|suffix| suffix.contains('/'));
    table
        .zone(id)
        .or_else(|| suffixes().find_map(|suffix| table.zone(suffix)))
        .or_else(|| table.of_windows(id))
}

/// As [`known`], in whatever case, and with `UTC` behind a prefix (`tzone://Microsoft/Utc`).
fn loosely_known(table: &'static Table, id: &str) -> Option<Zone> {
    table
        .in_any_case(id)
        .or_else(|| table.in_any_case(id.rsplit('/').next()?).filter(|zone| zone.name() == "UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_many_names() {
        let table = Table::ours();
        let read = |id: &str| {
            let id = clean(id);
            known(table, id).or_else(|| loosely_known(table, id)).or_else(|| table.described(id))
        };
        for (id, zone) in [
            ("Europe/Madrid", "Europe/Madrid"),
            ("/mozilla.org/20050126_1/Europe/Madrid", "Europe/Madrid"),
            ("/freeassociation.sourceforge.net/America/Argentina/Salta", "America/Argentina/Salta"),
            ("Romance Standard Time", "Europe/Paris"),
            ("eastern standard time", "America/New_York"),
            ("Asia/Calcutta", "Asia/Calcutta"),
            ("europe/madrid", "Europe/Madrid"),
            ("tzone://Microsoft/Utc", "UTC"),
            ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "Europe/Paris"),
            ("(UTC+01:00) Madrid", "Europe/Madrid"),
            ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ] {
            assert_eq!(read(id).map(Zone::name), Some(zone), "{id}");
        }
        for id in ["", "Customized Time Zone", "Mars/Olympus", "(UTC+01:00) Nowhere", "///"] {
            assert_eq!(read(id), None, "{id}");
        }
    }

    #[test]
    fn a_time_in_the_gap_keeps_the_offset_from_before_it() {
        let at = |zone: &str, text: &str| {
            zone.parse::<Zone>().unwrap().instant(text.parse().unwrap()).to_rfc3339()
        };
        assert_eq!(at("Europe/Madrid", "2026-03-29T02:30:00"), "2026-03-29T01:30:00+00:00");
        assert_eq!(at("America/New_York", "2026-03-08T02:30:00"), "2026-03-08T07:30:00+00:00");
        assert_eq!(at("Pacific/Apia", "2011-12-30T12:00:00"), "2011-12-30T22:00:00+00:00");
        assert_eq!(at("Europe/Madrid", "2026-10-25T02:30:00"), "2026-10-25T00:30:00+00:00");
    }
}
