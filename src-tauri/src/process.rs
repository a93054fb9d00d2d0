//! The process: its arguments and environment, its turn among others, how it ends.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser as _;
#[cfg(not(unix))]
use firstbell_core::app::App;
use firstbell_core::{crash::leave_no_secrets, data_folder::DataFolder, words::say};
#[cfg(not(unix))]
use tauri::Manager as _;
use tauri::RunEvent;

#[cfg(target_os = "linux")]
use crate::desktop::{autostart, service};
#[cfg(not(unix))]
use crate::outside;
use crate::{
    arguments::{Arguments, absolute},
    bindings, logging, second_start,
    start::Start,
};

/// Runs First Bell until it is quit.
pub fn run() -> ExitCode {
    prepare_webkit();
    leave_no_secrets();
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
    let Some(start) = Start::begin(folder, turn) else { return ExitCode::SUCCESS };
    let builder = tauri::Builder::default();
    #[cfg(target_os = "linux")]
    let builder = builder.manage(autostart::Autostart::new(arguments.data_dir.clone().map(absolute)));
    // Elsewhere a second start finds the first one by the local socket.
    #[cfg(not(unix))]
    let builder = builder.plugin(tauri_plugin_single_instance::init(|app, words, folder| {
        // The first copy may only be being started.
        let Some(core) = app.try_state::<std::sync::Arc<App>>() else { return };
        let (app, core) = (app.clone(), std::sync::Arc::clone(&core));
        let arguments = Arguments::of_later_start(words, &folder);
        tauri::async_runtime::spawn(async move { outside::started_again(&app, &core, arguments) });
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
        .setup(move |app| Ok(start.bring_up(app.handle(), &arguments)?))
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

fn complain(sentence: &str) -> ExitCode {
    eprintln!("{}", say("start-failed", &[("why", sentence.into())]));
    ExitCode::FAILURE
}
