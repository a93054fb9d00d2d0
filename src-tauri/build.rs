//! Tells tauri which commands there are, so that a window may call only those that its capability lists.

use std::{path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=src-tauri/src/bindings.rs");
    if loader_unpacks() {
        // What the loader has to adjust takes a megabyte of a program of this size, and a fiftieth of it packed.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        // The loader looks for each of WebKit's 72,000 names in one library after the other, in the order in which a
        // program lists them. These two first: a sixth less of its time (docs/adr/0011).
        println!("cargo::rustc-link-lib=dylib=webkit2gtk-4.1");
        println!("cargo::rustc-link-lib=dylib=javascriptcoregtk-4.1");
    }
    let commands: Vec<&'static str> = commands().into_iter().map(|name| &*name.leak()).collect();
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(commands.leak()))
        .capabilities_path_pattern("./src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

/// Whether the C library's loader takes packed adjustments: glibc from 2.36 on (Debian 12). A program that is built
/// with an older one is for older ones.
fn loader_unpacks() -> bool {
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if (target("OS").as_str(), target("ENV").as_str()) != ("linux", "gnu") {
        return false;
    }
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let parts: Vec<u32> = said.split([' ', '.', '\n']).filter_map(|part| part.parse().ok()).collect();
    parts >= vec![2, 36]
}

/// The commands, read from the one list of them.
fn commands() -> Vec<String> {
    let list = std::fs::read_to_string(Path::new("src-tauri/src/bindings.rs")).unwrap_or_default();
    list.lines()
        .filter_map(|line| line.trim().strip_prefix("commands::")?.strip_suffix(','))
        .filter_map(|path| path.rsplit("::").next().map(str::to_owned))
        .collect()
}
