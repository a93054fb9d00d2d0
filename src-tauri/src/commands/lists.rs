//! Lists: Today, days, past sessions, search, people.

use chrono::Duration;
use firstbell_core::today::Entry;
use tauri::{AppHandle, ipc::Channel};

use super::{Core, instant, person_id};
use crate::{
    error::{Answer, AppError},
    events::AppEvent,
    view::{
        clocks::{Clocks, Zoned, clocks},
        page::{Boot, PersonRow, TodayView},
        session::SessionRow,
    },
};

/// What the window starts with.
#[tauri::command]
#[specta::specta]
pub async fn boot(app: AppHandle) -> Answer<Boot> {
    Ok(crate::page::boot(&app).await)
}

/// The page *Today*, with that many days after today.
#[tauri::command]
#[specta::specta]
pub async fn today(app: AppHandle, days_ahead: u16) -> Answer<TodayView> {
    crate::page::today(&app, days_ahead).await
}

/// Sessions whose start lies in [from, to).
#[tauri::command]
#[specta::specta]
pub async fn between(core: Core<'_>, from: String, to: String) -> Answer<Zoned<Vec<SessionRow>>> {
    let (from, to) = (instant(&from)?, instant(&to)?);
    let found = core.between(from, to).await?;
    rows(&core, &found, clocks(&core).spans(from, to)).await
}

/// Past sessions, the latest first; before the given end, if there is one.
#[tauri::command]
#[specta::specta]
pub async fn past(core: Core<'_>, before: Option<String>) -> Answer<Zoned<Vec<SessionRow>>> {
    let before = before.as_deref().map(instant).transpose()?;
    let found = core.past(before).await?;
    rows(&core, &found, clocks(&core)).await
}

/// Sessions that hold the text.
#[tauri::command]
#[specta::specta]
pub async fn search(core: Core<'_>, text: String) -> Answer<Zoned<Vec<SessionRow>>> {
    let found = core.search(&text).await?;
    rows(&core, &found, clocks(&core)).await
}

/// Everybody met in a session.
#[tauri::command]
#[specta::specta]
pub async fn people(core: Core<'_>) -> Answer<Zoned<Vec<PersonRow>>> {
    let now = core.now();
    let people = core.people().await?;
    let zones = people.iter().filter_map(|person| Some((person.person.id, person.zone.clone()?))).collect();
    // What time it is there goes on being shown until the list is asked for again.
    let until = now + Duration::days(60);
    let clocks = people.iter().filter_map(|person| person.zone.as_ref()).fold(
        clocks(&core).sessions(people.iter().filter_map(|person| person.next.as_ref()), &zones),
        |clocks, zone| clocks.elsewhere(zone, now - Duration::days(1), until),
    );
    Ok(clocks.with(people.iter().map(|person| PersonRow::new(person, now)).collect()))
}

/// The names of zones that are suggested to people.
#[tauri::command]
#[specta::specta]
pub fn zone_names(core: Core<'_>) -> Vec<&'static str> {
    core.zone_names()
}

/// All sessions with a person.
#[tauri::command]
#[specta::specta]
pub async fn person_sessions(core: Core<'_>, id: String) -> Answer<Zoned<Vec<SessionRow>>> {
    let found = core.sessions_with(person_id(&id)?).await?;
    rows(&core, &found, clocks(&core)).await
}

/// Says in which zone a person lives.
#[tauri::command]
#[specta::specta]
pub async fn set_person_zone(core: Core<'_>, id: String, zone: Option<String>) -> Answer<()> {
    Ok(core.set_person_zone(person_id(&id)?, zone.as_deref()).await?)
}

/// The window listens: what has waited for it is told. Whether something has changed since it was handed
/// its first page.
#[tauri::command]
#[specta::specta]
pub async fn listening(app: AppHandle, told: Channel<AppEvent>) -> bool {
    let changed = crate::waiting::listens(&app, told);
    // What there is to know since its first page was made.
    crate::waiting::tell(&app, AppEvent::Strip { strip: crate::page::strip(&app).await });
    changed
}

async fn rows(core: &Core<'_>, found: &[Entry], clocks: Clocks) -> Result<Zoned<Vec<SessionRow>>, AppError> {
    let (zones, now) = (core.people_zones().await?, core.now());
    let rows = found.iter().map(|entry| SessionRow::new(entry, &zones, now)).collect();
    Ok(clocks.sessions(found, &zones).with(rows))
}
