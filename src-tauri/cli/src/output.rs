//! What `bell` prints, and how it fails.

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use chrono::{DateTime, FixedOffset, NaiveDate, Offset as _, SecondsFormat, Utc};
use firstbell_core::{
    error::{Code, Error},
    id::WorkspaceId,
    join::JoinState,
    session::Session,
    state_table::Role,
    store::StoreError,
    today::{Also, Entry},
    wall_clock::{HourClock, time_of_day},
    words::say,
    zone::Zone,
};
use serde::Serialize;

/// Refused or failed.
pub const REFUSED: u8 = 1;
/// Called wrongly.
pub const USAGE: u8 = 2;
/// What was asked for is not there.
pub const NOT_FOUND: u8 = 3;
/// The network or the school does not answer; the same may work later.
pub const NETWORK: u8 = 4;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// The core says so.
    Core(Error),
    /// A calendar file was refused: its name as given, and why.
    File(String, Error),
    /// The command was called wrongly; the sentence names what is wrong.
    Usage(String),
    /// Anything that only this host knows of.
    Here(Code, String),
    /// Nobody takes what is printed.
    Output(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Core(error.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

#[derive(Serialize)]
struct Told<'a> {
    error: Telling<'a>,
}

#[derive(Serialize)]
struct Telling<'a> {
    code: Code,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

impl Failure {
    /// Says it on standard error, and with `json` as an object on standard output.
    pub fn tell(self, json: bool) -> ExitCode {
        let (code, message, line) = match &self {
            // Whoever read the output has had enough of it.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Output(error) => {
                let _ = writeln!(io::stderr(), "bell: {error}");
                return ExitCode::from(REFUSED);
            }
            Self::Usage(message) => {
                let _ = writeln!(io::stderr(), "bell: {message}");
                return ExitCode::from(USAGE);
            }
            Self::Core(error) => (error.code(), error.sentence(), None),
            Self::File(_, error) => (error.code(), error.sentence(), line_of(error)),
            Self::Here(code, message) => (*code, message.clone(), None),
        };
        let place = match (&self, line) {
            (Self::File(name, _), Some(line)) => format!("{}:{line}", printable(name)),
            (Self::File(name, _), None) => printable(name),
            _ => "bell".to_owned(),
        };
        let _ = writeln!(io::stderr(), "{place}: {message}");
        if json {
            let told = Told { error: Telling { code, message: &message, line } };
            let _ = print_json(&told);
        }
        ExitCode::from(match code {
            Code::NotFound => NOT_FOUND,
            code if code.is_of_network() => NETWORK,
            _ => REFUSED,
        })
    }
}

fn line_of(error: &Error) -> Option<usize> {
    match error {
        Error::File(fault) => fault.line(),
        _ => None,
    }
}

/// Writes to standard output, a block at a time.
pub fn print(with: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    with(&mut out)?;
    Ok(out.flush()?)
}

/// Writes one JSON value and a line end to standard output.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print(|out| {
        serde_json::to_writer(&mut *out, value)?;
        Ok(writeln!(out)?)
    })
}

/// What schools are called, by workspace.
pub type Schools = BTreeMap<WorkspaceId, String>;

/// A session as programs read it.
#[derive(Serialize)]
pub struct SessionOut<'a> {
    workspace: String,
    id: String,
    title: &'a str,
    start: String,
    end: String,
    zone: &'a str,
    provider: Option<&'static str>,
    join_url: Option<&'a str>,
    status: &'static str,
    join_state: JoinState,
    source: &'static str,
    /// What the school is called that plans it.
    school: Option<&'a str>,
    /// As whom the person is in it.
    role: Role,
    /// Something that was done about it here has yet to reach the school.
    waiting: bool,
    /// What other sources have of the same lesson.
    also: Vec<AlsoOut<'a>>,
}

/// What another source has of a lesson.
#[derive(Serialize)]
struct AlsoOut<'a> {
    id: String,
    school: Option<&'a str>,
}

