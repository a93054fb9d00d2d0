//! Random histories of press, arrival, wait, mark, undo and answer.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstbell_school::{seed, times};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};

use super::scene::{END, Lesson, START, instant, minutes};

const HISTORIES: usize = 20_000;
const STEPS: usize = 14;
/// The school's numbers: the door opens, and the wait ends.
const DOOR: DateTime<Utc> = DateTime::from_timestamp(START.timestamp() - 300, 0).unwrap();
const WAIT: DateTime<Utc> = DateTime::from_timestamp(START.timestamp() + 900, 0).unwrap();

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Tutor,
    Student,
}

impl Side {
    fn somebody(self, chance: &mut StdRng) -> &'static str {
        match self {
            Self::Tutor => "tutor_ada",
            Self::Student => ["student_dan", "parent_cleo"].choose(chance).unwrap(),
        }
    }

    fn other(self) -> Self {
        if self == Self::Tutor { Self::Student } else { Self::Tutor }
    }
}

/// What a history knows beside the school.
struct Play<'a> {
    lesson: &'a Lesson,
    chance: StdRng,
    now: DateTime<Utc>,
    /// Pressed, and not told yet.
    on_the_way: Vec<(Side, DateTime<Utc>)>,
    /// Whose press the school was told of.
    told: Vec<Side>,
    /// Who is marked, and whether a press inside the wait has come since.
    marked: BTreeMap<Side, bool>,
    story: Vec<String>,
}

#[tokio::test]
async fn nobody_whose_press_has_arrived_is_marked_and_who_pressed_in_time_does_not_stay_so_unasked() {
    let seed = seed();
    let lesson = Lesson::set().await;
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for nth in 0..times(HISTORIES) {
        lesson.mark("history").await;
        let chance = StdRng::seed_from_u64(seed.wrapping_add(u64::try_from(nth).unwrap()));
        let mut play = Play {
            lesson: &lesson,
            chance,
            now: DOOR,
            on_the_way: Vec::new(),
            told: Vec::new(),
            marked: BTreeMap::new(),
            story: Vec::new(),
        };
        for _ in 0..STEPS {
            let done = play.step().await;
            let is_news = !["passed", "pressed", "nothing"].contains(&done.as_str());
            *tally.entry(done).or_default() += 1;
            if is_news {
                play.check().await;
            }
        }
        lesson.go_back("history").await;
    }
    eprintln!("{tally:?}");
    for needed in ["marked", "has_opened", "contested", "kept", "undone", "held"] {
        assert!(tally.contains_key(needed), "never {needed}: {tally:?}");
    }
}

impl Play<'_> {
    async fn step(&mut self) -> String {
        self.lesson.at(self.now).await;
        let side = *[Side::Tutor, Side::Student, Side::Student].choose(&mut self.chance).unwrap();
        let who = side.somebody(&mut self.chance);
        match self.chance.random_range(0..12) {
            0..4 => self.let_time_pass(),
            4..6 => {
                self.on_the_way.push((side, self.now));
                self.story.push(format!("{who} presses at {}", self.now));
                "pressed".to_owned()
            }
            6..8 => self.arrive().await,
            8..10 => self.mark_other(side, who).await,
            10 => self.answer(side, who).await,
            _ => {
                let outcome = self.lesson.call("tutor_ada", "mark_held", json!({})).await;
                outcome.map_or_else(|refusal| refusal.code, |_| "held".to_owned())
            }
        }
    }

    fn let_time_pass(&mut self) -> String {
        self.now += minutes(*[1, 4, 6, 15, 40].choose(&mut self.chance).unwrap());
        self.now = self.now.min(END + minutes(24 * 60 - 1));
        "passed".to_owned()
    }

    async fn arrive(&mut self) -> String {
        if self.on_the_way.is_empty() {
            return "nothing".to_owned();
        }
        let at = self.chance.random_range(0..self.on_the_way.len());
        let (side, pressed) = self.on_the_way.remove(at);
        let who = side.somebody(&mut self.chance);
        // An older client does not say when.
        let is_said = self.chance.random_bool(0.9);
        self.story.push(format!("{who} is heard at {}: pressed at {pressed} ({is_said})", self.now));
        let before = self.lesson.session().await["status"].clone();
        self.lesson.done(who, "record_opened", json!({"pressed_at": is_said.then_some(pressed)})).await;
        assert_eq!(self.lesson.session().await["status"], before, "nothing follows from a press");
        self.told.push(side);
        let in_wait = is_said && pressed >= DOOR && pressed < WAIT;
        match self.marked.get_mut(&side) {
            Some(contested) if in_wait => {
                *contested = true;
                "contested".to_owned()
            }
            _ => "told".to_owned(),
        }
    }

    async fn mark_other(&mut self, side: Side, who: &str) -> String {
        match self.lesson.call(who, "mark_no_show", json!({})).await {
            Ok(_) => {
                self.story.push(format!("{who} marks at {}", self.now));
                assert!(!self.told.contains(&side.other()), "marked, and had opened: {:#?}", self.story);
                self.marked.insert(side.other(), false);
                "marked".to_owned()
            }
            Err(refusal) => refusal.code,
        }
    }

    async fn answer(&mut self, side: Side, who: &str) -> String {
        let function = *["undo_no_show", "keep_no_show", "keep_no_show"].choose(&mut self.chance).unwrap();
        match self.lesson.call(who, function, json!({})).await {
            Ok(_) => {
                self.story.push(format!("{who} calls {function} at {}", self.now));
                if function == "keep_no_show" {
                    return "kept".to_owned();
                }
                self.marked.remove(&side.other());
                "undone".to_owned()
            }
            Err(refusal) => refusal.code,
        }
    }

    /// Who is marked and pressed inside the wait: asked about or kept, with both times and a line that both read.
    async fn check(&self) {
        let (session, place) = (self.lesson.session().await, self.lesson.place().await);
        let is_marked = |side: Side| match side {
            Side::Tutor => session["status"] == "NO_SHOW_TUTOR",
            Side::Student => place["attendance"] == "did_not_come",
        };
        for side in [Side::Tutor, Side::Student] {
            assert_eq!(is_marked(side), self.marked.contains_key(&side), "{side:?}: {:#?}", self.story);
            let (row, of) = if side == Side::Tutor { (&session, "tutor_") } else { (&place, "") };
            let [contest, pressed, arrived] = ["contest", "contest_pressed_at", "contest_arrived_at"]
                .map(|name| &row[format!("{of}{name}")]);
            match self.marked.get(&side) {
                Some(true) => {
                    assert!(
                        contest == "asked" || contest == "kept",
                        "{side:?} is not asked about: {:#?}",
                        self.story
                    );
                    assert!(instant(pressed) >= DOOR && instant(pressed) <= instant(arrived));
                    assert!(instant(arrived) <= self.now);
                    let told = self.lesson.events().await;
                    let line = told.iter().find(|event| event["kind"] == "no_show_contested").unwrap();
                    let due = if side == Side::Tutor { &Value::Null } else { &place["person_id"] };
                    assert_eq!((&line["tutor_id"], &line["person_id"]), (&session["tutor_id"], due));
                }
                // A press that came after the wait, and before the mark was made, may contest too.
                Some(false) => {
                    assert!(contest.is_null() || instant(pressed) >= WAIT, "{side:?}: {:#?}", self.story)
                }
                None => assert!(contest.is_null(), "{side:?} is not marked: {:#?}", self.story),
            }
        }
    }
}
