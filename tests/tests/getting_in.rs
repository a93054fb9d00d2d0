//! The way into a school as the app has it, without a window: against a scripted school, and against the school of
//! `./dev server`.
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "getting_in/at_start.rs"]
mod at_start;
#[path = "getting_in/beside.rs"]
mod beside;
#[path = "getting_in/desk.rs"]
mod desk;
#[path = "getting_in/doors.rs"]
mod doors;
#[path = "getting_in/elsewhere.rs"]
mod elsewhere;
#[path = "getting_in/faults.rs"]
mod faults;
#[path = "getting_in/mails.rs"]
mod mails;
#[path = "getting_in/recorded.rs"]
mod recorded;
#[cfg(target_os = "linux")]
#[path = "getting_in/replaced.rs"]
mod replaced;
#[path = "getting_in/roles.rs"]
mod roles;
#[path = "getting_in/secrets.rs"]
mod secrets;
#[path = "getting_in/signed_in.rs"]
mod signed_in;
#[cfg(target_os = "linux")]
#[path = "getting_in/waiting.rs"]
mod waiting;
