//! A wall clock that a story sets, for the real programs (libfaketime). Only what shows the time is set: what
//! measures it goes on as ever, so that waiting takes as long as it takes. The web's processes keep the computer's
//! clock: the shell tells the window what time it is.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::app::AppPlan;
use super::bell::program;
use super::desktop::Desktop;

/// Where Debian's `libfaketime` keeps the library, below a folder named after the machine.
const LIBRARY: &str = "faketime/libfaketime.so.1";

/// The clock of all programs that are started with it.
pub struct FakeClock {
    library: PathBuf,
    file: PathBuf,
}

impl Desktop {
    /// A clock that shows this time now and goes on from there. It must lie ahead of the computer's own: the
    /// kernel, which nobody fools, would hold each alarm to have gone off already.
    ///
    /// # Errors
    /// When `libfaketime` is not installed or the desktop's folder cannot be written.
    pub fn fake_clock(&self, now: DateTime<Utc>) -> Result<FakeClock> {
        let machines = std::fs::read_dir("/usr/lib")?.filter_map(|entry| Some(entry.ok()?.path()));
        let library = machines.map(|folder| folder.join(LIBRARY)).find(|path| path.is_file());
        let library = library.context("libfaketime is not installed")?;
        let clock = FakeClock { library, file: self.root().join("fake-clock") };
        clock.set(now)?;
        Ok(clock)
    }

    /// Runs `bell` by that clock, with this data folder.
    ///
    /// # Errors
    /// When it is not built or does not end. How it ended is in the answer.
    pub async fn bell_by(&self, clock: &FakeClock, folder: &Path, arguments: &[&str]) -> Result<Output> {
        let mut command = self.command(program("bell", "BELL_BIN")?);
        command.envs(clock.environment());
        command.arg("--data-dir").arg(folder).args(arguments);
        self.output(command).await
    }
}

impl AppPlan {
    /// It reads its time from that clock.
    pub fn by(self, clock: &FakeClock) -> Self {
        clock.environment().into_iter().fold(self, |plan, (name, value)| plan.env(name, &value))
    }
}

impl FakeClock {
    /// Sets it. Programs that run see it within a second.
    ///
    /// # Errors
    /// When the desktop's folder cannot be written.
    pub fn set(&self, now: DateTime<Utc>) -> Result<()> {
        // A program may read at any time: the file is never half written.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{:+}\n", (now - Utc::now()).num_seconds()))?;
        Ok(std::fs::rename(&new, &self.file)?)
    }

    fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_ONLY_CMDS", "firstbell,bell".to_owned()),
            ("FAKETIME_CACHE_DURATION", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }
}
