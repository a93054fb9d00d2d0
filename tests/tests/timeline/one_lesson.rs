//! A lesson of which two sources tell, or nearly: what of it rings once.

use std::collections::BTreeMap;

use firstbell_tests::timeline::{Report, Rung};

use crate::generate::MINUTE;
use crate::model::{Disk, Known, Stretch, TICK, died_at, start_of, stretch_of, was_never_stored, window};
use crate::seen::Seen;

/// The one session of the other source that is the same lesson, if it is surely that one: both ring, in one room, from
/// one start. Where there are several, none is.
pub fn partner<'a>(id: &str, known: &'a BTreeMap<String, Known>) -> Option<&'a str> {
    let one = known.get(id)?;
    one.lesson.room?;
    let is_same = |other: &&Known| {
        other.live
            && other.lesson.bell
            && (other.lesson.start, other.lesson.room) == (one.lesson.start, one.lesson.room)
    };
    let same: Vec<&Known> = known.values().filter(is_same).collect();
    let [first, second] = same.as_slice() else { return None };
    if first.lesson.at_school == second.lesson.at_school {
        return None;
    }
    [first, second]
        .into_iter()
        .map(|other| other.lesson.id.as_str())
        .find(|other| *other != id)
        .filter(|_| [first, second].into_iter().any(|other| other.lesson.id == id))
}

pub fn index_of(rung: &Rung, stretches: &[Stretch]) -> Option<usize> {
    let found = stretch_of(rung, stretches)?;
    stretches.iter().position(|stretch| std::ptr::eq(stretch, found))
}

/// Whether a session is rung for already at that stretch, by another one that rang in an earlier one (or the same) and
/// whose ring was not taken back since. `surely`: the app has seen both as one, and could store that.
pub fn is_stood_for(
    id: &str,
    (rang, by): (usize, &Rung),
    at: usize,
    stretches: &[Stretch],
    surely: bool,
) -> bool {
    let start = start_of(by);
    let still = |known: &BTreeMap<String, Known>, id: &str| {
        known.get(id).is_some_and(|one| one.live && one.lesson.bell && one.lesson.start == start)
    };
    // A ring that went by itself, when its time was over, is not taken back by what happens to the session later.
    let was_over = |before: usize| {
        !surely
            && stretches[rang..before]
                .iter()
                .any(|stretch| stretch.wall + stretch.lasts >= window(&by.session, &stretch.known).1)
    };
    let first_gone = (rang..=at).find(|index| !still(&stretches[*index].known, &by.session));
    by.session != id
        && rang <= at
        && still(&stretches[at].known, id)
        && first_gone.is_none_or(was_over)
        && (rang..=at).any(|index| {
            let stretch = &stretches[index];
            let has_looked = index == rang || stretch.looks || stretch.lasts > TICK;
            let is_stored = stretch.disk == Disk::Well && has_looked;
            stretch.life.is_some()
                && (!surely || is_stored)
                && partner(id, &stretch.known) == Some(&by.session)
        })
}

/// None rings for a lesson that has rung by what another source says of it.
pub fn rung_for_another(stretches: &[Stretch], report: &Report, seen: &mut Seen) -> Vec<String> {
    let mut faults = Vec::new();
    let rings: Vec<(usize, &Rung)> =
        report.rings.iter().filter_map(|rung| Some((index_of(rung, stretches)?, rung))).collect();
    for (nth, (at, rung)) in rings.iter().enumerate() {
        let known = &stretches[*at].known;
        seen.one_for_two += usize::from(partner(&rung.session, known).is_some());
        seen.near_misses += usize::from(has_near_miss(&rung.session, known));
        for before in &rings[..nth] {
            let (_, earlier) = before;
            if earlier.session == rung.session || start_of(earlier) != start_of(rung) {
                continue;
            }
            if is_stood_for(&rung.session, *before, *at, stretches, true)
                && !was_never_stored(earlier, rung, stretches)
                && !died_at(earlier, rung, report)
            {
                faults.push(format!("rang for one lesson twice: {earlier:?} and {rung:?}"));
            }
            let was_one = partner(&rung.session, &stretches[before.0].known) == Some(&earlier.session);
            let is_gone = !known.get(&earlier.session).is_some_and(|one| one.live);
            seen.in_its_place += usize::from(was_one && is_gone);
        }
    }
    faults
}

/// Another source has a session in the same room at nearly the same time, or at the same time in another room.
fn has_near_miss(id: &str, known: &BTreeMap<String, Known>) -> bool {
    let Some(one) = known.get(id) else { return false };
    known.values().any(|other| {
        let apart = (other.lesson.start - one.lesson.start).abs();
        let same_room = other.lesson.room == one.lesson.room;
        other.live
            && other.lesson.bell
            && other.lesson.at_school != one.lesson.at_school
            && (same_room && apart == MINUTE || !same_room && apart == 0)
    })
}
