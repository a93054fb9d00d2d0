//! What a desktop with a window does for whoever decides something outside of the window: a ring that was answered, a
//! press in the tray, a later start. Nothing else of tauri is in reach there, so that each decision can be tried with
//! no window.

use std::path::PathBuf;

use firstbell_core::error::Error;
use tauri::AppHandle;

use crate::{events::AppEvent, import, window};

/// A desktop with a window.
pub trait Host: Clone + Send + Sync + 'static {
    /// Brings the window up, making it if there is none.
    fn show(&self);

    /// Tells the window as soon as it listens.
    fn tell(&self, event: AppEvent);

    /// Looks at a calendar file and offers it in the window.
    fn offer(&self, file: PathBuf);

    /// Ends the program.
    fn exit(&self);

    /// Says in the window what went wrong outside of it.
    fn tell_failed(&self, error: Error) {
        self.tell(AppEvent::Failed { error: error.into() });
    }
}

impl Host for AppHandle {
    fn show(&self) {
        window::show(self);
    }

    fn tell(&self, event: AppEvent) {
        window::tell(self, event);
    }

    fn offer(&self, file: PathBuf) {
        import::offer(self, file);
    }

    fn exit(&self) {
        Self::exit(self, 0);
    }
}
