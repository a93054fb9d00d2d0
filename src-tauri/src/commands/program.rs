//! The program itself: hide, quit, and the answers to First Bell's own ring window.

use std::sync::Arc;

use firstbell_core::{app::tasks::Running, data_folder::DataFolder};
use tauri::{AppHandle, State};

use super::Core;
use crate::{
    desktop::ring_window::{RingAnswer, RingWindow, RingWindowView},
    error::Answer,
    outside,
    second_start::FirstCopy,
    view::instant,
};

/// Hides the window; the bell stays.
#[tauri::command]
#[specta::specta]
pub fn hide_window(app: AppHandle) {
    crate::window::hide(&app);
}

/// Quits, unless bells are left today and the person does not know it: then their sessions' starts come
/// back and nothing happens.
#[tauri::command]
#[specta::specta]
pub async fn quit(app: AppHandle, core: Core<'_>, anyway: bool) -> Answer<Vec<String>> {
    let left = if anyway { Vec::new() } else { core.bells_left_today().await? };
    if left.is_empty() {
        let core = Arc::clone(&core);
        tauri::async_runtime::spawn(async move { outside::quit(&app, &core).await });
    }
    Ok(left.into_iter().map(instant).collect())
}

/// Ends the first copy, which does not answer, and rings in its place.
#[tauri::command]
#[specta::specta]
pub async fn end_first_copy(first: State<'_, Arc<FirstCopy>>, folder: State<'_, DataFolder>) -> Answer<()> {
    first.end(&folder).await;
    Ok(())
}

/// Tries at once to open the store again.
#[tauri::command]
#[specta::specta]
pub fn retry_store(running: State<'_, Running>) {
    running.retry();
}

/// The person was told that the data folder was lost, and another one is in its place.
#[tauri::command]
#[specta::specta]
pub fn acknowledge_lost(core: Core<'_>) {
    core.memory().acknowledge_lost();
}

/// What First Bell's own ring window shows.
#[tauri::command]
#[specta::specta]
pub async fn ring_window(
    core: Core<'_>,
    window: State<'_, Arc<RingWindow>>,
) -> Answer<Option<RingWindowView>> {
    Ok(window.view(core.settings().await?.theme.into()))
}

/// The answer to First Bell's own ring window.
#[tauri::command]
#[specta::specta]
pub fn answer_ring_window(app: AppHandle, window: State<'_, Arc<RingWindow>>, answer: RingAnswer) {
    window.answer(&app, answer);
}
