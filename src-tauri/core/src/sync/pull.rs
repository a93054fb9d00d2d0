//! One pass of pulling: page after page, each stored with its cursor, until there is no more. It can be ended anywhere, and
//! the next one goes on from the last page that was stored.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::page_size::PageSize;
use crate::{
    clock::Clock,
    pulled::Page,
    school::{fault::Fault, supabase::keeper::KeeperFault},
    store::{
        StoreError,
        cache::{Cache, Kinds, NotKept, PullState},
    },
};

/// Where pages come from.
pub trait Pages: Send + Sync {
    /// What has changed since `cursor`, everything if there is none: at most `limit` rows.
    ///
    /// # Errors
    /// [`NoPage`].
    fn page(&self, cursor: Option<&str>, limit: usize) -> impl Future<Output = Result<Page, NoPage>> + Send;
}

/// Why a page has not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPage {
    /// So many rows were too much for the time that the school gives.
    TooMuch,
    /// The school does not take the cursor.
    CursorRefused,
    /// The school says no: its code.
    Refused(String),
    /// The school could not be asked, or has not answered.
    Fault(Fault),
    /// There is no token to ask with.
    NoToken(KeeperFault),
}

/// Why a pass has not come to its end. All pages before stay stored.
#[derive(Debug, thiserror::Error)]
pub enum SyncFault {
    /// The school could not be asked, or has not answered.
    #[error("the school could not be asked: {0:?}")]
    School(Fault),
    /// The school says no: its code.
    #[error("the school refuses: {0}")]
    Refused(String),
    /// There is no token to ask with: the keeper says what is the matter with the sign-in.
    #[error("there is no token: {0:?}")]
    NoToken(KeeperFault),
    /// The school answers for another account than the sign-in's. Nothing of it is stored.
    #[error("the school answers for another account")]
    AnotherAccount,
    /// What came could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far a pass is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many rows have come in this pass.
    pub done: usize,
    /// How many are still to come, as far as the school has counted.
    pub to_come: Option<u64>,
    /// What the last page has changed of what is read.
    pub kinds: Kinds,
}

/// What a pass has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// How many pages were stored: the requests, where none failed.
    pub pages: usize,
    /// How many rows came.
    pub rows: usize,
    /// How many rows could not be read and were left out.
    pub unreadable: usize,
    /// What has changed of what is read.
    pub kinds: Kinds,
    /// It was asked to stop between two pages, and goes on next time.
    pub was_stopped: bool,
}

/// Pulls what one sign-in's school has changed.
pub struct Pull<P> {
    pages: P,
    cache: Cache,
    account: Uuid,
    clock: Arc<dyn Clock>,
    size: Mutex<PageSize>,
}

/// How often one pass begins afresh because the school does not take its cursor. More would be a school that takes none.
const FRESH_BEGINNINGS: usize = 2;

impl<P: Pages> Pull<P> {
    /// Pulls by `pages` into `cache`, for the sign-in of this account. Nothing is asked yet.
    #[must_use]
    pub fn new(pages: P, cache: Cache, account: Uuid, clock: Arc<dyn Clock>) -> Self {
        Self { pages, cache, account, clock, size: Mutex::default() }
    }

    /// Where pages come from.
    #[must_use]
    pub const fn pages(&self) -> &P {
        &self.pages
    }

    /// The cache that is filled.
    #[must_use]
    pub const fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Asks until there is no more; after a pass that was under way, once more for what came since it began. `goes_on` is
    /// asked between pages, `tell` is told after each.
    ///
    /// # Errors
    /// [`SyncFault`]. What was stored stays, and the next pass goes on from there.
    pub async fn pass(
        &self,
        goes_on: impl Fn() -> bool + Send,
        mut tell: impl FnMut(Progress) + Send,
    ) -> Result<Passed, SyncFault> {
        let mut passed = Passed::default();
        let mut state = self.cache.state().await?;
        self.size().begin(state.has_all && state.cursor.is_some());
        let mut passes_left = if state.is_under_way { 2 } else { 1 };
        let mut beginnings_left = FRESH_BEGINNINGS;
        loop {
            if !goes_on() {
                return Ok(Passed { was_stopped: true, ..passed });
            }
            let page = match self.page(&state).await {
                Ok(page) => page,
                Err(NoPage::CursorRefused) if state.cursor.is_some() && beginnings_left > 0 => {
                    beginnings_left -= 1;
                    self.cache.begin_afresh().await?;
                    state = self.cache.state().await?;
                    continue;
                }
                Err(no_page) => return Err(no_page.into()),
            };
            match self.cache.keep(state.cursor.as_deref(), self.account, &page, self.clock.now()).await {
                Ok(kinds) => {
                    passed.pages += 1;
                    passed.rows += page.changes.len();
                    passed.unreadable += page.unreadable;
                    passed.kinds = passed.kinds.and(kinds);
                    let to_come = page.to_come.filter(|_| page.has_more);
                    tell(Progress { done: passed.rows, to_come, kinds });
                    passes_left -= usize::from(!page.has_more);
                }
                Err(NotKept::AnotherEpoch) if beginnings_left > 0 => {
                    beginnings_left -= 1;
                    self.cache.begin_afresh().await?;
                }
                Err(NotKept::Overtaken) => {}
                Err(NotKept::AnotherEpoch) => return Err(SyncFault::School(Fault::Silent)),
                Err(NotKept::AnotherAccount) => return Err(SyncFault::AnotherAccount),
                Err(NotKept::Store(error)) => return Err(error.into()),
            }
            if passes_left == 0 {
                if passed.unreadable > 0 {
                    tracing::warn!(rows = passed.unreadable, "rows of a school could not be read");
                }
                return Ok(passed);
            }
            state = self.cache.state().await?;
        }
    }

    /// The next page: with fewer rows, where so many are too much.
    async fn page(&self, state: &PullState) -> Result<Page, NoPage> {
        loop {
            let rows = self.size().rows();
            match self.pages.page(state.cursor.as_deref(), rows).await {
                Ok(page) => {
                    self.size().came();
                    return Ok(page);
                }
                Err(NoPage::TooMuch) if self.size().is_too_much() => {}
                // An answer that breaks off may be too large, and then fewer rows come next time. It may as well be a
                // school that is down, which is not asked again at once.
                Err(NoPage::Fault(Fault::Silent)) => {
                    self.size().may_be_too_much();
                    return Err(NoPage::Fault(Fault::Silent));
                }
                Err(other) => return Err(other),
            }
        }
    }

    fn size(&self) -> std::sync::MutexGuard<'_, PageSize> {
        self.size.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<NoPage> for SyncFault {
    fn from(no_page: NoPage) -> Self {
        match no_page {
            NoPage::TooMuch => Self::School(Fault::Silent),
            NoPage::CursorRefused => Self::Refused("bad_input".to_owned()),
            NoPage::Refused(code) => Self::Refused(code),
            NoPage::Fault(fault) => Self::School(fault),
            NoPage::NoToken(fault) => Self::NoToken(fault),
        }
    }
}
