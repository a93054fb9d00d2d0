//! What another program of the same person, such as `bell`, asks of requests and of what waits. Whoever owns the data folder
//! does it: the app that runs, or that program itself.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    App, Became, Reply, Request, Result, WaitingLine, Wish, getting_in::named_of, in_step::whole_at,
};
use crate::{
    booking::{Action, BookingKey, Status},
    error::{Code, Error, What},
    id::{SessionKey, WorkspaceId},
    person::Person,
    sign_in::SignIn,
    state_table::Role,
    sync::SyncFault,
};

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "course", rename_all = "snake_case")]
pub enum CourseAsk {
    /// What waits goes to the schools, and what has changed there comes.
    Sync,
    /// Somebody asks for a time.
    AskForTime {
        /// Whom: a name, or the whole of an id.
        tutor: String,
        /// What for.
        subject: String,
        /// When (UTC).
        start: DateTime<Utc>,
        /// For how long.
        minutes: i64,
        /// The zone in which that was chosen (IANA).
        zone: String,
        /// For which child, by name or id; for oneself, or the only one, without it.
        student: Option<String>,
        /// A few words with it.
        note: String,
    },
    /// A request is answered.
    Answer {
        /// Which, or a session of which all requests are taken back.
        id: String,
        /// How.
        reply: Reply,
    },
    /// Something that waits is tried again.
    Retry {
        /// Which.
        id: Uuid,
    },
    /// Something that waits is dropped.
    Drop {
        /// Which.
        id: Uuid,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from_course", rename_all = "snake_case")]
pub enum CourseReply {
    /// The schools were asked.
    Synced {
        /// One line each.
        schools: Vec<SyncedLine>,
    },
    /// It was done, or waits.
    Became(BecameLine),
}

/// How it went with a school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncedLine {
    /// The sign-in.
    pub id: String,
    /// What the school is called.
    pub school: String,
    /// When all that it has was last here (RFC 3339).
    pub whole_at: Option<String>,
    /// How many writes went there.
    pub sent: usize,
    /// How many still wait.
    pub waiting: usize,
    /// Why it could not be asked, for programs.
    pub code: Option<Code>,
    /// Why it could not be asked, for people.
    pub message: Option<String>,
}

/// What has become of something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BecameLine {
    /// The request that it made or changed; while it waits, its name among what waits.
    pub id: String,
    /// The school has done it; else it waits.
    pub done: bool,
}

/// A request, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestLine {
    /// Its id at the school.
    pub id: String,
    /// The sign-in.
    pub workspace: String,
    /// What the school is called.
    pub school: String,
    /// As whom one has to do with it.
    pub role: Role,
    /// Who is asked.
    pub tutor: String,
    /// For whom.
    pub student: String,
    /// What for.
    pub subject: String,
    /// What was said with it.
    pub note: String,
    /// When it would start (RFC 3339, UTC).
    pub start: String,
    /// When it would end.
    pub end: String,
    /// Where it is in its life.
    pub status: Status,
    /// When it runs out.
    pub answer_by: Option<String>,
    /// One's own answer is outstanding.
    pub needs_me: bool,
    /// What may be done.
    pub allowed: Vec<Action>,
    /// Something about it has yet to reach the school.
    pub waiting: bool,
}

impl From<&Request> for RequestLine {
    fn from(request: &Request) -> Self {
        let booking = &request.booking;
        let said = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self {
            id: booking.key.id.to_string(),
            workspace: booking.key.workspace().to_string(),
            school: request.school.clone(),
            role: booking.role,
            tutor: booking.tutor.name.clone(),
            student: booking.student.name.clone(),
            subject: booking.subject.clone(),
            note: booking.wish.clone(),
            start: said(booking.start),
            end: said(booking.end),
            status: booking.status,
            answer_by: booking.answer_by.map(said),
            needs_me: request.needs_me,
            allowed: request.allowed.clone(),
            waiting: request.waits,
        }
    }
}

