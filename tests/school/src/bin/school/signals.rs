//! When to end: on Ctrl+C, on SIGTERM or SIGHUP, and when whoever started this process has gone.

use anyhow::{Context, Result, ensure};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, getppid, pidfd_open};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

pub struct End(watch::Receiver<bool>);

impl End {
    pub fn watch() -> Result<Self> {
        let mut signals = Signals::new()?;
        let (ended, end) = watch::channel(false);
        let asked = ended.clone();
        tokio::spawn(async move {
            signals.next().await;
            let _ = asked.send(true);
        });
        when_the_parent_has_gone(move || {
            let _ = ended.send(true);
        })?;
        Ok(Self(end))
    }

    pub async fn wait(&self) {
        let _ = self.0.clone().wait_for(|ended| *ended).await;
    }
}

/// The three signals that ask to end.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    pub fn new() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// Waits on a thread of its own for the process that started this one to end. A signal at its death would come at its
/// thread's end as well; its descriptor tells of the process.
fn when_the_parent_has_gone(tell: impl FnOnce() + Send + 'static) -> Result<()> {
    let Some(parent) = getppid().filter(|parent| *parent != Pid::INIT) else { return Ok(()) };
    let descriptor =
        pidfd_open(parent, PidfdFlags::empty()).context("watching the process that started this")?;
    // It may have gone before it could be watched.
    ensure!(getppid() == Some(parent), "the process that started this has gone");
    std::thread::spawn(move || {
        let mut ended = [PollFd::new(&descriptor, PollFlags::IN)];
        while poll(&mut ended, None) == Err(Errno::INTR) {}
        tell();
    });
    Ok(())
}
