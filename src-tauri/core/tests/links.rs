//! Which links open, which are asked about, which are refused, and which link a session has.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    str::FromStr,
};

use firstbell_core::join::{JoinUrl, Provider, Reason, Sources, Verdict, find_join_url, judge};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use url::Url;

#[path = "links/hostile.rs"]
mod hostile;

const OPEN: &str = include_str!("links/open.tsv");
const ASK: &str = include_str!("links/ask.tsv");
const LOOKALIKE: &str = include_str!("links/lookalike.tsv");
const REFUSE: &str = include_str!("links/refuse.tsv");

fn rows<const N: usize>(table: &str) -> Vec<[&str; N]> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("{line}")))
        .collect()
}

/// `\u{…}` and `\\`, as in Rust.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('\\') {
            plain.push('\\');
            rest = after;
        } else {
            let (code, after) = rest.strip_prefix("u{").unwrap().split_once('}').unwrap();
            plain.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
            rest = after;
        }
    }
    plain + rest
}

fn seed() -> u64 {
    let seed =
        env::var("FIRSTBELL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("FIRSTBELL_SEED={seed}");
    seed
}

/// The whole count in a soak, a twentieth otherwise.
fn times(whole: usize) -> usize {
    if env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1") { whole } else { whole / 20 }
}

#[test]
fn the_real_join_forms_of_every_provider_open() {
    let rows = rows::<2>(OPEN);
    let mut seen = BTreeSet::new();
    for [provider, url] in &rows {
        let judgement = judge(url);
        assert_eq!(judgement.reason, Reason::JoinForm, "{url}");
        assert_eq!(judgement.verdict, Verdict::Open, "{url}");
        assert_eq!(judgement.provider.unwrap().name(), *provider, "{url}");
        seen.insert(judgement.provider.unwrap());
    }
    assert_eq!(seen, Provider::ALL.iter().copied().collect(), "every provider has its example");
    assert!(seen.len() >= 40 && rows.len() >= 80, "{} providers, {} forms", seen.len(), rows.len());
}

#[test]
fn what_opens_is_what_the_parser_writes() {
    let judgement = judge("HTTPS://Meet.Google.com:443/abc-mnop-xyz");
    assert_eq!(judgement.url.as_deref(), Some("https://meet.google.com/abc-mnop-xyz"));
    for [_, url] in rows::<2>(OPEN) {
        let opened = judge(url).url.unwrap();
        assert_eq!(Url::parse(&opened).unwrap().as_str(), opened);
        assert_eq!(judge(&opened).verdict, Verdict::Open, "{opened}");
    }
}

#[test]
fn everything_else_that_is_https_is_asked_about() {
    for [reason, provider, url] in rows::<3>(ASK) {
        let judgement = judge(url);
        assert_eq!(judgement.reason.code(), reason, "{url}");
        assert_eq!(judgement.verdict, Verdict::Ask, "{url}");
        assert_eq!(judgement.provider.map_or("-", Provider::name), provider, "{url}");
        assert!(judgement.host.is_some() && judgement.url.is_some(), "{url}");
    }
}

#[test]
fn an_imitated_host_is_asked_about_with_a_warning_and_shown_in_punycode() {
    for [provider, url, host] in rows::<3>(LOOKALIKE) {
        let judgement = judge(url);
        assert_eq!(judgement.verdict, Verdict::Ask, "{url}");
        assert_eq!(
            judgement.reason.imitates().map(Provider::name),
            Some(provider),
            "{url}: {}",
            judgement.reason
        );
        assert_eq!(judgement.host.as_deref(), Some(host), "{url}");
        assert_eq!(judgement.provider, None, "{url}");
    }
}

#[test]
fn no_provider_is_said_to_imitate_itself() {
    for url in [
        "https://webex.com/",
        "https://www.google.com/",
        "https://calendar.google.com/x",
        "https://daily.co/",
        "https://www.whereby.com/a/b",
        "https://doxy.me/",
        "https://outlook.office.com/x",
        "https://signal.link/x",
        "https://streamyard.com/a/b/c",
        "https://www.preply.com/",
        "https://gather.town/",
        "https://riverside.fm/",
        "https://school.example/",
        "https://en.wikipedia.org/wiki/Bell",
        "https://bbb.uni.example/rooms/abc/join",
        "https://eur01.safelinks.protection.outlook.com/?url=x",
    ] {
        assert_eq!(judge(url).reason.imitates(), None, "{url}");
    }
}

#[test]
fn the_rest_is_refused_with_its_reason() {
    for [reason, text] in rows::<2>(REFUSE) {
        let judgement = judge(&unescaped(text));
        assert_eq!(judgement.reason.code(), reason, "{text}");
        assert_eq!(judgement.verdict, Verdict::Refuse, "{text}");
        assert_eq!((judgement.url, judgement.host, judgement.provider), (None, None, None), "{text}");
    }
}

#[test]
fn a_link_may_have_2048_characters_and_no_more() {
    let start = "https://zoom.us/j/123456789?pwd=";
    let longest = format!("{start}{}", "a".repeat(2048 - start.len()));
    assert_eq!(judge(&longest).verdict, Verdict::Open);
    assert_eq!(judge(&format!("{longest}a")).reason, Reason::TooLong);
    // Two thousand letters that take six characters each once they are escaped.
    let grows = format!("{start}{}", "é".repeat(2000));
    assert_eq!(judge(&grows).reason, Reason::TooLong);
    assert_eq!(judge(&"x".repeat(10_000_000)).reason, Reason::TooLong);
}

#[test]
fn a_provider_keeps_its_code_in_text_and_in_json() {
    for provider in Provider::ALL {
        assert_eq!(Provider::from_str(provider.name()), Ok(*provider));
        assert_eq!(serde_json::to_string(provider).unwrap(), format!("\"{}\"", provider.name()));
        assert!(!provider.label().is_empty());
    }
    assert!(Provider::from_str("Zoom").is_err());
}

#[test]
fn a_join_url_shows_no_password_where_something_is_printed() {
    let text = "https://us02web.zoom.us/j/85012345678?pwd=geheim";
    let url = JoinUrl::parse(text).unwrap();
    let printed = format!("{url:?} {:?} {:?}", judge(text), JoinUrl::parse("http://a/?pwd=geheim"));
    assert!(!printed.contains("geheim") && !printed.contains("85012345678"), "{printed}");
    assert!(printed.contains("us02web.zoom.us"), "{printed}");
    assert_eq!(url.as_str(), text);
    assert_eq!(
        (url.verdict(), url.provider(), url.host()),
        (Verdict::Open, Some(Provider::Zoom), "us02web.zoom.us")
    );
}

#[test]
fn the_same_room_has_the_same_key() {
    let key = |url: &str| JoinUrl::parse(url).unwrap().room_key();
    for (one, other) in [
        ("https://us02web.zoom.us/j/85012345678?pwd=a", "https://us02web.zoom.us/j/85012345678"),
        ("https://us02web.zoom.us/j/85012345678?pwd=a#success", "https://app.zoom.us/wc/join/85012345678"),
        ("https://meet.google.com/abc-mnop-xyz?authuser=1", "https://meet.google.com/_meet/abc-mnop-xyz"),
        (
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_a%40thread.v2/0?context=%7b%7d",
            "https://teams.microsoft.com/l/meetup-join/19:meeting_a@thread.v2/0",
        ),
        ("https://meet.jit.si/Maths6a#config.a=1", "https://meet.jit.si/maths6a/"),
        ("https://school.example/room?utm_source=mail&lang=es", "https://school.example/room"),
        ("https://a.webex.com/a/j.php?MTID=m1&x=2", "https://a.webex.com/a/j.php?MTID=m1"),
    ] {
        assert_eq!(key(one), key(other), "{one} {other}");
    }
    for (one, other) in [
        ("https://us02web.zoom.us/j/85012345678", "https://us02web.zoom.us/j/85012345679"),
        ("https://zoom.us/my/ada", "https://zoom.us/my/ben"),
        ("https://a.webex.com/a/j.php?MTID=m1", "https://a.webex.com/a/j.php?MTID=m2"),
        ("https://facetime.apple.com/join#v=1&p=a", "https://facetime.apple.com/join#v=1&p=b"),
        ("https://school.example/room?id=1", "https://school.example/room?id=2"),
    ] {
        assert_ne!(key(one), key(other), "{one} {other}");
    }
}

#[test]
fn no_hostile_url_opens() {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let real: Vec<&str> =
        rows::<2>(OPEN).into_iter().map(|[_, url]| url).filter(|url| url.starts_with("https://")).collect();
    for url in &real {
        assert_eq!(judge(url).verdict, Verdict::Open, "what the hostile ones are made from does open: {url}");
    }
    let genuine: Vec<String> = real
        .iter()
        .map(|url| Url::parse(url).unwrap())
        .map(|url| hostile::registered(url.host_str().unwrap()).to_owned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();

    let wanted = times(100_000);
    let (mut made, mut warned) = (0, 0);
    let mut verdicts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    while made < wanted {
        // Every kind in its turn, every URL by chance.
        let kind = hostile::KINDS[made % hostile::KINDS.len()];
        let url = real.choose(&mut rng).unwrap();
        let Some(hostile) = hostile::hostile(kind, url, &genuine, &mut rng) else { continue };
        made += 1;
        assert!(
            keeps_its_promise(&hostile, &genuine),
            "seed {seed}: {kind} made of {url}: {:?}",
            hostile.text
        );
        let judgement = judge(&hostile.text);
        assert_ne!(judgement.verdict, Verdict::Open, "seed {seed}: {kind} made of {url}: {:?}", hostile.text);
        if kind == "homoglyph" {
            warned += usize::from(judgement.reason.imitates().is_some());
        }
        verdicts.entry(hostile.kind).or_default()[usize::from(judgement.verdict == Verdict::Refuse)] += 1;

        // Nor does it get in by way of a calendar's fields.
        let sources = Sources { conference: Some(&hostile.text), ..Sources::default() };
        if let Some(found) = find_join_url(&sources)
            && hostile.promise == hostile::Promise::OtherDomain
            && kind != "host in query"
        {
            assert_eq!(
                found.verdict(),
                Verdict::Ask,
                "seed {seed}: {kind} made of {url}: {:?}",
                hostile.text
            );
        }
    }
    eprintln!("{made} hostile URLs, none opens; asked about and refused: {verdicts:?}");
    assert_eq!(verdicts.len(), hostile::KINDS.len());
    let homoglyphs: usize = verdicts["homoglyph"].iter().sum();
    eprintln!("{warned} of {homoglyphs} homoglyphs come with a warning");
    assert!(warned * 10 >= homoglyphs * 9, "seed {seed}: most of what looks like a provider is warned about");
}

/// The reason a URL is hostile, without the policy that is tested.
fn keeps_its_promise(hostile: &hostile::Hostile, genuine: &[String]) -> bool {
    match hostile.promise {
        hostile::Promise::OtherDomain => {
            Url::parse(&hostile.text).is_ok_and(|url| {
                let host = url.host_str().unwrap_or_default();
                host == "www.google.com"
                    || !genuine.iter().any(|domain| host == domain || host.ends_with(&format!(".{domain}")))
            }) || Url::parse(&hostile.text).is_err()
        }
        hostile::Promise::OtherScheme => {
            let after =
                hostile.text.get(..8).filter(|start| *start == "https://").map(|_| &hostile.text[8..]);
            after.is_none_or(|after| after.starts_with(['/', '\\']))
        }
        hostile::Promise::Holds => true,
    }
}

#[test]
fn no_text_makes_it_panic() {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let pieces = [
        "https://",
        "http://",
        "://",
        "zoom.us",
        "/j/",
        "123456789",
        "meet.google.com",
        "<",
        ">",
        "&amp;",
        "&#x26;",
        "&#",
        ";",
        "%",
        "%2",
        "%2e",
        "@",
        ":",
        "[",
        "]",
        "#",
        "?",
        "=",
        "\\",
        "\r\n ",
        "é",
        "𝒛",
        "\u{202e}",
        "\0",
        "(",
        ")",
        ".",
        "xn--",
        "https://eur01.safelinks.protection.outlook.com/?url=",
        "https://urldefense.com/v3/__",
        "__;",
        "https%3A%2F%2F",
        "\u{301}",
    ];
    for _ in 0..times(100_000) {
        let mut text = String::new();
        for _ in 0..rng.random_range(0..12) {
            if rng.random_ratio(1, 4) {
                text.push(rng.random());
            } else {
                text.push_str(pieces.choose(&mut rng).unwrap());
            }
        }
        let _ = judge(&text);
        let _ = JoinUrl::parse(&text).map(|url| url.room_key());
        for sources in [
            Sources { location: Some(&text), ..Sources::default() },
            Sources { notes: Some(&text), ..Sources::default() },
        ] {
            let _ = find_join_url(&sources);
        }
    }
}

fn in_notes(notes: &str) -> Option<String> {
    find_join_url(&Sources { notes: Some(notes), ..Sources::default() }).map(|url| url.as_str().to_owned())
}

fn in_location(location: &str) -> Option<String> {
    find_join_url(&Sources { location: Some(location), ..Sources::default() })
        .map(|url| url.as_str().to_owned())
}

#[test]
fn the_link_of_a_zoom_invitation_is_found_with_its_password() {
    let expected = "https://us02web.zoom.us/j/85012345678?pwd=QUJDREVGR0hJSktMTU5PUA09.1";
    assert_eq!(in_notes(include_str!("links/invitations/zoom.txt")).as_deref(), Some(expected));
}

#[test]
fn the_link_of_a_google_invitation_is_found_through_its_redirect() {
    let found = in_notes(include_str!("links/invitations/google.html"));
    assert_eq!(found.as_deref(), Some("https://meet.google.com/abc-mnop-xyz?hs=224"));
}

#[test]
fn the_link_of_a_teams_invitation_is_found_over_three_lines() {
    let found = in_notes(include_str!("links/invitations/teams.txt")).unwrap();
    assert!(found.starts_with(
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NzY0ODk2YTMtNjJk%40thread.v2/0?context="
    ));
    assert!(found.ends_with("%3a%22b1a2%22%7d"), "{found}");
}

#[test]
fn the_link_of_an_outlook_invitation_is_found_under_its_safe_link() {
    let found = in_notes(include_str!("links/invitations/outlook_safelinks.html"));
    assert_eq!(found.as_deref(), Some("https://teams.microsoft.com/meet/2571234567890?p=AbCdEfGhIjKl"));
}

#[test]
fn the_link_of_a_webex_invitation_is_not_the_list_of_numbers() {
    let found = in_notes(include_str!("links/invitations/webex.txt"));
    assert_eq!(
        found.as_deref(),
        Some("https://school.webex.com/school/j.php?MTID=m905c71cb000aab0123456789abcdef01")
    );
}

#[test]
fn a_link_in_the_location_goes_before_one_in_the_notes() {
    let sources = Sources {
        conference: None,
        url: Some("https://calendar.example/event/1"),
        location: Some("Zoom: https://zoom.us/j/123456789, room 4"),
        notes: Some("Last week: https://zoom.us/j/987654321"),
    };
    assert_eq!(find_join_url(&sources).unwrap().as_str(), "https://zoom.us/j/123456789");
    let sources = Sources { conference: Some("https://meet.google.com/abc-mnop-xyz"), ..sources };
    assert_eq!(find_join_url(&sources).unwrap().as_str(), "https://meet.google.com/abc-mnop-xyz");
}

#[test]
fn two_rooms_in_one_place_are_no_clear_best() {
    assert_eq!(in_notes("https://zoom.us/j/123456789 or https://zoom.us/j/987654321"), None);
    assert_eq!(in_notes("https://zoom.us/j/123456789 or https://meet.google.com/abc-mnop-xyz"), None);
}

#[test]
fn of_two_links_to_one_room_the_longer_is_taken() {
    let found = in_notes("https://zoom.us/j/123456789 or https://us02web.zoom.us/j/123456789?pwd=abc.");
    assert_eq!(found.as_deref(), Some("https://us02web.zoom.us/j/123456789?pwd=abc"));
}

#[test]
fn an_invitation_to_discord_stands_back_behind_a_room() {
    let notes = "https://zoom.us/j/123456789\nJoin our Discord: https://discord.gg/abcDEF12";
    assert_eq!(in_notes(notes).as_deref(), Some("https://zoom.us/j/123456789"));
    assert_eq!(in_notes("https://discord.gg/abcDEF12").as_deref(), Some("https://discord.gg/abcDEF12"));
}

#[test]
fn a_homepage_in_the_notes_is_no_meeting_but_an_address_alone_in_the_location_may_be() {
    assert_eq!(in_notes("https://school.example/room"), None);
    assert_eq!(in_location("Room 4, see https://school.example/map"), None);
    assert_eq!(
        in_location(" <https://school.example/room> ").as_deref(),
        Some("https://school.example/room")
    );
    assert_eq!(in_location("http://school.example/room"), None);
    assert_eq!(in_location("Room 4"), None);
    assert_eq!(in_location(""), None);
}

#[test]
fn help_and_dial_in_pages_are_no_links_of_a_session() {
    for url in [
        "https://support.zoom.us/hc/en-us",
        "https://aka.ms/JoinTeamsMeeting",
        "https://dialin.teams.microsoft.com/abc?id=1",
        "https://tel.meet/abc-mnop-xyz?pin=1",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Faka.ms%2FJoinTeamsMeeting",
    ] {
        assert_eq!(in_location(url), None, "{url}");
    }
}

#[test]
fn a_link_written_without_its_scheme_is_found() {
    assert_eq!(
        in_location("meet.google.com/abc-mnop-xyz").as_deref(),
        Some("https://meet.google.com/abc-mnop-xyz")
    );
    assert_eq!(in_notes("Zoom (zoom.us/j/123456789).").as_deref(), Some("https://zoom.us/j/123456789"));
    assert_eq!(in_notes("ada@zoom.us/j/123456789"), None);
    assert_eq!(in_notes("evilzoom.us/j/123456789"), None);
}

#[test]
fn what_is_under_a_wrapping_is_judged_anew() {
    let safe = |inner: &str| {
        let inner = percent_encoding::utf8_percent_encode(inner, percent_encoding::NON_ALPHANUMERIC);
        format!("https://eur01.safelinks.protection.outlook.com/?url={inner}&data=05")
    };
    for inner in [
        "http://zoom.us/j/123456789",
        "javascript:alert(1)",
        "zoommtg://zoom.us/join?confno=123456789",
        "file:///etc/passwd",
        "https://ada@zoom.us/j/123456789",
        "https://zoom.us:8443/j/123456789",
    ] {
        assert_eq!(in_location(&safe(inner)), None, "{inner}");
        assert_eq!(in_notes(&safe(inner)), None, "{inner}");
    }
    let found = find_join_url(&Sources {
        url: Some(&safe("https://evil.example/j/123456789")),
        ..Sources::default()
    });
    assert_eq!(
        found.map(|url| (url.verdict(), url.host().to_owned())),
        Some((Verdict::Ask, "evil.example".to_owned()))
    );
    let refused = safe("https://zoom.us/j/123456789").replace("https://eur", "http://eur");
    assert_eq!(in_location(&refused), None);
}

#[test]
fn several_wrappings_are_taken_off_and_endless_ones_come_to_an_end() {
    let zoom = "https://zoom.us/j/123456789?pwd=abc";
    let wrap = |inner: &str| {
        let inner = percent_encoding::utf8_percent_encode(inner, percent_encoding::NON_ALPHANUMERIC);
        format!("https://www.google.com/url?q={inner}&sa=D")
    };
    assert_eq!(in_notes(&wrap(&wrap(zoom))).as_deref(), Some(zoom));
    for wrapped in [
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__zoom.us_j_123456789-3Fpwd-3Dabc&d=DwMF&c=x",
        "https://urldefense.com/v3/__https://zoom.us/j/123456789?pwd=abc__;!!token$",
        "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fzoom.us%2fj%2f123456789%3fpwd%3dabc&c=E,1,x",
    ] {
        assert_eq!(in_notes(wrapped).as_deref(), Some(zoom), "{wrapped}");
    }
    let endless = "https://www.google.com/url?q=".repeat(60);
    assert_eq!(in_notes(&endless), None);
}

#[test]
fn huge_notes_are_read_in_reasonable_time() {
    for piece in [
        "https://",
        "<https://",
        ")",
        "&",
        "://",
        "a/",
        "https://a.b/( ",
        "<https://a\n",
        "zoom.us/j/12345678 ",
    ] {
        let notes = piece.repeat(1_000_000 / piece.len());
        assert_eq!(in_notes(&notes), None, "{piece}");
    }
}
