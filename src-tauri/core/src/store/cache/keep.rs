//! A page is kept: its rows, what they mean, and the cursor, in one transaction.

mod answer;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{
    project::{self, Around, Link, Projected},
    rows::{self, Kept},
    shown::{self, Line},
    state::PullState,
};
use crate::{
    happened::{Event, Kind},
    id::SessionId,
    person::Person,
    pulled::{Page, Row, Why},
    session::Session,
    store::{ROWS_AT_ONCE, Result, local::sessions, to_ms},
};

/// What a page has changed of what is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Sessions, or what is told of them.
    pub sessions: bool,
    /// People.
    pub people: bool,
    /// Requests, their suggested times, or what is said about them.
    pub bookings: bool,
    /// Anything else: the school's settings, who acts for whom, hours, connections.
    pub others: bool,
    /// How many sessions were here and are no more.
    pub left: usize,
}

impl Kinds {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            sessions: self.sessions || other.sessions,
            people: self.people || other.people,
            bookings: self.bookings || other.bookings,
            others: self.others || other.others,
            left: self.left + other.left,
        }
    }

    /// Whether anything has changed.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.sessions || self.people || self.bookings || self.others
    }
}

/// The last word of a page on each row.
type Last<'a> = BTreeMap<(&'static str, String), std::result::Result<&'a Row, Why>>;

fn last_words(page: &Page) -> Last<'_> {
    let word = |change: &'_ crate::pulled::Change| (change.table, change.id.to_string());
    page.changes.iter().map(|change| (word(change), change.row.as_ref().map_err(|why| *why))).collect()
}

/// Which rows are looked at anew.
struct Touched {
    sessions: BTreeSet<String>,
    kinds: Kinds,
    why: BTreeMap<String, Why>,
}

/// A write of pages under way.
pub(super) struct Keep<'a> {
    pub(super) conn: &'a mut SqliteConnection,
    pub(super) account: Uuid,
    pub(super) now: DateTime<Utc>,
}

