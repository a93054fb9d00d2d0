//! Puts the program together: store, core, bell, desktop, tray and window, in the order in which a person
//! sees something soonest.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::Parser as _;
use firstbell_core::{
    app::{
        App,
        open::{self, Opened},
        tasks,
    },
    change::Cause,
    clock::{Clock as _, SystemClock},
    data_folder::{DataFolder, Ownership},
    error::Error,
    health::Health,
    reminder::{Signal, wait::SystemWait},
    words::say,
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
        service, sound,
    },
    error::{Answer, AppError},
    events::Told,
    first_page::FirstPage,
    import, logging,
    long_work::LongWorks,
    second_start::{self, FirstCopy, Turn},
    tray::Tray,
    view::{
        instant,
        page::{Boot, TodayView},
        problem::Problem,
        settings::SettingsView,
    },
    waiting::{self, Waiting},
    window,
};

/// How many days after today the page is handed at first. It asks for more when the end of them comes near.
const DAYS_AHEAD: u16 = 2;
/// How often it is looked whether series are to be extended.
const EXTEND_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// What starts looking at the store at once, when the person asks for that.
struct Retry(watch::Sender<u64>);

/// What tells a bell that something has changed, and where it hears that.
struct Signals {
    sends: mpsc::UnboundedSender<Signal>,
    heard: mpsc::UnboundedReceiver<Signal>,
}

/// Runs First Bell until it is quit.
pub fn run() -> ExitCode {
    prepare_webkit();
    logging::start();
    let arguments = Arguments::parse();
    let context = tauri::generate_context!();
    // Without a home there is no folder; the window says so.
    let data_dir = data_dir(&arguments, &context.config().identifier).unwrap_or_default();
    #[cfg(target_os = "linux")]
    if tauri::async_runtime::block_on(service::bus_is_mute()) {
        return complain(&start_without_bus().to_string());
    }
    let folder = DataFolder::at(&data_dir);
    let turn = tauri::async_runtime::block_on(second_start::take_turn(&folder));
    let (opening, first_copy) = match turn {
        // The store opens while the window system and the web process start.
        Turn::Ours(ownership) => (open_in_time(folder.clone(), Some(ownership)), FirstCopy::default()),
        Turn::Silent(pid) => (open_in_time(folder.clone(), None), FirstCopy::silent(pid)),
        Turn::Passed => return ExitCode::SUCCESS,
    };
    let builder = tauri::Builder::default();
    #[cfg(target_os = "linux")]
    let builder = builder.manage(autostart::Autostart::new(arguments.data_dir.clone().map(absolute)));
    // Elsewhere a second start finds the first one by the local socket.
    #[cfg(not(unix))]
    let builder = builder.plugin(tauri_plugin_single_instance::init(|app, words, folder| {
        second_start::later_start(app, Arguments::of_later_start(words, &folder));
    }));
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
            app.manage(Arc::new(first_copy));
            let window = if arguments.hidden { None } else { Some(window::make(app.handle(), &folder)?) };
            let opened = tauri::async_runtime::block_on(opening)?;
            start(app.handle(), folder, opened, window, &arguments);
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

/// Starts anew as if there were no session bus. Returns only if that fails: this process becomes the new one.
#[cfg(target_os = "linux")]
fn start_without_bus() -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    tracing::warn!("the session bus does not answer; First Bell goes on without it");
    let mut again = match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program),
        Err(error) => return error,
    };
    if let Some(address) = std::env::var_os("DBUS_SESSION_BUS_ADDRESS") {
        again.env(service::LEFT_OUT, address);
    }
    again.args(std::env::args_os().skip(1)).env("DBUS_SESSION_BUS_ADDRESS", "disabled:").exec()
}

/// Opens the store; without an ownership, beside the copy that has it.
fn open_in_time(
    folder: DataFolder,
    ownership: Option<Result<Ownership, Error>>,
) -> tauri::async_runtime::JoinHandle<Opened> {
    tauri::async_runtime::spawn(async move {
        match ownership {
            Some(ownership) => open::open(&folder, ownership, SystemClock.now()).await,
            None => open::open_beside(&folder, SystemClock.now()).await,
        }
    })
}

