//! Real key presses and mouse moves (XTEST), which reach whatever has the focus.

use std::time::Duration;

use anyhow::{Context, Result};

use super::desktop::Desktop;
use super::wait;

/// Where a window lies on the screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl Place {
    /// The middle of the window.
    #[must_use]
    pub fn middle(&self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }
}

/// The keyboard and mouse of a desktop.
pub struct Input<'a> {
    desktop: &'a Desktop,
}

impl<'a> Input<'a> {
    pub(crate) fn new(desktop: &'a Desktop) -> Self {
        Self { desktop }
    }

    /// Presses and releases keys by X name, such as `Tab`, `ctrl+n`, `alt+F4`, one after the other.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn keys(&self, keys: &[&str]) -> Result<()> {
        self.xdotool(&[&["key"], keys].concat()).await
    }

    /// Presses keys and holds them, as long as it takes until [`Self::let_go`].
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn hold(&self, keys: &[&str]) -> Result<()> {
        self.xdotool(&[&["keydown"], keys].concat()).await
    }

    /// Releases keys that are held.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn let_go(&self, keys: &[&str]) -> Result<()> {
        self.xdotool(&[&["keyup"], keys].concat()).await
    }

    /// Types a text.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn text(&self, text: &str) -> Result<()> {
        self.xdotool(&["type", "--", text]).await
    }

    /// Moves the pointer.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn move_to(&self, (x, y): (i32, i32)) -> Result<()> {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string()]).await
    }

    /// Presses the left button and holds it.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn press(&self) -> Result<()> {
        self.xdotool(&["mousedown", "1"]).await
    }

    /// Releases the left button.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn release(&self) -> Result<()> {
        self.xdotool(&["mouseup", "1"]).await
    }

    /// Moves there and clicks.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn click(&self, at: (i32, i32)) -> Result<()> {
        self.move_to(at).await?;
        self.xdotool(&["click", "1"]).await
    }

    /// Moves there and clicks twice, as quickly as a person does.
    ///
    /// # Errors
    /// When xdotool fails.
    pub async fn double_click(&self, at: (i32, i32)) -> Result<()> {
        self.move_to(at).await?;
        self.xdotool(&["click", "--repeat", "2", "--delay", "120", "1"]).await
    }

    /// The ids of the visible windows whose title matches this regular expression.
    ///
    /// # Errors
    /// When xdotool cannot be started.
    pub async fn windows(&self, title: &str) -> Result<Vec<u64>> {
        let mut command = self.desktop.command("xdotool");
        command.args(["search", "--onlyvisible", "--name", title]);
        // It ends with 1 when there is none.
        let output = self.desktop.output(command).await?;
        let ids = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(ids.lines().filter_map(|line| line.trim().parse().ok()).collect())
    }

    /// Waits for a visible window of this title.
    ///
    /// # Errors
    /// When none comes within `timeout`.
    pub async fn wait_for_window(&self, title: &str, timeout: Duration) -> Result<u64> {
        let what = format!("a window {title:?}");
        wait::until(&what, timeout, async || Ok(self.windows(title).await?.first().copied())).await
    }

    /// Where a window lies.
    ///
    /// # Errors
    /// When there is no such window.
    pub async fn place_of(&self, window: u64) -> Result<Place> {
        // xdotool counts the frame of the window manager twice.
        let answer = self.desktop.run("xwininfo", &["-id", &window.to_string()]).await?;
        let number = |name: &str| -> Result<i32> {
            let line = answer.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
            Ok(line.with_context(|| format!("no {name} in {answer}"))?.trim().parse()?)
        };
        Ok(Place {
            x: number("Absolute upper-left X")?,
            y: number("Absolute upper-left Y")?,
            width: number("Width")?,
            height: number("Height")?,
        })
    }

    /// Gives a window the focus, as a click on its title does.
    ///
    /// # Errors
    /// When there is no such window.
    pub async fn focus(&self, window: u64) -> Result<()> {
        self.xdotool(&["windowactivate", "--sync", &window.to_string()]).await
    }

    async fn xdotool(&self, arguments: &[&str]) -> Result<()> {
        self.desktop.run("xdotool", arguments).await.map(drop)
    }
}
