//! Quitting.

use std::time::Duration;

use tauri::AppHandle;

use crate::{events::Told, view::instant, window};

/// How long quitting waits for what is still to be stored.
const LAST_STORING: Duration = Duration::from_secs(1);

/// Quits. What was done and could not be stored yet gets a last chance.
pub fn quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let _ = tokio::time::timeout(LAST_STORING, window::core(&app).store_what_waits()).await;
        app.exit(0);
    });
}

/// Quits, or brings the window up to ask, when bells are left today.
pub fn ask_to_quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        match window::core(&app).bells_left_today().await {
            Ok(left) if !left.is_empty() => {
                window::show(&app);
                window::tell(&app, Told::QuitAsked { bells: left.into_iter().map(instant).collect() });
            }
            _ => quit(&app),
        }
    });
}