/// Something that waits, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingOut {
    /// Its name here.
    pub id: String,
    /// The sign-in.
    pub workspace: String,
    /// What the school is called.
    pub school: String,
    /// What was done.
    pub what: String,
    /// When (RFC 3339, UTC).
    pub since: String,
    /// The school has said no.
    pub refused: bool,
    /// Why it waits, or was refused.
    pub why: String,
    /// The request that it is about.
    pub booking: Option<String>,
    /// The session that it is about.
    pub session: Option<String>,
}

impl From<&WaitingLine> for WaitingOut {
    fn from(line: &WaitingLine) -> Self {
        Self {
            id: line.id.to_string(),
            workspace: WorkspaceId::School(line.school).to_string(),
            school: line.school_name.clone(),
            what: line.what.clone(),
            since: line.since.to_rfc3339_opts(SecondsFormat::Secs, true),
            refused: line.is_refused,
            why: line.why.clone(),
            booking: line.booking.map(|key| key.id.to_string()),
            session: line.session.map(|key| key.to_string()),
        }
    }
}

impl App {
    /// Does what was asked for.
    ///
    /// # Errors
    /// As what was asked for.
    pub async fn of_course(self: &Arc<Self>, ask: CourseAsk) -> Result<CourseReply> {
        match ask {
            CourseAsk::Sync => Ok(CourseReply::Synced { schools: self.sync_now().await? }),
            CourseAsk::AskForTime { tutor, subject, start, minutes, zone, student, note } => {
                let (school, tutor, student) = self.between_whom(&tutor, student.as_deref()).await?;
                let (tutor, student) = (tutor.id, student.id);
                let wish = Wish { school, tutor, student, subject, start, minutes, zone, note };
                let became = self.ask_for_time(&wish).await?;
                self.fetch_from(school).await;
                Ok(CourseReply::Became(line(became, None)))
            }
            CourseAsk::Answer { id, reply } => self.answer_by_id(&id, reply).await,
            CourseAsk::Retry { id } => {
                self.retry_waiting(id).await?;
                self.sync_now().await?;
                Ok(CourseReply::Became(BecameLine { id: id.to_string(), done: self.is_gone(id).await? }))
            }
            CourseAsk::Drop { id } => {
                self.drop_waiting(id).await?;
                Ok(CourseReply::Became(BecameLine { id: id.to_string(), done: true }))
            }
        }
    }

    /// Sends what waits and asks for what has changed, school by school. What is the matter with one stands in its line.
    ///
    /// # Errors
    /// What the store says.
    pub async fn sync_now(self: &Arc<Self>) -> Result<Vec<SyncedLine>> {
        let mut lines = Vec::new();
        for sign_in in self.sign_ins_of_somebody().await? {
            lines.push(self.sync_school(&sign_in).await?);
        }
        Ok(lines)
    }

    async fn sync_school(&self, sign_in: &SignIn) -> Result<SyncedLine> {
        let (mut sent, mut fault) = (0, None);
        match self.exchange_with(sign_in).await {
            Ok(Some(exchange)) => {
                exchange.hurry();
                sent = self.send_once(sign_in.id, &exchange).await.sent;
                fault = self.fetch_once(sign_in, &exchange).await.err().map(|fault| of_sync(fault, sign_in));
            }
            Ok(None) => {}
            Err(error) => fault = Some(error),
        }
        let waiting = self.waiting().await?.iter().filter(|line| line.school == sign_in.id).count();
        let whole_at = match self.cache_of(sign_in.id) {
            Some(cache) => whole_at(&cache).await,
            None => None,
        };
        Ok(SyncedLine {
            id: sign_in.id.to_string(),
            school: sign_in.school.clone(),
            whole_at: whole_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            sent,
            waiting,
            code: fault.as_ref().map(Error::code),
            message: fault.map(|fault| fault.sentence()),
        })
    }

    /// What has come of it at the school is here at once, if it can be.
    async fn fetch_from(&self, school: Uuid) {
        if let Ok((sign_in, _)) = self.acting_at(school).await
            && let Ok(Some(exchange)) = self.exchange_with(&sign_in).await
        {
            // How that went is noted where it was asked.
            let _ = self.fetch_once(&sign_in, &exchange).await;
        }
    }

