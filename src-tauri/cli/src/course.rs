//! Requests at schools, what waits to be sent, and being in step with the schools.

use std::process::ExitCode;

use chrono::{DateTime, NaiveDateTime, Utc};
use clap::Args;
use firstbell_core::{
    app::{
        App, Reply, Request, WaitingLine,
        course_asks::{BecameLine, CourseAsk, CourseReply, RequestLine, SyncedLine, WaitingOut},
        school_asks::{SchoolAsk, SchoolReply},
    },
    clock::computer_zone,
    error::Code,
    wall_clock::{instant, time_of_day},
    words::say,
    zone::Zone,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    agenda::zone,
    host::Folder,
    output::{Failure, print, print_json, printable},
    schools::at_school,
};

/// Send what waits to the schools, and bring what has changed there
#[derive(Args)]
pub struct Sync {}

/// The requests that wait for somebody, yours first
#[derive(Args)]
pub struct Requests {
    /// Instead, who can be asked for a time
    #[arg(long)]
    tutors: bool,
}

/// Ask a tutor for a time
#[derive(Args)]
pub struct AskForTime {
    /// Whom: their name
    #[arg(long, value_name = "NAME")]
    tutor: String,
    /// What the lesson is about
    #[arg(long, value_name = "TEXT")]
    subject: String,
    /// When it starts, as 2026-12-01T16:00
    #[arg(long, value_name = "TIME", value_parser = wall)]
    at: NaiveDateTime,
    /// The zone of that time, as Europe/Madrid [default: the computer's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<Zone>,
    /// For how long
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(i64).range(10..=480))]
    minutes: i64,
    /// For which child
    #[arg(long = "for", value_name = "PERSON")]
    student: Option<String>,
    /// A few words with it
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

/// Agree, as a parent, to what a child asks for
#[derive(Args)]
pub struct Approve {
    /// The request, by its id in `bell requests --json`
    id: String,
}

/// Say yes to a request, which makes the session
#[derive(Args)]
pub struct Confirm {
    /// The request, by its id in `bell requests --json`
    id: String,
}

