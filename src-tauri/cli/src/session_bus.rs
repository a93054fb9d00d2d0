//! One question to the session bus: does a notification service answer?

#[cfg(unix)]
pub use unix::notification_service;

/// Only Unix desktops have a session bus; elsewhere the system itself shows notifications.
#[cfg(not(unix))]
pub async fn notification_service() -> Answer {
    Answer::Yes(String::new())
}

/// What the question has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A service of this name answers.
    Yes(String),
    /// The bus is there, but nobody takes notifications.
    NoService,
    /// There is no session bus.
    NoBus,
}

#[cfg(unix)]
mod unix {
    use std::{env, os::unix::net::UnixStream, path::PathBuf, time::Duration};

    use tokio::time::timeout;
    use zbus::{Connection, Error, Message, connection::Builder};

    use super::Answer;

    /// A service that the bus has to start first needs a moment.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Asks the notification service for its name (Desktop Notifications Specification,
    /// `GetServerInformation`), which starts it if it is one that the bus starts.
    pub async fn notification_service() -> Answer {
        let Some(stream) = connect() else { return Answer::NoBus };
        // Silence beyond patience is a service that does not work, whether the bus is silent or who is behind
        // it.
        let bus = match timeout(PATIENCE, Builder::unix_stream(stream).build()).await {
            Ok(Ok(bus)) => bus,
            Ok(Err(_)) => return Answer::NoBus,
            Err(_) => return Answer::NoService,
        };
        match timeout(PATIENCE, ask(&bus)).await {
            Ok(Ok(answer)) => Answer::Yes(name_in(&answer)),
            // An error that was sent as the answer, known to `zbus` by name or not.
            Ok(Err(Error::FDO(_) | Error::MethodError(..))) | Err(_) => Answer::NoService,
            Ok(Err(_)) => Answer::NoBus,
        }
    }

    /// `DBUS_SESSION_BUS_ADDRESS`, or the place where systemd puts the bus. Read here, because `zbus` takes
    /// neither an empty variable, nor a list of addresses, nor a path with escapes.
    fn connect() -> Option<UnixStream> {
        let address = env::var("DBUS_SESSION_BUS_ADDRESS").ok().filter(|address| !address.is_empty());
        match address {
            Some(address) => address.split(';').find_map(connect_to),
            None => {
                let folder = env::var_os("XDG_RUNTIME_DIR")?;
                UnixStream::connect(PathBuf::from(folder).join("bus")).ok()
            }
        }
    }

    /// One address: `unix:path=/run/user/1000/bus,guid=…` or `unix:abstract=…`.
    fn connect_to(address: &str) -> Option<UnixStream> {
        let values = address.strip_prefix("unix:")?;
        values.split(',').find_map(|pair| match pair.split_once('=')? {
            ("path", path) => UnixStream::connect(unescape(path)).ok(),
            #[cfg(target_os = "linux")]
            ("abstract", name) => {
                use std::os::{linux::net::SocketAddrExt as _, unix::net::SocketAddr};
                UnixStream::connect_addr(&SocketAddr::from_abstract_name(unescape(name)).ok()?).ok()
            }
            _ => None,
        })
    }

    /// Values of an address are written with `%xx` for what is no letter, digit or one of `-_/\*.`.
    fn unescape(value: &str) -> String {
        let mut parts = value.split('%');
        let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
        for part in parts {
            match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    bytes.extend_from_slice(&part.as_bytes()[2..]);
                }
                None => bytes.extend_from_slice(part.as_bytes()),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    async fn ask(bus: &Connection) -> zbus::Result<Message> {
        let service = "org.freedesktop.Notifications";
        let path = "/org/freedesktop/Notifications";
        bus.call_method(Some(service), path, Some(service), "GetServerInformation", &()).await
    }

    /// The first of name, vendor, version and version of the specification; empty if it says something else.
    fn name_in(answer: &Message) -> String {
        let said = answer.body().deserialize::<(String, String, String, String)>();
        said.map(|(name, ..)| name).unwrap_or_default()
    }
}
