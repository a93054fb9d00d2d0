//! One database of a cluster, and the ways to come in.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;

use crate::Account;
use crate::prepare::{self, SUPERUSER};

/// A database. It stays until its cluster ends.
#[derive(Clone, Debug)]
pub struct Database {
    port: u16,
    name: String,
}

impl Database {
    pub(crate) fn new(port: u16, name: &str) -> Self {
        Self { port, name: name.to_owned() }
    }

    /// Its name in the cluster.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address for a role, without a password: the cluster asks for none.
    #[must_use]
    pub fn url(&self, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// A connection that may do everything, as only Supabase itself may.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn as_superuser(&self) -> Result<Client> {
        self.connect(SUPERUSER).await
    }

    /// A connection as the role that runs the migrations. On Supabase it is called `postgres` and is no superuser.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn as_migrator(&self) -> Result<Client> {
        self.connect("postgres").await
    }

    /// A connection as the REST server logs in: it can do nothing before it takes another role.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn as_authenticator(&self) -> Result<Client> {
        self.connect("authenticator").await
    }

    /// A connection as `role`, whatever it may do.
    ///
    /// # Errors
    /// When there is no such role, or it may not log in.
    pub async fn connect(&self, role: &str) -> Result<Client> {
        let (client, connection) = Config::new()
            .host("127.0.0.1")
            .port(self.port)
            .user(role)
            .dbname(&self.name)
            .application_name("firstbell-school")
            .connect(NoTls)
            .await
            .with_context(|| format!("connecting to {} as {role}", self.name))?;
        // It ends when the client is dropped. How it ends is told to the client's calls.
        tokio::spawn(connection);
        Ok(client)
    }

    /// Signs a person up, as the auth server would, and gives the account's id.
    ///
    /// # Errors
    /// When the address is taken, or what the school does at sign-up fails.
    pub async fn sign_up(&self, email: &str, user_metadata: &Value) -> Result<Uuid> {
        let client = self.connect("supabase_auth_admin").await?;
        let row = client
            .query_one(
                "insert into auth.users (id, aud, role, email, email_confirmed_at, raw_app_meta_data,
                                         raw_user_meta_data, created_at, updated_at)
                 values (gen_random_uuid(), 'authenticated', 'authenticated', $1, now(), $2, $3, now(), now())
                 returning id",
                &[&email, &json!({"provider": "email", "providers": ["email"]}), user_metadata],
            )
            .await?;
        Ok(row.get(0))
    }

    /// What comes from this account, signed in.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn as_account(&self, account: Uuid) -> Result<Account> {
        let claims = json!({"sub": account, "role": "authenticated", "aud": "authenticated"});
        Ok(Account::new(self.as_authenticator().await?, "authenticated", claims))
    }

    /// What comes from nobody in particular: with the publishable key alone.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn as_anon(&self) -> Result<Account> {
        Ok(Account::new(self.as_authenticator().await?, "anon", json!({"role": "anon"})))
    }

    /// What comes with the secret key: row-level security does not bind it.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn as_service(&self) -> Result<Account> {
        Ok(Account::new(self.as_authenticator().await?, "service_role", json!({"role": "service_role"})))
    }

    /// All of it as SQL, as a backup holds it.
    ///
    /// # Errors
    /// When `pg_dump` fails.
    pub fn dump(&self) -> Result<String> {
        crate::dump::write(self)
    }

    /// From now on the school's clock stands at `instant`, for everyone (such as `2026-03-29 01:00+00`).
    ///
    /// # Errors
    /// When the school has no clock yet, or `instant` is none.
    pub async fn hold_clock_at(&self, instant: &str) -> Result<()> {
        let client = prepare::replace_clock(self).await?;
        client
            .execute("update test_clock.hands set stands_at = $1::text::timestamptz", &[&instant])
            .await
            .with_context(|| format!("holding the clock at {instant}"))?;
        Ok(())
    }

    /// The school's clock goes again, with the computer's.
    ///
    /// # Errors
    /// As [`Self::hold_clock_at`].
    pub async fn let_clock_go(&self) -> Result<()> {
        let client = prepare::replace_clock(self).await?;
        client.execute("update test_clock.hands set stands_at = null", &[]).await?;
        Ok(())
    }
}
