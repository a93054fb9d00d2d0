//! Sync: what a school has changed comes into its cache, and what was done here goes to the school. When to ask is a plan
//! ([`plan`]), how one pass goes is [`pull`], and [`school`] is where its pages come from; [`push`] is the way there.

pub mod page_size;
pub mod plan;
pub mod pull;
pub mod push;
pub mod school;

pub use plan::{Pace, Plan, Signal};
pub use pull::{Pages, Passed, Pull, SyncFault};
pub use push::{Desk, Push, Pushed, School, SchoolWrites};
pub use school::SchoolPages;
