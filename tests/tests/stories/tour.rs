//! A walk through every screen and state that there is. Who walks along looks at each: axe, or a camera.

use chrono::{DateTime, Duration, Utc};
use firstbell_core::draft::Draft;
use firstbell_core::settings::Settings;
use firstbell_tests::kit::arranged::Arranged;
use firstbell_tests::kit::calendar::{self, Lesson};
use firstbell_tests::kit::people::{Person, student_ben, student_dan};
use firstbell_tests::kit::{App, Desktop, Page};

use super::scene::{SOON, start};

const ZOOM_LINK: &str = "https://zoom.us/j/93412345678";
const STUDENT_MIA: Person =
    Person { name: "Mia", email: "mia@firstbell.test", zone: chrono_tz::Tz::Asia__Tokyo };
const STUDENT_EVA: Person =
    Person { name: "Eva", email: "eva@firstbell.test", zone: chrono_tz::Tz::Europe__Berlin };

/// Looks at what the window shows, by its name.
pub trait Look {
    async fn at(&mut self, app: &App<'_>, name: &str);
}

/// The first run, and a window without sessions.
pub async fn of_the_first_day(look: &mut impl Look) {
    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    look.at(&app, "first-run").await;
    page.press("Not now").await.unwrap();
    page.says("h1", "Hear it once.").await.unwrap();
    look.at(&app, "first-run-2").await;
    page.press("Ring a test bell").await.unwrap();
    page.shows("Did you see it?").await.unwrap();
    look.at(&app, "first-run-seen").await;
    page.press("No, show me why").await.unwrap();
    page.shows("Do Not Disturb").await.unwrap();
    look.at(&app, "first-run-why").await;
    page.press("Continue").await.unwrap();
    page.shows("No sessions yet.").await.unwrap();
    look.at(&app, "today-empty").await;
    page.press("People").await.unwrap();
    page.shows("People you have sessions with").await.unwrap();
    look.at(&app, "people-empty").await;
    page.press("Week").await.unwrap();
    look.at(&app, "week-empty").await;
    page.press("Today").await.unwrap();
    page.press("Paste an invitation").await.unwrap();
    page.dialog().await.unwrap();
    look.at(&app, "paste").await;
    page.press("Cancel").await.unwrap();
    page.no_dialog().await.unwrap();
    page.press("look round with samples").await.unwrap();
    page.shows("These sessions are samples.").await.unwrap();
    look.at(&app, "today-samples").await;
}

/// A day with a session that has just opened, and all dialogs.
pub async fn of_a_full_day(look: &mut impl Look) {
    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    desktop.settled().await.unwrap();
    let now = Utc::now();
    let lessons = desktop.arrange().await.unwrap();
    let fractions = |draft: Draft| Draft { homework: "Fractions, sheet 4, questions 1 to 8".into(), ..draft };
    let ben = lessons.add(student_ben(), "Maths", now + Duration::minutes(4), fractions).await.unwrap();
    lessons
        .core()
        .write_homework(ben, 1, "Fractions, sheet 4, questions 1 to 8", "Quadratic equations: the formula")
        .await
        .unwrap();
    lessons.core().write_notes(ben, 2, "Exam on 3 December. Goes too fast over signs.").await.unwrap();
    a_week(&lessons, now).await;
    lessons.done().await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Join").await.unwrap();
    desktop.notifications.wait_for(1, SOON).await.unwrap();
    look.at(&app, "today-open").await;

    page.press("More about Ben, Maths").await.unwrap();
    page.find("[role=menuitem]").await.unwrap();
    look.at(&app, "today-menu").await;
    desktop.input().focus(app.window_id().await.unwrap()).await.unwrap();
    desktop.input().keys(&["Escape"]).await.unwrap();
    page.press("Show past sessions").await.unwrap();
    page.says(".past-days", "Dan").await.unwrap();
    page.script("document.querySelector('.past-days').scrollIntoView()", Vec::new()).await.unwrap();
    look.at(&app, "today-past").await;
    page.press("Hide past sessions").await.unwrap();

    page.press("Week").await.unwrap();
    page.has(0, "article.card").await.unwrap();
    look.at(&app, "week").await;
    page.press("People").await.unwrap();
    page.says("main ol", "Ben").await.unwrap();
    look.at(&app, "people").await;
    page.press("View Ben").await.unwrap();
    page.says("main h1", "Ben").await.unwrap();
    look.at(&app, "person").await;
    page.press("Settings").await.unwrap();
    page.shows("Shown by").await.unwrap();
    look.at(&app, "settings").await;
    page.press("Today").await.unwrap();
    page.press("View session").await.unwrap();
    page.shows("What happened").await.unwrap();
    look.at(&app, "session").await;
    page.press("Edit homework and plan").await.unwrap();
    page.field("Plan").await.unwrap();
    look.at(&app, "session-writing").await;
    page.press("Cancel").await.unwrap();
    page.press("Today").await.unwrap();

    open_past(&page, "Dan").await;
    page.shows("How did it go?").await.unwrap();
    look.at(&app, "session-past").await;
    page.press("Today").await.unwrap();
    dialogs(&desktop, &app, look).await;
}

/// Days on which something is different: later, running, two at once, over, and faults.
pub async fn of_other_days(look: &mut impl Look) {
    one_day(look, "today-later", async |lessons, now| {
        let homework = |draft: Draft| Draft { homework: "Fractions, sheet 4".into(), ..draft };
        lessons.add(student_ben(), "Maths", now + Duration::minutes(23), homework).await.unwrap();
        a_week(lessons, now).await;
    })
    .await;
    one_day(look, "today-no-link", async |lessons, now| {
        let none = |draft: Draft| Draft { link: String::new(), ..draft };
        lessons.add(student_ben(), "Maths", now + Duration::minutes(23), none).await.unwrap();
        a_week(lessons, now).await;
    })
    .await;
    one_day(look, "today-done", async |lessons, now| {
        lessons.add(student_ben(), "Maths", now + Duration::hours(50), |draft| draft).await.unwrap();
    })
    .await;

    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    desktop
        .settings(|settings| Settings { hour_clock: firstbell_core::settings::Hours::Twelve, ..settings })
        .await
        .unwrap();
    let lessons = desktop.arrange().await.unwrap();
    lessons.add(student_ben(), "Maths", Utc::now() - Duration::minutes(56), |draft| draft).await.unwrap();
    let zoom = |draft: Draft| Draft { link: ZOOM_LINK.into(), ..draft };
    lessons.add(STUDENT_MIA, "Physics", Utc::now() + Duration::minutes(4), zoom).await.unwrap();
    lessons.done().await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Now").await.unwrap();
    look.at(&app, "today-running").await;
    page.press("Join, Ben, Maths").await.unwrap();
    page.says("article.card", "Join again").await.unwrap();
    page.find(".slim .join").await.unwrap();
    look.at(&app, "today-two").await;
    desktop.opener.exit_with(3).unwrap();
    page.press("Join, Mia, Physics").await.unwrap();
    page.shows("The browser didn’t open.").await.unwrap();
    look.at(&app, "today-not-opened").await;
}

async fn one_day(look: &mut impl Look, name: &str, arrange: impl AsyncFnOnce(&Arranged, DateTime<Utc>)) {
    let desktop = Desktop::plan().around_noon().with_tray().start().await.unwrap();
    desktop.settled().await.unwrap();
    let lessons = desktop.arrange().await.unwrap();
    arrange(&lessons, Utc::now()).await;
    lessons.done().await;
    let app = start(&desktop).await;
    look.at(&app, name).await;
}

async fn dialogs(desktop: &Desktop, app: &App<'_>, look: &mut impl Look) {
    let page = app.page().unwrap();
    page.press("Add").await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "add").await;
    page.fill("Link", "http://meet.google.com/abc-defg-hij").await.unwrap();
    page.press("Add a session").await.unwrap();
    page.shows("Only links that begin with https://").await.unwrap();
    look.at(app, "add-faults").await;
    page.fill("Who", "Mia").await.unwrap();
    let night = "document.querySelector('#f-time').value = '22:30';
        document.querySelector('#f-time').dispatchEvent(new Event('input', { bubbles: true }));";
    page.script(night, Vec::new()).await.unwrap();
    page.fill("Link", "https://zoom.us.evil.com/j/93412345678").await.unwrap();
    page.fill("Repeats", "Every week").await.unwrap();
    page.shows("It looks like Zoom").await.unwrap();
    look.at(app, "add-warnings").await;
    leave(&page, "Cancel").await;

