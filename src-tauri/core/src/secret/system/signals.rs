//! What the Secret Service says by itself: that a collection was unlocked, that another keychain came up. Listened to
//! only while somebody waits for it.

use std::{
    collections::HashMap,
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use futures_util::StreamExt as _;
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};
use zbus::{
    Connection, MatchRule, Message, MessageStream, connection::Builder, message::Type, zvariant::Value,
};

use super::{
    desk::Desk,
    secret_service::{NAME, owner_changed},
};

/// How long the bus may take until it is listened to.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often it is seen whether still somebody waits, and, after some tries, whether a bus that was not there is there now.
const LOOK: Duration = Duration::from_secs(60);

/// How soon a bus that did not answer in time is tried again: a computer that has just started is slow, and whoever unlocks
/// the keychain then should not wait for the next look. Each further try comes after twice the time.
const AGAIN: Duration = Duration::from_secs(2);

/// Listens for as long as somebody waits for changes. Outside of tokio nobody listens, and the minute is what is left.
pub(super) fn watch(desk: &Arc<Desk>, bus: Option<String>) {
    let Ok(runtime) = Handle::try_current() else { return };
    if !desk.watched.swap(true, Ordering::SeqCst) {
        runtime.spawn(listen(Watched { desk: Arc::downgrade(desk), has_left: false }, bus));
    }
}

/// That somebody listens; not any more when it is dropped, with the runtime too.
struct Watched {
    desk: Weak<Desk>,
    has_left: bool,
}

impl Watched {
    /// Whether to go on. Once it does not, the next who waits begins to listen anew.
    fn is_awaited(&mut self) -> bool {
        let Some(desk) = self.desk.upgrade() else { return false };
        if desk.is_awaited() {
            return true;
        }
        desk.watched.store(false, Ordering::SeqCst);
        // Somebody may have come in between, and seen that it is listened to.
        self.has_left = !desk.is_awaited() || desk.watched.swap(true, Ordering::SeqCst);
        !self.has_left
    }

    fn tell(&self) {
        if let Some(desk) = self.desk.upgrade() {
            desk.tell_change();
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.has_left
            && let Some(desk) = self.desk.upgrade()
        {
            desk.watched.store(false, Ordering::SeqCst);
        }
    }
}

async fn listen(mut watched: Watched, bus: Option<String>) {
    let mut pause = AGAIN;
    while watched.is_awaited() {
        let Ok(Ok((_bus, mut owners, mut signals))) = timeout(PATIENCE, subscribe(bus.as_deref())).await
        else {
            sleep(pause).await;
            pause = LOOK.min(pause * 2);
            continue;
        };
        pause = AGAIN;
        // Something may have been said before anyone listened.
        watched.tell();
        while watched.is_awaited() {
            tokio::select! {
                owner = owners.next() => match owner {
                    Some(_) => watched.tell(),
                    None => break,
                },
                signal = signals.next() => match signal {
                    Some(Ok(signal)) if is_unlocking(&signal) => watched.tell(),
                    Some(_) => (),
                    None => break,
                },
                () = sleep(LOOK) => (),
            }
        }
    }
}

async fn subscribe(bus: Option<&str>) -> zbus::Result<(Connection, MessageStream, MessageStream)> {
    let builder = match bus {
        Some(address) => Builder::address(address)?,
        None => Builder::session()?,
    };
    let bus = builder.build().await?;
    let owners = MessageStream::for_match_rule(owner_changed()?, &bus, None).await?;
    let of_keychain = MatchRule::builder().msg_type(Type::Signal).sender(NAME)?.build();
    let signals = MessageStream::for_match_rule(of_keychain, &bus, None).await?;
    Ok((bus, owners, signals))
}

/// Whether a signal may say that a collection was unlocked or made.
fn is_unlocking(signal: &Message) -> bool {
    let header = signal.header();
    match header.member().map(|member| member.as_str()) {
        Some("CollectionChanged" | "CollectionCreated") => true,
        Some("PropertiesChanged") => {
            let body = signal.body();
            let changed = body.deserialize::<(&str, HashMap<&str, Value<'_>>, Vec<&str>)>();
            changed.is_ok_and(|(interface, now, unsaid)| {
                interface != "org.freedesktop.Secret.Item"
                    && (now.contains_key("Locked") || unsaid.contains(&"Locked"))
            })
        }
        _ => false,
    }
}
