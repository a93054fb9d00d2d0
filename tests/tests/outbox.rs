//! What was done here goes to a school, each of it once, whatever ends the program or the network in between: against the
//! school of `./dev server`.
//!
//! A twentieth of the 500 deaths by default, the whole with `FIRSTBELL_SOAK=1`; `FIRSTBELL_SEED` plays one again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "outbox/dying.rs"]
mod dying;
#[path = "outbox/exactly_once.rs"]
mod exactly_once;
#[path = "outbox/stage.rs"]
mod stage;
#[path = "outbox/stories.rs"]
mod stories;
#[path = "outbox/table.rs"]
mod table;
