//! All kinds of decisions at once, about few people at few times, while the clock goes on.

use std::collections::BTreeMap;

use firstbell_school::{Account, Database, Refusal};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::board::Board;
use crate::crowd::people;
use crate::draw::{Hand, draw};

/// Of one side, on one connection.
pub struct Caller {
    pub database: Database,
    pub account: Uuid,
    pub hand: Hand,
}

/// How often a function was answered; and what was no answer and no refusal of ours.
#[derive(Default)]
pub struct Tally {
    pub answered: BTreeMap<&'static str, usize>,
    pub refused: BTreeMap<String, usize>,
    pub broken: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        for (function, count) in other.answered {
            *self.answered.entry(function).or_default() += count;
        }
        for (code, count) in other.refused {
            *self.refused.entry(code).or_default() += count;
        }
        self.broken.extend(other.broken);
    }

    fn count(&mut self, function: &'static str, outcome: Result<Value, Refusal>) {
        match outcome {
            Ok(_) => *self.answered.entry(function).or_default() += 1,
            Err(refusal) if refusal.code.is_empty() => self.broken.push(format!("{function}: {refusal}")),
            Err(refusal) => *self.refused.entry(refusal.code).or_default() += 1,
        }
    }
}

impl Caller {
    /// Calls so many times.
    pub async fn play(self, calls: usize, seed: u64) -> Tally {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut tally = Tally::default();
        let eyes = self.database.as_superuser().await.unwrap();
        let mut door = self.database.as_account(self.account).await.unwrap();
        for _ in 0..calls {
            let board = Board::look(&eyes).await;
            let (function, arguments) = draw(&self.hand, &board, &mut chance);
            let outcome = door.call(function, &arguments).await;
            tally.count(function, outcome.map_err(Refusal::from));
        }
        tally
    }
}

/// The school: now and then it forgets somebody, for whom somebody else comes, and the clock goes on. A child's
/// code is taken up at the same time.
pub struct School {
    pub database: Database,
    pub tutors_account: Uuid,
    pub parents_account: Uuid,
}

impl School {
    pub async fn play(self, calls: usize, seed: u64) -> Tally {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut tally = Tally::default();
        let client = self.database.as_superuser().await.unwrap();
        let mut door = self.database.as_service().await.unwrap();
        for _ in 0..calls {
            if chance.random_ratio(1, 3) {
                let minutes = chance.random_range(5..90);
                let on = format!(
                    "update test_clock.hands set stands_at = stands_at + interval '{minutes} minutes'"
                );
                client.batch_execute(&on).await.unwrap();
                continue;
            }
            let (kind, account) = *[("tutor", self.tutors_account), ("student", self.parents_account)]
                .choose(&mut chance)
                .unwrap();
            let query = "select p.id from public.people p join public.account_people a on a.person_id = p.id
                where p.kind = $1 and a.account_id = $2 and a.ended_at is null order by p.created_at, p.id";
            let there = client.query(query, &[&kind, &account]).await.unwrap();
            let person: Uuid = there.choose(&mut chance).unwrap().get(0);
            let parent = match kind {
                "student" => self.invited_parent(&mut door, person, &mut tally).await,
                _ => None,
            };
            let forget = json!({"request_id": Uuid::new_v4(), "person": person});
            let (forgotten, accepted) = tokio::join!(door.call("forget_person", &forget), async {
                let (mut parent, accept) = parent?;
                Some(parent.call("accept_invitation", &accept).await)
            });
            tally.count("forget_person", forgotten.map_err(Refusal::from));
            if let Some(accepted) = accepted {
                tally.count("accept_invitation", accepted.map_err(Refusal::from));
            }
            people(&self.database, kind, 1, account).await;
        }
        tally
    }

    /// Somebody with a child's code, and what they send to take it up.
    async fn invited_parent(
        &self,
        door: &mut Account,
        child: Uuid,
        tally: &mut Tally,
    ) -> Option<(Account, Value)> {
        let email = format!("{}@school.example", Uuid::new_v4());
        let account = self.database.sign_up(&email, &json!({})).await.unwrap();
        let invite = json!({"request_id": Uuid::new_v4(), "person": child});
        let invited = door.call("invite_guardian", &invite).await.map_err(Refusal::from);
        let code = invited.as_ref().ok().map(|invited| invited["code"].clone());
        tally.count("invite_guardian", invited);
        let accept = json!({"request_id": Uuid::new_v4(), "code": code?, "first_name": "Pat",
            "last_name": "Example", "zone": "Europe/Madrid"});
        Some((self.database.as_account(account).await.unwrap(), accept))
    }
}
