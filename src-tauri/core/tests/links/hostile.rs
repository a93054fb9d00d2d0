//! Hostile URLs, made from real ones. Each knows why it is hostile from how it was made, not from
//! the policy: the host is another domain, the scheme is another one, and so on.

use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

/// A URL that must not open.
pub struct Hostile {
    pub text: String,
    /// The mutation.
    pub kind: &'static str,
    /// What the making of it promises, to be checked without the policy.
    pub promise: Promise,
}

/// Checked on the text itself, or with the `url` crate alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// The parser reads a host that is not at or below a genuine domain, or reads nothing.
    OtherDomain,
    /// The text does not begin with `https://` and a host.
    OtherScheme,
    /// Something stands in the text that no join link has.
    Holds,
}

/// The URL in pieces, split by hand: `https://`, labels before the domain, domain, rest.
struct Real<'a> {
    below: &'a str,
    domain: &'a str,
    rest: &'a str,
}

/// The domain someone registered, for the hosts in `open.tsv`.
pub fn registered(host: &str) -> &str {
    let labels = if [".com.cn", ".com.au"].iter().any(|end| host.ends_with(end)) { 3 } else { 2 };
    let at = host.rmatch_indices('.').nth(labels - 1).map_or(0, |(at, _)| at + 1);
    &host[at..]
}

fn real(url: &str) -> Real<'_> {
    let after = &url["https://".len()..];
    let (host, rest) = after.split_at(after.find('/').unwrap());
    let host = host.strip_suffix(":443").unwrap_or(host);
    let domain = registered(host);
    Real { below: &host[..host.len() - domain.len()], domain, rest }
}

/// Every kind of mutation, so that a test can ask for each.
pub const KINDS: &[&str] = &[
    "scheme",
    "slashes",
    "letters before",
    "domain as subdomain",
    "letters after",
    "other ending",
    "homoglyph",
    "slip",
    "ip address",
    "host in path",
    "host in query",
    "user name",
    "port",
    "hidden character",
    "dots in path",
    "empty segment",
    "escaped slash",
    "backslash",
    "site page",
    "redirect",
    "escaped host",
    "full width",
    "final dot",
    "too long",
    "delimiter",
];

