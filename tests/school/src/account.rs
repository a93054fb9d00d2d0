//! What comes from one account, the way the REST server hands it to the database.

use serde_json::Value;
use tokio_postgres::{Client, Error, GenericClient, Transaction};

/// A connection whose every transaction runs with an account's role and claims, and nothing is left of them after.
pub struct Account {
    client: Client,
    role: &'static str,
    claims: Value,
}

impl Account {
    pub(crate) fn new(client: Client, role: &'static str, claims: Value) -> Self {
        Self { client, role, claims }
    }

    /// A transaction of this account. It is rolled back unless it is committed.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn begin(&mut self) -> Result<Transaction<'_>, Error> {
        let transaction = self.client.transaction().await?;
        transaction
            .execute(
                "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)",
                &[&self.role, &self.claims.to_string()],
            )
            .await?;
        Ok(transaction)
    }

    /// Calls a function of the schema `public` by the names of its arguments, as `POST /rest/v1/rpc/…` does, and
    /// commits. Gives its one value.
    ///
    /// # Errors
    /// What the database answers; a refusal is its `as_db_error`: code, message, detail and hint.
    pub async fn call(&mut self, function: &str, arguments: &Value) -> Result<Value, Error> {
        let transaction = self.begin().await?;
        let value = Self::call_in(&transaction, function, arguments).await?;
        transaction.commit().await?;
        Ok(value)
    }

    /// The same in a transaction that stays open, for what has to be seen half done.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_in(
        transaction: &Transaction<'_>,
        function: &str,
        arguments: &Value,
    ) -> Result<Value, Error> {
        call_by_name(transaction, function, arguments).await
    }
}

/// Calls a function of the schema `public` by the names of its arguments, as whoever the connection is now.
pub(crate) async fn call_by_name(
    client: &impl GenericClient,
    function: &str,
    arguments: &Value,
) -> Result<Value, Error> {
    let columns = columns(client, function, arguments).await?;
    let list =
        |part: &dyn Fn(&(String, String)) -> String| columns.iter().map(part).collect::<Vec<_>>().join(", ");
    let passed = list(&|(name, _)| format!("{name} => given.{name}"));
    let typed = list(&|(name, kind)| format!("{name} {kind}"));
    let from = if columns.is_empty() {
        "(select $1::json) as given".to_owned()
    } else {
        format!("json_to_record($1::json) as given({typed})")
    };
    let call = format!("select to_jsonb(public.{function}({passed})) from {from}");
    let row = client.query_one(&call, &[arguments]).await?;
    // A function that returns nothing answers null.
    let value: Option<Value> = row.get(0);
    Ok(value.unwrap_or(Value::Null))
}

/// Quoted names and types of the arguments that are given. Where the function takes none of that name, it is passed
/// as text, so that the database says what it does not know.
async fn columns(
    client: &impl GenericClient,
    function: &str,
    arguments: &Value,
) -> Result<Vec<(String, String)>, Error> {
    let names = arguments.as_object().map(|given| given.keys().cloned().collect::<Vec<_>>());
    let rows = client
        .query(
            "select quote_ident(given.name),
                    coalesce((select format_type(known.type, null)
                              from pg_proc
                              cross join unnest(proargtypes::oid[], proargnames) with ordinality as known(type, name, nth)
                              where pronamespace = 'public'::regnamespace and proname = $1 and known.name = given.name
                              limit 1),
                             'text')
             from unnest($2::text[]) with ordinality as given(name, nth) order by given.nth",
            &[&function, &names.unwrap_or_default()],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
