//! A stand-in for logind: says when the computer falls asleep and wakes.
// The bus interfaces below make public traits whose methods cannot be given words.
#![allow(missing_docs)]

use std::io::PipeReader;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, interface, zvariant};

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";

/// Someone who asked to be heard before the computer sleeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inhibitor {
    /// Such as `sleep`.
    pub what: String,
    /// The program.
    pub who: String,
    /// Its reason.
    pub why: String,
    /// `block` or `delay`.
    pub mode: String,
}

/// The stand-in, on the desktop's bus, which serves as its system bus too.
pub struct Logind {
    bus: Connection,
    held: Arc<Mutex<Vec<(Inhibitor, PipeReader)>>>,
}

impl Logind {
    pub(crate) async fn start(address: &str) -> Result<Self> {
        let held = Arc::default();
        let bus = zbus::connection::Builder::address(address)?
            .serve_at(PATH, Login { held: Arc::clone(&held), asleep: false })?
            .name(NAME)?
            .build()
            .await?;
        Ok(Self { bus, held })
    }

    /// Says that the computer is about to sleep.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn sleep(&self) -> Result<()> {
        self.prepare(true).await
    }

    /// Says that the computer has woken.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn wake(&self) -> Result<()> {
        self.prepare(false).await
    }

    /// Who has asked to be heard before sleep.
    #[must_use]
    pub fn inhibitors(&self) -> Vec<Inhibitor> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().map(|(inhibitor, _)| inhibitor.clone()).collect()
    }

    async fn prepare(&self, asleep: bool) -> Result<()> {
        let login = self.bus.object_server().interface::<_, Login>(PATH).await?;
        login.get_mut().await.asleep = asleep;
        Ok(Login::prepare_for_sleep(login.signal_emitter(), asleep).await?)
    }
}

struct Login {
    held: Arc<Mutex<Vec<(Inhibitor, PipeReader)>>>,
    asleep: bool,
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Login {
    fn inhibit(
        &self,
        what: String,
        who: String,
        why: String,
        mode: String,
    ) -> zbus::fdo::Result<zvariant::OwnedFd> {
        let (reader, writer) =
            std::io::pipe().map_err(|error| zbus::fdo::Error::IOError(error.to_string()))?;
        let inhibitor = Inhibitor { what, who, why, mode };
        self.held.lock().unwrap_or_else(PoisonError::into_inner).push((inhibitor, reader));
        Ok(OwnedFd::from(writer).into())
    }

    /// True before sleep, false after it.
    #[zbus(signal)]
    async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, start: bool) -> zbus::Result<()>;

    #[zbus(property)]
    fn preparing_for_sleep(&self) -> bool {
        self.asleep
    }
}
