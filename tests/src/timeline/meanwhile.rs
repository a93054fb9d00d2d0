//! What somebody else does in the middle of a ring: after the ledger says that it is handed over, and before it is read
//! what it says. That is the one moment in which what was read of a session may be older than what was written of it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use firstbell_core::{id::SessionKey, store::StoreError};
use sqlx::Connection as _;

use super::{
    PlayError,
    apps::Apps,
    files::Files,
    scenario::Action,
    world::{Meanwhile, World},
};

/// What came of it, once it is done: the sentence of a refusal, or nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Done(Arc<Mutex<Option<Option<String>>>>);

impl Done {
    pub(super) fn take(&self) -> Option<Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Does it at the next ring, as another program: with stores of its own, and with nobody to wake.
pub(super) fn at_a_ring(
    files: &Files,
    world: &World,
    ids: &BTreeMap<String, SessionKey>,
    action: &Action,
    done: &Done,
) -> Meanwhile {
    let (files, world, done) = (files.clone(), world.clone(), done.clone());
    let (mut ids, action) = (ids.clone(), action.clone());
    Box::new(move || {
        // The bell has just looked at the clock, and waits for the answer.
        let came = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(act(&files, &world, &mut ids, &action))
            });
            other.join()
        });
        let came = came.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let came = came.unwrap_or_else(|error| Some(Some(error.to_string())));
        let is_done = came.is_some();
        if let Some(refused) = came {
            *done.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
        }
        is_done
    })
}

/// Nothing as long as no ring is on its way.
async fn act(
    files: &Files,
    world: &World,
    ids: &mut BTreeMap<String, SessionKey>,
    action: &Action,
) -> Result<Option<Option<String>>, PlayError> {
    if !is_on_its_way(files).await? {
        return Ok(None);
    }
    let mut apps = Apps::over(files.open_as_another().await?, world);
    let done = apps.change(ids, action).await;
    apps.close().await;
    Ok(Some(done.err().map(|error| error.to_string())))
}

async fn is_on_its_way(files: &Files) -> Result<bool, PlayError> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&files.here);
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.map_err(StoreError::from)?;
    let on_its_way = "SELECT EXISTS (SELECT 1 FROM rings WHERE state = 'submitting' AND outcome IS NULL)";
    let is_on_its_way =
        sqlx::query_scalar(on_its_way).fetch_one(&mut conn).await.map_err(StoreError::from)?;
    conn.close().await.map_err(StoreError::from)?;
    Ok(is_on_its_way)
}
