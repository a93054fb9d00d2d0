//! Sync: what a school has changed comes into its cache. When to ask is a plan ([`plan`]), how one pass goes is [`pull`], and
//! [`school`] is the one place where the school's answers and the cache meet.

pub mod plan;
pub mod pull;
pub mod school;

pub use plan::{Pace, Plan, Signal};
pub use pull::{Pages, Passed, Pull, SyncFault};
pub use school::SchoolPages;
