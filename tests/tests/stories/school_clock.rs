//! A computer's clock that does not go with the school's, as a person reads it, and what becomes of that once it is set.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use firstbell_school::Scripted;
use firstbell_tests::kit::{App, Desktop, Page, wait};

use super::at_school::{northside, sign_in, sign_in_at, with_keyring};
use super::school_trouble::{to_localhost, with_door};

/// A school is asked every half minute while a lesson is near.
const NEXT_PASS: Duration = Duration::from_secs(60);

/// The line over the list, once it says this; and the seconds in it.
async fn strip_says(page: &Page<'_>, words: &str) -> i64 {
    let line = wait::until("the strip to tell of the clock", NEXT_PASS, async || {
        Ok(page.text(".strip").await?.filter(|line| line.contains(words)))
    })
    .await
    .unwrap();
    let seconds = line.split("This computer’s clock is ").nth(1).unwrap();
    seconds.split(' ').next().unwrap().parse().unwrap()
}

async fn strip_is_gone(page: &Page<'_>) {
    let is_gone = async || Ok(page.count(".strip").await? == 0);
    wait::until_true("the strip to go", NEXT_PASS, is_gone).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_ahead_is_told_over_the_list_until_it_is_set_right() {
    let server = northside(240).await;
    let desktop = with_keyring().await;
    desktop.settled().await.unwrap();
    let clock = desktop.fake_clock(Utc::now() + TimeDelta::seconds(95)).unwrap();
    let app = App::plan().by(&clock).start_with_driver(&desktop).await.unwrap();
    sign_in(&app, &server, "BEN").await;
    let page = app.page().unwrap();
    let ahead = strip_says(&page, "seconds ahead of Northside’s, so bells ring early. Set it right.").await;
    assert!((93..=97).contains(&ahead), "{ahead}");
    page.says("article.card", "Ada").await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    clock.set(Utc::now()).unwrap();
    strip_is_gone(&page).await;
    page.says("article.card", "Ada").await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_behind_is_told_and_half_a_minute_is_nobodys_concern() {
    let server = northside(240).await;
    let school = Scripted::in_front_of(&server).unwrap();
    let desktop = with_keyring().await;
    let app = super::scene::settled(&desktop).await;
    school.turn_clock(TimeDelta::seconds(25));
    sign_in_at(&app, (school.url(), school.publishable_key()), "BEN").await;
    let page = app.page().unwrap();
    page.says("article.card", "Ada").await.unwrap();
    page.has(0, ".strip").await.unwrap();
    school.turn_clock(TimeDelta::seconds(70));
    let behind = strip_says(&page, "seconds behind Northside’s, so bells ring late. Set it right.").await;
    assert!((93..=97).contains(&behind), "{behind}");
    school.turn_clock(TimeDelta::seconds(-95));
    strip_is_gone(&page).await;
}

#[tokio::test]
async fn a_certificate_that_has_run_out_by_this_computers_clock_alone_is_told_as_the_clock_that_it_is() {
    let now = Utc::now();
    let until = now.date_naive() + TimeDelta::days(2);
    let school = with_door(Scripted::with_tls_until(&["localhost"], until).unwrap());
    let desktop = Desktop::plan().around_noon().start().await.unwrap();
    desktop.settled().await.unwrap();
    let file = desktop.root().join("authorities.pem");
    std::fs::write(&file, school.authority().unwrap()).unwrap();
    let clock = desktop.fake_clock(now + TimeDelta::days(3)).unwrap();
    let plan = App::plan().by(&clock).env("SSL_CERT_FILE", file.to_str().unwrap());
    let app = plan.start_with_driver(&desktop).await.unwrap();
    let page = app.page().unwrap();
    super::getting_in::to_address(&page).await;
    to_localhost(&page, &school).await;
    let host = school.url().trim_start_matches("https://");
    let words = format!("This computer’s clock and {host}’s certificate don’t agree. Set the clock right");
    page.says("main .mend", &words).await.unwrap();
    assert_eq!(app.axe().await.unwrap(), []);
    assert_eq!(school.asked().len(), 0, "nothing is said to whoever is not trusted");
    let typed = page.field("Its key").await.unwrap().prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some(school.publishable_key()));
    clock.set(Utc::now()).unwrap();
    // Programs see a clock that was set within a second.
    wait::until_true("the door to open", super::scene::SOON, async || {
        page.press("Try again").await?;
        page.says("main h1", "Sign up at Northside").await?;
        Ok(true)
    })
    .await
    .unwrap();
}
