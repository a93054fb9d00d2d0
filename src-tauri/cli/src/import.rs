//! `bell import`: brings in a calendar file, all of it or nothing.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use firstbell_core::{
    app::{ImportResult, Preview, PreviewSeries, SeriesState},
    calendar_file::{LeftOut, MAX_BYTES},
    error::Error,
    progress::Progress,
    words::say,
};
use serde::Serialize;

use crate::{
    host::Folder,
    output::{Failure, print, print_json, printable},
};

/// Bring in a calendar file (.ics), all of it or nothing
///
/// Series with a meeting link get a bell; the others are shown as time taken, without one. What was
/// chosen for a series before stays.
#[derive(Args)]
pub struct Arguments {
    /// The file; `-` reads standard input
    file: PathBuf,
}

#[derive(Serialize)]
struct Imported<'a> {
    added: usize,
    changed: usize,
    removed: usize,
    all_day: usize,
    series: Vec<SeriesOut<'a>>,
    left_out: Vec<LeftOutOut<'a>>,
}

#[derive(Serialize)]
struct SeriesOut<'a> {
    uid: &'a str,
    title: &'a str,
    choice: &'static str,
    state: &'static str,
    coming: usize,
    past: usize,
    provider: Option<&'static str>,
}

#[derive(Serialize)]
struct LeftOutOut<'a> {
    line: usize,
    title: Option<&'a str>,
    reason: &'static str,
    message: String,
}

pub async fn run(arguments: &Arguments, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let path = &arguments.file;
    let from_input = path == Path::new("-");
    let name = if from_input { say("cli-standard-input", &[]) } else { path.display().to_string() };
    let bytes = read(path, from_input).map_err(|_| Error::Unreadable(PathBuf::from(&name)))?;
    let (app, store) = folder.write().await?;
    // Ctrl+C stops it here: a process that ends has written nothing.
    let progress = Progress::default();
    let preview = app.preview(&bytes, &progress).await.map_err(|error| match error {
        Error::File(_) => Failure::File(name.clone(), error),
        error => error.into(),
    })?;
    let result = app.apply(preview.id, &[], &progress).await?;
    // Folds the log into the file, unless the app has it open too.
    store.close().await;
    if json {
        print_json(&Imported::of(&preview, result))?;
    } else {
        tell(&preview, result)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One byte more than a calendar file may have, so that a longer one is known as too long.
fn read(path: &Path, from_input: bool) -> io::Result<Vec<u8>> {
    let most = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if from_input {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

impl<'a> Imported<'a> {
    fn of(preview: &'a Preview, result: ImportResult) -> Self {
        let ImportResult { added, changed, removed } = result;
        Self {
            added,
            changed,
            removed,
            all_day: preview.all_day,
            series: preview.series.iter().map(SeriesOut::of).collect(),
            left_out: preview.left_out.iter().map(LeftOutOut::of).collect(),
        }
    }
}

impl<'a> SeriesOut<'a> {
    fn of(series: &'a PreviewSeries) -> Self {
        Self {
            uid: &series.uid,
            title: &series.shown.title,
            choice: series.choice.name(),
            state: match series.state {
                SeriesState::New => "new",
                SeriesState::Changed => "changed",
                SeriesState::Same => "same",
                SeriesState::Older => "older",
            },
            coming: series.coming,
            past: series.past,
            provider: series.link.as_ref().and_then(|link| link.provider()).map(|provider| provider.name()),
        }
    }
}

impl<'a> LeftOutOut<'a> {
    fn of(left_out: &'a LeftOut) -> Self {
        Self {
            line: left_out.line,
            title: left_out.title.as_deref(),
            reason: left_out.reason.code(),
            message: sentence(left_out),
        }
    }
}

fn sentence(left_out: &LeftOut) -> String {
    say(&left_out.reason.code().replace('_', "-"), &[])
}

fn tell(preview: &Preview, result: ImportResult) -> Result<(), Failure> {
    print(|out| {
        let counts = [
            ("added", result.added.into()),
            ("changed", result.changed.into()),
            ("removed", result.removed.into()),
        ];
        writeln!(out, "{}", say("cli-imported", &counts))?;
        let busy = preview.series.iter().filter(|series| series.choice.name() == "no_bell").count();
        if busy > 0 {
            writeln!(out, "{}", say("cli-imported-busy", &[("count", busy.into())]))?;
        }
        if preview.all_day > 0 {
            writeln!(out, "{}", say("cli-imported-all-day", &[("count", preview.all_day.into())]))?;
        }
        for left_out in &preview.left_out {
            let title = left_out.title.as_deref().map(printable).unwrap_or_default();
            let arguments =
                [("line", left_out.line.into()), ("title", title.into()), ("why", sentence(left_out).into())];
            writeln!(out, "{}", say("cli-left-out", &arguments))?;
        }
        Ok(())
    })
}
