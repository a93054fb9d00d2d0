//! Every screen in every state, walked through once: nothing in them keeps other eyes and hands out, times
//! stand one below the other, and each has its picture (`./dev shots`).

#[path = "screens/at_school.rs"]
mod at_school;
#[path = "screens/getting_in.rs"]
mod getting_in;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use firstbell_core::app::Scope;
use firstbell_core::draft::Draft;
use firstbell_core::id::SessionKey;
use firstbell_core::session::Status;
use firstbell_core::settings::{Settings, Theme};
use firstbell_tests::kit::arranged::Arranged;
use firstbell_tests::kit::calendar::{self, Lesson, MEET_LINK};
use firstbell_tests::kit::people::{Person, student_ben, student_dan};
use firstbell_tests::kit::{App, Desktop, DesktopPlan, Page, wait};
use serde_json::json;

use super::scene::{SOON, start};

const ZOOM_LINK: &str = "https://zoom.us/j/93412345678";
const OTHER_LINK: &str = "https://rooms.example.org/maths";

/// Until a fault is noticed and said.
const HUNG: std::time::Duration = std::time::Duration::from_secs(30);

const NARROW: (u32, u32) = (480, 800);
const USUAL: (u32, u32) = (1000, 700);
const WIDE: (u32, u32) = (1280, 800);

/// Mia learns physics from around the corner.
const MIA: Person = Person { name: "Mia Vega", email: "mia@firstbell.test", zone: "Europe/Madrid" };
/// Eva learns chemistry in Berlin, which has Madrid's hours.
const EVA: Person = Person { name: "Eva Lang", email: "eva@firstbell.test", zone: "Europe/Berlin" };

#[tokio::test]
async fn axe_finds_nothing_on_any_screen_and_all_figures_are_of_one_width() {
    let mut look = Look::new();
    walk(&mut look).await;
    look.found_nothing();
}

#[tokio::test]
async fn axe_finds_nothing_on_the_way_into_a_school() {
    let mut look = Look::new();
    getting_in::getting_in(&mut look).await;
    look.found_nothing();
}

#[tokio::test]
async fn axe_finds_nothing_at_a_school() {
    let mut look = Look::new();
    at_school::at_school(&mut look).await;
    look.found_nothing();
}

/// What is done at every screen.
struct Look {
    /// Pictures go here, if they are wanted: `./dev shots` names a folder in FIRSTBELL_SHOTS.
    shots: Option<PathBuf>,
    faults: Vec<String>,
}

impl Look {
    fn new() -> Self {
        Self { shots: std::env::var_os("FIRSTBELL_SHOTS").map(PathBuf::from), faults: Vec::new() }
    }

    fn found_nothing(&self) {
        assert!(self.faults.is_empty(), "{}", self.faults.join("\n"));
    }

    /// Looks at what the window shows now, in both themes.
    async fn at(&mut self, desktop: &Desktop, app: &App<'_>, name: &str) {
        self.at_sizes(desktop, app, name, &[USUAL, NARROW]).await;
    }

    async fn at_sizes(&mut self, desktop: &Desktop, app: &App<'_>, name: &str, sizes: &[(u32, u32)]) {
        let page = app.page().unwrap();
        if let Some(folder) = &self.shots {
            for size in sizes {
                resize(desktop, app, *size).await;
                for theme in ["light", "dark"] {
                    wear(page, theme).await;
                    let picture = folder.join(format!("{name}-{}-{theme}.png", size.0));
                    take(desktop, app.window_id().await.unwrap(), &picture).await;
                }
            }
            resize(desktop, app, USUAL).await;
        }
        for words in page.uneven_figures().await.unwrap() {
            self.faults.push(format!("{name}: {words:?} is not set in tabular figures"));
        }
        for theme in ["light", "dark"] {
            wear(page, theme).await;
            for fault in app.axe().await.unwrap() {
                self.faults.push(format!("{name}, {theme}: {fault:?}"));
            }
        }
        wear(page, "light").await;
    }

    /// The two pictures that README.md shows.
    async fn for_the_readme(&self, desktop: &Desktop, app: &App<'_>) {
        let Some(folder) = &self.shots else { return };
        for theme in ["light", "dark"] {
            wear(app.page().unwrap(), theme).await;
            let picture = folder.join(format!("today-{theme}.png"));
            take(desktop, app.window_id().await.unwrap(), &picture).await;
        }
        wear(app.page().unwrap(), "light").await;
    }

