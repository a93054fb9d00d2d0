//! The real app, with a driver at its window or without.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::wd::{TimeoutConfiguration, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::desktop::Desktop;
use super::processes::Signal;
use super::untouched::Untouched;
use super::{axe, bell, processes, wait};

/// No main window is made narrower.
const NARROWEST: i32 = 380;

/// How an app is to be started.
#[derive(Clone, Debug)]
#[must_use]
pub struct AppPlan {
    program: Option<PathBuf>,
    data_dir: DataDir,
    arguments: Vec<OsString>,
    environment: Vec<(String, String)>,
    watched: Option<Untouched>,
    may_dump: bool,
}

/// Where it keeps its things.
#[derive(Clone, Debug)]
enum DataDir {
    Unsaid,
    OfDesktop,
    At(PathBuf),
}

impl AppPlan {
    /// With another data folder than the desktop's.
    pub fn data_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.data_dir = DataDir::At(folder.as_ref().to_owned());
        self
    }

    /// One more argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// One more variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Its memory may be dumped when it dies, as far as it lets that happen itself.
    pub fn may_dump(mut self) -> Self {
        self.may_dump = true;
        self
    }

    /// Watches what it writes and whom it calls.
    pub fn watched_by(mut self, untouched: &Untouched) -> Self {
        self.watched = Some(untouched.clone());
        self
    }

    /// Starts it as the person does. Its window is reached by keys and mouse only.
    ///
    /// # Errors
    /// When it is not built or cannot be started.
    pub fn start(self, desktop: &Desktop) -> Result<App<'_>> {
        let name = unused("app");
        let (program, arguments) = self.command_line(desktop)?;
        let mut command = self.command(desktop, program.as_os_str());
        command.args(arguments).envs(self.environment);
        let started = desktop.start_process(&name, &mut command)?;
        Ok(App { desktop, log: name, started, driver: None })
    }

    /// Starts it by WebKitWebDriver and waits for its window, which [`App::window`] then drives.
    ///
    /// # Errors
    /// When it is not built or its window does not come.
    pub async fn start_with_driver(self, desktop: &Desktop) -> Result<App<'_>> {
        let name = unused("driver");
        let port = free_port()?;
        let mut command = self.command(desktop, "WebKitWebDriver".as_ref());
        command.arg("--host=127.0.0.1").arg(format!("--port={port}"));
        // The driver hands its own environment and limits on to the app.
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").envs(self.environment.clone());
        let started = desktop.start_process(&name, &mut command)?;
        wait_for_driver(desktop, started, port).await.with_context(|| desktop.log(&name))?;

        let (program, arguments) = self.command_line(desktop)?;
        let arguments = arguments.iter().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>();
        // No browserName: the driver would ask the app for it, and it has none.
        let options = json!({ "binary": program, "args": arguments });
        let capabilities = serde_json::Map::from_iter([("webkitgtk:browserOptions".to_owned(), options)]);
        let address = format!("http://127.0.0.1:{port}");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connect = builder.capabilities(capabilities).connect(&address);
        let client = tokio::time::timeout(Duration::from_secs(60), connect)
            .await
            .context("the app's window did not come within 60 s")
            .and_then(|connected| connected.context("a WebDriver session"))
            .with_context(|| desktop.log(&name))?;
        client
            .update_timeouts(TimeoutConfiguration::new(
                Some(Duration::from_secs(30)),
                Some(Duration::from_secs(60)),
                Some(Duration::ZERO),
            ))
            .await?;
        Ok(App { desktop, log: name, started, driver: Some(client) })
    }

    fn command(&self, desktop: &Desktop, program: &OsStr) -> Command {
        if !self.may_dump {
            return desktop.command(program);
        }
        let mut command = desktop.command("sh");
        command.args(["-c", "ulimit -S -c \"$(ulimit -H -c)\"; exec \"$0\" \"$@\""]).arg(program);
        command
    }

    fn command_line(&self, desktop: &Desktop) -> Result<(PathBuf, Vec<OsString>)> {
        let program = match &self.program {
            Some(program) => program.clone(),
            None => bell::program("firstbell", "FIRSTBELL_BIN")?,
        };
        let mut arguments = self.arguments.clone();
        let folder = match &self.data_dir {
            DataDir::Unsaid => None,
            DataDir::OfDesktop => Some(desktop.data_dir()),
            DataDir::At(folder) => Some(folder.clone()),
        };
        if let Some(folder) = folder {
            arguments.splice(0..0, [OsString::from("--data-dir"), folder.into_os_string()]);
        }
        let program = match &self.watched {
            Some(untouched) => untouched.wrap(&program)?,
            None => program,
        };
        Ok((program, arguments))
    }
}

