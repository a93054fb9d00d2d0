//! A join form: the shape of a path, and what query or fragment it needs.
//!
//! Written as `/wc/join/{9-11}`, `/{name}/j.php?MTID`, `/call#key=`. Segments in braces:
//!
//! | class | one segment that is |
//! |---|---|
//! | `{9-11}` | that many ASCII digits |
//! | `{code}` | a Meet code: 3-4-3 letters |
//! | `{id}` | four or more of `A-Z a-z 0-9 _ - .` |
//! | `{name}` | a room or person: letters and digits of any script, `- _ . ~ @ +`, blank |
//! | `{room}` | a name right below the host, where the host itself is no page of the provider's site |
//! | `{thread}` | a Teams conversation, `19:…@thread.v2` |
//!
//! After `?` comes a query parameter that must be there with a value; after `#` the beginning of the
//! fragment. One slash at the end of a path is allowed.

use percent_encoding::percent_decode_str;
use url::Url;

/// One join form of a provider.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    path: &'static str,
    /// The query parameter that says which room it is.
    pub parameter: Option<&'static str>,
    /// The beginning of the fragment; with it, the fragment says which room it is.
    pub fragment: Option<&'static str>,
}

impl Form {
    pub(super) fn new(text: &'static str) -> Self {
        let (text, fragment) = match text.split_once('#') {
            Some((text, fragment)) => (text, Some(fragment)),
            None => (text, None),
        };
        let (path, parameter) = match text.split_once('?') {
            Some((path, parameter)) => (path, Some(parameter)),
            None => (text, None),
        };
        Self { path, parameter, fragment }
    }

    pub(super) fn fits(self, url: &Url) -> bool {
        let path = url.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        let first_label = url.host_str().and_then(|host| host.split('.').next()).unwrap_or_default();
        let mut wanted = self.path.split('/');
        let mut given = path.split('/');
        let path_fits = loop {
            match (wanted.next(), given.next()) {
                (Some(class), Some(segment)) if segment_fits(class, segment, first_label) => {}
                (None, None) => break true,
                _ => break false,
            }
        };
        path_fits
            && self.parameter.is_none_or(|parameter| {
                url.query_pairs().any(|(name, value)| name == parameter && !value.is_empty())
            })
            && self.fragment.is_none_or(|start| {
                url.fragment()
                    .is_some_and(|fragment| fragment.len() > start.len() && fragment.starts_with(start))
            })
    }
}

fn segment_fits(class: &str, segment: &str, first_label: &str) -> bool {
    let Some(class) = class.strip_prefix('{').and_then(|class| class.strip_suffix('}')) else {
        return class == segment;
    };
    match class {
        "code" => is_meet_code(segment),
        "id" => is_id(segment) && !is_site_page(segment),
        "name" => is_name(segment),
        "room" => is_name(segment) && !SITE_HOSTS.split(' ').any(|label| label == first_label),
        "thread" => is_teams_thread(segment),
        digits => is_number(digits, segment),
    }
}

/// `developers.google.com/workspace/meet`: a meeting code is `abc-mnop-xyz`.
fn is_meet_code(segment: &str) -> bool {
    let lengths = segment.split('-').map(str::len);
    lengths.eq([3, 4, 3]) && segment.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphabetic())
}

