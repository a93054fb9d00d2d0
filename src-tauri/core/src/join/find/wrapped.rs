//! Links that a mail filter or a search page wrapped into its own.

use url::Url;

use crate::join::join_url::JoinUrl;

/// The most wrappings around one link. Two or three happen when mail passes several filters.
const MOST_LAYERS: usize = 32;

/// The link under all wrappings, judged anew; `None` if it is refused. A wrapping is looked into
/// only if it is a sound https URL itself.
pub(super) fn unwrapped(text: &str) -> Option<JoinUrl> {
    let mut link = JoinUrl::parse(text).ok()?;
    for _ in 0..MOST_LAYERS {
        let Some(inner) = Url::parse(link.as_str()).ok().as_ref().and_then(inside) else { break };
        // A wrapping is longer than what it wraps; with anything else there is no end to it.
        if inner.len() >= link.as_str().len() {
            break;
        }
        link = JoinUrl::parse(&inner).ok()?;
    }
    Some(link)
}

/// The address a wrapping carries.
///
/// Sources: Microsoft Defender for Office 365, Safe Links; Google's `/url` page; Proofpoint URL
/// Defense, versions 1 to 3 (`urldefense`); Barracuda Link Protection. Version 3 of Proofpoint
/// takes characters out and keeps them in its token; such a link stays as it is.
fn inside(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let parameter = |wanted: &str| {
        url.query_pairs()
            .find(|(name, value)| name == wanted && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    };
    if [".safelinks.protection.outlook.com", ".safelinks.o365.us"].iter().any(|end| host.ends_with(end)) {
        return parameter("url");
    }
    match (host, url.path()) {
        ("www.google.com" | "google.com", "/url") => parameter("q").or_else(|| parameter("url")),
        ("linkprotect.cudasvc.com", "/url") => parameter("a"),
        ("urldefense.proofpoint.com", "/v1/url") => parameter("u"),
        ("urldefense.proofpoint.com", "/v2/url") => {
            let escaped = parameter("u")?.replace('-', "%").replace('_', "/");
            Some(percent_encoding::percent_decode_str(&escaped).decode_utf8().ok()?.into_owned())
        }
        ("urldefense.com" | "urldefense.us", path) if path.starts_with("/v3/__") => {
            let (_, rest) = url.as_str().split_once("/v3/__")?;
            let (address, _) = rest.split_once("__;")?;
            (!address.contains('*')).then(|| address.to_owned())
        }
        _ => None,
    }
}
