//! Four people call all functions about bookings and sessions at the same time, as they like, while the clock goes
//! on between.
//!
//! `FIRSTBELL_SOAK=1` plays all interleavings; `FIRSTBELL_SEED` draws the same calls again, as far as the same rows
//! are there to be named: who is first is the computer's to decide.
#![allow(clippy::unwrap_used)]

#[path = "kit/board.rs"]
mod board;
#[path = "kit/draw.rs"]
mod draw;
#[path = "interleavings/edges.rs"]
mod edges;
#[path = "interleavings/person.rs"]
mod person;

use std::collections::{BTreeMap, BTreeSet};

use firstbell_school::postgres::Client;
use firstbell_school::{Cast, Cluster, run_sql, seed, times};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use uuid::Uuid;

use board::Board;
use draw::{FUNCTIONS, Hand};
use edges::{Edges, Step};
use person::{Called, Person};

const INTERLEAVINGS: usize = 500;
const ROUNDS: usize = 6;
/// A Monday morning in November.
const NOW: &str = "2026-11-02 08:00+00";
/// What PostgreSQL says when it has given up on a transaction that may be sent again. It never has to.
const TRANSIENT: [&str; 4] = ["40001", "40P01", "57014", "55P03"];

const TUTOR: [&str; 26] = [
    "confirm_booking",
    "confirm_booking",
    "confirm_booking",
    "confirm_booking",
    "decline_booking",
    "propose_time",
    "propose_time",
    "accept_proposal",
    "accept_proposal",
    "cancel_booking",
    "cancel_series_from",
    "move_session",
    "claim_meeting",
    "claim_meeting",
    "attach_meeting",
    "release_meeting",
    "release_meeting",
    "mark_no_show",
    "mark_no_show",
    "undo_no_show",
    "undo_no_show",
    "keep_no_show",
    "keep_no_show",
    "end_early",
    "mark_held",
    "write_note",
];
const STUDENT: [&str; 18] = [
    "request_booking",
    "request_booking",
    "request_booking",
    "request_booking",
    "propose_time",
    "accept_proposal",
    "accept_proposal",
    "decline_proposal",
    "cancel_booking",
    "record_opened",
    "record_opened",
    "record_opened",
    "send_presence",
    "set_bell",
    "mark_no_show",
    "mark_no_show",
    "answer_no_show",
    "answer_no_show",
];
const GUARDIAN: [&str; 4] = ["approve_as_parent", "approve_as_parent", "approve_as_parent", "undo_no_show"];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_four_people_do_at_once_nobody_is_in_two_places_and_each_call_is_answered_or_refused() {
    let seed = seed();
    let mut stage = Stage::set().await;
    for nth in 0..times(INTERLEAVINGS) {
        let seed = seed.wrapping_add(1000 * u64::try_from(nth).unwrap());
        stage.clear().await;
        for round in 0..ROUNDS {
            let what = format!("interleaving {nth}, round {round}");
            stage.play(seed.wrapping_add(10 * u64::try_from(round).unwrap()), &what).await;
        }
    }
    stage.told.tell();
    assert_eq!(stage.told.transient, BTreeMap::new(), "nothing has to be sent again");
    let never: Vec<_> =
        FUNCTIONS.iter().filter(|function| !stage.told.answered.contains_key(*function)).collect();
    // Some succeed only every few interleavings.
    let may_miss = if times(INTERLEAVINGS) == INTERLEAVINGS { 0 } else { 2 };
    assert!(never.len() <= may_miss, "never succeeded: {never:?}");
}

/// The school, the four, and what was seen so far.
struct Stage {
    cast: Cast,
    client: Client,
    people: Vec<Person>,
    edges: Edges,
    /// Code, status and sentence.
    refusals: BTreeSet<(String, String, String)>,
    told: Told,
}

#[derive(Default)]
struct Told {
    answered: BTreeMap<&'static str, usize>,
    refused: BTreeMap<String, usize>,
    steps: BTreeMap<String, usize>,
    transient: BTreeMap<String, usize>,
}

impl Told {
    fn tell(&self) {
        eprintln!("answered {:?}\nrefused {:?}\nsteps {:#?}", self.answered, self.refused, self.steps);
    }
}

