//! The event channel: what has changed is gathered for a moment, and then passed on to window and tray at once.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use firstbell_core::{
    change::{Cause, Change, Topic},
    health::Health,
};
use tauri::AppHandle;
use tokio::{
    sync::{broadcast, watch},
    time::{Instant, sleep_until},
};

use crate::{events::AppEvent, page, tray::Tray, view::change::ChangeView, waiting, window};

/// For how long changes are gathered. One write is followed by others, as that of an import by the bell's; nobody sees
/// so short a wait.
const GATHERED_FOR: Duration = Duration::from_millis(50);

/// Passes on what has changed, for as long as the app is there.
pub async fn pass_on(
    app: AppHandle,
    changes: broadcast::Receiver<Change>,
    mut health: watch::Receiver<Health>,
) {
    let mut gatherer = Gatherer::new(changes);
    let mut strip = None;
    Tray::refresh(&app).await;
    loop {
        tokio::select! {
            gathered = gatherer.next() => match gathered {
                Some(changes) => waiting::tell(&app, changed(window::core(&app).now(), changes)),
                None => return,
            },
            told = health.changed() => {
                if told.is_err() {
                    return;
                }
            }
        }
        let now = page::strip(&app).await;
        if strip.as_ref() != Some(&now) {
            strip = Some(now.clone());
            waiting::tell(&app, AppEvent::Strip { strip: now });
        }
        Tray::refresh(&app).await;
    }
}

/// The event of what was gathered.
fn changed(now: DateTime<Utc>, changes: Vec<Change>) -> AppEvent {
    AppEvent::Changed {
        now: now.to_rfc3339_opts(SecondsFormat::Millis, true),
        changes: changes.into_iter().map(ChangeView::from).collect(),
    }
}

/// Gathers what is heard.
struct Gatherer {
    heard: broadcast::Receiver<Change>,
    gathered: Gathered,
}

impl Gatherer {
    fn new(heard: broadcast::Receiver<Change>) -> Self {
        Self { heard, gathered: Gathered::default() }
    }

    /// The next changes, all that came within a moment of the first; nothing when none will come any more. Whoever
    /// stops waiting loses nothing.
    async fn next(&mut self) -> Option<Vec<Change>> {
        loop {
            let until = self.gathered.until;
            let told = tokio::select! {
                // What is gathered is not held back by what goes on coming.
                biased;
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    return Some(self.gathered.take());
                }
                told = self.heard.recv() => told,
            };
            let now = Instant::now();
            match told {
                Ok(change) => self.gathered.add(change, now),
                // Nobody knows what was missed.
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    for topic in Topic::ALL {
                        self.gathered.add(Change::here(Cause::AnotherHost, topic), now);
                    }
                }
                Err(broadcast::error::RecvError::Closed) => {
                    let last = self.gathered.take();
                    return (!last.is_empty()).then_some(last);
                }
            }
        }
    }
}

/// What is gathered, and until when.
#[derive(Debug, Default)]
struct Gathered {
    /// Each once, in the order in which they came.
    changes: Vec<Change>,
    until: Option<Instant>,
}

impl Gathered {
    fn add(&mut self, change: Change, now: Instant) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
        self.until.get_or_insert(now + GATHERED_FOR);
    }

    fn take(&mut self) -> Vec<Change> {
        self.until = None;
        std::mem::take(&mut self.changes)
    }
}

#[cfg(test)]
#[path = "changes/tests.rs"]
mod tests;
