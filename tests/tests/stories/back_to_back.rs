//! Lessons back to back, by a clock that the story sets: the real window and the real `bell` are asked what
//! *Join* means, minute by minute. And one press is one opening, however it is made.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use firstbell_tests::kit::calendar::Lesson;
use firstbell_tests::kit::fake_clock::FakeClock;
use firstbell_tests::kit::tray::TrayItem;
use firstbell_tests::kit::{App, Desktop, Page, wait};

use super::scene::{SOON, settled};

const BEN: &str = "https://zoom.us/j/93412340001";
const MIA: &str = "https://zoom.us/j/93412340002";
const DAN: &str = "https://zoom.us/j/93412340003";
const FLO: &str = "https://zoom.us/j/93412340004";

/// Tutor Ada's afternoon: tomorrow's, since no real alarm may lie behind the fake clock.
struct Afternoon {
    desktop: Desktop,
    clock: FakeClock,
    day: NaiveDate,
}

impl Afternoon {
    /// Ben 13:32–13:47, Mia 13:47–14:07, Dan 14:10–14:30.
    async fn begin() -> Self {
        let desktop = Desktop::plan().with_logind().with_tray().start().await.unwrap();
        let day = Utc::now().with_timezone(&desktop.zone()).date_naive() + TimeDelta::days(1);
        let clock = desktop.fake_clock(at(&desktop, day, "13:00")).unwrap();
        let this = Self { desktop, clock, day };
        this.desktop.settled().await.unwrap();
        let lesson = |name: &str, from: &str, minutes: i64, link: &str| {
            let lesson = Lesson::starting_in(0, this.at(from)).title(&format!("Algebra with {name}"));
            lesson.minutes(minutes).link(link)
        };
        let lessons = [
            lesson("Ben", "13:32", 15, BEN),
            lesson("Mia", "13:47", 20, MIA),
            lesson("Dan", "14:10", 20, DAN),
        ];
        this.desktop.import(&lessons).await.unwrap();
        this
    }

    fn at(&self, time: &str) -> DateTime<Utc> {
        at(&self.desktop, self.day, time)
    }

    /// Some seconds into a minute, so that it lasts while it is looked at.
    fn set(&self, time: &str) {
        self.clock.set(self.at(time) + TimeDelta::seconds(5)).unwrap();
    }

    /// `bell` in a data folder.
    async fn bell(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.desktop.bell_by(&self.clock, folder, arguments).await.unwrap();
        let said = if output.status.success() { output.stdout } else { output.stderr };
        String::from_utf8(said).unwrap().trim().to_owned()
    }

    /// What `bell next` says, without the day.
    async fn next(&self) -> String {
        let said = self.bell(&self.desktop.data_dir(), &["next"]).await;
        said.lines().last().unwrap_or_default().trim().to_owned()
    }

    /// Whose room `bell join` would open, or what it says instead. It is asked beside a copy of the data folder:
    /// asking is joining.
    async fn would_join(&self) -> String {
        let copy = self.copy_of_data();
        let before = self.desktop.opener.opened().unwrap().len();
        let said = self.bell(&copy, &["join"]).await;
        std::fs::remove_dir_all(&copy).unwrap();
        let opened = self.desktop.opener.opened().unwrap();
        opened.get(before).map_or(said, |call| name_of(&call[0]).to_owned())
    }

    fn copy_of_data(&self) -> PathBuf {
        let copy = self.desktop.root().join("copy-of-data");
        std::fs::create_dir(&copy).unwrap();
        for entry in std::fs::read_dir(self.desktop.data_dir()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap();
            if name.to_str().is_some_and(|name| name.contains("sqlite3")) {
                std::fs::copy(&path, copy.join(name)).unwrap();
            }
        }
        copy
    }
}

/// An afternoon's time, which no change of the clocks touches.
fn at(desktop: &Desktop, day: NaiveDate, time: &str) -> DateTime<Utc> {
    let wall = day.and_time(NaiveTime::parse_from_str(time, "%H:%M").unwrap());
    wall.and_local_timezone(desktop.zone()).single().unwrap().to_utc()
}

