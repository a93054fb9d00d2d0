//! Puts the program together: store, core, bell, desktop, tray and window, in the order in which a person
//! sees something soonest.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::Parser as _;
use firstbell_core::{
    app::{App, zones},
    change::Cause,
    clock::{Clock as _, SystemClock},
    data_folder::{DataFolder, Ownership},
    error::Error,
    join::JoinRules,
    reminder::{Bell, wait::SystemWait},
    store::{Migrate, OpenError, Store},
};
use tauri::{AppHandle, Manager as _, RunEvent, WebviewWindow};
use tokio::sync::{broadcast, mpsc, watch};

use crate::{
    arguments::Arguments,
    bindings,
    desktop::{
        autostart,
        notifications::{Notifications, Rings},
        opener::Browser,
        ring_window::RingWindow,
        sound,
    },
    error::{Answer, AppError},
    events::Told,
    first_page::FirstPage,
    import, logging,
    long_work::LongWorks,
    tray::Tray,
    view::{
        instant,
        page::{Boot, Problem, TodayView},
        settings::SettingsView,
    },
    waiting::{self, Waiting},
    window,
};

/// How many days after today the page is handed at first. It asks for more when the end of them comes near.
const DAYS_AHEAD: u16 = 2;
/// How often it is looked whether series are to be extended.
const EXTEND_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// Whether the desktop takes rings.
struct CanRing(watch::Receiver<bool>);

/// What is open for as long as the program runs.
struct Opened {
    folder: DataFolder,
    _ownership: Ownership,
    store: Store,
    /// The file that was there was damaged and is kept aside.
    damaged: Option<Error>,
}

