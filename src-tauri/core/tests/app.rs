//! What a host may ask for, over a real store in a folder of its own, with a clock that the test sets and
//! a browser that only notes what it is given.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "app/back_to_back.rs"]
mod back_to_back;
#[path = "app/clocks.rs"]
mod clocks;
#[path = "app/desk.rs"]
mod desk;
#[path = "app/files.rs"]
mod files;
#[path = "app/happened.rs"]
mod happened;
#[path = "app/imports.rs"]
mod imports;
#[path = "app/join.rs"]
mod join;
#[path = "app/open.rs"]
mod open;
#[path = "app/people.rs"]
mod people;
#[path = "app/presses.rs"]
mod presses;
#[path = "app/random_afternoons.rs"]
mod random_afternoons;
#[path = "app/rings.rs"]
mod rings;
#[path = "app/same_lesson.rs"]
mod same_lesson;
#[path = "app/series.rs"]
mod series;
#[path = "app/sessions.rs"]
mod sessions;
#[path = "app/today.rs"]
mod today;
#[path = "app/todays_store.rs"]
mod todays_store;
#[path = "app/workspaces.rs"]
mod workspaces;
