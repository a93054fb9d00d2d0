//! gnome-keyring on the private bus: unlocked, locked, frozen, started anew, and what stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use zbus::Proxy;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use super::desktop::Desktop;
use super::processes::{self, Signal};
use super::{bus, wait};

/// The Secret Service's name on the bus.
pub const NAME: &str = "org.freedesktop.secrets";

/// Who shows gnome-keyring's prompts.
pub const PROMPTER: &str = "org.gnome.keyring.SystemPrompter";

const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";

/// gnome-keyring's own way to unlock, for whoever has the password.
const OWN: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";

/// The collection that `--unlock` makes and unlocks, and that is the default then.
pub const LOGIN: &str = "login";

/// Not an empty one: what is locked with that opens by itself. `--unlock` takes the whole file for it.
pub const PASSWORD: &str = "correct horse\n";

/// Where the kit itself keeps it.
pub const PASSWORD_FILE: &str = "keyring-password";

/// A secret on its way over the bus: session, parameters, value, type.
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// A running keyring. It ends with its desktop.
pub struct Keyring {
    pid: u32,
}

impl Keyring {
    /// Starts the keyring and waits until it has unlocked its `login` collection.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let mut command = daemon(desktop)?;
        let pid = desktop.start_process("gnome-keyring", command.arg("--unlock"))?;
        wait::until_true("the keyring to be unlocked", wait::PATIENCE, async || {
            Ok(bus::is_owned(desktop.bus(), NAME).await? && !is_locked(desktop, LOGIN).await?)
        })
        .await
        .with_context(|| desktop.log("gnome-keyring"))?;
        Ok(Self { pid })
    }

    /// Starts it as after a login without a password: what there is of collections is locked.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_locked(desktop: &Desktop) -> Result<Self> {
        let pid = desktop.start_process("gnome-keyring-locked", &mut daemon(desktop)?)?;
        wait::until_true("the locked keyring", wait::PATIENCE, async || {
            Ok(bus::is_owned(desktop.bus(), NAME).await? && !is_locked(desktop, "session").await?)
        })
        .await
        .with_context(|| desktop.log("gnome-keyring-locked"))?;
        Ok(Self { pid })
    }

    /// Ends it and waits until its name is free.
    ///
    /// # Errors
    /// When it stays.
    pub async fn end(self, desktop: &Desktop) -> Result<()> {
        desktop.end_process(self.pid).await?;
        wait::until_true("the name to be free", wait::PATIENCE, async || {
            Ok(!bus::is_owned(desktop.bus(), NAME).await?)
        })
        .await
    }

    /// From now on it takes whatever is said to it, and answers nothing.
    ///
    /// # Errors
    /// When it has gone.
    pub fn freeze(&self) -> Result<()> {
        processes::send(self.pid, Signal::STOP)
    }

    /// It goes on, beginning with what was said meanwhile.
    ///
    /// # Errors
    /// When it has gone.
    pub fn thaw(&self) -> Result<()> {
        processes::send(self.pid, Signal::CONT)
    }
}

/// Whether one runs.
///
/// # Errors
/// When the bus does not say.
pub async fn is_up(desktop: &Desktop) -> Result<bool> {
    bus::is_owned(desktop.bus(), NAME).await
}

/// All who are on the bus with it.
///
/// # Errors
/// When the bus does not say.
pub async fn clients(desktop: &Desktop) -> Result<BTreeSet<String>> {
    bus::names(desktop.bus()).await
}

/// Locks a collection.
///
/// # Errors
/// When it stays unlocked.
pub async fn lock(desktop: &Desktop, collection: &str) -> Result<()> {
    let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
        service(desktop).await?.call("Lock", &(vec![path(collection)?],)).await?;
    ensure!(prompt.as_str() == "/" && is_locked(desktop, collection).await?, "it did not lock");
    Ok(())
}

/// Unlocks a collection with its password, as a prompt does.
///
/// # Errors
/// When it stays locked.
pub async fn unlock(desktop: &Desktop, collection: &str) -> Result<()> {
    let password: Secret =
        (session(desktop).await?, Vec::new(), PASSWORD.as_bytes().to_vec(), "text/plain".to_owned());
    let () = at(desktop, "/org/freedesktop/secrets", OWN)
        .await?
        .call("UnlockWithMasterPassword", &(path(collection)?, password))
        .await?;
    ensure!(!is_locked(desktop, collection).await?, "it is still locked");
    Ok(())
}

/// Whether a collection is locked.
///
/// # Errors
/// When there is none of that name.
pub async fn is_locked(desktop: &Desktop, collection: &str) -> Result<bool> {
    Ok(at(desktop, path(collection)?.as_str(), COLLECTION).await?.get_property("Locked").await?)
}