fn name_of(link: &str) -> &'static str {
    match link {
        BEN => "Ben",
        MIA => "Mia",
        DAN => "Dan",
        other => panic!("nobody's room: {other}"),
    }
}

#[tokio::test]
async fn bell_follows_the_afternoon_minute_by_minute() {
    let afternoon = Afternoon::begin().await;
    let data = afternoon.desktop.data_dir();
    let mut told: Vec<String> = Vec::new();
    let mut last = String::new();
    for minute in 20..95 {
        let time = format!("{}:{:02}", 13 + minute / 60, minute % 60);
        afternoon.set(&time);
        // Each is joined by what `bell join` takes to be meant.
        if let Some(whose) = match time.as_str() {
            "13:30" => Some(BEN),
            "13:46" => Some(MIA),
            "14:09" => Some(DAN),
            _ => None,
        } {
            let before = afternoon.desktop.opener.opened().unwrap().len();
            assert_eq!(afternoon.bell(&data, &["join"]).await, "The meeting is open in the browser.");
            assert_eq!(afternoon.desktop.opener.opened().unwrap()[before..], [vec![whose.to_owned()]]);
        }
        let said = format!("{} | {}", afternoon.next().await, afternoon.would_join().await);
        if said != last {
            told.push(format!("{time} {said}"));
            last = said;
        }
    }
    assert_eq!(
        told,
        [
            "13:20 13:32–13:47  Algebra with Ben · Zoom · opens 13:27 | bell: Join opens at 13:27.",
            "13:27 13:32–13:47  Algebra with Ben · Zoom · open | Ben",
            "13:32 13:32–13:47  Algebra with Ben · Zoom · in progress | Ben",
            "13:42 13:32–13:47  Algebra with Ben · Zoom · in progress | Mia",
            "13:46 13:47–14:07  Algebra with Mia · Zoom · open | Mia",
            "13:47 13:47–14:07  Algebra with Mia · Zoom · in progress | Mia",
            "14:05 13:47–14:07  Algebra with Mia · Zoom · in progress | Dan",
            "14:07 13:47–14:07  Algebra with Mia · Zoom · ended 14:07 | Dan",
            "14:09 14:10–14:30  Algebra with Dan · Zoom · open | Dan",
            "14:10 14:10–14:30  Algebra with Dan · Zoom · in progress | Dan",
            "14:30 14:10–14:30  Algebra with Dan · Zoom · ended 14:30 | Dan",
        ]
    );
}

/// The window and the tray in that afternoon.
struct Scene<'a> {
    afternoon: &'a Afternoon,
    page: Page<'a>,
    item: TrayItem,
    /// Presses within a second of an opening belong to it.
    opened: Cell<Option<Instant>>,
}

