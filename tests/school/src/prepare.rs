//! A database becomes a school: Supabase's roles and rights first, then accounts, then the school's migrations.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use tokio_postgres::Client;
use tokio_postgres::error::ErrorPosition;

use crate::Database;

/// The cluster's superuser. On Supabase nobody but the platform has it.
pub const SUPERUSER: &str = "supabase_admin";

/// Where the school's migrations lie.
pub const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/school");

const ROLES: &str = include_str!("../sql/roles.sql");
const ARRANGEMENT: &str = include_str!("../sql/arrangement.sql");
const AUTH: &str = include_str!("../sql/auth.sql");
const CLAIMS: &str = include_str!("../sql/claims.sql");
const CLOCK: &str = include_str!("../sql/clock.sql");

/// The roles, once a cluster.
pub(crate) async fn roles(system: &Client) -> Result<()> {
    run_sql(system, "roles.sql", ROLES).await
}

/// What Supabase sets for its database.
pub(crate) async fn set_for_database(system: &Client, name: &str) -> Result<()> {
    let path = format!(r#"alter database {name} set search_path to "$user", public, extensions"#);
    Ok(system.batch_execute(&path).await?)
}

/// Schemas, rights and default rights, before anything is in it.
pub(crate) async fn arrange(database: &Database) -> Result<()> {
    run_sql(&database.as_superuser().await?, "arrangement.sql", ARRANGEMENT).await
}

/// The `auth` schema where no auth server runs.
pub(crate) async fn stand_in_for_auth(database: &Database) -> Result<()> {
    let client = database.as_superuser().await?;
    run_sql(&client, "auth.sql", AUTH).await?;
    run_sql(&client, "claims.sql", CLAIMS).await
}

/// The school's migrations in the order of their names, each in one transaction.
pub(crate) async fn migrate(database: &Database) -> Result<()> {
    let client = database.as_migrator().await?;
    for path in migrations()? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        run_sql(&client, &name, &std::fs::read_to_string(&path)?).await?;
    }
    Ok(())
}

/// Puts a clock in the place of the school's that a test can hold.
pub(crate) async fn replace_clock(database: &Database) -> Result<Client> {
    let client = database.as_superuser().await?;
    run_sql(&client, "clock.sql", CLOCK).await?;
    Ok(client)
}

/// Runs a file in one transaction.
///
/// # Errors
/// When a statement fails; names the file, the line and what the database says.
pub async fn run_sql(client: &Client, name: &str, sql: &str) -> Result<()> {
    let opening = "begin;\n";
    let outcome = client.batch_execute(&format!("{opening}{sql}\n;commit;")).await;
    let Err(error) = outcome else { return Ok(()) };
    client.batch_execute("rollback").await.context("after a failed file")?;
    let Some(told) = error.as_db_error() else { return Err(error).context(name.to_owned()) };
    let line = match told.position() {
        Some(ErrorPosition::Original(at)) => {
            let before = sql.chars().take((*at as usize).saturating_sub(opening.len() + 1));
            format!(":{}", before.filter(|letter| *letter == '\n').count() + 1)
        }
        _ => String::new(),
    };
    let detail = told.detail().map(|detail| format!("\n{detail}")).unwrap_or_default();
    let context = told.where_().map(|context| format!("\n{context}")).unwrap_or_default();
    Err(anyhow!("{name}{line}: {}: {}{detail}{context}", told.code().code(), told.message()))
}

fn migrations() -> Result<Vec<PathBuf>> {
    let Ok(folder) = std::fs::read_dir(MIGRATIONS) else { return Ok(Vec::new()) };
    let mut files = folder.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}
