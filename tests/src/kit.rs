//! One owned desktop and the things on it. Start with [`Desktop::plan`].

pub mod app;
pub mod axe;
pub mod bell;
mod bus;
pub mod calendar;
pub mod desktop;
pub mod drag;
pub mod input;
pub mod keyring;
pub mod logind;
pub mod notifications;
pub mod opener;
pub mod people;
mod processes;
pub mod tray;
pub mod untouched;
pub mod wait;

pub use app::{App, AppPlan};
pub use desktop::{Desktop, DesktopPlan};
pub use notifications::NotificationService;
pub use processes::runs;
pub use untouched::Untouched;