impl Scene<'_> {
    /// Waits until at that minute card, filled Join and tray say this.
    async fn shows(&self, time: &str, expected: &str) {
        self.afternoon.set(time);
        wait::until_true(&format!("at {time}: {expected}"), SOON, async || {
            // Whoever wakes looks at the clock, and programs see a clock that was set within a second.
            self.afternoon.desktop.logind.as_ref().context("logind")?.wake().await?;
            let seen = self.seen().await?;
            anyhow::ensure!(seen == expected, "it shows {seen}");
            Ok(true)
        })
        .await
        .unwrap();
    }

    async fn seen(&self) -> anyhow::Result<String> {
        let script = "
            const text = (one) => said(one?.textContent) || '–';
            const all = (css) => [...document.querySelectorAll(css)].filter(seen);
            const name = (row) => text(row?.querySelector('.who, .what > span')).split(',')[0];
            const filled = all('button.join');
            if (filled.length > 1) return 'two are filled';
            const card = all('article.card')[0];
            return [text(card?.querySelector('.when')), name(card), name(filled[0]?.closest('[data-row]'))].join(' | ');";
        let page = self.page.script(script, Vec::new()).await?;
        let menu = self.item.menu().await?;
        let labels: Vec<&str> = menu
            .iter()
            .filter(|entry| entry.visible && !entry.separator)
            .map(|entry| entry.label.as_str())
            .collect();
        Ok(format!("{} | {} | {}", page.as_str().unwrap_or_default(), labels[0], labels[1]))
    }

    async fn ctrl_j(&self) {
        self.afternoon.desktop.input().keys(&["ctrl+j"]).await.unwrap();
    }

    /// Presses Ctrl+J: this room opens, and no other.
    async fn ctrl_j_opens(&self, link: &str) {
        self.opens(link, async || self.ctrl_j().await).await;
    }

    async fn opens(&self, link: &str, press: impl AsyncFn()) {
        let since = self.opened.get();
        wait::until_true("the press before to be long ago", SOON, async || {
            Ok(since.is_none_or(|since| since.elapsed() > Duration::from_millis(1200)))
        })
        .await
        .unwrap();
        let before = self.afternoon.desktop.opener.opened().unwrap().len();
        press().await;
        let opened = self.afternoon.desktop.opener.wait_for_opened(before + 1, SOON).await.unwrap();
        self.opened.set(Some(Instant::now()));
        assert_eq!(opened[before..], [vec![link.to_owned()]]);
    }
}

#[tokio::test]
async fn card_brass_tray_and_ctrl_j_follow_the_afternoon_in_the_window() {
    let afternoon = Afternoon::begin().await;
    let desktop = &afternoon.desktop;
    afternoon.set("13:26");
    let app = App::plan().by(&afternoon.clock).start_with_driver(desktop).await.unwrap();
    let page = app.page().unwrap();
    page.find("h1").await.unwrap();
    let item = desktop.tray.as_ref().unwrap().wait_for_item(SOON).await.unwrap();
    let window = app.window_id().await.unwrap();
    desktop.input().focus(window).await.unwrap();
    let scene = Scene { afternoon: &afternoon, page, item, opened: Cell::new(None) };
    let keys = async |keys: &[&str]| desktop.input().keys(keys).await.unwrap();

    scene.shows("13:26", "Next · in 6 min | Ben | – | 13:32 Ben, in 6 minutes | Opens 13:27").await;
    scene.ctrl_j().await;
    page.shows("Join opens at 13:27.").await.unwrap();
    assert!(desktop.opener.calls().unwrap().is_empty());

    scene.shows("13:27", "Next · in 5 min | Ben | Ben | 13:32 Ben, in 5 minutes | Join").await;
    scene.ctrl_j_opens(BEN).await;
    scene.shows("13:33", "Now · started 1 min ago | Ben | – | 13:32 Ben, started 1 minute ago | Join").await;
    scene.shows("13:42", "Now · started 10 min ago | Ben | Mia | 13:47 Mia, in 5 minutes | Join").await;
    // On another page it means the same.
    keys(&["ctrl+3"]).await;
    page.says("main h1", "People").await.unwrap();
    scene.ctrl_j_opens(MIA).await;
    keys(&["ctrl+1"]).await;
    scene.shows("13:48", "Now · started 1 min ago | Mia | – | 13:47 Mia, started 1 minute ago | Join").await;
    assert_eq!(afternoon.would_join().await, "Mia");
    assert!(afternoon.next().await.contains("Algebra with Mia"));
    // Ben's is over, and his row says so; who has to can still go back.
    page.says("section.day .row .counts", "Ended 13:47").await.unwrap();
    scene.ctrl_j_opens(MIA).await;
    scene.opens(MIA, async || scene.item.press("Join").await.unwrap()).await;

    scene.shows("13:50", "Now · started 3 min ago | Mia | – | 13:47 Mia, started 3 minutes ago | Join").await;
    scene.opens(BEN, async || page.press("Join again, Ben, Algebra").await.unwrap()).await;
    scene.shows("13:51", "Ended 13:47 | Ben | – | 13:32 Ben, ended 13:47 | Join").await;
    page.says("ol.slim", "Mia").await.unwrap();
    page.press("View session").await.unwrap();
    page.says("main .session .when", "Ended 13:47").await.unwrap();
    scene.ctrl_j_opens(BEN).await;
    keys(&["Escape"]).await;

    scene.shows("14:07", "Ended 14:07 | Mia | Dan | 14:10 Dan, in 3 minutes | Join").await;
    scene.ctrl_j_opens(DAN).await;
    scene.shows("14:08", "Next · in 2 min | Dan | – | 14:10 Dan, in 2 minutes | Join").await;
    scene.shows("14:31", "Ended 14:30 | Dan | – | 14:10 Dan, ended 14:30 | Join").await;
    // Nothing else is to come: what is still open is what can be meant.
    scene.shows("14:46", "– | – | – | No sessions to come | Join").await;
    scene.ctrl_j_opens(DAN).await;
    scene.shows("15:31", "– | – | – | No sessions to come | Join").await;
    wait::until_true("all to be past", SOON, async || {
        desktop.logind.as_ref().context("logind")?.wake().await?;
        Ok(page.count("section.day .row").await? == 0)
    })
    .await
    .unwrap();
    scene.ctrl_j().await;
    page.shows("No session is planned that could be joined.").await.unwrap();
}

