//! `ring_lateness DATA_FOLDER`: adds 200 sessions to the store there, lets the real bell ring them on the
//! computer's own clock, and has a bare timer wait for the same instants beside it. Prints by how many
//! milliseconds each was late, as one line of JSON. Measured by `./dev bench`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use firstbell_core::clock::{Clock as _, SystemClock};
use firstbell_core::data_folder::DataFolder;
use firstbell_core::desktop::{NotShown, Notifier, Ring};
use firstbell_core::id::{SessionId, WorkspaceId};
use firstbell_core::join::JoinUrl;
use firstbell_core::reminder::plan::due_at;
use firstbell_core::reminder::{Bell, SharedMemory, wait::SystemWait};
use firstbell_core::ring::RingKey;
use firstbell_core::session::{Session, Source, Status};
use firstbell_core::settings::Settings;
use firstbell_core::store::{Migrate, Store, local::sessions};
use firstbell_core::workspace::{Local, Workspaces};
use serde_json::json;
use tokio::sync::{broadcast, mpsc};

const RINGS: i32 = 200;
const APART: Duration = Duration::milliseconds(137);

#[tokio::main]
async fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).unwrap_or_default();
    match measure(Path::new(&folder)).await {
        Ok(line) if writeln!(std::io::stdout(), "{line}").is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(folder: &Path) -> anyhow::Result<serde_json::Value> {
    let store = Store::open(&DataFolder::open(folder)?.database(), Migrate::Yes).await?;
    let first = SystemClock.now() + Duration::seconds(2);
    let due = (0..RINGS).map(|number| first + APART * number).collect::<Vec<_>>();
    add_sessions(&store, &due).await?;

    let (rang, mut rings) = mpsc::unbounded_channel();
    let (_signals, heard) = mpsc::unbounded_channel();
    let workspaces = Workspaces::new(vec![Local::this_computer(store.clone())]);
    let bell = Bell::new(
        store,
        workspaces,
        Arc::new(Listener(rang)),
        SystemClock,
        SystemWait(SystemClock),
        broadcast::channel(64).0,
        SharedMemory::default(),
    );
    let bell = tokio::spawn(bell.run(heard));
    let timers = due.iter().map(|due| tokio::spawn(timer(*due))).collect::<Vec<_>>();
    let mut bell_ms = Vec::new();
    while bell_ms.len() < due.len() {
        let next = tokio::time::timeout(std::time::Duration::from_secs(30), rings.recv()).await;
        bell_ms.push(next?.unwrap_or_default());
    }
    bell.abort();
    let mut timer_ms = Vec::new();
    for timer in timers {
        timer_ms.push(timer.await?);
    }
    Ok(json!({ "bell_ms": bell_ms, "timer_ms": timer_ms }))
}

async fn add_sessions(store: &Store, due: &[DateTime<Utc>]) -> anyhow::Result<()> {
    let mut tx = store.write().await?;
    for (number, due) in due.iter().enumerate() {
        let start = *due + Settings::default().lead();
        // A room each: the next session in a room ends the one before it.
        let room = JoinUrl::parse(&format!("https://zoom.us/j/91{number:09}"))
            .map_err(|_| anyhow::anyhow!("a join URL"))?;
        sessions::insert_all(&mut tx, &[session(start, room)]).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn session(start: DateTime<Utc>, room: JoinUrl) -> Session {
    Session {
        workspace: WorkspaceId::ThisComputer,
        id: SessionId::new(),
        source: Source::ThisComputer,
        series_id: None,
        title: "Maths with Ben".to_owned(),
        person: None,
        subject: Some("Maths".to_owned()),
        start,
        end: start + Duration::minutes(45),
        zone: "Europe/Madrid".to_owned(),
        wall: None,
        original: None,
        place: None,
        join_url: Some(room),
        door: None,
        own_link: true,
        description: None,
        said: None,
        homework: String::new(),
        plan: String::new(),
        notes: String::new(),
        status: Status::Scheduled,
        cancelled: None,
        bell: true,
        opened_at: None,
        created_at: SystemClock.now(),
        version: 1,
    }
}

/// Waits for an instant as any program would.
async fn timer(due: DateTime<Utc>) -> f64 {
    tokio::time::sleep((due - SystemClock.now()).to_std().unwrap_or_default()).await;
    late_by(due)
}

fn late_by(due: DateTime<Utc>) -> f64 {
    let late = (SystemClock.now() - due).num_microseconds().unwrap_or(i64::MAX);
    late as f64 / 1000.0
}

struct Listener(mpsc::UnboundedSender<f64>);

impl Notifier for Listener {
    async fn ring(&self, ring: Ring) -> Result<(), NotShown> {
        for key in ring.keys {
            let _ = self.0.send(late_by(due_at(key.reminder)));
        }
        Ok(())
    }

    async fn withdraw(&self, _key: RingKey) {}
}
