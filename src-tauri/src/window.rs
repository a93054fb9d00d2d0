//! The window: made when it is wanted, hidden or minimised when it is closed, brought up again.

use std::{path::Path, sync::Arc};

use firstbell_core::{app::App, data_folder::DataFolder, sync::Signal, words::say};
use tauri::{
    AppHandle, DragDropEvent, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent, window::Color,
};

use crate::{
    desktop::notifications::Notifications,
    events::AppEvent,
    first_page::{FirstPage, hand_over},
    import,
    tray::Tray,
    view::{enums::Theme, page::Boot},
    waiting,
};

/// The window's label.
pub const MAIN: &str = "main";

/// Makes the window, unseen. Its web process takes longer to start than the store to be read, so this may
/// come before it is known what the page shows.
pub fn make(app: &AppHandle, folder: &DataFolder) -> tauri::Result<WebviewWindow> {
    let first = app.clone();
    let builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("First Bell")
        .inner_size(1000.0, 700.0)
        .min_inner_size(380.0, 480.0)
        .visible(false)
        .on_web_resource_request(move |request, response| hand_over(&first, &request, response))
        .on_navigation(is_ours);
    let window = keep_in(builder, folder).build()?;
    #[cfg(target_os = "linux")]
    crate::desktop::font::wear(&window);
    let app = app.clone();
    window.on_window_event(move |event| on_event(&app, event));
    Ok(window)
}

/// What the webview keeps for itself stays with everything else of this data folder. Where that cannot be written, it
/// is kept for as long as the person is at this computer.
pub fn keep_in<'a>(
    builder: WebviewWindowBuilder<'a, tauri::Wry, AppHandle>,
    folder: &DataFolder,
) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    let usual = folder.path().join("webview");
    builder.data_directory(if can_be_written(&usual) {
        usual
    } else {
        dirs::runtime_dir()
            .unwrap_or_else(std::env::temp_dir)
            .join(format!("firstbell-{}", std::process::id()))
    })
}

fn can_be_written(folder: &Path) -> bool {
    let probe = folder.join("probe");
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&probe, "")).is_ok()
        && std::fs::remove_file(&probe).is_ok()
}

/// Hands the page over, and shows the window in the page's colour: it is there at once, and nothing flashes
/// when the page comes.
pub fn open(window: &WebviewWindow, boot: Boot) {
    let _ = window.set_background_color(Some(ground(window, &boot)));
    window.state::<FirstPage>().put(boot);
    let _ = window.show();
    let _ = window.set_focus();
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
        let boot = crate::page::boot(&app).await;
        if let Err(error) = make(&app, &app.state::<DataFolder>()).map(|window| open(&window, boot)) {
            tracing::error!(%error, "the window could not be made");
        }
    });
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
        WindowEvent::Focused(true) => {
            if let Some(core) = app.try_state::<Arc<App>>() {
                core.ask_schools(Signal::Focus);
            }
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

/// Tells the window as soon as it listens.
pub fn tell(app: &AppHandle, told: AppEvent) {
    waiting::when_ready(app, move |app| waiting::tell(app, told));
}

fn dragged_over(app: &AppHandle, over: bool) {
    waiting::tell(app, AppEvent::DraggedOver { over });
}

/// The colour of the page behind everything.
fn ground(window: &WebviewWindow, boot: &Boot) -> Color {
    let is_dark = match boot.settings.theme {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => window.theme().is_ok_and(|theme| theme == tauri::Theme::Dark),
    };
    if is_dark { Color(0x14, 0x19, 0x1B, 0xFF) } else { Color(0xF5, 0xF2, 0xEA, 0xFF) }
}

/// The app that the window's commands ask.
pub fn core(app: &AppHandle) -> Arc<App> {
    Arc::clone(&app.state::<Arc<App>>())
}
