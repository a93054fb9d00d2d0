//! An answer to a write is kept as a page is: the rows that it tells are newer than those that are here, or it is too late.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::{Keep, Kinds, Last};
use crate::{
    pulled::{Change, Row},
    store::{
        Result,
        cache::{rows, state::PullState},
    },
};

impl Keep<'_> {
    /// Keeps the rows that an answer tells, in every copy, and shows them. One that is here in a later version
    /// stays: an answer that is booked late revives nothing. Before anything was pulled nothing is kept: all comes then.
    pub(in crate::store::cache) async fn answer(
        &mut self,
        state: &PullState,
        told: &[Change],
    ) -> Result<Kinds> {
        let in_beside = if state.is_beside() { self.newer(state.target(), told).await? } else { Last::new() };
        self.store(state.target(), &in_beside).await?;
        if !rows::exist(self.conn, state.shown).await? {
            return Ok(Kinds::default());
        }
        let last = self.newer(state.shown, told).await?;
        let before = self.touched(state.shown, &last).await?;
        self.store(state.shown, &last).await?;
        let mut touched = self.touched(state.shown, &last).await?;
        touched.sessions.extend(before.sessions);
        let left = self.show(state, &touched.sessions, &touched.why).await?;
        Ok(Kinds { left, ..touched.kinds })
    }

    /// Those that are newer than what a copy has.
    async fn newer<'a>(&mut self, copy: i64, told: &'a [Change]) -> Result<Last<'a>> {
        let mut last = Last::new();
        for change in told {
            let id = change.id.to_string();
            let here = rows::of_ids(self.conn, copy, change.table, [&id]).await?;
            let is_newer = match (&change.row, here.get(&id)) {
                (Ok(told), Some(here)) => age(told) >= age(here),
                (Ok(_), None) => true,
                (Err(_), _) => false,
            };
            if is_newer {
                last.insert((change.table, id), change.row.as_ref().map_err(|why| *why));
            }
        }
        Ok(last)
    }
}

/// Later is larger: the version, and then the school's own time of the last change, since a session's version counts only
/// what people decide about it. Rows that have neither never change.
fn age(row: &Row) -> (i64, Option<DateTime<FixedOffset>>) {
    let version = row.get("version").and_then(Value::as_i64).unwrap_or(0);
    let updated_at = row.get("updated_at").and_then(Value::as_str);
    (version, updated_at.and_then(|at| DateTime::parse_from_rfc3339(at).ok()))
}
