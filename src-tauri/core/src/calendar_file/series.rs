//! All VEVENTs of one UID, and what they come to.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc, Weekday};

use super::{
    BrokenWhat, FileFault, Method, Reason,
    event::{self, Event, Flaw, Length, Moment, Replaces, When},
    excluded::Excluded,
    parse::{self, Block},
    person,
    recurrence::Walk,
    rule::{Freq, Rule},
    value::Written,
    zone::Zones,
};
use crate::{session::WallClock, zone::Zone};

/// A daily lesson for a hundred years has 36,525 occurrences; what has more is no timetable.
pub const MAX_OCCURRENCES: usize = 40_000;

/// Titles and notes of all occurrences of one series together, in bytes: so that a short file cannot
/// fill the memory by repeating a long text.
const MAX_TEXT: usize = 64 * 1024 * 1024;

/// All VEVENTs of one UID: a master (a single event, or one with RRULE or RDATE), its overrides
/// (RECURRENCE-ID), or both (RFC 5545 §3.8.4.7).
#[derive(Clone, Debug)]
pub struct FileSeries {
    /// UID (RFC 5545 §3.8.4.7), or a made one for an event that has none.
    pub uid: String,
    /// At most one per `recurrence_id`; the master first.
    pub components: Vec<Component>,
}

/// One VEVENT of a series.
#[derive(Clone, Debug)]
pub struct Component {
    /// Which occurrence it replaces: the instant in UTC (`20261124T150000Z`), or the wall-clock time
    /// (`20261124T160000`) or date (`20261124`) of one that has no zone. `None` for the master.
    pub recurrence_id: Option<String>,
    /// SEQUENCE (RFC 5545 §3.8.7.4); 0 if absent.
    pub sequence: i64,
    /// DTSTAMP (RFC 5545 §3.8.7.2).
    pub stamp: Option<DateTime<Utc>>,
    /// 1-based line of its BEGIN in the file, or in the stored text.
    pub line: usize,
    /// A VCALENDAR with this VEVENT and the VTIMEZONEs it needs, to be stored and given to
    /// [`FileSeries::from_stored`]. Not folded, ends of line LF.
    pub text: String,
    pub(super) event: Event,
}

/// One timed occurrence of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Names the occurrence within its UID, also when it has moved: empty for a single event, else the
    /// original start as [`Component::recurrence_id`] has it.
    pub key: String,
    /// What the wall clock showed where the original start was decided; nothing for a single event. Another table of
    /// zones moves the instant, and not this.
    pub original: Option<NaiveDateTime>,
    /// First instant.
    pub start: DateTime<Utc>,
    /// The wall clock of `start` in `zone` (in the file's own zone or in UTC where those have decided), and by whom
    /// the one was made of the other.
    pub wall: WallClock,
    /// Instant after the last; equal to `start` if the file gives neither DTEND nor DURATION.
    pub end: DateTime<Utc>,
    /// IANA name of the zone of record. For times in UTC, without a zone or in a zone that only the
    /// file knows, the calendar's zone (X-WR-TIMEZONE) or else the computer's.
    pub zone: String,
    /// SUMMARY; may be empty.
    pub title: String,
    /// LOCATION.
    pub location: Option<String>,
    /// DESCRIPTION.
    pub notes: Option<String>,
    /// URL (RFC 5545 §3.8.4.6), as written.
    pub url: Option<String>,
    /// X-GOOGLE-CONFERENCE, X-MICROSOFT-SKYPETEAMSMEETINGURL or CONFERENCE (RFC 7986 §5.11), as written.
    pub conference: Option<String>,
    /// STATUS:CANCELLED, or cancelled by METHOD:CANCEL.
    pub cancelled: bool,
    /// Who the session is with, if the title says so.
    pub person: Option<String>,
    /// What it is about, if the title says so.
    pub subject: Option<String>,
}

/// When a series takes place, as far as it can be said in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// A single event, or overrides without their master.
    Once,
    /// Every week on these days, in the order of the week (from Monday).
    Weekly(Vec<Weekday>),
    /// Anything else.
    Other,
}

/// A series whose occurrences cannot be told; the series is left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SeriesFault {
    /// 1-based line of the property at fault.
    pub line: usize,
    /// What is wrong.
    pub reason: Reason,
}

