//! What can be seen of the network without asking anybody but the school.

use std::{
    error::Error,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

use super::resolver::NoAddress;
use crate::school::fault::{Connect, End, Tls};

/// Addresses that nobody has (RFC 5737 §3, RFC 3849 §2). A datagram socket that is connected sends nothing: the system
/// only looks whether it would know a way there.
const SOMEWHERE: [SocketAddr; 2] = [
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9),
    SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)), 9),
];

/// Whether this computer knows a way to somewhere beyond itself and its own networks.
pub fn has_route() -> bool {
    SOMEWHERE.iter().any(|somewhere| {
        let own: SocketAddr = match somewhere {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        UdpSocket::bind(own).and_then(|socket| socket.connect(somewhere)).is_ok()
    })
}

/// How far a request came that has failed.
pub fn end_of(error: &reqwest::Error) -> End {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(end) = end_of_one(error) {
            return end;
        }
        next = error.source();
    }
    match (error.is_timeout(), error.is_connect()) {
        (true, true) => End::Connect(Connect::Silence),
        (true, false) => End::Silence,
        (false, true) => End::Connect(Connect::Unreachable),
        (false, false) => End::CutOff,
    }
}

fn end_of_one(error: &(dyn Error + 'static)) -> Option<End> {
    if let Some(NoAddress(why)) = error.downcast_ref() {
        return Some(End::Lookup(*why));
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(End::Tls(tls(error)));
    }
    let io = error.downcast_ref::<io::Error>()?;
    // An error inside of one is no source of it.
    if let Some(end) = io.get_ref().and_then(|inner| end_of_one(inner)) {
        return Some(end);
    }
    match io.kind() {
        io::ErrorKind::ConnectionRefused => Some(End::Connect(Connect::Refused)),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown => {
            Some(End::Connect(Connect::Unreachable))
        }
        _ => None,
    }
}

fn tls(error: &rustls::Error) -> Tls {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
    };
    match error {
        rustls::Error::InvalidCertificate(why) => match why {
            NotValidForName | NotValidForNameContext { .. } => Tls::AnotherName,
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => Tls::NotNow,
            _ => Tls::UnknownIssuer,
        },
        _ => Tls::Broken,
    }
}
