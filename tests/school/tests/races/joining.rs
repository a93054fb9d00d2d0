//! Requests to join that are asked, answered and forgotten at the same moment.

use std::collections::BTreeMap;

use firstbell_processes::wait;
use firstbell_school::{Account, Cast, Cluster, Database, Refusal, seed, times};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{LONG, cast, deadlocks};

fn wish(role: &str) -> Value {
    let child = if role == "guardian" { "Dan" } else { "" };
    json!({"request_id": Uuid::new_v4(), "role": role, "first_name": "Sam", "last_name": "Sallow",
        "zone": "Europe/Madrid", "note": "I am new in town.", "child": child})
}

fn with_id(mut arguments: Value) -> Value {
    arguments["request_id"] = json!(Uuid::new_v4());
    arguments
}

async fn by_hand(database: &Database, sql: &str) {
    database.as_superuser().await.unwrap().batch_execute(sql).await.unwrap();
}

async fn sam(cast: &mut Cast) -> Account {
    let account = cast.player("stranger_sam").account;
    cast.database.as_account(account).await.unwrap()
}

async fn asked_by_sam(cast: &mut Cast, role: &str) -> Value {
    cast.player("stranger_sam").call("ask_to_join", wish(role)).await.unwrap()["request"].clone()
}

/// All calls at the same time, a connection each; how often each outcome came: `done`, or a code.
async fn all_at_once(calls: Vec<(Account, &'static str, Value)>) -> BTreeMap<String, usize> {
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(calls.len()));
    let mut calling = Vec::new();
    for (mut door, function, arguments) in calls {
        let start = std::sync::Arc::clone(&start);
        calling.push(tokio::spawn(async move {
            start.wait().await;
            door.call(function, &arguments).await.map(|_| ()).map_err(Refusal::from)
        }));
    }
    let mut outcomes = BTreeMap::new();
    for call in calling {
        let outcome = tokio::time::timeout(LONG, call).await.unwrap().unwrap();
        let name = outcome.map_or_else(
            |refusal| {
                assert!(!refusal.code.is_empty(), "{refusal}");
                refusal.code
            },
            |()| "done".to_owned(),
        );
        *outcomes.entry(name).or_default() += 1;
    }
    outcomes
}

fn outcomes<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