/// Say no to a request
#[derive(Args)]
pub struct Decline {
    /// The request, by its id in `bell requests --json`
    id: String,
    /// Why, for whoever has asked
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

/// Take a request or a session at a school back
#[derive(Args)]
pub struct Cancel {
    /// The request, by its id in `bell requests --json`, or the session, by its id in `bell agenda --json`
    id: String,
    /// Why, for the other side
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

/// What was done here and a school has not answered, or has refused
#[derive(Args)]
pub struct Waiting {
    /// Drop one of them, by its id
    #[arg(long, value_name = "ID", conflicts_with = "retry")]
    drop: Option<Uuid>,
    /// Try one of them again, by its id
    #[arg(long, value_name = "ID")]
    retry: Option<Uuid>,
}

pub async fn sync(Sync {}: Sync, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let CourseReply::Synced { schools } = ask(folder, CourseAsk::Sync).await? else {
        return Err(other_version());
    };
    // Where no school could be asked at all, it was not done; else each line says how it went.
    if let [first, ..] = &schools[..]
        && schools.iter().all(|school| school.code.is_some())
    {
        let message = first.message.clone().unwrap_or_default();
        return Err(Failure::Here(first.code.unwrap_or(Code::SchoolSilent), message));
    }
    if json {
        #[derive(Serialize)]
        struct Out<'a> {
            schools: &'a [SyncedLine],
        }
        print_json(&Out { schools: &schools })?;
    } else if schools.is_empty() {
        print(|out| Ok(writeln!(out, "{}", say("cli-no-schools", &[]))?))?;
    } else {
        print(|out| {
            for school in &schools {
                writeln!(out, "{}", printable(&synced(school)))?;
            }
            Ok(())
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

fn synced(line: &SyncedLine) -> String {
    let words = match (&line.message, line.waiting) {
        (Some(message), _) => message.clone(),
        (None, 0) => say("cli-synced", &[]),
        (None, waiting) => say("cli-synced-but", &[("count", waiting.into())]),
    };
    format!("{}  {words}", line.school)
}

pub async fn requests(arguments: Requests, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    // Reading needs no owner.
    let app = folder.read().await?;
    if arguments.tutors {
        return tutors(app.as_ref(), json).await;
    }
    let found = match &app {
        Some(app) => app.requests().await?,
        None => Vec::new(),
    };
    if json {
        print_json(&found.iter().map(RequestLine::from).collect::<Vec<_>>())?;
    } else {
        let clock = match &app {
            Some(app) => app.settings().await?.hours(),
            None => return nothing("cli-no-requests"),
        };
        if found.is_empty() {
            return nothing("cli-no-requests");
        }
        print(|out| {
            for request in &found {
                let at = request.booking.start;
                let time = time_of_day(at, computer_zone(), clock);
                let day = at.with_timezone(&computer_zone()).format("%a %-d %b");
                writeln!(out, "{}", printable(&format!("{day} {time}  {}", sentence(request))))?;
            }
            Ok(())
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn tutors(app: Option<&App>, json: bool) -> Result<ExitCode, Failure> {
    let found = match app {
        Some(app) => app.askable().await?,
        None => Vec::new(),
    };
    #[derive(Serialize)]
    struct Out {
        id: String,
        name: String,
        school: String,
    }
    let named = found.into_iter().flat_map(|at| {
        let school = at.school_name;
        at.tutors.into_iter().map(move |tutor| Out {
            id: tutor.id.to_string(),
            name: tutor.name,
            school: school.clone(),
        })
    });
    let named: Vec<Out> = named.collect();
    if json {
        print_json(&named)?;
    } else if named.is_empty() {
        return nothing("cli-no-tutors");
    } else {
        print(|out| {
            for one in &named {
                writeln!(out, "{}", printable(&format!("{}  {}", one.name, one.school)))?;
            }
            Ok(())
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

fn nothing(words: &str) -> Result<ExitCode, Failure> {
    print(|out| Ok(writeln!(out, "{}", say(words, &[]))?))?;
    Ok(ExitCode::SUCCESS)
}

fn sentence(request: &Request) -> String {
    let booking = &request.booking;
    let status = if request.waits {
        "request-waits".to_owned()
    } else {
        let mine = if request.needs_me { "-mine" } else { "" };
        let name = serde_json::to_value(booking.status).ok();
        let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
        format!("request-{}{mine}", name.to_lowercase().replace('_', "-"))
    };
    say(
        &status,
        &[
            ("name", booking.other().name.clone().into()),
            ("student", booking.student.name.clone().into()),
            ("subject", booking.subject.clone().into()),
        ],
    )
}

pub async fn ask_for_time(arguments: AskForTime, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let AskForTime { tutor, subject, at, zone, minutes, student, note } = arguments;
    let zone = zone.unwrap_or_else(computer_zone);
    let start = wanted(at, zone)?;
    let zone = zone.name().to_owned();
    let wish = CourseAsk::AskForTime { tutor, subject, start, minutes, zone, student, note };
    done(ask(folder, wish).await?, "cli-asked", json)
}

/// The instant of a wall clock. One that the clocks leave out is nobody's wish.
fn wanted(at: NaiveDateTime, zone: Zone) -> Result<DateTime<Utc>, Failure> {
    let start = instant(at, zone);
    if zone.wall(start) == at { Ok(start) } else { Err(Failure::Usage(say("cli-no-such-time", &[]))) }
}

pub async fn approve(Approve { id }: Approve, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    answer(folder, id, Reply::Approve, "cli-approved", json).await
}

pub async fn confirm(Confirm { id }: Confirm, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    answer(folder, id, Reply::Confirm, "cli-confirmed", json).await
}

pub async fn decline(
    Decline { id, reason }: Decline,
    folder: &Folder,
    json: bool,
) -> Result<ExitCode, Failure> {
    answer(folder, id, Reply::Decline(reason), "cli-declined", json).await
}

pub async fn cancel(Cancel { id, reason }: Cancel, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    answer(folder, id, Reply::Cancel(reason), "cli-taken-back", json).await
}

async fn answer(
    folder: &Folder,
    id: String,
    reply: Reply,
    words: &str,
    json: bool,
) -> Result<ExitCode, Failure> {
    done(ask(folder, CourseAsk::Answer { id, reply }).await?, words, json)
}

pub async fn waiting(arguments: Waiting, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    match arguments {
        Waiting { drop: Some(id), .. } => {
            done(ask(folder, CourseAsk::Drop { id }).await?, "cli-dropped", json)
        }
        Waiting { retry: Some(id), .. } => {
            done(ask(folder, CourseAsk::Retry { id }).await?, "cli-retried", json)
        }
        Waiting { .. } => {
            let lines = match folder.read().await? {
                Some(app) => app.waiting().await?,
                None => Vec::new(),
            };
            list(&lines, json)
        }
    }
}

fn list(lines: &[WaitingLine], json: bool) -> Result<ExitCode, Failure> {
    if json {
        print_json(&lines.iter().map(WaitingOut::from).collect::<Vec<_>>())?;
    } else if lines.is_empty() {
        return nothing("cli-nothing-waits");
    } else {
        print(|out| {
            for line in lines {
                writeln!(out, "{}", printable(&format!("{}  {}  {}", line.id, line.what, line.why)))?;
            }
            Ok(())
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

fn done(reply: CourseReply, words: &str, json: bool) -> Result<ExitCode, Failure> {
    let CourseReply::Became(BecameLine { id, done }) = reply else { return Err(other_version()) };
    if json {
        #[derive(Serialize)]
        struct Out {
            id: String,
            done: bool,
            waiting: bool,
        }
        print_json(&Out { id, done, waiting: !done })?;
        return Ok(ExitCode::SUCCESS);
    }
    nothing(if done { words } else { "waits-for-network" })
}

async fn ask(folder: &Folder, what: CourseAsk) -> Result<CourseReply, Failure> {
    match at_school(folder, SchoolAsk::Course(what)).await? {
        SchoolReply::Course(reply) => Ok(reply),
        SchoolReply::Failed { code, message } => Err(Failure::Here(code, message)),
        _ => Err(other_version()),
    }
}

fn other_version() -> Failure {
    Failure::Here(Code::NotAllowed, say("error-other-version", &[]))
}

fn wall(text: &str) -> Result<NaiveDateTime, String> {
    let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    read.ok_or_else(|| say("cli-wall", &[]))
}
