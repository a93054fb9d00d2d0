//! One VEVENT, understood (RFC 5545 §3.6.1).

use std::{collections::BTreeSet, fmt::Write as _};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::{
    Method, Reason,
    parse::{Block, Line},
    rule::Rule,
    value::{self, Span, Written},
    zone::{FileZone, Zones},
};
use crate::session::Decided;

/// A point in time with the wall clock it was written for.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub wall: NaiveDateTime,
    pub zone: FileZone,
    pub instant: DateTime<Utc>,
    /// Who made the instant of the wall clock, or was given it.
    pub decided: Decided,
}

impl Moment {
    pub fn new(wall: NaiveDateTime, zone: FileZone) -> Self {
        let instant = zone.instant(wall);
        Self { wall, instant, decided: zone.decided(), zone }
    }

    /// Names an occurrence: its instant in UTC, or the wall-clock time if it has no zone.
    pub fn key(&self) -> String {
        if self.zone.is_floating() {
            self.wall.format("%Y%m%dT%H%M%S").to_string()
        } else {
            self.instant.format("%Y%m%dT%H%M%SZ").to_string()
        }
    }
}

/// A DATE or a DATE-TIME.
#[derive(Clone, Debug)]
pub(super) enum When {
    Day(NaiveDate),
    At(Moment),
}

impl When {
    pub fn key(&self) -> String {
        match self {
            Self::Day(day) => day.format("%Y%m%d").to_string(),
            Self::At(moment) => moment.key(),
        }
    }

    /// As a moment; a day is its midnight in `zone`.
    pub fn moment(&self, zone: &FileZone) -> Moment {
        match self {
            Self::Day(day) => Moment::new(day.and_time(chrono::NaiveTime::MIN), zone.clone()),
            Self::At(moment) => moment.clone(),
        }
    }
}

/// How long an event lasts.
#[derive(Clone, Debug)]
pub(super) enum Length {
    /// Given as DTEND: the same exact time for every occurrence (§3.8.5.3).
    Exact(TimeDelta),
    /// Given as DURATION: its days are calendar days.
    Nominal(Span),
}

impl Length {
    /// The end of what starts at `start`.
    pub fn end(&self, start: &Moment) -> DateTime<Utc> {
        match self {
            Self::Exact(length) => plus(start.instant, *length),
            Self::Nominal(Span { days: 0, seconds }) => plus(start.instant, TimeDelta::seconds(*seconds)),
            Self::Nominal(Span { days, seconds }) => {
                let wall = start.wall.checked_add_signed(TimeDelta::days(*days)).unwrap_or(start.wall);
                plus(start.zone.instant(wall), TimeDelta::seconds(*seconds))
            }
        }
    }
}

fn plus(at: DateTime<Utc>, length: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(length).unwrap_or(at)
}

/// Which occurrence a component replaces (§3.8.4.4).
#[derive(Clone, Debug)]
pub(super) struct Replaces {
    pub when: When,
    pub this_and_future: bool,
}

/// RDATE, with the length of a PERIOD.
#[derive(Clone, Debug)]
pub(super) struct Extra {
    pub when: When,
    pub length: Option<Length>,
}

/// One VEVENT.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// None only in a cancellation, which need not repeat it (RFC 5546 §3.2.5).
    pub start: Option<When>,
    pub length: Length,
    pub replaces: Option<Replaces>,
    /// With the line each stands on.
    pub rules: Vec<(Rule, usize)>,
    pub extra: Vec<Extra>,
    pub excluded: Vec<When>,
    pub sequence: i64,
    pub stamp: Option<DateTime<Utc>>,
    pub cancelled: bool,
    pub title: String,
    pub location: Option<String>,
    pub notes: Option<String>,
    pub url: Option<String>,
    pub conference: Option<String>,
    /// Common names of ORGANIZER and ATTENDEEs.
    pub names: Vec<String>,
}

/// Why a VEVENT is left out, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub line: usize,
    pub reason: Reason,
}

