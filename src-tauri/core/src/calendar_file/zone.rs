//! Time zones of a file: IANA names, Windows names, own VTIMEZONEs (RFC 5545 §3.6.5), in this order.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetName, TZ_VARIANTS, Tz};
use windows_timezones::WindowsTimezone;

use super::{own_zone::OwnZone, parse::Block};

/// Turns wall-clock times into instants.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    clock: ZoneClock,
    /// The zone of record: what is shown beside the instant.
    pub name: Tz,
}

#[derive(Clone, Debug)]
enum ZoneClock {
    Utc,
    Iana(Tz),
    Own(Arc<OwnZone>),
    /// Written without a zone: the wall clock of wherever the computer is (§3.3.5, form 1).
    Floating(Tz),
}

impl Zone {
    pub fn iana(tz: Tz) -> Self {
        Self { clock: ZoneClock::Iana(tz), name: tz }
    }

    /// UTC, shown in `name`.
    pub fn utc(name: Tz) -> Self {
        Self { clock: ZoneClock::Utc, name }
    }

    pub fn floating(local: Tz) -> Self {
        Self { clock: ZoneClock::Floating(local), name: local }
    }

    pub fn is_floating(&self) -> bool {
        matches!(self.clock, ZoneClock::Floating(_))
    }

    /// The instant of a wall-clock time (§3.3.5): a time that comes twice is the first one, a time
    /// that the clock skips is read with the offset from before the gap.
    pub fn instant(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        match &self.clock {
            ZoneClock::Utc => wall.and_utc(),
            ZoneClock::Iana(tz) | ZoneClock::Floating(tz) => iana_instant(*tz, wall),
            ZoneClock::Own(own) => own.instant(wall),
        }
    }