/// A running app. It ends with its desktop at the latest.
pub struct App<'a> {
    desktop: &'a Desktop,
    log: String,
    /// The app itself, or its driver.
    started: u32,
    driver: Option<Client>,
}

impl<'a> App<'a> {
    /// First Bell with the desktop's data folder.
    pub fn plan() -> AppPlan {
        AppPlan {
            program: None,
            data_dir: DataDir::OfDesktop,
            arguments: Vec::new(),
            environment: Vec::new(),
            watched: None,
            may_dump: false,
        }
    }

    /// Any other program, for the kit's own tests.
    pub fn plan_of(program: impl AsRef<Path>) -> AppPlan {
        AppPlan { program: Some(program.as_ref().to_owned()), data_dir: DataDir::Unsaid, ..Self::plan() }
    }

    /// The driver at its window.
    ///
    /// # Errors
    /// When it was started without.
    pub fn window(&self) -> Result<&Client> {
        self.driver.as_ref().context("this app was started without a driver")
    }

    /// The app's process.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pid(&self) -> Result<u32> {
        let mut pid = self.started;
        if self.driver.is_some() {
            pid = *processes::children_of(pid).first().context("the app has ended")?;
        }
        // A watched one runs under its watcher.
        if name_of(pid).as_deref() == Some("strace") {
            pid = *processes::children_of(pid).first().context("the app has ended")?;
        }
        ensure!(processes::runs(pid), "the app has ended");
        Ok(pid)
    }

    /// What it has written to its outputs (with a driver: both).
    #[must_use]
    pub fn log(&self) -> String {
        self.desktop.log(&self.log)
    }

    /// Sets the window's outer size.
    ///
    /// # Errors
    /// When there is no window.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let sized = self.window()?.set_window_size(width, height);
        wait::within("resizing the window", wait::PATIENCE, sized).await
    }

    /// Saves a picture of the window as the person sees it.
    ///
    /// Taken from the screen: WebKit 2.50.6 never answers the driver's own request while
    /// `WEBKIT_DISABLE_DMABUF_RENDERER` is 1 (it does when [`AppPlan::env`] sets it to 0).
    ///
    /// # Errors
    /// When there is no window.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        self.picture_of(self.window_id().await?, path).await
    }

    /// The same of any of its windows.
    ///
    /// # Errors
    /// When there is no such window.
    pub async fn picture_of(&self, window: u64, path: &Path) -> Result<()> {
        // With a palette, which paper and ink do not need more than, a picture has a third of the size.
        let path = format!("PNG8:{}", path.to_str().context("a plain path")?);
        let small = ["+dither", "-colors", "200", "-strip"];
        let window = ["-window", &window.to_string(), &path].map(str::to_owned);
        let arguments: Vec<&str> = small.into_iter().chain(window.iter().map(String::as_str)).collect();
        self.desktop.run("import", &arguments).await.map(drop)
    }

    /// The window's number on the screen, for [`super::input::Input`] and [`Desktop::drop_file`].
    ///
    /// # Errors
    /// When there is no visible window.
    pub async fn window_id(&self) -> Result<u64> {
        let pid = self.pid()?.to_string();
        wait::until("the app's window on the screen", wait::PATIENCE, async || {
            // It ends with 1 when there is none.
            let mut search = self.desktop.command("xdotool");
            search.args(["search", "--onlyvisible", "--all", "--pid", &pid, "--name", "."]);
            let found = self.desktop.output(search).await?.stdout;
            for id in String::from_utf8_lossy(&found).lines().filter_map(|line| line.parse().ok()) {
                // Lists and hints are windows of their own, and so is the ring's.
                if self.desktop.input().place_of(id).await?.width >= NARROWEST {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        })
        .await
    }

    /// A second window of the app, known by its width.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn other_window(&self, width: i32) -> Result<u64> {
        let pid = self.pid()?.to_string();
        wait::until(&format!("a window {width} wide"), wait::PATIENCE, async || {
            let mut search = self.desktop.command("xdotool");
            search.args(["search", "--onlyvisible", "--all", "--pid", &pid, "--name", "."]);
            let found = self.desktop.output(search).await?.stdout;
            for id in String::from_utf8_lossy(&found).lines().filter_map(|line| line.parse().ok()) {
                if self.desktop.input().place_of(id).await?.width == width {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        })
        .await
    }

    /// What axe-core finds wrong with the window.
    ///
    /// # Errors
    /// When there is no window or no axe-core.
    pub async fn axe(&self) -> Result<Vec<axe::Violation>> {
        wait::within("axe-core", Duration::from_secs(60), axe::violations(self.window()?)).await
    }

    /// What axe-core finds wrong with the app's second window, once it shows something.
    ///
    /// # Errors
    /// When there is no second window or no axe-core.
    pub async fn axe_of_other(&self) -> Result<Vec<axe::Violation>> {
        let client = self.window()?;
        let main = self.turn_to_other().await?;
        let found = self.axe().await;
        client.switch_to_window(main).await?;
        found
    }

    /// Lets the driver look at the second window, once it shows something; tells which one it looked at before.
    async fn turn_to_other(&self) -> Result<WindowHandle> {
        let client = self.window()?;
        let main = client.window().await?;
        let other = wait::until("a second window to drive", wait::PATIENCE, async || {
            Ok(client.windows().await?.into_iter().find(|handle| *handle != main))
        })
        .await?;
        client.switch_to_window(other).await?;
        let shown = wait::until_true("the second window to show something", wait::PATIENCE, async || {
            Ok(client.find_all(Locator::Css("main button")).await?.len() > 1)
        });
        if let Err(error) = shown.await {
            client.switch_to_window(main).await?;
            return Err(error);
        }
        Ok(main)
    }

    /// Runs a script in the app's second window, once it shows something.
    ///
    /// # Errors
    /// When there is no second window, or it does not answer.
    pub async fn in_other(&self, script: &str) -> Result<serde_json::Value> {
        let client = self.window()?;
        let main = self.turn_to_other().await?;
        let said =
            wait::within("a script in the second window", wait::PATIENCE, client.execute(script, Vec::new()));
        let said = said.await;
        client.switch_to_window(main).await?;
        said
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it has not within `timeout`, or was started by a driver, which keeps the code to itself.
    pub async fn wait_for_end(&self, timeout: Duration) -> Result<ExitStatus> {
        ensure!(self.driver.is_none(), "the driver does not tell how the app has ended");
        wait::until("the app to end", timeout, async || self.desktop.exit_status(self.started)).await
    }

    /// Asks it to end (SIGTERM), as a log-out does, and waits until it has.
    ///
    /// # Errors
    /// When it stays.
    pub async fn terminate(self) -> Result<()> {
        self.end(Signal::TERM).await
    }

    /// Ends it without a word (SIGKILL), as a power cut does.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill(self) -> Result<()> {
        self.end(Signal::KILL).await
    }

    /// Waits until it has died of what was done to it.
    ///
    /// # Errors
    /// When it lives on.
    pub async fn died(self, pid: u32) -> Result<()> {
        wait::until_true("the app to be gone", wait::PATIENCE, async || Ok(!processes::runs(pid))).await?;
        // Its driver is of no use any more; the app itself leaves no zombie.
        self.desktop.end_process(self.started).await
    }

    /// The processes that its pages run in.
    ///
    /// # Errors
    /// When it does not run.
    pub fn web_processes(&self) -> Result<Vec<u32>> {
        let children = processes::children_of(self.pid()?);
        // The kernel keeps fifteen letters of a name.
        Ok(children.into_iter().filter(|pid| name_of(*pid).as_deref() == Some("WebKitWebProces")).collect())
    }

    /// Stops it where it stands (SIGSTOP), as sleep does.
    ///
    /// # Errors
    /// When it does not run.
    pub fn freeze(&self) -> Result<()> {
        processes::send(self.pid()?, Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it does not run.
    pub fn thaw(&self) -> Result<()> {
        processes::send(self.pid()?, Signal::CONT)
    }

    /// Sends it a signal, and waits until it is gone.
    ///
    /// # Errors
    /// When it stays.
    pub async fn end(self, signal: Signal) -> Result<()> {
        let pid = self.pid()?;
        processes::send(pid, signal)?;
        self.died(pid).await
    }
}

fn name_of(pid: u32) -> Option<String> {
    Some(std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim_end().to_owned())
}

/// A log's name that no other start of this test process has.
fn unused(kind: &str) -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("{kind}-{}", LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

/// The driver cannot choose a port itself and say which.
fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

async fn wait_for_driver(desktop: &Desktop, pid: u32, port: u16) -> Result<()> {
    wait::until("WebKitWebDriver", wait::PATIENCE, async || {
        ensure!(desktop.exit_status(pid)?.is_none(), "it has ended");
        Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok().then_some(()))
    })
    .await
}
