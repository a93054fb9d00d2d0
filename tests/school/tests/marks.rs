//! Who pressed Join, when the school was told of it, and what that makes of a mark.
//!
//! `FIRSTBELL_SOAK=1` plays 20,000 random histories, otherwise a twentieth; `FIRSTBELL_SEED` repeats a run.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "marks/histories.rs"]
mod histories;
#[path = "marks/scene.rs"]
mod scene;

use serde_json::{Value, json};

use scene::{END, Lesson, START, minutes};

#[tokio::test]
async fn a_press_that_arrives_after_the_mark_contests_it_and_both_sides_see_both_times() {
    let lesson = Lesson::set().await;
    lesson.at(START + minutes(20)).await;
    lesson.done("tutor_ada", "mark_no_show", json!({})).await;
    assert_eq!(lesson.session().await["status"], "NO_SHOW_STUDENT");
    lesson.at(START + minutes(40)).await;
    let pressed = json!({"pressed_at": START - minutes(2)});
    lesson.done("student_dan", "record_opened", pressed).await;
    let place = lesson.place().await;
    assert_eq!(
        (&place["attendance"], &place["contest"]),
        (&json!("did_not_come"), &json!("asked")),
        "the mark stays until who made it has answered"
    );
    let [pressed, arrived] =
        ["contest_pressed_at", "contest_arrived_at"].map(|name| scene::instant(&place[name]));
    assert_eq!((pressed, arrived), (START - minutes(2), START + minutes(40)));
    assert_eq!(scene::instant(&place["opened_at"]), START + minutes(40), "when the school was told");
    assert_eq!(scene::instant(&place["pressed_at"]), START - minutes(2));
    for name in ["tutor_ada", "student_dan", "parent_cleo"] {
        let pulled = lesson.pulls(name).await;
        let seen = pulled.iter().find(|row| row["id"] == place["id"]).unwrap();
        assert_eq!(
            (&seen["contest"], &seen["contest_pressed_at"]),
            (&place["contest"], &place["contest_pressed_at"])
        );
        let told = pulled.iter().find(|row| row["kind"] == "no_show_contested").unwrap();
        assert_eq!(scene::instant(&told["detail"]["pressed_at"]), START - minutes(2), "{name}");
        assert_eq!(scene::instant(&told["detail"]["arrived_at"]), START + minutes(40), "{name}");
    }
}

#[tokio::test]
async fn who_made_a_contested_mark_keeps_it_or_takes_it_back_and_is_asked_once() {
    for keeps in [true, false] {
        let lesson = Lesson::set().await;
        lesson.at(START + minutes(20)).await;
        lesson.done("tutor_ada", "mark_no_show", json!({})).await;
        lesson.done("student_dan", "record_opened", json!({"pressed_at": START})).await;
        if keeps {
            lesson.done("tutor_ada", "keep_no_show", json!({})).await;
            let again = json!({"pressed_at": START + minutes(1)});
            lesson.done("parent_cleo", "record_opened", again).await;
            assert_eq!(lesson.place().await["contest"], "kept", "asked once");
            assert_eq!(lesson.refused("tutor_ada", "keep_no_show", json!({})).await, "not_now");
            assert_eq!(lesson.session().await["status"], "NO_SHOW_STUDENT");
        } else {
            lesson.done("tutor_ada", "undo_no_show", json!({})).await;
            let place = lesson.place().await;
            assert_eq!((&place["attendance"], &place["contest"]), (&json!("unknown"), &Value::Null));
            assert_eq!(lesson.session().await["status"], "SCHEDULED");
            assert_eq!(lesson.refused("tutor_ada", "mark_no_show", json!({})).await, "has_opened");
        }
    }
}

#[tokio::test]
async fn a_tutor_contests_the_mark_of_a_student_as_a_student_does() {
    let lesson = Lesson::set().await;
    lesson.at(START + minutes(20)).await;
    lesson.done("parent_cleo", "mark_no_show", json!({})).await;
    lesson.done("tutor_ada", "record_opened", json!({"pressed_at": START + minutes(3)})).await;
    let session = lesson.session().await;
    assert_eq!((&session["status"], &session["tutor_contest"]), (&json!("NO_SHOW_TUTOR"), &json!("asked")));
    assert_eq!(scene::instant(&session["tutor_contest_pressed_at"]), START + minutes(3));
    lesson.done("student_dan", "keep_no_show", json!({})).await;
    assert_eq!(lesson.session().await["tutor_contest"], "kept");
    lesson.done("student_dan", "undo_no_show", json!({})).await;
    let session = lesson.session().await;
    assert_eq!((&session["status"], &session["tutor_contest"]), (&json!("SCHEDULED"), &Value::Null));
}

