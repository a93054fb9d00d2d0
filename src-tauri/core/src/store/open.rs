//! Opening the database: settings of the connection, migrations, newer and damaged files.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Store, StoreError,
    device::{rings, settings},
    local::{people, sessions},
    result_code,
};

static LOCAL: Migrator = sqlx::migrate!("../../migrations/local");
static CACHE: Migrator = sqlx::migrate!("../../migrations/cache");

/// What a file holds, and so which migrations make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// This computer's sessions, its settings and the ledger of the bell.
    ThisComputer,
    /// What a school has told one sign-in.
    School,
}

impl Shape {
    fn migrations(self) -> &'static Migrator {
        match self {
            Self::ThisComputer => &LOCAL,
            Self::School => &CACHE,
        }
    }

    fn newest_version(self) -> i64 {
        self.migrations().iter().map(|migration| migration.version).max().unwrap_or(0)
    }
}

/// Who may change the shape of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// The holder of the data folder's lock: bring an older file up to date.
    Yes,
    /// Anybody else: an older file is an error, because the running app would be surprised.
    No,
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer First Bell has written it.
    #[error("the file was written by a newer First Bell")]
    Newer,
    /// An older First Bell has written it, and the app that runs must be the one to bring it up to date.
    #[error("the file has to be brought up to date by the app")]
    Older,
    /// There is no file yet, and this host may not make one.
    #[error("there is no file yet")]
    Missing,
    /// It is no database any more. It lies beside, untouched, under the name given here.
    #[error("the file was damaged and was kept aside")]
    Damaged {
        /// Where the damaged file is kept.
        kept: PathBuf,
    },
    /// It is no database any more. Only the owner of the folder may put it aside: under a running app the
    /// file would go on to be written to, wherever it lies.
    #[error("the file is damaged")]
    Unreadable,
    /// Anything else.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The file that is open, and where it was when it was opened.
#[derive(Clone, Debug)]
pub(super) struct OpenFile {
    pub(super) pool: SqlitePool,
    path: PathBuf,
    name: Option<FileName>,
    /// It lies in a folder that goes with it.
    _copy: Option<Arc<Copy>>,
}

/// A folder that is gone when nobody has it open any more.
#[derive(Debug)]
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Device and number: what a file is, whatever it is called.
type FileName = (u64, u64);

impl OpenFile {
    fn at(path: &Path, pool: SqlitePool) -> Self {
        Self { pool, path: path.to_owned(), name: file_name(path), _copy: None }
    }

    /// Why the file fails, where SQLite only says that it does: whether a file beside it can be written.
    pub(super) fn why_it_fails(&self) -> Option<StoreError> {
        let mut beside = self.path.as_os_str().to_os_string();
        beside.push("-probe");
        let beside = PathBuf::from(beside);
        let wrote = std::fs::write(&beside, [0; 4096]);
        let _ = std::fs::remove_file(&beside);
        match wrote.err()?.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(StoreError::Full),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Some(StoreError::ReadOnly),
            _ => None,
        }
    }

    /// It still lies where it was.
    pub(super) fn is_in_place(&self) -> bool {
        file_name(&self.path) == self.name
    }
}

#[cfg(unix)]
fn file_name(path: &Path) -> Option<FileName> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

// An open file cannot be moved or deleted there.
#[cfg(not(unix))]
fn file_name(_: &Path) -> Option<FileName> {
    None
}

impl Store {
    /// Opens the database at `path`, making and migrating it if this host may.
    ///
    /// # Errors
    /// See [`OpenError`]. The owner moves a damaged file aside, never deletes it; the next call starts afresh.
    pub async fn open(path: &Path, migrate: Migrate) -> std::result::Result<Self, OpenError> {
        Self::open_as(Shape::ThisComputer, path, migrate).await
    }

    pub(super) async fn open_as(
        shape: Shape,
        path: &Path,
        migrate: Migrate,
    ) -> std::result::Result<Self, OpenError> {
        if migrate == Migrate::No && !path.exists() {
            return Err(OpenError::Missing);
        }
        let options = options(path)
            .create_if_missing(migrate == Migrate::Yes)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL loses no transaction when a process dies; after a loss of power the last ones
            // may be gone, but never half of one (sqlite.org/pragma.html#pragma_synchronous). What a
            // person wrote must survive that too, so FULL.
            .synchronous(SqliteSynchronous::Full);
        let pool = pool(options);
        match bring_up_to_date(shape, &pool, migrate).await {
            Ok(()) => Ok(Self::over(Some(OpenFile::at(path, pool)))),
            Err(OpenError::Store(StoreError::Sql(error))) if is_damage(&error) => {
                pool.close().await;
                Err(damaged(path, migrate))
            }
            Err(error) => {
                pool.close().await;
                Err(error)
            }
        }
    }

