//! A school that plays what it is told: what genuine accounts answer in situations that the ones of
//! [`Server`](crate::Server) can't be brought into, and everything that can be wrong on the way to a school.
//!
//! Its accounts answer with [recorded exchanges](crate::recorded) and nothing else: a test names them by group and
//! what, and gets the recorded status, headers and body, with the values filled in that are different each time.
//!
//! ```no_run
//! # fn example() -> anyhow::Result<()> {
//! use firstbell_school::{Fault, Scripted, TokenForm};
//!
//! // Alone. What is not set is answered with 501.
//! let school = Scripted::start()?;
//! let (address, key) = (school.url(), school.publishable_key());
//! school.answer("signing in", "signing in while banned")?;        // from now on, for its method and path
//! school.answer_next("asked too often", "sign in: asked too often")?; // once, before that
//!
//! // Or sign-ins that last: passwords, refresh tokens of either form, signing out, a new password.
//! school.keep_sign_ins(TokenForm::Two);
//! school.add_account("ada@school.example", "ada-rings-first");
//! school.turn_clock(chrono::TimeDelta::seconds(11));
//!
//! // What is wrong, by the beginning of the path (with its query), until it is taken away.
//! school.fault("/auth/v1/token?grant_type=refresh", Fault::BadGateway);
//! school.fault_times("/auth/v1/token", Fault::AnswerLost, 1);
//! school.no_faults();
//!
//! // Who sent what.
//! assert_eq!(school.asked_for("/auth/v1/token").len(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! [`Scripted::in_front_of`] lets everything through to a real server but what a fault or a named answer keeps back.
//! [`Scripted::with_tls`] speaks TLS with a certificate for names of one's choice. [`Scripted::close`] shuts the port.
//! All of it can be changed while it runs, and it answers on a thread of its own: a test may block meanwhile.

mod asked;
mod blanks;
mod body;
mod certificates;
mod door;
mod families;
mod fault;
mod scene;
mod sign_ins;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use chrono::{NaiveDate, TimeDelta};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

pub use self::asked::Asked;
use self::door::Door;
pub use self::families::{Families, REUSE, Refreshed, TokenForm};
pub use self::fault::Fault;
use self::scene::{Scene, Set};
use self::sign_ins::SignIns;
use crate::{Keys, Server, recorded};

/// A scripted school. It ends when this is dropped.
pub struct Scripted {
    url: String,
    address: SocketAddr,
    authority: Option<String>,
    tls: Option<TlsAcceptor>,
    scene: Arc<Scene>,
    door: Option<Door>,
}

