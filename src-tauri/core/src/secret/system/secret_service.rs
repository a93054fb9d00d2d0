//! The keychain of Linux desktops: whoever owns `org.freedesktop.secrets` on the session bus.
//!
//! A connection and its session are kept for the next call while the same program answers: gnome-keyring has died of
//! many that come and go, since it notes them in one thread and forgets them in another. A keychain that was started
//! anew, another one, or another bus gets a new one. Every collection is looked through, since entries get copied.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use secret_service::{
    EncryptionType,
    blocking::{Collection, Item, SecretService},
};
use uuid::Uuid;
use zbus::{
    MatchRule,
    blocking::{Connection, MessageIterator, Proxy, connection::Builder, fdo::DBusProxy},
    message::Type,
    names::{BusName, WellKnownName},
    zvariant::{OwnedObjectPath, OwnedValue},
};

use super::{
    super::{KeychainFault, SERVICE, UNNAMED},
    store::{Asking, Store},
};
use fault::{fault, of_bus};

mod fault;

pub(super) const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const INTERFACE: &str = "org.freedesktop.Secret.Service";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";

/// When a single answer of the bus is given up. It is long, because late answers count; it only keeps threads from
/// hanging for ever.
const AT_LAST: Duration = Duration::from_secs(120);

/// What stands beside an entry that was one of several when it was written, so that it is the newest: `Modified` counts
/// whole seconds, and clocks jump.
const WRITTEN: &str = "firstbell-written";

/// What a person sees of an entry who looks through the keychain.
const LABEL: &str = "First Bell";

/// The Secret Service on one bus.
pub(super) struct SecretServiceStore {
    bus: Option<String>,
    /// For the next call. A thread that hangs has taken it along.
    kept: Mutex<Option<Open>>,
}

/// A connection with a session: secrets never cross the bus in the clear.
struct Open {
    bus: Connection,
    secrets: SecretService<'static>,
    /// Who answers, by the bus's own name for it: another one after each start of the keychain.
    owner: String,
}

impl SecretServiceStore {
    /// On the session's bus, or on the one at an address.
    pub(super) fn on(bus: Option<String>) -> Self {
        Self { bus, kept: Mutex::new(None) }
    }

    fn connect(&self) -> Result<Connection, KeychainFault> {
        let builder = match &self.bus {
            Some(address) => Builder::address(address.as_str()),
            None => Builder::session(),
        };
        builder.and_then(|builder| builder.method_timeout(AT_LAST).build()).map_err(|error| of_bus(&error))
    }

    fn open(&self) -> Result<Open, KeychainFault> {
        let kept = self.kept().take();
        if let Some(kept) = kept.filter(|kept| owner(&kept.bus).as_deref() == Ok(&kept.owner)) {
            return Ok(kept);
        }
        let bus = self.connect()?;
        let secrets = SecretService::connect_with_existing(EncryptionType::Dh, bus.clone())
            .map_err(|error| fault(&error))?;
        let owner = owner(&bus)?;
        Ok(Open { bus, secrets, owner })
    }

