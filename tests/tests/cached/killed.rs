//! A program that dies at any moment of a pass: what is read afterwards is one page or the other, never a part of one, never
//! nothing; and the next program goes on.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use firstbell_core::clock::{Clock as _, SystemClock};
use firstbell_core::store::cache::{Cache, NotKept, PullState};
use firstbell_core::sync::Pull;
use serde_json::json;

use super::mirror::{LinePages, Mirror, Rows, SIGN_IN, Shown, copy, rows};
use super::scene::Scene;

/// Lets a future go on so many times, and then drops it, as the end of a program does.
struct DiesAfter<F> {
    inside: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for DiesAfter<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.inside.as_mut().poll(cx).map(Some)
    }
}

/// All that is read of a file.
type Read = (PullState, Rows, Shown);

async fn read(cache: &Cache) -> Read {
    (cache.state().await.unwrap(), rows(cache).await, Shown::of(cache).await)
}

async fn a_full_school(scene: &mut Scene) {
    for (student, tutor, day) in
        [("student_ben", "tutor_ada", 4), ("student_dan", "tutor_ada", 5), ("student_kim", "tutor_eve", 6)]
    {
        let start = format!("2026-11-{day:02}T16:00:00Z");
        scene.cast.lesson(student, tutor, &start).await.unwrap();
    }
    scene.group("tutor_ada", &["student_kim", "student_ben"], "2026-11-09T16:00:00Z").await;
}

