//! A notification service that records, and answers as the person would.
// The bus interfaces below make public traits whose methods cannot be given words.
#![allow(missing_docs)]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use zbus::message::Header;
use zbus::names::{BusName, OwnedUniqueName};
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, interface};

use super::wait;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Why a notification went, as the specification numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its time had run out.
    Expired = 1,
    /// The person waved it away, or pressed something on it.
    Dismissed = 2,
    /// The app took it back.
    Closed = 3,
}

/// One call of `Notify`.
#[derive(Clone, Debug)]
pub struct Notification {
    /// The number the service gave it.
    pub id: u32,
    /// The app's own name for itself.
    pub app_name: String,
    /// The notification this one took the place of, or 0.
    pub replaces_id: u32,
    /// The icon's name or address.
    pub icon: String,
    /// The first line.
    pub summary: String,
    /// The text under it.
    pub body: String,
    /// What can be pressed: key and label.
    pub actions: Vec<(String, String)>,
    /// The hints, by name.
    pub hints: BTreeMap<String, OwnedValue>,
    /// Milliseconds, 0 for never, -1 for as the service likes.
    pub expire_timeout: i32,
    /// The connection it came by.
    pub sender: String,
    /// When it came.
    pub at: DateTime<Utc>,
}

impl Notification {
    /// A text hint, such as `desktop-entry`.
    #[must_use]
    pub fn text_hint(&self, name: &str) -> Option<&str> {
        self.hints.get(name)?.downcast_ref::<&str>().ok()
    }

    /// 0 low, 1 normal, 2 critical.
    #[must_use]
    pub fn urgency(&self) -> u8 {
        self.hints.get("urgency").and_then(|value| value.downcast_ref::<u8>().ok()).unwrap_or(1)
    }

    /// The label of an action.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.actions.iter().find(|(name, _)| name == key).map(|(_, label)| label.as_str())
    }

    /// GNOME finds the app by `desktop-entry`, else by the app's name; `notify-send` is no app of its.
    fn app(&self) -> Option<&str> {
        self.text_hint("desktop-entry")
            .or(Some(self.app_name.as_str()))
            .filter(|name| !name.is_empty() && *name != "notify-send")
    }

    fn is_resident(&self) -> bool {
        self.hints.get("resident").and_then(|value| value.downcast_ref::<bool>().ok()).unwrap_or(false)
    }
}

/// The service of one desktop. It lives in the test's own process.
pub struct NotificationService {
    address: String,
    state: Arc<Mutex<State>>,
    running: Mutex<Option<Connection>>,
}

struct State {
    capabilities: Vec<String>,
    gnome_rule: bool,
    last_id: u32,
    notified: Vec<Notification>,
    live: BTreeMap<u32, Notification>,
    closed: Vec<(u32, Reason)>,
    /// For each app the connection that opened its source: GNOME listens for the end of this one only.
    sources: BTreeMap<String, String>,
    at_next: Option<Box<dyn FnOnce() + Send>>,
}

impl NotificationService {
    pub(crate) fn new(address: &str) -> Self {
        let state = State {
            capabilities: ["actions", "body", "sound", "persistence"].map(str::to_owned).to_vec(),
            gnome_rule: true,
            last_id: 0,
            notified: Vec::new(),
            live: BTreeMap::new(),
            closed: Vec::new(),
            sources: BTreeMap::new(),
            at_next: None,
        };
        Self { address: address.to_owned(), state: Arc::new(Mutex::new(state)), running: Mutex::default() }
    }

    /// What `GetCapabilities` answers from now on.
    pub fn set_capabilities(&self, capabilities: &[&str]) {
        self.state().capabilities = capabilities.iter().map(|&name| name.to_owned()).collect();
    }

    /// What happens when the next one is shown, before its sender hears that it is.
    pub fn at_next(&self, happens: impl FnOnce() + Send + 'static) {
        self.state().at_next = Some(Box::new(happens));
    }

    /// Whether an app's notifications all go when the connection that opened its source goes, as in GNOME.
    pub fn set_gnome_rule(&self, holds: bool) {
        self.state().gnome_rule = holds;
    }

