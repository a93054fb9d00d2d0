//! The desktop's own font. WebKitGTK takes `system-ui` to fontconfig, where it is an alias that many systems
//! resolve to another font than the person has chosen, or to none; that costs each size and weight of the
//! page two searches. What GTK says is certain and cheap, so it becomes the webview's sans-serif.

use gtk::{pango::FontDescription, prelude::GtkSettingsExt as _};
use webkit2gtk::{SettingsExt as _, WebViewExt as _};

/// Sets the page in the desktop's font.
pub fn wear(window: &tauri::WebviewWindow) {
    let worn = window.with_webview(|webview| {
        let name = gtk::Settings::default().and_then(|settings| settings.gtk_font_name());
        let family = name.and_then(|name| FontDescription::from_string(&name).family());
        if let (Some(family), Some(settings)) = (family, webview.inner().settings()) {
            settings.set_sans_serif_font_family(&family);
        }
    });
    if let Err(error) = worn {
        tracing::warn!(%error, "the page is not set in the desktop's font");
    }
}
