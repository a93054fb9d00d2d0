//! Bytes to logical lines (RFC 5545 §3.1).

/// One logical line, folds undone, with the physical line it begins on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Logical {
    /// 1-based, in the file.
    pub line: usize,
    /// Without line ends; not yet known to be UTF-8.
    pub bytes: Vec<u8>,
}

/// Undoes the folds. Works on bytes, because §3.1 lets a fold fall inside a UTF-8 sequence. Ends of
/// line may be CRLF, LF or CR, also mixed; a byte order mark is skipped; blank lines are dropped.
pub(super) fn unfold(bytes: &[u8]) -> Vec<Logical> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut lines: Vec<Logical> = Vec::new();
    for (index, physical) in physical_lines(bytes).enumerate() {
        if physical.is_empty() {
            continue;
        }
        let folded = matches!(physical.first(), Some(b' ' | b'\t'));
        match lines.last_mut() {
            Some(last) if folded => last.bytes.extend_from_slice(&physical[1..]),
            _ => lines.push(Logical { line: index + 1, bytes: physical.to_vec() }),
        }
    }
    lines.retain(|line| !line.bytes.iter().all(u8::is_ascii_whitespace));
    lines
}

/// How many physical lines there are; an unfinished last one counts.
pub(super) fn count_lines(bytes: &[u8]) -> usize {
    let ends_open = bytes.last().is_some_and(|byte| !matches!(byte, b'\n' | b'\r'));
    physical_lines(bytes).count() - usize::from(!ends_open)
}

fn physical_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let here = rest?;
        let Some(end) = here.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            rest = None;
            return Some(here);
        };
        let width = if here[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = Some(&here[end + width..]);
        Some(&here[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Vec<(usize, String)> {
        unfold(bytes).into_iter().map(|l| (l.line, String::from_utf8(l.bytes).unwrap())).collect()
    }

    #[test]
    fn every_kind_of_line_end_counts_as_one_line() {
        let lines = text(b"A:1\r\nB:2\nC:3\rD:4\r\n\r\nE:5");
        let numbers: Vec<usize> = lines.iter().map(|(line, _)| *line).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 6]);
        assert_eq!(count_lines(b"A:1\r\nB:2\n"), 2);
        assert_eq!(count_lines(b"A:1\r\nB:2"), 2);
    }

    #[test]
    fn a_fold_inside_a_utf8_sequence_is_undone() {
        assert_eq!(
            text(b"\xEF\xBB\xBFSUMMARY:Mar\xC3\r\n \xADa\r\nX:y"),
            [(1, "SUMMARY:María".to_owned()), (3, "X:y".to_owned())]
        );
    }
}
