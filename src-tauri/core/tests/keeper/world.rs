//! A school, a keychain and a computer, on which programs come and go; and what has to hold whatever happens there.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use firstbell_core::{
    clock::Clock,
    school::{
        fault::Fault,
        supabase::{
            accounts::{Accounts, SignOutScope, Tokens},
            error::{AccountsError, Dead, Refusal},
            keeper::{Access, Keeper},
            retry::Then,
        },
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{
    families::{Families, Form},
    keychain::{Drawer, Hand, refresh_in},
    schedule::NetFault,
};

/// What has happened, so that a test can say that it did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub refreshes: usize,
    pub faults: usize,
    pub calls: usize,
    pub answered_calls: usize,
    pub kills: usize,
    pub ends: usize,
    pub reread: usize,
}

pub struct World {
    pub drawer: Drawer,
    pub id: Uuid,
    pub life: Duration,
    inside: Mutex<Inside>,
    started: Instant,
    base: DateTime<Utc>,
    folder: TempDir,
}

pub struct Inside {
    pub families: Families,
    pub faults: VecDeque<NetFault>,
    pub banned_until: Duration,
    /// The next request finds that the person has signed in anew by another program, which has not waited its turn.
    pub signs_in_elsewhere: bool,
    pub counts: Counts,
    pub violations: Vec<String>,
    /// Each refresh token that was sent, and by whom.
    pub sent: Vec<(usize, String)>,
    /// Each access token with which somebody signed out.
    pub signed_out: Vec<(String, SignOutScope)>,
    /// How long a request takes each way.
    pub way: Duration,
    slept: Duration,
    wall_off: TimeDelta,
    given: BTreeMap<String, Given>,
    stored: BTreeSet<String>,
    programs: BTreeMap<usize, Program>,
    on_the_way: usize,
}

/// An access token of the school's.
#[derive(Clone)]
struct Given {
    refresh: String,
    sign_in: usize,
    made_at: Duration,
}

/// What the world knows of a program: the tokens that it has stored and may use.
#[derive(Default)]
struct Program {
    asked_at: BTreeMap<String, Duration>,
    has: Option<Has>,
    refused: bool,
    refuse_next: bool,
}

struct Has {
    refresh: String,
    asked_at: Duration,
}

/// A call's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Expired,
    Nobody,
}

pub type TheKeeper = Keeper<Line, Hand>;

impl World {
    pub fn new(form: Form, life: Duration) -> Arc<Self> {
        let drawer = Drawer::new(Duration::from_millis(5));
        let world = Arc::new(Self {
            drawer,
            id: Uuid::from_u128(15),
            life,
            inside: Mutex::new(Inside::new(form)),
            started: Instant::now(),
            base: "2026-11-30T07:55:00Z".parse().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        });
        let told = Arc::downgrade(&world);
        world.drawer.tell(move |process, text| {
            if let Some(world) = Weak::upgrade(&told) {
                world.is_stored(process, text);
            }
        });
        world
    }

    pub fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    /// A program's keeper of the one sign-in.
    pub fn keeper(self: &Arc<Self>, process: usize) -> TheKeeper {
        self.inside().programs.insert(process, Program::default());
        let line = Arc::new(Line { world: Arc::clone(self), process });
        let hands = Arc::new(Hands(Arc::clone(self)));
        Keeper::new(self.id, line, self.drawer.hand(process), hands, self.lock())
    }

    pub fn lock(&self) -> PathBuf {
        self.folder.path().join("tokens.lock")
    }

    /// The school's time since the beginning, which is also the computer's since it was started.
    pub fn now(&self) -> Duration {
        self.started.elapsed() + self.inside().slept
    }

    /// The computer sleeps: the school goes on, timers do not.
    pub fn sleep(&self, time: Duration) {
        self.inside().slept += time;
    }

    /// Somebody sets the clock on the wall.
    pub fn set_wall(&self, minutes: i64) {
        self.inside().wall_off += TimeDelta::minutes(minutes);
    }

    /// The person signs in: what the school gives.
    pub fn sign_in(&self) -> Tokens {
        let now = self.now();
        let mut inside = self.inside();
        let refresh = inside.families.sign_in(now);
        inside.give(&refresh, now, self.life)
    }

    /// A sign-in that was stored in an earlier run.
    pub fn signed_in_before(&self) -> String {
        let tokens = self.sign_in();
        let refresh = tokens.refresh.expose_secret().to_owned();
        self.drawer.put_sign_in(self.id, &refresh);
        self.inside().stored.insert(refresh.clone());
        refresh
    }