async fn sound(database: &Database) {
    assert_eq!(database.faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_answers_at_once_one_holds_and_one_person_comes_of_it() {
    let mut cast = cast().await;
    let request = asked_by_sam(&mut cast, "student").await;
    let people = cast.read_one("select count(*) from public.people").await.unwrap();
    let mut calls = Vec::new();
    for nth in 0..8 {
        let door = cast.database.as_service().await.unwrap();
        let function = if nth % 2 == 0 { "admit" } else { "turn_away" };
        calls.push((door, function, with_id(json!({"request": request}))));
    }
    assert_eq!(all_at_once(calls).await, outcomes([("already_answered", 7), ("done", 1)]));
    let state = cast.read_one("select state from public.join_requests").await.unwrap();
    let now = cast.read_one("select count(*) from public.people").await.unwrap();
    let came = now.as_i64().unwrap() - people.as_i64().unwrap();
    assert_eq!(came, i64::from(state == "admitted"));
    sound(&cast.database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_on_many_computers_has_one_request_of_a_role() {
    for (open, refused) in [("off", "already_asked"), ("students", "already_linked")] {
        let mut cast = cast().await;
        by_hand(&cast.database, &format!("update public.school_settings set open_sign_up = '{open}'")).await;
        let mut calls = Vec::new();
        for _ in 0..8 {
            calls.push((sam(&mut cast).await, "ask_to_join", wish("student")));
        }
        assert_eq!(all_at_once(calls).await, outcomes([(refused, 7), ("done", 1)]), "{open}");
        sound(&cast.database).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tenth_of_a_day_is_asked_once_however_many_ask_for_it_at_once() {
    let mut cast = cast().await;
    for _ in 0..9 {
        let request = asked_by_sam(&mut cast, "student").await;
        cast.school("turn_away", json!({"request": request})).await.unwrap();
    }
    let mut calls = Vec::new();
    for role in ["student", "tutor", "guardian"] {
        calls.push((sam(&mut cast).await, "ask_to_join", wish(role)));
    }
    assert_eq!(all_at_once(calls).await, outcomes([("asked_too_often", 2), ("done", 1)]));
    sound(&cast.database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_taken_up_while_the_school_admits_makes_the_request_true_once() {
    for _ in 0..times(200).max(5) {
        let mut cast = cast().await;
        let request = asked_by_sam(&mut cast, "student").await;
        let invited = cast.school("invite", json!({"role": "student"})).await.unwrap();
        let accept = with_id(json!({"code": invited["code"], "first_name": "Sam"}));
        let calls = vec![
            (sam(&mut cast).await, "accept_invitation", accept),
            (cast.database.as_service().await.unwrap(), "admit", with_id(json!({"request": request}))),
        ];
        let told = all_at_once(calls).await;
        // Whoever was first: an invitation that comes later is a second person, as it always was.
        assert!(
            told == outcomes([("already_answered", 1), ("done", 1)]) || told == outcomes([("done", 2)]),
            "{told:?}"
        );
        let state = cast.read_one("select state from public.join_requests").await.unwrap();
        assert_eq!(state, "admitted");
        sound(&cast.database).await;
    }
}

/// One call stands open while another is made, which has to wait for it; then the first commits.
async fn waits_for(
    database: &Database,
    first: (Account, &str, Value),
    second: (Account, &str, Value),
) -> Result<Value, Refusal> {
    let (mut first_door, function, arguments) = first;
    let standing = first_door.begin().await.unwrap();
    Account::call_in(&standing, function, &arguments).await.unwrap();
    let (mut second_door, then, with) = second;
    let eyes = database.as_superuser().await.unwrap();
    let (outcome, ()) = tokio::join!(second_door.call(then, &with), async {
        somebody_waits(&eyes).await;
        standing.commit().await.unwrap();
    });
    outcome.map_err(Refusal::from)
}

async fn somebody_waits(eyes: &firstbell_school::postgres::Client) {
    so_many_wait(eyes, 1).await;
}

async fn so_many_wait(eyes: &firstbell_school::postgres::Client, waiting: i64) {
    wait::until_true("the second to wait for the first", LONG, async || {
        let query = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'";
        Ok(eyes.query_one(query, &[]).await?.get::<_, i64>(0) >= waiting)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_second_answer_waits_for_the_first_and_is_told_that_there_is_one() {
    for second in ["turn_away", "admit"] {
        let mut cast = cast().await;
        let request = asked_by_sam(&mut cast, "student").await;
        let (one, other) =
            (cast.database.as_service().await.unwrap(), cast.database.as_service().await.unwrap());
        let answer = || with_id(json!({"request": request}));
        let refused = waits_for(&cast.database, (one, "admit", answer()), (other, second, answer())).await;
        assert_eq!(refused.unwrap_err().code, "already_answered", "{second}");
        sound(&cast.database).await;
    }
}

/// The school takes Cleo for Dan by mistake, and forgets Dan, while Cleo is asking for something else: whoever takes Cleo's
/// account before Dan waits for the other for good.
#[tokio::test]
async fn to_admit_and_to_forget_take_the_person_before_the_account() {
    let mut cast = cast().await;
    let dan = cast.person("student_dan");
    let request =
        cast.player("parent_cleo").call("ask_to_join", wish("student")).await.unwrap()["request"].clone();
    let cleo = cast.player("parent_cleo").account;
    let mut cleo = cast.database.as_account(cleo).await.unwrap();
    let standing = cleo.begin().await.unwrap();
    Account::call_in(&standing, "ask_to_join", &wish("tutor")).await.unwrap();
    let eyes = cast.database.as_superuser().await.unwrap();
    let mut offices = Vec::new();
    for (waiting, function, arguments) in [
        (1, "admit", with_id(json!({"request": request, "person": dan}))),
        (2, "forget_person", with_id(json!({"person": dan}))),
    ] {
        let mut door = cast.database.as_service().await.unwrap();
        offices.push(tokio::spawn(async move {
            door.call(function, &arguments).await.map(|_| ()).map_err(Refusal::from)
        }));
        wait::until_true("so many to wait", LONG, async || {
            let query = "select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'";
            Ok(eyes.query_one(query, &[]).await?.get::<_, i64>(0) == waiting)
        })
        .await
        .unwrap();
    }
    standing.commit().await.unwrap();
    let mut outcomes = Vec::new();
    for office in offices {
        outcomes.push(office.await.unwrap().map_err(|refusal| refusal.code));
    }
    assert_eq!(outcomes, [Err("already_linked".to_owned()), Ok(())], "an empty code is a deadlock");
    sound(&cast.database).await;
}

#[tokio::test]
async fn what_is_being_asked_while_its_account_is_forgotten_is_forgotten_too() {
    let mut cast = cast().await;
    let ben = cast.player("student_ben").account;
    let person = cast.person("student_ben");
    let asking = cast.database.as_account(ben).await.unwrap();
    let forgetting = cast.database.as_account(ben).await.unwrap();
    let forget = with_id(json!({"person": person}));
    waits_for(&cast.database, (asking, "ask_to_join", wish("tutor")), (forgetting, "forget_person", forget))
        .await
        .unwrap();
    let left = cast.read_one("select count(*) from public.join_requests j where j::text like '%Sam%'").await;
    assert_eq!(left.unwrap(), 0);
    sound(&cast.database).await;
}

#[tokio::test]
async fn nobody_is_admitted_as_a_person_who_is_being_forgotten_and_the_request_goes_on_waiting() {
    let mut cast = cast().await;
    let request = asked_by_sam(&mut cast, "guardian").await;
    let dan = cast.person("student_dan");
    let forget = with_id(json!({"person": dan}));
    let admit = with_id(json!({"request": request, "person": dan}));
    let (one, other) = (cast.database.as_service().await.unwrap(), cast.database.as_service().await.unwrap());
    let refused =
        waits_for(&cast.database, (one, "forget_person", forget), (other, "admit", admit)).await.unwrap_err();
    assert_eq!(refused.code, "not_found");
    assert_eq!(cast.read_one("select state from public.join_requests").await.unwrap(), "waiting");
    sound(&cast.database).await;
}

#[tokio::test]
async fn who_was_just_admitted_is_forgotten_with_the_person() {
    let mut cast = cast().await;
    let request = asked_by_sam(&mut cast, "guardian").await;
    let dan = cast.person("student_dan");
    let admit = with_id(json!({"request": request, "person": dan}));
    let forget = with_id(json!({"person": dan}));
    let (one, other) = (cast.database.as_service().await.unwrap(), cast.database.as_service().await.unwrap());
    waits_for(&cast.database, (one, "admit", admit), (other, "forget_person", forget)).await.unwrap();
    let left = "select count(*) from (select j::text from public.join_requests j
        union all select a::text from public.account_people a) as rows (row) where row like '%Sallow%'";
    assert_eq!(cast.read_one(left).await.unwrap(), 0);
    sound(&cast.database).await;
}

/// Whichever of the two comes first.
#[tokio::test]
async fn what_a_guardian_of_before_asked_is_forgotten_with_the_child_while_the_school_answers_it() {
    for answer_is_first in [true, false] {
        let mut cast = cast().await;
        let dan = cast.person("student_dan");
        let asked = cast.player("parent_cleo").call("ask_to_join", wish("guardian")).await.unwrap();
        let link = "select id from public.account_people where name = 'Cleo'";
        let link = cast.read_one(link).await.unwrap();
        cast.player("student_dan").call("end_guardian", json!({"link": link})).await.unwrap();
        let no = with_id(json!({"request": asked["request"], "reason": "Sallow? We know no Sallow."}));
        let forget = with_id(json!({"person": dan}));
        let (one, other) =
            (cast.database.as_service().await.unwrap(), cast.database.as_service().await.unwrap());
        if answer_is_first {
            waits_for(&cast.database, (one, "turn_away", no), (other, "forget_person", forget))
                .await
                .unwrap();
        } else {
            let late =
                waits_for(&cast.database, (one, "forget_person", forget), (other, "turn_away", no)).await;
            assert_eq!(late.unwrap_err().code, "not_found");
        }
        let left = "select count(*) from (select j::text from public.join_requests j
            union all select a::text from public.account_people a) as rows (row)
            where row like '%Sallow%' or row like '%Cleo%'";
        assert_eq!(cast.read_one(left).await.unwrap(), 0, "{answer_is_first}");
        sound(&cast.database).await;
    }
}

#[tokio::test]
async fn who_asks_while_the_account_is_deleted_is_signed_in_no_more() {
    let mut cast = cast().await;
    let account = cast.player("stranger_sam").account;
    let mut accounts = cast.database.connect("supabase_auth_admin").await.unwrap();
    let deleting = accounts.transaction().await.unwrap();
    deleting.execute("delete from auth.users where id = $1", &[&account]).await.unwrap();
    let eyes = cast.database.as_superuser().await.unwrap();
    let mut sam = sam(&mut cast).await;
    let wish = wish("student");
    let (outcome, ()) = tokio::join!(sam.call("ask_to_join", &wish), async {
        somebody_waits(&eyes).await;
        deleting.commit().await.unwrap();
    });
    assert_eq!(Refusal::from(outcome.unwrap_err()).code, "not_signed_in");
    assert_eq!(cast.read_one("select count(*) from public.join_requests").await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_being_asked_while_its_account_is_deleted_goes_with_it() {
    let mut cast = cast().await;
    // Of the day before, so that both have a row of it to delete.
    let old = asked_by_sam(&mut cast, "student").await;
    cast.school("turn_away", json!({"request": old})).await.unwrap();
    cast.database.hold_clock_at("2026-11-04 08:00+00").await.unwrap();
    let account = cast.player("stranger_sam").account;
    let accounts = cast.database.connect("supabase_auth_admin").await.unwrap();
    let eyes = cast.database.as_superuser().await.unwrap();
    let mut sam = sam(&mut cast).await;
    let standing = sam.begin().await.unwrap();
    Account::call_in(&standing, "ask_to_join", &wish("student")).await.unwrap();
    let delete = "delete from auth.users where id = $1";
    let (deleted, ()) = tokio::join!(async { accounts.execute(delete, &[&account]).await }, async {
        somebody_waits(&eyes).await;
        standing.commit().await.unwrap();
    });
    assert_eq!(deleted.unwrap(), 1);
    assert_eq!(cast.read_one("select count(*) from public.join_requests").await.unwrap(), 0);
}

#[tokio::test]
async fn a_request_whose_account_is_deleted_while_the_school_admits_it_is_not_there() {
    let mut cast = cast().await;
    let request = asked_by_sam(&mut cast, "student").await;
    let people = cast.read_one("select count(*) from public.people").await.unwrap();
    let account = cast.player("stranger_sam").account;
    let mut accounts = cast.database.connect("supabase_auth_admin").await.unwrap();
    let deleting = accounts.transaction().await.unwrap();
    deleting.execute("delete from auth.users where id = $1", &[&account]).await.unwrap();
    let eyes = cast.database.as_superuser().await.unwrap();
    let mut office = cast.database.as_service().await.unwrap();
    let admit = with_id(json!({"request": request}));
    let (outcome, ()) = tokio::join!(office.call("admit", &admit), async {
        somebody_waits(&eyes).await;
        deleting.commit().await.unwrap();
    });
    assert_eq!(Refusal::from(outcome.unwrap_err()).code, "not_found");
    assert_eq!(cast.read_one("select count(*) from public.people").await.unwrap(), people, "nobody came");
}

/// Whoever is forgotten and whoever deletes an account hold several of its requests at once, each in an order of the
/// database's own: the one has to wait for the other before it holds any.
#[tokio::test]
async fn a_person_is_forgotten_while_their_account_is_deleted_and_neither_stops_the_other() {
    // By which of these the one or the other goes is not ours to say; the middle one, which is held, is the same for both.
    let (up, down) = ([1_u8, 2, 3], [3_u8, 2, 1]);
    for (ids, ages) in [(up, up), (up, down), (down, up), (down, down)] {
        let mut cast = cast().await;
        let (account, person) = (cast.player("student_ben").account, cast.person("student_ben"));
        let ids = ids.map(|digit| Uuid::from_bytes([digit; 16]));
        let eyes = cast.database.as_superuser().await.unwrap();
        let ask = "insert into public.join_requests (id, account_id, role, first_name, last_name, zone, note, child,
                state, asked_at, answered_at)
            values ($1, $2, 'tutor', 'Ben', 'Byrd', 'Europe/Madrid', '', '', 'turned_away',
                private.clock() - $3 * interval '1 hour', private.clock())";
        for (id, age) in ids.iter().zip(ages) {
            eyes.execute(ask, &[id, &account, &f64::from(age)]).await.unwrap();
        }
        let mut held = cast.database.as_superuser().await.unwrap();
        let holding = held.transaction().await.unwrap();
        holding
            .execute("select from public.join_requests where id = $1 for update", &[&ids[1]])
            .await
            .unwrap();
        let accounts = cast.database.connect("supabase_auth_admin").await.unwrap();
        let mut office = cast.database.as_service().await.unwrap();
        let forget = with_id(json!({"person": person}));
        let (deleted, forgotten, ()) = tokio::join!(
            async { accounts.execute("delete from auth.users where id = $1", &[&account]).await },
            async {
                so_many_wait(&eyes, 1).await;
                office.call("forget_person", &forget).await
            },
            async {
                so_many_wait(&eyes, 2).await;
                holding.commit().await.unwrap();
            }
        );
        assert_eq!(deleted.unwrap(), 1);
        forgotten.unwrap();
        assert_eq!(cast.read_one("select count(*) from public.join_requests").await.unwrap(), 0);
        sound(&cast.database).await;
    }
}

const STRANGERS: usize = 4;

/// Few strangers who ask and take up invitations, two offices that answer and forget, and accounts that are deleted:
/// all at once, each as they like.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_strangers_and_two_offices_do_at_once_each_call_is_answered_or_refused_in_words() {
    let seed = seed();
    let cast = cast().await;
    let database = cast.database.clone();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..times(100).max(5) {
        let round_seed = seed.wrapping_add(100 * u64::try_from(round).unwrap());
        let mut chance = StdRng::seed_from_u64(round_seed);
        let open = ["off", "students", "all"].choose(&mut chance).unwrap();
        by_hand(
            &database,
            &format!(
                "update public.school_settings set open_sign_up = '{open}';
                 update test_clock.hands set stands_at = stands_at + interval '25 hours'"
            ),
        )
        .await;
        let mut accounts = Vec::new();
        for _ in 0..STRANGERS {
            let email = format!("{}@strangers.example", Uuid::new_v4());
            accounts.push(database.sign_up(&email, &json!({})).await.unwrap());
        }
        let mut playing = Vec::new();
        for (nth, account) in accounts.iter().cycle().take(2 * STRANGERS).enumerate() {
            let stranger = Stranger { database: database.clone(), account: *account };
            playing.push(tokio::spawn(stranger.play(12, round_seed + u64::try_from(nth).unwrap())));
        }
        for nth in 0..2 {
            let office = Office { database: database.clone(), accounts: accounts.clone() };
            playing.push(tokio::spawn(office.play(20, round_seed + 50 + nth)));
        }
        for one in playing {
            let played = tokio::time::timeout(LONG, one).await.unwrap();
            // A deadlock is told in the server's log alone, with what each of them had and wanted.
            let log = Cluster::shared().await.unwrap().log();
            let played = played.unwrap_or_else(|error| panic!("{error}\n{log}"));
            for (name, count) in played {
                *told.entry(name).or_default() += count;
            }
        }
        sound(&database).await;
    }
    eprintln!("{told:#?}");
    for done in ["ask_to_join", "admit", "turn_away", "forget_person", "accept_invitation", "delete"] {
        assert!(told.contains_key(done), "{done} never succeeded");
    }
    for refused in ["already_asked", "already_answered", "already_linked", "not_found"] {
        assert!(told.contains_key(refused), "never {refused}");
    }
    assert_eq!(deadlocks(cast).await, 0);
}

/// Counts an outcome by its function, or by its code; a refusal that is none of ours ends the test.
fn count(told: &mut BTreeMap<String, usize>, function: &str, outcome: Result<Value, Refusal>) -> Value {
    let (name, answer) = match outcome {
        Ok(answer) => (function.to_owned(), answer),
        Err(refusal) => {
            assert!(!refusal.code.is_empty(), "{function}: {refusal}");
            (refusal.code, Value::Null)
        }
    };
    *told.entry(name).or_default() += 1;
    answer
}

/// On one of their two computers.
struct Stranger {
    database: Database,
    account: Uuid,
}

impl Stranger {
    async fn play(self, calls: usize, seed: u64) -> BTreeMap<String, usize> {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut told = BTreeMap::new();
        let mut door = self.database.as_account(self.account).await.unwrap();
        let mut office = self.database.as_service().await.unwrap();
        for _ in 0..calls {
            match chance.random_range(0..8) {
                0 => {
                    let invited = office.call("invite", &with_id(json!({"role": "student"}))).await.unwrap();
                    let accept = with_id(json!({"code": invited["code"], "first_name": "Sam"}));
                    let outcome = door.call("accept_invitation", &accept).await.map_err(Refusal::from);
                    count(&mut told, "accept_invitation", outcome);
                }
                1 => {
                    let known = door.call("who_am_i", &json!({})).await.unwrap();
                    let own =
                        known["people"].as_array().unwrap().iter().find(|one| one["relation"] == "self");
                    let Some(own) = own else { continue };
                    let forget = with_id(json!({"person": own["person"]}));
                    let outcome = door.call("forget_person", &forget).await.map_err(Refusal::from);
                    count(&mut told, "forget_person", outcome);
                }
                _ => {
                    let role = *["student", "tutor", "guardian"].choose(&mut chance).unwrap();
                    let outcome = door.call("ask_to_join", &wish(role)).await.map_err(Refusal::from);
                    count(&mut told, "ask_to_join", outcome);
                }
            }
        }
        told
    }
}

struct Office {
    database: Database,
    accounts: Vec<Uuid>,
}

impl Office {
    async fn play(self, calls: usize, seed: u64) -> BTreeMap<String, usize> {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut told = BTreeMap::new();
        let mut door = self.database.as_service().await.unwrap();
        let eyes = self.database.as_superuser().await.unwrap();
        let accounts = self.database.connect("supabase_auth_admin").await.unwrap();
        for _ in 0..calls {
            if chance.random_ratio(1, 30) {
                let account = self.accounts.choose(&mut chance).unwrap();
                let delete = "delete from auth.users where id = $1";
                accounts.execute(delete, &[account]).await.unwrap();
                *told.entry("delete".to_owned()).or_default() += 1;
                continue;
            }
            let asked = eyes
                .query(
                    "select j.id, j.role from public.join_requests j where j.account_id = any ($1)
                     order by j.state = 'waiting' desc, j.asked_at, j.id limit 6",
                    &[&self.accounts],
                )
                .await
                .unwrap();
            let Some(asked) = asked.choose(&mut chance) else { continue };
            let (request, role): (Uuid, String) = (asked.get(0), asked.get(1));
            if chance.random_ratio(1, 3) {
                let turn_away = with_id(json!({"request": request, "reason": "We are full."}));
                let outcome = door.call("turn_away", &turn_away).await.map_err(Refusal::from);
                count(&mut told, "turn_away", outcome);
                continue;
            }
            let child = "select p.id from public.people p where p.kind = 'student' and p.forgotten_at is null
                order by p.created_at desc, p.id limit 3";
            let children = eyes.query(child, &[]).await.unwrap();
            let child: Option<Uuid> = children.choose(&mut chance).map(|row| row.get(0));
            let person = if role == "guardian" { child } else { None };
            let admit = with_id(json!({"request": request, "person": person}));
            let outcome = door.call("admit", &admit).await.map_err(Refusal::from);
            count(&mut told, "admit", outcome);
            if let Some(child) = child.filter(|_| chance.random_ratio(1, 4)) {
                let forget = with_id(json!({"person": child}));
                let outcome = door.call("forget_person", &forget).await.map_err(Refusal::from);
                count(&mut told, "forget_person", outcome);
            }
        }
        told
    }
}
