//! The address of a school: where its server is asked, and nothing else.

use std::{fmt, net::IpAddr, str::FromStr};

use url::{Host, Url};

/// The longest address that is taken (a URL as people can read it, not a limit of a standard).
const LONGEST: usize = 300;

/// The address of a school's server, such as `https://school.northside.example`. Always https, or http on this computer
/// itself (a loopback address); no user name, no query, no fragment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolAddress(Url);

/// Why a text is no address of a school. Each has its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// It is no web address.
    #[error("no web address")]
    NoUrl,
    /// It is not https.
    #[error("not https")]
    NotHttps,
    /// It has a user name or a password in it, which only those write who want to mislead.
    #[error("a user name in it")]
    UserName,
    /// It has a port of its own, which no school behind https has.
    #[error("an odd port")]
    Port,
}

impl NoAddress {
    /// The name of its sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoUrl => "school-address-none",
            Self::NotHttps => "school-address-not-https",
            Self::UserName => "school-address-user-name",
            Self::Port => "school-address-port",
        }
    }
}

impl SchoolAddress {
    /// Who is asked, as people can compare it: the host, in punycode where it has other letters, and the port of a
    /// school on this computer.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The whole address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it is asked on this computer itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address of a part of it: `path` begins with a slash and is ours, not somebody else's text.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }
}

/// A name could be given to another computer, so only the numbers and *localhost* count (RFC 6761 §6.3).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl FromStr for SchoolAddress {
    type Err = NoAddress;

    /// Reads what a person types: blanks around it, and a missing `https://`, are put right; what follows the host is
    /// kept only as far as it is a path.
    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let text = text.trim();
        if text.is_empty()
            || text.len() > LONGEST
            || text.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(NoAddress::NoUrl);
        }
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&whole).map_err(|_| NoAddress::NoUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NoAddress::UserName);
        }
        let is_loopback = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if is_loopback => {}
            "http" => return Err(NoAddress::NotHttps),
            _ => return Err(NoAddress::NoUrl),
        }
        let has_name = match url.host() {
            Some(Host::Domain(name)) => is_loopback || name.trim_end_matches('.').contains('.'),
            Some(_) => true,
            None => false,
        };
        if !has_name {
            return Err(NoAddress::NoUrl);
        }
        if url.port().is_some() && !is_loopback {
            return Err(NoAddress::Port);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }
}

impl fmt::Display for SchoolAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SchoolAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

/// The publishable key of a school's project: opaque, never parsed, never sent but to the school that it came with.
#[derive(Clone, PartialEq, Eq)]
pub struct PublishableKey(String);

impl PublishableKey {
    /// A key that a person has typed or an invitation holds. Nothing where it cannot be one: secret keys pass
    /// row-level security by, and are never taken.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_one = (8..=1000).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let is_secret = text.starts_with("sb_secret_") || is_of_service(text);
        (is_one && !is_secret).then(|| Self(text.to_owned()))
    }

    /// As it is sent and stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An older secret key: a token (RFC 7519) whose role is the service's.
fn is_of_service(text: &str) -> bool {
    use base64::Engine as _;
    let mut parts = text.split('.').skip(1);
    let (Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap_or_default();
    claims.get("role").and_then(serde_json::Value::as_str).is_some_and(|role| role != "anon")
}

impl fmt::Debug for PublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublishableKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_an_address() {
        for (typed, address) in [
            ("https://school.northside.example", "https://school.northside.example"),
            ("  https://school.northside.example/ ", "https://school.northside.example"),
            ("school.northside.example", "https://school.northside.example"),
            ("HTTPS://School.Northside.Example", "https://school.northside.example"),
            ("https://northside.example/school/", "https://northside.example/school"),
            ("https://northside.example/?x=1#y", "https://northside.example"),
            ("https://schüle.example", "https://xn--schle-mva.example"),
            ("https://school.northside.example:443", "https://school.northside.example"),
            ("http://127.0.0.1:54321", "http://127.0.0.1:54321"),
            ("http://[::1]:54321", "http://[::1]:54321"),
            ("http://localhost:8000", "http://localhost:8000"),
        ] {
            let read: SchoolAddress = typed.parse().unwrap_or_else(|fault| panic!("{typed}: {fault}"));
            assert_eq!(read.as_str(), address, "{typed}");
            assert_eq!(read.as_str().parse(), Ok(read.clone()), "{typed}: it comes back from what is stored");
        }
    }

    #[test]
    fn what_could_mislead_is_refused_by_its_kind() {
        use NoAddress::{NoUrl, NotHttps, Port, UserName};
        for (typed, fault) in [
            ("", NoUrl),
            ("Northside", NoUrl),
            ("ftp://school.northside.example", NoUrl),
            ("javascript:alert(1)", NoUrl),
            ("file:///etc/passwd", NoUrl),
            ("https://", NoUrl),
            ("https://a b.example", NoUrl),
            ("https://school\u{0}.example", NoUrl),
            ("http://school.northside.example", NotHttps),
            ("http://127.0.0.1.evil.example", NotHttps),
            ("http://localhost.evil.example", NotHttps),
            ("http://192.168.1.5:8000", NotHttps),
            ("https://school.northside.example@evil.example", UserName),
            ("https://ada:pw@school.northside.example", UserName),
            ("https://school.northside.example:8443", Port),
        ] {
            assert_eq!(typed.parse::<SchoolAddress>(), Err(fault), "{typed}");
        }
        assert!("x".repeat(301).parse::<SchoolAddress>().is_err());
    }

    #[test]
    fn a_key_is_opaque_and_a_secret_one_is_never_taken() {
        // The last is a token of the role anon.
        for key in [
            "sb_publishable_abc-DEF_123",
            "eyJhbGciOi.eyJyb2xl.c2ln",
            " sb_publishable_abc ",
            "eyJhbGciOi.eyJyb2xlIjoiYW5vbiJ9.c2ln",
        ] {
            assert_eq!(PublishableKey::new(key).unwrap().as_str(), key.trim());
        }
        let long = "x".repeat(1001);
        let of_service = "eyJhbGciOi.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln";
        for none in
            ["", "short", "sb_secret_abcdefgh", of_service, "key with blanks", "kéy_publishable", &long]
        {
            assert!(PublishableKey::new(none).is_none(), "{none}");
        }
        let shown = format!("{:?}", PublishableKey::new("sb_publishable_abc").unwrap());
        assert!(!shown.contains("abc"));
    }
}
