//! Random stories. All times are milliseconds of the Unix clock.

use chrono::{DateTime, SecondsFormat};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

#[derive(Clone, Debug)]
pub struct Lesson {
    pub id: String,
    pub start: i64,
    pub minutes: i64,
    pub person: Option<&'static str>,
    pub subject: Option<&'static str>,
    pub room: Option<usize>,
    pub bell: bool,
    /// Its wall clock is Kolkata's, and moves with that.
    pub in_kolkata: bool,
    /// It is decided at the school, by other numbers, and shares its id with one of this computer.
    pub at_school: bool,
}

#[derive(Clone, Debug)]
pub enum Happens {
    Run(i64),
    Sleep(i64),
    StepClock(i64),
    Move {
        id: String,
        to: i64,
        minutes: Option<i64>,
    },
    Cancel(String),
    Add(Lesson),
    Start,
    Stop,
    Restart,
    Kill(&'static str),
    /// At the next ring somebody else moves or cancels one.
    Meanwhile(Box<Happens>),
    Disk(&'static str),
    /// Another table of zones: the clocks of Kolkata show that much more from then on.
    Table {
        by: i64,
        from: i64,
    },
}

#[derive(Clone, Debug)]
pub struct Story {
    pub now: i64,
    pub running: bool,
    pub lessons: Vec<Lesson>,
    pub script: Vec<Happens>,
}

const ROOMS: [&str; 3] = [
    "https://meet.google.com/abc-defg-hij",
    "https://meet.google.com/xyz-wvut-srq",
    "https://zoom.us/j/93412345678",
];

/// A story in which much happens around a few sessions: the clock is mostly near one of them.
pub fn story(random: &mut StdRng) -> Story {
    // 2026-11-24T12:00:00Z, give or take days and seconds.
    let now =
        1_795_521_600_000 + random.random_range(-3..3) * 24 * HOUR + random.random_range(0..3600) * 1000;
    let mut clock = now;
    let mut names = 0;
    let mut lessons: Vec<Lesson> =
        (0..random.random_range(1..7)).map(|_| lesson(random, &mut names, clock)).collect();
    if random.random_bool(0.5) {
        lessons.extend(elsewhere(random, &mut names, &lessons));
    }
    let mut starts: Vec<(String, i64)> =
        lessons.iter().map(|lesson| (lesson.id.clone(), lesson.start)).collect();
    let mut script = Vec::new();
    if random.random_bool(0.4) {
        clock = rung_and_called_off(random, &lessons, clock, &mut script);
    }
    for _ in 0..random.random_range(4..28) {
        let known = script.len();
        // Where something is about to happen, things go wrong best.
        let near = starts.choose(random).map_or(clock, |(_, start)| *start);
        let edge = near + [-6, -5, -4, 0, 2, 55, 60, 119, 121].choose(random).unwrap() * MINUTE - clock;
        let id = starts.choose(random).map(|(id, _)| id.clone()).unwrap_or_default();
        let happens = match random.random_range(0..100) {
            0..31 => Happens::Run(run_time(random)),
            31..33 => Happens::Disk("gone"),
            33..34 => Happens::Disk("read_only"),
            34..46 => Happens::Sleep(if (0..6 * HOUR).contains(&edge) && random.random_bool(0.7) {
                edge
            } else {
                random.random_range(0..3 * HOUR) / 1000 * 1000
            }),
            46..58 => Happens::StepClock(match random.random_range(0..4) {
                0 => edge,
                1 => random.random_range(-3 * HOUR..3 * HOUR),
                2 => random.random_range(-300..300) * 1000,
                _ => random.random_range(-3..4) * 24 * HOUR,
            }),
            58..68 => {
                let to = whole_minute(clock) + random.random_range(-30..120) * MINUTE;
                // Now and then back to where it was, or to the same time.
                let to = if random.random_bool(0.2) { near } else { to };
                for (name, start) in &mut starts {
                    if *name == id {
                        *start = to;
                    }
                }
                Happens::Move {
                    id,
                    to,
                    minutes: random.random_bool(0.3).then(|| random.random_range(1..9) * 15),
                }
            }
            68..74 => Happens::Cancel(id),
            74..82 => {
                let twin = lessons.choose(random).filter(|_| random.random_bool(0.4)).cloned();
                let added = match twin {
                    Some(one) => as_elsewhere(random, &mut names, &one),
                    None => lesson(random, &mut names, clock),
                };
                starts.push((added.id.clone(), added.start));
                Happens::Add(added)
            }
            82..84 => Happens::Restart,
            // Few different ones: a table stays for as long as the program runs.
            84..86 => Happens::Table {
                by: *[-60, -30, 30, 60].choose(random).unwrap() * MINUTE,
                from: 1_795_521_600_000 + random.random_range(-2..3) * 12 * HOUR,
            },
            86..88 if random.random_bool(0.7) => meanwhile(random, &starts, clock, &mut script),
            86..88 => Happens::Disk("well"),
            88..90 => Happens::Stop,
            90..95 => Happens::Start,
            95..96 => Happens::Kill("now"),
            96..98 => Happens::Kill("before_handover"),
            _ => Happens::Kill("after_handover"),
        };
        clock =
            script.iter().skip(known).chain([&happens]).fold(clock, |clock, happens| clock + passes(happens));
        // Nobody stays away for ever.
        let back = matches!(happens, Happens::Stop | Happens::Kill("now")) && random.random_bool(0.6);
        let armed = matches!(happens, Happens::Kill(_) | Happens::Meanwhile(_))
            && !matches!(happens, Happens::Kill("now"));
        script.push(happens);
        if armed {
            let ms = run_time(random);
            clock += ms;
            script.push(Happens::Run(ms));
        }
        if back || armed {
            script.push(Happens::Start);
        }
    }
    // At the end the clock is right again more often than not, and what is left must ring.
    if random.random_bool(0.5) {
        script.push(Happens::Disk("well"));
        script.push(Happens::Start);
        script.push(Happens::Run(6 * MINUTE));
    }
    Story { now, running: random.random_bool(0.9), lessons, script }
}

/// By how much the clock goes on.
fn passes(happens: &Happens) -> i64 {
    match happens {
        Happens::Run(ms) | Happens::Sleep(ms) | Happens::StepClock(ms) => *ms,
        _ => 0,
    }
}

/// Somebody moves or cancels a lesson, mostly the one that rings next, just as that rings.
fn meanwhile(
    random: &mut StdRng,
    starts: &[(String, i64)],
    clock: i64,
    script: &mut Vec<Happens>,
) -> Happens {
    let next = starts.iter().filter(|(_, start)| start - 6 * MINUTE > clock).min_by_key(|(_, start)| *start);
    if let Some((_, start)) = next {
        // The clock shows a minute before its bell.
        script.push(Happens::Start);
        script.push(Happens::Disk("well"));
        script.push(Happens::Sleep(start - 6 * MINUTE - clock));
    }
    let any = starts.choose(random);
    let id = next.filter(|_| random.random_bool(0.7)).or(any).map(|(id, _)| id.clone()).unwrap_or_default();
    let to = whole_minute(clock) + random.random_range(-30..240) * MINUTE;
    let minutes = random.random_bool(0.3).then(|| random.random_range(1..9) * 15);
    let does = if random.random_bool(0.5) { Happens::Cancel(id) } else { Happens::Move { id, to, minutes } };
    Happens::Meanwhile(Box::new(does))
}

fn run_time(random: &mut StdRng) -> i64 {
    match random.random_range(0..10) {
        0..4 => random.random_range(0..30) * 1000,
        4..5 => random.random_range(0..20_000),
        5..9 => random.random_range(10..300) * 1000,
        _ => random.random_range(1..10) * MINUTE,
    }
}

fn whole_minute(at: i64) -> i64 {
    at.div_euclid(MINUTE) * MINUTE
}

fn lesson(random: &mut StdRng, names: &mut u32, clock: i64) -> Lesson {
    *names += 1;
    // Often at the same quarter of an hour, so that several are due together and rooms are taken over.
    let start = if random.random_bool(0.5) {
        whole_minute(clock) + [5, 6, 20, 35, 65].choose(random).unwrap() * MINUTE
    } else {
        whole_minute(clock) + random.random_range(-90..180) * MINUTE
    };
    let (person, subject) =
        *[(Some("Ben"), Some("Maths")), (Some("Mia"), None), (None, Some("Chess"))].choose(random).unwrap();
    Lesson {
        id: format!("lesson {names}"),
        start,
        minutes: *[5, 30, 45, 60, 60, 90, 720].choose(random).unwrap(),
        person,
        subject,
        room: random.random_bool(0.7).then(|| random.random_range(0..ROOMS.len())),
        bell: random.random_bool(0.9),
        in_kolkata: random.random_bool(0.4),
        at_school: random.random_bool(0.3),
    }
}

/// A lesson of both sources rings, and one of them calls it off a little later. What the clock shows then.
fn rung_and_called_off(
    random: &mut StdRng,
    lessons: &[Lesson],
    clock: i64,
    script: &mut Vec<Happens>,
) -> i64 {
    let is_twin = |one: &Lesson, other: &Lesson| {
        one.at_school != other.at_school
            && one.room.is_some()
            && (one.start, one.room) == (other.start, other.room)
    };
    let has_twin =
        |one: &&Lesson| one.start - 6 * MINUTE > clock && lessons.iter().any(|other| is_twin(one, other));
    let twins: Vec<&Lesson> = lessons.iter().filter(has_twin).collect();
    let Some(one) = twins.choose(random) else { return clock };
    let asleep = one.start - 6 * MINUTE - clock;
    script.extend([
        Happens::Start,
        Happens::Sleep(asleep),
        Happens::Run(2 * MINUTE),
        Happens::Cancel(one.id.clone()),
        Happens::Run(MINUTE / 2),
    ]);
    clock + asleep + 2 * MINUTE + MINUTE / 2
}

/// What the other source has of some of these lessons.
fn elsewhere(random: &mut StdRng, names: &mut u32, lessons: &[Lesson]) -> Vec<Lesson> {
    let mut found = Vec::new();
    for one in lessons {
        if random.random_bool(0.6) {
            found.push(as_elsewhere(random, names, one));
        }
    }
    found
}

/// The same lesson as another source has it, or one that is nearly the same.
fn as_elsewhere(random: &mut StdRng, names: &mut u32, one: &Lesson) -> Lesson {
    *names += 1;
    let mut twin = Lesson {
        id: format!("lesson {names}"),
        at_school: !one.at_school,
        minutes: *[30, 60, 90].choose(random).unwrap(),
        in_kolkata: random.random_bool(0.3),
        bell: random.random_bool(0.9),
        ..one.clone()
    };
    match random.random_range(0..10) {
        0 => twin.start += MINUTE,
        1 => twin.start -= MINUTE,
        2 => twin.room = Some(random.random_range(0..ROOMS.len())),
        3 => twin.at_school = one.at_school,
        _ => {}
    }
    twin
}

pub fn rfc3339(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl Lesson {
    fn json(&self) -> Value {
        let mut value = json!({
            "id": self.id, "start": rfc3339(self.start), "lasts": format!("{}m", self.minutes), "bell": self.bell,
        });
        for (key, text) in [("person", self.person), ("subject", self.subject)] {
            if let Some(text) = text {
                value[key] = json!(text);
            }
        }
        if self.in_kolkata {
            value["zone"] = json!("Asia/Kolkata");
        }
        if self.at_school {
            value["school"] = json!(true);
        }
        if let Some(room) = self.room {
            value["link"] = json!(ROOMS[room]);
        }
        value
    }
}

impl Story {
    pub fn json(&self) -> String {
        fn step(happens: &Happens) -> Value {
            match happens {
                Happens::Run(ms) => json!({"run": written(*ms)}),
                Happens::Sleep(ms) => json!({"sleep": written(*ms)}),
                Happens::StepClock(ms) => json!({"step_clock": written(*ms)}),
                Happens::Move { id, to, minutes: None } => json!({"move": id, "to": rfc3339(*to)}),
                Happens::Move { id, to, minutes: Some(minutes) } => {
                    json!({"move": id, "to": rfc3339(*to), "lasts": format!("PT{minutes}M")})
                }
                Happens::Cancel(id) => json!({"cancel": id}),
                Happens::Add(lesson) => json!({"add": lesson.json()}),
                Happens::Start => json!("start"),
                Happens::Stop => json!("stop"),
                Happens::Restart => json!("restart"),
                Happens::Kill(when) => json!({"kill": when}),
                Happens::Disk(how) => json!({"disk": how}),
                Happens::Table { by, from } => {
                    json!({"table": "Asia/Kolkata", "by": written(*by), "from": rfc3339(*from)})
                }
                Happens::Meanwhile(does) => json!({"meanwhile": step(does)}),
            }
        }
        let lines: Vec<String> = self.script.iter().map(|happens| format!("  {}", step(happens))).collect();
        let lessons: Vec<String> = self.lessons.iter().map(|lesson| format!("  {}", lesson.json())).collect();
        format!(
            "{{\"now\": \"{}\", \"running\": {}, \"sessions\": [\n{}],\n \"script\": [\n{}]}}",
            rfc3339(self.now),
            self.running,
            lessons.join(",\n"),
            lines.join(",\n")
        )
    }
}

/// "-1m30s", "45s", "1s250ms".
fn written(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let ms = ms.abs();
    let parts = [(ms / MINUTE, "m"), (ms % MINUTE / 1000, "s"), (ms % 1000, "ms")];
    let text: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { format!("{sign}{text}") }
}
