//! Each decision, over a core with a store of its own, with no window.

use std::{
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::open::{self, Opened as Store},
    clock::Clock,
    data_folder::DataFolder,
    desktop::{NotOpened, Opener},
    draft::Draft,
    join::JoinUrl,
    ring::Reminder,
    secret::Secrets,
    strip::Notice,
};
use serde_json::json;
use tempfile::TempDir;

use super::*;

/// What a host was asked for, in order.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Show,
    Tell(serde_json::Value),
    Offer(PathBuf),
    Exit,
}

#[derive(Clone, Default)]
struct Recording(Arc<Mutex<Vec<Asked>>>);

impl Recording {
    fn note(&self, asked: Asked) {
        self.0.lock().unwrap().push(asked);
    }

    fn taken(&self) -> Vec<Asked> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Host for Recording {
    fn show(&self) {
        self.note(Asked::Show);
    }

    fn tell(&self, event: AppEvent) {
        self.note(Asked::Tell(serde_json::to_value(event).unwrap()));
    }

    fn offer(&self, file: PathBuf) {
        self.note(Asked::Offer(file));
    }

    fn exit(&self) {
        self.note(Asked::Exit);
    }
}

/// A browser that notes what it opens, or cannot be started.
#[derive(Default)]
struct Browser {
    opened: Mutex<Vec<String>>,
    is_broken: AtomicBool,
}

impl Opener for Browser {
    fn open(&self, url: &JoinUrl) -> Result<(), NotOpened> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(NotOpened);
        }
        self.opened.lock().unwrap().push(url.as_str().to_owned());
        Ok(())
    }
}

/// Noon of a Tuesday, so that the day ends in no zone within the hour.
fn noon() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        noon()
    }

    fn steady(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

const MEET: &str = "https://meet.google.com/abc-defg-hij";

/// Ada's core, a host without a window, and a browser.
struct Desk {
    _folder: TempDir,
    _store: Store,
    core: Arc<App>,
    host: Recording,
    browser: Arc<Browser>,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let store = open::open(&data, data.own(), noon()).await;
        let browser = Arc::new(Browser::default());
        let core = store.assemble(&data, Secrets::None, Arc::new(Noon), browser.clone());
        Self { _folder: folder, _store: store, core, host: Recording::default(), browser }
    }

    /// A lesson of an hour with Ben, so many minutes from noon.
    async fn lesson(&self, minutes: i64, link: &str) -> SessionKey {
        let start = noon() + Duration::minutes(minutes);
        let draft = Draft {
            person: "Ben".to_owned(),
            person_id: None,
            person_zone: None,
            subject: "Maths".to_owned(),
            date: start.format("%Y-%m-%d").to_string(),
            time: start.format("%H:%M").to_string(),
            minutes: 60,
            zone: "UTC".to_owned(),
            link: link.to_owned(),
            place: String::new(),
            repeat_weeks: 1,
            homework: String::new(),
        };
        self.core.add_session(&draft).await.unwrap().unwrap()
    }

    async fn answered(&self, keys: &[RingKey], answer: Answer) -> Vec<Asked> {
        answered(&self.host, &self.core, keys, answer).await;
        self.host.taken()
    }

    fn opened(&self) -> Vec<String> {
        self.browser.opened.lock().unwrap().clone()
    }
}

/// The first ring of a session that starts so many minutes from noon.
async fn ring(desk: &Desk, session: SessionKey) -> RingKey {
    let start = desk.core.session(session).await.unwrap().entry.session.start;
    Reminder::before_start(session, start, Duration::minutes(5)).ring(1)
}

fn event(kind: &str, id: SessionKey) -> Asked {
    Asked::Tell(json!({ "kind": kind, "id": id.to_string() }))
}

/// The code of the one error that was told, after the window was brought up for it.
fn failed(asked: &[Asked]) -> &str {
    let [Asked::Show, Asked::Tell(event)] = asked else { panic!("{asked:?}") };
    assert_eq!(event["kind"], "failed");
    event["error"]["code"].as_str().unwrap()
}

#[tokio::test]
async fn join_on_a_ring_opens_the_meeting_and_leaves_the_window_alone() {
    let desk = Desk::new().await;
    let ben = desk.lesson(3, MEET).await;
    let key = ring(&desk, ben).await;
    assert_eq!(desk.answered(&[key], Answer::Join).await, []);
    assert_eq!(desk.opened(), [MEET]);
}

#[tokio::test]
async fn join_on_a_ring_with_an_unknown_host_asks_in_the_window() {
    let desk = Desk::new().await;
    let ben = desk.lesson(3, "https://rooms.example.org/ben").await;
    let key = ring(&desk, ben).await;
    let asked = desk.answered(&[key], Answer::Join).await;
    assert_eq!(asked, [Asked::Show, event("ask_to_join", ben)]);
    assert!(desk.opened().is_empty());
}

