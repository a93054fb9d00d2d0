//! The way Windows shows a zone.

use super::{Table, Zone};

impl Table {
    /// `(UTC+01:00) Brussels, Copenhagen, Madrid, Paris`, or one city of it.
    pub(crate) fn described(&'static self, id: &str) -> Option<Zone> {
        let (offset, places) = id.strip_prefix('(')?.split_once(')')?;
        if !(offset.starts_with("UTC") || offset.starts_with("GMT")) {
            return None;
        }
        let places = places.trim();
        self.windows(|zone| {
            zone.description().split_once(')').is_some_and(|(_, own)| own.trim().eq_ignore_ascii_case(places))
        })
        .or_else(|| {
            let city = places.split([',', '/']).next()?.trim().replace(' ', "_");
            let is_city = |zone: &Zone| {
                zone.name().rsplit_once('/').is_some_and(|(_, last)| last.eq_ignore_ascii_case(&city))
            };
            self.zones().find(is_city)
        })
    }
}
