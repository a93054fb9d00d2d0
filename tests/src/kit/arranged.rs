//! What was there before a story begins: settings and sessions, written through the core while no app runs.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use firstbell_core::app;
use firstbell_core::clock::{Clock, SystemClock};
use firstbell_core::data_folder::DataFolder;
use firstbell_core::desktop::{NotOpened, Opener};
use firstbell_core::draft::Draft;
use firstbell_core::id::SessionKey;
use firstbell_core::join::JoinUrl;
use firstbell_core::settings::Settings;
use firstbell_core::store::{Migrate, Store};
use firstbell_core::zone::Zone;

use super::calendar::{self, Lesson};
use super::desktop::Desktop;
use super::people::{Person, tutor_ada};

/// The core over a desktop's data folder. Let go of it before an app starts.
pub struct Arranged {
    core: app::App,
    store: Store,
    zone: Zone,
}

impl Desktop {
    /// The data folder as a settled person has it: the first run is over.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn settled(&self) -> Result<()> {
        self.settings(|settings| settings).await
    }

    /// Changes settings. The first run is over.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn settings(&self, change: impl FnOnce(Settings) -> Settings) -> Result<()> {
        let arranged = self.arrange().await?;
        let now = arranged.core.settings().await?;
        arranged.core.save_settings(change(Settings { first_run_done: true, ..now })).await?;
        arranged.done().await;
        Ok(())
    }

    /// The core, for what no calendar file can say.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub async fn arrange(&self) -> Result<Arranged> {
        self.arrange_by(SystemClock).await
    }

    /// The core as it was at that time: what it writes was written then.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub async fn arrange_at(&self, then: DateTime<Utc>) -> Result<Arranged> {
        self.arrange_by(Then(then)).await
    }

    async fn arrange_by(&self, clock: impl Clock) -> Result<Arranged> {
        let folder = DataFolder::open(&self.data_dir()).map_err(|error| anyhow::anyhow!(error.sentence()))?;
        let store = Store::open(&folder.database(), Migrate::Yes).await?;
        let core = app::App::new(store.clone(), Arc::new(clock), Arc::new(Nothing));
        Ok(Arranged { core, store, zone: self.zone() })
    }

    /// Brings lessons in with `bell import`, while an app runs or not.
    ///
    /// # Errors
    /// When `bell` refuses them.
    pub async fn import(&self, lessons: &[Lesson]) -> Result<()> {
        let file = self.home().join(format!("{}.ics", uuid::Uuid::new_v4().simple()));
        calendar::write(&file, lessons)?;
        let output = self.bell(&["import", file.to_str().context("a plain path")?]).await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "bell import: {errors}");
        Ok(())
    }

    /// What `bell agenda --json` tells of the days around now.
    ///
    /// # Errors
    /// When `bell` cannot read the store.
    pub async fn agenda(&self) -> Result<Vec<serde_json::Value>> {
        let day = |days: i64| (Utc::now() + chrono::Duration::days(days)).date_naive().to_string();
        let (from, to) = (day(-9), day(30));
        let output = self.bell(&["agenda", "--json", "--from", &from, "--to", &to]).await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "bell agenda: {errors}");
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

impl Arranged {
    /// The core itself.
    #[must_use]
    pub fn core(&self) -> &app::App {
        &self.core
    }

    /// The store itself.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Adds a session with a person. The draft can be changed on its way.
    ///
    /// # Errors
    /// When the draft has a fault or the store cannot be written.
    pub async fn add(
        &self,
        person: Person,
        subject: &str,
        starts: DateTime<Utc>,
        change: impl FnOnce(Draft) -> Draft,
    ) -> Result<SessionKey> {
        let local = starts.with_timezone(&self.zone);
        let elsewhere = person.zone != tutor_ada().zone;
        let draft = Draft {
            person_id: None,
            person: person.name.split(' ').next().unwrap_or_default().to_owned(),
            person_zone: elsewhere.then(|| person.zone.to_owned()),
            subject: subject.to_owned(),
            date: local.date_naive().to_string(),
            time: local.format("%H:%M").to_string(),
            minutes: 60,
            zone: self.zone.name().to_owned(),
            link: calendar::MEET_LINK.to_owned(),
            place: String::new(),
            repeat_weeks: 1,
            homework: String::new(),
        };
        let answer = self.core.add_session(&change(draft)).await?;
        answer.map_err(|faults| anyhow::anyhow!("a draft with faults: {faults:?}"))
    }

    /// Closes the store.
    pub async fn done(self) {
        self.store.close().await;
    }
}

/// A clock that stands.
struct Then(DateTime<Utc>);

impl Clock for Then {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// Nothing is opened while a story is arranged.
struct Nothing;

impl Opener for Nothing {
    fn open(&self, _: &JoinUrl) -> Result<(), NotOpened> {
        Err(NotOpened)
    }
}
