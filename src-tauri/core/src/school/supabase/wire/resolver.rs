//! Names to addresses, by the system, with the reason where there is none.

use std::{error::Error, fmt, net::SocketAddr, time::Duration};

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::{task::spawn_blocking, time::timeout};

use crate::school::fault::Lookup;

/// How long whoever knows names may take. The system's own patience is longer than the connection's (resolv.conf(5): five
/// seconds, twice), and a name that nobody tells must not be taken for a school that nobody reaches.
const PATIENCE: Duration = Duration::from_secs(7);

/// A name that has no address.
#[derive(Debug)]
pub struct NoAddress(pub Lookup);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no address")
    }
}

impl Error for NoAddress {}

/// The system's own way to resolve names: files, DNS, whatever it is set to.
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = match timeout(PATIENCE, spawn_blocking(move || look_up(&name))).await {
                Ok(found) => found?,
                Err(_) => Err(Lookup::NobodyAnswers),
            };
            let found = found.map_err(|why| Box::new(NoAddress(why)) as Box<dyn Error + Send + Sync>)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn look_up(name: &str) -> Result<Vec<SocketAddr>, Lookup> {
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    let found = getaddrinfo(Some(name), None, Some(hints)).map_err(|error| match error.kind() {
        // EAI_NONAME, EAI_NODATA, EAI_FAIL: somebody who knows names has answered (RFC 3493 §6.1).
        LookupErrorKind::NoName | LookupErrorKind::NoData | LookupErrorKind::Fail => Lookup::Unknown,
        _ => Lookup::NobodyAnswers,
    })?;
    let addresses: Vec<SocketAddr> = found.filter_map(|entry| Some(entry.ok()?.sockaddr)).collect();
    if addresses.is_empty() { Err(Lookup::Unknown) } else { Ok(addresses) }
}
