//! Which request is the browser that comes back, and what it brings. Nothing here waits or writes.

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::Arrival;

/// The longest request that is read, in bytes.
pub(super) const LONGEST: usize = 8 * 1024;

/// More header lines than any browser sends.
const MOST_HEADERS: usize = 64;

/// The longest code: those of today are below 200 characters.
const LONGEST_CODE: usize = 2000;

/// The way back of one attempt.
pub(super) struct Expected {
    pub(super) port: u16,
    pub(super) path: String,
    pub(super) state: Option<SecretString>,
}

/// What is to be done about what has been read.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is not whole yet.
    Unfinished,
    /// The browser comes back.
    Arrived(Arrival),
    /// It is something else, which changes nothing.
    Other(Status),
}

/// What somebody is told who is not the browser that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    BadRequest,
    NotFound,
    OnlyGet,
    TooLong,
    /// To a browser that fetches ahead of the person: it asks again when it is meant.
    NotYet,
}

impl Expected {
    /// What a request is, as far as it has been read.
    pub(super) fn judge(&self, read: &[u8]) -> Verdict {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(read) {
            Ok(httparse::Status::Complete(length)) if length <= LONGEST => (),
            Ok(httparse::Status::Partial) if read.len() < LONGEST => return Verdict::Unfinished,
            Ok(_) | Err(httparse::Error::TooManyHeaders) => return Verdict::Other(Status::TooLong),
            Err(_) => return Verdict::Other(Status::BadRequest),
        }
        let (Some(method), Some(target)) = (request.method, request.path) else {
            return Verdict::Other(Status::BadRequest);
        };
        if !self.is_for_here(request.headers) {
            return Verdict::Other(Status::BadRequest);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path != self.path {
            return Verdict::Other(Status::NotFound);
        }
        if method != "GET" {
            return Verdict::Other(Status::OnlyGet);
        }
        if is_ahead(request.headers) {
            return Verdict::Other(Status::NotYet);
        }
        self.in_query(query).map_or(Verdict::Other(Status::BadRequest), Verdict::Arrived)
    }

    /// What a pasted address brings, if it is that of this way back. Browsers that know only https may have made
    /// it one.
    pub(super) fn in_pasted(&self, text: &str) -> Option<Arrival> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let written = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let address = Url::parse(&written).ok()?;
        let is_ours = matches!(address.scheme(), "http" | "https")
            && address.host_str() == Some("127.0.0.1")
            && address.port() == Some(self.port)
            && address.username().is_empty()
            && address.password().is_none()
            && address.path() == self.path;
        if is_ours { self.in_query(address.query().unwrap_or_default()) } else { None }
    }

    /// The name under which a browser reaches us, so that no page of another name gets here (DNS rebinding).
    fn is_for_here(&self, headers: &[httparse::Header<'_>]) -> bool {
        let mut hosts = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
        let host = format!("127.0.0.1:{}", self.port);
        hosts.next().is_some_and(|named| named.value == host.as_bytes()) && hosts.next().is_none()
    }

    /// What a query brings: a refusal if there is one, else a code; nothing if it has neither, or has one twice.
    fn in_query(&self, query: &str) -> Option<Arrival> {
        let value = |name: &str| -> Result<Option<String>, ()> {
            let mut values = query.split('&').filter_map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(key)? == name).then(|| decoded(value))
            });
            match (values.next(), values.next()) {
                (None, _) => Ok(None),
                (Some(Some(value)), None) => Ok(Some(value).filter(|value| !value.is_empty())),
                _ => Err(()),
            }
        };
        if let Some(state) = &self.state
            && !is_same(state.expose_secret(), &value("state").ok()??)
        {
            return None;
        }
        let (code, error) = (value("code").ok()?, value("error").ok()?);
        if let Some(refused) = value("error_code").ok()?.or(error) {
            return Some(Arrival::Refused { code: word(refused) });
        }
        let is_code =
            |code: &String| code.len() <= LONGEST_CODE && code.bytes().all(|byte| byte.is_ascii_graphic());
        code.filter(is_code).map(|code| Arrival::Code(code.into()))
    }
}

