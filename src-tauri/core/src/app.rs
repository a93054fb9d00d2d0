//! What a host may ask for. One [`App`] owns the store and the channels; the window's shell and `bell`
//! are thin hosts over it. Every write tells the listeners and wakes the bell.
//!
//! Whatever is asked can fail with what the store says ([`Error::Store`]); only other errors are named where they
//! come from.

mod agenda;
mod caches;
pub mod course_asks;
mod deeds;
mod free_slots;
pub mod getting_in;
mod import;
mod in_step;
mod join;
mod left;
mod network;
mod news;
pub mod open;
mod own_link;
mod people;
mod press;
mod replaced;
mod requests;
mod rings;
pub mod school_asks;
pub mod schools;
mod sessions;
mod signed_in;
mod strip;
pub mod tasks;
mod waiting;
pub mod zones;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::{broadcast, mpsc};

pub use agenda::Page;
pub use caches::Opens;
pub use deeds::Became;
pub use import::{Asked, ImportId, ImportResult, Preview, PreviewSeries, SeriesState};
pub use in_step::Heard;
pub use people::PersonPage;
pub use press::Opened;
pub use requests::{AskableAt, Reply, Request, Wish};
pub use rings::LastRing;
pub use sessions::{Scope, SessionPage};
pub use waiting::WaitingLine;

use crate::{
    change::{Cause, Change, Topic},
    clock::{Clock, computer_zone},
    desktop::{Notifier, Opener},
    error::Error,
    id::{SessionId, SessionKey, WorkspaceId},
    reminder::{Bell, SharedMemory, Signal, wait::Wait},
    secret::Secrets,
    settings::Settings,
    state_table::Role,
    store::{Store, Write, device::settings},
    strip::Kept,
    workspace::{Local, Workspaces},
    zone::Zone,
};

/// The result of asking for something.
pub type Result<T> = std::result::Result<T, Error>;

/// How many changes a listener may be behind before it has to load everything.
const CHANGES: usize = 64;

/// What a host may ask for.
pub struct App {
    /// What belongs to this device, and the sessions of this computer.
    store: Store,
    workspaces: Workspaces,
    clock: Arc<dyn Clock>,
    opener: Arc<dyn Opener>,
    changes: broadcast::Sender<Change>,
    bell: Mutex<Option<mpsc::UnboundedSender<Signal>>>,
    memory: SharedMemory,
    previews: Mutex<Vec<import::Held>>,
    presses: press::Presses,
    /// What the strip last read.
    kept: Mutex<Kept>,
    getting_in: getting_in::GettingIn,
    schools: schools::Schools,
    caches: caches::Caches,
    in_step: in_step::InStep,
}

impl App {
    /// An app over an open store. Nothing runs beside it yet ([`tasks`]).
    pub fn new(store: Store, clock: Arc<dyn Clock>, opener: Arc<dyn Opener>) -> Self {
        let workspaces = Workspaces::new(vec![Local::this_computer(store.clone())]);
        Self::over(store, workspaces, clock, opener)
    }

    /// An app over these workspaces. `device` is the store of this device, and of the sessions of this computer.
    pub fn over(
        device: Store,
        workspaces: Workspaces,
        clock: Arc<dyn Clock>,
        opener: Arc<dyn Opener>,
    ) -> Self {
        Self {
            store: device,
            workspaces,
            clock,
            opener,
            changes: broadcast::channel(CHANGES).0,
            bell: Mutex::default(),
            memory: SharedMemory::default(),
            previews: Mutex::default(),
            presses: press::Presses::default(),
            kept: Mutex::default(),
            getting_in: getting_in::GettingIn::default(),
            schools: schools::Schools::new(Secrets::None, std::path::PathBuf::new()),
            caches: caches::Caches::default(),
            in_step: in_step::InStep::default(),
        }
    }

    /// What the person has chosen.
    pub async fn settings(&self) -> Result<Settings> {
        Ok(settings::load(&mut *self.store.read().await?).await?)
    }

    /// Keeps what the person has chosen.
    pub async fn save_settings(&self, settings: Settings) -> Result<()> {
        let mut tx = self.store.write().await?;
        settings::save(&mut tx, &settings).await?;
        self.commit(tx, &[Topic::Settings]).await
    }

    /// The wall clock (UTC).
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The zone in which times are shown.
    #[must_use]
    pub fn zone(&self) -> Zone {
        computer_zone()
    }

    /// What this app shares with its bell.
    #[must_use]
    pub fn memory(&self) -> &SharedMemory {
        &self.memory
    }

    /// A bell over this app's store. It has the turn from now on; whichever had it before rings nothing more.
    pub fn bell<N: Notifier, C: Clock, W: Wait>(&self, notifier: Arc<N>, clock: C, wait: W) -> Bell<N, C, W> {
        let memory = Arc::clone(&self.memory);
        Bell::new(
            self.store.clone(),
            self.workspaces.clone(),
            notifier,
            clock,
            wait,
            self.changes.clone(),
            memory,
        )
    }

    /// Where the bell of this app hears that it is to look. Whoever asked before hears nothing more.
    pub fn signals(&self) -> mpsc::UnboundedReceiver<Signal> {
        let (sends, heard) = mpsc::unbounded_channel();
        *self.bell.lock().unwrap_or_else(PoisonError::into_inner) = Some(sends);
        heard
    }

    /// No bell of this app is needed any more: the one that listens ends.
    fn end_signals(&self) {
        *self.bell.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The bell looks at once, if there is one: the computer woke, or something was changed.
    pub fn wake_bell(&self) {
        if let Some(bell) = &*self.bell.lock().unwrap_or_else(PoisonError::into_inner) {
            // Nobody rings in a host without a bell.
            let _ = bell.send(Signal::Look);
        }
    }

    /// From now on this app is over what `store` has opened.
    pub fn reopen_as(&self, store: &Store) {
        self.store.reopen_as(store);
        self.noticed_another_host();
    }

    /// A listener to changes. One that lags behind is told so and reloads.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Somebody else has written: the bell looks, and the listeners reload.
    pub fn noticed_another_host(&self) {
        self.tell(Cause::AnotherHost, &Topic::STORED);
    }

    /// The id of a session that is decided here.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is decided elsewhere.
    fn decided_here(key: SessionKey) -> Result<SessionId> {
        if key.workspace == WorkspaceId::ThisComputer { Ok(key.id) } else { Err(Error::NotFound) }
    }

    /// As whom the person acts on this computer.
    fn role(&self) -> Role {
        self.workspaces.of(WorkspaceId::ThisComputer).map_or(Role::Owner, |here| here.role())
    }

    /// Keeps a transaction, then tells everybody what it has changed.
    async fn commit(&self, tx: Write, topics: &[Topic]) -> Result<()> {
        tx.commit().await?;
        self.tell(Cause::ThisWindow, topics);
        Ok(())
    }

    fn tell(&self, cause: Cause, topics: &[Topic]) {
        for topic in topics {
            // Nobody listens in a host without a window.
            let _ = self.changes.send(Change::here(cause, *topic));
        }
        self.wake_bell();
    }
}
