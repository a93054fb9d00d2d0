//! Lists of sessions: the page *Today*, days, past ones, search.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{App, Request, Result};
use crate::{
    id::{PersonId, SessionKey, WorkspaceId},
    join::Room,
    same_lesson::Lesson,
    session::{Session, Status},
    sign_in::SchoolState,
    state_table::Action,
    store::device::settings,
    today::{Also, Entry, Today, lay_out, with_overlaps},
    wall_clock::instant,
    workspace::Readings,
};

/// How many past or found sessions come at once.
const PAGE: i64 = 50;

/// The page *Today* with what belongs around it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page.
    pub today: Today,
    /// When it was made (UTC).
    pub now: DateTime<Utc>,
    /// The zone of each person of whom it is known.
    pub zones: BTreeMap<PersonId, String>,
    /// There are sessions after the last day shown.
    pub more_after: bool,
    /// There is no session at all.
    pub is_empty: bool,
    /// What the schools are called that one belongs to.
    pub schools: Vec<String>,
    /// The requests that wait for somebody, the person's own answers first.
    pub requests: Vec<Request>,
    /// There is somebody who can be asked for a time.
    pub can_ask: bool,
}

impl App {
    /// The page *Today*, with `days_ahead` days after today.
    pub async fn today(&self, days_ahead: u16) -> Result<Page> {
        let (now, zone) = (self.now(), self.zone());
        let midnight = now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN);
        let to = instant(midnight + Duration::days(i64::from(days_ahead) + 1), zone);
        let mut readings = self.readings().await?;
        // From well before midnight: a session that runs past it keeps the card.
        let from = instant(midnight, zone) - Duration::hours(2);
        let listed = readings.touching(from, to).await?;
        let after = readings.first_after(to.max(now)).await?;
        let more_after = after.is_some();
        let (any, _) = readings.exist().await?;
        let zones = readings.zones().await?;
        let listed = self.entries(&mut readings, listed).await?;
        let has_next = listed.iter().any(|entry| {
            entry.session.status == Status::Scheduled
                && !entry.session.is_busy_time()
                && entry.session.end > now
        });
        let next = match after {
            Some(session) if !has_next => self.entries(&mut readings, vec![session]).await?.pop(),
            _ => None,
        };
        let today = lay_out(listed, next, now, zone);
        let schools = self.schools().await?.into_iter().filter(|school| school.state == SchoolState::In);
        let schools = schools.map(|school| school.name).collect();
        let requests = self.requests().await?;
        let can_ask = !self.askable().await?.is_empty();
        Ok(Page { today, now, zones, more_after, is_empty: !any, schools, requests, can_ask })
    }

    /// Sessions whose start lies in [from, to), past ones too, by start.
    pub async fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Entry>> {
        let mut readings = self.readings().await?;
        let found = readings.starting_in(from, to).await?;
        self.entries(&mut readings, found).await
    }

    /// The card's session and what comes after it, at most `limit`.
    pub async fn coming(&self, limit: usize) -> Result<Vec<Entry>> {
        let near = self.coming_in(1, limit).await?;
        // Who has enough to do today and tomorrow is not asked for two weeks each minute.
        if near.len() == limit { Ok(near) } else { self.coming_in(13, limit).await }
    }

    async fn coming_in(&self, days_ahead: u16, limit: usize) -> Result<Vec<Entry>> {
        let Page { today, now, .. } = self.today(days_ahead).await?;
        Ok(today.coming(now).take(limit).cloned().collect())
    }

    /// Sessions that ended at or before `before` (now, if not given), the latest first, fifty at most.
    pub async fn past(&self, before: Option<DateTime<Utc>>) -> Result<Vec<Entry>> {
        let before = before.unwrap_or_else(|| self.now());
        let mut readings = self.readings().await?;
        let found = readings.ended_before(before, PAGE).await?;
        self.entries(&mut readings, found).await
    }

    /// Sessions that hold the text, those to come first, fifty at most. None for an empty text.
    pub async fn search(&self, text: &str) -> Result<Vec<Entry>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mut readings = self.readings().await?;
        let found = readings.search(text, self.now(), PAGE).await?;
        self.entries(&mut readings, found).await
    }

    /// Every session, by start.
    pub async fn all(&self) -> Result<Vec<Session>> {
        Ok(self.readings().await?.all().await?)
    }

    /// The zone of each person of whom it is known.
    pub async fn people_zones(&self) -> Result<BTreeMap<PersonId, String>> {
        Ok(self.readings().await?.zones().await?)
    }

    /// Bells that would still ring today, after now: their sessions' starts (UTC).
    pub async fn bells_left_today(&self) -> Result<Vec<DateTime<Utc>>> {
        let (now, zone) = (self.now(), self.zone());
        let tomorrow =
            now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN) + Duration::days(1);
        let lead = settings::load(&mut *self.store.read().await?).await?.lead();
        let until = instant(tomorrow, zone) - Duration::milliseconds(1);
        let mut readings = self.workspaces.read(lead).await?;
        let found = readings.ringing_in(now + lead, until).await?;
        let lessons = readings.ringing_lessons(found).await?;
        Ok(lessons.into_iter().map(|lesson| lesson.session.start).collect())
    }

    /// Begins to read the sessions of all workspaces.
    pub(super) async fn readings(&self) -> Result<Readings> {
        let lead = settings::load(&mut *self.store.read().await?).await?.lead();
        Ok(self.workspaces.read(lead).await?)
    }

    /// Lessons with their doors, and what overlaps. They are sorted by start. What several sources have of one lesson is
    /// one entry.
    pub(super) async fn entries(&self, readings: &mut Readings, found: Vec<Session>) -> Result<Vec<Entry>> {
        let lessons = readings.lessons(found).await?;
        self.entries_of(readings, lessons).await
    }

    /// The session itself, whichever of its lesson it is, as an entry that names the others.
    pub(super) async fn entry_of(&self, readings: &mut Readings, session: Session) -> Result<Option<Entry>> {
        let key = session.key();
        let all: Vec<Session> =
            readings.lessons(vec![session.clone()]).await?.iter().flat_map(Lesson::all).cloned().collect();
        let also = all.into_iter().filter(|other| other.key() != key).collect();
        Ok(self.entries_of(readings, vec![Lesson { session, also }]).await?.pop())
    }

    async fn entries_of(&self, readings: &mut Readings, lessons: Vec<Lesson>) -> Result<Vec<Entry>> {
        let now = self.now();
        let schools = self.names_where_several(readings).await?;
        let waits = self.sessions_that_wait().await?;
        let mut entries = Vec::with_capacity(lessons.len());
        for Lesson { mut session, also } in lessons {
            let also = self.also(&mut session, also, &schools);
            let Some(reading) = readings.of(session.workspace) else { continue };
            let (rules, role) = (reading.rules(), reading.role());
            // Only near its end does it matter who comes next into the room.
            let matters = session.start - rules.lead <= now && now < session.end + rules.after_end;
            let room = if matters { readings.room_of(&session).await? } else { Room::default() };
            let school = schools.get(&session.workspace).cloned();
            let waits = waits.contains(&session.key());
            let mut entry = Entry { school, waits, also, ..Entry::new(session, room, rules, role, now) };
            if waits {
                // What is on its way is not done a second time; to go in is nobody's to wait for.
                entry.allowed.retain(|action| *action == Action::Join);
            }
            entries.push(entry);
        }
        Ok(with_overlaps(entries, now))
    }

    /// What other sources have of a session's lesson. Whoever has gone in by what one of them says is in.
    fn also(
        &self,
        session: &mut Session,
        others: Vec<Session>,
        schools: &BTreeMap<WorkspaceId, String>,
    ) -> Vec<Also> {
        // What was pressed and could not be stored yet holds on the page, too.
        self.memory.overlay(session);
        let mut also = Vec::with_capacity(others.len());
        for mut other in others {
            self.memory.overlay(&mut other);
            session.opened_at = session.opened_at.max(other.opened_at);
            let with = other.person.filter(|person| Some(person.name.as_str()) != session.person_name());
            also.push(Also {
                key: SessionKey { workspace: other.workspace, id: other.id },
                school: schools.get(&other.workspace).cloned(),
                with: with.map(|person| person.name),
            });
        }
        also
    }

    /// What the schools are called, if sessions come from more than one place: else the name would stand at each and
    /// say nothing.
    async fn names_where_several(&self, readings: &mut Readings) -> Result<BTreeMap<WorkspaceId, String>> {
        let schools = readings.schools();
        let is_here = match readings.of(WorkspaceId::ThisComputer) {
            Some(here) if schools > 0 => here.exist().await?.0,
            _ => false,
        };
        if schools + usize::from(is_here) < 2 {
            return Ok(BTreeMap::new());
        }
        self.school_names().await
    }
}
