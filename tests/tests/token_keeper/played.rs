//! Plays schedules on two programs, a keyring and a lock that are real.

use std::{collections::BTreeMap, env, path::PathBuf, process::Command, sync::Arc, time::Duration};

use firstbell_processes::{Signal, send};
use firstbell_tests::kit::{
    Desktop,
    keyring::{self, Keyring, LOGIN},
    wait,
};
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt as _,
    net::tcp::OwnedWriteHalf,
    sync::{Mutex, mpsc},
    time::{sleep, timeout},
};

use super::{
    program,
    schedule::{Event, Mood, Schedule},
    school::{School, listen},
};

const WHOLE: u64 = 200;
/// A schedule's waits are cut to this.
const LONGEST_WAIT: Duration = Duration::from_millis(100);
/// So long a keyring is locked or frozen, or a program stopped.
const A_WHILE: Duration = Duration::from_millis(250);
/// Every call answers by then (the keeper's own limits, twice).
const LONGEST_CALL: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_and_a_real_keyring_sign_nobody_out() {
    let given = env::var("FIRSTBELL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("FIRSTBELL_SEED={seed}");
    let soak = env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1");
    let desktop = Desktop::plan().without_notifications().start().await.unwrap();
    let mut keyring = Keyring::start(&desktop).await.unwrap();
    let schedules = if soak { WHOLE } else { WHOLE / 20 };
    let (mut refreshes, mut calls, mut kills, mut restarts) = (0, 0, 0, 0);
    for seed in seed..seed + schedules {
        let schedule = Schedule::random(&mut StdRng::seed_from_u64(seed));
        let mut stage = Stage::set(&desktop, &mut keyring, &schedule).await;
        for (wait, event) in &schedule.steps {
            sleep((*wait).min(LONGEST_WAIT)).await;
            stage.happens(event).await;
        }
        stage.be_well().await;
        let inside = stage.school.inside();
        assert!(inside.violations.is_empty(), "FIRSTBELL_SEED={seed}: {:?}", inside.violations);
        refreshes += inside.refreshes;
        calls += inside.calls;
        kills += stage.kills;
        restarts += stage.restarts;
    }
    println!(
        "{schedules} schedules: {refreshes} refreshes, {calls} calls, {kills} kills, the keyring died {restarts} times"
    );
    assert!(refreshes > 4 * schedules as usize && calls > 10 * schedules as usize, "{refreshes} {calls}");
    assert!(kills > 2 * schedules as usize, "{kills}");
}

struct Stage<'a> {
    desktop: &'a Desktop,
    keyring: &'a mut Keyring,
    school: School,
    running: BTreeMap<usize, Running>,
    lock: PathBuf,
    kills: usize,
    restarts: usize,
    /// How often the keyring may yet be waited for.
    tries: usize,
}

struct Running {
    pid: u32,
    orders: OwnedWriteHalf,
    said: Arc<Mutex<mpsc::UnboundedReceiver<Value>>>,
    number: u64,
}

impl<'a> Stage<'a> {
    async fn set(desktop: &'a Desktop, keyring: &'a mut Keyring, schedule: &Schedule) -> Self {
        let school = School::open(schedule.form, bus(desktop)).await;
        let lock = desktop.root().join(format!("{}.lock", school.id));
        let mut stage = Self {
            desktop,
            keyring,
            school,
            running: BTreeMap::new(),
            lock,
            kills: 0,
            restarts: 0,
            tries: 20,
        };
        stage.start(0).await;
        stage
    }

    async fn start(&mut self, process: usize) {
        if self.running.contains_key(&process) {
            return;
        }
        let mut command: Command = self.desktop.command(env::current_exe().unwrap());
        command
            .args(["--exact", program::TEST, "--nocapture"])
            .env(program::SCHOOL, self.school.address.to_string())
            .env(program::BUS, bus(self.desktop))
            .env(program::LOCK, &self.lock)
            .env(program::ID, self.school.id.to_string())
            .env(program::PROGRAM, process.to_string());
        let pid = self.desktop.start_process(&format!("program-{process}"), &mut command).unwrap();
        let line = wait::until("the program", wait::PATIENCE, async || Ok(self.school.take_line(process)))
            .await
            .unwrap();
        let (reader, orders) = line.into_split();
        let said = Arc::new(Mutex::new(listen(reader)));
        self.running.insert(process, Running { pid, orders, said, number: 0 });
    }

    async fn kill(&mut self, process: usize) {
        let Some(program) = self.running.remove(&process) else { return };
        self.kills += 1;
        send(program.pid, Signal::KILL).unwrap();
        wait::until("it to die", wait::PATIENCE, async || self.desktop.exit_status(program.pid))
            .await
            .unwrap();
        self.hear(process, &program).await;
    }

    /// gnome-keyring 42 dies of a program that is killed while it opens a session: then it comes up again, as a login's
    /// does when it is next asked for.
    async fn keyring_is_up(&mut self) {
        if keyring::is_locked(self.desktop, LOGIN).await.is_err() {
            *self.keyring = Keyring::start(self.desktop).await.unwrap();
            self.restarts += 1;
        }
    }