/// What is kept of a VEVENT; what is not read here need not be stored.
const KEPT: &[&str] = &[
    "UID",
    "DTSTAMP",
    "SEQUENCE",
    "STATUS",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RECURRENCE-ID",
    "RRULE",
    "RDATE",
    "EXDATE",
    "SUMMARY",
    "LOCATION",
    "DESCRIPTION",
    "URL",
    "CONFERENCE",
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "ORGANIZER",
    "ATTENDEE",
];

/// Whether an event is of whole days: no session.
pub(super) fn is_all_day(block: &Block) -> bool {
    block.get("DTSTART").is_some_and(|line| matches!(value::written(&line.value), Some(Written::Date(_))))
}

/// Reads a VEVENT; with it comes its self-contained text (RFC 5545, lines unfolded, ends of line LF).
pub(super) fn read(block: &Block, zones: &Zones, method: Method) -> Result<(Event, String), Flaw> {
    let mut reading = Reading { zones, needs: BTreeSet::new() };
    let event = reading.event(block, method)?;

    let mut text = String::from("BEGIN:VCALENDAR\n");
    if let Some(zone) = zones.calendar {
        let _ = writeln!(text, "X-WR-TIMEZONE:{zone}");
    }
    for definition in &reading.needs {
        text.push_str(definition);
    }
    text.push_str("BEGIN:VEVENT\n");
    for line in block.lines.iter().filter(|line| KEPT.contains(&line.name.as_str())) {
        if line.name != "STATUS" || !event.cancelled {
            let _ = writeln!(text, "{}", line.raw);
        }
    }
    if event.cancelled {
        text.push_str("STATUS:CANCELLED\n");
    }
    text.push_str("END:VEVENT\nEND:VCALENDAR\n");
    Ok((event, text))
}

struct Reading<'a> {
    zones: &'a Zones,
    /// Texts of the VTIMEZONEs used.
    needs: BTreeSet<&'a str>,
}

