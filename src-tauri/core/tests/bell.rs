//! Stories of the bell: one look at a time, on a clock that stands where the story sets it, with a desktop
//! that notes what it is asked to show.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration as StdDuration,
};

use chrono::{DateTime, Duration, SubsecRound as _, Utc};
use firstbell_core::{
    app::{App, Opened, Scope},
    change::{Cause, Change, Topic},
    clock::{Clock, SystemClock, computer_zone},
    desktop::{Answer, NotOpened, NotShown, Notifier, Opener, Ring},
    draft::Draft,
    happened::Kind,
    id::SessionKey,
    join::{JoinState, JoinUrl},
    reminder::{
        Bell, SharedMemory, Signal,
        wait::{SystemWait, TICK, Wait},
    },
    ring::{Outcome, Reminder, RingKey},
    session::Session,
    settings::{Hours, Settings},
    store::{Migrate, Store, Write, device::rings, local::sessions},
    wall_clock::{HourClock, time_of_day},
};
use tempfile::TempDir;
use tokio::sync::{Semaphore, broadcast, mpsc};

const MEET: &str = "https://meet.google.com/abc-defg-hij";

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Four in the afternoon, when most lessons here begin.
fn four() -> DateTime<Utc> {
    utc("2026-11-24T16:00:00Z")
}

fn minutes(count: i64) -> Duration {
    Duration::minutes(count)
}

fn said(at: DateTime<Utc>) -> String {
    time_of_day(at, computer_zone(), HourClock::TwentyFour)
}

#[derive(Clone)]
struct SetClock(Arc<Mutex<DateTime<Utc>>>);

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// For bells that are asked to look, and never wait.
struct NeverWaits;

impl Wait for NeverWaits {
    async fn wait(&self, _until: DateTime<Utc>) {
        std::future::pending().await
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Takes,
    Refuses,
    /// Takes each ring only when it is let, and says that it was asked.
    IsSlow,
}

struct Desktop {
    manner: Mutex<Manner>,
    asked: Semaphore,
    lets: Semaphore,
    rings: Mutex<Vec<Ring>>,
    taken_back: Mutex<Vec<RingKey>>,
    opened: Mutex<u32>,
}

impl Notifier for Desktop {
    async fn ring(&self, ring: Ring) -> Result<(), NotShown> {
        let manner = *self.manner.lock().unwrap();
        if manner == Manner::Refuses {
            return Err(NotShown);
        }
        if manner == Manner::IsSlow {
            self.asked.add_permits(1);
            self.lets.acquire().await.unwrap().forget();
        }
        self.rings.lock().unwrap().push(ring);
        Ok(())
    }

    async fn withdraw(&self, key: RingKey) {
        self.taken_back.lock().unwrap().push(key);
    }
}

impl Opener for Desktop {
    fn open(&self, _url: &JoinUrl) -> Result<(), NotOpened> {
        *self.opened.lock().unwrap() += 1;
        Ok(())
    }
}

type TestBell = Bell<Desktop, SetClock, NeverWaits>;

struct Home {
    folder: TempDir,
    store: Store,
    app: App,
    clock: SetClock,
    desktop: Arc<Desktop>,
    changes: broadcast::Receiver<Change>,
    memory: SharedMemory,
    bell: TestBell,
}

impl Home {
    /// At three in the afternoon, with nothing to come.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("home.sqlite3"), Migrate::Yes).await.unwrap();
        let clock = SetClock(Arc::new(Mutex::new(four() - minutes(60))));
        let desktop = Arc::new(Desktop {
            manner: Mutex::new(Manner::Takes),
            asked: Semaphore::new(0),
            lets: Semaphore::new(0),
            rings: Mutex::default(),
            taken_back: Mutex::default(),
            opened: Mutex::default(),
        });
        let app = App::new(store.clone(), Arc::new(clock.clone()), desktop.clone());
        let changes = app.changes();
        let settings = Settings { hour_clock: Hours::TwentyFour, ..Settings::default() };
        app.save_settings(settings).await.unwrap();
        let memory = Arc::clone(app.memory());
        let bell = app.bell(Arc::clone(&desktop), clock.clone(), NeverWaits);
        Self { folder, store, app, clock, desktop, changes, memory, bell }
    }

