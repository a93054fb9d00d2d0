//! What the person does outside of the window, and what becomes of it: a ring that is answered, *Join* in the tray, a
//! later start, quitting.

use std::{sync::Arc, time::Duration};

use firstbell_core::{
    app::{App, Opened},
    desktop::Answer,
    id::SessionKey,
    ring::RingKey,
};

use crate::{
    arguments::{Arguments, What},
    events::AppEvent,
    host::Host,
    view::instant,
};

/// How long quitting waits for what is still to be stored.
const LAST_STORING: Duration = Duration::from_secs(1);

/// Carries out what the person did with a ring.
pub async fn answered(host: &impl Host, core: &App, keys: &[RingKey], answer: Answer) {
    let done = core.answer_ring(keys, answer).await;
    match (answer, keys, done) {
        (Answer::Join, [key], Ok(Some(opened))) => after_join(host, key.session(), &opened),
        (Answer::Join | Answer::Open, [key], Ok(None)) => show_session(host, key.session()),
        (Answer::Join, _, Err(error)) => {
            host.show();
            host.tell_failed(error);
        }
        (Answer::Join | Answer::Open, ..) => host.show(),
        (Answer::Snooze | Answer::Dismiss | Answer::TimeOut, ..) => {}
    }
}

/// *Join* was pressed outside of the window, for this session.
pub async fn join(host: &impl Host, core: &App, id: SessionKey) {
    match core.join(id, false, false).await {
        Ok(opened) => after_join(host, id, &opened),
        Err(error) => {
            host.show();
            host.tell_failed(error);
        }
    }
}

/// Whatever is left to ask or to say after *Join* is said in the window.
fn after_join(host: &impl Host, id: SessionKey, opened: &Opened) {
    match opened {
        Opened::Yes => {}
        Opened::Ask { .. } => {
            host.show();
            host.tell(AppEvent::AskToJoin { id: id.to_string() });
        }
        Opened::BrowserFailed => {
            show_session(host, id);
            host.tell(AppEvent::BrowserFailed { id: id.to_string() });
        }
    }
}

/// Brings the window up at a session's page.
pub fn show_session(host: &impl Host, id: SessionKey) {
    host.show();
    host.tell(AppEvent::ShowSession { id: id.to_string() });
}

/// First Bell was started again: this copy comes up, with the file that was to be opened. Within a tokio runtime;
/// samples are added beside it, so that whoever has asked waits for the window alone.
pub fn started_again(host: &impl Host, core: &Arc<App>, arguments: Arguments) {
    if !arguments.hidden {
        host.show();
    }
    match arguments.opened() {
        Some(What::File(file)) => host.offer(file),
        Some(What::Invitation(link)) => {
            let (host, core) = (host.clone(), Arc::clone(core));
            tokio::spawn(async move { invited(&host, &core, &link).await });
        }
        None => {}
    }
    if arguments.sample {
        let (host, core) = (host.clone(), Arc::clone(core));
        tokio::spawn(async move {
            if let Err(error) = core.add_samples().await {
                host.tell_failed(error);
            }
        });
    }
}

/// An invitation to a school was opened. It is read, and its page shown; nothing is sent before somebody presses there.
pub async fn invited(host: &impl Host, core: &App, link: &str) {
    match core.read_invitation(link).await {
        Ok(_) => host.tell(AppEvent::GettingIn),
        Err(error) => host.tell_failed(error),
    }
}

/// Quits. What was done and could not be stored yet gets a last chance.
pub async fn quit(host: &impl Host, core: &App) {
    let _ = tokio::time::timeout(LAST_STORING, core.store_what_waits()).await;
    host.exit();
}

/// Quits, or brings the window up to ask, when bells are left today.
pub async fn ask_to_quit(host: &impl Host, core: &App) {
    match core.bells_left_today().await {
        Ok(left) if !left.is_empty() => {
            host.show();
            host.tell(AppEvent::QuitAsked { bells: left.into_iter().map(instant).collect() });
        }
        _ => quit(host, core).await,
    }
}

#[cfg(test)]
#[path = "outside/tests.rs"]
mod tests;
