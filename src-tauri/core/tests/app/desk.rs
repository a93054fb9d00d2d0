//! The desk of tutor Ada: an app over a store of its own.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::{App, ImportResult, SessionPage},
    change::Change,
    clock::Clock,
    data_folder::DataFolder,
    desktop::{NotOpened, Opener},
    draft::Draft,
    happened::Kind,
    id::SessionKey,
    join::JoinUrl,
    progress::Progress,
    session::Session,
    store::{Migrate, Store},
};
use tempfile::TempDir;
use tokio::sync::broadcast;

pub const MEET: &str = "https://meet.google.com/abc-defg-hij";
pub const OTHER_MEET: &str = "https://meet.google.com/kln-opqr-stu";

/// A clock that stands until it is set.
#[derive(Clone)]
pub struct SetClock(Arc<Mutex<Hands>>);

struct Hands {
    now: DateTime<Utc>,
    steady: Duration,
}

impl SetClock {
    fn pass(&self, time: Duration) {
        let mut hands = self.0.lock().unwrap();
        hands.now += time;
        hands.steady += time;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().now
    }

    fn steady(&self) -> std::time::Duration {
        self.0.lock().unwrap().steady.to_std().unwrap()
    }
}

/// Notes what it is asked to open.
#[derive(Clone)]
pub struct Browser {
    pub opened: Arc<Mutex<Vec<String>>>,
    pub is_broken: Arc<Mutex<bool>>,
    /// How long it keeps whoever asks it.
    pub takes: Arc<Mutex<Duration>>,
    /// How often it was asked.
    pub asked: Arc<Mutex<usize>>,
    clock: SetClock,
}

impl Opener for Browser {
    fn open(&self, url: &JoinUrl) -> Result<(), NotOpened> {
        *self.asked.lock().unwrap() += 1;
        let takes = *self.takes.lock().unwrap();
        std::thread::sleep(takes.to_std().unwrap());
        self.clock.pass(takes);
        if *self.is_broken.lock().unwrap() {
            return Err(NotOpened);
        }
        self.opened.lock().unwrap().push(url.as_str().to_owned());
        Ok(())
    }
}

pub struct Desk {
    pub app: App,
    pub store: Store,
    pub browser: Browser,
    pub changes: broadcast::Receiver<Change>,
    pub clock: SetClock,
    pub folder: TempDir,
}

pub fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().unwrap()
}

impl Desk {
    /// On the morning of a Tuesday in winter: Madrid is an hour before UTC.
    pub async fn new() -> Self {
        Self::at("2026-11-24T08:00").await
    }

    pub async fn at(now: &str) -> Self {
        Self::over(tempfile::tempdir().unwrap(), now).await
    }

    /// Over what lies in a folder already.
    pub async fn over(folder: TempDir, now: &str) -> Self {
        let data = DataFolder::open(folder.path()).unwrap();
        let store = Store::open(&data.database(), Migrate::Yes).await.unwrap();
        let clock = SetClock(Arc::new(Mutex::new(Hands { now: at(now), steady: Duration::zero() })));
        let browser = Browser {
            opened: Arc::default(),
            is_broken: Arc::default(),
            takes: Arc::new(Mutex::new(Duration::zero())),
            asked: Arc::default(),
            clock: clock.clone(),
        };
        let app = App::new(store.clone(), Arc::new(clock.clone()), Arc::new(browser.clone()));
        let changes = app.changes();
        Self { app, store, browser, changes, clock, folder }
    }

    /// Time passes until then; or the clock is set back, and then no time passes.
    pub fn set(&self, now: &str) {
        let mut hands = self.clock.0.lock().unwrap();
        let passed = (at(now) - hands.now).max(Duration::zero());
        hands.steady += passed;
        hands.now = at(now);
    }

    pub fn pass(&self, time: Duration) {
        self.clock.pass(time);
    }

    pub async fn add(&self, draft: &Draft) -> SessionKey {
        self.app.add_session(draft).await.unwrap().unwrap()
    }

    pub async fn page(&self, id: SessionKey) -> SessionPage {
        self.app.session(id).await.unwrap()
    }

    pub async fn session(&self, id: SessionKey) -> Session {
        self.page(id).await.entry.session
    }

    pub async fn all(&self) -> Vec<Session> {
        self.app.all().await.unwrap()
    }

    pub async fn import(&self, text: &str) -> ImportResult {
        let preview = self.app.preview(text.as_bytes(), &Progress::default()).await.unwrap();
        self.app.apply(preview.id, &[], &Progress::default()).await.unwrap()
    }
}

/// What happened, in order.
pub fn kinds(page: &SessionPage) -> Vec<Kind> {
    page.happened.iter().map(|event| event.kind).collect()
}

/// A lesson of an hour with Ben, on wall clock in UTC, in Ada's usual room.
pub fn lesson(day: &str, time: &str) -> Draft {
    Draft {
        person: "Ben".to_owned(),
        person_id: None,
        person_zone: None,
        subject: "Maths".to_owned(),
        date: day.to_owned(),
        time: time.to_owned(),
        minutes: 60,
        zone: "UTC".to_owned(),
        link: MEET.to_owned(),
        place: String::new(),
        repeat_weeks: 1,
        homework: String::new(),
    }
}

/// A calendar file of these events; each is its lines between BEGIN and END.
pub fn calendar(events: &[&str]) -> String {
    let mut text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n".to_owned();
    for event in events {
        text.push_str("BEGIN:VEVENT\nDTSTAMP:20261101T000000Z\n");
        text.push_str(event.trim());
        text.push_str("\nEND:VEVENT\n");
    }
    text + "END:VCALENDAR\n"
}