    /// Does something over a connection that is kept, if all is well with it.
    fn over<T>(
        &self,
        work: impl FnOnce(&Connection, &SecretService<'static>) -> Result<T, KeychainFault>,
    ) -> Result<T, KeychainFault> {
        let open = self.open()?;
        let done = work(&open.bus, &open.secrets);
        if matches!(done, Ok(_) | Err(KeychainFault::Locked | KeychainFault::Unreadable)) {
            self.kept().replace(open);
        }
        done
    }

    fn kept(&self) -> MutexGuard<'_, Option<Open>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SecretServiceStore {
    fn read(&self, id: Uuid, asking: &dyn Asking) -> Result<Vec<SecretString>, KeychainFault> {
        self.over(|bus, secrets| {
            let found = find(bus, secrets, id, asking)?;
            if found.items.is_empty() { nothing(found.kept_shut) } else { texts(&found.items) }
        })
    }

    fn write(
        &self,
        id: Uuid,
        text: &SecretString,
        is_newest: &dyn Fn() -> bool,
        asking: &dyn Asking,
    ) -> Result<(), KeychainFault> {
        self.over(|bus, secrets| {
            let found = find(bus, secrets, id, asking)?;
            let bytes = text.expose_secret().as_bytes();
            let item = match found.items.iter().find(|item| text_of(item).is_ok()) {
                Some(item) => {
                    if !is_newest() {
                        return Ok(());
                    }
                    if found.items.len() > 1 {
                        mark(item, &found.items);
                    }
                    item.set_secret(bytes, "text/plain").map_err(|error| fault(&error))?;
                    item.item_path.clone()
                }
                None if !found.items.is_empty() => return texts(&found.items).map(drop),
                None if found.is_shut_in => return Err(KeychainFault::Locked),
                None => {
                    let collection = place(bus, secrets, asking)?;
                    if !is_newest() {
                        return Ok(());
                    }
                    let id = id.to_string();
                    let made = collection.create_item(LABEL, attributes(&id), bytes, true, "text/plain");
                    made.map_err(|error| fault(&error))?.item_path.clone()
                }
            };
            // Some keychains take what they do not keep.
            let kept = secrets.get_item_by_path(item).map_err(|error| fault(&error))?;
            let is_kept = text_of(&kept)?.expose_secret() == text.expose_secret();
            if is_kept || !is_newest() { Ok(()) } else { Err(KeychainFault::Refused) }
        })
    }

    fn delete(
        &self,
        id: Uuid,
        is_newest: &dyn Fn() -> bool,
        asking: &dyn Asking,
    ) -> Result<(), KeychainFault> {
        self.over(|bus, secrets| {
            let found = find(bus, secrets, id, asking)?;
            if !is_newest() {
                return Ok(());
            }
            for item in &found.items {
                match item.delete().map_err(|error| fault(&error)) {
                    Err(KeychainFault::Absent) | Ok(()) => (),
                    Err(fault) => return Err(fault),
                }
            }
            let is_left = found.is_shut_in || (found.items.is_empty() && found.kept_shut);
            if is_left { Err(KeychainFault::Locked) } else { Ok(()) }
        })
    }

    fn provider(&self) -> Result<String, KeychainFault> {
        let bus = self.connect()?;
        let names = DBusProxy::new(&bus).map_err(|error| of_bus(&error))?;
        let name = WellKnownName::try_from(NAME).map_err(|_| KeychainFault::Refused)?;
        let process_of = || names.get_connection_unix_process_id(BusName::from(name.as_ref()));
        // Nobody may have asked for it yet: then the bus starts it.
        let process = process_of().or_else(|_| {
            names.start_service_by_name(name.as_ref(), 0)?;
            process_of()
        });
        let process = process.map_err(|error| of_bus(&error.into()))?;
        let command = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        Ok(provider_named(command.trim()))
    }
}

/// Who owns the keychain's name on the bus.
fn owner(bus: &Connection) -> Result<String, KeychainFault> {
    let names = DBusProxy::new(bus).map_err(|error| of_bus(&error))?;
    let name = BusName::try_from(NAME).map_err(|_| KeychainFault::Refused)?;
    names.get_name_owner(name).map(|owner| owner.to_string()).map_err(|error| of_bus(&error.into()))
}

/// The entries under an id that can be read, the newest first, and what could not be looked at.
struct Found<'a> {
    items: Vec<Item<'a>>,
    /// Whether there is one more that stays locked.
    is_shut_in: bool,
    /// Whether a collection stays locked, in which one might be that is not told.
    kept_shut: bool,
}

/// Looks for the entries under an id. A locked keychain is unlocked, if the person agrees, where one of them is in it,
/// or where there is none and it is the one that is written to.
fn find<'a>(
    bus: &Connection,
    secrets: &'a SecretService<'a>,
    id: Uuid,
    asking: &dyn Asking,
) -> Result<Found<'a>, KeychainFault> {
    let id = id.to_string();
    let search = || secrets.search_items(attributes(&id)).map_err(|error| fault(&error));
    let mut found = search()?;
    let mut kept_shut = false;
    if found.unlocked.is_empty() && !found.locked.is_empty() {
        let paths: Vec<_> = found.locked.iter().map(|item| item.item_path.clone()).collect();
        unlock(bus, paths, asking)?;
        found = search()?;
    } else if found.unlocked.is_empty() {
        if let Some(default) = default_collection(secrets)?
            && is_locked(&default)?
            && unlock(bus, vec![default.collection_path.clone()], asking).is_ok()
        {
            found = search()?;
        }
        let lasting = lasting_collections(secrets)?;
        if found.unlocked.is_empty() && lasting.is_empty() {
            return Err(KeychainFault::Absent);
        }
        for collection in lasting {
            kept_shut |= is_locked(&collection)?;
        }
    }
    let is_shut_in = !found.locked.is_empty();
    Ok(Found { items: newest_first(found.unlocked), is_shut_in, kept_shut })
}

