//! Sync: what a school has changed comes into its cache, and what was done here goes to the school ([`push`]). When to ask is a plan ([`plan`]), how one pass goes is [`pull`], and
//! [`school`] is the one place where the school's answers and the cache meet.

pub mod plan;
pub mod pull;
pub mod push;
pub mod school;

pub use plan::{Pace, Plan, Signal};
pub use pull::{Pages, Passed, Pull, SyncFault};
pub use push::{Desk, Push, Pushed, School, SchoolWrites};
pub use school::SchoolPages;
