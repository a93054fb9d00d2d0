//! Requests at schools: what waits for somebody, asking for a time, and answering.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{App, Result, deeds::Became};
use crate::{
    booking::{Action, Booking, BookingKey, Status},
    draft::{Draft, Fault},
    error::Error,
    id::{PersonId, SessionKey, WorkspaceId},
    outbox::{Deed, Write},
    person::Person,
    sign_in::SignIn,
    state_table::Refusal,
    store::cache::bookings::{Askable, Which},
};

/// For how long a request that has run out is still shown to who had asked.
const SHOWN_AFTER: Duration = Duration::days(1);

/// A request, and what the person may do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The booking.
    pub booking: Booking,
    /// What the school is called.
    pub school: String,
    /// What may be done to it now.
    pub allowed: Vec<Action>,
    /// The answer that is outstanding is the person's own.
    pub needs_me: bool,
    /// Something was done about it here and has yet to reach the school.
    pub waits: bool,
    /// Another session of the person's that overlaps it: what it is called.
    pub overlaps: Option<String>,
}

/// Between whom a request can be made at a school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskableAt {
    /// The sign-in.
    pub school: Uuid,
    /// What the school is called.
    pub school_name: String,
    /// Who can be asked.
    pub tutors: Vec<Person>,
    /// For whom: oneself, then children.
    pub students: Vec<Person>,
}

/// What somebody wants to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The sign-in at whose school it is asked.
    pub school: Uuid,
    /// Whom.
    pub tutor: PersonId,
    /// For whom: oneself, or a child.
    pub student: PersonId,
    /// What for.
    pub subject: String,
    /// When it would start (UTC).
    pub start: DateTime<Utc>,
    /// For how long.
    pub minutes: i64,
    /// The zone in which the time was chosen (IANA).
    pub zone: String,
    /// A few words with it.
    pub note: String,
}

/// How somebody answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// A parent agrees.
    Approve,
    /// The tutor says yes.
    Confirm,
    /// The tutor says no, and why.
    Decline(String),
    /// It is taken back, and why.
    Cancel(String),
    /// The time that was suggested is taken.
    Accept,
    /// The time that was suggested is not taken.
    DeclineProposal,
}

