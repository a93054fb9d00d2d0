//! The app of a scenario, and whoever decides the sessions of the school.
//!
//! The school's sessions are written by an app of their own over the school's database; the app that rings only reads
//! them, as a workspace with numbers of its own.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;
use firstbell_core::{
    app::{App, Scope},
    error::Error,
    id::{SessionKey, WorkspaceId},
    join::JoinRules,
    reminder::{Bell, Signal},
    session::Session,
    state_table::Role,
    store::{Result as Stored, local::sessions},
    workspace::{Local, Workspaces},
};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    files::Stores,
    scenario::{Action, NewSession},
    world::World,
};

/// The school.
const SCHOOL: WorkspaceId = WorkspaceId::School(Uuid::from_u128(0x5c00));
/// Its door opens sooner than that of this computer and closes sooner.
const SCHOOL_RULES: JoinRules =
    JoinRules { lead: TimeDelta::minutes(10), after_end: TimeDelta::minutes(20), bell: TimeDelta::zero() };

/// The app, and the one that decides at the school.
pub(super) struct Apps {
    stores: Stores,
    app: App,
    school: App,
    /// What they tell a bell arrives here first, so that it is known when the bell has to look.
    from: [mpsc::UnboundedReceiver<Signal>; 2],
}

impl Apps {
    pub(super) fn over(stores: Stores, world: &World) -> Self {
        let world = Arc::new(world.clone());
        let workspaces = Workspaces::new(vec![
            Local::this_computer(stores.here.clone()),
            Local::new(SCHOOL, Role::Student, SCHOOL_RULES, stores.school.clone()),
        ]);
        let app = App::over(stores.here.clone(), workspaces, world.clone(), world.clone());
        let school = App::new(stores.school.clone(), world.clone(), world);
        let from = [app.signals(), school.signals()];
        Self { stores, app, school, from }
    }

    pub(super) fn bell(&self, world: &World) -> Bell<World, World, World> {
        self.app.bell(Arc::new(world.clone()), world.clone(), world.clone())
    }

    pub(super) fn reopen_as(&self, stores: &Stores) {
        self.stores.here.reopen_as(&stores.here);
        self.stores.school.reopen_as(&stores.school);
    }

    pub(super) async fn close(&self) {
        self.stores.here.close().await;
        self.stores.school.close().await;
    }

    /// Whether the bell was to look since this was last asked.
    pub(super) fn have_signalled(&mut self) -> bool {
        let mut have = false;
        for from in &mut self.from {
            while from.try_recv().is_ok() {
                have = true;
            }
        }
        have
    }

    /// Does what a step asks for.
    pub(super) async fn change(
        &mut self,
        ids: &mut BTreeMap<String, SessionKey>,
        action: &Action,
    ) -> Result<(), Error> {
        match action {
            Action::Add(session) => self.add(ids, session).await,
            Action::Cancel(name) => {
                let (app, key) = self.decider(ids, name)?;
                let version = app.session(key).await?.entry.session.version;
                app.cancel_session(key, version, Scope::This).await
            }
            Action::Move { id, to, lasts } => {
                let (app, key) = self.decider(ids, id)?;
                let version = app.session(key).await?.entry.session.version;
                let mut draft = app.draft_of(key).await?;
                draft.date = to.format("%Y-%m-%d").to_string();
                draft.time = to.format("%H:%M").to_string();
                draft.zone = "UTC".to_owned();
                draft.minutes = lasts.as_ref().map_or(draft.minutes, TimeDelta::num_minutes);
                match app.edit_session(key, version, Scope::This, &draft).await? {
                    Ok(_) => Ok(()),
                    Err(_) => Err(Error::NotFound),
                }
            }
            _ => Ok(()),
        }
    }

    /// Who decides a session, and what it is called there.
    fn decider(&self, ids: &BTreeMap<String, SessionKey>, name: &str) -> Result<(&App, SessionKey), Error> {
        let key = ids.get(name).ok_or(Error::NotFound)?;
        let app = if key.workspace == SCHOOL { &self.school } else { &self.app };
        Ok((app, SessionKey::here(key.id)))
    }

    async fn add(
        &mut self,
        ids: &mut BTreeMap<String, SessionKey>,
        session: &NewSession,
    ) -> Result<(), Error> {
        let app = if session.at_school { &self.school } else { &self.app };
        let Ok(mut key) = app.add_session(&session.draft).await? else { return Err(Error::NotFound) };
        if session.at_school {
            // Where this computer has a session whose id is not the school's too, it gets that one.
            let of = |workspace| ids.values().filter(move |key| key.workspace == workspace);
            let mut here = of(WorkspaceId::ThisComputer);
            if let Some(twin) = here.find(|here| of(SCHOOL).all(|there| there.id != here.id)) {
                self.rename(key, *twin).await?;
                key = *twin;
            }
            ids.insert(session.id.clone(), SessionKey { workspace: SCHOOL, ..key });
        } else {
            ids.insert(session.id.clone(), key);
        }
        if !session.bell {
            let version = app.session(key).await?.entry.session.version;
            app.set_bell(key, version, false).await?;
        }
        Ok(())
    }

    /// Gives a session of the school another id.
    async fn rename(&self, was: SessionKey, will: SessionKey) -> Stored<()> {
        let mut tx = self.stores.school.write().await?;
        if let Some(session) = sessions::get(&mut tx, was.id).await? {
            sessions::delete(&mut tx, was.id).await?;
            sessions::insert_all(&mut tx, &[Session { id: will.id, ..session }]).await?;
        }
        tx.commit().await
    }
}
