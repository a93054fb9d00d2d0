//! Join and copy. The window passes a session's id, never an address.

use firstbell_core::error::Error;

use super::{Core, session_key};
use crate::{
    error::Answer,
    view::bell::{JoinAnswer, Joined},
};

/// Opens the meeting. `confirmed`: the person has seen an unknown host and said yes. `early`: before the door opens.
#[tauri::command]
#[specta::specta]
pub async fn join(core: Core<'_>, id: String, confirmed: bool, early: bool) -> Answer<JoinAnswer> {
    Ok(core.join(session_key(&id)?, confirmed, early).await?.into())
}

/// Opens the meeting that is open, as the core says which that is. Nothing when no session is to come.
#[tauri::command]
#[specta::specta]
pub async fn join_what_is_open(core: Core<'_>) -> Answer<Option<Joined>> {
    match core.session_to_join(false).await {
        Ok(id) => Ok(Some(Joined { id: id.to_string(), answer: core.join(id, false, false).await?.into() })),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The address, because the person asked to copy it.
#[tauri::command]
#[specta::specta]
pub async fn link_to_copy(core: Core<'_>, id: String) -> Answer<String> {
    Ok(core.link_to_copy(session_key(&id)?).await?)
}
