//! What First Bell knows and decides, without any window or desktop.
//!
//! The words ([`session`], [`happened`], [`ring`], [`series`]) and the pure rules ([`join`], [`state_table`],
//! [`calendar_file`]) take the time as an argument and do no input or output. [`store`] keeps them in SQLite,
//! [`reminder`] rings, and [`app`] is what a host (the window, the `bell` command) may ask for.
#![warn(missing_docs)]

pub mod app;
pub mod booking;
pub mod calendar_file;
pub mod change;
pub mod clock;
pub mod clock_change;
pub mod crash;
pub mod data_folder;
pub mod desktop;
pub mod draft;
pub mod error;
pub mod happened;
pub mod health;
pub mod id;
pub mod join;
pub mod local_socket;
pub mod oauth;
pub mod occurrences;
pub mod outbox;
pub mod person;
pub mod progress;
pub mod pulled;
pub mod reminder;
pub mod ring;
pub mod same_lesson;
pub mod samples;
pub mod school;
pub mod secret;
pub mod series;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod state_table;
pub mod store;
pub mod strip;
pub mod sync;
pub mod today;
pub mod wall_clock;
pub mod words;
pub mod workspace;
pub mod zone;
