//! Playing a scenario.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use firstbell_core::{
    error::Error,
    id::SessionKey,
    reminder::{Signal, plan},
    settings::{Hours, Settings},
    store::{Migrate, OpenError, Store, StoreError, device::settings},
    zone::{BadTable, Table},
};
use serde::Serialize;
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::{
    apps::Apps,
    files::Files,
    meanwhile::{self, Done},
    scenario::{Action, Disk, Kill, OtherTable, Scenario},
    world::World,
};

/// More looks than this without any time passing are a bell that never waits.
const MOST_LOOKS_AT_ONCE: u32 = 50;

/// What a scenario came to.
#[derive(Debug, Default)]
pub struct Report {
    /// What rang, in order.
    pub rings: Vec<Rung>,
    /// When the app died.
    pub deaths: Vec<Death>,
    /// What the app refused to do.
    pub refused: Vec<Refused>,
    /// When somebody else did something in the middle of a ring.
    pub meanwhile: Vec<Meanwhile>,
}

/// One ring of one session, as it is printed.
#[derive(Clone, Debug, Serialize)]
pub struct Rung {
    /// What the scenario calls it.
    pub session: String,
    /// The kind of the reminder.
    pub kind: &'static str,
    /// 1 is the first ring.
    pub ring: i64,
    /// When it was due (RFC 3339, UTC).
    pub due: String,
    /// When it rang (RFC 3339, UTC), by the fake clock.
    pub rung_at: String,
    /// The difference.
    pub late_by_ms: i64,
    /// The title, and the body in lines of its own.
    pub words: String,
    /// How many sessions this one notification was for, if for more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<usize>,
    /// The index of the step in which it rang; none while the app started before the first.
    #[serde(skip)]
    pub step: Option<usize>,
    /// How long the computer had been awake, in milliseconds.
    #[serde(skip)]
    pub awake_ms: i64,
}

/// The app died.
#[derive(Clone, Copy, Debug)]
pub struct Death {
    /// In which step; none while the app started before the first.
    pub step: Option<usize>,
    /// How long the computer had been awake, in milliseconds.
    pub awake_ms: i64,
    /// Between which steps of a ring, or at a plain moment.
    pub kill: Kill,
}

/// Somebody else has done what the last step of that kind has asked for.
#[derive(Clone, Copy, Debug)]
pub struct Meanwhile {
    /// In which step; none while the app started before the first.
    pub step: Option<usize>,
    /// How long the computer had been awake, in milliseconds.
    pub awake_ms: i64,
}

/// The app refused what a step asked for.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Where it stands in the scenario.
    pub place: String,
    /// In which step; none for a session of the beginning.
    pub step: Option<usize>,
    /// The app's sentence.
    pub sentence: String,
}

