//! Sessions one by one.

use firstbell_core::{
    app::App,
    draft::{Draft, Time},
    error::Error,
    id::SessionKey,
    join::{Verdict, judge},
    wall_clock::{city, is_night, time_of_day},
    words::say,
    zone::Zone,
};

use super::{Core, session_key};
use crate::{
    error::Answer,
    view::{
        clocks::{Zoned, clocks},
        draft::{DraftAnswer, DraftCheck, FieldFault, Scope, SessionDraft},
        session::{SessionPage, Status},
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
    Ok(check(&core, &draft.into(), except).await?)
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

fn saved(answer: Result<SessionKey, Vec<firstbell_core::draft::Fault>>) -> DraftAnswer {
    match answer {
        Ok(id) => DraftAnswer::Saved { id: id.to_string() },
        Err(faults) => DraftAnswer::Faults { faults: faults.into_iter().map(FieldFault::from).collect() },
    }
}

async fn check(core: &App, draft: &Draft, except: Option<SessionKey>) -> Result<DraftCheck, Error> {
    let mut said = DraftCheck::default();
    if !draft.link.trim().is_empty() {
        let judged = judge(draft.link.trim());
        said.link_asks = judged.verdict == Verdict::Ask;
        said.link_provider = judged.provider.map(|provider| provider.label().to_owned());
        said.link_looks_like = judged.reason.imitates().map(|provider| provider.label().to_owned());
        said.link_host = judged.host;
    }
    let planned = match draft.read() {
        Ok(planned) => planned,
        Err(faults) => {
            said.faults = faults.into_iter().map(FieldFault::from).collect();
            return Ok(said);
        }
    };
    let Some(Time { start, end, .. }) = planned.times.first().copied() else { return Ok(said) };
    let overlapping = core.overlapping(start, end, except).await?;
    said.overlaps = overlapping.map(|session| session.person.map_or(session.title, |person| person.name));
    let zone = planned.person_zone.as_deref().and_then(|zone| zone.parse::<Zone>().ok().map(|tz| (zone, tz)));
    if let (Some(name), Some((zone_name, zone))) = (planned.person, zone) {
        let clock = core.settings().await?.hours();
        let time = time_of_day(start, zone, clock);
        if time != time_of_day(start, core.zone(), clock) {
            said.person_time = Some(say(
                "check-person-time",
                &[("time", time.into()), ("person", name.clone().into()), ("city", city(zone_name).into())],
            ));
        }
        said.night_for = is_night(start, zone).then_some(name);
    }
    Ok(said)
}