    /// A desktop about noon, for pictures with the font that the drawings were made with.
    async fn desktop(&self, plan: DesktopPlan) -> Desktop {
        let desktop = plan.around_noon().start().await.unwrap();
        if self.shots.is_some() {
            let folder = desktop.root().join("config/fontconfig");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("fonts.conf"), FONTS).unwrap();
        }
        desktop
    }
}

const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <match target="pattern">
    <test qual="any" name="family" compare="eq"><string>sans-serif</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>
  <match target="pattern">
    <test qual="any" name="family" compare="eq"><string>Sans</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>
</fontconfig>
"#;

async fn walk(look: &mut Look) {
    first_run_and_empty(look).await;
    a_full_week(look).await;
    open(look).await;
    two_at_once(look).await;
    done_for_today(look).await;
    no_service(look).await;
    what_is_wrong(look).await;
}

async fn first_run_and_empty(look: &mut Look) {
    let desktop = look.desktop(Desktop::plan()).await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("h1", "First Bell can only ring while it runs.").await.unwrap();
    look.at(&desktop, &app, "first-run").await;
    page.press("Not now").await.unwrap();
    page.says("h1", "Hear it once.").await.unwrap();
    look.at(&desktop, &app, "first-run-2").await;
    page.press("Ring a test bell").await.unwrap();
    page.shows("Did you see it?").await.unwrap();
    look.at(&desktop, &app, "first-run-rang").await;
    page.press("No, show me why").await.unwrap();
    page.shows("Do Not Disturb").await.unwrap();
    look.at(&desktop, &app, "first-run-unseen").await;
    page.press("Continue").await.unwrap();

    page.shows("No sessions yet.").await.unwrap();
    look.at(&desktop, &app, "today-empty").await;
    let file = desktop.home().join("lessons.ics");
    std::fs::write(&file, "").unwrap();
    let drag = desktop.drag_file(&file, app.window_id().await.unwrap()).await.unwrap();
    page.shows("Drop the calendar file here").await.unwrap();
    // In a picture what hangs at the pointer would be a black square.
    if look.shots.is_none() {
        look.at(&desktop, &app, "drop").await;
    }
    drag.cancel().await.unwrap();
    page.shows_no("Drop the calendar file here").await.unwrap();

    page.press("Paste an invitation").await.unwrap();
    page.fill("The invitation’s text, or a link", "See you on Tuesday").await.unwrap();
    page.press("Continue").await.unwrap();
    page.shows("neither an invitation nor a link").await.unwrap();
    look.at(&desktop, &app, "paste").await;
    close(page).await;

    page.press("People").await.unwrap();
    page.shows("People you have sessions with").await.unwrap();
    look.at(&desktop, &app, "people-empty").await;
    page.press("Week").await.unwrap();
    page.says("button[aria-current]", "Week").await.unwrap();
    look.at(&desktop, &app, "week-empty").await;
    page.press("Today").await.unwrap();
    page.press("look round with samples").await.unwrap();
    page.shows("These sessions are samples.").await.unwrap();
    look.at(&desktop, &app, "samples").await;
}

