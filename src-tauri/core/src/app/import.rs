//! Calendar files: look at one, choose, take it over whole or not at all, extend its series as time goes
//! on, and write sessions out.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{App, Result, news::news};
use crate::{
    calendar_file::{
        self, CalendarFile, FileSeries, LeftOut, MergeOutcome, Method, Occurrence, OutEvent, Pattern,
    },
    change::Topic,
    error::Error,
    happened::{By, Event, Kind},
    id::{PersonId, SessionId, SessionKey},
    join::JoinUrl,
    occurrences::{self, Plan, Wish},
    person::Person,
    progress::Progress,
    series::Choice,
    session::{Session, Source, Status},
    store::{
        Connection, Write,
        local::{
            events, people,
            series::{self, Series},
            sessions,
        },
    },
    zone::Zone,
};

/// Occurrences become sessions this far ahead.
const AHEAD: Duration = Duration::days(731);
/// Series are extended when this much of it is left at most, so about once a month.
const EXTEND_BELOW: Duration = Duration::days(700);
/// How many files may wait for an answer at once.
const MOST_PREVIEWS: usize = 4;

/// Names a file that was looked at and not yet taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportId(pub Uuid);

/// What is in a file, by series.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Names it.
    pub id: ImportId,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// Its series with timed events.
    pub series: Vec<PreviewSeries>,
    /// Events of whole days: never sessions.
    pub all_day: usize,
    /// Events that cannot be understood.
    pub left_out: Vec<LeftOut>,
}

/// One series of a file.
#[derive(Clone, Debug)]
pub struct PreviewSeries {
    /// UID; names it in the file.
    pub uid: String,
    /// The first occurrence that is still to come, or else the last one.
    pub shown: Occurrence,
    /// When it takes place, in a few words.
    pub pattern: Pattern,
    /// The start of the last occurrence (UTC), at most two years ahead.
    pub last: DateTime<Utc>,
    /// How many are still to come.
    pub coming: usize,
    /// How many are over.
    pub past: usize,
    /// The link of the shown occurrence.
    pub link: Option<JoinUrl>,
    /// What is done with it unless the person says otherwise.
    pub choice: Choice,
    /// What the file says beside what is here.
    pub state: SeriesState,
    /// The file calls all that is to come off.
    pub is_cancelled: bool,
}

/// What a file says of a series beside what is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesState {
    /// It is not here yet.
    New,
    /// It is here, and the file says something else.
    Changed,
    /// It is here as the file has it.
    Same,
    /// What is here is newer than the file.
    Older,
}

/// What the person wants of a series.
#[derive(Clone, Debug)]
pub struct Asked {
    /// UID.
    pub uid: String,
    /// Shown with a bell, without, or not at all.
    pub choice: Choice,
    /// A link for the whole series.
    pub link: Option<JoinUrl>,
}

/// How many sessions an import has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportResult {
    /// New ones.
    pub added: usize,
    /// Changed ones, called off ones among them.
    pub changed: usize,
    /// Ones that are gone.
    pub removed: usize,
}

/// A file that waits for an answer.
pub(super) struct Held {
    id: ImportId,
    file: Arc<CalendarFile>,
}

