//! What can happen to the data folder under a running First Bell, while it waits, while it rings and while somebody
//! saves: each bell rings at its time, strip and doctor say what is wrong, and nothing has to be started again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use firstbell_core::happened::Kind;
use firstbell_core::ring::Reminder;
use firstbell_core::store::{Migrate, Store, device::rings, local::events};
use firstbell_core::words::say;
use firstbell_tests::kit::calendar::{Lesson, MEET_LINK};
use firstbell_tests::kit::faults::{Fault, Faults};
use firstbell_tests::kit::notifications::Notification;
use firstbell_tests::kit::{App, Desktop, wait};
use serde_json::Value;

use super::scene::{BELL, SOON};

/// The bell looks at least every ten seconds, whether what has failed is well again.
const HEALED: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_full_disk_silences_no_bell() {
    play(Fault::Full).await;
}

#[tokio::test]
async fn a_disk_that_fails_silences_no_bell() {
    play(Fault::Io).await;
}

#[tokio::test]
async fn a_disk_that_can_only_be_read_silences_no_bell() {
    play(Fault::ReadOnly).await;
}

#[tokio::test]
async fn a_folder_that_is_moved_away_silences_no_bell() {
    play(Fault::Moved).await;
}

#[tokio::test]
async fn a_folder_that_is_deleted_silences_no_bell() {
    play(Fault::Deleted).await;
}

#[tokio::test]
async fn another_program_that_writes_without_end_silences_no_bell() {
    play(Fault::Locked).await;
}

async fn play(fault: Fault) {
    let mut desktop = Desktop::plan().around_noon();
    if fault == Fault::Full {
        desktop = desktop.with_small_disk();
    }
    let desktop = desktop.start().await.unwrap();
    desktop.settled().await.unwrap();
    let faults = Arc::new(Mutex::new(Faults::of(&desktop, fault).unwrap()));
    let plan = faults.lock().unwrap().preloaded(App::plan());
    let app = plan.start_with_driver(&desktop).await.unwrap();
    app.page().unwrap().find("h1").await.unwrap();
    let story = Story { desktop: &desktop, app: &app, fault, faults };
    story.while_it_waits().await;
    story.while_it_rings().await;
    story.while_somebody_saves().await;
    assert_eq!(desktop.notifications.all().len(), 3, "each bell rang once");
}

struct Story<'a> {
    desktop: &'a Desktop,
    app: &'a App<'a>,
    fault: Fault,
    faults: Arc<Mutex<Faults>>,
}

