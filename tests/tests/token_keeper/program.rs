//! A program that has a keeper of tokens, and does as it is told over a line of its own. It is this test's own binary,
//! started anew with [`SCHOOL`] in its environment.

use std::{env, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use firstbell_core::{
    clock::SystemClock,
    school::{
        fault::Fault,
        supabase::{
            accounts::{Accounts, SignOutScope, Tokens},
            error::{AccountsError, Dead, Refusal},
            keeper::Keeper,
            retry::{Then, with_token},
        },
    },
    secret::SystemKeychain,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
};

pub const SCHOOL: &str = "KEEPER_SCHOOL";
pub const BUS: &str = "KEEPER_BUS";
pub const LOCK: &str = "KEEPER_LOCK";
pub const ID: &str = "KEEPER_ID";
pub const PROGRAM: &str = "KEEPER_PROGRAM";

/// Its name as a test, by which it is started.
pub const TEST: &str = "program::does_as_it_is_told";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn does_as_it_is_told() {
    let Ok(school) = env::var(SCHOOL) else { return };
    let line = Line { school: school.parse().unwrap(), program: env::var(PROGRAM).unwrap().parse().unwrap() };
    let keychain = Arc::new(SystemKeychain::on_bus(&env::var(BUS).unwrap()));
    let lock = PathBuf::from(env::var(LOCK).unwrap());
    let id = env::var(ID).unwrap().parse().unwrap();
    let keeper = Keeper::new(id, Arc::new(line.clone()), keychain, Arc::new(SystemClock), lock);
    obey(&line, &keeper).await;
}

/// One line at a time, until the one who tells has gone.
async fn obey(line: &Line, keeper: &Keeper<Line, SystemKeychain>) {
    let mut stream = TcpStream::connect(line.school).await.unwrap();
    say(&mut stream, &json!({ "program": line.program, "obeys": true })).await.unwrap();
    let (reader, mut writer) = stream.into_split();
    let mut told = BufReader::new(reader).lines();
    let mut states = keeper.states();
    loop {
        tokio::select! {
            changed = states.changed() => {
                changed.unwrap();
                let state = format!("{:?}", *states.borrow_and_update());
                let text = format!("{}\n", json!({ "state": state }));
                writer.write_all(text.as_bytes()).await.unwrap();
            }
            next = told.next_line() => {
                let Ok(Some(text)) = next else { return };
                let order: Value = serde_json::from_str(&text).unwrap();
                let came = do_as(&order, line, keeper).await;
                let text = format!("{}\n", json!({ "done": order["number"], "came": came }));
                writer.write_all(text.as_bytes()).await.unwrap();
            }
        }
    }
}

async fn do_as(order: &Value, line: &Line, keeper: &Keeper<Line, SystemKeychain>) -> Vec<String> {
    if order["network"].as_bool() == Some(true) {
        keeper.network_changed();
    }
    let mut calls = JoinSet::new();
    for _ in 0..order["calls"].as_u64().unwrap_or_default() {
        let (line, keeper) = (line.clone(), keeper.clone());
        calls.spawn(async move {
            let judge = |error: &&str| if *error == "expired" { Then::Refresh } else { Then::Done };
            let called = with_token(&keeper, judge, |access| {
                let line = line.clone();
                async move { line.call(access.secret()).await }
            });
            match called.await {
                Ok(()) => "ok".to_owned(),
                Err(error) => format!("{error:?}"),
            }
        });
    }
    calls.join_all().await
}

/// The line to the school: a connection for each question, which is lost where the school wants it to be.
#[derive(Clone)]
struct Line {
    school: SocketAddr,
    program: usize,
}

impl Line {
    async fn ask(&self, mut question: Value) -> Option<Value> {
        question["program"] = json!(self.program);
        let mut stream = TcpStream::connect(self.school).await.ok()?;
        say(&mut stream, &question).await.ok()?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).await.ok()?;
        serde_json::from_str(&answer).ok()
    }

    async fn call(&self, access: &SecretString) -> Result<(), &'static str> {
        match self.ask(json!({ "call": access.expose_secret() })).await {
            Some(answer) if answer["ok"] == json!(true) => Ok(()),
            Some(_) => Err("expired"),
            None => Err("no answer"),
        }
    }
}

async fn say(stream: &mut TcpStream, what: &Value) -> std::io::Result<()> {
    stream.write_all(format!("{what}\n").as_bytes()).await
}

impl Accounts for Line {
    async fn refresh(&self, token: &SecretString) -> Result<Tokens, AccountsError> {
        let Some(answer) = self.ask(json!({ "refresh": token.expose_secret() })).await else {
            return Err(AccountsError::Fault(Fault::Silent));
        };
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        if let Some(code) = text("code") {
            return Err(AccountsError::Refused(match (Dead::of(&code), code.as_str()) {
                (Some(dead), _) => Refusal::Dead(dead),
                (None, "user_banned") => Refusal::Banned,
                (None, "over_request_rate_limit") => Refusal::TooMany,
                (None, _) => Refusal::Other { status: 400, code: Some(code) },
            }));
        }
        match (text("access"), text("child"), answer["expires_in"].as_u64()) {
            (Some(access), Some(refresh), Some(seconds)) => Ok(Tokens {
                access: access.into(),
                refresh: refresh.into(),
                expires_in: Duration::from_secs(seconds),
            }),
            _ => Err(AccountsError::Fault(Fault::Silent)),
        }
    }

    async fn sign_out(&self, _: &SecretString, _: SignOutScope) -> Result<(), AccountsError> {
        // No schedule signs out; where it matters stands in the core's tests.
        Err(AccountsError::Fault(Fault::Offline))
    }
}
