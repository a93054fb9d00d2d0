//! A place for tray icons (StatusNotifierItem): sees them, reads their menus and presses entries.
// The bus interfaces below make public traits whose methods cannot be given words.
#![allow(missing_docs)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::StreamExt;
use serde::Deserialize;
use zbus::message::Header;
use zbus::names::BusName;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Type, Value};
use zbus::{Connection, Proxy, interface};

use super::wait;

const NAME: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";

/// The watcher and host of one desktop.
pub struct Tray {
    bus: Connection,
    items: Items,
}

/// Bus name and path of each item, in the order they came.
type Items = Arc<Mutex<Vec<(String, String)>>>;

/// A tray icon.
#[derive(Clone)]
pub struct TrayItem {
    bus: Connection,
    service: String,
    path: String,
}

/// An icon drawn by the app: ARGB, 32 bits a pixel, in network byte order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixmap {
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Row by row.
    pub argb: Vec<u8>,
}

/// What hangs at an icon: its icon's name, pictures, title and text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolTip {
    /// First line.
    pub title: String,
    /// The rest.
    pub text: String,
}

/// One entry of a tray menu, with what is under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// Its number, by which it is pressed.
    pub id: i32,
    /// As shown, with `_` before an access key.
    pub label: String,
    /// Whether it can be pressed.
    pub enabled: bool,
    /// Whether it is shown.
    pub visible: bool,
    /// Whether it only separates.
    pub separator: bool,
    /// For an entry with a tick: whether it is set.
    pub ticked: Option<bool>,
    /// The submenu.
    pub entries: Vec<MenuEntry>,
}

impl Tray {
    pub(crate) async fn start(address: &str) -> Result<Self> {
        let items = Items::default();
        let bus = zbus::connection::Builder::address(address)?
            .serve_at(PATH, Watcher { items: Arc::clone(&items) })?
            .build()
            .await?;
        watch_services(&bus, Arc::clone(&items)).await?;
        bus.request_name(NAME).await?;
        Ok(Self { bus, items })
    }

    /// The icons shown now.
    #[must_use]
    pub fn items(&self) -> Vec<TrayItem> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items
            .iter()
            .map(|(service, path)| TrayItem {
                bus: self.bus.clone(),
                service: service.clone(),
                path: path.clone(),
            })
            .collect()
    }

    /// Waits for an icon.
    ///
    /// # Errors
    /// When none comes within `timeout`.
    pub async fn wait_for_item(&self, timeout: Duration) -> Result<TrayItem> {
        wait::until("a tray icon", timeout, async || Ok(self.items().into_iter().next())).await
    }
}

impl TrayItem {
    /// The app's name for the icon.
    ///
    /// # Errors
    /// When the icon has gone.
    pub async fn id(&self) -> Result<String> {
        Ok(self.item().await?.get_property("Id").await?)
    }

    /// `Passive`, `Active` or `NeedsAttention`.
    ///
    /// # Errors
    /// When the icon has gone.
    pub async fn status(&self) -> Result<String> {
        Ok(self.item().await?.get_property("Status").await?)
    }

    /// The icon's name in the theme; empty when it is drawn.
    ///
    /// # Errors
    /// When the icon has gone.
    pub async fn icon_name(&self) -> Result<String> {
        Ok(self.item().await?.get_property("IconName").await?)
    }

    /// The drawn icon, in its sizes.
    ///
    /// # Errors
    /// When the icon has gone.
    pub async fn pixmaps(&self) -> Result<Vec<Pixmap>> {
        let drawn: OwnedValue = self.item().await?.get_property("IconPixmap").await?;
        let drawn: Vec<(i32, i32, Vec<u8>)> = drawn.try_into()?;
        Ok(drawn.into_iter().map(|(width, height, argb)| Pixmap { width, height, argb }).collect())
    }

    /// The text that hangs at the icon.
    ///
    /// # Errors
    /// When the icon has gone.
    pub async fn tool_tip(&self) -> Result<ToolTip> {
        type Parts = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let tip: OwnedValue = self.item().await?.get_property("ToolTip").await?;
        let (_, _, title, text): Parts = tip.try_into()?;
        Ok(ToolTip { title, text })
    }

    /// Clicks the icon.
    ///
    /// # Errors
    /// When the icon has gone.
    pub async fn activate(&self) -> Result<()> {
        Ok(self.item().await?.call("Activate", &(0i32, 0i32)).await?)
    }

