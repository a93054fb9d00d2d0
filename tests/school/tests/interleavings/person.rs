//! One of four people who do what they like, each with two connections.

use std::collections::BTreeMap;

use firstbell_school::postgres::Client;
use firstbell_school::{Account, Database, Refusal};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::Value;
use uuid::Uuid;

use crate::board::Board;
use crate::draw::{Hand, draw};

pub struct Person {
    pub name: &'static str,
    hand: Hand,
    eyes: Client,
    doors: [Account; 2],
}

/// A call, and what came of it.
pub struct Called {
    pub who: &'static str,
    pub function: &'static str,
    pub arguments: Value,
    pub outcome: Result<Value, Refusal>,
}

/// What one person did in a round.
#[derive(Default)]
pub struct Deeds {
    pub calls: Vec<Called>,
    /// Two answers to one request that differ, or a refusal after an answer.
    pub contradictions: Vec<String>,
}

impl Person {
    pub async fn arrive(database: &Database, name: &'static str, account: Uuid, hand: Hand) -> Self {
        let doors =
            [database.as_account(account).await.unwrap(), database.as_account(account).await.unwrap()];
        Self { name, hand, eyes: database.as_superuser().await.unwrap(), doors }
    }

    /// Some calls, one after the other; some of them are sent again, at once or later.
    pub async fn play(mut self, seed: u64) -> (Self, Deeds) {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut deeds = Deeds::default();
        for _ in 0..chance.random_range(3..8) {
            let board = Board::look(&self.eyes).await;
            let (function, arguments) = draw(&self.hand, &board, &mut chance);
            let [first, second] = &mut self.doors;
            if chance.random_ratio(1, 4) {
                let (one, other) =
                    tokio::join!(first.call(function, &arguments), second.call(function, &arguments));
                let (one, other) = (one.map_err(Refusal::from), other.map_err(Refusal::from));
                if let (Ok(one), Ok(other)) = (&one, &other)
                    && one != other
                {
                    deeds.contradictions.push(format!("{function} {arguments}: {one} and {other}"));
                }
                deeds.note(self.name, function, arguments.clone(), one);
                deeds.note(self.name, function, arguments, other);
            } else {
                let outcome = first.call(function, &arguments).await;
                deeds.note(self.name, function, arguments, outcome.map_err(Refusal::from));
            }
            if chance.random_ratio(1, 3) {
                deeds.send_again(self.name, &mut self.doors[1], &mut chance).await;
            }
        }
        (self, deeds)
    }
}

impl Deeds {
    fn note(
        &mut self,
        who: &'static str,
        function: &'static str,
        arguments: Value,
        outcome: Result<Value, Refusal>,
    ) {
        self.calls.push(Called { who, function, arguments, outcome });
    }

    /// One that was answered must be answered the same, whatever has happened since.
    async fn send_again(&mut self, who: &'static str, door: &mut Account, chance: &mut StdRng) {
        let Some(earlier) = self.calls.choose(chance) else { return };
        let (function, arguments) = (earlier.function, earlier.arguments.clone());
        let outcome = door.call(function, &arguments).await.map_err(Refusal::from);
        // Refused once and answered later, of two that were sent at once, is no contradiction.
        let answers: BTreeMap<String, &Value> = self
            .calls
            .iter()
            .filter(|called| called.arguments == arguments)
            .filter_map(|called| called.outcome.as_ref().ok().map(|answer| (answer.to_string(), answer)))
            .collect();
        if let Some(answer) = answers.values().next()
            && outcome.as_ref() != Ok(*answer)
        {
            self.contradictions.push(format!("{function} {arguments}: {answer}, then {outcome:?}"));
        }
        self.note(who, function, arguments, outcome);
    }
}
