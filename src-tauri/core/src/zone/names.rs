//! Names of zones as people and other programs write them.

use windows_timezones::WindowsTimezone;

use super::{Table, Zone};

/// Parts of the world that zones are named after. What is not under one of them (`Etc/GMT+5`, `US/Pacific`, `EST`) is
/// found by its name and not suggested.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

impl Table {
    /// The names that are suggested to people: those of places.
    pub fn places(&'static self) -> impl Iterator<Item = &'static str> {
        self.names().filter(|name| name.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area)))
    }

    /// The zone that a person means: a name in whatever case, or the place at the end of one.
    #[must_use]
    pub fn find(&'static self, typed: &str) -> Option<Zone> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let spelled = typed.split_whitespace().collect::<Vec<_>>().join("_");
        let place = |text: &str| {
            let is_it = |name: &&str| {
                name.rsplit_once('/').is_some_and(|(_, place)| place.eq_ignore_ascii_case(text))
            };
            self.places().find(is_it).and_then(|name| self.zone(name))
        };
        self.zone(typed)
            .or_else(|| self.in_any_case(&spelled))
            .or_else(|| place(&spelled))
            // "Ho Chi Minh City".
            .or_else(|| place(spelled.to_ascii_lowercase().strip_suffix("_city")?))
    }

    /// The zone of that name, in whatever case.
    pub(crate) fn in_any_case(&'static self, name: &str) -> Option<Zone> {
        self.zones().find(|zone| zone.name().eq_ignore_ascii_case(name))
    }

    /// The zone of a Windows name (Unicode CLDR, windowsZones.xml).
    pub(crate) fn of_windows(&'static self, name: &str) -> Option<Zone> {
        self.windows(|zone| zone.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn windows(&'static self, matches: impl Fn(WindowsTimezone) -> bool) -> Option<Zone> {
        use strum::IntoEnumIterator;
        self.zone(WindowsTimezone::iter().find(|zone| matches(*zone))?.tzdb_id())
    }
}
