//! Random histories: people ask, answer, teach and leave, transactions stay open and commit in any order, the clock
//! goes, and clients pull at any moment. In the end each has exactly what a fresh client sees.

#[path = "histories/company.rs"]
mod company;
#[path = "histories/deeds.rs"]
mod deeds;
#[path = "histories/truth.rs"]
mod truth;

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Duration, Utc};
use firstbell_school::{Cluster, Refusal};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, IteratorRandom as _};
use rand::{Rng as _, SeedableRng as _};

use self::company::Company;
use self::deeds::Deed;
use self::truth::Truth;
use super::line::Line;
use super::mirror::Mirror;
use super::view::View;

const HISTORIES: usize = 10_000;
const STEPS: usize = 40;

/// How many of a history's people pull; so each does often enough for things to come in between.
const CLIENTS: usize = 5;

/// What the functions answered, by name: `ok`, a refusal's code, or what PostgreSQL says.
type Answers = BTreeMap<(&'static str, String), usize>;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_only_ever_pulls_ends_with_exactly_what_a_fresh_one_sees() {
    let count = if env::var_os("FIRSTBELL_SOAK").is_some() { HISTORIES } else { HISTORIES / 20 };
    let seed = number("FIRSTBELL_SEED").unwrap_or_else(rand::random);
    println!("FIRSTBELL_SEED={seed}, {count} histories");
    let only = number("FIRSTBELL_ONE").and_then(|index| usize::try_from(index).ok());
    let next = Arc::new(AtomicUsize::new(only.unwrap_or(0)));
    let end = only.map_or(count, |index| index + 1);
    let mut halls = tokio::task::JoinSet::new();
    for _ in 0..std::thread::available_parallelism().map_or(2, |count| count.get().min(8)) {
        let next = Arc::clone(&next);
        let mut hall = Hall::open().await;
        halls.spawn(async move {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= end {
                    return hall.answers;
                }
                // Each has a seed of its own, so that one can be repeated alone.
                let of_one = seed ^ (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let differences = hall.play(StdRng::seed_from_u64(of_one)).await;
                if !differences.is_empty() {
                    // The others need not go on.
                    next.store(end, Ordering::Relaxed);
                    let told = hall.told.join("\n");
                    panic!(
                        "FIRSTBELL_SEED={seed} FIRSTBELL_ONE={index}\n{told}\n\n{}",
                        differences.join("\n")
                    );
                }
            }
        });
    }
    let mut answers = Answers::new();
    while let Some(played) = halls.join_next().await {
        match played {
            Ok(of_one) => {
                of_one.into_iter().for_each(|(key, times)| *answers.entry(key).or_default() += times)
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    println!("{answers:?}");
    if only.is_none() {
        // A generator that never gets there proves nothing.
        // A mark that is contested and kept takes more steps than most histories have.
        let rare = if count < HISTORIES { "keep_no_show" } else { "" };
        for function in deeds::ALL.into_iter().filter(|function| *function != rare) {
            assert!(
                answers.contains_key(&(function, "ok".to_owned())),
                "nobody could ever {function}: {answers:?}"
            );
        }
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|value| value.parse().ok())
}

/// A school in which histories are played one after the other, each by people of its own.
struct Hall {
    system: Line,
    view: View,
    /// For reading. It waits: the server's own housekeeping may be at a table for a moment.
    reader: Line,
    /// For what commits at once.
    line: Line,
    /// For what may stay open.
    lines: Vec<Line>,
    by_hand: Line,
    answers: Answers,
    /// What happened in the history under way.
    told: Vec<String>,
}

/// A history under way.
struct Play {
    rng: StdRng,
    company: Company,
    mirrors: Vec<Mirror>,
    now: DateTime<Utc>,
    /// Which of the lines have something open; the last is that by hand.
    open: Vec<bool>,
}

impl Hall {
    async fn open() -> Self {
        let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
        database.hold_clock_at(super::scene::NOW).await.unwrap();
        let view = View::of(&database).await;
        let mut lines = Vec::new();
        for _ in 0..3 {
            lines.push(Line::open(&database).await);
        }
        let hall = Self {
            system: Line::as_superuser(&database).await,
            view,
            reader: Line::open(&database).await,
            line: Line::open(&database).await,
            lines,
            by_hand: Line::by_hand(&database).await,
            answers: Answers::new(),
            told: Vec::new(),
        };
        // Whoever meets an open transaction gives up; nobody would ever end it.
        for line in hall.lines.iter().chain([&hall.line, &hall.by_hand]) {
            line.run("set lock_timeout = '4ms'").await.unwrap();
        }
        hall
    }

    /// Plays one history; gives how the clients differ from fresh ones in the end.
    async fn play(&mut self, mut rng: StdRng) -> Vec<String> {
        self.told.clear();
        let company = Company::arrive(&self.system).await;
        let mirrors =
            company.accounts().choose_multiple(&mut rng, CLIENTS).into_iter().map(Mirror::of).collect();
        let now = "2026-11-02T08:00:00Z".parse().unwrap();
        let mut play = Play { rng, company, mirrors, now, open: vec![false; self.lines.len() + 1] };
        self.set_clock(&play).await;
        for _ in 0..STEPS {
            match play.rng.random_range(0..100) {
                0..28 => self.pull(&mut play).await,
                28..36 => self.let_time_pass(&mut play).await,
                36..48 => self.write_by_hand(&mut play).await,
                48..60 => self.end_one(&mut play).await,
                _ => self.act(&mut play).await,
            }
        }
        while play.open.contains(&true) {
            self.end_one(&mut play).await;
        }
        let mut differences = Vec::new();
        for mirror in &mut play.mirrors {
            mirror.catch_up(&self.reader, play.rng.random_range(1..200)).await;
            let mut found = self.view.differences(&self.reader, mirror).await;
            if play.rng.random_bool(0.3) {
                found.extend(self.view.differences_to_fresh_pull(&self.reader, mirror).await);
            }
            let name = play.company.name(mirror.account);
            differences.extend(found.into_iter().map(|difference| format!("{name}: {difference}")));
        }
        play.company.leave(&self.system).await;
        differences
    }

    async fn set_clock(&self, play: &Play) {
        let set = format!("update test_clock.hands set stands_at = '{}'", play.now.to_rfc3339());
        self.system.run(&set).await.unwrap();
    }

    async fn pull(&mut self, play: &mut Play) {
        let limit = play.rng.random_range(1..40);
        let whole = play.rng.random_bool(0.4);
        let at = play.rng.random_range(0..play.mirrors.len());
        let mirror = &mut play.mirrors[at];
        if whole {
            mirror.catch_up(&self.reader, limit).await;
        } else {
            mirror.page(&self.reader, limit).await.unwrap();
        }
        let how = if whole { "all" } else { "a page" };
        self.told.push(format!("{} pulls {how} by {limit}", play.company.name(mirror.account)));
    }

    async fn let_time_pass(&mut self, play: &mut Play) {
        let truth = Truth::read(&self.system, &play.company).await;
        // Often to the moments at which something depends on it.
        play.now = match truth.sessions.choose(&mut play.rng) {
            Some(session) if play.rng.random_bool(0.6) => {
                let start: DateTime<Utc> = session.start_at.parse().unwrap();
                play.now.max(start + Duration::minutes(*[-4, 1, 16, 61].choose(&mut play.rng).unwrap()))
            }
            _ => play.now + Duration::minutes(play.rng.random_range(10..900)),
        };
        self.set_clock(play).await;
        self.told.push(format!("it is {}", play.now));
    }

    async fn write_by_hand(&mut self, play: &mut Play) {
        let truth = Truth::read(&self.system, &play.company).await;
        let Some(sql) = deeds::by_hand(&mut play.rng, &play.company, &truth) else { return };
        let hand = play.open.len() - 1;
        let begin = if play.open[hand] { "" } else { "begin;" };
        self.told.push(format!("by hand: {begin} {sql}"));
        let outcome = self.by_hand.run(&format!("{begin} {sql}")).await.map_err(Refusal::from);
        play.open[hand] = outcome.is_ok();
        if outcome.is_err() {
            self.by_hand.roll_back().await;
        }
        self.note("by hand", &outcome);
        if play.open[hand] && play.rng.random_bool(0.5) {
            self.end(play, hand).await;
        }
    }

    async fn act(&mut self, play: &mut Play) {
        let truth = Truth::read(&self.system, &play.company).await;
        let Deed { who, function, arguments } = deeds::choose(&mut play.rng, &play.company, &truth, play.now);
        let free = (0..self.lines.len()).find(|at| !play.open[*at]);
        let outcome = match free {
            Some(at) if play.rng.random_bool(0.3) => {
                let outcome = self.lines[at].begin(who, function, &arguments).await;
                play.open[at] = outcome.is_ok();
                self.told.push(format!("line {at} stays open:"));
                outcome
            }
            _ => self.line.call(who, function, &arguments).await,
        };
        let name = play.company.name_of(who);
        let outcome = outcome.map(|_| None);
        self.told.push(format!("{name} {function} {arguments}: {}", said(&outcome)));
        self.note(function, &outcome);
    }

    async fn end_one(&mut self, play: &mut Play) {
        let open: Vec<usize> = (0..play.open.len()).filter(|at| play.open[*at]).collect();
        if let Some(at) = open.choose(&mut play.rng) {
            self.end(play, *at).await;
        }
    }

    async fn end(&mut self, play: &mut Play, at: usize) {
        let line = self.lines.get(at).unwrap_or(&self.by_hand);
        let commits = play.rng.random_bool(0.75);
        if commits {
            line.commit().await;
        } else {
            line.roll_back().await;
        }
        play.open[at] = false;
        self.told.push(format!("line {at} {}", if commits { "commits" } else { "is rolled back" }));
    }

    fn note(&mut self, function: &'static str, outcome: &Result<Option<String>, Refusal>) {
        let said = said(outcome);
        let known = ["ok", "42501", "55P03", "23505"].contains(&said.as_str())
            || outcome.as_ref().is_err_and(|refusal| !refusal.code.is_empty());
        assert!(known, "{outcome:?}\n{}", self.told.join("\n"));
        *self.answers.entry((function, said)).or_default() += 1;
    }
}

fn said(outcome: &Result<Option<String>, Refusal>) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(refusal) if refusal.code.is_empty() => refusal.status.clone(),
        Err(refusal) => refusal.code.clone(),
    }
}
