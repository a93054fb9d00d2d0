//! Supabase's own JavaScript client as a witness: what it is content with, First Bell's client can rely on. It shows
//! that the server speaks well enough for the client that everyone uses, and that the school works through it.

use std::process::Stdio;

use firstbell_processes::wait;
use firstbell_school::Server;
use serde_json::Value;

use super::visitor::{SOON, server, server_with_contract};

#[tokio::test]
async fn supabase_js_is_content_with_accounts_and_api() {
    witness("contract.mjs", server_with_contract().await, 21).await;
}

#[tokio::test]
async fn supabase_js_plays_a_story_of_the_school() {
    witness("story.mjs", server().await, 28).await;
}

/// Runs a script, which says one line of JSON a check; all of them have to hold, and there are so many.
async fn witness(script: &str, server: &Server, expected: usize) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/peer");
    let mut node = tokio::process::Command::new("node");
    node.arg(script).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    node.env("SUPABASE_URL", server.url());
    node.env("SUPABASE_KEY", server.publishable_key());
    node.env("SUPABASE_SECRET_KEY", server.secret_key());
    let output = wait::within(script, 3 * SOON, node.output()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    let checks = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let failed = checks.iter().filter(|check| check["holds"] != true).collect::<Vec<_>>();
    assert!(failed.is_empty(), "{failed:#?}\n{complaints}\n{}", server.last_words());
    assert!(output.status.success(), "{}: {complaints}\n{said}", output.status);
    assert_eq!(checks.len(), expected, "{said}");
}
