//! Parameters that would send a browser on to somewhere else.
//!
//! A provider's own host can be an open redirector. A join link needs no address in it, so that one
//! with an address, or with a parameter of the usual names, is asked about.

use percent_encoding::percent_decode_str;
use url::Url;

/// Whether the query or the fragment names another place.
pub(super) fn leads_elsewhere(url: &Url) -> bool {
    let fragment = url.fragment().unwrap_or_default();
    url.query_pairs().any(|(name, value)| redirects(&name, &value))
        || fragment.split(['&', '?']).any(|pair| match pair.split_once('=') {
            Some((name, value)) => redirects(name, value),
            None => is_address(pair),
        })
}

fn redirects(name: &str, value: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '_'], "");
    NAMES.split(' ').any(|other| other == name)
        || ["redirect", "redir", "return"].iter().any(|start| name.starts_with(start))
        || is_address(value)
        || is_address(&name)
}

/// Whether a value is an address, under up to four layers of escaping.
fn is_address(value: &str) -> bool {
    let mut value = value.to_lowercase();
    for _ in 0..4 {
        let decoded = percent_decode_str(&value).decode_utf8_lossy().to_lowercase();
        if decoded == value {
            break;
        }
        value = decoded;
    }
    let value = value.trim_start();
    value.contains("://")
        || value.contains('\\')
        || ["//", "http:", "https:", "javascript:", "data:", "file:", "vbscript:"]
            .iter()
            .any(|start| value.starts_with(start))
}

/// Zoom's `zak` is here too: with it a link is the host's own start link, no join link
/// (`developers.zoom.us`, `start_url`), and Webex's `bu` ("back URL").
const NAMES: &str = "\
    back backurl bu callback callbackurl continue dest destination fallback forward goto next \
    nexturl rurl target targeturl to u uri url zak";