impl Component {
    /// Reads a VEVENT.
    pub(super) fn read(block: &Block, zones: &Zones, method: Method) -> Result<Self, Flaw> {
        let (event, text) = event::read(block, zones, method)?;
        Ok(Self {
            recurrence_id: event.replaces.as_ref().map(|replaces| replaces.when.key()),
            sequence: event.sequence,
            stamp: event.stamp,
            line: block.line,
            text,
            event,
        })
    }

    /// A later revision has the higher SEQUENCE, then the later DTSTAMP (RFC 5546 §2.1.5).
    pub(super) fn revision(&self) -> (i64, Option<DateTime<Utc>>) {
        (self.sequence, self.stamp)
    }
}

impl FileSeries {
    /// A series from the texts of its components, as [`Component::text`] gave them. `local` is the
    /// computer's zone.
    ///
    /// # Errors
    /// A text that is not as it was stored.
    pub fn from_stored(uid: &str, texts: &[String], local: Zone) -> Result<Self, FileFault> {
        let mut components = Vec::with_capacity(texts.len());
        for text in texts {
            for calendar in parse::parse(text.as_bytes())? {
                let zones = Zones::read(&calendar, local);
                for block in calendar.blocks.iter().filter(|block| block.name == "VEVENT") {
                    let component = Component::read(block, &zones, Method::Publish).map_err(|flaw| {
                        FileFault::Broken { line: flaw.line, what: BrokenWhat::Event { reason: flaw.reason } }
                    })?;
                    components.push(component);
                }
            }
        }
        Ok(Self::of(uid.to_owned(), components))
    }

    /// A series of one file's components: of two for the same occurrence the later revision stays, of
    /// two equal ones the first.
    pub(super) fn of(uid: String, components: Vec<Component>) -> Self {
        let mut kept: Vec<Component> = Vec::with_capacity(components.len());
        let mut places: HashMap<Option<String>, usize> = HashMap::new();
        for component in components {
            match places.entry(component.recurrence_id.clone()) {
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push(component);
                }
                Entry::Occupied(place) => {
                    let known = &mut kept[*place.get()];
                    if known.revision() < component.revision() {
                        *known = component;
                    }
                }
            }
        }
        kept.sort_by_key(|component| component.recurrence_id.is_some());
        Self { uid, components: kept }
    }

    /// The component that is not an override.
    pub(super) fn master(&self) -> Option<&Component> {
        self.components.iter().find(|component| component.recurrence_id.is_none())
    }

    pub(super) fn overrides(&self) -> impl Iterator<Item = (&Component, &Replaces)> {
        self.components.iter().filter_map(|component| Some((component, component.event.replaces.as_ref()?)))
    }

    /// Whether any of it is a session: has a time of day, or cancels something that may have.
    pub(super) fn is_timed(&self) -> bool {
        self.components.iter().any(|component| !matches!(component.event.start, Some(When::Day(_))))
    }

    /// Overrides that are whole days.
    pub(super) fn all_day_overrides(&self) -> usize {
        self.overrides().filter(|(component, _)| matches!(component.event.start, Some(When::Day(_)))).count()
    }

    /// Whether the series repeats by RRULE or RDATE.
    #[must_use]
    pub fn has_rule(&self) -> bool {
        self.master().is_some_and(|master| repeats(&master.event))
    }

    /// Whether everything of it is cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.components.iter().all(|component| component.event.cancelled)
    }

    /// The title of the master, or of the first override.
    #[must_use]
    pub fn title(&self) -> &str {
        self.components.first().map_or("", |component| &component.event.title)
    }

    /// When it takes place, in short.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        let Some(master) = self.master().filter(|master| repeats(&master.event)) else {
            return Pattern::Once;
        };
        let event = &master.event;
        let ([(rule, _)], true, Some(When::At(start))) =
            (&event.rules[..], event.extra.is_empty(), &event.start)
        else {
            return Pattern::Other;
        };
        let plain = Rule { by_day: Vec::new(), count: None, until: None, ..rule.clone() };
        let every_week = Rule { week_start: rule.week_start, ..weekly() };
        if plain != every_week {
            return Pattern::Other;
        }
        let mut days: Vec<Weekday> = rule.by_day.iter().map(|(_, day)| *day).collect();
        if days.is_empty() {
            days.push(start.wall.weekday());
        }
        days.sort_by_key(Weekday::num_days_from_monday);
        days.dedup();
        Pattern::Weekly(days)
    }

    /// All timed occurrences that start before `until`, from the very first, by start and then key; at
    /// most one per key, cancelled ones included. Overrides that replace no occurrence are occurrences
    /// of their own.
    ///
    /// # Errors
    /// A rule that yields more than [`MAX_OCCURRENCES`] until then.
    pub fn occurrences(&self, until: DateTime<Utc>) -> Result<Vec<Occurrence>, SeriesFault> {
        let overrides: Vec<Override> = self.overrides().map(|(c, r)| Override::new(c, r)).collect();
        let mut found: BTreeMap<String, Occurrence> = BTreeMap::new();
        let mut replaced = BTreeSet::new();
        let mut excluded = Excluded::default();
        if let Some(master) = self.master()
            && let Some(When::At(start)) = &master.event.start
        {
            let mut originals = originals(master, start, until, &overrides)?;
            excluded = Excluded::read(&master.event, start, &originals);
            originals.retain(|original| !excluded.has(&original.at));
            let length = text_length(&self.components);
            if originals.len() > MAX_OCCURRENCES || originals.len().saturating_mul(length) > MAX_TEXT {
                let line = master.event.rules.first().map_or(master.line, |(_, line)| *line);
                return Err(SeriesFault { line, reason: Reason::TooManyOccurrences });
            }
            let ranges = ranges(&overrides);
            let by = assign(&originals, &overrides);
            for (index, original) in originals.into_iter().enumerate() {
                let key = if repeats(&master.event) { original.at.key() } else { String::new() };
                let occurrence = match by.get(&index) {
                    Some(at) => {
                        replaced.insert(*at);
                        overrides[*at].replace(&key, &original, master)
                    }
                    None => Some(following(&ranges, &original).map_or_else(
                        || original.occurrence(&key, master),
                        |over| over.shift(&key, &original, master),
                    )),
                };
                if let Some(occurrence) = occurrence {
                    found.entry(key).or_insert(occurrence);
                }
            }
        }
        for (at, over) in overrides.iter().enumerate() {
            if !replaced.contains(&at)
                && !excluded.has_id(&over.replaces.when)
                && let Some(occurrence) = over.alone()
            {
                found.entry(occurrence.key.clone()).or_insert(occurrence);
            }
        }
        let mut all: Vec<Occurrence> = found.into_values().filter(|o| o.start < until).collect();
        all.sort_by(|a, b| (a.start, &a.key).cmp(&(b.start, &b.key)));
        Ok(all)
    }
}