/// Lessons that are open now.
async fn open_now(desktop: &Desktop, named: &[(&str, &str)]) {
    let lessons: Vec<Lesson> = named
        .iter()
        .map(|(name, link)| {
            Lesson::starting_in(200, Utc::now()).title(&format!("Algebra with {name}")).link(link)
        })
        .collect();
    desktop.import(&lessons).await.unwrap();
}

/// Where the middle of an element lies on the screen.
async fn middle_of(desktop: &Desktop, app: &App<'_>, css: &str) -> (i32, i32) {
    let page = app.page().unwrap();
    page.find(css).await.unwrap();
    page.rests().await.unwrap();
    let script = "
        const one = [...top().querySelectorAll(arguments[0])].find(seen).getBoundingClientRect();
        return [one.x + one.width / 2, one.y + one.height / 2].map(Math.round);";
    let at = page.script(script, vec![css.into()]).await.unwrap();
    let place = desktop.input().place_of(app.window_id().await.unwrap()).await.unwrap();
    let number = |index: usize| i32::try_from(at[index].as_i64().unwrap()).unwrap();
    (place.x + number(0), place.y + number(1))
}

/// Counts what the page gets to hear.
async fn count(page: Page<'_>) {
    let script = "
        window.heard = { repeats: 0, doubles: 0 };
        document.addEventListener('keydown', (event) => { heard.repeats += event.repeat ? 1 : 0; }, true);
        document.addEventListener('click', (event) => { heard.doubles += event.detail === 2 ? 1 : 0; }, true);";
    page.script(script, Vec::new()).await.unwrap();
}

async fn heard(page: Page<'_>, what: &str) -> u64 {
    page.script(&format!("return heard.{what};"), Vec::new()).await.unwrap().as_u64().unwrap()
}

#[tokio::test]
async fn a_key_that_is_held_opens_once() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let input = desktop.input();
    open_now(&desktop, &[("Ben", BEN)]).await;
    page.find("article.card .join").await.unwrap();
    input.focus(app.window_id().await.unwrap()).await.unwrap();
    count(page).await;
    // Held for longer than presses count as one.
    let mut before = 0;
    for (round, keys) in [&["ctrl", "j"][..], &["j"], &["Return"], &["space"]].into_iter().enumerate() {
        match keys {
            ["j"] => input.keys(&["Down"]).await.unwrap(),
            ["Return"] | ["space"] => {
                let focus = "document.querySelector('article.card .join-place').focus();";
                page.script(focus, Vec::new()).await.unwrap();
            }
            _ => {}
        }
        input.hold(keys).await.unwrap();
        let since = Instant::now();
        wait::until_true("the key to be held", SOON, async || {
            let repeats = heard(page, "repeats").await;
            anyhow::ensure!(repeats >= before + 30, "{repeats} so far");
            Ok(since.elapsed() > Duration::from_millis(2500))
        })
        .await
        .unwrap();
        input.let_go(keys).await.unwrap();
        let opened = desktop.opener.wait_for_opened(round + 1, SOON).await.unwrap();
        assert_eq!(opened, vec![vec![BEN.to_owned()]; round + 1], "{keys:?}");
        before = heard(page, "repeats").await;
        page.says("article.card", "Join again").await.unwrap();
    }
    page.press("View session").await.unwrap();
    page.shows("What happened").await.unwrap();
    let words = page.words().await.unwrap();
    assert_eq!(words.matches("You opened the meeting").count(), 4, "{words}");
}

