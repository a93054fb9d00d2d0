//! A URL that may reach the opener.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

use super::{
    provider::{Place, Provider},
    url_policy::{Reason, Verdict, judge},
};

/// A URL that was judged *open* or *ask*, as the parser writes it. It may hold a password (`pwd=`),
/// so that it shows only its host where something is printed, and is not serialised.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JoinUrl {
    url: String,
    host: String,
    provider: Option<Provider>,
    opens: bool,
}

impl JoinUrl {
    /// Judges a text.
    ///
    /// # Errors
    /// The reason of the refusal; it says nothing of the text itself.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let judgement = judge(text);
        match (judgement.url, judgement.host) {
            (Some(url), Some(host)) => Ok(Self {
                url,
                host,
                provider: judgement.provider,
                opens: judgement.verdict == Verdict::Open,
            }),
            _ => Err(judgement.reason),
        }
    }

    /// The URL itself, for the opener, the column and the answers to *show* and *copy*; never for a
    /// log, an event or an error.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// [`Verdict::Open`] or [`Verdict::Ask`].
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.opens { Verdict::Open } else { Verdict::Ask }
    }

    /// Whose host it is.
    #[must_use]
    pub fn provider(&self) -> Option<Provider> {
        self.provider
    }

    /// The host in punycode.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The same for two links into the same room: without passwords, language, tracking and the name
    /// of the guest. A Zoom number is one meeting whatever host or path it is joined by
    /// (`developers.zoom.us`). As secret as the URL: in some services whoever knows the room is in.
    #[must_use]
    pub fn room_key(&self) -> String {
        // Every JoinUrl was written by the parser; if it could not be read again, it is its own room.
        let Ok(url) = Url::parse(&self.url) else { return self.url.clone() };
        let path = percent_decode_str(url.path()).decode_utf8_lossy().to_lowercase();
        let path = path.trim_end_matches('/');
        let place = Place::of(&url);
        if let Some(Place { provider: provider @ (Provider::Zoom | Provider::ZoomGov), form: Some(_) }) =
            place
            && let Some(number) = path.split('/').find(|segment| is_zoom_number(segment))
        {
            return format!("{provider}/{number}");
        }
        let mut key = format!("{}{}", self.host, path.strip_prefix("/_meet").unwrap_or(path));
        match place.and_then(|place| place.form) {
            Some(form) => {
                for (name, value) in
                    url.query_pairs().filter(|(name, _)| Some(name.as_ref()) == form.parameter)
                {
                    key.push_str(&format!("?{name}={value}"));
                }
                if form.fragment.is_some() {
                    key.push('#');
                    key.push_str(url.fragment().unwrap_or_default());
                }
            }
            None => {
                for (name, value) in url.query_pairs().filter(|(name, _)| !is_no_part_of_a_room(name)) {
                    key.push_str(&format!("?{name}={value}"));
                }
            }
        }
        key
    }
}

impl fmt::Debug for JoinUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinUrl").field(&self.host).finish()
    }
}

fn is_zoom_number(segment: &str) -> bool {
    (9..=11).contains(&segment.len()) && segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parameters that say who comes, from where and with which password.
fn is_no_part_of_a_room(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "authuser", "fbclid", "from", "gclid", "hl", "hs", "lang", "name", "p", "passcode", "password",
        "pli", "pw", "pwd", "ref", "source", "tk", "token", "uname",
    ];
    name.starts_with("utm_") || NAMES.contains(&name)
}