    /// A new process over the same store.
    fn restart(&mut self) {
        self.app = App::new(self.store.clone(), Arc::new(self.clock.clone()), self.desktop.clone());
        self.changes = self.app.changes();
        self.memory = Arc::clone(self.app.memory());
        self.bell = self.app.bell(Arc::clone(&self.desktop), self.clock.clone(), NeverWaits);
    }

    fn is(&self, manner: Manner) {
        *self.desktop.manner.lock().unwrap() = manner;
    }

    fn set(&self, now: DateTime<Utc>) {
        *self.clock.0.lock().unwrap() = now;
    }

    /// Looks at an instant; what rang in this look.
    async fn look_at(&mut self, now: DateTime<Utc>) -> Vec<Ring> {
        self.set(now);
        let next = self.bell.look().await;
        assert!(next > now && next <= now + Duration::seconds(60), "{now}: next look at {next}");
        self.rings()
    }

    fn can_ring(&self) -> bool {
        self.memory.health().borrow().can_ring()
    }

    fn rings(&self) -> Vec<Ring> {
        std::mem::take(&mut self.desktop.rings.lock().unwrap())
    }

    fn taken_back(&self) -> Vec<SessionKey> {
        std::mem::take(&mut *self.desktop.taken_back.lock().unwrap()).iter().map(RingKey::session).collect()
    }

    async fn add(&self, person: &str, start: DateTime<Utc>) -> SessionKey {
        self.add_draft(&draft(person, start)).await
    }

    async fn add_draft(&self, draft: &Draft) -> SessionKey {
        self.app.add_session(draft).await.unwrap().unwrap()
    }

    async fn session(&self, id: SessionKey) -> Session {
        self.app.session(id).await.unwrap().entry.session
    }

    async fn move_to(&self, id: SessionKey, start: DateTime<Utc>) {
        let session = self.session(id).await;
        let moved = draft(session.person_name().unwrap(), start);
        self.app.edit_session(id, session.version, Scope::This, &moved).await.unwrap().unwrap();
    }

    async fn cancel(&self, id: SessionKey) {
        let version = self.session(id).await.version;
        self.app.cancel_session(id, version, Scope::This).await.unwrap();
    }

    /// When its bell rang, by the store.
    async fn happened(&self, id: SessionKey) -> Vec<DateTime<Utc>> {
        let page = self.app.session(id).await.unwrap();
        page.happened.iter().filter(|event| event.kind == Kind::Rang).map(|event| event.at).collect()
    }

    async fn missed(&self) -> i64 {
        rings::count_missed(&mut self.store.read().await.unwrap()).await.unwrap()
    }

    async fn outcome(&self, key: RingKey) -> Option<Outcome> {
        rings::outcome_of(&mut self.store.read().await.unwrap(), key).await.unwrap()
    }

    /// What was told since the last time.
    fn told(&mut self) -> Vec<Change> {
        std::iter::from_fn(|| self.changes.try_recv().ok()).collect()
    }
}

fn draft(person: &str, start: DateTime<Utc>) -> Draft {
    Draft {
        person: person.to_owned(),
        person_id: None,
        person_zone: None,
        subject: "Maths".to_owned(),
        date: start.format("%Y-%m-%d").to_string(),
        time: start.format("%H:%M").to_string(),
        minutes: 60,
        zone: "UTC".to_owned(),
        link: MEET.to_owned(),
        place: String::new(),
        repeat_weeks: 1,
        homework: String::new(),
    }
}

/// The first ring of a lesson at four.
fn ring_of(session: SessionKey) -> RingKey {
    Reminder::before_start(session, four(), minutes(5)).ring(1)
}

fn titles(rings: &[Ring]) -> Vec<&str> {
    rings.iter().map(|ring| ring.title.as_str()).collect()
}

#[tokio::test]
async fn a_bell_rings_five_minutes_before_once() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    assert!(home.look_at(four() - minutes(5) - Duration::milliseconds(1)).await.is_empty());
    let rings = home.look_at(four() - minutes(5)).await;
    assert_eq!(
        rings,
        [Ring {
            keys: vec![ring_of(ben)],
            title: "Maths with Ben in 5 minutes".to_owned(),
            body: said(four()),
            can_join: true,
            sounds: true,
            breaks_through: false,
        }]
    );
    for later in [0, 1, 5, 30, 119] {
        assert!(home.look_at(four() - minutes(5 - later)).await.is_empty());
    }
    let happened = home.app.session(ben).await.unwrap().happened;
    assert_eq!(happened.iter().filter(|event| event.kind == Kind::Rang).count(), 1);
}