impl App {
    /// Looks at a calendar file. Nothing is taken over yet.
    ///
    /// # Errors
    /// [`Error::File`] when its structure is broken, [`Error::Stopped`], or what the store says.
    pub async fn preview(&self, bytes: &[u8], progress: &Progress) -> Result<Preview> {
        let (now, zone) = (self.now(), self.zone());
        let mut file = calendar_file::read(bytes, zone)?;
        let mut conn = self.store.read().await?;
        let mut shown = Vec::new();
        let mut left_out = std::mem::take(&mut file.left_out);
        let mut kept = Vec::new();
        progress.expect(file.series.len());
        let known = series::uids(&mut conn, Source::CalendarFile).await?;
        for new in std::mem::take(&mut file.series) {
            progress.step().await?;
            let here = here(&mut conn, &known, &new.uid).await?;
            let (merged, state) = merge(here.as_ref(), &new, file.method)?;
            match merged.occurrences(now + AHEAD) {
                Ok(found) if found.is_empty() => kept.push(new),
                // What First Bell has written itself, of a session that is here, comes home: nothing to do.
                Ok(found) if is_own(&mut conn, &new.uid).await? => {
                    shown.push(preview_series(&new.uid, &merged, found, None, SeriesState::Same, now));
                }
                Ok(found) => {
                    shown.push(preview_series(&new.uid, &merged, found, here.as_ref(), state, now));
                    kept.push(new);
                }
                Err(fault) => left_out.push(LeftOut {
                    line: fault.line,
                    uid: Some(new.uid.clone()),
                    title: Some(new.title().to_owned()).filter(|title| !title.is_empty()),
                    reason: fault.reason,
                }),
            }
        }
        drop(conn);
        left_out.sort_by_key(|left_out| left_out.line);
        file.series = kept;
        let id = ImportId(Uuid::now_v7());
        let all_day = file.all_day;
        if let Ok(mut previews) = self.previews.lock() {
            previews.push(Held { id, file: Arc::new(file) });
            // A file that nobody answers makes room for later ones.
            if previews.len() > MOST_PREVIEWS {
                previews.remove(0);
            }
        }
        Ok(Preview { id, zone, series: shown, all_day, left_out })
    }

    /// Takes a file over, all of it or, if anything fails, nothing; then it is still held, to be tried again.
    /// Series that the person said nothing about are done with as the preview had it.
    ///
    /// # Errors
    /// [`Error::ImportGone`], [`Error::Stopped`], or what the store says.
    pub async fn apply(&self, id: ImportId, asked: &[Asked], progress: &Progress) -> Result<ImportResult> {
        let file = self.held(id)?;
        let now = self.now();
        let asked: BTreeMap<&str, &Asked> = asked.iter().map(|asked| (asked.uid.as_str(), asked)).collect();
        let mut tx = self.store.write().await?;
        let mut result = ImportResult::default();
        progress.expect(file.series.len());
        let known = series::uids(&mut tx, Source::CalendarFile).await?;
        for new in &file.series {
            progress.step().await?;
            let here = here(&mut tx, &known, &new.uid).await?;
            let (merged, _) = merge(here.as_ref(), new, file.method)?;
            let Ok(found) = merged.occurrences(now + AHEAD) else { continue };
            let choice_before = here.as_ref().map(|series| series.choice);
            let series =
                to_series(&merged, &found, here, asked.get(new.uid.as_str()).copied(), self.zone(), now);
            result += write(&mut tx, &series, choice_before, &found, now).await?;
        }
        self.commit(tx, &[Topic::Sessions, Topic::People]).await?;
        self.drop_preview(id);
        Ok(result)
    }

    /// Lets go of a file that is not to be taken over.
    pub fn drop_preview(&self, id: ImportId) {
        if let Ok(mut previews) = self.previews.lock() {
            previews.retain(|held| held.id != id);
        }
    }

    /// Extends the series of calendar files to two years from now, if it is time to. True if any was.
    pub async fn extend_series(&self) -> Result<bool> {
        let now = self.now();
        let due = series::to_extend(&mut *self.store.read().await?, now + EXTEND_BELOW).await?;
        if due.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store.write().await?;
        for mut series in due {
            let Ok(stored) = stored(&series) else { continue };
            let Ok(found) = stored.occurrences(now + AHEAD) else { continue };
            series.extended_until = now + AHEAD;
            write(&mut tx, &series, Some(series.choice), &found, now).await?;
        }
        self.commit(tx, &[Topic::Sessions]).await?;
        Ok(true)
    }

    /// A calendar file of one session, or of all.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what the store says.
    pub async fn export(&self, key: Option<SessionKey>) -> Result<String> {
        let mut readings = self.readings().await?;
        let found = match key {
            Some(key) => vec![readings.session(key).await?.ok_or(Error::NotFound)?.0],
            None => readings.all().await?,
        };
        drop(readings);
        let events: Vec<OutEvent> = found.iter().map(out_event).collect();
        Ok(calendar_file::write(&events, self.now()))
    }

