//! Sync: what a school has changed comes into its cache. When to ask is a plan ([`plan`]), how one pass goes is [`pull`], and
//! [`school`] is where its pages come from.

pub mod page_size;
pub mod plan;
pub mod pull;
pub mod school;

pub use plan::{Pace, Plan, Signal};
pub use pull::{Pages, Passed, Pull, SyncFault};
pub use school::SchoolPages;
