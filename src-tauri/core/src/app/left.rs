//! Sessions that were here and that a school does not show any more: a link to a child has ended, or they are gone.

use chrono::DateTime;
use uuid::Uuid;

use super::{App, Result};
use crate::{
    change::Topic,
    pulled::Why,
    session::Status,
    sign_in::SignIn,
    store::{cache::Left, device::settings},
    words::say,
};

/// The setting that says until when (RFC 3339) the person has taken note, one for each sign-in.
fn seen(sign_in: Uuid) -> String {
    format!("left_seen_{sign_in}")
}

impl App {
    /// What the person should be told of, school by school: sessions to come that are not shown any more.
    ///
    /// # Errors
    /// What the store says.
    pub(super) async fn left_unseen(&self) -> Result<Vec<(Uuid, String)>> {
        let mut all = Vec::new();
        for sign_in in self.sign_ins().await? {
            let Some(cache) = self.cache_of(sign_in.id) else { continue };
            let stored = settings::get(&mut *self.store.read().await?, &seen(sign_in.id)).await?;
            let since = stored.and_then(|text| text.parse().ok()).unwrap_or(DateTime::UNIX_EPOCH);
            let mut left = cache.left(since).await?;
            // Nobody wonders about what was over, or called off before.
            left.retain(|one| one.at > since && one.status == Status::Scheduled && one.end > one.at);
            all.extend(self.said_left(&left, &sign_in).map(|sentence| (sign_in.id, sentence)));
        }
        Ok(all)
    }

    /// The person has taken note of what a school does not show any more.
    ///
    /// # Errors
    /// What the store says.
    pub async fn acknowledge_left(&self, sign_in: Uuid) -> Result<()> {
        let mut tx = self.store.write().await?;
        settings::set(&mut tx, &seen(sign_in), &self.now().to_rfc3339()).await?;
        self.commit(tx, &[Topic::Schools]).await
    }

    fn said_left(&self, left: &[Left], sign_in: &SignIn) -> Option<String> {
        let first = left.iter().min_by_key(|one| one.start)?;
        let name = match (left, first.why) {
            // Where the school does not say why, this much is true.
            ([_], Why::NotYours | Why::Unknown) => "left-one-not-yours",
            ([_], Why::Gone) => "left-one-gone",
            (_, Why::NotYours | Why::Unknown) => "left-some-not-yours",
            (_, Why::Gone) => "left-some-gone",
        };
        Some(say(
            name,
            &[
                ("count", left.len().into()),
                ("title", first.title.clone().into()),
                ("when", self.said_when(first.start).into()),
                ("school", sign_in.school.clone().into()),
            ],
        ))
    }
}
