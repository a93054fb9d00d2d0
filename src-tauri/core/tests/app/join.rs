use chrono::Duration;
use firstbell_core::{
    app::{Opened, Scope},
    draft::Draft,
    error::Error,
    happened::Kind,
    id::SessionKey,
    join::JoinState,
    session::Status,
    state_table::Refusal,
    store::{Migrate, Store},
};

use super::desk::{Desk, MEET, OTHER_MEET, at, calendar, kinds, lesson};

async fn state(desk: &Desk, id: SessionKey) -> JoinState {
    desk.page(id).await.entry.join
}

#[tokio::test]
async fn the_door_opens_five_minutes_before_and_closes_an_hour_after() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    for (minutes, expected) in [
        (-6, JoinState::OpensAt),
        (-5, JoinState::Open),
        (-1, JoinState::Open),
        (0, JoinState::InProgress),
        (60, JoinState::InProgress),
        (119, JoinState::InProgress),
        (120, JoinState::Ended),
    ] {
        desk.set("2026-11-24T16:00");
        desk.pass(Duration::minutes(minutes));
        assert_eq!(state(&desk, id).await, expected, "{minutes} minutes after the start");
        let joined = desk.app.join(id, false, false).await;
        assert_eq!(joined.is_ok(), expected.is_open(), "{minutes}: {joined:?}");
    }
}

#[tokio::test]
async fn the_next_session_in_the_same_room_takes_it_over() {
    let desk = Desk::new().await;
    let first = desk.add(&lesson("2026-11-24", "16:00")).await;
    // Another way to write the same room.
    let link = format!("{MEET}?authuser=1");
    let second = desk.add(&Draft { link, ..lesson("2026-11-24", "17:30") }).await;
    desk.add(&Draft { link: OTHER_MEET.to_owned(), ..lesson("2026-11-24", "17:10") }).await;
    desk.set("2026-11-24T17:29");
    assert_eq!(state(&desk, first).await, JoinState::InProgress);
    desk.set("2026-11-24T17:30");
    assert_eq!(state(&desk, first).await, JoinState::Ended);
    assert!(matches!(desk.app.join(first, false, false).await, Err(Error::Over)));
    let listed = desk.app.between(at("2026-11-24T00:00"), at("2026-11-25T00:00")).await.unwrap();
    assert_eq!(listed[0].join, JoinState::Ended);
    // A session that is called off takes nothing over.
    desk.app.cancel_session(second, 1, Scope::This).await.unwrap();
    assert_eq!(state(&desk, first).await, JoinState::InProgress);
}

#[tokio::test]
async fn a_room_that_is_taken_before_the_end_is_the_first_ones_until_its_end() {
    let desk = Desk::at("2026-11-24T16:45").await;
    let first = desk.add(&lesson("2026-11-24", "16:00")).await;
    desk.add(&lesson("2026-11-24", "16:30")).await;
    assert_eq!(state(&desk, first).await, JoinState::InProgress);
    desk.set("2026-11-24T17:00");
    assert_eq!(state(&desk, first).await, JoinState::Ended);
}

#[tokio::test]
async fn join_opens_the_written_back_link_and_notes_it() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let link = "HTTPS://Meet.Google.com:443/abc-defg-hij".to_owned();
    let id = desk.add(&Draft { link, ..lesson("2026-11-24", "16:00") }).await;
    assert_eq!(desk.app.join(id, false, false).await.unwrap(), Opened::Yes);
    assert_eq!(*desk.browser.opened.lock().unwrap(), [MEET]);
    let page = desk.page(id).await;
    assert_eq!(page.entry.session.opened_at, Some(at("2026-11-24T15:57")));
    assert_eq!(page.happened.last().unwrap().kind, Kind::Opened);
}

#[tokio::test]
async fn an_unknown_host_is_asked_about_before_it_is_opened() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let link = "https://meet.exämple.org/room".to_owned();
    let id = desk.add(&Draft { link, ..lesson("2026-11-24", "16:00") }).await;
    let asked = desk.app.join(id, false, false).await.unwrap();
    assert_eq!(asked, Opened::Ask { host: "meet.xn--exmple-cua.org".to_owned(), looks_like: None });
    assert!(desk.browser.opened.lock().unwrap().is_empty());
    assert_eq!(desk.session(id).await.opened_at, None);
    assert_eq!(desk.app.join(id, true, false).await.unwrap(), Opened::Yes);
    assert_eq!(desk.browser.opened.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_imitates_a_provider_is_named_in_the_question() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let link = "https://zoom.us.example.org/j/93412345678".to_owned();
    let id = desk.add(&Draft { link, ..lesson("2026-11-24", "16:00") }).await;
    let Opened::Ask { looks_like, .. } = desk.app.join(id, false, false).await.unwrap() else {
        panic!("not asked")
    };
    assert_eq!(looks_like, Some("Zoom"));
}

