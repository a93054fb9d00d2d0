//! The stories: the real window, a real bus, real SQLite, and a desktop that records.
//! Build first: `npm run build` in `ui/`, then `cargo build -p firstbell -p bell`.
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "stories/at_school.rs"]
mod at_school;
#[path = "stories/back_to_back.rs"]
mod back_to_back;
#[path = "stories/bell_rings.rs"]
mod bell_rings;
#[path = "stories/course.rs"]
mod course;
#[path = "stories/damaged.rs"]
mod damaged;
#[path = "stories/deaths.rs"]
mod deaths;
#[path = "stories/first_run.rs"]
mod first_run;
#[path = "stories/getting_in.rs"]
mod getting_in;
#[path = "stories/joining.rs"]
mod joining;
#[path = "stories/keyboard.rs"]
mod keyboard;
#[path = "stories/keychains.rs"]
mod keychains;
#[path = "stories/long_import.rs"]
mod long_import;
#[path = "stories/no_service.rs"]
mod no_service;
#[path = "stories/page.rs"]
mod page;
#[path = "stories/scene.rs"]
mod scene;
#[path = "stories/school_clock.rs"]
mod school_clock;
#[path = "stories/school_mails.rs"]
mod school_mails;
#[path = "stories/school_names.rs"]
mod school_names;
#[path = "stories/school_trouble.rs"]
mod school_trouble;
#[path = "stories/screens.rs"]
mod screens;
#[path = "stories/sessions.rs"]
mod sessions;
#[path = "stories/starts.rs"]
mod starts;
#[path = "stories/store_faults.rs"]
mod store_faults;
#[path = "stories/tray.rs"]
mod tray;
#[path = "stories/untouched.rs"]
mod untouched;
#[path = "stories/zones.rs"]
mod zones;
