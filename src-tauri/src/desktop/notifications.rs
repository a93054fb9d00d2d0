//! Rings as desktop notifications.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use firstbell_core::{
    desktop::{NotShown, Notifier, Ring},
    ring::RingKey,
    words::say,
};
use tauri::AppHandle;

use super::{
    ring_window::RingWindow,
    service::{Desk, Notification, Service, Shown},
};
use crate::{outside, window};

/// Rings as desktop notifications, or in First Bell's own window where no service takes them.
pub struct Notifications {
    app: AppHandle,
    strike: Option<PathBuf>,
    own_window: Arc<RingWindow>,
    desk: Desk,
    /// By what they are for; one for several reminders is here once for each.
    live: Mutex<BTreeMap<RingKey, Shown>>,
}

impl Notifications {
    /// Rings through the session's notification service.
    pub fn new(app: AppHandle, strike: Option<PathBuf>, own_window: Arc<RingWindow>) -> Self {
        Self { app, strike, own_window, desk: Desk::default(), live: Mutex::default() }
    }

    /// The service that answers now, if one does.
    pub async fn service(&self) -> Option<Service> {
        self.desk
            .service()
            .await
            .inspect_err(|error| tracing::info!(%error, "no notification service answers"))
            .ok()
    }

    /// Whether somebody shows tray items. Asked over the connection that notifications go over.
    pub async fn has_tray_host(&self) -> bool {
        self.desk.has_tray_host().await.unwrap_or_else(|error| {
            tracing::info!(%error, "nobody says whether there is a place for the tray");
            false
        })
    }

    /// Rings once, as before a session.
    pub async fn ring_test(self: &Arc<Self>, sounds: bool) {
        let ring = Ring {
            keys: Vec::new(),
            title: say("test-ring-title", &[]),
            body: say("test-ring-body", &[]),
            can_join: false,
            sounds,
            breaks_through: false,
        };
        // Where no service takes it, the own window has come up: that is the bell here.
        let _ = self.show(ring).await;
    }

    /// Says something that is no ring.
    pub async fn say(self: &Arc<Self>, title: String, body: String) {
        let ring =
            Ring { keys: Vec::new(), title, body, can_join: false, sounds: false, breaks_through: false };
        if let Some(service) = self.service().await {
            let _ = self.notify(ring, &service).await;
        }
    }

    async fn show(self: &Arc<Self>, ring: Ring) -> Result<(), NotShown> {
        if let Some(service) = self.service().await
            && self.notify(ring.clone(), &service).await.is_ok()
        {
            return Ok(());
        }
        self.own_window.show(&self.app, ring)
    }

    async fn notify(self: &Arc<Self>, ring: Ring, service: &Service) -> Result<(), NotShown> {
        let mut actions = Vec::new();
        if service.actions {
            actions.push(("default", say("action-open", &[])));
            if ring.can_join {
                actions.push(("join", say("action-join", &[])));
            }
            if !ring.keys.is_empty() {
                actions.push(("snooze", say("action-snooze", &[])));
            }
        }
        let notification = Notification {
            title: &ring.title,
            body: &escaped(&ring.body),
            actions: &actions,
            sound: self.strike.as_deref().filter(|_| ring.sounds),
            critical: ring.breaks_through,
        };
        let (shown, hears) = self.desk.show(notification).await.map_err(|error| {
            tracing::warn!(%error, "the notification service refused");
            NotShown
        })?;
        if let Ok(mut live) = self.live.lock() {
            live.extend(ring.keys.iter().map(|key| (*key, shown.clone())));
        }
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            let answer = hears.answer().await;
            this.forget(&shown);
            outside::answered(&this.app, &window::core(&this.app), &ring.keys, answer).await;
        });
        Ok(())
    }

    /// The notification of this reminder, if it stands for no other one that still holds.
    fn last_of(&self, key: RingKey) -> Option<Shown> {
        let mut live = self.live.lock().ok()?;
        let shown = live.remove(&key)?;
        (!live.values().any(|other| other.is(&shown))).then_some(shown)
    }

    fn forget(&self, gone: &Shown) {
        if let Ok(mut live) = self.live.lock() {
            live.retain(|_, shown| !shown.is(gone));
        }
    }
}

/// The notifications as the bell uses them.
pub struct Rings(pub Arc<Notifications>);

impl Notifier for Rings {
    async fn ring(&self, ring: Ring) -> Result<(), NotShown> {
        self.0.show(ring).await
    }

    async fn withdraw(&self, key: RingKey) {
        let Self(notifications) = self;
        notifications.own_window.withdraw(&notifications.app, key);
        if let Some(shown) = notifications.last_of(key) {
            shown.close().await;
        }
    }
}

/// Bodies may be read as markup (Desktop Notifications Specification, "Markup"); people's texts are not.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
