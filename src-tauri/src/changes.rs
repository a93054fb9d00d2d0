//! What has changed, passed on to window and tray.

use firstbell_core::{change::Cause, health::Health};
use tauri::AppHandle;
use tokio::sync::{broadcast, watch};

use crate::{events::Told, page::problems, tray::Tray, view::instant, waiting, window};

/// Passes every change on to window and tray. Many at once are told once.
pub async fn pass_on(
    app: AppHandle,
    mut changes: broadcast::Receiver<Cause>,
    mut health: watch::Receiver<Health>,
) {
    loop {
        let cause = tokio::select! {
            cause = changes.recv() => match cause {
                Ok(cause) => cause,
                // Lagging behind means that there is something to load, from whomever.
                Err(broadcast::error::RecvError::Lagged(_)) => Cause::AnotherHost,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            told = health.changed() => {
                if told.is_err() {
                    return;
                }
                waiting::tell(&app, Told::Problems { problems: problems(&app) });
                Tray::refresh(&app).await;
                continue;
            }
        };
        waiting::tell(&app, Told::Changed { cause: cause.into() });
        if cause == Cause::Clock {
            waiting::tell(&app, Told::ClockTicked { now: instant(window::core(&app).now()) });
        }
        Tray::refresh(&app).await;
    }
}