    /// What the keychain has now belongs to a sign-in that the school knows.
    pub fn is_stored_alive(&self) -> bool {
        let texts = self.drawer.texts(self.id);
        let inside = self.inside();
        let alive = |text: &String| inside.families.sign_in_of(&refresh_in(text)?);
        texts.iter().filter_map(alive).any(|sign_in| inside.families.is_alive(sign_in))
    }

    /// The sign-in of what the keychain has ends at the school.
    pub fn end_sign_in(&self) {
        let texts = self.drawer.texts(self.id);
        let mut inside = self.inside();
        for text in &texts {
            if let Some(sign_in) = refresh_in(text).and_then(|refresh| inside.families.sign_in_of(&refresh)) {
                inside.families.end(sign_in);
            }
        }
    }

    /// The school refuses the next call of a program as run out, whether it is or not.
    pub fn refuse_next_call(&self, process: usize) {
        self.inside().programs.entry(process).or_default().refuse_next = true;
    }

    /// A call of the school's, with a token.
    pub async fn call(&self, process: usize, access: Access) -> Result<(), Called> {
        let way = self.inside().way;
        sleep(way).await;
        let now = self.now();
        let mut inside = self.inside();
        inside.counts.calls += 1;
        let Some(given) = inside.given.get(access.secret().expose_secret()).cloned() else {
            inside.violations.push("a token that the school has not given".to_owned());
            return Err(Called::Nobody);
        };
        if !inside.stored.contains(&given.refresh) {
            inside.violations.push(format!("program {process} used what is not stored"));
        }
        let program = inside.programs.entry(process).or_default();
        let is_refused = std::mem::take(&mut program.refuse_next) || now >= given.made_at + self.life;
        if is_refused {
            let has_it = program.has.as_ref().is_some_and(|has| has.refresh == given.refresh);
            program.refused |= has_it;
            return Err(Called::Expired);
        }
        inside.counts.answered_calls += 1;
        Ok(())
    }

    fn is_stored(&self, process: usize, text: &str) {
        let Some(refresh) = refresh_in(text) else { return };
        let mut inside = self.inside();
        inside.stored.insert(refresh.clone());
        let program = inside.programs.entry(process).or_default();
        if let Some(asked_at) = program.asked_at.get(&refresh).copied() {
            program.has = Some(Has { refresh, asked_at });
            program.refused = false;
        }
    }

    /// The school gets a refresh token.
    fn serve(&self, token: &str) -> Result<Tokens, AccountsError> {
        let now = self.now();
        let mut inside = self.inside();
        if std::mem::take(&mut inside.signs_in_elsewhere) {
            inside.counts.reread += 1;
            if let Some(sign_in) = inside.families.sign_in_of(token) {
                inside.families.end(sign_in);
            }
            let refresh = inside.families.sign_in(now);
            inside.stored.insert(refresh.clone());
            self.drawer.put_sign_in(self.id, &refresh);
        }
        if now < inside.banned_until {
            return Err(AccountsError::Refused(Refusal::Banned));
        }
        match inside.families.refresh(token, now) {
            Ok(child) => Ok(inside.give(&child, now, self.life)),
            Err(code) => Err(AccountsError::Refused(match Dead::of(code) {
                Some(dead) => Refusal::Dead(dead),
                None => Refusal::Other { status: 400, code: Some(code.to_owned()) },
            })),
        }
    }

    /// What has to hold of each refresh token that is sent.
    fn hold_sent(&self, process: usize, token: &str) {
        let now = self.now();
        let mut inside = self.inside();
        inside.counts.refreshes += 1;
        inside.sent.push((process, token.to_owned()));
        if inside.on_the_way > 0 {
            inside
                .violations
                .push(format!("program {process} refreshes while another refresh is on the way"));
        }
        inside.on_the_way += 1;
        let is_alive =
            inside.families.sign_in_of(token).is_some_and(|sign_in| inside.families.is_alive(sign_in));
        let behind = inside.families.generations_behind(token);
        if is_alive && behind.is_none_or(|behind| behind > 1) {
            inside
                .violations
                .push(format!("program {process} sent {token}, which is {behind:?} generations old"));
        }
        let margin = Duration::from_secs(60).min(self.life / 4);
        let program = inside.programs.entry(process).or_default();
        program.asked_at.clear();
        let is_due = |has: &Has| program.refused || now >= has.asked_at + self.life - margin;
        if program.has.as_ref().is_some_and(|has| !is_due(has)) {
            inside.violations.push(format!("program {process} refreshes a token that is still good"));
        }
    }
}

