//! The window: made when it is wanted, hidden or minimised when it is closed, brought up again.

use std::sync::Arc;

use firstbell_core::{
    app::{App, Opened},
    data_folder::DataFolder,
    error::Error,
    id::SessionId,
    words::say,
};
use tauri::{
    AppHandle, DragDropEvent, Manager as _, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent, window::Color,
};
use tauri_specta::Event as _;

use crate::{
    desktop::notifications::Notifications,
    events::{AskToJoin, BrowserFailed, DraggedOver, Failed, ShowSession},
    import,
    tray::Tray,
    view::page::Boot,
    waiting,
};

/// The window's label.
pub const MAIN: &str = "main";

/// The window is shown at the latest after this, painted or not.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(1500);

/// Makes the window, unseen until it has painted. `boot` is what it starts with.
pub fn make(app: &AppHandle, boot: &Boot) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("First Bell")
        .inner_size(1000.0, 700.0)
        .min_inner_size(380.0, 480.0)
        .visible(false)
        .background_color(ground(boot))
        // What the webview keeps for itself stays with everything else of this data folder.
        .data_directory(app.state::<DataFolder>().path().join("webview"))
        .initialization_script(boot_script(boot))
        .on_navigation(is_ours)
        .build()?;
    let app = app.clone();
    window.on_window_event(move |event| on_event(&app, event));
    let late = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if !late.is_visible().unwrap_or(true) && late.state::<Revealed>().is_due() {
            let _ = late.show();
        }
    });
    Ok(())
}

/// Whether the window has still to be shown for the first time.
#[derive(Default)]
pub struct Revealed(std::sync::atomic::AtomicBool);

impl Revealed {
    fn is_due(&self) -> bool {
        !self.0.swap(true, std::sync::atomic::Ordering::SeqCst)
    }
}

/// The window has painted: it can be seen.
pub fn reveal(app: &AppHandle) {
    if app.state::<Revealed>().is_due()
        && let Some(window) = app.get_webview_window(MAIN)
    {
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Brings the window up, making it if there is none.
pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let made = match crate::compose::boot(&app).await {
            Ok(boot) => make(&app, &boot).map_err(|error| error.to_string()),
            Err(error) => Err(error.message),
        };
        if let Err(error) = made {
            tracing::error!(%error, "the window could not be made");
        }
    });
}

/// Brings the window up at a session's page.
pub fn show_session(app: &AppHandle, id: SessionId) {
    show(app);
    tell(app, ShowSession { id: id.to_string() });
}

/// *Join* was pressed outside of the window: whatever is left to ask or to say is said in it.
pub fn after_join(app: &AppHandle, id: SessionId, opened: &Opened) {
    match opened {
        Opened::Yes => {}
        Opened::Ask { .. } => {
            show(app);
            tell(app, AskToJoin { id: id.to_string() });
        }
        Opened::BrowserFailed => {
            show_session(app, id);
            tell(app, BrowserFailed { id: id.to_string() });
        }
    }
}

/// Says in the window what went wrong outside of it.
pub fn tell_failed(app: &AppHandle, error: Error) {
    tell(app, Failed(error.into()));
}

/// Takes the window away; the bell stays. Without a tray it is minimised, because it could not be found
/// again, and the person is told why.
pub fn hide(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    if app.state::<Tray>().is_shown() {
        let _ = window.hide();
        return;
    }
    let _ = window.minimize();
    let notifications = Arc::clone(&app.state::<Arc<Notifications>>());
    tauri::async_runtime::spawn(async move {
        notifications.say(say("minimised-title", &[]), say("minimised-body", &[])).await;
    });
}

/// The webview may only ever show what is built in.
pub fn is_ours(url: &Url) -> bool {
    let is_local = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // On Windows the built-in pages come from here.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    is_local || (cfg!(debug_assertions) && tauri::is_dev() && url.host_str() == Some("localhost"))
}

fn on_event(app: &AppHandle, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            hide(app);
        }
        WindowEvent::Destroyed => waiting::is_gone(app),
        WindowEvent::DragDrop(DragDropEvent::Enter { .. }) => dragged_over(app, true),
        WindowEvent::DragDrop(DragDropEvent::Leave) => dragged_over(app, false),
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            dragged_over(app, false);
            // One file at a time: each is looked at and chosen from.
            if let Some(path) = paths.first() {
                import::offer(app, path.clone());
            }
        }
        _ => {}
    }
}

/// Sends an event as soon as the window listens.
pub fn tell(app: &AppHandle, event: impl tauri_specta::Event + serde::Serialize + Clone + Send + 'static) {
    waiting::when_ready(app, move |app| {
        if let Err(error) = event.emit(app) {
            tracing::warn!(%error, "the window could not be told");
        }
    });
}

fn dragged_over(app: &AppHandle, over: bool) {
    let _ = DraggedOver { over }.emit(app);
}

/// The colour of the page behind everything, so that nothing flashes.
fn ground(boot: &Boot) -> Color {
    use crate::view::settings::Theme;
    match boot.settings.theme {
        Theme::Dark => Color(0x14, 0x19, 0x1B, 0xFF),
        Theme::Light | Theme::System => Color(0xF5, 0xF2, 0xEA, 0xFF),
    }
}

/// Hands the first page over before any script runs. `<` and the two line separators are escaped, so that
/// no text of a person can end the script (html.spec.whatwg.org, restrictions for contents of script).
fn boot_script(boot: &Boot) -> String {
    let json = serde_json::to_string(boot).unwrap_or_else(|_| "null".to_owned());
    let json = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("window.__BOOT__ = {json};")
}

/// The app that the window's commands ask.
pub fn core(app: &AppHandle) -> Arc<App> {
    Arc::clone(&app.state::<Arc<App>>())
}
