//! What must ring, what may, and in which words: worked out from the story alone, with numbers and sums.
//! Times are milliseconds of the Unix clock; `awake` counts the milliseconds that the computer was awake.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use firstbell_tests::timeline::{Kill, Report, Rung};

use crate::generate::{HOUR, Happens, Lesson, MINUTE, Story, rfc3339};
use crate::one_lesson::{index_of, is_stood_for, partner, rung_for_another};
use crate::seen::Seen;

/// A ring may be this late, in time that the computer was awake and the app ran.
pub const TICK: i64 = 10_000;

#[derive(Clone, Debug)]
pub struct Known {
    pub lesson: Lesson,
    pub live: bool,
    /// When it begins while Kolkata is five and a half hours from UTC.
    usually: i64,
}

impl Known {
    fn end(&self) -> i64 {
        self.lesson.start + self.lesson.minutes * MINUTE
    }

    /// Another table of zones at that time; whether it moves the session. What is over by both stays.
    fn heed_table(&mut self, by: i64, from: i64, wall: i64) -> bool {
        // Set forward, the clocks leave an hour out, which is read as if they had not been set yet; set back, they
        // show one twice, and the first is meant.
        let starts = if self.usually < from + by.max(0) { self.usually } else { self.usually - by };
        let ends = self.end().max(starts + self.lesson.minutes * MINUTE);
        let moves = self.lesson.in_kolkata && starts != self.lesson.start && ends > wall;
        if moves {
            self.lesson.start = starts;
        }
        moves
    }
}

/// A session that starts this long after or before the time at which the store was last read is surely remembered.
const AHEAD: i64 = 30 * HOUR;
const BACK: i64 = 40 * HOUR;

/// Time in which nothing changes but the time.
pub struct Stretch {
    pub step: Option<usize>,
    pub awake: i64,
    pub wall: i64,
    pub lasts: i64,
    /// Counts the lives of the app; none while it is not there.
    pub life: Option<usize>,
    pub known: BTreeMap<String, Known>,
    pub disk: Disk,
    /// It begins with something after which the bell looks at once.
    pub looks: bool,
}

/// How the disk is, and what the app has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    Well,
    ReadOnly,
    /// It is gone; the store was last read at that time, if this app has ever read it.
    Gone(Option<i64>),
}

impl Disk {
    /// Whether the app surely knows of a session that starts then.
    fn is_known(self, start: i64) -> bool {
        match self {
            Self::Well | Self::ReadOnly => true,
            Self::Gone(None) => false,
            Self::Gone(Some(read)) => (read - BACK..read + AHEAD).contains(&start),
        }
    }
}

/// The faults of a report.
pub fn check(story: &Story, report: &Report, seen: &mut Seen) -> Vec<String> {
    let mut faults = Vec::new();
    let stretches = stretches(story, report, seen, &mut faults);
    for rung in &report.rings {
        let has_disk = stretch_of(rung, &stretches).is_none_or(|stretch| stretch.disk == Disk::Well);
        seen.without_disk += usize::from(!has_disk);
        let lesson =
            |stretch: &&Stretch| stretch.known.get(&rung.session).is_some_and(|one| one.lesson.at_school);
        seen.at_school += usize::from(stretch_of(rung, &stretches).as_ref().is_some_and(lesson));
        if let Err(fault) = judge(rung, &stretches) {
            faults.push(fault);
        }
    }
    faults.extend(repeats(&stretches, report, seen));
    faults.extend(rung_for_another(&stretches, report, seen));
    faults.extend(missed(&stretches, report, seen));
    faults.extend(company(&stretches, report, seen));
    seen.rings += report.rings.len();
    faults
}

