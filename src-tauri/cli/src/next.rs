//! `bell next`: the session that runs, or the next one.

use std::process::ExitCode;

use clap::Args;
use firstbell_core::{error::Code, words::say};

use crate::{
    host::Folder,
    output::{Failure, SessionOut, day, line, print, print_json},
};

/// Show the session that runs, or the next one (exit code 3 if there is none)
#[derive(Args)]
pub struct Arguments {}

pub async fn run(_: &Arguments, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let none = || Failure::Here(Code::NotFound, say("cli-nothing-to-come", &[]));
    let app = folder.read().await?.ok_or_else(none)?;
    let entry = app.coming(1).await?.pop().ok_or_else(none)?;
    let zone = app.zone();
    if json {
        print_json(&SessionOut::of(&entry, zone, &app.school_names().await?))?;
    } else {
        let clock = app.settings().await?.hours();
        print(|out| {
            writeln!(out, "{}", day(entry.session.start.with_timezone(&zone).date_naive()))?;
            Ok(writeln!(out, "  {}", line(&entry, app.now(), zone, clock, true))?)
        })?;
    }
    Ok(ExitCode::SUCCESS)
}