#[tokio::test]
async fn early_opens_before_the_door_does_but_not_after_it_has_closed() {
    let desk = Desk::new().await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    let error = desk.app.join(id, false, false).await.unwrap_err();
    assert!(matches!(error, Error::NotOpenYet { at: opens, .. } if opens == at("2026-11-24T15:55")));
    assert_eq!(desk.app.join(id, false, true).await.unwrap(), Opened::Yes);
    desk.set("2026-11-24T18:00");
    assert!(matches!(desk.app.join(id, false, true).await, Err(Error::Over)));
}

#[tokio::test]
async fn a_browser_that_does_not_open_leaves_the_session_unopened() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    *desk.browser.is_broken.lock().unwrap() = true;
    assert_eq!(desk.app.join(id, false, false).await.unwrap(), Opened::BrowserFailed);
    assert_eq!(desk.session(id).await.opened_at, None);
}

#[tokio::test]
async fn without_a_link_or_a_life_there_is_no_join() {
    let desk = Desk::at("2026-11-24T15:57").await;
    let none = desk.add(&Draft { link: String::new(), ..lesson("2026-11-24", "16:00") }).await;
    assert_eq!(state(&desk, none).await, JoinState::NoLink);
    assert!(matches!(desk.app.join(none, true, true).await, Err(Error::NoLink)));
    assert!(matches!(desk.app.link_to_copy(none).await, Err(Error::NoLink)));
    let off = desk.add(&lesson("2026-11-24", "16:00")).await;
    desk.app.cancel_session(off, 1, Scope::This).await.unwrap();
    assert_eq!(state(&desk, off).await, JoinState::Cancelled);
    let refused = desk.app.join(off, true, true).await;
    assert!(matches!(refused, Err(Error::NotAllowed(Refusal::NotForStatus))));
    let held = desk.add(&lesson("2026-11-24", "15:30")).await;
    desk.app.mark_session(held, 1, Status::Completed).await.unwrap();
    assert_eq!(state(&desk, held).await, JoinState::Final);
    // The link of a session that is over can still be copied.
    assert_eq!(desk.app.link_to_copy(held).await.unwrap(), MEET);
}

#[tokio::test]
async fn join_without_a_name_takes_the_filled_button() {
    let desk = Desk::at("2026-11-24T15:00").await;
    assert!(matches!(desk.app.session_to_join(false).await, Err(Error::NotFound)));
    let first = desk.add(&lesson("2026-11-24", "16:00")).await;
    let second = desk.add(&Draft { link: OTHER_MEET.to_owned(), ..lesson("2026-11-24", "17:00") }).await;
    let error = desk.app.session_to_join(false).await.unwrap_err();
    assert!(matches!(error, Error::NotOpenYet { at: opens, .. } if opens == at("2026-11-24T15:55")));
    desk.set("2026-11-24T15:55");
    assert_eq!(desk.app.session_to_join(false).await.unwrap(), first);
    desk.app.join(first, false, false).await.unwrap();
    assert_eq!(desk.app.session_to_join(false).await.unwrap(), first, "again");
    desk.set("2026-11-24T16:56");
    assert_eq!(desk.app.session_to_join(false).await.unwrap(), second, "the brass has moved");
}

#[tokio::test]
async fn busy_time_is_no_session_to_join() {
    let desk = Desk::new().await;
    let dentist = "UID:d@test\nSUMMARY:Dentist\nDTSTART:20261124T090000Z\nDTEND:20261124T100000Z";
    desk.import(&calendar(&[dentist])).await;
    assert!(desk.all().await[0].is_busy_time());
    assert!(matches!(desk.app.session_to_join(false).await, Err(Error::NotFound)));
    assert!(desk.app.coming(5).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_join_that_cannot_be_stored_yet_is_on_the_page_and_stored_later() {
    let desk = Desk::at("2026-11-24T15:56").await;
    let id = desk.add(&lesson("2026-11-24", "16:00")).await;
    let database = desk.folder.path().join("this-computer.sqlite3");
    desk.app.reopen_as(&Store::open_to_read(&database).await.unwrap());
    assert_eq!(desk.app.join(id, false, false).await.unwrap(), Opened::Yes);
    assert_eq!(desk.session(id).await.opened_at, Some(at("2026-11-24T15:56")));
    assert!(desk.app.today(1).await.unwrap().today.card.unwrap().session.opened_at.is_some());
    desk.app.reopen_as(&Store::open(&database, Migrate::No).await.unwrap());
    desk.app.store_what_waits().await;
    let page = desk.page(id).await;
    assert_eq!(page.entry.session.opened_at, Some(at("2026-11-24T15:56")));
    assert_eq!(kinds(&page), [Kind::Added, Kind::Opened]);
}