    /// The same of a copy in a folder of its own, which is removed when the store is closed.
    ///
    /// # Errors
    /// As [`Store::open_to_read`].
    pub async fn open_copy_to_read(folder: &Path, path: &Path) -> std::result::Result<Self, OpenError> {
        let copy = Arc::new(Copy(folder.to_owned()));
        let file = Self::open_to_read(path).await?.inner.file()?;
        Ok(Self::over(Some(OpenFile { _copy: Some(copy), ..file })))
    }

    /// Opens what lies at `path` only to be read, whatever newer First Bell has written it: for ringing on, and for
    /// *Join*, where it cannot be opened as it should be.
    ///
    /// # Errors
    /// What SQLite says when the sessions cannot be read.
    pub async fn open_to_read(path: &Path) -> std::result::Result<Self, OpenError> {
        Self::open_to_read_as(Shape::ThisComputer, path).await
    }

    pub(super) async fn open_to_read_as(shape: Shape, path: &Path) -> std::result::Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing);
        }
        let mut failed = None;
        // Reading a file with a log writes beside it; where nothing can be written, nobody else writes either.
        for immutable in [false, true] {
            let pool = pool(options(path).read_only(true).immutable(immutable));
            match can_be_read(shape, &pool).await {
                Ok(()) => return Ok(Self::over(Some(OpenFile::at(path, pool)))),
                Err(error) => failed = Some(error),
            }
            pool.close().await;
            // Somebody writes it just now: without its log it could not be made sense of.
            if matches!(failed, Some(StoreError::Busy)) {
                break;
            }
        }
        Err(failed.unwrap_or(StoreError::Unreachable).into())
    }

    /// The version of the newest shape of the database that this program knows.
    #[must_use]
    pub fn newest_version() -> i64 {
        Shape::ThisComputer.newest_version()
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(5)).foreign_keys(true)
}

/// One that writes, the watch's, the bell's two (it reads sessions beside its ledger), and some that read.
pub(super) const MOST_CONNECTIONS: u32 = 6;

fn pool(options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new().max_connections(MOST_CONNECTIONS).connect_lazy_with(options)
}

/// Asks for all that the bell asks for.
async fn can_be_read(shape: Shape, pool: &SqlitePool) -> super::Result<()> {
    let mut conn = pool.acquire().await?;
    let now = chrono::DateTime::UNIX_EPOCH;
    sessions::touching(&mut conn, now, now).await?;
    people::zones(&mut conn).await?;
    if shape == Shape::ThisComputer {
        rings::on_show(&mut conn, now).await?;
        settings::get(&mut conn, "").await?;
    }
    Ok(())
}

async fn bring_up_to_date(
    shape: Shape,
    pool: &SqlitePool,
    migrate: Migrate,
) -> std::result::Result<(), OpenError> {
    let newest = shape.newest_version();
    let has_history: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')")
            .fetch_one(pool)
            .await?;
    let here: i64 = if has_history {
        sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(pool).await?
    } else {
        0
    };
    if here > newest {
        return Err(OpenError::Newer);
    }
    if here == newest {
        return Ok(());
    }
    if migrate == Migrate::No {
        return Err(OpenError::Older);
    }
    shape.migrations().run(pool).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => OpenError::from(error),
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
        other => OpenError::Store(StoreError::Sql(sqlx::Error::Migrate(Box::new(other)))),
    })
}

/// `SQLITE_CORRUPT` (11) and `SQLITE_NOTADB` (26), see sqlite.org/rescode.html.
fn is_damage(error: &sqlx::Error) -> bool {
    matches!(result_code(error), Some(11 | 26))
}

/// SQLite also calls a file damaged that the disk does not give out. That one is left where it lies.
fn damaged(path: &Path, migrate: Migrate) -> OpenError {
    let read = std::fs::File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut std::io::sink()));
    match (migrate, read) {
        (_, Err(error)) => OpenError::Store(StoreError::Sql(sqlx::Error::Io(error))),
        (Migrate::Yes, Ok(_)) => keep_aside(path),
        (Migrate::No, Ok(_)) => OpenError::Unreadable,
    }
}

/// Moves the file and its log out of the way under the first free name.
fn keep_aside(path: &Path) -> OpenError {
    let beside = |suffix: &str, number: u32| {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".damaged-{number}{suffix}"));
        path.with_file_name(name)
    };
    let number = (1..).find(|number| !beside("", *number).exists()).unwrap_or(1);
    for suffix in ["", "-wal", "-shm"] {
        let mut from = path.as_os_str().to_os_string();
        from.push(suffix);
        if let Err(error) = std::fs::rename(&from, beside(suffix, number))
            && suffix.is_empty()
        {
            return OpenError::Store(StoreError::Sql(sqlx::Error::Io(error)));
        }
    }
    OpenError::Damaged { kept: beside("", number) }
}