impl Story<'_> {
    async fn while_it_waits(&self) {
        let ben = self.lesson("Algebra with Ben", 12).await;
        self.faults.lock().unwrap().begin().unwrap();
        let _ = self.rings_in_time(1, ben.at).await;
        self.says_what_is_wrong().await;
        self.heals().await;
        self.is_in_the_ledger_once(&ben).await;
    }

    async fn while_it_rings(&self) {
        let mia = self.lesson("Physics with Mia", 12).await;
        let faults = Arc::clone(&self.faults);
        self.desktop.notifications.at_next(move || faults.lock().unwrap().begin().unwrap());
        let ring = self.rings_in_time(2, mia.at).await;
        self.says_what_is_wrong().await;
        // Whoever was rung can join.
        self.desktop.notifications.press(ring.id, "join").await.unwrap();
        assert_eq!(self.desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
        self.heals().await;
        self.is_in_the_ledger_once(&mia).await;
    }

    async fn while_somebody_saves(&self) {
        let page = self.app.page().unwrap();
        let dan = self.lesson("Chess with Dan", 20).await;
        let tomorrow = (Utc::now().with_timezone(&self.desktop.zone()) + TimeDelta::days(1)).date_naive();
        page.press("Add").await.unwrap();
        page.fill("Who", "Zoe").await.unwrap();
        page.fill("Date", &tomorrow.to_string()).await.unwrap();
        self.faults.lock().unwrap().begin().unwrap();
        page.press("Add a session").await.unwrap();
        if self.fault != Fault::Deleted {
            page.shows_within(&say(self.refusal(), &[]), SOON).await.unwrap();
            assert_eq!(page.dialog().await.unwrap(), "Add a session", "nothing that was typed is lost");
        }
        let _ = self.rings_in_time(3, dan.at).await;
        self.says_what_is_wrong().await;
        // A folder that was begun anew takes what it refused when it had just gone, if it was not there yet.
        if self.fault == Fault::Deleted {
            if page.count("dialog").await.unwrap() > 0 {
                page.press("Add a session").await.unwrap();
            }
            page.no_dialog().await.unwrap();
        }
        self.heals().await;
        if self.fault != Fault::Deleted {
            page.press("Add a session").await.unwrap();
            page.no_dialog().await.unwrap();
        }
        page.shows("Zoe").await.unwrap();
        self.is_in_the_ledger_once(&dan).await;
    }

    /// The sentence under what could not be saved.
    fn refusal(&self) -> &'static str {
        match self.fault {
            Fault::Full => "error-store-full",
            Fault::Io => "error-store-failed",
            Fault::ReadOnly => "error-store-read-only",
            Fault::Moved | Fault::Deleted => "error-store-unreachable",
            Fault::Locked => "error-store-busy",
        }
    }

    /// A lesson whose bell is due in so many seconds, once the window shows it.
    async fn lesson(&self, title: &str, seconds: i64) -> Due {
        // The calendar counts whole seconds.
        let lesson = Lesson::starting_in(5 * 60 + seconds, Utc::now().trunc_subsecs(0)).title(title);
        let at = lesson.starts() - TimeDelta::minutes(5);
        self.desktop.import(&[lesson]).await.unwrap();
        let person = title.split(' ').next_back().unwrap();
        self.app.page().unwrap().shows(person).await.unwrap();
        let agenda = self.desktop.agenda().await.unwrap();
        let row = agenda.iter().find(|row| row["title"] == title).unwrap();
        Due { id: row["id"].as_str().unwrap().to_owned(), at }
    }

    async fn rings_in_time(&self, count: usize, due: DateTime<Utc>) -> Notification {
        let ring = self.desktop.notifications.wait_for(count, BELL).await.unwrap().remove(count - 1);
        let late = ring.at - due;
        assert!(late.abs() <= TimeDelta::seconds(1), "{:?}: {late} late: {ring:#?}", self.fault);
        ring
    }

    async fn says_what_is_wrong(&self) {
        let sentence = self.fault.said().sentence(true);
        wait_for("the strip to say it", async || self.strip().await.contains(&sentence)).await;
        if self.fault == Fault::Moved {
            // Where there is no folder, the doctor says that.
            let checks = self.doctor().await;
            assert_eq!(checks["ok"], false, "{checks}");
            return;
        }
        wait_for("the doctor to say it", async || {
            let bell = check(&self.doctor().await, "bell");
            bell.is_some_and(|bell| bell["ok"] == false && bell["message"] == sentence.as_str())
        })
        .await;
    }

    async fn heals(&self) {
        self.faults.lock().unwrap().heal().unwrap();
        if self.fault == Fault::Deleted {
            self.app.page().unwrap().press("OK").await.unwrap();
        }
        let sentence = self.fault.said().sentence(true);
        wait_for("the strip to go", async || !self.strip().await.contains(&sentence)).await;
        wait_for("the doctor to find nothing", async || {
            check(&self.doctor().await, "bell").is_some_and(|bell| bell["ok"] == true)
        })
        .await;
    }

    async fn is_in_the_ledger_once(&self, due: &Due) {
        let database = self.desktop.database();
        wait::until_true("the ring in the ledger", HEALED, async || {
            let store = Store::open(&database, Migrate::No).await?;
            let start = due.at + TimeDelta::minutes(5);
            let mut conn = store.read().await?;
            let last =
                rings::last(&mut conn, Reminder::before_start(due.id.parse()?, start, TimeDelta::minutes(5)))
                    .await?;
            let happened = events::of(&mut conn, due.id.parse()?).await?;
            drop(conn);
            store.close().await;
            let rang = happened.iter().filter(|event| event.kind == Kind::Rang).count();
            // What was deleted has its ring in the ledger, and nothing else.
            assert!(rang <= 1, "{happened:?}");
            if let Some(last) = last {
                assert_eq!(last.number, 1);
            }
            Ok(last.is_some_and(|last| last.state == rings::LastState::Through)
                && (rang == 1 || self.fault == Fault::Deleted))
        })
        .await
        .unwrap();
    }

    /// What stands on the strips.
    async fn strip(&self) -> String {
        self.app.page().unwrap().text("aside").await.unwrap().unwrap_or_default()
    }

    async fn doctor(&self) -> Value {
        let output = self.desktop.bell(&["doctor", "--json"]).await.unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

async fn wait_for(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    wait::until_true(what, HEALED, async || Ok(is_so().await)).await.unwrap();
}

/// A bell that is to ring.
struct Due {
    id: String,
    at: DateTime<Utc>,
}

fn check(report: &Value, name: &str) -> Option<Value> {
    report["checks"].as_array()?.iter().find(|check| check["name"] == name).cloned()
}
