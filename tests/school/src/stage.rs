//! A school on which much is tried and nothing stays: everything happens in one transaction of one connection,
//! which nobody commits.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

use crate::account::call_by_name;
use crate::asking::takes_request_id;
use crate::{Database, Refusal};

/// Who asks, as the REST server tells the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// With the publishable key alone.
    Anonymous,
    /// Signed in.
    Account(Uuid),
    /// With a token for somebody signed in that does not say who.
    Nameless,
    /// With the secret key.
    Service,
}

/// A connection in a transaction that is rolled back in the end. In between it is the superuser's.
pub struct Stage {
    client: Client,
}

impl Stage {
    /// Opens a transaction on a database whose clock is replaced already.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn open(database: &Database) -> Result<Self> {
        let client = database.as_superuser().await?;
        client.batch_execute("begin").await?;
        Ok(Self { client })
    }

    /// Sets a mark to which [`Self::go_back`] can go.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn mark(&self, name: &str) -> Result<()> {
        Ok(self.client.batch_execute(&format!("savepoint {name}")).await?)
    }

    /// Takes back all that happened since the mark, which stays.
    ///
    /// # Errors
    /// When there is no such mark.
    pub async fn go_back(&self, name: &str) -> Result<()> {
        Ok(self.client.batch_execute(&format!("rollback to savepoint {name}")).await?)
    }

    /// Holds the clock, for this transaction alone.
    ///
    /// # Errors
    /// When `instant` is none, or the clock was never replaced.
    pub async fn hold_clock_at(&self, instant: &str) -> Result<()> {
        let held = "update test_clock.hands set stands_at = $1::text::timestamptz";
        self.client
            .execute(held, &[&instant])
            .await
            .with_context(|| format!("holding the clock at {instant}"))?;
        Ok(())
    }

    /// Calls a function of `public` by the names of its arguments. A request id is given where it takes one and none
    /// is there. What a refused call did is taken back.
    ///
    /// # Errors
    /// What the function refuses.
    pub async fn call(&self, caller: Caller, function: &str, arguments: &Value) -> Result<Value, Refusal> {
        let mut arguments = arguments.clone();
        if takes_request_id(function) && arguments.get("request_id").is_none() {
            arguments["request_id"] = json!(Uuid::new_v4());
        }
        self.turn_into(caller).await?;
        let outcome = call_by_name(&self.client, function, &arguments).await;
        self.turn_back(outcome.is_ok()).await?;
        Ok(outcome?)
    }

    /// Runs one statement as this caller. What a refused one did is taken back.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn run(
        &self,
        caller: Caller,
        statement: &str,
        arguments: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Refusal> {
        self.turn_into(caller).await?;
        let outcome = self.client.query(statement, arguments).await;
        self.turn_back(outcome.is_ok()).await?;
        Ok(outcome?)
    }

    /// The connection itself, past all rights.
    #[must_use]
    pub fn by_hand(&self) -> &Client {
        &self.client
    }

    async fn turn_into(&self, caller: Caller) -> Result<(), Error> {
        let (role, claims) = match caller {
            Caller::Anonymous => ("anon", json!({"role": "anon"})),
            Caller::Account(account) => {
                ("authenticated", json!({"sub": account, "role": "authenticated", "aud": "authenticated"}))
            }
            Caller::Nameless => ("authenticated", json!({"role": "authenticated", "aud": "authenticated"})),
            Caller::Service => ("service_role", json!({"role": "service_role"})),
        };
        self.client
            .batch_execute(&format!(
                "savepoint asked; set local session authorization authenticator; set local role {role};
                 set local request.jwt.claims = '{claims}'"
            ))
            .await
    }

    async fn turn_back(&self, went_well: bool) -> Result<(), Error> {
        self.client
            .batch_execute(if went_well {
                "set local session authorization default; set local request.jwt.claims = ''; release savepoint asked"
            } else {
                "rollback to savepoint asked; release savepoint asked"
            })
            .await
    }
}
