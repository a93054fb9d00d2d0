//! What waits until the window listens: a file that was opened, a session that is to be shown. Events that
//! are sent before would be lost.

use std::sync::Mutex;

use tauri::{AppHandle, Manager as _};

type Task = Box<dyn FnOnce(&AppHandle) + Send>;

/// What waits until the window listens.
pub struct Waiting(Mutex<State>);

enum State {
    /// There is no window, or it does not listen yet.
    NotYet(Vec<Task>),
    Ready,
}

impl Default for Waiting {
    fn default() -> Self {
        Self(Mutex::new(State::NotYet(Vec::new())))
    }
}

/// Does it as soon as the window listens.
pub fn when_ready(app: &AppHandle, task: impl FnOnce(&AppHandle) + Send + 'static) {
    {
        let waiting = app.state::<Waiting>();
        let Ok(mut state) = waiting.0.lock() else { return };
        if let State::NotYet(tasks) = &mut *state {
            tasks.push(Box::new(task));
            return;
        }
    }
    task(app);
}

/// The window listens now: what has waited is done.
pub fn is_ready(app: &AppHandle) {
    let waiting = app.state::<Waiting>();
    let state = waiting.0.lock().map(|mut state| std::mem::replace(&mut *state, State::Ready));
    if let Ok(State::NotYet(tasks)) = state {
        for task in tasks {
            task(app);
        }
    }
}

/// The window is gone: what comes now waits for the next one.
pub fn is_gone(app: &AppHandle) {
    if let Ok(mut state) = app.state::<Waiting>().0.lock()
        && matches!(*state, State::Ready)
    {
        *state = State::NotYet(Vec::new());
    }
}
