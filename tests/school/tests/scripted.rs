//! The scripted school: that it plays what was recorded, and that each fault is one.
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

#[path = "scripted/client.rs"]
mod client;
#[path = "scripted/families.rs"]
mod families;
#[path = "scripted/faults.rs"]
mod faults;
#[path = "scripted/recorded.rs"]
mod recorded;
#[path = "scripted/sign_ins.rs"]
mod sign_ins;
