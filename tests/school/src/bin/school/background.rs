//! The school that stays up: one process holds the folder's lock for as long as the school is up.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use firstbell_processes::{Signal, send, wait};
use firstbell_school::{ServerPlan, sample};

use crate::print::Address;
use crate::signals::Signals;

/// A start that runs all migrations on a busy computer takes a while.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where it is once it answers, for the other processes.
const ADDRESS: &str = "address.json";
/// Held by the process that stays, and holding its id.
const LOCK: &str = "lock";
const LOG: &str = "log";

/// The address of the school in this folder, which is started if it is not up.
pub async fn up(folder: &Path, accounts: Option<&Path>) -> Result<Address> {
    std::fs::create_dir_all(folder)?;
    let Some(lock) = take_lock(folder)? else {
        let address = wait::until("the school to answer", PATIENCE, async || read_address(folder)).await?;
        eprintln!("The school is up.");
        return Ok(address);
    };
    // Of one that was killed.
    let _ = std::fs::remove_file(folder.join(ADDRESS));
    drop(lock);
    let began = Instant::now();
    let log = File::create(folder.join(LOG))?;
    // A session of its own: it stays when the terminal closes.
    let mut school = Command::new("setsid");
    school.arg(std::env::current_exe()?).args(["--stay", "--folder"]).arg(folder);
    if let Some(program) = accounts {
        school.arg("--accounts").arg(program);
    }
    let mut school = school
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("starting the school")?;
    let mut told = 0;
    let address = wait::until("the school to answer", PATIENCE, async || {
        let log = std::fs::read_to_string(folder.join(LOG))?;
        eprint!("{}", log.get(told..).unwrap_or_default());
        told = log.len();
        // Not if another has been started in the same moment: then that one's address comes.
        if let Some(status) = school.try_wait()?
            && take_lock(folder)?.is_some()
        {
            return Ok(Some(Err(anyhow!("The school did not start ({status})."))));
        }
        Ok(read_address(folder)?.map(Ok))
    })
    .await??;
    eprintln!("The school is up after {:.2} s. `./dev server stop` ends it.", began.elapsed().as_secs_f64());
    Ok(address)
}

/// Brings the school up and holds it until a signal.
pub async fn stay(plan: ServerPlan, folder: &Path) -> Result<()> {
    let mut signals = Signals::new()?;
    let Some(mut lock) = take_lock(folder)? else {
        bail!("The school in {} is up already.", folder.display())
    };
    write_id(&mut lock)?;
    let address = folder.join(ADDRESS);
    let started = async {
        let server = plan.kept_in(folder).start().await?;
        sample::furnish(&server).await?;
        let part = folder.join("address.part");
        std::fs::write(&part, serde_json::to_string(&Address::of(&server))?)?;
        std::fs::rename(part, &address)?;
        anyhow::Ok(server)
    };
    tokio::select! {
        server = started => {
            let server = server?;
            signals.next().await;
            let _ = std::fs::remove_file(&address);
            drop(server);
        }
        () = signals.next() => {}
    }
    drop(lock);
    Ok(())
}

/// Ends the school in this folder, if it is up, and waits until it has gone.
pub async fn stop(folder: &Path) -> Result<()> {
    if !folder.exists() || take_lock(folder)?.is_some() {
        eprintln!("The school is not up.");
        return Ok(());
    }
    let id = wait::until("the school's process", PATIENCE, async || {
        Ok(std::fs::read_to_string(folder.join(LOCK))?.trim().parse::<u32>().ok())
    })
    .await?;
    send(id, Signal::TERM)?;
    wait::until_true("the school to end", PATIENCE, async || Ok(take_lock(folder)?.is_some())).await?;
    eprintln!("The school has ended. What is in it is kept.");
    Ok(())
}

/// Removes what a school that is not up has kept.
pub fn throw_away(folder: &Path) -> Result<()> {
    if let Ok(elsewhere) = std::fs::read_link(folder.join("elsewhere")) {
        std::fs::remove_dir_all(elsewhere)?;
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}

fn read_address(folder: &Path) -> Result<Option<Address>> {
    match std::fs::read_to_string(folder.join(ADDRESS)) {
        Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
        Err(_) => Ok(None),
    }
}

/// `None` while another process holds it.
fn take_lock(folder: &Path) -> Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn write_id(lock: &mut File) -> Result<()> {
    use std::io::Write as _;
    lock.set_len(0)?;
    Ok(write!(lock, "{}", std::process::id())?)
}