/// Follows the story. Of the report it takes only when the app died.
fn stretches(story: &Story, report: &Report, seen: &mut Seen, faults: &mut Vec<String>) -> Vec<Stretch> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let (mut wall, mut awake, mut lives) = (story.now, 0, 0);
    let mut refused = BTreeSet::new();
    for lesson in &story.lessons {
        refuse(add(&mut known, lesson, wall), None, &mut refused);
    }
    let mut life = None;
    let mut all = Vec::new();
    let mut armed = false;
    // What somebody else does at the next ring.
    let mut waits: Option<&Happens> = None;
    let mut table = None;
    // Another table counts from when the store could be put right by it.
    let mut newer = None;
    let mut disk = Disk::Well;
    // When the bell has surely looked last.
    let mut looked: Option<i64> = story.running.then_some(wall);
    let steps = story.script.iter().enumerate().map(|(index, happens)| (Some(index), Some(happens)));
    for (step, happens) in std::iter::once((None, None)).chain(steps) {
        let mut lasts = 0;
        let is_alive = life.is_some();
        match happens {
            None => {
                if story.running {
                    life = Some(0);
                }
            }
            Some(Happens::Run(ms)) => lasts = *ms,
            Some(Happens::Sleep(ms) | Happens::StepClock(ms)) => wall += ms,
            Some(does @ (Happens::Move { .. } | Happens::Cancel(_))) => {
                let may = disk == Disk::Well && edit(&mut known, does, wall);
                refuse(may, step, &mut refused);
            }
            Some(Happens::Add(lesson)) => {
                let may = disk == Disk::Well && add(&mut known, lesson, wall);
                refuse(may, step, &mut refused);
            }
            Some(Happens::Disk("well")) => disk = Disk::Well,
            Some(Happens::Disk("read_only")) => disk = Disk::ReadOnly,
            Some(Happens::Disk(_)) => disk = Disk::Gone(looked.filter(|_| life.is_some())),
            Some(Happens::Start) => {
                if life.is_none() {
                    (lives, armed) = (lives + 1, false);
                    life = Some(lives);
                }
            }
            Some(Happens::Stop) => life = None,
            Some(Happens::Restart) => {
                (lives, armed) = (lives + 1, false);
                life = Some(lives);
            }
            Some(Happens::Table { by, from }) => {
                newer = Some((*by, *from));
                (lives, armed) = (lives + 1, false);
                life = Some(lives);
            }
            Some(Happens::Kill("now")) => life = None,
            Some(Happens::Kill(_)) => armed |= life.is_some(),
            Some(Happens::Meanwhile(does)) => {
                if life.is_some() && disk == Disk::Well {
                    waits = Some(does);
                }
            }
        }
        if life.is_none()
            || matches!(happens, Some(Happens::Restart | Happens::Table { .. } | Happens::Disk(_)))
        {
            waits = None;
        }
        if life.is_none() || matches!(happens, Some(Happens::Restart | Happens::Table { .. })) {
            looked = None;
            if let Disk::Gone(read) = &mut disk {
                *read = None;
            }
        }
        if life.is_some() && disk == Disk::Well && newer.is_some() && table != newer {
            table = newer;
            let (by, from) = newer.unwrap_or_default();
            for one in known.values_mut() {
                seen.moved_by_table += usize::from(one.heed_table(by, from, wall));
            }
        }
        let looks = !matches!(happens, Some(Happens::Run(_) | Happens::Sleep(_) | Happens::StepClock(_)));
        if life.is_some() && !matches!(disk, Disk::Gone(_)) && looks {
            looked = Some(wall);
        }
        for done in report.meanwhile.iter().filter(|done| done.step == step) {
            let Some(does) = waits.take() else {
                faults.push(format!("somebody did something in step {step:?} for no reason"));
                continue;
            };
            let first = done.awake_ms - awake;
            all.push(Stretch { step, awake, wall, lasts: first, life, known: known.clone(), disk, looks });
            (wall, awake, lasts) = (wall + first, awake + first, lasts - first);
            let was = known.clone();
            let may = edit(&mut known, does, wall);
            refuse(may, step, &mut refused);
            seen.meanwhile += usize::from(may);
            // Its own ring was on its way.
            let (Happens::Move { id, .. } | Happens::Cancel(id)) = does else { continue };
            let due = was
                .get(id)
                .is_some_and(|one| one.live && one.lesson.bell && one.lesson.start - 5 * MINUTE == wall);
            let rang = report.rings.iter().any(|rung| rung.session == *id && rung.awake_ms == awake);
            seen.spared += usize::from(may && due && !rang);
        }
        let died = |plainly: bool| {
            report.deaths.iter().find(|death| death.step == step && (death.kill == Kill::Now) == plainly)
        };
        if died(true).is_some() && !(is_alive && matches!(happens, Some(Happens::Kill("now")))) {
            faults.push(format!("died in step {step:?} for no reason"));
        }
        if let Some(death) = died(false) {
            if !armed || life.is_none() {
                faults.push(format!("died at a ring in step {step:?} for no reason"));
            }
            if death.kill == Kill::BeforeHandover {
                seen.deaths_before += 1;
            } else {
                seen.deaths_after += 1;
            }
            let first = death.awake_ms - awake;
            all.push(Stretch { step, awake, wall, lasts: first, life, known: known.clone(), disk, looks });
            looked = None;
            if let Disk::Gone(read) = &mut disk {
                *read = None;
            }
            (wall, awake, lasts, life, armed) = (wall + first, awake + first, lasts - first, None, false);
        }
        all.push(Stretch { step, awake, wall, lasts, life, known: known.clone(), disk, looks });
        if life.is_some() && !matches!(disk, Disk::Gone(_)) && lasts > TICK {
            looked = Some(wall + lasts);
        }
        wall += lasts;
        awake += lasts;
    }
    let really: BTreeSet<Option<usize>> = report.refused.iter().map(|refused| refused.step).collect();
    if really != refused {
        faults.push(format!("refused were steps {really:?}, not {refused:?}: {:?}", report.refused));
    }
    seen.refused += refused.len();
    all
}

