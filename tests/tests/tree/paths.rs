//! The paths that a Rust source names, as far as the rules of the tree need them: no more of the language than that.

/// A path as it is written, each branch of a `use` by itself: `use a::{b, c as d}` is `a::b` and `a::c`.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    pub segments: Vec<String>,
    /// The name that a `use` gives it here.
    pub name: Option<String>,
    /// The modules within the file that it stands in.
    pub inside: Vec<String>,
}

/// Every path of more than one segment. Comments and texts name none, and what stands in the file for tests alone is
/// left out.
pub fn written(source: &str) -> Vec<Written> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let tokens = tokens(source);
    let is = |at: usize, token: &str| tokens.get(at).is_some_and(|own| *own == token);
    let mut found = Vec::new();
    let mut open = 0;
    let mut inside: Vec<(String, usize)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at] {
            "{" => open += 1,
            "}" => {
                open -= 1;
                inside.retain(|(_, depth)| *depth <= open);
            }
            "mod" if is(at + 2, "{") => inside.push((tokens[at + 1].to_owned(), open + 1)),
            token if is_word(token) && is(at + 1, "::") => {
                let is_use = at > 0 && is(at - 1, "use");
                let mut branches = Vec::new();
                at = branch(&tokens, at, &[], &mut branches);
                let inside: Vec<String> = inside.iter().map(|(name, _)| name.clone()).collect();
                found.extend(branches.into_iter().map(|(segments, name)| Written {
                    segments,
                    name: name.filter(|_| is_use),
                    inside: inside.clone(),
                }));
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

type Branch = (Vec<String>, Option<String>);

/// Reads one branch of a tree of paths; what comes after it is where to go on.
fn branch(tokens: &[&str], mut at: usize, before: &[String], found: &mut Vec<Branch>) -> usize {
    let is = |at: usize, token: &str| tokens.get(at).is_some_and(|own| *own == token);
    let mut segments = before.to_vec();
    while tokens.get(at).is_some_and(|token| is_word(token) || *token == "*") {
        segments.push(tokens[at].to_owned());
        at += 1;
        if !is(at, "::") {
            break;
        }
        at += 1;
        if is(at, "{") {
            at += 1;
            while at < tokens.len() && !is(at, "}") {
                at = branch(tokens, at, &segments, found);
                at += usize::from(is(at, ","));
            }
            return at + 1;
        }
    }
    if segments.last().is_some_and(|last| last == "self") && segments.len() > 1 {
        segments.pop();
    }
    let mut name = segments.last().cloned();
    if is(at, "as") {
        name = tokens.get(at + 1).map(|token| (*token).to_owned());
        at += 2;
    }
    // Never to stand still, whatever the text is.
    at += usize::from(segments.len() == before.len() && !is(at, "}") && !is(at, ","));
    found.push((segments, name));
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words and marks, without comments and texts.
fn tokens(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => text(rest),
            'r' if raw_text(rest).is_some() => raw_text(rest).unwrap_or(rest.len()),
            '\'' => letter(rest).unwrap_or(1),
            _ if first.is_alphanumeric() || first == '_' => {
                let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
                let end = end.unwrap_or(rest.len());
                found.push(&rest[..end]);
                end
            }
            _ if rest.starts_with("::") => {
                found.push("::");
                2
            }
            _ => {
                let end = first.len_utf8();
                if !first.is_whitespace() {
                    found.push(&rest[..end]);
                }
                end
            }
        };
        rest = &rest[length..];
    }
    found
}

fn text(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw_text(rest: &str) -> Option<usize> {
    let fence = rest[1..].chars().take_while(|letter| *letter == '#').count();
    let begins = fence + 2;
    rest[1 + fence..].starts_with('"').then(|| {
        let end = format!("\"{}", "#".repeat(fence));
        rest[begins..].find(&end).map_or(rest.len(), |at| begins + at + end.len())
    })
}

/// A letter in ticks; a tick alone belongs to a lifetime.
fn letter(rest: &str) -> Option<usize> {
    let mut letters = rest.char_indices().skip(1);
    let (_, first) = letters.next()?;
    let at = if first == '\\' { letters.nth(1)?.0 } else { letters.next()?.0 };
    let end = rest[at..].find('\'')?;
    (end == 0 || first == '\\').then_some(at + end + 1)
}

#[test]
fn a_path_is_found_however_it_is_written() {
    let source = r##"
        //! use crate::comment::No;
        use chrono::Utc;
        use crate::{id::SessionId, store::{self, rings::{self as ledger, Known}, *}};
        pub(crate) use super::App; /* use crate::comment::No; */
        const TEXT: &str = "crate::text::No \" crate::text::No";
        const RAW: &str = r#"crate::text::No " crate::text::No"#;
        const TICKS: [char; 3] = ['"', '\'', '\u{1f}'];
        fn f<'a>(x: &'a crate::session::Session) -> Vec<crate::zone::Zone> { crate::clock::now::<u8>(x, "") }
        mod linux { fn g() { super::TICK.f() } }
        fn h() { self::i() }
        #[cfg(test)]
mod tests { use crate::tests::No; }
    "##;
    let found: Vec<String> = written(source)
        .into_iter()
        .map(|path| {
            let inside = path.inside.iter().map(|name| format!("{name}: ")).collect::<String>();
            let segments = path.segments.join("::");
            match path.name {
                Some(name) => format!("{inside}{name} = {segments}"),
                None => format!("{inside}{segments}"),
            }
        })
        .collect();
    assert_eq!(
        found,
        [
            "Utc = chrono::Utc",
            "SessionId = crate::id::SessionId",
            "store = crate::store",
            "ledger = crate::store::rings",
            "Known = crate::store::rings::Known",
            "* = crate::store::*",
            "App = super::App",
            "crate::session::Session",
            "crate::zone::Zone",
            "crate::clock::now",
            "linux: super::TICK",
            "self::i",
        ]
    );
}
