//! When and where a session can be joined: join states and the URL policy.
//!
//! [`judge`] decides what a click may open. [`find_join_url`] looks for the link of a session in
//! what a calendar says about it. [`JoinUrl`] is the only way a URL reaches the opener.

pub mod door;
pub mod find;
pub mod join_url;
pub mod provider;
pub mod state;
mod url_policy;

pub use door::Door;
pub use find::{Sources, find_join_url};
pub use join_url::JoinUrl;
pub use provider::Provider;
pub use state::{JoinRules, JoinState, Room};
pub use url_policy::{Judgement, Reason, Verdict, judge};