/// Brings everything up: what the window shows first, then what can wait for it.
fn start(
    app: &AppHandle,
    folder: DataFolder,
    mut opened: Opened,
    window: Option<WebviewWindow>,
    arguments: &Arguments,
) {
    let (changes, _) = broadcast::channel(64);
    let (sends, heard) = mpsc::unbounded_channel();
    let signals = Signals { sends: sends.clone(), heard };
    let core =
        Arc::new(App::new(opened.store.clone(), Arc::new(SystemClock), Arc::new(Browser), changes, sends));
    let own_window = Arc::new(RingWindow::default());
    let strike = sound::lay_out(folder.path());
    let notifications = Arc::new(Notifications::new(app.clone(), strike, Arc::clone(&own_window)));
    let damaged = opened.damaged.take();
    let is_beside = app.state::<Arc<FirstCopy>>().is_silent();
    let memory = core.memory();
    memory.store_lies(opened.fault.as_ref().map(open::fault_of));
    if is_beside {
        memory.bell_is_missed();
    }

    app.manage(folder);
    app.manage(Arc::clone(&core));
    app.manage(own_window);
    app.manage(notifications);
    app.manage(Tray::default());
    app.manage(Waiting::default());
    app.manage(LongWorks::default());
    app.manage(Retry(watch::Sender::default()));

    let runtime = tauri::async_runtime::handle();
    if arguments.sample
        && let Err(error) = tauri::async_runtime::block_on(core.add_samples())
    {
        window::tell_failed(app, error);
    }
    if let Some(window) = window {
        window::open(&window, tauri::async_runtime::block_on(boot(app)));
    }
    if let Some(file) = arguments.file.clone() {
        import::offer(app, absolute(file));
    }
    if let Some(error) = damaged {
        window::tell_failed(app, error);
    }
    if is_beside {
        runtime.spawn(take_over(app.clone(), signals));
    } else {
        run_beside(app, opened, signals);
    }
    let (app, heard_changes, health) = (app.clone(), core.changes(), core.memory().health());
    runtime.spawn(async move {
        Tray::refresh(&app).await;
        tell_window(app, heard_changes, health).await;
    });
}

/// Rings in the place of the first copy as soon as that is gone.
async fn take_over(app: AppHandle, signals: Signals) {
    let folder = app.state::<DataFolder>().inner().clone();
    let ownership = second_start::wait_for_turn(&app, &folder).await;
    let mut opened = open::open(&folder, Ok(ownership), SystemClock.now()).await;
    let core = window::core(&app);
    core.memory().store_lies(opened.fault.as_ref().map(open::fault_of));
    core.reopen_as(&opened.store);
    if let Some(error) = opened.damaged.take() {
        window::tell_failed(&app, error);
    }
    run_beside(&app, opened, signals);
}

/// What runs beside the window for as long as the program does. Only the owner of the folder has it.
fn run_beside(app: &AppHandle, opened: Opened, signals: Signals) {
    let core = window::core(app);
    let folder = app.state::<DataFolder>().inner().clone();
    let notifications = Arc::clone(&app.state::<Arc<Notifications>>());
    let runtime = tauri::async_runtime::handle();
    let ringing = Arc::clone(&core);
    let memory = Arc::clone(core.memory());
    runtime.spawn(tasks::keep_ringing(memory, tasks::Watch::USUAL, signals.heard, move |heard| {
        let notifier = Arc::new(Rings(Arc::clone(&notifications)));
        ringing.bell(notifier, SystemClock, SystemWait(SystemClock)).run(heard)
    }));
    let retry = app.state::<Retry>().0.subscribe();
    runtime.spawn(tasks::keep_noticing(Arc::clone(&core), folder.clone()));
    runtime.spawn(extend_series(Arc::clone(&core)));
    let asked = app.clone();
    let answering = tasks::keep_answering(Arc::clone(&core), folder.clone(), move |ask| {
        second_start::answer(asked.clone(), ask)
    });
    let answering = runtime.spawn(answering);
    let app = app.clone();
    runtime.spawn(async move {
        let damaged = |error| window::tell_failed(&app, error);
        tasks::keep_store(core, folder.clone(), opened, retry, damaged).await;
        // The folder was moved away, and First Bell started again where it had been: that copy is the one to go on.
        answering.abort();
        second_start::bring_up(&folder).await;
        quit(&app);
    });
    #[cfg(target_os = "linux")]
    runtime.spawn(crate::desktop::sleep::wake_after(signals.sends));
    #[cfg(not(target_os = "linux"))]
    drop(signals.sends);
}