    fn held(&self, id: ImportId) -> Result<Arc<CalendarFile>> {
        let previews = self.previews.lock().map_err(|_| Error::ImportGone)?;
        previews.iter().find(|held| held.id == id).map(|held| held.file.clone()).ok_or(Error::ImportGone)
    }
}

impl std::ops::AddAssign for ImportResult {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.removed += other.removed;
    }
}

fn stored(series: &Series) -> Result<FileSeries> {
    let texts: Vec<String> = series.components.iter().map(|(_, text)| text.clone()).collect();
    let local = series.local_zone.parse().unwrap_or_else(|_| Zone::utc());
    Ok(FileSeries::from_stored(&series.uid, &texts, local)?)
}

/// The series of that UID, if it is here. At a file's first import most are not, and the store is not asked for them.
async fn here(conn: &mut Connection, known: &HashSet<String>, uid: &str) -> Result<Option<Series>> {
    if !known.contains(uid) {
        return Ok(None);
    }
    Ok(series::by_uid(conn, Source::CalendarFile, uid).await?)
}

/// What holds after the file, and how that differs from what is here.
fn merge(here: Option<&Series>, new: &FileSeries, method: Method) -> Result<(FileSeries, SeriesState)> {
    let Some(here) = here else { return Ok((new.clone(), SeriesState::New)) };
    let merged = stored(here)?.merge(new, method);
    let state = match merged.outcome {
        MergeOutcome::Updated => SeriesState::Changed,
        MergeOutcome::Unchanged => SeriesState::Same,
        MergeOutcome::Stale => SeriesState::Older,
    };
    Ok((merged.series, state))
}

fn preview_series(
    uid: &str,
    merged: &FileSeries,
    mut found: Vec<Occurrence>,
    here: Option<&Series>,
    state: SeriesState,
    now: DateTime<Utc>,
) -> PreviewSeries {
    let coming = found.iter().filter(|occurrence| occurrence.end > now && !occurrence.cancelled).count();
    let past = found.iter().filter(|occurrence| occurrence.end <= now).count();
    let is_cancelled = found.iter().all(|occurrence| occurrence.cancelled);
    let last = found.last().map_or(now, |occurrence| occurrence.start);
    let index = found
        .iter()
        .position(|occurrence| occurrence.end > now && (is_cancelled || !occurrence.cancelled))
        .unwrap_or(found.len().saturating_sub(1));
    let has_link = found.iter().any(|occurrence| occurrences::link_of(occurrence).is_some());
    let shown = found.swap_remove(index);
    let link = here
        .and_then(|series| series.link.as_deref())
        .and_then(|link| JoinUrl::parse(link).ok())
        .or_else(|| occurrences::link_of(&shown));
    // As it is taken over when nobody says otherwise: a link at any occurrence makes lessons of them.
    let default = if link.is_some() || has_link { Choice::Bell } else { Choice::NoBell };
    PreviewSeries {
        uid: uid.to_owned(),
        pattern: merged.pattern(),
        last,
        coming,
        past,
        link,
        choice: here.map_or(default, |series| series.choice),
        state,
        is_cancelled,
        shown,
    }
}

/// The row of a series after the file and the person's choice.
fn to_series(
    merged: &FileSeries,
    found: &[Occurrence],
    here: Option<Series>,
    asked: Option<&Asked>,
    zone: Zone,
    now: DateTime<Utc>,
) -> Series {
    let has_link = || found.iter().any(|occurrence| occurrences::link_of(occurrence).is_some());
    let default = || if has_link() { Choice::Bell } else { Choice::NoBell };
    let choice = asked.map(|asked| asked.choice);
    let link = asked.and_then(|asked| asked.link.as_ref()).map(|link| link.as_str().to_owned());
    Series {
        id: here.as_ref().map_or_else(|| Uuid::now_v7().to_string(), |series| series.id.clone()),
        source: Source::CalendarFile,
        uid: merged.uid.clone(),
        choice: choice.or(here.as_ref().map(|series| series.choice)).unwrap_or_else(default),
        link: link.or_else(|| here.as_ref().and_then(|series| series.link.clone())),
        local_zone: here.map_or_else(|| zone.name().to_owned(), |series| series.local_zone),
        has_rule: merged.has_rule(),
        extended_until: now + AHEAD,
        components: merged
            .components
            .iter()
            .map(|component| (component.recurrence_id.clone().unwrap_or_default(), component.text.clone()))
            .collect(),
    }
}

