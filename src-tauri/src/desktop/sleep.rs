//! Tells the bell when the computer wakes: logind's `PrepareForSleep(false)`
//! (freedesktop.org/software/systemd/man/org.freedesktop.login1). The ten-second tick serves where it
//! cannot be had.

use std::sync::Arc;

use firstbell_core::{app::App, sync::Signal};

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1"
)]
trait Manager {
    #[zbus(signal)]
    fn prepare_for_sleep(&self, start: bool) -> zbus::Result<()>;
}

/// Wakes the bell after each sleep.
pub async fn wake_after(app: Arc<App>) {
    if let Err(error) = listen(&app).await {
        tracing::info!(%error, "nobody says when the computer wakes; the tick serves");
    }
}

async fn listen(app: &App) -> zbus::Result<()> {
    use futures_util::StreamExt as _;
    let bus = zbus::Connection::system().await?;
    let manager = ManagerProxy::new(&bus).await?;
    let mut signals = manager.receive_prepare_for_sleep().await?;
    while let Some(signal) = signals.next().await {
        if !signal.args()?.start {
            app.wake_bell();
            app.ask_schools(Signal::Wake);
        }
    }
    Ok(())
}
