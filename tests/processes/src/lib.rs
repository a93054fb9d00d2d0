//! The processes of one group, such as a desktop or a school. None outlives it, however the test ends.

pub mod wait;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
pub use rustix::process::Signal;

/// The variable that marks every process of a group.
const MARK: &str = "FIRSTBELL_MARK";

/// Starts and ends the processes of one group.
pub struct Processes {
    mark: String,
    logs: PathBuf,
    children: Mutex<Vec<Child>>,
    undertaker: Child,
}

impl Processes {
    /// Takes over `root`: it is removed when the last process has gone (unless `keep`).
    pub fn new(root: &Path, keep: bool) -> Result<Self> {
        use std::os::unix::process::CommandExt;

        let logs = root.join("logs");
        std::fs::create_dir_all(&logs)?;
        let mark = uuid::Uuid::new_v4().to_string();
        let undertaker = Command::new("/bin/sh")
            .args(["-c", include_str!("undertaker.sh"), "undertaker", &mark])
            .arg(root)
            .arg(if keep { "keep" } else { "" })
            .env_remove(MARK)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C in the terminal ends the tests, not what cleans up behind them.
            .process_group(0)
            .spawn()
            .context("starting the undertaker")?;
        Ok(Self { mark, logs, children: Mutex::default(), undertaker })
    }

    /// The variable every process of this group must carry, for what others start in its name.
    pub fn mark(&self) -> (&'static str, &str) {
        (MARK, &self.mark)
    }

    /// Starts `command` with its output in the log `name`; returns its process id.
    pub fn start(&self, name: &str, command: &mut Command) -> Result<u32> {
        let log = File::create(self.log_path(name))?;
        let child = command
            .env(MARK, &self.mark)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {name}: {}", command.get_program().display()))?;
        let pid = child.id();
        self.children().push(child);
        Ok(pid)
    }

    /// What the process started as `name` has written so far.
    pub fn log(&self, name: &str) -> String {
        std::fs::read(self.log_path(name))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// How the process has ended, if it has.
    pub fn exit_status(&self, pid: u32) -> Result<Option<ExitStatus>> {
        let mut children = self.children();
        let child =
            children.iter_mut().find(|child| child.id() == pid).context("not one of our processes")?;
        Ok(child.try_wait()?)
    }

    /// All logs with their last lines, for a failing test.
    pub fn last_words(&self) -> String {
        let mut names: Vec<_> = std::fs::read_dir(&self.logs)
            .map(|entries| entries.flatten().map(|entry| entry.file_name()).collect())
            .unwrap_or_default();
        names.sort();
        let mut words = String::new();
        for name in names {
            let name = name.to_string_lossy().into_owned();
            let log = self.log(&name);
            let lines: Vec<_> = log.lines().collect();
            let tail = &lines[lines.len().saturating_sub(30)..];
            if !tail.is_empty() {
                words.push_str(&format!("--- {name}\n{}\n", tail.join("\n")));
            }
        }
        words
    }

    fn log_path(&self, name: &str) -> PathBuf {
        self.logs.join(name)
    }

    fn children(&self) -> MutexGuard<'_, Vec<Child>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        drop(self.undertaker.stdin.take());
        let _ = self.undertaker.wait();
        // All are dead by now: collect them, so that no zombie keeps an id.
        for child in self.children().iter_mut() {
            let _ = child.wait();
        }
    }
}

/// The ids of the running children of a process.
pub fn children_of(parent: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let mut children: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| parent_of(*pid) == Some(parent))
        .collect();
    children.sort_unstable();
    children
}

/// Sends a signal.
pub fn send(pid: u32, signal: Signal) -> Result<()> {
    let pid = rustix::process::Pid::from_raw(pid.try_into()?).context("a process id")?;
    Ok(rustix::process::kill_process(pid, signal)?)
}

/// Whether a process of this id runs (a zombie does not).
#[must_use]
pub fn runs(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != 'Z')
}

fn parent_of(pid: u32) -> Option<u32> {
    stat(pid).filter(|(state, _)| *state != 'Z').map(|(_, parent)| parent)
}

/// State and parent. The name before them may hold spaces and parentheses.
fn stat(pid: u32) -> Option<(char, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
