//! What runs beside an app, for a host that shows and opens nothing.

use std::sync::Arc;

use firstbell_core::app::open;
use firstbell_core::app::tasks::{Host, Ringing, Running, Watch};
use firstbell_core::clock::{Clock as _, SystemClock};
use firstbell_core::data_folder::DataFolder;
use firstbell_core::desktop::{NotOpened, NotShown, Notifier, Opener, Ring};
use firstbell_core::error::Error;
use firstbell_core::join::JoinUrl;
use firstbell_core::reminder::wait::SystemWait;
use firstbell_core::ring::RingKey;

use crate::desk::Desk;

struct Nothing;

impl Notifier for Nothing {
    async fn ring(&self, _: Ring) -> Result<(), NotShown> {
        Ok(())
    }

    async fn withdraw(&self, _: RingKey) {}
}

impl Opener for Nothing {
    fn open(&self, _: &JoinUrl) -> Result<(), NotOpened> {
        Err(NotOpened)
    }
}

impl Host for Nothing {
    async fn started_again(&self, _: Vec<String>, _: String) {}

    fn damaged(&self, _: Error) {}

    async fn superseded(&self) {}
}

/// Starts what runs beside an app. The window is not up yet.
pub async fn run_beside(desk: &Desk) -> Running {
    let folder = DataFolder::open(desk.path()).unwrap();
    let opened = open::open(&folder, folder.own(), SystemClock.now()).await;
    let ringing = Ringing {
        notifier: Arc::new(Nothing),
        clock: SystemClock,
        wait: SystemWait(SystemClock),
        watch: Watch::USUAL,
    };
    Running::start(&desk.app, &folder, opened, ringing, Arc::new(Nothing))
}
