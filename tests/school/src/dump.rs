//! A backup, and what is made of it: `pg_dump` and `psql`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::Database;
use crate::cluster::Installed;
use crate::prepare::SUPERUSER;

pub(crate) fn write(database: &Database) -> Result<String> {
    let output = program("pg_dump", database)?.output().context("starting pg_dump")?;
    ensure!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

pub(crate) fn read(database: &Database, dump: &str) -> Result<()> {
    let mut command = program("psql", database)?;
    command.args(["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]);
    let mut psql = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    // Dropped at the end of the statement, so that it knows that this is all.
    psql.stdin.take().context("psql takes nothing")?.write_all(dump.as_bytes())?;
    let output = psql.wait_with_output()?;
    ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn program(name: &str, database: &Database) -> Result<Command> {
    let mut command = Installed::find()?.command(name);
    command.arg("--dbname").arg(database.url(SUPERUSER));
    Ok(command)
}
