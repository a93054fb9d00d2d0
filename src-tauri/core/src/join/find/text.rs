//! Addresses in a text, which may be HTML. What is found is only a candidate; the policy judges it.

use std::collections::BTreeSet;

/// More addresses than an invitation ever has; the rest of a text made to keep us busy is not read.
const MOST: usize = 400;
/// The longest address that is tidied up, in bytes: what the policy would allow, and some punctuation.
const LONGEST: usize = 8192 + 64;
/// How often punctuation is taken away.
const MOST_PUNCTUATION: usize = 16;
/// The longest piece between `<` and `>` that is read as one address over several lines, in bytes.
const LONGEST_WRAPPED: usize = 4096;

/// Every https address in the text, and every piece that would be one with `https://` before it
/// (people write `zoom.us/j/…`), each once.
pub(super) fn candidates(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while found.len() < MOST
        && let Some(at) = rest.find("://")
    {
        let (before, _) = rest.split_at(at);
        bare(before, &mut found);
        let start = scheme_start(before);
        let end = at + rest[at..].find(ends_address).unwrap_or(rest.len() - at);
        let mut next = end;
        if is_https(&before[start..]) {
            if let Some((joined, after)) = over_lines(rest, start) {
                found.insert(joined);
                next = after;
            } else if end - start <= LONGEST {
                found.insert(tidy(&rest[start..end]));
            }
        }
        rest = &rest[next..];
    }
    bare(rest, &mut found);
    found
}

/// The address, if the text is nothing else; blanks and angle brackets around it do not count.
pub(super) fn only_link(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    (!text.is_empty() && !text.contains(ends_address)).then(|| unescaped(text))
}

/// Pieces without a scheme. Only what could be `host.name/path` is worth a look.
fn bare(text: &str, found: &mut BTreeSet<String>) {
    for word in text.split(ends_address) {
        let word = word.trim_start_matches(['(', '[', '{', '\'', '*', ':', ',', ';']);
        let Some((host, path)) = word.split_once('/') else { continue };
        if found.len() < MOST
            && word.len() <= LONGEST
            && !path.is_empty()
            && host.contains('.')
            && !host.contains([':', '@', '='])
        {
            found.insert(tidy(&format!("https://{word}")));
        }
    }
}

/// Where the scheme before `://` begins (RFC 3986 §3.1).
fn scheme_start(before: &str) -> usize {
    before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        .last()
        .map_or(before.len(), |(at, _)| at)
}

fn is_https(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https")
}

/// `<https://…>` broken over lines, as Outlook's text version has it; RFC 3986 appendix C says to
/// join the lines. Gives the address and where the text goes on.
fn over_lines(rest: &str, start: usize) -> Option<(String, usize)> {
    if !rest[..start].ends_with('<') {
        return None;
    }
    let inside = &rest[start..];
    let end = inside.bytes().take(LONGEST_WRAPPED).position(|byte| matches!(byte, b'<' | b'>' | b'"'))?;
    let piece = &inside[..end];
    if !inside[end..].starts_with('>') || !piece.contains('\n') {
        return None;
    }
    let lines: Vec<&str> = piece.lines().map(str::trim).collect();
    if lines.iter().any(|line| line.contains(char::is_whitespace)) {
        return None;
    }
    Some((unescaped(&lines.concat()), start + end + 1))
}

fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '`' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Without the punctuation of the sentence around it, and with HTML's escapes resolved.
fn tidy(address: &str) -> String {
    let address = unescaped(address);
    // An escaped bracket or quotation mark ends an address just as a plain one does.
    let address = address.split(ends_address).next().unwrap_or_default();
    let mut address = address;
    for _ in 0..MOST_PUNCTUATION {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '…', '’', '”', '»']);
        let shorter = without_unopened(shorter, '(', ')');
        let shorter = without_unopened(shorter, '[', ']');
        let shorter = without_unopened(shorter, '{', '}');
        if shorter == address {
            break;
        }
        address = shorter;
    }
    address.to_owned()
}

/// `(see https://example.org/a)` closes a bracket that the address did not open.
fn without_unopened(address: &str, open: char, close: char) -> &str {
    match address.strip_suffix(close) {
        Some(shorter) if address.matches(close).count() > address.matches(open).count() => shorter,
        _ => address,
    }
}

/// The character references an address in HTML has (HTML, §13.5); none without its semicolon, since
/// `&copy=1` is a parameter.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let reference = rest[1..].bytes().take(8).position(|byte| byte == b';').map(|end| &rest[1..=end]);
        match reference.and_then(character) {
            Some((c, length)) => {
                plain.push(c);
                rest = &rest[length + 2..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn character(reference: &str) -> Option<(char, usize)> {
    let c = match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "equals" => '=',
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((c, reference.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        candidates(text).into_iter().collect()
    }

    #[test]
    fn the_punctuation_of_a_sentence_is_no_part_of_an_address() {
        assert_eq!(all("Join (https://zoom.us/j/123456789)."), ["https://zoom.us/j/123456789"]);
        assert_eq!(
            all("[Join](https://zoom.us/j/123456789?pwd=a=),"),
            ["https://zoom.us/j/123456789?pwd=a="]
        );
        assert_eq!(all("https://example.org/a_(b)"), ["https://example.org/a_(b)"]);
    }

    #[test]
    fn an_address_inside_another_is_no_address_of_its_own() {
        assert_eq!(
            all("http://example.org/?to=https://zoom.us/j/123456789 zoommtg://zoom.us/join?confno=123456789"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn html_escapes_are_resolved() {
        assert_eq!(
            all(r#"<a href="https://zoom.us/j/1?a=1&amp;b=2&copy=3">x</a> &lt;https://zoom.us/j/2&gt; etc"#),
            ["https://zoom.us/j/1?a=1&b=2&copy=3", "https://zoom.us/j/2"]
        );
    }

    #[test]
    fn an_address_in_angle_brackets_goes_on_in_the_next_line() {
        assert_eq!(
            all("Join<https://zoom.us/j/123\r\n456789?pwd=\r\n abc> now"),
            ["https://zoom.us/j/123456789?pwd=abc"]
        );
    }
}
