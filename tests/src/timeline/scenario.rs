//! Reading a scenario. Every fault is a sentence that names its place.

use std::{collections::BTreeSet, fmt};

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use firstbell_core::{draft::Draft, zone::Zone};
use serde_json::{Map, Value};

use super::parse_duration;

/// A scenario whose times are all known: where it was written relative, the clock of that moment is added.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the clock shows at the beginning (UTC).
    pub now: DateTime<Utc>,
    /// Whether the app runs from the beginning.
    pub running: bool,
    /// The sessions that are there before the app starts.
    pub sessions: Vec<NewSession>,
    /// What happens then.
    pub script: Vec<Step>,
}

/// One step of the script.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands: `script[3]`.
    pub place: String,
    /// What happens.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Time passes while the computer is awake.
    Run(TimeDelta),
    /// The computer sleeps: the clock goes on, no timer does.
    Sleep(TimeDelta),
    /// Somebody sets the clock forward, or back if negative.
    StepClock(TimeDelta),
    /// A session is moved.
    Move {
        /// Which.
        id: String,
        /// The new start (UTC).
        to: DateTime<Utc>,
        /// The new length, if that changes.
        lasts: Option<TimeDelta>,
    },
    /// A session is called off.
    Cancel(String),
    /// A session is added.
    Add(Box<NewSession>),
    /// The app starts.
    Start,
    /// The app stops as it should.
    Stop,
    /// Stop and start.
    Restart,
    /// The app dies.
    Kill(Kill),
    /// Something happens to the disk, or it is well again.
    Disk(Disk),
    /// A newer app with another table of time zones takes its place, and starts.
    Table(OtherTable),
    /// At the next ring somebody else moves or cancels a session, after the ledger says that it rings and before it is
    /// said what.
    Meanwhile(Box<Action>),
}

/// How the disk with the database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// As it should be.
    Well,
    /// It can be read and not written.
    ReadOnly,
    /// It can neither be read nor written.
    Gone,
}

/// A table of time zones that is ours but for the clocks of one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherTable {
    /// Whose clocks (IANA).
    pub zone: Zone,
    /// By how much more they show.
    pub by: TimeDelta,
    /// From when on (UTC).
    pub from: DateTime<Utc>,
}

/// When the app dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kill {
    /// At once, while it waits.
    Now,
    /// At its next ring: it is about to be handed to the desktop, and never is.
    BeforeHandover,
    /// At its next ring: the desktop has shown it, and that is never stored.
    AfterHandover,
}

/// A session to add.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// What the scenario calls it.
    pub id: String,
    /// As the app's own form takes it, in UTC or the zone that is said.
    pub draft: Draft,
    /// Whether its bell is on.
    pub bell: bool,
    /// It is decided at the school, and not on this computer.
    pub at_school: bool,
}

/// What is wrong with a scenario, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("At {place}: {sentence}")]
pub struct Fault {
    /// The path to it: `script[3].to`.
    pub place: String,
    /// What is wrong and what to do.
    pub sentence: String,
}

type Result<T> = std::result::Result<T, Fault>;

fn fault<T>(place: impl fmt::Display, sentence: impl Into<String>) -> Result<T> {
    Err(Fault { place: place.to_string(), sentence: sentence.into() })
}

const AN_INSTANT: &str = "an instant such as 2026-11-24T16:00:00Z";
const A_DURATION: &str = "a duration such as 5m, 1h30m, 90s or PT1H30M";
const STEPS: &str = "run, sleep, step_clock, move, cancel, add, kill, disk, table, meanwhile, or one of the words start, stop, restart, kill";

/// Instants that the clock may show: far from where calendars end.
const YEARS: std::ops::Range<i64> = 0..7_258_118_400;

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// The first fault.
    pub fn parse(text: &str) -> Result<Self> {
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => return fault("the file", format!("This is not JSON: {error}.")),
        };
        let top = Object::of("the file", &value, &["now", "running", "sessions", "script"])?;
        let now = instant(&top.at("now"), top.need("now")?)?;
        let running = top.flag("running", true)?;
        let mut reading = Reading { clock: now, known: BTreeSet::new() };
        in_range("now", now)?;
        let mut sessions = Vec::new();
        for (index, value) in top.list("sessions")?.iter().enumerate() {
            sessions.push(reading.session(&format!("sessions[{index}]"), value)?);
        }
        let mut script = Vec::new();
        for (index, value) in top.list("script")?.iter().enumerate() {
            let place = format!("script[{index}]");
            let action = reading.action(&place, value)?;
            script.push(Step { place, action });
        }
        Ok(Self { now, running, sessions, script })
    }
}

/// What is known while the script is read: how late it is, and which sessions there are.
struct Reading {
    clock: DateTime<Utc>,
    known: BTreeSet<String>,
}

