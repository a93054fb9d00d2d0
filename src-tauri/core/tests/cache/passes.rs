//! One pass: what is asked, what is kept, and what becomes of what goes wrong.

use firstbell_core::{
    pulled::{Page, Why},
    school::{fault::Fault, supabase::keeper::KeeperFault},
    secret::KeychainFault,
    sync::{SyncFault, pull::NoPage},
};
use serde_json::json;

use super::told::{ACCOUNT, ADA, Client, LESSON, change, lesson, lost, now, page, session};

fn more(page: Page) -> Page {
    Page { has_more: true, ..page }
}

fn afresh(page: Page) -> Page {
    Page { is_afresh: true, ..page }
}

#[tokio::test]
async fn a_first_pull_is_shown_from_its_first_page_on_and_tells_how_far_it_is() {
    let client = Client::new().await;
    let told = client.pull.pages();
    let first = Page { to_come: Some(7), ..more(afresh(page("one", lesson("Maths")))) };
    told.says(Ok(first));
    told.says(Err(NoPage::Fault(Fault::Offline)));
    let mut seen = Vec::new();
    let fault = client.pull.pass(|| true, |progress| seen.push(progress)).await.unwrap_err();
    assert!(matches!(fault, SyncFault::School(Fault::Offline)), "{fault}");
    assert_eq!((seen.len(), seen[0].done, seen[0].to_come, seen[0].kinds.sessions), (1, 5, Some(7), true));
    assert_eq!(client.titles().await, ["Maths with Ada"]);
    let state = client.cache().state().await.unwrap();
    assert_eq!((state.has_all, state.is_under_way, state.to_come), (false, true, Some(7)));
    assert_eq!((state.cursor.as_deref(), state.account), (Some("one"), Some(ACCOUNT)));
    // The next program goes on from there.
    let client = client.again().await;
    client.pull.pages().says(Ok(page("two", vec![])));
    client.pull.pages().says(Ok(page("three", vec![])));
    let passed = client.pull.pass(|| true, |_| ()).await.unwrap();
    assert_eq!((passed.pages, passed.rows), (2, 0), "what was under way, and what came since it began");
    let asked = client.pull.pages().asked.lock().unwrap().clone();
    assert_eq!(asked[0].0.as_deref(), Some("one"));
    let state = client.cache().state().await.unwrap();
    assert_eq!((state.has_all, state.whole_at, state.school_now), (true, Some(now()), Some(now())));
}

#[tokio::test]
async fn pages_are_small_at_first_and_smaller_where_they_are_too_much() {
    let client = Client::new().await;
    let told = client.pull.pages();
    told.says(Ok(more(afresh(page("1", vec![])))));
    told.says(Ok(more(page("2", vec![]))));
    told.says(Err(NoPage::TooMuch));
    told.says(Err(NoPage::TooMuch));
    told.says(Ok(page("3", vec![])));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    told.says(Ok(page("4", vec![])));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    let asked: Vec<_> = told
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(|(cursor, rows)| (cursor.clone().unwrap_or_default(), *rows))
        .collect();
    let asked: Vec<(&str, usize)> = asked.iter().map(|(cursor, rows)| (cursor.as_str(), *rows)).collect();
    assert_eq!(asked, [("", 50), ("1", 200), ("2", 500), ("2", 250), ("2", 125), ("3", 125)]);
    // A school for which ten are too much has another trouble.
    for _ in 0..5 {
        told.says(Err(NoPage::TooMuch));
    }
    let fault = client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert!(matches!(fault, SyncFault::School(Fault::Silent)), "{fault}");
    // One that does not answer is not asked again at once, and for less the next time.
    let before = told.asked.lock().unwrap().len();
    told.says(Err(NoPage::Fault(Fault::Silent)));
    client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert_eq!(told.asked.lock().unwrap().len(), before + 1);
}

#[tokio::test]
async fn a_cursor_that_is_refused_is_forgotten_and_what_is_read_stays_until_all_has_come() {
    let client = Client::new().await;
    let told = client.pull.pages();
    told.says(Ok(afresh(page("one", lesson("Maths")))));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    told.says(Err(NoPage::CursorRefused));
    told.says(Ok(more(afresh(page("two", vec![session("Physics")])))));
    told.says(Err(NoPage::Fault(Fault::Silent)));
    client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert_eq!(told.asked.lock().unwrap()[2].0, None);
    assert_eq!(client.titles().await, ["Maths with Ada"], "neither a mixture nor nothing");
    let client = client.again().await;
    let told = client.pull.pages();
    let rest = lesson("Physics").into_iter().filter(|change| change.table != "sessions").collect();
    told.says(Ok(page("three", rest)));
    told.says(Ok(page("four", vec![])));
    let passed = client.pull.pass(|| true, |_| ()).await.unwrap();
    assert!(passed.kinds.sessions && passed.kinds.people);
    assert_eq!(client.titles().await, ["Physics with Ada"]);
    // One that takes no cursor is not asked for ever.
    let told = client.pull.pages();
    told.says(Err(NoPage::CursorRefused));
    told.says(Err(NoPage::CursorRefused));
    let fault = client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert!(matches!(&fault, SyncFault::Refused(code) if code == "bad_input"), "{fault}");
    assert_eq!(client.titles().await, ["Physics with Ada"]);
}

