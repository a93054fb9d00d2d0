//! How a program can be made to die, from outside: by a panic of one of its threads, or by a signal.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::app::AppPlan;
use super::desktop::Desktop;

/// What panics while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panic {
    /// A task that asks for the hour: the program goes on.
    Task,
    /// What its tasks run on, which asks how long things take: the program ends. Or a task that does.
    Runtime,
}

/// Lets programs panic.
pub struct Panics {
    library: PathBuf,
    control: PathBuf,
}

impl Panics {
    /// Gets ready to let programs on this desktop panic.
    ///
    /// # Errors
    /// When there is no C compiler.
    pub fn on(desktop: &Desktop) -> Result<Self> {
        let library = desktop.root().join("panics.so");
        build(include_str!("panics.c"), &library)?;
        Ok(Self { library, control: desktop.root().join("panics") })
    }

    /// The app is started so that it can.
    pub fn preloaded(&self, plan: AppPlan) -> AppPlan {
        plan.env("LD_PRELOAD", &self.library.to_string_lossy())
            .env("FIRSTBELL_PANICS", &self.control.to_string_lossy())
    }

    /// The app panics on its main thread, where that asks for the time for the nth time.
    pub fn at_start(&self, nth: u32, plan: AppPlan) -> AppPlan {
        self.preloaded(plan).env("FIRSTBELL_PANICS_AT", &nth.to_string())
    }

    /// The same of another program.
    pub fn at(&self, nth: u32, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("FIRSTBELL_PANICS_AT", nth.to_string());
    }

    /// The next time that it asks what time it is, it panics.
    ///
    /// # Errors
    /// When it cannot be told so.
    pub fn next(&self, what: Panic) -> Result<()> {
        Ok(std::fs::write(self.file(what), "")?)
    }

    /// Whether it has.
    #[must_use]
    pub fn is_over(&self, what: Panic) -> bool {
        !self.file(what).exists()
    }

    fn file(&self, what: Panic) -> PathBuf {
        self.control.with_extension(match what {
            Panic::Task => "task",
            Panic::Runtime => "runtime",
        })
    }
}

/// Builds what is preloaded into a program.
pub(super) fn build(source: &str, library: &Path) -> Result<()> {
    let beside = library.with_extension("c");
    std::fs::write(&beside, source)?;
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([library, &beside])
        .arg("-ldl")
        .output()
        .context("a C compiler")?;
    ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Ok(())
}
