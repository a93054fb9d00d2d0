//! A school's cache: what it has told one sign-in, in a file of its own. Its rows lie there as they came, and beside them
//! what they mean, in the shapes of this computer's own tables, so that a workspace reads both with the same statements
//! (`docs/adr/0022`). A page is stored with the cursor of the next one, or not at all.
//!
//! Nothing that is read goes before everything that stands in its place has come: a pull that begins afresh fills a copy of
//! its own, and its last page changes over to it.

pub mod bookings;
mod keep;
pub mod opened;
pub mod outbox;
mod project;
mod rows;
mod shown;
mod state;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use uuid::Uuid;

use self::keep::Keep;
pub use self::{keep::Kinds, shown::Left, state::PullState};
use super::{Migrate, OpenError, Result, Store, StoreError, open::Shape};
use crate::{
    join::JoinRules,
    outbox::{State, rows_told},
    pulled::{Page, Row},
};

/// Which fields of a school's rows this client reads, counted up whenever one is added: what was pulled by a client that
/// read fewer is pulled once more, since nothing else would bring what had not changed.
pub const READ_FIELDS: i64 = 1;

/// Why a page was not kept. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// The rows are another account's than those that are here, or than the sign-in's.
    #[error("the page is another account's")]
    AnotherAccount,
    /// The school was restored and has not said that it begins afresh: whoever pulls forgets the cursor.
    #[error("the page is from another epoch")]
    AnotherEpoch,
    /// Somebody else has stored a page meanwhile: whoever pulls goes on from there.
    #[error("the page was asked for with a cursor that is not the last one any more")]
    Overtaken,
    /// What SQLite says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for NotKept {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a school has told one sign-in.
#[derive(Clone, Debug)]
pub struct Cache {
    store: Store,
}

impl Cache {
    /// The file of a sign-in in a data folder.
    #[must_use]
    pub fn path(folder: &Path, sign_in: Uuid) -> PathBuf {
        folder.join(format!("school-{sign_in}.sqlite3"))
    }

    /// Opens the cache of a sign-in, for the owner of the data folder: the file is made, or brought up to date. What was
    /// pulled by a client that read fewer fields is marked to be pulled once more; what was read by other rules is read
    /// again.
    ///
    /// # Errors
    /// [`OpenError`]. A damaged file is kept aside; the next call begins with an empty one.
    pub async fn open(
        folder: &Path,
        sign_in: Uuid,
        now: DateTime<Utc>,
    ) -> std::result::Result<Self, OpenError> {
        let store = Store::open_as(Shape::School, &Self::path(folder, sign_in), Migrate::Yes).await?;
        let cache = Self { store };
        cache.look_after(now).await?;
        Ok(cache)
    }

    /// Opens it for somebody who comes beside the owner, and only reads.
    ///
    /// # Errors
    /// [`OpenError`]: [`OpenError::Missing`] where nothing was ever pulled.
    pub async fn open_beside(folder: &Path, sign_in: Uuid) -> std::result::Result<Self, OpenError> {
        let store = Store::open_as(Shape::School, &Self::path(folder, sign_in), Migrate::No).await?;
        Ok(Self { store })
    }