#[tokio::test]
async fn the_next_look_is_at_the_next_ring_if_that_comes_within_the_minute() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    let mut session = home.session(home.add("Mia", four()).await).await;
    session.start += Duration::milliseconds(12_345);
    let mut tx = home.store.write().await.unwrap();
    assert!(sessions::update(&mut tx, &session).await.unwrap());
    tx.commit().await.unwrap();
    home.set(four() - minutes(6) - Duration::seconds(10));
    assert_eq!(home.bell.look().await, four() - minutes(6));
    home.set(four() - minutes(6));
    assert_eq!(home.bell.look().await, four() - minutes(5));
    home.set(four() - minutes(5));
    assert_eq!(home.bell.look().await, four() - minutes(5) + Duration::milliseconds(12_345));
}

#[tokio::test]
async fn a_moved_session_rings_again() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    assert_eq!(home.look_at(four() - minutes(5)).await.len(), 1);
    home.move_to(ben, four() + minutes(30)).await;
    assert!(home.look_at(four() - minutes(4)).await.is_empty());
    assert_eq!(titles(&home.look_at(four() + minutes(25)).await), ["Maths with Ben in 5 minutes"]);
    // Back to a time for which it has rung: once is enough.
    home.move_to(ben, four()).await;
    assert!(home.look_at(four() + minutes(26)).await.is_empty());
}

#[tokio::test]
async fn a_cancelled_session_does_not_ring() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.cancel(ben).await;
    assert!(home.look_at(four() - minutes(5)).await.is_empty());
    let version = home.session(ben).await.version;
    home.app.restore_session(ben, version).await.unwrap();
    assert_eq!(titles(&home.look_at(four() - minutes(2)).await), ["Maths with Ben in 2 minutes"]);
}

#[tokio::test]
async fn a_session_whose_bell_is_off_is_silent_and_not_missed() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.app.set_bell(ben, 1, false).await.unwrap();
    assert!(home.look_at(four() - minutes(5)).await.is_empty());
    assert!(home.look_at(four() + minutes(180)).await.is_empty());
    assert_eq!(home.missed().await, 0);
}

#[tokio::test]
async fn what_is_planned_is_read_again_when_it_rings() {
    let mut home = Home::new().await;
    let (ben, mia) = (home.add("Ben", four()).await, home.add("Mia", four()).await);
    let silent = home.add("Dan", four()).await;
    home.is(Manner::Refuses);
    assert!(home.look_at(four() - minutes(5)).await.is_empty());
    home.is(Manner::Takes);
    home.cancel(ben).await;
    home.move_to(mia, four() + minutes(60)).await;
    home.app.set_bell(silent, 1, false).await.unwrap();
    assert!(home.look_at(four() - minutes(4)).await.is_empty());
    let key = ring_of(ben);
    assert_eq!(home.outcome(key).await, Some(Outcome::Withdrawn));
}

#[tokio::test]
async fn what_is_cancelled_while_the_ring_before_it_is_handed_over_does_not_ring() {
    let mut home = Home::new().await;
    // They ring in the order of their ids, which sort by age.
    let (_ben, mia) = (home.add("Ben", four()).await, home.add("Mia", four()).await);
    home.is(Manner::IsSlow);
    home.set(four() - minutes(5));
    let desktop = Arc::clone(&home.desktop);
    let cancelled = async {
        desktop.asked.acquire().await.unwrap().forget();
        let version = home.app.session(mia).await.unwrap().entry.session.version;
        home.app.cancel_session(mia, version, Scope::This).await.unwrap();
        desktop.lets.add_permits(9);
    };
    tokio::join!(home.bell.look(), cancelled);
    assert_eq!(titles(&home.rings()), ["Maths with Ben in 5 minutes"]);
}

#[tokio::test]
async fn what_is_cancelled_while_it_is_handed_over_is_taken_back_in_the_same_look() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.is(Manner::IsSlow);
    home.set(four() - minutes(5));
    let desktop = Arc::clone(&home.desktop);
    let cancelled = async {
        desktop.asked.acquire().await.unwrap().forget();
        let version = home.app.session(ben).await.unwrap().entry.session.version;
        home.app.cancel_session(ben, version, Scope::This).await.unwrap();
        desktop.lets.add_permits(9);
    };
    tokio::join!(home.bell.look(), cancelled);
    assert_eq!(home.taken_back(), [ben]);
}