/// The answer where no entry was found: it is one only if there was no place left to look.
fn nothing(kept_shut: bool) -> Result<Vec<SecretString>, KeychainFault> {
    if kept_shut { Err(KeychainFault::Locked) } else { Ok(Vec::new()) }
}

/// The id is random, so that no entry of anybody else has these.
fn attributes(id: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", id)])
}

fn newest_first(mut items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    if items.len() > 1 {
        let age = |item: &Item<'_>| (written(item), item.get_modified().unwrap_or_default());
        items.sort_by_cached_key(|item| std::cmp::Reverse(age(item)));
    }
    items
}

fn written(item: &Item<'_>) -> u64 {
    let attributes = item.get_attributes().unwrap_or_default();
    attributes.get(WRITTEN).and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Marks one of several as the newest. Before it is written, so that it is never the older one with the newer text.
fn mark(item: &Item<'_>, all: &[Item<'_>]) {
    let count = all.iter().map(written).max().unwrap_or_default() + 1;
    let count = count.to_string();
    let mut attributes = item.get_attributes().unwrap_or_default();
    attributes.insert(WRITTEN.to_owned(), count);
    let attributes = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // Where it cannot be marked, the time alone says which is newer.
    let _ = item.set_attributes(attributes);
}

/// What stands in several entries. Those that cannot be read are passed over, if there is one that can.
fn texts(items: &[Item<'_>]) -> Result<Vec<SecretString>, KeychainFault> {
    let mut texts = Vec::new();
    let mut failed = None;
    for item in items {
        match text_of(item) {
            Ok(text) => texts.push(text),
            // It went between the search and this look.
            Err(KeychainFault::Absent) => (),
            Err(fault) => failed = failed.or(Some(fault)),
        }
    }
    match failed {
        Some(fault) if texts.is_empty() => Err(fault),
        _ => Ok(texts),
    }
}

fn text_of(item: &Item<'_>) -> Result<SecretString, KeychainFault> {
    let bytes = Zeroizing::new(item.get_secret().map_err(|error| match error {
        secret_service::Error::Crypto(_) | secret_service::Error::Zvariant(_) => KeychainFault::Unreadable,
        error => fault(&error),
    })?);
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.is_ascii() && !text.is_empty());
    text.map(SecretString::from).ok_or(KeychainFault::Unreadable)
}

/// Where a new entry goes: the default collection; where none is called so (KWallet), any that is open and is kept.
fn place<'a>(
    bus: &Connection,
    secrets: &'a SecretService<'a>,
    asking: &dyn Asking,
) -> Result<Collection<'a>, KeychainFault> {
    if let Some(default) = default_collection(secrets)? {
        if is_locked(&default)? {
            unlock(bus, vec![default.collection_path.clone()], asking)?;
        }
        return Ok(default);
    }
    let mut left = KeychainFault::Absent;
    for collection in lasting_collections(secrets)? {
        if !is_locked(&collection)? {
            return Ok(collection);
        }
        left = KeychainFault::Locked;
    }
    Err(left)
}

/// All collections but the one that is gone with the person's session.
fn lasting_collections<'a>(secrets: &'a SecretService<'a>) -> Result<Vec<Collection<'a>>, KeychainFault> {
    let mut collections = secrets.get_all_collections().map_err(|error| fault(&error))?;
    if let Some(passing) = collection_called(secrets, "session")? {
        collections.retain(|collection| collection.collection_path != passing.collection_path);
    }
    Ok(collections)
}

fn default_collection<'a>(secrets: &'a SecretService<'a>) -> Result<Option<Collection<'a>>, KeychainFault> {
    collection_called(secrets, "default")
}

fn collection_called<'a>(
    secrets: &'a SecretService<'a>,
    alias: &str,
) -> Result<Option<Collection<'a>>, KeychainFault> {
    match secrets.get_collection_by_alias(alias) {
        Ok(collection) => Ok(Some(collection)),
        Err(secret_service::Error::NoResult) => Ok(None),
        Err(error) => Err(fault(&error)),
    }
}