impl<'a> SessionOut<'a> {
    /// A session with its times in a zone.
    pub fn of(entry: &'a Entry, zone: Zone, schools: &'a Schools) -> Self {
        let Session { title, start, end, zone: record, join_url, status, source, .. } = &entry.session;
        Self {
            workspace: entry.session.workspace.to_string(),
            id: entry.session.key().to_string(),
            title,
            start: rfc3339(*start, zone),
            end: rfc3339(*end, zone),
            zone: record,
            provider: join_url.as_ref().and_then(|url| url.provider()).map(|provider| provider.name()),
            join_url: join_url.as_ref().map(|url| url.as_str()),
            status: status.name(),
            join_state: entry.join,
            source: source.name(),
            school: schools.get(&entry.session.workspace).map(String::as_str),
            role: entry.role,
            waiting: entry.waits,
            also: entry.also.iter().map(|also| AlsoOut::of(also, schools)).collect(),
        }
    }
}

impl<'a> AlsoOut<'a> {
    fn of(also: &Also, schools: &'a Schools) -> Self {
        Self { id: also.key.to_string(), school: schools.get(&also.key.workspace).map(String::as_str) }
    }
}

/// An instant with the offset that a zone has then.
pub fn rfc3339(at: DateTime<Utc>, zone: Zone) -> String {
    let seconds = at.with_timezone(&zone).offset().fix().local_minus_utc();
    // Local mean times, of long ago, have seconds in their offset, which RFC 3339 §5.6 cannot say.
    let whole = FixedOffset::east_opt(seconds.div_euclid(60) * 60).unwrap_or(Utc.fix());
    at.with_timezone(&whole).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// The line of a session, for people: when, what, and what is to be said of it at `now`. That Join opens later
/// is what they expect of most of a list, so it is said only where `says_opening`.
pub fn line(entry: &Entry, now: DateTime<Utc>, zone: Zone, clock: HourClock, says_opening: bool) -> String {
    let session = &entry.session;
    let (start, end) = (time_of_day(session.start, zone, clock), time_of_day(session.end, zone, clock));
    let mut line = format!("{start}–{end}  {}", printable(&session.title));
    if let Some(url) = &session.join_url {
        line.push_str(" · ");
        line.push_str(url.provider().map_or_else(|| url.host(), |provider| provider.label()));
    }
    let is_quiet = entry.join == JoinState::OpensAt && !says_opening;
    if let Some(state) = state(entry, now, zone, clock).filter(|_| !is_quiet) {
        line.push_str(" · ");
        line.push_str(&state);
    }
    line
}

/// What is to be said of a session, if anything.
fn state(entry: &Entry, now: DateTime<Utc>, zone: Zone, clock: HourClock) -> Option<String> {
    let session = &entry.session;
    let with_time = |name: &str, at| Some(say(name, &[("time", time_of_day(at, zone, clock).into())]));
    let name = match entry.join {
        JoinState::Cancelled => "cli-cancelled",
        JoinState::Final => match session.status.name() {
            "EARLY_END" => "cli-ended-early",
            "NO_SHOW_STUDENT" => "cli-student-away",
            "NO_SHOW_TUTOR" => "cli-tutor-away",
            _ => "cli-held",
        },
        JoinState::Ended => return with_time("cli-ended", session.end),
        // Join stays open for a while, which does not make it go on.
        _ if session.end <= now => return with_time("cli-ended", session.end),
        JoinState::NoLink if session.is_busy_time() => return None,
        JoinState::NoLink => "cli-no-link",
        JoinState::OpensAt => {
            return with_time("cli-opens", entry.door.opens_at);
        }
        JoinState::Open => "cli-open",
        JoinState::InProgress => "cli-in-progress",
    };
    Some(say(name, &[]))
}

/// A day as people read it.
pub fn day(date: NaiveDate) -> String {
    date.format("%A, %-d %B %Y").to_string()
}

/// A text of somebody else's, so that it cannot steer the terminal or turn the direction of the line.
pub fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}