#[tokio::test]
async fn a_late_ring_says_what_is_true_now() {
    for (now, words) in [
        (four() - minutes(3) + Duration::seconds(10), "in 3 minutes".to_owned()),
        (four() - Duration::seconds(50), "in 1 minute".to_owned()),
        (four(), "starts now".to_owned()),
        (four() + Duration::seconds(59), "starts now".to_owned()),
        (four() + Duration::seconds(61), "started 1 minute ago".to_owned()),
        (four() + minutes(2), "started 2 minutes ago".to_owned()),
        (four() + minutes(60), format!("was planned until {}", said(four() + minutes(60)))),
        (four() + minutes(119), format!("was planned until {}", said(four() + minutes(60)))),
    ] {
        let mut home = Home::new().await;
        home.add("Ben", four()).await;
        assert_eq!(titles(&home.look_at(now).await), [format!("Maths with Ben {words}")]);
    }
}

#[tokio::test]
async fn a_bell_that_join_closed_on_is_listed_if_its_session_was_here_in_time() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    let dan = home.add("Dan", four() + minutes(600)).await;
    assert!(home.look_at(four() + minutes(120)).await.is_empty());
    assert_eq!(home.missed().await, 1);
    home.app.acknowledge_missed().await.unwrap();
    assert_eq!(home.missed().await, 0);
    // Written down when it was over; and one that was moved to where it had really been.
    home.add("Mia", four()).await;
    home.move_to(dan, four()).await;
    assert!(home.look_at(four() + minutes(121)).await.is_empty());
    home.restart();
    assert!(home.look_at(four() + minutes(122)).await.is_empty());
    assert_eq!(home.missed().await, 0);
}

#[tokio::test]
async fn the_next_session_in_the_same_room_closes_join_and_ends_the_ringing() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    home.add("Mia", four() + minutes(75)).await;
    assert_eq!(
        titles(&home.look_at(four() + minutes(76)).await),
        ["Maths with Mia started 1 minute ago"],
        "Ben's Join has closed"
    );
    assert_eq!(home.missed().await, 1);
}

#[tokio::test]
async fn a_ring_that_a_crash_left_half_done_rings_once_more_while_join_is_open() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    let key = ring_of(ben);
    let mut tx = home.store.write().await.unwrap();
    rings::plan(&mut tx, key, four() - minutes(5)).await.unwrap();
    rings::set_submitting(&mut tx, key).await.unwrap();
    tx.commit().await.unwrap();
    home.restart();
    assert_eq!(titles(&home.look_at(four() - minutes(3)).await), ["Maths with Ben in 3 minutes"]);
    assert!(home.look_at(four() - minutes(2)).await.is_empty());
}

#[tokio::test]
async fn a_ring_that_a_crash_left_half_done_stays_silent_once_join_has_closed() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    let key = ring_of(ben);
    let mut tx = home.store.write().await.unwrap();
    rings::plan(&mut tx, key, four() - minutes(5)).await.unwrap();
    rings::set_submitting(&mut tx, key).await.unwrap();
    tx.commit().await.unwrap();
    home.restart();
    assert!(home.look_at(four() + minutes(120)).await.is_empty());
    assert_eq!(home.outcome(key).await, Some(Outcome::Missed));
}

#[tokio::test]
async fn a_ring_that_the_desktop_does_not_take_is_tried_at_each_look_while_join_is_open() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.is(Manner::Refuses);
    assert!(home.can_ring());
    home.look_at(four() - minutes(5)).await;
    assert!(!home.can_ring());
    home.look_at(four() - minutes(4)).await;
    home.is(Manner::Takes);
    assert_eq!(titles(&home.look_at(four() - minutes(3)).await), ["Maths with Ben in 3 minutes"]);
    assert!(home.can_ring());

    home.is(Manner::Refuses);
    home.move_to(ben, four() + minutes(30)).await;
    home.look_at(four() + minutes(26)).await;
    home.is(Manner::Takes);
    assert!(home.look_at(four() + minutes(150)).await.is_empty());
    assert_eq!(home.missed().await, 1);
}