#[tokio::test]
async fn join_on_a_ring_without_a_browser_shows_the_session_and_says_so() {
    let desk = Desk::new().await;
    desk.browser.is_broken.store(true, Ordering::SeqCst);
    let ben = desk.lesson(3, MEET).await;
    let key = ring(&desk, ben).await;
    let asked = desk.answered(&[key], Answer::Join).await;
    assert_eq!(asked, [Asked::Show, event("show_session", ben), event("browser_failed", ben)]);
}

#[tokio::test]
async fn join_on_a_ring_whose_door_is_closed_says_why_in_the_window() {
    let desk = Desk::new().await;
    let ben = desk.lesson(3, "").await;
    let key = ring(&desk, ben).await;
    assert_eq!(failed(&desk.answered(&[key], Answer::Join).await), "no_link");
}

#[tokio::test]
async fn a_ring_that_is_opened_shows_its_session() {
    let desk = Desk::new().await;
    let ben = desk.lesson(3, MEET).await;
    let key = ring(&desk, ben).await;
    assert_eq!(desk.answered(&[key], Answer::Open).await, [Asked::Show, event("show_session", ben)]);
    assert!(desk.opened().is_empty());
}

#[tokio::test]
async fn a_ring_for_several_sessions_brings_up_the_window_whatever_is_pressed() {
    let desk = Desk::new().await;
    let (ben, mia) = (desk.lesson(3, MEET).await, desk.lesson(4, MEET).await);
    let keys = [ring(&desk, ben).await, ring(&desk, mia).await];
    for answer in [Answer::Join, Answer::Open] {
        assert_eq!(desk.answered(&keys, answer).await, [Asked::Show], "{answer:?}");
    }
    assert_eq!(desk.answered(&[], Answer::Open).await, [Asked::Show], "the test ring");
    assert!(desk.opened().is_empty());
}

#[tokio::test]
async fn a_ring_that_is_put_off_or_goes_away_leaves_the_window_alone() {
    let desk = Desk::new().await;
    let ben = desk.lesson(3, MEET).await;
    let key = ring(&desk, ben).await;
    for answer in [Answer::Snooze, Answer::Dismiss, Answer::TimeOut] {
        assert_eq!(desk.answered(&[key], answer).await, [], "{answer:?}");
    }
}

#[tokio::test]
async fn join_in_the_tray_does_what_join_on_a_ring_does() {
    let desk = Desk::new().await;
    let (ben, mia) = (desk.lesson(3, MEET).await, desk.lesson(4, "https://rooms.example.org/mia").await);
    join(&desk.host, &desk.core, ben).await;
    assert_eq!(desk.host.taken(), []);
    assert_eq!(desk.opened(), [MEET]);
    join(&desk.host, &desk.core, mia).await;
    assert_eq!(desk.host.taken(), [Asked::Show, event("ask_to_join", mia)]);
    let dan = desk.lesson(50, MEET).await;
    join(&desk.host, &desk.core, dan).await;
    assert_eq!(failed(&desk.host.taken()), "not_open");
}

#[tokio::test]
async fn a_later_start_brings_the_window_up_with_its_file() {
    let desk = Desk::new().await;
    let start = |words: &[&str]| {
        let words = std::iter::once(&"firstbell").chain(words).map(|word| (*word).to_owned()).collect();
        started_again(&desk.host, &desk.core, Arguments::of_later_start(words, "/home/ada"));
        desk.host.taken()
    };
    assert_eq!(start(&[]), [Asked::Show]);
    assert_eq!(start(&["term.ics"]), [Asked::Show, Asked::Offer("/home/ada/term.ics".into())]);
    assert_eq!(start(&["--hidden"]), []);
    assert_eq!(start(&["--no-such-switch"]), [Asked::Show]);
}

#[tokio::test]
async fn a_later_start_with_samples_adds_them_beside_it() {
    let desk = Desk::new().await;
    let mut changes = desk.core.changes();
    let arguments = Arguments { sample: true, ..Arguments::default() };
    started_again(&desk.host, &desk.core, arguments);
    assert_eq!(desk.host.taken(), [Asked::Show]);
    changes.recv().await.unwrap();
    assert!(desk.core.strip(None).await.contains(&Notice::Samples));
}

#[tokio::test]
async fn whoever_quits_with_bells_left_today_is_asked_first() {
    let desk = Desk::new().await;
    desk.lesson(30, MEET).await;
    ask_to_quit(&desk.host, &desk.core).await;
    let bells = json!({ "kind": "quit_asked", "bells": ["2026-11-24T12:30:00Z"] });
    assert_eq!(desk.host.taken(), [Asked::Show, Asked::Tell(bells)]);
}

#[tokio::test]
async fn whoever_quits_with_no_bell_left_quits() {
    let desk = Desk::new().await;
    ask_to_quit(&desk.host, &desk.core).await;
    assert_eq!(desk.host.taken(), [Asked::Exit]);
}

#[tokio::test]
async fn whoever_quits_while_the_store_cannot_be_read_quits() {
    let desk = Desk::new().await;
    desk.core.reopen_as(&firstbell_core::store::Store::closed());
    ask_to_quit(&desk.host, &desk.core).await;
    assert_eq!(desk.host.taken(), [Asked::Exit]);
}
