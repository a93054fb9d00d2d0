//! The first page goes out with its scripts and with what it shows. The scripts are handed to the web process when
//! that starts, before any page is asked for; the store is read meanwhile, and what it holds is put into the page
//! when that is asked for. So the first paint waits for no question of its own.

use std::{borrow::Cow, sync::Mutex};

use tauri::{AppHandle, Manager as _, http};

use crate::view::page::Boot;

/// As the builds of the pages name them (ui/vite.config.ts): what draws the first picture, and the window's script,
/// which takes it over.
const SCRIPTS: [&str; 2] = ["assets/picture.js", "assets/first.js"];

/// The scripts to be run at the start of each page, in their order. None while a server of pages is used: its pages
/// name their scripts themselves.
///
/// # Errors
/// `AssetNotFound` if the pages were built without one.
pub fn scripts(app: &AppHandle) -> tauri::Result<Vec<String>> {
    if tauri::is_dev() {
        return Ok(Vec::new());
    }
    SCRIPTS.into_iter().map(|name| script(app, name)).collect()
}

fn script(app: &AppHandle, name: &str) -> tauri::Result<String> {
    let asset = app.asset_resolver().get(name.to_owned());
    let asset = asset.ok_or_else(|| tauri::Error::AssetNotFound(name.to_owned()))?;
    Ok(String::from_utf8_lossy(asset.bytes()).into_owned())
}

/// What the next page that is loaded starts with. A page that is loaded again asks for itself.
#[derive(Default)]
pub struct FirstPage(Mutex<Option<Boot>>);

impl FirstPage {
    /// Lays ready what the page starts with.
    pub fn put(&self, boot: Boot) {
        if let Ok(mut held) = self.0.lock() {
            *held = Some(boot);
        }
    }

    fn take(&self) -> Option<Boot> {
        self.0.lock().ok()?.take()
    }
}

/// Puts what is ready into the answer, if it is the window's page that was asked for.
pub fn hand_over(
    app: &AppHandle,
    request: &http::Request<Vec<u8>>,
    response: &mut http::Response<Cow<'static, [u8]>>,
) {
    if matches!(request.uri().path(), "" | "/" | "/index.html")
        && let Some(boot) = app.state::<FirstPage>().take()
        && let Ok(json) = serde_json::to_string(&boot)
    {
        *response.body_mut() = with(&String::from_utf8_lossy(response.body()), &json).into_bytes().into();
    }
}

/// The page with a block of data before its end. `<` is escaped, so that no text of a person can end the
/// block (html.spec.whatwg.org, restrictions for contents of script); a block of data is not run, so the
/// page's policy needs no exception for it.
fn with(page: &str, json: &str) -> String {
    let json = json.replace('<', "\\u003c");
    let block = format!("<script id=\"boot\" type=\"application/json\">{json}</script></body>");
    page.replacen("</body>", &block, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_person_ends_the_block_of_data() {
        let name = "</script><script>alert(1)</script><!--";
        let json = serde_json::to_string(name).unwrap();
        let page = with("<body><div></div></body>", &json);
        let inner = page.split_once("json\">").unwrap().1.split_once("</script></body>").unwrap().0;
        assert!(!inner.contains('<'));
        assert_eq!(serde_json::from_str::<String>(inner).unwrap(), name);
        assert!(page.starts_with("<body><div></div><script id=\"boot\""));
    }
}
