//! The bell: settings, the last ring, a test ring.

use std::sync::Arc;

use firstbell_core::words::say;
use tauri::{AppHandle, State};

use super::Core;
use crate::{
    desktop::notifications::Notifications,
    error::Answer,
    tray::Tray,
    view::{
        bell::{BellView, LastBell},
        clocks::{Zoned, clocks},
        settings::SettingsView,
    },
};

/// What the person has chosen. The tray and other windows change it too.
#[tauri::command]
#[specta::specta]
pub async fn settings(app: AppHandle, core: Core<'_>) -> Answer<SettingsView> {
    let autostart = crate::desktop::autostart::is_on(&app);
    Ok(SettingsView::new(core.settings().await?, autostart))
}

/// Keeps what the person has chosen. What holds now comes back.
#[tauri::command]
#[specta::specta]
pub async fn save_settings(app: AppHandle, core: Core<'_>, settings: SettingsView) -> Answer<SettingsView> {
    let autostart = crate::desktop::autostart::set(&app, settings.autostart);
    let kept = settings.applied_to(core.settings().await?);
    core.save_settings(kept).await?;
    Ok(SettingsView::new(kept, autostart))
}

/// The bell as Settings shows it.
#[tauri::command]
#[specta::specta]
pub async fn bell(
    core: Core<'_>,
    notifications: State<'_, Arc<Notifications>>,
    tray: State<'_, Tray>,
) -> Answer<Zoned<BellView>> {
    let last = core.last_ring().await?;
    let service = notifications.service().await;
    let problem = service.is_none().then(|| say("bell-no-service", &[]));
    let clocks = last.iter().fold(clocks(&core), |clocks, ring| clocks.shows(ring.rung_at));
    Ok(clocks.with(BellView {
        last: last.as_ref().map(LastBell::from),
        actions: service.as_ref().is_some_and(|service| service.actions),
        sound: service.as_ref().is_some_and(|service| service.sound),
        service: service.map(|service| service.name),
        tray: tray.is_shown(),
        problem,
    }))
}

/// Rings once, as before a session.
#[tauri::command]
#[specta::specta]
pub async fn ring_test_bell(core: Core<'_>, notifications: State<'_, Arc<Notifications>>) -> Answer<()> {
    let settings = core.settings().await?;
    notifications.ring_test(settings.sound).await;
    Ok(())
}

/// The first run is over.
#[tauri::command]
#[specta::specta]
pub async fn finish_first_run(core: Core<'_>) -> Answer<()> {
    let settings = core.settings().await?;
    Ok(core.save_settings(firstbell_core::settings::Settings { first_run_done: true, ..settings }).await?)
}

/// The person was told of the bells that could not ring.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_missed(core: Core<'_>) -> Answer<()> {
    Ok(core.acknowledge_missed().await?)
}

/// The person was told of the clocks of a zone that have changed.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_clocks(core: Core<'_>, zone: String) -> Answer<()> {
    Ok(core.acknowledge_clocks(&zone).await?)
}

/// Adds the samples.
#[tauri::command]
#[specta::specta]
pub async fn add_samples(core: Core<'_>) -> Answer<()> {
    Ok(core.add_samples().await?)
}

/// Takes the samples out.
#[tauri::command]
#[specta::specta]
pub async fn remove_samples(core: Core<'_>) -> Answer<()> {
    Ok(core.remove_samples().await?)
}