    async fn happens(&mut self, event: &Event) {
        self.keyring_is_up().await;
        match event {
            Event::Calls { process, times } => {
                // No token runs out here, so that the school has to refuse some: else nobody would refresh.
                self.school.inside().refuses_next.insert(*process, true);
                self.order(*process, &json!({ "calls": (*times).min(20) })).await;
            }
            Event::Starts { process } => self.start(*process).await,
            Event::Killed { process } => {
                self.kill(*process).await;
                self.start(0).await;
            }
            Event::Net(fault) => self.school.inside().faults.push_back(*fault),
            Event::WriteFails(_) | Event::Keychain(Mood::Locked | Mood::Absent | Mood::Another, _) => {
                keyring::lock(self.desktop, LOGIN).await.unwrap();
                sleep(A_WHILE).await;
                keyring::unlock(self.desktop, LOGIN).await.unwrap();
            }
            Event::Keychain(..) => {
                self.keyring.freeze().unwrap();
                sleep(A_WHILE).await;
                self.keyring.thaw().unwrap();
            }
            Event::Sleeps(_) => self.stop_for_a_while().await,
            // The wall clock of this computer is not ours to set; the keeper never asks for it.
            Event::WallClock(_) => {}
            Event::RefusesNextCall { process } => {
                self.school.inside().refuses_next.insert(*process, true);
                self.order(*process, &json!({ "calls": 5 })).await;
            }
            Event::EndsElsewhere => self.school.end_sign_in().await,
            Event::Banned(_) => {
                let until = self.school.now() + A_WHILE;
                self.school.inside().banned_until = until;
            }
            Event::SignsInElsewhere => self.school.inside().signs_in_elsewhere = true,
            Event::NetworkChanged => {
                for process in [0, 1] {
                    self.order(process, &json!({ "network": true })).await;
                }
            }
        }
    }

    /// A program stops in the middle of whatever it does, and goes on: its turn is its own meanwhile.
    async fn stop_for_a_while(&self) {
        for program in self.running.values() {
            send(program.pid, Signal::STOP).unwrap();
            sleep(A_WHILE).await;
            send(program.pid, Signal::CONT).unwrap();
        }
    }

    async fn order(&mut self, process: usize, order: &Value) {
        let Some(program) = self.running.get_mut(&process) else { return };
        program.number += 1;
        let mut order = order.clone();
        order["number"] = json!(program.number);
        program.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
    }

    /// What a program has said about its sign-in, before it was killed or at the end.
    async fn hear(&self, process: usize, program: &Running) {
        let mut said = program.said.lock().await;
        while let Ok(word) = said.try_recv() {
            self.judge(process, &word).await;
        }
    }

    async fn judge(&self, process: usize, word: &Value) {
        let Some(state) = word["state"].as_str() else { return };
        let is_wrong = matches!(state, "SignedOut" | "Missing" | "EntryUnreadable" | "InThisRunOnly");
        if is_wrong {
            self.school.inside().violations.push(format!("program {process} is {state}"));
        }
    }

    /// What comes of one more call, once the keyring answers: it may just have died.
    async fn last_call(&mut self, process: usize) -> Vec<String> {
        loop {
            self.order(process, &json!({ "calls": 1 })).await;
            let came = timeout(LONGEST_CALL, came(&self.running[&process])).await.unwrap();
            let is_keychains =
                came.iter().any(|answer| answer.contains("Keychain(") || answer.contains("NotStored("));
            // A keeper that could not store its child waits for five seconds.
            if !is_keychains || self.tries == 0 {
                return came;
            }
            self.tries -= 1;
            self.keyring_is_up().await;
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// All is well again: programs that begin now are in, unless the school has ended the sign-in.
    async fn be_well(&mut self) {
        for process in [0, 1] {
            self.kill(process).await;
        }
        self.keyring_is_up().await;
        {
            let mut inside = self.school.inside();
            inside.faults.clear();
            inside.banned_until = Duration::ZERO;
            inside.signs_in_elsewhere = false;
            inside.refuses_next.clear();
        }
        self.school.hold_used().await;
        let mut is_stored_alive = None;
        while is_stored_alive.is_none() {
            assert!(self.tries > 0, "the keyring has lost what was stored, or does not answer any more");
            self.tries -= 1;
            self.keyring_is_up().await;
            is_stored_alive = self.school.is_stored_alive().await;
        }
        let is_alive = is_stored_alive.unwrap();
        for process in [0, 1] {
            self.start(process).await;
            let came = self.last_call(process).await;
            let is_in = came == ["ok"];
            if is_in != is_alive {
                let wrong = format!("program {process}: {came:?}, and alive is {is_alive}");
                self.school.inside().violations.push(wrong);
            }
        }
        for process in [0, 1] {
            self.kill(process).await;
        }
        self.school.forget().await;
    }
}

/// What came of the last order.
async fn came(program: &Running) -> Vec<String> {
    let mut said = program.said.lock().await;
    loop {
        let word = said.recv().await.expect("the program is there");
        if word["done"] == json!(program.number) {
            return serde_json::from_value(word["came"].clone()).unwrap();
        }
    }
}

fn bus(desktop: &Desktop) -> String {
    format!("unix:path={}/run/bus", desktop.root().display())
}