async fn a_full_week(look: &mut Look) {
    let desktop = look.desktop(Desktop::plan()).await;
    let now = Utc::now();
    desktop.settled().await.unwrap();
    // A lesson of this morning was known before First Bell was closed.
    let earlier = desktop.arrange_at(now - Duration::hours(6)).await.unwrap();
    let morning = round(now - Duration::hours(4), 30);
    earlier.add(student_dan(), "Maths", morning, same).await.unwrap();
    earlier.done().await;
    let yesterday = desktop.arrange_at(now - Duration::days(9)).await.unwrap();
    yesterday.add(EVA, "Chemistry", round(now - Duration::hours(25), 60), same).await.unwrap();
    let held = yesterday.add(student_ben(), "Maths", round(now - Duration::days(7), 60), same).await.unwrap();
    yesterday.done().await;

    let arranged = desktop.arrange().await.unwrap();
    let version = version(&arranged, held).await;
    arranged.core().mark_session(held, version, Status::Completed).await.unwrap();
    let next = next_start(now, 21);
    let ben = arranged
        .add(student_ben(), "Maths", next, |draft| Draft {
            repeat_weeks: 10,
            homework: "Fractions, sheet 4, questions 1 to 8".to_owned(),
            ..draft
        })
        .await
        .unwrap();
    arranged.add(MIA, "Physics", next + Duration::minutes(90), |draft| zoom(draft, 45)).await.unwrap();
    let off = arranged.add(EVA, "Chemistry", next + Duration::minutes(150), same).await.unwrap();
    cancel(&arranged, off).await;
    arranged.add(student_dan(), "Maths", next + Duration::minutes(210), without_link).await.unwrap();
    let tomorrow = round(now + Duration::hours(22), 60);
    arranged.add(MIA, "Physics", tomorrow, |draft| zoom(draft, 45)).await.unwrap();
    arranged
        .add(student_dan(), "Geometry", tomorrow + Duration::minutes(120), |draft| Draft {
            link: OTHER_LINK.to_owned(),
            ..draft
        })
        .await
        .unwrap();
    arranged
        .add(EVA, "Chemistry", round(now + Duration::hours(48), 60), |draft| Draft {
            place: "Library, room 2".to_owned(),
            ..without_link(draft)
        })
        .await
        .unwrap();
    arranged
        .add(MIA, "Physics", round(now + Duration::hours(71), 30), |draft| zoom(draft, 90))
        .await
        .unwrap();
    let homework = "Fractions, sheet 4, questions 1 to 8. Bring question 6 if it will not come out.";
    let plan = "Adding unlike fractions; a first look at ratios.";
    let at = self::version(&arranged, ben).await;
    arranged.core().write_homework(ben, at, homework, plan).await.unwrap();
    let at = self::version(&arranged, ben).await;
    arranged.core().write_notes(ben, at, "Slow with common denominators, quick in the head.").await.unwrap();
    arranged.done().await;
    // Only a file can say that there is nothing to ring for.
    let dentist = Lesson::starting_in((next + Duration::minutes(270) - now).num_seconds(), now);
    desktop.import(&[dentist.title("Dentist").without_link().students(&[])]).await.unwrap();

    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Ben").await.unwrap();
    page.shows("While closed, 2 bells did not ring.").await.unwrap();
    look.at(&desktop, &app, "today-missed").await;
    page.press("Show").await.unwrap();
    page.shows("Earlier today").await.unwrap();
    page.script("document.querySelector('.past-days').scrollIntoView();", Vec::new()).await.unwrap();
    look.at(&desktop, &app, "today-past").await;
    page.script("scrollTo(0, document.documentElement.scrollHeight);", Vec::new()).await.unwrap();
    page.press("Hide past sessions").await.unwrap();
    page.script("scrollTo(0, 0);", Vec::new()).await.unwrap();
    look.at(&desktop, &app, "today-before").await;
    page.script("scrollTo(0, document.documentElement.scrollHeight);", Vec::new()).await.unwrap();
    look.at(&desktop, &app, "today-below").await;
    page.script("scrollTo(0, 0);", Vec::new()).await.unwrap();
    page.find(".card .join-later").await.unwrap().click().await.unwrap();
    page.shows("To go in sooner, choose Open early").await.unwrap();
    look.at(&desktop, &app, "today-why").await;
    page.press("More about Ben, Maths").await.unwrap();
    page.find("[popover]:popover-open").await.unwrap();
    look.at(&desktop, &app, "menu").await;
    page.press("Move").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Move Ben, Maths");
    page.shows("This and the 9 after it").await.unwrap();
    look.at(&desktop, &app, "move").await;
    close(page).await;
    page.press("More about Ben, Maths").await.unwrap();
    page.press("Cancel session").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Cancel this session?");
    look.at(&desktop, &app, "cancel").await;
    page.script("top().querySelectorAll('input')[1].click();", Vec::new()).await.unwrap();
    page.button("Cancel 10 sessions").await.unwrap();
    look.at(&desktop, &app, "cancel-series").await;
    close(page).await;
    elsewhere(look, &desktop, &app).await;
    dialogs(look, &desktop, &app).await;
}

