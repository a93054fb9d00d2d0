//! Calendar files between the desktop and the core: dialogs, dropped and opened files.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use firstbell_core::{app::App, calendar_file::MAX_BYTES, error::Error};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::DialogExt as _;
use tokio::{io::AsyncReadExt as _, sync::oneshot};

use crate::{
    events::AppEvent,
    long_work::LongWork,
    view::import::ImportPreview,
    waiting::{tell, when_ready},
};

/// A file was dropped, or opened with First Bell: looks at it and tells the window, once that listens.
pub fn offer(app: &AppHandle, file: PathBuf) {
    when_ready(app, move |app| {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let told = match look_at(&app, &file).await {
                Ok(preview) => AppEvent::ImportReady { preview },
                Err(error) => AppEvent::Failed { error: error.into() },
            };
            tell(&app, told);
        });
    });
}

/// Reads a file, no more of it than a calendar may have, and looks at it.
///
/// # Errors
/// When it cannot be read, is refused whole, is stopped, or what the store says.
pub async fn look_at(app: &AppHandle, path: &Path) -> Result<ImportPreview, Error> {
    let unreadable = |_| Error::Unreadable(path.to_owned());
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).await.map_err(unreadable)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    preview(app, &bytes, name).await
}

/// Looks at a calendar. `name` is what the person calls it.
///
/// # Errors
/// When it is refused whole, is stopped, or what the store says.
pub async fn preview(app: &AppHandle, bytes: &[u8], name: String) -> Result<ImportPreview, Error> {
    let core = Arc::clone(&app.state::<Arc<App>>());
    let work = LongWork::begin(app, Some(name.clone()));
    Ok(ImportPreview::new(&core.preview(bytes, work.progress()).await?, name))
}

/// Asks the person for a calendar file.
pub async fn ask_for_file(app: &AppHandle) -> Option<PathBuf> {
    let (answer, answered) = oneshot::channel();
    let dialog = app.dialog().file().add_filter("iCalendar", &["ics", "ical", "ifb", "icalendar"]);
    with_parent(app, dialog).pick_file(move |path| {
        let _ = answer.send(path);
    });
    answered.await.ok().flatten().and_then(|path| path.into_path().ok())
}

/// Asks the person where to save a calendar file.
pub async fn ask_where_to_save(app: &AppHandle) -> Option<PathBuf> {
    let (answer, answered) = oneshot::channel();
    let dialog = app.dialog().file().add_filter("iCalendar", &["ics"]).set_file_name("first-bell.ics");
    with_parent(app, dialog).save_file(move |path| {
        let _ = answer.send(path);
    });
    answered.await.ok().flatten().and_then(|path| path.into_path().ok())
}

fn with_parent(
    app: &AppHandle,
    dialog: tauri_plugin_dialog::FileDialogBuilder<tauri::Wry>,
) -> tauri_plugin_dialog::FileDialogBuilder<tauri::Wry> {
    match app.get_webview_window(crate::window::MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// Writes a file whole or not at all: beside it first, then over it. Its name comes back.
///
/// # Errors
/// [`Error::Unwritable`].
pub async fn save(path: &Path, text: &str) -> Result<String, Error> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let written = async {
        tokio::fs::write(&beside, text).await?;
        tokio::fs::rename(&beside, path).await
    };
    if written.await.is_err() {
        let _ = tokio::fs::remove_file(&beside).await;
        return Err(Error::Unwritable(path.to_owned()));
    }
    Ok(path.file_name().unwrap_or_default().to_string_lossy().into_owned())
}
