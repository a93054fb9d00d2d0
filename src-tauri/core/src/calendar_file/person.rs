//! Who a session is with, and what it is about, as far as the title says so.

/// Subject and person of a title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub subject: Option<String>,
    pub person: Option<String>,
}

/// `Algebra with Ben` is both. Else, if exactly one of the people of the event is named in the title,
/// that is the person, and what remains of the title is the subject. Nothing more is guessed.
///
/// `names` are the common names (CN, RFC 5545 §3.2.2) of ORGANIZER and ATTENDEEs.
pub(super) fn about(title: &str, names: &[String]) -> About {
    with(title).or_else(|| named(title, names)).unwrap_or_default()
}

fn with(title: &str) -> Option<About> {
    // ASCII lower case keeps every byte in its place.
    let at = title.to_ascii_lowercase().rfind(" with ")?;
    let subject = trimmed(&title[..at]);
    let person = trimmed(&title[at + " with ".len()..]);
    (!subject.is_empty() && is_name(person))
        .then(|| About { subject: Some(subject.to_owned()), person: Some(person.to_owned()) })
}

/// One to four words of letters, the first one not in lower case.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let in_names = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.');
    (1..=4).contains(&words.len())
        && words.iter().all(|word| word.chars().all(in_names))
        && text.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase())
}

fn named(title: &str, names: &[String]) -> Option<About> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for name in names {
        let name = name.trim();
        let first = name.split_whitespace().next().unwrap_or_default();
        // An address for a name is none.
        if first.is_empty() || name.contains('@') || found.iter().any(|(known, _)| *known == name) {
            continue;
        }
        if let Some(part) = [name, first].into_iter().find(|part| find_word(title, part).is_some()) {
            found.push((name, part));
        }
    }
    let [(name, part)] = found[..] else { return None };
    let at = find_word(title, part)?;
    let (before, after) = (trimmed(&title[..at]), trimmed(&title[at + part.len()..]));
    let subject = if before.is_empty() || after.is_empty() {
        format!("{before}{after}")
    } else {
        format!("{before} {after}")
    };
    Some(About { subject: (!subject.is_empty()).then_some(subject), person: Some(name.to_owned()) })
}

/// Where `word` stands in `text` as a whole word.
fn find_word(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | ',' | '/' | '|' | '·' | '&' | '+')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(title: &str, names: &[&str]) -> (Option<String>, Option<String>) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let About { subject, person } = about(title, &names);
        (subject, person)
    }

    fn both(subject: &str, person: &str) -> (Option<String>, Option<String>) {
        (Some(subject.to_owned()), Some(person.to_owned()))
    }

    #[test]
    fn a_title_with_a_name_says_subject_and_person() {
        assert_eq!(read("Algebra with Ben", &[]), both("Algebra", "Ben"));
        assert_eq!(read("Chemistry With Søren O'Neil-García", &[]), both("Chemistry", "Søren O'Neil-García"));
        assert_eq!(read("Lesson with Year 9", &[]), (None, None));
        assert_eq!(read("Dinner with the parents", &[]), (None, None));
        assert_eq!(read("with Ben", &[]), (None, None));
    }

    #[test]
    fn a_name_on_the_guest_list_is_found_in_the_title() {
        let guests = ["Ada Ruiz", "Ben Carter"];
        assert_eq!(read("Physics – Ben", &guests), both("Physics", "Ben Carter"));
        assert_eq!(read("Ben Carter: Physics", &guests), both("Physics", "Ben Carter"));
        assert_eq!(read("Ben", &guests), (None, Some("Ben Carter".to_owned())));
        assert_eq!(read("Benefits of algebra", &guests), (None, None));
        assert_eq!(read("Ada / Ben", &guests), (None, None));
        assert_eq!(read("Physics", &["ben@example.org"]), (None, None));
    }
}