/// The other places, and the session's page.
async fn elsewhere(look: &mut Look, desktop: &Desktop, app: &App<'_>) {
    let page = app.page().unwrap();
    page.press("Week").await.unwrap();
    page.find(".week-page li[data-row]").await.unwrap();
    look.at(desktop, app, "week").await;
    page.press("People").await.unwrap();
    page.find("li.person").await.unwrap();
    look.at(desktop, app, "people").await;
    page.press("View Ben").await.unwrap();
    page.says("h1", "Ben").await.unwrap();
    look.at(desktop, app, "person").await;
    page.find("button.gear").await.unwrap().click().await.unwrap();
    page.says("h1", "Settings").await.unwrap();
    look.at(desktop, app, "settings").await;
    page.script("scrollTo(0, document.documentElement.scrollHeight);", Vec::new()).await.unwrap();
    look.at_sizes(desktop, app, "settings-below", &[USUAL]).await;

    page.press("Today").await.unwrap();
    page.script("document.querySelector('[data-view]').click();", Vec::new()).await.unwrap();
    page.shows("What happened").await.unwrap();
    look.at(desktop, app, "session").await;
    look.at_sizes(desktop, app, "beside", &[WIDE]).await;
    page.script("scrollTo(0, document.documentElement.scrollHeight);", Vec::new()).await.unwrap();
    look.at(desktop, app, "session-below").await;
    page.press("Edit homework and plan").await.unwrap();
    page.field("Homework").await.unwrap();
    look.at(desktop, app, "session-writing").await;
    page.press("Today").await.unwrap();
}

/// What asks, and what is looked for.
async fn dialogs(look: &mut Look, desktop: &Desktop, app: &App<'_>) {
    let page = app.page().unwrap();
    page.script("document.querySelector('.row.cancelled [data-view]').click();", Vec::new()).await.unwrap();
    page.shows("Restore session").await.unwrap();
    look.at(desktop, app, "session-cancelled").await;
    page.press("Today").await.unwrap();

    page.press("Add").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add a session");
    look.at(desktop, app, "add").await;
    page.fill("Link", "http://meet.google.com/abc-defg-hij").await.unwrap();
    page.press("Add a session").await.unwrap();
    page.shows("Say who it is with, or what it is about.").await.unwrap();
    page.shows("Only links that begin with https://").await.unwrap();
    look.at(desktop, app, "add-faults").await;
    close(page).await;

    page.press("Search").await.unwrap();
    page.fill("Name, subject or words", "physics").await.unwrap();
    page.find(".results li.row").await.unwrap();
    look.at(desktop, app, "search").await;
    page.fill("Name, subject or words", "Latin").await.unwrap();
    page.shows("Nothing found for ‘Latin’.").await.unwrap();
    look.at(desktop, app, "search-nothing").await;
    close(page).await;

    page.find("h1").await.unwrap().send_keys("\u{e031}").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Keys");
    look.at(desktop, app, "keys").await;
    close(page).await;

    desktop.input().focus(app.window_id().await.unwrap()).await.unwrap();
    desktop.input().keys(&["ctrl+q"]).await.unwrap();
    assert!(page.dialog().await.unwrap().contains("won’t ring."));
    look.at(desktop, app, "quit").await;
    page.press("Keep running").await.unwrap();
    page.no_dialog().await.unwrap();

    offer(desktop, app, "autumn lessons.ics", &calendar_with_everything(desktop)).await;
    page.shows("it only fills the time.").await.unwrap();
    look.at(desktop, app, "import").await;
    page.script("document.querySelector('dialog .body').scrollTo(0, 9999);", Vec::new()).await.unwrap();
    look.at(desktop, app, "import-below").await;
    close(page).await;
    offer(desktop, app, "last year.ics", &calendar_of_last_year()).await;
    page.shows("Over already").await.unwrap();
    look.at(desktop, app, "import-over").await;
    close(page).await;
    offer(desktop, app, "holiday.ics", "BEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD\r\n").await;
    assert_eq!(page.dialog().await.unwrap(), "This file can’t be read");
    look.at(desktop, app, "refused").await;
    page.script("top().querySelector('.chief').click();", Vec::new()).await.unwrap();
    page.no_dialog().await.unwrap();

    // The lesson with a link to nobody's provider.
    page.press("Search").await.unwrap();
    page.fill("Name, subject or words", "Geometry").await.unwrap();
    page.find(".results li.row [data-view]").await.unwrap().click().await.unwrap();
    page.says("main h1", "Dan, Geometry").await.unwrap();
    page.press("More about Dan, Geometry").await.unwrap();
    page.press("Open early").await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "This link leads to rooms.example.org. Open it?");
    look.at(desktop, app, "unknown-host").await;
    close(page).await;
    page.press("Today").await.unwrap();
}