/// Gives the `login` collection another name, while no keyring runs. None is the default then.
///
/// # Errors
/// When there is none.
pub fn rename_login(desktop: &Desktop, name: &str) -> Result<()> {
    let folder = desktop.root().join("data/keyrings");
    std::fs::rename(folder.join("login.keyring"), folder.join(format!("{name}.keyring")))?;
    match std::fs::remove_file(folder.join("default")) {
        // It is there once a keyring was told of a default.
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Puts an item into the `login` collection, beside those that are there.
///
/// # Errors
/// When the keyring refuses.
pub async fn put(desktop: &Desktop, attributes: &[(&str, &str)], secret: &[u8]) -> Result<String> {
    let attributes: std::collections::HashMap<&str, &str> = attributes.iter().copied().collect();
    let properties = std::collections::HashMap::from([
        ("org.freedesktop.Secret.Item.Label", Value::from("put by the kit")),
        ("org.freedesktop.Secret.Item.Attributes", Value::from(attributes)),
    ]);
    let secret: Secret = (session(desktop).await?, Vec::new(), secret.to_vec(), "text/plain".to_owned());
    let (item, _): (OwnedObjectPath, OwnedObjectPath) = at(desktop, path(LOGIN)?.as_str(), COLLECTION)
        .await?
        .call("CreateItem", &(properties, secret, false))
        .await?;
    ensure!(item.as_str() != "/", "it asks first");
    Ok(item.to_string())
}

/// Takes an item away, as somebody who tidies up does.
///
/// # Errors
/// When the keyring refuses.
pub async fn delete(desktop: &Desktop, item: &str) -> Result<()> {
    let prompt: OwnedObjectPath = at(desktop, item, ITEM).await?.call("Delete", &()).await?;
    ensure!(prompt.as_str() == "/", "it asks first");
    Ok(())
}

/// Puts a secret into every item with these attributes, in the place of what is there.
///
/// # Errors
/// When the keyring refuses.
pub async fn set(desktop: &Desktop, attributes: &[(&str, &str)], secret: &[u8]) -> Result<()> {
    let session = session(desktop).await?;
    for item in found(desktop, attributes).await?.into_keys() {
        let secret: Secret = (session.clone(), Vec::new(), secret.to_vec(), "text/plain".to_owned());
        let () = at(desktop, &item, ITEM).await?.call("SetSecret", &(secret,)).await?;
    }
    Ok(())
}

/// What stands in all items with these attributes, by their paths. One that goes meanwhile is not there.
///
/// # Errors
/// When the keyring does not say, or they are locked.
pub async fn found(desktop: &Desktop, attributes: &[(&str, &str)]) -> Result<BTreeMap<String, Vec<u8>>> {
    let attributes: std::collections::HashMap<&str, &str> = attributes.iter().copied().collect();
    let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        service(desktop).await?.call("SearchItems", &(attributes,)).await?;
    ensure!(locked.is_empty(), "{locked:?} are locked");
    let session = session(desktop).await?;
    let mut found = BTreeMap::new();
    for item in open {
        match at(desktop, item.as_str(), ITEM).await?.call::<_, _, Secret>("GetSecret", &(&session,)).await {
            Ok((_, _, value, _)) => {
                found.insert(item.to_string(), value);
            }
            Err(zbus::Error::MethodError(name, ..)) if is_gone(name.as_str()) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// What a bus says of a call to an object that is not there.
fn is_gone(error: &str) -> bool {
    ["UnknownMethod", "UnknownObject", "NoSuchObject"].iter().any(|name| error.ends_with(name))
}

/// When the newest item with these attributes was changed, in seconds since 1970.
///
/// # Errors
/// When there is none.
pub async fn modified(desktop: &Desktop, attributes: &[(&str, &str)]) -> Result<u64> {
    let mut newest = None;
    for item in found(desktop, attributes).await?.into_keys() {
        let modified: u64 = at(desktop, &item, ITEM).await?.get_property("Modified").await?;
        newest = newest.max(Some(modified));
    }
    newest.context("no such item")
}

/// Now, in the seconds that items are stamped with.
#[must_use]
pub fn now() -> u64 {
    chrono::Utc::now().timestamp().unsigned_abs()
}

/// Somebody owns a name on the bus, takes whatever is said to it, and answers nothing. Returns its process.
///
/// # Errors
/// When the name is taken.
pub async fn swallow(desktop: &Desktop, name: &str) -> Result<u32> {
    const OWNER: &str = "import os, signal, sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
bus.call_sync('org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'RequestName',
              GLib.Variant('(su)', (sys.argv[1], 0)), None, 0, -1, None)
os.kill(os.getpid(), signal.SIGSTOP)
";
    let mut command = desktop.command("/usr/bin/python3");
    command.args(["-B", "-c", OWNER, name]);
    let pid = desktop.start_process("swallow", &mut command)?;
    wait::until_true("the silent owner", wait::PATIENCE, async || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let is_stopped = stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'));
        Ok(is_stopped && bus::is_owned(desktop.bus(), name).await?)
    })
    .await
    .with_context(|| desktop.log("swallow"))?;
    Ok(pid)
}

/// Ends who swallows everything.
///
/// # Errors
/// When it stays.
pub async fn end_swallowing(desktop: &Desktop, pid: u32) -> Result<()> {
    processes::send(pid, Signal::KILL)?;
    wait::until("it to end", wait::PATIENCE, async || desktop.exit_status(pid)).await.map(drop)
}

/// The daemon's command; its password comes from a file.
fn daemon(desktop: &Desktop) -> Result<Command> {
    let password = desktop.root().join(PASSWORD_FILE);
    std::fs::write(&password, PASSWORD)?;
    let mut command = desktop.command("gnome-keyring-daemon");
    command.args(["--foreground", "--components=secrets"]).stdin(std::fs::File::open(&password)?);
    Ok(command)
}

async fn service(desktop: &Desktop) -> Result<Proxy<'static>> {
    at(desktop, "/org/freedesktop/secrets", SERVICE).await
}

async fn at(desktop: &Desktop, path: &str, interface: &'static str) -> Result<Proxy<'static>> {
    Ok(zbus::proxy::Builder::new(desktop.bus())
        .destination(NAME)?
        .path(path.to_owned())?
        .interface(interface)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?)
}

/// A session in the clear: the bus is the test's own.
async fn session(desktop: &Desktop) -> Result<OwnedObjectPath> {
    let (_, session): (OwnedValue, OwnedObjectPath) =
        service(desktop).await?.call("OpenSession", &("plain", Value::from(""))).await?;
    Ok(session)
}

fn path(collection: &str) -> Result<OwnedObjectPath> {
    Ok(format!("/org/freedesktop/secrets/collection/{collection}").try_into()?)
}