    /// Opens only to be read what cannot be opened as it should be, whatever newer First Bell has written it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_to_read(folder: &Path, sign_in: Uuid) -> std::result::Result<Self, OpenError> {
        let store = Store::open_to_read_as(Shape::School, &Self::path(folder, sign_in)).await?;
        Ok(Self { store })
    }

    /// Deletes the cache of a sign-in, with its log. Whoever has it open has closed it before.
    ///
    /// # Errors
    /// What the disk says. What is left then can be wiped again.
    pub fn wipe(folder: &Path, sign_in: Uuid) -> std::io::Result<()> {
        let path = Self::path(folder, sign_in);
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_os_string();
            name.push(suffix);
            match std::fs::remove_file(&name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Its sessions, as [`crate::workspace::Local`] reads them.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// How far pulling has come.
    pub async fn state(&self) -> Result<PullState> {
        Ok(state::get(&mut *self.store.read().await?).await?.unwrap_or_else(beginning))
    }

    /// The numbers of the school's join rule; the usual ones as long as they are not known.
    pub async fn rules(&self) -> Result<JoinRules> {
        Ok(self.rows("school_settings").await?.first().map_or(JoinRules::DEFAULT, rules))
    }

    /// The rows of a table (one of [`crate::pulled::TABLES`]) as the school gave them, by id: of the copy that is read.
    pub async fn rows(&self, table: &str) -> Result<Vec<Row>> {
        let mut conn = self.store.read().await?;
        let shown = state::get(&mut conn).await?.unwrap_or_else(beginning).shown;
        rows::of_table(&mut conn, shown, table).await
    }

    /// The sessions that were here and left at or after `since` (UTC), the last ones first.
    pub async fn left(&self, since: DateTime<Utc>) -> Result<Vec<Left>> {
        shown::left(&mut *self.store.read().await?, since).await
    }

    /// Keeps a page that was asked for with the cursor `asked` by the sign-in of `account`: its rows, what they mean, and the
    /// next cursor, or nothing. `now` is this computer's clock (UTC).
    ///
    /// # Errors
    /// [`NotKept`].
    pub async fn keep(
        &self,
        asked: Option<&str>,
        account: Uuid,
        page: &Page,
        now: DateTime<Utc>,
    ) -> std::result::Result<Kinds, NotKept> {
        let mut tx = self.store.write().await?;
        let mut state = state::get(&mut tx).await?.unwrap_or_else(beginning);
        let is_ours = |other: Option<Uuid>| other.is_none_or(|other| other == account);
        if !is_ours(page.account) || !is_ours(state.account) {
            return Err(NotKept::AnotherAccount);
        }
        if state.cursor.as_deref() != asked {
            return Err(NotKept::Overtaken);
        }
        let is_afresh = page.is_afresh || asked.is_none();
        let has_other_epoch = page.epoch.is_some() && state.epoch.is_some() && page.epoch != state.epoch;
        if has_other_epoch && !is_afresh {
            return Err(NotKept::AnotherEpoch);
        }
        let kinds = Keep { conn: &mut tx, account, now }.page(&mut state, page, is_afresh).await?;
        state.account = Some(account);
        state.epoch = page.epoch.clone().or(if is_afresh { None } else { state.epoch });
        state.cursor = Some(page.cursor.clone());
        state.is_under_way = page.has_more;
        state.to_come = page.to_come.filter(|_| page.has_more);
        state.schema = page.schema.or(state.schema);
        state::put(&mut tx, &state).await?;
        tx.commit().await?;
        Ok(kinds)
    }

    /// Forgets where pulling stood: the next page is asked for from the beginning. What is read stays until then.
    pub async fn begin_afresh(&self) -> Result<()> {
        let mut tx = self.store.write().await?;
        let state = state::get(&mut tx).await?.unwrap_or_else(beginning);
        state::put(&mut tx, &PullState { cursor: None, is_under_way: false, to_come: None, ..state }).await?;
        tx.commit().await
    }

    /// Books the answer of a write: the rows that it tells are among those that are read, its children know what they need,
    /// and it is done. All of it or nothing. `now` is this computer's clock (UTC).
    ///
    /// # Errors
    /// What SQLite says. The answer stays stored, and can be booked again.
    pub async fn book(&self, id: Uuid, now: DateTime<Utc>) -> Result<Kinds> {
        let mut tx = self.store.write().await?;
        let mut kinds = Kinds::default();
        if let Some(row) = outbox::get(&mut tx, id).await?
            && row.state == State::Answered
        {
            let told = rows_told(row.answer.as_ref().unwrap_or(&Value::Null));
            let state = state::get(&mut tx).await?;
            // What another account was told is not among the rows of this one.
            if let Some(state) = state.filter(|state| state.account == Some(row.account)) {
                let mut keep = Keep { conn: &mut tx, account: row.account, now };
                kinds = keep.answer(&state, &told).await?;
            }
            outbox::booked(&mut tx, id).await?;
        }
        tx.commit().await?;
        Ok(kinds)
    }

    async fn look_after(&self, now: DateTime<Utc>) -> Result<()> {
        let Some(mut state) = state::get(&mut *self.store.read().await?).await? else { return Ok(()) };
        let reads_all = state.read_fields == READ_FIELDS;
        if reads_all && state.projected == project::RULES {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        if !reads_all {
            (state.cursor, state.is_under_way, state.to_come) = (None, false, None);
            state.read_fields = READ_FIELDS;
        }
        if let Some(account) = state.account {
            Keep { conn: &mut tx, account, now }.show_all(&state).await?;
        }
        state.projected = project::RULES;
        state::put(&mut tx, &state).await?;
        tx.commit().await
    }
}

/// Where pulling stands in a file that is new.
fn beginning() -> PullState {
    PullState { shown: 1, read_fields: READ_FIELDS, projected: project::RULES, ..PullState::default() }
}

/// The numbers of the join rule in a row of `school_settings`; the usual one where one is not there.
#[must_use]
pub fn rules(settings: &Row) -> JoinRules {
    let minutes = |name: &str, usual: Duration| {
        settings
            .get(name)
            .and_then(Value::as_i64)
            .filter(|minutes| (0..=1440).contains(minutes))
            .map_or(usual, Duration::minutes)
    };
    let usual = JoinRules::DEFAULT;
    JoinRules {
        lead: minutes("join_lead_minutes", usual.lead),
        after_end: minutes("join_after_end_minutes", usual.after_end),
        ..usual
    }
}
