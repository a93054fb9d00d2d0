//! The keeper of tokens in two programs that are killed, stopped and started again, over a real gnome-keyring and a real
//! lock, by the same random schedules as in the core's own test (`src-tauri/core/tests/keeper/`).
//!
//! A twentieth of the 200 schedules by default, the whole with `FIRSTBELL_SOAK=1`; `FIRSTBELL_SEED` plays one again. Waits
//! are shortened: what takes an hour there is asked for by a refused token here.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../../src-tauri/core/tests/keeper/families.rs"]
#[allow(dead_code)]
mod families;
#[path = "token_keeper/played.rs"]
mod played;
#[path = "token_keeper/program.rs"]
mod program;
#[path = "../../src-tauri/core/tests/keeper/schedule.rs"]
#[allow(dead_code)]
mod schedule;
#[path = "token_keeper/school.rs"]
mod school;
