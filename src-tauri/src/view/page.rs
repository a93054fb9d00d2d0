//! The page *Today*, people, and what the window starts with.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::{App, Page, PersonPage},
    today::{Entry, Today as CoreToday},
    wall_clock::HourClock,
};
use serde::Serialize;
use specta::Type;

use super::{
    clocks::{Clocks, ZoneClock},
    course::RequestView,
    enums::{Brass, DayLabel},
    instant,
    session::SessionRow,
    settings::SettingsView,
    strip::NoticeView,
};

/// How far from now the window is told of the zone in any case. What is shown of other times comes with its clocks.
const fn known_before() -> Duration {
    Duration::days(400)
}
const fn known_after() -> Duration {
    Duration::days(800)
}

/// The sessions of one day.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Day {
    /// The day, as 2026-11-24.
    pub date: String,
    pub label: DayLabel,
    pub rows: Vec<SessionRow>,
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
    /// The sessions could not be read: that none are here says nothing.
    pub unread: bool,
    /// The schools that one belongs to.
    pub schools: Vec<String>,
    /// The requests that wait for somebody, the person's own answers first.
    pub requests: Vec<RequestView>,
    /// There is somebody who can be asked for a time.
    pub can_ask: bool,
}

impl TodayView {
    /// The page. Times are shown in the app's zone.
    pub fn new(core: &App, page: &Page, clock: HourClock) -> Self {
        let zone = core.zone();
        let rest = page.today.days.iter().flat_map(|day| &day.entries);
        let all = page.today.card.iter().chain(&page.today.slim).chain(rest);
        let row = |entry: &Entry| SessionRow::new(entry, &page.zones, page.now);
        Self {
            now: instant(page.now),
            zone: zone.name().to_owned(),
            clocks: with_requests(
                Clocks::of(zone)
                    .spans(page.now - known_before(), page.now + known_after())
                    .sessions(all, &page.zones),
                page,
            )
            .told(),
            date: page.now.with_timezone(&zone).date_naive().to_string(),
            twelve_hours: clock == HourClock::Twelve,
            card: page.today.card.as_ref().map(row),
            slim: page.today.slim.as_ref().map(row),
            brass: page.today.brass.map(Brass::from),
            days: page
                .today
                .days
                .iter()
                .map(|day| Day {
                    date: day.date.to_string(),
                    label: day.label.into(),
                    rows: day.entries.iter().map(row).collect(),
                })
                .collect(),
            more_after: page.more_after,
            is_empty: page.is_empty,
            unread: false,
            schools: page.schools.clone(),
            requests: page.requests.iter().map(|request| RequestView::new(request, &page.zones)).collect(),
            can_ask: page.can_ask,
        }
    }

    /// The page where the sessions cannot be read.
    pub fn unread(core: &App, clock: HourClock) -> Self {
        let nothing = CoreToday { joins: None, card: None, slim: None, brass: None, days: Vec::new() };
        let page = Page {
            today: nothing,
            now: core.now(),
            zones: BTreeMap::new(),
            more_after: false,
            is_empty: false,
            schools: Vec::new(),
            requests: Vec::new(),
            can_ask: false,
        };
        Self { unread: true, ..Self::new(core, &page, clock) }
    }
}

/// Requests are shown in both clocks, and may be for a day that is far.
fn with_requests(clocks: Clocks, page: &Page) -> Clocks {
    page.requests.iter().fold(clocks, |clocks, request| {
        let booking = &request.booking;
        let proposed = booking.proposal.iter().map(|proposal| proposal.start);
        let shown = [booking.start, booking.end].into_iter().chain(booking.answer_by).chain(proposed);
        let clocks = shown.fold(clocks, |clocks, at| clocks.shows(at));
        let theirs = page.zones.get(&booking.other().id);
        theirs.iter().fold(clocks, |clocks, zone| clocks.elsewhere(zone, booking.start, booking.end))
    })
}

/// Somebody met in sessions.
#[derive(Clone, Debug, Serialize, Type)]
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub zone: Option<String>,
    /// Their zone can be set here; else the school says it.
    pub is_of_here: bool,
    pub sessions: u32,
    pub next: Option<SessionRow>,
    pub last: Option<String>,
}

impl PersonRow {
    /// The row of a person. `now` is UTC.
    pub fn new(page: &PersonPage, now: DateTime<Utc>) -> Self {
        let PersonPage { person, zone, is_of_here, sessions, next, last } = page;
        let zones = zone.iter().map(|zone| (person.id, zone.clone())).collect();
        Self {
            id: person.id.to_string(),
            name: person.name.clone(),
            zone: zone.clone(),
            is_of_here: *is_of_here,
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
    /// The longest weekly series, in weeks.
    pub most_weeks: u32,
    /// What the person should know, in the order in which it matters.
    pub strip: Vec<NoticeView>,
}
