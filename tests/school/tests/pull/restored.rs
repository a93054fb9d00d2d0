//! A school that was dumped and restored.

use firstbell_school::{Cluster, Database};
use serde_json::json;

use super::line::{Line, Who};
use super::mirror::Mirror;
use super::scene::Scene;
use super::view::View;

/// Goes on with an old cursor in a restored school; it has to begin afresh, and to end right.
async fn goes_on(mirror: &Mirror, restored: &Database) {
    let line = Line::open(restored).await;
    let view = View::of(restored).await;
    let mut mirror = mirror.clone();
    let page = mirror.page(&line, 3).await.unwrap();
    assert!(page.afresh && page.more);
    mirror.catch_up(&line, 3).await;
    let mut differences = view.differences(&line, &mirror).await;
    differences.extend(view.differences_to_fresh_pull(&line, &mirror).await);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    // From then on it is a school like any other.
    let booking = mirror.ids("bookings")[0];
    let who = Who::Account(mirror.account);
    line.call(who, "add_message", &json!({"booking": booking, "body": "after"})).await.unwrap();
    assert_eq!(mirror.catch_up(&line, 500).await.len(), 1);
}

#[tokio::test]
async fn a_restored_dump_starts_clients_afresh() {
    let mut scene = Scene::set().await;
    scene.cast.lesson("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let before = scene.mirror("student_ben").await;
    let dump = scene.cast.database.dump().unwrap();
    // What happens after the dump is lost, and the client has seen it.
    scene.cast.ask("student_ben", "tutor_eve", "2026-11-05T16:00:00Z").await.unwrap();
    let mut after = before.clone();
    scene.catches_up(&mut after).await;

    let same = Cluster::shared().await.unwrap();
    let other = Cluster::start().await.unwrap();
    for (cluster, name) in [(same, "restored_here"), (&other, "restored_elsewhere")] {
        let restored = cluster.restore(name, &dump).await.unwrap();
        goes_on(&before, &restored).await;
        goes_on(&after, &restored).await;
    }
    // In the school that goes on nobody begins afresh.
    let told = before.clone().page(&scene.line, 500).await.unwrap();
    assert!(!told.afresh);
}