    page.press("View session").await.unwrap();
    page.shows("What happened").await.unwrap();
    page.press("Edit").await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "edit").await;
    leave(&page, "Cancel").await;
    page.press("Move").await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "move").await;
    leave(&page, "Cancel").await;
    page.press("Cancel session").await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "cancel").await;
    page.press("Cancel session").await.unwrap();
    page.no_dialog().await.unwrap();
    page.shows("Cancelled by you").await.unwrap();
    look.at(app, "session-cancelled").await;
    page.press("Today").await.unwrap();
    page.shows("Cancelled by you").await.unwrap();
    look.at(app, "today-cancelled").await;

    page.press("Search").await.unwrap();
    page.dialog().await.unwrap();
    page.fill("Name, subject or words", "maths").await.unwrap();
    page.says("dialog .results", "Maths").await.unwrap();
    look.at(app, "search").await;
    page.fill("Name, subject or words", "astrology").await.unwrap();
    page.shows("Nothing found for").await.unwrap();
    look.at(app, "search-nothing").await;
    leave(&page, "Close").await;

    let file = desktop.home().join("autumn-term.ics");
    let soon = |hours: i64| Lesson::starting_in(hours * 3600, Utc::now());
    let lessons = [
        soon(70).title("Chemistry with Eva").link(ZOOM_LINK),
        soon(94).title("Maths with Leo"),
        soon(95).title("Physics with Ida").link("https://rooms.example.org/ida"),
        soon(120).title("Dentist").without_link(),
    ];
    let broken = "BEGIN:VEVENT\r\nUID:broken\r\nSUMMARY:Choir\r\nDTSTART:20269999T100000\r\nEND:VEVENT\r\nEND:VCALENDAR";
    std::fs::write(&file, calendar::calendar(&lessons).replace("END:VCALENDAR", broken)).unwrap();
    App::plan().arg("autumn-term.ics").start(desktop).unwrap().wait_for_end(SOON).await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "import").await;
    leave(&page, "Cancel").await;
    std::fs::write(&file, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n").unwrap();
    App::plan().arg("autumn-term.ics").start(desktop).unwrap().wait_for_end(SOON).await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "import-refused").await;
    leave(&page, "Close").await;

    let input = desktop.input();
    input.focus(app.window_id().await.unwrap()).await.unwrap();
    input.keys(&["F1"]).await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "keys").await;
    leave(&page, "Close").await;
    input.keys(&["ctrl+q"]).await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "quit").await;
    leave(&page, "Keep running").await;

    let odd = Lesson::starting_in(100, Utc::now())
        .title("Latin with Noa")
        .link("https://zoom.us.evil.com/j/93412345678");
    desktop.import(&[odd]).await.unwrap();
    page.press("Join…").await.unwrap();
    page.dialog().await.unwrap();
    look.at(app, "open-host").await;
    leave(&page, "Cancel").await;

    let drag = desktop.drag_file(&file, app.window_id().await.unwrap()).await.unwrap();
    page.shows("Drop the calendar file here").await.unwrap();
    look.at(app, "drop").await;
    drag.cancel().await.unwrap();
    page.shows_no("Drop the calendar file here").await.unwrap();
}

