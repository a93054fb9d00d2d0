//! What was done here and a school has yet to answer, or has refused: seen, tried again, dropped.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{App, Result};
use crate::{
    booking::BookingKey,
    change::Topic,
    error::{Error, sentence_of_write},
    id::{SessionKey, WorkspaceId},
    outbox::{Class, Deed, Lane, State, Waiting},
    sign_in::SignIn,
    store::cache::{bookings::Which, outbox},
    sync::Signal,
    words::say,
};

/// For how long something is taken to be on its way.
const ON_ITS_WAY: Duration = Duration::seconds(10);

/// Something that was done here, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingLine {
    /// Its name here.
    pub id: Uuid,
    /// The sign-in at whose school it is done.
    pub school: Uuid,
    /// What the school is called.
    pub school_name: String,
    /// What was done.
    pub what: String,
    /// When (UTC).
    pub since: DateTime<Utc>,
    /// The school has said no: it waits for the person.
    pub is_refused: bool,
    /// It could not be sent, or not at once: worth a word to the person.
    pub is_held_up: bool,
    /// Why it waits, or was refused.
    pub why: String,
    /// The request that it is about, if it is one that is known.
    pub booking: Option<BookingKey>,
    /// The session that it is about.
    pub session: Option<SessionKey>,
}

impl App {
    /// What waits, in the order in which it was done.
    ///
    /// # Errors
    /// What the store says.
    pub async fn waiting(&self) -> Result<Vec<WaitingLine>> {
        let mut all = Vec::new();
        for sign_in in self.sign_ins().await? {
            let Some(cache) = self.cache_of(sign_in.id) else { continue };
            let rows = outbox::list(&mut *cache.store().read().await?).await?;
            for row in &rows {
                // What stands on another one is done with it, and needs no line of its own.
                let is_below = row.parent.is_some_and(|parent| rows.iter().any(|other| other.id == parent));
                // What the person does not see as something done, such as having gone in, is told only if it was refused.
                let is_quiet = row.function == "record_opened" && row.state != State::Refused;
                if !is_below && !is_quiet && row.state != State::Answered {
                    all.push(self.waiting_line(row, &sign_in).await?);
                }
            }
        }
        all.sort_by_key(|line| line.since);
        Ok(all)
    }

    /// Has it tried again at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is nothing to try, or what the store says.
    pub async fn retry_waiting(&self, id: Uuid) -> Result<()> {
        let sign_in = self.of_waiting(id).await?;
        let cache = self.cache_of(sign_in).ok_or(Error::NotFound)?;
        let mut tx = cache.store().write().await?;
        if !outbox::retry(&mut tx, id).await? {
            return Err(Error::NotFound);
        }
        tx.commit().await?;
        self.tell_of_school(sign_in, Topic::Waiting);
        self.ask_schools(Signal::Asked);
        Ok(())
    }

    /// Drops it, with all that stands on it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it was answered meanwhile, or what the store says.
    pub async fn drop_waiting(&self, id: Uuid) -> Result<()> {
        let sign_in = self.of_waiting(id).await?;
        let cache = self.cache_of(sign_in).ok_or(Error::NotFound)?;
        let mut tx = cache.store().write().await?;
        if !outbox::drop_row(&mut tx, id).await? {
            return Err(Error::NotFound);
        }
        tx.commit().await?;
        self.tell_of_school(sign_in, Topic::Waiting);
        self.tell_of_school(sign_in, Topic::Requests);
        Ok(())
    }

    /// The bookings and sessions at a school about which something waits.
    pub(super) async fn lanes_that_wait(&self, sign_in: Uuid) -> Result<BTreeSet<Uuid>> {
        let Some(cache) = self.cache_of(sign_in) else { return Ok(BTreeSet::new()) };
        let rows = outbox::list(&mut *cache.store().read().await?).await?;
        let waits =
            rows.into_iter().filter(|row| row.state != State::Refused && row.function != "record_opened");
        let ids = waits.filter_map(|row| match row.lane {
            Lane::Booking(id) | Lane::Session(id) => Some(id),
            Lane::New(_) => None,
        });
        Ok(ids.collect())
    }

