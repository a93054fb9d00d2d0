//! Sessions one by one: add, change, move, call off, say how it went, write.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{App, Result, news::news};
use crate::{
    change::Topic,
    draft::{Check, Draft, Fault, MOST_TEXT, Planned, Time},
    error::{Error, SchoolError, What},
    happened::{By, Event, Kind},
    id::{PersonId, SessionId, SessionKey, WorkspaceId},
    person::Person,
    samples,
    series::Choice,
    session::{CancelledBy, Session, Source, Status, WallClock},
    state_table::{Action, decide},
    store::{
        Write,
        local::{
            events, people,
            series::{self, Series},
            sessions,
        },
    },
    today::Entry,
    zone::Zone,
};

/// How much of a series an action is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This session alone.
    This,
    /// This session and those of its series that start later.
    ThisAndLater,
}

/// All that is known of one session.
#[derive(Clone, Debug)]
pub struct SessionPage {
    /// The session and its door.
    pub entry: Entry,
    /// Where the other person lives (IANA), if known.
    pub person_zone: Option<String>,
    /// What happened to it, in order.
    pub happened: Vec<Event>,
    /// How many sessions of its series start later and are live.
    pub later_in_series: usize,
}

impl SessionPage {
    /// The zone in which the other person lives.
    #[must_use]
    pub fn zones(&self) -> BTreeMap<PersonId, String> {
        let person = self.entry.session.person.as_ref().map(|person| person.id);
        person.zip(self.person_zone.clone()).into_iter().collect()
    }
}

impl App {
    /// All that is known of one session.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what the store says.
    pub async fn session(&self, key: SessionKey) -> Result<SessionPage> {
        let mut readings = self.readings().await?;
        let gone = || match key.workspace {
            WorkspaceId::ThisComputer => Error::NotFound,
            // The school does not say which of the two it is.
            WorkspaceId::School(_) => SchoolError::nowhere(What::Wrote("not_found".to_owned())).into(),
        };
        let reading = readings.of(key.workspace).ok_or_else(gone)?;
        let session = reading.session(key.id).await?.ok_or_else(gone)?;
        let happened = reading.happened(key.id).await?;
        let zones = reading.zones().await?;
        let later_in_series = match &session.series_id {
            Some(series) => {
                let all = reading.of_series(series).await?;
                all.iter()
                    .filter(|other| other.start > session.start && other.status == Status::Scheduled)
                    .count()
            }
            None => 0,
        };
        let person_zone = session.person.as_ref().and_then(|person| zones.get(&person.id)).cloned();
        let entry = self.entry_of(&mut readings, session).await?.ok_or(Error::NotFound)?;
        Ok(SessionPage { entry, person_zone, happened, later_in_series })
    }