impl Scripted {
    /// Alone, on a port of this computer.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub fn start() -> Result<Self> {
        Self::open(Scene::new(Keys::random(), None)?, None)
    }

    /// In front of a server that was started here, under its keys: what is not kept back goes on to it.
    ///
    /// # Errors
    /// As [`Self::start`], and when the server keeps its keys to itself.
    pub fn in_front_of(server: &Server) -> Result<Self> {
        let keys = server.keys().context("a given server keeps its keys to itself")?;
        Self::open(Scene::new(keys.clone(), Some(server.url().to_owned()))?, None)
    }

    /// Alone, at `https://localhost`, with a certificate for these names by an authority of its own
    /// ([`Self::authority`]). With other names than `localhost` it is one for somebody else.
    ///
    /// # Errors
    /// As [`Self::start`], and when a name is none.
    pub fn with_tls(names: &[&str]) -> Result<Self> {
        let certified = certificates::certified(names, None)?;
        Self::open(Scene::new(Keys::random(), None)?, Some(certified))
    }

    /// The same with a certificate that holds until this day begins (UTC).
    ///
    /// # Errors
    /// As [`Self::with_tls`].
    pub fn with_tls_until(names: &[&str], until: NaiveDate) -> Result<Self> {
        let certified = certificates::certified(names, Some(until))?;
        Self::open(Scene::new(Keys::random(), None)?, Some(certified))
    }

    /// The address that clients are given, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key that clients are given.
    #[must_use]
    pub fn publishable_key(&self) -> &str {
        &self.scene.keys.publishable
    }

    /// The certificate (PEM) of the authority that a client has to trust.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Answers with this recorded exchange from now on, wherever its method and path are asked for. What is set later
    /// comes before what was set earlier.
    ///
    /// # Errors
    /// When nothing of that name was recorded.
    pub fn answer(&self, group: &'static str, what: &str) -> Result<()> {
        let exchange = recorded::exchange(group, what)?;
        self.scene.state().standing.push((group, exchange));
        Ok(())
    }

    /// Answers with this recorded exchange once. Several are given in the order in which they were set.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn answer_next(&self, group: &'static str, what: &str) -> Result<()> {
        let exchange = recorded::exchange(group, what)?;
        self.scene.state().next.push_back((group, exchange));
        Ok(())
    }

    /// Takes away what [`Self::answer`] and [`Self::answer_next`] have set.
    pub fn no_answers(&self) {
        let mut state = self.scene.state();
        state.next.clear();
        state.standing.clear();
    }

    /// Keeps sign-ins from now on, none at first: passwords, refreshing, *who am I*, signing out and a new password
    /// follow from each other as they did when they were recorded. What a test names comes first.
    pub fn keep_sign_ins(&self, form: TokenForm) {
        self.scene.state().sign_ins = Some(SignIns::new(form));
    }

    /// An account that can sign in, where sign-ins are kept, and its id.
    pub fn add_account(&self, email: &str, password: &str) -> Uuid {
        let mut state = self.scene.state();
        let account = state.blanks.account(email);
        if let Some(sign_ins) = &mut state.sign_ins {
            sign_ins.add(email, password, account);
        }
        account
    }

    /// Ends all sign-ins of an account, as the school can.
    pub fn end_sign_ins(&self, account: Uuid) {
        if let Some(sign_ins) = &mut self.scene.state().sign_ins {
            sign_ins.end_all(account);
        }
    }

    /// The school's clock goes on by this, or back. It begins with the computer's.
    pub fn turn_clock(&self, by: TimeDelta) {
        self.scene.state().ahead += by;
    }

    /// How long access tokens hold from now on, in seconds. It is an hour at first.
    pub fn tokens_hold(&self, seconds: i64) {
        self.scene.state().expires_in = Some(seconds);
    }

    /// Every request whose path (with its query) begins so meets this fault, until it is taken away. Of several that
    /// fit, the one that was set last is met.
    ///
    /// # Panics
    /// When an answer of the accounts would be invented.
    pub fn fault(&self, path: &str, fault: Fault) {
        self.set(path, fault, None);
    }

    /// The same, for so many requests.
    ///
    /// # Panics
    /// As [`Self::fault`].
    pub fn fault_times(&self, path: &str, fault: Fault, times: usize) {
        if times > 0 {
            self.set(path, fault, Some(times));
        }
    }

    /// Takes away the faults of this path.
    pub fn no_fault(&self, path: &str) {
        self.scene.state().faults.retain(|set| set.path != path);
    }

    /// Takes away all faults.
    pub fn no_faults(&self) {
        self.scene.state().faults.clear();
    }

    /// All requests, in the order in which they came.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.asked_for("")
    }

    /// The requests for paths (without a query) that begin so.
    #[must_use]
    pub fn asked_for(&self, path: &str) -> Vec<Asked> {
        let state = self.scene.state();
        let asked = state.asked.iter().filter(|asked| !asked.forgotten && asked.path.starts_with(path));
        asked.cloned().collect()
    }

    /// Forgets the requests that came until now.
    pub fn forget_asked(&self) {
        // One that has no answer yet would write its status into another's place.
        for asked in &mut self.scene.state().asked {
            asked.forgotten = true;
        }
    }

    /// Shuts the port: connections are refused, and those that are open end.
    pub fn close(&mut self) {
        self.door = None;
    }

    /// Opens the port again.
    ///
    /// # Errors
    /// When somebody else has taken it.
    pub fn reopen(&mut self) -> Result<()> {
        ensure!(self.door.is_none(), "it is open");
        self.door = Some(Door::open(self.address.port(), self.tls.clone(), self.scene.clone())?);
        Ok(())
    }

    fn set(&self, path: &str, fault: Fault, times: Option<usize>) {
        let invented = matches!(fault, Fault::Rest(..)) && !path.starts_with("/rest/");
        assert!(!invented, "only the REST server's answers may be made up, and {path} is not its");
        self.scene.state().faults.push_front(Set { path: path.to_owned(), fault, times });
    }

    fn open(scene: Scene, certified: Option<(String, TlsAcceptor)>) -> Result<Self> {
        let scene = Arc::new(scene);
        let (authority, tls) = certified.unzip();
        let door = Door::open(0, tls.clone(), scene.clone())?;
        let address = door.address;
        let url = match tls {
            Some(_) => format!("https://localhost:{}", address.port()),
            None => format!("http://{address}"),
        };
        Ok(Self { url, address, authority, tls, scene, door: Some(door) })
    }
}
