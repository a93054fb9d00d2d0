//! `bell doctor`: can the bell ring, and can *Join* open a meeting?

use std::{
    env,
    fs::{self, File},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use chrono::{DateTime, Utc};
use clap::Args;
use firstbell_core::{
    clock::{Clock as _, SystemClock, known_zone},
    data_folder::DataFolder,
    error::Error,
    health::Health,
    local_socket::{self, Ask, Asked, Reply},
    store::{Migrate, OpenError, Store},
    words::say,
    zone::{Table, Zone},
};
use serde::Serialize;

use crate::{
    host::Folder,
    output::{Failure, REFUSED, print, print_json, printable},
    session_bus::{self, Answer},
};

/// How long the app may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// Check what the bell and Join need (exit code 1 if there is a problem)
#[derive(Args)]
pub struct Arguments {}

/// One thing that was looked at.
#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    message: String,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    checks: Vec<Check>,
}

fn ok(name: &'static str, message: String) -> Check {
    Check { name, ok: true, message }
}

fn problem(name: &'static str, message: String) -> Check {
    Check { name, ok: false, message }
}

pub async fn run(_: &Arguments, folder: &Folder, json: bool) -> Result<ExitCode, Failure> {
    let mut checks = vec![data_folder(folder.path()), store(folder.path()).await];
    checks.extend(app(folder.path()).await);
    checks.extend([notifications().await, browser(), time_zone(), zone_table(), clock()]);
    let all_ok = checks.iter().all(|check| check.ok);
    if json {
        print_json(&Report { ok: all_ok, checks })?;
    } else {
        print(|out| {
            for check in &checks {
                let word = say(if check.ok { "cli-ok" } else { "cli-problem" }, &[]);
                writeln!(out, "{word}  {}", printable(&check.message))?;
            }
            Ok(())
        })?;
    }
    Ok(if all_ok { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

/// It is there, may be written to, and nobody else may look into it.
fn data_folder(path: &Path) -> Check {
    const NAME: &str = "data_folder";
    let named = |name| say(name, &[("folder", path.display().to_string().into())]);
    if !path.exists() {
        return ok(NAME, named("doctor-folder-none"));
    }
    if !path.is_dir() || !can_write(path) {
        return problem(NAME, Error::Folder(path.to_owned()).sentence());
    }
    if is_private(path) {
        ok(NAME, named("doctor-folder-ok"))
    } else {
        problem(NAME, named("doctor-folder-open"))
    }
}

fn can_write(folder: &Path) -> bool {
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let could = File::create_new(&probe).is_ok();
    could && fs::remove_file(&probe).is_ok()
}

#[cfg(unix)]
fn is_private(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}

/// It opens, has the shape that this program knows, and is whole.
async fn store(path: &Path) -> Check {
    const NAME: &str = "store";
    if !path.is_dir() {
        return ok(NAME, say("doctor-store-none", &[]));
    }
    let opened = match DataFolder::open(path) {
        Ok(folder) => Store::open(&folder.database(), Migrate::No).await,
        Err(error) => return problem(NAME, error.sentence()),
    };
    match opened {
        Err(OpenError::Missing) => ok(NAME, say("doctor-store-none", &[])),
        Err(error) => problem(NAME, Error::from(error).sentence()),
        Ok(store) => match store.is_whole().await {
            Ok(true) => {
                ok(NAME, say("doctor-store-ok", &[("version", Store::newest_version().to_string().into())]))
            }
            Ok(false) => problem(NAME, say("doctor-store-damaged", &[])),
            Err(error) => problem(NAME, Error::from(error).sentence()),
        },
    }
}

/// Bells only ring while the app runs. It is asked how they are: what it finds in use, such as a full disk, no look
/// from outside would.
async fn app(path: &Path) -> Vec<Check> {
    const NAME: &str = "app";
    if !DataFolder::is_owned(path) {
        return vec![problem(NAME, say("doctor-app-none", &[]))];
    }
    match local_socket::ask(&DataFolder::at(path), &Ask::Health, PATIENCE).await {
        Asked::Answered(Reply::Health(health)) => vec![ok(NAME, say("doctor-app-ok", &[])), bell(health)],
        Asked::Answered(_) | Asked::Nobody => vec![ok(NAME, say("doctor-app-ok", &[]))],
        Asked::Silent(_) => vec![problem(NAME, say("doctor-app-silent", &[]))],
    }
}

fn bell(health: Health) -> Check {
    const NAME: &str = "bell";
    let wrong = if !health.bell_runs {
        Some(say("bell-stopped", &[]))
    } else if !health.desktop_rings {
        Some(say("cannot-ring", &[]))
    } else {
        health.store_sentence()
    };
    wrong.map_or_else(|| ok(NAME, say("doctor-bell-ok", &[])), |sentence| problem(NAME, sentence))
}

async fn notifications() -> Check {
    const NAME: &str = "notifications";
    match session_bus::notification_service().await {
        Answer::Yes(service) if service.is_empty() => ok(NAME, say("doctor-notifications-system", &[])),
        Answer::Yes(service) => ok(NAME, say("doctor-notifications-ok", &[("service", service.into())])),
        Answer::NoService => problem(NAME, say("doctor-notifications-none", &[])),
        Answer::NoBus => problem(NAME, say("doctor-no-bus", &[])),
    }
}

/// The programs that open an address, in the order in which they are tried.
fn browser() -> Check {
    const NAME: &str = "browser";
    let openers = open::commands("https://example.org/");
    let found = openers.iter().map(|command| command.get_program()).find(|program| {
        let path = Path::new(program);
        let folders = env::var_os("PATH").unwrap_or_default();
        path.is_absolute() && is_program(path)
            || env::split_paths(&folders).any(|folder| is_program(&folder.join(path)))
    });
    match found {
        Some(program) => {
            ok(NAME, say("doctor-browser-ok", &[("program", program.to_string_lossy().into_owned().into())]))
        }
        None if cfg!(windows) => ok(NAME, say("doctor-browser-ok", &[("program", "start".into())])),
        None => problem(NAME, say("doctor-browser-none", &[])),
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

fn time_zone() -> Check {
    const NAME: &str = "time_zone";
    match known_zone() {
        Some(zone) => ok(NAME, say("doctor-zone-ok", &[("zone", zone.name().into())])),
        None => problem(NAME, say("doctor-zone-none", &[])),
    }
}

/// Which table of zones is built in.
fn zone_table() -> Check {
    let version = Table::ours().version().to_owned();
    ok("zone_table", say("doctor-zone-table", &[("version", version.into())]))
}

/// The year of this program, and no year that only a dead battery or a slip of the hand makes.
fn clock() -> Check {
    const NAME: &str = "clock";
    let year = |year| chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let now: DateTime<Utc> = SystemClock.now();
    let zone = known_zone().unwrap_or_else(Zone::utc);
    let time = now.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    let is_sane = (year(2026)..year(2100)).contains(&now.date_naive());
    let name = if is_sane { "doctor-clock-ok" } else { "doctor-clock-wrong" };
    Check { name: NAME, ok: is_sane, message: say(name, &[("time", time.into())]) }
}
