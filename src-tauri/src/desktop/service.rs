//! The desktop's notification service, over one connection that stays open; `docs/adr/` says why
//! (Desktop Notifications Specification 1.2).

use std::{collections::HashMap, path::Path, time::Duration};

use firstbell_core::desktop::Answer;
use futures_util::StreamExt as _;
use tokio::{sync::Mutex, time::timeout};
use zbus::{
    Connection, Variant,
    fdo::DBusProxy,
    proxy::{OwnerChangedStream, SignalStream},
};

/// The basename of the desktop file: by it the desktop knows whose notification it is.
const DESKTOP_ENTRY: &str = "firstbell";

/// Who shows tray items (freedesktop.org, StatusNotifierItem).
const TRAY_HOST: &str = "org.kde.StatusNotifierWatcher";

/// How long the bus may take to let somebody in. Right after a person has logged in it may take some seconds.
const BUS_PATIENCE: Duration = Duration::from_secs(5);

/// Where the bus is that was left out for the libraries under the window. It may come to itself: notifications go on
/// asking it.
pub const LEFT_OUT: &str = "FIRSTBELL_SESSION_BUS";

/// How long the service may take with one word. One that the bus has to start first needs some seconds.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// What is to be shown.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// The first line.
    pub title: &'a str,
    /// The text under it, as markup.
    pub body: &'a str,
    /// Key and label of each button; `default` is a click on the whole.
    pub actions: &'a [(&'a str, String)],
    /// The sound to play.
    pub sound: Option<&'a Path>,
    /// Shown even when others are held back.
    pub critical: bool,
}

/// One that is on the screen.
#[derive(Clone, Debug)]
pub struct Shown {
    service: NotificationsProxy<'static>,
    id: u32,
}

/// Hears what becomes of one that is on the screen.
pub struct Hears {
    id: u32,
    signals: SignalStream<'static>,
    owners: OwnerChangedStream<'static>,
}

/// The way to the service.
#[derive(Debug, Default)]
pub struct Desk {
    connection: Mutex<Option<Connection>>,
}

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Variant<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;
    fn close_notification(&self, id: u32) -> zbus::Result<()>;
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
    fn get_server_information(&self) -> zbus::Result<(String, String, String, String)>;
}

impl Desk {
    /// The service that answers now.
    ///
    /// # Errors
    /// When none does.
    pub async fn service(&self) -> zbus::Result<Service> {
        let service = self.proxy().await?;
        let (name, ..) = in_time(PATIENCE, service.get_server_information()).await?;
        let can = in_time(PATIENCE, service.get_capabilities()).await?;
        let has = |name: &str| can.iter().any(|can| can == name);
        Ok(Service { name, actions: has("actions"), sound: has("sound") })
    }

    /// Shows one.
    ///
    /// # Errors
    /// When the service refuses, or none answers.
    pub async fn show(&self, notification: Notification<'_>) -> zbus::Result<(Shown, Hears)> {
        let service = self.proxy().await?;
        // Before it is shown, so that no answer comes too soon to be heard.
        let signals = service.inner().receive_all_signals().await?;
        let actions: Vec<&str> =
            notification.actions.iter().flat_map(|(key, label)| [*key, label.as_str()]).collect();
        let mut hints = HashMap::from([
            ("desktop-entry", Variant::from(DESKTOP_ENTRY)),
            ("category", Variant::from("x-firstbell.session")),
            ("urgency", Variant::from(if notification.critical { 2u8 } else { 1u8 })),
        ]);
        match notification.sound {
            Some(sound) => hints.insert("sound-file", Variant::from(sound.to_string_lossy().into_owned())),
            None => hints.insert("suppress-sound", Variant::from(true)),
        };
        let (title, body) = (notification.title, notification.body);
        // Without a limit: one that is given up could still come, and stand there beside the own window.
        let id = service.notify("First Bell", 0, DESKTOP_ENTRY, title, body, &actions, hints, -1).await?;
        let owners = service.inner().receive_owner_changed().await?;
        Ok((Shown { service, id }, Hears { id, signals, owners }))
    }

