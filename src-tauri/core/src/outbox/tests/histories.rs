//! Random histories of writes, by the rules alone: a school in memory that loses answers, fails and refuses.

use super::*;

/// A school that knows a repeat.
#[derive(Default)]
struct School {
    done: BTreeMap<Uuid, u32>,
    /// In which order, by lane.
    order: BTreeMap<Lane, Vec<u128>>,
}

const WHOLE: usize = 10_000;

fn seed() -> u64 {
    let given = std::env::var("FIRSTBELL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("FIRSTBELL_SEED={seed}");
    seed
}

fn times(whole: usize) -> usize {
    if std::env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1") { whole } else { whole / 20 }
}

#[test]
fn in_whatever_history_each_write_is_done_once_and_in_order_or_refused() {
    let seed = seed();
    let mut done = 0;
    for history in 0..times(WHOLE) {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(history as u64));
        done += play(&mut random, seed.wrapping_add(history as u64));
    }
    assert!(done > times(WHOLE) * 3, "{done}");
}

fn play(random: &mut StdRng, seed: u64) -> usize {
    let mut school = School::default();
    let mut rows: Vec<Waiting> = (1..=random.random_range(2..10))
        .map(|number| row(number, &message(10 + random.random_range(0..3))))
        .collect();
    for nth in 1..rows.len() {
        if random.random_bool(0.2) {
            rows[nth].parent = Some(rows[random.random_range(0..nth)].id);
        }
    }
    // What the school will never take, whatever the network does.
    let bad: Vec<bool> = rows.iter().map(|_| random.random_bool(0.15)).collect();
    let (mut stand, mut now, mut steps) = (signed_in(), 0, 0);
    loop {
        steps += 1;
        assert!(steps < 10_000, "FIRSTBELL_SEED={seed}: it never ends: {rows:?}");
        let is_calm = steps > 60;
        let what = next(&rows, at(now), &stand);
        check(&rows, &what, seed);
        if let Some(id) = what.book.first() {
            let nth = place(&rows, *id);
            // The file is locked now and then.
            if is_calm || random.random_bool(0.7) {
                rows[nth].state = State::Booked;
            }
            continue;
        }
        let Some(id) = what.send.first() else {
            let Some(then) = what.look_again else { break };
            assert!(then > at(now), "FIRSTBELL_SEED={seed}: it waits for what has passed");
            now = (then - at(0)).num_seconds() + 1;
            continue;
        };
        let nth = place(&rows, *id);
        let sent = &mut rows[nth];
        (sent.state, sent.attempts, sent.tried_at) = (State::Sent, sent.attempts + 1, Some(at(now)));
        let came = school.hears(&rows[nth], nth as u128, bad[nth], is_calm, random);
        // The process dies before the answer is stored.
        if !is_calm && random.random_bool(0.1) {
            stand = signed_in();
            continue;
        }
        stand.came(&came, at(now), 0.5);
        let outcome = outcome(&rows[nth], came, &stand, 0.5);
        settle(&mut rows, nth, outcome);
    }
    at_the_end(&rows, &school, &bad, seed)
}

fn place(rows: &[Waiting], id: Uuid) -> usize {
    rows.iter().position(|row| row.id == id).unwrap()
}

impl School {
    fn hears(
        &mut self,
        row: &Waiting,
        number: u128,
        is_bad: bool,
        is_calm: bool,
        random: &mut StdRng,
    ) -> Came {
        let fault = if is_calm { 99 } else { random.random_range(0..12) };
        match fault {
            0 => return Came::Network,
            1 => return Came::Transient(None),
            2 => return Came::NeedsUpdate,
            3 => return Came::Answer(json!({})),
            4 => return Came::TooMany(Some(Duration::from_secs(3))),
            5 => return Came::SignInAgain,
            _ => {}
        }
        if is_bad {
            return Came::Refused("not_for_status".to_owned(), json!({}));
        }
        let times = self.done.entry(row.request).or_default();
        *times += 1;
        if *times == 1 {
            self.order.entry(row.lane).or_default().push(number);
        }
        // The answer is lost on its way.
        if fault == 6 { Came::Transient(None) } else { Came::Answer(json!({"message": {"id": row.id}})) }
    }
}

fn settle(rows: &mut [Waiting], nth: usize, outcome: Outcome) {
    match outcome {
        Outcome::Answered(answer) => {
            (rows[nth].state, rows[nth].answer) = (State::Answered, Some(answer));
        }
        Outcome::Again { class, wait } => (rows[nth].class, rows[nth].wait) = (Some(class), wait),
        Outcome::Refused(refusal) => {
            let mut gone = vec![rows[nth].id];
            rows[nth].state = State::Refused;
            rows[nth].refusal = Some(refusal);
            for row in rows.iter_mut().skip(nth + 1) {
                if row.parent.is_some_and(|parent| gone.contains(&parent)) {
                    row.state = State::Refused;
                    gone.push(row.id);
                }
            }
        }
        Outcome::ClaimAgain { .. } => panic!("no leases here"),
    }
}

/// Never two of one lane at once, none before its parent, none before one that was written earlier in its lane.
fn check(rows: &[Waiting], what: &Next, seed: u64) {
    let mut lanes = Vec::new();
    for id in &what.send {
        let nth = place(rows, *id);
        let row = &rows[nth];
        assert!(!lanes.contains(&row.lane), "FIRSTBELL_SEED={seed}: two of a lane at once");
        lanes.push(row.lane);
        let is_before = |other: &&Waiting| {
            other.lane == row.lane && (other.state.is_open() || other.state == State::Answered)
        };
        assert!(!rows[..nth].iter().any(|other| is_before(&other)), "FIRSTBELL_SEED={seed}: out of order");
        let parent = row.parent.map(|parent| rows[place(rows, parent)].state);
        assert!(
            parent.is_none_or(|state| state == State::Booked),
            "FIRSTBELL_SEED={seed}: before its parent"
        );
    }
}

fn at_the_end(rows: &[Waiting], school: &School, bad: &[bool], seed: u64) -> usize {
    for (row, is_bad) in rows.iter().zip(bad) {
        let is_done = school.done.contains_key(&row.request);
        let wanted = if *is_bad { State::Refused } else { row.state };
        assert_eq!(row.state, wanted, "FIRSTBELL_SEED={seed}: {row:?}");
        assert!(matches!(row.state, State::Booked | State::Refused), "FIRSTBELL_SEED={seed}: {row:?}");
        assert_eq!(is_done, row.state == State::Booked, "FIRSTBELL_SEED={seed}: {row:?}");
    }
    for (lane, order) in &school.order {
        assert!(order.is_sorted(), "FIRSTBELL_SEED={seed}: {lane} went {order:?}");
    }
    school.done.len()
}
