//! One desktop that belongs to one test: display, bus, window manager, folders, and who lives there.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{NaiveTime, Utc};
use firstbell_core::zone::Zone;
use zbus::Connection;

use super::input::Input;
use super::logind::Logind;
use super::notifications::NotificationService;
use super::opener::Opener;
use super::people::{Person, tutor_ada};
use super::processes::Processes;
use super::tray::Tray;
use super::{bus, keyring, processes, wait};

/// Keeps the desktop's folder after the test, for a look at the logs.
const KEEP: &str = "FIRSTBELL_KEEP_DESKTOP";

/// Around the world, an hour or two apart.
const CITIES: [&str; 14] = [
    "Europe/Madrid",
    "Europe/Athens",
    "Asia/Dubai",
    "Asia/Tashkent",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Brisbane",
    "Pacific/Auckland",
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Phoenix",
    "America/Bogota",
    "America/Sao_Paulo",
];

/// What a desktop is to have.
#[derive(Clone, Debug)]
#[must_use]
pub struct DesktopPlan {
    size: (u32, u32),
    zone: Zone,
    locale: String,
    keyring: bool,
    tray: bool,
    logind: bool,
    notifications: bool,
    small_disk: bool,
}

impl DesktopPlan {
    /// The screen's size in pixels; 1280 by 1024 otherwise.
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// The computer of this person: in their zone. Ada's otherwise.
    pub fn of(mut self, person: Person) -> Self {
        self.zone = person.zone();
        self
    }

    /// Somewhere on earth where it is about noon now, so that a story of today does not run into midnight.
    pub fn around_noon(mut self) -> Self {
        let from_noon = |zone: &Zone| {
            let now = Utc::now().with_timezone(zone).time();
            (now - NaiveTime::from_hms_opt(12, 30, 0).unwrap_or_default()).num_minutes().abs()
        };
        self.zone = CITIES
            .into_iter()
            .filter_map(|name| name.parse().ok())
            .min_by_key(from_noon)
            .unwrap_or(self.zone);
        self
    }

    /// The locale, such as `es_ES.UTF-8`; `C.UTF-8` otherwise.
    pub fn locale(mut self, locale: &str) -> Self {
        locale.clone_into(&mut self.locale);
        self
    }

    /// With a keychain.
    pub fn with_keyring(mut self) -> Self {
        self.keyring = true;
        self
    }

    /// With a place for tray icons.
    pub fn with_tray(mut self) -> Self {
        self.tray = true;
        self
    }

    /// With a system bus on which someone says when the computer falls asleep.
    pub fn with_logind(mut self) -> Self {
        self.logind = true;
        self
    }

    /// The data folder lies on a disk of its own that is soon full.
    pub fn with_small_disk(mut self) -> Self {
        self.small_disk = true;
        self
    }

    /// Nobody shows notifications (until [`NotificationService::start`]).
    pub fn without_notifications(mut self) -> Self {
        self.notifications = false;
        self
    }

    /// Starts it all and waits until each part is there.
    ///
    /// # Errors
    /// When a part does not come up: says which, with its log.
    pub async fn start(self) -> Result<Desktop> {
        Desktop::start_as(self).await
    }
}

/// A running desktop. Dropping it ends every process on it and removes its folder.
pub struct Desktop {
    /// Who shows notifications.
    pub notifications: NotificationService,
    /// What was opened.
    pub opener: Opener,
    /// Tray icons, if planned.
    pub tray: Option<Tray>,
    /// Sleep and wake, if planned.
    pub logind: Option<Logind>,
    bus: Connection,
    folders: Folders,
    environment: Vec<(&'static str, String)>,
    display: String,
    zone: Zone,
    disk: Option<SmallDisk>,
    // The last field: it goes last.
    processes: Processes,
}

/// A file system of its own for the data folder.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Large enough for a store and for what the webview keeps.
    const SIZE: &str = "size=24m,mode=0700";