    /// The sessions about which something waits: itself, or what it came from.
    ///
    /// # Errors
    /// What the store says.
    pub(super) async fn sessions_that_wait(&self) -> Result<BTreeSet<SessionKey>> {
        let mut all = BTreeSet::new();
        for sign_in in self.sign_ins().await? {
            let Some(cache) = self.cache_of(sign_in.id) else { continue };
            for id in self.lanes_that_wait(sign_in.id).await? {
                let of_booking = cache.bookings(sign_in.id, Which::One(id), self.now()).await?;
                let session = match of_booking.first() {
                    Some(booking) => booking.session,
                    None => id.to_string().parse().ok(),
                };
                let workspace = WorkspaceId::School(sign_in.id);
                all.extend(session.map(|id| SessionKey { workspace, id }));
            }
        }
        Ok(all)
    }

    /// The sign-in at whose school it waits.
    async fn of_waiting(&self, id: Uuid) -> Result<Uuid> {
        for sign_in in self.sign_ins().await? {
            let Some(cache) = self.cache_of(sign_in.id) else { continue };
            if outbox::get(&mut *cache.store().read().await?, id).await?.is_some() {
                return Ok(sign_in.id);
            }
        }
        Err(Error::NotFound)
    }

    async fn waiting_line(&self, row: &Waiting, sign_in: &SignIn) -> Result<WaitingLine> {
        let school = sign_in.id;
        let booking = match row.lane {
            Lane::Booking(id) => Some(BookingKey { school, id }),
            _ => None,
        };
        let session = match row.lane {
            Lane::Session(id) => id
                .to_string()
                .parse()
                .ok()
                .map(|id| SessionKey { workspace: WorkspaceId::School(school), id }),
            _ => None,
        };
        Ok(WaitingLine {
            id: row.id,
            school,
            school_name: sign_in.school.clone(),
            what: self.what_was_done(row, booking, session).await?,
            since: row.written_at,
            is_refused: row.state == State::Refused,
            is_held_up: row.class.is_some() || self.now() - row.written_at > ON_ITS_WAY,
            why: why(row, sign_in),
            booking,
            session,
        })
    }

    /// What was done, with whom and when it is about.
    async fn what_was_done(
        &self,
        row: &Waiting,
        booking: Option<BookingKey>,
        session: Option<SessionKey>,
    ) -> Result<String> {
        let (mut name, mut subject, mut at) = (String::new(), String::new(), None);
        if let Some(Deed::RequestBooking { tutor, subject: wanted, start_at, .. }) = row.deed() {
            let asked = match self.cache_of(row.sign_in) {
                Some(cache) => cache.person(tutor).await?,
                None => None,
            };
            (name, subject, at) =
                (asked.map(|person| person.name).unwrap_or_default(), wanted, Some(start_at));
        }
        if let Some(key) = booking
            && let Some(booking) = self.booking(key).await?
        {
            name.clone_from(&booking.other().name);
            (subject, at) = (booking.subject, Some(booking.start));
        }
        if let Some(key) = session
            && let Some((session, ..)) = self.readings().await?.session(key).await?
        {
            name = session.person_name().unwrap_or(&session.title).to_owned();
            (subject, at) = (session.subject.unwrap_or_default(), Some(session.start));
        }
        let when = at.map(|at| self.said_when(at)).unwrap_or_default();
        let sentence = format!("waiting-{}", row.function.replace('_', "-"));
        Ok(say(&sentence, &[("name", name.into()), ("subject", subject.into()), ("when", when.into())]))
    }

    /// "Tue 1 Dec, 16:00", in the zone in which times are shown.
    pub(super) fn said_when(&self, at: DateTime<Utc>) -> String {
        let zone = self.zone();
        let day = at.with_timezone(&zone).format("%a %-d %b");
        let time = crate::wall_clock::time_of_day(at, zone, self.memory.settings().hours());
        format!("{day}, {time}")
    }
}

/// Why it waits, or was refused.
fn why(row: &Waiting, sign_in: &SignIn) -> String {
    let name = match (&row.refusal, row.class) {
        (Some(refusal), _) => sentence_of_write(&refusal.code),
        (None, Some(Class::SignInAgain)) => "waits-for-sign-in",
        (None, Some(Class::NeedsUpdate)) => "waits-for-update",
        (None, Some(Class::SetAside)) => "waits-set-aside",
        (None, Some(Class::Transient)) => "waits-for-school",
        (None, Some(Class::Network)) => "waits-for-network",
        (None, None) => "waits-to-be-sent",
    };
    say(name, &[("school", sign_in.school.clone().into())])
}