fn refuse(may: bool, step: Option<usize>, refused: &mut BTreeSet<Option<usize>>) {
    if !may {
        refused.insert(step);
    }
}

/// Moves or cancels a lesson. Whether that was taken.
fn edit(known: &mut BTreeMap<String, Known>, does: &Happens, wall: i64) -> bool {
    let (Happens::Move { id, .. } | Happens::Cancel(id)) = does else { return false };
    let Some(one) = known.get_mut(id).filter(|one| one.live) else { return false };
    match does {
        Happens::Move { to, minutes, .. } => {
            // Whoever moves it says the time in UTC.
            one.lesson.in_kolkata &= one.lesson.start == *to;
            one.lesson.start = *to;
            one.lesson.minutes = minutes.unwrap_or(one.lesson.minutes);
            true
        }
        _ => {
            let may = wall < one.end();
            one.live &= !may;
            may
        }
    }
}

/// Whether all of it was taken: the bell of a session that is over is not switched.
fn add(known: &mut BTreeMap<String, Known>, lesson: &Lesson, wall: i64) -> bool {
    let mut one = Known { lesson: lesson.clone(), live: true, usually: lesson.start };
    let may = lesson.bell || wall < one.end();
    one.lesson.bell |= !may;
    known.insert(lesson.id.clone(), one);
    may
}

/// From when to when Join is open.
pub fn window(id: &str, known: &BTreeMap<String, Known>) -> (i64, i64) {
    let one = &known[id];
    let next = known
        .iter()
        .filter(|(name, other)| {
            name.as_str() != id
                && other.live
                && one.lesson.room.is_some()
                && other.lesson.room == one.lesson.room
                && other.lesson.start > one.lesson.start
        })
        .map(|(_, other)| other.lesson.start)
        .min();
    let late = one.end() + if one.lesson.at_school { 20 * MINUTE } else { HOUR };
    let closes = next.map_or(late, |next| late.min(next).max(one.end()));
    (one.lesson.start - 5 * MINUTE, closes)
}

fn ms(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
}

/// The start that a ring was for.
pub fn start_of(rung: &Rung) -> i64 {
    ms(&rung.due) + 5 * MINUTE
}

/// The stretch of a ring. Of two that meet, the one in which the app lives, and the later one: whoever does something in
/// the middle of a ring does it before that is shown.
pub fn stretch_of<'a>(rung: &Rung, stretches: &'a [Stretch]) -> Option<&'a Stretch> {
    stretches.iter().rev().find(|stretch| {
        stretch.step == rung.step
            && stretch.life.is_some()
            && (stretch.awake..=stretch.awake + stretch.lasts).contains(&rung.awake_ms)
    })
}

/// One ring: for a session that is there, at its time, in its words.
fn judge(rung: &Rung, stretches: &[Stretch]) -> Result<(), String> {
    let fault = |what: &str| Err(format!("{what}: {rung:?}"));
    let Some(stretch) = stretch_of(rung, stretches) else { return fault("rang while the app was not there") };
    let wall = stretch.wall + rung.awake_ms - stretch.awake;
    if rung.rung_at != rfc3339(wall) || rung.late_by_ms != wall - ms(&rung.due) {
        return fault(&format!("at {} the clock is told wrong", rfc3339(wall)));
    }
    let Some(one) = stretch.known.get(&rung.session) else {
        return fault("rang for a session that is not there");
    };
    if !one.live {
        return fault("rang for a session that was called off");
    }
    if one.lesson.start != start_of(rung) {
        return fault("rang for a time from which the session was moved");
    }
    if !one.lesson.bell {
        return fault("rang without a bell");
    }
    let (opens, closes) = window(&rung.session, &stretch.known);
    if !(opens..closes).contains(&wall) {
        return fault(&format!("rang outside of {} to {}", rfc3339(opens), rfc3339(closes)));
    }
    if (rung.ring, rung.kind) != (1, "before_start") {
        return fault("is not the first ring");
    }
    if rung.together.is_none() {
        let words = words(one, wall);
        if rung.words != words {
            return fault(&format!("should say {words:?}"));
        }
    }
    Ok(())
}