async fn leave(page: &Page<'_>, by: &str) {
    page.press(by).await.unwrap();
    page.no_dialog().await.unwrap();
}

async fn open_past(page: &Page<'_>, name: &str) {
    page.press("Show past sessions").await.unwrap();
    page.says(".past-days", name).await.unwrap();
    let script = "[...document.querySelectorAll('.past-days [data-view]')].find((one) => nameOf(one).includes(arguments[0])).click()";
    page.script(script, vec![name.into()]).await.unwrap();
    page.says("main h1", name).await.unwrap();
}

/// What is around: later today, the days after, the days before; a cancelled one, one at a place, one
/// without a link.
async fn a_week(lessons: &Arranged, now: DateTime<Utc>) {
    let hour = now - Duration::seconds(now.timestamp().rem_euclid(3600));
    let (hours, days) = (Duration::hours, Duration::days);
    let zoom = |draft: Draft| Draft { link: ZOOM_LINK.into(), minutes: 45, ..draft };
    let none = |draft: Draft| Draft { link: String::new(), ..draft };
    let at_home =
        |draft: Draft| Draft { link: String::new(), place: "At the library, room 2".into(), ..draft };
    lessons.add(STUDENT_MIA, "Physics", hour + hours(3), zoom).await.unwrap();
    let off = lessons.add(STUDENT_EVA, "Chemistry", hour + hours(5), |draft| draft).await.unwrap();
    lessons.core().cancel_session(off, 1, firstbell_core::app::Scope::This).await.unwrap();
    lessons.add(student_dan(), "Maths", hour + days(1) + hours(2), none).await.unwrap();
    lessons.add(STUDENT_EVA, "Chemistry", hour + days(1) + hours(4), |draft| draft).await.unwrap();
    lessons
        .add(student_ben(), "Maths", hour + days(3), |draft| Draft { repeat_weeks: 4, ..draft })
        .await
        .unwrap();
    lessons.add(student_dan(), "Drawing", hour + days(4) - hours(1), at_home).await.unwrap();
    lessons.add(STUDENT_MIA, "Physics", hour + days(4), zoom).await.unwrap();
    lessons.add(student_dan(), "Maths", hour - days(1), |draft| draft).await.unwrap();
    lessons.add(STUDENT_EVA, "Chemistry", hour - days(2) + hours(1), |draft| draft).await.unwrap();
    let held = lessons.add(STUDENT_MIA, "Physics", hour - days(3), zoom).await.unwrap();
    lessons.core().mark_session(held, 1, firstbell_core::session::Status::Completed).await.unwrap();
}