/// A browser that fetches or draws a page ahead of the person says so.
fn is_ahead(headers: &[httparse::Header<'_>]) -> bool {
    headers.iter().any(|header| {
        ["sec-purpose", "purpose", "x-purpose", "x-moz"]
            .iter()
            .any(|name| header.name.eq_ignore_ascii_case(name))
            && ["prefetch", "prerender", "preview"].iter().any(|word| {
                header.value.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
            })
    })
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// What comes from outside is told on only if it is a word.
fn word(text: String) -> String {
    let is_word = text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_word { text } else { "unknown".to_owned() }
}

/// Whether two texts are the same, in a time that says nothing of where they differ.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/in/0123";

    fn expected() -> Expected {
        Expected { port: 4000, path: PATH.to_owned(), state: None }
    }

    fn judged(request: &str) -> String {
        said(&expected().judge(request.as_bytes()))
    }

    fn said(verdict: &Verdict) -> String {
        match verdict {
            Verdict::Unfinished => "unfinished".to_owned(),
            Verdict::Other(status) => format!("{status:?}"),
            Verdict::Arrived(Arrival::Code(code)) => format!("code {}", code.expose_secret()),
            Verdict::Arrived(Arrival::Refused { code }) => format!("refused {code}"),
        }
    }

    fn get(target: &str) -> String {
        format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n")
    }

    #[test]
    fn a_query_brings_a_code_or_a_refusal() {
        for (query, outcome) in [
            ("?code=abc-123", "code abc-123"),
            ("?code=a%2Bb%2f", "code a+b/"),
            ("?x=1&code=abc&y", "code abc"),
            ("?error=access_denied", "refused access_denied"),
            (
                "?error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid",
                "refused otp_expired",
            ),
            ("?code=abc&error=server_error", "refused server_error"),
            ("?error=%3Cscript%3E", "refused unknown"),
            ("?code=abc&error=", "code abc"),
            ("?code=", "BadRequest"),
            ("?code=abc&code=def", "BadRequest"),
            ("?code=abc&%63ode=def", "BadRequest"),
            ("?code=a%20b", "BadRequest"),
            ("?code=%ff", "BadRequest"),
            ("?code=a%00", "BadRequest"),
            ("?cod=abc", "BadRequest"),
            ("", "BadRequest"),
            ("?", "BadRequest"),
        ] {
            assert_eq!(judged(&get(&format!("{PATH}{query}"))), outcome, "{query}");
        }
        let long = "a".repeat(LONGEST_CODE + 1);
        assert_eq!(judged(&get(&format!("{PATH}?code={long}"))), "BadRequest");
    }

    #[test]
    fn only_the_exact_path_on_this_computers_own_name_counts() {
        for target in [
            "/",
            "/in",
            "/in/",
            "/in/0123/",
            "/in/01234",
            "//in/0123",
            "/in/0123;a",
            "/IN/0123",
            "/in/%30123",
            "/favicon.ico",
            "/in/../in/0123",
            "http://127.0.0.1:4000/in/0123",
        ] {
            assert_eq!(judged(&get(&format!("{target}?code=abc"))), "NotFound", "{target}");
        }
        for host in [
            "",
            "Host: localhost:4000\r\n",
            "Host: 127.0.0.1\r\n",
            "Host: 127.0.0.1:4001\r\n",
            "Host: evil.example:4000\r\n",
            "Host: 127.0.0.1:4000.evil.example\r\n",
            "Host: 127.0.0.1:4000\r\nHost: evil.example\r\n",
            "Host: 127.0.0.1:4000\r\nhost: 127.0.0.1:4000\r\n",
        ] {
            assert_eq!(
                judged(&format!("GET {PATH}?code=abc HTTP/1.1\r\n{host}\r\n")),
                "BadRequest",
                "{host}"
            );
        }
    }

    #[test]
    fn who_does_not_mean_it_yet_uses_nothing_up() {
        for method in ["HEAD", "POST", "OPTIONS", "PUT", "get", "CONNECT"] {
            let request = format!("{method} {PATH}?code=abc HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n");
            assert_eq!(judged(&request), "OnlyGet", "{method}");
        }
        for ahead in [
            "Sec-Purpose: prefetch",
            "sec-purpose: prefetch;prerender",
            "Purpose: prefetch",
            "X-Moz: prefetch",
            "X-Purpose: preview",
            "Purpose: Prefetch",
        ] {
            let request = format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n{ahead}\r\n\r\n");
            assert_eq!(judged(&request), "NotYet", "{ahead}");
        }
    }

    #[test]
    fn a_request_is_read_to_its_end_and_not_beyond_eight_kilobytes() {
        let whole = get(&format!("{PATH}?code=abc"));
        for end in 0..whole.len() {
            assert_eq!(judged(&whole[..end]), "unfinished", "{end}");
        }
        let padded = |length: usize| {
            let bare = format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nX: \r\n\r\n").len();
            let pad = "a".repeat(length - bare);
            format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nX: {pad}\r\n\r\n")
        };
        assert_eq!(judged(&padded(LONGEST)), "code abc");
        assert_eq!(judged(&padded(LONGEST + 1)), "TooLong");
        assert_eq!(judged(&padded(LONGEST + 1)[..LONGEST]), "TooLong");
        let many = "X: 1\r\n".repeat(MOST_HEADERS);
        let request = format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n{many}\r\n");
        assert_eq!(judged(&request), "TooLong");
        for broken in ["\u{16}\u{3}\u{1}", "GET\r\n\r\n", "GET / HTTP/9\r\n\r\n", "GET /\0 HTTP/1.1\r\n\r\n"]
        {
            assert_eq!(judged(broken), "BadRequest", "{broken:?}");
        }
    }

    #[test]
    fn where_the_path_is_everybodys_the_state_is_this_attempts_own() {
        let expected = Expected { state: Some("s3cret".into()), ..expected() };
        for (query, outcome) in [
            ("?code=abc&state=s3cret", "code abc"),
            ("?error=access_denied&state=s3cret", "refused access_denied"),
            ("?code=abc", "BadRequest"),
            ("?code=abc&state=", "BadRequest"),
            ("?code=abc&state=s3creT", "BadRequest"),
            ("?code=abc&state=s3cret&state=s3cret", "BadRequest"),
        ] {
            assert_eq!(said(&expected.judge(get(&format!("{PATH}{query}")).as_bytes())), outcome, "{query}");
        }
    }

    #[test]
    fn a_pasted_address_goes_by_the_same_rules() {
        let pasted = |text: &str| expected().in_pasted(text).map(|arrival| said(&Verdict::Arrived(arrival)));
        for text in [
            "http://127.0.0.1:4000/in/0123?code=abc",
            "  https://127.0.0.1:4000/in/0123?code=abc#\n",
            "127.0.0.1:4000/in/0123?code=abc",
        ] {
            assert_eq!(pasted(text).as_deref(), Some("code abc"), "{text}");
        }
        let refused = "http://127.0.0.1:4000/in/0123?error_code=otp_expired#error_code=otp_expired";
        assert_eq!(pasted(refused).as_deref(), Some("refused otp_expired"));
        for text in [
            "",
            "abc",
            "http://127.0.0.1:4000/in/0123",
            "http://127.0.0.1:4001/in/0123?code=abc",
            "http://localhost:4000/in/0123?code=abc",
            "http://evil.example:4000/in/0123?code=abc",
            "http://a@127.0.0.1:4000/in/0123?code=abc",
            "http://127.0.0.1:4000/in/0124?code=abc",
            "firstbell://127.0.0.1:4000/in/0123?code=abc",
            "http://127.0.0.1:4000/in/0123?code=abc&code=def",
        ] {
            assert_eq!(pasted(text), None, "{text}");
        }
    }
}
