//! What is copied and pasted between programs.

use anyhow::{Context, Result};

use super::desktop::Desktop;
use super::wait;

/// Owns the clipboard until it has been told the next text, as the program does that something was copied in.
const OWNER: &str = "
import sys, gi
gi.require_version('Gtk', '3.0')
from gi.repository import Gtk, Gdk, GLib
board = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
board.set_text(open(sys.argv[1], encoding='utf-8', newline='').read(), -1)
window = Gtk.Invisible()
GLib.idle_add(lambda: print('copied', flush=True))
Gtk.main()
";

const READER: &str = "
import sys, gi
gi.require_version('Gtk', '3.0')
from gi.repository import Gtk, Gdk
text = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text()
sys.stdout.write(text or '')
";

impl Desktop {
    /// Copies a text in some other program.
    ///
    /// # Errors
    /// When that does not work.
    pub async fn copy(&self, text: &str) -> Result<()> {
        let name = format!("clipboard-{}", uuid::Uuid::new_v4().simple());
        let file = self.root().join(&name);
        std::fs::write(&file, text)?;
        let mut command = self.command("/usr/bin/python3");
        command.args(["-B", "-c", OWNER]).arg(&file);
        self.start_process(&name, &mut command)?;
        wait::until_true("the text to be copied", wait::PATIENCE, async || {
            Ok(self.log(&name).contains("copied"))
        })
        .await
        .with_context(|| self.log(&name))
    }

    /// What would be pasted now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn copied(&self) -> Result<String> {
        self.run("/usr/bin/python3", &["-B", "-c", READER]).await
    }
}