async fn open(look: &mut Look) {
    let desktop = look.desktop(Desktop::plan()).await;
    let now = Utc::now();
    desktop.settled().await.unwrap();
    let arranged = desktop.arrange().await.unwrap();
    let next = next_start(now, 2);
    let homework = "Fractions, sheet 4, questions 1 to 8".to_owned();
    arranged.add(student_ben(), "Maths", next, |draft| Draft { homework, ..draft }).await.unwrap();
    arranged
        .add(MIA, "Physics", round(next + Duration::minutes(95), 30), |draft| zoom(draft, 45))
        .await
        .unwrap();
    arranged.add(EVA, "Chemistry", round(next + Duration::minutes(215), 30), same).await.unwrap();
    arranged.add(student_dan(), "Maths", round(now + Duration::hours(22), 60), same).await.unwrap();
    let later = round(now + Duration::hours(50), 60);
    arranged.add(student_ben(), "Maths", later, same).await.unwrap();
    arranged.add(MIA, "Physics", later + Duration::minutes(90), |draft| zoom(draft, 45)).await.unwrap();
    arranged.done().await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.find(".card .join").await.unwrap();
    if look.shots.is_some() {
        resize(&desktop, &app, USUAL).await;
    }
    look.for_the_readme(&desktop, &app).await;
    look.at(&desktop, &app, "today-open").await;
    page.script("document.querySelector('.card [data-view]').click();", Vec::new()).await.unwrap();
    page.shows("What happened").await.unwrap();
    look.at(&desktop, &app, "session-open").await;
    look.at_sizes(&desktop, &app, "beside-open", &[WIDE]).await;
    page.press("Week").await.unwrap();
    page.find(".week-page li[data-row]").await.unwrap();
    look.at(&desktop, &app, "week-open").await;
    page.press("Today").await.unwrap();

    desktop.opener.exit_with(3).unwrap();
    page.find(".card .join").await.unwrap().click().await.unwrap();
    page.shows("The browser didn’t open.").await.unwrap();
    look.at(&desktop, &app, "today-not-opened").await;
    desktop.opener.exit_with(0).unwrap();
    page.press("Try again").await.unwrap();
    page.says(".card", "Join again").await.unwrap();
    look.at(&desktop, &app, "today-joined").await;

    page.find("button.gear").await.unwrap().click().await.unwrap();
    page.fill("Clock", "12 hours (4:00 pm)").await.unwrap();
    page.press("Today").await.unwrap();
    page.says(".card .hours", "m").await.unwrap();
    look.at(&desktop, &app, "today-12-hours").await;
}

async fn two_at_once(look: &mut Look) {
    let desktop = look.desktop(Desktop::plan()).await;
    let now = Utc::now();
    desktop.settled().await.unwrap();
    let earlier = desktop.arrange_at(now - Duration::hours(3)).await.unwrap();
    let next = next_start(now, 2);
    earlier.add(student_ben(), "Maths", next - Duration::minutes(60), same).await.unwrap();
    earlier.done().await;
    let arranged = desktop.arrange().await.unwrap();
    arranged.add(MIA, "Physics", next, |draft| zoom(draft, 45)).await.unwrap();
    arranged.add(EVA, "Chemistry", round(now + Duration::minutes(150), 30), same).await.unwrap();
    arranged.done().await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says(".card", "Ben").await.unwrap();
    page.says(".slim", "Mia").await.unwrap();
    look.at(&desktop, &app, "today-two").await;
    page.find(".card .join").await.unwrap().click().await.unwrap();
    page.says(".card", "Join again").await.unwrap();
    page.find(".slim .join").await.unwrap();
    look.at(&desktop, &app, "today-two-joined").await;
}

async fn done_for_today(look: &mut Look) {
    let desktop = look.desktop(Desktop::plan()).await;
    let now = Utc::now();
    desktop.settled().await.unwrap();
    let arranged = desktop.arrange().await.unwrap();
    arranged.add(student_dan(), "Maths", round(now - Duration::hours(4), 60), same).await.unwrap();
    arranged.add(student_ben(), "Maths", round(now + Duration::hours(51), 60), same).await.unwrap();
    arranged.done().await;
    let app = start(&desktop).await;
    app.page().unwrap().shows("That’s all for today.").await.unwrap();
    look.at(&desktop, &app, "today-done").await;
}

