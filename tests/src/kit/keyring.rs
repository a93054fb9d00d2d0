//! gnome-keyring on the private bus, unlocked with an empty password.

use anyhow::{Context, Result};

use super::desktop::Desktop;
use super::{bus, wait};

/// The Secret Service's name on the bus.
const NAME: &str = "org.freedesktop.secrets";

/// Starts the keyring and waits until it has unlocked its `login` collection.
pub(crate) async fn start(desktop: &Desktop) -> Result<()> {
    let password = desktop.root().join("keyring-password");
    std::fs::write(&password, "\n")?;
    let mut command = desktop.command("gnome-keyring-daemon");
    command.args(["--foreground", "--unlock", "--components=secrets"]).stdin(std::fs::File::open(&password)?);
    desktop.start_process("gnome-keyring", &mut command)?;
    wait::until_true("the keyring to be unlocked", wait::PATIENCE, async || {
        if !bus::is_owned(desktop.bus(), NAME).await? {
            return Ok(false);
        }
        let service = zbus::Proxy::new(
            desktop.bus(),
            NAME,
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service",
        )
        .await?;
        let default: zbus::zvariant::OwnedObjectPath = service.call("ReadAlias", &("default",)).await?;
        Ok(default.as_str() != "/")
    })
    .await
    .context("gnome-keyring")
}
