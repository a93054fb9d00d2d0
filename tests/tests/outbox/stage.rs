//! A school with Ada and Ben in it, and a computer of one of them.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use firstbell_core::{
    clock::{Clock, SystemClock},
    outbox::{Deed, Waiting, Write},
    school::{
        address::PublishableKey,
        supabase::{auth::Auth, error::AccountsError, keeper::Keeper, wire::Wire},
    },
    secret::Secrets,
    store::cache::{Cache, outbox},
    sync::{Desk, Pull, Push, Pushed, School, SchoolPages, SchoolWrites},
};
use firstbell_school::{Scripted, Server, sample};
use firstbell_tests::kit::wait;
use serde_json::Value;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// One school for these tests.
pub async fn school() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            let server = Server::start().await.unwrap();
            sample::furnish(&server).await.unwrap();
            server
        })
        .await
}

/// One value of the school's database.
pub async fn ask(sql: &str) -> Value {
    let client = school().await.connect().await.unwrap();
    client.query_one(&format!("select to_jsonb(one) from ({sql}) as rows (one)"), &[]).await.unwrap().get(0)
}

pub async fn count(sql: &str) -> i64 {
    ask(&format!("select count(*) from {sql}")).await.as_i64().unwrap()
}

pub async fn id(sql: &str) -> Uuid {
    ask(sql).await.as_str().unwrap().parse().unwrap()
}

pub async fn person(first_name: &str) -> Uuid {
    id(&format!("select id from public.people where first_name = '{first_name}'")).await
}

/// A clock that goes on when it is told to.
#[derive(Clone)]
pub struct Hands(Arc<AtomicI64>);

#[allow(clippy::disallowed_methods)]
impl Hands {
    pub fn now_set() -> Self {
        Self(Arc::new(AtomicI64::new(Utc::now().timestamp_millis())))
    }

    pub fn turn_to(&self, at: DateTime<Utc>) {
        self.0.fetch_max(at.timestamp_millis(), Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// Somebody who is signed in, at a computer whose network leads through [`Self::way`].
pub struct Computer {
    folder: tempfile::TempDir,
    pub way: Scripted,
    pub hands: Hands,
    pub sign_in: Uuid,
    pub account: Uuid,
    pub cache: Cache,
    wire: Wire,
    keeper: Keeper<Auth, Secrets>,
}

pub type Writes = SchoolWrites<Auth, Secrets>;

impl Computer {
    pub async fn of(email: &str, password: &str) -> Self {
        let server = school().await;
        let way = Scripted::in_front_of(server).unwrap();
        let clock = Arc::new(SystemClock);
        let key = PublishableKey::new(way.publishable_key()).unwrap();
        let wire = Wire::new(way.url().parse().unwrap(), key, clock.clone()).unwrap();
        let auth = Auth::new(wire.clone());
        // All tests sign in at one server at once, which does not answer each of them at the first time.
        let signed_in = wait::until("the accounts to answer", wait::PATIENCE, async || {
            match auth.sign_in(email, &password.to_owned().into()).await {
                Err(AccountsError::Fault(_)) => Ok(None),
                answered => Ok(Some(answered.unwrap())),
            }
        })
        .await
        .unwrap();
        let (folder, sign_in) = (tempfile::tempdir().unwrap(), Uuid::new_v4());
        let lock = folder.path().join("tokens.lock");
        let keeper = Keeper::new(sign_in, Arc::new(auth), Arc::new(Secrets::None), clock, lock);
        keeper.begin(signed_in.tokens).await.unwrap();
        let hands = Hands::now_set();
        let cache = Cache::open(folder.path(), sign_in, hands.now()).await.unwrap();
        Self { folder, way, hands, sign_in, account: signed_in.account.unwrap(), cache, wire, keeper }
    }

    pub async fn ada() -> Self {
        Self::of("ada@school.example", "ada-rings-first").await
    }

    pub async fn ben() -> Self {
        Self::of("ben@school.example", "ben-rings-first").await
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program has died and is started again.
    pub async fn start_again(&mut self) {
        self.cache.store().close().await;
        self.cache = Cache::open(self.folder.path(), self.sign_in, self.hands.now()).await.unwrap();
    }

    pub fn writes(&self) -> Writes {
        SchoolWrites::new(self.wire.clone(), self.keeper.clone(), self.account)
    }

    /// As if the tokens were this account's.
    pub fn writes_as(&self, account: Uuid) -> Writes {
        SchoolWrites::new(self.wire.clone(), self.keeper.clone(), account)
    }

    pub fn push(&self) -> Push<Writes, Cache> {
        self.push_by(self.writes(), self.cache.clone())
    }

    pub fn push_by<S: School, D: Desk>(&self, school: S, desk: D) -> Push<S, D> {
        Push::new(school, desk, Arc::new(self.hands.clone()), || 0.5)
    }

    pub async fn pull(&self) {
        let pages = SchoolPages::new(self.wire.clone(), self.keeper.clone());
        let pull = Pull::new(pages, self.cache.clone(), self.account, Arc::new(self.hands.clone()));
        pull.pass(|| true, |_| ()).await.unwrap();
    }

    pub fn new_write(&self, deed: Deed) -> Write {
        Write::new(self.sign_in, self.account, deed, self.hands.now())
    }

    /// Puts writes into the outbox in one transaction.
    pub async fn put(&self, writes: &[Write]) {
        let mut tx = self.cache.store().write().await.unwrap();
        for write in writes {
            outbox::write(&mut tx, write).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    pub async fn does(&self, deed: Deed) -> Write {
        let write = self.new_write(deed);
        self.put(std::slice::from_ref(&write)).await;
        write
    }

    pub async fn list(&self) -> Vec<Waiting> {
        outbox::list(&mut self.cache.store().read().await.unwrap()).await.unwrap()
    }

    pub async fn row(&self, write: &Write) -> Option<Waiting> {
        outbox::get(&mut self.cache.store().read().await.unwrap(), write.id).await.unwrap()
    }

    /// Passes until nothing is left that time alone would send, with the clock turned on to each.
    pub async fn push_all<S: School, D: Desk>(&self, push: &Push<S, D>) -> Pushed {
        let mut all = Pushed::default();
        for _ in 0..1_000 {
            let pushed = push.pass().await;
            all.sent += pushed.sent;
            all.booked += pushed.booked;
            all.refused += pushed.refused;
            let Some(then) = pushed.look_again else { return all };
            self.hands.turn_to(then);
        }
        panic!("it never ends: {:?}", self.list().await);
    }

    /// Asks Ben's way for an hour at Ada's, some days from now, with this wish.
    pub async fn request(&self, wish: &str, day: i64) -> Deed {
        let start = (self.hands.now() + Duration::days(20 + day)).duration_trunc(Duration::hours(1)).unwrap();
        Deed::RequestBooking {
            tutor: person("Ada").await,
            student: person("Ben").await,
            subject: "Maths".to_owned(),
            start_at: start,
            end_at: start + Duration::hours(1),
            zone: "Europe/Madrid".to_owned(),
            wish: wish.to_owned(),
            weeks: 1,
            skip_clashes: false,
        }
    }
}

/// A booking that Ben makes for such a test alone, past the outbox.
pub async fn booking(ben: &Computer, day: i64) -> Uuid {
    let wish = Uuid::new_v4().to_string();
    let write = ben.does(ben.request(&wish, day).await).await;
    ben.push_all(&ben.push()).await;
    assert_eq!(ben.row(&write).await, None);
    id(&format!("select id from public.bookings where wish = '{wish}'")).await
}
