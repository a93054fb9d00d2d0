//! A school's cache and the pass that fills it, by a school that says what it is told to say.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "cache/doors.rs"]
mod doors;
#[path = "cache/files.rs"]
mod files;
#[path = "cache/passes.rs"]
mod passes;
#[path = "cache/told.rs"]
mod told;
