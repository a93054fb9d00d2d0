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
    file: File,
}

/// Where the folder is that somebody owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where it was.
    Here,
    /// Somewhere else. It may come back.
    Moved,
    /// Another one with sessions has been put in its place.
    Replaced,
    /// Nowhere.
    Deleted,
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

    /// The folder at `path`, whether it is there or not.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Becomes the owner of the folder at `path`, making it if it is not there.
    ///
    /// # Errors
    /// As [`DataFolder::open`] and [`DataFolder::own`].
    pub fn own_at(path: &Path) -> Result<Ownership, Error> {
        Self::open(path)?.own()
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

    /// The file by which programs take turns at the tokens of sign-ins. There is nothing in it.
    #[must_use]
    pub fn token_lock(&self) -> PathBuf {
        self.path.join("tokens.lock")
    }

    fn lock(&self) -> PathBuf {
        self.path.join("owner.lock")
    }

    /// The socket by which the owner is asked ([`crate::local_socket`]).
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.path.join("socket")
    }

    /// Where the folder is that was owned here: it can be moved, deleted or replaced under a running program.
    #[must_use]
    pub fn place(&self, ownership: &Ownership) -> Place {
        match (is_same(&ownership.file, &self.lock()), has_name(&ownership.file)) {
            (true, _) => Place::Here,
            (false, _) if self.database().exists() => Place::Replaced,
            (false, true) => Place::Moved,
            (false, false) => Place::Deleted,
        }
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
        let lock = self.lock();
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            // A folder that can only be read has an owner too: two of them would ring twice.
            .or_else(|_| File::open(&lock))
            .map_err(|_| Error::Folder(self.path.clone()))?;
        match file.try_lock() {
            Ok(()) => Ok(Ownership { file }),
            Err(TryLockError::WouldBlock) => Err(Error::RunsElsewhere),
            Err(TryLockError::Error(_)) => Err(Error::Folder(self.path.clone())),
        }
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let name = |meta: fs::Metadata| (meta.dev(), meta.ino());
    let (Ok(held), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    name(held) == name(there)
}

/// Whether any folder still names it.
#[cfg(unix)]
fn has_name(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|meta| meta.nlink() > 0)
}

// A folder with an open file in it cannot be moved or deleted there.
#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> bool {
    true
}
#[cfg(not(unix))]
fn has_name(_: &File) -> bool {
    true
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
