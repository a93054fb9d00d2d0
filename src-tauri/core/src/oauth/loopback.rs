//! One receiver for one way through the browser: it listens on this computer's own address (RFC 8252 §7.3, §8.3), takes
//! the first real arrival, and answers it with a page that says in the end what came of it.
//!
//! Only the path of this one attempt counts, which nobody can guess, so that another page or program can neither bring
//! a code of its own nor end the wait (`reference/field.md`, LO1 to LO8).

use std::{
    collections::VecDeque,
    fmt, io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use secrecy::SecretString;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{oneshot, watch},
    task::AbortHandle,
    time::sleep,
};
use uuid::Uuid;

use request::Expected;

mod connection;
mod page;
mod request;

/// So many connections may be open that have asked nothing yet. One more ends the oldest, so that neither slow nor idle
/// ones keep the browser out.
const UNASKED_AT_MOST: usize = 128;

/// What the browser has brought.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// The code to be exchanged.
    Code(SecretString),
    /// A word for why there is none, such as `otp_expired` or `access_denied`; `unknown` if it is no such word.
    Refused {
        /// The word: small letters, digits and `_`.
        code: String,
    },
}

/// What has come of an arrival, for the page in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It has not worked; First Bell says why.
    Failed,
}

/// A pasted text that is not the address of this way back, or brings nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the address that the browser came back to")]
pub struct NotTheWayBack;

/// Waits for the browser. Dropping it frees its port; pages that are waited for are still answered.
///
/// Whoever has an arrival keeps it for some seconds after [`Tell::tell`]: browsers call twice, and would show the second
/// call's failure.
pub struct Receiver {
    shared: Arc<Shared>,
    way_back: String,
    listener: Arc<Mutex<Option<TcpListener>>>,
    accepting: AbortHandle,
}

/// Tells the page in the browser what has come of its arrival.
#[derive(Clone)]
pub struct Tell(Arc<Shared>);

struct Shared {
    expected: Expected,
    arrived: watch::Sender<Option<Arrival>>,
    outcome: watch::Sender<Option<Outcome>>,
}

impl Receiver {
    /// Listens on a free port, under a path that begins with `prefix` and is this attempt's own. To be called before the
    /// browser is opened, within tokio.
    ///
    /// # Errors
    /// If the system has no port.
    pub async fn bind(prefix: &str) -> io::Result<Self> {
        let path = format!("/{}/{}", prefix.trim_matches('/'), Uuid::new_v4().simple());
        Self::listen(path, None).await
    }

    /// The same for a provider that wants one path for all attempts: there the `state` that it brings back is this
    /// attempt's own (RFC 6749 §10.12).
    ///
    /// # Errors
    /// As [`Receiver::bind`].
    pub async fn bind_with_state(path: &str, state: SecretString) -> io::Result<Self> {
        Self::listen(format!("/{}", path.trim_start_matches('/')), Some(state)).await
    }

    /// The address to which the browser is to come back.
    #[must_use]
    pub fn way_back(&self) -> &str {
        &self.way_back
    }

    /// Waits for what the browser brings. The first real arrival is the one, however often this is asked.
    pub async fn arrival(&self) -> Arrival {
        let mut arrived = self.shared.arrived.subscribe();
        let arrival = arrived.wait_for(Option::is_some).await.ok().and_then(|arrival| arrival.clone());
        match arrival {
            Some(arrival) => arrival,
            // Its sender lives as long as this does.
            None => std::future::pending().await,
        }
    }

    /// Takes what somebody has copied from the browser's address line, where the browser could not come back by itself:
    /// by the same rules, and it counts as the arrival if it is the first.
    ///
    /// # Errors
    /// [`NotTheWayBack`].
    pub fn read_pasted(&self, text: &str) -> Result<(), NotTheWayBack> {
        let arrival = self.shared.expected.in_pasted(text).ok_or(NotTheWayBack)?;
        self.shared.arrive(arrival);
        Ok(())
    }

    /// What tells the page what has come of it. It may outlive the receiver.
    #[must_use]
    pub fn outcome(&self) -> Tell {
        Tell(self.shared.clone())
    }

    async fn listen(path: String, state: Option<SecretString>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let way_back = format!("http://127.0.0.1:{port}{path}");
        let shared = Arc::new(Shared {
            expected: Expected { port, path, state },
            arrived: watch::Sender::new(None),
            outcome: watch::Sender::new(None),
        });
        let listener = Arc::new(Mutex::new(Some(listener)));
        let accepting = tokio::spawn(accept(listener.clone(), shared.clone())).abort_handle();
        Ok(Self { shared, way_back, listener, accepting })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // At once, and not when the task is looked at next.
        drop(self.listener.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.accepting.abort();
    }
}

impl fmt::Debug for Receiver {
    /// Without the path, by which an arrival is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("port", &self.shared.expected.port).finish_non_exhaustive()
    }
}

impl Tell {
    /// The first outcome that is told is the one.
    pub fn tell(&self, outcome: Outcome) {
        self.0.outcome.send_if_modified(|told| {
            let is_first = told.is_none();
            told.get_or_insert(outcome);
            is_first
        });
    }
}

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

impl Shared {
    /// Keeps the first arrival.
    fn arrive(&self, arrival: Arrival) {
        self.arrived.send_if_modified(|arrived| {
            let is_first = arrived.is_none();
            arrived.get_or_insert(arrival);
            is_first
        });
    }
}

async fn accept(listener: Arc<Mutex<Option<TcpListener>>>, shared: Arc<Shared>) {
    let mut unasked: VecDeque<oneshot::Sender<()>> = VecDeque::new();
    while let Some(accepted) = next_connection(&listener).await {
        let Ok(stream) = accepted else {
            // Out of files, mostly: some of ours are about to close.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (end, ended) = oneshot::channel();
        // Those that have asked by now, or have gone, do not listen to it any more.
        unasked.retain(|end| !end.is_closed());
        if unasked.len() >= UNASKED_AT_MOST {
            unasked.pop_front();
        }
        unasked.push_back(end);
        tokio::spawn(connection::serve(stream, ended, shared.clone()));
    }
}

/// The next connection, until the listener is gone.
async fn next_connection(listener: &Mutex<Option<TcpListener>>) -> Option<io::Result<TcpStream>> {
    std::future::poll_fn(|context| match listener.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
        Some(listener) => {
            listener.poll_accept(context).map(|accepted| Some(accepted.map(|(stream, _)| stream)))
        }
        None => Poll::Ready(None),
    })
    .await
}