fn is_id(segment: &str) -> bool {
    segment.len() >= 4
        && !segment.starts_with('.')
        && segment.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn is_name(segment: &str) -> bool {
    if escapes_needlessly(segment) {
        return false;
    }
    // Decoded once: a percent sign that is still there would be decoded again by someone else.
    let Ok(name) = percent_decode_str(segment).decode_utf8() else { return false };
    name.chars().count() <= 128
        && !name.starts_with('.')
        && name.chars().any(char::is_alphanumeric)
        && name.chars().all(|c| c.is_alphanumeric() || "-_.~@+ ".contains(c))
        && !is_site_page(&name)
}

/// RFC 3986 §2.3: letters, digits and `- . _ ~` should not be escaped; whoever does it hides something.
fn escapes_needlessly(segment: &str) -> bool {
    segment.split('%').skip(1).any(|escape| {
        escape
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    })
}

fn is_teams_thread(segment: &str) -> bool {
    let Ok(thread) = percent_decode_str(segment).decode_utf8() else { return false };
    let Some(thread) = thread.strip_prefix("19:") else { return false };
    let Some((id, kind)) = thread.split_once('@') else { return false };
    !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && matches!(kind, "thread.v2" | "thread.tacv2" | "thread.skype" | "unq.gbl.spaces")
}

fn is_number(lengths: &str, segment: &str) -> bool {
    let Some((least, most)) = lengths.split_once('-') else { return false };
    let (Ok(least), Ok(most)) = (least.parse::<usize>(), most.parse::<usize>()) else { return false };
    (least..=most).contains(&segment.len()) && segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// Pages of a provider's site that stand where rooms stand. A room that really has such a name
/// costs its owner one more click; a log-in page that redirects would cost more.
fn is_site_page(name: &str) -> bool {
    let name = name.to_lowercase();
    SITE_PAGES.split(' ').any(|page| page == name)
        || [".html", ".htm", ".php", ".js", ".css", ".txt", ".xml"].iter().any(|end| name.ends_with(end))
}

const SITE_PAGES: &str = "\
    about account accounts admin api app apps assets auth authorize blog business callback careers \
    community contact dashboard docs download downloads education enterprise faq features forward \
    go guide guides help home information invite jobs join landing legal link login logout log-in \
    new oauth oauth2 org out password press pricing privacy product products profile redir redirect \
    register robots.txt saml search security session settings sign-in sign-up signin signout signup \
    solutions sso start static status support system terms url user users v1 v2 widget";

const SITE_HOSTS: &str = "\
    account account-panel accounts admin api auth blog cdn dashboard dev developer developers docs \
    embed help id knowledge login mail oauth sso static status support";

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(form: &'static str, url: &str) -> bool {
        Form::new(form).fits(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_form_needs_every_part_of_the_path() {
        assert!(fits("/wc/join/{9-11}", "https://zoom.us/wc/join/123456789"));
        assert!(fits("/wc/join/{9-11}", "https://zoom.us/wc/join/123456789/"));
        assert!(!fits("/wc/join/{9-11}", "https://zoom.us/wc/join/12345678"));
        assert!(!fits("/wc/join/{9-11}", "https://zoom.us/wc/join/123456789/more"));
        assert!(!fits("/wc/join/{9-11}", "https://zoom.us/wc/join//123456789"));
        assert!(!fits("/{code}", "https://meet.google.com/abcd-efg-hij"));
    }

    #[test]
    fn a_name_is_decoded_once_and_holds_no_delimiter() {
        assert!(fits("/{name}", "https://meet.jit.si/Math%C3%A9matiques%206a"));
        let hidden = "a%2Fb a%252Fb a;b a:b a%00b %FF a%2e%2E %61bc a%2 a%zz login index.html . .well-known";
        for name in hidden.split(' ') {
            assert!(!fits("/{name}", &format!("https://meet.jit.si/{name}")), "{name}");
        }
    }

    #[test]
    fn a_parameter_or_fragment_that_names_the_room_must_be_there() {
        assert!(fits("/{name}/j.php?MTID", "https://a.webex.com/a/j.php?MTID=m1"));
        assert!(!fits("/{name}/j.php?MTID", "https://a.webex.com/a/j.php?MTID="));
        assert!(!fits("/{name}/j.php?MTID", "https://a.webex.com/a/j.php"));
        assert!(fits("/join#v=", "https://facetime.apple.com/join#v=1&p=a"));
        assert!(!fits("/join#v=", "https://facetime.apple.com/join"));
    }
}
