//! What must never be true of a school's rows.

use anyhow::Result;

use crate::Database;

const FAULTS: &str = include_str!("../sql/faults.sql");

impl Database {
    /// Looks at all rows for what must never be: somebody in two places at once, a booking that disagrees with its
    /// session. One sentence a fault; none in a school that is in order.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn faults(&self) -> Result<Vec<String>> {
        let client = self.as_superuser().await?;
        Ok(client.query(FAULTS, &[]).await?.iter().map(|row| row.get(0)).collect())
    }
}
