//! Tells the bell when the computer wakes: logind's `PrepareForSleep(false)`
//! (freedesktop.org/software/systemd/man/org.freedesktop.login1). The ten-second tick serves where it
//! cannot be had.

use firstbell_core::reminder::Signal;
use tokio::sync::mpsc::UnboundedSender;

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1"
)]
trait Manager {
    #[zbus(signal)]
    fn prepare_for_sleep(&self, start: bool) -> zbus::Result<()>;
}

/// Wakes the bell after each sleep, for as long as it lives.
pub async fn wake_after(bell: UnboundedSender<Signal>) {
    if let Err(error) = listen(bell).await {
        tracing::info!(%error, "nobody says when the computer wakes; the tick serves");
    }
}

async fn listen(bell: UnboundedSender<Signal>) -> zbus::Result<()> {
    use futures_util::StreamExt as _;
    let bus = zbus::Connection::system().await?;
    let manager = ManagerProxy::new(&bus).await?;
    let mut signals = manager.receive_prepare_for_sleep().await?;
    while let Some(signal) = signals.next().await {
        if !signal.args()?.start && bell.send(Signal::Look).is_err() {
            break;
        }
    }
    Ok(())
}
