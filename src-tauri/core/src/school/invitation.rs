//! An invitation to a school: as the link `firstbell://join?school=…&key=…&code=…`, as a text that holds that link, or
//! as a bare code. Reading one asks nobody anything.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::address::{NoAddress, PublishableKey, SchoolAddress};

/// How a link begins that is an invitation.
pub const LINK: &str = "firstbell://join";
/// The longest text in which one is looked for: a mail with its headers.
const LONGEST_TEXT: usize = 200_000;
/// The longest link that is read.
const LONGEST_LINK: usize = 4_000;

/// What a code is made of (`private.new_code` of the school): nothing that is taken for something else.
const LETTERS: &str = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// The code of an invitation. Whoever has it can come in once, so it is a secret.
#[derive(Clone)]
pub struct InvitationCode(SecretString);

impl InvitationCode {
    /// Reads a code as people write it: blanks, dashes and small letters do not matter. It has 20 letters and digits that
    /// are hard to mistake for each other.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let bare: String =
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—' | '.')).collect();
        let bare = bare.to_ascii_uppercase();
        let is_one = bare.len() == 20 && bare.chars().all(|c| LETTERS.contains(c));
        is_one.then(|| {
            let groups: Vec<&str> =
                [0, 5, 10, 15].iter().filter_map(|from| bare.get(*from..from + 5)).collect();
            Self(groups.join("-").into())
        })
    }

    /// As the school wants it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

/// What an invitation says.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Where the school is, and by which key it is asked. A bare code does not say that.
    pub school: Option<(SchoolAddress, PublishableKey)>,
    /// The code; a link without one only names the school.
    pub code: Option<InvitationCode>,
}

/// Why a text holds no invitation that can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoInvitation {
    /// There is none in it.
    #[error("no invitation")]
    None,
    /// Its link names no school that may be asked.
    #[error("{0}")]
    Address(NoAddress),
    /// Its link has no key, or none that can be one.
    #[error("no key")]
    Key,
    /// Its code is not whole.
    #[error("no whole code")]
    Code,
}

impl Invitation {
    /// The first invitation in a text: a link, also where a mail has wrapped it, else a bare code on a line of its own or
    /// as all of the text.
    ///
    /// # Errors
    /// [`NoInvitation`]; of a link that is one and cannot be taken, why.
    pub fn find(text: &str) -> Result<Self, NoInvitation> {
        let text = text.get(..LONGEST_TEXT).unwrap_or(text);
        if let Some(link) = link_in(text) {
            return Self::of_link(&link);
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let code = InvitationCode::new(text).or_else(|| lines.filter_map(code_in_line).next());
        code.map(|code| Self { school: None, code: Some(code) }).ok_or(NoInvitation::None)
    }

    /// Reads a link. What it says besides school, key and code is not looked at.
    ///
    /// # Errors
    /// [`NoInvitation`].
    pub fn of_link(link: &str) -> Result<Self, NoInvitation> {
        if link.len() > LONGEST_LINK {
            return Err(NoInvitation::None);
        }
        let url = Url::parse(link).map_err(|_| NoInvitation::None)?;
        let is_join = url.scheme() == "firstbell"
            && url.host_str().is_some_and(|host| host.eq_ignore_ascii_case("join"))
            && url.path().len() <= 1;
        if !is_join {
            return Err(NoInvitation::None);
        }
        // What stands twice could be read in two ways.
        let value = |name: &str| {
            let mut found = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value);
            let first = found.next();
            if found.next().is_some() { None } else { first }
        };
        let address = value("school").ok_or(NoInvitation::Address(NoAddress::NoUrl))?;
        let address = address.parse().map_err(NoInvitation::Address)?;
        let key = value("key").and_then(|key| PublishableKey::new(&key)).ok_or(NoInvitation::Key)?;
        let code = match value("code").filter(|code| !code.trim().is_empty()) {
            Some(code) => Some(InvitationCode::new(&code).ok_or(NoInvitation::Code)?),
            None => None,
        };
        Ok(Self { school: Some((address, key)), code })
    }
}

/// A link that begins in a text. A mail breaks long lines, with `=` at their ends where it is quoted-printable (RFC 2045
/// §6.7), so it goes on in the next line where that can be a part of one.
fn link_in(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find(LINK)?;
    let mut link = String::new();
    for line in text.get(start..)?.lines() {
        let (part, goes_on) = match line.trim_end().strip_suffix('=') {
            Some(part) if !link.is_empty() || part.len() > 60 => (part, true),
            _ => (line.trim_end(), false),
        };
        let part = part.trim_start();
        let end = part.find(|c: char| !is_of_link(c)).unwrap_or(part.len());
        link.push_str(part.get(..end).unwrap_or_default());
        let is_whole = link.contains("school=") && link.contains("key=") && link.contains("code=");
        if end < part.len() || link.len() > LONGEST_LINK || (!goes_on && is_whole) {
            break;
        }
    }
    Some(link.trim_end_matches(['.', ',', ';', ')', '>']).replace("&amp;", "&"))
}

