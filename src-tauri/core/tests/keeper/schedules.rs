//! Random schedules. A twentieth by default, the whole with `FIRSTBELL_SOAK=1`; `FIRSTBELL_SEED` plays one again.

use std::{env, time::Duration};

use rand::{SeedableRng as _, rngs::StdRng};
use tokio::runtime::Builder;

use super::{play::play, schedule::Schedule, world::Counts};

const WHOLE: u64 = 20_000;

#[test]
fn nobody_is_signed_out_but_by_the_school() {
    let given = env::var("FIRSTBELL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("FIRSTBELL_SEED={seed}");
    let soak = env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1");
    let mut all = Counts::default();
    let mut wrong = Vec::new();
    let schedules = if soak { WHOLE } else { WHOLE / 20 };
    for seed in seed..seed + schedules {
        let (violations, counts) = run(seed);
        if !violations.is_empty() {
            wrong.push((seed, violations));
        }
        all.add(counts);
    }
    println!("{schedules} schedules: {all:?}");
    for (seed, violations) in wrong.iter().take(5) {
        println!("FIRSTBELL_SEED={seed}: {violations:?}");
    }
    assert!(
        wrong.is_empty(),
        "{} of {schedules} schedules went wrong, the first with seed {}",
        wrong.len(),
        wrong[0].0
    );
    all.is_something(schedules as usize);
}

fn run(seed: u64) -> (Vec<String>, Counts) {
    let schedule = Schedule::random(&mut StdRng::seed_from_u64(seed));
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        // Longer than any schedule lasts.
        tokio::time::timeout(Duration::from_secs(20 * 24 * 3600), play(&schedule)).await.unwrap()
    })
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.refreshes += other.refreshes;
        self.faults += other.faults;
        self.calls += other.calls;
        self.answered_calls += other.answered_calls;
        self.kills += other.kills;
        self.ends += other.ends;
        self.reread += other.reread;
    }

    /// Schedules in which little happens would prove little.
    fn is_something(&self, schedules: usize) {
        assert!(self.refreshes > 4 * schedules, "{self:?}");
        assert!(self.faults > schedules, "{self:?}");
        assert!(self.answered_calls > 10 * schedules, "{self:?}");
        assert!(self.kills > schedules, "{self:?}");
        assert!(self.ends > schedules / 5, "{self:?}");
        assert!(self.reread > schedules / 10, "{self:?}");
    }
}