#[tokio::test]
async fn two_quick_clicks_open_once_wherever_join_stands() {
    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    let item = desktop.tray.as_ref().unwrap().wait_for_item(SOON).await.unwrap();
    let input = desktop.input();
    let ask = "https://rooms.example.org/maths";
    count(page).await;
    let mut expected: Vec<Vec<String>> = Vec::new();
    let opened = async |expected: &[Vec<String>]| {
        assert_eq!(desktop.opener.wait_for_opened(expected.len(), SOON).await.unwrap(), expected);
    };

    // The card's.
    open_now(&desktop, &[("Ben", BEN)]).await;
    input.double_click(middle_of(&desktop, &app, "article.card .join").await).await.unwrap();
    expected.push(vec![BEN.to_owned()]);
    opened(&expected).await;
    page.says("article.card", "Join again").await.unwrap();
    assert_eq!(heard(page, "doubles").await, 1);

    // The slim line's: the card takes its lesson, and what lies under the pointer then is left alone.
    open_now(&desktop, &[("Mia", MIA)]).await;
    input.double_click(middle_of(&desktop, &app, "ol.slim .join").await).await.unwrap();
    expected.push(vec![MIA.to_owned()]);
    opened(&expected).await;
    page.says("article.card", "Mia").await.unwrap();
    assert_eq!(heard(page, "doubles").await, 2);

    // A notification's, and the tray's at the same moment; then the tray's twice.
    open_now(&desktop, &[("Dan", DAN)]).await;
    let ring = desktop.notifications.wait_until("a ring", SOON, |ring| ring.label("join").is_some());
    let ring = ring.await.unwrap();
    says(&item, "Dan").await;
    desktop.notifications.press(ring.id, "join").await.unwrap();
    item.press("Join").await.unwrap();
    expected.push(vec![DAN.to_owned()]);
    opened(&expected).await;
    open_now(&desktop, &[("Flo", FLO)]).await;
    says(&item, "Flo").await;
    item.press("Join").await.unwrap();
    item.press("Join").await.unwrap();
    expected.push(vec![FLO.to_owned()]);
    opened(&expected).await;

    // The question's.
    open_now(&desktop, &[("Eve", ask)]).await;
    input.double_click(middle_of(&desktop, &app, "ol.slim .join").await).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "This link leads to rooms.example.org. Open it?");
    page.has(1, "dialog[open]").await.unwrap();
    input.double_click(middle_of(&desktop, &app, "dialog .chief").await).await.unwrap();
    expected.push(vec![ask.to_owned()]);
    opened(&expected).await;
    page.no_dialog().await.unwrap();

    let since = Instant::now();
    wait::until_true("the press before to be long ago", SOON, async || {
        Ok(since.elapsed() > Duration::from_millis(1200))
    })
    .await
    .unwrap();
    // All that was pressed has been answered by now, since openings take turns.
    page.press("Join again, Ben, Algebra").await.unwrap();
    expected.push(vec![BEN.to_owned()]);
    opened(&expected).await;
}

/// Waits until the tray's first line names somebody.
async fn says(item: &TrayItem, name: &str) {
    wait::until_true(&format!("the tray to name {name}"), SOON, async || {
        let menu = item.menu().await?;
        anyhow::ensure!(menu[0].label.contains(name), "it says {}", menu[0].label);
        Ok(true)
    })
    .await
    .unwrap();
}