    fn mount(at: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&at)?;
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", Self::SIZE, "firstbell"]).arg(&at).output()?;
        ensure!(mounted.status.success(), "mount: {}", String::from_utf8_lossy(&mounted.stderr));
        Ok(Self(at))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: what still runs there ends in a moment.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// The desktop's folder and what lies in it.
struct Folders {
    root: PathBuf,
}

impl Folders {
    fn at(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

impl Desktop {
    /// A desktop with display, bus, window manager, notifications and opener.
    pub fn plan() -> DesktopPlan {
        DesktopPlan {
            size: (1280, 1024),
            zone: tutor_ada().zone(),
            locale: "C.UTF-8".to_owned(),
            keyring: false,
            tray: false,
            logind: false,
            notifications: true,
            small_disk: false,
        }
    }

    /// The same as `Desktop::plan().start()`.
    ///
    /// # Errors
    /// As [`DesktopPlan::start`].
    pub async fn start() -> Result<Self> {
        Self::plan().start().await
    }

    async fn start_as(plan: DesktopPlan) -> Result<Self> {
        let root = tempfile::Builder::new().prefix("firstbell-").tempdir()?.keep();
        let processes = Processes::new(&root, std::env::var_os(KEEP).is_some())?;
        let folders = Folders { root };
        make_folders(&folders)?;
        let disk = plan.small_disk.then(|| SmallDisk::mount(folders.at("disk"))).transpose()?;
        let opener = Opener::new(&folders.at("bin"), &folders.root)?;
        let mut environment = environment(&folders, &plan);

        // The display before the bus: what the bus brings up may look for it.
        let display = start_display(&processes, &environment, plan.size).await?;
        environment.push(("DISPLAY", display.clone()));
        let (bus, address) = start_bus(&processes, &environment, &folders).await?;
        // The system bus of this computer is never reached.
        let system = if plan.logind {
            address.clone()
        } else {
            format!("unix:path={}/no-bus", folders.root.display())
        };
        environment.push(("DBUS_SESSION_BUS_ADDRESS", address.clone()));
        environment.push(("DBUS_SYSTEM_BUS_ADDRESS", system));

        let notifications = NotificationService::new(&address);
        if plan.notifications {
            notifications.start().await?;
        }
        let tray = if plan.tray { Some(Tray::start(&address).await?) } else { None };
        let logind = if plan.logind { Some(Logind::start(&address).await?) } else { None };
        let desktop = Self {
            notifications,
            opener,
            tray,
            logind,
            bus,
            folders,
            environment,
            display,
            zone: plan.zone,
            disk,
            processes,
        };
        desktop.start_window_manager().await?;
        if plan.keyring {
            keyring::Keyring::start(&desktop).await?;
        }
        Ok(desktop)
    }

    /// The folder that holds everything of this desktop.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.folders.root
    }

    /// The home folder of the person at this desktop.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folders.at("home")
    }

    /// The data folder for the app and `bell`.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        match &self.disk {
            Some(SmallDisk(at)) => at.join("firstbell-data"),
            None => self.folders.at("firstbell-data"),
        }
    }

    /// Whether the data folder lies on a disk that can be filled.
    #[must_use]
    pub fn has_small_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// The zone that the computer is in.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The display's name, such as `:5`.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The kit's own connection to the session bus.
    pub fn bus(&self) -> &Connection {
        &self.bus
    }

    /// Keys and mouse.
    #[must_use]
    pub fn input(&self) -> Input<'_> {
        Input::new(self)
    }

    /// A command in this desktop's environment, and in nothing else's.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let (mark, value) = self.processes.mark();
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value))).env(mark, value);
        command.current_dir(self.home()).stdin(std::process::Stdio::null());
        command
    }

    /// Runs a command to its end without holding up the kit's own services.
    ///
    /// # Errors
    /// When it cannot be started or does not end within 30 seconds.
    pub async fn output(&self, command: Command) -> Result<std::process::Output> {
        let what = format!("{command:?}");
        let mut command = tokio::process::Command::from(command);
        let run = command.kill_on_drop(true).output();
        let output = tokio::time::timeout(Duration::from_secs(30), run).await;
        output.with_context(|| format!("{what} did not end"))?.with_context(|| format!("running {what}"))
    }

    /// Runs a command to its end and gives what it has printed.
    ///
    /// # Errors
    /// As [`Self::output`], and when it ends with a code other than zero.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.command(program);
        command.args(arguments);
        self.printed_by(command).await
    }

    /// The same for a command that is made already.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn printed_by(&self, command: Command) -> Result<String> {
        let what = format!("{command:?}");
        let output = self.output(command).await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{what}: {}: {errors}", output.status);
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts a process of this desktop; its output goes to the log `name`. Returns its id.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_process(&self, name: &str, command: &mut Command) -> Result<u32> {
        self.processes.start(name, command)
    }

    /// What the process started as `name` has written so far, to either output.
    #[must_use]
    pub fn log(&self, name: &str) -> String {
        self.processes.log(name)
    }

    /// How a process started here has ended, if it has.
    ///
    /// # Errors
    /// When it was not started here.
    pub fn exit_status(&self, pid: u32) -> Result<Option<ExitStatus>> {
        self.processes.exit_status(pid)
    }

    /// Ends a process started here and waits until it has gone.
    ///
    /// # Errors
    /// When it was not started here or stays.
    pub async fn end_process(&self, pid: u32) -> Result<()> {
        if self.exit_status(pid)?.is_none() {
            processes::send(pid, processes::Signal::TERM)?;
        }
        let what = format!("process {pid} to end");
        wait::until(&what, wait::PATIENCE, async || self.exit_status(pid)).await.map(drop)
    }

    /// Saves a picture of the whole screen.
    ///
    /// # Errors
    /// When the picture cannot be taken.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        self.run("import", &["-window", "root", path.to_str().context("a plain path")?]).await?;
        Ok(())
    }

    async fn start_window_manager(&self) -> Result<()> {
        self.start_process("openbox", self.command("openbox").arg("--sm-disable"))?;
        wait::until_true("the window manager", wait::PATIENCE, async || {
            let answer = self.run("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"]).await?;
            Ok(answer.contains("window id"))
        })
        .await
        .with_context(|| self.log("openbox"))
    }
}

