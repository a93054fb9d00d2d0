//! What who begins gets first, and how much is still to come.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::line::Who;
use super::mirror::Mirror;
use super::scene::Scene;

/// One page as it is answered.
async fn page(scene: &Scene, account: uuid::Uuid, cursor: &Value, limit: usize) -> Value {
    let asked = json!({"cursor": cursor, "limit": limit});
    scene.line.call(Who::Account(account), "pull_changes", &asked).await.unwrap()
}

fn changes(page: &Value) -> &Vec<Value> {
    page["changes"].as_array().unwrap()
}

/// Of the coming two weeks: when they start, in the order in which they were told.
fn starts(pages: &[Value]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let told = pages.iter().flat_map(changes).filter(|change| change["table"] == "sessions");
    told.filter(|change| known.insert(change["id"].to_string()))
        .map(|change| change["row"]["scheduled_start_at"].as_str().unwrap().to_owned())
        .collect()
}

/// A fortnight of Ada's: lessons of Ben's, yesterday's, last month's, and one in spring.
async fn a_busy_tutor(scene: &mut Scene) {
    for day in 4..=18 {
        scene.cast.lesson("student_ben", "tutor_ada", &format!("2026-11-{day:02}T15:00:00Z")).await.unwrap();
    }
    scene.cast.lesson("student_dan", "tutor_ada", "2027-03-04T15:00:00Z").await.unwrap();
    scene.cast.database.hold_clock_at("2026-11-10 10:00+00").await.unwrap();
}

#[tokio::test]
async fn after_a_small_first_page_the_next_session_can_be_listed_with_all_that_is_shown_with_it() {
    let mut scene = Scene::set().await;
    a_busy_tutor(&mut scene).await;
    for name in ["tutor_ada", "student_ben"] {
        let account = scene.cast.player(name).account;
        let first = page(&scene, account, &Value::Null, 50).await;
        assert_eq!(
            starts(std::slice::from_ref(&first))[0],
            "2026-11-10T15:00:00+00:00",
            "{name}: today's comes first"
        );
        let next = changes(&first).iter().find(|change| change["table"] == "sessions").unwrap();
        let has = |table: &str, id: &Value| {
            changes(&first).iter().any(|change| change["table"] == table && change["id"] == *id)
        };
        let place = changes(&first)
            .iter()
            .find(|change| {
                change["table"] == "session_participants" && change["row"]["session_id"] == next["id"]
            })
            .unwrap_or_else(|| panic!("{name}: who comes to it"));
        for (table, id) in [
            ("people", &next["row"]["tutor_id"]),
            ("people", &place["row"]["person_id"]),
            ("bookings", &place["row"]["booking_id"]),
        ] {
            assert!(has(table, id), "{name}: {table}");
        }
        assert_eq!(changes(&first)[0]["table"], "school_settings");
    }
}

#[tokio::test]
async fn sessions_of_the_next_two_weeks_come_in_their_order_then_yesterdays_then_all() {
    let mut scene = Scene::set().await;
    a_busy_tutor(&mut scene).await;
    let account = scene.cast.player("tutor_ada").account;
    for limit in [1, 7, 20] {
        let (mut pages, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let told = page(&scene, account, &cursor, limit).await;
            cursor = told["cursor"].clone();
            let more = told["more"] == true;
            pages.push(told);
            if !more {
                break;
            }
        }
        let told = starts(&pages);
        let days: Vec<&str> = told[..10].iter().map(|start| &start[5..10]).collect();
        let due = ["11-10", "11-11", "11-12", "11-13", "11-14", "11-15", "11-16", "11-17", "11-18", "11-09"];
        assert_eq!(days, due, "by {limit}");
        assert_eq!(told.len(), 16, "and in the end all of them");
        // What is said to come is what comes.
        let mut left: i64 = pages.iter().map(|page| i64::try_from(changes(page).len()).unwrap()).sum();
        for page in &pages {
            left -= i64::try_from(changes(page).len()).unwrap();
            assert_eq!(page["to_come"], left, "by {limit}");
        }
    }
}

#[tokio::test]
async fn open_proposals_and_shared_notes_come_with_their_session() {
    let mut scene = Scene::set().await;
    let lesson = scene.cast.lesson("student_ben", "tutor_ada", "2026-11-04T15:00:00Z").await.unwrap();
    let session = &lesson["session"]["id"];
    for (shared, body) in [(true, "Page 12"), (false, "He is tired.")] {
        let note = json!({"session": session, "kind": "plan", "shared": shared, "body": body, "expected_version": 0});
        scene.cast.player("tutor_ada").call("write_note", note).await.unwrap();
    }
    let other = json!({"booking": lesson["booking"]["id"], "expected_version": lesson["booking"]["version"],
        "start_at": "2026-11-06T15:00:00Z", "end_at": "2026-11-06T16:00:00Z", "zone": "Europe/Madrid"});
    scene.cast.player("tutor_ada").call("propose_time", other).await.unwrap();
    let account = scene.cast.player("student_ben").account;
    let told = page(&scene, account, &Value::Null, 9).await;
    let tables: Vec<&str> = changes(&told).iter().map(|change| change["table"].as_str().unwrap()).collect();
    assert_eq!(
        tables,
        [
            "school_settings",
            "account_people",
            "people",
            "sessions",
            "people",
            "session_participants",
            "bookings",
            "booking_proposals",
            "session_notes",
        ]
    );
    assert_eq!(changes(&told)[8]["row"]["body"], "Page 12");
}

#[tokio::test]
async fn an_ordinary_pass_says_how_many_notes_are_left_and_every_page_for_whom_it_is() {
    let mut scene = Scene::set().await;
    let asked = scene.cast.ask("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let mirror = scene.mirror("student_ben").await;
    let account = mirror.account;
    for nth in 0..7 {
        scene.by_hand(&scene.message(&asked, &format!("message {nth}"))).await;
    }
    let epoch = scene.cast.read_one("select private.epoch()").await.unwrap();
    let mut cursor = json!(mirror.cursor());
    for (to_come, more) in [(4, true), (1, true), (0, false)] {
        let told = page(&scene, account, &cursor, 3).await;
        assert_eq!((&told["to_come"], &told["more"]), (&json!(to_come), &json!(more)));
        assert_eq!((&told["account"], &told["epoch"]), (&json!(account), &epoch));
        cursor = told["cursor"].clone();
    }
}

#[tokio::test]
async fn a_cursor_from_before_there_was_a_first_stage_goes_on_where_it_stands() {
    let mut scene = Scene::set().await;
    a_busy_tutor(&mut scene).await;
    let account = scene.cast.player("tutor_ada").account;
    // As the school wrote it for who had begun: without the two fields, in the middle of a table.
    let now = page(&scene, account, &Value::Null, 1).await;
    let older = format!(
        "select translate(encode(convert_to(((convert_from(decode('{}', 'base64'), 'UTF8')::jsonb - 'in_stage' - 'to_come')
           || '{{\"in_table\": 1}}')::text, 'UTF8'), 'base64'), E'\\n', '')",
        now["cursor"].as_str().unwrap()
    );
    let older = scene.cast.read_one(&older).await.unwrap();
    let mut mirror = Mirror::from_cursor(account, older.as_str().unwrap());
    let told = mirror.page(&scene.line, 7).await.unwrap();
    assert!(!told.afresh && told.more);
    assert_eq!(told.changes[0].table, "school_settings");
    scene.catches_up(&mut mirror).await;
    scene.is_still(&mut mirror).await;
}
