//! `school`, the command behind `./dev server`.
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use firstbell_processes::{Signal, runs, send, wait};
use serde_json::json;

const SOON: Duration = Duration::from_secs(60);

/// What `--print-env` names, in its order.
const NAMES: [&str; 14] = [
    "SUPABASE_URL",
    "SUPABASE_KEY",
    "SUPABASE_SECRET_KEY",
    "DATABASE_URL",
    "TUTOR_ADA_EMAIL",
    "TUTOR_ADA_PASSWORD",
    "TUTOR_EVE_EMAIL",
    "TUTOR_EVE_PASSWORD",
    "STUDENT_BEN_EMAIL",
    "STUDENT_BEN_PASSWORD",
    "STUDENT_DAN_EMAIL",
    "STUDENT_DAN_PASSWORD",
    "PARENT_CLEO_EMAIL",
    "PARENT_CLEO_PASSWORD",
];

#[tokio::test]
async fn an_ephemeral_school_says_where_it_is_when_it_answers_and_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let mut school = school(place.path())
        .args(["--ephemeral", "--print-env"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = environment(&mut school);
    assert_eq!(said.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), NAMES);
    let said = said.into_iter().collect::<BTreeMap<_, _>>();
    for person in ["TUTOR_ADA", "TUTOR_EVE", "STUDENT_BEN", "STUDENT_DAN", "PARENT_CLEO"] {
        let (email, password) = (&said[&format!("{person}_EMAIL")], &said[&format!("{person}_PASSWORD")]);
        assert!(sees_sessions(&said, email, password).await, "{person} has a lesson, or a child that has");
    }
    assert!(!is_empty(place.path()), "it lies there");

    send(school.id(), Signal::TERM).unwrap();
    assert!(school.wait().unwrap().success());
    assert!(is_empty(place.path()), "nothing is left");
}

#[tokio::test]
async fn an_ephemeral_school_ends_with_whoever_started_it() {
    let place = tempfile::tempdir().unwrap();
    // A shell starts it, as ./dev may be started by another program, and is killed.
    let told = place.path().join("told");
    let mut shell = Command::new("sh")
        .args(["-c", "\"$0\" --ephemeral --print-env >\"$1\" 2>/dev/null & echo $!; exec sleep 1000"])
        .arg(env!("CARGO_BIN_EXE_school"))
        .arg(&told)
        .env("TMPDIR", place.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid: u32 = line.trim().parse().unwrap();
    wait::until_true("the school", SOON, async || {
        Ok(std::fs::read_to_string(&told)?.contains("PARENT_CLEO_PASSWORD"))
    })
    .await
    .unwrap();
    assert!(runs(pid));
    shell.kill().unwrap();
    shell.wait().unwrap();
    std::fs::remove_file(told).unwrap();
    wait::until_true("the school to be gone", SOON, async || Ok(!runs(pid) && is_empty(place.path())))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_school_in_a_folder_stays_up_until_it_is_stopped_and_keeps_what_is_in_it() {
    let place = tempfile::tempdir().unwrap();
    let folder = Stopped(place.path().join("server"));
    let first = up(&folder.0).await;
    let again = up(&folder.0).await;
    assert_eq!(first, again, "it is the one that is up");
    let (email, password) = ("ada.kept@school.example", "a-bell-before-each");
    let body = json!({"email": email, "password": password});
    let signed_up = post(&first, "/auth/v1/signup", &body).await;
    assert_eq!(signed_up.0, 200, "{}", signed_up.1);

    stop(&folder.0);
    assert!(reqwest::get(&first["SUPABASE_URL"]).await.is_err(), "nobody answers");
    let later = up(&folder.0).await;
    assert_eq!(later["SUPABASE_KEY"], first["SUPABASE_KEY"]);
    let signed_in = post(&later, "/auth/v1/token?grant_type=password", &body).await;
    assert_eq!(signed_in.0, 200, "{}", signed_in.1);
}

/// A school whose temporary files lie in a folder of the test's.
fn school(temporary: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_school"));
    command.env("TMPDIR", passable(temporary)).stdin(Stdio::null());
    command
}

/// PostgreSQL may run as another user.
fn passable(folder: &Path) -> &Path {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

/// The lines that it says, up to the last that is expected: it says them at once, when it answers.
fn environment(school: &mut Child) -> Vec<(String, String)> {
    let lines = BufReader::new(school.stdout.take().unwrap()).lines();
    lines.take(NAMES.len()).map(|line| name_and_value(&line.unwrap())).collect()
}

fn name_and_value(line: &str) -> (String, String) {
    let (name, value) = line.split_once('=').unwrap();
    (name.to_owned(), value.to_owned())
}

async fn up(folder: &Path) -> BTreeMap<String, String> {
    passable(folder.parent().unwrap());
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_school"));
    command.arg("--folder").arg(folder).arg("--print-env");
    let output = wait::within("the school", SOON, command.output()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(name_and_value).collect()
}

fn stop(folder: &Path) {
    let stopped = Command::new(env!("CARGO_BIN_EXE_school")).arg("--folder").arg(folder).arg("stop").status();
    assert!(stopped.unwrap().success());
}

/// Stopped however the test ends.
struct Stopped(PathBuf);

impl Drop for Stopped {
    fn drop(&mut self) {
        stop(&self.0);
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

async fn sees_sessions(school: &BTreeMap<String, String>, email: &str, password: &str) -> bool {
    let body = json!({"email": email, "password": password});
    let (status, session) = post(school, "/auth/v1/token?grant_type=password", &body).await;
    assert_eq!(status, 200, "{session}");
    let sessions = client()
        .get(format!("{}/rest/v1/sessions?select=id", school["SUPABASE_URL"]))
        .header("apikey", &school["SUPABASE_KEY"])
        .bearer_auth(session["access_token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    !sessions.json::<Vec<serde_json::Value>>().await.unwrap().is_empty()
}

async fn post(
    school: &BTreeMap<String, String>,
    path: &str,
    body: &serde_json::Value,
) -> (u16, serde_json::Value) {
    let url = format!("{}{path}", school["SUPABASE_URL"]);
    let answered =
        client().post(url).header("apikey", &school["SUPABASE_KEY"]).json(body).send().await.unwrap();
    (answered.status().as_u16(), answered.json().await.unwrap())
}

fn client() -> reqwest::Client {
    firstbell_school::http_client().build().unwrap()
}
