//! First Bell's own small window for a ring that no notification service takes.

use std::sync::Mutex;

use firstbell_core::{
    data_folder::DataFolder,
    desktop::{Answer, NotShown, Ring},
    ring::RingKey,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager as _, WebviewUrl, WebviewWindowBuilder};

use crate::{outside::answered, view::enums::Theme, window};

/// The window's label.
pub const LABEL: &str = "ring";

/// Its size, in the desktop's own pixels.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 168.0;

/// What it shows.
#[derive(Clone, Debug, Serialize, Type)]
pub struct RingWindowView {
    pub title: String,
    pub body: String,
    pub can_join: bool,
    pub can_snooze: bool,
    pub theme: Theme,
}

/// What was pressed in it.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RingAnswer {
    Join,
    Snooze,
    Open,
    Dismiss,
}

/// The window and the ring in it. A later ring takes the place of an earlier one.
#[derive(Default)]
pub struct RingWindow {
    ring: Mutex<Option<Ring>>,
}

impl RingWindow {
    /// Shows a ring.
    ///
    /// # Errors
    /// [`NotShown`] when no window can be made.
    pub fn show(&self, app: &AppHandle, ring: Ring) -> Result<(), NotShown> {
        if let Ok(mut held) = self.ring.lock() {
            *held = Some(ring);
        }
        close(app);
        let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("ring.html".into()))
            .title("First Bell")
            .inner_size(WIDTH, HEIGHT)
            // One that cannot be resized at all is made 200 high by GTK, which reaches beyond the screen.
            .min_inner_size(WIDTH, HEIGHT)
            .max_inner_size(WIDTH, HEIGHT)
            .maximizable(false)
            .minimizable(false)
            // It closes itself, and a frame would reach beyond the screen's edge.
            .decorations(false)
            .always_on_top(true)
            .skip_taskbar(true)
            // It must not take the keys from what the person types just now.
            .focused(false)
            .visible(!cfg!(target_os = "linux"))
            .on_navigation(window::is_ours);
        match window::keep_in(builder, &app.state::<DataFolder>()).build() {
            Ok(window) => {
                #[cfg(target_os = "linux")]
                {
                    super::font::wear(&window);
                    take_no_focus(&window);
                    let _ = window.show();
                }
                to_the_corner(&window);
                // Once the person turns to it, keys go to the page and not to the frame around it.
                let page: &tauri::Webview = window.as_ref();
                let _ = page.set_focus();
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, "the own ring window could not be made");
                Err(NotShown)
            }
        }
    }

    /// What it shows now.
    pub fn view(&self, theme: Theme) -> Option<RingWindowView> {
        let ring = self.ring.lock().ok()?;
        ring.as_ref().map(|ring| RingWindowView {
            title: ring.title.clone(),
            body: ring.body.clone(),
            can_join: ring.can_join,
            can_snooze: !ring.keys.is_empty(),
            theme,
        })
    }

    /// Carries out what was pressed.
    pub fn answer(&self, app: &AppHandle, answer: RingAnswer) {
        let Some(ring) = self.ring.lock().ok().and_then(|mut ring| ring.take()) else { return };
        close(app);
        let answer = match answer {
            RingAnswer::Join => Answer::Join,
            RingAnswer::Snooze => Answer::Snooze,
            RingAnswer::Open => Answer::Open,
            RingAnswer::Dismiss => Answer::Dismiss,
        };
        let app = app.clone();
        tauri::async_runtime::spawn(
            async move { answered(&app, &window::core(&app), &ring.keys, answer).await },
        );
    }

    /// Takes a ring back.
    pub fn withdraw(&self, app: &AppHandle, key: RingKey) {
        let Ok(mut ring) = self.ring.lock() else { return };
        if ring.as_ref().is_some_and(|ring| ring.keys.contains(&key)) {
            *ring = None;
            close(app);
        }
    }
}

fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.destroy();
    }
}

/// `focused(false)` lets the frame refuse the focus until the first drawing only; a window manager that looks later
/// than that gives it all the same. This asks it not to (Extended Window Manager Hints, `_NET_WM_USER_TIME` 0).
#[cfg(target_os = "linux")]
fn take_no_focus(window: &tauri::WebviewWindow) {
    use gtk::prelude::{Cast as _, GtkWindowExt as _, WidgetExt as _};
    let asked = window.with_webview(|webview| {
        if let Some(frame) = webview.inner().toplevel().and_then(|top| top.downcast::<gtk::Window>().ok()) {
            frame.set_focus_on_map(false);
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the own ring window may take the focus");
    }
}

/// Bottom right, where the desktop allows it.
fn to_the_corner(window: &tauri::WebviewWindow) {
    let Ok(Some(monitor)) = window.primary_monitor() else { return };
    let (area, scale) = (monitor.work_area(), monitor.scale_factor());
    let margin = (16.0 * scale) as i32;
    let (width, height) = ((WIDTH * scale) as i32, (HEIGHT * scale) as i32);
    let x = area.position.x + i32::try_from(area.size.width).unwrap_or(width) - width - margin;
    let y = area.position.y + i32::try_from(area.size.height).unwrap_or(height) - height - margin;
    let _ = window.set_position(tauri::PhysicalPosition::new(x, y));
}