#[tokio::test]
async fn while_ones_own_session_runs_bells_are_silent_nameless_and_one_line() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.add("Mia", four() + minutes(30)).await;
    home.app.save_settings(Settings { break_through: true, ..Settings::default() }).await.unwrap();
    home.set(four() - minutes(4));
    assert_eq!(home.app.join(ben, false, false).await.unwrap(), Opened::Yes);
    let rings = home.look_at(four() + minutes(25)).await;
    assert_eq!(titles(&rings), ["Next session in 5 minutes"]);
    assert_eq!((rings[0].body.as_str(), rings[0].sounds, rings[0].breaks_through), ("", false, false));
    // Once it is over, they are as ever.
    home.add("Dan", four() + minutes(65)).await;
    let rings = home.look_at(four() + minutes(60)).await;
    assert_eq!(titles(&rings), ["Maths with Dan in 5 minutes"]);
    assert!(rings[0].sounds && rings[0].breaks_through);
}

#[tokio::test]
async fn a_session_that_was_opened_does_not_ring_for_itself() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.set(four() - minutes(20));
    assert_eq!(home.app.join(ben, false, true).await.unwrap(), Opened::Yes);
    assert!(home.look_at(four() - minutes(5)).await.is_empty());
    // Another one that was opened before its time, by an app that ran again only when it was over.
    let mia = home.add("Mia", four() + minutes(90)).await;
    home.set(four() + minutes(75));
    assert_eq!(home.app.join(mia, false, true).await.unwrap(), Opened::Yes);
    home.restart();
    assert!(home.look_at(four() + minutes(160)).await.is_empty());
    assert_eq!(home.missed().await, 0);
}

#[tokio::test]
async fn trying_the_link_the_day_before_silences_nothing() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four() + minutes(1_440)).await;
    home.add("Mia", four()).await;
    assert_eq!(home.app.join(ben, false, true).await.unwrap(), Opened::Yes);
    let rings = home.look_at(four() - minutes(5)).await;
    assert_eq!(titles(&rings), ["Maths with Mia in 5 minutes"]);
    assert!(rings[0].sounds);
    assert_eq!(titles(&home.look_at(four() + minutes(1_435)).await), ["Maths with Ben in 5 minutes"]);
}

#[tokio::test]
async fn hidden_names_stay_hidden_and_sound_that_is_off_stays_off() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    let settings = Settings { hide_names: true, sound: false, ..Settings::default() };
    home.app.save_settings(settings).await.unwrap();
    let rings = home.look_at(four() - minutes(5)).await;
    assert_eq!(titles(&rings), ["Next session in 5 minutes"]);
    assert_eq!((rings[0].body.as_str(), rings[0].sounds), ("", false));
}

#[tokio::test]
async fn the_other_ones_clock_stands_beside_ones_own() {
    let mut home = Home::new().await;
    // A zone that no computer has which runs this.
    let draft = Draft { person_zone: Some("Pacific/Chatham".to_owned()), ..draft("Ben", four()) };
    home.add_draft(&draft).await;
    let rings = home.look_at(four() - minutes(5)).await;
    assert_eq!(rings[0].body, format!("{} · 05:45 for Ben", said(four())));
}

#[tokio::test]
async fn a_session_that_nobody_can_join_says_so() {
    let mut home = Home::new().await;
    home.add_draft(&Draft { link: String::new(), ..draft("Ben", four()) }).await;
    home.add_draft(&Draft { link: String::new(), place: "Room 4".to_owned(), ..draft("Mia", four()) }).await;
    let rings = home.look_at(four() - minutes(5)).await;
    assert_eq!(rings[0].body, format!("{} · no link yet", said(four())));
    assert_eq!(rings[1].body, said(four()));
    assert!(!rings[0].can_join && !rings[1].can_join);
}

#[tokio::test]
async fn a_snoozed_bell_comes_again_a_minute_before_at_the_start_and_two_minutes_later() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    let mut now = four() - minutes(5);
    for (number, next) in
        [(1, four() - minutes(1)), (2, four()), (3, four() + minutes(2)), (4, four() + minutes(4))]
    {
        let rings = home.look_at(now).await;
        assert_eq!(rings.len(), 1, "{now}");
        assert_eq!(rings[0].keys[0].number, number);
        home.app.answer_ring(&rings[0].keys, Answer::Snooze).await.unwrap();
        assert!(home.look_at(next - Duration::milliseconds(1)).await.is_empty());
        now = next;
    }
    let rings = home.look_at(now).await;
    home.app.answer_ring(&rings[0].keys, Answer::Dismiss).await.unwrap();
    assert!(home.look_at(now + minutes(20)).await.is_empty());
}

