//! Rings as desktop notifications.
//!
//! GNOME Shell takes all of an app's notifications off the screen when the bus connection that opened its
//! first one goes away, and notify-rust opens a connection for each. So every handle is kept and waited
//! on until none of ours is open any more.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use firstbell_core::{
    app::App,
    desktop::{Answer, NotShown, Notifier, Ring},
    store::rings::RingKey,
    words::say,
};
use notify_rust::{
    CloseReason, Hint, Notification, NotificationHandle, NotificationResponse, Timeout, Urgency,
};
use tauri::{AppHandle, Manager as _};

use super::ring_window::RingWindow;

/// The basename of the desktop file: by it the desktop knows whose notification it is.
const DESKTOP_ENTRY: &str = "firstbell";

/// What the notification service says of itself.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// It offers buttons.
    pub actions: bool,
    /// It plays sounds.
    pub sound: bool,
}

/// Rings as desktop notifications, or in First Bell's own window where no service takes them.
pub struct Notifications {
    app: AppHandle,
    strike: Option<PathBuf>,
    own_window: Arc<RingWindow>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// By what they are for; one for several reminders is here once for each.
    live: BTreeMap<RingKey, Arc<NotificationHandle>>,
    /// Closed ones whose connection still holds the others on the screen.
    kept: Vec<Arc<NotificationHandle>>,
}

impl Notifications {
    /// Rings through the session's notification service.
    pub fn new(app: AppHandle, strike: Option<PathBuf>, own_window: Arc<RingWindow>) -> Self {
        Self { app, strike, own_window, open: Mutex::default() }
    }

    /// The service that answers now, if one does.
    pub async fn service(&self) -> Option<Service> {
        // notify-rust asks in a blocking way; the bus may take its time.
        tauri::async_runtime::spawn_blocking(|| {
            let about = notify_rust::get_server_information().ok()?;
            let can = notify_rust::get_capabilities().ok()?;
            let has = |name: &str| can.iter().any(|can| can == name);
            Some(Service { name: about.name, actions: has("actions"), sound: has("sound") })
        })
        .await
        .ok()
        .flatten()
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
        let handle = self.notification(&ring, service).show_async().await.map_err(|error| {
            tracing::warn!(%error, "the notification service refused");
            NotShown
        })?;
        let handle = Arc::new(handle);
        if let Ok(mut open) = self.open.lock() {
            for key in &ring.keys {
                open.live.insert(*key, Arc::clone(&handle));
            }
        }
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(async move { this.wait_for_answer(handle, ring).await });
        Ok(())
    }

    fn notification(&self, ring: &Ring, service: &Service) -> Notification {
        let mut notification = Notification::new();
        notification
            .appname("First Bell")
            .summary(&ring.title)
            .body(&escaped(&ring.body))
            .icon(DESKTOP_ENTRY)
            .hint(Hint::DesktopEntry(DESKTOP_ENTRY.to_owned()))
            .hint(Hint::Category("x-firstbell.session".to_owned()))
            .urgency(if ring.breaks_through { Urgency::Critical } else { Urgency::Normal })
            .timeout(Timeout::Default);
        match (&self.strike, ring.sounds) {
            (Some(strike), true) => {
                notification.hint(Hint::SoundFile(strike.to_string_lossy().into_owned()));
            }
            _ => {
                notification.hint(Hint::SuppressSound(true));
            }
        }
        if service.actions {
            notification.action("default", &say("action-open", &[]));
            if ring.can_join {
                notification.action("join", &say("action-join", &[]));
            }
            if !ring.keys.is_empty() {
                notification.action("snooze", &say("action-snooze", &[]));
            }
        }
        notification.finalize()
    }

    async fn wait_for_answer(self: Arc<Self>, handle: Arc<NotificationHandle>, ring: Ring) {
        let mut answer = Answer::TimeOut;
        handle
            .wait_for_action_async(|response| {
                answer = match response {
                    NotificationResponse::Default => Answer::Open,
                    NotificationResponse::Action(name) if name == "join" => Answer::Join,
                    NotificationResponse::Action(name) if name == "snooze" => Answer::Snooze,
                    NotificationResponse::Closed(CloseReason::Dismissed) => Answer::Dismiss,
                    _ => Answer::TimeOut,
                };
            })
            .await;
        self.forget(&ring.keys);
        answered(&self.app, &ring.keys, answer).await;
    }

    /// The notification of this reminder, if it stands for no other one that still holds.
    fn last_of(&self, key: RingKey) -> Option<Arc<NotificationHandle>> {
        let mut open = self.open.lock().ok()?;
        let handle = open.live.remove(&key)?;
        if open.live.values().any(|other| Arc::ptr_eq(other, &handle)) {
            return None;
        }
        // Kept until its close is answered, and as long as others are open.
        open.kept.push(Arc::clone(&handle));
        Some(handle)
    }

    /// A notification is gone. Its connection is kept while others are open.
    fn forget(&self, keys: &[RingKey]) {
        let Ok(mut open) = self.open.lock() else { return };
        for key in keys {
            if let Some(handle) = open.live.remove(key) {
                open.kept.push(handle);
            }
        }
        if open.live.is_empty() {
            open.kept.clear();
        }
    }
}

/// Carries out what the person did with a ring.
pub async fn answered(app: &AppHandle, keys: &[RingKey], answer: Answer) {
    let core = Arc::clone(&app.state::<Arc<App>>());
    let done = core.answer_ring(keys, answer).await;
    match (answer, keys, done) {
        (Answer::Join, [key], Ok(Some(opened))) => crate::window::after_join(app, key.session, &opened),
        (Answer::Join | Answer::Open, [key], Ok(None)) => crate::window::show_session(app, key.session),
        (Answer::Join, _, Err(error)) => {
            crate::window::show(app);
            crate::window::tell_failed(app, error);
        }
        (Answer::Join | Answer::Open, ..) => crate::window::show(app),
        (Answer::Snooze | Answer::Dismiss | Answer::TimeOut, ..) => {}
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
        if let Some(handle) = notifications.last_of(key) {
            // The one that waits on it then takes it off the list.
            handle.close_async().await;
        }
    }
}

/// Bodies may be read as markup (Desktop Notifications Specification, "Markup"); people's texts are not.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
