#![cfg(unix)]

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::{
        fs::PermissionsExt as _,
        net::{UnixListener, UnixStream},
    },
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
        let mut said = Vec::new();
        while !said.ends_with(b"BEGIN\r\n") {
            said.extend_from_slice(&read(&mut stream, 1));
        }
        let said = String::from_utf8(said).unwrap();
        assert!(said.starts_with("\0AUTH EXTERNAL "), "{said:?}");
        stream.write_all(b"OK 0123456789abcdef0123456789abcdef\r\n").unwrap();
        if said.contains("NEGOTIATE_UNIX_FD") {
            stream.write_all(b"AGREE_UNIX_FD\r\n").unwrap();
        }
        let hello = serial(&mut stream, "Hello");
        stream.write_all(&message(2, &answers(hello), &[":1.7"])).unwrap();
        let question = serial(&mut stream, "GetServerInformation");
        // A signal that nobody asked for, and the answer.
        let signal = [text(1, b'o', "/bus"), text(2, b's', "org.example.Bus"), text(3, b's', "Moved")];
        stream.write_all(&message(4, &signal, &[":1.7"])).unwrap();
        let mut fields = answers(question).to_vec();
        let answer = match service {
            Some(name) => message(2, &fields, &[name, "Test Desktops", "1.0", "1.2"]),
            None => {
                fields.push(text(4, b's', "org.freedesktop.DBus.Error.ServiceUnknown"));
                message(3, &fields, &["no such service"])
            }
        };
        stream.write_all(&answer).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
}

fn read(stream: &mut UnixStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// The serial of the next call, which is one of this method.
fn serial(stream: &mut UnixStream, method: &str) -> u32 {
    let head = read(stream, 16);
    let number = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
    let fields = read(stream, (number(12) as usize).next_multiple_of(8));
    read(stream, number(4) as usize);
    let member = format!("{method}\0");
    assert!(fields.windows(member.len()).any(|window| window == member.as_bytes()), "{method}");
    number(8)
}

/// A field of a header that holds a text.
fn text(code: u8, kind: u8, value: &str) -> Vec<u8> {
    let mut field = vec![code, 1, kind, 0];
    let length = u32::try_from(value.len()).unwrap().to_le_bytes();
    // A signature says its length in one byte.
    field.extend_from_slice(if kind == b'g' { &length[..1] } else { &length });
    field.extend_from_slice(value.as_bytes());
    field.push(0);
    field
}

/// What an answer to the call of this serial has in its header.
fn answers(serial: u32) -> [Vec<u8>; 1] {
    [[b"\x05\x01u\0".as_slice(), &serial.to_le_bytes()].concat()]
}

fn message(kind: u8, fields: &[Vec<u8>], texts: &[&str]) -> Vec<u8> {
    let mut header = Vec::new();
    let every = [text(7, b's', ":1.1"), text(8, b'g', &"s".repeat(texts.len()))];
    for field in fields.iter().chain(&every) {
        header.resize(header.len().next_multiple_of(8), 0);
        header.extend_from_slice(field);
    }
    let mut body: Vec<u8> = Vec::new();
    for text in texts {
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    let mut bytes = vec![b'l', kind, 0, 1];
    bytes.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&9_u32.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&header);
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
fn the_first_address_that_answers_is_asked_and_escapes_are_read() {
    for address in ["", "tcp:host=localhost;unix:path=/nowhere,guid=0;unix:guid=0,path=%"] {
        let home = Home::new();
        bus(&home, Some("Test Shell"));
        let path = home.folder.path().join("run/bus").display().to_string();
        let path = path.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let said = home
            .command()
            .env("DBUS_SESSION_BUS_ADDRESS", address.replace('%', &path))
            .args(["doctor", "--json"])
            .output()
            .unwrap();
        let report = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!(check(&report, "notifications")["message"], "Notifications are shown by Test Shell.");
    }
}

#[test]
fn the_doctor_makes_nothing() {
    let home = Home::new();
    let report = home.bell(["doctor", "--json"]).json();
    assert_eq!(check(&report, "data_folder")["ok"], true);
    assert_eq!(check(&report, "store")["message"], "No sessions have been stored yet.");
    assert!(!home.data().exists());
}
