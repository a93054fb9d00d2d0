//! Plays a schedule on keepers in this program.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use firstbell_core::school::supabase::{
    keeper::{KeeperFault, State},
    retry::{NoAnswer, with_token},
};
use tokio::{
    task::{JoinSet, yield_now},
    time::{sleep, timeout},
};

use super::{
    schedule::{Event, Mood, Schedule},
    world::{Called, Counts, TheKeeper, World, judge},
};

/// A call gives up a refresh after 25 s, and asks for two tokens at most.
const LONGEST_CALL: Duration = Duration::from_secs(60);

struct Programs {
    world: Arc<World>,
    running: BTreeMap<usize, Program>,
    others: JoinSet<()>,
}

struct Program {
    keeper: TheKeeper,
    tasks: JoinSet<()>,
}

/// Plays it, and then lets everything be well again: whoever is still signed in at the school has a token then. What
/// was wrong on the way, and what happened.
pub async fn play(schedule: &Schedule) -> (Vec<String>, Counts) {
    let world = World::new(schedule.form, schedule.life);
    world.inside().way = schedule.way;
    world.signed_in_before();
    let mut programs =
        Programs { world: Arc::clone(&world), running: BTreeMap::new(), others: JoinSet::new() };
    programs.start(0);
    for (wait, event) in &schedule.steps {
        sleep(*wait).await;
        programs.happens(event).await;
    }
    programs.be_well().await;
    for program in std::mem::take(&mut programs.running).into_values() {
        program.end().await;
    }
    let inside = world.inside();
    (inside.violations.clone(), inside.counts)
}

impl Programs {
    fn start(&mut self, process: usize) {
        if self.running.contains_key(&process) {
            return;
        }
        let keeper = self.world.keeper(process);
        let mut tasks = JoinSet::new();
        tasks.spawn(watch_states(Arc::clone(&self.world), keeper.states(), process));
        self.running.insert(process, Program { keeper, tasks });
    }

    async fn happens(&mut self, event: &Event) {
        let world = &self.world;
        match event {
            Event::Calls { process, times } => self.call(*process, *times),
            Event::Starts { process } => self.start(*process),
            Event::Killed { process } => {
                if let Some(program) = self.running.remove(process) {
                    world.inside().counts.kills += 1;
                    program.end().await;
                    // Somebody always starts the app again, sooner or later.
                    if *process == 0 {
                        self.start(0);
                    }
                }
            }
            Event::Net(fault) => world.inside().faults.push_back(*fault),
            Event::WriteFails(fault) => world.drawer.fail_next_write(*fault),
            Event::Keychain(mood, time) => self.keychain(*mood, *time),
            Event::Sleeps(time) => world.sleep(*time),
            Event::WallClock(minutes) => world.set_wall(*minutes),
            Event::RefusesNextCall { process } => world.refuse_next_call(*process),
            Event::EndsElsewhere => {
                world.inside().counts.ends += 1;
                world.end_sign_in();
            }
            Event::Banned(time) => {
                let until = world.now() + *time;
                world.inside().banned_until = until;
            }
            Event::SignsInElsewhere => world.inside().signs_in_elsewhere = true,
            Event::NetworkChanged => {
                for program in self.running.values() {
                    program.keeper.network_changed();
                }
            }
        }
    }

    fn call(&mut self, process: usize, times: usize) {
        let Some(program) = self.running.get_mut(&process) else { return };
        for _ in 0..times {
            let (world, keeper) = (Arc::clone(&self.world), program.keeper.clone());
            program.tasks.spawn(async move {
                let call = with_token(&keeper, judge, |access| world.call(process, access));
                if timeout(LONGEST_CALL, call).await.is_err() {
                    world.inside().violations.push(format!("program {process} waits for ever"));
                }
            });
        }
    }

    fn keychain(&mut self, mood: Mood, time: Duration) {
        self.world.drawer.set(mood);
        let drawer = self.world.drawer.clone();
        self.others.abort_all();
        // Nobody is told: the keeper finds out by itself.
        self.others.spawn(async move {
            sleep(time).await;
            drawer.set(Mood::Open);
        });
    }

    async fn be_well(&mut self) {
        self.others.shutdown().await;
        {
            let mut inside = self.world.inside();
            inside.faults.clear();
            inside.banned_until = Duration::ZERO;
            inside.signs_in_elsewhere = false;
        }
        self.world.drawer.heal();
        self.start(0);
        // The longest pause that a school can ask for, and whatever still hangs.
        sleep(Duration::from_secs(16 * 60)).await;
        for program in self.running.values() {
            program.keeper.keychain_changed();
            sleep(Duration::from_secs(60)).await;
        }
        let is_alive = self.world.is_stored_alive();
        for (process, program) in &self.running {
            let call = with_token(&program.keeper, judge, |access| self.world.call(*process, access));
            let came = call.await;
            let is_well = match &came {
                Ok(()) => true,
                Err(NoAnswer::Keeper(KeeperFault::Ended(_))) => !is_alive,
                Err(NoAnswer::Keeper(_) | NoAnswer::Call(Called::Expired | Called::Nobody)) => false,
            };
            if !is_well {
                let state = program.keeper.state();
                let violation = format!("all is well, and program {process} has {came:?} in {state:?}");
                self.world.inside().violations.push(violation);
            }
        }
    }
}

impl Program {
    /// It is killed, at whatever it waits for.
    async fn end(mut self) {
        self.tasks.shutdown().await;
        drop(self.keeper);
        for _ in 0..4 {
            yield_now().await;
        }
    }
}

/// A sign-in ends only by the school's word about what is stored.
async fn watch_states(world: Arc<World>, mut states: tokio::sync::watch::Receiver<State>, process: usize) {
    while states.changed().await.is_ok() {
        let state = *states.borrow_and_update();
        let is_wrong = match state {
            State::Ended(_) => world.is_stored_alive(),
            State::SignedOut | State::Missing | State::EntryUnreadable | State::InThisRunOnly => true,
            _ => false,
        };
        if is_wrong {
            world.inside().violations.push(format!("program {process} is {state:?}, and nobody said so"));
        }
    }
}
