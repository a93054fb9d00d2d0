//! The school of the two programs, over TCP: the model that is held to the recorded answers, and what has to hold of all
//! that it is asked.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use firstbell_core::secret::{Keychain as _, SystemKeychain};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::sleep,
};
use uuid::Uuid;

use super::{
    families::{Families, Form},
    schedule::NetFault,
};

/// A token's life: longer than any schedule takes, and the keeper's margin of it.
const LIFE: u64 = 3600;

#[derive(Clone)]
pub struct School {
    inside: Arc<Mutex<Inside>>,
    bus: String,
    pub id: Uuid,
    pub address: SocketAddr,
    started: Instant,
}

pub struct Inside {
    families: Families,
    pub faults: VecDeque<NetFault>,
    pub banned_until: Duration,
    pub signs_in_elsewhere: bool,
    pub refuses_next: BTreeMap<usize, bool>,
    pub violations: Vec<String>,
    pub refreshes: usize,
    pub calls: usize,
    given: BTreeMap<String, String>,
    /// What was called with, by its refresh token, and not looked at yet.
    used: Vec<(usize, String)>,
    on_the_way: usize,
    /// The lines to the programs, and what they say.
    lines: BTreeMap<usize, TcpStream>,
}

impl School {
    /// A school at which somebody is signed in, as the keychain has it.
    pub async fn open(form: Form, bus: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Mutex::new(Inside {
            families: Families::new(form),
            faults: VecDeque::new(),
            banned_until: Duration::ZERO,
            signs_in_elsewhere: false,
            refuses_next: BTreeMap::new(),
            violations: Vec::new(),
            refreshes: 0,
            calls: 0,
            given: BTreeMap::new(),
            used: Vec::new(),
            on_the_way: 0,
            lines: BTreeMap::new(),
        }));
        let school = Self { inside, bus, id: Uuid::new_v4(), address, started: Instant::now() };
        let refresh = school.inside().families.sign_in(Duration::ZERO);
        school.put(&refresh).await;
        let serving = school.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        school
    }

    pub fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// The line on which a program obeys, once it has called.
    pub fn take_line(&self, program: usize) -> Option<TcpStream> {
        self.inside().lines.remove(&program)
    }

    /// Another one each time: an answer that one has kept for later may be older than what is stored.
    fn keychain(&self) -> SystemKeychain {
        SystemKeychain::on_bus(&self.bus)
    }

    /// What the keychain has, if it says so.
    pub async fn stored(&self) -> Option<String> {
        let texts = self.keychain().read(self.id).await.ok()?;
        let entry: Value = serde_json::from_str(texts.first()?.expose_secret()).ok()?;
        Some(entry["refresh"].as_str()?.to_owned())
    }

    pub async fn forget(&self) {
        let _ = self.keychain().delete(self.id).await.is_ok();
    }

    /// Whether what is stored is of a sign-in that the school knows.
    pub async fn is_stored_alive(&self) -> Option<bool> {
        let stored = self.stored().await?;
        let inside = self.inside();
        let sign_in = inside.families.sign_in_of(&stored)?;
        Some(inside.families.is_alive(sign_in))
    }

    pub async fn end_sign_in(&self) {
        let Some(stored) = self.stored().await else { return };
        let mut inside = self.inside();
        if let Some(sign_in) = inside.families.sign_in_of(&stored) {
            inside.families.end(sign_in);
        }
    }

    async fn put(&self, refresh: &str) {
        let text = json!({ "v": 1, "kind": "sign_in", "refresh": refresh }).to_string();
        let _ = self.keychain().write(self.id, SecretString::from(text)).await.is_ok();
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let mut text = String::new();
        if stream.read_line(&mut text).await.is_err() {
            return;
        }
        let Ok(question) = serde_json::from_str::<Value>(&text) else { return };
        let program = usize::try_from(question["program"].as_u64().unwrap_or_default()).unwrap_or_default();
        if question["obeys"] == json!(true) {
            self.inside().lines.insert(program, stream.into_inner());
            return;
        }
        let answer = if let Some(token) = question["refresh"].as_str() {
            self.refresh(program, token).await
        } else {
            self.call(program, question["call"].as_str().unwrap_or_default()).await
        };
        if let Some(answer) = answer {
            let _ = stream.write_all(format!("{answer}\n").as_bytes()).await.is_ok();
        }
    }

    /// The answer, unless it is lost.
    async fn refresh(&self, program: usize, token: &str) -> Option<Value> {
        let fault = self.hold_sent(program, token);
        let answer = match fault {
            None => Some(self.granted(token).await),
            Some(NetFault::Lost(_)) => None,
            Some(NetFault::DoneAndLost(_)) => {
                self.granted(token).await;
                None
            }
            Some(NetFault::Hangs { is_done }) => {
                if is_done {
                    self.granted(token).await;
                }
                sleep(Duration::from_secs(1)).await;
                None
            }
            Some(NetFault::TooMany) => Some(json!({ "code": "over_request_rate_limit" })),
            Some(NetFault::OursIsWrong) => Some(json!({ "code": "validation_failed" })),
        };
        self.inside().on_the_way -= 1;
        answer
    }

    async fn granted(&self, token: &str) -> Value {
        let now = self.now();
        let elsewhere = {
            let mut inside = self.inside();
            let is_wanted = std::mem::take(&mut inside.signs_in_elsewhere);
            is_wanted.then(|| {
                if let Some(sign_in) = inside.families.sign_in_of(token) {
                    inside.families.end(sign_in);
                }
                inside.families.sign_in(now)
            })
        };
        if let Some(refresh) = elsewhere {
            self.put(&refresh).await;
        }
        let mut inside = self.inside();
        if now < inside.banned_until {
            return json!({ "code": "user_banned" });
        }
        match inside.families.refresh(token, now) {
            Err(code) => json!({ "code": code }),
            Ok(child) => {
                let access = format!("access-{}", inside.given.len());
                inside.given.insert(access.clone(), child.clone());
                json!({ "access": access, "child": child, "expires_in": LIFE })
            }
        }
    }

    fn hold_sent(&self, program: usize, token: &str) -> Option<NetFault> {
        let mut inside = self.inside();
        inside.refreshes += 1;
        inside.on_the_way += 1;
        let is_alive =
            inside.families.sign_in_of(token).is_some_and(|sign_in| inside.families.is_alive(sign_in));
        let behind = inside.families.generations_behind(token);
        if is_alive && behind.is_none_or(|behind| behind > 1) {
            let old = format!("program {program} sent a token that is {behind:?} generations old");
            inside.violations.push(old);
        }
        inside.faults.pop_front()
    }

    async fn call(&self, program: usize, access: &str) -> Option<Value> {
        let given = self.inside().given.get(access).cloned();
        let Some(given) = given else {
            self.inside().violations.push(format!("program {program} calls with a token that nobody gave"));
            return None;
        };
        self.inside().used.push((program, given));
        self.hold_used().await;
        let mut inside = self.inside();
        inside.calls += 1;
        let is_refused = inside.refuses_next.remove(&program).is_some();
        Some(json!({ "ok": !is_refused }))
    }

    /// What was used was stored before. While the keychain says nothing, it is asked later: what is stored grows newer,
    /// and never older.
    pub async fn hold_used(&self) {
        let used = std::mem::take(&mut self.inside().used);
        let Some(stored) = self.stored().await else {
            self.inside().used.extend(used);
            return;
        };
        let mut inside = self.inside();
        for (program, used) in used {
            let is_of_one = inside.families.sign_in_of(&stored) == inside.families.sign_in_of(&used);
            let behind = [&used, &stored].map(|token| inside.families.generations_behind(token));
            if let ([Some(of_used), Some(of_stored)], true) = (behind, is_of_one)
                && of_used < of_stored
            {
                let wrong = format!("program {program} used {used}, and {stored} is stored: {behind:?}");
                inside.violations.push(wrong);
            }
        }
    }
}

/// What a program says, line by line.
pub fn listen(reader: tokio::net::tcp::OwnedReadHalf) -> mpsc::UnboundedReceiver<Value> {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut lines = BufReader::new(reader).lines();
        while let Ok(Some(text)) = lines.next_line().await {
            let Ok(said) = serde_json::from_str(&text) else { return };
            if sender.send(said).is_err() {
                return;
            }
        }
    });
    receiver
}
