//! Cursors that are not one's own, or none at all.

use firstbell_school::Refusal;
use serde_json::json;

use super::mirror::Mirror;
use super::scene::Scene;

#[tokio::test]
async fn anothers_cursor_begins_afresh_with_ones_own() {
    let mut scene = Scene::set().await;
    scene.cast.ask("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let of_ada = scene.mirror("tutor_ada").await;
    let ben = scene.cast.player("student_ben").account;
    let mut mirror = Mirror::from_cursor(ben, of_ada.cursor());
    assert!(mirror.page(&scene.line, 500).await.unwrap().afresh);
    scene.catches_up(&mut mirror).await;
    // And one that stands in the middle of a pass.
    let mut early = Mirror::of(of_ada.account);
    assert!(early.page(&scene.line, 1).await.unwrap().more);
    let mut mirror = Mirror::from_cursor(ben, early.cursor());
    assert!(mirror.page(&scene.line, 500).await.unwrap().afresh);
    scene.catches_up(&mut mirror).await;
}

/// The cursor with a field of it changed.
async fn bent(scene: &Scene, cursor: &str, change: &str) -> String {
    let changed = format!(
        "select translate(encode(convert_to((convert_from(decode('{cursor}', 'base64'), 'UTF8')::jsonb || '{change}')::text,
           'UTF8'), 'base64'), E'\\n', '') as cursor"
    );
    scene.cast.read_one(&changed).await.unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_cursor_from_before_the_database_went_back_begins_afresh() {
    let mut scene = Scene::set().await;
    let mirror = scene.mirror("student_ben").await;
    let future = bent(&scene, mirror.cursor(), r#"{"last_pass": "4000000000:4000000000:"}"#).await;
    let mut mirror = Mirror::from_cursor(mirror.account, &future);
    assert!(mirror.page(&scene.line, 500).await.unwrap().afresh);
    scene.catches_up(&mut mirror).await;
    let other = bent(&scene, mirror.cursor(), r#"{"epoch": "another"}"#).await;
    let mut mirror = Mirror::from_cursor(mirror.account, &other);
    assert!(mirror.page(&scene.line, 500).await.unwrap().afresh);
}

#[tokio::test]
async fn what_is_no_cursor_is_refused() {
    let mut scene = Scene::set().await;
    let mirror = scene.mirror("student_ben").await;
    let mut nonsense: Vec<String> =
        ["x", "%%%", "aGVsbG8=", "gICA", "MQ==", "WzFd", "bnVsbA==", "InRleHQi", "eyJlcG9jaCI6Ilx1MDAwMCJ9"]
            .map(str::to_owned)
            .into();
    nonsense.push("A".repeat(100_000));
    for change in [
        r#"{"last_pass": "soon"}"#,
        r#"{"last_pass": "9:3:"}"#,
        r#"{"last_pass": null}"#,
        r#"{"last_pass": null, "this_pass": "3:3:", "in_table": 0}"#,
        r#"{"last_pass": null, "this_pass": "3:3:", "in_table": -7}"#,
        r#"{"last_pass": null, "this_pass": "3:3:", "in_table": "first"}"#,
        r#"{"last_pass": null, "this_pass": "3:3:", "in_table": 1, "after_id": "me"}"#,
        r#"{"this_pass": "3:3:", "after_xid": "-"}"#,
        r#"{"this_pass": "3:3:", "after_number": 1e30}"#,
        r#"{"account_id": 7}"#,
        r#"{"to_come": -1}"#,
        r#"{"last_pass": null, "this_pass": "3:3:", "in_table": 1, "in_stage": -1}"#,
        r#"{"last_pass": null, "this_pass": "3:3:", "in_table": 1, "in_stage": "first"}"#,
    ] {
        nonsense.push(bent(&scene, mirror.cursor(), change).await);
    }
    let refused = Err(("PT409".to_owned(), "bad_input".to_owned(), json!({"field": "cursor"})));
    for cursor in nonsense {
        let told = Mirror::from_cursor(mirror.account, &cursor).page(&scene.line, 500).await;
        let told = told.map(|_| ()).map_err(|Refusal { status, code, detail, .. }| (status, code, detail));
        assert_eq!(told, refused, "{cursor}");
    }
    let mut mirror = mirror;
    scene.is_still(&mut mirror).await;
}
