//! Notifications where there is no session bus: Windows and macOS. They are shown; buttons wait until
//! someone can test them there.

use std::path::Path;

use firstbell_core::desktop::Answer;

/// What the notification service says of itself.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// It offers buttons.
    pub actions: bool,
    /// It plays sounds.
    pub sound: bool,
}

/// What is to be shown.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// The first line.
    pub title: &'a str,
    /// The text under it.
    pub body: &'a str,
    /// Key and label of each button.
    pub actions: &'a [(&'a str, String)],
    /// The sound to play.
    pub sound: Option<&'a Path>,
    /// Shown even when others are held back.
    pub critical: bool,
}

/// One that is on the screen.
#[derive(Clone, Debug)]
pub struct Shown;

/// Hears what becomes of one that is on the screen.
pub struct Hears;

/// The way to the service.
#[derive(Debug, Default)]
pub struct Desk;

impl Desk {
    /// The service that answers now.
    pub async fn service(&self) -> notify_rust::error::Result<Service> {
        Ok(Service { name: std::env::consts::OS.to_owned(), actions: false, sound: false })
    }

    /// Whether somebody shows tray items.
    pub async fn has_tray_host(&self) -> notify_rust::error::Result<bool> {
        Ok(true)
    }

    /// Shows one.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn show(&self, notification: Notification<'_>) -> notify_rust::error::Result<(Shown, Hears)> {
        notify_rust::Notification::new()
            .appname("First Bell")
            .summary(notification.title)
            .body(notification.body)
            .show()?;
        Ok((Shown, Hears))
    }
}

impl Shown {
    /// Whether both are the same one.
    pub fn is(&self, _: &Self) -> bool {
        false
    }

    /// Takes it off the screen.
    pub async fn close(&self) {}
}

impl Hears {
    /// Waits until something has become of it.
    pub async fn answer(self) -> Answer {
        Answer::TimeOut
    }
}
