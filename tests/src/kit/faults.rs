//! What can happen to a data folder under a running program, made for real: a disk that is full, one that fails, a
//! folder that goes. A fault that cannot be made here fails the test.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use anyhow::{Context, Result, ensure};
use firstbell_core::health::StoreFault;
use firstbell_core::store::{Migrate, Store};

use super::app::AppPlan;
use super::deaths;
use super::desktop::Desktop;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full.
    Full,
    /// The disk fails.
    Io,
    /// The file system can only be read.
    ReadOnly,
    /// The folder is moved away.
    Moved,
    /// The folder is deleted.
    Deleted,
    /// Another program writes, and does not end.
    Locked,
}

impl Fault {
    /// What the program is to say of it.
    #[must_use]
    pub const fn said(self) -> StoreFault {
        match self {
            Self::Full => StoreFault::Full,
            Self::Io => StoreFault::Failed,
            Self::ReadOnly => StoreFault::ReadOnly,
            Self::Moved => StoreFault::Moved,
            Self::Deleted => StoreFault::Deleted,
            Self::Locked => StoreFault::Busy,
        }
    }
}

/// Makes one fault, and heals it.
pub struct Faults {
    fault: Fault,
    folder: PathBuf,
    beside: PathBuf,
    library: PathBuf,
    control: PathBuf,
    lock: Option<Lock>,
}

/// Another program in the middle of a write.
struct Lock {
    let_go: mpsc::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

impl Faults {
    /// Gets ready to make a fault of the desktop's data folder.
    ///
    /// # Errors
    /// When it cannot be made here.
    pub fn of(desktop: &Desktop, fault: Fault) -> Result<Self> {
        let at = |name| desktop.root().join(name);
        let library = at("io_faults.so");
        deaths::build(include_str!("io_faults.c"), &library)?;
        ensure!(fault != Fault::Full || desktop.has_small_disk(), "a full disk wants a small one");
        let folder = desktop.data_dir();
        let beside = folder.with_extension("elsewhere");
        Ok(Self { fault, folder, beside, library, control: at("io-faults"), lock: None })
    }

    /// The program is started so that its disk can fail.
    pub fn preloaded(&self, plan: AppPlan) -> AppPlan {
        plan.env("LD_PRELOAD", &self.library.to_string_lossy())
            .env("FIRSTBELL_IO_FAULTS", &self.control.to_string_lossy())
    }

    /// The fault is there when this returns.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn begin(&mut self) -> Result<()> {
        match self.fault {
            Fault::Full => fill(&self.filler()),
            Fault::Io => Ok(fs::write(self.control.with_extension("eio"), "")?),
            Fault::ReadOnly => Ok(fs::write(self.control.with_extension("erofs"), "")?),
            Fault::Moved => Ok(fs::rename(&self.folder, &self.beside)?),
            Fault::Deleted => delete(&self.folder),
            Fault::Locked => {
                self.lock = Some(Lock::take(&self.folder)?);
                Ok(())
            }
        }
    }

    /// The fault is gone when this returns. A deleted folder stays so.
    ///
    /// # Errors
    /// When it cannot be healed.
    pub fn heal(&mut self) -> Result<()> {
        match self.fault {
            Fault::Full => Ok(fs::remove_file(self.filler())?),
            Fault::Io => Ok(fs::remove_file(self.control.with_extension("eio"))?),
            Fault::ReadOnly => Ok(fs::remove_file(self.control.with_extension("erofs"))?),
            Fault::Moved => Ok(fs::rename(&self.beside, &self.folder)?),
            Fault::Deleted => Ok(()),
            Fault::Locked => self.lock.take().context("it is not locked")?.let_go(),
        }
    }

    fn filler(&self) -> PathBuf {
        self.folder.with_file_name("filler")
    }
}

/// Writes until nothing more goes in, to the last byte.
fn fill(path: &Path) -> Result<()> {
    let mut file = fs::File::create(path)?;
    let block = vec![0; 1 << 16];
    for size in [block.len(), 1 << 12, 1 << 8, 1] {
        while file.write_all(&block[..size]).is_ok() {
            file.flush()?;
        }
    }
    let more = fs::write(path.with_extension("more"), [0; 1]);
    ensure!(more.is_err(), "the disk is not full");
    let _ = fs::remove_file(path.with_extension("more"));
    Ok(())
}

/// The program may be making a file in it just then.
fn delete(folder: &Path) -> Result<()> {
    let gone = folder.with_extension("gone");
    fs::rename(folder, &gone)?;
    Ok(fs::remove_dir_all(&gone)?)
}

impl Lock {
    fn take(folder: &Path) -> Result<Self> {
        let database = folder.join("this-computer.sqlite3");
        let (let_go, asked) = mpsc::channel();
        let (has, taken) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                let store = Store::open(&database, Migrate::No).await?;
                let write = store.write().await?;
                has.send(())?;
                asked.recv()?;
                write.commit().await?;
                store.close().await;
                Ok(())
            })
        });
        taken.recv().context("another program could not begin to write")?;
        Ok(Self { let_go, thread })
    }

    fn let_go(self) -> Result<()> {
        self.let_go.send(())?;
        self.thread.join().map_err(|_| anyhow::anyhow!("the other program broke off"))?
    }
}
