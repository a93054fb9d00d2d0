//! The real client's cache in the place of the pull tests' own client: the same histories, links, restored dumps and long
//! transactions, and after each the cache holds what a fresh client sees, and shows what its rows mean.
//!
//! `FIRSTBELL_SOAK=1` plays 10,000 random histories, otherwise a twentieth; `FIRSTBELL_SEED` repeats a run, and with
//! `FIRSTBELL_ONE` (an index) one history of it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    reason = "a test that cannot go on fails, and says how far it came; not all that the school's tests share is used here"
)]

#[path = "cached/alike.rs"]
mod alike;
#[path = "../school/tests/pull/background.rs"]
mod background;
#[path = "../school/tests/pull/cursors.rs"]
mod cursors;
#[path = "../school/tests/pull/first.rs"]
mod first;
#[path = "../school/tests/pull/histories.rs"]
mod histories;
#[path = "../school/tests/pull/huge.rs"]
mod huge;
#[path = "../school/tests/pull/interleaved.rs"]
mod interleaved;
#[path = "../school/tests/pull/joining.rs"]
mod joining;
#[path = "cached/killed.rs"]
mod killed;
#[path = "../school/tests/pull/line.rs"]
mod line;
#[path = "../school/tests/pull/links.rs"]
mod links;
// What stands in the place of the school's own.
#[path = "cached/mirror.rs"]
mod mirror;
#[path = "../school/tests/pull/restored.rs"]
mod restored;
#[path = "../school/tests/pull/scene.rs"]
mod scene;
#[path = "cached/shown.rs"]
mod shown;
#[path = "../school/tests/pull/view.rs"]
mod view;
#[path = "../school/tests/pull/why.rs"]
mod why;
#[path = "cached/wire.rs"]
mod wire;
