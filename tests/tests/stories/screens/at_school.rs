//! What a school plans, for each of its people.

use chrono::{DateTime, Utc};
use firstbell_school::Server;
use firstbell_tests::kit::calendar::{Lesson, MEET_LINK};
use firstbell_tests::kit::{App, Desktop};

use super::super::at_school::{heard_ten_minutes_ago, northside, sign_in};
use super::{Look, start};

/// Ben's next lesson with Ada begins at a whole minute, as those of calendar files do. When that is.
async fn starts_at_a_minute(server: &Server) -> DateTime<Utc> {
    let sql = format!(
        "update public.sessions set scheduled_start_at = date_trunc('minute', scheduled_start_at),
           scheduled_end_at = date_trunc('minute', scheduled_end_at)
         where join_url = '{MEET_LINK}' and scheduled_start_at > now() and scheduled_start_at < now() + interval '2 hours'
         returning extract(epoch from scheduled_start_at)::bigint"
    );
    let seconds = server.connect().await.unwrap().query_one(&sql, &[]).await.unwrap().get(0);
    DateTime::from_timestamp(seconds, 0).unwrap()
}

pub(super) async fn at_school(look: &mut Look) {
    for (name, role, other) in [("BEN", "student", "Ada"), ("ADA", "tutor", "Ben"), ("CLEO", "parent", "Eve")]
    {
        let server = northside(3600).await;
        let desktop = look.desktop(Desktop::plan().with_keyring().around_noon()).await;
        desktop.settled().await.unwrap();
        let app = start(&desktop).await;
        sign_in(&app, &server, name).await;
        let page = app.page().unwrap();
        page.shows(other).await.unwrap();
        look.at(&desktop, &app, &format!("school-today-{role}")).await;
        if name == "CLEO" {
            page.press("Ask for a time").await.unwrap();
            page.says("dialog .slots", "Another time").await.unwrap();
            look.at(&desktop, &app, "ask-for-a-childs-time").await;
            page.press("Cancel").await.unwrap();
            page.no_dialog().await.unwrap();
        }
        page.press("View session").await.unwrap();
        page.shows("What happened").await.unwrap();
        look.at(&desktop, &app, &format!("school-session-{role}")).await;
        if name != "BEN" {
            continue;
        }
        ask_for_a_time(look, &desktop, &app).await;
        // Where lessons come from two places, each says from which.
        let next = starts_at_a_minute(&server).await;
        let same = Lesson::starting_in(0, next).title("Algebra with Ada");
        desktop.import(&[Lesson::starting_in(7200, Utc::now()).title("Choir"), same]).await.unwrap();
        assert!(desktop.bell(&["sync"]).await.unwrap().status.success());
        page.press("Today").await.unwrap();
        page.says("main", "Choir").await.unwrap();
        // What both have is one lesson, and says so.
        page.says("article.card", "Also on this computer").await.unwrap();
        look.at(&desktop, &app, "school-today-two-sources").await;
        app.terminate().await.unwrap();
        drop(server);
        heard_ten_minutes_ago(&desktop).await;
        let app = start(&desktop).await;
        app.page().unwrap().shows("sessions as of").await.unwrap();
        look.at(&desktop, &app, "school-today-unheard").await;
        what_waits(look, &desktop, &app).await;
    }
}

/// Asking for a time: one of the tutor's, and another one, at which something is to be said.
async fn ask_for_a_time(look: &mut Look, desktop: &Desktop, app: &App<'_>) {
    let page = app.page().unwrap();
    page.press("Today").await.unwrap();
    page.press("Ask for a time").await.unwrap();
    page.says("dialog .slots", "Another time").await.unwrap();
    look.at(desktop, app, "ask-for-a-time").await;
    page.script("document.querySelector('dialog .slots label:last-child input').click()", Vec::new())
        .await
        .unwrap();
    page.fill("Date", "2027-01-03").await.unwrap();
    page.says("dialog .notices", "isn’t among").await.unwrap();
    page.script("document.querySelector('dialog button.chief').click()", Vec::new()).await.unwrap();
    page.shows("Say what the lesson is about.").await.unwrap();
    look.at(desktop, app, "ask-for-another-time").await;
    page.press("Cancel").await.unwrap();
    page.no_dialog().await.unwrap();
}

/// A wish is taken back while nobody can be told of it.
async fn what_waits(look: &mut Look, desktop: &Desktop, app: &App<'_>) {
    let page = app.page().unwrap();
    page.press("Take back").await.unwrap();
    page.shows("One change will be sent").await.unwrap();
    // Whose suggestion it was stays true while the answer waits.
    page.says("section.asked", "Ada suggests").await.unwrap();
    look.at(desktop, app, "school-today-waits").await;
    page.script(
        "[...document.querySelectorAll('aside button')].find((one) => one.textContent === 'Show').click()",
        Vec::new(),
    )
    .await
    .unwrap();
    page.says("dialog", "One change waits").await.unwrap();
    look.at(desktop, app, "what-waits").await;
}
