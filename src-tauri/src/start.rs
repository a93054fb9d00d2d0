//! The start: puts store, core, bell, desktop, tray and window together, in the order in which a person sees something
//! soonest.

use std::sync::Arc;

use firstbell_core::{
    app::{
        Opens,
        open::{self, Opened},
        tasks::{self, Ringing, Running},
    },
    clock::{Clock as _, SystemClock},
    data_folder::{DataFolder, Ownership},
    error::Error,
    reminder::wait::SystemWait,
    secret::{Secrets, SystemKeychain},
};
use tauri::{
    AppHandle, Manager as _,
    async_runtime::{JoinHandle, block_on, spawn},
};

use crate::{
    arguments::{Arguments, What, absolute},
    changes,
    desktop::{
        notifications::{Notifications, Rings},
        opener::Browser,
        ring_window::RingWindow,
        sound,
    },
    first_page::FirstPage,
    host::Host as _,
    long_work::LongWorks,
    outside, page,
    second_start::{self, FirstCopy, Turn},
    tray::Tray,
    waiting::{self, Waiting},
    window,
};

/// A start whose turn it is. The store opens while the window system and the web process start.
pub struct Start {
    folder: DataFolder,
    opening: JoinHandle<Opened>,
    first_copy: FirstCopy,
}

impl Start {
    /// Begins to open the store of a folder. Nothing if another copy has come up.
    pub fn begin(folder: DataFolder, turn: Turn) -> Option<Self> {
        let (ownership, first_copy) = match turn {
            Turn::Ours(ownership) => (Some(ownership), FirstCopy::default()),
            Turn::Silent(pid) => (None, FirstCopy::silent(pid)),
            Turn::Passed => return None,
        };
        let opening = spawn(open_in_time(folder.clone(), ownership));
        Some(Self { folder, opening, first_copy })
    }

    /// Brings everything up: what the window shows first, then what can wait for it.
    ///
    /// # Errors
    /// When no window can be made.
    pub fn bring_up(self, app: &AppHandle, arguments: &Arguments) -> tauri::Result<()> {
        let Self { folder, opening, first_copy } = self;
        let first_copy = Arc::new(first_copy);
        app.manage(FirstPage::default());
        app.manage(Arc::clone(&first_copy));
        let window = if arguments.hidden { None } else { Some(window::make(app, &folder)?) };
        let mut opened = block_on(opening)?;
        let keychain = Secrets::System(SystemKeychain::new());
        let core = opened.assemble(&folder, keychain, Arc::new(SystemClock), Arc::new(Browser));
        let opens = if opened.is_beside { Opens::Beside } else { Opens::Owner };
        block_on(core.take_in_schools(opens));
        let own_window = Arc::new(RingWindow::default());
        let strike = sound::lay_out(folder.path());
        let notifications = Arc::new(Notifications::new(app.clone(), strike, Arc::clone(&own_window)));
        let damaged = opened.damaged.take();

        app.manage(folder.clone());
        app.manage(Arc::clone(&core));
        app.manage(own_window);
        app.manage(Arc::clone(&notifications));
        app.manage(Tray::default());
        app.manage(Waiting::default());
        app.manage(LongWorks::default());

        if arguments.sample
            && let Err(error) = block_on(core.add_samples())
        {
            app.tell_failed(error);
        }
        if let Some(window) = window {
            window::open(&window, block_on(page::boot(app)));
        }
        match arguments.opened() {
            Some(What::File(file)) => app.offer(absolute(file)),
            Some(What::Invitation(link)) => block_on(outside::invited(app, &core, &link)),
            None => {}
        }
        if let Some(error) = damaged {
            app.tell_failed(error);
        }
        let (changes, health) = (core.changes(), core.memory().health());
        app.manage(block_on(run_beside(app, &folder, opened, first_copy, notifications)));
        // Nothing is sent, and no keychain asked, before the window has something to show.
        let begin = |app: &AppHandle| app.state::<Running>().is_up();
        if arguments.hidden {
            begin(app)
        } else {
            waiting::when_ready(app, begin)
        }
        #[cfg(target_os = "linux")]
        spawn(crate::desktop::sleep::wake_after(Arc::clone(&core)));
        spawn(changes::pass_on(app.clone(), changes, health));
        Ok(())
    }
}

/// Opens the store; without an ownership, beside the copy that has it.
async fn open_in_time(folder: DataFolder, ownership: Option<Result<Ownership, Error>>) -> Opened {
    match ownership {
        Some(ownership) => open::open(&folder, ownership, SystemClock.now()).await,
        None => open::open_beside(&folder, SystemClock.now()).await,
    }
}

/// Starts what runs beside the window for as long as the program does, or until the first copy is gone.
async fn run_beside(
    app: &AppHandle,
    folder: &DataFolder,
    opened: Opened,
    first_copy: Arc<FirstCopy>,
    notifications: Arc<Notifications>,
) -> Running {
    let core = window::core(app);
    let ringing = Ringing {
        notifier: Arc::new(Rings(notifications)),
        clock: SystemClock,
        wait: SystemWait(SystemClock),
        watch: tasks::Watch::USUAL,
    };
    let host = Arc::new(Program { app: app.clone(), folder: folder.clone() });
    if first_copy.is_silent() {
        let turn = second_start::wait_for_turn(app.clone(), Arc::clone(&core), folder.clone(), first_copy);
        Running::start_after(turn, &core, folder, ringing, host)
    } else {
        Running::start(&core, folder, opened, ringing, host)
    }
}

/// The program, as what runs beside its core needs it.
struct Program {
    app: AppHandle,
    folder: DataFolder,
}

impl tasks::Host for Program {
    async fn started_again(&self, words: Vec<String>, folder: String) {
        let arguments = Arguments::of_later_start(words, &folder);
        outside::started_again(&self.app, &window::core(&self.app), arguments);
        second_start::main_thread_answers(&self.app).await;
    }

    fn damaged(&self, error: Error) {
        self.app.tell_failed(error);
    }

    async fn superseded(&self) {
        // The folder was moved away, and First Bell started again where it had been: that copy is the one to go on.
        second_start::bring_up(&self.folder).await;
        outside::quit(&self.app, &window::core(&self.app)).await;
    }
}