#[tokio::test]
async fn a_snoozed_bell_outlives_a_clock_that_was_wrong_for_a_while() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    let rings = home.look_at(four() - minutes(5)).await;
    home.app.answer_ring(&rings[0].keys, Answer::Snooze).await.unwrap();
    assert!(home.look_at(four() + minutes(600)).await.is_empty());
    assert!(home.look_at(four() - minutes(4)).await.is_empty());
    assert_eq!(home.look_at(four() - minutes(1)).await.len(), 1);
    assert_eq!(home.missed().await, 0);
}

#[tokio::test]
async fn a_bell_on_show_is_taken_back_when_its_session_is_moved_cancelled_or_joined() {
    let mut home = Home::new().await;
    let (ben, mia) = (home.add("Ben", four()).await, home.add("Mia", four()).await);
    let dan = home.add("Dan", four()).await;
    assert_eq!(home.look_at(four() - minutes(5)).await.len(), 3);
    assert!(home.taken_back().is_empty());
    for (id, outcome) in [(ben, Outcome::Withdrawn), (mia, Outcome::Withdrawn), (dan, Outcome::Joined)] {
        match id {
            id if id == ben => home.move_to(ben, four() + minutes(60)).await,
            id if id == mia => home.cancel(mia).await,
            _ => assert_eq!(home.app.join(dan, false, false).await.unwrap(), Opened::Yes),
        }
        home.look_at(four() - minutes(4)).await;
        assert_eq!(home.taken_back(), [id]);
        let key = ring_of(id);
        assert_eq!(home.outcome(key).await, Some(outcome));
    }
}

#[tokio::test]
async fn a_bell_on_show_is_taken_back_when_join_closes() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.look_at(four() - minutes(5)).await;
    home.look_at(four() + minutes(119)).await;
    assert!(home.taken_back().is_empty());
    home.look_at(four() + minutes(120)).await;
    assert_eq!(home.taken_back(), [ben]);
    assert_eq!(home.missed().await, 0, "it was shown");
}

#[tokio::test]
async fn more_than_three_at_once_are_one_notification_with_the_count() {
    let mut home = Home::new().await;
    for person in ["Ben", "Mia", "Dan"] {
        home.add(person, four()).await;
    }
    assert_eq!(home.look_at(four() - minutes(5)).await.len(), 3);
    let people = ["Ada", "Bob", "Cas", "Eva"];
    for person in people {
        home.add(person, four() + minutes(30)).await;
    }
    let rings = home.look_at(four() + minutes(25)).await;
    assert_eq!(titles(&rings), ["4 sessions in 5 minutes"]);
    assert_eq!(rings[0].keys.len(), 4);
    assert!(!rings[0].can_join);
    let time = said(four() + minutes(30));
    assert_eq!(rings[0].body, people.map(|person| format!("{time} {person}")).join("\n"));
    for (person, minute) in people.iter().zip(60..) {
        home.add(person, four() + minutes(minute)).await;
    }
    assert_eq!(titles(&home.look_at(four() + minutes(60)).await), ["4 sessions are waiting"]);
    assert!(home.look_at(four() + minutes(61)).await.is_empty());
}

/// Changes when another connection has committed.
async fn data_version(conn: &mut sqlx::SqliteConnection) -> i64 {
    sqlx::query_scalar("PRAGMA data_version").fetch_one(conn).await.unwrap()
}

#[tokio::test]
async fn looks_at_which_nothing_happens_write_nothing() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    home.add("Mia", four() - minutes(600)).await;
    let mut now = four() - minutes(60);
    home.look_at(now).await;
    let mut other = home.store.read().await.unwrap();
    let mut seen = data_version(&mut other).await;
    while now < four() - minutes(5) - Duration::seconds(7) {
        now += Duration::seconds(7);
        home.look_at(now).await;
        assert_eq!(data_version(&mut other).await, seen, "{now}");
    }
    home.look_at(four() - minutes(5)).await;
    assert_ne!(data_version(&mut other).await, seen);
    seen = data_version(&mut other).await;
    let mut now = four() - minutes(5);
    while now < four() + minutes(110) {
        now += Duration::seconds(61);
        home.look_at(now).await;
        assert_eq!(data_version(&mut other).await, seen, "{now}");
    }
}

