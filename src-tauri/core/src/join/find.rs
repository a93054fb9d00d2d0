//! The link of a session, found in what a calendar says about it.

mod text;
mod wrapped;

use std::collections::BTreeMap;

use super::{
    join_url::JoinUrl,
    provider::{Provider, is_help_page},
    url_policy::Verdict,
};

/// Where a link can stand, in the order of trust.
#[derive(Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The conference property: `CONFERENCE` (RFC 7986 §5.11), `X-GOOGLE-CONFERENCE` and the like.
    pub conference: Option<&'a str>,
    /// The `URL` property (RFC 5545 §3.8.4.6).
    pub url: Option<&'a str>,
    /// The location, as text.
    pub location: Option<&'a str>,
    /// The description, as text or HTML.
    pub notes: Option<&'a str>,
}

/// One clear best link, or none.
///
/// The first source with links that [open](Verdict::Open) decides: if they lead to one room, the
/// longest of them is taken (it has the password); if to several, none is. Where nothing opens, the
/// first conference property, URL or location that is nothing but an address is taken, to be asked
/// about; an address among other words may be anything. Links are taken out of the wrapping of mail
/// filters and judged anew; links for dialling in and to help pages never count.
#[must_use]
pub fn find_join_url(sources: &Sources<'_>) -> Option<JoinUrl> {
    let fields = [sources.conference, sources.url, sources.location];
    for text in fields.into_iter().chain([sources.notes]).flatten() {
        let links = open_links(text);
        if !links.is_empty() {
            return the_one_room(links);
        }
    }
    fields.into_iter().flatten().find_map(whole_field)
}

fn open_links(text: &str) -> Vec<JoinUrl> {
    let mut links: Vec<JoinUrl> = text::candidates(text)
        .iter()
        .filter_map(|candidate| wrapped::unwrapped(candidate))
        .filter(|link| link.verdict() == Verdict::Open)
        .collect();
    // "Join our Discord" stands under many a lesson that is held elsewhere.
    if links.iter().any(|link| link.provider() != Some(Provider::Discord)) {
        links.retain(|link| link.provider() != Some(Provider::Discord));
    }
    links
}

fn the_one_room(links: Vec<JoinUrl>) -> Option<JoinUrl> {
    let mut rooms: BTreeMap<String, JoinUrl> = BTreeMap::new();
    for link in links {
        let best = rooms.entry(link.room_key()).or_insert_with(|| link.clone());
        if link.as_str().len() > best.as_str().len() {
            *best = link;
        }
    }
    let (_, link) = rooms.pop_first()?;
    rooms.is_empty().then_some(link)
}

fn whole_field(text: &str) -> Option<JoinUrl> {
    let link = wrapped::unwrapped(text::only_link(text)?.as_str())?;
    (!is_help_page(link.host())).then_some(link)
}