impl<'a> Reading<'a> {
    fn event(&mut self, block: &Block, method: Method) -> Result<Event, Flaw> {
        let text =
            |name| block.get(name).map(|line| value::text(&line.value)).filter(|text| !text.is_empty());
        let status =
            block.get("STATUS").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED"));
        let cancelled = status || method == Method::Cancel;
        let replaces = match block.get("RECURRENCE-ID") {
            Some(line) => Some(Replaces {
                when: self.when(line, &line.value)?,
                this_and_future: line.param("RANGE").is_some_and(|r| r.eq_ignore_ascii_case("THISANDFUTURE")),
            }),
            None => None,
        };
        let start = match block.get("DTSTART") {
            Some(line) => Some(self.when(line, &line.value)?),
            None if cancelled => None,
            None => return Err(Flaw { line: block.line, reason: Reason::NoStart }),
        };
        let mut rules = Vec::new();
        let mut extra = Vec::new();
        let mut excluded = Vec::new();
        if replaces.is_none() {
            for line in block.all("RRULE") {
                let flaw = Flaw { line: line.number, reason: Reason::BadRule };
                rules.push((Rule::parse(&line.value).ok_or(flaw)?, line.number));
            }
            for line in block.all("RDATE") {
                for value in values(line) {
                    extra.push(self.extra(line, value)?);
                }
            }
            for line in block.all("EXDATE") {
                for value in values(line) {
                    excluded.push(self.when(line, value)?);
                }
            }
        }
        Ok(Event {
            length: self.length(block, start.as_ref())?,
            start,
            replaces,
            rules,
            extra,
            excluded,
            sequence: block.get("SEQUENCE").and_then(|line| line.value.trim().parse().ok()).unwrap_or(0),
            stamp: block.get("DTSTAMP").and_then(|line| match value::written(&line.value)? {
                Written::Utc(at) | Written::Local(at) => Some(at.and_utc()),
                Written::Date(_) => None,
            }),
            cancelled,
            title: text("SUMMARY").unwrap_or_default(),
            location: text("LOCATION"),
            notes: text("DESCRIPTION"),
            // URIs are not escaped (§3.3.13).
            url: uri(block, "URL"),
            conference: ["X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "CONFERENCE"]
                .into_iter()
                .find_map(|name| uri(block, name)),
            names: ["ORGANIZER", "ATTENDEE"]
                .into_iter()
                .flat_map(|name| block.all(name))
                .filter_map(|line| line.param("CN").map(value::text))
                .filter(|name| !name.is_empty())
                .collect(),
        })
    }

    fn when(&mut self, line: &Line, value: &str) -> Result<When, Flaw> {
        let flaw = |reason| Flaw { line: line.number, reason };
        match value::written(value).ok_or(flaw(Reason::BadTime))? {
            Written::Date(day) => Ok(When::Day(day)),
            Written::Utc(at) => {
                let zone = self.zones.utc();
                let instant = at.and_utc();
                // The file says the instant, whatever clock shows it.
                Ok(When::At(Moment { wall: zone.wall(instant), zone, instant, decided: Decided::Utc }))
            }
            Written::Local(wall) => {
                let zones = self.zones;
                let Some(id) = line.param("TZID").filter(|id| !id.is_empty()) else {
                    return Ok(When::At(Moment::new(wall, zones.floating())));
                };
                let (zone, needs) = zones.find(id).ok_or(flaw(Reason::UnknownZone))?;
                self.needs.extend(needs);
                Ok(When::At(Moment::new(wall, zone)))
            }
        }
    }

    fn extra(&mut self, line: &Line, value: &str) -> Result<Extra, Flaw> {
        let Some((start, end)) = value.split_once('/') else {
            return Ok(Extra { when: self.when(line, value)?, length: None });
        };
        let flaw = |reason| Flaw { line: line.number, reason };
        let when = self.when(line, start)?;
        if end.trim().starts_with(['P', 'p', '+', '-']) {
            let span = value::span(end).ok_or(flaw(Reason::BadDuration))?;
            return Ok(Extra { when, length: Some(Length::Nominal(span)) });
        }
        let (When::At(from), When::At(to)) = (&when, self.when(line, end)?) else {
            return Err(flaw(Reason::BadTime));
        };
        let length = between(from, &to).ok_or(flaw(Reason::EndBeforeStart))?;
        Ok(Extra { when, length: Some(Length::Exact(length)) })
    }

    fn length(&mut self, block: &Block, start: Option<&When>) -> Result<Length, Flaw> {
        let none = Length::Exact(TimeDelta::zero());
        let Some(When::At(start)) = start else { return Ok(none) };
        if let Some(line) = block.get("DTEND") {
            let end = self.when(line, &line.value)?.moment(&start.zone);
            let flaw = Flaw { line: line.number, reason: Reason::EndBeforeStart };
            return between(start, &end).map(Length::Exact).ok_or(flaw);
        }
        let Some(line) = block.get("DURATION") else { return Ok(none) };
        let flaw = Flaw { line: line.number, reason: Reason::BadDuration };
        value::span(&line.value).map(Length::Nominal).ok_or(flaw)
    }
}

/// The exact time from one to the other. When the clock skips the start but not the end, the end can
/// come out earlier; then the wall clock's difference is meant.
fn between(from: &Moment, to: &Moment) -> Option<TimeDelta> {
    let exact = to.instant.signed_duration_since(from.instant);
    if exact >= TimeDelta::zero() {
        return Some(exact);
    }
    let on_the_wall = to.wall.signed_duration_since(from.wall);
    (from.zone.same_clock(&to.zone) && on_the_wall >= TimeDelta::zero()).then_some(on_the_wall)
}

fn values(line: &Line) -> impl Iterator<Item = &str> {
    line.value.split(',').map(str::trim).filter(|value| !value.is_empty())
}

fn uri(block: &Block, name: &str) -> Option<String> {
    let text: String = block.get(name)?.value.trim().chars().filter(|c| !c.is_control()).collect();
    (!text.is_empty()).then_some(text)
}
