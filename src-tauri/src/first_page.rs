//! The first page goes out with what it shows: the store is read while the web process starts, and what it holds is
//! put into the page when that is asked for. So the first paint waits for no question of its own.

use std::{borrow::Cow, sync::Mutex};

use tauri::{AppHandle, Manager as _, http};

use crate::view::page::Boot;

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