    /// Its menu, as it would come up now.
    ///
    /// # Errors
    /// When the icon has gone or has no menu.
    pub async fn menu(&self) -> Result<Vec<MenuEntry>> {
        let menu = self.menu_proxy().await?;
        // Apps fill their menu in here; some have nothing to fill and do not answer it.
        let _ = menu.call::<_, _, bool>("AboutToShow", &(0i32,)).await;
        let (_, root): (u32, Layout) =
            menu.call("GetLayout", &(0i32, -1i32, Vec::<String>::new())).await.context("the tray's menu")?;
        root.entries()
    }

    /// Presses the entry with this label (access keys do not count), wherever it is in the menu.
    ///
    /// # Errors
    /// When there is no such entry or it cannot be pressed.
    pub async fn press(&self, label: &str) -> Result<()> {
        let entries = self.menu().await?;
        let entry =
            find(&entries, label).with_context(|| format!("no {label:?} to press in {entries:#?}"))?;
        self.menu_proxy()
            .await?
            .call::<_, _, ()>("Event", &(entry.id, "clicked", Value::from(0i32), 0u32))
            .await?;
        Ok(())
    }

    async fn item(&self) -> Result<Proxy<'_>> {
        self.proxy(self.path.clone(), "org.kde.StatusNotifierItem").await
    }

    async fn menu_proxy(&self) -> Result<Proxy<'_>> {
        let path: OwnedObjectPath =
            self.item().await?.get_property("Menu").await.context("the tray icon's menu")?;
        self.proxy(path.to_string(), "com.canonical.dbusmenu").await
    }

    /// Without a cache: what is asked is what holds now.
    async fn proxy(&self, path: String, interface: &'static str) -> Result<Proxy<'_>> {
        Ok(zbus::proxy::Builder::new(&self.bus)
            .destination(self.service.as_str())?
            .path(path)?
            .interface(interface)?
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await?)
    }
}

fn find<'a>(entries: &'a [MenuEntry], label: &str) -> Option<&'a MenuEntry> {
    entries.iter().find_map(|entry| {
        let pressable = entry.enabled && entry.visible && !entry.separator;
        if pressable && entry.label.replacen('_', "", 1) == label {
            Some(entry)
        } else {
            find(&entry.entries, label)
        }
    })
}

/// As dbusmenu sends it.
#[derive(Deserialize, Type)]
struct Layout(i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Layout {
    fn entries(self) -> Result<Vec<MenuEntry>> {
        self.2.into_iter().map(|child| Self::from_value(child)?.entry()).collect()
    }

    fn from_value(value: OwnedValue) -> Result<Self> {
        let (id, properties, children) = value.try_into().context("an entry of the tray's menu")?;
        Ok(Self(id, properties, children))
    }

    fn entry(self) -> Result<MenuEntry> {
        let text = |name: &str| self.1.get(name).and_then(|value| value.downcast_ref::<String>().ok());
        let flag = |name: &str| self.1.get(name).and_then(|value| value.downcast_ref::<bool>().ok());
        let ticked = text("toggle-type").filter(|kind| !kind.is_empty()).map(|_| {
            self.1.get("toggle-state").and_then(|value| value.downcast_ref::<i32>().ok()) == Some(1)
        });
        Ok(MenuEntry {
            id: self.0,
            label: text("label").unwrap_or_default(),
            enabled: flag("enabled").unwrap_or(true),
            visible: flag("visible").unwrap_or(true),
            separator: text("type").as_deref() == Some("separator"),
            ticked,
            entries: self.entries()?,
        })
    }
}

struct Watcher {
    items: Items,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        service: String,
    ) -> zbus::fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Ayatana's library gives a path instead of a name.
        let item = if service.starts_with('/') {
            (sender, service)
        } else {
            (service, "/StatusNotifierItem".to_owned())
        };
        let name = format!("{}{}", item.0, item.1);
        {
            let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
            if !items.contains(&item) {
                items.push(item);
            }
        }
        Self::status_notifier_item_registered(&emitter, &name).await?;
        Ok(())
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter().map(|(service, path)| format!("{service}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    /// An icon came.
    #[zbus(signal)]
    async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;

    /// An icon went.
    #[zbus(signal)]
    async fn status_notifier_item_unregistered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;

    /// Someone shows icons.
    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

/// An icon goes with the name it was registered by.
async fn watch_services(bus: &Connection, items: Items) -> Result<()> {
    let proxy = zbus::fdo::DBusProxy::new(bus).await?;
    let mut changes = proxy.receive_name_owner_changed().await?;
    tokio::spawn(async move {
        while let Some(change) = changes.next().await {
            let Ok(change) = change.args() else { continue };
            let gone: &BusName<'_> = change.name();
            if change.new_owner().is_none() {
                let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
                items.retain(|(service, _)| service != gone.as_str());
            }
        }
    });
    Ok(())
}
