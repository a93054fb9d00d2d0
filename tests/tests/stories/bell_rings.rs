//! From a calendar file to the bell to the open meeting.

use std::time::Duration;

use chrono::Utc;
use firstbell_tests::kit::calendar::{self, Lesson, MEET_LINK};
use firstbell_tests::kit::{Desktop, wait};

use super::scene::{BELL, SOON, rings_in, settled, start};

const ZOOM_LINK: &str = "https://zoom.us/j/93412345678";

#[tokio::test]
async fn a_dropped_file_is_chosen_from_rings_and_is_joined_once() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    page.shows("No sessions yet.").await.unwrap();

    let file = desktop.home().join("my lessons.ics");
    let dentist = Lesson::starting_in(7200, Utc::now()).title("Dentist").without_link();
    calendar::write(&file, &[rings_in(18), dentist]).unwrap();
    desktop.drop_file(&file, app.window_id().await.unwrap()).await.unwrap();
    assert_eq!(page.dialog().await.unwrap(), "Add 2 sessions?");
    page.shows("my lessons.ics").await.unwrap();
    page.press("Add 2 sessions").await.unwrap();
    page.no_dialog().await.unwrap();
    page.says("article.card", "Ben").await.unwrap();
    page.says("li.row", "Dentist").await.unwrap();
    assert!(desktop.notifications.all().is_empty(), "it rings five minutes before, not sooner");

    let ring = desktop.notifications.wait_for(1, BELL).await.unwrap().remove(0);
    assert_eq!(ring.summary, "Algebra with Ben in 5 minutes");
    assert_eq!(ring.text_hint("desktop-entry"), Some("firstbell"));
    assert_eq!((ring.label("join"), ring.label("snooze")), (Some("Join"), Some("Snooze")));
    desktop.notifications.press(ring.id, "join").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    page.says("article.card", "Join again").await.unwrap();

    app.terminate().await.unwrap();
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Join again").await.unwrap();
    // One more ring, of another session, shows that the bell has looked.
    desktop
        .import(&[Lesson::starting_in(240, Utc::now()).title("Physics with Mia").link(ZOOM_LINK)])
        .await
        .unwrap();
    let rings = desktop.notifications.wait_for(2, BELL).await.unwrap();
    assert_eq!(rings.len(), 2, "the first one does not ring again: {rings:#?}");
    assert_eq!(desktop.opener.calls().unwrap().len(), 1);
}

#[tokio::test]
async fn a_click_on_the_ring_opens_the_session_and_a_snoozed_one_comes_again() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    // Late already, so it rings at once; snoozed, it comes again one minute before the start.
    desktop.import(&[Lesson::starting_in(75, Utc::now()).title("Algebra with Ben")]).await.unwrap();
    let ring = desktop.notifications.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!(ring.summary, "Algebra with Ben in 2 minutes");
    desktop.notifications.press(ring.id, "snooze").await.unwrap();
    let again = desktop.notifications.wait_for(2, BELL).await.unwrap().remove(1);
    assert_eq!(again.summary, "Algebra with Ben in 1 minute");

    desktop.notifications.press(again.id, "default").await.unwrap();
    page.says("main h1", "Ben, Algebra").await.unwrap();
    page.shows("What happened").await.unwrap();
    assert!(desktop.opener.calls().unwrap().is_empty(), "a click only shows the session");
    assert!(desktop.notifications.live().is_empty());
}

#[tokio::test]
async fn of_two_rings_of_one_minute_the_second_outlives_the_answer_to_the_first() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    desktop.notifications.set_gnome_rule(true);
    let mia = Lesson::starting_in(5 * 60 + 9, Utc::now()).title("Physics with Mia").link(ZOOM_LINK);
    desktop.import(&[rings_in(8), mia]).await.unwrap();
    desktop.notifications.wait_for(2, BELL).await.unwrap();
    let named = |name: &'static str| {
        desktop.notifications.wait_until(name, SOON, move |ring| ring.summary.contains(name))
    };
    let (ben, mia) = (named("Ben").await.unwrap(), named("Mia").await.unwrap());

    desktop.notifications.press(ben.id, "join").await.unwrap();
    desktop.opener.wait_for_opened(1, SOON).await.unwrap();
    page.says("article.card", "Join again").await.unwrap();
    let live: Vec<_> = desktop.notifications.live().into_iter().map(|ring| ring.id).collect();
    assert_eq!(live, [mia.id], "GNOME takes it when the connection of the first one goes");
    desktop.notifications.press(mia.id, "join").await.unwrap();
    let opened = desktop.opener.wait_for_opened(2, SOON).await.unwrap();
    assert_eq!(opened, [vec![MEET_LINK], vec![ZOOM_LINK]]);
}

#[tokio::test]
async fn what_bell_imports_while_the_app_runs_is_listed_at_once_and_rings() {
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    let app = settled(&desktop).await;
    let page = app.page().unwrap();
    desktop.import(&[Lesson::starting_in(6 * 60, Utc::now()).title("Physics with Mia")]).await.unwrap();
    let listed = page.says("article.card", "Mia");
    // Much sooner than the bell's ten-second tick would see it.
    tokio::time::timeout(Duration::from_secs(4), listed).await.unwrap().unwrap();

    let soon = rings_in(8);
    desktop.import(std::slice::from_ref(&soon)).await.unwrap();
    page.says("article.card", "Ben").await.unwrap();
    desktop.notifications.wait_for(1, BELL).await.unwrap();
    let late = Utc::now() - (soon.starts() - chrono::Duration::minutes(5));
    // Calendar files know whole seconds.
    assert!((-1000..3000).contains(&late.num_milliseconds()), "it rang {late} after its time");
}

#[tokio::test]
async fn a_bell_missed_in_sleep_rings_when_the_computer_wakes() {
    let desktop = Desktop::plan().around_noon().with_logind().start().await.unwrap();
    let app = settled(&desktop).await;
    let logind = desktop.logind.as_ref().unwrap();
    let lesson = rings_in(10);
    let due = lesson.starts() - chrono::Duration::minutes(5);
    desktop.import(&[lesson]).await.unwrap();
    app.page().unwrap().says("article.card", "Ben").await.unwrap();
    logind.sleep().await.unwrap();
    app.freeze().unwrap();
    wait::until_true("the bell's time to pass", SOON, async || {
        Ok(Utc::now() > due + chrono::Duration::seconds(1))
    })
    .await
    .unwrap();
    assert!(desktop.notifications.all().is_empty(), "it sleeps");
    app.thaw().unwrap();
    logind.wake().await.unwrap();
    desktop.notifications.wait_for(1, Duration::from_secs(5)).await.unwrap();
}
