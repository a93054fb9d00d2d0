//! A recording `xdg-open`: tells what would have been opened, opens nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::wait;

/// What the `open` crate tries, in its order. All are recorded; only `xdg-open` is meant to be reached.
const PROGRAMS: [&str; 5] = ["xdg-open", "gio", "gnome-open", "kde-open", "wslview"];

/// One line of JSON for a call, in one write, so that calls at the same time do not mix.
const SCRIPT: &str = r#"#!/bin/sh
record() {
    printf '["%s"' "${0##*/}"
    for argument in "$@"; do
        printf ',"%s"' "$(printf '%s' "$argument" |
            sed -z -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' -e 's/\n/\\n/g')"
    done
    printf ']'
}
line=$(record "$@")
printf '%s\n' "$line" >>'@FOLDER@/opened.jsonl'
read -r code 2>/dev/null <'@FOLDER@/opener-exit-code'
exit "${code:-0}"
"#;

/// Reads and steers the recording `xdg-open`.
pub struct Opener {
    folder: PathBuf,
}

impl Opener {
    /// Writes the scripts into `bin` and keeps its records in `folder`.
    pub(crate) fn new(bin: &Path, folder: &Path) -> Result<Self> {
        let script = SCRIPT.replace("@FOLDER@", folder.to_str().context("a folder with a plain name")?);
        for program in PROGRAMS {
            let path = bin.join(program);
            std::fs::write(&path, &script)?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// From now on every call ends with this code (0: as if all went well).
    ///
    /// # Errors
    /// When the desktop's folder cannot be written.
    pub fn exit_with(&self, code: u8) -> Result<()> {
        Ok(std::fs::write(self.folder.join("opener-exit-code"), format!("{code}\n"))?)
    }

    /// The argument lists of all calls of `xdg-open` so far, in order.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub fn opened(&self) -> Result<Vec<Vec<String>>> {
        let calls = self.calls()?;
        Ok(calls.into_iter().filter(|call| call[0] == "xdg-open").map(|call| call[1..].to_vec()).collect())
    }

    /// All calls, each with the program's name first: also of what is tried when `xdg-open` fails.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub fn calls(&self) -> Result<Vec<Vec<String>>> {
        let records = match std::fs::read_to_string(self.folder.join("opened.jsonl")) {
            Ok(records) => records,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        // A line without its end is still being written.
        records.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(call).collect()
    }

    /// Waits until `xdg-open` has been called at least `n` times.
    ///
    /// # Errors
    /// When that does not happen within `timeout`.
    pub async fn wait_for_opened(&self, n: usize, timeout: Duration) -> Result<Vec<Vec<String>>> {
        let what = format!("{n} call(s) of xdg-open");
        wait::until(&what, timeout, async || Ok(Some(self.opened()?).filter(|opened| opened.len() >= n)))
            .await
    }
}

fn call(line: &str) -> Result<Vec<String>> {
    let list: Value = serde_json::from_str(line).with_context(|| format!("a record of xdg-open: {line}"))?;
    serde_json::from_value(list).context("a list of arguments")
}
