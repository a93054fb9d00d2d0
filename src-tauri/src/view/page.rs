//! The page *Today*, people, and what the window starts with.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::{Page, PersonPage, zones::ClocksChanged},
    today::{Brass as CoreBrass, DayLabel as CoreLabel, Entry, Today as CoreToday},
    wall_clock::HourClock,
    zone::Zone,
};
use serde::Serialize;
use specta::Type;

use super::{
    clocks::{Clocks, ZoneClock},
    instant,
    problem::Problem,
    session::SessionRow,
    settings::SettingsView,
};

/// How far from now the window is told of the zone in any case. What is shown of other times comes with its clocks.
const fn known_before() -> Duration {
    Duration::days(400)
}
const fn known_after() -> Duration {
    Duration::days(800)
}

/// What a day is called.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DayLabel {
    LaterToday,
    Today,
    Tomorrow,
    Weekday,
}

/// The sessions of one day.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Day {
    /// The day, as 2026-11-24.
    pub date: String,
    pub label: DayLabel,
    pub rows: Vec<SessionRow>,
}

/// Which of the two has the filled *Join*.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Brass {
    Card,
    Slim,
}

/// Clocks have changed, and with them when sessions begin.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "ClocksChanged")]
pub struct ClocksChangedView {
    /// Whose clocks.
    pub zone: String,
    pub sessions: u32,
    /// When the first of them begins, if all begin at that hour.
    pub start: Option<String>,
}

impl ClocksChangedView {
    fn new(changed: &ClocksChanged, page: Zone) -> Self {
        let first = changed.starts.first();
        let hour = |at: &DateTime<Utc>| page.wall(*at).time();
        let agree = changed.starts.iter().all(|start| Some(hour(start)) == first.map(hour));
        Self {
            zone: changed.zone.clone(),
            sessions: u32::try_from(changed.starts.len()).unwrap_or(u32::MAX),
            start: first.filter(|_| agree).copied().map(instant),
        }
    }
}

/// The page *Today*.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename = "Today")]
pub struct TodayView {
    pub now: String,
    pub zone: String,
    /// The clocks of `zone` around now, and of the zones of people on the page.
    pub clocks: Vec<ZoneClock>,
    /// Today, as 2026-11-24, in `zone`.
    pub date: String,
    /// Hours are counted to twelve.
    pub twelve_hours: bool,
    pub card: Option<SessionRow>,
    pub slim: Option<SessionRow>,
    pub brass: Option<Brass>,
    pub days: Vec<Day>,
    pub more_after: bool,
    pub is_empty: bool,
    pub samples: bool,
    pub missed: u32,
    pub clocks_changed: Vec<ClocksChangedView>,
    /// The sessions could not be read: that none are here says nothing.
    pub unread: bool,
}

impl TodayView {
    /// The page. Times are shown in `zone`.
    pub fn new(page: &Page, zone: Zone, clock: HourClock, changed: &[ClocksChanged]) -> Self {
        let rest = page.today.days.iter().flat_map(|day| &day.entries);
        let all = page.today.card.iter().chain(&page.today.slim).chain(rest);
        let row = |entry: &Entry| SessionRow::new(entry, &page.zones, page.now);
        let label = |label| match label {
            CoreLabel::LaterToday => DayLabel::LaterToday,
            CoreLabel::Today => DayLabel::Today,
            CoreLabel::Tomorrow => DayLabel::Tomorrow,
            CoreLabel::Weekday => DayLabel::Weekday,
        };
        Self {
            now: instant(page.now),
            zone: zone.name().to_owned(),
            clocks: Clocks::of(zone)
                .spans(page.now - known_before(), page.now + known_after())
                .sessions(all, &page.zones)
                .told(),
            date: page.now.with_timezone(&zone).date_naive().to_string(),
            twelve_hours: clock == HourClock::Twelve,
            card: page.today.card.as_ref().map(row),
            slim: page.today.slim.as_ref().map(row),
            brass: page.today.brass.map(|brass| match brass {
                CoreBrass::Card => Brass::Card,
                CoreBrass::Slim => Brass::Slim,
            }),
            days: page
                .today
                .days
                .iter()
                .map(|day| Day {
                    date: day.date.to_string(),
                    label: label(day.label),
                    rows: day.entries.iter().map(row).collect(),
                })
                .collect(),
            more_after: page.more_after,
            is_empty: page.is_empty,
            samples: page.has_samples,
            missed: u32::try_from(page.missed).unwrap_or(0),
            clocks_changed: changed.iter().map(|changed| ClocksChangedView::new(changed, zone)).collect(),
            unread: false,
        }
    }

    /// The page where the sessions cannot be read.
    pub fn unread(now: DateTime<Utc>, zone: Zone, clock: HourClock) -> Self {
        let nothing = CoreToday { joins: None, card: None, slim: None, brass: None, days: Vec::new() };
        let page = Page {
            today: nothing,
            now,
            zones: BTreeMap::new(),
            more_after: false,
            is_empty: false,
            has_samples: false,
            missed: 0,
        };
        Self { unread: true, ..Self::new(&page, zone, clock, &[]) }
    }
}

/// Somebody met in sessions.
#[derive(Clone, Debug, Serialize, Type)]
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub zone: Option<String>,
    pub sessions: u32,
    pub next: Option<SessionRow>,
    pub last: Option<String>,
}

impl PersonRow {
    /// The row of a person. `now` is UTC.
    pub fn new(page: &PersonPage, now: DateTime<Utc>) -> Self {
        let PersonPage { person, zone, sessions, next, last } = page;
        let zones = zone.iter().map(|zone| (person.id, zone.clone())).collect();
        Self {
            id: person.id.to_string(),
            name: person.name.clone(),
            zone: zone.clone(),
            sessions: u32::try_from(*sessions).unwrap_or(0),
            next: next.as_ref().map(|entry| SessionRow::new(entry, &zones, now)),
            last: last.map(instant),
        }
    }
}

/// What the window starts with, so that its first paint needs no question.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Boot {
    pub today: TodayView,
    pub settings: SettingsView,
    pub first_run: bool,
    pub version: String,
    pub tray: bool,
    pub problems: Vec<Problem>,
}
