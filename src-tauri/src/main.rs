//! First Bell, the desktop app. What it does stands in the library; here is only how it starts.
#![cfg_attr(all(not(debug_assertions), target_os = "windows"), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    firstbell::run()
}