fn clock(at: i64) -> String {
    let zone = firstbell_core::clock::computer_zone();
    DateTime::from_timestamp_millis(at).unwrap().with_timezone(&zone).format("%H:%M").to_string()
}

fn when(one: &Known, wall: i64) -> String {
    // Seconds are cut off, not rounded.
    let seconds = (one.lesson.start - wall) / 1000;
    let minutes = |count: i64| if count == 1 { "1 minute".to_owned() } else { format!("{count} minutes") };
    if wall >= one.end() {
        format!("was planned until {}", clock(one.end()))
    } else if seconds > 0 {
        format!("in {}", minutes(seconds.div_euclid(60) + i64::from(seconds % 60 > 0)))
    } else if seconds > -60 {
        "starts now".to_owned()
    } else {
        format!("started {} ago", minutes(-seconds / 60))
    }
}

fn words(one: &Known, wall: i64) -> String {
    let title = match (one.lesson.subject, one.lesson.person) {
        (Some(subject), Some(person)) => format!("{subject} with {person}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => one.lesson.id.clone(),
    };
    let no_link = if one.lesson.room.is_none() { " · no link yet" } else { "" };
    format!("{title} {}\n{}{no_link}", when(one, wall), clock(one.lesson.start))
}

/// None twice for one session and start, but for deaths after the handover.
fn repeats(stretches: &[Stretch], report: &Report, seen: &mut Seen) -> Vec<String> {
    let mut last: BTreeMap<(&str, i64), &Rung> = BTreeMap::new();
    let mut faults = Vec::new();
    for rung in &report.rings {
        let key = (rung.session.as_str(), start_of(rung));
        if last.keys().any(|(session, start)| *session == key.0 && *start != key.1) {
            seen.rang_anew += 1;
        }
        let Some(before) = last.insert(key, rung) else { continue };
        seen.repeats += 1;
        let died = died_at(before, rung, report);
        let unstored = was_never_stored(before, rung, stretches);
        seen.unstored_repeats += usize::from(unstored && !died);
        if !died && !unstored {
            faults.push(format!("rang twice: {before:?} and {rung:?}"));
        }
    }
    faults
}

/// It died at the very ring before, which is what excuses a second one.
pub fn died_at(before: &Rung, rung: &Rung, report: &Report) -> bool {
    report.deaths.iter().any(|death| {
        death.kill == Kill::AfterHandover
            && death.step == before.step
            && death.awake_ms == before.awake_ms
            && (before.step, before.awake_ms) < (rung.step, rung.awake_ms.max(before.awake_ms + 1))
    })
}

/// The app that rang first never had a disk that it could write on again, and another app rang next.
pub fn was_never_stored(before: &Rung, rung: &Rung, stretches: &[Stretch]) -> bool {
    let (Some(first), Some(second)) = (stretch_of(before, stretches), stretch_of(rung, stretches)) else {
        return false;
    };
    first.life != second.life
        && stretches
            .iter()
            .filter(|stretch| stretch.life == first.life && stretch.awake + stretch.lasts >= before.awake_ms)
            .skip_while(|stretch| !std::ptr::eq(*stretch, first))
            .all(|stretch| stretch.disk != Disk::Well)
}

/// What could be seen to be open for longer than a tick has rung by then.
fn missed(stretches: &[Stretch], report: &Report, seen: &mut Seen) -> Vec<String> {
    let mut faults = Vec::new();
    let ids: BTreeSet<&String> = stretches.iter().flat_map(|stretch| stretch.known.keys()).collect();
    let rings: Vec<(usize, &Rung)> =
        report.rings.iter().filter_map(|rung| Some((index_of(rung, stretches)?, rung))).collect();
    for id in ids {
        let mut open: Option<Open> = None;
        for (index, stretch) in stretches.iter().enumerate() {
            let stood_for =
                rings.iter().any(|by| by.0 < index && is_stood_for(id, *by, index, stretches, false));
            let now_open = stretch.life.zip(stretch.known.get(id)).and_then(|(life, one)| {
                let (opens, closes) = window(id, &stretch.known);
                let from = stretch.awake + (opens - stretch.wall).max(0);
                let to = stretch.awake + (closes - stretch.wall).min(stretch.lasts);
                let is_owed =
                    one.live && one.lesson.bell && stretch.disk.is_known(one.lesson.start) && !stood_for;
                let is_open = is_owed && from <= to && stretch.wall < closes;
                is_open.then_some(Open { start: one.lesson.start, life, from, to, first: index })
            });
            open = match (open, now_open) {
                (Some(before), Some(now))
                    if (before.start, before.life) == (now.start, now.life) && before.to == now.from =>
                {
                    Some(Open { to: now.to, ..before })
                }
                (before, now) => {
                    faults.extend(before.and_then(|open| not_rung(id, &open, &rings, stretches, seen)));
                    now
                }
            };
        }
        faults.extend(open.and_then(|open| not_rung(id, &open, &rings, stretches, seen)));
    }
    faults
}

/// A session was seen to be open.
#[derive(Clone, Copy)]
struct Open {
    start: i64,
    life: usize,
    /// From when to when, in time that the computer was awake.
    from: i64,
    to: i64,
    /// Its first stretch.
    first: usize,
}

fn not_rung(
    id: &str,
    open: &Open,
    rings: &[(usize, &Rung)],
    stretches: &[Stretch],
    seen: &mut Seen,
) -> Option<String> {
    let Open { start, from, to, first, .. } = *open;
    if to - from <= TICK {
        return None;
    }
    seen.owed += 1;
    // Its own ring, or one of what is the same lesson.
    let is_its = |index: usize, rung: &Rung| {
        rung.session == id
            || index >= first && partner(id, &stretches[index].known) == Some(rung.session.as_str())
    };
    let rang = rings
        .iter()
        .any(|(index, rung)| start_of(rung) == start && rung.awake_ms <= from + TICK && is_its(*index, rung));
    (!rang).then(|| {
        format!("{id} of {} should have rung by {} ms awake, open since {from}", rfc3339(start), from + TICK)
    })
}

/// More than three at once are one notification with the count, three are three.
fn company(stretches: &[Stretch], report: &Report, seen: &mut Seen) -> Vec<String> {
    let mut faults = Vec::new();
    let mut looks: BTreeMap<(Option<usize>, i64), Vec<&Rung>> = BTreeMap::new();
    for rung in &report.rings {
        looks.entry((rung.step, rung.awake_ms)).or_default().push(rung);
        seen.late += usize::from(rung.late_by_ms > 0);
        seen.over += usize::from(rung.words.contains("was planned until"));
    }
    for ((step, awake), rungs) in looks {
        let count = rungs.len();
        let dies = report.deaths.iter().any(|death| (death.step, death.awake_ms) == (step, awake));
        let together = (count > 3).then_some(count);
        if rungs.iter().any(|rung| rung.together != together) && !(dies && together.is_none()) {
            faults.push(format!("{count} rings in one look, counted otherwise: {rungs:?}"));
        }
        if together.is_some() {
            seen.together += 1;
            faults.extend(stretch_of(rungs[0], stretches).and_then(|stretch| in_company(&rungs, stretch)));
        }
    }
    faults
}

fn in_company(rungs: &[&Rung], stretch: &Stretch) -> Option<String> {
    let wall = stretch.wall + rungs[0].awake_ms - stretch.awake;
    let all: Vec<&Known> = rungs.iter().filter_map(|rung| stretch.known.get(&rung.session)).collect();
    let whens: BTreeSet<String> = all.iter().map(|one| when(one, wall)).collect();
    let title = match whens.first() {
        Some(when) if whens.len() == 1 => format!("{} sessions {when}", rungs.len()),
        _ => format!("{} sessions are waiting", rungs.len()),
    };
    let mut lines: Vec<String> = all
        .iter()
        .map(|one| {
            let name = one.lesson.person.or(one.lesson.subject).unwrap_or_default();
            format!("{} {name}", clock(one.lesson.start))
        })
        .collect();
    let mut said: Vec<String> = rungs[0].words.lines().map(str::to_owned).collect();
    if said.is_empty() || said.remove(0) != title {
        return Some(format!("should say {title:?}: {:?}", rungs[0]));
    }
    lines.sort();
    said.sort();
    (lines != said).then(|| format!("should list {lines:?}: {:?}", rungs[0]))
}
