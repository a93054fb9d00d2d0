//! Addresses that imitate a provider.
//!
//! This never decides whether a link opens, only whether the question comes with a warning. So it
//! may be broad: a school named "Zoomers" gets a warning too many, and no link gets opened by it.

use url::Url;

use crate::join::provider::{Provider, exact_hosts};

/// The provider that the host, or a host's name in the path, is made to look like.
pub(super) fn imitated(url: &Url) -> Option<Provider> {
    let host = url.host_str()?.trim_end_matches('.');
    if url.host_str() != Some(host) {
        // `zoom.us.`: the same computer under a name that no provider writes.
        if let Some((_, provider)) = exact_hosts().find(|(name, _)| is_at_or_below(host, name)) {
            return Some(provider);
        }
    }
    let own = GENUINE.split(' ').chain(exact_hosts().map(|(name, _)| name));
    if own.into_iter().any(|domain| is_at_or_below(host, domain)) {
        return None;
    }
    let seen = skeleton(&url::quirks::domain_to_unicode(host));
    let joined = seen.replace('.', "");
    brand_in(&joined)
        .or_else(|| {
            exact_hosts().find(|(name, _)| has_labels(&seen, &skeleton(name))).map(|(_, provider)| provider)
        })
        .or_else(|| near_miss(&seen))
        .or_else(|| named_in_path(url))
}

fn is_at_or_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn brand_in(joined: &str) -> Option<Provider> {
    BRANDS.iter().find(|(brand, _)| joined.contains(&skeleton(brand))).map(|(_, provider)| *provider)
}

/// Whether the labels of `name` stand one after the other in `host`.
fn has_labels(host: &str, name: &str) -> bool {
    format!(".{host}.").contains(&format!(".{name}."))
}

/// A slip of one letter away from a provider's host.
fn near_miss(seen: &str) -> Option<Provider> {
    let labels: Vec<&str> = seen.split('.').collect();
    (2..=labels.len().min(3)).find_map(|count| {
        let tail = labels[labels.len() - count..].join(".");
        exact_hosts()
            .find(|(name, _)| {
                let name = skeleton(name);
                name.len() >= 7 && tail.len().abs_diff(name.len()) <= 1 && differs_by_one(&tail, &name)
            })
            .map(|(_, provider)| provider)
    })
}

/// One letter changed, added, missing, or two beside each other swapped (or none of it).
fn differs_by_one(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Equal => {
            a.len() <= 1 || a[1..] == b[1..] || (a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..])
        }
        std::cmp::Ordering::Less => a == &b[1..],
        std::cmp::Ordering::Greater => &a[1..] == b,
    }
}

fn named_in_path(url: &Url) -> Option<Provider> {
    let path = url.path().to_ascii_lowercase();
    exact_hosts()
        .find(|(name, _)| {
            path.match_indices(name).any(|(at, _)| {
                let whole = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-');
                whole(path[..at].chars().next_back()) && whole(path[at + name.len()..].chars().next())
            })
        })
        .map(|(_, provider)| provider)
}

/// What the eye makes of a name: letters that look alike become one, accents and hyphens go
/// (after Unicode Technical Standard 39, reduced to what imitates a to z).
fn skeleton(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().filter_map(plain_letter).collect();
    plain.replace("rn", "m").replace("vv", "w")
}

fn plain_letter(c: char) -> Option<char> {
    Some(match c {
        '-' | '_' | '‐' | '‑' | '·' | '\u{300}'..='\u{36f}' => return None,
        '0' | 'о' | 'ο' | 'օ' | 'ө' | 'ø' | 'ò'..='ö' | 'ō' | 'ŏ' | 'ő' | 'ọ' | 'ỏ' | 'ơ' | 'σ' => {
            'o'
        }
        '1'
        | 'i'
        | 'l'
        | 'і'
        | 'ӏ'
        | 'ι'
        | 'ı'
        | 'ì'..='ï'
        | 'ī'
        | 'į'
        | 'ḷ'
        | 'ł'
        | 'ĺ'
        | 'ļ'
        | 'ỉ'
        | 'ị'
        | '|' => 'l',
        '3' | 'е' | 'ё' | 'є' | 'ε' | 'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'ẹ' | 'ẻ' => 'e',
        '4' | 'а' | 'α' | 'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ' | 'ả' => 'a',
        '5' | 'ѕ' | 'ś' | 'ş' | 'š' | 'ș' | 'ṣ' => 's',
        '7' | 'т' | 'τ' | 'ţ' | 'ť' | 'ț' => 't',
        'с' | 'ϲ' | 'ç' | 'ć' | 'č' | 'ċ' => 'c',
        'ԁ' | 'ď' | 'đ' | 'ḍ' => 'd',
        'ɡ' | 'ğ' | 'ģ' | 'ġ' | '9' => 'g',
        'һ' | 'ħ' | 'ḥ' => 'h',
        'ј' => 'j',
        'к' | 'κ' | 'ķ' => 'k',
        'м' | 'ṃ' | 'ṁ' => 'm',
        'ո' | 'п' | 'η' | 'ñ' | 'ń' | 'ň' | 'ņ' | 'ṇ' => 'n',
        'р' | 'ρ' | 'þ' => 'p',
        'г' | 'ŕ' | 'ř' | 'ṛ' => 'r',
        'υ' | 'ս' | 'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' | 'ụ' | 'ủ' | 'ư' => 'u',
        'ν' | 'ѵ' => 'v',
        'ω' | 'ѡ' | 'ԝ' | 'ŵ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' | 'γ' | 'ý' | 'ÿ' | 'ỳ' | 'ỵ' => 'y',
        'ž' | 'ź' | 'ż' | 'ẓ' | '2' => 'z',
        other => other,
    })
}

/// Words that stand for one provider, wherever in a host they are. Jitsi is missing: schools run it
/// themselves, under names that say so.
const BRANDS: &[(&str, Provider)] = &[
    ("google", Provider::GoogleMeet),
    ("gmeet", Provider::GoogleMeet),
    ("zoomgov", Provider::ZoomGov),
    ("zoom", Provider::Zoom),
    ("microsoft", Provider::Teams),
    ("msteams", Provider::Teams),
    ("teamslive", Provider::Teams),
    ("webex", Provider::Webex),
    ("8x8", Provider::EightByEight),
    ("whereby", Provider::Whereby),
    ("gotomeet", Provider::GoToMeeting),
    ("gotowebinar", Provider::GoToWebinar),
    ("ringcentral", Provider::RingCentral),
    ("discord", Provider::Discord),
    ("slack", Provider::Slack),
    ("facetime", Provider::FaceTime),
    ("whatsapp", Provider::WhatsApp),
    ("lessonspace", Provider::Lessonspace),
    ("bbcollab", Provider::Blackboard),
    ("preply", Provider::Preply),
    ("adobeconnect", Provider::AdobeConnect),
    ("clickmeeting", Provider::ClickMeeting),
    ("bitpaper", Provider::BitPaper),
];

/// Domains of the providers themselves: no join links there, and no imitation either.
const GENUINE: &str = "\
    8x8.com apple.com cisco.com discord.gg discordapp.com goo.gl google.com goto.com infomaniak.com \
    jit.si live.com microsoft.com microsoft.us microsoftonline.com cloud.microsoft office.com \
    outlook.com preply.com proton.me ringcentral.com signal.org slack.com sharepoint.com vk.com \
    whatsapp.com zoho.com zoho.eu zoho.in discord.com brave.com element.io dialpad.com tencent.com \
    yandex.ru dingtalk.com amazon.com";