/// Runs First Bell until it is quit.
pub fn run() -> ExitCode {
    prepare_webkit();
    logging::start();
    let arguments = Arguments::parse();
    let context = tauri::generate_context!();
    let data_dir = match data_dir(&arguments, &context.config().identifier) {
        Some(path) => path,
        None => return fail(&Error::Folder(PathBuf::new())),
    };
    let folder = match DataFolder::open(&data_dir) {
        Ok(folder) => folder,
        Err(error) => return fail(&error),
    };
    // The store opens while the window system and the web process start.
    let opening = tauri::async_runtime::spawn(open(folder.clone()));
    let later_starts = tauri_plugin_single_instance::Builder::new()
        .callback(|app, words, folder| later_start(app, Arguments::of_later_start(words, &folder)))
        .dbus_id(bus_name(&context.config().identifier, &data_dir))
        .build();
    let builder = tauri::Builder::default().plugin(later_starts);
    #[cfg(target_os = "linux")]
    let builder = builder.manage(autostart::Autostart::new(arguments.data_dir.clone().map(absolute)));
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(
        tauri_plugin_autostart::Builder::new()
            .app_name("firstbell")
            .arg("--hidden")
            .args(
                arguments.data_dir.iter().flat_map(|at| ["--data-dir".to_owned(), at.display().to_string()]),
            )
            .build(),
    );
    let built = builder
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(bindings::handler())
        .setup(move |app| {
            app.manage(FirstPage::default());
            let window = if arguments.hidden { None } else { Some(window::make(app.handle(), &folder)?) };
            let opened = match tauri::async_runtime::block_on(opening)? {
                Ok(opened) => opened,
                Err(error) => {
                    complain(&error.sentence());
                    std::process::exit(1);
                }
            };
            start(app.handle(), opened, window, &arguments)?;
            Ok(())
        })
        .build(context);
    match built {
        Ok(app) => {
            app.run(|_, event| {
                // Without a window the bell rings on; only quitting ends it.
                if let RunEvent::ExitRequested { api, code: None, .. } = event {
                    api.prevent_exit();
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => complain(&error.to_string()),
    }
}

async fn open(folder: DataFolder) -> Result<Opened, Error> {
    let ownership = folder.own()?;
    let (store, damaged) = match Store::open(&folder.database(), Migrate::Yes).await {
        Ok(store) => (store, None),
        Err(damage @ OpenError::Damaged { .. }) => {
            (Store::open(&folder.database(), Migrate::Yes).await?, Some(damage.into()))
        }
        Err(error) => return Err(error.into()),
    };
    // A store that cannot be written just now still rings from what it holds; it is tried again at the next start.
    if let Err(error) = zones::put_right(&store, SystemClock.now()).await {
        tracing::error!(%error, "sessions could not be put right by this year's time zones");
    }
    Ok(Opened { folder, _ownership: ownership, store, damaged })
}

/// Brings everything up: what the window shows first, then what can wait for it.
fn start(
    app: &AppHandle,
    mut opened: Opened,
    window: Option<WebviewWindow>,
    arguments: &Arguments,
) -> Result<(), Box<dyn std::error::Error>> {
    let (changes, _) = broadcast::channel(64);
    let (signals, heard) = mpsc::unbounded_channel();
    let (can_ring, sees_ring) = watch::channel(true);
    let store = opened.store.clone();
    let core = Arc::new(App::new(
        store.clone(),
        Arc::new(SystemClock),
        Arc::new(Browser),
        changes.clone(),
        signals.clone(),
    ));
    let own_window = Arc::new(RingWindow::default());
    let strike = sound::lay_out(opened.folder.path());
    let notifications = Arc::new(Notifications::new(app.clone(), strike, Arc::clone(&own_window)));
    let damaged = opened.damaged.take();
    let folder = opened.folder.clone();

    app.manage(folder.clone());
    app.manage(Arc::clone(&core));
    app.manage(own_window);
    app.manage(Arc::clone(&notifications));
    app.manage(Tray::default());
    app.manage(Waiting::default());
    app.manage(LongWorks::default());
    app.manage(CanRing(sees_ring.clone()));
    // Held to the end of the program.
    app.manage(opened);

    if arguments.sample {
        tauri::async_runtime::block_on(core.add_samples())?;
    }
    if let Some(window) = window {
        let boot = tauri::async_runtime::block_on(boot(app)).map_err(|error| error.message)?;
        window::open(&window, boot);
    }
    if let Some(file) = arguments.file.clone() {
        import::offer(app, absolute(file));
    }
    if let Some(error) = damaged {
        window::tell_failed(app, error);
    }

    let bell = Bell::new(
        store.clone(),
        Arc::new(Rings(notifications)),
        SystemClock,
        SystemWait(SystemClock),
        JoinRules::DEFAULT,
        changes.clone(),
        can_ring,
    );
    let runtime = tauri::async_runtime::handle();
    runtime.spawn(bell.run(heard));
    runtime.spawn(watch_store(store, folder, Arc::clone(&core)));
    let (app, heard_changes) = (app.clone(), changes.subscribe());
    runtime.spawn(async move {
        Tray::refresh(&app, true).await;
        // Only now: each that reads beside another opens a connection of its own.
        tauri::async_runtime::spawn(extend_series(core));
        tell_window(app, heard_changes, sees_ring).await;
    });
    #[cfg(target_os = "linux")]
    runtime.spawn(crate::desktop::sleep::wake_after(signals));
    #[cfg(not(target_os = "linux"))]
    drop(signals);
    Ok(())
}

/// What the window starts with.
pub async fn boot(app: &AppHandle) -> Answer<Boot> {
    let core = window::core(app);
    let settings = core.settings().await?;
    Ok(Boot {
        today: today(app, DAYS_AHEAD).await?,
        settings: SettingsView::new(settings, autostart::is_on(app)),
        first_run: !settings.first_run_done,
        version: app.package_info().version.to_string(),
        tray: app.state::<Tray>().is_shown(),
    })
}

/// The page *Today*.
pub async fn today(app: &AppHandle, days_ahead: u16) -> Answer<TodayView> {
    let core = window::core(app);
    let clock = core.settings().await?.hours();
    let problem = (!*app.state::<CanRing>().0.borrow()).then_some(Problem::CannotRing);
    let page = core.today(days_ahead.min(366)).await?;
    Ok(TodayView::new(&page, core.zone(), clock, &core.clocks_changed().await?, problem))
}

/// Quits at once.
pub fn quit(app: &AppHandle) {
    app.exit(0);
}

/// Quits, or brings the window up to ask, when bells are left today.
pub fn ask_to_quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        match window::core(&app).bells_left_today().await {
            Ok(left) if !left.is_empty() => {
                window::show(&app);
                window::tell(&app, Told::QuitAsked { bells: left.into_iter().map(instant).collect() });
            }
            _ => quit(&app),
        }
    });
}

/// First Bell was started again: this one comes up, with the file that was to be opened.
fn later_start(app: &AppHandle, arguments: Arguments) {
    if !arguments.hidden {
        window::show(app);
    }
    if let Some(file) = arguments.file {
        import::offer(app, file);
    }
    if arguments.sample {
        let core = window::core(app);
        tauri::async_runtime::spawn(async move { core.add_samples().await });
    }
}

/// Passes every change on to window and tray. Many at once are told once.
async fn tell_window(
    app: AppHandle,
    mut changes: broadcast::Receiver<Cause>,
    can_ring: watch::Receiver<bool>,
) {
    loop {
        let cause = match changes.recv().await {
            Ok(cause) => cause,
            // Lagging behind means that there is something to load, from whomever.
            Err(broadcast::error::RecvError::Lagged(_)) => Cause::AnotherHost,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        waiting::tell(&app, Told::Changed { cause: cause.into() });
        if cause == Cause::Clock {
            waiting::tell(&app, Told::ClockTicked { now: instant(window::core(&app).now()) });
        }
        let can = *can_ring.borrow();
        Tray::refresh(&app, can).await;
    }
}

/// Notices what `bell` writes.
async fn watch_store(store: Store, folder: DataFolder, core: Arc<App>) {
    if let Err(error) =
        firstbell_core::store::notice_others(&store, &folder, || core.noticed_another_host()).await
    {
        tracing::warn!(%error, "what other programs write is seen at the next minute");
    }
}

async fn extend_series(core: Arc<App>) {
    loop {
        if let Err(error) = core.extend_series().await {
            tracing::warn!(%error, "series could not be extended; it is tried again later");
        }
        tokio::time::sleep(EXTEND_EVERY).await;
    }
}

/// Switches of WebKitGTK. What the person has set wins.
const WEBKIT: [(&str, &str); 2] = [
    // The DMA-BUF renderer costs memory and shows blank windows with some graphics drivers; text needs none
    // of it (v2.tauri.app/develop/debug/linux-graphics).
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    // The compilers that optimise pay off in long computations. A list of lessons has none: there they only
    // take threads, time and memory from each start. The quick compiler stays.
    ("JSC_useDFGJIT", "0"),
];

#[allow(unsafe_code)]
fn prepare_webkit() {
    for (name, value) in WEBKIT {
        if cfg!(target_os = "linux") && std::env::var_os(name).is_none() {
            // SAFETY: the first thing `run` does; no other thread yet could read the environment.
            unsafe { std::env::set_var(name, value) };
        }
    }
}

/// The folder that is asked for, or the usual one: the same that `bell` uses.
fn data_dir(arguments: &Arguments, identifier: &str) -> Option<PathBuf> {
    match &arguments.data_dir {
        Some(path) => Some(absolute(path.clone())),
        None => dirs::data_dir().map(|data| data.join(identifier)),
    }
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// One instance per data folder: the bus name carries a digest of it.
fn bus_name(identifier: &str, data_dir: &std::path::Path) -> String {
    let folder = data_dir.to_string_lossy();
    format!("{identifier}.f{}", uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.as_bytes()).simple())
}

fn fail(error: &Error) -> ExitCode {
    complain(&error.sentence())
}

fn complain(sentence: &str) -> ExitCode {
    eprintln!("First Bell could not start: {sentence}");
    ExitCode::FAILURE
}

impl From<tauri::Error> for AppError {
    fn from(error: tauri::Error) -> Self {
        tracing::error!(%error, "tauri");
        Self { code: crate::error::ErrorCode::StoreUnusable, message: error.to_string() }
    }
}
