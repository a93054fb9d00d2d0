//! What a click may open: *open*, *ask first*, or *refuse*.
//!
//! The URL is parsed once, by the parser of the WHATWG URL standard, and only what that parser
//! writes back is ever opened. The parser forgives much (it drops blanks, tabs and empty user
//! names, reads `\` as `/`, resolves `..`), so the text as given is looked at too: what had to be
//! forgiven is refused or asked about.

mod lookalike;
mod redirect;
mod written;

use std::fmt;

use url::{Host, Url};

use super::provider::{Place, Provider};
use written::Written;

/// The longest URL that is opened, in characters. The limit is ours: no provider's link comes near
/// it, and the desktop's openers hand the URL on as one argument.
pub const MAX_CHARS: usize = 2048;

/// What may be done with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A real join form at a provider's own host: a click opens it.
    Open,
    /// Another https address: the person is shown the host and asked.
    Ask,
    /// Nothing that may be opened, whatever the person says.
    Refuse,
}

/// Why a URL was judged as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// *Open*: a provider's host and the path of one of its join forms.
    JoinForm,
    /// *Ask*: an https address of no provider we know.
    UnknownHost,
    /// *Ask*: the host is an IP address (WHATWG URL, host parsing: also written `0x7f.1`).
    IpAddress,
    /// *Ask*: a provider's host, but no join form, or one that would lead somewhere else.
    NotAJoinPath,
    /// *Ask*, with a warning: the address imitates this provider.
    LooksLikeAProvider(Provider),
    /// *Refuse*: another scheme than https.
    NotHttps,
    /// *Refuse*: a user name before the host, be it empty (RFC 3986 §7.6: it misleads people).
    UserName,
    /// *Refuse*: a port that is not 443.
    Port,
    /// *Refuse*: a blank, or a control or invisible character. The WHATWG parser drops some of them
    /// silently, others turn the direction of the text around.
    ControlCharacter,
    /// *Refuse*: longer than [`MAX_CHARS`].
    TooLong,
    /// *Refuse*: no absolute URL, or one only a forgiving parser takes for one.
    NotAUrl,
    /// *Refuse*: no host.
    NoHost,
}

impl Reason {
    /// The stable code, as sent to the window.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Reason::JoinForm => "join_form",
            Reason::UnknownHost => "unknown_host",
            Reason::IpAddress => "ip_address",
            Reason::NotAJoinPath => "not_a_join_path",
            Reason::LooksLikeAProvider(_) => "looks_like_a_provider",
            Reason::NotHttps => "not_https",
            Reason::UserName => "user_name",
            Reason::Port => "port",
            Reason::ControlCharacter => "control_character",
            Reason::TooLong => "too_long",
            Reason::NotAUrl => "not_a_url",
            Reason::NoHost => "no_host",
        }
    }

    /// The verdict that goes with the reason.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        match self {
            Reason::JoinForm => Verdict::Open,
            Reason::UnknownHost
            | Reason::IpAddress
            | Reason::NotAJoinPath
            | Reason::LooksLikeAProvider(_) => Verdict::Ask,
            Reason::NotHttps
            | Reason::UserName
            | Reason::Port
            | Reason::ControlCharacter
            | Reason::TooLong
            | Reason::NotAUrl
            | Reason::NoHost => Verdict::Refuse,
        }
    }

    /// The provider an address imitates.
    #[must_use]
    pub fn imitates(self) -> Option<Provider> {
        match self {
            Reason::LooksLikeAProvider(provider) => Some(provider),
            _ => None,
        }
    }
}

/// The code, which is safe in a log: it says nothing of the URL.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Reason {}

/// What [`judge`] says about a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What may be done with it.
    pub verdict: Verdict,
    /// Whose host it is; `None` also for a host that only imitates a provider.
    pub provider: Option<Provider>,
    /// The URL as the parser writes it; the only text that may be opened. `None` on a refusal. It
    /// may hold a password.
    pub url: Option<String>,
    /// The host in punycode (RFC 3492), for the question where the link leads. `None` on a refusal.
    pub host: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// Without the URL, which may hold a password and must not reach a log.
impl fmt::Debug for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judgement")
            .field("verdict", &self.verdict)
            .field("provider", &self.provider)
            .field("host", &self.host)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// Judges a text as given. A link wrapped by a mail filter is judged as the filter's link (*ask*);
/// unwrapping is for [`find_join_url`](super::find_join_url). What a person typed is to be trimmed
/// before, because a blank around it is refused here.
#[must_use]
pub fn judge(text: &str) -> Judgement {
    match parse(text) {
        Ok((url, written)) => {
            let (reason, provider) = place(&url, &written);
            Judgement {
                verdict: reason.verdict(),
                provider,
                host: url.host_str().map(str::to_owned),
                url: Some(url.into()),
                reason,
            }
        }
        Err(reason) => Judgement { verdict: Verdict::Refuse, provider: None, url: None, host: None, reason },
    }
}

/// The rules that refuse: everything about a URL but whose it is.
fn parse(text: &str) -> Result<(Url, Written<'_>), Reason> {
    // Bytes first, so that the length of a huge text is not counted.
    if text.len() > MAX_CHARS * 4 || text.chars().count() > MAX_CHARS {
        return Err(Reason::TooLong);
    }
    if text.chars().any(written::is_hidden) {
        return Err(Reason::ControlCharacter);
    }
    let written = Written::of(text)?;
    if written.has_user_name() {
        return Err(Reason::UserName);
    }
    if !written.has_default_port() {
        return Err(Reason::Port);
    }
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::EmptyHost => Reason::NoHost,
        url::ParseError::InvalidPort => Reason::Port,
        _ => Reason::NotAUrl,
    })?;
    // The same questions to the parser, whose reading is the one that counts.
    if url.scheme() != "https" {
        return Err(Reason::NotHttps);
    }
    if url.host().is_none() {
        return Err(Reason::NoHost);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Reason::UserName);
    }
    if url.port().is_some() {
        return Err(Reason::Port);
    }
    // Escaping makes it longer.
    if url.as_str().len() > MAX_CHARS {
        return Err(Reason::TooLong);
    }
    Ok((url, written))
}

/// The rules that tell *open* from *ask*.
fn place(url: &Url, written: &Written<'_>) -> (Reason, Option<Provider>) {
    if !matches!(url.host(), Some(Host::Domain(_))) {
        return (Reason::IpAddress, None);
    }
    let Some(place) = Place::of(url) else {
        return match lookalike::imitated(url) {
            Some(provider) => (Reason::LooksLikeAProvider(provider), None),
            None => (Reason::UnknownHost, None),
        };
    };
    if !written.names_host(url) {
        // A provider's host in disguise (`%7aoom.us`, full-width letters): nobody writes that in earnest.
        return (Reason::LooksLikeAProvider(place.provider), None);
    }
    let joins = place.form.is_some() && written.has_plain_path() && !redirect::leads_elsewhere(url);
    (if joins { Reason::JoinForm } else { Reason::NotAJoinPath }, Some(place.provider))
}
