//! A start with a sign-in: nothing is sent, and no keychain asked, before the window has something to show.

use std::time::Duration;

use firstbell_core::data_folder::DataFolder;
use firstbell_core::local_socket::{self, Ask, Asked, Reply};
use firstbell_school::Scripted;

use crate::beside::run_beside;
use crate::desk::{Desk, fresh_email};
use crate::roles::northside;

#[tokio::test]
async fn nothing_is_sent_before_the_window_is_up() {
    let school = Scripted::in_front_of(northside().await).unwrap();
    let desk = Desk::new().await;
    desk.signed_up(school.url(), school.publishable_key(), &fresh_email("ben")).await;
    school.forget_asked();

    // The same app, with what runs beside it: its sign-in holds until it is quit.
    let folder = DataFolder::open(desk.path()).unwrap();
    let running = run_beside(&desk).await;
    // All of it runs: its socket answers.
    let answered = async {
        let health = Asked::Answered(Reply::Health(firstbell_core::health::Health::GOOD));
        while local_socket::ask(&folder, &Ask::Health, Duration::from_secs(5)).await != health {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answered).await.unwrap();
    assert!(school.asked().is_empty(), "{:?}", school.asked());
    running.is_up();
    let asked = async {
        while school.asked_for("/rest/v1/rpc/who_am_i").is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.unwrap();
    assert!(school.asked_for("/auth/v1/token").is_empty(), "the token is good: no refresh");
    running.stop().await;
}
