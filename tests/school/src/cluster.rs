//! A PostgreSQL cluster in a folder of its own: never the system's.

mod installed;

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use firstbell_processes::{Processes, Signal, runs, send, wait};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

pub(crate) use self::installed::Installed;
use crate::Database;
use crate::prepare;

/// What fresh databases are copied from.
const TEMPLATE: &str = "school_template";

/// The longest path of a unix socket is 107 bytes, and PostgreSQL adds the socket's name.
const LONGEST_SOCKET_FOLDER: usize = 85;

/// A running cluster. It ends when this is dropped, or when the process that holds it dies in any way.
pub struct Cluster {
    folder: PathBuf,
    care: Care,
    port: u16,
    postmaster: u32,
    template: OnceCell<()>,
    made: AtomicUsize,
    // The last field: it goes last.
    processes: Processes,
}

impl Cluster {
    /// The cluster that all tests of this process share. It ends with the process.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn shared() -> Result<&'static Self> {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        SHARED.get_or_try_init(Self::start).await
    }

    /// A new cluster in a temporary folder, gone with all it holds in the end. It is quick rather than safe:
    /// nothing is forced to the disk.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub async fn start() -> Result<Self> {
        let folder = temporary_folder()?;
        let processes = Processes::new(&folder, false)?;
        Self::start_with(&folder, processes, Care::Quick).await
    }

    /// A cluster that lies in `folder`, made there the first time, and outlives its processes.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_in(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        std::fs::set_permissions(folder, passable())?;
        let processes = Processes::new(folder, true)?;
        Self::start_with(folder, processes, Care::Kept).await
    }

    /// A database of its own for one test: as Supabase arranges it, with the school's migrations.
    ///
    /// # Errors
    /// When a migration fails; it is named, with the line.
    pub async fn fresh(&self) -> Result<Database> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.database(&format!("school_{number}")).await
    }

    /// The same under a name of one's choice, which must be new.
    ///
    /// # Errors
    /// As [`Self::fresh`], and when the name is taken.
    pub async fn database(&self, name: &str) -> Result<Database> {
        self.template
            .get_or_try_init(async || {
                let database = self.supabase(TEMPLATE).await?;
                prepare::stand_in_for_auth(&database).await?;
                prepare::migrate(&database).await
            })
            .await?;
        let system = self.system().await?;
        system
            .batch_execute(&format!("create database {name} template {TEMPLATE}"))
            .await
            .with_context(|| format!("copying the template to {name}"))?;
        // What is set for a database is not copied with it.
        prepare::set_for_database(&system, name).await?;
        Ok(Database::new(self.port, name))
    }

    /// A new database as Supabase arranges it before anyone has signed up: roles and rights, but neither the
    /// `auth` schema nor the school's migrations.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn supabase(&self, name: &str) -> Result<Database> {
        self.system().await?.batch_execute(&format!("create database {name}")).await?;
        let database = Database::new(self.port, name);
        prepare::arrange(&database).await?;
        Ok(database)
    }

    /// A new database from what [`Database::dump`] gave, in this cluster or another one.
    ///
    /// # Errors
    /// When the name is taken, or a statement of the dump fails.
    pub async fn restore(&self, name: &str, dump: &str) -> Result<Database> {
        let system = self.system().await?;
        prepare::roles(&system).await?;
        system.batch_execute(&format!("create database {name} owner postgres template template0")).await?;
        prepare::set_for_database(&system, name).await?;
        let database = Database::new(self.port, name);
        crate::dump::read(&database, dump)?;
        Ok(database)
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that holds all of it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process id of the postmaster.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.postmaster
    }

    /// What PostgreSQL has written to its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.processes.log("postgres")
    }

    async fn start_with(folder: &Path, processes: Processes, care: Care) -> Result<Self> {
        let installed = Installed::find()?;
        let place = place_for_data(&installed, folder)?;
        let data = place.join("data");
        if !data.exists() {
            installed.make_cluster(&data)?;
        }
        let sockets = place.join("sockets");
        installed.own_folder(&sockets)?;

        // Between finding a port free and listening on it another program may take it.
        for _ in 0..10 {
            let port = free_port()?;
            let mut command = installed.command("postgres");
            command.arg("-D").arg(&data).args(settings(port, &sockets, care));
            let postmaster = processes.start("postgres", &mut command)?;
            if wait_until_it_answers(&processes, postmaster, port).await? {
                let (template, made) = (OnceCell::new(), AtomicUsize::new(1));
                return Ok(Self {
                    folder: folder.to_owned(),
                    care,
                    port,
                    postmaster,
                    template,
                    made,
                    processes,
                });
            }
        }
        bail!("PostgreSQL found no free port: {}", processes.log("postgres"))
    }

    /// The group that everything about this cluster belongs to, so that it ends together.
    pub(crate) fn processes(&self) -> &Processes {
        &self.processes
    }

    /// The database that a Supabase project has.
    pub(crate) fn project(&self) -> Database {
        Database::new(self.port, "postgres")
    }

    async fn system(&self) -> Result<Client> {
        Database::new(self.port, "postgres").as_superuser().await
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match self.care {
            // Ends at once, without waiting for who is connected. Whatever stays after it the undertaker ends.
            Care::Quick => {
                let _ = send(self.postmaster, Signal::QUIT);
            }
            // Ends who is connected, and writes everything down first.
            Care::Kept => {
                let _ = send(self.postmaster, Signal::INT);
                let started = Instant::now();
                while runs(self.postmaster) && started.elapsed() < wait::PATIENCE {
                    std::thread::sleep(Duration::from_millis(25));
                }
            }
        }
    }
}