impl Reading {
    fn action(&mut self, place: &str, value: &Value) -> Result<Action> {
        match value {
            Value::String(word) => match word.as_str() {
                "start" => Ok(Action::Start),
                "stop" => Ok(Action::Stop),
                "restart" => Ok(Action::Restart),
                "kill" => Ok(Action::Kill(Kill::Now)),
                _ => fault(place, format!("\"{word}\" is no step. A step is {STEPS}.")),
            },
            Value::Object(map) => {
                let Some(name) = STEP_KEYS.iter().find(|(name, _)| map.contains_key(*name)) else {
                    return fault(place, format!("This is no step. A step is {STEPS}."));
                };
                self.step(name.0, &Object::of(place, value, name.1)?)
            }
            _ => fault(place, format!("This is no step. A step is {STEPS}.")),
        }
    }

    fn step(&mut self, name: &str, step: &Object<'_>) -> Result<Action> {
        let at = step.at(name);
        let value = step.need(name)?;
        Ok(match name {
            "run" => Action::Run(self.pass(&at, span(&at, value)?)?),
            "sleep" => Action::Sleep(self.pass(&at, span(&at, value)?)?),
            "step_clock" => Action::StepClock(self.pass(&at, duration(&at, value)?)?),
            "move" => {
                let id = self.known_id(&at, value)?;
                let to = self.when(&step.at("to"), step.need("to")?)?;
                let lasts = match step.map.get("lasts") {
                    Some(value) => Some(length(&step.at("lasts"), value)?),
                    None => None,
                };
                Action::Move { id, to, lasts }
            }
            "cancel" => Action::Cancel(self.known_id(&at, value)?),
            "add" => Action::Add(Box::new(self.session(&at, value)?)),
            "disk" => Action::Disk(match string(&at, value)? {
                "well" => Disk::Well,
                "read_only" => Disk::ReadOnly,
                "gone" => Disk::Gone,
                other => {
                    return fault(at, format!("A disk is not \"{other}\". Write well, read_only or gone."));
                }
            }),
            "table" => Action::Table(OtherTable {
                zone: zone(&at, value)?,
                by: duration(&step.at("by"), step.need("by")?)?,
                from: self.when(&step.at("from"), step.need("from")?)?,
            }),
            "meanwhile" => match self.action(&at, value)? {
                action @ (Action::Move { .. } | Action::Cancel(_)) => Action::Meanwhile(Box::new(action)),
                _ => return fault(at, "Meanwhile a session can be moved or cancelled, and nothing else."),
            },
            _ => Action::Kill(match string(&at, value)? {
                "now" => Kill::Now,
                "before_handover" => Kill::BeforeHandover,
                "after_handover" => Kill::AfterHandover,
                other => {
                    return fault(
                        at,
                        format!(
                            "\"{other}\" is no moment to die. Write now, before_handover or after_handover."
                        ),
                    );
                }
            }),
        })
    }

    fn pass(&mut self, place: &str, by: TimeDelta) -> Result<TimeDelta> {
        self.clock += by;
        in_range(place, self.clock)?;
        Ok(by)
    }

    fn known_id(&self, place: &str, value: &Value) -> Result<String> {
        let id = string(place, value)?;
        if self.known.contains(id) {
            return Ok(id.to_owned());
        }
        fault(place, format!("There is no session \"{id}\" yet. Add it first."))
    }

    /// An instant, or a duration from what the clock shows at this step.
    fn when(&self, place: &str, value: &Value) -> Result<DateTime<Utc>> {
        let text = string(place, value)?;
        let at = match (text.parse::<DateTime<Utc>>(), parse_duration(text)) {
            (Ok(at), _) => at,
            (_, Some(from_now)) => self.clock + from_now,
            _ => return fault(place, format!("\"{text}\" is neither {AN_INSTANT} nor {A_DURATION}.")),
        };
        in_range(place, at)?;
        if (at.second(), at.nanosecond()) != (0, 0) {
            return fault(
                place,
                format!("Sessions start at a whole minute, as in the app; this is {}.", at.to_rfc3339()),
            );
        }
        Ok(at)
    }

