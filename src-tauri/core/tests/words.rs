//! Every file of words: whole, and no sentence missing that the core or `bell` says by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::{fs, path::Path};

use firstbell_core::words::{has, say};

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_sentence_of_the_command_line_and_of_the_errors_is_known() {
    for file in ["cli.ftl", "errors.ftl", "bell.ftl"] {
        let text = fs::read_to_string(root().join("locales/en").join(file)).unwrap();
        let names = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        for name in names.filter_map(|line| line.split_once(" =")).map(|(name, _)| name) {
            assert!(has(name), "{file}: {name} cannot be read");
        }
    }
}

#[test]
fn what_the_command_line_says_has_a_sentence() {
    let folder = root().join("src-tauri/cli/src");
    let mut found = 0;
    let files = [folder.clone(), folder.join("schools")].map(|folder| fs::read_dir(folder).unwrap());
    let files = files.into_iter().flatten().map(|file| file.unwrap().path()).filter(|path| path.is_file());
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        for name in text.split('"').filter(|part| {
            let rest = part.strip_prefix("cli-").or_else(|| part.strip_prefix("doctor-"));
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
        }) {
            found += 1;
            assert!(has(name), "{name} has no sentence");
        }
    }
    assert!(found > 30, "{found}");
    for verdict in ["open", "ask", "refuse"] {
        assert!(has(&format!("cli-link-{verdict}")));
    }
}

#[test]
fn a_name_without_a_sentence_is_said_as_it_stands() {
    assert_eq!(say("no-such-name", &[]), "no-such-name");
}