/// Why a scenario could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The folder for the database.
    #[error("the folder for the database: {0}")]
    Folder(#[from] std::io::Error),
    /// The database did not open.
    #[error("the database: {0}")]
    Open(#[from] OpenError),
    /// The database failed.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// The sessions could not be put right by another table of zones.
    #[error("the table of zones: {0}")]
    PutRight(#[from] Error),
    /// A table of zones cannot be made.
    #[error("the table of zones: {0}")]
    Table(#[from] BadTable),
    /// The bell stopped by itself.
    #[error("the bell stopped by itself: {0}")]
    BellStopped(String),
    /// The bell looks and looks and does not wait.
    #[error("the bell looks again and again without waiting")]
    NeverWaits,
}

type Result<T> = std::result::Result<T, PlayError>;

/// A database that has been migrated once, to be copied for each scenario.
#[derive(Debug)]
pub struct Template {
    folder: TempDir,
}

impl Template {
    /// Makes one, in memory where the system has such a folder.
    ///
    /// # Errors
    /// What the file system or SQLite says.
    pub async fn new() -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }?;
        let template = Self { folder };
        let store = Store::open(&template.file(), Migrate::Yes).await?;
        let mut tx = store.write().await?;
        // The words shall not depend on the computer's language.
        let chosen = Settings { hour_clock: Hours::TwentyFour, ..Settings::default() };
        settings::save(&mut tx, &chosen).await?;
        tx.commit().await?;
        store.close().await;
        Ok(template)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("template.sqlite3")
    }

    /// Plays a scenario in a database of its own.
    ///
    /// # Errors
    /// See [`PlayError`].
    pub async fn play(&self, scenario: &Scenario) -> Result<Report> {
        let folder = tempfile::tempdir_in(self.folder.path())?;
        let files = Files::in_folder(folder.path());
        for file in [&files.here, &files.school] {
            std::fs::copy(self.file(), file)?;
        }
        let mut player = Player {
            files,
            meanwhile: Done::default(),
            world: World::new(scenario.now),
            ids: BTreeMap::new(),
            table: Table::ours(),
            disk: Disk::Well,
            process: None,
            step: None,
            report: Report::default(),
        };
        for (index, session) in scenario.sessions.iter().enumerate() {
            player.edit(&format!("sessions[{index}]"), &Action::Add(Box::new(session.clone()))).await?;
        }
        if scenario.running {
            player.start().await?;
        }
        for (index, step) in scenario.script.iter().enumerate() {
            player.step = Some(index);
            player.act(&step.place, &step.action).await?;
        }
        player.stop().await?;
        Ok(player.report)
    }
}

struct Player {
    files: Files,
    /// What somebody else has done in the middle of a ring, and is not told of yet.
    meanwhile: Done,
    world: World,
    ids: BTreeMap<String, SessionKey>,
    /// By which the app that is there puts sessions right.
    table: &'static Table,
    disk: Disk,
    process: Option<Process>,
    step: Option<usize>,
    report: Report,
}

/// The app while it runs.
struct Process {
    apps: Apps,
    to_bell: mpsc::UnboundedSender<Signal>,
    bell: JoinHandle<()>,
    waits: watch::Receiver<u64>,
    dying: watch::Receiver<bool>,
    armed: Option<Kill>,
}

impl Player {
    async fn act(&mut self, place: &str, action: &Action) -> Result<()> {
        match action {
            Action::Run(time) => self.run(time.num_milliseconds()).await,
            Action::Sleep(time) | Action::StepClock(time) => {
                self.world.shift_clock(*time);
                Ok(())
            }
            Action::Move { .. } | Action::Cancel(_) | Action::Add(_) => self.edit(place, action).await,
            Action::Start => self.start().await,
            Action::Stop => self.stop().await,
            Action::Restart => {
                self.stop().await?;
                self.start().await
            }
            Action::Meanwhile(action) => {
                if self.process.is_some() && self.disk == Disk::Well {
                    let does =
                        meanwhile::at_a_ring(&self.files, &self.world, &self.ids, action, &self.meanwhile);
                    self.world.meanwhile(Some(does));
                }
                Ok(())
            }
            Action::Disk(disk) => self.disk_is(*disk).await,
            Action::Table(other) => {
                self.stop().await?;
                self.table = table(other)?;
                self.start().await
            }
            Action::Kill(Kill::Now) => {
                if self.process.is_some() {
                    self.die(Kill::Now).await;
                }
                Ok(())
            }
            Action::Kill(kill) => {
                if let Some(process) = &mut self.process {
                    process.armed = Some(*kill);
                    self.world.arm(*kill);
                }
                Ok(())
            }
        }
    }

    async fn start(&mut self) -> Result<()> {
        if self.process.is_some() {
            return Ok(());
        }
        self.world.new_process();
        let stores = self.files.open(self.disk, self.table, &self.world).await?;
        let (to_bell, signals) = mpsc::unbounded_channel();
        let apps = Apps::over(stores, &self.world);
        let bell = apps.bell(&self.world);
        let mut waits = self.world.waits();
        waits.mark_unchanged();
        let dying = self.world.dying();
        let bell = tokio::spawn(bell.run(signals));
        self.process = Some(Process { apps, to_bell, bell, waits, dying, armed: None });
        self.until_it_waits().await
    }

    /// Something happens to the disk. The app that runs finds its store as the disk lets it.
    async fn disk_is(&mut self, disk: Disk) -> Result<()> {
        self.disk = disk;
        self.world.meanwhile(None);
        let stores = self.files.open(disk, self.table, &self.world).await?;
        let Some(process) = &mut self.process else { return Ok(()) };
        process.apps.reopen_as(&stores);
        process.waits.mark_unchanged();
        let _ = process.to_bell.send(Signal::Look);
        self.until_it_waits().await
    }

    async fn stop(&mut self) -> Result<()> {
        let Some(process) = self.process.take() else { return Ok(()) };
        drop(process.to_bell);
        process.bell.await.map_err(|error| PlayError::BellStopped(error.to_string()))?;
        process.apps.close().await;
        Ok(())
    }

    async fn die(&mut self, kill: Kill) {
        let Some(process) = self.process.take() else { return };
        process.bell.abort();
        // An aborted task ends with an error that says so.
        let _ = process.bell.await;
        // What is committed is committed; closing keeps no more than a death does.
        process.apps.close().await;
        self.report.deaths.push(Death { step: self.step, awake_ms: self.world.awake(), kill });
    }

    /// Time passes; whenever the bell's timer goes off, it looks.
    async fn run(&mut self, ms: i64) -> Result<()> {
        let end = self.world.awake() + ms;
        while self.process.is_some() {
            let next = self.world.wakes_at();
            if next > end {
                break;
            }
            self.world.pass(next - self.world.awake());
            self.until_it_waits().await?;
        }
        self.world.pass(end - self.world.awake());
        Ok(())
    }

    /// Lets the bell look until it waits for time to pass, or dies on the way.
    async fn until_it_waits(&mut self) -> Result<()> {
        for _ in 0..MOST_LOOKS_AT_ONCE {
            let Some(process) = &mut self.process else { return Ok(()) };
            let dies = tokio::select! {
                biased;
                _ = process.dying.wait_for(|dying| *dying) => true,
                ended = &mut process.bell => {
                    let how = ended.err().map_or_else(|| "it returned".to_owned(), |error| error.to_string());
                    return Err(PlayError::BellStopped(how));
                }
                _ = process.waits.changed() => false,
            };
            self.take_down_rings();
            self.take_down_meanwhile();
            if dies {
                let kill = self.process.as_ref().and_then(|process| process.armed).unwrap_or(Kill::Now);
                self.die(kill).await;
                return Ok(());
            }
            if self.world.wakes_at() > self.world.awake() {
                return Ok(());
            }
        }
        Err(PlayError::NeverWaits)
    }

    /// A change by the app if it runs, else by another host: `bell` writes into the same database.
    async fn edit(&mut self, place: &str, action: &Action) -> Result<()> {
        let done = match &mut self.process {
            Some(process) => process.apps.change(&mut self.ids, action).await,
            None => {
                let stores = match self.disk {
                    Disk::Well => self.files.open_as_another().await?,
                    Disk::ReadOnly | Disk::Gone => {
                        self.files.open(self.disk, self.table, &self.world).await?
                    }
                };
                let mut apps = Apps::over(stores, &self.world);
                let done = apps.change(&mut self.ids, action).await;
                apps.close().await;
                done
            }
        };
        if let Err(error) = done {
            let sentence = error.to_string();
            self.report.refused.push(Refused { place: place.to_owned(), step: self.step, sentence });
        }
        let Some(process) = &mut self.process else { return Ok(()) };
        if process.apps.have_signalled() {
            process.waits.mark_unchanged();
            // A bell that is gone is noticed below.
            let _ = process.to_bell.send(Signal::Look);
            self.until_it_waits().await?;
        }
        Ok(())
    }

    fn take_down_meanwhile(&mut self) {
        let Some(refused) = self.meanwhile.take() else { return };
        self.report.meanwhile.push(Meanwhile { step: self.step, awake_ms: self.world.awake() });
        if let Some(sentence) = refused {
            let place = self.step.map_or_else(String::new, |step| format!("script[{step}]"));
            self.report.refused.push(Refused { place, step: self.step, sentence });
        }
    }

    fn take_down_rings(&mut self) {
        for shown in self.world.take_shown() {
            let count = shown.ring.keys.len();
            let words = match shown.ring.body.as_str() {
                "" => shown.ring.title.clone(),
                body => format!("{}\n{body}", shown.ring.title),
            };
            for key in &shown.ring.keys {
                let name = self.ids.iter().find(|(_, id)| **id == key.session()).map(|(name, _)| name);
                let due = plan::due_at(key.reminder);
                self.report.rings.push(Rung {
                    session: name.cloned().unwrap_or_default(),
                    kind: key.reminder.kind.name(),
                    ring: key.number,
                    due: rfc3339(due),
                    rung_at: rfc3339(shown.at),
                    late_by_ms: (shown.at - due).num_milliseconds(),
                    words: words.clone(),
                    together: (count > 1).then_some(count),
                    step: self.step,
                    awake_ms: shown.awake,
                });
            }
        }
    }
}

/// The table that a step speaks of. Tables stay for as long as the program runs, so each is made once.
fn table(other: &OtherTable) -> Result<&'static Table> {
    static MADE: Mutex<BTreeMap<String, &'static Table>> = Mutex::new(BTreeMap::new());
    let OtherTable { zone, by, from } = other;
    let version = format!("{zone} by {by} from {}", rfc3339(*from));
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(table) = made.get(&version) {
        return Ok(*table);
    }
    let end = *from + TimeDelta::days(3650);
    let mut differences = format!("zone {zone}\n");
    for stretch in zone.stretches(*from, end) {
        let seconds = i64::from(stretch.seconds) + by.num_seconds();
        let line = format!("{} {} {seconds}\n", rfc3339(stretch.from), rfc3339(stretch.until));
        differences.push_str(&line);
    }
    let table = Table::differing(&version, &differences)?;
    made.insert(version, table);
    Ok(table)
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
