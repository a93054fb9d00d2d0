//! Logical lines to content lines and components (RFC 5545 §3.1, §3.4, §3.6).

use super::{
    BrokenWhat, FileFault,
    unfold::{count_lines, unfold},
};

/// One content line: `NAME;PARAM=value:value`.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// 1-based physical line it begins on.
    pub number: usize,
    /// Upper case.
    pub name: String,
    params: Vec<(String, String)>,
    /// As written, still escaped.
    pub value: String,
    /// The whole logical line as written.
    pub raw: String,
}

impl Line {
    /// The value of a parameter, without its quotes; `name` in upper case.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A component: what stands between BEGIN and END.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Upper case.
    pub name: String,
    /// 1-based physical line of its BEGIN.
    pub line: usize,
    pub lines: Vec<Line>,
    pub blocks: Vec<Block>,
}

impl Block {
    fn new(name: String, line: usize) -> Self {
        Self { name, line, lines: Vec::new(), blocks: Vec::new() }
    }

    /// The first property of this name.
    pub fn get(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// All properties of this name, in the order of the file.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.name == name)
    }
}

/// Deeper nesting than any calendar has (VCALENDAR, VTIMEZONE, STANDARD is three).
const MAX_DEPTH: usize = 16;

/// The VCALENDARs of a file (§3.4 allows several).
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Block>, FileFault> {
    let mut done: Vec<Block> = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    for logical in unfold(bytes) {
        let number = logical.line;
        let broken = |what| FileFault::Broken { line: number, what };
        let outside = done.is_empty() && open.is_empty();
        let Ok(raw) = String::from_utf8(logical.bytes) else {
            return Err(broken(BrokenWhat::NotUtf8));
        };
        let Some(line) = content_line(number, raw) else {
            return Err(if outside {
                FileFault::NotACalendar { line: number }
            } else {
                broken(BrokenWhat::MissingColon)
            });
        };
        match line.name.as_str() {
            "BEGIN" => {
                let name = line.value.trim().to_ascii_uppercase();
                if open.is_empty() && name != "VCALENDAR" {
                    return Err(if outside {
                        FileFault::NotACalendar { line: number }
                    } else {
                        broken(BrokenWhat::OutsideCalendar)
                    });
                }
                // An event inside an event, or a calendar inside anything, is an END that is missing.
                if let Some(inner) = open.last()
                    && (name == "VCALENDAR" || (name == "VEVENT" && inner.name != "VCALENDAR"))
                {
                    return Err(broken(BrokenWhat::Unclosed { component: inner.name.clone() }));
                }
                if open.len() == MAX_DEPTH {
                    return Err(broken(BrokenWhat::TooDeep));
                }
                open.push(Block::new(name, number));
            }
            "END" => {
                let name = line.value.trim().to_ascii_uppercase();
                let Some(block) = open.pop() else {
                    return Err(broken(BrokenWhat::EndWithoutBegin { component: name }));
                };
                if block.name != name {
                    // Either the inner one is not closed, or this END belongs to nothing.
                    let is_open = open.iter().any(|outer| outer.name == name);
                    return Err(broken(if is_open {
                        BrokenWhat::Unclosed { component: block.name }
                    } else {
                        BrokenWhat::EndWithoutBegin { component: name }
                    }));
                }
                match open.last_mut() {
                    Some(parent) => parent.blocks.push(block),
                    None => done.push(block),
                }
            }
            _ => match open.last_mut() {
                Some(block) => block.lines.push(line),
                None if outside => return Err(FileFault::NotACalendar { line: number }),
                None => return Err(broken(BrokenWhat::OutsideCalendar)),
            },
        }
    }
    if let Some(block) = open.pop() {
        let what = BrokenWhat::EndsInside { component: block.name };
        return Err(FileFault::Broken { line: count_lines(bytes).max(1), what });
    }
    if done.is_empty() {
        return Err(FileFault::Empty);
    }
    Ok(done)
}

/// `None` if there is no name, or no colon outside of quotes.
fn content_line(number: usize, raw: String) -> Option<Line> {
    // A stray quote (`CN=O"Neil`) hides the colon; then quotes are taken as letters.
    split(&raw, true).or_else(|| split(&raw, false)).map(|(name, params, value)| Line {
        number,
        name,
        params,
        value,
        raw,
    })
}

type Parts = (String, Vec<(String, String)>, String);

fn split(raw: &str, quotes: bool) -> Option<Parts> {
    let mut quoted = false;
    let mut cuts = Vec::new();
    let mut colon = None;
    for (at, byte) in raw.bytes().enumerate() {
        match byte {
            b'"' if quotes => quoted = !quoted,
            b';' if !quoted => cuts.push(at),
            b':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon?;
    cuts.push(colon);
    let name = raw[..cuts[0]].trim();
    let in_names = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(in_names) {
        return None;
    }
    let params = cuts
        .windows(2)
        .filter_map(|pair| raw[pair[0] + 1..pair[1]].split_once('='))
        .map(|(key, value)| (key.trim().to_ascii_uppercase(), param_value(value)))
        .collect();
    Some((name.to_ascii_uppercase(), params, raw[colon + 1..].to_owned()))
}

/// Without quotes, and with the ^-escapes of RFC 6868 undone.
fn param_value(written: &str) -> String {
    let inner = written.trim();
    let inner = inner.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(inner);
    if !inner.contains('^') {
        return inner.to_owned();
    }
    inner.replace("^n", "\n").replace("^'", "\"").replace("^^", "^")
}
