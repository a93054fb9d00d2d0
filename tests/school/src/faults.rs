//! A school's rows as a whole: what must never be true of them, and how to be rid of them.

use anyhow::Result;

use crate::Database;

const FAULTS: &str = include_str!("../sql/faults.sql");
const BEGIN_ANEW: &str = include_str!("../sql/begin_anew.sql");

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

    /// Takes away all that was asked, agreed and written. The people stay. What clients have pulled is not told.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn begin_anew(&self) -> Result<()> {
        Ok(self.as_superuser().await?.batch_execute(BEGIN_ANEW).await?)
    }
}