/// How much is done so that nothing is lost when the computer fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Nothing: the folder does not outlive the cluster.
    Quick,
    /// All that PostgreSQL does by itself.
    Kept,
}

fn settings(port: u16, sockets: &Path, care: Care) -> Vec<String> {
    let sockets = sockets.display().to_string();
    let sockets = if sockets.len() > LONGEST_SOCKET_FOLDER { "" } else { &sockets };
    let mut settings = vec![
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={sockets}"),
        "max_connections=150".to_owned(),
        "shared_buffers=64MB".to_owned(),
        "jit=off".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        "wal_level=minimal".to_owned(),
        "max_wal_senders=0".to_owned(),
    ];
    if care == Care::Quick {
        settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"].map(str::to_owned));
    }
    settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]).collect()
}

/// Whether it is up: `false` if its port was taken.
async fn wait_until_it_answers(processes: &Processes, postmaster: u32, port: u16) -> Result<bool> {
    let system = Database::new(port, "postgres");
    wait::until("PostgreSQL to answer", wait::PATIENCE, async || {
        if let Some(status) = processes.exit_status(postmaster)? {
            let log = processes.log("postgres");
            if log.contains("could not create any TCP/IP sockets") {
                return Ok(Some(Ok(false)));
            }
            return Ok(Some(Err(anyhow::anyhow!("PostgreSQL ended ({status}): {log}"))));
        }
        // A stranger may answer on a port that was taken.
        let client = system.as_superuser().await?;
        let row = client.query_one("select pg_backend_pid()", &[]).await?;
        let backend: i32 = row.get(0);
        let ours = firstbell_processes::children_of(postmaster).contains(&backend.unsigned_abs());
        Ok(ours.then_some(Ok(true)))
    })
    .await?
}

/// A port on which nobody listens now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn temporary_folder() -> Result<PathBuf> {
    let folder = tempfile::Builder::new().prefix("firstbell-school-").permissions(passable()).tempdir()?;
    Ok(folder.keep())
}

/// The folder itself, unless PostgreSQL runs as a user who cannot get there, such as below root's home. Then a place in
/// /var/tmp, which a link in the folder names.
fn place_for_data(installed: &Installed, folder: &Path) -> Result<PathBuf> {
    if installed.can_enter(folder)? {
        return Ok(folder.to_owned());
    }
    let link = folder.join("elsewhere");
    if let Ok(place) = std::fs::read_link(&link)
        && place.exists()
    {
        return Ok(place);
    }
    let place = tempfile::Builder::new()
        .prefix("firstbell-school-")
        .permissions(passable())
        .tempdir_in("/var/tmp")?;
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(place.path(), &link)?;
    Ok(place.keep())
}

/// PostgreSQL may run as another user than this process: others may pass through, not look around.
fn passable() -> std::fs::Permissions {
    std::fs::Permissions::from_mode(0o711)
}
