//! A URL as it was written, before the parser forgives anything.

use url::Url;

use super::Reason;

/// The parts of the text of an https URL, as RFC 3986 (appendix B) would split it.
pub(super) struct Written<'a> {
    authority: &'a str,
    path: &'a str,
}

impl<'a> Written<'a> {
    /// Splits the text. Refuses other schemes, `https:host`, `https:///host` and backslashes, all of
    /// which the WHATWG parser reads as `https://host`.
    pub(super) fn of(text: &'a str) -> Result<Self, Reason> {
        let (scheme, rest) = text.split_once(':').ok_or(Reason::NotAUrl)?;
        if !is_scheme(scheme) {
            return Err(Reason::NotAUrl);
        }
        if !scheme.eq_ignore_ascii_case("https") {
            return Err(Reason::NotHttps);
        }
        let rest = rest.strip_prefix("//").ok_or(Reason::NotAUrl)?;
        if rest.contains('\\') {
            return Err(Reason::NotAUrl);
        }
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.is_empty() {
            return Err(Reason::NoHost);
        }
        if authority.starts_with('[') && !authority.contains(']') {
            return Err(Reason::NotAUrl);
        }
        Ok(Self { authority, path: &rest[..rest.find(['?', '#']).unwrap_or(rest.len())] })
    }

    /// Also an empty one, which the parser drops.
    pub(super) fn has_user_name(&self) -> bool {
        self.authority.contains('@')
    }

    /// No port, or 443 as people write it; the parser drops that one.
    pub(super) fn has_default_port(&self) -> bool {
        self.port().is_none_or(|port| port == "443")
    }

    /// Whether the host stands there as such: not escaped, not in letters that are mapped to others.
    pub(super) fn names_host(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| self.host().eq_ignore_ascii_case(host))
    }

    /// No `.`, `..` (also escaped) and no empty segments: the path is the one the parser writes.
    pub(super) fn has_plain_path(&self) -> bool {
        let path = self.path.strip_prefix('/').unwrap_or(self.path);
        let path = path.strip_suffix('/').unwrap_or(path);
        path.is_empty()
            || path.split('/').all(|segment| {
                let dots = segment.to_ascii_lowercase().replace("%2e", ".");
                !matches!(dots.as_str(), "" | "." | "..")
            })
    }

    fn host(&self) -> &'a str {
        match self.port() {
            Some(port) => &self.authority[..self.authority.len() - port.len() - 1],
            None => self.authority,
        }
    }

    fn port(&self) -> Option<&'a str> {
        // Colons inside the brackets belong to an IPv6 address.
        let after = self.authority.rfind(']').map_or(self.authority, |end| &self.authority[end..]);
        after.split_once(':').map(|(_, port)| port)
    }
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Blanks, control characters (Cc), and characters that are not seen but change what is read
/// (Cf and the like: Unicode 17, Bidi_Control and Default_Ignorable_Code_Point).
pub(super) fn is_hidden(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}
