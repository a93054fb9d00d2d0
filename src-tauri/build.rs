//! Tells tauri which commands there are, so that a window may call only those that its capability lists.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=src-tauri/src/bindings.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        // The loader looks for WebKit's 72,000 names in these two first, which saves an eighth of its time (ADR 17).
        println!(
            "cargo::rustc-link-lib=dylib=webkit2gtk-4.1\ncargo::rustc-link-lib=dylib=javascriptcoregtk-4.1"
        );
    }
    let commands: Vec<&'static str> = commands().into_iter().map(|name| &*name.leak()).collect();
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(commands.leak()))
        .capabilities_path_pattern("./src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

/// The commands, read from the one list of them.
fn commands() -> Vec<String> {
    let list = std::fs::read_to_string(Path::new("src-tauri/src/bindings.rs")).unwrap_or_default();
    list.lines()
        .filter_map(|line| line.trim().strip_prefix("commands::")?.strip_suffix(','))
        .filter_map(|path| path.rsplit("::").next().map(str::to_owned))
        .collect()
}
