//! An app with its folder, and what it has sent.

use std::path::Path;
use std::sync::Arc;

use firstbell_core::app::App;
use firstbell_core::app::getting_in::{Form, Step};
use firstbell_core::app::open;
use firstbell_core::clock::{Clock as _, SystemClock};
use firstbell_core::data_folder::DataFolder;
use firstbell_core::desktop::{NotOpened, Opener};
use firstbell_core::error::{Code, Error};
use firstbell_core::join::JoinUrl;
use firstbell_core::secret::Secrets;
use firstbell_core::sign_in::SchoolRole;
use uuid::Uuid;

pub const PASSWORD: &str = "a-bell-before-each";

/// A browser that takes every address, and shows nothing.
struct Browser;

impl Opener for Browser {
    fn open(&self, _: &JoinUrl) -> Result<(), NotOpened> {
        Ok(())
    }
}

/// A computer with First Bell on it.
pub struct Desk {
    folder: tempfile::TempDir,
    keychain: Secrets,
    pub app: Arc<App>,
}

impl Desk {
    /// Without a keychain: whoever signs in stays so as long as the app is open.
    pub async fn new() -> Self {
        Self::with(Secrets::None).await
    }

    /// With that keychain.
    pub async fn with(keychain: Secrets) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = open_app(folder.path(), keychain.clone()).await;
        Self { folder, keychain, app }
    }

    /// The app was quit and is started again.
    pub async fn start_again(self) -> Self {
        let Self { folder, keychain, app } = self;
        drop(app);
        let app = open_app(folder.path(), keychain.clone()).await;
        Self { folder, keychain, app }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// At the door of a school, by its address.
    pub async fn at_door(&self, address: &str, key: &str) -> Step {
        self.app.look_at_school(address, key).await.unwrap()
    }

    /// Ben has signed up at a school, by its address (and by an invitation that was read before). The id of his sign-in.
    pub async fn signed_up(&self, address: &str, key: &str, email: &str) -> Uuid {
        self.at_door(address, key).await;
        self.app.sign_up(form(email, SchoolRole::Student), PASSWORD.into()).await.unwrap();
        self.app.schools().await.unwrap()[0].id
    }
}

async fn open_app(path: &Path, keychain: Secrets) -> Arc<App> {
    let folder = DataFolder::open(path).unwrap();
    let opened = open::open(&folder, folder.own(), SystemClock.now()).await;
    opened.assemble(&folder, keychain, Arc::new(SystemClock), Arc::new(Browser))
}

pub fn form(email: &str, role: SchoolRole) -> Form {
    let name = email.split(['@', '.']).next().unwrap_or_default().to_owned();
    let child = if role == SchoolRole::Guardian { "Dan Okafor" } else { "" };
    Form {
        role: Some(role),
        first_name: name,
        last_name: "Okafor".to_owned(),
        email: email.to_owned(),
        note: String::new(),
        child: child.to_owned(),
        zone: None,
    }
}

/// The code and the sentence of a refusal.
pub fn refused<T: std::fmt::Debug>(came: Result<T, Error>) -> (Code, String) {
    let error = came.unwrap_err();
    (error.code(), error.sentence())
}

pub fn fresh_email(name: &str) -> String {
    format!("{name}.{}@school.example", uuid::Uuid::new_v4().simple())
}
