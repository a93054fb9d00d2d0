//! Schools: signing up, in and out, the list, and whether a school is set up as it should be. The tokens have one owner:
//! while the app runs, it is asked to do it.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Args, Subcommand, ValueEnum};
use firstbell_core::{
    app::school_asks::{Door, SchoolAsk, SchoolLine, SchoolReply, StepLine},
    error::Code,
    local_socket::{Ask, Asked, Reply, Sealed, ask},
    sign_in::SchoolRole,
    words::say,
};
use serde::Serialize;

use crate::{
    host::Folder,
    output::{Failure, print, print_json, printable},
};

mod check;

/// How long the app may take: a request, a keychain that asks the person, and a little.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest line that is read as a password or a code.
const LONGEST: usize = 1000;

/// Make an account at a school. The password is read from standard input
#[derive(Args)]
pub struct SignUp {
    #[command(flatten)]
    door: DoorArguments,
    /// The e-mail address of the account
    #[arg(long)]
    email: String,
    /// As what you come; an invitation says it itself
    #[arg(long, value_enum)]
    role: Option<Role>,
    #[arg(long)]
    first_name: String,
    #[arg(long, default_value = "")]
    last_name: String,
    /// A few words to the school, without an invitation
    #[arg(long, default_value = "")]
    note: String,
    /// The child's name, for a parent without an invitation
    #[arg(long, default_value = "")]
    child: String,
    /// Where you live, as a place or an IANA name, such as "New York"; else the time zone of this computer
    #[arg(long)]
    zone: Option<String>,
}

/// Sign in to a school. The password is read from standard input; with --code, the digits of its mail
#[derive(Args)]
pub struct SignIn {
    #[command(flatten)]
    door: DoorArguments,
    /// The e-mail address of the account
    #[arg(long)]
    email: String,
    /// Standard input has the six digits of the mail instead of the password
    #[arg(long)]
    code: bool,
}

/// Sign out of a school
#[derive(Args)]
pub struct SignOut {
    /// Which school: its address, name or id; not needed if there is only one
    #[arg(long, value_name = "SCHOOL")]
    address: Option<String>,
    /// On all computers
    #[arg(long)]
    everywhere: bool,
}

/// The schools that you are signed in to
#[derive(Args)]
pub struct Schools {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Whether a school is set up so that people can get in
    Check(DoorArguments),
}

#[derive(Args)]
struct DoorArguments {
    /// The school's address, such as https://school.example.org
    #[arg(long)]
    address: Option<String>,
    /// The school's publishable key
    #[arg(long)]
    key: Option<String>,
    /// An invitation: its link, its code, or the whole mail
    #[arg(long, value_name = "TEXT")]
    invitation: Option<String>,
    /// The school has really moved to another address than the one that is known here
    #[arg(long)]
    agreed: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Student,
    Tutor,
    Parent,
}

impl From<Role> for SchoolRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Student => Self::Student,
            Role::Tutor => Self::Tutor,
            Role::Parent => Self::Guardian,
        }
    }
}

impl From<DoorArguments> for Door {
    fn from(DoorArguments { address, key, invitation, agreed }: DoorArguments) -> Self {
        Self { address, key, invitation, agreed }
    }
}

pub async fn sign_up(arguments: SignUp, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let SignUp { door, email, role, first_name, last_name, note, child, zone } = arguments;
    let password = read_secret("cli-password")?;
    let door = door.into();
    let role = role.map(Into::into);
    tell(
        &at_school(
            folder,
            SchoolAsk::SignUp { door, role, first_name, last_name, email, password, note, child, zone },
        )
        .await?,
        json,
    )
}

pub async fn sign_in(arguments: SignIn, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let SignIn { door, email, code } = arguments;
    let door = door.into();
    let asked = if code {
        SchoolAsk::Confirm { door, email, code: read_secret("cli-code")? }
    } else {
        SchoolAsk::SignIn { door, email, password: read_secret("cli-password")? }
    };
    tell(&at_school(folder, asked).await?, json)
}

pub async fn sign_out(arguments: SignOut, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let SignOut { address, everywhere } = arguments;
    tell(&at_school(folder, SchoolAsk::SignOut { school: address, everywhere }).await?, json)
}

