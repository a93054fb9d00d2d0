//! A network that belongs to one story: it leads everywhere and to nobody, and whoever asks it for a name gets the answer
//! that the story wants. Nothing of it leaves this computer, whatever the network is that the tests run in.

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, ensure};

/// Says to a test program that it runs in such a network.
const INSIDE: &str = "FIRSTBELL_OWN_NETWORK";

/// Where whoever knows names is asked.
const RESOLVER: ([u8; 4], u16) = ([127, 0, 0, 1], 53);

/// How this computer asks for names: of the one resolver, with the patience that is usual, and for no other name than
/// the one that is meant.
const RESOLV_CONF: &str = "nameserver 127.0.0.1\nsearch .\n";

/// No service of this computer's is asked for names: it may live in another network.
const NSSWITCH_CONF: &str = "hosts: files dns\n";

/// Begins a network: an address that is not only this computer's, and a way to everywhere, which ends here.
const BEGIN: &str = r#"
set -e
ip link set lo up
ip address add 198.51.100.2/24 dev lo
ip route add default dev lo
mount --bind "$1" /etc/resolv.conf
if [ -e /etc/nsswitch.conf ]; then mount --bind "$2" /etc/nsswitch.conf; fi
shift 2
exec "$@""#;

/// What the resolver says of every name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// There is no such name (NXDOMAIN, RFC 1035 §4.1.1).
    Unknown,
    /// It cannot find out (SERVFAIL, RFC 1035 §4.1.1).
    Fails,
    /// Nothing.
    Silent,
}

impl Names {
    /// The low half of an answer's second word of flags.
    const fn code(self) -> Option<u8> {
        match self {
            Self::Unknown => Some(3),
            Self::Fails => Some(2),
            Self::Silent => None,
        }
    }
}

/// The network of the story that runs in it, with its resolver.
pub struct Network {
    state: Arc<Mutex<State>>,
}

struct State {
    names: Names,
    asked: BTreeSet<String>,
}

impl Network {
    /// The network in which this story runs, with a resolver that knows no name. Where it does not run in one of its
    /// own, it is run there now, by its whole name, to its end; nothing is left to do here then.
    ///
    /// # Errors
    /// When no network can be made, or the story fails in it.
    pub fn of_story(name: &str) -> Result<Option<Self>> {
        if std::env::var_os(INSIDE).is_some() {
            return Self::begin().map(Some);
        }
        let folder = tempfile::tempdir()?;
        let (resolv, nsswitch) = (folder.path().join("resolv.conf"), folder.path().join("nsswitch.conf"));
        std::fs::write(&resolv, RESOLV_CONF)?;
        std::fs::write(&nsswitch, NSSWITCH_CONF)?;
        let begin = |then: &[&std::ffi::OsStr]| -> Result<Output> {
            let mut last = None;
            // Whoever is no superuser has the rights in a user namespace of their own.
            for who in [&[][..], &["--map-current-user", "--keep-caps"]] {
                let mut command = Command::new("unshare");
                command.args(who).args(["--net", "--mount", "--", "sh", "-c", BEGIN, "sh"]);
                command.args([&resolv, &nsswitch]).args(then).env(INSIDE, "1");
                let output = command.output().context("unshare")?;
                if output.status.success() {
                    return Ok(output);
                }
                last = Some(output);
            }
            last.context("nothing was tried")
        };
        let tried = begin(&["true".as_ref()])?;
        ensure!(tried.status.success(), "no network: {}", said(&tried));
        let tests = std::env::current_exe()?;
        let output = begin(&[
            tests.as_ref(),
            "--exact".as_ref(),
            name.as_ref(),
            "--nocapture".as_ref(),
            "--test-threads=1".as_ref(),
        ])?;
        let said = said(&output);
        ensure!(output.status.success(), "{said}");
        ensure!(said.contains("1 passed"), "there is no story {name}: {said}");
        Ok(None)
    }

    fn begin() -> Result<Self> {
        let socket = UdpSocket::bind(SocketAddr::from(RESOLVER)).context("the resolver")?;
        let state = Arc::new(Mutex::new(State { names: Names::Unknown, asked: BTreeSet::new() }));
        let network = Self { state };
        let state = Arc::clone(&network.state);
        std::thread::spawn(move || answer(&socket, &state));
        Ok(network)
    }

    /// From now on this is what it says of names.
    pub fn says_of_names(&self, names: Names) {
        self.state().names = names;
    }

    /// The names that were asked for since the last time that this was.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked).into_iter().collect()
    }

    /// There is no way any more to anywhere beyond this computer.
    ///
    /// # Errors
    /// When there was none.
    pub fn unplug(&self) -> Result<()> {
        let output = Command::new("ip").args(["route", "del", "default"]).output().context("ip")?;
        ensure!(output.status.success(), "{}", said(&output));
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(socket: &UdpSocket, state: &Mutex<State>) {
    let mut packet = [0; 1500];
    while let Ok((length, from)) = socket.recv_from(&mut packet) {
        let Some((name, answer)) = packet.get(..length).and_then(question) else { continue };
        let code = {
            let mut state = lock(state);
            state.asked.insert(name);
            state.names.code()
        };
        let Some(code) = code else { continue };
        let mut answer = answer;
        answer[3] |= code;
        // Whoever does not wait any more need not get it.
        let _ = socket.send_to(&answer, from);
    }
}

/// The name that a packet asks for, and an answer to it without a word of what it is (RFC 1035 §4.1).
fn question(packet: &[u8]) -> Option<(String, Vec<u8>)> {
    const HEADER: usize = 12;
    let mut at = HEADER;
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*packet.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(packet.get(at..at + length)?).into_owned());
        at += length;
    }
    // Its type and class.
    let end = at + 4;
    let mut answer = packet.get(..end)?.to_vec();
    // An answer, of somebody who asks others for whoever wants that; one question, and nothing else.
    answer[2] = 0x80 | (answer[2] & 1);
    answer[3] = 0x80;
    answer[4..HEADER].copy_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0]);
    Some((labels.join("."), answer))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
