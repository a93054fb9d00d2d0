//! The built-in table of time zones against PyPI's tzdata, in both directions, for every name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use chrono::{DateTime, Duration, NaiveDateTime, Offset as _, TimeZone as _, Utc};
use firstbell_core::{
    wall_clock::city,
    zone::{Reading, Table, Zone},
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap_or_else(|_| panic!("{name} is not in the table"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the second opinion says. The computer's own tables are not asked.
fn oracle(arguments: &[&str]) -> String {
    let python = env::var_os("FIRSTBELL_ORACLE_PYTHON")
        .expect("FIRSTBELL_ORACLE_PYTHON names no Python with tzdata: run `./dev test`, which makes one");
    let mut asked = Command::new(python);
    asked.arg(root().join("tests/oracle/zones.py")).args(arguments).env("PYTHONTZPATH", "");
    let output = asked.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_table_is_the_newest_one_with_every_name() {
    let said = oracle(&["names"]);
    let (version, names) = said.split_once('\n').unwrap();
    assert_eq!(version.strip_prefix("# ").unwrap(), Table::ours().version());
    let theirs: BTreeSet<&str> = names.lines().collect();
    let ours: BTreeSet<&str> = Table::ours().names().collect();
    assert!(theirs.len() > 590, "{}", theirs.len());
    let differing: Vec<_> = theirs.symmetric_difference(&ours).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

/// What the oracle says of every change. It is asked once, also for the tests that run this program anew.
fn changes() -> &'static str {
    static SAID: OnceLock<String> = OnceLock::new();
    SAID.get_or_init(|| match env::var_os("FIRSTBELL_ZONES_SAID") {
        Some(path) => fs::read_to_string(path).unwrap(),
        None => oracle(&["changes"]),
    })
}

/// Every quarter of an hour around each change from 2024 to 2030, of each name.
fn differences_from_the_oracle(said: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut name = "";
    let (mut instants, mut walls, mut gaps, mut folds) = (0, 0, 0, 0);
    for line in said.lines() {
        let mut words = line.split(' ');
        let kind = words.next().unwrap();
        let numbers: Vec<i64> = words.map(|word| word.parse().unwrap()).collect();
        let time = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut read = |shown: i64, one: i64, two: i64, is_shown: bool| {
            let wall: NaiveDateTime = time(shown).naive_utc();
            let seconds = |at: i64| i32::try_from(shown - at).unwrap();
            let expected = match (is_shown, one == two) {
                (true, true) => Reading::Once { seconds: seconds(one) },
                (true, false) => {
                    folds += 1;
                    Reading::Twice { first: seconds(one), second: seconds(two) }
                }
                // PEP 495: fold 0 has the offset from before the gap, fold 1 the one from after it.
                (false, _) => {
                    gaps += 1;
                    Reading::Never { before: seconds(one), after: seconds(two) }
                }
            };
            let zone = zone(name);
            let found = (zone.read(wall), zone.instant(wall));
            (found != (expected, time(one)))
                .then(|| format!("{name} at {wall}: {found:?} instead of {expected:?}"))
        };
        match (kind, numbers.as_slice()) {
            ("A", [at, shown, one, two, is_shown]) => {
                instants += 1;
                let wall = zone(name).wall(time(*at));
                if wall != time(*shown).naive_utc() {
                    wrong.push(format!("{name} at {}: {wall}", time(*at)));
                }
                wrong.extend(read(*shown, *one, *two, *is_shown == 1));
            }
            ("W", [shown, one, two, is_shown]) => {
                walls += 1;
                wrong.extend(read(*shown, *one, *two, *is_shown == 1));
            }
            _ => name = line,
        }
    }
    println!("{instants} instants, {walls} wall clocks, {gaps} in a gap, {folds} in a fold");
    assert!(instants > 90_000 && gaps > 3_000 && folds > 3_000);
    wrong
}

#[test]
fn every_change_of_every_zone_until_2030_is_as_the_oracle_has_it() {
    let wrong = differences_from_the_oracle(changes());
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

/// Runs the test above once more in another surrounding.
fn again_in(surrounding: &mut Command, said: &Path) {
    surrounding.env("FIRSTBELL_ZONES_SAID", said);
    let output = surrounding.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

const THE_TEST: &str = "every_change_of_every_zone_until_2030_is_as_the_oracle_has_it";

/// A table of before: 2025b, as an older system has it.
fn older_table() -> PathBuf {
    let folder = root().join(".dev/oracle-2025b/tzdata/zoneinfo");
    assert!(
        folder.join("America/Vancouver").is_file(),
        "run `./dev test`, which fetches {}",
        folder.display()
    );
    folder
}

#[test]
fn no_table_of_the_systems_changes_anything() {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said.txt");
    fs::write(&said, changes()).unwrap();
    let this = env::current_exe().unwrap();
    let nowhere = folder.path().join("empty");
    fs::create_dir(&nowhere).unwrap();
    // An older one, and none, where programs are told to look.
    for planted in [&older_table(), &nowhere, &folder.path().join("missing")] {
        again_in(Command::new(&this).args(["--exact", THE_TEST]).env("TZDIR", planted), &said);
    }
}

/// The same where programs look by themselves: in a mount namespace of its own.
#[test]
#[cfg(target_os = "linux")]
fn no_table_in_the_systems_own_place_changes_anything() {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said.txt");
    fs::write(&said, changes()).unwrap();
    let nowhere = folder.path().join("empty");
    fs::create_dir(&nowhere).unwrap();
    for planted in [&older_table(), &nowhere] {
        // Where the tests are locked in already, they are root of their own namespace.
        let script = "mount --bind \"$1\" /usr/share/zoneinfo && shift && \
            { [ ! -e \"$PLANTED/America/Vancouver\" ] || cmp -s \"$PLANTED/America/Vancouver\" /usr/share/zoneinfo/America/Vancouver; } && \
            exec \"$@\"";
        let mut inside = Command::new("unshare");
        inside.args(["--map-root-user", "--mount", "sh", "-ec", script, "sh"]);
        inside.arg(planted).arg(env::current_exe().unwrap()).args(["--exact", THE_TEST]);
        again_in(inside.env("PLANTED", planted).env_remove("TZDIR"), &said);
    }
}

#[test]
fn the_table_of_before_is_what_it_was() {
    let folder = older_table();
    let said = oracle(&["before", folder.to_str().unwrap()]);
    let kept = root().join("src-tauri/core/src/zone/differences_2025b.txt");
    assert_eq!(fs::read_to_string(kept).unwrap(), said, "tests/oracle/zones.py before writes it anew");
    let table = Table::of_2025b();
    assert_eq!(table.version(), "2025b");
    for (name, hour) in [
        ("America/Vancouver", 16),
        ("America/Edmonton", 15),
        ("America/Winnipeg", 14),
        ("Africa/Casablanca", 7),
        ("America/Havana", 13),
        ("Europe/Madrid", 7),
    ] {
        let eight = "2026-12-02T08:00:00".parse().unwrap();
        let start = table.zone(name).unwrap().instant(eight);
        assert_eq!(start, at(&format!("2026-12-02T{hour:02}:00:00Z")), "{name}");
        assert_eq!(table.zone(name).unwrap().wall(start), eight, "{name}");
    }
    // The night on which Vancouver was still to set its clocks back, and the one on which it was to set them on.
    let vancouver = table.zone("America/Vancouver").unwrap();
    let wall = |text: &str| vancouver.read(text.parse().unwrap());
    assert_eq!(wall("2026-11-01T01:30:00"), Reading::Twice { first: -25_200, second: -28_800 });
    assert_eq!(wall("2027-03-14T02:30:00"), Reading::Never { before: -28_800, after: -25_200 });
    assert_eq!(wall("2027-03-14T03:00:00"), Reading::Once { seconds: -25_200 });
}

#[test]
fn this_years_clocks_are_known() {
    for (name, hour) in [
        ("America/Vancouver", 15),
        ("America/Edmonton", 14),
        ("America/Winnipeg", 13),
        ("Africa/Casablanca", 8),
        ("America/Havana", 12),
        ("Europe/Madrid", 7),
    ] {
        let start = zone(name).instant("2026-12-02T08:00:00".parse().unwrap());
        assert_eq!(start, at(&format!("2026-12-02T{hour:02}:00:00Z")), "{name}");
    }
}

#[test]
fn a_zone_is_found_by_either_name_and_keeps_the_one_that_was_given() {
    for (typed, name, shown) in [
        ("kolkata", "Asia/Kolkata", "Kolkata"),
        ("Calcutta", "Asia/Calcutta", "Calcutta"),
        ("Asia/Calcutta", "Asia/Calcutta", "Calcutta"),
        ("kyiv", "Europe/Kyiv", "Kyiv"),
        ("Kiev", "Europe/Kiev", "Kiev"),
        ("ho chi minh", "Asia/Ho_Chi_Minh", "Ho Chi Minh"),
        ("Ho Chi Minh City", "Asia/Ho_Chi_Minh", "Ho Chi Minh"),
        ("saigon", "Asia/Saigon", "Saigon"),
        ("kathmandu", "Asia/Kathmandu", "Kathmandu"),
        ("Katmandu", "Asia/Katmandu", "Katmandu"),
        ("new york", "America/New_York", "New York"),
        (" america/new_york ", "America/New_York", "New York"),
        ("Mexico City", "America/Mexico_City", "Mexico City"),
        ("utc", "UTC", "UTC"),
    ] {
        let found = Zone::find(typed).unwrap_or_else(|| panic!("{typed}"));
        assert_eq!((found.name(), city(found.name()).as_str()), (name, shown), "{typed}");
    }
    for (one, other) in [
        ("Asia/Kolkata", "Asia/Calcutta"),
        ("Europe/Kyiv", "Europe/Kiev"),
        ("Asia/Ho_Chi_Minh", "Asia/Saigon"),
        ("Asia/Kathmandu", "Asia/Katmandu"),
    ] {
        assert_eq!(zone(one), zone(other));
        assert!(Table::ours().places().any(|name| name == one), "{one}");
    }
    assert_ne!(zone("Europe/Madrid"), zone("Europe/Paris"));
    for nothing in ["", "  ", "Atlantis", "Mars/Olympus", "Europe/"] {
        assert_eq!(Zone::find(nothing), None, "{nothing:?}");
    }
}

#[test]
fn the_clocks_of_madrid_change_at_one_in_the_morning_of_utc() {
    let found = zone("Europe/Madrid").stretches(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let changes: Vec<_> = found.iter().map(|stretch| (stretch.until, stretch.seconds)).collect();
    let expected = [
        (at("2026-03-29T01:00:00Z"), 3600),
        (at("2026-10-25T01:00:00Z"), 7200),
        (at("2027-01-01T00:00:00Z"), 3600),
    ];
    assert_eq!(changes, expected);
}

#[test]
fn stretches_have_no_gaps_and_say_what_the_zone_says() {
    let (from, to) = (at("2025-10-21T11:03:07Z"), at("2029-02-03T00:00:00Z"));
    let names = Table::ours().names().map(zone);
    let of_before = ["America/Vancouver", "Africa/Casablanca", "Europe/Chisinau", "America/Havana"];
    let of_before = of_before.map(|name| Table::of_2025b().zone(name).unwrap());
    for zone in names.chain(of_before) {
        let found = zone.stretches(from, to);
        assert_eq!((found[0].from, found.last().unwrap().until), (from, to));
        assert!(found.windows(2).all(|two| two[0].until == two[1].from), "{zone}");
        assert!(found.windows(2).all(|two| two[0].seconds != two[1].seconds), "{zone}");
        let mut at = from;
        while at < to {
            let stretch = found.iter().find(|stretch| stretch.from <= at && at < stretch.until).unwrap();
            let truth = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
            assert_eq!(stretch.seconds, truth, "{zone} at {at}");
            at += Duration::minutes(977);
        }
    }
}

#[test]
fn times_far_from_any_calendar_do_not_stop_a_zone() {
    for zone in Table::ours().names().map(zone) {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(zone.seconds_at(at).abs() < 86_400);
            let _ = (zone.wall(at), zone.instant(at.naive_utc()), zone.read(at.naive_utc()));
        }
    }
}

#[test]
fn what_is_no_table_is_refused_with_its_line() {
    for (text, line) in [
        ("zone Europe/Madrid\nnonsense", 2),
        ("zone Europe/Madrid\n2026-01-01T00:00:00Z 2025-01-01T00:00:00Z 0", 2),
        ("# fine\nzone Europe/Madrid\n2026-01-01T00:00:00Z 2027-01-01T00:00:00Z", 3),
    ] {
        let refused = Table::differing("x", text).unwrap_err();
        assert_eq!(refused.to_string(), format!("line {line}: not a difference between tables"));
    }
}
