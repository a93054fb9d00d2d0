//! Whether the computer's ways into the network have changed: what could not be reached may be reached now.

/// The ways at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Network(Option<String>);

impl Network {
    /// As they are now.
    pub(super) fn now() -> Self {
        Self(ways())
    }

    /// Whether they are others than when this was last asked, and lead somewhere.
    pub(super) fn has_changed(&mut self) -> bool {
        let now = ways();
        let is_another = now != self.0;
        self.0 = now;
        is_another && self.0.is_some()
    }
}

/// The default routes of the computer (proc(5), `/proc/net/route` and `/proc/net/ipv6_route`); nothing if there is none.
#[cfg(target_os = "linux")]
fn ways() -> Option<String> {
    let mut ways = String::new();
    for (file, is_default) in [
        ("/proc/net/route", (|line| line.split_whitespace().nth(1) == Some("00000000")) as fn(&str) -> bool),
        ("/proc/net/ipv6_route", |line| line.starts_with("00000000000000000000000000000000 00 ")),
    ] {
        let table = std::fs::read_to_string(file).unwrap_or_default();
        for line in table.lines().filter(|line| is_default(line)) {
            // Interface and gateway; the counters change by themselves.
            let mut words = line.split_whitespace();
            let (first, last) = (words.next().unwrap_or_default(), words.next_back().unwrap_or_default());
            let gateway = words.nth(1).unwrap_or_default();
            ways.push_str(&format!("{first} {gateway} {last}\n"));
        }
    }
    (!ways.is_empty()).then_some(ways)
}

/// Nobody says it here: what has failed is tried again by its own pauses.
#[cfg(not(target_os = "linux"))]
fn ways() -> Option<String> {
    None
}
