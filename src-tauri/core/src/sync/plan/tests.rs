use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::*;
use crate::{school::supabase::keeper::KeeperFault, store::StoreError};

const S: fn(u64) -> Duration = Duration::from_secs;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn ended_well(now: Duration, chance: f64) -> Plan {
    let mut plan = Plan::default();
    plan.came(now, chance);
    plan
}

#[test]
fn a_lesson_is_near_from_fifteen_minutes_before_its_start_to_its_end() {
    let lesson = (at("2026-12-01T16:00:00Z"), at("2026-12-01T17:00:00Z"));
    for (now, pace) in [
        ("2026-12-01T15:44:59Z", Pace::Far),
        ("2026-12-01T15:45:00Z", Pace::Near),
        ("2026-12-01T16:30:00Z", Pace::Near),
        ("2026-12-01T16:59:59Z", Pace::Near),
        ("2026-12-01T17:00:00Z", Pace::Far),
    ] {
        assert_eq!(Pace::of([lesson], false, at(now)), pace, "{now}");
        assert_eq!(Pace::of([lesson], true, at(now)), Pace::Waiting, "{now}");
        assert_eq!(Pace::of([], false, at(now)), Pace::Far, "{now}");
    }
}

#[test]
fn the_first_pass_is_due_at_once_and_the_next_by_the_pace() {
    assert_eq!(Plan::default().due(Pace::Far), Duration::ZERO);
    for (chance, far) in [(0.0, 240), (0.5, 300), (1.0, 360)] {
        let plan = ended_well(S(1000), chance);
        assert_eq!(plan.due(Pace::Far), S(1000 + far));
        assert_eq!(plan.due(Pace::Near), S(1030));
        assert_eq!(plan.due(Pace::Waiting), S(1005));
    }
}

#[test]
fn every_signal_makes_a_pass_due_but_a_focus_right_after_one() {
    use Signal::{Asked, Focus, Network, Start, Wake};
    for signal in [Start, Wake, Focus, Network, Asked] {
        let mut plan = ended_well(S(1000), 0.5);
        plan.signal(signal, S(1100));
        assert!(plan.due(Pace::Far) <= S(1100), "{signal:?}");
        let mut plan = ended_well(S(1000), 0.5);
        plan.signal(signal, S(1001));
        assert_eq!(plan.due(Pace::Far) <= S(1001), signal != Focus, "{signal:?}");
    }
    // The pass that failed a moment ago is not as good.
    let mut plan = Plan::default();
    plan.failed(&SyncFault::School(Fault::Silent), S(1000), 0.5);
    plan.signal(Focus, S(1001));
    assert!(plan.due(Pace::Far) <= S(1001));
}

#[test]
fn faults_in_a_row_are_waited_out_longer_and_longer_and_one_good_pass_forgets_them() {
    let mut plan = Plan::default();
    let mut waits = Vec::new();
    for round in 0..9 {
        let now = S(10_000 * (round + 1));
        plan.failed(&SyncFault::School(Fault::Silent), now, 0.5);
        waits.push((plan.due(Pace::Far) - now).as_secs());
        assert!(plan.due(Pace::Near) - now <= S(30), "a lesson is near");
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
    assert_eq!(plan.faults(), 9);
    plan.came(S(1), 0.5);
    assert_eq!((plan.faults(), plan.due(Pace::Far)), (0, S(301)));
}

#[test]
fn a_school_that_says_how_long_is_left_alone_so_long_whoever_asks() {
    let mut plan = Plan::default();
    plan.failed(&SyncFault::School(Fault::TooMany(Some(S(90)))), S(1000), 0.5);
    for signal in [Signal::Wake, Signal::Focus, Signal::Network, Signal::Asked] {
        plan.signal(signal, S(1001));
        assert_eq!(plan.due(Pace::Waiting), S(1090), "{signal:?}");
    }
    // Nobody means a day.
    plan.failed(&SyncFault::School(Fault::TooMany(Some(S(86_400)))), S(1000), 0.5);
    assert_eq!(plan.due(Pace::Far), S(1000 + 3600));
}

#[test]
fn what_only_a_signal_can_end_is_looked_at_rarely_until_there_is_one() {
    for fault in [
        SyncFault::School(Fault::Offline),
        SyncFault::AnotherAccount,
        SyncFault::NoToken(KeeperFault::School(Fault::Silent)),
    ] {
        let mut plan = Plan::default();
        plan.failed(&fault, S(1000), 0.5);
        assert_eq!(plan.due(Pace::Far), S(1600), "{fault}");
        assert!(plan.due(Pace::Near) <= S(1030), "{fault}: no signal is sure to come");
        plan.signal(Signal::Network, S(1010));
        assert!(plan.due(Pace::Far) <= S(1010), "{fault}");
    }
}

#[test]
fn a_pass_that_was_stopped_goes_on_as_soon_as_it_may() {
    let mut plan = ended_well(S(1000), 0.5);
    plan.stopped();
    assert!(plan.due(Pace::Far) <= S(1000));
}

/// Whatever happens, in whatever order: the school is asked again within a quarter of an hour or its own hint, never twice
/// within a moment by itself, and not before it wants to be.
#[test]
fn whatever_happens_a_school_is_asked_again_in_time_and_not_too_often() {
    let seed: u64 =
        std::env::var("FIRSTBELL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    println!("FIRSTBELL_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..2_000 {
        let mut plan = Plan::default();
        let mut now = S(rng.random_range(0..100_000));
        for _ in 0..30 {
            now += Duration::from_millis(rng.random_range(1..600_000));
            let chance: f64 = rng.random();
            let pace = [Pace::Far, Pace::Near, Pace::Waiting][rng.random_range(0..3)];
            let mut hint = None;
            match rng.random_range(0..4) {
                0 => plan.came(now, chance),
                1 => {
                    hint = rng.random_bool(0.5).then(|| S(rng.random_range(0..3600)));
                    plan.failed(&SyncFault::School(Fault::TooMany(hint)), now, chance);
                }
                2 => plan.failed(&SyncFault::Store(StoreError::Busy), now, chance),
                _ => plan.failed(&SyncFault::School(Fault::Offline), now, chance),
            }
            let due = plan.due(pace);
            assert!(due >= now + S(4) && due >= now + hint.unwrap_or_default(), "{plan:?}");
            assert!(due <= now + S(15 * 60).max(hint.unwrap_or_default()), "{plan:?}");
            assert!(plan.due(Pace::Near) <= now + S(36).max(hint.unwrap_or_default()), "{plan:?}");
            if rng.random_bool(0.5) {
                plan.signal(Signal::Asked, now);
                assert_eq!(plan.due(pace), hint.map_or(Duration::ZERO, |hint| now + hint));
            }
        }
    }
}