/// What the window starts with. Where the store cannot be read, it starts all the same and says so.
pub async fn boot(app: &AppHandle) -> Boot {
    let core = window::core(app);
    let settings = core.settings().await.unwrap_or_default();
    let today = today(app, DAYS_AHEAD).await;
    let is_first = today.is_ok() && !settings.first_run_done && !app.state::<Arc<FirstCopy>>().is_silent();
    Boot {
        today: today.unwrap_or_else(|_| TodayView::unread(core.now(), core.zone(), settings.hours())),
        settings: SettingsView::new(settings, autostart::is_on(app)),
        first_run: is_first,
        version: app.package_info().version.to_string(),
        tray: app.state::<Tray>().is_shown(),
        problems: problems(app),
    }
}

/// The page *Today*.
pub async fn today(app: &AppHandle, days_ahead: u16) -> Answer<TodayView> {
    let core = window::core(app);
    let clock = core.settings().await?.hours();
    let page = core.today(days_ahead.min(366)).await?;
    Ok(TodayView::new(&page, core.zone(), clock, &core.clocks_changed().await?))
}

/// What is wrong, for the strip.
pub fn problems(app: &AppHandle) -> Vec<Problem> {
    let first = app.state::<Arc<FirstCopy>>();
    let health = *window::core(app).memory().health().borrow();
    Problem::all(health, first.is_silent().then(|| first.can_be_ended()))
}

/// The store is looked at once more, at once.
pub fn retry(app: &AppHandle) {
    app.state::<Retry>().0.send_modify(|count| *count += 1);
}

/// How long quitting waits for what is still to be stored.
const LAST_STORING: Duration = Duration::from_secs(1);

/// Quits. What was done and could not be stored yet gets a last chance.
pub fn quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let _ = tokio::time::timeout(LAST_STORING, window::core(&app).store_what_waits()).await;
        app.exit(0);
    });
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

/// Passes every change on to window and tray. Many at once are told once.
async fn tell_window(
    app: AppHandle,
    mut changes: broadcast::Receiver<Cause>,
    mut health: watch::Receiver<Health>,
) {
    loop {
        let cause = tokio::select! {
            cause = changes.recv() => match cause {
                Ok(cause) => cause,
                // Lagging behind means that there is something to load, from whomever.
                Err(broadcast::error::RecvError::Lagged(_)) => Cause::AnotherHost,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            told = health.changed() => {
                if told.is_err() {
                    return;
                }
                waiting::tell(&app, Told::Problems { problems: problems(&app) });
                Tray::refresh(&app).await;
                continue;
            }
        };
        waiting::tell(&app, Told::Changed { cause: cause.into() });
        if cause == Cause::Clock {
            waiting::tell(&app, Told::ClockTicked { now: instant(window::core(&app).now()) });
        }
        Tray::refresh(&app).await;
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

fn complain(sentence: &str) -> ExitCode {
    eprintln!("{}", say("start-failed", &[("why", sentence.into())]));
    ExitCode::FAILURE
}

impl From<tauri::Error> for AppError {
    fn from(error: tauri::Error) -> Self {
        tracing::error!(%error, "tauri");
        Self { code: crate::error::ErrorCode::StoreUnusable, message: error.to_string() }
    }
}
