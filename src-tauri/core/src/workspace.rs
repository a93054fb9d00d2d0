//! Workspaces: where sessions are decided. Whoever wants to know of sessions asks here, and never where they lie: the
//! bell, the pages and a calendar file that comes in. What is decided of a workspace (role, rules) comes with it.

pub mod all;
pub mod local;

pub use all::{Readings, Workspaces};
pub use local::{Local, Reading};