#[tokio::test]
async fn a_press_outside_the_wait_is_kept_and_contests_nothing() {
    for pressed in [START - minutes(6), START + minutes(20), START + minutes(30)] {
        let lesson = Lesson::set().await;
        lesson.at(START + minutes(20)).await;
        lesson.done("tutor_ada", "mark_no_show", json!({})).await;
        lesson.at(START + minutes(30)).await;
        lesson.done("student_dan", "record_opened", json!({"pressed_at": pressed})).await;
        let place = lesson.place().await;
        assert_eq!(place["contest"], Value::Null, "{pressed}");
        assert_eq!(scene::instant(&place["pressed_at"]), pressed);
    }
}

#[tokio::test]
async fn a_time_that_cannot_be_loses_no_press() {
    let late = START + minutes(30);
    for (pressed, stored) in [
        (json!("infinity"), Some(late)),
        (json!(late + minutes(1)), Some(late)),
        (json!("2031-01-01T00:00:00Z"), Some(late)),
        (json!("-infinity"), None),
        (json!("1970-01-01T00:00:00Z"), None),
        (Value::Null, None),
    ] {
        let lesson = Lesson::set().await;
        lesson.at(late).await;
        lesson.done("student_dan", "record_opened", json!({"pressed_at": pressed})).await;
        let place = lesson.place().await;
        assert_eq!(scene::instant(&place["opened_at"]), late, "{pressed}");
        assert_eq!(
            place["pressed_at"].as_str().map(|_| scene::instant(&place["pressed_at"])),
            stored,
            "{pressed}"
        );
    }
}

#[tokio::test]
async fn a_press_is_taken_until_a_day_after_the_end_and_the_earliest_one_counts() {
    let lesson = Lesson::set().await;
    lesson.at(END + minutes(24 * 60 - 1)).await;
    lesson.done("student_dan", "record_opened", json!({"pressed_at": START + minutes(40)})).await;
    lesson.done("parent_cleo", "record_opened", json!({"pressed_at": START - minutes(1)})).await;
    lesson.done("student_dan", "record_opened", json!({"pressed_at": START + minutes(2)})).await;
    assert_eq!(scene::instant(&lesson.place().await["pressed_at"]), START - minutes(1));
    lesson.at(END + minutes(24 * 60)).await;
    for name in ["student_dan", "tutor_ada"] {
        assert_eq!(lesson.refused(name, "record_opened", json!({})).await, "not_now", "{name}");
    }
}

#[tokio::test]
async fn a_lesson_that_moves_to_another_day_was_opened_by_nobody() {
    let lesson = Lesson::set().await;
    lesson.at(START - minutes(1)).await;
    lesson.done("student_dan", "record_opened", json!({"pressed_at": START - minutes(1)})).await;
    lesson.done("tutor_ada", "record_opened", json!({})).await;
    let day = minutes(24 * 60);
    let moved = json!({"start_at": START + day, "end_at": END + day, "zone": "Europe/Madrid"});
    lesson.done("tutor_ada", "move_session", moved).await;
    let (session, place) = (lesson.session().await, lesson.place().await);
    assert_eq!(
        [&session["tutor_opened_at"], &place["opened_at"], &place["pressed_at"]],
        [&Value::Null, &Value::Null, &Value::Null]
    );
    lesson.at(START + day + minutes(20)).await;
    lesson.done("tutor_ada", "mark_no_show", json!({})).await;
}

#[tokio::test]
async fn who_is_forgotten_leaves_no_press_and_nothing_to_answer() {
    let lesson = Lesson::set().await;
    lesson.at(START + minutes(20)).await;
    lesson.done("tutor_ada", "mark_no_show", json!({})).await;
    lesson.done("student_dan", "record_opened", json!({"pressed_at": START})).await;
    lesson.forget("student_dan").await;
    let place = lesson.place().await;
    assert_eq!([&place["pressed_at"], &place["contest"], &place["contest_pressed_at"]], [&Value::Null; 3]);

    let lesson = Lesson::set().await;
    lesson.at(START + minutes(20)).await;
    lesson.done("student_dan", "mark_no_show", json!({})).await;
    lesson.done("tutor_ada", "record_opened", json!({"pressed_at": START})).await;
    lesson.forget("student_dan").await;
    let session = lesson.session().await;
    assert_eq!(
        (&session["tutor_contest"], &session["tutor_contest_pressed_at"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(scene::instant(&session["tutor_pressed_at"]), START, "hers is hers");
    lesson.forget("tutor_ada").await;
    assert_eq!(lesson.session().await["tutor_pressed_at"], Value::Null);
}