/// Kills the program at each moment of each page, by `limit` rows, and gives how many moments there were.
async fn dies_everywhere(scene: &Scene, mirror: &Mirror, limit: usize) -> usize {
    let mut moments = 0;
    let mut survivor = mirror.clone();
    let cache = survivor.cache().await;
    let pages = LinePages::new(&scene.line, mirror.account, limit);
    loop {
        let before = read(&cache).await;
        let page = pages.ask(before.0.cursor.as_deref(), limit).await.unwrap();
        // The page as it is kept when nobody dies.
        let untouched = copy(survivor.folder());
        cache.keep(before.0.cursor.as_deref(), mirror.account, &page, SystemClock.now()).await.unwrap();
        let after = read(&cache).await;
        let mut polls = 0;
        loop {
            let folder = copy(untouched.path());
            let dying = Cache::open(folder.path(), SIGN_IN, SystemClock.now()).await.unwrap();
            let keep = dying.keep(before.0.cursor.as_deref(), mirror.account, &page, SystemClock.now());
            let kept = DiesAfter { inside: Box::pin(keep), polls }.await;
            let has_lived = kept.is_some();
            drop(dying);
            let next = Cache::open(folder.path(), SIGN_IN, SystemClock.now()).await.unwrap();
            let now = read(&next).await;
            let without_times = |(state, rows, shown): &Read| {
                let mut state = state.clone();
                state.whole_at = None;
                (state, rows.clone(), shown.clone())
            };
            let is_one = [&before, &after].into_iter().any(|one| without_times(one) == without_times(&now));
            assert!(is_one, "page after {:?}, {polls} polls: {now:?}", before.0.cursor);
            moments += 1;
            if has_lived {
                assert_eq!(without_times(&now), without_times(&after));
                break;
            }
            polls += 1;
        }
        if !page.has_more {
            return moments;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_dies_at_any_moment_of_a_first_pull_leaves_whole_pages() {
    let mut scene = Scene::set().await;
    a_full_school(&mut scene).await;
    let ben = scene.cast.player("student_ben").account;
    let moments = dies_everywhere(&scene, &Mirror::of(ben), 8).await;
    println!("died at {moments} moments");
    assert!(moments > 60, "{moments}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_everything_is_pulled_once_more_what_was_there_is_read_to_the_last_page() {
    let mut scene = Scene::set().await;
    a_full_school(&mut scene).await;
    let mut mirror = scene.mirror("tutor_ada").await;
    scene.cast.lesson("student_ben", "tutor_ada", "2026-11-11T16:00:00Z").await.unwrap();
    let cache = mirror.cache().await;
    cache.begin_afresh().await.unwrap();
    mirror.look().await;
    dies_everywhere(&scene, &mirror, 8).await;
    let before = (rows(&cache).await, Shown::of(&cache).await);
    let mut pages = 0;
    while mirror.page(&scene.line, 8).await.unwrap().more {
        pages += 1;
        assert!((rows(&cache).await, Shown::of(&cache).await) == before, "page {pages}");
        // Whoever starts now reads the same, and goes on.
        // Held, since its folder goes with it.
        let mut copied = mirror.clone();
        let next = copied.cache().await;
        assert!((rows(&next).await, Shown::of(&next).await) == before, "page {pages}");
        assert_eq!(next.state().await.unwrap().cursor.as_deref(), Some(mirror.cursor()));
    }
    assert!(pages > 3, "{pages}");
    assert!((rows(&cache).await, Shown::of(&cache).await) != before);
    scene.catches_up(&mut mirror).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_is_dropped_between_question_and_answer_is_asked_again() {
    let mut scene = Scene::set().await;
    a_full_school(&mut scene).await;
    let mut mirror = Mirror::of(scene.cast.player("tutor_ada").account);
    let cache = mirror.cache().await;
    let mut polls = 0;
    loop {
        let pages = LinePages::new(&scene.line, mirror.account, 5);
        let pull = Pull::new(pages, cache.clone(), mirror.account, Arc::new(SystemClock));
        let pass = pull.pass(|| true, |_| ());
        let died = DiesAfter { inside: Box::pin(pass), polls }.await.is_none();
        if !died {
            break;
        }
        // A question that nobody waits for any more is answered all the same.
        scene.line.run("select 1").await.unwrap();
        polls += 7;
    }
    scene.catches_up(&mut mirror).await;
}

#[tokio::test]
async fn a_pass_stops_between_two_pages_and_goes_on_from_there() {
    let mut scene = Scene::set().await;
    a_full_school(&mut scene).await;
    let account = scene.cast.player("tutor_ada").account;
    let mut mirror = Mirror::of(account);
    let cache = mirror.cache().await;
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let pull = |most| {
        Pull::new(LinePages::new(&scene.line, account, most), cache.clone(), account, Arc::new(SystemClock))
    };
    let one = pull(5);
    let goes_on = || seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2;
    let mut told = Vec::new();
    let passed = pin!(one.pass(goes_on, |progress| told.push(progress.done))).await.unwrap();
    assert!(passed.was_stopped);
    assert_eq!((passed.pages, passed.rows, told), (2, 10, vec![5, 10]));
    let state = cache.state().await.unwrap();
    assert!(state.is_under_way && !state.has_all && state.whole_at.is_none());
    let passed = pull(500).pass(|| true, |_| ()).await.unwrap();
    assert!(!passed.was_stopped && passed.pages > 1, "the rest, and what came since it began: {passed:?}");
    let state = cache.state().await.unwrap();
    assert!(!state.is_under_way && state.has_all && state.whole_at.is_some());
    scene.catches_up(&mut mirror).await;
}

#[tokio::test]
async fn an_answer_for_another_account_empties_nothing() {
    let mut scene = Scene::set().await;
    a_full_school(&mut scene).await;
    let mut mirror = scene.mirror("student_ben").await;
    let eve = scene.cast.player("tutor_eve").account;
    let cache = mirror.cache().await;
    let before = read(&cache).await;
    // The sign-in's token is taken for another account's: what it answers says so, or what is here does.
    for cursor in [before.0.cursor.clone(), None] {
        if cursor.is_none() {
            cache.begin_afresh().await.unwrap();
        }
        let pages = LinePages::new(&scene.line, eve, 500);
        let mut page = pages.ask(cursor.as_deref(), 500).await.unwrap();
        page.account = Some(eve);
        let kept = cache.keep(cursor.as_deref(), mirror.account, &page, SystemClock.now()).await;
        assert!(matches!(kept, Err(NotKept::AnotherAccount)), "{kept:?}");
        page.account = None;
        let kept = cache.keep(cursor.as_deref(), eve, &page, SystemClock.now()).await;
        assert!(matches!(kept, Err(NotKept::AnotherAccount)), "{kept:?}");
        let after = read(&cache).await;
        assert!((after.1, after.2) == (before.1.clone(), Shown::of(&cache).await));
        assert_eq!(rows(&cache).await, before.1);
    }
    scene.catches_up(&mut mirror).await;
}

#[tokio::test]
async fn a_page_that_somebody_else_has_stored_meanwhile_is_not_stored_twice() {
    let mut scene = Scene::set().await;
    let mut mirror = scene.mirror("student_ben").await;
    let cache = mirror.cache().await;
    let asked = cache.state().await.unwrap().cursor;
    scene.cast.lesson("student_ben", "tutor_ada", "2026-11-04T16:00:00Z").await.unwrap();
    let pages = LinePages::new(&scene.line, mirror.account, 500);
    let late = pages.ask(asked.as_deref(), 500).await.unwrap();
    mirror.page(&scene.line, 500).await.unwrap();
    let before = read(&cache).await;
    let kept = cache.keep(asked.as_deref(), mirror.account, &late, SystemClock.now()).await;
    assert!(matches!(kept, Err(NotKept::Overtaken)), "{kept:?}");
    assert!(read(&cache).await == before);
    let other_epoch = firstbell_core::pulled::Page { epoch: Some("another".to_owned()), ..late };
    let now = before.0.cursor.clone();
    let kept = cache.keep(now.as_deref(), mirror.account, &other_epoch, SystemClock.now()).await;
    if before.0.epoch.is_some() {
        assert!(matches!(kept, Err(NotKept::AnotherEpoch)), "{kept:?}");
        assert!(read(&cache).await == before);
    }
    assert_ne!(json!(before.0.cursor), json!(null));
}
