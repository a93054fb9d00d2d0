//! Supabase's own JavaScript client as an independent witness: if it cannot play the story, the servers or the schema
//! are wrong, not a client of ours.
#![allow(clippy::unwrap_used)]

use firstbell_school::Server;
use tokio::process::Command;

const STORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/auth/story.mjs");

#[tokio::test]
async fn the_official_client_plays_a_whole_story() {
    let server = Server::from_env_or_start().await.unwrap();
    let told = Command::new("node")
        .arg(STORY)
        .env("SUPABASE_URL", server.url())
        .env("SUPABASE_KEY", server.publishable_key())
        .env("SUPABASE_SECRET_KEY", server.secret_key())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(told.stdout).unwrap();
    let complaints = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{said}{complaints}{}", server.last_words());
    let checks =
        std::fs::read_to_string(STORY).unwrap().lines().filter(|line| line.starts_with("check(")).count();
    let held = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert_eq!(held, checks, "every check of the story was reached: {said}");
}