fn weekly() -> Rule {
    Rule {
        freq: Freq::Weekly,
        interval: 1,
        count: None,
        until: None,
        by_second: Vec::new(),
        by_minute: Vec::new(),
        by_hour: Vec::new(),
        by_day: Vec::new(),
        by_month_day: Vec::new(),
        by_year_day: Vec::new(),
        by_week_no: Vec::new(),
        by_month: Vec::new(),
        by_set_pos: Vec::new(),
        week_start: Weekday::Mon,
    }
}

fn repeats(event: &Event) -> bool {
    !event.rules.is_empty() || !event.extra.is_empty()
}

fn text_length(components: &[Component]) -> usize {
    let lengths = components.iter().map(|component| {
        let event = &component.event;
        event.title.len()
            + event.notes.as_ref().map_or(0, String::len)
            + event.location.as_ref().map_or(0, String::len)
    });
    lengths.max().unwrap_or(0)
}

/// An occurrence as DTSTART, RRULE and RDATE give it, before overrides.
pub(super) struct Original {
    pub(super) at: Moment,
    /// Of an RDATE with a PERIOD.
    length: Option<Length>,
}

impl Original {
    fn occurrence(&self, key: &str, master: &Component) -> Occurrence {
        let length = self.length.as_ref().unwrap_or(&master.event.length);
        occurrence(&master.event, Name::of(key, self), &self.at, length)
    }
}

/// What names an occurrence within its series.
#[derive(Clone, Copy)]
struct Name<'a> {
    key: &'a str,
    original: Option<NaiveDateTime>,
}

impl<'a> Name<'a> {
    fn of(key: &'a str, original: &Original) -> Self {
        Self { key, original: (!key.is_empty()).then_some(original.at.wall) }
    }
}

