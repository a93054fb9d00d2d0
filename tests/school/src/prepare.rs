//! A database becomes a school: Supabase's roles and rights first, then accounts, then the school's migrations.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, ensure};
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
const AUTH_RIGHTS: &str = include_str!("../sql/auth_rights.sql");
const CLOCK: &str = include_str!("../sql/clock.sql");

/// The roles, schemas, rights and default rights of a database as Supabase hands it over. Done once: a database that
/// has been arranged stays as it is.
pub(crate) async fn arrange(database: &Database) -> Result<()> {
    let client = database.as_superuser().await?;
    let row = client.query_one("select to_regnamespace('migrated') is null", &[]).await?;
    if !row.get::<_, bool>(0) {
        return Ok(());
    }
    roles(&client).await?;
    set_for_database(&client, database.name()).await?;
    run_sql(&client, "arrangement.sql", ARRANGEMENT).await
}

/// The roles, which a cluster has for all its databases.
pub(crate) async fn roles(client: &Client) -> Result<()> {
    run_sql(client, "roles.sql", ROLES).await
}

/// What Supabase sets for its database as a whole, which a copy of it does not take along.
pub(crate) async fn set_for_database(client: &Client, name: &str) -> Result<()> {
    let settings = format!(
        r#"alter database {name} owner to postgres;
           grant create on database {name} to supabase_auth_admin;
           alter database {name} set search_path to "$user", public, extensions;"#
    );
    Ok(client.batch_execute(&settings).await?)
}

/// The accounts' tables where no auth server runs.
pub(crate) async fn stand_in_for_auth(database: &Database) -> Result<()> {
    let client = database.as_superuser().await?;
    run_sql(&client, "auth.sql", AUTH).await?;
    rights_to_auth(database).await
}

/// Who asks, and who may what with the accounts. Has to follow every start of the auth server, which writes functions
/// of its own.
pub(crate) async fn rights_to_auth(database: &Database) -> Result<()> {
    run_sql(&database.as_superuser().await?, "auth_rights.sql", AUTH_RIGHTS).await
}

/// The school's migrations in the order of their names, each in one transaction, and each once.
pub(crate) async fn migrate(database: &Database) -> Result<()> {
    let client = database.as_migrator().await?;
    for path in migrations()? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sql = std::fs::read_to_string(&path)?;
        let known = "select sql from migrated.files where name = $1";
        if let Some(row) = client.query_opt(known, &[&name]).await? {
            let ran: String = row.get(0);
            ensure!(ran == sql, "{name} has changed since it ran here; `./dev server --fresh` starts anew");
            continue;
        }
        run_sql(&client, &name, &sql).await?;
        client.execute("insert into migrated.files (name, sql) values ($1, $2)", &[&name, &sql]).await?;
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