    fn session(&mut self, place: &str, value: &Value) -> Result<NewSession> {
        let keys = &[
            "id",
            "start",
            "lasts",
            "zone",
            "person",
            "person_zone",
            "subject",
            "link",
            "place",
            "bell",
            "school",
        ][..];
        let object = Object::of(place, value, keys)?;
        let id = string(&object.at("id"), object.need("id")?)?.to_owned();
        let start = self.when(&object.at("start"), object.need("start")?)?;
        let lasts = match object.map.get("lasts") {
            Some(value) => length(&object.at("lasts"), value)?,
            None => TimeDelta::hours(1),
        };
        let decided_in = match object.map.get("zone") {
            Some(value) => zone(&object.at("zone"), value)?,
            None => Zone::utc(),
        };
        let wall = decided_in.wall(start);
        let (person, subject) = (object.text("person")?, object.text("subject")?);
        let draft = Draft {
            subject: if person.is_empty() && subject.is_empty() { id.clone() } else { subject },
            person,
            person_id: None,
            person_zone: object
                .map
                .contains_key("person_zone")
                .then(|| object.text("person_zone"))
                .transpose()?,
            date: wall.format("%Y-%m-%d").to_string(),
            time: wall.format("%H:%M").to_string(),
            minutes: lasts.num_minutes(),
            zone: decided_in.name().to_owned(),
            link: object.text("link")?,
            place: object.text("place")?,
            repeat_weeks: 1,
            homework: String::new(),
        };
        if let Err(faults) = draft.read() {
            let sentences: Vec<String> = faults.into_iter().map(|fault| fault.sentence).collect();
            return fault(place, sentences.join(" "));
        }
        if !self.known.insert(id.clone()) {
            return fault(object.at("id"), format!("There is a session \"{id}\" already."));
        }
        let (bell, at_school) = (object.flag("bell", true)?, object.flag("school", false)?);
        Ok(NewSession { id, draft, bell, at_school })
    }
}

/// The steps that are objects: their first key, and all that they may have.
const STEP_KEYS: [(&str, &[&str]); 10] = [
    ("run", &["run"]),
    ("sleep", &["sleep"]),
    ("step_clock", &["step_clock"]),
    ("move", &["move", "to", "lasts"]),
    ("cancel", &["cancel"]),
    ("add", &["add"]),
    ("kill", &["kill"]),
    ("disk", &["disk"]),
    ("table", &["table", "by", "from"]),
    ("meanwhile", &["meanwhile"]),
];

struct Object<'a> {
    place: &'a str,
    map: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    fn of(place: &'a str, value: &'a Value, keys: &[&str]) -> Result<Self> {
        let Value::Object(map) = value else {
            return fault(place, format!("Here belongs an object with {}.", keys.join(", ")));
        };
        let this = Self { place, map };
        match map.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(key) => {
                fault(this.at(key), format!("There is no such key here. There may be {}.", keys.join(", ")))
            }
            None => Ok(this),
        }
    }

    fn at(&self, key: &str) -> String {
        if self.place == "the file" { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn need(&self, key: &str) -> Result<&'a Value> {
        match self.map.get(key) {
            Some(value) => Ok(value),
            None => fault(self.place, format!("\"{key}\" is missing.")),
        }
    }

    fn list(&self, key: &str) -> Result<&'a [Value]> {
        match self.map.get(key) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => fault(self.at(key), "Here belongs a list in [ ]."),
        }
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool> {
        match self.map.get(key) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => fault(self.at(key), "Here belongs true or false."),
        }
    }

    fn text(&self, key: &str) -> Result<String> {
        self.map.get(key).map_or(Ok(String::new()), |value| string(&self.at(key), value).map(str::to_owned))
    }
}

fn string<'a>(place: &str, value: &'a Value) -> Result<&'a str> {
    match value {
        Value::String(text) => Ok(text),
        _ => fault(place, "Here belongs a text in quotation marks."),
    }
}

fn zone(place: &str, value: &Value) -> Result<Zone> {
    let name = string(place, value)?;
    match name.parse() {
        Ok(zone) => Ok(zone),
        Err(_) => fault(place, format!("\"{name}\" is no time zone such as Europe/Madrid.")),
    }
}

fn instant(place: &str, value: &Value) -> Result<DateTime<Utc>> {
    let text = string(place, value)?;
    match text.parse::<DateTime<Utc>>() {
        Ok(at) if at.nanosecond() % 1_000_000 == 0 => Ok(at),
        Ok(_) => fault(place, "Milliseconds are as fine as it gets."),
        Err(_) => fault(place, format!("\"{text}\" is not {AN_INSTANT}.")),
    }
}

fn duration(place: &str, value: &Value) -> Result<TimeDelta> {
    let text = string(place, value)?;
    match parse_duration(text) {
        Some(duration) => Ok(duration),
        None => fault(place, format!("\"{text}\" is not {A_DURATION}.")),
    }
}

/// Time that passes: it does not pass backwards.
fn span(place: &str, value: &Value) -> Result<TimeDelta> {
    let span = duration(place, value)?;
    if span < TimeDelta::zero() {
        return fault(place, "Time does not run backwards; to set the clock back, write step_clock.");
    }
    Ok(span)
}

fn length(place: &str, value: &Value) -> Result<TimeDelta> {
    let lasts = duration(place, value)?;
    if TimeDelta::minutes(lasts.num_minutes()) != lasts || !(5..=720).contains(&lasts.num_minutes()) {
        return fault(place, "A session lasts whole minutes, from 5m to 12h, as in the app.");
    }
    Ok(lasts)
}

fn in_range(place: &str, at: DateTime<Utc>) -> Result<()> {
    if YEARS.contains(&at.timestamp()) {
        return Ok(());
    }
    fault(place, format!("{} is before 1970 or after 2199.", at.to_rfc3339()))
}