    /// Whether somebody shows tray items, or can be started to do so.
    ///
    /// # Errors
    /// When there is no session bus.
    pub async fn has_tray_host(&self) -> zbus::Result<bool> {
        let bus = DBusProxy::new(&self.connection().await?).await?;
        if in_time(PATIENCE, async { Ok(bus.name_has_owner(TRAY_HOST.try_into()?).await?) }).await? {
            return Ok(true);
        }
        let names = in_time(PATIENCE, async { Ok(bus.list_activatable_names().await?) }).await?;
        Ok(names.iter().any(|name| name.as_str() == TRAY_HOST))
    }

    async fn connection(&self) -> zbus::Result<Connection> {
        let mut held = self.connection.lock().await;
        Ok(match &*held {
            Some(connection) if !connection.is_closed() => connection.clone(),
            _ => held.insert(in_time(BUS_PATIENCE, session()).await?).clone(),
        })
    }

    async fn proxy(&self) -> zbus::Result<NotificationsProxy<'static>> {
        let connection = self.connection().await?;
        // Its properties are none; without a cache nothing is asked for them.
        NotificationsProxy::builder(&connection)
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await
    }
}

/// Whether there is a session bus that takes calls and answers none. Libraries under the window ask it before they
/// do anything else, and wait for ever.
pub async fn bus_is_mute() -> bool {
    matches!(in_time(BUS_PATIENCE, Connection::session()).await, Err(error) if is_silence(&error))
}

async fn session() -> zbus::Result<Connection> {
    match std::env::var(LEFT_OUT) {
        Ok(address) => zbus::connection::Builder::address(address.as_str()).build().await,
        Err(_) => Connection::session().await,
    }
}

/// An answer, or an error where none comes.
async fn in_time<T>(patience: Duration, answer: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    timeout(patience, answer).await.unwrap_or_else(|_| Err(std::io::Error::from(SILENCE).into()))
}

const SILENCE: std::io::ErrorKind = std::io::ErrorKind::TimedOut;

fn is_silence(error: &zbus::Error) -> bool {
    matches!(error, zbus::Error::InputOutput(error) if error.kind() == SILENCE)
}

impl Shown {
    /// Whether both are the same one.
    pub fn is(&self, other: &Self) -> bool {
        self.id == other.id
    }

    /// Takes it off the screen.
    pub async fn close(&self) {
        if let Err(error) = self.service.close_notification(self.id).await {
            tracing::info!(%error, "a notification could not be taken back");
        }
    }
}

impl Hears {
    /// Waits until something has become of it.
    pub async fn answer(mut self) -> Answer {
        loop {
            tokio::select! {
                signal = self.signals.next() => match signal {
                    Some(signal) => if let Some(answer) = self.answer_in(&signal) { return answer },
                    // The connection is gone, and what was shown with it.
                    None => return Answer::TimeOut,
                },
                owner = self.owners.next() => match owner {
                    Some(Some(_)) => {}
                    // A service that ends takes what it shows along, and says nothing.
                    Some(None) | None => return Answer::TimeOut,
                },
            }
        }
    }

    fn answer_in(&self, signal: &zbus::Message) -> Option<Answer> {
        let body = signal.body();
        match signal.header().member()?.as_str() {
            "ActionInvoked" => {
                let (id, key) = body.deserialize::<(u32, &str)>().ok()?;
                let answer = match key {
                    "join" => Answer::Join,
                    "snooze" => Answer::Snooze,
                    _ => Answer::Open,
                };
                (id == self.id).then_some(answer)
            }
            "NotificationClosed" => {
                let (id, reason) = body.deserialize::<(u32, u32)>().ok()?;
                // 2: the person waved it away.
                let answer = if reason == 2 { Answer::Dismiss } else { Answer::TimeOut };
                (id == self.id).then_some(answer)
            }
            _ => None,
        }
    }
}