impl Keep<'_> {
    /// Keeps a page in the copy that is filled, and shows it if that is the one that is read. The last page of a whole
    /// pull that went into a copy of its own changes over to it.
    pub(super) async fn page(
        &mut self,
        state: &mut PullState,
        page: &Page,
        is_afresh: bool,
    ) -> Result<Kinds> {
        if is_afresh {
            self.begin_copy(state).await?;
        }
        let last = last_words(page);
        let mut kinds = if state.is_beside() {
            self.store(state.target(), &last).await?;
            Kinds::default()
        } else {
            let before = self.touched(state.shown, &last).await?;
            self.store(state.shown, &last).await?;
            let mut touched = self.touched(state.shown, &last).await?;
            touched.sessions.extend(before.sessions);
            self.show_people(&last).await?;
            let left = self.show(state, &touched.sessions, &touched.why).await?;
            Kinds { left, ..touched.kinds.and(before.kinds) }
        };
        if !page.has_more {
            if state.is_beside() {
                kinds = self.change_over(state).await?;
            }
            (state.filling, state.has_all, state.whole_at) = (None, true, Some(self.now));
            state.school_now = page.now.or(state.school_now);
        }
        Ok(kinds)
    }

    /// Nothing that is read goes before everything has come: where there is something, the new rows go beside it.
    async fn begin_copy(&mut self, state: &mut PullState) -> Result<()> {
        rows::keep_only(self.conn, state.shown).await?;
        let is_empty = !rows::exist(self.conn, state.shown).await?;
        state.filling = Some(if is_empty && !state.has_all {
            state.shown
        } else {
            rows::newest(self.conn).await?.max(state.shown) + 1
        });
        Ok(())
    }

    async fn store(&mut self, copy: i64, last: &Last<'_>) -> Result<()> {
        let mut kept = Vec::new();
        let mut lost: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for ((table, id), word) in last {
            match word {
                Ok(row) => kept.push(Kept { table, id: id.clone(), row }),
                Err(_) => lost.entry(table).or_default().push(id.clone()),
            }
        }
        rows::put(self.conn, copy, &kept).await?;
        for (table, ids) in lost {
            rows::take(self.conn, copy, table, &ids).await?;
        }
        Ok(())
    }

    /// What a page touches, by the rows that are here just now.
    async fn touched(&mut self, copy: i64, last: &Last<'_>) -> Result<Touched> {
        let mut by_table: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for (table, id) in last.keys() {
            by_table.entry(table).or_default().push(id.clone());
        }
        let mut touched =
            Touched { sessions: BTreeSet::new(), kinds: Kinds::default(), why: BTreeMap::new() };
        for (table, ids) in by_table {
            let sessions = match table {
                "sessions" => ids.iter().cloned().collect(),
                "session_participants" | "session_notes" | "session_events" => {
                    rows::sessions_of_rows(self.conn, copy, table, &ids).await?
                }
                "people" => {
                    let renamed = self.renamed(copy, &ids, last).await?;
                    rows::sessions_of_people(self.conn, copy, &renamed).await?
                }
                "account_people" => {
                    let people = rows::people_of_links(self.conn, copy, &ids).await?;
                    rows::sessions_of_people(self.conn, copy, &people).await?
                }
                _ => BTreeSet::new(),
            };
            let kinds = &mut touched.kinds;
            match table {
                "people" => kinds.people = true,
                "bookings" | "booking_proposals" | "booking_messages" => kinds.bookings = true,
                _ if table.starts_with("session") => kinds.sessions = true,
                _ => kinds.others = true,
            }
            kinds.sessions |= !sessions.is_empty();
            touched.sessions.extend(sessions);
        }
        for ((table, id), word) in last {
            if let ("sessions", Err(why)) = (*table, word) {
                touched.why.insert(id.clone(), *why);
            }
        }
        Ok(touched)
    }

    /// Those of some people who are called something else now than in the rows that are here. Most changes of people are
    /// of their hours, and a tutor has many sessions.
    async fn renamed(&mut self, copy: i64, ids: &[String], last: &Last<'_>) -> Result<Vec<String>> {
        let was = rows::of_ids(self.conn, copy, "people", ids).await?;
        let names = |row: &Row| (project::known(row), project::text(row, "first_name").map(str::to_owned));
        let is_renamed = |id: &&String| {
            let word = last.get(&("people", (*id).clone())).and_then(|word| word.ok());
            was.get(*id).map(names) != word.map(names)
        };
        Ok(ids.iter().filter(is_renamed).cloned().collect())
    }

    async fn show_people(&mut self, last: &Last<'_>) -> Result<()> {
        let of_people = last.iter().filter(|((table, _), _)| *table == "people");
        let lost: Vec<String> =
            of_people.clone().filter(|(_, word)| word.is_err()).map(|((_, id), _)| id.clone()).collect();
        shown::put_people(self.conn, of_people.filter_map(|(_, word)| word.ok())).await?;
        shown::take_people(self.conn, &lost).await
    }

    /// Shows the copy that was filled, and forgets the one before.
    async fn change_over(&mut self, state: &mut PullState) -> Result<Kinds> {
        state.shown = state.target();
        rows::keep_only(self.conn, state.shown).await?;
        let left = self.show_all(state).await?;
        Ok(Kinds { sessions: true, people: true, bookings: true, others: true, left })
    }

    /// Makes all that is read of the rows of the copy that is shown; gives how many sessions are no more.
    pub(super) async fn show_all(&mut self, state: &PullState) -> Result<usize> {
        shown::take_everybody(self.conn).await?;
        let people = rows::of_table(self.conn, state.shown, "people").await?;
        shown::put_people(self.conn, &people).await?;
        let mut all = rows::all_sessions(self.conn, state.shown).await?;
        all.extend(shown::all_sessions(self.conn).await?);
        self.show(state, &all, &BTreeMap::new()).await
    }

    /// Makes these sessions anew of the rows; gives how many are no more.
    async fn show(
        &mut self,
        state: &PullState,
        all: &BTreeSet<String>,
        why: &BTreeMap<String, Why>,
    ) -> Result<usize> {
        if all.is_empty() {
            return Ok(0);
        }
        let links: Vec<Link> = rows::of_table(self.conn, state.shown, "account_people")
            .await?
            .iter()
            .filter_map(|row| Link::of(row, self.account))
            .collect();
        let all: Vec<&String> = all.iter().collect();
        let mut left = 0;
        for some in all.chunks(ROWS_AT_ONCE) {
            let some: Vec<String> = some.iter().map(|id| (*id).clone()).collect();
            left += self.show_some(state, &some, &links, why).await?;
        }
        shown::take_idle_groups(self.conn).await?;
        Ok(left)
    }

    async fn show_some(
        &mut self,
        state: &PullState,
        ids: &[String],
        links: &[Link],
        why: &BTreeMap<String, Why>,
    ) -> Result<usize> {
        let known: Vec<SessionId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let was: BTreeMap<String, Session> = sessions::of_ids(self.conn, &known)
            .await?
            .into_iter()
            .map(|session| (session.id.to_string(), session))
            .collect();
        let lines = shown::lines(self.conn, ids).await?;
        let rows = Rows::read(self.conn, state.shown, ids).await?;
        let mut news = News::default();
        for id in ids {
            let (was, lines) = (was.get(id), lines.get(id).map(Vec::as_slice).unwrap_or_default());
            let Some(session) = rows.of("sessions", id).first() else {
                news.gone.extend(was);
                continue;
            };
            let around = Around {
                session,
                participants: rows.of("session_participants", id),
                notes: rows.of("session_notes", id),
                events: rows.of("session_events", id),
                people: &rows.people,
                links,
                account: self.account,
                was,
                opened_here: opened_here(lines),
                is_first_pull: !state.has_all && !state.is_beside(),
                now: self.now,
            };
            // What cannot be read stays as it last could be.
            if let Some(projected) = project::project(around) {
                news.add(id, was, lines, projected);
            }
        }
        self.write(news, why).await
    }

    async fn write(&mut self, news: News<'_>, why: &BTreeMap<String, Why>) -> Result<usize> {
        for session in &news.gone {
            let why = why.get(&session.id.to_string()).copied().unwrap_or(Why::Unknown);
            shown::leave(self.conn, session, why, self.now).await?;
        }
        let gone: Vec<String> = news.gone.iter().map(|session| session.id.to_string()).collect();
        let changed: Vec<String> = news.changed.iter().map(|session| session.id.to_string()).collect();
        shown::take_lines(self.conn, &gone).await?;
        shown::take_sessions(self.conn, &gone).await?;
        shown::take_sessions(self.conn, &changed).await?;
        shown::put_groups(self.conn, &news.groups).await?;
        sessions::insert_all(self.conn, &news.changed).await?;
        shown::put_lines(self.conn, &news.lines).await?;
        shown::come_back(self.conn, &changed).await?;
        Ok(gone.len())
    }
}

