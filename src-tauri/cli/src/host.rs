//! What stands behind a command: the data folder, the store, the clock and the browser.

use std::{
    future::Future,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use firstbell_core::{
    app::{self, App, Opens},
    clock::{Clock as _, SystemClock},
    data_folder::{DataFolder, Ownership},
    desktop::{NotOpened, Opener},
    error::{Code, Error},
    join::JoinUrl,
    secret::{Secrets, SystemKeychain},
    store::Store,
    words::say,
};

use crate::output::Failure;

/// The identifier of the app: the name of its folder under the system's folder for data.
const IDENTIFIER: &str = "org.firstbell.FirstBell";
/// How long an opener may take to say that it cannot open the address.
const OPENER_PATIENCE: Duration = Duration::from_secs(3);
const STEP: Duration = Duration::from_millis(20);

/// Where First Bell's data lie. Nothing is made there before something is written.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder that was named, or this person's: the one that the app uses.
    pub fn of(named: Option<PathBuf>) -> Result<Self, Failure> {
        let path = named.or_else(|| dirs::data_dir().map(|path| path.join(IDENTIFIER)));
        let path = path.ok_or_else(|| Failure::Here(Code::StoreUnusable, say("cli-no-home", &[])))?;
        Ok(Self { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An app over what is there; `None` when nothing was ever stored.
    pub async fn read(&self) -> Result<Option<App>, Error> {
        if !self.path.is_dir() {
            return Ok(None);
        }
        let folder = DataFolder::open(&self.path)?;
        let Some(store) = app::open::visit(&folder, SystemClock.now(), complain).await? else {
            return Ok(None);
        };
        Ok(Some(with_schools(app(store), &folder).await))
    }

    /// An app that may write, over a store that is made if it is not there.
    pub async fn write(&self) -> Result<(App, Store), Error> {
        let folder = DataFolder::open(&self.path)?;
        let store = app::open::visit_to_write(&folder, SystemClock.now(), complain).await?;
        Ok((with_schools(app(store.clone()), &folder).await, store))
    }
}

impl Folder {
    /// The folder itself.
    pub fn data_folder(&self) -> Result<DataFolder, Error> {
        DataFolder::open(&self.path)
    }

    /// An app of whoever owns the folder, with the keychain: for as long as the ownership is held nobody else refreshes
    /// a token.
    ///
    /// # Errors
    /// [`Error::RunsElsewhere`] where the app runs, which is the owner then.
    pub async fn own_for_schools(&self) -> Result<(Arc<App>, Ownership), Error> {
        // Made, or brought up to date, before it is owned: that takes the ownership itself.
        let (app, _) = self.write().await?;
        let folder = self.data_folder()?;
        let ownership = folder.own()?;
        let keychain = Secrets::System(SystemKeychain::new());
        Ok((Arc::new(app.with_schools(keychain, &folder)), ownership))
    }
}

/// What cannot be put right just now can be read all the same.
fn complain(error: &Error) {
    eprintln!("{}", error.sentence());
}

/// The same app with what schools have told, as whoever owns the folder has it.
async fn with_schools(app: App, folder: &DataFolder) -> App {
    let app = app.with_schools(Secrets::None, folder);
    app.take_in_schools(Opens::Beside).await;
    app
}

/// Nobody listens to this host, and it does not ring.
fn app(store: Store) -> App {
    App::new(store, Arc::new(SystemClock), Arc::new(Browser))
}

/// Runs a command to its end, on this thread alone.
pub fn wait_for<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}

/// The system's browser.
pub struct Browser;

impl Opener for Browser {
    fn open(&self, url: &JoinUrl) -> Result<(), NotOpened> {
        // `xdg-open` first on Linux, then the openers of single desktops.
        let starts = |mut command: std::process::Command| {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            // A browser that this starts must outlive the terminal.
            #[cfg(unix)]
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
            command.spawn().is_ok_and(has_opened)
        };
        if open::commands(url.as_str()).into_iter().any(starts) { Ok(()) } else { Err(NotOpened) }
    }
}

/// An opener that gives up says so soon; one that still runs is the browser itself.
fn has_opened(mut child: std::process::Child) -> bool {
    let until = Instant::now() + OPENER_PATIENCE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < until => std::thread::sleep(STEP),
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}
