//! The cluster, its databases and who comes in, before any server stands in front of them.
#![allow(clippy::unwrap_used)]

use std::io::BufRead as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use firstbell_processes::{runs, wait};
use firstbell_school::{Cluster, run_sql};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_migrations_run_as_a_role_that_is_no_superuser_and_owns_the_schema() {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let migrator = database.as_migrator().await.unwrap();
    let row = migrator
        .query_one(
            "select current_user::text, rolsuper, rolbypassrls,
                    has_schema_privilege('public', 'create'), has_schema_privilege('auth', 'create')
             from pg_roles where rolname = current_user",
            &[],
        )
        .await
        .unwrap();
    let rights = [1, 2, 3, 4].map(|at| row.get::<_, bool>(at));
    assert_eq!((row.get::<_, &str>(0), rights), ("postgres", [false, true, true, false]));
    migrator.batch_execute("create extension if not exists btree_gist with schema extensions").await.unwrap();
    assert!(migrator.batch_execute("create function auth.mine() returns int return 1").await.is_err());
    migrator
        .batch_execute(
            "create function public.noted() returns trigger language plpgsql as 'begin return new; end';
             create trigger noted after insert on auth.users for each row execute function public.noted()",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn what_a_migration_makes_is_open_to_everyone_until_it_takes_that_away() {
    let database = Cluster::shared().await.unwrap().supabase("open_defaults").await.unwrap();
    let migrator = database.as_migrator().await.unwrap();
    migrator
        .batch_execute("create table public.open (); create function public.opened() returns int return 1")
        .await
        .unwrap();
    let row = migrator
        .query_one(
            "select has_table_privilege('anon', 'public.open', 'insert'),
                    has_function_privilege('anon', 'public.opened()', 'execute')",
            &[],
        )
        .await
        .unwrap();
    assert_eq!((row.get(0), row.get(1)), (true, true));
}

#[tokio::test]
async fn an_account_sees_its_own_rows_and_leaves_nothing_behind() {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let ada = database.sign_up("ada@school.example", &json!({"name": "Ada"})).await.unwrap();
    let ben = database.sign_up("ben@school.example", &json!({})).await.unwrap();
    database
        .as_migrator()
        .await
        .unwrap()
        .batch_execute(
            "create table public.notes (account uuid default auth.uid(), note text);
             alter table public.notes enable row level security;
             create policy own on public.notes to authenticated using (account = auth.uid());
             grant select, insert on public.notes to anon, authenticated, service_role;",
        )
        .await
        .unwrap();

    for (account, note) in [(ada, "of Ada"), (ben, "of Ben")] {
        let mut account = database.as_account(account).await.unwrap();
        let transaction = account.begin().await.unwrap();
        transaction.execute("insert into public.notes (note) values ($1)", &[&note]).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let mut account = database.as_account(ada).await.unwrap();
    let seen = account.begin().await.unwrap().query("select note from public.notes", &[]).await.unwrap();
    assert_eq!(seen.iter().map(|row| row.get(0)).collect::<Vec<&str>>(), ["of Ada"]);
    let transaction = account.begin().await.unwrap();
    assert_eq!(transaction.query_one("select auth.uid()", &[]).await.unwrap().get::<_, uuid::Uuid>(0), ada);
    drop(transaction);
    let count = "select count(*) from public.notes";
    let anon =
        database.as_anon().await.unwrap().begin().await.unwrap().query_one(count, &[]).await.unwrap().get(0);
    let service = database
        .as_service()
        .await
        .unwrap()
        .begin()
        .await
        .unwrap()
        .query_one(count, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!((anon, service), (0_i64, 2_i64));
}

#[tokio::test]
async fn a_function_is_called_by_the_names_of_its_arguments_and_its_refusal_is_whole() {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let ada = database.sign_up("ada@school.example", &json!({})).await.unwrap();
    database
        .as_migrator()
        .await
        .unwrap()
        .batch_execute(
            r#"create function public.told(request_id uuid, "Count" int, note text default 'none') returns jsonb
               language sql as $$ select jsonb_build_array(request_id, "Count" + 1, note) $$;
               create function public.nothing() returns void language sql as '';
               create function public.taken() returns jsonb language plpgsql as $$ begin
                 raise exception using errcode = 'PT409', message = 'Taken.', hint = 'slot_taken', detail = '{"n":1}';
               end $$;
               grant execute on all functions in schema public to authenticated;"#,
        )
        .await
        .unwrap();
    let mut account = database.as_account(ada).await.unwrap();
    let told = account.call("told", &json!({"Count": 1, "request_id": ada})).await.unwrap();
    assert_eq!(told, json!([ada, 2, "none"]));
    assert_eq!(account.call("nothing", &json!({})).await.unwrap(), json!(null));
    let refusal = account.call("taken", &json!({})).await.unwrap_err();
    let refusal = refusal.as_db_error().unwrap();
    assert_eq!(refusal.code().code(), "PT409");
    let (message, hint, detail) = (refusal.message(), refusal.hint(), refusal.detail());
    assert_eq!((message, hint, detail), ("Taken.", Some("slot_taken"), Some(r#"{"n":1}"#)));
    let unknown =
        account.call("told", &json!({"request_id": ada, "Count": 1, "other": 1})).await.unwrap_err();
    assert_eq!(unknown.as_db_error().unwrap().code().code(), "42883");
}

#[tokio::test]
async fn a_file_that_fails_is_named_with_its_line_and_leaves_nothing() {
    let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
    let migrator = database.as_migrator().await.unwrap();
    let error =
        run_sql(&migrator, "0001_first.sql", "create table public.a ();\n\nselect wrong;").await.unwrap_err();
    assert_eq!(error.to_string(), r#"0001_first.sql:3: 42703: column "wrong" does not exist"#);
    let row = migrator.query_one("select to_regclass('public.a') is null", &[]).await.unwrap();
    assert!(row.get::<_, bool>(0));
}

#[tokio::test]
async fn the_clock_of_a_school_stands_where_a_test_holds_it() {
    let cluster = Cluster::shared().await.unwrap();
    // Arranged, but without the school's migrations: with a clock as they make it.
    let database = cluster.supabase("held_clock").await.unwrap();
    assert!(database.hold_clock_at("2026-03-29 01:00+00").await.is_err(), "there is no clock yet");
    let migrator = database.as_migrator().await.unwrap();
    migrator
        .batch_execute(
            "create schema private;
             create function private.clock() returns timestamptz language sql stable return statement_timestamp();
             revoke execute on function private.clock() from public;
             create function public.read_clock() returns text language sql security definer
               as $$ select private.clock()::text $$;",
        )
        .await
        .unwrap();
    database.hold_clock_at("2026-03-29 01:00+00").await.unwrap();
    let mut anon = database.as_anon().await.unwrap();
    assert_eq!(anon.call("read_clock", &json!({})).await.unwrap(), json!("2026-03-29 01:00:00+00"));
    database.let_clock_go().await.unwrap();
    let row = migrator.query_one("select private.clock() = statement_timestamp()", &[]).await.unwrap();
    assert!(row.get::<_, bool>(0));
}

#[tokio::test]
async fn nothing_is_left_of_a_cluster() {
    let cluster = Cluster::start().await.unwrap();
    // A connection of its own does not hold it up.
    let database = cluster.supabase("busy").await.unwrap();
    let client = database.as_superuser().await.unwrap();
    let sleep = tokio::spawn(async move { client.batch_execute("select pg_sleep(1000)").await });
    let (pid, folder) = (cluster.pid(), cluster.folder().to_owned());
    assert!(runs(pid) && folder.exists());
    drop(cluster);
    assert!(!runs(pid) && !folder.exists());
    assert!(sleep.await.unwrap().is_err());
}

/// Set for the process that is killed.
const VICTIM: &str = "FIRSTBELL_TEST_VICTIM";

#[tokio::test]
async fn a_cluster_ends_with_the_process_that_holds_it() {
    if std::env::var_os(VICTIM).is_some() {
        let cluster = Cluster::start().await.unwrap();
        eprintln!("here {} {}", cluster.pid(), cluster.folder().display());
        return std::future::pending().await;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_cluster_ends_with_the_process_that_holds_it", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(victim.stderr.take().unwrap()).lines();
    let line = lines.find_map(|line| line.unwrap().strip_prefix("here ").map(str::to_owned)).unwrap();
    let (pid, folder) = line.split_once(' ').unwrap();
    let (pid, folder) = (pid.parse().unwrap(), std::path::Path::new(folder));
    assert!(runs(pid) && folder.exists());
    victim.kill().unwrap();
    victim.wait().unwrap();
    wait::until_true("the cluster to be gone", SOON, async || Ok(!runs(pid) && !folder.exists()))
        .await
        .unwrap();
}