/// What of some sessions is to be written.
#[derive(Default)]
struct News<'a> {
    gone: Vec<&'a Session>,
    changed: Vec<Session>,
    groups: Vec<Person>,
    lines: BTreeMap<String, Vec<Line>>,
}

impl News<'_> {
    fn add(&mut self, id: &str, was: Option<&Session>, lines: &[Line], projected: Projected) {
        let told = merged(lines, projected.events);
        if told != lines {
            self.lines.insert(id.to_owned(), told);
        }
        self.groups.extend(projected.group);
        if was != Some(&projected.session) {
            self.changed.push(projected.session);
        }
    }
}

/// What the school tells, and what was done here, by time.
fn merged(lines: &[Line], events: Vec<Event>) -> Vec<Line> {
    let here = lines.iter().filter(|(_, is_here)| *is_here).copied();
    let mut told: Vec<Line> = events.into_iter().map(|event| (event, false)).chain(here).collect();
    // The school's own come in its order, whatever its clock did.
    told.sort_by_key(|(event, _)| to_ms(event.at));
    told
}

fn opened_here(lines: &[Line]) -> Option<DateTime<Utc>> {
    let opened = lines.iter().filter(|(event, is_here)| *is_here && event.kind == Kind::Opened);
    opened.map(|(event, _)| event.at).max()
}

/// The rows around some sessions.
struct Rows {
    by_session: BTreeMap<(String, String), Vec<Row>>,
    people: BTreeMap<String, Row>,
}

impl Rows {
    async fn read(conn: &mut SqliteConnection, copy: i64, sessions: &[String]) -> Result<Self> {
        let mut by_session: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
        let mut people = BTreeSet::new();
        for (table, session, row) in rows::around(conn, copy, sessions).await? {
            let who = if table == "sessions" { "tutor_id" } else { "person_id" };
            people.extend(project::text(&row, who).map(str::to_owned));
            by_session.entry((table, session)).or_default().push(row);
        }
        let people = rows::of_ids(conn, copy, "people", &people).await?;
        Ok(Self { by_session, people })
    }

    fn of(&self, table: &str, session: &str) -> &[Row] {
        let key = (table.to_owned(), session.to_owned());
        self.by_session.get(&key).map(Vec::as_slice).unwrap_or_default()
    }
}
