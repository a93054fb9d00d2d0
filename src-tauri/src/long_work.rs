//! Work that may take long. The window is told how far it is, and the person may stop it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use firstbell_core::progress::Progress;
use tauri::{AppHandle, Manager as _, async_runtime::JoinHandle};
use tokio::time::{Instant, interval_at};

use crate::{
    events::{AppEvent, ImportWork},
    waiting::tell,
};

/// What is shorter is not told of: it would only flash by.
const TOLD_AFTER: Duration = Duration::from_millis(400);
const TOLD_EVERY: Duration = Duration::from_millis(200);

/// All that goes on.
#[derive(Default)]
pub struct LongWorks(Mutex<Vec<Arc<Progress>>>);

impl LongWorks {
    /// Stops all that goes on, each before its next step.
    pub fn stop(&self) {
        for progress in self.0.lock().iter().flat_map(|works| works.iter()) {
            progress.stop();
        }
    }
}

/// A calendar file's reading or taking over, from its beginning until this is dropped.
pub struct LongWork {
    app: AppHandle,
    progress: Arc<Progress>,
    telling: Arc<Mutex<Telling>>,
    teller: JoinHandle<()>,
}

/// What the window has heard of a work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    Nothing,
    ItGoesOn,
    ItHasEnded,
}

impl LongWork {
    /// Begins one. `reading` names the file that is read; nothing where one is taken over.
    #[must_use]
    pub fn begin(app: &AppHandle, reading: Option<String>) -> Self {
        let progress = Arc::new(Progress::default());
        if let Ok(mut works) = app.state::<LongWorks>().0.lock() {
            works.push(progress.clone());
        }
        let telling = Arc::new(Mutex::new(Telling::Nothing));
        let teller = tauri::async_runtime::spawn(keep_telling(
            app.clone(),
            progress.clone(),
            telling.clone(),
            reading,
        ));
        Self { app: app.clone(), progress, telling, teller }
    }

    /// What does the work counts here.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

impl Drop for LongWork {
    fn drop(&mut self) {
        self.teller.abort();
        if let Ok(mut works) = self.app.state::<LongWorks>().0.lock() {
            works.retain(|progress| !Arc::ptr_eq(progress, &self.progress));
        }
        // Aborted, the teller may still be telling; it is not to have the last word.
        if let Ok(mut telling) = self.telling.lock()
            && std::mem::replace(&mut *telling, Telling::ItHasEnded) == Telling::ItGoesOn
        {
            tell(&self.app, AppEvent::Importing { work: None });
        }
    }
}

async fn keep_telling(
    app: AppHandle,
    progress: Arc<Progress>,
    telling: Arc<Mutex<Telling>>,
    reading: Option<String>,
) {
    let mut ticks = interval_at(Instant::now() + TOLD_AFTER, TOLD_EVERY);
    loop {
        ticks.tick().await;
        let Ok(mut telling) = telling.lock() else { return };
        if *telling == Telling::ItHasEnded {
            return;
        }
        *telling = Telling::ItGoesOn;
        let work = ImportWork { reading: reading.clone(), percent: progress.percent() };
        tell(&app, AppEvent::Importing { work: Some(work) });
    }
}
