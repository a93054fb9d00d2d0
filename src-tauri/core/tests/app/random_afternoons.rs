//! Random afternoons: whatever was planned, called off, opened and gone back to, *Join* leads into a room that
//! is open, and card and brass say which.

use std::env;

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    id::SessionKey,
    join::{JoinRules, JoinUrl, Room},
    session::{Session, Status},
    state_table::Role,
    today::{Brass, Entry, Today, lay_out, with_overlaps},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::{desk::at, today::session};

const RULES: JoinRules = JoinRules::DEFAULT;

#[test]
fn join_never_means_a_closed_door_nor_a_lesson_that_another_one_has_followed() {
    let seed =
        env::var("FIRSTBELL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand::random);
    println!("FIRSTBELL_SEED={seed}");
    let soak = env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1");
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut meant = 0;
    for _ in 0..if soak { 4000 } else { 200 } {
        meant += afternoon(rng);
    }
    assert!(meant > 1000, "only {meant} minutes had something to join");
}

/// Plays one from minute to minute; how many of them had something to join.
fn afternoon(rng: &mut StdRng) -> usize {
    let mut sessions = planned(rng);
    let mut meant = 0;
    let first = at("2026-11-24T12:40");
    for now in (0..260).map(|minute| first + Duration::minutes(minute)) {
        let page = page(&sessions, now);
        hold(&sessions, &page, now);
        meant += usize::from(page.joins.is_some());
        // Now and then somebody presses Join: the one that is meant, or any other that can be joined.
        if rng.random_bool(0.08) {
            let listed = listed(&sessions, now);
            let open: Vec<SessionKey> = listed
                .iter()
                .filter(|entry| entry.join.is_open() || rng.random_bool(0.03))
                .map(|entry| entry.session.key())
                .collect();
            let pressed = page.joins.filter(|_| rng.random_bool(0.6));
            let pressed = pressed.or_else(|| open.get(rng.random_range(0..open.len().max(1))).copied());
            for session in sessions.iter_mut().filter(|session| Some(session.key()) == pressed) {
                session.opened_at = Some(now);
            }
        }
    }
    meant
}

/// Two to five lessons: with gaps, back to back, over each other, in rooms of their own or in one.
fn planned(rng: &mut StdRng) -> Vec<Session> {
    let mut start = at("2026-11-24T13:00");
    let mut sessions = Vec::new();
    for number in 0..rng.random_range(2..=5) {
        let mut one = session(&format!("lesson {number}"), "2026-11-24T13:00", 0);
        one.start = start;
        one.end = start + Duration::minutes(rng.random_range(5..60));
        let room = if rng.random_bool(0.4) { 0 } else { number };
        one.join_url = Some(JoinUrl::parse(&format!("https://zoom.us/j/9341234{room:04}")).unwrap());
        match rng.random_range(0..10) {
            0 => one.status = Status::Cancelled,
            1 => one.join_url = None,
            _ => {}
        }
        let gap = if rng.random_bool(0.5) { 0 } else { rng.random_range(-20..30) };
        start = (one.end + Duration::minutes(gap)).max(one.start);
        sessions.push(one);
    }
    sessions.sort_by_key(|session| session.start);
    sessions
}

fn listed(sessions: &[Session], now: DateTime<Utc>) -> Vec<Entry> {
    let next_in_room = |one: &Session| {
        let key = one.join_url.as_ref()?.room_key();
        let others = sessions.iter().filter(|other| {
            other.id != one.id && other.status == Status::Scheduled && other.start > one.start
        });
        let same = others.filter(|other| other.join_url.as_ref().is_some_and(|url| url.room_key() == key));
        same.map(|other| other.start).min()
    };
    let entry = |one: &Session| {
        let room = Room { next_start: next_in_room(one) };
        Entry::new(one.clone(), room, RULES, Role::Owner, now)
    };
    with_overlaps(sessions.iter().map(entry).collect(), now)
}

fn page(sessions: &[Session], now: DateTime<Utc>) -> Today {
    lay_out(listed(sessions, now), None, now, firstbell_core::zone::Zone::utc())
}

/// What there is, and what the page makes of it, for whoever reads that something does not hold.
fn told(sessions: &[Session], page: &Today, now: DateTime<Utc>) -> String {
    let line = |one: &Session| {
        format!(
            "{} {}–{} {:?} opened {:?}, link {}\n",
            one.title,
            one.start.format("%H:%M"),
            one.end.format("%H:%M"),
            one.status,
            one.opened_at.map(|at| at.format("%H:%M").to_string()),
            one.join_url.is_some()
        )
    };
    let lines: String = sessions.iter().map(line).collect();
    let title =
        |id: Option<SessionKey>| sessions.iter().find(|one| Some(one.key()) == id).map(|one| &one.title);
    let of = |entry: &Option<Entry>| title(entry.as_ref().map(|entry| entry.session.key()));
    format!(
        "at {}:\n{lines}card {:?}, slim {:?}, brass {:?}, Join {:?}",
        now.format("%H:%M"),
        of(&page.card),
        of(&page.slim),
        page.brass,
        title(page.joins)
    )
}

/// What holds at each minute.
fn hold(sessions: &[Session], page: &Today, now: DateTime<Utc>) {
    let told = || told(sessions, page, now);
    let all = listed(sessions, now);
    let open: Vec<&Entry> = all.iter().filter(|entry| entry.join.is_open()).collect();
    let opened = |entry: &Entry| entry.session.opened_at.filter(|_| entry.session.has_joined(now));
    let joins = page.joins.map(|id| all.iter().find(|entry| entry.session.key() == id).unwrap());

    // Something is open and not over: then something is meant, and it is to be seen.
    if open.iter().any(|entry| entry.session.end > now) {
        assert!(joins.is_some(), "something is open, and Join means nothing; {}", told());
    }
    if let Some(joins) = joins {
        assert!(joins.join.is_open(), "its door is closed; {}", told());
        let has_ended = joins.session.end <= now;
        let is_followed = all.iter().any(|other| {
            other.session.start <= now
                && other.join.is_open()
                && opened(other).is_some()
                && opened(other) > opened(joins)
                && now < other.session.end
        });
        assert!(
            !(has_ended && is_followed),
            "it has ended, and another runs and was joined later; {}",
            told()
        );
        let shown = [&page.card, &page.slim]
            .into_iter()
            .flatten()
            .any(|one| one.session.key() == joins.session.key());
        let last_resort = has_ended && open.iter().all(|entry| entry.session.end <= now);
        assert!(shown || last_resort, "what Join means is to be seen; {}", told());
        let opens_sooner = |entry: &&Entry| {
            let at = RULES.opens_at(&entry.session);
            entry.join == firstbell_core::join::JoinState::OpensAt && at < joins.door.closes_at
        };
        assert!(shown || !all.iter().any(|entry| opens_sooner(&entry)), "another door is near; {}", told());
        // It is filled until somebody has gone through it.
        let brass = match page.brass {
            Some(Brass::Card) => page.card.as_ref(),
            Some(Brass::Slim) => page.slim.as_ref(),
            None => None,
        };
        let filled = brass.map(|entry| entry.session.key());
        let expected = (shown && opened(joins).is_none()).then_some(joins.session.key());
        assert_eq!(filled, expected, "the brass is what Join means; {}", told());
        // Who is nowhere yet is not sent past a lesson that runs.
        if open.iter().all(|entry| opened(entry).is_none()) && !last_resort {
            let first = open.iter().find(|entry| entry.session.end > now).unwrap();
            assert_eq!(first.session.key(), joins.session.key(), "{}", told());
        }
    } else {
        assert_eq!(page.brass, None, "{}", told());
    }
    // The one that was opened last, while it lasts and nobody waits, is the card's and Join's.
    let here = open.iter().filter(|entry| {
        opened(entry).is_some_and(|at| at >= RULES.opens_at(&entry.session) || entry.session.start <= now)
    });
    let last = here.max_by_key(|entry| opened(entry)).filter(|entry| entry.session.end > now);
    if let (Some(last), Some(card)) = (last, &page.card) {
        assert_eq!(card.session.key(), last.session.key(), "the card is where the person is; {}", told());
    }
}
