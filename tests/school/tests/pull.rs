//! `pull_changes` beside what row-level security gives: a client that only ever pulls ends with exactly what a fresh
//! one sees, whatever happens in between and in whatever order it commits.
//!
//! `FIRSTBELL_SOAK=1` plays 10,000 random histories and asks a school of a million sessions, otherwise a twentieth
//! and a smaller one; `FIRSTBELL_SEED` repeats a run, and with `FIRSTBELL_ONE` (an index) one history of it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says how far it came"
)]

#[path = "pull/background.rs"]
mod background;
#[path = "pull/cursors.rs"]
mod cursors;
#[path = "pull/first.rs"]
mod first;
#[path = "pull/histories.rs"]
mod histories;
#[path = "pull/huge.rs"]
mod huge;
#[path = "pull/interleaved.rs"]
mod interleaved;
#[path = "pull/joining.rs"]
mod joining;
#[path = "pull/line.rs"]
mod line;
#[path = "pull/links.rs"]
mod links;
#[path = "pull/mirror.rs"]
mod mirror;
#[path = "pull/restored.rs"]
mod restored;
#[path = "pull/scene.rs"]
mod scene;
#[path = "pull/size.rs"]
mod size;
#[path = "pull/view.rs"]
mod view;
#[path = "pull/why.rs"]
mod why;
