//! How long files and functions may be: what is longer has more than one job.

use std::path::Path;

use super::{files, root};

const MOST_LINES_OF_A_FILE: usize = 600;
const MOST_LINES_OF_A_FUNCTION: usize = 80;

/// Written by a program.
const GENERATED: [&str; 1] = ["ui/src/tauri/bindings.ts"];

/// What is longer all the same, and why.
const LONGER: &[(&str, &str)] = &[
    (
        "src-tauri/core/tests/bell.rs",
        "the bell's own promises over one home with one clock, read side by side",
    ),
    (
        "src-tauri/core/tests/calendar_reading/oracle.rs random_event",
        "each property of an event is drawn from one generator, in the order that a seed repeats",
    ),
    ("src-tauri/core/tests/links/hostile.rs hostile", "a list of forgeries, one a line"),
    (
        "tests/school/tests/rights.rs the_schema_is_closed_where_nothing_is_said",
        "a list of questions to the catalogue",
    ),
    ("tests/school/tests/states/bookings.rs arrange", "one arm for each state of the table"),
    (
        "tests/tests/stories/keyboard.rs places_rows_and_dialogs_are_reached_by_keys_and_give_the_focus_back",
        "one walk, each key from where the last one led",
    ),
    ("tests/tests/stories/screens.rs", "one walk through every screen"),
    (
        "tests/tests/stories/screens.rs a_full_week",
        "one walk, each picture from where the last one was taken",
    ),
    (
        "tests/tests/stories/zones.rs the_second_clock_is_right_for_every_zone_there_is",
        "one window is started for all zones, since starting it is what takes long",
    ),
    (
        "tests/tests/timeline/generate.rs story",
        "a story is drawn from one generator, in the order that a seed repeats",
    ),
    (
        "tests/tests/timeline/model.rs stretches",
        "the model is one pass over a story, so that it shares nothing with the bell",
    ),
];

/// A function of a source: its name, and how many lines it has. Sources are formatted, so a function ends where a
/// brace stands as far in as its first line does.
fn functions(source: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (Some(name), false) = (function(line), line.ends_with(['}', ';'])) else { continue };
        let edge = &line[..line.len() - line.trim_start().len()];
        let ends = lines[at + 1..].iter().position(|line| {
            let rest = line.strip_prefix(edge).unwrap_or_default();
            // One of a trait may have no body.
            rest.starts_with('}') || rest.starts_with(')') && rest.ends_with(';')
        });
        found.push((name, ends.map_or(lines.len() - at, |more| more + 2)));
    }
    found
}

/// The name of the function that begins in a line of Rust, TypeScript or Svelte.
fn function(line: &str) -> Option<String> {
    const BEFORE: [&str; 7] = ["pub", "pub(crate)", "pub(super)", "export", "default", "async", "unsafe"];
    let mut words = line.split_whitespace().skip_while(|word| BEFORE.contains(word)).peekable();
    let name = match words.next()? {
        "const" if words.peek() == Some(&"fn") => words.nth(1)?,
        "fn" | "function" => words.next()?,
        "const" | "let" if line.ends_with("=> {") => words.next()?,
        _ => return None,
    };
    let name = name.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next()?;
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

#[test]
fn no_file_and_no_function_is_too_long() {
    let mut too_long = Vec::new();
    let mut count = 0;
    for folder in ["src-tauri", "ui/src", "tests"] {
        let extensions = ["rs", "ts", "svelte", "css", "py", "mjs", "c", "sql", "sh"];
        for path in files(&root().join(folder), &extensions) {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            if GENERATED.contains(&name.as_str()) || name.contains("/node_modules/") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            if text.lines().count() > MOST_LINES_OF_A_FILE {
                too_long.push((name.clone(), text.lines().count()));
            }
            for (function, lines) in of(&path, &text) {
                count += 1;
                if lines > MOST_LINES_OF_A_FUNCTION {
                    too_long.push((format!("{name} {function}"), lines));
                }
            }
        }
    }
    assert!(count > 2_000, "the functions were found: {count}");
    for (name, why) in LONGER {
        let at = too_long.iter().position(|(long, _)| long == name);
        let (name, lines) = too_long.remove(at.unwrap_or_else(|| panic!("{name} is not too long any more")));
        println!("{name} has {lines} lines: {why}");
    }
    assert_eq!(too_long, [], "longer than {MOST_LINES_OF_A_FILE} and {MOST_LINES_OF_A_FUNCTION} lines");
}

fn of(path: &Path, text: &str) -> Vec<(String, usize)> {
    let has_functions =
        path.extension().is_some_and(|own| ["rs", "ts", "svelte"].iter().any(|one| own == *one));
    if has_functions { functions(text) } else { Vec::new() }
}

#[test]
fn functions_are_measured() {
    let rust = "
trait T {
    fn short(&self) -> u8 { 1 }
    fn declared(
        &self,
    );
    /// fn comment
    async fn three(
        &self,
    ) -> u8 {
        if self.x() {
        }
    }
}
pub(crate) const fn two() {
}
";
    let of = |text: &str| {
        functions(text).into_iter().map(|(name, lines)| format!("{name} {lines}")).collect::<Vec<_>>()
    };
    assert_eq!(of(rust), ["declared 3", "three 6", "two 2"]);
    let window = "
  export async function load(id: string): Promise<void> {
    if (id) {
    }
  }
const told = (what: string) => {
  void what;
};
const word = list.map((one) => one);
";
    assert_eq!(of(window), ["load 4", "told 3"]);
}
