//! What a school plans, in the real window: in the list, at the bell, with the school and without it.

use firstbell_school::{Server, sample};
use firstbell_tests::kit::calendar::MEET_LINK;
use firstbell_tests::kit::{App, Desktop};

use super::scene::{BELL, SOON, settled, start};

/// The sample school, called Northside. Ben's next lesson with Ada begins so many seconds after its bell is due.
pub async fn northside(bell_in: i64) -> Server {
    let server = Server::start().await.unwrap();
    sample::furnish(&server).await.unwrap();
    let sql = format!(
        "update public.school_settings set name = 'Northside';
         update public.sessions set join_url = '{MEET_LINK}', provider = 'google_meet',
           scheduled_start_at = now() + interval '{0} seconds', scheduled_end_at = now() + interval '{0} seconds 1 hour'
         where id = (select s.id from public.sessions s
           join public.session_participants sp on sp.session_id = s.id
           join public.people p on p.id = sp.person_id join public.people t on t.id = s.tutor_id
           where p.first_name = 'Ben' and t.first_name = 'Ada' and s.status = 'SCHEDULED' and s.scheduled_start_at > now()
           order by s.scheduled_start_at limit 1)",
        300 + bell_in
    );
    server.connect().await.unwrap().batch_execute(&sql).await.unwrap();
    server
}

pub async fn with_keyring() -> Desktop {
    Desktop::plan().with_keyring().around_noon().start().await.unwrap()
}

/// One of the sample's people signs in, by the school's address.
pub async fn sign_in(app: &App<'_>, server: &Server, name: &str) {
    sign_in_at(app, (server.url(), server.publishable_key()), name).await;
}

/// The same by another way to the school: its address, and its key.
pub async fn sign_in_at(app: &App<'_>, (address, key): (&str, &str), name: &str) {
    let person = sample::PEOPLE.iter().find(|person| person.name == name).unwrap();
    let page = app.page().unwrap();
    page.press("Settings").await.unwrap();
    page.press("Sign in to a school").await.unwrap();
    page.press("I have no invitation").await.unwrap();
    page.fill("The school’s address", address).await.unwrap();
    page.fill("Its key", key).await.unwrap();
    page.press("Go on").await.unwrap();
    page.says("main h1", "Sign up at Northside").await.unwrap();
    page.press("I have an account").await.unwrap();
    page.says("main h1", "Sign in to Northside").await.unwrap();
    page.fill("E-mail", person.email).await.unwrap();
    page.fill("Password", person.password).await.unwrap();
    page.press_chief().await.unwrap();
    page.shows("On this computer and at Northside").await.unwrap();
}

/// What is here of the school is that old.
pub async fn heard_ten_minutes_ago(desktop: &Desktop) {
    let files = std::fs::read_dir(desktop.data_dir()).unwrap().flatten().map(|file| file.path());
    let is_cache = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("school-") && name.ends_with(".sqlite3")
    };
    let cache = files.into_iter().find(is_cache).unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(cache);
    let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("UPDATE pull_state SET whole_at = whole_at - 600000").execute(&mut conn).await.unwrap();
}

#[tokio::test]
async fn a_lesson_of_the_school_rings_and_is_joined_and_stays_without_the_school() {
    let server = northside(25).await;
    let desktop = with_keyring().await;
    let app = settled(&desktop).await;
    sign_in(&app, &server, "BEN").await;
    let page = app.page().unwrap();
    page.says("article.card", "Ada").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    let ring = desktop.notifications.wait_for(1, BELL).await.unwrap().remove(0);
    assert!(ring.summary.contains("Ada"), "{}", ring.summary);
    page.press("View session").await.unwrap();
    page.says("main h1", "Ada").await.unwrap();
    page.shows("What happened").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    page.press("Join").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(1, SOON).await.unwrap(), [vec![MEET_LINK]]);
    // That it was opened is stored after the browser has the link.
    page.shows("Join again").await.unwrap();
    app.terminate().await.unwrap();

    // The school is gone, as for whoever is offline: nothing is empty because of that.
    drop(server);
    heard_ten_minutes_ago(&desktop).await;
    let app = start(&desktop).await;
    let page = app.page().unwrap();
    page.says("article.card", "Ada").await.unwrap();
    page.shows("Northside isn’t answering. Trying again; sessions as of").await.unwrap();
    page.says("article.card", "Join again").await.unwrap();
    page.press("View session").await.unwrap();
    page.says("main h1", "Ada").await.unwrap();
    page.press("Join again").await.unwrap();
    assert_eq!(desktop.opener.wait_for_opened(2, SOON).await.unwrap().len(), 2);
}
