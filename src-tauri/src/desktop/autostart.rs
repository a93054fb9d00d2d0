//! Starting with the computer: the desktop's own setting is the truth.

use tauri::AppHandle;
use tauri_plugin_autostart::ManagerExt as _;

/// Whether First Bell starts with the computer.
pub fn is_on(app: &AppHandle) -> bool {
    app.autolaunch().is_enabled().unwrap_or(false)
}

/// Switches it. What holds afterwards comes back.
pub fn set(app: &AppHandle, on: bool) -> bool {
    if on != is_on(app) {
        let done = if on { app.autolaunch().enable() } else { app.autolaunch().disable() };
        if let Err(error) = done {
            tracing::warn!(%error, "starting with the computer could not be switched");
        }
    }
    is_on(app)
}