#[tokio::test]
async fn another_epoch_begins_afresh_and_what_is_gone_by_then_leaves_a_line() {
    let client = Client::new().await;
    let told = client.pull.pages();
    let of_epoch = |epoch: &str, page: Page| Page { epoch: Some(epoch.to_owned()), ..page };
    told.says(Ok(of_epoch("first", afresh(page("one", lesson("Maths"))))));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    // It says so by itself, or by its epoch alone.
    told.says(Ok(of_epoch("second", page("odd", vec![session("Physics")]))));
    let rest = lesson("Maths").into_iter().filter(|change| !change.table.starts_with("session")).collect();
    told.says(Ok(of_epoch("second", afresh(page("two", rest)))));
    let passed = client.pull.pass(|| true, |_| ()).await.unwrap();
    assert_eq!((passed.pages, passed.kinds.left), (1, 1));
    assert_eq!(client.titles().await, [""; 0]);
    let left = client.cache().left(now()).await.unwrap();
    assert_eq!((left.len(), left[0].title.as_str(), left[0].why), (1, "Maths with Ada", Why::Unknown));
    assert_eq!(client.cache().state().await.unwrap().epoch.as_deref(), Some("second"));
}

#[tokio::test]
async fn what_goes_says_why_and_what_comes_back_is_not_wondered_at() {
    for why in [Why::Gone, Why::NotYours, Why::Unknown] {
        let client = Client::new().await;
        let told = client.pull.pages();
        told.says(Ok(afresh(page("one", lesson("Maths")))));
        client.pull.pass(|| true, |_| ()).await.unwrap();
        told.says(Ok(page("two", vec![lost("sessions", LESSON, why)])));
        let passed = client.pull.pass(|| true, |_| ()).await.unwrap();
        assert_eq!((passed.kinds.sessions, passed.kinds.left), (true, 1));
        let left = client.cache().left(now()).await.unwrap();
        assert_eq!((left.len(), left[0].why, left[0].person.as_deref()), (1, why, Some("Ada")));
        told.says(Ok(page("three", vec![session("Maths")])));
        client.pull.pass(|| true, |_| ()).await.unwrap();
        assert_eq!((client.titles().await.len(), client.cache().left(now()).await.unwrap().len()), (1, 0));
    }
}

#[tokio::test]
async fn an_answer_for_another_account_is_a_fault_of_its_own_and_changes_nothing() {
    let client = Client::new().await;
    let told = client.pull.pages();
    told.says(Ok(Page { account: Some(ACCOUNT), ..afresh(page("one", lesson("Maths"))) }));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    let before = client.cache().state().await.unwrap();
    let other = Page { account: Some(uuid::Uuid::from_u128(9)), ..afresh(page("two", vec![])) };
    told.says(Ok(other));
    let fault = client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert!(matches!(fault, SyncFault::AnotherAccount), "{fault}");
    assert_eq!((client.cache().state().await.unwrap(), client.titles().await.len()), (before, 1));
}

#[tokio::test]
async fn a_session_that_cannot_be_read_stays_as_it_last_could_be_and_others_come() {
    let client = Client::new().await;
    let told = client.pull.pages();
    told.says(Ok(afresh(page("one", lesson("Maths")))));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    let mut odd = session("Physics");
    odd.row.as_mut().unwrap().insert("status".to_owned(), json!("POSTPONED"));
    let mut other = session("Chemistry");
    other.id = uuid::Uuid::from_u128(5);
    other.row.as_mut().unwrap().insert("id".to_owned(), json!(other.id));
    told.says(Ok(Page { unreadable: 3, ..page("two", vec![odd, other]) }));
    let passed = client.pull.pass(|| true, |_| ()).await.unwrap();
    assert_eq!((passed.unreadable, passed.rows), (3, 2));
    let mut titles = client.titles().await;
    titles.sort();
    assert_eq!(titles, ["Chemistry with Ada", "Maths with Ada"]);
}

#[tokio::test]
async fn hours_of_a_tutor_touch_no_session_and_a_new_name_touches_each() {
    let client = Client::new().await;
    let told = client.pull.pages();
    told.says(Ok(afresh(page("one", lesson("Maths")))));
    client.pull.pass(|| true, |_| ()).await.unwrap();
    let ada = |name: &str, hours: u32| {
        vec![change(
            "people",
            json!({"id": ADA, "first_name": name, "zone": "Europe/Madrid", "availability_version": hours}),
        )]
    };
    told.says(Ok(page("two", ada("Ada", 2))));
    let passed = client.pull.pass(|| true, |_| ()).await.unwrap();
    assert!(passed.kinds.people && !passed.kinds.sessions);
    told.says(Ok(page("three", ada("Augusta", 2))));
    let passed = client.pull.pass(|| true, |_| ()).await.unwrap();
    assert!(passed.kinds.people && passed.kinds.sessions);
    assert_eq!(client.titles().await, ["Maths with Augusta"]);
}

#[tokio::test]
async fn what_keeps_a_pass_from_its_end_is_told_as_it_is() {
    let client = Client::new().await;
    let told = client.pull.pages();
    told.says(Err(NoPage::Fault(Fault::NeedsUpdate)));
    told.says(Err(NoPage::Refused("not_allowed".to_owned())));
    told.says(Err(NoPage::NoToken(KeeperFault::Keychain(KeychainFault::Locked))));
    let fault = client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert!(matches!(fault, SyncFault::School(Fault::NeedsUpdate)), "{fault}");
    let fault = client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert!(matches!(&fault, SyncFault::Refused(code) if code == "not_allowed"), "{fault}");
    let fault = client.pull.pass(|| true, |_| ()).await.unwrap_err();
    assert!(matches!(fault, SyncFault::NoToken(_)), "{fault}");
}
