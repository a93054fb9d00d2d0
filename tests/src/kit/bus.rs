//! The private session bus.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use zbus::Connection;
use zbus::fdo::DBusProxy;

/// No service folders: nothing of this computer (portals, its keyring, its accessibility bus) is
/// started on the test's bus.
pub(crate) fn config(socket: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        socket.display()
    )
}

/// Its own connection to the bus at `address`.
pub(crate) async fn connect(address: &str) -> Result<Connection> {
    Ok(zbus::connection::Builder::address(address)?.build().await?)
}

/// Everybody who is on the bus, by the bus's own names and by those they own.
pub(crate) async fn names(connection: &Connection) -> Result<BTreeSet<String>> {
    let names = DBusProxy::new(connection).await?.list_names().await?;
    Ok(names.into_iter().map(|name| name.to_string()).collect())
}

/// Whether someone owns `name`.
pub(crate) async fn is_owned(connection: &Connection, name: &str) -> Result<bool> {
    Ok(DBusProxy::new(connection).await?.name_has_owner(name.try_into()?).await?)
}
