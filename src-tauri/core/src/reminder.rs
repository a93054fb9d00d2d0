//! The bell: what is due ([`plan`]), what it says ([`phrase`]), the task that rings ([`ring`]) and how it
//! waits ([`wait`]).

pub mod phrase;
pub mod plan;
pub mod ring;
pub mod wait;

pub use ring::{Bell, Signal};
