//! The channel over which the window is told, and what waits until it is open: a file that was opened, a
//! session that is to be shown.

use std::sync::Mutex;

use tauri::{AppHandle, Manager as _, ipc::Channel};

use crate::events::AppEvent;

type Task = Box<dyn FnOnce(&AppHandle) + Send>;

/// What waits until the window listens.
pub struct Waiting(Mutex<State>);

enum State {
    /// There is no window, or it does not listen yet.
    NotYet(Unheard),
    Listens(Channel<AppEvent>),
}

#[derive(Default)]
struct Unheard {
    tasks: Vec<Task>,
    /// Something has changed since.
    changed: bool,
}

impl Default for Waiting {
    fn default() -> Self {
        Self(Mutex::new(State::NotYet(Unheard::default())))
    }
}

/// Does it as soon as the window listens.
pub fn when_ready(app: &AppHandle, task: impl FnOnce(&AppHandle) + Send + 'static) {
    {
        let waiting = app.state::<Waiting>();
        let Ok(mut state) = waiting.0.lock() else { return };
        if let State::NotYet(unheard) = &mut *state {
            unheard.tasks.push(Box::new(task));
            return;
        }
    }
    task(app);
}

/// Tells the window, if it listens.
pub fn tell(app: &AppHandle, told: AppEvent) {
    let channel = {
        let waiting = app.state::<Waiting>();
        let Ok(mut state) = waiting.0.lock() else { return };
        match &mut *state {
            State::Listens(channel) => channel.clone(),
            State::NotYet(unheard) => {
                // What it will show is loaded once more when it listens.
                unheard.changed |= matches!(told, AppEvent::Changed { .. });
                return;
            }
        }
    };
    if let Err(error) = channel.send(told) {
        tracing::warn!(%error, "the window could not be told");
    }
}

/// The window listens now: what has waited is done. Whether something has changed that it did not hear of.
pub fn listens(app: &AppHandle, channel: Channel<AppEvent>) -> bool {
    let waiting = app.state::<Waiting>();
    let state = waiting.0.lock().map(|mut state| std::mem::replace(&mut *state, State::Listens(channel)));
    let Ok(State::NotYet(unheard)) = state else { return false };
    for task in unheard.tasks {
        task(app);
    }
    unheard.changed
}

/// The window is gone: what comes now waits for the next one.
pub fn is_gone(app: &AppHandle) {
    if let Ok(mut state) = app.state::<Waiting>().0.lock()
        && matches!(*state, State::Listens(_))
    {
        *state = State::NotYet(Unheard::default());
    }
}
