//! `bell export`: all sessions as a calendar file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use firstbell_core::{
    calendar_file,
    clock::{Clock as _, SystemClock},
    error::Error,
    words::say,
};
use serde::Serialize;

use crate::{
    host::Folder,
    output::{Failure, print, print_json, printable},
};

/// Write all sessions as a calendar file
#[derive(Args)]
pub struct Arguments {
    /// The file to write [default: standard output]
    file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Exported<'a> {
    sessions: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<&'a str>,
}

pub async fn run(arguments: &Arguments, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let calendar = match folder.read().await? {
        Some(app) => app.export(None).await?,
        None => calendar_file::write(&[], SystemClock.now()),
    };
    // A line of text inside an event never begins so: its continuation begins with a blank.
    let sessions = calendar.lines().filter(|line| *line == "BEGIN:VEVENT").count();
    let file = arguments.file.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = file {
        write_whole(path, &calendar).map_err(|_| Error::Unwritable(path.to_owned()))?;
    }
    match (file, json) {
        (None, false) => print(|out| Ok(out.write_all(calendar.as_bytes())?))?,
        (None, true) => print_json(&Exported { sessions, file: None, calendar: Some(&calendar) })?,
        (Some(path), true) => {
            print_json(&Exported { sessions, file: Some(path.display().to_string()), calendar: None })?;
        }
        (Some(path), false) => print(|out| {
            let file = printable(&path.display().to_string());
            Ok(writeln!(
                out,
                "{}",
                say("cli-exported", &[("count", sessions.into()), ("file", file.into())])
            )?)
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes beside and renames, so that a full disk does not leave half a calendar in place of a whole one.
/// What is no plain file (a pipe, a device) is written as it is.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    if path.exists() && !path.is_file() {
        return fs::write(path, text);
    }
    // Through a link, the file that it names is replaced, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut beside = path.clone().into_os_string();
    beside.push(".part");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
