//! One owned desktop and the things on it. Start with [`Desktop::plan`].

pub mod app;
pub mod arranged;
pub mod axe;
pub mod bell;
mod bus;
pub mod calendar;
pub mod clipboard;
pub mod deaths;
pub mod desktop;
pub mod drag;
pub mod fake_clock;
pub mod faults;
pub mod input;
pub mod keyring;
pub mod logind;
pub mod network;
pub mod notifications;
pub mod opener;
pub mod page;
pub mod people;
pub mod store_file;
pub mod tray;
pub mod untouched;

use firstbell_processes as processes;

pub use app::{App, AppPlan};
pub use desktop::{Desktop, DesktopPlan};
pub use firstbell_processes::{Signal, runs, send, wait};
pub use keyring::Keyring;
pub use notifications::NotificationService;
pub use page::Page;
pub use untouched::Untouched;
