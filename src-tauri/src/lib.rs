//! The shell of First Bell: the only Rust that names tauri. Commands are adapters over the core; what
//! crosses to the window is a view type; state comes back as events.

mod arguments;
pub mod bindings;
mod changes;
mod commands;
mod desktop;
mod error;
mod events;
mod first_page;
mod host;
mod import;
mod logging;
mod long_work;
mod outside;
mod page;
mod process;
mod second_start;
mod start;
mod tray;
mod view;
mod waiting;
mod window;

pub use process::run;
