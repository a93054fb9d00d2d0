//! The link under which a tutor teaches. It lies on this computer, and leaves it only as the link of a session.

use uuid::Uuid;

use super::{App, Result};
use crate::{change::Topic, error::Error, join::JoinUrl, outbox::Write, store::device::settings};

/// The setting that holds it.
const OWN_LINK: &str = "own_link";
/// The setting that names this computer to a school.
const DEVICE: &str = "device";
/// What the school calls the provider of a link that no known one has made.
const NO_PROVIDER: &str = "own_link";

impl App {
    /// The link under which a tutor teaches, if they have said one; it becomes the meeting of what they confirm.
    ///
    /// # Errors
    /// What the store says.
    pub async fn own_link(&self) -> Result<Option<JoinUrl>> {
        let stored = settings::get(&mut *self.store.read().await?, OWN_LINK).await?;
        Ok(stored.and_then(|text| JoinUrl::parse(&text).ok()))
    }

    /// Sets it; nothing for an empty text.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the text is no link, or what the store says.
    pub async fn set_own_link(&self, text: &str) -> Result<()> {
        let text = text.trim();
        let link = match text {
            "" => String::new(),
            text => JoinUrl::parse(text).map_err(|_| Error::Invalid("own-link-none"))?.as_str().to_owned(),
        };
        let mut tx = self.store.write().await?;
        settings::set(&mut tx, OWN_LINK, &link).await?;
        self.commit(tx, &[Topic::Settings]).await
    }

    /// What is to be written after a confirm so that the own link becomes the meeting of its session; nothing where there is
    /// none.
    ///
    /// # Errors
    /// What the store says.
    pub(super) async fn own_link_of(&self, confirm: &Write) -> Result<Vec<Write>> {
        let Some(link) = self.own_link().await? else { return Ok(Vec::new()) };
        let provider = link.provider().map_or(NO_PROVIDER, |provider| provider.name());
        Ok(Write::own_link(confirm, self.device().await?, provider, link.host(), link.as_str()).into())
    }

    /// The random id by which a school tells this computer from another one of the same tutor.
    async fn device(&self) -> Result<Uuid> {
        let mut tx = self.store.write().await?;
        let known = settings::get(&mut tx, DEVICE).await?.and_then(|id| Uuid::parse_str(&id).ok());
        let device = known.unwrap_or_else(Uuid::new_v4);
        if known.is_none() {
            settings::set(&mut tx, DEVICE, &device.to_string()).await?;
            tx.commit().await?;
        }
        Ok(device)
    }
}
