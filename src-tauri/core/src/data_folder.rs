//! The folder that holds everything First Bell keeps, and the lock that says who its owner is.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use crate::error::Error;

/// The folder that holds everything First Bell keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder {
    path: PathBuf,
}

/// Held by the one program that rings, extends series and migrates, for as long as it lives. The system
/// lets go of it when the program dies, however it dies.
#[derive(Debug)]
pub struct Ownership {
    _file: File,
}

impl DataFolder {
    /// Uses the folder at `path`, making it (readable by this person alone) if it is not there.
    ///
    /// # Errors
    /// [`Error::Folder`] when it cannot be made.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let made = make_private(path);
        made.map_err(|_| Error::Folder(path.to_owned()))?;
        Ok(Self { path: path.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database of this computer.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("this-computer.sqlite3")
    }

    /// Whether the folder at `path` has an owner, which is the app that runs. Makes nothing there.
    #[must_use]
    pub fn is_owned(path: &Path) -> bool {
        let Ok(file) = File::open(path.join("owner.lock")) else { return false };
        // Let go of at once: only an owner holds it for longer.
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Becomes the owner, unless somebody is.
    ///
    /// # Errors
    /// [`Error::RunsElsewhere`] when there is an owner, [`Error::Folder`] when the lock cannot be made.
    pub fn own(&self) -> Result<Ownership, Error> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.path.join("owner.lock"))
            .map_err(|_| Error::Folder(self.path.clone()))?;
        match file.try_lock() {
            Ok(()) => Ok(Ownership { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::RunsElsewhere),
            Err(TryLockError::Error(_)) => Err(Error::Folder(self.path.clone())),
        }
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}
