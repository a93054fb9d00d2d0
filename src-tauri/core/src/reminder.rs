//! The bell: what is due ([`plan`]), what it says ([`phrase`]), the task that rings ([`ring`]), what it knows
//! without its store ([`memory`]), and how it waits ([`wait`]).

mod compose;
mod known;
mod ledger;
mod lesson;
pub mod memory;
pub mod phrase;
pub mod plan;
pub mod ring;
pub mod unstored;
pub mod wait;

pub use memory::{Memory, SharedMemory};
pub use ring::{Bell, Signal};
