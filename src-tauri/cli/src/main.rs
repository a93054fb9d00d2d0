//! `bell`: First Bell on the command line. A small host over the core, without a window: it reads the
//! sessions of this computer, brings in calendar files, judges links and opens meetings. What it writes
//! reaches an app that runs at the same time.

mod agenda;
mod course;
mod doctor;
mod export;
mod host;
mod import;
mod join;
mod link;
mod next;
mod output;
mod schools;
mod session_bus;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{host::Folder, output::Failure};

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 refused or failed, 2 called wrongly, 3 not found, 4 the network or the school doesn't answer.
Errors are told in one sentence on standard error. With --json, standard output then holds
{\"error\": {\"code\": …, \"message\": …}} (and \"line\" where a calendar file was refused).";

/// First Bell on the command line: the sessions to come, calendar files, links.
#[derive(Parser)]
#[command(name = "bell", version, about, after_help = AFTER_HELP)]
struct Arguments {
    /// Answer in JSON, for programs
    #[arg(long, global = true)]
    json: bool,

    /// The folder with First Bell's data, instead of this person's
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(import::Arguments),
    Agenda(agenda::Arguments),
    Next(next::Arguments),
    Join(join::Arguments),
    Export(export::Arguments),
    Link(link::Arguments),
    Doctor(doctor::Arguments),
    SignUp(schools::SignUp),
    SignIn(schools::SignIn),
    SignOut(schools::SignOut),
    Schools(schools::Schools),
    Sync(course::Sync),
    Requests(course::Requests),
    Ask(course::AskForTime),
    Approve(course::Approve),
    Confirm(course::Confirm),
    Decline(course::Decline),
    Cancel(course::Cancel),
    Waiting(course::Waiting),
}

fn main() -> ExitCode {
    firstbell_core::crash::leave_no_secrets();
    let arguments = Arguments::parse();
    let Arguments { json, data_dir, command } = arguments;
    match run(command, json, data_dir) {
        Ok(code) => code,
        Err(failure) => failure.tell(json),
    }
}

fn run(command: Command, json: bool, data_dir: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let folder = || Folder::of(data_dir);
    match command {
        // Judging a link needs neither a folder nor a store.
        Command::Link(arguments) => link::run(&arguments, json),
        Command::Import(arguments) => host::wait_for(import::run(&arguments, &folder()?, json)),
        Command::Agenda(arguments) => host::wait_for(agenda::run(&arguments, &folder()?, json)),
        Command::Next(arguments) => host::wait_for(next::run(&arguments, &folder()?, json)),
        Command::Join(arguments) => host::wait_for(join::run(&arguments, &folder()?, json)),
        Command::Export(arguments) => host::wait_for(export::run(&arguments, &folder()?, json)),
        Command::SignUp(arguments) => host::wait_for(schools::sign_up(arguments, &folder()?, json)),
        Command::SignIn(arguments) => host::wait_for(schools::sign_in(arguments, &folder()?, json)),
        Command::SignOut(arguments) => host::wait_for(schools::sign_out(arguments, &folder()?, json)),
        Command::Schools(arguments) => host::wait_for(schools::schools(arguments, &folder()?, json)),
        Command::Sync(arguments) => host::wait_for(course::sync(arguments, &folder()?, json)),
        Command::Requests(arguments) => host::wait_for(course::requests(arguments, &folder()?, json)),
        Command::Ask(arguments) => host::wait_for(course::ask_for_time(arguments, &folder()?, json)),
        Command::Approve(arguments) => host::wait_for(course::approve(arguments, &folder()?, json)),
        Command::Confirm(arguments) => host::wait_for(course::confirm(arguments, &folder()?, json)),
        Command::Decline(arguments) => host::wait_for(course::decline(arguments, &folder()?, json)),
        Command::Cancel(arguments) => host::wait_for(course::cancel(arguments, &folder()?, json)),
        Command::Waiting(arguments) => host::wait_for(course::waiting(arguments, &folder()?, json)),
        Command::Doctor(arguments) => host::wait_for(doctor::run(&arguments, &folder()?, json)),
    }
}
