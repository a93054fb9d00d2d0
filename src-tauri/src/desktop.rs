//! The desktop that First Bell runs on.

pub mod autostart;
#[cfg(target_os = "linux")]
pub mod font;
pub mod notifications;
pub mod opener;
pub mod ring_window;
#[cfg(target_os = "linux")]
pub mod service;
#[cfg(not(target_os = "linux"))]
#[path = "desktop/service_elsewhere.rs"]
pub mod service;
#[cfg(target_os = "linux")]
pub mod sleep;
pub mod sound;