    async fn answer_by_id(&self, id: &str, reply: Reply) -> Result<CourseReply> {
        if let Some(key) = self.find_booking(id).await? {
            let became = self.answer_request(key, None, reply).await?;
            self.fetch_from(key.school).await;
            return Ok(CourseReply::Became(line(became, Some(key))));
        }
        let session = id.parse::<SessionKey>().ok().filter(|key| key.workspace != WorkspaceId::ThisComputer);
        let (Some(key), Reply::Cancel(reason)) = (session, reply) else { return Err(Error::NotFound) };
        self.cancel_at_school(key, None, &reason).await?;
        if let WorkspaceId::School(school) = key.workspace {
            self.fetch_from(school).await;
        }
        let waits = self.waiting().await?.iter().any(|line| line.session == Some(key));
        Ok(CourseReply::Became(BecameLine { id: key.to_string(), done: !waits }))
    }

    async fn find_booking(&self, id: &str) -> Result<Option<BookingKey>> {
        if let Ok(key) = id.parse::<BookingKey>() {
            return Ok(self.booking(key).await?.map(|booking| booking.key));
        }
        let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
        for sign_in in self.sign_ins_of_somebody().await? {
            let key = BookingKey { school: sign_in.id, id };
            if self.booking(key).await?.is_some() {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    async fn is_gone(&self, id: Uuid) -> Result<bool> {
        Ok(self.waiting().await?.iter().all(|line| line.id != id))
    }

    /// The one tutor and the one student of these names, at whichever school they are.
    async fn between_whom(&self, tutor: &str, student: Option<&str>) -> Result<(Uuid, Person, Person)> {
        let mut found = Vec::new();
        for sign_in in self.sign_ins_of_somebody().await? {
            let Some(cache) = self.cache_of(sign_in.id) else { continue };
            let askable = cache.askable().await?;
            for tutor in named(&askable.tutors, tutor) {
                let students = match student {
                    Some(student) => named(&askable.students, student),
                    // Oneself before one's children.
                    None => askable.students.iter().take(1).collect(),
                };
                found
                    .extend(students.into_iter().map(|student| (sign_in.id, tutor.clone(), student.clone())));
            }
        }
        match (found.pop(), found.is_empty()) {
            (Some(found), true) => Ok(found),
            (None, _) => Err(Error::Invalid("ask-no-tutor")),
            (Some(_), false) => Err(Error::Invalid("ask-several")),
        }
    }
}

/// Those who are called so: by their whole name, else by their first.
fn named<'a>(people: &'a [Person], name: &str) -> Vec<&'a Person> {
    let name = name.trim().to_lowercase();
    let whole: Vec<&Person> = people
        .iter()
        .filter(|person| person.name.to_lowercase() == name || person.id.to_string() == name)
        .collect();
    if !whole.is_empty() {
        return whole;
    }
    let first =
        |person: &&Person| person.name.split(' ').next().is_some_and(|first| first.to_lowercase() == name);
    people.iter().filter(first).collect()
}

fn line(became: Became, key: Option<BookingKey>) -> BecameLine {
    match became {
        Became::Done { bookings } => {
            let id = key.map(|key| key.id).or_else(|| bookings.first().copied());
            BecameLine { id: id.map(|id| id.to_string()).unwrap_or_default(), done: true }
        }
        Became::Waits { id, .. } => BecameLine { id: id.to_string(), done: false },
    }
}

/// Why a school could not be asked.
fn of_sync(fault: SyncFault, sign_in: &SignIn) -> Error {
    match fault {
        SyncFault::School(fault) => named_of(What::Fault(fault), sign_in),
        SyncFault::NoToken(fault) => named_of(super::getting_in::what_of_keeper(fault), sign_in),
        SyncFault::Store(error) => error.into(),
        SyncFault::Refused(code) => named_of(What::Said(code), sign_in),
        SyncFault::AnotherAccount => named_of(What::Anonymous, sign_in),
    }
}
