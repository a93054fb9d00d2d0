//! What an error of the bus says about the keychain. The error itself goes nowhere.

use std::io::ErrorKind;

use super::super::super::KeychainFault;

/// What an error of the keychain says.
pub(super) fn fault(error: &secret_service::Error) -> KeychainFault {
    use secret_service::Error;
    match error {
        Error::Locked | Error::Prompt => KeychainFault::Locked,
        Error::Unavailable | Error::NoResult | Error::PromptDisconnected => KeychainFault::Absent,
        Error::Zbus(error) => of_bus(error),
        Error::ZbusFdo(error) => of_bus(&error.clone().into()),
        _ => KeychainFault::Refused,
    }
}

/// What an error of the bus says.
pub(super) fn of_bus(error: &zbus::Error) -> KeychainFault {
    use zbus::Error;
    match error {
        Error::InputOutput(error) | Error::Connection(error, _) if error.kind() == ErrorKind::TimedOut => {
            KeychainFault::Silent
        }
        // No bus, or one that has gone.
        Error::InputOutput(_) | Error::Connection(..) | Error::Address(_) | Error::Handshake(_) => {
            KeychainFault::Absent
        }
        Error::MethodError(name, ..) => of_name(name.as_str()),
        Error::FDO(error) => match &**error {
            zbus::fdo::Error::ZBus(error) => of_bus(error),
            error => of_name(zbus::DBusError::name(error).as_str()),
        },
        _ => KeychainFault::Refused,
    }
}

fn of_name(name: &str) -> KeychainFault {
    match name {
        "org.freedesktop.Secret.Error.IsLocked" => KeychainFault::Locked,
        // An object that has gone, too: an entry that was taken away, the session of a keychain that was started anew.
        "org.freedesktop.Secret.Error.NoSuchObject"
        | "org.freedesktop.Secret.Error.NoSession"
        | "org.freedesktop.DBus.Error.UnknownObject"
        | "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner"
        | "org.freedesktop.DBus.Error.NoServer"
        | "org.freedesktop.DBus.Error.Disconnected" => KeychainFault::Absent,
        "org.freedesktop.DBus.Error.NoReply"
        | "org.freedesktop.DBus.Error.Timeout"
        | "org.freedesktop.DBus.Error.TimedOut" => KeychainFault::Silent,
        name if name.starts_with("org.freedesktop.DBus.Error.Spawn.") => KeychainFault::Absent,
        _ => KeychainFault::Refused,
    }
}