    /// The wall-clock time of an instant.
    pub fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        match &self.clock {
            ZoneClock::Utc => at.naive_utc(),
            ZoneClock::Iana(tz) | ZoneClock::Floating(tz) => at.with_timezone(tz).naive_local(),
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

fn iana_instant(tz: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    if let Some(at) = tz.from_local_datetime(&wall).earliest() {
        return at.with_timezone(&Utc);
    }
    // In a gap: walk back to the last time that exists and take its offset. The longest gap known is
    // the day that Samoa left out.
    let before = (1..=26 * 4).find_map(|quarters| {
        let earlier = wall.checked_sub_signed(TimeDelta::minutes(15 * quarters))?;
        tz.from_local_datetime(&earlier).latest()
    });
    let offset = before.map_or(0, |at| at.offset().fix().local_minus_utc());
    wall.checked_sub_signed(TimeDelta::seconds(i64::from(offset))).unwrap_or(wall).and_utc()
}

/// The zones a VCALENDAR speaks of.
#[derive(Clone, Debug)]
pub(super) struct Zones {
    /// X-WR-TIMEZONE, if it is a zone anybody knows: the zone of floating and UTC times.
    pub calendar: Option<Tz>,
    /// `None` for a VTIMEZONE that cannot be understood.
    own: BTreeMap<String, Option<Own>>,
    pub local: Tz,
    /// What has been looked up.
    found: RefCell<HashMap<String, Option<Tz>>>,
}

#[derive(Clone, Debug)]
struct Own {
    zone: Arc<OwnZone>,
    text: String,
    /// X-LIC-LOCATION or the like.
    alias: Option<Tz>,
}

impl Zones {
    pub fn read(calendar: &Block, local: Tz) -> Self {
        let named = calendar.get("X-WR-TIMEZONE").and_then(|line| known(line.value.trim()));
        let mut own = BTreeMap::new();
        for block in calendar.blocks.iter().filter(|block| block.name == "VTIMEZONE") {
            let Some(id) = block.get("TZID") else { continue };
            let id = clean(&id.value).to_owned();
            let location = block.get("X-LIC-LOCATION").and_then(|line| known(line.value.trim()));
            let read = OwnZone::read(block).map(|(zone, text)| Own {
                zone: Arc::new(zone),
                text,
                alias: location.or_else(|| described(&id)),
            });
            own.entry(id).or_insert(read);
        }
        Self { calendar: named, own, local, found: RefCell::default() }
    }

    /// The zone a TZID means, and the VTIMEZONE it needs, if it does.
    pub fn find(&self, id: &str) -> Option<(Zone, Option<&str>)> {
        let id = clean(id);
        if let Some(tz) = self.look_up(id) {
            return Some((self.of_known(tz), None));
        }
        if let Some(own) = self.own.get(id) {
            let own = own.as_ref()?;
            let name = own.alias.or(self.calendar).unwrap_or(self.local);
            return Some((Zone { clock: ZoneClock::Own(Arc::clone(&own.zone)), name }, Some(&own.text)));
        }
        None
    }

    /// By its name alone. A definition of the file's own goes before the looser ways to read a name.
    fn look_up(&self, id: &str) -> Option<Tz> {
        if let Ok(tz) = id.parse() {
            return Some(tz);
        }
        if let Some(found) = self.found.borrow().get(id) {
            return *found;
        }
        let loosely = || loosely_known(id).or_else(|| described(id));
        let tz = known(id).or_else(|| if self.own.contains_key(id) { None } else { loosely() });
        self.found.borrow_mut().insert(id.to_owned(), tz);
        tz
    }

    /// The zone of times written with `Z`.
    pub fn utc(&self) -> Zone {
        self.calendar.map_or_else(|| Zone::utc(self.local), Zone::iana)
    }

    /// The zone of times written without any.
    pub fn floating(&self) -> Zone {
        self.calendar.map_or_else(|| Zone::floating(self.local), Zone::iana)
    }

    fn of_known(&self, tz: Tz) -> Zone {
        let long_ago = DateTime::UNIX_EPOCH.naive_utc();
        if tz.offset_from_utc_datetime(&long_ago).abbreviation() == Some("UTC") {
            self.utc()
        } else {
            Zone::iana(tz)
        }
    }
}

fn clean(id: &str) -> &str {
    id.trim().trim_matches('/')
}

/// An IANA name, also behind a prefix (§3.8.3.1: `/mozilla.org/20050126_1/Europe/Madrid`), or a
/// Windows name (Unicode CLDR, windowsZones.xml). Old names are kept as they are.
fn known(id: &str) -> Option<Tz> {
    if let Ok(tz) = id.parse() {
        return Some(tz);
    }
    let suffixes = id.match_indices('/').map(|(at, _)| &id[at + 1..]);
    if let Some(tz) = suffixes.filter(|suffix| suffix.contains('/')).find_map(|suffix| suffix.parse().ok()) {
        return Some(tz);
    }
    windows(|zone| zone.name().eq_ignore_ascii_case(id))
}

/// As [`known`], in whatever case, and with `UTC` behind a prefix (`tzone://Microsoft/Utc`).
fn loosely_known(id: &str) -> Option<Tz> {
    let any_case = |name: &str| TZ_VARIANTS.iter().copied().find(|tz| tz.name().eq_ignore_ascii_case(name));
    any_case(id).or_else(|| any_case(id.rsplit('/').next()?).filter(|tz| tz.name() == "UTC"))
}

/// The name Windows shows: `(UTC+01:00) Brussels, Copenhagen, Madrid, Paris`, or one city of it.
fn described(id: &str) -> Option<Tz> {
    let (offset, places) = id.strip_prefix('(')?.split_once(')')?;
    if !(offset.starts_with("UTC") || offset.starts_with("GMT")) {
        return None;
    }
    let places = places.trim();
    let same = |zone: WindowsTimezone| {
        zone.description().split_once(')').is_some_and(|(_, own)| own.trim().eq_ignore_ascii_case(places))
    };
    windows(same).or_else(|| {
        let city = places.split([',', '/']).next()?.trim().replace(' ', "_");
        let is_city =
            |tz: &Tz| tz.name().rsplit_once('/').is_some_and(|(_, last)| last.eq_ignore_ascii_case(&city));
        TZ_VARIANTS.iter().copied().find(is_city)
    })
}

fn windows(matches: impl Fn(WindowsTimezone) -> bool) -> Option<Tz> {
    use strum::IntoEnumIterator;
    WindowsTimezone::iter().find(|zone| matches(*zone))?.tzdb_id().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_many_names() {
        for (id, tz) in [
            ("Europe/Madrid", Tz::Europe__Madrid),
            ("/mozilla.org/20050126_1/Europe/Madrid", Tz::Europe__Madrid),
            ("/freeassociation.sourceforge.net/America/Argentina/Salta", Tz::America__Argentina__Salta),
            ("Romance Standard Time", Tz::Europe__Paris),
            ("eastern standard time", Tz::America__New_York),
            ("Asia/Calcutta", Tz::Asia__Calcutta),
            ("europe/madrid", Tz::Europe__Madrid),
            ("tzone://Microsoft/Utc", Tz::UTC),
            ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", Tz::Europe__Paris),
            ("(UTC+01:00) Madrid", Tz::Europe__Madrid),
            ("(UTC-05:00) Eastern Time (US & Canada)", Tz::America__New_York),
        ] {
            let id = clean(id);
            assert_eq!(known(id).or_else(|| loosely_known(id)).or_else(|| described(id)), Some(tz), "{id}");
        }
        for id in ["", "Customized Time Zone", "Mars/Olympus", "(UTC+01:00) Nowhere", "///"] {
            assert_eq!(known(id).or_else(|| loosely_known(id)).or_else(|| described(id)), None, "{id}");
        }
    }

    #[test]
    fn a_time_in_the_gap_keeps_the_offset_from_before_it() {
        let at = |tz, text: &str| iana_instant(tz, text.parse().unwrap()).to_rfc3339();
        assert_eq!(at(Tz::Europe__Madrid, "2026-03-29T02:30:00"), "2026-03-29T01:30:00+00:00");
        assert_eq!(at(Tz::America__New_York, "2026-03-08T02:30:00"), "2026-03-08T07:30:00+00:00");
        assert_eq!(at(Tz::Pacific__Apia, "2011-12-30T12:00:00"), "2011-12-30T22:00:00+00:00");
        assert_eq!(at(Tz::Europe__Madrid, "2026-10-25T02:30:00"), "2026-10-25T00:30:00+00:00");
    }
}
