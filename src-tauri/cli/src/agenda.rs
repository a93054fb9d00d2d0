//! `bell agenda`: the sessions of some days.

use std::process::ExitCode;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use clap::Args;
use firstbell_core::{
    clock::{Clock as _, SystemClock, computer_zone},
    today::Entry,
    wall_clock::{HourClock, instant},
    words::say,
    zone::Zone,
};

use crate::{
    host::Folder,
    output::{Failure, Schools, SessionOut, day, line, print, print_json},
};

/// How many days are listed when it is not said until when.
const DAYS: i64 = 7;

/// List the sessions of some days: a week from today, if no day is named
#[derive(Args)]
pub struct Arguments {
    /// The first day, as 2026-11-24 [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<NaiveDate>,

    /// The day before which the list ends [default: seven days after the first]
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<NaiveDate>,

    /// The zone in which days begin and times are shown, as Europe/Madrid [default: the computer's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<Zone>,
}

pub async fn run(arguments: &Arguments, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let zone = arguments.zone.unwrap_or_else(computer_zone);
    let now = SystemClock.now();
    let first = arguments.from.unwrap_or_else(|| now.with_timezone(&zone).date_naive());
    let end = arguments.to.unwrap_or(first + Duration::days(DAYS));
    if end < first {
        return Err(Failure::Usage(say(
            "cli-days-backwards",
            &[("from", first.to_string().into()), ("to", end.to_string().into())],
        )));
    }
    let Some(app) = folder.read().await? else {
        show(&[], &Schools::new(), (now, zone, None), (first, end), json)?;
        return Ok(ExitCode::SUCCESS);
    };
    let found = app.between(midnight(first, zone), midnight(end, zone)).await?;
    // JSON tells no hours the way that people count them.
    let clock = if json { None } else { Some(app.settings().await?.hours()) };
    show(&found, &app.school_names().await?, (now, zone, clock), (first, end), json)?;
    Ok(ExitCode::SUCCESS)
}

fn show(
    found: &[Entry],
    schools: &Schools,
    (now, zone, clock): (DateTime<Utc>, Zone, Option<HourClock>),
    (first, end): (NaiveDate, NaiveDate),
    json: bool,
) -> Result<(), Failure> {
    if json {
        let out: Vec<SessionOut<'_>> =
            found.iter().map(|entry| SessionOut::of(entry, zone, schools)).collect();
        return print_json(&out);
    }
    let clock = clock.unwrap_or(HourClock::TwentyFour);
    print(|out| {
        if found.is_empty() {
            let last = (end - Duration::days(1)).max(first);
            writeln!(
                out,
                "{}",
                say("cli-nothing", &[("from", first.to_string().into()), ("to", last.to_string().into())])
            )?;
        }
        let mut shown = None;
        for entry in found {
            let date = entry.session.start.with_timezone(&zone).date_naive();
            if shown.replace(date) != Some(date) {
                writeln!(out, "{}", day(date))?;
            }
            writeln!(out, "  {}", line(entry, now, zone, clock, false))?;
        }
        Ok(())
    })
}

/// The instant at which a day begins in a zone.
fn midnight(date: NaiveDate, zone: Zone) -> DateTime<Utc> {
    instant(date.and_time(NaiveTime::MIN), zone)
}

fn date(text: &str) -> Result<NaiveDate, String> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let read = is_plain.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
    read.ok_or_else(|| say("draft-date", &[]))
}

pub(crate) fn zone(text: &str) -> Result<Zone, String> {
    Zone::find(text).ok_or_else(|| say("draft-zone", &[]))
}