#[tokio::test]
async fn listeners_hear_of_minutes_starts_ends_and_rings() {
    let mut home = Home::new().await;
    let mut odd = home.session(home.add("Ben", four()).await).await;
    odd.start += Duration::seconds(20);
    odd.end += Duration::seconds(40);
    let mut tx = home.store.write().await.unwrap();
    assert!(sessions::update(&mut tx, &odd).await.unwrap());
    tx.commit().await.unwrap();
    let second = Duration::seconds(1);
    home.look_at(four() - minutes(30)).await;
    home.told();
    let minute = Change::here(Cause::Clock, Topic::Minute);
    let doors = Change::here(Cause::Clock, Topic::Doors);
    let rings = Change::here(Cause::Bell, Topic::Rings);
    for (now, told) in [
        (four() - minutes(30) + second * 59, &[][..]),
        (four() - minutes(29), &[minute]),
        (four() - minutes(29) + second, &[]),
        (odd.start - minutes(5) - second, &[minute]),
        (odd.start - minutes(5), &[rings, doors]),
        (odd.start - second, &[minute]),
        (odd.start, &[doors]),
        (odd.start + second, &[]),
        (odd.end - second, &[minute]),
        (odd.end, &[doors]),
        (odd.end + minutes(60) - second, &[minute]),
        // The ring is taken off the screen, too.
        (odd.end + minutes(60), &[rings, doors]),
        // The clock is set back.
        (four() - minutes(10), &[minute]),
        (four() - minutes(10) + second, &[]),
    ] {
        home.look_at(now).await;
        assert_eq!(home.told(), told, "{now}");
    }
}

#[tokio::test]
async fn a_minute_at_rest_is_told_once() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    home.look_at(four() - minutes(30)).await;
    home.told();
    for tick in 1..=6 {
        home.look_at(four() - minutes(30) + Duration::seconds(10) * tick).await;
    }
    assert_eq!(home.told(), [Change::here(Cause::Clock, Topic::Minute)]);
}

#[tokio::test]
async fn a_clock_that_jumps_past_a_session_and_back_still_rings_it_and_lists_nothing() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    home.look_at(four() - minutes(60)).await;
    home.look_at(four() + minutes(6_000)).await;
    assert_eq!(home.missed().await, 1);
    home.app.acknowledge_missed().await.unwrap();
    home.look_at(four() - minutes(59)).await;
    assert_eq!(home.look_at(four() - minutes(5)).await.len(), 1);
}

#[tokio::test]
async fn a_desktop_that_does_not_answer_holds_nothing_up_and_is_not_asked_twice() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.is(Manner::IsSlow);
    assert!(home.look_at(four() - minutes(5)).await.is_empty());
    assert!(!home.can_ring());
    // Meanwhile another one rings.
    home.is(Manner::Takes);
    home.add("Mia", four() + minutes(1)).await;
    assert_eq!(titles(&home.look_at(four() - minutes(4)).await), ["Maths with Mia in 5 minutes"]);
    // Now the first one is there after all.
    home.desktop.lets.add_permits(1);
    until(async || !home.desktop.rings.lock().unwrap().is_empty()).await;
    assert_eq!(titles(&home.rings()), ["Maths with Ben in 5 minutes"]);
    assert!(home.look_at(four() - minutes(3)).await.is_empty());
    home.restart();
    assert!(home.look_at(four() - minutes(2)).await.is_empty());
    assert!(home.app.session(ben).await.unwrap().happened.iter().any(|event| event.kind == Kind::Rang));
}

#[tokio::test]
async fn a_ring_that_was_shown_does_not_ring_again_because_it_could_not_be_stored_at_once() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.is(Manner::IsSlow);
    home.set(four() - minutes(5));
    let desktop = Arc::clone(&home.desktop);
    let other_program = Store::open(&home.folder.path().join("home.sqlite3"), Migrate::No).await.unwrap();
    let locked = async {
        desktop.asked.acquire().await.unwrap().forget();
        let lock: Write = other_program.write().await.unwrap();
        desktop.lets.add_permits(1);
        lock
    };
    let (_, lock) = tokio::join!(home.bell.look(), locked);
    assert!(home.happened(ben).await.is_empty(), "another program writes");
    drop(lock);
    home.is(Manner::Takes);
    assert_eq!(home.rings().len(), 1);
    assert!(home.look_at(four() - minutes(4)).await.is_empty());
    home.restart();
    assert!(home.look_at(four() - minutes(3)).await.is_empty());
}