/// Makes a hostile URL of a kind. `None` if the URL offers nothing to do that with.
pub fn hostile(kind: &'static str, url: &str, genuine: &[String], rng: &mut StdRng) -> Option<Hostile> {
    let Real { below, domain, rest } = real(url);
    let host = format!("{below}{domain}");
    let other = |domain: String| {
        (!genuine.iter().any(|genuine| genuine == registered(&domain)))
            .then(|| (format!("https://{below}{domain}{rest}"), Promise::OtherDomain))
    };
    let (text, promise) = match kind {
        "scheme" => {
            let scheme = pick(
                rng,
                &[
                    "http://",
                    "ftp://",
                    "file://",
                    "smb://",
                    "javascript:",
                    "javascript://",
                    "data:",
                    "zoommtg://",
                    "msteams:",
                    "msteams://",
                    "ws://",
                    "wss://",
                    "httpss://",
                    "htttps://",
                    "blob:https://",
                    "view-source:https://",
                    "jar:https://",
                    "ms-word:ofe|u|https://",
                    "//",
                    "",
                    "httрs://",
                    "h\u{200b}ttps://",
                    "ssh://",
                    "about:",
                ],
            );
            (format!("{scheme}{host}{rest}"), Promise::OtherScheme)
        }
        "slashes" => {
            let slashes = pick(
                rng,
                &["https:", "https:/", "https:///", "https:////", "https:\\\\", "https:/\\", "https//"],
            );
            (format!("{slashes}{host}{rest}"), Promise::OtherScheme)
        }
        "letters before" => other(format!(
            "{}{domain}",
            pick(rng, &["evil", "not", "my-", "x", "www", "join-", "0", "xn--"])
        ))?,
        "domain as subdomain" => {
            let end = pick(
                rng,
                &[".evil.example", "-join.example", ".com", ".us.com", ".xyz", ".co", "-", ".127.0.0.1"],
            );
            other(format!("{domain}{end}"))?
        }
        "letters after" => {
            let (name, end) = domain.split_once('.')?;
            other(format!("{name}{}.{end}", pick(rng, &["s", "-meet", "1", "app", "-us", "official"])))?
        }
        "other ending" => {
            let (name, _) = domain.split_once('.')?;
            other(format!(
                "{name}.{}",
                pick(rng, &["example", "top", "xyz", "click", "co", "cm", "зз", "ru", "zip"])
            ))?
        }
        "homoglyph" => other(with_one_homoglyph(domain, rng)?)?,
        "slip" => other(with_a_slip(domain, rng)?)?,
        "ip address" => {
            let ip = pick(
                rng,
                &[
                    "127.0.0.1",
                    "[::1]",
                    "2130706433",
                    "0x7f.1",
                    "10.0.0.1",
                    "[::ffff:10.0.0.1]",
                    "169.254.169.254",
                    "1",
                ],
            );
            (format!("https://{ip}{rest}"), Promise::OtherDomain)
        }
        "host in path" => {
            let base = pick(
                rng,
                &[
                    "https://evil.example/",
                    "https://evil.example//",
                    "https://evil.example/https://",
                    "https://evil.example/;@",
                    "https://evil.example#",
                ],
            );
            (format!("{base}{host}{rest}"), Promise::OtherDomain)
        }
        "host in query" => {
            let base = pick(
                rng,
                &[
                    "https://evil.example?",
                    "https://evil.example/?u=https://",
                    "https://evil.example/#/",
                    "https://www.google.com/url?q=https://",
                ],
            );
            (format!("{base}{host}{rest}"), Promise::OtherDomain)
        }
        "user name" => {
            let text = match rng.random_range(0..6) {
                0 => format!("https://ada@{host}{rest}"),
                1 => format!("https://ada:secret@{host}{rest}"),
                2 => format!("https://@{host}{rest}"),
                3 => format!("https://:@{host}{rest}"),
                4 => format!("https://{host}@evil.example{rest}"),
                _ => format!("https://{host}%2f@evil.example{rest}"),
            };
            (text, Promise::Holds)
        }
        "port" => {
            let port = match rng.random_range(0..4) {
                0 => String::new(),
                1 => "0443".to_owned(),
                2 => "65536".to_owned(),
                _ => loop {
                    let port: u16 = rng.random();
                    if port != 443 {
                        break port.to_string();
                    }
                },
            };
            (format!("https://{host}:{port}{rest}"), Promise::Holds)
        }
        "hidden character" => {
            let hidden = *[
                '\0',
                '\t',
                '\n',
                '\r',
                ' ',
                '\u{1b}',
                '\u{7f}',
                '\u{85}',
                '\u{a0}',
                '\u{ad}',
                '\u{61c}',
                '\u{180e}',
                '\u{200b}',
                '\u{200c}',
                '\u{200d}',
                '\u{200e}',
                '\u{200f}',
                '\u{2028}',
                '\u{2029}',
                '\u{202a}',
                '\u{202e}',
                '\u{2060}',
                '\u{2066}',
                '\u{2069}',
                '\u{3000}',
                '\u{feff}',
                '\u{fe0f}',
                '\u{e0041}',
            ]
            .choose(rng)?;
            (inserted(url, hidden, rng, 0), Promise::Holds)
        }
        "dots in path" => {
            let dots = pick(
                rng,
                &["/..", "/.", "/%2e%2e", "/%2E.", "/.%2e", "/%2e", "/x/..", "/oauth/../x/..", "/../.."],
            );
            (format!("https://{host}{dots}{rest}"), Promise::Holds)
        }
        "empty segment" => {
            let before = pick(rng, &["/", "//", "//evil.example", "//evil.example/.."]);
            (format!("https://{host}{before}{rest}"), Promise::Holds)
        }
        "escaped slash" => {
            // The path alone; a slash in a query or fragment is no separator.
            let path_end = rest.find(['?', '#']).unwrap_or(rest.len());
            let path = rest[..path_end].trim_end_matches('/');
            let slashes: Vec<usize> =
                path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).collect();
            let at = *slashes.choose(rng)?;
            let escaped = pick(rng, &["%2F", "%2f", "%252F", "%5c", "%00/", "%2e%2e/", "%ff/", "%0d%0a"]);
            (format!("https://{host}{}{escaped}{}", &path[..at], &path[at + 1..]), Promise::Holds)
        }
        "backslash" => {
            let text = match rng.random_range(0..4) {
                0 => format!("https://{host}{}", rest.replacen('/', "\\", 1)),
                1 => format!("https://evil.example\\@{host}{rest}"),
                2 => format!("https://{host}\\.evil.example{rest}"),
                _ => inserted(url, '\\', rng, "https://".len()),
            };
            (text, Promise::Holds)
        }
        "site page" => {
            let page = pick(
                rng,
                &[
                    "/",
                    "",
                    "/login",
                    "/signin?redir=https://evil.example",
                    "/oauth2/authorize?client_id=1",
                    "/oauth/authorize?redirect_uri=https%3A%2F%2Fevil.example",
                    "/url?q=https://evil.example",
                    "/away.php?to=https://evil.example",
                    "/dl/launcher/launcher.html?url=%2Fx",
                    "/redirect/https/evil.example",
                    "/.well-known/x",
                    "/index.html",
                    "/a/b/c/d/e/f/g/h",
                    "/?next=//evil.example",
                    "/logout?continue=evil.example",
                ],
            );
            (format!("https://{host}{page}"), Promise::Holds)
        }
        "redirect" => {
            let name = pick(
                rng,
                &[
                    "redirect",
                    "redirect_uri",
                    "redir",
                    "returnUrl",
                    "return_to",
                    "next",
                    "continue",
                    "url",
                    "x",
                    "q",
                    "data",
                ],
            );
            let mut value = pick(
                rng,
                &[
                    "https://evil.example",
                    "//evil.example/x",
                    "javascript:alert(1)",
                    "https:evil.example",
                    "/\\evil.example",
                    "HTTPS://evil.example",
                ],
            )
            .to_owned();
            for _ in 0..rng.random_range(0..4) {
                value = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC)
                    .to_string();
            }
            if value.contains('\\') && rng.random() {
                value = value.replace('\\', "%5C");
            }
            let (start, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
            let sign = if start.contains('?') { '&' } else { '?' };
            (format!("https://{host}{start}{sign}{name}={value}{fragment}"), Promise::Holds)
        }
        "escaped host" => {
            let letters: Vec<usize> =
                host.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(at, _)| at).collect();
            let at = *letters.choose(rng)?;
            (
                format!("https://{}%{:02x}{}{rest}", &host[..at], host.as_bytes()[at], &host[at + 1..]),
                Promise::Holds,
            )
        }
        "full width" => {
            let text = match rng.random_range(0..2) {
                0 => host.replacen('.', pick(rng, &["。", "．", "｡"]), 1),
                _ => {
                    host.chars()
                        .map(|c| {
                            if c.is_ascii_alphabetic() {
                                char::from_u32(c as u32 + 0xFEE0).unwrap()
                            } else {
                                c
                            }
                        })
                        .collect()
                }
            };
            (format!("https://{text}{rest}"), Promise::Holds)
        }
        "final dot" => (format!("https://{host}{}{rest}", pick(rng, &[".", ".."])), Promise::Holds),
        "too long" => {
            let (start, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
            let sign = if start.contains('?') { '&' } else { '?' };
            let length = rng.random_range(2049..5000);
            let filler = pick(rng, &["a", "é", "%41"]).repeat(length);
            (format!("https://{host}{start}{sign}x={filler}{fragment}"), Promise::Holds)
        }
        "delimiter" => {
            let path_end = rest.find(['?', '#']).unwrap_or(rest.len());
            let path = rest[..path_end].trim_end_matches('/');
            let delimiter = pick(
                rng,
                &[
                    ";",
                    ";/",
                    ":",
                    "|",
                    "%3b",
                    "%25",
                    "%00",
                    "%0a",
                    "<",
                    "^",
                    "$",
                    "/../",
                    "/;/x",
                    "%E2%80%AE",
                ],
            );
            (format!("https://{host}{path}{delimiter}{}", &rest[path_end..]), Promise::Holds)
        }
        _ => unreachable!("{kind}"),
    };
    Some(Hostile { text, kind, promise })
}

