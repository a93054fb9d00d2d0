//! `school`: a school on this computer to try First Bell with. What it prints on standard output is for programs or
//! people that asked for it; how far it is goes to standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod background;
mod print;
mod signals;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use firstbell_school::{Server, ServerPlan, sample};

use self::print::Address;

const USAGE: &str = "Usage: school --folder DIR [--fresh] [--print-env]   stays up in the background
       school --folder DIR --stop
       school --ephemeral [--print-env]             until Ctrl+C, and nothing is left
       with --accounts PROGRAM: a genuine Supabase Auth answers for the accounts";

#[derive(Default)]
struct Arguments {
    folder: Option<PathBuf>,
    /// What is kept in the folder is thrown away first.
    fresh: bool,
    ephemeral: bool,
    print_env: bool,
    stop: bool,
    /// A genuine accounts' server.
    accounts: Option<PathBuf>,
    /// This is the process that stays in the background.
    stay: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the first lines only, reads on no further.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let arguments = read_arguments()?;
    if arguments.ephemeral {
        return ephemeral(plan(arguments.accounts), arguments.print_env).await;
    }
    let folder = arguments.folder.context(USAGE)?;
    if arguments.stay {
        return background::stay(plan(arguments.accounts), &folder).await;
    }
    if arguments.stop {
        return background::stop(&folder).await;
    }
    if arguments.fresh {
        background::stop(&folder).await?;
        background::throw_away(&folder)?;
    }
    let address = background::up(&folder, arguments.accounts.as_deref()).await?;
    address.print(arguments.print_env)
}

fn read_arguments() -> Result<Arguments> {
    let mut arguments = Arguments::default();
    let mut given = std::env::args_os().skip(1);
    while let Some(argument) = given.next() {
        match argument.to_str() {
            Some("--folder") => arguments.folder = Some(given.next().context(USAGE)?.into()),
            Some("--accounts") => arguments.accounts = Some(given.next().context(USAGE)?.into()),
            Some("--fresh") => arguments.fresh = true,
            Some("--ephemeral") => arguments.ephemeral = true,
            Some("--print-env") => arguments.print_env = true,
            Some("--stop" | "stop") => arguments.stop = true,
            Some("--stay") => arguments.stay = true,
            _ => bail!("school does not know {}\n{USAGE}", argument.display()),
        }
    }
    Ok(arguments)
}

fn plan(accounts: Option<PathBuf>) -> ServerPlan {
    let plan = Server::plan().telling(tell);
    match accounts {
        Some(program) => plan.accounts(&program),
        None => plan,
    }
}

async fn ephemeral(plan: ServerPlan, print_env: bool) -> Result<()> {
    // From here on, so that a signal during the start ends what has been started.
    let end = signals::End::watch()?;
    let began = Instant::now();
    let started = async {
        let server = plan.start().await?;
        sample::furnish(&server).await?;
        eprintln!("The school is up after {:.2} s. Ctrl+C ends it.", began.elapsed().as_secs_f64());
        Address::of(&server).print(print_env)?;
        anyhow::Ok(server)
    };
    // Dropped in both cases: nothing is left.
    tokio::select! {
        server = started => {
            let _server = server?;
            end.wait().await;
        }
        () = end.wait() => {}
    }
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn tell(step: &str, took: Duration) {
    eprintln!("{:6.2} s  {step}", took.as_secs_f64());
}
