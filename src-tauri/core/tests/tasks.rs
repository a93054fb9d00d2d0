//! What runs beside an app. The watch over the bell: one that breaks off or falls silent is started anew, what fell due
//! meanwhile rings, and what was shown is never shown twice. And all of it starts and ends together.
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
        open::{open, open_beside},
        tasks::{Host, Ringing, Running, Watch},
    },
    clock::{Clock, SystemClock},
    data_folder::{DataFolder, Ownership},
    desktop::{NotOpened, NotShown, Notifier, Opener, Ring},
    draft::Draft,
    error::Error,
    health::{Health, StoreFault},
    join::JoinUrl,
    local_socket::{self, Ask, Asked, Reply},
    reminder::wait::{SystemWait, Wait},
    ring::RingKey,
};
use tempfile::TempDir;
use tokio::time::{Instant, timeout};

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

/// Each bell has a way to wait of its own; so they are counted.
#[derive(Default)]
struct Waits(Arc<AtomicU32>);

impl Clone for Waits {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(&self.0))
    }
}

impl Wait for Waits {
    async fn wait(&self, until: DateTime<Utc>) {
        SystemWait(SystemClock).wait(until).await;
    }
}

/// A host that notes what it is told.
#[derive(Default)]
struct Window {
    started_again: Mutex<Vec<(Vec<String>, String)>>,
    is_superseded: Mutex<bool>,
}

impl Host for Window {
    async fn started_again(&self, words: Vec<String>, folder: String) {
        self.started_again.lock().unwrap().push((words, folder));
    }

    fn damaged(&self, error: Error) {
        panic!("nothing is damaged here: {error}");
    }

    async fn superseded(&self) {
        *self.is_superseded.lock().unwrap() = true;
    }
}

struct Home {
    place: TempDir,
    folder: DataFolder,
    app: Arc<App>,
    desktop: Arc<Desktop>,
    window: Arc<Window>,
    bad: Bad,
    bells: Arc<AtomicU32>,
    running: Running,
}

impl Home {
    async fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&place.path().join("data")).unwrap();
        Self::at(place, folder, None::<std::future::Pending<Ownership>>).await
    }

    /// The app of a folder, or of one that somebody else owns until it is its turn.
    async fn at(
        place: TempDir,
        folder: DataFolder,
        turn: Option<impl Future<Output = Ownership> + Send + 'static>,
    ) -> Self {
        let desktop = Arc::new(Desktop::default());
        let window = Arc::new(Window::default());
        let (bad, waits) = (Bad::default(), Waits::default());
        let bells = Arc::clone(&waits.0);
        let ringing =
            Ringing { notifier: Arc::clone(&desktop), clock: bad.clone(), wait: waits, watch: Watch::USUAL };
        let now = SystemClock.now();
        let opened = match &turn {
            None => open(&folder, folder.own(), now).await,
            Some(_) => open_beside(&folder, now).await,
        };
        let app = opened.assemble(
            &folder,
            firstbell_core::secret::Secrets::None,
            Arc::new(SystemClock),
            desktop.clone(),
        );
        let host = Arc::clone(&window);
        let running = match turn {
            None => Running::start(&app, &folder, opened, ringing, host),
            Some(turn) => Running::start_after(turn, &app, &folder, ringing, host),
        };
        Self { place, folder, app, desktop, window, bad, bells, running }
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
        self.app.wake_bell();
    }
}

const SOON: StdDuration = StdDuration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bell_that_panics_is_started_anew_and_rings_what_fell_due() {
    let home = Home::new().await;
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
    let home = Home::new().await;
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
    let home = Home::new().await;
    for _ in 0..2 {
        home.ends(End::Panic);
        home.until("the panic", SOON, |home| home.bad.with(|state| state.next.is_none())).await;
    }
    home.until("the third bell", SOON, |home| home.bells.load(Ordering::SeqCst) == 3).await;
    home.due("Ben").await;
    home.until("Ben's ring", SOON, |home| home.shown() == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_beside_an_app_ends_when_it_is_stopped() {
    let home = Home::new().await;
    home.due("Ben").await;
    home.until("Ben's ring", SOON, |home| home.shown() == 1).await;
    assert!(matches!(home.folder.own(), Err(Error::RunsElsewhere)));
    home.running.stop().await;
    assert_eq!(Arc::strong_count(&home.app), 1, "nobody has the app any more");
    let _ownership = home.folder.own().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_beside_an_app_ends_with_whoever_holds_it() {
    let Home { place: _place, folder, app, running, .. } = Home::new().await;
    drop(running);
    let waited = async {
        while Arc::strong_count(&app) > 1 || folder.own().is_err() {
            tokio::time::sleep(StdDuration::from_millis(20)).await;
        }
    };
    assert!(timeout(SOON, waited).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_beside_the_first_one_rings_as_soon_as_the_folder_is_free() {
    let place = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(&place.path().join("data")).unwrap();
    let first = open(&folder, folder.own(), SystemClock.now()).await;
    let (free, freed) = tokio::sync::oneshot::channel();
    let turn = async move { freed.await.unwrap() };
    let home = Home::at(place, folder.clone(), Some(turn)).await;
    assert!(!home.health().can_ring(), "the bells are the first one's");
    home.due("Ben").await;
    drop(first);
    free.send(folder.own().unwrap()).unwrap();
    home.until("Ben's ring", SOON, |home| home.shown() == 1).await;
    home.until("the bell to be well", SOON, |home| home.health().can_ring()).await;
    assert_eq!(home.bells.load(Ordering::SeqCst), 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_start_is_handed_to_the_host_and_health_is_told_without_it() {
    let home = Home::new().await;
    let ask = |ask| {
        let folder = home.folder.clone();
        async move {
            loop {
                match local_socket::ask(&folder, &ask, SOON).await {
                    Asked::Answered(reply) => return reply,
                    _ => tokio::time::sleep(StdDuration::from_millis(20)).await,
                }
            }
        }
    };
    let words = vec!["firstbell".to_owned(), "term.ics".to_owned()];
    let show = Ask::Show { words: words.clone(), folder: "/home/ada".to_owned() };
    assert_eq!(timeout(SOON, ask(show)).await.unwrap(), Reply::Shown);
    assert_eq!(*home.window.started_again.lock().unwrap(), [(words, "/home/ada".to_owned())]);
    let reply = timeout(SOON, ask(Ask::Health)).await.unwrap();
    assert_eq!(reply, Reply::Health(home.health()));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_folder_was_moved_away_and_begun_anew_by_another_is_superseded() {
    let home = Home::new().await;
    home.due("Ben").await;
    home.until("Ben's ring", SOON, |home| home.shown() == 1).await;
    std::fs::rename(home.folder.path(), home.place.path().join("elsewhere")).unwrap();
    home.running.retry();
    home.until("the folder to be missed", SOON, |home| home.health().store == Some(StoreFault::Moved)).await;
    let other = DataFolder::open(home.folder.path()).unwrap();
    let _others = open(&other, other.own(), SystemClock.now()).await;
    home.running.retry();
    home.until("the host to be told", SOON, |home| *home.window.is_superseded.lock().unwrap()).await;
}
