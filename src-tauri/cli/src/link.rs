//! `bell link`: what may be done with a link. Needs no folder, no store and no network.

use std::{
    ffi::{OsStr, OsString},
    io::{self, BufRead as _, Write},
    process::ExitCode,
};

use clap::Args;
use firstbell_core::{
    join::{Judgement, Verdict, judge},
    words::say,
};
use serde::Serialize;

use crate::output::{Failure, print, printable};

/// Judge links: open, ask first, or refuse. Exit code 0 when all were judged, whatever the verdicts
#[derive(Args)]
pub struct Arguments {
    /// The links, exactly as given; `-` reads them from standard input, one a line
    #[arg(required = true, value_name = "URL")]
    urls: Vec<OsString>,
}

#[derive(Serialize)]
struct Judged<'a> {
    verdict: &'static str,
    provider: Option<&'static str>,
    /// As it would be opened, not as it was given.
    url: Option<&'a str>,
    reason: &'static str,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<ExitCode, Failure> {
    print(|out| {
        for url in &arguments.urls {
            if url == OsStr::new("-") {
                lines(out, json)?;
            } else {
                show(out, url.to_str(), json)?;
            }
        }
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Judges standard input line by line. Only the line end goes; blanks and control characters count.
fn lines(out: &mut dyn Write, json: bool) -> Result<(), Failure> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        show(out, std::str::from_utf8(&line).ok(), json)?;
    }
}

/// `None` is a text that is not UTF-8, and so no URL.
fn show(out: &mut dyn Write, text: Option<&str>, json: bool) -> Result<(), Failure> {
    // U+FFFF is no character, and as a text by itself no URL.
    let Judgement { verdict, provider, url, reason, .. } = judge(text.unwrap_or("\u{ffff}"));
    let name = match verdict {
        Verdict::Open => "open",
        Verdict::Ask => "ask",
        Verdict::Refuse => "refuse",
    };
    if json {
        let provider = provider.map(|provider| provider.name());
        let judged = Judged { verdict: name, provider, url: url.as_deref(), reason: reason.code() };
        serde_json::to_writer(&mut *out, &judged)?;
        return Ok(writeln!(out)?);
    }
    let verdict = say(&format!("cli-link-{name}"), &[]);
    let why = match reason.imitates().or(provider) {
        Some(provider) if reason.imitates().is_some() => {
            say("cli-looks-like", &[("provider", provider.label().into())])
        }
        _ => say(&format!("cli-reason-{}", reason.code().replace('_', "-")), &[]),
    };
    let who = provider.map(|provider| format!(" · {}", provider.label())).unwrap_or_default();
    let url = url.map(|url| format!("  {}", printable(&url))).unwrap_or_default();
    Ok(writeln!(out, "{verdict}{who} · {why}{url}")?)
}