#[tokio::test]
async fn a_session_that_is_taken_out_while_it_is_handed_over_harms_no_other() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    home.add("Mia", four()).await;
    home.is(Manner::IsSlow);
    home.set(four() - minutes(5));
    let (desktop, store) = (Arc::clone(&home.desktop), home.store.clone());
    let taken_out = async {
        desktop.asked.acquire().await.unwrap().forget();
        let mut tx = store.write().await.unwrap();
        sessions::delete(&mut tx, ben.id).await.unwrap();
        tx.commit().await.unwrap();
        desktop.lets.add_permits(9);
    };
    tokio::join!(home.bell.look(), taken_out);
    assert_eq!(home.rings().len(), 2);
    assert_eq!(home.taken_back(), [ben]);
}

#[tokio::test]
async fn a_signal_wakes_the_bell() {
    let home = Home::new().await;
    let (signal, signals) = mpsc::unbounded_channel();
    let running = tokio::spawn(home.bell.run(signals));
    home.app.add_session(&draft("Ben", four() - minutes(58))).await.unwrap().unwrap();
    signal.send(Signal::Look).unwrap();
    until(async || !home.desktop.rings.lock().unwrap().is_empty()).await;
    drop(signal);
    running.await.unwrap();
}

/// Waits for a condition; ten seconds are more than any needs.
async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(StdDuration::from_secs(10), waited).await.unwrap();
}

async fn took(waits: impl Future<Output = ()>) -> StdDuration {
    let began = tokio::time::Instant::now();
    tokio::time::timeout(StdDuration::from_secs(30), waits).await.unwrap();
    began.elapsed()
}

#[tokio::test]
async fn the_computers_wait_returns_at_its_instant_and_at_once_if_that_is_past() {
    let wait = SystemWait(SystemClock);
    let second = StdDuration::from_secs(1);
    for past in [Duration::zero(), Duration::seconds(1), Duration::days(400), Duration::days(40_000)] {
        assert!(took(wait.wait(SystemClock.now() - past)).await < second, "{past}");
    }
    let until = SystemClock.now().trunc_subsecs(3) + Duration::milliseconds(300);
    assert!(took(wait.wait(until)).await < 2 * second);
    assert!(SystemClock.now() >= until, "not before its time");
}

#[tokio::test]
async fn the_computers_wait_never_lasts_longer_than_a_tick() {
    let wait = SystemWait(SystemClock);
    let waited = took(wait.wait(SystemClock.now() + Duration::days(1))).await;
    assert!(waited < TICK.to_std().unwrap() + StdDuration::from_secs(5), "{waited:?}");
}

#[tokio::test]
async fn the_bell_rings_as_early_as_the_person_wants_and_each_lead_is_a_reminder_of_its_own() {
    let mut home = Home::new().await;
    let ben = home.add("Ben", four()).await;
    let settings = home.app.settings().await.unwrap();
    home.app.save_settings(Settings { bell_lead: 12, ..settings }).await.unwrap();
    assert!(home.look_at(four() - minutes(12) - Duration::milliseconds(1)).await.is_empty());
    let rings = home.look_at(four() - minutes(12)).await;
    assert_eq!(titles(&rings), ["Maths with Ben in 12 minutes"]);
    assert!(rings[0].can_join, "whoever is rung can go in");
    assert_eq!(home.app.session(ben).await.unwrap().entry.join, JoinState::Open);
    // Each lead is a reminder of its own.
    let key = Reminder::before_start(ben, four(), minutes(12)).ring(1);
    assert_eq!(rings[0].keys, [key]);
    assert_eq!(home.outcome(key).await, None);
    assert!(home.look_at(four() - minutes(5)).await.is_empty());
}

#[tokio::test]
async fn another_lead_rings_nothing_anew_and_lists_nothing_as_missed() {
    let mut home = Home::new().await;
    home.add("Ben", four()).await;
    home.add_draft(&Draft { link: String::new(), ..draft("Mia", four() + minutes(180)) }).await;
    assert_eq!(home.look_at(four() - minutes(5)).await.len(), 1);
    let settings = home.app.settings().await.unwrap();
    home.app.save_settings(Settings { bell_lead: 15, ..settings }).await.unwrap();
    assert!(home.look_at(four() + minutes(2)).await.is_empty(), "in the middle of the lesson");
    home.app.save_settings(Settings { bell_lead: 10, ..settings }).await.unwrap();
    assert!(home.look_at(four() + minutes(130)).await.is_empty());
    assert_eq!(home.missed().await, 0, "it rang");
    assert_eq!(home.look_at(four() + minutes(170)).await.len(), 1);
}
