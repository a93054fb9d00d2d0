//! What schools have told: the cache of each sign-in is a workspace of the app, also while nobody is signed in there any
//! more or the school does not answer.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use super::{App, Result};
use crate::{
    id::WorkspaceId,
    join::JoinRules,
    sign_in::{SchoolRole, SignIn, SignInState},
    state_table::Role,
    store::{OpenError, cache::Cache, device::sign_ins},
    workspace::Local,
};

/// The caches of an app that are open.
#[derive(Default)]
pub(super) struct Caches {
    folder: PathBuf,
    open: Mutex<BTreeMap<Uuid, Cache>>,
}

impl Caches {
    /// None is open yet; they lie in the data folder.
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<Uuid, Cache>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who opens them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// The owner of the data folder: files are made and brought up to date.
    Owner,
    /// Somebody beside the owner, who only reads.
    Beside,
}

impl App {
    /// Takes in what schools have told. What cannot be opened is left out, and costs nothing else.
    pub async fn take_in_schools(&self, opens: Opens) {
        let all = match self.sign_ins().await {
            Ok(all) => all,
            // What is the matter with the store is told where it was opened.
            Err(error) => return tracing::info!(code = ?error.code(), "no schools are taken in"),
        };
        for sign_in in all {
            if let Err(error) = self.take_in(&sign_in, opens).await {
                tracing::warn!(%error, "what a school has told cannot be opened");
            }
        }
    }

    /// What the school of a sign-in has told, if that is open.
    pub(super) fn cache_of(&self, sign_in: Uuid) -> Option<Cache> {
        self.caches.open().get(&sign_in).cloned()
    }

    pub(super) async fn sign_ins(&self) -> Result<Vec<SignIn>> {
        Ok(sign_ins::all(&mut *self.store.read().await?).await?)
    }

    /// The sign-ins at which somebody acts.
    pub(super) async fn sign_ins_of_somebody(&self) -> Result<Vec<SignIn>> {
        let mut all = self.sign_ins().await?;
        all.retain(|sign_in| sign_in.state != SignInState::Waiting && sign_in.account.is_some());
        Ok(all)
    }

    /// What the schools are called.
    ///
    /// # Errors
    /// What the store says.
    pub async fn school_names(&self) -> Result<BTreeMap<WorkspaceId, String>> {
        let all = self.sign_ins().await?.into_iter();
        Ok(all.map(|sign_in| (WorkspaceId::School(sign_in.id), sign_in.school)).collect())
    }

    /// Takes in what the school of a sign-in has told, or takes note of another role or other rules. Nothing of whoever
    /// is nobody there.
    ///
    /// # Errors
    /// [`OpenError`], or what the store says.
    pub(super) async fn take_in(
        &self,
        sign_in: &SignIn,
        opens: Opens,
    ) -> std::result::Result<Option<Cache>, OpenError> {
        let Some(role) = role_at_school(sign_in) else { return Ok(None) };
        let known = self.caches.open().get(&sign_in.id).cloned();
        let cache = match (known, opens) {
            (Some(cache), _) => cache,
            (None, Opens::Beside) => match Cache::open_beside(&self.caches.folder, sign_in.id).await {
                // Nothing was ever pulled.
                Err(OpenError::Missing) => return Ok(None),
                opened => opened?,
            },
            (None, Opens::Owner) => match self.open_cache(sign_in.id).await {
                // It is kept aside, and an empty one takes its place.
                Err(OpenError::Damaged { .. }) => self.open_cache(sign_in.id).await?,
                opened => opened?,
            },
        };
        let rules = cache.rules().await.unwrap_or(JoinRules::DEFAULT);
        self.caches.open().insert(sign_in.id, cache.clone());
        self.workspaces.put(Local::of_cache(sign_in.id, role, rules, &cache));
        Ok(Some(cache))
    }

    async fn open_cache(&self, sign_in: Uuid) -> std::result::Result<Cache, OpenError> {
        Cache::open(&self.caches.folder, sign_in, self.now()).await
    }

    /// Leaves out, and deletes, what the school of a sign-in has told that was signed out. Nothing but that deletes it: where
    /// the list of sign-ins is lost, what the person has done and the school has yet to answer is not.
    pub(super) fn leave_out(&self, sign_in: Uuid) {
        self.workspaces.remove(WorkspaceId::School(sign_in));
        self.end_exchange(sign_in);
        self.caches.open().remove(&sign_in);
        if let Err(error) = Cache::wipe(&self.caches.folder, sign_in) {
            tracing::warn!(%error, "what a school has told could not be deleted");
        }
    }
}

/// As whom the person acts at a school, as it last said: the first, if they are several people there.
fn role_at_school(sign_in: &SignIn) -> Option<Role> {
    if sign_in.state == SignInState::Waiting {
        return None;
    }
    let acting = sign_in.standing.as_ref()?.people.first()?;
    Some(match acting.role {
        SchoolRole::Student => Role::Student,
        SchoolRole::Tutor => Role::Tutor,
        SchoolRole::Guardian => Role::Guardian,
    })
}
