//! The `bell` command, and where the built programs are.

use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Context, Result};

use super::desktop::Desktop;

impl Desktop {
    /// Runs `bell` with this desktop's data folder.
    ///
    /// # Errors
    /// When it is not built or does not end. How it ended is in the answer.
    pub async fn bell(&self, arguments: &[&str]) -> Result<Output> {
        self.output(self.bell_command(arguments)?).await
    }

    /// The command that does so.
    ///
    /// # Errors
    /// When it is not built.
    pub fn bell_command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = self.command(program("bell", "BELL_BIN")?);
        command.arg("--data-dir").arg(self.data_dir()).args(arguments);
        Ok(command)
    }
}

/// Where a program of First Bell lies: named by `variable`, else built as these tests were, else as
/// release, else as debug.
pub(crate) fn program(name: &str, variable: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(PathBuf::from(path));
    }
    // Tests lie in target/{profile}/deps.
    let own = std::env::current_exe()?;
    let profile = own.ancestors().nth(2).context("where these tests were built")?;
    let target = profile.parent().context("where these tests were built")?;
    [profile.join(name), target.join("release").join(name), target.join("debug").join(name)]
        .into_iter()
        .find(|path| path.is_file())
        .with_context(|| format!("{name} is not built: build it, or set {variable}"))
}