pub async fn schools(arguments: Schools, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    match arguments.what {
        Some(What::Check(door)) => check::run(door.address, door.key, door.invitation, json).await,
        // Reading needs no owner.
        None => match folder.read().await? {
            Some(app) => tell(&Arc::new(app).at_school(SchoolAsk::Schools).await, json),
            None => tell(&SchoolReply::Schools { schools: Vec::new() }, json),
        },
    }
}

/// Has it done by whoever owns the folder: the app that runs, or this program for as long as it takes.
pub(crate) async fn at_school(folder: &Folder, what: SchoolAsk) -> Result<SchoolReply, Failure> {
    let mut owned = folder.own_for_schools().await;
    if let Err(firstbell_core::error::Error::RunsElsewhere) = &owned {
        let ask_for = Ask::School { what: Sealed(serde_json::to_value(&what)?) };
        match ask(&folder.data_folder()?, &ask_for, PATIENCE).await {
            Asked::Answered(Reply::School { what: Sealed(reply) }) => {
                return Ok(serde_json::from_value(reply)?);
            }
            Asked::Answered(_) | Asked::Silent(_) => {
                return Err(Failure::Here(Code::StoreBusy, say("cli-app-silent", &[])));
            }
            // It has ended meanwhile, or another `bell` was at it.
            Asked::Nobody => owned = folder.own_for_schools().await,
        }
    }
    let (app, _ownership) = owned?;
    Ok(app.at_school(what).await)
}

/// Reads a line. It is not shown where somebody types it.
fn read_secret(prompt: &str) -> Result<String, Failure> {
    let line = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{} ", say(prompt, &[])))?
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        line
    };
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() || line.len() > LONGEST {
        return Err(Failure::Usage(say("cli-nothing-on-input", &[])));
    }
    Ok(line.to_owned())
}

#[derive(Serialize)]
struct StepOut<'a> {
    step: &'a str,
    school: &'a str,
    role: Option<SchoolRole>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct SchoolsOut<'a> {
    schools: &'a [SchoolLine],
}

#[derive(Serialize)]
struct DoneOut {
    done: bool,
}

fn tell(reply: &SchoolReply, json: bool) -> Result<ExitCode, Failure> {
    match reply {
        SchoolReply::Failed { code, message } => return Err(Failure::Here(*code, message.clone())),
        SchoolReply::Step(line) if json => {
            let StepLine { step, school, role, reason } = line;
            print_json(&StepOut { step, school, role: *role, reason: reason.as_deref() })?;
        }
        SchoolReply::Step(line) => print(|out| Ok(writeln!(out, "{}", sentence(line))?))?,
        // Nothing of that is asked for here.
        SchoolReply::Course(_) => {}
        SchoolReply::Done if json => print_json(&DoneOut { done: true })?,
        SchoolReply::Done => print(|out| Ok(writeln!(out, "{}", say("cli-signed-out", &[]))?))?,
        SchoolReply::Schools { schools } if json => print_json(&SchoolsOut { schools })?,
        SchoolReply::Schools { schools } if schools.is_empty() => {
            print(|out| Ok(writeln!(out, "{}", say("cli-no-schools", &[]))?))?;
        }
        SchoolReply::Schools { schools } => print(|out| {
            for school in schools {
                writeln!(out, "{}", one_line(school))?;
            }
            Ok(())
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

fn one_line(school: &SchoolLine) -> String {
    let state = serde_json::to_value(school.state).ok();
    let state = state.as_ref().and_then(|state| state.as_str()).unwrap_or_default();
    let words = school.sentence.clone().unwrap_or_else(|| say(name_of_state(state), &[]));
    printable(&format!("{}  {}  {}  {words}", school.school, school.host, school.email))
}

fn name_of_state(state: &str) -> &'static str {
    match state {
        "waiting" => "cli-school-waiting",
        "stranger" => "cli-school-stranger",
        "asked" => "cli-school-asked",
        "turned_away" => "cli-school-turned-away",
        _ => "cli-school-in",
    }
}

fn sentence(line: &StepLine) -> String {
    let name = match line.step.as_str() {
        "confirm" => "cli-step-confirm",
        "confirm_new_password" => "cli-step-confirm-new-password",
        "stranger" => "cli-step-stranger",
        "asked" => "cli-step-asked",
        "turned_away" => "cli-step-turned-away",
        _ => "cli-step-arrived",
    };
    let told = say(name, &[("school", line.school.clone().into())]);
    printable(&match &line.reason {
        Some(reason) => format!("{told} {reason}"),
        None => told,
    })
}
