//! PostgreSQL as it is installed here, and the user it runs as.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Command;
use crate::prepare::SUPERUSER;

/// Where Debian keeps the programs of each version, which are not on the `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

pub(crate) struct Installed {
    programs: PathBuf,
    /// PostgreSQL refuses to run as root: then it runs as the user that its package made.
    other_user: Option<(u32, u32)>,
}

impl Installed {
    pub(crate) fn find() -> Result<Self> {
        let programs = newest_of_debian()
            .or_else(on_the_path)
            .context("PostgreSQL is not installed: neither under /usr/lib/postgresql nor on the PATH")?;
        let other_user = if rustix::process::geteuid().is_root() { Some(user("postgres")?) } else { None };
        Ok(Self { programs, other_user })
    }

    /// A program of PostgreSQL, to be run as the right user.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.as_user(&self.programs.join(program))
    }

    /// Makes an empty cluster. It appears whole: whatever was interrupted in making it is made anew.
    pub(super) fn make_cluster(&self, data: &Path) -> Result<()> {
        let part = data.with_extension("part");
        if part.exists() {
            std::fs::remove_dir_all(&part)?;
        }
        self.own_folder(&part)?;
        let made = self
            .command("initdb")
            .arg("--pgdata")
            .arg(&part)
            .args(["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8"])
            .args(["--locale", "C.UTF-8", "--no-sync", "--no-instructions"])
            .output()
            .context("starting initdb")?;
        let complaint = String::from_utf8_lossy(&made.stderr);
        ensure!(made.status.success(), "initdb: {complaint}");
        Ok(std::fs::rename(part, data)?)
    }

    /// Whether that user gets as far as this folder.
    pub(super) fn can_enter(&self, folder: &Path) -> Result<bool> {
        Ok(self.as_user(Path::new("test")).arg("-x").arg(folder).status()?.success())
    }

    fn as_user(&self, program: &Path) -> Command {
        let mut command = match self.other_user {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
                command.args(["--clear-groups", "--"]).arg(program);
                command
            }
        };
        command.current_dir("/");
        command
    }

    /// Makes a folder that belongs to that user, and to nobody else.
    pub(super) fn own_folder(&self, folder: &Path) -> Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().mode(0o700).recursive(true).create(folder)?;
        if let Some((user, group)) = self.other_user {
            chown(folder, Some(user), Some(group))?;
        }
        Ok(())
    }
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).ok()?.flatten();
    let numbered = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        let programs = version.path().join("bin");
        programs.join("initdb").exists().then_some((number, programs))
    });
    numbered.max().map(|(_, programs)| programs)
}

fn on_the_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
}

/// User and group of a name.
fn user(name: &str) -> Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let mut fields = users
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))
        .with_context(|| format!("PostgreSQL does not run as root, and there is no user {name} here"))?;
    let (user, group) = (fields.nth(1), fields.next());
    Ok((user.context("a user id")?.parse()?, group.context("a group id")?.parse()?))
}
