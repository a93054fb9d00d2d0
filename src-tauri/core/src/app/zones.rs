//! Tables of time zones and what is stored: a newer table puts sessions right, and the person is told.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{App, Result};
use crate::{
    calendar_file::{FileSeries, Occurrence},
    change::Topic,
    clock_change::{moved, remembered},
    happened::{By, Event, Kind},
    id::SessionId,
    occurrences::FILES,
    session::{Session, Source},
    store::{
        Connection, Store, Write,
        local::{clock_changes, events, series, sessions, state},
    },
    strip::ClocksChanged,
    zone::Table,
};

/// Whether the instants in a store were made by our table, or by one that a newer First Bell has brought: IANA names
/// them by year and letter, which sort by age.
pub async fn are_right(store: &Store) -> Result<bool> {
    let by = state::zone_table(&mut *store.read().await?).await?;
    Ok(by.is_some_and(|by| by.as_str() >= Table::ours().version()))
}

/// Puts the sessions of a store right by our table, if another one has made their instants. Only the owner of the
/// data folder may ask for it, before anything else reads the store. How many have moved comes back.
///
/// # Errors
/// What the store says; then nothing is changed, and it is tried at the next start.
pub async fn put_right(store: &Store, now: DateTime<Utc>) -> Result<usize> {
    if are_right(store).await? {
        return Ok(0);
    }
    put_right_by(store, Table::ours(), now).await
}

/// The same by another table.
///
/// # Errors
/// As [`put_right`].
pub async fn put_right_by(store: &Store, table: &'static Table, now: DateTime<Utc>) -> Result<usize> {
    let by = state::zone_table(&mut *store.read().await?).await?;
    if by.as_deref() == Some(table.version()) {
        return Ok(0);
    }
    let mut tx = store.write().await?;
    if by.is_none() {
        remember(&mut tx).await?;
    }
    let mut count = 0;
    for session in sessions::decided_by_table(&mut tx, now).await? {
        if let Some(moved) = moved(&session, table, now) {
            put(&mut tx, &session, &moved, now).await?;
            count += 1;
        }
    }
    state::set_zone_table(&mut tx, table.version()).await?;
    tx.commit().await?;
    if count > 0 {
        tracing::info!(count, table = table.version(), "sessions were put right by another table of zones");
    }
    Ok(count)
}

async fn put(tx: &mut Write, was: &Session, moved: &Session, now: DateTime<Utc>) -> Result<()> {
    sessions::update(tx, moved).await?;
    let event = Event { at: now, kind: Kind::ClocksChanged, by: By::Zones, detail: Some(was.start) };
    events::add(tx, moved.id, event).await?;
    clock_changes::add(tx, moved.id, &moved.zone).await?;
    Ok(())
}

/// Gives the sessions of a store that is older than wall clocks theirs. All instants in it were made by the table
/// 2025b, which was the only one until then.
async fn remember(tx: &mut Write) -> Result<()> {
    let was = Table::of_2025b();
    let mut by_series: BTreeMap<String, Vec<Session>> = BTreeMap::new();
    let mut given = Vec::new();
    for session in sessions::without_wall_clock(tx).await? {
        match (&session.series_id, session.source) {
            (Some(series), Source::CalendarFile) => {
                by_series.entry(series.clone()).or_default().push(session);
            }
            _ => given.push(remembered(&session, None, was)),
        }
    }
    for (series, here) in by_series {
        let said = said_by_file(tx, &series, was).await?;
        given.extend(here.iter().map(|session| remembered(session, said.get(&session.id), was)));
    }
    sessions::set_wall_clocks(tx, &given).await?;
    Ok(())
}

/// What a calendar file says of its sessions, as it was read by a table.
async fn said_by_file(
    conn: &mut Connection,
    series: &str,
    table: &'static Table,
) -> Result<BTreeMap<SessionId, Occurrence>> {
    let Some(series) = series::by_id(conn, series).await? else { return Ok(BTreeMap::new()) };
    let texts: Vec<String> = series.components.iter().map(|(_, text)| text.clone()).collect();
    let local = table.zone(&series.local_zone).unwrap_or_else(|| table.utc());
    // What cannot be read any more says nothing; its sessions stay where they are.
    let Ok(file) = FileSeries::from_stored(&series.uid, &texts, local) else { return Ok(BTreeMap::new()) };
    let found = file.occurrences(series.extended_until).unwrap_or_default();
    let id = |occurrence: &Occurrence| SessionId::of_occurrence(FILES, &series.uid, &occurrence.key);
    Ok(found.into_iter().map(|occurrence| (id(&occurrence), occurrence)).collect())
}

impl App {
    /// Clocks that have changed and of which the person has not been told, by zone.
    pub async fn clocks_changed(&self) -> Result<Vec<ClocksChanged>> {
        let unseen = clock_changes::unseen(&mut *self.store.read().await?, self.now()).await?;
        Ok(unseen.into_iter().map(|(zone, starts)| ClocksChanged { zone, starts }).collect())
    }

    /// The person has been told of the clocks of a zone.
    pub async fn acknowledge_clocks(&self, zone: &str) -> Result<()> {
        let mut tx = self.store.write().await?;
        clock_changes::acknowledge(&mut tx, zone).await?;
        self.commit(tx, &[Topic::Sessions]).await
    }

    /// The names of zones that are suggested to people.
    #[must_use]
    pub fn zone_names(&self) -> Vec<&'static str> {
        Table::ours().places().collect()
    }
}
