//! The store's file, as another program sees it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::desktop::Desktop;

impl Desktop {
    /// The store's file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data_dir().join("this-computer.sqlite3")
    }

    /// A Python program that has opened the store's file as `base`. Its arguments begin at `sys.argv[2]`.
    #[must_use]
    pub fn on_database(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = self.command("python3");
        command.arg("-c").arg(format!("import sqlite3, sys\nbase = sqlite3.connect(sys.argv[1])\n{script}"));
        command.arg(self.database()).args(arguments);
        command
    }

    /// Runs such a program to its end and gives what it has printed.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_on_database(&self, script: &str, arguments: &[&str]) -> Result<String> {
        self.printed_by(self.on_database(script, arguments)).await
    }
}
