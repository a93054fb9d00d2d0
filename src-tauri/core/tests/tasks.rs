//! The watch over the bell: one that breaks off or falls silent is started anew, what fell due meanwhile rings, and
//! what was shown is never shown twice.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration as StdDuration,
};

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::{
        App,
        tasks::{Watch, keep_ringing},
    },
    clock::{Clock, SystemClock},
    desktop::{NotOpened, NotShown, Notifier, Opener, Ring},
    draft::Draft,
    health::Health,
    join::JoinUrl,
    reminder::{Signal, wait::SystemWait},
    ring::RingKey,
    store::{Migrate, Store},
};
use tempfile::TempDir;
use tokio::{
    sync::{broadcast, mpsc},
    task::JoinHandle,
    time::{Instant, timeout},
};

/// What was shown, and when.
#[derive(Default)]
struct Desktop {
    shown: Mutex<Vec<(RingKey, Instant)>>,
}

impl Notifier for Desktop {
    async fn ring(&self, ring: Ring) -> Result<(), NotShown> {
        self.shown.lock().unwrap().extend(ring.keys.iter().map(|key| (*key, Instant::now())));
        Ok(())
    }

    async fn withdraw(&self, _: RingKey) {}
}

impl Opener for Desktop {
    fn open(&self, _: &JoinUrl) -> Result<(), NotOpened> {
        Ok(())
    }
}

/// A clock that does to the bell what a fault would: whoever asks it the next time breaks off, or hangs.
#[derive(Clone, Default)]
struct Bad {
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    next: Option<End>,
    hangs: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Panic,
    Hang,
}

impl Clock for Bad {
    fn now(&self) -> DateTime<Utc> {
        let (state, let_go) = &*self.state;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.next.take() {
            None => {}
            Some(End::Panic) => panic!("the bell breaks off, as the test wants"),
            Some(End::Hang) => {
                state.hangs = true;
                drop(let_go.wait_while(state, |state| state.hangs).unwrap());
            }
        }
        SystemClock.now()
    }
}

impl Bad {
    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        what(&mut self.state.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn let_go(&self) {
        self.with(|state| state.hangs = false);
        self.state.1.notify_all();
    }
}

struct Home {
    _folder: TempDir,
    app: Arc<App>,
    desktop: Arc<Desktop>,
    bad: Bad,
    bells: Arc<AtomicU32>,
    signals: mpsc::UnboundedSender<Signal>,
    watched: JoinHandle<()>,
}

impl Drop for Home {
    fn drop(&mut self) {
        self.watched.abort();
    }
}

impl Home {
    async fn new(watch: Watch) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("home.sqlite3"), Migrate::Yes).await.unwrap();
        let (signals, heard) = mpsc::unbounded_channel();
        let desktop = Arc::new(Desktop::default());
        let changes = broadcast::channel(64).0;
        let app = Arc::new(App::new(store, Arc::new(SystemClock), desktop.clone(), changes, signals.clone()));
        let bad = Bad::default();
        let bells = Arc::new(AtomicU32::new(0));
        let make = {
            let (app, desktop, bad, bells) =
                (Arc::clone(&app), Arc::clone(&desktop), bad.clone(), Arc::clone(&bells));
            move |heard| {
                bells.fetch_add(1, Ordering::SeqCst);
                app.bell(Arc::clone(&desktop), bad.clone(), SystemWait(SystemClock)).run(heard)
            }
        };
        let watched = tokio::spawn(keep_ringing(Arc::clone(app.memory()), watch, heard, make));
        Self { _folder: folder, app, desktop, bad, bells, signals, watched }
    }

    fn health(&self) -> Health {
        *self.app.memory().health().borrow()
    }

    /// A lesson whose bell is due by now.
    async fn due(&self, person: &str) {
        let start = SystemClock.now() + Duration::minutes(3);
        let draft = Draft {
            person: person.to_owned(),
            person_id: None,
            subject: "Maths".to_owned(),
            date: start.format("%Y-%m-%d").to_string(),
            time: start.format("%H:%M").to_string(),
            minutes: 60,
            zone: "UTC".to_owned(),
            link: "https://meet.google.com/abc-defg-hij".to_owned(),
            repeat_weeks: 1,
            person_zone: None,
            place: String::new(),
            homework: String::new(),
        };
        self.app.add_session(&draft).await.unwrap().unwrap();
    }

    async fn until(&self, what: &str, within: StdDuration, mut holds: impl FnMut(&Self) -> bool) {
        let waited = async {
            while !holds(self) {
                tokio::time::sleep(StdDuration::from_millis(20)).await;
            }
        };
        assert!(timeout(within, waited).await.is_ok(), "in vain: {what}");
    }

    fn shown(&self) -> usize {
        self.desktop.shown.lock().unwrap().len()
    }

    /// The next time that the bell looks, it does so.
    fn ends(&self, end: End) {
        self.bad.with(|state| state.next = Some(end));
        self.signals.send(Signal::Look).unwrap();
    }
}

const SOON: StdDuration = StdDuration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bell_that_panics_is_started_anew_and_rings_what_fell_due() {
    let home = Home::new(Watch::USUAL).await;
    home.due("Ben").await;
    home.until("Ben's ring", SOON, |home| home.shown() == 1).await;
    let mut health = home.app.memory().health();
    health.mark_unchanged();
    home.ends(End::Panic);
    // It is said while it does not run.
    timeout(SOON, health.wait_for(|health| !health.can_ring())).await.unwrap().unwrap();
    home.due("Mia").await;
    home.until("Mia's ring", StdDuration::from_secs(40), |home| home.shown() == 2).await;
    home.until("the bell to be well", SOON, |home| home.health().can_ring()).await;
    assert_eq!(home.bells.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bell_that_hangs_is_replaced_within_forty_seconds_and_rings_nothing_when_it_wakes() {
    let home = Home::new(Watch::USUAL).await;
    home.due("Ben").await;
    home.until("Ben's ring", SOON, |home| home.shown() == 1).await;
    home.ends(End::Hang);
    home.until("the bell to hang", SOON, |home| home.bad.with(|state| state.hangs)).await;
    let hung = Instant::now();
    home.due("Mia").await;
    home.until("Mia's ring", StdDuration::from_secs(40), |home| home.shown() == 2).await;
    assert!(hung.elapsed() > StdDuration::from_secs(25), "one that is only late is not replaced");
    home.until("the bell to be well", SOON, |home| home.health().can_ring()).await;
    home.bad.let_go();
    home.due("Dan").await;
    home.until("Dan's ring", SOON, |home| home.shown() == 3).await;
    let keys: std::collections::BTreeSet<RingKey> =
        home.desktop.shown.lock().unwrap().iter().map(|(key, _)| *key).collect();
    assert_eq!(keys.len(), 3, "each once");
    assert_eq!(home.bells.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bell_that_panics_each_time_takes_the_processor_no_more_than_once_a_second() {
    let watch = Watch { silence: StdDuration::from_secs(30), every: StdDuration::from_secs(5) };
    let home = Home::new(watch).await;
    for _ in 0..2 {
        home.ends(End::Panic);
        home.until("the panic", SOON, |home| home.bad.with(|state| state.next.is_none())).await;
    }
    home.until("the third bell", SOON, |home| home.bells.load(Ordering::SeqCst) == 3).await;
    home.due("Ben").await;
    home.until("Ben's ring", SOON, |home| home.shown() == 1).await;
}
