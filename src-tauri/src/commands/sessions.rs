//! Sessions one by one.

use firstbell_core::{draft::Fault, id::SessionKey};

use super::{Core, session_key};
use crate::{
    error::Answer,
    view::{
        clocks::{Zoned, clocks},
        draft::{DraftAnswer, DraftCheck, FieldFault, SessionDraft},
        enums::{Scope, Status},
        session::SessionPage,
    },
};

/// All that is known of one session.
#[tauri::command]
#[specta::specta]
pub async fn session(core: Core<'_>, id: String) -> Answer<Zoned<SessionPage>> {
    let page = core.session(session_key(&id)?).await?;
    let zones = page.zones();
    let clocks = clocks(&core).sessions([&page.entry], &zones);
    let clocks = page.happened.iter().fold(clocks, |clocks, event| clocks.shows(event.at));
    let shown = SessionPage::new(&page, core.zone(), core.settings().await?.hours(), core.now());
    Ok(clocks.with(shown))
}

/// What was typed about a session that is here.
#[tauri::command]
#[specta::specta]
pub async fn draft_of(core: Core<'_>, id: String) -> Answer<SessionDraft> {
    Ok(core.draft_of(session_key(&id)?).await?.into())
}

/// What there is to say about a draft while it is typed. `id` names the session that is being changed.
#[tauri::command]
#[specta::specta]
pub async fn check_draft(core: Core<'_>, draft: SessionDraft, id: Option<String>) -> Answer<DraftCheck> {
    let except = id.as_deref().map(session_key).transpose()?;
    Ok(core.check_draft(&draft.into(), except).await?.into())
}

/// Adds what was typed.
#[tauri::command]
#[specta::specta]
pub async fn add_session(core: Core<'_>, draft: SessionDraft) -> Answer<DraftAnswer> {
    Ok(saved(core.add_session(&draft.into()).await?))
}

/// Changes a session.
#[tauri::command]
#[specta::specta]
pub async fn edit_session(
    core: Core<'_>,
    id: String,
    version: i32,
    scope: Scope,
    draft: SessionDraft,
) -> Answer<DraftAnswer> {
    Ok(saved(core.edit_session(session_key(&id)?, version.into(), scope.into(), &draft.into()).await?))
}

/// Calls a session off.
#[tauri::command]
#[specta::specta]
pub async fn cancel_session(core: Core<'_>, id: String, version: i32, scope: Scope) -> Answer<()> {
    Ok(core.cancel_session(session_key(&id)?, version.into(), scope.into()).await?)
}

/// Takes back a cancellation.
#[tauri::command]
#[specta::specta]
pub async fn restore_session(core: Core<'_>, id: String, version: i32) -> Answer<()> {
    Ok(core.restore_session(session_key(&id)?, version.into()).await?)
}

/// Says how a session went; SCHEDULED takes it back.
#[tauri::command]
#[specta::specta]
pub async fn mark_session(core: Core<'_>, id: String, version: i32, status: Status) -> Answer<()> {
    Ok(core.mark_session(session_key(&id)?, version.into(), status.into()).await?)
}

/// Writes homework and plan.
#[tauri::command]
#[specta::specta]
pub async fn write_homework(
    core: Core<'_>,
    id: String,
    version: i32,
    homework: String,
    plan: String,
) -> Answer<()> {
    Ok(core.write_homework(session_key(&id)?, version.into(), &homework, &plan).await?)
}

/// Writes private notes.
#[tauri::command]
#[specta::specta]
pub async fn write_notes(core: Core<'_>, id: String, version: i32, notes: String) -> Answer<()> {
    Ok(core.write_notes(session_key(&id)?, version.into(), &notes).await?)
}

/// Switches the bell of a session on or off.
#[tauri::command]
#[specta::specta]
pub async fn set_bell(core: Core<'_>, id: String, version: i32, on: bool) -> Answer<()> {
    Ok(core.set_bell(session_key(&id)?, version.into(), on).await?)
}

fn saved(answer: Result<SessionKey, Vec<Fault>>) -> DraftAnswer {
    match answer {
        Ok(id) => DraftAnswer::Saved { id: id.to_string() },
        Err(faults) => DraftAnswer::Faults { faults: faults.into_iter().map(FieldFault::from).collect() },
    }
}
