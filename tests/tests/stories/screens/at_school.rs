//! What a school plans, for each of its people.

use chrono::Utc;
use firstbell_tests::kit::Desktop;
use firstbell_tests::kit::calendar::Lesson;

use super::super::at_school::{heard_ten_minutes_ago, northside, sign_in};
use super::{Look, start};

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
        page.press("View session").await.unwrap();
        page.shows("What happened").await.unwrap();
        look.at(&desktop, &app, &format!("school-session-{role}")).await;
        if name != "BEN" {
            continue;
        }
        // Where lessons come from two places, each says from which.
        desktop.import(&[Lesson::starting_in(7200, Utc::now()).title("Choir")]).await.unwrap();
        page.press("Today").await.unwrap();
        page.says("main", "Choir").await.unwrap();
        look.at(&desktop, &app, "school-today-two-sources").await;
        app.terminate().await.unwrap();
        drop(server);
        heard_ten_minutes_ago(&desktop).await;
        let app = start(&desktop).await;
        app.page().unwrap().shows("sessions as of").await.unwrap();
        look.at(&desktop, &app, "school-today-unheard").await;
    }
}