impl Stage {
    async fn set() -> Self {
        let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
        database.hold_clock_at(NOW).await.unwrap();
        let mut cast = Cast::arrive(database).await.unwrap();
        let client = cast.database.as_superuser().await.unwrap();
        run_sql(&client, "audit.sql", include_str!("interleavings/audit.sql")).await.unwrap();
        let quick = "update public.school_settings set notice_hours = 0, hold_hours = 2, answer_hours = 4";
        client.batch_execute(quick).await.unwrap();
        let tutors = vec![cast.person("tutor_ada")];
        let (ben, dan) = (cast.person("student_ben"), cast.person("student_dan"));
        let guardian: Vec<_> = STUDENT.into_iter().chain(GUARDIAN).collect();
        let mut people = Vec::new();
        for (name, usual, students) in [
            ("tutor_ada", TUTOR.to_vec(), vec![ben, dan]),
            ("student_ben", STUDENT.to_vec(), vec![ben]),
            ("student_dan", STUDENT.to_vec(), vec![dan]),
            ("parent_cleo", guardian, vec![dan]),
        ] {
            let account = cast.player(name).account;
            let hand = Hand { usual, tutors: tutors.clone(), students, odd: 25 };
            people.push(Person::arrive(&cast.database, name, account, hand).await);
        }
        let rows = client.query("select code, status, sentence from private.refusals", &[]).await.unwrap();
        let refusals = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        Self { cast, client, people, edges: Edges::read(), refusals, told: Told::default() }
    }

    /// A school with a lesson of Ben's, whose meeting is being made, and one of Dan's.
    async fn clear(&mut self) {
        self.cast.database.hold_clock_at(NOW).await.unwrap();
        self.cast.database.begin_anew().await.unwrap();
        let lesson = self.cast.lesson("student_ben", "tutor_ada", "2026-11-02T09:00:00Z").await.unwrap();
        let lease =
            json!({"session": lesson["session"]["id"], "generation": 1, "device": Uuid::from_u128(1)});
        self.cast.player("tutor_ada").call("claim_meeting", lease).await.unwrap();
        self.cast.lesson("student_dan", "tutor_ada", "2026-11-02T10:30:00Z").await.unwrap();
    }

    /// All four at once; then the clock goes on.
    async fn play(&mut self, seed: u64, what: &str) {
        let playing: Vec<_> = (1..)
            .zip(self.people.drain(..))
            .map(|(nth, person)| tokio::spawn(person.play(seed.wrapping_add(nth))))
            .collect();
        for person in playing {
            let (person, deeds) = person.await.unwrap();
            assert_eq!(deeds.contradictions, Vec::<String>::new(), "{what}: {}", person.name);
            for called in deeds.calls {
                self.hear(&called, what);
            }
            self.people.push(person);
        }
        assert_eq!(self.cast.database.faults().await.unwrap(), Vec::<String>::new(), "{what}");
        for step in Step::all(&self.client).await {
            assert!(self.edges.allow(&step), "{what}: no step of the table: {step:?}");
            *self.told.steps.entry(step.name()).or_default() += 1;
        }
        let mut chance = StdRng::seed_from_u64(seed);
        let on = self.next_moment(&mut chance).await;
        self.client.batch_execute("delete from test_audit.steps").await.unwrap();
        let held = "update test_clock.hands set stands_at = to_timestamp($1::bigint)";
        self.client.execute(held, &[&on]).await.unwrap();
        assert_eq!(self.cast.database.faults().await.unwrap(), Vec::<String>::new(), "{what}, later");
    }

    /// Some time on; every second time to a moment of a lesson, or soon after.
    async fn next_moment(&self, chance: &mut StdRng) -> i64 {
        let board = Board::look(&self.client).await;
        let live: Vec<i64> = board
            .sessions
            .iter()
            .filter(|session| session["status"] == "SCHEDULED")
            .map(|session| session["scheduled_start_at"].as_str().unwrap())
            .map(|start| chrono::DateTime::parse_from_rfc3339(start).unwrap().timestamp())
            .map(|start| start + 60 * *[-3, 0, 10, 16, 16, 50, 70].choose(chance).unwrap())
            .filter(|moment| *moment > board.now)
            .collect();
        let on =
            board.now + 60 * *[0, 5, 20, 60, 150, 60 * chance.random_range(3..30)].choose(chance).unwrap();
        live.iter().min().copied().filter(|_| chance.random_ratio(2, 3)).unwrap_or(on)
    }

    /// An answer, or a refusal that stands in the list.
    fn hear(&mut self, called: &Called, what: &str) {
        let Called { who, function, arguments, outcome } = called;
        match outcome {
            Ok(_) => *self.told.answered.entry(function).or_default() += 1,
            Err(refusal) if TRANSIENT.contains(&refusal.status.as_str()) => {
                *self.told.transient.entry(format!("{} {function}", refusal.status)).or_default() += 1;
            }
            Err(refusal) => {
                let told = (refusal.code.clone(), refusal.status.clone(), refusal.sentence.clone());
                assert!(
                    self.refusals.contains(&told),
                    "{what}: {who} is told {refusal} by {function} {}",
                    arguments.to_string().chars().take(1000).collect::<String>()
                );
                *self.told.refused.entry(refusal.code.clone()).or_default() += 1;
            }
        }
    }
}