/// Writes a series, and brings its sessions in line with its occurrences. `choice_before`: what the person wanted
/// of it until now; nothing if it is new.
async fn write(
    tx: &mut Write,
    series: &Series,
    choice_before: Option<Choice>,
    found: &[Occurrence],
    now: DateTime<Utc>,
) -> Result<ImportResult> {
    let here = if choice_before.is_some() {
        series::update(tx, series).await?;
        sessions::of_series(tx, &series.id).await?
    } else {
        series::insert(tx, series).await?;
        Vec::new()
    };
    let link = series.link.as_deref().and_then(|link| JoinUrl::parse(link).ok());
    let people = people_of(tx, series.choice, found, &here).await?;
    let wish = Wish {
        people: &people,
        series_id: &series.id,
        uid: &series.uid,
        choice: series.choice,
        choice_is_new: choice_before.is_some_and(|before| before != series.choice),
        link: link.as_ref(),
    };
    let Plan { add, change, remove } = occurrences::plan(&wish, found, here, now);
    let result = ImportResult { added: add.len(), changed: change.len(), removed: remove.len() };
    sessions::insert_all(tx, &add).await?;
    let added: Vec<SessionId> = add.iter().map(|session| session.id).collect();
    let event = Event { at: now, kind: Kind::Imported, by: By::CalendarFile, detail: None };
    events::add_to_all(tx, &added, event).await?;
    for (was, will) in change {
        sessions::update(tx, &will).await?;
        for (kind, detail) in news(&was, &will) {
            events::add(tx, will.id, Event { at: now, kind, by: By::CalendarFile, detail }).await?;
        }
    }
    for session in remove {
        sessions::delete(tx, session.id).await?;
    }
    Ok(result)
}

/// Who the names are that a file speaks of in a series: those of its sessions that are here, else whoever is known by
/// that name, else somebody new.
async fn people_of(
    tx: &mut Write,
    choice: Choice,
    found: &[Occurrence],
    here: &[Session],
) -> Result<BTreeMap<String, Person>> {
    let of_series = here.iter().filter_map(|session| session.person.clone());
    let mut people: BTreeMap<String, Person> =
        of_series.map(|person| (person.name.clone(), person)).collect();
    // Whoever is left out is not met.
    let names = found.iter().filter_map(|occurrence| occurrence.person.as_ref());
    for name in names.filter(|_| choice != Choice::LeaveOut) {
        if people.contains_key(name) {
            continue;
        }
        let person = match people::called(tx, name).await? {
            Some(person) => person,
            None => {
                let person = Person { id: PersonId::new(), name: name.clone() };
                people::add(tx, &person).await?;
                person
            }
        };
        people.insert(name.clone(), person);
    }
    Ok(people)
}

/// What the UIDs of First Bell's own files end with.
const OWN_UID: &str = "@firstbell";

/// Whether the UID is one that First Bell has given to a session that is here.
async fn is_own(conn: &mut Connection, uid: &str) -> Result<bool> {
    match uid.strip_suffix(OWN_UID).and_then(|id| id.parse().ok()) {
        Some(id) => Ok(sessions::get(conn, id).await?.is_some()),
        None => Ok(false),
    }
}

fn out_event(session: &Session) -> OutEvent {
    OutEvent {
        uid: format!("{}{OWN_UID}", session.id),
        sequence: session.version - 1,
        start: session.start,
        end: session.end,
        title: session.title.clone(),
        location: session
            .place
            .clone()
            .or_else(|| session.join_url.as_ref().map(|url| url.as_str().to_owned())),
        notes: Some(session.homework.clone()).filter(|text| !text.is_empty()),
        url: session.join_url.as_ref().map(|url| url.as_str().to_owned()),
        cancelled: session.status == Status::Cancelled,
    }
}