async fn no_service(look: &mut Look) {
    let desktop = look.desktop(Desktop::plan().without_notifications()).await;
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        desktop.settings(|settings| Settings { theme, ..settings }).await.unwrap();
        let arranged = desktop.arrange().await.unwrap();
        arranged.add(student_ben(), "Maths", next_start(Utc::now(), 2), same).await.unwrap();
        arranged.done().await;
        let app = start(&desktop).await;
        let own = app.other_window(360).await.unwrap();
        if let Some(folder) = &look.shots {
            take(&desktop, own, &folder.join(format!("ring-{name}.png"))).await;
        }
        for fault in app.axe_of_other().await.unwrap() {
            look.faults.push(format!("ring, {name}: {fault:?}"));
        }
        if theme == Theme::Light {
            let page = app.page().unwrap();
            page.find("button.gear").await.unwrap().click().await.unwrap();
            page.find(".set.problem").await.unwrap();
            look.at(&desktop, &app, "settings-problem").await;
        }
        app.terminate().await.unwrap();
    }
}

/// The strips of a store that fails and of a first copy that hangs, and the page of one that cannot be read.
async fn what_is_wrong(look: &mut Look) {
    let desktop = look.desktop(Desktop::plan()).await;
    desktop.settled().await.unwrap();
    let arranged = desktop.arrange().await.unwrap();
    arranged.add(student_ben(), "Maths", next_start(Utc::now(), 40), same).await.unwrap();
    arranged.add(student_dan(), "Maths", round(Utc::now() + Duration::hours(28), 60), same).await.unwrap();
    arranged.done().await;
    let first = start(&desktop).await;
    let away = desktop.data_dir().with_extension("away");
    std::fs::rename(desktop.data_dir(), &away).unwrap();
    first.page().unwrap().shows_within("folder isn’t where it was", HUNG).await.unwrap();
    look.at(&desktop, &first, "store-moved").await;
    std::fs::rename(&away, desktop.data_dir()).unwrap();

    first.freeze().unwrap();
    let second = start(&desktop).await;
    second.page().unwrap().shows_within("End it and start anew", HUNG).await.unwrap();
    look.at(&desktop, &second, "first-copy-silent").await;
    second.terminate().await.unwrap();
    first.thaw().unwrap();

    let file = desktop.home().join("a file");
    std::fs::write(&file, "no folder").unwrap();
    let unread = App::plan().data_dir(file.join("data")).start_with_driver(&desktop).await.unwrap();
    unread.page().unwrap().shows("can’t be read just now").await.unwrap();
    look.at(&desktop, &unread, "today-unread").await;
}

/// The draft as it is.
fn same(draft: Draft) -> Draft {
    draft
}

fn zoom(draft: Draft, minutes: i64) -> Draft {
    Draft { link: ZOOM_LINK.to_owned(), minutes, ..draft }
}

fn without_link(draft: Draft) -> Draft {
    Draft { link: String::new(), ..draft }
}

async fn version(arranged: &Arranged, id: SessionKey) -> i64 {
    arranged.core().session(id).await.unwrap().entry.session.version
}

async fn cancel(arranged: &Arranged, id: SessionKey) {
    let at = version(arranged, id).await;
    arranged.core().cancel_session(id, at, Scope::This).await.unwrap();
}

/// The nearest earlier time that clocks show as a round one.
fn round(at: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    at.duration_trunc(Duration::minutes(minutes)).unwrap()
}

/// A start at least that many minutes and one ahead of `now`, on the five minutes where that is not too late
/// for what follows.
fn next_start(now: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    let least = now + Duration::minutes(minutes + 1);
    let five = round(least, 5) + Duration::minutes(5);
    if five <= least + Duration::minutes(2) { five } else { round(least, 1) + Duration::minutes(1) }
}

/// What somebody has who takes over a calendar of years: lessons that were, and two that are to come.
fn calendar_of_last_year() -> String {
    let now = Utc::now();
    let lessons: Vec<Lesson> = [-380, -370, -300, -120, -60, -30, 2, 9]
        .into_iter()
        .map(|days| Lesson::starting_in(days * 24 * 60 * 60, now).title("Algebra with Ben"))
        .collect();
    calendar::calendar(&lessons)
}

/// Closes the dialog on top.
async fn close(page: Page<'_>) {
    page.press("Close").await.unwrap();
    page.no_dialog().await.unwrap();
}