    /// Adds what was typed: one session, or one a week.
    ///
    /// # Errors
    /// What the store says. Faults of the draft are the inner `Err`, and nothing is written.
    pub async fn add_session(&self, draft: &Draft) -> Result<std::result::Result<SessionKey, Vec<Fault>>> {
        let planned = match draft.read() {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        let mut tx = self.store.write().await?;
        let person = met(&mut tx, &planned).await?;
        let first = add(&mut tx, &planned, person.as_ref(), Source::ThisComputer, self.now()).await?;
        self.commit(tx, &[Topic::Sessions, Topic::People]).await?;
        Ok(Ok(SessionKey::here(first)))
    }

    /// What was typed about a session that is here, for its form.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what the store says.
    pub async fn draft_of(&self, key: SessionKey) -> Result<Draft> {
        let mut readings = self.readings().await?;
        let (session, ..) = readings.session(key).await?.ok_or(Error::NotFound)?;
        let zones = readings.zones().await?;
        let person = session.person.as_ref();
        // Wall clock of the zone in which times are shown: what the person reads is what they change.
        let zone = self.zone();
        let start = session.start.with_timezone(&zone);
        Ok(Draft {
            person_zone: person.and_then(|person| zones.get(&person.id)).cloned(),
            person_id: person.map(|person| person.id),
            person: session.person_name().unwrap_or_default().to_owned(),
            subject: session.subject.clone().unwrap_or_else(|| {
                if session.person.is_none() { session.title.clone() } else { String::new() }
            }),
            date: start.format("%Y-%m-%d").to_string(),
            time: start.format("%H:%M").to_string(),
            minutes: (session.end - session.start).num_minutes(),
            zone: zone.name().to_owned(),
            link: session.join_url.as_ref().map(|url| url.as_str().to_owned()).unwrap_or_default(),
            place: session.place.clone().unwrap_or_default(),
            repeat_weeks: 1,
            homework: session.homework.clone(),
        })
    }

    /// Changes a session, and with [`Scope::ThisAndLater`] those of its series that start later: they
    /// take over everything but the day and the homework, and move by as much as this one moves.
    ///
    /// # Errors
    /// [`Error::Stale`], a refusal of the state table, or what the store says. Faults of the draft are the
    /// inner `Err`, and nothing is written.
    pub async fn edit_session(
        &self,
        key: SessionKey,
        version: i64,
        scope: Scope,
        draft: &Draft,
    ) -> Result<std::result::Result<SessionKey, Vec<Fault>>> {
        let planned = match draft.read() {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        let Some(time) = planned.times.first().copied() else { return Err(Error::NotFound) };
        let id = Self::decided_here(key)?;
        let now = self.now();
        let mut tx = self.store.write().await?;
        let session = current(&mut tx, id, version).await?;
        let is_moved = (session.start, session.end) != (time.start, time.end);
        if is_moved {
            decide(&session, Action::Move, self.role(), now)?;
        }
        decide(&session, Action::Edit, self.role(), now)?;
        let person = met(&mut tx, &planned).await?;
        let shift = Shift::between(&session, time, &planned.zone);
        for each in self.in_scope(&mut tx, session, scope).await? {
            let time = if each.id == id { time } else { shift.apply(&each) };
            let mut edited = edited(each.clone(), &planned, person.as_ref(), time);
            if edited.id != id {
                // What was set for one lesson was not set for the others.
                edited.homework.clone_from(&each.homework);
            }
            change(&mut tx, &edited).await?;
            for (kind, detail) in news(&each, &edited) {
                events::add(&mut tx, edited.id, Event { at: now, kind, by: By::You, detail }).await?;
            }
        }
        self.commit(tx, &[Topic::Sessions, Topic::People]).await?;
        Ok(Ok(key))
    }

    /// Calls a session off, and with [`Scope::ThisAndLater`] those of its series that start later.
    ///
    /// # Errors
    /// [`Error::Stale`], a refusal of the state table, or what the store says.
    pub async fn cancel_session(&self, key: SessionKey, version: i64, scope: Scope) -> Result<()> {
        if key.workspace != WorkspaceId::ThisComputer {
            return self.cancel_at_school(key, Some(version), "").await;
        }
        let id = Self::decided_here(key)?;
        let now = self.now();
        let mut tx = self.store.write().await?;
        let session = current(&mut tx, id, version).await?;
        decide(&session, Action::Cancel, self.role(), now)?;
        for mut each in self.in_scope(&mut tx, session, scope).await? {
            each.status = decide(&each, Action::Cancel, self.role(), now)?;
            each.cancelled = Some((now, CancelledBy::You));
            change(&mut tx, &each).await?;
            let event = Event { at: now, kind: Kind::Cancelled, by: By::You, detail: None };
            events::add(&mut tx, each.id, event).await?;
        }
        self.commit(tx, &[Topic::Sessions]).await
    }

    /// Takes back a cancellation.
    ///
    /// # Errors
    /// [`Error::Stale`], a refusal of the state table, or what the store says.
    pub async fn restore_session(&self, key: SessionKey, version: i64) -> Result<()> {
        self.act(key, version, Action::Restore, Kind::Restored, |session| session.cancelled = None).await
    }

    /// Says how a session went; `SCHEDULED` takes it back.
    ///
    /// # Errors
    /// [`Error::Stale`], a refusal of the state table, or what the store says.
    pub async fn mark_session(&self, key: SessionKey, version: i64, status: Status) -> Result<()> {
        let (action, kind) = match status {
            Status::Completed => (Action::MarkHeld, Kind::Held),
            Status::EarlyEnd => (Action::MarkEarlyEnd, Kind::EndedEarly),
            Status::NoShowStudent => (Action::MarkNoShowStudent, Kind::StudentAway),
            Status::NoShowTutor => (Action::MarkNoShowTutor, Kind::TutorAway),
            Status::Scheduled => (Action::UndoMark, Kind::MarkUndone),
            Status::Cancelled => return Err(crate::state_table::Refusal::NotForStatus.into()),
        };
        self.act(key, version, action, kind, |_| {}).await
    }

    /// Writes homework and plan.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too long, [`Error::Stale`], or what the store says.
    pub async fn write_homework(
        &self,
        key: SessionKey,
        version: i64,
        homework: &str,
        plan: &str,
    ) -> Result<()> {
        let (homework, plan) = (text(homework)?, text(plan)?);
        self.act(key, version, Action::Write, Kind::HomeworkChanged, |session| {
            session.homework = homework;
            session.plan = plan;
        })
        .await
    }

    /// Writes private notes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they are too long, [`Error::Stale`], or what the store says.
    pub async fn write_notes(&self, key: SessionKey, version: i64, notes: &str) -> Result<()> {
        let notes = text(notes)?;
        self.act(key, version, Action::Write, Kind::NotesChanged, |session| session.notes = notes).await
    }

    /// Switches the bell of a session on or off.
    ///
    /// # Errors
    /// [`Error::Stale`], a refusal of the state table, or what the store says.
    pub async fn set_bell(&self, key: SessionKey, version: i64, on: bool) -> Result<()> {
        let kind = if on { Kind::BellOn } else { Kind::BellOff };
        self.act(key, version, Action::SetBell, kind, |session| session.bell = on).await
    }

    /// The live session that a time would overlap.
    pub async fn overlapping(
        &self,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        except: Option<SessionKey>,
    ) -> Result<Option<Session>> {
        Ok(self.readings().await?.overlapping(start, end, except).await?)
    }

    /// What there is to say about a draft while it is typed. `except` is the session that is being changed.
    pub async fn check_draft(&self, draft: &Draft, except: Option<SessionKey>) -> Result<Check> {
        let mut said = Check { link: draft.link(), ..Check::default() };
        let planned = match draft.read() {
            Ok(planned) => planned,
            Err(faults) => return Ok(Check { faults, ..said }),
        };
        let Some(Time { start, end, .. }) = planned.times.first().copied() else { return Ok(said) };
        let overlapping = self.overlapping(start, end, except).await?;
        said.overlaps = overlapping.map(|session| session.person.map_or(session.title, |person| person.name));
        (said.person_time, said.night_for) = planned.elsewhere(self.zone(), self.settings().await?.hours());
        Ok(said)
    }

    /// Adds the samples for looking round: sessions around now, one in six minutes.
    pub async fn add_samples(&self) -> Result<()> {
        let now = self.now();
        let mut tx = self.store.write().await?;
        sessions::delete_samples(&mut tx).await?;
        // Of one name there is one among the samples, and none of them is somebody whom the person knows.
        let mut people: BTreeMap<String, Person> = BTreeMap::new();
        for sample in samples::around(now, self.zone()) {
            let person = match sample.person.as_ref().and_then(|name| people.get(name)) {
                Some(person) => Some(person.clone()),
                None => met_first(&mut tx, &sample).await?,
            };
            people.extend(person.iter().map(|person| (person.name.clone(), person.clone())));
            add(&mut tx, &sample, person.as_ref(), Source::Sample, now).await?;
        }
        self.commit(tx, &[Topic::Sessions, Topic::People]).await
    }

    /// Takes all samples out.
    pub async fn remove_samples(&self) -> Result<()> {
        let mut tx = self.store.write().await?;
        sessions::delete_samples(&mut tx).await?;
        self.commit(tx, &[Topic::Sessions, Topic::People]).await
    }

    /// One action on one session, as the state table has it.
    async fn act(
        &self,
        key: SessionKey,
        version: i64,
        action: Action,
        kind: Kind,
        with: impl FnOnce(&mut Session),
    ) -> Result<()> {
        let id = Self::decided_here(key)?;
        let now = self.now();
        let mut tx = self.store.write().await?;
        let mut session = current(&mut tx, id, version).await?;
        session.status = decide(&session, action, self.role(), now)?;
        with(&mut session);
        change(&mut tx, &session).await?;
        events::add(&mut tx, id, Event { at: now, kind, by: By::You, detail: None }).await?;
        self.commit(tx, &[Topic::Sessions]).await
    }

    /// The session, and with [`Scope::ThisAndLater`] the live ones of its series that start later.
    async fn in_scope(&self, tx: &mut Write, session: Session, scope: Scope) -> Result<Vec<Session>> {
        let mut all = Vec::new();
        if let (Scope::ThisAndLater, Some(series)) = (scope, &session.series_id) {
            all = sessions::of_series(tx, series).await?;
            all.retain(|other| other.start > session.start && other.status == Status::Scheduled);
        }
        all.insert(0, session);
        Ok(all)
    }
}

/// Who a draft means: whoever it says, if they have that name; else the one who is known by it, or somebody new. Where
/// they live is noted if the draft says it.
async fn met(tx: &mut Write, planned: &Planned) -> Result<Option<Person>> {
    let Some(name) = &planned.person else { return Ok(None) };
    let said = match planned.person_id {
        Some(id) => people::get(tx, id).await?.map(|(person, _)| person),
        None => None,
    };
    let known = match said.filter(|person| person.name == *name) {
        Some(person) => Some(person),
        None => people::called(tx, name).await?,
    };
    let Some(person) = known else { return met_first(tx, planned).await };
    if let Some(zone) = &planned.person_zone {
        people::set_zone(tx, person.id, Some(zone)).await?;
    }
    Ok(Some(person))
}

/// Somebody new, of the name and the zone that a draft says.
async fn met_first(tx: &mut Write, planned: &Planned) -> Result<Option<Person>> {
    let Some(name) = planned.person.clone() else { return Ok(None) };
    let person = Person { id: PersonId::new(), name };
    people::add(tx, &person).await?;
    people::set_zone(tx, person.id, planned.person_zone.as_deref()).await?;
    Ok(Some(person))
}

/// Writes what a draft comes to, as new sessions. The first one's id comes back.
async fn add(
    tx: &mut Write,
    planned: &Planned,
    person: Option<&Person>,
    source: Source,
    now: DateTime<Utc>,
) -> Result<SessionId> {
    let series_id = if planned.times.len() > 1 || source == Source::Sample {
        let id = Uuid::now_v7().to_string();
        let last = planned.times.last().map_or(now, |time| time.end);
        let series = Series {
            uid: id.clone(),
            id,
            source,
            choice: Choice::Bell,
            link: None,
            local_zone: planned.zone.clone(),
            has_rule: false,
            extended_until: last,
            components: Vec::new(),
        };
        series::insert(tx, &series).await?;
        Some(series.id)
    } else {
        None
    };
    let session = |time: &Time| Session {
        workspace: WorkspaceId::ThisComputer,
        id: SessionId::new(),
        source,
        series_id: series_id.clone(),
        title: planned.title.clone(),
        person: person.cloned(),
        subject: planned.subject.clone(),
        start: time.start,
        end: time.end,
        zone: planned.zone.clone(),
        wall: Some(time.wall),
        original: None,
        place: planned.place.clone(),
        join_url: planned.join_url.clone(),
        door: None,
        own_link: true,
        description: None,
        said: None,
        homework: planned.homework.clone(),
        plan: String::new(),
        notes: String::new(),
        status: Status::Scheduled,
        cancelled: None,
        bell: true,
        opened_at: None,
        created_at: now,
        version: 1,
    };
    let added: Vec<Session> = planned.times.iter().map(session).collect();
    sessions::insert_all(tx, &added).await?;
    let ids: Vec<SessionId> = added.iter().map(|session| session.id).collect();
    events::add_to_all(tx, &ids, Event { at: now, kind: Kind::Added, by: By::You, detail: None }).await?;
    ids.first().copied().ok_or(Error::NotFound)
}

/// The session as it is, if it is still what the caller has seen.
async fn current(tx: &mut Write, id: SessionId, version: i64) -> Result<Session> {
    let session = sessions::get(tx, id).await?.ok_or(Error::NotFound)?;
    if session.version == version { Ok(session) } else { Err(Error::Stale) }
}

async fn change(tx: &mut Write, session: &Session) -> Result<()> {
    if sessions::update(tx, session).await? { Ok(()) } else { Err(Error::Stale) }
}

fn edited(mut session: Session, planned: &Planned, person: Option<&Person>, time: Time) -> Session {
    // A calendar's own title stays until somebody says who and what it is.
    if session.person_name() != planned.person.as_deref() || session.subject != planned.subject {
        session.title.clone_from(&planned.title);
    }
    session.person = person.cloned();
    session.subject.clone_from(&planned.subject);
    if session.start != time.start {
        session.zone.clone_from(&planned.zone);
        session.wall = Some(time.wall);
        session.opened_at = None;
    }
    session.start = time.start;
    session.end = time.end;
    if session.join_url != planned.join_url {
        session.join_url.clone_from(&planned.join_url);
        session.own_link = true;
        // A link where there was none makes a lesson of a busy time.
        session.bell |= planned.join_url.is_some();
    }
    session.place.clone_from(&planned.place);
    session.homework.clone_from(&planned.homework);
    session
}

/// By how much a session moves, in wall clock: later sessions of the series keep the hour through a
/// clock change.
struct Shift {
    wall: Duration,
    lasts: Duration,
    zone: Zone,
}

impl Shift {
    fn between(session: &Session, time: Time, zone: &str) -> Self {
        let zone: Zone = zone.parse().unwrap_or_else(|_| Zone::utc());
        let wall = zone.wall(time.start) - zone.wall(session.start);
        Self { wall, lasts: time.end - time.start, zone }
    }

    fn apply(&self, session: &Session) -> Time {
        let wall = self.zone.wall(session.start) + self.wall;
        let start = self.zone.instant(wall);
        Time { wall: WallClock::iana(wall), start, end: start + self.lasts }
    }
}

fn text(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > MOST_TEXT { Err(Error::Invalid("text-too-long")) } else { Ok(text.to_owned()) }
}
