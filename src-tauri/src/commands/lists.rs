//! Lists: Today, days, past sessions, search, people.

use firstbell_core::today::Entry;
use tauri::{AppHandle, ipc::Channel};

use super::{Core, instant};
use crate::{
    error::{Answer, AppError},
    events::Told,
    view::{
        page::{Boot, PersonRow, TodayView},
        session::SessionRow,
    },
};

/// What the window starts with.
#[tauri::command]
#[specta::specta]
pub async fn boot(app: AppHandle) -> Answer<Boot> {
    Ok(crate::compose::boot(&app).await)
}

/// The page *Today*, with that many days after today.
#[tauri::command]
#[specta::specta]
pub async fn today(app: AppHandle, days_ahead: u16) -> Answer<TodayView> {
    crate::compose::today(&app, days_ahead).await
}

/// Sessions whose start lies in [from, to).
#[tauri::command]
#[specta::specta]
pub async fn between(core: Core<'_>, from: String, to: String) -> Answer<Vec<SessionRow>> {
    let found = core.between(instant(&from)?, instant(&to)?).await?;
    rows(&core, &found).await
}

/// Past sessions, the latest first; before the given end, if there is one.
#[tauri::command]
#[specta::specta]
pub async fn past(core: Core<'_>, before: Option<String>) -> Answer<Vec<SessionRow>> {
    let before = before.as_deref().map(instant).transpose()?;
    let found = core.past(before).await?;
    rows(&core, &found).await
}

/// Sessions that hold the text.
#[tauri::command]
#[specta::specta]
pub async fn search(core: Core<'_>, text: String) -> Answer<Vec<SessionRow>> {
    let found = core.search(&text).await?;
    rows(&core, &found).await
}

/// Everybody met in a session.
#[tauri::command]
#[specta::specta]
pub async fn people(core: Core<'_>) -> Answer<Vec<PersonRow>> {
    let now = core.now();
    Ok(core.people().await?.iter().map(|person| PersonRow::new(person, now)).collect())
}

/// All sessions with a person.
#[tauri::command]
#[specta::specta]
pub async fn person_sessions(core: Core<'_>, name: String) -> Answer<Vec<SessionRow>> {
    let found = core.sessions_with(&name).await?;
    rows(&core, &found).await
}

/// Says in which zone a person lives.
#[tauri::command]
#[specta::specta]
pub async fn set_person_zone(core: Core<'_>, name: String, zone: Option<String>) -> Answer<()> {
    Ok(core.set_person_zone(&name, zone.as_deref()).await?)
}

/// The window listens: what has waited for it is told. Whether something has changed since it was handed
/// its first page.
#[tauri::command]
#[specta::specta]
pub fn listening(app: AppHandle, told: Channel<Told>) -> bool {
    crate::waiting::listens(&app, told)
}

async fn rows(core: &Core<'_>, found: &[Entry]) -> Result<Vec<SessionRow>, AppError> {
    let zones = core.people_zones().await?;
    Ok(found.iter().map(|entry| SessionRow::new(entry, &zones, core.now())).collect())
}