fn is_of_link(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

/// A code in a line, alone or after its name: *Code: K7QM3-…* Among other words only as the school prints it, since a
/// long word could be one otherwise.
fn code_in_line(line: &str) -> Option<InvitationCode> {
    let after = line.rsplit(':').next().unwrap_or(line);
    let printed = |word: &&str| word.split('-').filter(|group| group.len() == 5).count() == 4;
    InvitationCode::new(after)
        .or_else(|| line.split_whitespace().filter(printed).find_map(InvitationCode::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "K7QM3-XTD9P-22ABC-HJKMN";
    const WHOLE: &str = "firstbell://join?school=https%3A%2F%2Fschool.northside.example&key=sb_publishable_abc123&code=K7QM3-XTD9P-22ABC-HJKMN";

    fn read(text: &str) -> (Option<String>, Option<String>) {
        let found = Invitation::find(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        (
            found.school.map(|(address, key)| format!("{address} {}", key.as_str())),
            found.code.map(|code| code.expose().to_owned()),
        )
    }

    #[test]
    fn a_link_is_read_wherever_it_stands() {
        let all = (
            Some("https://school.northside.example sb_publishable_abc123".to_owned()),
            Some(CODE.to_owned()),
        );
        let wrapped = WHOLE.replace("&key", "=\r\n&key");
        let broken = format!("{}\n{}", &WHOLE[..70], &WHOLE[70..]);
        for text in [
            WHOLE.to_owned(),
            format!("  {WHOLE}\n"),
            format!("Dear Ben,\n\nopen this: {WHOLE}.\n\nNorthside"),
            format!("<a href=\"{WHOLE}\">Open</a>"),
            WHOLE.replace('&', "&amp;"),
            WHOLE.replace("firstbell://join", "FirstBell://Join"),
            wrapped,
            broken,
            format!("({WHOLE})"),
            format!("<{WHOLE}>"),
            WHOLE.replace("firstbell://join?", "firstbell://join/?"),
        ] {
            assert_eq!(read(&text), all, "{text}");
        }
    }

    #[test]
    fn a_bare_code_is_read_as_people_write_it() {
        for text in [
            CODE,
            "k7qm3-xtd9p-22abc-hjkmn",
            "K7QM3XTD9P22ABCHJKMN",
            " K7QM3 XTD9P 22ABC HJKMN ",
            "Your code is K7QM3-XTD9P-22ABC-HJKMN",
            "Code: K7QM3-XTD9P-22ABC-HJKMN\nSee you",
        ] {
            assert_eq!(read(text), (None, Some(CODE.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_none_says_why() {
        let swap = |from: &str, to: &str| WHOLE.replace(from, to);
        for (text, fault) in [
            (String::new(), NoInvitation::None),
            ("See you on Thursday at 16:00".to_owned(), NoInvitation::None),
            ("internationalisation".to_owned(), NoInvitation::None),
            ("Passcode: 8fZ2kQ".to_owned(), NoInvitation::None),
            ("we think that everything between us".to_owned(), NoInvitation::None),
            ("firstbell://join".to_owned(), NoInvitation::Address(NoAddress::NoUrl)),
            ("firstbell://open?school=https://a.example&key=sb_publishable_a".to_owned(), NoInvitation::None),
            (swap("https%3A%2F%2F", "http%3A%2F%2F"), NoInvitation::Address(NoAddress::NotHttps)),
            (swap("https%3A%2F%2F", "https%3A%2F%2Fada%40"), NoInvitation::Address(NoAddress::UserName)),
            (swap(".example", ".example%3A8443"), NoInvitation::Address(NoAddress::Port)),
            (swap("sb_publishable_abc123", "sb_secret_abc123"), NoInvitation::Key),
            (swap("sb_publishable_abc123", ""), NoInvitation::Key),
            (swap("K7QM3", "K7Q"), NoInvitation::Code),
            (format!("{WHOLE}&school=https%3A%2F%2Fevil.example"), NoInvitation::Address(NoAddress::NoUrl)),
        ] {
            assert_eq!(Invitation::find(&text).unwrap_err(), fault, "{text}");
        }
    }

    #[test]
    fn no_code_is_shown_by_debug() {
        let found = Invitation::find(WHOLE).unwrap();
        assert!(!format!("{found:?}").contains("K7QM3"), "{found:?}");
    }
}
