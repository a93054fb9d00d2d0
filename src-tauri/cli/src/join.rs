//! `bell join`: opens the meeting of a session in the browser.

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use clap::Args;
use firstbell_core::{
    app::Opened,
    error::{Code, Error},
    id::SessionKey,
    words::say,
};
use serde::Serialize;

use crate::{
    host::Folder,
    output::{Failure, print, print_json},
};

/// Open the meeting of a session: the one named, or the one whose door is open
#[derive(Args)]
pub struct Arguments {
    /// The id of the session, as `bell agenda --json` tells it
    id: Option<SessionKey>,

    /// Open a link that leads to an unknown host without asking
    #[arg(long)]
    yes: bool,

    /// Open the meeting before Join opens
    #[arg(long)]
    early: bool,
}

#[derive(Serialize)]
struct Joined {
    id: String,
    opened: bool,
}

pub async fn run(arguments: &Arguments, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let app = folder.read().await?.ok_or(Error::NotFound)?;
    let id = match arguments.id {
        Some(id) => id,
        None => match app.session_to_join(arguments.early).await {
            Ok(id) => id,
            Err(Error::NotFound) => {
                return Err(Failure::Here(Code::NotFound, say("cli-nothing-to-come", &[])));
            }
            Err(error) => return Err(error.into()),
        },
    };
    let mut opened = app.join(id, arguments.yes, arguments.early).await?;
    if let Opened::Ask { host, looks_like } = &opened {
        if !confirms(host, *looks_like)? {
            return Err(Failure::Here(Code::NotAllowed, say("cli-not-opened", &[])));
        }
        opened = app.join(id, true, arguments.early).await?;
    }
    match opened {
        Opened::Yes => {}
        Opened::Ask { .. } | Opened::BrowserFailed => {
            return Err(Failure::Here(Code::FileFailed, say("cli-browser-failed", &[])));
        }
    }
    if json {
        print_json(&Joined { id: id.to_string(), opened: true })?;
    } else {
        print(|out| Ok(writeln!(out, "{}", say("cli-opened", &[]))?))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks on the terminal. Where there is none, nobody can say yes.
fn confirms(host: &str, looks_like: Option<&'static str>) -> Result<bool, Failure> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::Here(
            Code::NotAllowed,
            say("cli-pass-yes", &[("host", host.to_owned().into())]),
        ));
    }
    let mut err = io::stderr();
    if let Some(provider) = looks_like {
        writeln!(err, "{}", say("cli-looks-like", &[("provider", provider.into())]))?;
    }
    write!(err, "{} ", say("cli-ask", &[("host", host.to_owned().into())]))?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
