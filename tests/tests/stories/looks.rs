//! Every screen and state: axe finds nothing in it, and here it is.

use std::path::PathBuf;

use firstbell_tests::kit::App;
use serde_json::json;

use super::tour::{self, Look};

#[tokio::test]
async fn axe_finds_nothing_on_the_first_day() {
    let mut axe = Axe::default();
    tour::of_the_first_day(&mut axe).await;
    axe.check();
}

#[tokio::test]
async fn axe_finds_nothing_on_a_full_day() {
    let mut axe = Axe::default();
    tour::of_a_full_day(&mut axe).await;
    axe.check();
}

#[tokio::test]
async fn axe_finds_nothing_on_other_days() {
    let mut axe = Axe::default();
    tour::of_other_days(&mut axe).await;
    axe.check();
}

/// Runs where `FIRSTBELL_SHOTS` names a folder: `./dev shots`.
#[tokio::test]
async fn shots_of_every_screen_and_state() {
    let Some(folder) = std::env::var_os("FIRSTBELL_SHOTS") else { return };
    let mut camera = Camera { folder: PathBuf::from(folder) };
    std::fs::create_dir_all(&camera.folder).unwrap();
    tour::of_the_first_day(&mut camera).await;
    tour::of_a_full_day(&mut camera).await;
    tour::of_other_days(&mut camera).await;
}

/// Collects what axe finds, so that one walk tells all.
#[derive(Default)]
struct Axe {
    seen: usize,
    found: Vec<String>,
}

impl Look for Axe {
    async fn at(&mut self, app: &App<'_>, name: &str) {
        for theme in ["light", "dark"] {
            dress(app, theme).await;
            self.seen += 1;
            for violation in app.axe().await.unwrap() {
                self.found.push(format!("{name}, {theme}: {}: {:?}", violation.help, violation.elements));
            }
        }
    }
}

impl Axe {
    fn check(&self) {
        assert!(self.seen > 10, "{} looks are no walk", self.seen);
        assert!(self.found.is_empty(), "{}", self.found.join("\n"));
    }
}

struct Camera {
    folder: PathBuf,
}

impl Look for Camera {
    async fn at(&mut self, app: &App<'_>, name: &str) {
        let wide = matches!(name, "session" | "session-past" | "session-cancelled").then_some((1280, 800));
        for (width, height) in [(1000, 700), (480, 760)].into_iter().chain(wide) {
            app.resize(width, height).await.unwrap();
            for theme in ["light", "dark"] {
                dress(app, theme).await;
                let path = self.folder.join(format!("{name}-{width}-{theme}.png"));
                app.screenshot(&path).await.unwrap();
            }
        }
        app.resize(1000, 700).await.unwrap();
    }
}

async fn dress(app: &App<'_>, theme: &str) {
    let page = app.page().unwrap();
    page.script("document.documentElement.dataset.theme = arguments[0]", vec![json!(theme)]).await.unwrap();
    page.rests().await.unwrap();
}