/// A calendar file comes in by mouse.
async fn offer(desktop: &Desktop, app: &App<'_>, name: &str, text: &str) {
    let file = desktop.home().join(name);
    std::fs::write(&file, text).unwrap();
    desktop.drop_file(&file, app.window_id().await.unwrap()).await.unwrap();
}

/// Series with and without links, an appointment, a day off, and two events that nobody can read.
fn calendar_with_everything(desktop: &Desktop) -> String {
    let zone = desktop.zone();
    let at = |days: i64, hour: u32| {
        let day = Utc::now().with_timezone(&zone).date_naive() + Duration::days(days);
        format!("{}T{hour:02}0000", day.format("%Y%m%d"))
    };
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//First Bell//Stories//EN\r\n");
    let mut event = |uid: u32, lines: &[String]| {
        text += &format!("BEGIN:VEVENT\r\nUID:{uid}@firstbell.test\r\nDTSTAMP:20260901T080000Z\r\n");
        for line in lines {
            text += &format!("{line}\r\n");
        }
        text += "END:VEVENT\r\n";
    };
    let times = |days: i64, hour: u32| {
        [
            format!("DTSTART;TZID={}:{}", zone.name(), at(days, hour)),
            format!("DTEND;TZID={}:{}", zone.name(), at(days, hour + 1)),
        ]
    };
    let summary = |words: &str| format!("SUMMARY:{words}");
    let weekly = |count: u32| format!("RRULE:FREQ=WEEKLY;COUNT={count}");
    let [from, to] = times(3, 16);
    event(1, &[from, to, summary("Maths with Ben"), weekly(12), format!("LOCATION:{MEET_LINK}")]);
    let [from, to] = times(4, 17);
    event(2, &[from, to, summary("Physics with Mia"), weekly(10), format!("LOCATION:{ZOOM_LINK}")]);
    let [from, to] = times(5, 15);
    event(3, &[from, to, summary("Chemistry with Eva"), weekly(8)]);
    let [from, to] = times(6, 9);
    event(4, &[from, to, summary("Dentist")]);
    event(5, &[format!("DTSTART;VALUE=DATE:{}", &at(8, 0)[..8]), summary("Autumn holiday")]);
    event(6, &["DTSTART;TZID=Mars/Base:20261201T100000".to_owned(), summary("Maths with Dan")]);
    event(7, &[summary("Parents’ evening")]);
    text + "END:VCALENDAR\r\n"
}

/// Puts a theme on the page, as the setting does.
async fn wear(page: Page<'_>, theme: &str) {
    let script = "document.documentElement.dataset.theme = arguments[0];";
    page.script(script, vec![json!(theme)]).await.unwrap();
    // Colours change in 120 ms.
    let settled = "return document.getAnimations().every((one) => one.playState === 'finished');";
    let done = async || Ok(page.script(settled, Vec::new()).await? == json!(true));
    wait::until_true("the colours to settle", SOON, done).await.unwrap();
}

/// Sizes what lies inside of the window's frame.
async fn resize(desktop: &Desktop, app: &App<'_>, (width, height): (u32, u32)) {
    let id = app.window_id().await.unwrap().to_string();
    let (page, size) = (app.page().unwrap(), [width.to_string(), height.to_string()]);
    desktop.run("xdotool", &["windowsize", &id, &size[0], &size[1]]).await.unwrap();
    let fits = async || {
        let inner = page.script("return [innerWidth, innerHeight];", Vec::new()).await?;
        Ok(inner == json!([width, height]))
    };
    wait::until_true(&format!("the window to be {width} by {height}"), SOON, fits).await.unwrap();
}

/// Takes the picture once it stands still, and makes it small.
async fn take(desktop: &Desktop, window: u64, picture: &Path) {
    // Nothing is pointed at.
    desktop.input().move_to((0, 0)).await.unwrap();
    let raw = desktop.root().join("picture.ppm");
    let raw = raw.to_str().unwrap();
    let mut before = Vec::new();
    wait::until_true("the picture to stand still", SOON, async || {
        desktop.run("import", &["-window", &window.to_string(), raw]).await?;
        let now = std::fs::read(raw)?;
        let still = now == before;
        before = now;
        Ok(still)
    })
    .await
    .unwrap();
    let small = ["-strip", "+dither", "-colors", "64", "-define", "png:compression-level=9"];
    let to = format!("png8:{}", picture.display());
    desktop.run("convert", &[&[raw], &small[..], &[&to]].concat()).await.unwrap();
}
