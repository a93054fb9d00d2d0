//! Requests at schools: asking, answering, and what waits to be sent.

use firstbell_core::{booking::BookingKey, error::Error};

use super::{Core, person_id, uuid};
use crate::{
    error::Answer,
    view::{
        clocks::{Zoned, clocks},
        course::{AskableAt, Asking, BookingReply, CourseAnswer, WaitingView},
        draft::FieldFault,
        instant,
    },
};

/// How many free times are shown.
const SLOTS: usize = 6;

/// Answers a request, as of the version that was seen.
#[tauri::command]
#[specta::specta]
pub async fn answer_request(
    core: Core<'_>,
    id: String,
    version: i32,
    reply: BookingReply,
) -> Answer<CourseAnswer> {
    let key: BookingKey = id.parse().map_err(|_| Error::NotFound)?;
    Ok(core.answer_request(key, Some(version.into()), reply.into()).await?.into())
}

/// Between whom the person can ask for a time.
#[tauri::command]
#[specta::specta]
pub async fn askable(core: Core<'_>) -> Answer<Vec<AskableAt>> {
    let (found, zones) = (core.askable().await?, core.people_zones().await?);
    Ok(found.iter().map(|at| AskableAt::new(at, &zones)).collect())
}

/// The first times at which the tutor can be asked.
#[tauri::command]
#[specta::specta]
pub async fn free_slots(
    core: Core<'_>,
    school: String,
    tutor: String,
    minutes: i32,
) -> Answer<Zoned<Vec<String>>> {
    let found = core.free_slots(uuid(&school)?, person_id(&tutor)?, minutes.into(), SLOTS).await?;
    let clocks = found.iter().fold(clocks(&core), |clocks, at| clocks.shows(*at));
    let zones = core.people_zones().await?;
    let theirs = zones.get(&person_id(&tutor)?);
    let clocks = theirs.iter().fold(clocks, |clocks, zone| match (found.first(), found.last()) {
        (Some(first), Some(last)) => clocks.elsewhere(zone, *first, *last + chrono::Duration::days(1)),
        _ => clocks,
    });
    Ok(clocks.with(found.into_iter().map(instant).collect()))
}

/// Asks for a time.
#[tauri::command]
#[specta::specta]
pub async fn ask_for_time(core: Core<'_>, asking: Asking) -> Answer<CourseAnswer> {
    let Asking { school, tutor, student, draft, note } = asking;
    let between = (uuid(&school)?, person_id(&tutor)?, person_id(&student)?);
    Ok(match core.ask_as_typed(between, &draft.into(), &note).await? {
        Ok(became) => became.into(),
        Err(faults) => CourseAnswer::Faults { faults: faults.into_iter().map(FieldFault::from).collect() },
    })
}

/// What was done here and has yet to be answered, or was refused.
#[tauri::command]
#[specta::specta]
pub async fn waiting(core: Core<'_>) -> Answer<Zoned<Vec<WaitingView>>> {
    let found = core.waiting().await?;
    let clocks = found.iter().fold(clocks(&core), |clocks, line| clocks.shows(line.since));
    Ok(clocks.with(found.iter().map(WaitingView::from).collect()))
}

/// Has something that waits tried again.
#[tauri::command]
#[specta::specta]
pub async fn retry_waiting(core: Core<'_>, id: String) -> Answer<()> {
    Ok(core.retry_waiting(uuid(&id)?).await?)
}

/// Drops something that waits.
#[tauri::command]
#[specta::specta]
pub async fn drop_waiting(core: Core<'_>, id: String) -> Answer<()> {
    Ok(core.drop_waiting(uuid(&id)?).await?)
}

/// The person has taken note of sessions that a school does not show any more.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_left(core: Core<'_>, id: String) -> Answer<()> {
    Ok(core.acknowledge_left(uuid(&id)?).await?)
}

/// The tutor's own link, as they have typed it; empty where there is none.
#[tauri::command]
#[specta::specta]
pub async fn own_link(core: Core<'_>) -> Answer<String> {
    Ok(core.own_link().await?.map(|link| link.as_str().to_owned()).unwrap_or_default())
}

/// Sets the tutor's own link.
#[tauri::command]
#[specta::specta]
pub async fn set_own_link(core: Core<'_>, text: String) -> Answer<()> {
    Ok(core.set_own_link(&text).await?)
}
