//! One question to the session bus: does a notification service answer? Spoken by hand, because it is
//! the only word of D-Bus that `bell` knows (D-Bus Specification, "Message Protocol").

#[cfg(unix)]
pub use unix::notification_service;

/// Only Unix desktops have a session bus; elsewhere the system itself shows notifications.
#[cfg(not(unix))]
pub fn notification_service() -> Answer {
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
    use std::{
        env,
        io::{self, Read, Write},
        os::unix::net::UnixStream,
        path::PathBuf,
        time::Duration,
    };

    use super::Answer;

    /// A service that the bus has to start first needs a moment.
    const PATIENCE: Duration = Duration::from_secs(5);
    /// The largest answer that is read.
    const MOST: usize = 1 << 16;

    /// Asks the notification service for its name (Desktop Notifications Specification,
    /// `GetServerInformation`), which starts it if it is one that the bus starts.
    pub fn notification_service() -> Answer {
        let Some(bus) = connect() else { return Answer::NoBus };
        match ask(bus) {
            Ok(Some(name)) => Answer::Yes(name),
            Ok(None) => Answer::NoService,
            // Silence beyond patience is a service that does not work.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Answer::NoService
            }
            Err(_) => Answer::NoBus,
        }
    }

    /// `DBUS_SESSION_BUS_ADDRESS`, or the place where systemd puts the bus.
    fn connect() -> Option<UnixStream> {
        let address = env::var("DBUS_SESSION_BUS_ADDRESS").ok().filter(|address| !address.is_empty());
        let stream = match address {
            Some(address) => address.split(';').find_map(connect_to),
            None => {
                let folder = env::var_os("XDG_RUNTIME_DIR")?;
                UnixStream::connect(PathBuf::from(folder).join("bus")).ok()
            }
        }?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        Some(stream)
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

    fn ask(mut bus: UnixStream) -> io::Result<Option<String>> {
        // EXTERNAL with no name: the socket says who asks.
        bus.write_all(b"\0AUTH EXTERNAL\r\n")?;
        if line(&mut bus)?.starts_with("DATA") {
            bus.write_all(b"DATA\r\n")?;
            if !line(&mut bus)?.starts_with("OK") {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
        }
        bus.write_all(b"BEGIN\r\n")?;
        let bus_name = "org.freedesktop.DBus";
        bus.write_all(&call(1, bus_name, "/org/freedesktop/DBus", bus_name, "Hello"))?;
        let service = "org.freedesktop.Notifications";
        let path = "/org/freedesktop/Notifications";
        bus.write_all(&call(2, service, path, service, "GetServerInformation"))?;
        loop {
            let message = Message::read(&mut bus)?;
            if message.answers == Some(2) {
                return Ok(message.is_return.then_some(message.text));
            }
        }
    }

    fn line(bus: &mut UnixStream) -> io::Result<String> {
        let mut text = Vec::new();
        let mut byte = [0];
        while !text.ends_with(b"\r\n") {
            bus.read_exact(&mut byte)?;
            text.push(byte[0]);
            if text.len() > MOST {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// A method call without arguments, little-endian.
    fn call(serial: u32, destination: &str, path: &str, interface: &str, member: &str) -> Vec<u8> {
        let mut fields = Vec::new();
        for (code, kind, value) in
            [(1, b'o', path), (2, b's', interface), (3, b's', member), (6, b's', destination)]
        {
            pad(&mut fields, 8);
            fields.extend_from_slice(&[code, 1, kind, 0]);
            fields.extend_from_slice(&length(value.len()));
            fields.extend_from_slice(value.as_bytes());
            fields.push(0);
        }
        // Little-endian, method call, no flags, protocol 1; no body.
        let mut message = vec![b'l', 1, 0, 1, 0, 0, 0, 0];
        message.extend_from_slice(&serial.to_le_bytes());
        message.extend_from_slice(&length(fields.len()));
        message.extend_from_slice(&fields);
        pad(&mut message, 8);
        message
    }

    fn length(length: usize) -> [u8; 4] {
        u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
    }

    fn pad(bytes: &mut Vec<u8>, to: usize) {
        bytes.resize(bytes.len().next_multiple_of(to), 0);
    }

    struct Message {
        is_return: bool,
        /// The serial of the call that it answers.
        answers: Option<u32>,
        /// The first string of its body; empty if it begins with something else.
        text: String,
    }

    impl Message {
        fn read(bus: &mut UnixStream) -> io::Result<Self> {
            let broken = || io::Error::from(io::ErrorKind::InvalidData);
            let mut head = [0; 16];
            bus.read_exact(&mut head)?;
            let is_little = head[0] == b'l';
            let number = |bytes: &[u8]| -> Option<u32> {
                let bytes: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
                Some(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
            };
            let size = |bytes: &[u8]| number(bytes).map(|n| n as usize).filter(|n| *n <= MOST);
            let body_length = size(&head[4..]).ok_or_else(broken)?;
            let fields_length = size(&head[12..]).ok_or_else(broken)?;
            let mut fields = vec![0; fields_length.next_multiple_of(8)];
            bus.read_exact(&mut fields)?;
            let mut body = vec![0; body_length];
            bus.read_exact(&mut body)?;
            let answers = answers(&fields[..fields_length], number);
            let length = size(&body).unwrap_or_default();
            let text = body.get(4..4 + length).map(|text| String::from_utf8_lossy(text).into_owned());
            Ok(Self { is_return: head[1] == 2, answers, text: text.unwrap_or_default() })
        }
    }

    /// REPLY_SERIAL (5) among the header fields: structs of a code and a variant, each on eight bytes.
    fn answers(fields: &[u8], number: impl Fn(&[u8]) -> Option<u32>) -> Option<u32> {
        let mut at = 0_usize;
        loop {
            at = at.next_multiple_of(8);
            let (code, kind) = (*fields.get(at)?, *fields.get(at + 2)?);
            // The code, a signature of one character (length, character, NUL).
            at += 4;
            match kind {
                b'u' if code == 5 => return number(fields.get(at..)?),
                b'u' => at += 4,
                b's' | b'o' => at += 4 + number(fields.get(at..)?)? as usize + 1,
                b'g' => at += 1 + usize::from(*fields.get(at)?) + 1,
                _ => return None,
            }
        }
    }
}