impl Inside {
    fn new(form: Form) -> Self {
        Self {
            families: Families::new(form),
            faults: VecDeque::new(),
            banned_until: Duration::ZERO,
            signs_in_elsewhere: false,
            counts: Counts::default(),
            violations: Vec::new(),
            sent: Vec::new(),
            signed_out: Vec::new(),
            way: Duration::from_millis(40),
            slept: Duration::ZERO,
            wall_off: TimeDelta::zero(),
            given: BTreeMap::new(),
            stored: BTreeSet::new(),
            programs: BTreeMap::new(),
            on_the_way: 0,
        }
    }

    fn give(&mut self, refresh: &str, now: Duration, life: Duration) -> Tokens {
        let access = format!("access-{}", self.given.len());
        let sign_in = self.families.sign_in_of(refresh).unwrap();
        self.given.insert(access.clone(), Given { refresh: refresh.to_owned(), sign_in, made_at: now });
        Tokens { access: access.into(), refresh: refresh.to_owned().into(), expires_in: life }
    }
}

/// How a call's answer is judged.
pub fn judge(called: &Called) -> Then {
    match called {
        Called::Expired => Then::Refresh,
        Called::Nobody => Then::Done,
    }
}

/// A program's line to the school's accounts.
pub struct Line {
    world: Arc<World>,
    process: usize,
}

/// A request is on its way until it is answered, or nobody waits for it any more.
struct OnTheWay(Arc<World>);

impl Drop for OnTheWay {
    fn drop(&mut self) {
        self.0.inside().on_the_way -= 1;
    }
}

impl Accounts for Line {
    async fn refresh(&self, token: &SecretString) -> Result<Tokens, AccountsError> {
        let world = &self.world;
        let token = token.expose_secret();
        world.hold_sent(self.process, token);
        let _on_the_way = OnTheWay(Arc::clone(world));
        let asked_at = world.now();
        let (way, fault) = {
            let mut inside = world.inside();
            let fault = inside.faults.pop_front();
            inside.counts.faults += usize::from(fault.is_some());
            (inside.way, fault)
        };
        sleep(way).await;
        let answer = match fault {
            None => world.serve(token),
            Some(NetFault::Lost(seen)) => Err(AccountsError::Fault(seen)),
            Some(NetFault::DoneAndLost(seen)) => {
                let _ = world.serve(token).is_ok();
                Err(AccountsError::Fault(seen))
            }
            Some(NetFault::Hangs { is_done }) => {
                if is_done {
                    let _ = world.serve(token).is_ok();
                }
                sleep(Duration::from_secs(600)).await;
                Err(AccountsError::Fault(Fault::Silent))
            }
            Some(NetFault::TooMany) => Err(AccountsError::Refused(Refusal::TooMany)),
            Some(NetFault::OursIsWrong) => {
                let code = Some("validation_failed".to_owned());
                Err(AccountsError::Refused(Refusal::Other { status: 400, code }))
            }
        };
        sleep(way).await;
        if let Ok(tokens) = &answer {
            let refresh = tokens.refresh.expose_secret().to_owned();
            world.inside().programs.entry(self.process).or_default().asked_at.insert(refresh, asked_at);
        }
        if answer.as_ref().is_err_and(|error| error.dead().is_some()) {
            world.inside().programs.entry(self.process).or_default().has = None;
        }
        answer
    }

    async fn sign_out(&self, access: &SecretString, scope: SignOutScope) -> Result<(), AccountsError> {
        let world = &self.world;
        let (way, fault) = {
            let mut inside = world.inside();
            (inside.way, inside.faults.pop_front())
        };
        sleep(way).await;
        if let Some(NetFault::Lost(seen)) = fault {
            return Err(AccountsError::Fault(seen));
        }
        let now = world.now();
        let mut inside = world.inside();
        let access = access.expose_secret().to_owned();
        inside.signed_out.push((access.clone(), scope));
        let Some(given) = inside.given.get(&access).cloned() else {
            return Err(AccountsError::Refused(Refusal::BadToken));
        };
        if now >= given.made_at + world.life {
            return Err(AccountsError::Refused(Refusal::BadToken));
        }
        if !inside.families.is_alive(given.sign_in) {
            return Err(AccountsError::Refused(Refusal::Dead(Dead::SessionNotFound)));
        }
        inside.families.end(given.sign_in);
        if let Some(NetFault::DoneAndLost(seen)) = fault {
            return Err(AccountsError::Fault(seen));
        }
        Ok(())
    }
}

/// The computer's clocks.
struct Hands(Arc<World>);

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.0.now()).unwrap();
        self.0.base + passed + self.0.inside().wall_off
    }

    fn steady(&self) -> Duration {
        self.0.started.elapsed()
    }

    fn since_boot(&self) -> Duration {
        self.0.now()
    }
}