impl App {
    /// What waits for somebody at the schools, what waits for the person first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn requests(&self) -> Result<Vec<Request>> {
        let now = self.now();
        let mut all = Vec::new();
        for sign_in in self.sign_ins_of_somebody().await? {
            let Some(cache) = self.cache_of(sign_in.id) else { continue };
            // What is the matter with one school's file costs nothing of another's.
            let found = match cache.bookings(sign_in.id, Which::Open, now).await {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(%error, "the requests at a school cannot be read just now");
                    continue;
                }
            };
            let waits = self.lanes_that_wait(sign_in.id).await?;
            for booking in found {
                let is_over = booking.status == Status::Expired
                    && booking.answer_by.is_none_or(|by| now - by > SHOWN_AFTER);
                if !is_over {
                    let waits = waits.contains(&booking.key.id);
                    all.push(self.request(booking, &sign_in, waits).await?);
                }
            }
        }
        all.sort_by_key(|request| (!request.needs_me, request.booking.start, request.booking.key));
        Ok(all)
    }

    async fn request(&self, booking: Booking, sign_in: &SignIn, waits: bool) -> Result<Request> {
        let now = self.now();
        let overlaps = if booking.status.is_open() {
            self.readings().await?.overlapping(booking.start, booking.end, None).await?
        } else {
            None
        };
        Ok(Request {
            allowed: if waits { Vec::new() } else { booking.allowed(now) },
            needs_me: !waits && booking.needs_me(now),
            school: sign_in.school.clone(),
            waits,
            overlaps: overlaps.map(|session| session.person_name().unwrap_or(&session.title).to_owned()),
            booking,
        })
    }

    /// Between whom the person can ask for a time, school by school.
    ///
    /// # Errors
    /// What the store says.
    pub async fn askable(&self) -> Result<Vec<AskableAt>> {
        let mut all = Vec::new();
        for sign_in in self.sign_ins_of_somebody().await? {
            let Some(cache) = self.cache_of(sign_in.id) else { continue };
            let Askable { tutors, students } = cache.askable().await?;
            if !tutors.is_empty() && !students.is_empty() {
                all.push(AskableAt { school: sign_in.id, school_name: sign_in.school, tutors, students });
            }
        }
        Ok(all)
    }

    /// Asks for a time.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be sent, the school's no, or what the store says.
    pub async fn ask_for_time(&self, wish: &Wish) -> Result<Became> {
        let subject = wish.subject.trim();
        if subject.is_empty() || subject.chars().count() > 200 {
            return Err(Error::Invalid("ask-subject"));
        }
        if !(10..=480).contains(&wish.minutes) {
            return Err(Error::Invalid("ask-minutes"));
        }
        if wish.note.chars().count() > 4000 {
            return Err(Error::Invalid("ask-note"));
        }
        let (sign_in, account) = self.acting_at(wish.school).await?;
        let deed = Deed::RequestBooking {
            tutor: wish.tutor.into(),
            student: wish.student.into(),
            subject: subject.to_owned(),
            start_at: wish.start,
            end_at: wish.start + Duration::minutes(wish.minutes),
            zone: wish.zone.clone(),
            wish: wish.note.trim().to_owned(),
            weeks: 1,
            skip_clashes: false,
        };
        self.do_there(&sign_in, &[Write::new(sign_in.id, account, deed, self.now())]).await
    }

    /// The same as it was typed: day, time, zone, length and subject of a draft.
    ///
    /// # Errors
    /// As [`App::ask_for_time`]. Faults of the draft are the inner `Err`, and nothing is sent.
    pub async fn ask_as_typed(
        &self,
        (school, tutor, student): (Uuid, PersonId, PersonId),
        draft: &Draft,
        note: &str,
    ) -> Result<std::result::Result<Became, Vec<Fault>>> {
        let planned = match draft.read() {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        let Some(time) = planned.times.first() else { return Err(Error::NotFound) };
        let wish = Wish {
            school,
            tutor,
            student,
            subject: draft.subject.clone(),
            start: time.start,
            minutes: draft.minutes,
            zone: draft.zone.clone(),
            note: note.to_owned(),
        };
        Ok(Ok(self.ask_for_time(&wish).await?))
    }

    /// Answers a request, as of the version that the person has seen; none where they have seen the one that is here.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAllowed`], the school's no, or what the store says.
    pub async fn answer_request(
        &self,
        key: BookingKey,
        version: Option<i64>,
        reply: Reply,
    ) -> Result<Became> {
        let (sign_in, account) = self.acting_at(key.school).await?;
        let booking = self.booking(key).await?.ok_or(Error::NotFound)?;
        let action = match reply {
            Reply::Approve => Action::Approve,
            Reply::Confirm => Action::Confirm,
            Reply::Decline(_) => Action::Decline,
            Reply::Cancel(_) => Action::Cancel,
            Reply::Accept => Action::AcceptProposal,
            Reply::DeclineProposal => Action::DeclineProposal,
        };
        if !booking.allowed(self.now()).contains(&action) {
            return Err(Error::NotAllowed(Refusal::NotForStatus));
        }
        let writes =
            self.writes_of(&booking, version.unwrap_or(booking.version), reply, (&sign_in, account)).await?;
        self.do_there(&sign_in, &writes).await
    }

    /// Takes back all that makes a session at a school, seen from the person's side; as of the version of the session that
    /// they have seen.
    ///
    /// # Errors
    /// [`Error::Stale`], or as [`App::answer_request`].
    pub(super) async fn cancel_at_school(
        &self,
        key: SessionKey,
        version: Option<i64>,
        reason: &str,
    ) -> Result<()> {
        let WorkspaceId::School(school) = key.workspace else { return Err(Error::NotFound) };
        let (sign_in, account) = self.acting_at(school).await?;
        let cache = self.cache_of(school).ok_or(Error::NotFound)?;
        let (session, ..) = self.readings().await?.session(key).await?.ok_or(Error::NotFound)?;
        if version.is_some_and(|version| version != session.version) {
            return Err(Error::Stale);
        }
        let now = self.now();
        let mut bookings = cache.bookings(school, Which::Of(key.id), now).await?;
        bookings.retain(|booking| booking.allowed(now).contains(&Action::Cancel));
        if bookings.is_empty() {
            return Err(Error::NotAllowed(Refusal::NotForStatus));
        }
        for booking in bookings {
            let deed = Deed::CancelBooking {
                booking: booking.key.id,
                expected_version: booking.version,
                reason: reason.to_owned(),
            };
            self.do_there(&sign_in, &[Write::new(school, account, deed, now)]).await?;
        }
        Ok(())
    }

    /// The booking of that key, as it stands here.
    ///
    /// # Errors
    /// What the store says.
    pub async fn booking(&self, key: BookingKey) -> Result<Option<Booking>> {
        let Some(cache) = self.cache_of(key.school) else { return Ok(None) };
        Ok(cache.bookings(key.school, Which::One(key.id), self.now()).await?.pop())
    }

    async fn writes_of(
        &self,
        booking: &Booking,
        expected_version: i64,
        reply: Reply,
        (sign_in, account): (&SignIn, Uuid),
    ) -> Result<Vec<Write>> {
        let id = booking.key.id;
        let proposal = booking.proposal.as_ref().map(|proposal| proposal.id);
        let deed = match reply {
            Reply::Approve => Deed::ApproveAsParent { booking: id, expected_version },
            Reply::Confirm => Deed::ConfirmBooking { booking: id, expected_version, into_session: None },
            Reply::Decline(reason) => Deed::DeclineBooking { booking: id, expected_version, reason },
            Reply::Cancel(reason) => Deed::CancelBooking { booking: id, expected_version, reason },
            Reply::Accept => {
                let proposal = proposal.ok_or(Error::NotFound)?;
                Deed::AcceptProposal { booking: id, proposal, expected_version }
            }
            Reply::DeclineProposal => {
                let proposal = proposal.ok_or(Error::NotFound)?;
                Deed::DeclineProposal { booking: id, proposal, expected_version }
            }
        };
        let is_confirm = matches!(deed, Deed::ConfirmBooking { .. });
        let first = Write::new(sign_in.id, account, deed, self.now());
        let mut writes = vec![first];
        if is_confirm {
            writes.extend(self.own_link_of(&writes[0]).await?);
        }
        Ok(writes)
    }
}
