//! A connection on which anybody can be given the word, one round trip a call. What it begins it can leave open.

use firstbell_school::postgres::{Client, Error, SimpleQueryMessage};
use firstbell_school::{Database, Refusal};
use serde_json::{Value, json};
use uuid::Uuid;

/// Who speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// A sign-in.
    Account(Uuid),
    /// The school, with its secret key.
    School,
}

/// A connection as the REST server has it, or as the migrations' role.
pub struct Line {
    client: Client,
}

impl Line {
    /// As the REST server logs in.
    pub async fn open(database: &Database) -> Self {
        Self { client: database.as_authenticator().await.unwrap() }
    }

    /// As who may do everything.
    pub async fn as_superuser(database: &Database) -> Self {
        Self { client: database.as_superuser().await.unwrap() }
    }

    /// As the role of the migrations, which writes rows by hand.
    pub async fn by_hand(database: &Database) -> Self {
        let client = database.as_migrator().await.unwrap();
        // The REST server's own are cut off too.
        client.batch_execute("set lock_timeout = '8s'").await.unwrap();
        Self { client }
    }

    /// Runs statements; gives the last value that they show.
    pub async fn run(&self, sql: &str) -> Result<Option<String>, Error> {
        let shown = self.client.simple_query(sql).await?;
        let last = shown.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(last.map(str::to_owned))
    }

    /// Calls a function of the school and commits.
    pub async fn call(&self, who: Who, function: &str, arguments: &Value) -> Result<Value, Refusal> {
        self.ask(who, &call(function, arguments)).await
    }

    /// Calls a function of the school and leaves the transaction open; a refusal ends it.
    pub async fn begin(&self, who: Who, function: &str, arguments: &Value) -> Result<Value, Refusal> {
        self.send(&format!("{} {}", begin(who, ""), call(function, arguments))).await
    }

    /// Asks one query as somebody, in a transaction that may only read.
    pub async fn look(&self, who: Who, query: &str) -> Result<Value, Refusal> {
        self.send(&format!("{} {query}; commit", begin(who, " read only"))).await
    }

    /// Ends what is open.
    pub async fn commit(&self) {
        self.run("commit").await.unwrap();
    }

    /// Takes back what is open.
    pub async fn roll_back(&self) {
        self.run("rollback").await.unwrap();
    }

    async fn ask(&self, who: Who, query: &str) -> Result<Value, Refusal> {
        self.send(&format!("{} {query}; commit", begin(who, ""))).await
    }

    async fn send(&self, sql: &str) -> Result<Value, Refusal> {
        match self.run(sql).await {
            Ok(shown) => Ok(shown.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())),
            Err(error) => {
                self.roll_back().await;
                Err(error.into())
            }
        }
    }
}

fn begin(who: Who, how: &str) -> String {
    let (role, claims) = match who {
        Who::Account(account) => ("authenticated", json!({"sub": account, "role": "authenticated"})),
        Who::School => ("service_role", json!({"role": "service_role"})),
    };
    format!(
        "begin{how}; select set_config('role', '{role}', true), set_config('request.jwt.claims', '{claims}', true);"
    )
}

/// Functions that take no request id, because they write nothing.
const READS: [&str; 3] = ["free_slots", "pull_changes", "who_am_i"];

fn call(function: &str, arguments: &Value) -> String {
    let given = arguments.as_object().unwrap();
    let mut passed: Vec<String> =
        given.iter().map(|(name, value)| format!("\"{name}\" => {}", literal(value))).collect();
    if !READS.contains(&function) && !given.contains_key("request_id") {
        passed.push(format!("request_id => '{}'", Uuid::new_v4()));
    }
    format!("select public.{function}({})::text", passed.join(", "))
}

/// A value as it stands in a statement.
pub fn literal(value: &Value) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => quoted(&value.to_string()),
        plain => plain.to_string(),
    }
}
