//! What the window shows: at its start, on the page *Today*, and in the strip.

use std::sync::Arc;

use firstbell_core::draft;
use tauri::{AppHandle, Manager as _};

use crate::{
    desktop::autostart,
    error::Answer,
    second_start::FirstCopy,
    tray::Tray,
    view::{
        page::{Boot, TodayView},
        settings::SettingsView,
        strip::NoticeView,
    },
    window,
};

/// How many days after today the page is handed at first. It asks for more when the end of them comes near.
const DAYS_AHEAD: u16 = 2;

/// What the window starts with. Where the store cannot be read, it starts all the same and says so.
pub async fn boot(app: &AppHandle) -> Boot {
    let core = window::core(app);
    let settings = core.settings().await.unwrap_or_default();
    let today = today(app, DAYS_AHEAD).await;
    let is_first = today.is_ok() && !settings.first_run_done && !app.state::<Arc<FirstCopy>>().is_silent();
    Boot {
        today: today.unwrap_or_else(|_| TodayView::unread(&core, settings.hours())),
        settings: SettingsView::new(settings, autostart::is_on(app)),
        first_run: is_first,
        version: app.package_info().version.to_string(),
        tray: app.state::<Tray>().is_shown(),
        most_weeks: draft::MOST_WEEKS,
        strip: strip(app).await,
    }
}

/// The page *Today*.
pub async fn today(app: &AppHandle, days_ahead: u16) -> Answer<TodayView> {
    let core = window::core(app);
    let clock = core.settings().await?.hours();
    let page = core.today(days_ahead.min(366)).await?;
    Ok(TodayView::new(&core, &page, clock))
}

/// What the strip says.
pub async fn strip(app: &AppHandle) -> Vec<NoticeView> {
    let first_copy = app.state::<Arc<FirstCopy>>().in_the_way();
    window::core(app).strip(first_copy).await.iter().map(NoticeView::from).collect()
}
