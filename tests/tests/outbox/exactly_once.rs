//! Deaths at random moments of writing, sending, storing an answer and booking it, with faults on the way and refusals
//! among the writes: in the end each write is at the school once, or shown as refused.

use std::{collections::BTreeMap, time::Duration};

use firstbell_core::outbox::{Deed, Fill, State, Write};
use firstbell_school::{Fault, seed, times};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use uuid::Uuid;

use crate::{
    dying::{Dying, Fuse},
    stage::{Computer, ask, booking, count, id},
};

const DEATHS: usize = 500;

/// A write, and what is to become of it.
struct Done {
    write: Write,
    /// By which the school's rows of it are found.
    mark: String,
    is_request: bool,
    lane: Option<Uuid>,
    refused: Option<&'static str>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_the_program_dies_each_write_is_done_once_or_shown_as_refused() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut ben = Computer::ben().await;
    let mut lanes = Vec::new();
    for day in 0..3 {
        lanes.push(booking(&ben, day).await);
    }
    let others = id("select b.id from public.bookings b join public.people p on p.id = b.student_id
                     where p.first_name = 'Dan' limit 1")
    .await;
    let (mut all, mut deaths) = (Vec::new(), 0);
    while deaths < times(DEATHS) {
        let some = write_some(&ben, &mut random, &lanes, others, all.len()).await;
        all.extend(some);
        deaths += usize::from(live_and_die(&mut ben, &mut random).await);
    }
    ben.way.no_faults();
    let push = ben.push();
    ben.push_all(&push).await;
    let (done, refused) = look(&ben, &all).await;
    eprintln!("{deaths} deaths, {} writes: {done} done once, {refused} shown as refused", all.len());
    assert!(done > deaths / 2 && refused > 0, "FIRSTBELL_SEED={seed}");
    in_order(&all, &lanes).await;
}

async fn write_some(
    ben: &Computer,
    random: &mut StdRng,
    lanes: &[Uuid],
    others: Uuid,
    so_far: usize,
) -> Vec<Done> {
    let mut some: Vec<Done> = Vec::new();
    for nth in 0..random.random_range(1..4) {
        let mark = Uuid::new_v4().to_string();
        let say = |booking, mark: &String| Deed::AddMessage { booking, body: mark.clone() };
        // A request is for two years ahead at most.
        let day = 10 + ((so_far + nth) % 500) as i64;
        let done = match random.random_range(0..10) {
            0..5 => {
                let lane = lanes[random.random_range(0..lanes.len())];
                let write = ben.new_write(say(lane, &mark));
                Done { write, mark, is_request: false, lane: Some(lane), refused: None }
            }
            5 => {
                let write = ben.new_write(say(others, &mark));
                Done { write, mark, is_request: false, lane: None, refused: Some("not_found") }
            }
            kind => {
                let is_bad = kind == 6;
                let day = if is_bad { -100 } else { day };
                let write = ben.new_write(ben.request(&mark, day).await);
                let refused = is_bad.then_some("in_the_past");
                if random.random_bool(0.6) {
                    some.push(Done { write: write.clone(), mark, is_request: true, lane: None, refused });
                    let mark = Uuid::new_v4().to_string();
                    let fills = vec![Fill::new("booking", "/bookings/0/id")];
                    let write = ben.new_write(say(Uuid::nil(), &mark)).after(&write, fills);
                    Done { write, mark, is_request: false, lane: None, refused }
                } else {
                    Done { write, mark, is_request: true, lane: None, refused }
                }
            }
        };
        some.push(done);
    }
    let writes: Vec<Write> = some.iter().map(|done| done.write.clone()).collect();
    ben.put(&writes).await;
    some
}

/// A while of a program's life. Whether it has died, which is what mostly happens.
async fn live_and_die(ben: &mut Computer, random: &mut StdRng) -> bool {
    ben.way.no_faults();
    for _ in 0..random.random_range(0..3) {
        let path = ["/rest/v1/rpc/", "/rest/v1/rpc/add_message", "/rest/v1/rpc/request_booking"];
        let path = path[random.random_range(0..path.len())];
        let faults = [
            Fault::AnswerLost,
            Fault::CutOff,
            Fault::PortalPage,
            Fault::BadGateway,
            Fault::Unavailable,
            Fault::EmptyObject,
            Fault::TooMany(Some(2)),
            Fault::Rest(
                404,
                json!({"code": "PGRST202", "message": "no such function", "details": null, "hint": null}),
            ),
            Fault::Rest(500, json!({"code": "40P01", "message": "deadlock detected"})),
            Fault::Rest(500, json!({"code": "57014", "message": "canceling statement"})),
        ];
        let fault = faults[random.random_range(0..faults.len())].clone();
        ben.way.fault_times(path, fault, random.random_range(1..4));
    }
    let fuse = Fuse::of(random.random_range(0..25));
    let locked = if random.random_bool(0.2) { 1 } else { 0 };
    fuse.locked.store(locked, std::sync::atomic::Ordering::Relaxed);
    let push = ben.push_by(Dying(ben.writes(), fuse.clone()), Dying(ben.cache.clone(), fuse.clone()));
    // Some die in the middle of a step.
    let life = if random.random_bool(0.5) {
        Duration::from_secs(60)
    } else {
        Duration::from_micros(random.random_range(0..60_000))
    };
    let has_died = tokio::select! {
        () = fuse.burnt() => true,
        () = tokio::time::sleep(life) => true,
        pushed = push.pass() => {
            if let Some(then) = pushed.look_again {
                ben.hands.turn_to(then);
            }
            false
        }
    };
    drop(push);
    ben.start_again().await;
    has_died
}

async fn rows_of(done: &Done) -> i64 {
    let (table, column) = if done.is_request { ("bookings", "wish") } else { ("booking_messages", "body") };
    count(&format!("public.{table} where {column} = '{}'", done.mark)).await
}

/// How many are done and how many refused, if it is as it has to be.
async fn look(ben: &Computer, all: &[Done]) -> (usize, usize) {
    let listed: BTreeMap<Uuid, _> = ben.list().await.into_iter().map(|row| (row.id, row)).collect();
    let (mut done, mut refused) = (0, 0);
    for one in all {
        let there = rows_of(one).await;
        match (one.refused, listed.get(&one.write.id)) {
            (None, None) => {
                assert_eq!(there, 1, "{:?} is done {there} times", one.write);
                done += 1;
            }
            (Some(code), Some(row)) => {
                assert_eq!((there, row.state), (0, State::Refused), "{row:?}");
                let refusal = row.refusal.as_ref().unwrap();
                assert_eq!((refusal.code.as_str(), refusal.is_carried), (code, one.write.parent.is_some()));
                refused += 1;
            }
            (wanted, row) => panic!("{:?}: {wanted:?} wanted, {row:?} there", one.write),
        }
    }
    assert_eq!(listed.len(), refused, "nothing else is left");
    (done, refused)
}

/// What is said in one booking was said in the order in which it was written.
async fn in_order(all: &[Done], lanes: &[Uuid]) {
    for lane in lanes {
        let said = ask(&format!(
            "select coalesce(jsonb_agg(body order by created_at), '[]') from public.booking_messages
             where booking_id = '{lane}'"
        ))
        .await;
        let written: Vec<&str> =
            all.iter().filter(|done| done.lane == Some(*lane)).map(|done| done.mark.as_str()).collect();
        assert_eq!(said, json!(written), "in {lane}");
    }
}
