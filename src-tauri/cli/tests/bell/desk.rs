//! A home with nothing in it, and `bell` in it.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use chrono::{DateTime, Duration, Utc};
use firstbell_core::{
    app::App,
    clock::{Clock as _, SystemClock},
    data_folder::DataFolder,
    desktop::{NotOpened, Opener},
    join::JoinUrl,
    store::{Migrate, Store},
};
use serde_json::Value;
use tempfile::TempDir;

pub const MEET: &str = "https://meet.google.com/abc-defg-hij";

pub struct Home {
    pub folder: TempDir,
    pub zone: &'static str,
}

pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The answer of a command that did what it was asked for.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        assert_eq!(self.err, "");
        self
    }
}

impl Home {
    pub fn new() -> Self {
        Self::in_zone("UTC")
    }

    pub fn in_zone(zone: &'static str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), zone }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("share/org.firstbell.FirstBell")
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bell"));
        let home = self.folder.path();
        command
            .env_clear()
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("share"))
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("PATH", home.join("programs"))
            .env("TZ", self.zone)
            .env("LANG", "C.UTF-8")
            .current_dir(home)
            .stdin(Stdio::null());
        command
    }

    pub fn bell<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        said(self.command().args(arguments).output().unwrap())
    }

    pub fn bell_with<S: AsRef<OsStr>>(&self, input: &[u8], arguments: impl IntoIterator<Item = S>) -> Said {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A command that refuses early closes its input.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        said(output)
    }

    /// Brings in a file of these events and returns what `--json` says.
    #[track_caller]
    pub fn import(&self, events: &[&str]) -> Value {
        self.bell_with(calendar(events).as_bytes(), ["import", "-", "--json"]).ok().json()
    }

    /// All sessions of 2026 and 2027.
    #[track_caller]
    pub fn agenda(&self) -> Vec<Value> {
        let said = self.bell(["agenda", "--from", "2026-01-01", "--to", "2028-01-01", "--json"]).ok();
        said.json().as_array().unwrap().clone()
    }

    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A program that notes what it is called with and ends with a code.
    #[cfg(unix)]
    pub fn program(&self, name: &str, code: i32) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = self.folder.path().join("programs");
        fs::create_dir_all(&folder).unwrap();
        let notes = self.folder.path().join(format!("{name}.called"));
        let text = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\nexit {code}\n", notes.display());
        fs::write(folder.join(name), text).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        notes
    }

    /// What the app would do in this data folder.
    pub fn app<T>(&self, with: impl AsyncFnOnce(&App) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let data = DataFolder::open(&self.data()).unwrap();
            let store = Store::open(&data.database(), Migrate::Yes).await.unwrap();
            let app =
                App::new(store.clone(), std::sync::Arc::new(SystemClock), std::sync::Arc::new(NoBrowser));
            let result = with(&app).await;
            store.close().await;
            result
        })
    }
}

struct NoBrowser;

impl Opener for NoBrowser {
    fn open(&self, _: &JoinUrl) -> Result<(), NotOpened> {
        Ok(())
    }
}

fn said(output: std::process::Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn calendar(events: &[&str]) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n".to_owned();
    for event in events {
        text.push_str("BEGIN:VEVENT\r\nDTSTAMP:20261101T000000Z\r\n");
        for line in event.trim().lines() {
            text.push_str(line.trim());
            text.push_str("\r\n");
        }
        text.push_str("END:VEVENT\r\n");
    }
    text + "END:VCALENDAR\r\n"
}

/// An instant some minutes from now, as a calendar file writes it.
pub fn in_minutes(minutes: i64) -> String {
    (now() + Duration::minutes(minutes)).format("%Y%m%dT%H%M%SZ").to_string()
}

pub fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// A lesson with a link that starts some minutes from now and lasts an hour.
pub fn lesson_in(minutes: i64, link: &str) -> String {
    format!(
        "UID:{minutes}@test\nSUMMARY:Maths: Ben\nDTSTART:{}\nDTEND:{}\nLOCATION:{link}",
        in_minutes(minutes),
        in_minutes(minutes + 60)
    )
}