fn occurrence(event: &Event, name: Name<'_>, start: &Moment, length: &Length) -> Occurrence {
    let about = person::about(&event.title, &event.names);
    Occurrence {
        key: name.key.to_owned(),
        original: name.original,
        start: start.instant,
        wall: WallClock { time: start.wall, decided: start.decided },
        end: length.end(start),
        zone: start.zone.name.name().to_owned(),
        title: event.title.clone(),
        location: event.location.clone(),
        notes: event.notes.clone(),
        url: event.url.clone(),
        conference: event.conference.clone(),
        cancelled: event.cancelled,
        person: about.person,
        subject: about.subject,
    }
}

/// DTSTART, RDATEs and what the rules yield, by instant. DTSTART counts whether or not it matches the
/// rule, unless every occurrence is to be before it (UNTIL).
fn originals(
    master: &Component,
    start: &Moment,
    until: DateTime<Utc>,
    overrides: &[Override],
) -> Result<Vec<Original>, SeriesFault> {
    let event = &master.event;
    // Occurrences that a THISANDFUTURE override draws back over `until` are wanted as well.
    let back =
        overrides.iter().filter_map(Override::shift_by).min().unwrap_or_default().min(TimeDelta::zero());
    let horizon = until.checked_sub_signed(back).unwrap_or(until);

    // As a wall clock of whatever zone shows it.
    let last = horizon.naive_utc().checked_add_signed(TimeDelta::days(2)).unwrap_or(NaiveDateTime::MAX);

    let mut found: BTreeMap<DateTime<Utc>, Original> = BTreeMap::new();
    let ends: Option<Vec<Until>> = event
        .rules
        .iter()
        .filter(|(rule, _)| rule.until.is_some())
        .map(|(rule, _)| Until::read(rule, start))
        .collect();
    let over_before_start = ends.is_some_and(|ends| {
        !ends.is_empty() && ends.iter().all(|end| end.is_before(start.wall, start.instant))
    });
    if !over_before_start {
        found.insert(start.instant, Original { at: start.clone(), length: None });
    }
    for extra in &event.extra {
        let at = extra.when.moment(&start.zone);
        // A PERIOD says more than a DTSTART or RDATE of the same time.
        if extra.length.is_some() || !found.contains_key(&at.instant) {
            found.insert(at.instant, Original { at, length: extra.length.clone() });
        }
    }
    for (rule, line) in &event.rules {
        let end = Until::read(rule, start);
        // A rule that never yields (30 February) leaves DTSTART, the first instance in any case.
        for (before, wall) in Walk::new(rule, start.wall, last).enumerate() {
            let at = if wall == start.wall { start.clone() } else { Moment::new(wall, start.zone.clone()) };
            if end.as_ref().is_some_and(|end| end.is_before(wall, at.instant)) || at.instant >= horizon {
                break;
            }
            found.entry(at.instant).or_insert(Original { at, length: None });
            if before >= MAX_OCCURRENCES {
                return Err(SeriesFault { line: *line, reason: Reason::TooManyOccurrences });
            }
        }
    }
    Ok(found.into_values().collect())
}

/// UNTIL, in the terms of DTSTART (RFC 5545 §3.3.10).
enum Until {
    Instant(DateTime<Utc>),
    Wall(NaiveDateTime),
}

impl Until {
    /// Where DTSTART has a zone, UNTIL must be in UTC; a date or a time without `Z` is read so, too (a
    /// date is its midnight), as other programs do. Where DTSTART has none, UNTIL is a wall clock's.
    fn read(rule: &Rule, start: &Moment) -> Option<Self> {
        let at = match rule.until? {
            Written::Utc(at) | Written::Local(at) => at,
            Written::Date(day) => day.and_time(chrono::NaiveTime::MIN),
        };
        Some(if start.zone.is_floating() { Self::Wall(at) } else { Self::Instant(at.and_utc()) })
    }

    fn is_before(&self, wall: NaiveDateTime, instant: DateTime<Utc>) -> bool {
        match self {
            Self::Instant(until) => *until < instant,
            Self::Wall(until) => *until < wall,
        }
    }
}

/// A component with RECURRENCE-ID.
struct Override<'a> {
    component: &'a Component,
    replaces: &'a Replaces,
}

impl<'a> Override<'a> {
    fn new(component: &'a Component, replaces: &'a Replaces) -> Self {
        Self { component, replaces }
    }