impl Drop for Desktop {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.processes.last_words());
        }
    }
}

fn make_folders(folders: &Folders) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    for name in ["bin", "home", "data", "config", "cache", "state", "run", "tmp", "firstbell-data"] {
        std::fs::create_dir_all(folders.at(name))?;
    }
    std::fs::set_permissions(folders.at("run"), std::fs::Permissions::from_mode(0o700))?;
    Ok(())
}

fn environment(folders: &Folders, plan: &DesktopPlan) -> Vec<(&'static str, String)> {
    let folder = |name| folders.at(name).to_string_lossy().into_owned();
    let mut environment = vec![
        ("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", folder("bin"))),
        ("HOME", folder("home")),
        ("XDG_DATA_HOME", folder("data")),
        ("XDG_CONFIG_HOME", folder("config")),
        ("XDG_CACHE_HOME", folder("cache")),
        ("XDG_STATE_HOME", folder("state")),
        ("XDG_RUNTIME_DIR", folder("run")),
        ("TMPDIR", folder("tmp")),
        ("LANG", plan.locale.clone()),
        ("TZ", plan.zone.name().to_owned()),
        ("GDK_BACKEND", "x11".to_owned()),
        ("GSETTINGS_BACKEND", "memory".to_owned()),
        ("GIO_USE_VFS", "local".to_owned()),
        ("GTK_USE_PORTAL", "0".to_owned()),
        ("LIBGL_ALWAYS_SOFTWARE", "1".to_owned()),
        ("NO_AT_BRIDGE", "1".to_owned()),
        ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".to_owned()),
    ];
    // How the app under test speaks is the caller's business.
    for name in ["RUST_LOG", "RUST_BACKTRACE"] {
        if let Ok(value) = std::env::var(name) {
            environment.push((name, value));
        }
    }
    environment
}

fn clean(program: &str, environment: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdin(std::process::Stdio::null());
    command
}

async fn start_display(
    processes: &Processes,
    environment: &[(&'static str, String)],
    (width, height): (u32, u32),
) -> Result<String> {
    let screen = format!("{width}x{height}x24");
    // Xvfb finds a free number itself and tells it once clients are welcome.
    let mut command = clean("Xvfb", environment);
    command.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset", "-dpi", "96"]);
    let pid = processes.start("Xvfb", &mut command)?;
    wait::until("Xvfb's display", wait::PATIENCE, async || {
        if let Some(status) = processes.exit_status(pid)? {
            return Ok(Some(Err(anyhow::anyhow!("Xvfb ended ({status}): {}", processes.log("Xvfb")))));
        }
        let log = processes.log("Xvfb");
        // Its log holds warnings too: the number stands on a line of its own.
        let number = log.split_inclusive('\n').find_map(|line| line.strip_suffix('\n')?.parse::<u32>().ok());
        Ok(number.map(|number| Ok(format!(":{number}"))))
    })
    .await?
}

async fn start_bus(
    processes: &Processes,
    environment: &[(&'static str, String)],
    folders: &Folders,
) -> Result<(Connection, String)> {
    let socket = folders.at("run").join("bus");
    let config = folders.at("bus.conf");
    std::fs::write(&config, bus::config(&socket))?;
    let mut command = clean("dbus-daemon", environment);
    command.arg("--nofork").arg(format!("--config-file={}", config.display()));
    processes.start("dbus-daemon", &mut command)?;
    let address = format!("unix:path={}", socket.display());
    let connection =
        wait::until("the session bus", wait::PATIENCE, async || Ok(Some(bus::connect(&address).await?)))
            .await
            .with_context(|| processes.log("dbus-daemon"))?;
    Ok((connection, address))
}