fn is_locked(collection: &Collection<'_>) -> Result<bool, KeychainFault> {
    match collection.is_locked().map_err(|error| fault(&error)) {
        // An alias that leads nowhere, or one that went just now: nothing can be in it.
        Err(KeychainFault::Absent) => Ok(true),
        is_locked => is_locked,
    }
}

/// Unlocks, and lets the keychain ask the person if it has to and may.
fn unlock(bus: &Connection, paths: Vec<OwnedObjectPath>, asking: &dyn Asking) -> Result<(), KeychainFault> {
    if !asking.may_ask() {
        return Err(KeychainFault::Locked);
    }
    let service = Proxy::new(bus, NAME, ROOT, INTERFACE).map_err(|error| of_bus(&error))?;
    let (opened, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
        service.call("Unlock", &(paths,)).map_err(|error| of_bus(&error))?;
    match prompt.as_str() {
        "/" if opened.is_empty() => Err(KeychainFault::Locked),
        "/" => Ok(()),
        _ => asking.ask(&mut || wait_for_prompt(bus, &prompt)),
    }
}

/// Shows the prompt and waits for its end, or for the keychain's.
fn wait_for_prompt(bus: &Connection, prompt: &OwnedObjectPath) -> Result<(), KeychainFault> {
    let failed = |error: zbus::Error| of_bus(&error);
    let names = DBusProxy::new(bus).map_err(failed)?;
    let completed = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(PROMPT)
        .and_then(|rule| rule.member("Completed"))
        .and_then(|rule| rule.path(prompt.as_ref()))
        .map_err(failed)?
        .build();
    for rule in [completed.clone(), owner_changed().map_err(failed)?] {
        names.add_match_rule(rule).map_err(|error| failed(error.into()))?;
    }
    let owner_changed = owner_changed().map_err(failed)?;
    let ended = shown_to_its_end(bus, prompt, &completed, &owner_changed);
    for rule in [completed, owner_changed] {
        // The connection is kept, and the rules would add up.
        let _ = names.remove_match_rule(rule);
    }
    ended
}

fn shown_to_its_end(
    bus: &Connection,
    prompt: &OwnedObjectPath,
    completed: &MatchRule<'_>,
    owner_changed: &MatchRule<'_>,
) -> Result<(), KeychainFault> {
    let failed = |error: zbus::Error| of_bus(&error);
    let messages = MessageIterator::from(bus);
    let () = Proxy::new(bus, NAME, prompt.as_ref(), PROMPT)
        .and_then(|shown| shown.call("Prompt", &("",)))
        .map_err(failed)?;
    for message in messages {
        let message = message.map_err(failed)?;
        if completed.matches(&message).unwrap_or(false) {
            let (is_dismissed, _): (bool, OwnedValue) =
                message.body().deserialize().map_err(|_| KeychainFault::Refused)?;
            return if is_dismissed { Err(KeychainFault::Locked) } else { Ok(()) };
        }
        if owner_changed.matches(&message).unwrap_or(false) {
            break;
        }
    }
    Err(KeychainFault::Absent)
}

/// The signal that another owns the keychain's name, or nobody.
pub(super) fn owner_changed() -> zbus::Result<MatchRule<'static>> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.DBus")?
        .interface("org.freedesktop.DBus")?
        .member("NameOwnerChanged")?;
    Ok(rule.arg(0, NAME)?.build())
}

/// What a person calls the keychain whose program has this name (the first 15 letters of it, as Linux keeps them).
fn provider_named(command: &str) -> String {
    match command {
        "" => UNNAMED,
        name if name.starts_with("gnome-keyring") => "GNOME Keyring",
        name if name.starts_with("kwallet") || name.starts_with("ksecret") => "KWallet",
        name if name.starts_with("keepassxc") => "KeePassXC",
        name if name.starts_with("oo7") => "oo7",
        name => name,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::super::UNNAMED, provider_named};

    #[test]
    fn keychains_are_called_what_people_call_them() {
        for (command, name) in [
            ("gnome-keyring-d", "GNOME Keyring"),
            ("kwalletd6", "KWallet"),
            ("ksecretd", "KWallet"),
            ("keepassxc", "KeePassXC"),
            ("pass-secrets", "pass-secrets"),
            ("", UNNAMED),
        ] {
            assert_eq!(provider_named(command), name);
        }
    }
}