fn pick<'a>(rng: &mut StdRng, from: &[&'a str]) -> &'a str {
    from.choose(rng).unwrap()
}

fn inserted(text: &str, c: char, rng: &mut StdRng, from: usize) -> String {
    let places: Vec<usize> =
        text.char_indices().map(|(at, _)| at).filter(|at| *at >= from).chain([text.len()]).collect();
    let mut text = text.to_owned();
    text.insert(*places.choose(rng).unwrap(), c);
    text
}

/// One letter replaced by one of another script that looks like it. None of these is mapped back to
/// the letter by IDNA (UTS 46): they are letters of their own.
fn with_one_homoglyph(domain: &str, rng: &mut StdRng) -> Option<String> {
    const LIKE: &[(char, &[char])] = &[
        ('a', &['а', 'α', 'à', 'ạ']),
        ('c', &['с', 'ç']),
        ('d', &['ԁ', 'đ']),
        ('e', &['е', 'ё', 'é', 'ė']),
        ('g', &['ɡ', 'ğ']),
        ('h', &['һ']),
        ('i', &['і', 'ı', 'ι', 'í']),
        ('j', &['ј']),
        ('k', &['к', 'κ']),
        ('l', &['ӏ', 'ł']),
        ('m', &['м']),
        ('n', &['п', 'ñ']),
        ('o', &['о', 'ο', 'ö', 'ọ']),
        ('p', &['р', 'ρ']),
        ('r', &['г']),
        ('s', &['ѕ', 'š']),
        ('t', &['т']),
        ('u', &['υ', 'ü']),
        ('v', &['ν']),
        ('w', &['ԝ', 'ŵ']),
        ('x', &['х', 'χ']),
        ('y', &['у', 'ý']),
        ('z', &['ž', 'ż']),
    ];
    let places: Vec<(usize, &[char])> = domain
        .char_indices()
        .filter_map(|(at, c)| LIKE.iter().find(|(letter, _)| *letter == c).map(|(_, like)| (at, *like)))
        .collect();
    let (at, like) = places.choose(rng)?;
    Some(format!("{}{}{}", &domain[..*at], like.choose(rng)?, &domain[at + 1..]))
}

/// One letter more, less, another, or two swapped.
fn with_a_slip(domain: &str, rng: &mut StdRng) -> Option<String> {
    let mut letters: Vec<char> = domain.chars().collect();
    let name = domain.find('.')?;
    let at = rng.random_range(0..name);
    match rng.random_range(0..4) {
        0 => letters.insert(at, rng.random_range('a'..='z')),
        1 if name > 2 => {
            letters.remove(at);
        }
        2 => letters[at] = *['0', '1', '3', '5', 'q', 'x', 'k'].choose(rng)?,
        _ if at + 1 < name => letters.swap(at, at + 1),
        _ => return None,
    }
    let slip: String = letters.into_iter().collect();
    (slip != domain).then_some(slip)
}
