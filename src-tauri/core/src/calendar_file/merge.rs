//! What a later file says of a UID that is known (RFC 5546 §2.1.5, §3.2).

use std::collections::HashMap;

use super::{
    Method,
    series::{Component, FileSeries},
};

/// A series after a later file.
#[derive(Clone, Debug)]
pub struct Merged {
    /// What holds now.
    pub series: FileSeries,
    /// What the file changed.
    pub outcome: MergeOutcome,
}

/// What a later file changed in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeOutcome {
    /// Something that matters here is different now.
    Updated,
    /// The file says what is known.
    Unchanged,
    /// The file is older than what is known; nothing changes.
    Stale,
}

impl FileSeries {
    /// This series after a file of the given method that names the same UID. A file with a master
    /// replaces the whole set; single overrides are merged into it; METHOD:CANCEL cancels the
    /// occurrences it names, or all. What has a lower SEQUENCE than what is known, or the same and an
    /// earlier DTSTAMP, is stale. Other methods (REPLY, COUNTER, REFRESH) say nothing of what holds.
    #[must_use]
    pub fn merge(&self, newer: &Self, method: Method) -> Merged {
        match method {
            Method::Other => self.stays(MergeOutcome::Unchanged),
            Method::Cancel => self.cancelled_by(newer),
            Method::Publish | Method::Request if newer.master().is_some() => self.replaced_by(newer),
            Method::Publish | Method::Request => self.with_overrides(newer),
        }
    }

    fn stays(&self, outcome: MergeOutcome) -> Merged {
        Merged { series: self.clone(), outcome }
    }

    fn replaced_by(&self, newer: &Self) -> Merged {
        if let (Some(known), Some(new)) = (self.master(), newer.master()) {
            let latest = |series: &Self| series.components.iter().filter_map(|c| c.stamp).max();
            let older = match (latest(self), latest(newer)) {
                (Some(known), Some(new)) => new < known,
                _ => false,
            };
            if new.sequence < known.sequence || (new.sequence == known.sequence && older) {
                return self.stays(MergeOutcome::Stale);
            }
        }
        if self.says_the_same(newer) {
            return self.stays(MergeOutcome::Unchanged);
        }
        Merged { series: newer.clone(), outcome: MergeOutcome::Updated }
    }

    fn with_overrides(&self, newer: &Self) -> Merged {
        let mut merged = self.stays(MergeOutcome::Unchanged);
        let mut stale = false;
        let mut places: HashMap<Option<String>, usize> =
            self.components.iter().enumerate().map(|(at, known)| (known.recurrence_id.clone(), at)).collect();
        for component in &newer.components {
            match merged.series.put(component, &mut places) {
                MergeOutcome::Updated => merged.outcome = MergeOutcome::Updated,
                MergeOutcome::Stale => stale = true,
                MergeOutcome::Unchanged => {}
            }
        }
        if stale && merged.outcome == MergeOutcome::Unchanged {
            merged.outcome = MergeOutcome::Stale;
        }
        merged
    }

    fn cancelled_by(&self, newer: &Self) -> Merged {
        let Some(whole) = newer.master() else { return self.with_overrides(newer) };
        let known = self.components.iter().map(|component| component.sequence).max().unwrap_or(0);
        if whole.sequence < known {
            return self.stays(MergeOutcome::Stale);
        }
        if self.is_cancelled() {
            return self.stays(MergeOutcome::Unchanged);
        }
        let mut series = self.clone();
        for component in &mut series.components {
            component.cancel(whole);
        }
        Merged { series, outcome: MergeOutcome::Updated }
    }

    /// Puts one override in its place.
    fn put(&mut self, new: &Component, places: &mut HashMap<Option<String>, usize>) -> MergeOutcome {
        if self.master().is_some_and(|master| new.sequence < master.sequence) {
            return MergeOutcome::Stale;
        }
        let at = *places.entry(new.recurrence_id.clone()).or_insert(self.components.len());
        let Some(known) = self.components.get_mut(at) else {
            self.components.push(new.clone());
            return MergeOutcome::Updated;
        };
        let older = match (known.stamp, new.stamp) {
            (Some(known), Some(new)) => new < known,
            _ => false,
        };
        if new.sequence < known.sequence || (new.sequence == known.sequence && older) {
            return MergeOutcome::Stale;
        }
        if known.content() == new.content() {
            return MergeOutcome::Unchanged;
        }
        *known = new.clone();
        MergeOutcome::Updated
    }

    fn says_the_same(&self, other: &Self) -> bool {
        let contents = |series: &Self| {
            let mut list: Vec<String> = series.components.iter().map(Component::content).collect();
            list.sort_unstable();
            list
        };
        contents(self) == contents(other)
    }
}

impl Component {
    /// The text without what changes at every export.
    fn content(&self) -> String {
        let counts = |line: &&str| !line.to_ascii_uppercase().starts_with("DTSTAMP");
        self.text.lines().filter(counts).collect::<Vec<_>>().join("\n")
    }

    /// Marks it as cancelled, with the revision of what cancels it.
    fn cancel(&mut self, by: &Self) {
        self.event.cancelled = true;
        self.sequence = by.sequence;
        self.event.sequence = by.sequence;
        let mut text = String::new();
        for line in self.text.lines() {
            let upper = line.to_ascii_uppercase();
            if line == "END:VEVENT" {
                text.push_str(&format!("SEQUENCE:{}\nSTATUS:CANCELLED\n", by.sequence));
            } else if upper.starts_with("SEQUENCE") || upper.starts_with("STATUS") {
                continue;
            }
            text.push_str(line);
            text.push('\n');
        }
        self.text = text;
    }
}
