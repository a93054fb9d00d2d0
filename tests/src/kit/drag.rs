//! Drops a real file onto a window, out of another program's window, with the mouse.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::desktop::Desktop;
use super::input::Place;
use super::wait;

/// The source's side, as in its script.
const SIDE: i32 = 32;

/// How long a window may take to say whether it wants the file.
const ANSWER: Duration = Duration::from_secs(10);

impl Desktop {
    /// Drags `file` onto the middle of `window` (see [`super::input::Input::windows`]) and lets it go there.
    ///
    /// # Errors
    /// When the window does not want it, or the drag fails.
    pub async fn drop_file(&self, file: &Path, window: u64) -> Result<()> {
        let drag = self.drag_file(file, window).await?;
        drag.drop_it().await
    }

    /// Drags `file` over the middle of `window` and holds it there: for a look at how the window offers
    /// to take it.
    ///
    /// # Errors
    /// When the window does not want it.
    pub async fn drag_file(&self, file: &Path, window: u64) -> Result<Drag<'_>> {
        let target = self.input().place_of(window).await?;
        let (x, y) = beside(target);
        let name = format!("drag-{}", uuid::Uuid::new_v4().simple());
        let mut command = self.command("/usr/bin/python3");
        command.args(["-B", "-c", include_str!("drag_source.py"), &x.to_string(), &y.to_string()]).arg(file);
        let source = self.start_process(&name, &mut command)?;
        let drag = Drag { desktop: self, name, source, at: target.middle() };
        drag.begin((x + SIDE / 2, y + SIDE / 2)).await.with_context(|| self.log(&drag.name))?;
        Ok(drag)
    }
}

/// A file in the air over a window.
pub struct Drag<'a> {
    desktop: &'a Desktop,
    name: String,
    source: u32,
    at: (i32, i32),
}

impl Drag<'_> {
    /// Lets it go.
    ///
    /// # Errors
    /// When the window does not take it after all.
    pub async fn drop_it(self) -> Result<()> {
        let steady = async || Ok(self.last_word().as_deref() == Some("steady"));
        wait::until_true("the window to be sure that it wants the file", ANSWER, steady).await?;
        self.desktop.input().release().await?;
        self.wait_for("ended").await?;
        let log = self.desktop.log(&self.name);
        if log.contains("failed") || !log.contains("given") {
            bail!("the window has not taken the file:\n{log}");
        }
        self.leave().await
    }

    /// Takes it away with Escape.
    ///
    /// # Errors
    /// When the drag does not end.
    pub async fn cancel(self) -> Result<()> {
        self.desktop.input().keys(&["Escape"]).await?;
        self.wait_for("ended").await?;
        self.desktop.input().release().await?;
        self.leave().await
    }

    async fn begin(&self, from: (i32, i32)) -> Result<()> {
        let input = self.desktop.input();
        self.wait_for("ready").await?;
        input.move_to(from).await?;
        input.press().await?;
        // A drag begins only after the pointer has gone some way with the button down.
        for step in 1..=4 {
            input.move_to((from.0 + 4 * step, from.1 + 4 * step)).await?;
        }
        self.wait_for("begun").await?;
        // A still pointer asks nothing: it goes on moving until the window has answered.
        let mut step = 0;
        wait::until_true("the window to want the file", ANSWER, async || {
            step = (step + 1) % 6;
            input.move_to((self.at.0 + step, self.at.1)).await?;
            Ok(self.last_word().is_some_and(|word| word != "refused"))
        })
        .await
    }

    async fn leave(&self) -> Result<()> {
        self.desktop.end_process(self.source).await
    }

    async fn wait_for(&self, word: &str) -> Result<()> {
        let what = format!("the drag to be {word}");
        wait::until_true(&what, ANSWER, async || {
            Ok(self.desktop.log(&self.name).lines().any(|line| line == word))
        })
        .await
    }

    fn last_word(&self) -> Option<String> {
        let log = self.desktop.log(&self.name);
        log.lines().rfind(|line| matches!(*line, "accepted" | "refused" | "steady")).map(str::to_owned)
    }
}

/// A corner of the screen that is not over the middle of the target.
fn beside(target: Place) -> (i32, i32) {
    let (x, y) = target.middle();
    let near = |a: i32| (0..3 * SIDE).contains(&a);
    if near(x) && near(y) { (4 * SIDE, 4 * SIDE) } else { (0, 0) }
}