    /// Takes the service's name on the bus.
    ///
    /// # Errors
    /// When it runs already or the bus is gone.
    pub async fn start(&self) -> Result<()> {
        ensure!(self.connection().is_err(), "the notification service runs already");
        let connection = zbus::connection::Builder::address(self.address.as_str())?
            .serve_at(PATH, Service { state: Arc::clone(&self.state) })?
            .build()
            .await?;
        watch_senders(&connection, Arc::clone(&self.state)).await?;
        connection.request_name(NAME).await?;
        *self.running() = Some(connection);
        Ok(())
    }

    /// Goes away: from now on nobody shows notifications, and what was shown is gone unannounced.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn stop(&self) -> Result<()> {
        let connection = self.running().take().context("the notification service does not run")?;
        connection.close().await?;
        let mut state = self.state();
        state.live.clear();
        state.sources.clear();
        Ok(())
    }

    /// All calls of `Notify` so far.
    #[must_use]
    pub fn all(&self) -> Vec<Notification> {
        self.state().notified.clone()
    }

    /// What is on the screen now.
    #[must_use]
    pub fn live(&self) -> Vec<Notification> {
        self.state().live.values().cloned().collect()
    }

    /// What has gone, in order.
    #[must_use]
    pub fn closed(&self) -> Vec<(u32, Reason)> {
        self.state().closed.clone()
    }

    /// Waits for at least `n` calls of `Notify` since the start.
    ///
    /// # Errors
    /// When there are fewer after `timeout`: tells which there were.
    pub async fn wait_for(&self, n: usize, timeout: Duration) -> Result<Vec<Notification>> {
        let what = format!("{n} notification(s)");
        wait::until(&what, timeout, async || Ok(Some(self.all()).filter(|all| all.len() >= n)))
            .await
            .with_context(|| self.seen())
    }

    /// Waits for a notification on the screen of which `wanted` is true.
    ///
    /// # Errors
    /// When none has come within `timeout`: tells which there were.
    pub async fn wait_until(
        &self,
        what: &str,
        timeout: Duration,
        wanted: impl Fn(&Notification) -> bool,
    ) -> Result<Notification> {
        wait::until(what, timeout, async || Ok(self.live().into_iter().find(&wanted)))
            .await
            .with_context(|| self.seen())
    }

    /// Presses an action as the person does; `default` is a click on the notification itself.
    ///
    /// Like GNOME: first the activation token, then the action, each to the sender only, and the
    /// notification goes unless it is resident.
    ///
    /// # Errors
    /// When it is not on the screen or offers no such action.
    pub async fn press(&self, id: u32, action: &str) -> Result<()> {
        let notification = self.state().live.get(&id).cloned();
        let Some(notification) = notification else { bail!("notification {id} is not on the screen") };
        ensure!(
            notification.label(action).is_some(),
            "notification {id} offers {:?}, not {action}",
            notification.actions
        );
        let connection = self.connection()?;
        let emitter = emitter(&connection, &notification.sender)?;
        // GNOME does all this in one turn: whatever the sender does at the answer, it comes too late.
        let goes = !notification.is_resident();
        if goes {
            take(&self.state, id, Reason::Dismissed);
        }
        Service::activation_token(&emitter, id, &format!("firstbell-kit-{id}")).await?;
        Service::action_invoked(&emitter, id, action).await?;
        if goes {
            Service::notification_closed(&emitter, id, Reason::Dismissed as u32).await?;
        }
        Ok(())
    }

    /// Makes a notification go.
    ///
    /// # Errors
    /// When it is not on the screen.
    pub async fn close(&self, id: u32, reason: Reason) -> Result<()> {
        let connection = self.connection()?;
        ensure!(close(&connection, &self.state, id, reason).await?, "notification {id} is not on the screen");
        Ok(())
    }

    fn connection(&self) -> Result<Connection> {
        self.running().clone().context("the notification service does not run")
    }

    fn seen(&self) -> String {
        let state = self.state();
        let lines =
            state.notified.iter().map(|shown| format!("  {}: {} / {}", shown.id, shown.summary, shown.body));
        format!("seen so far:\n{}\nclosed: {:?}", lines.collect::<Vec<_>>().join("\n"), state.closed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn running(&self) -> MutexGuard<'_, Option<Connection>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the bus sees.
struct Service {
    state: Arc<Mutex<State>>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        lock(&self.state).capabilities.clone()
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("firstbell-kit", "First Bell", env!("CARGO_PKG_VERSION"), "1.2")
    }

    // The specification's own list.
    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        #[zbus(header)] header: Header<'_>,
        app_name: String,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expire_timeout: i32,
    ) -> zbus::fdo::Result<u32> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let mut state = lock(&self.state);
        let id = if state.live.contains_key(&replaces_id) {
            replaces_id
        } else {
            state.last_id += 1;
            state.last_id
        };
        let actions = actions.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let notification = Notification {
            id,
            app_name,
            replaces_id,
            icon: app_icon,
            summary,
            body,
            actions,
            hints: hints.into_iter().collect(),
            expire_timeout,
            sender,
            at: Utc::now(),
        };
        if let Some(app) = notification.app() {
            state.sources.entry(app.to_owned()).or_insert_with(|| notification.sender.clone());
        }
        state.notified.push(notification.clone());
        state.live.insert(id, notification);
        if let Some(at_next) = state.at_next.take() {
            at_next();
        }
        Ok(id)
    }

    async fn close_notification(
        &self,
        #[zbus(connection)] connection: &Connection,
        id: u32,
    ) -> zbus::fdo::Result<()> {
        close(connection, &self.state, id, Reason::Closed).await?;
        Ok(())
    }

    /// Lets the sender raise a window.
    #[zbus(signal)]
    async fn activation_token(emitter: &SignalEmitter<'_>, id: u32, token: &str) -> zbus::Result<()>;

    /// An action was pressed.
    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;

    /// It has gone, and why.
    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

/// Closes one; false if it is not on the screen.
async fn close(connection: &Connection, state: &Mutex<State>, id: u32, reason: Reason) -> zbus::Result<bool> {
    let Some(notification) = take(state, id, reason) else { return Ok(false) };
    let emitter = emitter(connection, &notification.sender)?;
    Service::notification_closed(&emitter, id, reason as u32).await?;
    Ok(true)
}

fn take(state: &Mutex<State>, id: u32, reason: Reason) -> Option<Notification> {
    let mut state = lock(state);
    let notification = state.live.remove(&id)?;
    state.closed.push((id, reason));
    // An app's source goes with its last notification; the next one opens a new source.
    if let Some(app) = notification.app()
        && !state.live.values().any(|other| other.app() == Some(app))
    {
        state.sources.remove(app);
    }
    Some(notification)
}

/// Signals go to the sender only, as dunst and GNOME send them.
fn emitter(connection: &Connection, sender: &str) -> zbus::Result<SignalEmitter<'static>> {
    let sender: OwnedUniqueName = sender.to_owned().try_into()?;
    Ok(SignalEmitter::new(connection, PATH)?.set_destination(BusName::Unique(sender.into())))
}

/// Plays GNOME's rule: the end of the connection that opened an app's source takes all that app shows.
async fn watch_senders(connection: &Connection, state: Arc<Mutex<State>>) -> Result<()> {
    let bus = zbus::fdo::DBusProxy::new(connection).await?;
    let mut changes = bus.receive_name_owner_changed().await?;
    let connection = connection.clone();
    tokio::spawn(async move {
        while let Some(change) = changes.next().await {
            let Ok(change) = change.args() else { continue };
            if change.new_owner().is_none() {
                for id in orphans(&state, change.name().as_str()) {
                    let _ = close(&connection, &state, id, Reason::Dismissed).await;
                }
            }
        }
    });
    Ok(())
}

fn orphans(state: &Mutex<State>, gone: &str) -> Vec<u32> {
    let state = lock(state);
    if !state.gnome_rule {
        return Vec::new();
    }
    let apps: Vec<_> =
        state.sources.iter().filter(|(_, opener)| *opener == gone).map(|(app, _)| app.as_str()).collect();
    let lost = state.live.values().filter(|shown| shown.app().is_some_and(|app| apps.contains(&app)));
    lost.map(|shown| shown.id).collect()
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
