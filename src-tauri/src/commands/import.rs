//! Calendar files: in, by dialog or paste, and out.

use firstbell_core::{error::Error, join::JoinUrl};
use tauri::AppHandle;

use super::{Core, session_key};
use crate::{
    error::Answer,
    import,
    long_work::{LongWork, LongWorks},
    view::import::{ImportChoice, ImportPreview, ImportResult, PasteAnswer, import_id},
};

/// Asks for a calendar file and looks at it. Nothing when the person closes the dialog.
#[tauri::command]
#[specta::specta]
pub async fn choose_calendar_file(app: AppHandle) -> Answer<Option<ImportPreview>> {
    match import::ask_for_file(&app).await {
        Some(path) => Ok(Some(import::look_at(&app, &path).await?)),
        None => Ok(None),
    }
}

/// What was pasted: a calendar file's text, or a link, or neither.
#[tauri::command]
#[specta::specta]
pub async fn paste_text(app: AppHandle, text: String) -> Answer<PasteAnswer> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with("BEGIN:VCALENDAR") {
        let name = firstbell_core::words::say("pasted-file-name", &[]);
        let preview = import::preview(&app, text.trim().as_bytes(), name).await?;
        return Ok(PasteAnswer::Calendar { preview });
    }
    Ok(match JoinUrl::parse(text.trim()) {
        Ok(url) => PasteAnswer::Link {
            link: url.as_str().to_owned(),
            provider: url.provider().map(|provider| provider.label().to_owned()),
        },
        Err(_) => PasteAnswer::Nothing,
    })
}

/// Takes a file over.
#[tauri::command]
#[specta::specta]
pub async fn apply_import(
    app: AppHandle,
    core: Core<'_>,
    import_id: String,
    choices: Vec<ImportChoice>,
) -> Answer<ImportResult> {
    let id = self::import_id(&import_id).ok_or(Error::ImportGone)?;
    let asked: Vec<_> = choices.into_iter().map(ImportChoice::into_asked).collect();
    let work = LongWork::begin(&app, None);
    Ok(core.apply(id, &asked, work.progress()).await?.into())
}

/// Stops the file that is being read or taken over; nothing of it is kept.
#[tauri::command]
#[specta::specta]
pub fn stop_import(works: tauri::State<'_, LongWorks>) {
    works.stop();
}

/// Lets go of a file.
#[tauri::command]
#[specta::specta]
pub fn drop_import(core: Core<'_>, import_id: String) {
    if let Some(id) = self::import_id(&import_id) {
        core.drop_preview(id);
    }
}

/// Writes one session, or all, where the person says. The file's name, or nothing if the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn save_calendar_file(
    app: AppHandle,
    core: Core<'_>,
    id: Option<String>,
) -> Answer<Option<String>> {
    let id = id.as_deref().map(session_key).transpose()?;
    let text = core.export(id).await?;
    match import::ask_where_to_save(&app).await {
        Some(path) => Ok(Some(import::save(&path, &text).await?)),
        None => Ok(None),
    }
}
