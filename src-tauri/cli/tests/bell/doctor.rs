#![cfg(unix)]

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::{fs::PermissionsExt as _, net::UnixListener},
};

use firstbell_core::data_folder::DataFolder;
use serde_json::Value;

use super::desk::{Home, MEET, lesson_in};

fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap()
}

/// A session bus that knows how to say hello and who shows notifications, or that nobody does.
fn bus(home: &Home, service: Option<&'static str>) {
    let folder = home.folder.path().join("run");
    fs::create_dir_all(&folder).unwrap();
    let listener = UnixListener::bind(folder.join("bus")).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        let mut wait_for = |stream: &mut std::os::unix::net::UnixStream, text: &[u8]| {
            let mut byte = [0];
            while !seen.windows(text.len()).any(|window| window == text) {
                stream.read_exact(&mut byte).unwrap();
                seen.push(byte[0]);
            }
        };
        wait_for(&mut stream, b"AUTH EXTERNAL\r\n");
        stream.write_all(b"DATA\r\n").unwrap();
        wait_for(&mut stream, b"\r\nDATA\r\n");
        stream.write_all(b"OK 0123456789abcdef\r\n").unwrap();
        wait_for(&mut stream, b"GetServerInformation\0");
        // The answer to Hello, a signal that nobody asked for, and the answer.
        stream.write_all(&message(2, Some(1), ":1.7")).unwrap();
        stream.write_all(&message(4, None, ":1.7")).unwrap();
        let answer = service.map_or(message(3, Some(2), "no such service"), |name| message(2, Some(2), name));
        stream.write_all(&answer).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
}

fn message(kind: u8, answers: Option<u32>, text: &str) -> Vec<u8> {
    let mut fields = b"\x07\x01s\0\x04\0\0\0:1.1\0".to_vec();
    fields.resize(16, 0);
    if let Some(serial) = answers {
        fields.extend_from_slice(b"\x05\x01u\0");
        fields.extend_from_slice(&serial.to_le_bytes());
    }
    let mut body = u32::try_from(text.len()).unwrap().to_le_bytes().to_vec();
    body.extend_from_slice(text.as_bytes());
    body.push(0);
    let mut bytes = vec![b'l', kind, 0, 1];
    bytes.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&9_u32.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(fields.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&fields);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes.extend_from_slice(&body);
    bytes
}

#[test]
fn all_is_well_where_the_app_runs_on_a_desktop() {
    let home = Home::in_zone("Europe/Madrid");
    home.program("xdg-open", 0);
    home.import(&[&lesson_in(60, MEET)]);
    let data = DataFolder::open(&home.data()).unwrap();
    let _owner = data.own().unwrap();
    bus(&home, Some("Test Shell"));
    let said = home.bell(["doctor", "--json"]).ok().json();
    assert_eq!(said["ok"], true, "{said}");
    assert_eq!(check(&said, "notifications")["message"], "Notifications are shown by Test Shell.");
    assert_eq!(check(&said, "time_zone")["message"], "The time zone is Europe/Madrid.");
    let table = check(&said, "zone_table")["message"].as_str().unwrap();
    assert!(table.starts_with("Time zones: IANA 202"), "{table}");
    assert_eq!(check(&said, "browser")["message"], "Meetings are opened by xdg-open.");
    let names: Vec<&str> =
        said["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["data_folder", "store", "app", "notifications", "browser", "time_zone", "zone_table", "clock"]
    );
}

#[test]
fn each_problem_is_one_sentence_and_the_code_says_so() {
    let home = Home::new();
    home.import(&[&lesson_in(60, MEET)]);
    fs::set_permissions(home.data(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(home.data().join("this-computer.sqlite3"), b"no database ".repeat(1000)).unwrap();
    let said = home.bell(["doctor", "--json"]);
    assert_eq!(said.code, 1);
    let report = said.json();
    for name in ["data_folder", "store", "app", "notifications", "browser"] {
        assert_eq!(check(&report, name)["ok"], false, "{report}");
    }
    assert!(check(&report, "data_folder")["message"].as_str().unwrap().contains("chmod 700"));
    let lines = home.bell(["doctor"]).out;
    assert_eq!(lines.lines().count(), 8);
    assert!(lines.lines().all(|line| line.starts_with("ok  ") || line.starts_with("problem  ")));
    assert!(home.data().join("this-computer.sqlite3").exists(), "the doctor moves nothing");
}

#[test]
fn a_desktop_without_a_notification_service_is_a_problem() {
    let home = Home::new();
    bus(&home, None);
    let report = home.bell(["doctor", "--json"]).json();
    let said = check(&report, "notifications");
    assert_eq!(said["ok"], false);
    assert!(said["message"].as_str().unwrap().starts_with("Nothing on this desktop"), "{said}");
}

#[test]
fn the_doctor_makes_nothing() {
    let home = Home::new();
    let report = home.bell(["doctor", "--json"]).json();
    assert_eq!(check(&report, "data_folder")["ok"], true);
    assert_eq!(check(&report, "store")["message"], "No sessions have been stored yet.");
    assert!(!home.data().exists());
}