    fn event(&self) -> &'a Event {
        &self.component.event
    }

    /// In the place of an original. `None` if it makes the occurrence a whole day.
    fn replace(&self, key: &str, original: &Original, master: &Component) -> Option<Occurrence> {
        match &self.event().start {
            Some(When::At(start)) => {
                Some(occurrence(self.event(), Name::of(key, original), start, &self.event().length))
            }
            Some(When::Day(_)) => None,
            // A cancellation that says no more than which.
            None => Some(Occurrence { cancelled: true, ..original.occurrence(key, master) }),
        }
    }

    /// In no original's place. A bare cancellation of what is not known is nothing.
    fn alone(&self) -> Option<Occurrence> {
        let Some(When::At(start)) = &self.event().start else { return None };
        let key = self.replaces.when.key();
        let original = match &self.replaces.when {
            When::At(at) => Some(at.wall),
            When::Day(_) => None,
        };
        Some(occurrence(self.event(), Name { key: &key, original }, start, &self.event().length))
    }

    /// How far RANGE=THISANDFUTURE moves what follows (RFC 5545 §3.8.4.4).
    fn shift_by(&self) -> Option<TimeDelta> {
        let (When::At(from), true) = (&self.replaces.when, self.replaces.this_and_future) else {
            return None;
        };
        match &self.event().start {
            Some(When::At(to)) if from.zone.same_clock(&to.zone) => {
                Some(to.wall.signed_duration_since(from.wall))
            }
            Some(When::At(to)) => Some(to.instant.signed_duration_since(from.instant)),
            Some(When::Day(_)) => None,
            None => Some(TimeDelta::zero()),
        }
    }

    /// An original that follows one with RANGE=THISANDFUTURE.
    fn shift(&self, key: &str, original: &Original, master: &Component) -> Occurrence {
        if self.event().start.is_none() {
            return Occurrence { cancelled: true, ..original.occurrence(key, master) };
        }
        let by = self.shift_by().unwrap_or_default();
        let wall = original.at.wall.checked_add_signed(by).unwrap_or(original.at.wall);
        let start =
            if by.is_zero() { original.at.clone() } else { Moment::new(wall, original.at.zone.clone()) };
        let length = original.length.as_ref().unwrap_or(&self.event().length);
        occurrence(self.event(), Name::of(key, original), &start, length)
    }
}

/// Which override replaces which original: by instant, else by what the wall clock shows.
fn assign(originals: &[Original], overrides: &[Override]) -> BTreeMap<usize, usize> {
    let by_instant: BTreeMap<_, _> = originals.iter().enumerate().map(|(n, o)| (o.at.instant, n)).collect();
    let by_wall: BTreeMap<_, _> = originals.iter().enumerate().map(|(n, o)| (o.at.wall, n)).collect();
    let mut by = BTreeMap::new();
    let mut missed = Vec::new();
    for (n, over) in overrides.iter().enumerate() {
        let When::At(id) = &over.replaces.when else { continue };
        match by_instant.get(&id.instant) {
            Some(original) => {
                by.entry(*original).or_insert(n);
            }
            None => missed.push((n, id)),
        }
    }
    for (n, id) in missed {
        if let Some(original) = by_wall.get(&id.wall).or_else(|| by_wall.get(&id.instant.naive_utc())) {
            by.entry(*original).or_insert(n);
        }
    }
    by
}

/// The overrides with RANGE=THISANDFUTURE, in order.
fn ranges<'a, 'b>(overrides: &'a [Override<'b>]) -> Vec<(DateTime<Utc>, &'a Override<'b>)> {
    let mut ranges: Vec<_> = overrides
        .iter()
        .filter(|over| over.shift_by().is_some())
        .filter_map(|over| match &over.replaces.when {
            When::At(id) => Some((id.instant, over)),
            When::Day(_) => None,
        })
        .collect();
    ranges.sort_by_key(|range| range.0);
    ranges
}

/// The last of them before an original.
fn following<'a, 'b>(
    ranges: &[(DateTime<Utc>, &'a Override<'b>)],
    original: &Original,
) -> Option<&'a Override<'b>> {
    let before = ranges.partition_point(|range| range.0 < original.at.instant);
    before.checked_sub(1).map(|last| ranges[last].1)
}
