//! Join and copy. The window passes a session's id, never an address.

use super::{Core, session_id};
use crate::{error::Answer, view::bell::JoinAnswer};

/// Opens the meeting. `confirmed`: the person has seen an unknown host and said yes. `early`: before the door opens.
#[tauri::command]
#[specta::specta]
pub async fn join(core: Core<'_>, id: String, confirmed: bool, early: bool) -> Answer<JoinAnswer> {
    Ok(core.join(session_id(&id)?, confirmed, early).await?.into())
}

/// The address, because the person asked to copy it.
#[tauri::command]
#[specta::specta]
pub async fn link_to_copy(core: Core<'_>, id: String) -> Answer<String> {
    Ok(core.link_to_copy(session_id(&id)?).await?)
}
