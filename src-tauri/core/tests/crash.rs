//! How a program of First Bell dies: this one dies once more in each way, and what it leaves behind is looked at.
#![cfg(unix)]
// The lint spares test functions, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

use std::{
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, Output},
};

use firstbell_core::crash::leave_no_secrets;

/// How to die, for the program that is started to do so.
const HOW: &str = "FIRSTBELL_DIES";

/// Never written whole in the program: it is put together when it runs.
fn secret() -> String {
    ["correct-horse", "batterÿ", "staple"].join("-")
}

#[test]
#[ignore = "it dies; the tests below start it"]
fn dies() {
    let how = std::env::var(HOW).unwrap_or_default();
    if !how.contains("unguarded") {
        leave_no_secrets();
    }
    let secret = secret();
    // In the middle of a letter.
    let middle = secret.find('ÿ').unwrap() + 1;
    match how.trim_end_matches(" unguarded") {
        "cut" => drop(std::hint::black_box(secret[..middle].to_owned())),
        "wrong" => std::hint::black_box(Err::<(), _>(secret)).unwrap(),
        "plain" => panic!("these words stand in the source"),
        "abort" => std::process::abort(),
        how => panic!("{how}?"),
    }
}

/// This program dies once more, in a folder of its own, where whatever memory is dumped may be.
fn died(how: &str, folder: &Path) -> Output {
    Command::new("sh")
        .args(["-c", "ulimit -S -c \"$(ulimit -H -c)\"; exec \"$0\" --exact dies --ignored --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env(HOW, how)
        .env("RUST_BACKTRACE", "full")
        .current_dir(folder)
        .output()
        .unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_panic_says_where_and_never_with_what() {
    let folder = tempfile::tempdir().unwrap();
    for how in ["cut", "wrong"] {
        let unguarded = died(&format!("{how} unguarded"), folder.path());
        assert!(holds(&unguarded.stderr, &secret()), "without our doing it is said: {how}");
        let died = died(how, folder.path());
        let said = String::from_utf8_lossy(&died.stderr);
        assert!(!died.status.success() && said.contains("' panicked at "), "{how}: {said}");
        assert!(said.contains("tests/crash.rs:"), "where: {said}");
        assert!(said.contains("crash::dies"), "by which way: {said}");
        assert!(!said.contains("correct-horse"), "{how}: {said}");
    }
    let said = String::from_utf8_lossy(&died("plain", folder.path()).stderr).into_owned();
    assert!(said.contains("these words stand in the source"), "{said}");
}

#[test]
fn a_program_that_is_killed_leaves_no_memory_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    let died_of = |how| died(how, folder.path()).status;
    let status = died_of("abort");
    assert!(status.signal().is_some() && !status.core_dumped(), "{status}");
    assert_eq!(files(), 0);
    // That it would have: where this computer dumps into the folder that one stands in, and the tests may.
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let is_file = !pattern.is_empty() && !pattern.contains(['|', '/', '@']);
    if is_file && rustix::process::getrlimit(rustix::process::Resource::Core).maximum != Some(0) {
        assert!(died_of("abort unguarded").core_dumped());
        assert_eq!(files(), 1);
    }
}
