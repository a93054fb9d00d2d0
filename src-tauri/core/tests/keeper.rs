//! The keeper of tokens against a school whose accounts answer as the genuine ones were recorded to, a keychain that
//! fails in each of its ways, a computer that sleeps, and programs that are killed. Time is tokio's, and stands until all
//! wait for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "keeper/families.rs"]
mod families;
#[path = "keeper/keychain.rs"]
mod keychain;
#[path = "keeper/leaving.rs"]
mod leaving;
#[path = "keeper/play.rs"]
mod play;
#[path = "keeper/recorded.rs"]
mod recorded;
#[path = "keeper/scenes.rs"]
mod scenes;
#[path = "keeper/schedule.rs"]
mod schedule;
#[path = "keeper/schedules.rs"]
mod schedules;
#[path = "keeper/world.rs"]
mod world;
